"""Milestones: the phases of an event in the calendars of those who ask for them, and their moves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import moment
from events.core.database import Database, is_broken
from events.core.hooks import on_withdrawn, personal_data
from events.core.journal import Fact, record
from events.core.translation import SOURCE, written_for
from events.events import Event, EventState, EventWithPhases, not_over, on_renamed
from events.people import Person, PersonState
from events.phases import PHASE_NAMES, Phase, on_dated, phases_of
from events.registration import Registration, participant_of_event
from sessions.calendars import Content, EntryKind, find_entry, latest_revision, revise, revise_many, take_out


class MilestoneFollower(SQLModel, table=True):
    """That somebody wants the phases of an event in their calendar."""

    __tablename__ = "milestone_follower"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    since: datetime = moment()


personal_data(MilestoneFollower, "person_id", "events whose dates somebody wants in their calendar", "delete")


@dataclass(frozen=True)
class MilestoneFollowed(Fact):
    """Somebody gets a phase into their calendar; `sequence` is its revision."""

    event_id: int
    phase_id: int
    person_id: int
    sequence: int


@dataclass(frozen=True)
class MilestoneMoved(Fact):
    """A phase has dates that are new to the calendars which have it."""

    event_id: int
    phase_id: int
    sequence: int


@dataclass(frozen=True)
class MilestoneLeft(Fact):
    """Somebody does not want a phase in their calendar any more; `taken_out` takes it out."""

    event_id: int
    phase_id: int
    person_id: int
    taken_out: int


@command(participant_of_event, when=not_over)
def follow_milestones(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Have every phase that is not over in one's calendar, and be told there when its dates change; twice is once."""
    assert actor.person is not None
    lock_milestones(db, subject.id)
    row = MilestoneFollower(event_id=subject.id, person_id=actor.person, since=clock.now())
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_milestone_follower_event_id_person_id"):
            raise
    for phase in subject.phases:
        if phase.ends_at <= clock.now():
            continue
        sequence = revise(db, EntryKind.PHASE, phase.id or 0, {actor.person}, _content(subject.event, phase))
        if sequence is not None:
            record(db, actor, MilestoneFollowed(subject.id, phase.id or 0, actor.person, sequence=sequence))


@command(participant_of_event)
def unfollow_milestones(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Have the phases out of one's calendar again."""
    assert actor.person is not None
    lock_milestones(db, subject.id)
    _let_go(db, actor, subject.id, actor.person)


def lock_milestones(db: Database, event_id: int) -> None:
    """Let nobody else change who has an event's phases in their calendar until the transaction ends."""
    db.exec(select(Event.id).where(Event.id == event_id).with_for_update(key_share=True)).one()


def _let_go(db: Database, actor: Actor, event_id: int, person: int) -> None:
    mine = (col(MilestoneFollower.event_id) == event_id, col(MilestoneFollower.person_id) == person)
    gone = db.execute(delete(MilestoneFollower).where(*mine))
    if not gone.rowcount:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        return
    for phase in db.exec(select(Phase.id).where(Phase.event_id == event_id).order_by(col(Phase.id))).all():
        numbers = take_out(db, EntryKind.PHASE, phase or 0, person)
        if numbers is not None:
            record(db, actor, MilestoneLeft(event_id, phase or 0, person, taken_out=numbers[0]))


@on_withdrawn
def _left_the_event(db: Database, actor: Actor, registration_id: int) -> None:
    row = db.get(Registration, registration_id)
    if row is not None:
        _let_go(db, actor, row.event_id, row.person_id)


@on_dated
def _tell_calendars(db: Database, phases: tuple[Phase, ...], now: datetime) -> None:
    """Phases have their dates, or others: those who follow the event get them."""
    event = db.get(Event, phases[0].event_id) if phases else None
    if event is None:
        return
    people = followers_of(db, phases[0].event_id)
    if not people:  # feeds and files show the same entries, and letters go on from their numbers
        revise_many(db, EntryKind.PHASE, {phase.id or 0: ((), _content(event, phase)) for phase in phases})
        return
    for phase in phases:
        is_ahead = phase.ends_at > now or _stood_ahead(db, phase, now)
        sequence = revise(db, EntryKind.PHASE, phase.id or 0, people, _content(event, phase))
        if sequence is not None and is_ahead:
            record(db, SYSTEM, MilestoneMoved(phase.event_id, phase.id or 0, sequence=sequence))


def _stood_ahead(db: Database, phase: Phase, now: datetime) -> bool:
    """Whether calendars show a phase that is not over, which one that ends early must not do any more."""
    entry = find_entry(db, EntryKind.PHASE, phase.id or 0)
    last = latest_revision(db, entry) if entry is not None else None
    return last is not None and last.ends_at > now


@on_renamed
def _rename_in_calendars(db: Database, event: Event) -> None:
    """Files and feeds have the new name when they are next read; it is worth no letter to those who follow."""
    if event.state is EventState.DRAFT:
        return
    lock_milestones(db, event.id or 0)
    people = followers_of(db, event.id or 0)
    for phase in phases_of(db, event.id or 0):
        revise(db, EntryKind.PHASE, phase.id or 0, people, _content(event, phase))


def _content(event: Event, phase: Phase) -> Content:
    with written_for(SOURCE, event.zone):
        summary = f"{event.name}: {PHASE_NAMES[phase.kind]}"
    return Content(phase.starts_at, phase.ends_at, summary, "", f"/e/{event.slug}", zone=event.zone)


def followers_of(db: Database, event_id: int) -> set[int]:
    """Who has an event's phases in their calendar."""
    query = select(MilestoneFollower.person_id).join(Person, col(Person.id) == col(MilestoneFollower.person_id))
    return set(db.exec(query.where(MilestoneFollower.event_id == event_id, Person.state != PersonState.ERASED)))


def follows_milestones(db: Database, event_id: int, person: int | None) -> bool:
    """Whether somebody wants an event's phases in their calendar."""
    return person is not None and person in followers_of(db, event_id)
