"""Speed networking as rows: when it begins and ends, its rounds, who is there, and who talks with whom.

The clock decides: a round is on from its start to its end, whatever has been written down by then. Whoever takes part
has a place; each window of theirs in the call is a visit, as in meeting rooms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, Rule, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.refusals import Conflict, NotFound
from events.core.translation import At, _
from events.events import Event, EventState, see_event
from events.registration import participant_of_event
from events.roles import host_of_event, may_know_whose_it_is, organiser_of_event

DOORS = timedelta(minutes=30)
EARLY = timedelta(seconds=5)
FIRST = timedelta(seconds=10)
PATIENCE = timedelta(seconds=15)
MOST_ROUNDS = 60


class NetworkingState(StrEnum):
    """Planned until its start; while it is paused the clock stands still and no round begins."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class Languages(StrEnum):
    """Whether those who talk have to share a language: no matter, better so, or never without."""

    ANY = "any"
    WANTED = "wanted"
    NEEDED = "needed"


class OddOne(StrEnum):
    """What becomes of whoever is left over: the third in a pair, or the first in the next round."""

    THREE = "three"
    WAITS = "waits"


class TypeWeight(StrEnum):
    """How participants of two types are put together."""

    ALLOWED = "allowed"
    PREFERRED = "preferred"
    NEVER = "never"


class PlaceState(StrEnum):
    """Here until they leave, miss a round, or are taken out."""

    HERE = "here"
    AWAY = "away"
    LEFT = "left"
    REMOVED = "removed"


class Networking(SQLModel, table=True):
    """One speed networking of an event. `rev` rises with whatever those in it see. `rounds` 0: until it is ended.
    `go_on_at` is when the next round may begin after a pause."""

    __tablename__ = "networking"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("nw")
    event_id: int = Field(foreign_key="event.id", index=True)
    title: str = Field(max_length=120)
    starts_at: datetime = moment()
    round_seconds: int = 240
    pause_seconds: int = 30
    rounds: int = 0
    odd: OddOne = word(OddOne, default=OddOne.THREE)
    languages: Languages = word(Languages, default=Languages.WANTED)
    avoid_met: bool = True
    apart: bool = True
    state: NetworkingState = word(NetworkingState, default=NetworkingState.PLANNED)
    rev: int = 0
    opened_at: datetime | None = moment(default=None, nullable=True)
    ended_at: datetime | None = moment(default=None, nullable=True)
    go_on_at: datetime | None = moment(default=None, nullable=True)


class NetworkingTypeRule(SQLModel, table=True):
    """How participants of two types are put together, the lower id first; without a row they are allowed."""

    __tablename__ = "networking_type_rule"
    __table_args__ = (UniqueConstraint("networking_id", "one_type_id", "other_type_id"),)

    id: int | None = Field(default=None, primary_key=True)
    networking_id: int = Field(foreign_key="networking.id", index=True)
    one_type_id: int = Field(foreign_key="participation_type.id")
    other_type_id: int = Field(foreign_key="participation_type.id")
    weight: TypeWeight = word(TypeWeight)


