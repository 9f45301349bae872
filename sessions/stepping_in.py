"""Stepping in: who has an open request with whoever waits in vain takes it to the rest of that slot, before volunteers.

The request itself gets the time: one row, from the state that the reader saw, so that nobody meets twice for one wish.
Where both have said yes, or nobody has to, it stands at once. Where the event's rules ask for a yes that is still
missing, the other is asked, the request waits as it was meanwhile, and whoever says yes first has the time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, and_, case
from sqlalchemy import select as sql_select
from sqlmodel import Field, SQLModel, col, or_, select

from events.consents import refuse_unless_agreed
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import NotFound
from events.core.translation import _
from events.organisations import Organisation
from events.people import Person
from events.registration import Registration, RegistrationState
from events.type_rules import type_rules_of
from sessions.answers import can_be_accepted
from sessions.attendance import presence_of
from sessions.blocks import Slot
from sessions.booking_rules import Answering, BookingRules, rules_of
from sessions.limits import counted_for, refuse_beyond_limits
from sessions.meetings import (
    WHAT_BECAME,
    AnsweredAlready,
    Meeting,
    MeetingAccepted,
    MeetingGuest,
    MeetingInEvent,
    MeetingScheduled,
    MeetingState,
    clock_state,
    guests_of,
    lead_of_meeting,
    meeting_in_event,
)
from sessions.requests import refuse_pair, refuse_second, suits
from sessions.seats import NotTakingPart, locked_participants, not_free
from sessions.standby import (
    InVain,
    NoTimeLeft,
    Standby,
    StandbyCalled,
    StandbyCard,
    able_to_come,
    block_around,
    card_of,
    is_standby,
    nobody_came,
    refuse_absent,
    rest_of,
    waits_in_vain,
)
from sessions.transitions import stand_at


class RestOffer(SQLModel, table=True):
    """That whoever waits in vain at one meeting has asked to have another, their open request, right away."""

    __tablename__ = "rest_offer"
    __table_args__ = (UniqueConstraint("missed_id", "meeting_id"),)

    id: int | None = Field(default=None, primary_key=True)
    missed_id: int = Field(foreign_key="meeting.id", index=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    asked_at: datetime = moment()


@dataclass(frozen=True)
class RestOffered(Fact):
    """Somebody was asked to meet now, in the rest of a slot to which another did not come."""

    event_id: int
    meeting_id: int
    person_id: int
    instead_of_id: int


@dataclass(frozen=True)
class RequestCard:
    """Somebody with an open request, who could take it to the rest of a slot. `asks_first` says that they have to say
    yes, `asked` that they know."""

    meeting: str
    who: StandbyCard
    asks_first: bool
    asked: bool


def requests_for(db: Database, waits: InVain) -> list[RequestCard]:
    """Who has an open request with somebody who came in vain, and can meet now: agreed ones first, then the oldest.

    Free now for all that volunteers have to be free for, and of a type that may ask. Some ten queries, however many
    there are.
    """
    subject, me = waits.subject, waits.place
    rows = db.execute(_with_requests(subject, me.person_id)).all()
    guests = _guests_in(db, [meeting.id for meeting, *_who in rows])
    zones = {person.id: person.zone for _meeting, _place, person, _home in rows}
    zones |= {person: zone for found in guests.values() for person, zone in found.items() if person != me.person_id}
    able = able_to_come(db, subject, me, zones, waits.rest) | {me.person_id}
    volunteers = set(db.exec(select(Standby.person_id).where(Standby.event_id == me.event_id)))
    offered = set(db.exec(select(RestOffer.meeting_id).where(RestOffer.missed_id == subject.id)))
    types, rules = type_rules_of(db, me.event_id), rules_of(db, me.event_id)
    return [
        RequestCard(
            meeting.public_id, card_of(place, person, home),
            _asks_first(meeting, me.person_id, rules, volunteer=person.id in volunteers), meeting.id in offered,
        )
        for meeting, place, person, home in rows
        if {person.id, *guests.get(meeting.id, ())} <= able
        and suits(types, *((me, place) if meeting.asker_id == me.person_id else (place, me)))
    ]  # fmt: skip


def _with_requests(subject: MeetingInEvent, person: int) -> Any:
    """The open requests of `person` with their other leads, without those who are in this meeting."""
    other = case((col(Meeting.asker_id) == person, col(Meeting.invitee_id)), else_=col(Meeting.asker_id))
    waiting = and_(col(Meeting.state) == MeetingState.REQUESTED, col(Meeting.expires_at) > clock.now())
    agreed = col(Meeting.state) == MeetingState.ACCEPTED
    return (
        sql_select(Meeting, Registration, Person, Organisation)
        .join(
            Registration,
            and_(col(Registration.event_id) == col(Meeting.event_id), col(Registration.person_id) == other),
        )
        .join(Person, col(Person.id) == other)
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(col(Meeting.event_id) == subject.meeting.event_id, or_(waiting, agreed))
        .where(or_(col(Meeting.asker_id) == person, col(Meeting.invitee_id) == person))
        .where(col(Registration.state) == RegistrationState.ACCEPTED, other.not_in(subject.people))
        .order_by(case((agreed, 0), else_=1), col(Meeting.requested_at), col(Meeting.id))
    )


def _guests_in(db: Database, meetings: list[int]) -> dict[int, dict[int, str]]:
    """Who comes along to each of these meetings, with their zones."""
    query = select(MeetingGuest.meeting_id, Person.id, Person.zone).where(
        col(MeetingGuest.meeting_id).in_(meetings), Person.id == MeetingGuest.person_id
    )
    found: dict[int, dict[int, str]] = {}
    for meeting, person, zone in db.exec(query):
        found.setdefault(meeting, {})[person or 0] = zone
    return found


def _asks_first(meeting: Meeting, waits: int, rules: BookingRules, *, volunteer: bool) -> bool:
    """Whether the other lead has to say yes before a request is taken to a time of now.

    Volunteers have said so beforehand. Whoever asked wants to meet; but a time that they chose is not changed for
    them where participants move no meetings.
    """
    if volunteer or meeting.state is MeetingState.ACCEPTED or rules.answering is Answering.AUTOMATIC:
        return False
    return meeting.asker_id == waits or (meeting.starts_at is not None and not rules.participants_move)


@command(lead_of_meeting, when=nobody_came)
def meet_request_now(db: Database, actor: Actor, subject: MeetingInEvent, *, request: MeetingInEvent) -> bool:
    """Take one's open request to the rest of a slot to which the other did not come: whether it stands now.

    Otherwise its other lead is asked, once, and the request waits as it was; asking several is possible. Refuses whom
    `call_standby` refuses, AnsweredAlready what is no open request any more, NotFound what is none of the actor's.
    """
    refuse_unless_agreed(db, subject.event, actor)
    refuse_absent(db, actor, subject)
    if not lead_of_meeting(actor, request) or request.meeting.event_id != subject.meeting.event_id:
        raise NotFound()
    state, waits = clock_state(request, clock.now()), actor.person or 0
    if state not in (MeetingState.REQUESTED, MeetingState.ACCEPTED):
        raise AnsweredAlready(WHAT_BECAME[state])
    other = _other_lead(request, waits)
    if other in subject.people:
        raise NotFound()
    rest = _refuse_unless_possible(db, actor, subject, request, waits)
    rules, volunteer = rules_of(db, request.meeting.event_id), is_standby(db, request.meeting.event_id, other)
    if _asks_first(request.meeting, waits, rules, volunteer=volunteer):
        _ask(db, actor, subject, request)
        return False
    _stands(db, actor, subject, request, rest)
    return True


@command(lead_of_meeting, when=can_be_accepted)
def meet_now(db: Database, actor: Actor, subject: MeetingInEvent) -> None:
    """Say yes to meeting now, for what is left of a slot, as the other lead of the request has asked.

    Refuses with NotFound who was not asked, NoTimeLeft, SlotTaken when the other has company by now, NoTableFree,
    LimitReached; the request waits as before then.
    """
    refuse_unless_agreed(db, subject.event, actor)
    missed = _missed_of(db, actor, subject)
    if missed is None:
        raise NotFound(_("They do not wait for you any more. You can answer the request itself."))
    rest = _refuse_unless_possible(db, actor, missed, subject, _other_lead(subject, actor.person or 0))
    _stands(db, actor, missed, subject, rest)


def _other_lead(request: MeetingInEvent, one: int) -> int:
    asker, invitee = request.leads
    return invitee if one == asker else asker


def _missed_of(db: Database, actor: Actor, request: MeetingInEvent) -> MeetingInEvent | None:
    """The latest meeting whose rest was offered to the actor, by a lead who came to it; None for who was not asked."""
    other = _other_lead(request, actor.person or 0)
    query = select(Meeting).where(
        Meeting.id == RestOffer.missed_id, RestOffer.meeting_id == request.id,
        or_(col(Meeting.asker_id) == other, col(Meeting.invitee_id) == other), Meeting.state == MeetingState.NO_SHOW,
    )  # fmt: skip
    row = db.exec(query.order_by(col(RestOffer.asked_at).desc(), col(RestOffer.id).desc())).first()
    missed = meeting_in_event(db, row, request.event) if row is not None else None
    return missed if missed is not None and other not in presence_of(db, missed).absent else None


def _refuse_unless_possible(
    db: Database, actor: Actor, missed: MeetingInEvent, request: MeetingInEvent, waits: int
) -> Slot:
    """Lock the places of all and answer what is left of the slot; refuse where they cannot have it. `waits` came."""
    rest, event_id = rest_of(missed.slot, clock.now()), request.meeting.event_id
    if rest is None:
        raise NoTimeLeft
    locked_participants(db, event_id, (*request.leads, *guests_of(db, request.id)))
    # From here on nobody comes along any more; whoever did while this waited for those places is looked at too.
    people = (*request.leads, *guests_of(db, request.id))
    found = locked_participants(db, event_id, people)
    if len(found) < len(set(people)):
        raise NotTakingPart
    asker, invitee = request.leads
    refuse_pair(db, found[asker], found[invitee])
    lines = counted_for(db, event_id, found, but=request.id)
    refuse_second(lines, asker, invitee)
    others = db.exec(select(Person.id, Person.zone).where(col(Person.id).in_(set(people) - {waits}))).all()
    zones = {person or 0: zone for person, zone in others}
    missing = zones.keys() - able_to_come(db, missed, found[waits], zones, rest)
    if missing:
        raise not_free(db, actor, missing, rest.starts_at)
    refuse_beyond_limits(db, actor, rules_of(db, event_id), found, rest, but=request.id, lines=lines)
    return rest


def _ask(db: Database, actor: Actor, missed: MeetingInEvent, request: MeetingInEvent) -> None:
    # Both places are locked, so that one who asks twice at once asks once.
    mine = (RestOffer.missed_id == missed.id, RestOffer.meeting_id == request.id)
    if db.exec(select(RestOffer.id).where(*mine)).first() is not None:
        return
    db.add(RestOffer(missed_id=missed.id, meeting_id=request.id, asked_at=clock.now()))
    db.flush()
    record(
        db, actor,
        RestOffered(
            event_id=request.meeting.event_id, meeting_id=request.id,
            person_id=_other_lead(request, actor.person or 0), instead_of_id=missed.id,
        ),
    )  # fmt: skip


def _stands(db: Database, actor: Actor, missed: MeetingInEvent, request: MeetingInEvent, rest: Slot) -> None:
    """The request has the rest of the slot, at the table that has become free if it still is."""
    event_id, says_yes = request.meeting.event_id, request.meeting.state is MeetingState.REQUESTED
    says_yes = says_yes and actor.person == request.meeting.invitee_id
    values: dict[str, Any] = {"block_id": block_around(db, event_id, rest), "table_id": missed.meeting.table_id}
    if request.meeting.answered_at is None:
        values["answered_at"] = clock.now()
    people = (*request.leads, *guests_of(db, request.id))
    sequence = stand_at(db, actor, request, rest, values, people)
    told = MeetingAccepted if says_yes else MeetingScheduled
    record(db, actor, told(event_id=event_id, meeting_id=request.id, sequence=sequence))
    record(db, actor, StandbyCalled(event_id=event_id, meeting_id=request.id, instead_of_id=missed.id))


def rest_offered(db: Database, actor: Actor, request: MeetingInEvent) -> Slot | None:
    """The rest of a slot in which the actor was asked to have this request now; None where nobody waits for them."""
    if not lead_of_meeting(actor, request) or clock_state(request, clock.now()) is not MeetingState.REQUESTED:
        return None
    missed = _missed_of(db, actor, request)
    return waits_in_vain(db, Actor(_other_lead(request, actor.person or 0)), missed) if missed is not None else None
