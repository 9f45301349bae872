"""Notes of a meeting: what both sides have written together, and what each has written for itself.

A note is a line of its own, never changed, only taken back by whoever wrote it: so two who write at once lose nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, delete
from sqlalchemy import select as sql_select
from sqlmodel import Field, SQLModel, col, or_

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import Event
from events.people import Person
from sessions.meeting_rooms import RoomInMeeting, Side, belongs_in_room, not_put_out, stands
from sessions.meetings import Meeting

TEXT_LIMIT = 2000
MOST_NOTES = 500


class MeetingNote(SQLModel, table=True):
    """A note in a meeting room. `side` is whose it is, None for all in the room."""

    __tablename__ = "meeting_note"
    __table_args__ = (Index("ix_meeting_note_meeting_id", "meeting_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("n")
    meeting_id: int = Field(foreign_key="meeting.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    side: Side | None = word(Side, default=None, nullable=True)
    text: str = Field(max_length=TEXT_LIMIT)
    written_at: datetime = moment()


personal_data(MeetingNote, "person_id", "notes of a meeting", "delete")


@dataclass(frozen=True)
class MeetingNoteWritten(Fact):
    """Somebody wrote a note in a meeting room."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class MeetingNoteTakenBack(Fact):
    """Somebody took back what they had written in a meeting room."""

    event_id: int
    meeting_id: int


@dataclass(frozen=True)
class NoteInMeeting:
    """A note with its room, as commands and rules need it."""

    note: MeetingNote
    of: RoomInMeeting

    @property
    def meeting(self) -> Meeting:
        """The meeting."""
        return self.of.meeting

    @property
    def event(self) -> Event:
        """The event in which it is."""
        return self.of.event


@rule
def wrote_the_note(actor: Actor, subject: NoteInMeeting) -> bool:
    return actor.person is not None and actor.person == subject.note.person_id


def notes_open(subject: RoomInMeeting, now: datetime) -> None:
    """Refuse notes of what is no meeting. They can be written before, during and after it, until its event is over."""
    stands(subject, now)


def note_open(subject: NoteInMeeting, now: datetime) -> None:
    """Refuse to take a note back where none can be written."""
    notes_open(subject.of, now)


@command(belongs_in_room & not_put_out, when=notes_open)
def write_meeting_note(
    db: Database, actor: Actor, subject: RoomInMeeting, *, text: str, own: bool = False
) -> MeetingNote:
    """Write a note for all in the room or, with `own`, for one's own side alone. Refuses nothing, too much, more than
    500 notes, and notes of one's own from whoever is on neither side."""
    assert actor.person is not None
    clean = text.strip()
    if not 0 < len(clean) <= TEXT_LIMIT:
        raise Invalid({"text": _("Please write 1 to %(most)s characters.", most=TEXT_LIMIT)})
    side = subject.side_of(actor.person)
    if own and side is None:
        raise Invalid({"own": _("You are on neither side of this meeting. Write for all.")})
    written = sql_select(col(MeetingNote.id)).where(col(MeetingNote.meeting_id) == subject.id).limit(MOST_NOTES)
    if len(db.execute(written).all()) >= MOST_NOTES:
        raise Conflict(_("This meeting has as many notes as it can hold."))
    row = MeetingNote(
        meeting_id=subject.id, person_id=actor.person, side=side if own else None, text=clean, written_at=clock.now()
    )
    db.add(row)
    db.flush()
    record(db, actor, MeetingNoteWritten(event_id=subject.meeting.event_id, meeting_id=subject.id))
    return row


@command(wrote_the_note, when=note_open)
def take_back_note(db: Database, actor: Actor, subject: NoteInMeeting) -> None:
    """Take back what one has written."""
    gone = db.execute(delete(MeetingNote).where(col(MeetingNote.id) == subject.note.id))
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise Conflict(_("This note is gone already."))
    record(db, actor, MeetingNoteTakenBack(event_id=subject.meeting.event_id, meeting_id=subject.of.id))


def get_meeting_note(db: Database, actor: Actor, subject: RoomInMeeting, public: str) -> NoteInMeeting:
    """A note of this meeting that the actor may read; NotFound for others."""
    for line in notes_of(db, actor, subject):
        if line.public_id == public:
            return NoteInMeeting(line.row, subject)
    raise NotFound()


@dataclass(frozen=True)
class NoteLine:
    """A note as it is shown."""

    row: MeetingNote
    name: str
    is_mine: bool

    @property
    def public_id(self) -> str:
        """Its public id."""
        return self.row.public_id

    @property
    def text(self) -> str:
        """What it says."""
        return self.row.text

    @property
    def is_own(self) -> bool:
        """Whether only one side reads it."""
        return self.row.side is not None

    @property
    def written_at(self) -> datetime:
        """When it was written."""
        return self.row.written_at


def notes_of(db: Database, actor: Actor, subject: RoomInMeeting) -> list[NoteLine]:
    """The notes of a meeting that somebody in its room reads, oldest first: those for all, and those of their side.
    Nobody else reads any, organisers included."""
    if not subject.may_enter(actor.person):
        return []
    side = subject.side_of(actor.person)
    mine = col(MeetingNote.side) == side if side else col(MeetingNote.person_id) == actor.person
    query = (
        sql_select(MeetingNote, col(Person.name))
        .join(Person, col(Person.id) == col(MeetingNote.person_id))
        .where(col(MeetingNote.meeting_id) == subject.id, or_(col(MeetingNote.side).is_(None), mine))
        .order_by(col(MeetingNote.id))
    )
    return [NoteLine(row, name, row.person_id == actor.person) for row, name in db.execute(query)]
