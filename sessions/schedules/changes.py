"""What has changed since a draft was made: who cancelled, who was booked, who is away, in words for organisers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.core.journal import FACTS, Fact, JournalEntry, fact_of
from events.core.translation import At, Message, _
from events.people import Person
from events.registration import Registration, RegistrationWithdrawn
from sessions.assessments import MeetingAssessed
from sessions.attendance import AttendanceCorrected, CheckedInToMeeting, MeetingFailed, MeetingHeld, NoShowMarked
from sessions.availability import AvailabilitySet
from sessions.blocks import BlockAdded, BlockRemoved, MeetingTable, TableAdded, place_name
from sessions.booking_rules import BookingRulesChanged
from sessions.breaks import BreaksSet
from sessions.contradictions import AttendanceContradicted
from sessions.forwarded import TextForwarded
from sessions.meeting_notes import MeetingNoteTakenBack, MeetingNoteWritten
from sessions.meeting_visits import MeetingRoomClosed, MeetingRoomLeft
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
    MeetingLocked,
    MeetingMoved,
    MeetingRequested,
    MeetingScheduled,
    MeetingWithdrawn,
)
from sessions.more_time import MeetingExtended, MoreTimeAsked
from sessions.outcomes import OutcomeAwaited, OutcomeNoted
from sessions.own_calendars import BusyTimesChanged
from sessions.proposals import TimeKept, TimeProposed
from sessions.request_nudges import RequestUnanswered
from sessions.room_doors import CaptionerChosen, MuteAsked, RoomEntryAnswered, RoomKnocked
from sessions.schedules.contents import known_people, known_tables
from sessions.schedules.drafts import ScheduleDraft, SchedulePublished, content_of
from sessions.standby import StandbyCalled
from sessions.stepping_in import RestOffered
from sessions.tables import MeetingPlaceRenamed, TableChanged, TableRemoved
from sessions.video import MeetingVideoChosen, MeetingVideoSwitched
from sessions.waiting import TimeFound

# What a request that nobody has accepted does; it concerns only drafts that count such wishes.
WISHES: tuple[type[Fact], ...] = (MeetingRequested, MeetingDeclined, MeetingWithdrawn, MeetingExpired)
# What decides about no schedule: how a table is called, and what is said or seen around a meeting that stays when it
# is. On the day, notes and check-ins come by the minute, and reminders whenever the clock says so.
# A time that was found, and a standby who was called, are told beside the request or the booking that counts.
OF_NO_MATTER: tuple[type[Fact], ...] = (
    CaptionerChosen, MeetingPlaceRenamed, CheckedInToMeeting, MeetingNoteWritten, MeetingNoteTakenBack,
    MeetingRoomClosed, MeetingRoomLeft, MeetingVideoChosen, MeetingVideoSwitched, MoreTimeAsked, MuteAsked,
    RequestUnanswered, RestOffered, RoomKnocked, RoomEntryAnswered, StandbyCalled, TextForwarded, TimeFound, TimeKept,
    TimeProposed,
)  # fmt: skip
# How a meeting went, which is noted once it has begun and decides nothing then; `_came_too_late` leaves that out.
ONCE_BEGUN: tuple[type[Fact], ...] = (
    AttendanceContradicted, AttendanceCorrected, MeetingAssessed, MeetingFailed, MeetingHeld, NoShowMarked,
    OutcomeAwaited, OutcomeNoted,
)  # fmt: skip
# What decides and is told as a change, whatever it was.
WITHOUT_WORDS: tuple[type[Fact], ...] = (MeetingDelegated, MeetingExtended, MeetingJoined, MeetingLeft)
SHOWN = 10


@dataclass(frozen=True)
class Changed:
    """One thing that happened since, with when."""

    what: Message
    at: datetime


@dataclass(frozen=True)
class Changes:
    """What happened since a draft was made: the latest ones, newest first, and how many there are in all."""

    latest: tuple[Changed, ...]
    count: int


ABOUT_MEETINGS: dict[type[Fact], Callable[[str, Any], Message]] = {
    MeetingRequested: lambda who, _fact: _("%(who)s: asked for.", who=who),
    MeetingAgreed: lambda who, _fact: _("%(who)s: accepted, without a time yet.", who=who),
    MeetingAccepted: lambda who, _fact: _("%(who)s: accepted.", who=who),
    MeetingScheduled: lambda who, _fact: _("%(who)s: booked.", who=who),
    MeetingDeclined: lambda who, _fact: _("%(who)s: declined.", who=who),
    MeetingWithdrawn: lambda who, _fact: _("%(who)s: the request was taken back.", who=who),
    MeetingExpired: lambda who, _fact: _("%(who)s: the request has expired.", who=who),
    MeetingCancelled: lambda who, _fact: _("%(who)s: cancelled.", who=who),
    MeetingMoved: lambda who, fact: _(
        "%(who)s: moved from %(old)s to %(new)s.",
        who=who, old=At(fact.old_starts_at, "when"), new=At(fact.starts_at, "when"),
    ),
    MeetingLocked: lambda who, fact: (
        _("%(who)s: locked where it is.", who=who) if fact.locked else _("%(who)s: not locked any more.", who=who)
    ),
}  # fmt: skip
ABOUT_PEOPLE: dict[type[Fact], Callable[[str], Message]] = {
    AvailabilitySet: lambda who: _("%(who)s said anew when they can meet.", who=who),
    BusyTimesChanged: lambda who: _("%(who)s said anew when they can meet.", who=who),  # that they gave it is theirs
    RegistrationWithdrawn: lambda who: _("%(who)s does not take part any more.", who=who),
}
ABOUT_THE_EVENT: dict[type[Fact], Message] = {
    BlockAdded: _("A block of times was added."),
    BlockRemoved: _("A block of times was taken away."),
    BreaksSet: _("The breaks of a block were changed."),
    TableAdded: _("A table was added."),
    TableRemoved: _("A table was taken away."),
    BookingRulesChanged: _("The booking rules or limits were changed."),
}


def watched(wishes: bool) -> list[type[Fact]]:
    """The facts after which a draft is too old: all about meetings, and what says when and where people can meet; of
    people, those who meet in it."""
    left_out = OF_NO_MATTER if wishes else (*WISHES, *OF_NO_MATTER)
    counted = [kind for kind in facts_of_meetings() if kind not in left_out]
    return [*counted, *ABOUT_PEOPLE, *ABOUT_THE_EVENT, TableChanged, SchedulePublished]


def facts_of_meetings() -> list[type[Fact]]:
    """Every kind of fact about a meeting; each is one of those above, and a draft is too old after any that is not."""
    return [kind for kind in FACTS.values() if any(one.name == "meeting_id" for one in fields(kind))]


def changes_since(db: Database, draft: ScheduleDraft) -> Changes:
    """What was written into the journal after the draft's problem was read, and makes it too old to be published."""
    kinds = [kind.kind for kind in watched(draft.wishes)]
    query = select(JournalEntry).where(
        JournalEntry.event_id == draft.event_id,
        col(JournalEntry.id) > draft.journal_number,
        col(JournalEntry.kind).in_(kinds),
    )
    written = [(entry, fact_of(entry)) for entry in db.exec(query.order_by(col(JournalEntry.id).desc()))]
    entries = [
        (entry, fact)
        for entry, fact in _in_one(written)
        if not _came_too_late(db, entry, fact) and not _as_the_draft_knew_it(db, draft, fact)
    ]
    # Several tables added at once are one piece of news.
    told: dict[str, Changed] = {}
    for entry, fact in entries:
        if len(told) < SHOWN:
            sentence = _sentence(db, fact)
            told.setdefault(str(sentence), Changed(sentence, entry.at))
    return Changes(tuple(told.values()), len(entries))


