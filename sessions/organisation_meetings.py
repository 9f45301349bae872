"""The meetings of one organisation in an event, by colleague, so that they can share them out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.translation import Message
from events.events import EventWithPhases
from events.organisations import Organisation
from events.people import Person
from events.registration import Registration, RegistrationState, find_registration, participant_of_event
from sessions.blocks import MeetingTable, place_name
from sessions.meetings import Meeting, MeetingGuest, MeetingInEvent, MeetingState, belongs_there, is_open, state_at
from sessions.sides import SideInMeeting

TOOK_TIME = (MeetingState.SCHEDULED, MeetingState.HELD, MeetingState.NO_SHOW, MeetingState.FAILED)


@dataclass(frozen=True)
class SharedMeeting:
    """A meeting or request as colleagues share it: whom one of them meets; `side` is None where they come along."""

    side: SideInMeeting | None
    public_id: str
    state: MeetingState
    starts_at: datetime | None
    ends_at: datetime | None
    place: Message | str
    name: str
    organisation: str
    country: str
    zone: str


@dataclass(frozen=True)
class Holder:
    """A colleague who takes part, with the meetings that are theirs: to come, and over (latest first)."""

    person_id: int
    name: str
    registration: str
    coming: list[SharedMeeting]
    past: list[SharedMeeting]


@dataclass(frozen=True)
class OrganisationMeetings:
    """What an organisation has in an event, by colleague; `name` is empty where the reader takes part for none."""

    name: str
    holders: list[Holder]


def meetings_of_organisation(db: Database, actor: Actor, event: EventWithPhases) -> OrganisationMeetings:
    """The meetings and open requests of all members who take part for the actor's organisation, the actor first, then
    by name.

    For its members who take part themselves; NotFound for who does not. One query, however many there are.
    """
    if not participant_of_event(actor, event):
        raise NotFound()
    own = find_registration(db, event.id, actor.person)
    home = db.get(Organisation, own.organisation_id) if own and own.organisation_id else None
    if home is None or not actor.is_("member", "organisation", home.id):
        return OrganisationMeetings("", [])
    rows = list(db.execute(_shared(event.id, home.id or 0)))
    colleagues = frozenset(row[0].person_id for row in rows)
    found: dict[int, Holder] = {}
    for row in rows:
        place, name = row[0], row[1]
        holder = found.setdefault(place.person_id, Holder(place.person_id, name, place.public_id, [], []))
        if row[2] is not None:
            shared = _card(row, event, home.id or 0, colleagues)
            (holder.past if _is_past(shared) else holder.coming).append(shared)
    for holder in found.values():
        holder.past.reverse()
    return OrganisationMeetings(home.name, sorted(found.values(), key=lambda one: one.person_id != actor.person))


def _is_past(shared: SharedMeeting) -> bool:
    over = shared.ends_at is not None and shared.ends_at <= clock.now()
    return over or shared.state not in {MeetingState.REQUESTED, MeetingState.ACCEPTED, MeetingState.SCHEDULED}


def _shared(event_id: int, home: int) -> Any:
    """Each colleague's place and name with each of their meetings, and whom they meet there; without any, once."""
    person, other, theirs, partner = aliased(Person), aliased(Person), aliased(Registration), aliased(Organisation)
    mine = col(Registration.person_id)
    as_guest = exists().where(col(MeetingGuest.meeting_id) == col(Meeting.id), col(MeetingGuest.person_id) == mine)
    asked_by_us = exists().where(
        col(theirs.event_id) == event_id,
        col(theirs.person_id) == col(Meeting.asker_id),
        col(theirs.organisation_id) == home,
    )
    met = case(
        (col(Meeting.asker_id) == mine, col(Meeting.invitee_id)),
        (col(Meeting.invitee_id) == mine, col(Meeting.asker_id)),
        (asked_by_us, col(Meeting.invitee_id)),
        else_=col(Meeting.asker_id),
    )
    place = aliased(Registration)
    takes_part = or_(col(Meeting.asker_id) == mine, col(Meeting.invitee_id) == mine, as_guest)
    counts = or_(is_open(clock.now()), col(Meeting.state).in_(TOOK_TIME))
    return (
        select(Registration, col(person.name), Meeting, col(other.name), col(other.zone), partner, MeetingTable)
        .join(person, col(person.id) == mine)
        .outerjoin(Meeting, and_(col(Meeting.event_id) == event_id, takes_part, counts))
        .outerjoin(other, col(other.id) == met)
        .outerjoin(place, and_(col(place.event_id) == event_id, col(place.person_id) == met))
        .outerjoin(partner, col(partner.id) == col(place.organisation_id))
        .outerjoin(MeetingTable, col(MeetingTable.id) == col(Meeting.table_id))
        .where(col(Registration.event_id) == event_id, col(Registration.organisation_id) == home)
        .where(col(Registration.state) == RegistrationState.ACCEPTED, belongs_there())
        .order_by(func.lower(col(person.name)), mine, col(Meeting.starts_at), col(Meeting.id))
    )


def _card(row: Any, event: EventWithPhases, home: int, colleagues: frozenset[int]) -> SharedMeeting:
    place, _name, meeting, name, zone, partner, table = row
    of = MeetingInEvent(
        meeting, event.event, homes=dict.fromkeys(colleagues, home), colleagues={home: colleagues}
    )  # what rules ask of colleagues; nobody acts for others on this page
    return SharedMeeting(
        side=SideInMeeting(of, place.person_id) if place.person_id in of.leads else None,
        public_id=meeting.public_id,
        state=state_at(meeting.state, meeting.expires_at, clock.now()),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        place=place_name(table.kind, table.name) if table else "",
        name=name or "",
        organisation=partner.name if partner else "",
        country=partner.country if partner else "",
        zone=zone or "UTC",
    )