class NetworkingPairRule(SQLModel, table=True):
    """That an organiser wants two people to meet, or not to; the lower id first."""

    __tablename__ = "networking_pair_rule"
    __table_args__ = (UniqueConstraint("networking_id", "one_id", "other_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("nr")
    networking_id: int = Field(foreign_key="networking.id", index=True)
    one_id: int = Field(foreign_key="person.id", index=True)
    other_id: int = Field(foreign_key="person.id", index=True)
    must: bool


class NetworkingPlace(SQLModel, table=True):
    """Somebody's place in a speed networking. `waited` counts the rounds in which they were here and had nobody."""

    __tablename__ = "networking_place"
    __table_args__ = (UniqueConstraint("networking_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    networking_id: int = Field(foreign_key="networking.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    state: PlaceState = word(PlaceState, default=PlaceState.HERE)
    waited: int = 0
    came_at: datetime = moment()


class NetworkingVisit(SQLModel, table=True):
    """One stay of somebody in the call, in one window. `away_at` is set while their line is broken."""

    __tablename__ = "networking_visit"
    __table_args__ = (Index("ix_networking_visit_networking_id_left_at", "networking_id", "left_at"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("nv")
    networking_id: int = Field(foreign_key="networking.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    entered_at: datetime = moment()
    seen_at: datetime = moment()
    away_at: datetime | None = moment(default=None, nullable=True)
    left_at: datetime | None = moment(default=None, nullable=True)


class NetworkingRound(SQLModel, table=True):
    """A round: planned a moment before it starts, closed once after its end. While it is paused since `paused_at` the
    clock stands still; going on moves its start and its end."""

    __tablename__ = "networking_round"
    __table_args__ = (UniqueConstraint("networking_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    networking_id: int = Field(foreign_key="networking.id", index=True)
    number: int
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    closed_at: datetime | None = moment(default=None, nullable=True)
    paused_at: datetime | None = moment(default=None, nullable=True)


class NetworkingPair(SQLModel, table=True):
    """Two people who talk in a round, exceptionally three, from `since` until one of them is alone."""

    __tablename__ = "networking_pair"

    id: int | None = Field(default=None, primary_key=True)
    networking_id: int = Field(foreign_key="networking.id", index=True)
    round_id: int = Field(foreign_key="networking_round.id", index=True)
    since: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)


class NetworkingPartner(SQLModel, table=True):
    """Somebody in a pair: since when they are meant to be there, whether they came, and when they were gone."""

    __tablename__ = "networking_partner"
    __table_args__ = (UniqueConstraint("pair_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    networking_id: int = Field(foreign_key="networking.id", index=True)
    pair_id: int = Field(foreign_key="networking_pair.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    since: datetime = moment()
    came_at: datetime | None = moment(default=None, nullable=True)
    gone_at: datetime | None = moment(default=None, nullable=True)
    missed: bool = False


personal_data(NetworkingPairRule, "one_id", "that organisers want two people to meet, or not", "delete")
personal_data(NetworkingPairRule, "other_id", "that organisers want two people to meet, or not", "delete")
personal_data(NetworkingPlace, "person_id", "that somebody took part in speed networking", "delete")
personal_data(NetworkingVisit, "person_id", "when somebody was in the call of a speed networking", "delete")
personal_data(NetworkingPartner, "person_id", "with whom somebody talked in speed networking", "delete")


class NotNow(Conflict):
    """A speed networking is not on."""


@dataclass(frozen=True)
class NetworkingInEvent:
    """A speed networking with its event and everybody's place in it, as commands and rules need it."""

    networking: Networking
    event: Event
    places: Mapping[int, PlaceState] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Its id."""
        assert self.networking.id is not None
        return self.networking.id

    @property
    def public_id(self) -> str:
        """What stands in its address."""
        return self.networking.public_id

    @property
    def event_id(self) -> int:
        """The id of its event."""
        return self.networking.event_id

    @property
    def is_on(self) -> bool:
        """Whether it has begun and not ended."""
        return self.networking.state in (NetworkingState.RUNNING, NetworkingState.PAUSED)


def _event_is_shown(actor: Actor, subject: object) -> bool:
    return see_event(actor, getattr(subject, "event", subject))


_shown = Rule("the event can be seen", _event_is_shown)
run_networking = host_of_event | organiser_of_event


@rule
def not_taken_out(actor: Actor, subject: object) -> bool:
    places: Mapping[int, PlaceState] = getattr(subject, "places", {})
    return places.get(actor.person or 0) is not PlaceState.REMOVED


see_networking = _shown & may_know_whose_it_is & (participant_of_event | run_networking)
take_part = _shown & may_know_whose_it_is & participant_of_event & not_taken_out


def not_ended(subject: NetworkingInEvent, now: datetime) -> None:
    """Refuse what is asked of a speed networking, or an event, that is over."""
    if subject.networking.state is NetworkingState.ENDED or subject.event.state is EventState.CLOSED:
        raise NotNow(_("This speed networking is over."))


def doors_open(subject: NetworkingInEvent, now: datetime) -> None:
    """Refuse to come in earlier than half an hour before it starts, or after its end."""
    not_ended(subject, now)
    opens = subject.networking.starts_at - DOORS
    if subject.networking.state is NetworkingState.PLANNED and now < opens:
        raise NotNow(_("The doors open at %(when)s, half an hour before the start.", when=At(opens, "when")))


def has_begun(subject: NetworkingInEvent, now: datetime) -> None:
    """Refuse what is possible only while it is on."""
    not_ended(subject, now)
    if not subject.is_on:
        raise NotNow(_("This speed networking has not begun."))


def is_running(subject: NetworkingInEvent, now: datetime) -> None:
    """Refuse to pause what has not begun, or what is paused."""
    has_begun(subject, now)
    if subject.networking.state is not NetworkingState.RUNNING:
        raise NotNow(_("It is paused already."))


def is_paused(subject: NetworkingInEvent, now: datetime) -> None:
    """Refuse to go on with what is not paused."""
    has_begun(subject, now)
    if subject.networking.state is not NetworkingState.PAUSED:
        raise NotNow(_("It is not paused."))


def not_begun(subject: NetworkingInEvent, now: datetime) -> None:
    """Refuse to start twice."""
    not_ended(subject, now)
    if subject.is_on:
        raise NotNow(_("This speed networking has begun already."))


def networking_with(db: Database, row: Networking, event: Event) -> NetworkingInEvent:
    """A speed networking with everybody's place: one query."""
    places = select(NetworkingPlace.person_id, NetworkingPlace.state).where(NetworkingPlace.networking_id == row.id)
    return NetworkingInEvent(row, event, {person: PlaceState(state) for person, state in db.exec(places)})


def get_networking(db: Database, actor: Actor, public: str) -> NetworkingInEvent:
    """The speed networking with this public id; NotFound for those who may not see it."""
    query = select(Networking, Event).where(Networking.public_id == public, Event.id == Networking.event_id)
    found = db.exec(query).first()
    subject = networking_with(db, *found) if found else None
    if subject is None or not see_networking(actor, subject):
        raise NotFound()
    return subject


def networking_by_id(db: Database, networking_id: int) -> NetworkingInEvent | None:
    """A speed networking by its id, for timers and for the server itself."""
    query = select(Networking, Event).where(Networking.id == networking_id, Event.id == Networking.event_id)
    found = db.exec(query.execution_options(populate_existing=True)).first()
    return networking_with(db, *found) if found else None


def networkings_of(db: Database, actor: Actor, event: object) -> list[Networking]:
    """The speed networkings of an event in order of time; none for those who may not see them."""
    if not see_networking(actor, event):
        return []
    query = select(Networking).where(Networking.event_id == getattr(event, "id", None))
    return list(db.exec(query.order_by(col(Networking.starts_at), col(Networking.id))))


def locked(db: Database, subject: NetworkingInEvent) -> Networking:
    """Its row as it is now, with nobody else changing anything in it until the transaction ends."""
    query = select(Networking).where(Networking.id == subject.id).with_for_update()
    return db.exec(query.execution_options(populate_existing=True)).one()


def changed(db: Database, row: Networking) -> int:
    """Whoever is in it has something new to see; answers the number of it."""
    row.rev += 1
    db.add(row)
    db.flush()
    return row.rev


def last_round(db: Database, networking_id: int) -> NetworkingRound | None:
    """The round that is on, about to be on, or was the last."""
    query = select(NetworkingRound).where(NetworkingRound.networking_id == networking_id)
    query = query.order_by(col(NetworkingRound.number).desc()).limit(1)
    return db.exec(query.execution_options(populate_existing=True)).first()


def is_over(found: NetworkingRound | None) -> bool:
    """Whether no round is on or about to be on."""
    if found is None or found.closed_at is not None:
        return True
    return found.paused_at is None and found.ends_at <= clock.now()


def place_of(db: Database, networking_id: int, person: int) -> NetworkingPlace | None:
    """Somebody's place in a speed networking."""
    query = select(NetworkingPlace)
    return db.exec(
        query.where(NetworkingPlace.networking_id == networking_id, NetworkingPlace.person_id == person)
    ).first()
