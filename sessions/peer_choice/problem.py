"""What is to be decided: reviews that need peers, people who would come, and what stands between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Pair = tuple[int, int]  # the ids of a candidate and of a review


class Bar(StrEnum):
    """Why somebody may not be a peer of a review."""

    SAME_ORGANISATION = "same organisation"
    SAME_CLUSTER = "same cluster"
    COMPETITOR = "competitor"
    PARTNER = "partner"
    SAME_GROUP = "same group"
    CONFLICT = "conflict"
    OTHER_ROLE = "other role"
    DECLINED = "declined"
    LEFT = "left"
    TAKEN_OUT = "taken out"
    NO_LANGUAGE = "no language"


@dataclass(frozen=True)
class Rules:
    """How many peers a review has, and from how many countries other than its host's."""

    peers_min: int = 3
    peers_max: int = 6
    countries_min: int = 2


@dataclass(frozen=True)
class Review:
    """A review that needs peers: `related` are organisations of the host's own cluster, `needs` what peers should
    know."""

    id: int
    organisation: int
    country: str
    language: str
    needs: frozenset[str] = frozenset()
    related: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """Somebody who would be a peer: in at most `most` reviews, `load` of which are not part of this problem."""

    id: int
    organisations: frozenset[int]
    country: str
    languages: frozenset[str]
    competences: frozenset[str] = frozenset()
    load: int = 0
    most: int = 1


@dataclass(frozen=True)
class Problem:
    """All of it. `taken` are pairs that stand already (asked or accepted), `said` what bars a pair besides what the
    candidates' organisations and languages do."""

    rules: Rules
    reviews: tuple[Review, ...]
    candidates: tuple[Candidate, ...]
    taken: frozenset[Pair] = frozenset()
    said: Mapping[Pair, Bar] = field(default_factory=dict)
    wishes: frozenset[Pair] = frozenset()

    def review(self, id: int) -> Review:
        """The review with this id."""
        return next(one for one in self.reviews if one.id == id)

    def candidate(self, id: int) -> Candidate:
        """The candidate with this id."""
        return next(one for one in self.candidates if one.id == id)


def bar_of(problem: Problem, candidate: Candidate, review: Review) -> Bar | None:
    """What keeps somebody from being a peer of a review; None where nothing does."""
    if review.organisation in candidate.organisations:
        return Bar.SAME_ORGANISATION
    if review.related & candidate.organisations:
        return Bar.SAME_CLUSTER
    said = problem.said.get((candidate.id, review.id))
    if said is not None:
        return said
    return None if review.language in candidate.languages else Bar.NO_LANGUAGE


def covers(competence: str, need: str) -> bool:
    """Whether who knows one thing knows another: the same, or a part of it ('ai.vision' of 'ai')."""
    return competence == need or competence.startswith(need + ".")


def covered_by(candidate: Candidate, review: Review) -> frozenset[str]:
    """What a review needs and a candidate knows."""
    return frozenset(need for need in review.needs if any(covers(one, need) for one in candidate.competences))
