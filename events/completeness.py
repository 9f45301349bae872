"""Completeness: who has not finished their registration, and asking them once to do it, by button and by the clock.

Unfinished is who has not answered a required question (it may have been added later) and, in a matchmaking event, who
has named no organisation. Whoever was asked is left alone for three days.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from events.answering import GONE
from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.timers import set_timer, stop_timer, timer
from events.desks import officer_with_participants
from events.events import Event, EventKind, EventState, EventWithPhases, event_by_id, not_over
from events.people import Person, PersonState
from events.phases import Phase, PhaseKind, on_dated
from events.questions import RegistrationQuestion, asked_of, questions_by_event
from events.registration import ParticipationType, Registration
from events.roles import Role, Scope, organiser_of_event

AGAIN_AFTER = timedelta(days=3)
BEFORE_CLOSING = timedelta(days=2)
TIMER = "unfinished asked 2 days before"


class CompletenessNudge(SQLModel, table=True):
    """That somebody was asked to finish their registration, and when last."""

    __tablename__ = "completeness_nudge"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    asked_at: datetime = moment()


personal_data(CompletenessNudge, "person_id", "that somebody was asked to finish their registration", "delete")


@dataclass(frozen=True)
class CompletionAsked(Fact):
    """Those who had not finished their registration were asked to; who they are stands in their nudges of that
    moment."""

    event_id: int
    asked_at: datetime
    count: int


@dataclass(frozen=True)
class Unfinished:
    """A registration that lacks something: labels of questions, and whether it names no organisation."""

    registration: Registration
    questions: tuple[str, ...]
    lacks_organisation: bool


def unfinished_in(db: Database, event: Event, person_id: int | None = None) -> list[Unfinished]:
    """The registrations of an event, or of one person in it, that are not finished, in order of arrival."""
    return unfinished_in_all(db, [event], person_id)


def unfinished_in_all(db: Database, events: Collection[Event], person_id: int | None = None) -> list[Unfinished]:
    """The registrations of several events that are not finished, in order of arrival; two queries for all of them."""
    by_id = {one.id: one for one in events}
    query = (
        select(Registration, ParticipationType.code)
        .join(ParticipationType, col(ParticipationType.id) == col(Registration.type_id))
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(col(Registration.event_id).in_(by_id), col(Registration.state).not_in(GONE))
        .where(Person.state != PersonState.ERASED)
        .order_by(col(Registration.registered_at), col(Registration.id))
    )
    if person_id is not None:
        query = query.where(Registration.person_id == person_id)
    asked = questions_by_event(db, list(by_id))
    found = [_lacking(by_id[row.event_id], asked.get(row.event_id, []), row, code) for row, code in db.exec(query)]
    return [one for one in found if one.questions or one.lacks_organisation]


def _lacking(event: Event, asked: list[RegistrationQuestion], row: Registration, code: str) -> Unfinished:
    open_ones = (one.label for one in asked_of(asked, code, row.answers)
                 if one.required and not row.answers.get(str(one.id)))  # fmt: skip
    nobody = row.organisation_id is None and row.asked_organisation_id is None
    return Unfinished(row, tuple(open_ones), nobody and event.kind is EventKind.MATCHMAKING)


@dataclass(frozen=True)
class UnfinishedCount:
    """How many have not finished, and how many of them can be asked now."""

    all: int
    to_ask: int


def count_unfinished(db: Database, event: Event, desks: Collection[int] | None = None) -> UnfinishedCount:
    """How many have not finished their registration, of all or of those of some desks; for who may ask them."""
    found = [one for one in unfinished_in(db, event) if desks is None or one.registration.desk_id in desks]
    alone = _left_alone(db, event.id or 0, clock.now()) if found else set()
    return UnfinishedCount(len(found), sum(one.registration.person_id not in alone for one in found))


def _left_alone(db: Database, event_id: int, now: datetime) -> set[int]:
    query = select(CompletenessNudge.person_id).where(
        CompletenessNudge.event_id == event_id, col(CompletenessNudge.asked_at) > now - AGAIN_AFTER
    )
    return set(db.exec(query))


@command(organiser_of_event, when=not_over)
def ask_to_finish(db: Database, actor: Actor, subject: EventWithPhases) -> int:
    """Ask those who have not finished their registration to do it; answers how many were asked.

    Whoever was asked within the last three days is left alone, so that pressing twice writes one letter.
    """
    return _ask(db, actor, subject.event)


@command(officer_with_participants, when=not_over)
def ask_own_to_finish(db: Database, actor: Actor, subject: EventWithPhases) -> int:
    """Ask those of the actor's own desks who have not finished their registration, as `ask_to_finish` asks all."""
    return _ask(db, actor, subject.event, actor.ids(Role.DESK_OFFICER, Scope.DESK))


def _ask(db: Database, actor: Actor, event: Event, desks: Collection[int] | None = None) -> int:
    now, event_id = clock.now(), event.id or 0
    # Locks the event's row on PostgreSQL, so that two who press at once ask once.
    db.exec(select(Event.id).where(Event.id == event_id).with_for_update()).one()
    alone = _left_alone(db, event_id, now)
    found = [one.registration for one in unfinished_in(db, event)]
    people = sorted({one.person_id for one in found if desks is None or one.desk_id in desks} - alone)
    nudges = select(CompletenessNudge).where(CompletenessNudge.event_id == event_id)
    known = {row.person_id: row for row in db.exec(nudges)}
    for person in people:
        row = known.get(person) or CompletenessNudge(event_id=event_id, person_id=person, asked_at=now)
        row.asked_at = now
        db.add(row)
    db.flush()
    if people:
        record(db, actor, CompletionAsked(event_id=event_id, asked_at=now, count=len(people)))
    return len(people)


def asked_then(db: Database, event_id: int, asked_at: datetime) -> list[int]:
    """Whom a fact is about: the people who were asked at that moment."""
    query = select(CompletenessNudge.person_id).where(
        CompletenessNudge.event_id == event_id, CompletenessNudge.asked_at == asked_at
    )
    return list(db.exec(query))


@on_dated
def _set_timer(db: Database, phases: tuple[Phase, ...], now: datetime) -> None:
    """When the dates of registration are known or change, ask before it closes; what lies in the past is left out."""
    phase = next((one for one in phases if one.kind is PhaseKind.REGISTRATION), None)
    if phase is None:
        return
    if phase.ends_at - BEFORE_CLOSING > now:
        set_timer(db, TIMER, phase.id or 0, phase.ends_at - BEFORE_CLOSING)
    else:
        stop_timer(db, TIMER, phase.id or 0)


@timer(TIMER)
def _two_days_before(db: Database, phase_id: int) -> None:
    phase, now = db.get(Phase, phase_id), clock.now()
    if phase is None or not phase.ends_at - BEFORE_CLOSING <= now < phase.ends_at:
        return
    subject = event_by_id(db, phase.event_id)
    if subject.event.state in {EventState.PUBLISHED, EventState.RUNNING}:
        _ask(db, SYSTEM, subject.event)
