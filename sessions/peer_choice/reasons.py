"""Why somebody is proposed and somebody else is not, what cannot be met, and who would stand in for whom."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sessions.peer_choice.plan import countries_of, covered_in, is_filled, peers_of
from sessions.peer_choice.problem import Bar, Candidate, Pair, Problem, Review, bar_of, covered_by


@dataclass(frozen=True)
class Reasons:
    """What speaks for somebody in a review: what they know of what it needs, what only they know, whether only they
    come from their country, whether they wished for it, and in how many reviews they are then."""

    knows: tuple[str, ...]
    alone: tuple[str, ...]
    new_country: bool
    wished: bool
    reviews: int


class NotNeeded(StrEnum):
    """Why somebody who may come does not."""

    FULL = "full"
    NO_MORE = "no more"
    OTHERS = "others"
    NOT_FILLED = "not filled"


class Short(StrEnum):
    """Why a review has no full set of peers."""

    TOO_FEW = "too few"
    TOO_FEW_COUNTRIES = "too few countries"
    ELSEWHERE = "elsewhere"
    TOO_MANY = "too many"


@dataclass(frozen=True)
class Lack:
    """What cannot be met in a review: `short` is None for one that is filled; `unknown` nobody may bring, `uncovered`
    is known by somebody who does not come."""

    short: Short | None
    possible: int
    countries: int
    unknown: tuple[str, ...]
    uncovered: tuple[str, ...]


def reasons_for(problem: Problem, places: Collection[Pair], candidate: Candidate, review: Review) -> Reasons:
    """What speaks for somebody who is in a review."""
    others = set(places) - {(candidate.id, review.id)}
    knows = covered_by(candidate, review)
    country = candidate.country not in {"", review.country}
    return Reasons(
        knows=tuple(sorted(knows)),
        alone=tuple(sorted(knows - covered_in(problem, others, review))),
        new_country=country and candidate.country not in countries_of(problem, others, review),
        wished=(candidate.id, review.id) in problem.wishes,
        reviews=candidate.load + sum(1 for one, _review in set(places) | {(candidate.id, review.id)}
                                     if one == candidate.id),
    )  # fmt: skip


def why_not(problem: Problem, places: Collection[Pair], candidate: Candidate, review: Review) -> Bar | NotNeeded:
    """Why somebody who is not in a review is not."""
    bar = bar_of(problem, candidate, review)
    if bar is not None:
        return bar
    if candidate.load + sum(1 for one, _review in places if one == candidate.id) >= candidate.most:
        return NotNeeded.NO_MORE
    if not is_filled(problem, places, review):
        return NotNeeded.NOT_FILLED
    full = len(peers_of(places, review.id)) >= problem.rules.peers_max
    return NotNeeded.FULL if full else NotNeeded.OTHERS


def lack_of(problem: Problem, places: Collection[Pair], review: Review) -> Lack:
    """What cannot be met in a review."""
    here = {pair for pair in problem.taken if pair[1] == review.id}
    may = [
        one
        for one in problem.candidates
        if (one.id, review.id) in here or (bar_of(problem, one, review) is None and one.load < one.most)
    ]
    countries = {one.country for one in may} - {"", review.country}
    known = frozenset[str]().union(*(covered_by(one, review) for one in may))
    short = None
    if not is_filled(problem, places, review):
        short = Short.ELSEWHERE
        if len(countries) < problem.rules.countries_min:
            short = Short.TOO_FEW_COUNTRIES
        if len(may) < problem.rules.peers_min:
            short = Short.TOO_FEW
        if len(here) > problem.rules.peers_max:
            short = Short.TOO_MANY
    return Lack(
        short, len(may), len(countries), tuple(sorted(review.needs - known)),
        tuple(sorted(known - covered_in(problem, places, review))),
    )  # fmt: skip


def substitutes_for(problem: Problem, review: Review) -> list[tuple[Candidate, Reasons]]:
    """Who could come in addition to those who stand in a review, the best first: whoever fills it, then what they
    know that nobody else does, another country, few reviews, a wish, the lowest id."""
    places = problem.taken
    ranked = []
    for one in problem.candidates:
        if (one.id, review.id) in places or bar_of(problem, one, review) is not None:
            continue
        if one.load + sum(1 for each, _review in places if each == one.id) >= one.most:
            continue
        with_them = places | {(one.id, review.id)}
        reasons = reasons_for(problem, with_them, one, review)
        missing = max(0, problem.rules.countries_min - len(countries_of(problem, with_them, review)))
        order = (missing, -len(reasons.alone), -reasons.new_country, reasons.reviews, -reasons.wished, one.id)
        ranked.append((order, one, reasons))
    return [(one, reasons) for _order, one, reasons in sorted(ranked, key=lambda each: each[0])]
