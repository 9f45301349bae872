"""The exact model: one boolean for each request and slot, people's days and tables in clauses, nothing rounded.

Sums are counted by sequential counters and said in clauses, not in linear rows: on the published instances that decides
in a second what took minutes. Where all of somebody's meetings have to take place, "has met them all" is a counter's
last line, which ties breaks to the number of meetings. Tables are counted by people who are idle: with pairs only,
k tables are full when all but 2k people are.
"""

from collections.abc import Sequence
from typing import Any

from sessions.scheduling.ground import Ground, slots_in

Literal = Any  # of CP-SAT's model, which types it for Python in name only
Counter = list[Literal]  # its j-th: at least j + 1 are true


class Clauses:
    """A CP-SAT model of a problem. `at[r]` maps slots to literals; `placed[r]` says that a request has a slot."""

    def __init__(self, ground: Ground) -> None:
        from ortools.sat.python import cp_model

        self.ground = ground
        self.model: Any = cp_model.CpModel()
        self.true = self.new()
        self.model.add_bool_or([self.true])
        self.false = self.true.Not()
        self.all_required = ground.problem.rules.require_all
        self.broken = False  # whether something was found that no plan can keep
        self.at: list[dict[int, Literal]] = []
        self.placed: list[Literal] = []
        self.counts: list[Counter] = []
        self.breaks: list[list[Literal]] = []
        self.break_counts: list[Counter] = []
        self._requests()
        self._busy = [self._busy_of(one) for one in range(len(ground.times))]
        for one in range(len(ground.times)):
            self._day(one)
        for slot in range(ground.slots):
            self._tables(slot)
        self._order()
        if not self.all_required:
            self._sums()
        if ground.problem.rules.max_break_spread is not None:
            self._spread(ground.problem.rules.max_break_spread)

    # Building blocks

    def new(self) -> Literal:
        return self.model.new_bool_var("")

    def say(self, *literals: Literal) -> None:
        """One of these holds."""
        self.model.add_bool_or(list(literals))

    def counter(self, literals: Sequence[Literal], most: int) -> list[Counter]:
        """After each literal, how many are true so far, counted up to `most`."""
        rows: list[Counter] = []
        row: Counter = []
        for literal in literals:
            new: Counter = []
            for place in range(min(len(row) + 1, most)):
                same = [row[place]] if place < len(row) else []
                less = [row[place - 1]] if place else []
                if not same and not less:
                    new.append(literal)
                    continue
                more = self.new()
                for one in same:
                    self.say(one.Not(), more)
                self.say(literal.Not(), more, *(one.Not() for one in less))
                self.say(more.Not(), literal, *same)
                for one in less:
                    self.say(more.Not(), one, *same)
                new.append(more)
            row = new
            rows.append(row)
        return rows

    def at_least(self, literals: Sequence[Literal], least: int) -> None:
        """At least so many of these hold; said for each beginning of the row too, which spares searching."""
        if least <= 0:
            return
        if least > len(literals):
            self.broken = True
            return
        for place, row in enumerate(self.counter(literals, least)):
            needed = least - (len(literals) - 1 - place)
            if needed > 0:
                self.say(row[needed - 1])

    def at_most(self, literals: Sequence[Literal], most: int) -> None:
        """At most so many of these hold."""
        if len(literals) <= most:
            return
        if most < len(literals) / 2:
            for row in self.counter(literals, most + 1):
                if len(row) > most:
                    self.say(row[most].Not())
        else:
            self.at_least([one.Not() for one in literals], len(literals) - most)

    # Parts of the problem

    def _requests(self) -> None:
        ground = self.ground
        for number, mask in enumerate(ground.mask):
            at = {slot: self.new() for slot in slots_in(mask)}
            self.at.append(at)
            must = self.all_required or ground.problem.requests[number].locked
            if must and not at:
                self.broken = True
            if must and at:
                self.model.add_exactly_one(at.values())
                self.placed.append(self.true)
            elif at:
                placed = self.new()
                self.model.add_exactly_one([*at.values(), placed.Not()])
                self.placed.append(placed)
            else:
                self.placed.append(self.false)

    def _busy_of(self, one: int) -> list[Literal]:
        """For each slot, whether somebody has a meeting then."""
        found = []
        for slot in range(self.ground.slots):
            here = [self.at[number][slot] for number in self.ground.of[one] if slot in self.at[number]]
            if not here:
                found.append(self.false)
                continue
            busy = self.new()
            self.model.add_exactly_one([*here, busy.Not()])
            found.append(busy)
        return found

    def _day(self, one: int) -> None:
        """How many meetings somebody has, in all and in each block, and their breaks."""
        ground, busy = self.ground, self._busy[one]
        asked = sum(1 for number in ground.of[one] if ground.mask[number])
        known = asked if self.all_required else None
        if known is not None and known > ground.most[one]:
            self.broken = True
            return
        rows = self.counter(busy, asked + 1) if known is not None else []
        if known:
            for slot, row in enumerate(rows):
                needed = known - (ground.slots - 1 - slot)
                if needed > 0 and needed <= len(row):
                    self.say(row[needed - 1])
                elif needed > len(row):
                    self.broken = True
        if known is None:
            self.at_most(busy, ground.most[one])
        if ground.problem.blocks:
            for block in ground.blocks:
                self.at_most([busy[slot] for slot in slots_in(block)], ground.most_in_block[one])
        if one < ground.people:
            self.counts.append([self.true] * known if known is not None else self.counter(busy, asked)[-1])
            whole = known is not None and len(ground.blocks) == 1 and ground.block_of.count(0) == ground.slots
            self.breaks.append(self._breaks(busy, known, rows) if whole else self._breaks_in_blocks(busy))

    def _breaks(self, busy: list[Literal], known: int | None, rows: list[Counter]) -> list[Literal]:
        """A break begins where somebody has just met, is idle, and has not met everybody yet."""
        found: list[Literal] = []
        if not known or known < 2:
            return found
        for slot in range(1, self.ground.slots - 1):
            done = [rows[slot][known - 1]] if len(rows[slot]) >= known else []
            found.append(self._break(busy[slot - 1], busy[slot], done))
        return found

    def _breaks_in_blocks(self, busy: list[Literal]) -> list[Literal]:
        """The same inside each block, where later meetings are looked for one by one."""
        found = []
        for block in self.ground.blocks:
            slots = slots_in(block)
            later = self.false  # whether there is a meeting after the slot
            for before, slot, after in reversed(list(zip(slots, slots[1:], slots[2:], strict=False))):
                more = self.new()
                self.say(busy[after].Not(), more)
                self.say(later.Not(), more)
                self.say(more.Not(), busy[after], later)
                later = more
                found.append(self._break(busy[before], busy[slot], [later.Not()]))
        return found

    def _break(self, before: Literal, now: Literal, done: list[Literal]) -> Literal:
        begins = self.new()
        self.say(before.Not(), now, begins, *done)
        self.say(begins.Not(), before)
        self.say(begins.Not(), now.Not())
        for one in done:
            self.say(begins.Not(), one.Not())
        return begins

    def _tables(self, slot: int) -> None:
        ground = self.ground
        here = [at[slot] for number, at in enumerate(self.at) if ground.common[number] and slot in at]
        most = ground.tables[slot]
        if len(here) <= most:
            return
        if all(ground.common) and all(len(needs) == 2 for needs in ground.needs):
            people = self._busy[: ground.people]
            self.at_most([row[slot] for row in people if row[slot] is not self.false], 2 * most)
        else:
            self.at_most(here, most)

    def _order(self) -> None:
        """A request's slot needs an earlier one of whatever has to come before; a locked one only no later one."""
        for number, earlier in enumerate(self.ground.before):
            for other in earlier:
                for slot, literal in self.at[number].items():
                    if self.ground.problem.requests[number].locked:
                        for when, place in self.at[other].items():
                            if when >= slot:
                                self.say(literal.Not(), place.Not())
                    else:
                        self.say(literal.Not(), *(place for when, place in self.at[other].items() if when < slot))

    def _spread(self, most: int) -> None:
        """Nobody has more than `most` breaks more than anybody else, however many everybody has."""
        fewest = min((len(breaks) for breaks in self.breaks), default=0)
        everybody = [self.new() for _ in range(fewest)]  # its k-th: everybody has more than k breaks
        for breaks in self.breaks:
            if not breaks:
                continue
            count = self.counter(breaks, most + fewest + 1)[-1]
            for level, all_have in enumerate(everybody):
                self.say(all_have.Not(), count[level])
            for above, literal in enumerate(count[most:]):
                self.say(literal.Not(), *everybody[above : above + 1])

    def _sums(self) -> None:
        """What has to be chosen is sought with a linear relaxation, which wants the same once more as sums."""
        ground = self.ground
        for one, busy in enumerate(self._busy):
            self.model.add(sum(busy) == sum(self.placed[number] for number in ground.of[one]))
            self.model.add(sum(busy) <= ground.most[one])
        for slot, most in enumerate(ground.tables):
            here = [at[slot] for number, at in enumerate(self.at) if ground.common[number] and slot in at]
            if len(here) > most:
                self.model.add(sum(here) <= most)

    # Aims

    def preferring(self, people: list[int], requests: list[int]) -> list[Literal]:
        """A literal for each preference that may be met; one that counts twice is there twice."""
        found = []
        for number, at in enumerate(self.at):
            for slot, literal in at.items():
                wishes = sum(people[one] >> slot & 1 for one in self.ground.needs[number])
                found += [literal] * (wishes + (requests[number] >> slot & 1))
        return found

    def levels(self) -> list[Literal]:
        """The k-th: everybody has more than k meetings, or all that they can have."""
        found: list[Literal] = []
        possible = [self.ground.possible(one) for one in range(self.ground.people)]
        for level in range(max(possible, default=0)):
            every = self.new()
            for one, count in enumerate(self.counts):
                if level < possible[one]:
                    self.say(every.Not(), count[level])
            if found:
                self.say(every.Not(), found[-1])
            found.append(every)
        return found

    def tallest(self) -> list[Literal]:
        """The k-th: somebody has more than k breaks."""
        found: list[Literal] = []
        for breaks in self.breaks:
            for level, literal in enumerate(self.counter(breaks, len(breaks))[-1] if breaks else []):
                if level == len(found):
                    found.append(self.new())
                self.say(literal.Not(), found[level])
        return found
