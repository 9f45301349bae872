"""Who judges which submission in a round: worked out by the engine, put right by hand, told to those concerned."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.judging.assignment import Assignment, Judge, Task, Work, assign
from events.roles import organiser_of_event
from events.rounds.conflicts import conflicts_of
from events.rounds.judges import RoundJudge, end_judging, enter_judges, is_judging, judge_row, may_be_named
from events.rounds.matching import matching_in
from events.rounds.rounds import (
    RoundInEvent,
    RoundState,
    RoundSubmission,
    Scheme,
    criteria_of,
    not_published,
    submissions_in,
)
from events.rounds.votes import RoundVote, VoteKind, about_submission, latest_votes

ASSIGNED_SCHEMES = (Scheme.RUBRIC, Scheme.RANKING, Scheme.CALL)


class JudgingAssignment(SQLModel, table=True):
    """That a judge judges a submission of a round, or did until `ended_at`; in a call the `rapporteur` writes down
    what its evaluators agree on."""

    __tablename__ = "judging_assignment"
    __table_args__ = (UniqueConstraint("round_id", "person_id", "submission_id"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    by_hand: bool = False
    rapporteur: bool = False
    assigned_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)


personal_data(JudgingAssignment, "person_id", "what somebody is to judge", "keep")


@dataclass(frozen=True)
class JudgesAssigned(Fact):
    """Who judges what was worked out, or changed by hand."""

    event_id: int
    round_id: int


@dataclass(frozen=True)
class JudgeAssigned(Fact):
    """A judge has something to judge in an open round; `count` says how many submissions are new (0: any they like)."""

    event_id: int
    round_id: int
    person_id: int
    count: int


def can_be_assigned(subject: RoundInEvent, now: datetime) -> None:
    """Refuse assigning where nobody is assigned, or nothing is judged any more."""
    not_published(subject, now)
    if subject.round.scheme not in ASSIGNED_SCHEMES:
        raise Conflict(_("In this round nobody is assigned: everybody sees all that they may."))
    if subject.round.state is RoundState.CLOSED:
        raise Conflict(_("This round is closed. Open it again first."))


def assignments_in(db: Database, round_id: int | None) -> list[JudgingAssignment]:
    """Who judges what now, in order of submission and person."""
    query = select(JudgingAssignment).where(
        JudgingAssignment.round_id == round_id, col(JudgingAssignment.ended_at).is_(None)
    )
    return list(db.exec(query.order_by(col(JudgingAssignment.submission_id), col(JudgingAssignment.person_id))))


@command(organiser_of_event, when=can_be_assigned)
def assign_judges(db: Database, actor: Actor, subject: RoundInEvent, *, anew: bool = False) -> Assignment:
    """Give each submission its judges: as many as the round wants, evenly, no conflicts, nobody who does not read its
    language, those who know it first.

    What stands stays, unless a judge or a submission is gone or a conflict came up. `anew` keeps only what was judged
    already. What cannot be met is told in the answer (ids of people and submissions) and not refused; refused is a
    round without judges or submissions.
    """
    judges = [one for one in _judge_rows(db, subject.id) if one.ended_at is None]
    works = submissions_in(db, subject.id)
    if not judges:
        raise Conflict(_("Name the judges of this round first."))
    if not works:
        raise Conflict(_("There is nothing to judge yet: take in the submissions first."))
    there = assignments_in(db, subject.id)
    found = assign(_task(db, subject, judges, works, there, anew=anew))
    wanted = {(one.judge, one.submission) for one in found.pairs}
    standing = {(one.person_id, one.submission_id) for one in there}
    for one in there:
        if (one.person_id, one.submission_id) not in wanted:
            one.ended_at = clock.now()
            db.add(one)
    enter_pairs(db, JudgingAssignment, "round_id", subject.id, wanted - standing, by_hand=False)
    if wanted != standing:
        record(db, actor, JudgesAssigned(event_id=subject.event.id, round_id=subject.id))
        tell_judges(db, actor, subject, [person for person, _submission in wanted - standing])
    return found


def _task(
    db: Database, subject: RoundInEvent, judges: list[RoundJudge], works: list[RoundSubmission],
    there: list[JudgingAssignment], *, anew: bool,
) -> Task:  # fmt: skip
    ids = [one.submission_id for one in works]
    known = matching_in(db, subject, [one.person_id for one in judges], ids)
    judged = {(one.person_id, one.about) for one in latest_votes(db, subject.id) if one.kind is not VoteKind.UNDONE}
    number = {one.submission_id: one.number for one in works}
    standing = {
        (one.person_id, one.submission_id)
        for one in there
        if not anew or (one.person_id, f"s{number.get(one.submission_id)}") in judged
    }
    return Task(
        judges=tuple(
            Judge(
                one.person_id, one.most, known.reads.get(one.person_id, frozenset()),
                known.knows.get(one.person_id, frozenset()),
            )
            for one in judges
        ),
        works=tuple(Work(one, known.written_in.get(one), known.about.get(one, frozenset())) for one in ids),
        wanted=subject.round.judges_each,
        conflicts=conflicts_of(db, subject.round),
        standing=frozenset(standing),
        seed=subject.id,
    )  # fmt: skip


def _judge_rows(db: Database, round_id: int) -> list[RoundJudge]:
    return list(db.exec(select(RoundJudge).where(RoundJudge.round_id == round_id).order_by(col(RoundJudge.number))))


def assign_one(db: Database, round_id: int, person: int, submission: int, *, by_hand: bool) -> bool:
    """Write down that somebody judges something, again where they did before; False where they do already."""
    row = db.exec(
        select(JudgingAssignment).where(
            JudgingAssignment.round_id == round_id,
            JudgingAssignment.person_id == person,
            JudgingAssignment.submission_id == submission,
        )
    ).first()
    if row is not None and row.ended_at is None:
        return False
    if row is None:
        row = JudgingAssignment(round_id=round_id, person_id=person, submission_id=submission, assigned_at=clock.now())
    row.by_hand, row.assigned_at, row.ended_at = by_hand, clock.now(), None
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_judging_assignment_round_id_person_id_submission_id"):
            return False
        raise
    return True


def enter_pairs(
    db: Database, relation: Any, of: str, id: int, pairs: Collection[tuple[int, int]], **values: Any
) -> None:
    """Write down many pairs of person and submission in a few statements: thousands are assigned at once. The relation
    is that of who judges, or of who screens; `of` is its column that names the round or the screening."""
    query = select(relation).where(getattr(relation, of) == id)
    known = {(one.person_id, one.submission_id): one for one in db.exec(query)}
    now = clock.now()
    for person, submission in sorted(pairs):
        row = known.get((person, submission)) or relation(
            **{of: id}, person_id=person, submission_id=submission, assigned_at=now
        )
        for name, value in {**values, "assigned_at": now, "ended_at": None}.items():
            setattr(row, name, value)
        db.add(row)
    try:
        db.flush()
    except IntegrityError as error:
        if is_broken(error, f"uq_{relation.__tablename__}_{of}_person_id_submission_id"):
            raise Conflict(_("Somebody else is assigning at this moment. Look at what they did first.")) from error
        raise


def tell_judges(db: Database, actor: Actor, subject: RoundInEvent, people: Collection[int]) -> None:
    """Record for each judge how many submissions are new to them, where the round is open; `people` names a judge once
    for each."""
    if subject.round.state is not RoundState.OPEN:
        return
    for person, count in sorted(Counter(people).items()):
        record(
            db, actor,
            JudgeAssigned(event_id=subject.event.id, round_id=subject.id, person_id=person, count=count),
        )  # fmt: skip


@command(organiser_of_event, when=can_be_assigned)
def assign_by_hand(db: Database, actor: Actor, subject: RoundInEvent, *, person_id: int, submission: str) -> None:
    """Let a judge judge one more submission of the round (public id there), whatever their limit says.

    Refuses a conflict of interest, and who does not judge in the round.
    """
    judge_row(db, subject.id, person_id)
    work = work_in(db, subject.id, submission)
    if any((one.judge, one.submission) == (person_id, work.submission_id) for one in conflicts_of(db, subject.round)):
        raise Conflict(_("This judge has a conflict of interest with this submission. Choose another judge."))
    if assign_one(db, subject.id, person_id, work.submission_id, by_hand=True):
        record(db, actor, JudgesAssigned(event_id=subject.event.id, round_id=subject.id))
        tell_judges(db, actor, subject, [person_id])


@command(organiser_of_event, when=can_be_assigned)
def take_from_judge(db: Database, actor: Actor, subject: RoundInEvent, *, person_id: int, submission: str) -> None:
    """Let a judge not judge a submission any more. What they gave it is kept, and counts."""
    work = work_in(db, subject.id, submission)
    row = db.exec(
        select(JudgingAssignment).where(
            JudgingAssignment.round_id == subject.id,
            JudgingAssignment.person_id == person_id,
            JudgingAssignment.submission_id == work.submission_id,
            col(JudgingAssignment.ended_at).is_(None),
        )
    ).first()
    if row is None:
        raise NotFound(_("This judge does not judge this submission any more."))
    row.ended_at = clock.now()
    db.add(row)
    record(db, actor, JudgesAssigned(event_id=subject.event.id, round_id=subject.id))


def work_in(db: Database, round_id: int, public: str) -> RoundSubmission:
    """A submission of a round by its public id there; NotFound where it is not in the round (any more)."""
    row = db.exec(
        select(RoundSubmission).where(RoundSubmission.round_id == round_id, RoundSubmission.public_id == public)
    ).first()
    if row is None or row.taken_out_at is not None:
        raise NotFound(_("This submission is not in the round any more."))
    return row


@command(organiser_of_event, when=not_published)
def replace_judge(
    db: Database, actor: Actor, subject: RoundInEvent, *, person_id: int, by_id: int | None, counts: bool
) -> list[int]:
    """End somebody's judging in a round. What they gave is kept, and counts if `counts` says so.

    Whoever takes over (`by_id`, None: nobody) gets what they had not judged yet, but for what they have a conflict of
    interest with: these submission ids are the answer.
    """
    if by_id == person_id:
        raise Invalid({"by": _("Choose somebody else to take over.")})
    if by_id is not None and not may_be_named(db, subject, by_id):
        raise Invalid({"by": _("This person is no judge of the event. Give them the role first.")})
    return hand_over_judging(db, actor, subject, person_id=person_id, by_id=by_id, counts=counts)


def hand_over_judging(
    db: Database, actor: Actor, subject: RoundInEvent, *, person_id: int, by_id: int | None, counts: bool
) -> list[int]:
    """End somebody's judging in a round as `replace_judge` does; part of commands that asked their own rule."""
    end_judging(db, actor, subject, person_id=person_id, counts=counts)
    if by_id is not None and not is_judging(db, subject.id, by_id):  # who judges already keeps their limit
        enter_judges(db, actor, subject, [by_id])
    return _hand_over(db, actor, subject, person_id, by_id, counts=counts)


