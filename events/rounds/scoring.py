"""What judges do in a round: give points, order, compare, skip, declare a conflict of interest, take back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events.challenges import its_event_not_over
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.judging.next_pair import NextPair, next_pair
from events.judging.rules import Rubric
from events.judging.votes import BadVotes, Comparison
from events.rounds.conflicts import note_declared
from events.rounds.desk import WorkForJudge, changed_since, having_read, judges_this, to_compare_again, works_for
from events.rounds.inputs import engine_round, engine_votes
from events.rounds.rounds import (
    POINTS_SCHEMES,
    RoundInEvent,
    RoundSubmission,
    Scheme,
    criteria_of,
    judge_of_round,
    lock_open_round,
    takes_votes,
)
from events.rounds.schemes import engine_rule
from events.rounds.standings import standing_of
from events.rounds.votes import (
    WHOLE_LIST,
    OutOfDate,
    RoundVote,
    Said,
    SkipReason,
    VoteGiven,
    VoteKind,
    about_pair,
    find_vote,
    is_same_page,
    keep_vote,
    last_about,
    last_of_page,
    latest_votes,
    pair_of,
    versions_about,
)


def _give(
    db: Database, actor: Actor, subject: RoundInEvent | WorkForJudge, said: Said, *, seen: int, client_id: str
) -> RoundVote:
    """Keep what a judge says while the round is held open, and tell it once."""
    assert actor.person is not None
    lock_open_round(db, subject)
    round_id = subject.round.id or 0
    vote, new = keep_vote(db, round_id, actor.person, said, seen=seen, client_id=client_id)
    if new:
        record(db, actor, VoteGiven(event_id=subject.event.id, round_id=round_id, vote_id=vote.id or 0))
    return vote


def points_said(about: str, points: Mapping[int, float | None], comment: str = "", note: str = "") -> Said:
    """Points by number of criterion as a vote; those with None wait."""
    given = {str(number): float(each) for number, each in sorted(points.items()) if each is not None}
    return Said(about, VoteKind.SCORE, {"points": given}, comment, note)


def skip_said(about: str, reason: SkipReason, note: str = "") -> Said:
    """That somebody does not judge this, as a vote."""
    return Said(about, VoteKind.SKIP, {"reason": reason.value}, "", note)


def list_said(places: Sequence[Sequence[int]]) -> Said:
    """An order as a vote, best first; equals share a place."""
    return Said(WHOLE_LIST, VoteKind.LIST, {"places": [sorted(place) for place in places if place]})


def comparison_said(first: int, second: int, better: int | None) -> Said:
    """Which of two is better as a vote, or that neither is (None)."""
    low, high = min(first, second), max(first, second)
    return Said(about_pair(first, second), VoteKind.COMPARISON, {"first": low, "second": high, "better": better})


Read = Mapping[int, int]
"""Which version of each submission a judge has before them, by number of the submission."""

ScoringRule = Callable[[Database, WorkForJudge], None]
SCORING_RULES: list[ScoringRule] = []


def scoring_rule(step: ScoringRule) -> ScoringRule:
    """Register `(db, work)`, which refuses points that may not be given now; for what knows of stages."""
    SCORING_RULES.append(step)
    return step


@command(judges_this, when=takes_votes)
def score_submission(
    db: Database, actor: Actor, subject: WorkForJudge, *, points: Mapping[int, float | None], comment: str = "",
    note: str = "", seen: int, client_id: str, read: Read | None = None,
) -> RoundVote:  # fmt: skip
    """Give points by number of criterion; those with None wait, and the vote counts when all are there.

    `seen` is the version of the vote that was on the page, `read` those of the submission (None: what counts now).
    Refuses points that are no step of the scale, and ChangedElsewhere.
    """
    if subject.round.scheme not in POINTS_SCHEMES:
        raise Conflict(_("In this round no points are given."))
    for may_now in SCORING_RULES:
        may_now(db, subject)
    given = {number: _checked_points(db, subject, number, each) for number, each in points.items() if each is not None}
    said = having_read(db, subject, [subject.row], points_said(subject.about, given, comment, note), read)
    return _give(db, actor, subject, said, seen=seen, client_id=client_id)


def _checked_points(db: Database, subject: WorkForJudge, number: int, points: float) -> float:
    weights = [one.weight for one in criteria_of(db, subject.round.id)]
    rule = engine_rule(subject.round.scheme, subject.round.rule, weights)
    assert isinstance(rule, Rubric)
    criterion = next((one for one in rule.criteria if one.id == number), None)
    if criterion is None:
        raise OutOfDate()
    try:
        return float(criterion.checked(points))
    except BadVotes as refused:
        scale = {"least": f"{criterion.least:g}", "most": f"{criterion.most:g}", "step": f"{criterion.step:g}"}
        sentence = _("Give from %(least)s to %(most)s points, in steps of %(step)s.", **scale)
        raise Invalid({f"points-{number}": sentence}) from refused


@command(judges_this, when=takes_votes)
def skip_submission(
    db: Database, actor: Actor, subject: WorkForJudge, *, reason: SkipReason, note: str = "", seen: int,
    client_id: str, read: Read | None = None,
) -> RoundVote:  # fmt: skip
    """Say that one does not judge this, and why. It counts as an abstention, and does not come again by
    itself; where there was nothing to see, it does once it was changed."""
    said = having_read(db, subject, [subject.row], skip_said(subject.about, reason, note), read)
    return _give(db, actor, subject, said, seen=seen, client_id=client_id)


@command(judges_this, when=takes_votes)
def undo_last(
    db: Database, actor: Actor, subject: WorkForJudge, *, seen: int, client_id: str, of: str = ""
) -> RoundVote:  # fmt: skip
    """Go back to what one had said about a submission before the last change, or before what was sent under the id
    `of`, whichever tries of it arrived; the first is taken back altogether.

    What is undone stays as a version. The same id again changes nothing. Refused where there is nothing to take back,
    and ChangedElsewhere.
    """
    assert actor.person is not None
    there = find_vote(db, actor.person, client_id)
    if there is not None and (there.round_id, there.about) == (subject.round.id, subject.about):
        return there
    rows = [one for one in versions_about(db, subject.round.id or 0, subject.about) if one.person_id == actor.person]
    if not rows or rows[-1].kind is VoteKind.UNDONE:
        raise Conflict(_("There is nothing to take back here."))
    before = [one for one in rows if not is_same_page(one.client_id, of)] if of else rows[:-1]
    return _give(db, actor, subject, _said_last(subject.about, before), seen=seen, client_id=client_id)


def _said_last(about: str, rows: Sequence[RoundVote]) -> Said:
    if not rows:
        return Said(about, VoteKind.UNDONE, {})
    was = rows[-1]
    return Said(was.about, was.kind, was.content, was.comment, was.note, was.read)


@command(judges_this, when=its_event_not_over)
def declare_conflict(db: Database, actor: Actor, subject: WorkForJudge, *, reason: str = "") -> bool:
    """Say that one has a conflict of interest: the submission is gone from one's pages, in all rounds of the event, and
    what one gave it is taken out of the result. True where something was given. Published results stay as they are."""
    assert actor.person is not None
    last = last_about(db, subject.round.id or 0, actor.person, subject.about)
    scored = last is not None and last.kind is not VoteKind.UNDONE
    note_declared(
        db, actor, subject.event, submission_id=subject.row.submission_id, person_id=actor.person, reason=reason,
        scored=scored,
    )  # fmt: skip
    return scored


@command(judge_of_round, when=takes_votes)
def order_submissions(
    db: Database, actor: Actor, subject: RoundInEvent, *, places: Sequence[Sequence[int]], seen: int, client_id: str,
    read: Read | None = None,
) -> RoundVote:  # fmt: skip
    """Put what one has seen into an order, best first; equals share a place. Numbers are those of the round.

    What is not on the list was not seen. Refuses what is not one's own to judge, and what stands there twice.
    """
    if subject.round.scheme is not Scheme.RANKING:
        raise Conflict(_("In this round there are no lists."))
    named = [one for place in places for one in place]
    mine = _refuse_others(db, actor, subject, named)
    if len(set(named)) < len(named):
        raise Invalid(_("A submission stands in your list twice. Give each one place."))
    said = having_read(db, subject, [one for one in mine if one.number in named], list_said(places), read)
    return _give(db, actor, subject, said, seen=seen, client_id=client_id)


def _refuse_others(db: Database, actor: Actor, subject: RoundInEvent, named: Sequence[int]) -> list[RoundSubmission]:
    mine = works_for(db, actor, subject)
    if set(named) - {one.number for one in mine}:
        raise Invalid(_("Something in this is not yours to judge any more. Reload the page and look at it again."))
    return mine


@command(judge_of_round, when=takes_votes)
def compare_submissions(
    db: Database, actor: Actor, subject: RoundInEvent, *, first: int, second: int, better: int | None,
    client_id: str, read: Read | None = None,
) -> RoundVote:  # fmt: skip
    """Say which of two (numbers of the round) is better, or that neither is (None). Where one of them was changed since
    one compared them, what one says having read what counts now takes the place of that.

    ChangedElsewhere where one has said something else about the two, as they are, and not taken it back.
    """
    if subject.round.scheme is not Scheme.PAIRWISE:
        raise Conflict(_("In this round nothing is compared."))
    if first == second or better not in (None, first, second):
        raise OutOfDate()
    mine = _refuse_others(db, actor, subject, [first, second])
    pair = [one for one in mine if one.number in (first, second)]
    said = having_read(db, subject, pair, comparison_said(first, second, better), read)
    last = last_about(db, subject.id, actor.person or 0, said.about)
    free = last is not None and (last.kind is VoteKind.UNDONE or _comes_again(db, subject, pair, last, said))
    return _give(db, actor, subject, said, seen=last.number if last and free else 0, client_id=client_id)


def _comes_again(
    db: Database, subject: RoundInEvent, pair: Sequence[RoundSubmission], last: RoundVote, said: Said
) -> bool:  # fmt: skip
    """Whether one of these two was changed since they were compared, and whoever compares them anew has read that."""
    now = {int(one): version for one, version in having_read(db, subject, pair, said, None).read.items()}
    return bool(changed_since([last], now)) and said.read == {str(one): version for one, version in now.items()}


@command(judge_of_round, when=takes_votes)
def undo_comparison(
    db: Database, actor: Actor, subject: RoundInEvent, *, client_id: str, of: str = ""
) -> RoundVote:  # fmt: skip
    """Take back one's last comparison that stands, or the one that was sent under the id `of`, whichever try of it
    arrived; the pair comes again. The same id again changes nothing. Refused where none stands, and ChangedElsewhere
    where one has said something else about the two since."""
    there = find_vote(db, actor.person, client_id)
    if there is not None and (there.round_id, there.kind) == (subject.id, VoteKind.UNDONE):
        return there
    last = vote_sent(db, actor, subject, of) if of else last_comparison(db, actor, subject)
    if last is None:
        raise Conflict(_("There is nothing to take back here."))
    return _give(db, actor, subject, Said(last.about, VoteKind.UNDONE, {}), seen=last.number, client_id=client_id)


def last_comparison(db: Database, actor: Actor, subject: RoundInEvent) -> RoundVote | None:
    """The last comparison of theirs that stands."""
    made = [one for one in latest_votes(db, subject.id, actor.person) if one.kind is VoteKind.COMPARISON]
    return max(made, key=lambda one: one.id or 0, default=None)


def vote_sent(db: Database, actor: Actor, subject: RoundInEvent, of: str) -> RoundVote | None:
    """What came of that which was sent under this id, whichever try of it, as long as it is not taken back."""
    sent = last_of_page(db, subject.id, actor.person, of)
    return sent if sent is not None and not _taken_back(db, sent) else None


def _taken_back(db: Database, sent: RoundVote) -> bool:
    last = last_about(db, sent.round_id, sent.person_id, sent.about)
    return last is not None and last.kind is VoteKind.UNDONE


@dataclass(frozen=True)
class PairToCompare:
    """Two submissions for a judge; `anew`: they have compared them, and one was changed since."""

    first: RoundSubmission
    second: RoundSubmission
    anew: bool = False


def pair_for(db: Database, actor: Actor, subject: RoundInEvent) -> PairToCompare | None:
    """The two that a judge should compare next, as the engine chooses them: first what was changed since they compared
    it. None where all is compared."""
    standing = standing_of(db, subject.round, count=False)
    me = next((one.number for one in standing.judges.values() if one.person_id == actor.person), 0)
    mine = {one.number: one for one in works_for(db, actor, subject)}
    skipped = {
        int(one.about[1:])
        for one in standing.votes
        if one.person_id == actor.person and one.kind is VoteKind.SKIP and one.about.startswith("s")
    }
    made: list[Any] = [one for one in engine_votes(standing.inputs) if isinstance(one, Comparison)]
    now = {one: work.version.number if work.version else 0 for one, work in standing.works.items() if one in mine}
    own = [one for one in standing.votes if one.person_id == actor.person]
    anew = {pair_of(one) for one in to_compare_again(own, now)}
    found: NextPair | None = next_pair(engine_round(standing.inputs), made, me, skipped=skipped, anew=anew)
    if found is None or found.first not in mine or found.second not in mine:
        return None
    first, second = mine[found.first], mine[found.second]
    return PairToCompare(first, second, frozenset((first.number, second.number)) in anew)
