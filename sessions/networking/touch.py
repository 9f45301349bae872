"""Stay in touch: a wish of each side by itself. Only when both have it does anybody hear of it: a connection.

Who did not wish it is never told that the other did: the wish is no fact, changes nothing that the other sees, and
stands in nobody's list. A connection becomes a meeting request in the matchmaking event that follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, or_, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import NotFound
from events.events import EventKind, EventState, EventWithPhases, event_by_id, follower_of, not_over
from events.organisations import Organisation
from events.people import Person, PersonState
from events.registration import Registration, RegistrationInEvent, find_registration
from events.roles import organiser_of_event
from sessions.meetings import Meeting
from sessions.networking.pairing import pair_of
from sessions.networking.rows import Networking, NetworkingInEvent, NetworkingPartner, locked, take_part
from sessions.networking.terms import had_in
from sessions.no_thanks import vetoed_by_or_for
from sessions.requests import request_meeting, request_meeting_for
from sessions.turning import Turned, here, time_to_ask_for
from sessions.wishes import FollowsNothing


class NetworkingWish(SQLModel, table=True):
    """That somebody would like to stay in touch with somebody they talked with."""

    __tablename__ = "networking_wish"
    __table_args__ = (UniqueConstraint("networking_id", "person_id", "other_id"),)

    id: int | None = Field(default=None, primary_key=True)
    networking_id: int = Field(foreign_key="networking.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    other_id: int = Field(foreign_key="person.id", index=True)
    wished_at: datetime = moment()


class Connection(SQLModel, table=True):
    """Two people, the lower id first, who both wished to stay in touch, and the request that came of it."""

    __table_args__ = (UniqueConstraint("one_id", "other_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    networking_id: int = Field(foreign_key="networking.id", index=True)
    one_id: int = Field(foreign_key="person.id", index=True)
    other_id: int = Field(foreign_key="person.id", index=True)
    made_at: datetime = moment()
    meeting_id: int | None = Field(default=None, foreign_key="meeting.id", index=True)


personal_data(NetworkingWish, "person_id", "with whom somebody would like to stay in touch", "delete")
personal_data(NetworkingWish, "other_id", "who would like to stay in touch with somebody", "delete")
personal_data(Connection, "one_id", "with whom somebody stays in touch", "delete")
personal_data(Connection, "other_id", "with whom somebody stays in touch", "delete")


@dataclass(frozen=True)
class ConnectionMade(Fact):
    """Two people both wished to stay in touch."""

    event_id: int
    networking_id: int
    connection_id: int


@dataclass(frozen=True)
class ConnectionsTurned(Fact):
    """Connections became requests in the matchmaking event that follows; `left` could not yet."""

    event_id: int
    made: int
    left: int


def event_not_over(subject: NetworkingInEvent, now: datetime) -> None:
    """Refuse what is asked in an event that is over."""
    not_over(EventWithPhases(subject.event, ()), now)


@command(take_part, when=event_not_over)
def stay_in_touch(db: Database, actor: Actor, subject: NetworkingInEvent, *, other: int) -> None:
    """Wish to stay in touch with somebody one has talked with here; twice is once. When the other wishes it too, both
    are told, and have each other's address. NotFound for whom one has not talked with."""
    assert actor.person is not None
    pair = pair_of(actor.person, other)
    if pair not in had_in(db, subject.id):
        raise NotFound()
    locked(db, subject)  # Two who press at once: the later one sees the earlier one's wish.
    mine = (NetworkingWish.person_id == actor.person, NetworkingWish.other_id == other)
    theirs = (NetworkingWish.person_id == other, NetworkingWish.other_id == actor.person)
    here = select(NetworkingWish).where(NetworkingWish.networking_id == subject.id)
    if db.exec(here.where(*mine)).first() is None:
        wish = NetworkingWish(
            networking_id=subject.id, person_id=actor.person, other_id=other, wished_at=clock.now()
        )  # fmt: skip
        db.add(wish)
        db.flush()
    if db.exec(here.where(*theirs)).first() is not None and other not in vetoed_by_or_for(db, actor.person):
        _connect(db, actor, subject, pair)


@command(take_part, when=event_not_over)
def take_touch_back(db: Database, actor: Actor, subject: NetworkingInEvent, *, other: int) -> None:
    """Wish it no more; a connection that was made stays."""
    query = select(NetworkingWish).where(
        NetworkingWish.networking_id == subject.id, NetworkingWish.person_id == actor.person,
        NetworkingWish.other_id == other,
    )  # fmt: skip
    found = db.exec(query).first()
    if found is not None:
        db.delete(found)
        db.flush()


def _connect(db: Database, actor: Actor, subject: NetworkingInEvent, pair: tuple[int, int]) -> None:
    query = select(Connection).where(Connection.one_id == pair[0], Connection.other_id == pair[1])
    if db.exec(query).first() is not None:
        return
    row = Connection(
        event_id=subject.event_id, networking_id=subject.id, one_id=pair[0], other_id=pair[1], made_at=clock.now()
    )
    row.meeting_id = _asked_at_once(db, actor, subject, pair)
    db.add(row)
    db.flush()
    fact = ConnectionMade(event_id=subject.event_id, networking_id=subject.id, connection_id=row.id or 0)
    record(db, actor, fact)