def _in_one(written: Sequence[tuple[JournalEntry, Fact]]) -> Iterator[tuple[JournalEntry, Fact]]:
    """Newest first, without the bookings and moves that a publication, which stands before them, has made."""
    left: dict[int | None, int] = {}
    for entry, fact in written:
        if isinstance(fact, SchedulePublished):
            left[entry.person_id] = fact.placed + fact.moved
        elif isinstance(fact, MeetingScheduled | MeetingMoved) and left.get(entry.person_id):
            left[entry.person_id] -= 1
            continue
        yield entry, fact


def _came_too_late(db: Database, entry: JournalEntry, fact: Fact) -> bool:
    """Whether something we have no words for, such as how a meeting went, was noted after it had begun."""
    if type(fact) in ABOUT_MEETINGS or not hasattr(fact, "meeting_id"):
        return False
    meeting = db.get(Meeting, fact.meeting_id)
    return meeting is not None and meeting.starts_at is not None and meeting.starts_at <= entry.at


def _as_the_draft_knew_it(db: Database, draft: ScheduleDraft, fact: Fact) -> bool:
    """Whether a table that was changed does as before: it has only another name, or is gone, which is told apart; or
    it is somebody's times, and they meet nobody in it."""
    if type(fact) in ABOUT_PEOPLE:
        return not _meets_in(db, draft, fact)
    if not isinstance(fact, TableChanged):
        return False
    table, content = db.get(MeetingTable, fact.table_id), content_of(db, draft)
    if table is None or content is None:
        return table is None
    return known_tables(content).get(fact.table_id) == (table.chairs, table.kept_for_id)


def _meets_in(db: Database, draft: ScheduleDraft, fact: Any) -> bool:
    """Whether the person of a fact takes part in a meeting that the draft was made from: asked for, or standing."""
    place, content = db.get(Registration, fact.registration_id), content_of(db, draft)
    return place is None or content is None or place.person_id in known_people(content)


def _sentence(db: Database, fact: Any) -> Message:
    kind = type(fact)
    if isinstance(fact, TableChanged):
        table = db.get_one(MeetingTable, fact.table_id)
        name = place_name(table.kind, table.name)
        return _("%(place)s: its chairs, or for whom it is kept, were changed.", place=name)
    if isinstance(fact, SchedulePublished):
        return _(
            "Another draft was published: %(placed)s new times, %(moved)s moved.", placed=fact.placed, moved=fact.moved
        )
    if kind in ABOUT_THE_EVENT:
        return ABOUT_THE_EVENT[kind]
    if kind in ABOUT_PEOPLE:
        place = db.get(Registration, fact.registration_id)
        return ABOUT_PEOPLE[kind](_name(db, place.person_id if place else None))
    meeting = db.get(Meeting, fact.meeting_id)
    who = f"{_name(db, meeting.asker_id)} – {_name(db, meeting.invitee_id)}" if meeting else "–"
    return ABOUT_MEETINGS[kind](who, fact) if kind in ABOUT_MEETINGS else _("%(who)s: changed.", who=who)


def _name(db: Database, person_id: int | None) -> str:
    person = db.get(Person, person_id) if person_id else None
    return person.name if person and person.name else str(_("Somebody"))
