"""Who screens what, and when: two different people for each submission, evenly, without conflicts of interest."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict
from events.core.translation import _
from events.deadlines import FIRST_STAGE
from events.judging.assignment import Assignment, Judge, Task, Work, assign
from events.judging.votes import Conflict as Interest
from events.judging.votes import Kind
from events.roles import organiser_of_event
from events.rounds.assigning import enter_pairs
from events.rounds.conflicts import conflicts_among
from events.rounds.rounds import JudgingRound, RoundState
from events.screening.eligibility import (
    SCREENERS_EACH,
    apply_screening,
    eligibility_of,
    latest_verdicts,
)
from events.screening.rows import (
    ScreeningAssignment,
    ScreeningWork,
)
from events.screening.screenings import (
    Screener,
    Screening,
    ScreeningClosed,
    ScreeningInEvent,
    ScreeningOpened,
    ScreeningState,
    can_be_opened,
    judges_blind,
    not_closed,
    takes_verdicts,
)
from events.submissions import Submission, SubmissionState, counting_versions


@dataclass(frozen=True)
class ScreenerAssigned(Fact):
    """Somebody has something to screen in an open screening; `count` says how many submissions are new."""

    event_id: int
    screening_id: int
    person_id: int
    count: int


def works_in(db: Database, screening_id: int) -> list[ScreeningWork]:
    """What is screened, in the order in which it came in."""
    query = select(ScreeningWork).where(ScreeningWork.screening_id == screening_id)
    return list(db.exec(query.order_by(col(ScreeningWork.id))))


def screening_assignments(db: Database, screening_id: int) -> list[ScreeningAssignment]:
    """Who screens what now."""
    query = select(ScreeningAssignment).where(
        ScreeningAssignment.screening_id == screening_id, col(ScreeningAssignment.ended_at).is_(None)
    )
    return list(db.exec(query.order_by(col(ScreeningAssignment.submission_id), col(ScreeningAssignment.person_id))))


@command(organiser_of_event, when=not_closed)
def assign_screeners(db: Database, actor: Actor, subject: ScreeningInEvent) -> Assignment:
    """Give every submission that was handed in two different screeners, evenly and without conflicts of interest.

    What stands stays, unless a conflict came up. What cannot be met is told in the answer and not refused; refused is
    a screening with fewer than two screeners, or without submissions.
    """
    people = list(
        db.exec(select(Screener.person_id).where(Screener.screening_id == subject.id, col(Screener.ended_at).is_(None)))
    )
    if len(people) < SCREENERS_EACH:
        raise Conflict(_("Name at least two screeners first: two different people look at each submission."))
    works = _take_in(db, subject)
    if not works:
        raise Conflict(_("There is nothing to screen yet: no team has handed in."))
    there = screening_assignments(db, subject.id)
    task = _task(db, subject, people, works, there)
    found = assign(task)
    wanted = {(one.judge, one.submission) for one in found.pairs}
    standing = {(one.person_id, one.submission_id) for one in there}
    for one in there:
        if (one.person_id, one.submission_id) not in wanted:
            one.ended_at = clock.now()
            db.add(one)
    enter_pairs(db, ScreeningAssignment, "screening_id", subject.id, wanted - standing)
    _tell_screeners(db, actor, subject, [person for person, _submission in wanted - standing])
    apply_screening(db, subject.event.id)
    return found


def _take_in(db: Database, subject: ScreeningInEvent) -> list[int]:
    final = select(Submission.id).where(
        Submission.event_id == subject.event.id, Submission.state == SubmissionState.FINAL
    )
    handed_in = [one or 0 for one in db.exec(final.order_by(col(Submission.id)))]
    there = {one.submission_id for one in works_in(db, subject.id)}
    versions = counting_versions(db, handed_in, FIRST_STAGE)
    for one in handed_in:
        if one in versions and one not in there:
            db.add(ScreeningWork(screening_id=subject.id, submission_id=one, taken_in_at=clock.now()))
    db.flush()
    return [one.submission_id for one in works_in(db, subject.id)]


def _task(
    db: Database, subject: ScreeningInEvent, people: Sequence[int], works: Sequence[int],
    there: Sequence[ScreeningAssignment],
) -> Task:  # fmt: skip
    """What was said by those who screen no more stays said, so that fewer are needed there."""
    said = eligibility_of(db, subject.screening, works)
    gone = {one: sum(1 for each in said[one].verdicts if each.person_id not in people) for one in works}
    blind = judges_blind(db, subject.event)
    conflicts = set(conflicts_among(db, subject.event.id, people, works, subject.screening.kinds))
    conflicts |= {Interest(person, work, Kind.DECLARED) for person in blind & set(people) for work in works}
    return Task(
        judges=tuple(Judge(one) for one in sorted(people)),
        works=tuple(Work(one, wanted=max(0, SCREENERS_EACH - gone[one])) for one in works),
        wanted=SCREENERS_EACH,
        conflicts=frozenset(conflicts),
        standing=frozenset((one.person_id, one.submission_id) for one in there if one.person_id in people),
        seed=subject.id,
    )


def _tell_screeners(db: Database, actor: Actor, subject: ScreeningInEvent, people: Collection[int]) -> None:
    if subject.screening.state is not ScreeningState.OPEN:
        return
    for person, count in sorted(Counter(people).items()):
        fact = ScreenerAssigned(
            event_id=subject.event.id, screening_id=subject.id, person_id=person, count=count
        )  # fmt: skip
        record(db, actor, fact)


@command(organiser_of_event, when=can_be_opened)
def open_screening(db: Database, actor: Actor, subject: ScreeningInEvent) -> None:
    """Let screeners say what they find; they are told. From now on only what is found eligible is judged.

    Refuses a screening whose submissions are not assigned, and one after judging has begun.
    """
    again = subject.screening.opened_at is not None
    assigned = screening_assignments(db, subject.id)
    if not assigned:
        raise Conflict(_("Assign the submissions to the screeners first."))
    begun = select(JudgingRound.name).where(
        JudgingRound.event_id == subject.event.id, JudgingRound.state != RoundState.DRAFT
    )
    name = db.exec(begun.limit(1)).first()
    if name is not None and not again:
        raise Conflict(_("%(round)s was opened already. Screening comes before judging.", round=name))
    _step(db, subject, ScreeningState.OPEN, opened_at=clock.now(), closed_at=None)
    record(db, actor, ScreeningOpened(event_id=subject.event.id, screening_id=subject.id))
    said = {(one.person_id, one.submission_id) for one in latest_verdicts(db, subject.id)}
    left = [one.person_id for one in assigned if (one.person_id, one.submission_id) not in said]
    _tell_screeners(db, actor, subject, left)
    apply_screening(db, subject.event.id)


@command(organiser_of_event, when=takes_verdicts)
def close_screening(db: Database, actor: Actor, subject: ScreeningInEvent) -> None:
    """Take no verdicts any more. What is not found eligible by then stays out; organisers can still decide."""
    _step(db, subject, ScreeningState.CLOSED, closed_at=clock.now())
    record(db, actor, ScreeningClosed(event_id=subject.event.id, screening_id=subject.id))


def _step(db: Database, subject: ScreeningInEvent, to: ScreeningState, **values: Any) -> None:
    changed = db.execute(
        update(Screening)
        .where(col(Screening.id) == subject.id, col(Screening.state) == subject.screening.state)
        .values(state=to, **values)
        .execution_options(synchronize_session=False)
    )
    db.refresh(subject.screening)
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("Somebody else was quicker. Reload the page and look."))
