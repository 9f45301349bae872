"""Better plans of the same length, two slots at a time: what meets then is taken out and chosen anew, by CP-SAT.

What waits may come in for it. Nobody moves in any other slot, so that one such problem is small, and mostly proven in
a fraction of a second. It closes most of what the walks leave open where slots are few and nearly everybody is busy.
"""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Any

from sessions.scheduling.board import NOWHERE, Board
from sessions.scheduling.bound import Bound
from sessions.scheduling.exact import LOOK_EVERY, whole
from sessions.scheduling.ground import bits, slots_in
from sessions.scheduling.pace import Pace

AT_ONCE = 2  # pairs of slots, each in a thread; fixed, so that the plan does not hang on how many cores there are
MOST_WORK = 3.0  # of the solver's deterministic time for one pair; most are proven in a tenth of it
MOST_SLOTS = 100  # of many slots, those that lose most
MOST_LITERALS = 60_000
LITERALS_A_STEP = 4
SMALL = 1e-6


@dataclass
class _Question:
    """What goes where in some slots: what is in them now and may move, the model, and its literals."""

    slots: tuple[int, ...]
    freed: list[int]
    model: Any
    literals: list[tuple[Any, int, int]] = field(default_factory=list)  # literal, request, slot


@dataclass
class _Answer:
    meetings: list[tuple[int, int]] | None  # request, slot
    work: float


