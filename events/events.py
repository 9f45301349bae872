"""Events: one hackathon, matchmaking event, pitch session or peer review, and how it comes to life."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import bindparam
from sqlmodel import Field, SQLModel, col, or_, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import EVENT_ENDS
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.phases import Phase, PhaseKind, on_opening, phases_of, set_phase_timers
from events.programmes import Programme, slug_from
from events.reference.zones import is_zone
from events.roles import Role, Scope, organiser_of_event, organiser_of_programme


class EventKind(StrEnum):
    """What kind of gathering an event is."""

    HACKATHON = "hackathon"
    MATCHMAKING = "matchmaking"
    PITCH = "pitch"
    PEER_REVIEW = "peer review"


class EventState(StrEnum):
    """DRAFT only its organisers see; PUBLISHED all; RUNNING from its first live day; CLOSED takes nothing new."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RUNNING = "running"
    CLOSED = "closed"


class Approval(StrEnum):
    """Who says yes to a registration."""

    AUTOMATIC = "automatic"
    ORGANISER = "organiser"


class Event(SQLModel, table=True):
    """One gathering. `version` rises with every change that its public page shows; `has_agenda` from the first release
    of its agenda on; `confirm_hours` is how long a place that became free is kept for who waits for one, None for no
    need to confirm."""

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("e")
    programme_id: int = Field(foreign_key="programme.id", index=True)
    slug: str = Field(max_length=60, unique=True)
    kind: EventKind = word(EventKind)
    state: EventState = word(EventState, default=EventState.DRAFT)
    follows_id: int | None = Field(default=None, foreign_key="event.id", index=True)
    name: str = Field(max_length=120)
    tagline: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=10_000)
    zone: str = Field(default="Europe/Brussels", max_length=60)
    capacity: int | None = Field(default=None)
    approval: Approval = word(Approval, default=Approval.AUTOMATIC)
    by_code_only: bool = False
    confirm_hours: int | None = Field(default=None)
    team_size_min: int = 2
    team_size_max: int = 6
    grace_minutes: int = 5
    gallery_opened_at: datetime | None = moment(default=None, nullable=True)
    winners_announced_at: datetime | None = moment(default=None, nullable=True)
    has_agenda: bool = False
    solo_allowed: bool = False
    teams_lock_at: datetime | None = moment(default=None, nullable=True)
    certificates_issued_at: datetime | None = moment(default=None, nullable=True)
    version: int = 1
    created_at: datetime = moment()
    closed_at: datetime | None = moment(default=None, nullable=True)


@dataclass(frozen=True)
class EventWithPhases:
    """An event as commands and rules need it: with its phases in order of time."""

    event: Event
    phases: tuple[Phase, ...]

    @property
    def id(self) -> int:
        """The event's id."""
        assert self.event.id is not None
        return self.event.id

    @property
    def programme_id(self) -> int:
        """The id of the event's programme."""
        return self.event.programme_id

    @property
    def zone(self) -> str:
        """The event's IANA time zone."""
        return self.event.zone

    def phase(self, kind: PhaseKind) -> Phase | None:
        """The phase of this kind, if the event has one."""
        return next((one for one in self.phases if one.kind is kind), None)

    def is_open(self, kind: PhaseKind, now: datetime) -> bool:
        """Whether the phase is on, by the clock: start <= now < end, in an event that all can see and is not over."""
        phase = self.phase(kind)
        live = self.event.state in {EventState.PUBLISHED, EventState.RUNNING}
        return live and phase is not None and phase.starts_at <= now < phase.ends_at


@dataclass(frozen=True)
class EventCreated(Fact):
    """An event was made, perhaps to follow another."""

    event_id: int
    follows_id: int | None = None


@dataclass(frozen=True)
class EventChanged(Fact):
    """What an event says about itself was changed."""

    event_id: int


@dataclass(frozen=True)
class EventPublished(Fact):
    """Everybody can see the event now."""

    event_id: int


@dataclass(frozen=True)
class EventStarted(Fact):
    """The event is running."""

    event_id: int


@dataclass(frozen=True)
class EventClosed(Fact):
    """The event is over."""

    event_id: int


class EventNotReady(Conflict):
    """An event cannot be published while something is missing."""


class EventClosedAlready(Conflict):
    """Something was asked of an event that is over."""

    def __init__(self) -> None:
        super().__init__(_("This event is over. Its pages stay, but nothing can be changed any more."))


