"""Ranking lists: duels between submissions that the same judges saw, won by majority, and Copeland's count of them.

In a duel each judge who saw both has one voice, and a duel counts once, however many decide it: whoever saw more takes
part in more duels, and weighs no more in any. Since not all meet all, the count is set right by whom each met: the
value solves value = (won - lost + sum of the opponents' values) / (duels + caution), Chebotarev's generalized row sum
(1994). Where all have met, its order is Copeland's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from events.judging.network import groups_of
from events.judging.results import Duel, JudgeFigure, Outcome, Result
from events.judging.rules import By, ByDecision, ByFirstPlaces, Ranking, Round
from events.judging.ties import Breaker, Value, decision, ranked
from events.judging.votes import BadVotes, Door, RankingList, latest

Places = list[list[int]]  # of one judge, best first


@dataclass
class Voices:
    """The judges who saw both of two: for the lower id, for the higher, for neither."""

    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    neither: list[int] = field(default_factory=list)

    def everybody(self) -> list[int]:
        """All who saw both."""
        return [*self.low, *self.high, *self.neither]

    def outcome(self) -> int:
        """1 where the lower id wins, -1 where the higher does, 0 where it is drawn."""
        return (len(self.low) > len(self.high)) - (len(self.low) < len(self.high))


def rank_by_lists(among: Round, lists: Iterable[RankingList]) -> Outcome:
    """The submissions of a round by the duels they win. What a judge does not list was not seen, and loses nothing."""
    rule = among.rule
    if not isinstance(rule, Ranking):
        raise BadVotes("Lists can only be counted in a round that is judged by ranking lists.")
    door = Door(among.submissions, among.judges, among.conflicts)
    orders = counted_lists(lists, door)
    voices = voices_of(orders)
    seen: dict[int, int] = {}
    for places in orders.values():
        for one in (one for place in places for one in place):
            seen[one] = seen.get(one, 0) + 1
    duels = duels_of(voices)
    adjusted = adjusted_values(duels, rule.caution)
    raw = {one: Fraction(sum(duel.outcome + 1 for duel in fought), 2 * len(fought)) for one, fought in duels.items()}
    values: Mapping[int, Value] = raw if rule.by is By.RAW else adjusted
    found = [
        Result(
            one,
            rank.rank,
            value=float(values[one]),
            raw=float(raw[one]),
            adjusted=adjusted[one],
            votes=seen[one],
            tied_with=rank.tied_with,
            decided_by=rank.decided_by,
            why=tuple(duels[one]),
        )
        for one, rank in ranked(values, _breakers(among, orders)).items()
    ]
    without = sorted(among.submissions - duels.keys())
    return Outcome(
        rule,
        (*found, *(Result(one, None, None, None, None, votes=seen.get(one, 0)) for one in without)),
        judges=_figures(orders, voices),
        groups=groups_of([one for place in places for one in place] for places in orders.values()),
        left_out=door.left_out(),
    )


def counted_lists(lists: Iterable[RankingList], door: Door) -> dict[int, Places]:
    """Each judge's last list without what does not count. A list that names a submission twice is refused."""
    found: dict[int, Places] = {}
    for one in latest(lists):
        named = [submission for place in one.places for submission in place]
        if len(set(named)) < len(named):
            raise BadVotes(f"The list of judge {one.judge} names a submission twice. Each has one place.")
        places = [[it for it in sorted(place) if door.lets_in(one.judge, it)] for place in one.places]
        found[one.judge] = [place for place in places if place]
    return {judge: found[judge] for judge in sorted(found)}


def voices_of(orders: Mapping[int, Places]) -> dict[tuple[int, int], Voices]:
    """Who says what in each duel, by (lower id, higher id)."""
    found: dict[tuple[int, int], Voices] = {}
    for judge, places in orders.items():
        placed = sorted((one, place) for place, ones in enumerate(places) for one in ones)
        for at, (low, place) in enumerate(placed):
            for high, other in placed[at + 1 :]:
                voices = found.setdefault((low, high), Voices())
                side = voices.low if place < other else voices.high if place > other else voices.neither
                side.append(judge)
    return found


def duels_of(voices: Mapping[tuple[int, int], Voices]) -> dict[int, list[Duel]]:
    """The duels of each submission that has any, in order of the opponents' ids."""
    found: dict[int, list[Duel]] = {}
    for (low, high), one in sorted(voices.items()):
        above, below, beside, outcome = len(one.low), len(one.high), len(one.neither), one.outcome()
        found.setdefault(low, []).append(Duel(high, above, below, beside, outcome))
        found.setdefault(high, []).append(Duel(low, below, above, beside, -outcome))
    return {one: sorted(found[one], key=lambda duel: duel.against) for one in sorted(found)}


def adjusted_values(duels: Mapping[int, Sequence[Duel]], caution: float) -> dict[int, float]:
    """The value of each: (won - lost + sum of the opponents' values) / (duels + caution)."""
    import numpy as np

    number = {one: place for place, one in enumerate(sorted(duels))}
    matrix = np.zeros((len(number), len(number)))
    right = np.zeros(len(number))
    for one, fought in duels.items():
        matrix[number[one], number[one]] = len(fought) + caution
        matrix[number[one], [number[duel.against] for duel in fought]] = -1
        right[number[one]] = sum(duel.outcome for duel in fought)
    found = np.linalg.solve(matrix, right) if number else right
    return {one: float(found[place]) for one, place in number.items()}


def _figures(orders: Mapping[int, Places], voices: Mapping[tuple[int, int], Voices]) -> tuple[JudgeFigure, ...]:
    say = dict.fromkeys(orders, 0.0)
    alone = dict.fromkeys(orders, 0)
    for one in voices.values():
        judges = one.everybody()
        for judge in judges:
            say[judge] += 1 / len(judges) / len(voices)
            alone[judge] += len(judges) == 1
    return tuple(
        JudgeFigure(judge, sum(len(place) for place in places), say=say[judge], alone=alone[judge])
        for judge, places in orders.items()
    )


def _breakers(among: Round, orders: Mapping[int, Places]) -> list[Breaker]:
    firsts = dict.fromkeys(sorted(among.submissions), Fraction(0))
    for places in orders.values():
        for one in places[0] if sum(map(len, places)) > 1 else ():
            firsts[one] += Fraction(1, len(places[0]))
    found = []
    for rule in among.ties:
        match rule:
            case ByFirstPlaces():
                found.append(Breaker(str(rule), firsts))
            case ByDecision():
                found.append(decision(rule))
            case _:
                continue
    return found
