"""One more submission for a judge who is through: chosen by the engine, never more judges than the organisers want."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from events.core.access import Actor, command, may
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict
from events.core.translation import _
from events.judging.next_view import next_view
from events.judging.rules import Ranking, Round
from events.judging.votes import Conflict as Interest
from events.rounds.assigning import (
    ASSIGNED_SCHEMES,
    JudgingAssignment,
    assign_one,
)
from events.rounds.conflicts import conflicts_among
from events.rounds.desk import Desk, desk_of
from events.rounds.judges import RoundJudge, judge_row, judges_of
from events.rounds.matching import Matching, matching_in
from events.rounds.rounds import (
    RoundInEvent,
    RoundSubmission,
    judge_of_round,
    lock_open_round,
    submissions_in,
    takes_votes,
)
from events.rounds.votes import RoundVote, VoteKind, latest_votes


@dataclass(frozen=True)
class OneMoreAssigned(Fact):
    """A judge who was through asked for one more submission, and got it."""

    event_id: int
    round_id: int
    person_id: int


def gives_more(subject: RoundInEvent, now: datetime) -> None:
    """Refuse where nobody is assigned anything, or where the organisers do not want judges to ask."""
    takes_votes(subject, now)
    if subject.round.scheme not in ASSIGNED_SCHEMES or subject.round.judges_most is None:
        raise Conflict(_("In this round judges do not ask for more. The organisers assign."))


@command(judge_of_round, when=gives_more)
def ask_for_one_more(db: Database, actor: Actor, subject: RoundInEvent) -> RoundSubmission:
    """Give a judge who is through one more submission: of those seen by fewest, what they know about first.

    Nothing they have a conflict of interest with, do not read, skipped, or had and lost. Refused before they are
    through, beyond their own limit, and where every submission has as many judges as the organisers want at most.
    """
    assert actor.person is not None and subject.round.judges_most is not None
    lock_open_round(db, subject)
    me = judge_row(db, subject.id, actor.person, lock=True)
    if desk_of(db, actor, subject).next is not None:
        raise Conflict(_("Something waits for you still. Judge or skip that first."))
    if _is_full(db, subject, me):
        raise Conflict(_("You judge as many submissions as the organisers agreed with you."))
    known = _known(db, actor.person, subject)
    tried: set[int] = set()
    while (number := _choice(db, actor.person, subject, known, tried)) is not None:
        work = _lock_work(db, subject, number)
        if work.taken_out_at is None and _count(db, subject, number) < subject.round.judges_most:
            assign_one(db, subject.id, actor.person, work.submission_id, by_hand=False)
            fact = OneMoreAssigned(event_id=subject.event.id, round_id=subject.id, person_id=actor.person)
            record(db, actor, fact)
            return work
        tried.add(number)  # another judge was quicker
    raise Conflict(_("There is no more for you: every submission has the judges that it should have. Thank you."))


def more_for(db: Database, actor: Actor, subject: RoundInEvent, desk: Desk) -> bool:
    """Whether a judge who is through would get one more now."""
    if actor.person is None or desk.next is not None or not may(actor, "ask_for_one_more", subject):
        return False
    if _is_full(db, subject, judge_row(db, subject.id, actor.person)):
        return False
    return _choice(db, actor.person, subject, _known(db, actor.person, subject), ()) is not None


def _is_full(db: Database, subject: RoundInEvent, me: RoundJudge) -> bool:
    if me.most is None:
        return False
    return sum(1 for person, _number in looks_in(db, subject) if person == me.person_id) >= me.most


def _lock_work(db: Database, subject: RoundInEvent, number: int) -> RoundSubmission:
    """Let nobody else ask for this submission until the commit; whoever waited counts again."""
    held = select(RoundSubmission).where(RoundSubmission.round_id == subject.id, RoundSubmission.number == number)
    return db.exec(held.with_for_update().execution_options(populate_existing=True)).one()


def _count(db: Database, subject: RoundInEvent, number: int) -> int:
    return sum(1 for _person, work in looks_in(db, subject) if work == number)


def looks_in(db: Database, subject: RoundInEvent) -> set[tuple[int, int]]:
    """Who looks at what, by person and number: assigned and not skipped, or judged by somebody who counts."""
    number = {one.submission_id: one.number for one in submissions_in(db, subject.id)}
    votes = latest_votes(db, subject.id)
    assigned = select(JudgingAssignment.person_id, JudgingAssignment.submission_id).where(
        JudgingAssignment.round_id == subject.id, col(JudgingAssignment.ended_at).is_(None)
    )
    given = {(person, number[work]) for person, work in db.exec(assigned) if work in number}
    count = {one.person_id for one in judges_of(db, subject.id) if one.counts}
    judged = {(one.person_id, work) for one in votes if one.person_id in count for work in _judged_by(one)}
    return (given | judged) - {(one.person_id, work) for one in votes for work in _skipped_by(one)}


def _judged_by(vote: RoundVote) -> Collection[int]:
    if vote.kind is VoteKind.SCORE:
        return [int(vote.about[1:])]
    return [one for place in vote.content["places"] for one in place] if vote.kind is VoteKind.LIST else []


def _skipped_by(vote: RoundVote) -> Collection[int]:
    return [int(vote.about[1:])] if vote.kind is VoteKind.SKIP and vote.about.startswith("s") else []


def _known(db: Database, person: int, subject: RoundInEvent) -> Matching:
    return matching_in(db, subject, [person], [one.submission_id for one in submissions_in(db, subject.id)])


def _choice(
    db: Database, person: int, subject: RoundInEvent, known: Matching, tried: Collection[int]
) -> int | None:  # fmt: skip
    """The number of what the engine would give this judge next; None where nothing is left for them."""
    works, looks = submissions_in(db, subject.id), looks_in(db, subject)
    number = {one.submission_id: one.number for one in works}
    had = select(JudgingAssignment.submission_id).where(
        JudgingAssignment.round_id == subject.id, JudgingAssignment.person_id == person
    )
    out = {number[one] for one in db.exec(had) if one in number} | set(tried)
    for vote in latest_votes(db, subject.id, person):
        out |= {*_skipped_by(vote), *_judged_by(vote)}
    judges = [one for _person, one in looks]
    most = subject.round.judges_most or 0
    out |= {one.number for one in works if judges.count(one.number) >= most}
    found = conflicts_among(db, subject.event.id, {person}, list(number), subject.round.kinds)
    among = Round(
        Ranking(), frozenset(number.values()), None,
        frozenset(Interest(person, number[one.submission], one.kind) for one in found),
    )  # fmt: skip
    out |= {each for work, each in number.items() if not known.reads_it(person, work)}
    knows = {each for work, each in number.items() if known.fit(person, work).topics}
    return next_view(among, looks, person, skipped=out, knows=knows)