@rule
def see_event(actor: Actor, subject: Event | EventWithPhases) -> bool:
    event = subject.event if isinstance(subject, EventWithPhases) else subject
    return event.state is not EventState.DRAFT or organiser_of_event(actor, event)


class WithEvent(Protocol):
    """An event with its phases, or a thing with its event's row."""

    @property
    def event(self) -> Event: ...


def not_over(subject: WithEvent, now: datetime) -> None:
    """Refuse what is asked of a closed event."""
    if subject.event.state is EventState.CLOSED:
        raise EventClosedAlready


def is_draft(subject: EventWithPhases, now: datetime) -> None:
    """Refuse what can be done to a draft only."""
    if subject.event.state is not EventState.DRAFT:
        raise Conflict(_("This event is published already."))


_BY_SLUG = (
    select(Event, Phase)
    .outerjoin(Phase, col(Phase.event_id) == col(Event.id))
    .where(Event.slug == bindparam("slug"))
    .order_by(col(Phase.starts_at), col(Phase.id))
)


def get_event(db: Database, actor: Actor, slug: str) -> EventWithPhases:
    """The event with this slug, with its phases, in one statement; NotFound for those who may not see it."""
    # The join is an outer one, which SQLModel's types do not say.
    rows: Sequence[tuple[Event, Phase | None]] = db.exec(_BY_SLUG, params={"slug": slug}).all()
    if not rows or not see_event(actor, rows[0][0]):
        raise NotFound()
    return EventWithPhases(rows[0][0], tuple(phase for _event, phase in rows if phase is not None))


def event_by_id(db: Database, event_id: int) -> EventWithPhases:
    """The event with this id, for commands and listeners that hold one of its rows already."""
    event = db.get(Event, event_id)
    if event is None:
        raise NotFound()
    return EventWithPhases(event, phases_of(db, event_id))


def events_seen_by(db: Database, actor: Actor) -> list[Event]:
    """The events that the actor may see, newest first."""
    own = or_(
        col(Event.id).in_(actor.ids(Role.ORGANISER, Scope.EVENT)),
        col(Event.programme_id).in_(actor.ids(Role.ORGANISER, Scope.PROGRAMME)),
    )
    query = select(Event).where(or_(Event.state != EventState.DRAFT, own)).order_by(col(Event.id).desc())
    return list(db.exec(query))


def events_of_programme(db: Database, actor: Actor, programme: Programme) -> list[Event]:
    """A programme's events that the actor may see, newest first."""
    query = select(Event).where(Event.programme_id == programme.id).order_by(col(Event.id).desc())
    return [event for event in db.exec(query) if see_event(actor, event)]


def follower_of(db: Database, event_id: int) -> Event | None:
    """The event that follows this one."""
    return db.exec(select(Event).where(Event.follows_id == event_id).order_by(col(Event.id).desc())).first()


