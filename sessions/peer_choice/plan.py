"""A plan: who comes to which review, which rules it keeps, and how good it is."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sessions.peer_choice.problem import Pair, Problem, Review, bar_of, covered_by


@dataclass(frozen=True)
class Plan:
    """Who comes to which review, those included who stood there before. `proven`: there is no better one."""

    places: frozenset[Pair]
    filled: frozenset[int]
    proven: bool = True


@dataclass(frozen=True, order=True)
class Score:
    """How good a plan is; what stands first counts first, and more is better: reviews that are filled, competences
    covered in them, other countries in them, little asked of each, wishes that came true."""

    filled: int
    covered: int
    countries: int
    ease: int
    wishes: int


class Broken(StrEnum):
    """A rule that a plan breaks."""

    BARRED = "barred"
    TOO_MANY_REVIEWS = "too many reviews"
    NOT_FILLED = "not filled"
    LOST = "lost"


def peers_of(places: Collection[Pair], review: int) -> list[int]:
    """The candidates of a review, by id."""
    return sorted(one for one, there in places if there == review)


def countries_of(problem: Problem, places: Collection[Pair], review: Review) -> frozenset[str]:
    """From which countries other than the host's the peers of a review come; one that is not known does not count."""
    found = {problem.candidate(one).country for one in peers_of(places, review.id)}
    return frozenset(found - {"", review.country})


def covered_in(problem: Problem, places: Collection[Pair], review: Review) -> frozenset[str]:
    """What a review needs and somebody in it knows."""
    known = (covered_by(problem.candidate(one), review) for one in peers_of(places, review.id))
    return frozenset[str]().union(*known)


def is_filled(problem: Problem, places: Collection[Pair], review: Review) -> bool:
    """Whether a review has as many peers as the rules say, from as many other countries."""
    rules, count = problem.rules, len(peers_of(places, review.id))
    enough = rules.peers_min <= count <= rules.peers_max
    return enough and len(countries_of(problem, places, review)) >= rules.countries_min


def score_of(problem: Problem, places: Collection[Pair]) -> Score:
    """How good a plan is. What is asked of each is counted by squares, so that two reviews of one person weigh more
    than one each of two."""
    filled = [one for one in problem.reviews if is_filled(problem, places, one)]
    burden = 0
    for one in problem.candidates:
        count = sum(1 for candidate, _review in places if candidate == one.id)
        burden += (one.load + count) ** 2 - one.load**2
    return Score(
        filled=len(filled),
        covered=sum(len(covered_in(problem, places, one)) for one in filled),
        countries=sum(len(countries_of(problem, places, one)) for one in filled),
        ease=-burden,
        wishes=len(problem.wishes & set(places)),
    )


def broken_rules(problem: Problem, places: Collection[Pair]) -> list[tuple[Broken, int]]:
    """Which rules a plan breaks, with whose id: of a candidate, or of a review. What stood before breaks none."""
    found: list[tuple[Broken, int]] = []
    fresh = set(places) - problem.taken
    found += [(Broken.LOST, one) for one, _review in sorted(problem.taken - set(places))]
    for candidate, review in sorted(fresh):
        if bar_of(problem, problem.candidate(candidate), problem.review(review)) is not None:
            found.append((Broken.BARRED, candidate))
    for one in problem.candidates:
        count = sum(1 for candidate, _review in places if candidate == one.id)
        if any(candidate == one.id for candidate, _review in fresh) and one.load + count > one.most:
            found.append((Broken.TOO_MANY_REVIEWS, one.id))
    for each in problem.reviews:
        if any(review == each.id for _one, review in fresh) and not is_filled(problem, places, each):
            found.append((Broken.NOT_FILLED, each.id))
    return found
