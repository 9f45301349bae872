"""A meeting that is on, as commands and routes can be about its room: Bo and Cy meet, and Bo has written a note."""

from datetime import timedelta

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from sessions.meeting_notes import write_meeting_note
from sessions.meeting_rooms import EntryState, RoomEntry, get_meeting_room
from sessions.meetings import Meeting, MeetingState
from tests.makers import again
from tests.sessions.makers_meetings import Fair

BEGAN = timedelta(minutes=12)


def make_running(db: Database, fair: Fair, bo: Actor, cy: Actor, tam: Actor) -> dict[str, str]:
    """A meeting of the two that began twelve minutes ago and lasts twenty, and out of whose room Tam was put; the
    public ids of it and of a note."""
    now = clock.now()
    row = Meeting(
        event_id=fair.event.id, asker_id=bo.person or 0, invitee_id=cy.person or 0, state=MeetingState.SCHEDULED,
        starts_at=now - BEGAN, ends_at=now - BEGAN + timedelta(minutes=20), requested_at=now - timedelta(hours=2),
        expires_at=now - timedelta(hours=1),
    )  # fmt: skip
    db.add(row)
    db.flush()
    db.add(RoomEntry(meeting_id=row.id or 0, person_id=tam.person or 0, state=EntryState.REMOVED, asked_at=now))
    db.flush()
    room = get_meeting_room(db, again(db, bo), row.public_id)
    note = write_meeting_note(db, again(db, bo), room, text="A hundred trays an hour.")
    return {"running": row.public_id, "note": note.public_id}
