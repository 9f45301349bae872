"""A meeting as its page shows it: who comes, for whom the reader may act, what can be done now, and its history."""

from dataclasses import dataclass

from starlette.requests import Request

from events.core.access import Actor, may
from events.core.database import Database
from events.events import EventWithPhases, event_by_id
from events.roles import organiser_of_event
from frontend.slots import Grid, grid_of
from frontend.web import Filled, actor_of
from sessions.availability import offered_slots
from sessions.booking_rules import Timing
from sessions.calendar_answers import NOWHERE, InCalendars, in_calendars
from sessions.calendars import EntryKind
from sessions.meeting_history import HistoryLine, history_of
from sessions.meeting_lists import Party, people_in
from sessions.meetings import MeetingInEvent, get_meeting
from sessions.schedules.openings import Instead, who_could_meet_instead
from sessions.seats import has_seats
from sessions.sides import SideInMeeting, desk_of_side, sides_of


@dataclass(frozen=True)
class SideShown:
    """A side of a meeting, with who leads it and whom of its guests they may remove."""

    side: SideInMeeting
    lead: Party
    own_guests: tuple[Party, ...]


@dataclass(frozen=True)
class MeetingShown:
    """What a meeting's page shows beside the meeting itself.

    `other` is whom the reader meets, None for who does not take part. `acts_for` names whom the reader's desk looks
    after, `colleague` the lead whose side they could take over. `holds` says that a request keeps its time free, `sent`
    is the step whose form was refused, `calendars` what stands there and what they answered. `instead` are those who
    could have the time of a cancelled meeting, None where that is not offered.
    """

    people: tuple[Party, ...]
    me: Party | None
    other: Party | None
    acts_for: list[str]
    as_organiser: bool
    colleague: SideShown | None
    sides: tuple[SideShown, ...]
    asks_time: bool
    grid: Grid
    holds: bool
    history: list[HistoryLine]
    sent: str
    calendars: InCalendars
    instead: list[Instead] | None

    @property
    def guests(self) -> tuple[Party, ...]:
        """Who comes besides the two leads."""
        return self.people[2:]

    def side_to(self, actor: Actor, command: str) -> list[SideShown]:
        """The sides of which the reader may do this now."""
        return [one for one in self.sides if may(actor, command, one.side)]

    def side_that_removes(self, actor: Actor, guest: Party) -> SideShown | None:
        """The side for which the reader may take a guest out now."""
        allowed = self.side_to(actor, "remove_from_meeting")
        fitting = [one for one in allowed if guest in one.own_guests or self.as_organiser]
        return fitting[0] if fitting else None


def meeting_of(db: Database, request: Request) -> tuple[Actor, EventWithPhases, MeetingInEvent]:
    """The reader, and the meeting that an address names with its event; NotFound where it is nothing of theirs."""
    actor = actor_of(db, request)
    subject = get_meeting(db, actor, request.path_params["meeting"])
    return actor, event_by_id(db, subject.meeting.event_id), subject


def meeting_shown(
    db: Database, request: Request, actor: Actor, event: EventWithPhases, subject: MeetingInEvent, form: Filled
) -> MeetingShown:
    """What the page of a meeting shows to this reader."""
    people = people_in(db, subject)
    sides = tuple(_side(one, people) for one in sides_of(subject))
    asks_time = not subject.has_time and subject.timing is not Timing.BY_ORGANISER
    asks_time = asks_time and may(actor, "accept_meeting", subject)
    slots = offered_slots(db, event.id, subject.people) if asks_time else []
    me = next((one for one in people if one.person_id == actor.person), None)
    shared = [one for one in sides if may(actor, "take_over_meeting", one.side)]
    return MeetingShown(
        people=people,
        me=me,
        other=whom_they_meet(subject, people, me),
        acts_for=[one.lead.name for one in sides if desk_of_side(actor, one.side)],
        as_organiser=me is None and organiser_of_event(actor, subject),
        colleague=shared[0] if shared and me is None else None,
        sides=sides,
        asks_time=asks_time,
        grid=grid_of(slots, people[0].zone, people[0].name),
        holds=has_seats(db, subject.id, subject.meeting.invitee_id),
        history=history_of(db, subject),
        calendars=in_calendars(db, EntryKind.MEETING, [subject.id]).get(subject.id, NOWHERE),
        sent=request.url.path.rpartition("/")[2] if form.refused else "",
        instead=who_could_meet_instead(db, actor, subject),
    )


def _side(side: SideInMeeting, people: tuple[Party, ...]) -> SideShown:
    homes, home = side.of.homes, side.home
    own = tuple(one for one in people[2:] if home is not None and homes.get(one.person_id) == home)
    return SideShown(side, next(one for one in people if one.person_id == side.lead), own)


def whom_they_meet(subject: MeetingInEvent, people: tuple[Party, ...], me: Party | None) -> Party | None:
    """The other lead; for a guest, the lead who is no colleague of theirs; None for who does not take part."""
    asker, invitee = people[:2]
    if me is None:
        return None
    if me in (asker, invitee):
        return invitee if me == asker else asker
    home = subject.homes.get(me.person_id)
    return invitee if home is not None and home == subject.homes.get(asker.person_id) else asker
