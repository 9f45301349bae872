"""One engine for all schemes: the outcome of a round, and whom it carries over to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from events.judging.audience import count_ballots
from events.judging.pairwise import rank_by_pairs
from events.judging.ranking import rank_by_lists
from events.judging.results import Outcome
from events.judging.rubric import rank_by_rubric
from events.judging.rules import Audience, Pairwise, Ranking, Round, Rubric
from events.judging.votes import BadVotes, Ballot, Comparison, RankingList, Score

VOTES = {Rubric: Score, Ranking: RankingList, Pairwise: Comparison, Audience: Ballot}


class Border(StrEnum):
    """What becomes of those who are tied at the end of a shortlist."""

    ALL = "all"  # all of them go on, though there are more than places
    NONE = "none"  # none of them goes on, though places stay free


@dataclass(frozen=True)
class Shortlist:
    """Who goes on, best first. `tied` are those at the border, and `border` what became of them."""

    submissions: tuple[int, ...]
    places: int
    tied: tuple[int, ...] = ()
    border: Border | None = None


def outcome_of(among: Round, votes: Sequence[Any], *, closed: bool = False) -> Outcome:
    """The result of a round by its scheme. Votes of another scheme are refused.

    `closed` says that voting is over; the audience's votes are counted only then.
    """
    kind = VOTES[type(among.rule)]
    if any(not isinstance(one, kind) for one in votes):
        raise BadVotes("Votes of one scheme cannot be counted in a round of another.")
    match among.rule:
        case Rubric():
            return rank_by_rubric(among, votes)
        case Ranking():
            return rank_by_lists(among, votes)
        case Pairwise():
            return rank_by_pairs(among, votes)
        case Audience():
            return count_ballots(among, votes, closed=closed)


def shortlist_of(outcome: Outcome, places: int, border: Border = Border.ALL) -> Shortlist:
    """The best for so many places. Those tied at the border stay together: all in, or all out."""
    if places < 1:
        raise BadVotes("A shortlist needs at least one place.")
    listed = [one for one in outcome.results if one.rank is not None]
    inside = [one for one in listed if one.rank is not None and one.rank <= places]
    if len(inside) <= places:
        return Shortlist(tuple(one.submission for one in inside), places)
    last = max(one.rank or 0 for one in inside)
    tied = tuple(one.submission for one in inside if one.rank == last)
    kept = inside if border is Border.ALL else [one for one in inside if one.rank != last]
    return Shortlist(tuple(one.submission for one in kept), places, tied, border)