def new_slug(db: Database, name: str) -> str:
    """An address for an event with this name that no other event has."""
    base = slug_from(name) or "event"
    taken = set(db.exec(select(Event.slug).where(col(Event.slug).startswith(base))))
    return next(slug for n in range(1, 10_000) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


@command(organiser_of_programme)
def create_event(
    db: Database,
    actor: Actor,
    programme: Programme,
    *,
    kind: EventKind,
    name: str,
    zone: str,
    tagline: str = "",
    description: str = "",
    capacity: int | None = None,
    approval: Approval = Approval.AUTOMATIC,
    follows_id: int | None = None,
) -> EventWithPhases:
    """Make a draft without phases; templates add those. Refuses an empty name, texts too long, and an unknown zone."""
    _check_texts(name, tagline, description, zone, capacity)
    assert programme.id is not None
    event = Event(
        programme_id=programme.id,
        slug=new_slug(db, name),
        kind=kind,
        name=name.strip(),
        zone=zone,
        tagline=tagline.strip(),
        description=description.strip(),
        capacity=capacity,
        approval=approval,
        follows_id=follows_id,
        created_at=clock.now(),
    )
    db.add(event)
    db.flush()
    record(db, actor, EventCreated(event_id=event.id or 0, follows_id=follows_id))
    return EventWithPhases(event, ())


LONGEST = {"name": 120, "tagline": 200, "description": 10_000}
MOST_PLACES = 1_000_000


def _check_texts(name: str, tagline: str, description: str, zone: str, capacity: int | None) -> None:
    wrong: dict[str, Message | str] = {}
    for field, text in (("name", name), ("tagline", tagline), ("description", description)):
        if len(text.strip()) > LONGEST[field]:
            wrong[field] = _("Please write at most %(most)s characters.", most=LONGEST[field])
    if not any(letter.isalnum() for letter in name):
        wrong["name"] = _("Please give the event a name.")
    if not is_zone(zone):
        wrong["zone"] = _("%(zone)s is not a time zone we know. Choose one from the list.", zone=zone)
    if capacity is not None and capacity < 1:
        wrong["capacity"] = _("An event needs at least one place. Leave this empty for no limit.")
    if capacity is not None and capacity > MOST_PLACES:
        wrong["capacity"] = _("This number is too large.")
    if wrong:
        raise Invalid(wrong)


@command(organiser_of_event, when=not_over)
def change_event(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    name: str,
    tagline: str,
    description: str,
    zone: str,
    capacity: int | None,
    approval: Approval,
) -> EventWithPhases:
    """Change what an event says about itself; its address stays. Places that are added go to those who wait."""
    _check_texts(name, tagline, description, zone, capacity)
    event = subject.event
    places_before, name_before = event.capacity, event.name
    event.name, event.tagline, event.description = name.strip(), tagline.strip(), description.strip()
    event.zone, event.capacity, event.approval = zone, capacity, approval
    touch(db, event)
    record(db, actor, EventChanged(event_id=subject.id))
    if places_before != capacity:
        for step in CAPACITY_CHANGES:
            step(db, actor, event)
    for renamed in RENAMINGS if event.name != name_before else ():
        renamed(db, event)
    return subject


CapacityChange = Callable[[Database, Actor, Event], None]
CAPACITY_CHANGES: list[CapacityChange] = []


def on_capacity_changed(step: CapacityChange) -> CapacityChange:
    """Run `(db, actor, event)` in the transaction in which an event is given more or fewer places."""
    CAPACITY_CHANGES.append(step)
    return step


Renaming = Callable[[Database, Event], None]
RENAMINGS: list[Renaming] = []


def on_renamed(step: Renaming) -> Renaming:
    """Run `(db, event)` in the transaction in which an event gets another name."""
    RENAMINGS.append(step)
    return step


def touch(db: Database, event: Event) -> None:
    """Raise the version of an event's public page, in the same transaction as the change."""
    event.version += 1
    db.add(event)
    db.flush()


def missing_for_publishing(subject: EventWithPhases) -> list[str]:
    """What the set-up checklist still lacks: 'description', 'phases', 'registration'. Empty: it can be published."""
    lacks = []
    if len(subject.event.description.strip()) < 40:
        lacks.append("description")
    if not subject.phases:
        lacks.append("phases")
    elif subject.phase(PhaseKind.REGISTRATION) is None:
        lacks.append("registration")
    return lacks


@command(organiser_of_event, when=is_draft)
def publish_event(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Show the event to everybody; refused while the checklist lacks something. Its phases open by themselves."""
    if missing_for_publishing(subject):
        raise EventNotReady(_("Something is still missing. The checklist says what."))
    subject.event.state = EventState.PUBLISHED
    touch(db, subject.event)
    set_phase_timers(db, subject.phases, clock.now())
    record(db, actor, EventPublished(event_id=subject.id))


def is_published(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to start what is a draft, runs already or is over."""
    if subject.event.state is not EventState.PUBLISHED:
        raise Conflict(_("Only a published event can be started."))


@command(organiser_of_event, when=is_published)
def start_event(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """Say that the event is running."""
    subject.event.state = EventState.RUNNING
    touch(db, subject.event)
    record(db, actor, EventStarted(event_id=subject.id))


PREPARING = {PhaseKind.REGISTRATION, PhaseKind.TEAM_FORMING, PhaseKind.BOOKING}


@on_opening
def _start_with_its_phase(db: Database, phase: Phase) -> None:
    """A published event runs from the first phase that is more than preparation; its organisers may start it before."""
    event = db.get(Event, phase.event_id)
    if event is None or event.state is not EventState.PUBLISHED or phase.kind in PREPARING:
        return
    event.state = EventState.RUNNING
    touch(db, event)
    record(db, SYSTEM, EventStarted(event_id=phase.event_id))


@command(organiser_of_event, when=not_over)
def close_event(db: Database, actor: Actor, subject: EventWithPhases) -> None:
    """End the event: its pages stay, nothing new is taken."""
    subject.event.state, subject.event.closed_at = EventState.CLOSED, clock.now()
    touch(db, subject.event)
    record(db, actor, EventClosed(event_id=subject.id))
    for step in EVENT_ENDS:
        step(db, actor, subject.id)
