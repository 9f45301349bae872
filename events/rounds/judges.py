"""Judges of a round: who they are, who takes over from whom, and whether what they gave still counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, func, literal
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
from events.events import EventWithPhases
from events.people import Person, PersonState
from events.roles import BLIND_JUDGE, Role, RoleGrant, Scope, organiser_of_event, tie_source, ties_as
from events.rounds.rounds import JudgingRound, RoundInEvent, RoundState, Scheme, not_published


class RoundJudge(SQLModel, table=True):
    """That a person judges in a round, or did until `ended_at`; `number` is what they are called in exports.

    What somebody gave who does not judge any more counts as long as `counts` says so.
    """

    __tablename__ = "round_judge"
    __table_args__ = (UniqueConstraint("round_id", "person_id"), UniqueConstraint("round_id", "number"))

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    number: int
    most: int | None = Field(default=None)
    named_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)
    counts: bool = True


personal_data(RoundJudge, "person_id", "judging in a round", "keep")


@dataclass(frozen=True)
class JudgeNamed(Fact):
    """Somebody judges in a round."""

    event_id: int
    round_id: int
    person_id: int


@dataclass(frozen=True)
class JudgeEnded(Fact):
    """Somebody judges in a round no more; `counts` says whether what they gave still does."""

    event_id: int
    round_id: int
    person_id: int
    counts: bool


@tie_source
def _judges(person: int) -> Any:
    return ties_as("judge", "round", RoundJudge.round_id).where(
        col(RoundJudge.person_id) == person, col(RoundJudge.ended_at).is_(None)
    )


@tie_source
def _judges_blind(person: int) -> Any:
    """Judges of a blind round, or of one that will be, may not know whose a submission is until all is published."""
    return (
        select(literal(BLIND_JUDGE), literal(Scope.EVENT.value), JudgingRound.event_id)
        .join(RoundJudge, col(RoundJudge.round_id) == col(JudgingRound.id))
        .where(
            col(RoundJudge.person_id) == person,
            col(RoundJudge.ended_at).is_(None),
            col(JudgingRound.blind).is_(True),
            col(JudgingRound.state) != RoundState.PUBLISHED,
        )
    )


@dataclass(frozen=True)
class JudgeCard:
    """A judge of a round, as organisers see them."""

    person_id: int
    public_id: str
    name: str
    number: int
    most: int | None
    judges: bool
    counts: bool


def judges_of(db: Database, round_id: int | None) -> list[JudgeCard]:
    """Who judges in a round, or did, by number."""
    query = (
        select(RoundJudge, Person)
        .join(Person, col(Person.id) == col(RoundJudge.person_id))
        .where(RoundJudge.round_id == round_id)
        .order_by(col(RoundJudge.number))
    )
    return [
        JudgeCard(
            one.person_id, person.public_id, person.name or person.email, one.number, one.most,
            one.ended_at is None, one.counts,
        )
        for one, person in db.exec(query)
    ]  # fmt: skip


def judges_to_name(db: Database, event: EventWithPhases) -> list[Person]:
    """Who has the role of a judge in the event or its programme, by name."""
    of_event = (col(RoleGrant.scope) == Scope.EVENT) & (col(RoleGrant.scope_id) == event.id)
    of_programme = (col(RoleGrant.scope) == Scope.PROGRAMME) & (col(RoleGrant.scope_id) == event.programme_id)
    judges = select(RoleGrant.person_id).where(RoleGrant.role == Role.JUDGE, of_event | of_programme)
    query = select(Person).where(col(Person.id).in_(judges), Person.state != PersonState.ERASED)
    return sorted(db.exec(query), key=lambda one: (one.name.casefold(), one.id or 0))


@command(organiser_of_event, when=not_published)
def name_judge(db: Database, actor: Actor, subject: RoundInEvent, *, person_id: int, most: int | None = None) -> None:
    """Let somebody judge in a round, at most `most` submissions (None: any number), or set another limit for them.

    Refuses who has no judge's role in the event, and rounds that the audience decides.
    """
    if subject.round.scheme is Scheme.AUDIENCE:
        raise Conflict(_("The audience decides this round. It has no judges."))
    if most is not None and not 1 <= most <= 1000:
        raise Invalid({"most": _("Please write a number from 1 to 1000, or leave it empty for no limit.")})
    if person_id not in {one.id for one in judges_to_name(db, subject.event)}:
        raise Invalid({"person": _("This person is no judge of the event. Give them the role first.")})
    enter_judges(db, actor, subject, [person_id], most=most)


def enter_judges(
    db: Database, actor: Actor, subject: RoundInEvent, people: Sequence[int], *, most: int | None = None
) -> None:
    """Write down who judges in a round, those who did before as well; part of commands that asked their own rule."""
    for person in people:
        row = db.exec(
            select(RoundJudge).where(RoundJudge.round_id == subject.id, RoundJudge.person_id == person)
        ).first()
        if row is not None:
            was_there, row.ended_at, row.counts, row.most = row.ended_at is None, None, True, most
            db.add(row)
            if was_there:
                continue
        elif not _enter(db, subject, person, most):
            continue
        record(db, actor, JudgeNamed(event_id=subject.event.id, round_id=subject.id, person_id=person))
    db.flush()


def _enter(db: Database, subject: RoundInEvent, person: int, most: int | None) -> bool:
    """False where somebody else has just named them."""
    last = db.exec(select(func.max(RoundJudge.number)).where(RoundJudge.round_id == subject.id)).one()
    row = RoundJudge(round_id=subject.id, person_id=person, number=(last or 0) + 1, most=most, named_at=clock.now())
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_round_judge_round_id_person_id"):
            return False
        if is_broken(error, "uq_round_judge_round_id_number"):
            raise Conflict(_("Somebody else has just named a judge. Send it again.")) from error
        raise
    return True


def judge_row(db: Database, round_id: int, person_id: int) -> RoundJudge:
    """The row of somebody who judges in a round now; NotFound for others."""
    row = db.exec(
        select(RoundJudge).where(
            RoundJudge.round_id == round_id, RoundJudge.person_id == person_id, col(RoundJudge.ended_at).is_(None)
        )
    ).first()
    if row is None:
        raise NotFound(_("This person does not judge in the round any more."))
    return row


def end_judging(db: Database, actor: Actor, subject: RoundInEvent, *, person_id: int, counts: bool) -> None:
    """Write down that somebody judges no more, and whether what they gave counts; part of commands."""
    row = judge_row(db, subject.id, person_id)
    row.ended_at, row.counts = clock.now(), counts
    db.add(row)
    record(db, actor, JudgeEnded(event_id=subject.event.id, round_id=subject.id, person_id=person_id, counts=counts))
