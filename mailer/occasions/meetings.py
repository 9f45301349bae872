"""Letters about one-to-one meetings: asked, answered, moved, called off, and who comes.

Each names the other, both local times, and who did it where it was not one of those who meet.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.events import Event
from events.letter_choices import Topic
from events.organisations import Organisation
from events.people import Person
from events.registration import Registration
from mailer.entries import words_for
from mailer.letters import Letter, Recipient, Values, letter_for, name_of, page_at, recipients
from sessions.blocks import MeetingTable, place_name
from sessions.booking_rules import rules_of
from sessions.calendars import CalendarRevision, EntryKind, revision_at
from sessions.entry_subjects import rows_by_id
from sessions.meeting_history import done_for, is_own_deed, looked_after_by
from sessions.meetings import (
    Meeting,
    MeetingAccepted,
    MeetingAgreed,
    MeetingCancelled,
    MeetingDeclined,
    MeetingDelegated,
    MeetingExpired,
    MeetingJoined,
    MeetingLeft,
    MeetingMoved,
    MeetingRequested,
    MeetingScheduled,
    MeetingState,
    MeetingWithdrawn,
    guests_by_meeting,
    guests_of,
    page_of,
)
from sessions.request_nudges import RequestUnanswered, can_still_be_answered
from sessions.tables import MeetingPlaceRenamed

ENTRY = (EntryKind.MEETING, "meeting_id")


def asker_of(db: Database, fact: Any) -> list[Recipient]:
    """Whoever asked for the meeting of a fact."""
    meeting = db.get(Meeting, fact.meeting_id)
    return recipients(db, {meeting.asker_id if meeting else None})


def invitee_of(db: Database, fact: Any) -> list[Recipient]:
    """Whoever was asked for the meeting of a fact."""
    meeting = db.get(Meeting, fact.meeting_id)
    return recipients(db, {meeting.invitee_id if meeting else None})


def everybody_in(db: Database, fact: Any) -> list[Recipient]:
    meeting = db.get(Meeting, fact.meeting_id)
    if meeting is None:
        return []
    return recipients(db, {meeting.asker_id, meeting.invitee_id, *guests_of(db, fact.meeting_id)})


def _the(field: str) -> Callable[[Database, Any], list[Recipient]]:
    """The person whom this field of a fact names."""
    return lambda db, fact: recipients(db, {getattr(fact, field)})


def _others(field: str) -> Callable[[Database, Any], list[Recipient]]:
    """All who take part, without the person whom this field of a fact names."""
    return lambda db, fact: [one for one in everybody_in(db, fact) if one.person_id != getattr(fact, field)]


def values_of_meeting(db: Database, fact: Any, to: Recipient) -> Values | None:
    """What letters say about the meeting of a fact, and who did it."""
    meeting, values = db.get(Meeting, fact.meeting_id), words_of_meeting(db, fact.meeting_id, to)
    return {**values, **done_by(db, fact, meeting, to)} if meeting is not None and values is not None else None


def words_of_meeting(db: Database, meeting_id: int, to: Recipient) -> Values | None:
    """What is said about a meeting: with whom, when for both, where, and how it stands."""
    return words_of_meetings(db, [meeting_id], to).get(meeting_id)


@words_for(EntryKind.MEETING)
def words_of_meetings(db: Database, meetings: Collection[int], to: Recipient) -> dict[int, Values]:
    """The same of many, by their ids. As many queries as for one."""
    around = _around(db, meetings, to)
    return {id: _words(meeting, around, to) for id, meeting in around.meetings.items()}


@dataclass(frozen=True)
class _Around:
    """Meetings with all that is named in letters about them: who comes along by meeting, people by id, and for which
    organisation they take part by event and person."""

    meetings: Mapping[int, Meeting]
    events: Mapping[int, Event]
    tables: Mapping[int, MeetingTable]
    guests: Mapping[int, tuple[int, ...]]
    people: Mapping[int, Person]
    homes: Mapping[tuple[int, int], Organisation]

    def people_in(self, meeting: Meeting) -> tuple[int, ...]:
        """All who take part in one, its leads first."""
        return (meeting.asker_id, meeting.invitee_id, *self.guests.get(meeting.id or 0, ()))

    def who(self, meeting: Meeting, person: int) -> str:
        """A name, with the organisation for which they take part."""
        return _called(self.people.get(person), self.homes.get((meeting.event_id, person)))


def _around(db: Database, ids: Collection[int], to: Recipient) -> _Around:
    meetings = rows_by_id(db, Meeting, ids)
    guests = guests_by_meeting(db, meetings)
    leads = {one for meeting in meetings.values() for one in (meeting.asker_id, meeting.invitee_id)}
    people = {one for one in (*leads, to.person_id) if one is not None}.union(*guests.values())
    events = {meeting.event_id for meeting in meetings.values()}
    tables = rows_by_id(db, MeetingTable, (meeting.table_id for meeting in meetings.values()))
    return _Around(
        meetings, rows_by_id(db, Event, events), tables, guests, rows_by_id(db, Person, people),
        _homes(db, events, people),
    )  # fmt: skip


def _words(meeting: Meeting, around: _Around, to: Recipient) -> Values:
    other_lead = _other_lead(meeting, around, to)
    other = around.people.get(other_lead)
    table = around.tables.get(meeting.table_id or 0)
    along = [one for one in around.people_in(meeting) if one not in {to.person_id, other_lead}]
    return {
        "event": around.events[meeting.event_id].name,
        "state": meeting.state,
        "other": name_of(other),
        "who": around.who(meeting, other_lead),
        "along": ", ".join(around.who(meeting, one) for one in along),
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


def _other_lead(meeting: Meeting, around: _Around, to: Recipient) -> int:
    """Whom the reader meets: the other lead; for whoever comes along, the lead who is no colleague of theirs."""
    if to.person_id in (meeting.asker_id, meeting.invitee_id):
        return meeting.invitee_id if to.person_id == meeting.asker_id else meeting.asker_id
    own, askers = (around.homes.get((meeting.event_id, one or 0)) for one in (to.person_id, meeting.asker_id))
    is_colleague = own is not None and askers is not None and own.id == askers.id
    return meeting.invitee_id if is_colleague else meeting.asker_id


def done_by(db: Database, fact: Any, meeting: Meeting, to: Recipient) -> Values:
    """Who did it, where that was none of those who meet, and for whom."""
    leads = (meeting.asker_id, meeting.invitee_id)
    if to.doer is None or is_own_deed(fact, leads, to.doer):
        return {"done_by": "", "done_for": ""}
    people = {*leads, getattr(fact, "left_id", meeting.asker_id)}
    looked_after = looked_after_by(db, meeting.event_id, {to.doer}, people)
    whose = done_for(fact, leads, to.doer, looked_after.get(to.doer, set()))
    return {
        "done_by": name_of(db.get(Person, to.doer)),
        "done_for": name_of(db.get(Person, whose)) if whose is not None else "",
    }


def _who(db: Database, event_id: int, person: Person | None) -> str:
    """A name, with the organisation for which they take part."""
    id = person.id or 0 if person is not None else 0
    return _called(person, _homes(db, {event_id}, {id}).get((event_id, id)))


def _called(person: Person | None, home: Organisation | None) -> str:
    return f"{name_of(person)} ({home.name})" if home else name_of(person)


def _homes(db: Database, events: Collection[int], people: Collection[int]) -> dict[tuple[int, int], Organisation]:
    """For which organisation people take part in events, by event and person; nothing where for none."""
    query = (
        select(Registration.event_id, Registration.person_id, Organisation)
        .join(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(col(Registration.event_id).in_(events), col(Registration.person_id).in_(people))
    )
    return {(event, person): home for event, person, home in db.exec(query)}


@letter_for(MeetingRequested, to=invitee_of)
def meeting_requested(db: Database, fact: MeetingRequested, to: Recipient) -> Values | None:
    values = values_of_meeting(db, fact, to)
    return values and {**values, "held": bool(values["starts_at"]) and rules_of(db, fact.event_id).requests_hold}


@letter_for(RequestUnanswered, to=invitee_of, topic=Topic.REMINDERS)
def request_unanswered(db: Database, fact: RequestUnanswered, to: Recipient) -> Values | None:
    meeting = db.get(Meeting, fact.meeting_id)
    if meeting is None or not can_still_be_answered(db, meeting):
        return None  # it was answered meanwhile, or the letter comes too late
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


@letter_for(MeetingDeclined, to=asker_of)
def meeting_declined(db: Database, fact: MeetingDeclined, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingWithdrawn, to=invitee_of)
def meeting_withdrawn(db: Database, fact: MeetingWithdrawn, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingExpired, to=asker_of)
def meeting_expired(db: Database, fact: MeetingExpired, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingMoved, to=everybody_in, entry=ENTRY)
def meeting_moved(db: Database, fact: MeetingMoved, to: Recipient) -> Values | None:
    values = values_of_meeting(db, fact, to)
    if values is None:
        return None
    old = _time_told(db, fact, to)
    return {**values, "old_starts_at": old, "time_stays": old == fact.starts_at}


def _time_told(db: Database, fact: MeetingMoved, to: Recipient) -> datetime:
    """When the meeting was, as far as the reader knows: where it kept its time, a letter about a move just before may
    never have gone out."""
    if fact.old_starts_at != fact.starts_at:
        return fact.old_starts_at
    entry, _now = revision_at(db, EntryKind.MEETING, fact.meeting_id, fact.sequence)
    query = (
        select(CalendarRevision.starts_at)
        .join(Letter, col(Letter.sequence) == col(CalendarRevision.sequence))
        .where(CalendarRevision.entry_id == entry.id, Letter.uid == entry.uid, Letter.address == to.address)
        .where(col(Letter.attempts) > 0, Letter.sequence < fact.sequence)
    )
    told = db.exec(query.order_by(col(Letter.sequence).desc()).limit(1)).first()
    return told or fact.old_starts_at


@letter_for(MeetingPlaceRenamed, to=everybody_in, entry=ENTRY)
def meeting_place_renamed(db: Database, fact: MeetingPlaceRenamed, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingCancelled, to=everybody_in, entry=ENTRY)
def meeting_cancelled(db: Database, fact: MeetingCancelled, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


def _handed_over(db: Database, fact: MeetingDelegated, to: Recipient) -> Values | None:
    values = values_of_meeting(db, fact, to)
    if values is None:
        return None
    joined, left = db.get(Person, fact.joined_id), db.get(Person, fact.left_id)
    meeting = db.get_one(Meeting, fact.meeting_id)
    return {
        **values,
        "joined": _who(db, fact.event_id, joined),
        "left": name_of(left),
        "to_answer": meeting.state is MeetingState.REQUESTED and meeting.invitee_id == to.person_id,
        "in_calendar": fact.sequence is not None,
    }


@letter_for(MeetingDelegated, to=_the("left_id"), entry=ENTRY, revision="taken_out")
def meeting_handed_over(db: Database, fact: MeetingDelegated, to: Recipient) -> Values | None:
    return _handed_over(db, fact, to)


@letter_for(MeetingDelegated, to=_the("joined_id"), entry=ENTRY)
def meeting_taken_over(db: Database, fact: MeetingDelegated, to: Recipient) -> Values | None:
    return _handed_over(db, fact, to)


@letter_for(MeetingDelegated, to=_others("joined_id"), entry=ENTRY)
def meeting_delegated(db: Database, fact: MeetingDelegated, to: Recipient) -> Values | None:
    return _handed_over(db, fact, to)


def _with_guest(db: Database, fact: MeetingJoined | MeetingLeft, to: Recipient) -> Values | None:
    values = values_of_meeting(db, fact, to)
    guest = db.get(Person, fact.person_id)
    return values and {**values, "guest": _who(db, fact.event_id, guest), "in_calendar": fact.sequence is not None}


@letter_for(MeetingJoined, to=_the("person_id"), entry=ENTRY)
def meeting_joined(db: Database, fact: MeetingJoined, to: Recipient) -> Values | None:
    return _with_guest(db, fact, to)


@letter_for(MeetingJoined, to=_others("person_id"), entry=ENTRY)
def meeting_grown(db: Database, fact: MeetingJoined, to: Recipient) -> Values | None:
    return _with_guest(db, fact, to)


@letter_for(MeetingLeft, to=_the("person_id"), entry=ENTRY, revision="taken_out")
def meeting_left(db: Database, fact: MeetingLeft, to: Recipient) -> Values | None:
    return _with_guest(db, fact, to)


@letter_for(MeetingLeft, to=_others("person_id"), entry=ENTRY)
def meeting_without(db: Database, fact: MeetingLeft, to: Recipient) -> Values | None:
    return _with_guest(db, fact, to)