def _asked_at_once(db: Database, actor: Actor, subject: NetworkingInEvent, pair: tuple[int, int]) -> int | None:
    """The request in the event that follows, by whoever pressed last; None where there can be none now."""
    after = follower_of(db, subject.event_id)
    if after is None or after.kind is not EventKind.MATCHMAKING or after.id is None:
        return None
    if after.state not in (EventState.PUBLISHED, EventState.RUNNING):
        return None
    other = next(one for one in pair if one != actor.person)
    event = event_by_id(db, after.id)

    def ask() -> Meeting:
        invitee = here(find_registration(db, event.id, other))
        slot = time_to_ask_for(db, actor, event, actor.person or 0, other)
        return request_meeting(db, actor, event, invitee=invitee, slot=slot, note=_note(subject.networking.title))

    return Turned().turn(db, ask)


def _note(title: str) -> str:
    # The same words for all readers, as in calendars; the title is the organisers' own.
    return f"Speed networking: {title}"[:1000]


@command(organiser_of_event, when=not_over)
def turn_connections_into_requests(db: Database, actor: Actor, event: EventWithPhases) -> Turned:
    """Ask for a meeting in this event between those who wished to stay in touch in the one before it. What cannot be
    asked is left for the next time. Refuses an event that follows no other."""
    if event.event.follows_id is None:
        raise FollowsNothing
    turned = Turned()
    for row in waiting_connections(db, event):
        row.meeting_id = turned.turn(db, lambda row=row: _ask(db, actor, event, row))  # type: ignore[misc]
        db.add(row)
    db.flush()
    if turned.made:
        record(db, actor, ConnectionsTurned(event_id=event.id, made=turned.made, left=turned.left))
    return turned


def waiting_connections(db: Database, event: EventWithPhases) -> list[Connection]:
    """The connections made in the event before this one of which no request was made yet, oldest first."""
    query = select(Connection).where(
        Connection.event_id == event.event.follows_id, col(Connection.meeting_id).is_(None)
    )
    return list(db.exec(query.order_by(col(Connection.id)))) if event.event.follows_id is not None else []


def _ask(db: Database, actor: Actor, event: EventWithPhases, row: Connection) -> Meeting:
    asker, invitee = (here(find_registration(db, event.id, one)) for one in (row.one_id, row.other_id))
    slot = time_to_ask_for(db, actor, event, row.one_id, row.other_id)
    met_at = db.get_one(Networking, row.networking_id)
    subject = RegistrationInEvent(asker, event.event)
    return request_meeting_for(db, actor, subject, invitee=invitee, slot=slot, note=_note(met_at.title))


@dataclass(frozen=True)
class Contact:
    """Somebody one has talked with: whether one wishes to stay in touch, and their address once both do. `meeting` is
    the request that came of it, by its public id."""

    person_id: int
    public_id: str
    name: str
    organisation: str
    country: str
    wished: bool
    email: str = ""
    meeting: str = ""

    @property
    def connected(self) -> bool:
        """Whether both wished it."""
        return bool(self.email)


def contacts_of(db: Database, actor: Actor, subject: NetworkingInEvent) -> list[Contact]:
    """Whom one has talked with here, in the order in which one met them; six queries."""
    assert actor.person is not None
    had = {
        one if other == actor.person else other for one, other in had_in(db, subject.id) if actor.person in (one, other)
    }
    met = select(NetworkingPartner.person_id).where(
        NetworkingPartner.networking_id == subject.id, col(NetworkingPartner.person_id).in_(had)
    )
    order = list(dict.fromkeys(db.exec(met.order_by(col(NetworkingPartner.id)))))
    wishes = select(NetworkingWish.other_id).where(
        NetworkingWish.networking_id == subject.id, NetworkingWish.person_id == actor.person
    )
    wished = set(db.exec(wishes))
    mine = or_(col(Connection.one_id) == actor.person, col(Connection.other_id) == actor.person)
    made = {
        one.one_id if one.other_id == actor.person else one.other_id: one
        for one in db.exec(select(Connection).where(mine))
    }
    meetings = [one.meeting_id for one in made.values() if one.meeting_id is not None]
    publics = dict(db.exec(select(Meeting.id, Meeting.public_id).where(col(Meeting.id).in_(meetings))).all())
    cards = cards_of(db, subject.event_id, had)
    return [
        Contact(
            id, cards[id].person.public_id, cards[id].person.name, cards[id].organisation, cards[id].country,
            id in wished or id in made, cards[id].person.email if id in made else "",
            publics.get(made[id].meeting_id, "") if id in made else "",
        )
        for id in order if id in cards
    ]  # fmt: skip


@dataclass(frozen=True)
class PartnerCard:
    """Somebody in an event with where they come from."""

    person: Person
    organisation: str
    organisation_id: int | None
    country: str


def cards_of(db: Database, event_id: int, people: set[int]) -> dict[int, PartnerCard]:
    """People of an event by their ids: one query."""
    query = (
        select(Person, Organisation)
        .join(Registration, col(Registration.person_id) == col(Person.id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(Registration.event_id == event_id, col(Person.id).in_(people), Person.state != PersonState.ERASED)
    )
    rows: Sequence[tuple[Person, Organisation | None]] = db.exec(query).all()  # an outer join, which types do not say
    return {
        person.id: PartnerCard(
            person, organisation.name if organisation else "", organisation.id if organisation else None,
            organisation.country if organisation else "",
        )
        for person, organisation in rows
        if person.id is not None
    }  # fmt: skip