class Resettling:
    """Goes over pairs of slots, those that lose most first, until none gains or the pace is over."""

    def __init__(self, board: Board, bound: Bound, pace: Pace, *, required: list[bool], seed: int) -> None:
        self.board, self.bound, self.pace, self.seed = board, bound, pace, seed
        self.required = required
        ground = board.ground
        self.scaled, _times = whole(ground.weight)
        missing = any(one and board.slot[number] == NOWHERE for number, one in enumerate(required))
        self.bonus = sum(self.scaled) + 1 if missing else 0  # what is required comes before all weight
        self.prices = [bound.certificate.y.get(str(one.id), 0.0) for one in ground.problem.participants]
        self.settled: dict[tuple[int, ...], tuple[int, ...]] = {}
        self.changes = [0] * ground.slots

    def run(self) -> None:
        """First only with requests that are worth their prices, then with some that are worth a little less."""
        weights = self.board.ground.weight
        for below in (SMALL, max(weights, default=0) / 8 + SMALL):
            self.settled.clear()
            while batch := self._next():
                if not self._resettle(batch, below):
                    return

    def _next(self) -> list[tuple[int, ...]]:
        """Pairs without a slot in common that lose most and have changed since they were settled."""
        ground = self.board.ground
        loses = [self._loses(slot) for slot in range(ground.slots)]
        worst = sorted(range(ground.slots), key=lambda slot: -loses[slot])[:MOST_SLOTS]
        pairs = combinations(sorted(worst), min(2, len(worst)))
        open_ = [pair for pair in pairs if self.settled.get(pair) != self._stamp(pair)]
        open_.sort(key=lambda pair: -sum(loses[slot] for slot in pair))
        found: list[tuple[int, ...]] = []
        for pair in open_:
            if len(found) < AT_ONCE and all(set(pair).isdisjoint(other) for other in found):
                found.append(pair)
        return found

    def _stamp(self, slots: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(self.changes[slot] for slot in slots)

    def _loses(self, slot: int) -> float:
        """What a slot loses against the prices: meetings that are not worth theirs, and people with nothing to do."""
        board, gain = self.board, self.bound.gain
        wrong = sum(max(0.0, -gain[one]) for one in board.in_slot(slot))
        return wrong + sum(price for one, price in enumerate(self.prices) if price and board.free[one] >> slot & 1)

    def _resettle(self, batch: list[tuple[int, ...]], below: float) -> bool:
        """Ask about each pair of a batch and keep what is for the better; False if there is no time for more."""
        if self._is_done():
            return False
        questions = [self._question(slots, below) for slots in batch]
        for slots in batch:
            self.settled[slots] = self._stamp(slots)
        for question, answer in zip(questions, self._answers(questions), strict=True):
            self.pace.spend(answer.work)
            self.pace.step(len(question.literals) // LITERALS_A_STEP)
            if answer.meetings is not None:
                self._keep(question, answer.meetings)
        self.pace.placed = self.board.weight
        return not self._is_done()

    def _is_done(self) -> bool:
        return self.pace.is_over() or (not self.bonus and self.board.weight >= self.bound.most - SMALL)

    def _keep(self, question: _Question, meetings: list[tuple[int, int]]) -> None:
        board = self.board
        known = set(question.freed)
        # The other pair of the batch may have placed some of them meanwhile.
        meetings = [(one, slot) for one, slot in meetings if one in known or board.slot[one] == NOWHERE]
        if self._worth([one for one, _slot in meetings]) <= self._worth(question.freed):
            return
        mark = board.mark()
        for one in question.freed:
            board.take(one)
        for one, slot in meetings:
            if not board.has_room(one) or not board.fits(one) >> slot & 1:
                board.back_to(mark)
                return
            board.put(one, slot)
        board.forget()
        for slot in question.slots:
            self.changes[slot] += 1

    def _worth(self, requests: list[int]) -> int:
        return sum(self.scaled[one] + (self.bonus if self.required[one] else 0) for one in requests)

    # The question

    def _question(self, slots: tuple[int, ...], below: float) -> _Question:
        from ortools.sat.python import cp_model

        board, ground = self.board, self.board.ground
        inside = bits(slots)
        freed = [one for slot in slots for one in board.in_slot(slot) if self._may_move(one)]
        question = _Question(slots, freed, cp_model.CpModel())
        model = question.model
        uses: dict[tuple[int, int], list[Any]] = {}  # of people and own tables, by slot
        tables: dict[int, list[Any]] = {}
        for one in freed + self._waiting(inside, below):
            here = []
            for slot in slots_in(self._can(one, inside, set(freed))):
                literal = model.new_bool_var("")
                here.append(literal)
                question.literals.append((literal, one, slot))
                model.add_hint(literal, board.slot[one] == slot)
                for each in ground.needs[one]:
                    uses.setdefault((each, slot), []).append(literal)
                if ground.common[one]:
                    tables.setdefault(slot, []).append(literal)
            if board.slot[one] != NOWHERE and self.required[one]:
                model.add_exactly_one(here)
            elif len(here) > 1:
                model.add_at_most_one(here)
        for literals in uses.values():
            if len(literals) > 1:
                model.add_at_most_one(literals)
        self._limit(question, uses, tables)
        model.maximize(sum(literal * self._worth([one]) for literal, one, _slot in question.literals))
        return question

    def _may_move(self, request: int) -> bool:
        return not self.board.ordered[request] and not self.board.ground.problem.requests[request].locked

    def _waiting(self, inside: int, below: float) -> list[int]:
        board, gain, needed = self.board, self.bound.gain, self.required
        found = [
            one
            for one, slot in enumerate(board.slot)
            if slot == NOWHERE and board.mask[one] & inside and (needed[one] or gain[one] >= -below)
        ]
        found = sorted((one for one in found if not board.ordered[one]), key=lambda one: (not needed[one], -gain[one]))
        return found[:MOST_LITERALS]

    def _can(self, request: int, inside: int, freed: set[int]) -> int:
        """The slots, as bits, in which everybody is there and has nothing that stays."""
        board = self.board
        mask = board.mask[request] & inside
        for slot in slots_in(mask):
            met = [board.at[each][slot] for each in board.ground.needs[request]]
            if any(one != NOWHERE and one not in freed for one in met):
                mask &= ~(1 << slot)
        return mask

    def _limit(self, question: _Question, uses: dict[tuple[int, int], list[Any]], tables: dict[int, list[Any]]) -> None:
        """Tables, everybody's limits in all and in a block, and minima that are reached."""
        board, ground, model = self.board, self.board.ground, question.model
        for slot, literals in tables.items():
            left = board.left[slot] + sum(1 for one in question.freed if board.slot[one] == slot and ground.common[one])
            if left < len(literals):
                model.add(sum(literals) <= left)
        held: dict[int, int] = {}
        for one in question.freed:
            for each in ground.needs[one]:
                held[each] = held.get(each, 0) + 1
        of: dict[int, list[Any]] = {}
        for (each, _slot), literals in uses.items():
            of.setdefault(each, []).extend(literals)
        for each, literals in of.items():
            room = board.room[each] + held.get(each, 0)
            if room < len(question.slots):
                model.add(sum(literals) <= max(0, room))
            least = min(held.get(each, 0), ground.least[each] - (ground.most[each] - room))
            if least > 0:
                model.add(sum(literals) >= least)
        if board.blocks_bind:
            self._limit_blocks(question, uses)

    def _limit_blocks(self, question: _Question, uses: dict[tuple[int, int], list[Any]]) -> None:
        ground = self.board.ground
        by_block: dict[tuple[int, int], list[Any]] = {}
        for (each, slot), literals in uses.items():
            by_block.setdefault((each, ground.block_of[slot]), []).extend(literals)
        leaving = set(question.freed)
        for (each, block), literals in by_block.items():
            if block < 0:
                continue
            at = self.board.at[each]
            stays = sum(1 for slot in slots_in(ground.blocks[block]) if at[slot] != NOWHERE and at[slot] not in leaving)
            question.model.add(sum(literals) <= max(0, ground.most_in_block[each] - stays))

    # The answer

    def _answers(self, questions: list[_Question]) -> list[_Answer]:
        """Ask CP-SAT, all at once; the caller's thread looks at the clock and the listener meanwhile."""
        solvers = [self._solver() for _question in questions]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            asked: list[Future[_Answer]] = [
                threads.submit(partial(_ask, solver, question))
                for solver, question in zip(solvers, questions, strict=True)
            ]
            while wait(asked, LOOK_EVERY).not_done:
                self.pace.look()
                if self.pace.is_over():
                    for solver in solvers:
                        solver.stop_search()
            return [one.result() for one in asked]

    def _solver(self) -> Any:
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.num_workers = 1  # so that the same seed and steps give the same plan
        parameters.random_seed = self.seed % 2**31
        parameters.linearization_level = 2  # its cuts close what odd circles of people leave open
        parameters.symmetry_level = 0
        parameters.cp_model_probing_level = 0
        work = self.pace.work_left()
        parameters.max_deterministic_time = MOST_WORK if work is None else max(0.001, min(MOST_WORK, work / AT_ONCE))
        return solver


def _ask(solver: Any, question: _Question) -> _Answer:
    from ortools.sat.python import cp_model

    if solver.solve(question.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return _Answer(None, solver.deterministic_time)
    meetings = [(one, slot) for literal, one, slot in question.literals if solver.boolean_value(literal)]
    return _Answer(meetings, solver.deterministic_time)