def _hand_over(
    db: Database, actor: Actor, subject: RoundInEvent, person_id: int, by_id: int | None, *, counts: bool
) -> list[int]:
    number = {one.submission_id: one.number for one in submissions_in(db, subject.id)}
    criteria = len(criteria_of(db, subject.id))
    done = {
        about
        for one in latest_votes(db, subject.id, person_id)
        for about in (_judged_in(one, criteria) if counts else ())
    }
    blocked = {(one.judge, one.submission) for one in conflicts_of(db, subject.round)}
    left, given = [], []
    for one in assignments_in(db, subject.id):
        if one.person_id != person_id:
            continue
        one.ended_at = clock.now()
        db.add(one)
        if f"s{number.get(one.submission_id)}" in done:
            continue
        if by_id is None or (by_id, one.submission_id) in blocked:
            left.append(one.submission_id)
        elif assign_one(db, subject.id, by_id, one.submission_id, by_hand=True):
            given.append(by_id)
    record(db, actor, JudgesAssigned(event_id=subject.event.id, round_id=subject.id))
    tell_judges(db, actor, subject, given)
    return left


def _judged_in(vote: RoundVote, criteria: int) -> list[str]:
    """What is judged by a vote, as votes about it are kept: with all its points, or by its place on a list."""
    if vote.kind is VoteKind.LIST:
        return [about_submission(number) for place in vote.content["places"] for number in place]
    return [vote.about] if vote.kind is VoteKind.SCORE and len(vote.content["points"]) == criteria else []
