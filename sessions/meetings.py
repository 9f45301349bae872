"""Meetings: two or more participants, a slot and a table, from the request on. Nobody has two seats at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, and_, case, exists, or_
from sqlalchemy import select as sql_select
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database, in_parts
from events.core.hooks import personal_data
from events.core.journal import Fact
from events.core.refusals import Conflict, NotFound
from events.core.translation import Message, _
from events.events import Event, EventClosedAlready, EventState
from events.organisations import Membership
from events.registration import Registration, RegistrationState
from events.roles import Role, Scope, organiser_of_event
from sessions.blocks import Slot
from sessions.booking_rules import Timing, rules_of
from sessions.calendars import new_uid


class MeetingState(StrEnum):
    """REQUESTED waits for the invitee, ACCEPTED for a time; SCHEDULED stands. The others are ends: the first four of
    what never took place, then how it went."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    HELD = "held"
    NO_SHOW = "no-show"
    FAILED = "technical failure"


class Meeting(SQLModel, table=True):
    """A meeting from its request on. The asker and the invitee are participants of its event and lead the two sides.

    It has a start and an end as soon as somebody has chosen a time. `block_id` is set while it is open, so that its
    block cannot be removed. A locked meeting is left where it is when the whole event is scheduled. `uid` is what
    calendars know it by, from its request on.
    """

    __table_args__ = (
        Index("ix_meeting_event_id_starts_at", "event_id", "starts_at"),
        Index("ix_meeting_event_id_state_requested_at", "event_id", "state", "requested_at"),
        Index("ix_meeting_asker_id_event_id", "asker_id", "event_id"),
        Index("ix_meeting_invitee_id_event_id", "invitee_id", "event_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("m")
    event_id: int = Field(foreign_key="event.id")
    asker_id: int = Field(foreign_key="person.id")
    invitee_id: int = Field(foreign_key="person.id")
    state: MeetingState = word(MeetingState, default=MeetingState.REQUESTED)
    note: str = Field(default="", max_length=1000)
    reason: str = Field(default="", max_length=500)
    starts_at: datetime | None = moment(default=None, nullable=True)
    ends_at: datetime | None = moment(default=None, nullable=True)
    block_id: int | None = Field(default=None, foreign_key="block.id", index=True)
    table_id: int | None = Field(default=None, foreign_key="meeting_table.id")
    requested_at: datetime = moment()
    expires_at: datetime = moment()
    answered_at: datetime | None = moment(default=None, nullable=True)
    locked: bool = False
    override: str = Field(default="", max_length=500)
    uid: str = Field(default_factory=new_uid, max_length=40)


class MeetingGuest(SQLModel, table=True):
    """Somebody who takes part in a meeting besides the asker and the invitee: a colleague, or one of a group."""

    __tablename__ = "meeting_guest"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    added_at: datetime = moment()


personal_data(Meeting, "asker_id", "meetings asked for", "keep")
personal_data(Meeting, "invitee_id", "meetings asked of somebody", "keep")
personal_data(MeetingGuest, "person_id", "meetings somebody was added to", "delete")


@dataclass(frozen=True)
class MeetingRequested(Fact):
    """A participant asked another for a meeting; the slot is held for both until the answer."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingAgreed(Fact):
    """Both sides want to meet; the time is still to be chosen."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingAccepted(Fact):
    """The invitee said yes and the meeting stands; `sequence` is its calendar revision."""

    event_id: int
    meeting_id: int
    sequence: int


@dataclass(frozen=True)
class MeetingScheduled(Fact):
    """A meeting was given its first time other than by an invitee's yes: arranged, or booked without asking."""

    event_id: int
    meeting_id: int
    sequence: int


@dataclass(frozen=True)
class MeetingDeclined(Fact):
    """The invitee said no."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingWithdrawn(Fact):
    """The asker took the request back."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingExpired(Fact):
    """Nobody answered in time; the slot is free again."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingMoved(Fact):
    """A meeting was given another slot."""

    event_id: int
    meeting_id: int
    old_starts_at: datetime
    starts_at: datetime
    sequence: int


@dataclass(frozen=True)
class MeetingCancelled(Fact):
    """A meeting that was accepted was called off; `sequence` is None where it never had a time."""

    event_id: int
    meeting_id: int
    sequence: int | None


@dataclass(frozen=True)
class MeetingDelegated(Fact):
    """One colleague leads a side of a meeting in place of another; `sequence` is the calendar revision for those who
    come now, `taken_out` the one that takes the entry from whoever left. Both are None where it has no time yet."""

    event_id: int
    meeting_id: int
    left_id: int
    joined_id: int
    sequence: int | None
    taken_out: int | None


@dataclass(frozen=True)
class MeetingJoined(Fact):
    """Somebody was added to a meeting; `sequence` is None where it has no time yet."""

    event_id: int
    meeting_id: int
    person_id: int
    sequence: int | None


@dataclass(frozen=True)
class MeetingLeft(Fact):
    """Somebody who had been added to a meeting does not come any more; the numbers are those of MeetingDelegated."""

    event_id: int
    meeting_id: int
    person_id: int
    sequence: int | None
    taken_out: int | None


@dataclass(frozen=True)
class MeetingLocked(Fact):
    """A meeting stays where it is when the event is scheduled, or no longer."""

    event_id: int
    meeting_id: int
    locked: bool


class AnsweredAlready(Conflict):
    """A meeting is not any more what the reader saw."""


class TimePassed(Conflict):
    """What was to be done before a meeting comes too late."""

    def __init__(self) -> None:
        super().__init__(_("This time has passed. Choose a later one."))


@dataclass(frozen=True)
class MeetingInEvent:
    """A meeting with its event, as commands and rules need it: with the guests, the desks that look after whoever
    takes part (by person; None for nobody's), their organisations, and whichever of the members of those of the leads
    take part too."""

    meeting: Meeting
    event: Event
    guests: tuple[int, ...] = ()
    desks: Mapping[int, int | None] = field(default_factory=dict)
    homes: Mapping[int, int | None] = field(default_factory=dict)
    colleagues: Mapping[int, frozenset[int]] = field(default_factory=dict)
    participants_move: bool = True
    timing: Timing = Timing.AT_REQUEST

    @property
    def id(self) -> int:
        """The meeting's id."""
        assert self.meeting.id is not None
        return self.meeting.id

    @property
    def programme_id(self) -> int:
        """The id of the event's programme."""
        return self.event.programme_id

    @property
    def people(self) -> tuple[int, ...]:
        """The asker, the invitee, then the guests."""
        return (self.meeting.asker_id, self.meeting.invitee_id, *self.guests)

    @property
    def leads(self) -> tuple[int, int]:
        """The asker and the invitee."""
        return self.meeting.asker_id, self.meeting.invitee_id

    @property
    def has_time(self) -> bool:
        """Whether somebody has chosen a time."""
        return self.meeting.starts_at is not None

    @property
    def slot(self) -> Slot:
        """When it is; ask `has_time` first."""
        assert self.meeting.starts_at is not None and self.meeting.ends_at is not None
        return Slot(self.meeting.starts_at, self.meeting.ends_at)

    @property
    def length(self) -> timedelta:
        """How long it lasts; ask `has_time` first."""
        return self.slot.ends_at - self.slot.starts_at


@rule
def asker_of_meeting(actor: Actor, subject: MeetingInEvent) -> bool:
    return actor.person is not None and actor.person == subject.meeting.asker_id


@rule
def invitee_of_meeting(actor: Actor, subject: MeetingInEvent) -> bool:
    return actor.person is not None and actor.person == subject.meeting.invitee_id


@rule
def guest_of_meeting(actor: Actor, subject: MeetingInEvent) -> bool:
    return actor.person is not None and actor.person in subject.guests


@rule
def desk_of_asker(actor: Actor, subject: MeetingInEvent) -> bool:
    return actor.is_(Role.DESK_OFFICER, Scope.DESK, subject.desks.get(subject.meeting.asker_id))


@rule
def desk_of_invitee(actor: Actor, subject: MeetingInEvent) -> bool:
    return actor.is_(Role.DESK_OFFICER, Scope.DESK, subject.desks.get(subject.meeting.invitee_id))


@rule
def desk_of_guest(actor: Actor, subject: MeetingInEvent) -> bool:
    return any(actor.is_(Role.DESK_OFFICER, Scope.DESK, subject.desks.get(guest)) for guest in subject.guests)


@rule
def participants_may_move(actor: Actor, subject: MeetingInEvent) -> bool:
    return subject.participants_move


@rule
def participants_choose_times(actor: Actor, subject: MeetingInEvent) -> bool:
    return subject.timing is not Timing.BY_ORGANISER


def shares_with(actor: Actor, subject: MeetingInEvent, lead: int) -> bool:
    """Whether the actor takes part for a lead's organisation. They have to belong to it still: its contacts take out
    whoever does not."""
    home = subject.homes.get(lead)
    is_member = actor.is_("member", "organisation", home)
    return is_member and actor.person in subject.colleagues.get(home or 0, frozenset())


@rule
def colleague_of_lead(actor: Actor, subject: MeetingInEvent) -> bool:
    return any(shares_with(actor, subject, lead) for lead in subject.leads)


acts_for_asker = desk_of_asker | organiser_of_event
acts_for_invitee = desk_of_invitee | organiser_of_event
lead_of_meeting = asker_of_meeting | invitee_of_meeting
acts_for_lead = desk_of_asker | desk_of_invitee | organiser_of_event
see_meeting = lead_of_meeting | guest_of_meeting | colleague_of_lead | acts_for_lead | desk_of_guest


def state_at(state: MeetingState, expires_at: datetime, now: datetime) -> MeetingState:
    """What a meeting is by the clock: a request is over when its time is, even if that has not been told yet."""
    return MeetingState.EXPIRED if state is MeetingState.REQUESTED and expires_at <= now else state


def is_open(now: Any) -> Any:
    """The condition that a meeting is to come: a request that waits, one without a time, or one that is not over."""
    return or_(
        and_(col(Meeting.state) == MeetingState.REQUESTED, col(Meeting.expires_at) > now),
        col(Meeting.state) == MeetingState.ACCEPTED,
        and_(col(Meeting.state) == MeetingState.SCHEDULED, col(Meeting.ends_at) > now),
    )


def takes_part(person: Any) -> Any:
    """The condition that somebody takes part in a meeting: as asker, invitee or guest."""
    guest = exists().where(col(MeetingGuest.meeting_id) == col(Meeting.id), col(MeetingGuest.person_id) == person)
    return or_(col(Meeting.asker_id) == person, col(Meeting.invitee_id) == person, guest)


WHAT_BECAME: dict[MeetingState, Message] = {
    MeetingState.REQUESTED: _("This meeting has not been accepted yet."),
    MeetingState.ACCEPTED: _("This request was accepted already, and its time is still to be chosen."),
    MeetingState.SCHEDULED: _("This request was accepted already. The meeting can be moved or cancelled."),
    MeetingState.DECLINED: _("This request was declined."),
    MeetingState.WITHDRAWN: _("This request was withdrawn by the one who asked."),
    MeetingState.EXPIRED: _("This request has expired. You can ask for another time."),
    MeetingState.CANCELLED: _("This meeting was cancelled."),
    MeetingState.HELD: _("This meeting has taken place."),
    MeetingState.NO_SHOW: _("This meeting did not take place, since somebody did not come."),
    MeetingState.FAILED: _("This meeting did not take place because of a technical failure."),
}


def clock_state(subject: MeetingInEvent, now: datetime) -> MeetingState:
    """What a meeting is by the clock."""
    return state_at(subject.meeting.state, subject.meeting.expires_at, now)


def is_requested(subject: MeetingInEvent, now: datetime) -> None:
    """Refuse to answer or take back what is no open request."""
    state = clock_state(subject, now)
    if state is not MeetingState.REQUESTED:
        raise AnsweredAlready(WHAT_BECAME[state])


def not_closed(subject: MeetingInEvent) -> None:
    """Refuse what is asked of a meeting in an event that is over."""
    if subject.event.state is EventState.CLOSED:
        raise EventClosedAlready


def get_meeting(db: Database, actor: Actor, public: str) -> MeetingInEvent:
    """A meeting for those who take part, the leads' colleagues, the desks and the organisers; NotFound for others."""
    row = db.exec(select(Meeting, Event).where(Meeting.public_id == public, Event.id == Meeting.event_id)).first()
    if row is None or not see_meeting(actor, found := meeting_in_event(db, *row)):
        raise NotFound()
    return found


def meeting_in_event(db: Database, meeting: Meeting, event: Event) -> MeetingInEvent:
    """A meeting with all that rules ask: guests, desks, colleagues and the event's booking rules. Three queries."""
    guests = guests_of(db, meeting.id or 0)
    rules = rules_of(db, meeting.event_id)
    places = _places_around(db, meeting, guests)
    colleagues: dict[int, set[int]] = {}
    for place in places:
        if place.is_member and place.state is RegistrationState.ACCEPTED:
            colleagues.setdefault(place.organisation_id, set()).add(place.person_id)
    return MeetingInEvent(
        meeting,
        event,
        guests,
        desks={place.person_id: place.desk_id for place in places},
        homes={place.person_id: place.organisation_id for place in places},
        colleagues={home: frozenset(people) for home, people in colleagues.items()},
        participants_move=rules.participants_move,
        timing=rules.timing,
    )


def guests_of(db: Database, meeting_id: int) -> tuple[int, ...]:
    """Who takes part in a meeting besides its asker and invitee, in the order in which they were added."""
    query = select(MeetingGuest.person_id).where(MeetingGuest.meeting_id == meeting_id)
    return tuple(db.exec(query.order_by(col(MeetingGuest.id))))


def guests_by_meeting(db: Database, meetings: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The same of many meetings by their ids, without those to which nobody was added."""
    found: dict[int, tuple[int, ...]] = {}
    for some in in_parts(sorted(meetings)):
        query = select(MeetingGuest.meeting_id, MeetingGuest.person_id).where(col(MeetingGuest.meeting_id).in_(some))
        for meeting, person in db.exec(query.order_by(col(MeetingGuest.id))):
            found[meeting] = (*found.get(meeting, ()), person)
    return found


def _places_around(db: Database, meeting: Meeting, guests: tuple[int, ...]) -> list[Any]:
    """The places of all who take part in a meeting, and of all who do in its event for the organisation of a lead."""
    here = col(Registration.event_id) == meeting.event_id
    leads = (meeting.asker_id, meeting.invitee_id)
    homes = select(Registration.organisation_id).where(here, col(Registration.person_id).in_(leads))
    around = or_(
        col(Registration.person_id).in_((*leads, *guests)),
        and_(col(Registration.organisation_id).in_(homes), col(Registration.state) == RegistrationState.ACCEPTED),
    )
    query = sql_select(
        col(Registration.person_id), col(Registration.desk_id), col(Registration.organisation_id),
        col(Registration.state), case((belongs_there(), 1), else_=0).label("is_member"),
    )  # fmt: skip
    return list(db.execute(query.where(here, around)))


def belongs_there() -> Any:
    """The condition that somebody belongs to the organisation for which they take part: only members are colleagues."""
    return exists().where(
        col(Membership.person_id) == col(Registration.person_id),
        col(Membership.organisation_id) == col(Registration.organisation_id),
    )


def page_of(meeting: Meeting) -> str:
    """The path of a meeting's page, as calendars keep it; a test holds it and the routes together."""
    return path_of(meeting.public_id)


def path_of(public_id: str) -> str:
    """The path of the page of the meeting with this public id."""
    return f"/meetings/{public_id}"


def uids_of(db: Database, meetings: Collection[int]) -> dict[int, str]:
    """What calendars know these meetings by."""
    found: dict[int, str] = {}
    for some in in_parts(sorted(meetings)):
        query = select(col(Meeting.id), col(Meeting.uid)).where(col(Meeting.id).in_(some))
        found |= {id: uid for id, uid in db.exec(query) if id is not None}
    return found
