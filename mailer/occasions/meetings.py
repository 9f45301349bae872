"""Letters about one-to-one meetings: asked, answered, moved, called off. Each names the other and both local times."""

from typing import Any

from events.core.database import Database
from events.core.translation import Message, _
from events.events import Event
from events.organisations import Organisation
from events.people import Person
from events.registration import find_registration
from mailer.letters import Recipient, Values, letter_for, page_at, recipients
from sessions.blocks import MeetingTable, place_name
from sessions.calendars import EntryKind
from sessions.meetings import (
    Meeting,
    MeetingAccepted,
    MeetingAgreed,
    MeetingCancelled,
    MeetingDeclined,
    MeetingExpired,
    MeetingMoved,
    MeetingRequested,
    MeetingScheduled,
    MeetingWithdrawn,
    guests_of,
    page_of,
)

ENTRY = (EntryKind.MEETING, "meeting_id")


def _asker(db: Database, fact: Any) -> list[Recipient]:
    meeting = db.get(Meeting, fact.meeting_id)
    return recipients(db, {meeting.asker_id if meeting else None})


def _invitee(db: Database, fact: Any) -> list[Recipient]:
    meeting = db.get(Meeting, fact.meeting_id)
    return recipients(db, {meeting.invitee_id if meeting else None})


def everybody_in(db: Database, fact: Any) -> list[Recipient]:
    """The asker, the invitee and the guests of the meeting that a fact is about."""
    meeting = db.get(Meeting, fact.meeting_id)
    if meeting is None:
        return []
    return recipients(db, {meeting.asker_id, meeting.invitee_id, *guests_of(db, fact.meeting_id)})


def values_of_meeting(db: Database, fact: Any, to: Recipient) -> Values | None:
    """What letters say about a meeting: with whom, when for both, where, and how it stands."""
    meeting, event = db.get(Meeting, fact.meeting_id), db.get(Event, fact.event_id)
    if meeting is None or event is None:
        return None
    other = db.get(Person, meeting.invitee_id if to.person_id == meeting.asker_id else meeting.asker_id)
    table = db.get(MeetingTable, meeting.table_id) if meeting.table_id else None
    other_name: str | Message = other.name if other and other.name else _("Somebody")
    organisation = _organisation(db, meeting.event_id, other)
    return {
        "event": event.name,
        "state": meeting.state,
        "other": other_name,
        "who": f"{other_name} ({organisation})" if organisation else other_name,
        "other_zone": other.zone if other else to.zone,
        "same_zone": other is None or other.zone == to.zone,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "expires_at": meeting.expires_at,
        "place": place_name(table.kind, table.name) if table else "",
        "note": meeting.note,
        "reason": meeting.reason,
        "url": page_at(page_of(meeting)),
    }


def _organisation(db: Database, event_id: int, person: Person | None) -> str:
    registration = find_registration(db, event_id, person.id) if person else None
    own = registration.organisation_id if registration else None
    organisation = db.get(Organisation, own) if own else None
    return organisation.name if organisation else ""


@letter_for(MeetingRequested, to=_invitee)
def meeting_requested(db: Database, fact: MeetingRequested, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingAccepted, to=everybody_in, entry=ENTRY)
def meeting_accepted(db: Database, fact: MeetingAccepted, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingScheduled, to=everybody_in, entry=ENTRY)
def meeting_scheduled(db: Database, fact: MeetingScheduled, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingAgreed, to=everybody_in)
def meeting_agreed(db: Database, fact: MeetingAgreed, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingDeclined, to=_asker)
def meeting_declined(db: Database, fact: MeetingDeclined, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingWithdrawn, to=_invitee)
def meeting_withdrawn(db: Database, fact: MeetingWithdrawn, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingExpired, to=_asker)
def meeting_expired(db: Database, fact: MeetingExpired, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingMoved, to=everybody_in, entry=ENTRY)
def meeting_moved(db: Database, fact: MeetingMoved, to: Recipient) -> Values | None:
    values = values_of_meeting(db, fact, to)
    return values and {**values, "old_starts_at": fact.old_starts_at}


@letter_for(MeetingCancelled, to=everybody_in, entry=ENTRY)
def meeting_cancelled(db: Database, fact: MeetingCancelled, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)
