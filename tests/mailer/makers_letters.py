"""Rows and facts that letters are made from, written straight down: what commands do has its own tests."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from icalendar import Calendar, Event
from sqlmodel import select

from events.core import clock
from events.core.access import SYSTEM, Actor
from events.core.database import Database, reading, transaction
from events.core.journal import Fact, JournalEntry, record, settle
from events.events import EventWithPhases
from events.submissions import Submission, SubmissionState, SubmissionVersion
from events.teams import Team, TeamInvitation, TeamMember
from mailer.letters import Letter, LetterState, raw_of
from mailer.pace import domain_of
from mailer.writing import write_letters
from sessions.blocks import MeetingTable
from sessions.calendars import Content, EntryKind, cancel_entry, revise
from sessions.meetings import Meeting, MeetingState
from sessions.pitches import Pitch
from sessions.stages import Stage


def letters_after(db: Database, *facts: Fact) -> list[Letter]:
    """Record these, tell them, write what follows; answers all letters there are, in order."""
    for fact in facts:
        record(db, SYSTEM, fact)
    db.commit()
    settle()
    write_letters()
    return all_letters()


def all_letters() -> list[Letter]:
    with reading() as db:
        return list(db.exec(select(Letter).order_by(Letter.id)))


def written(db: Database) -> None:
    """Tell and write all that is due."""
    db.commit()
    settle()
    write_letters()


def sent(db: Database) -> int:
    """Send all there is; answers how many letters there are."""
    written(db)
    letters = db.exec(select(Letter)).all()
    for one in letters:
        if one.state is LetterState.WAITING:
            one.state, one.done_at, one.attempts = LetterState.SENT, clock.now(), 1
            db.add(one)
    db.commit()
    return len(letters)


def new_letters(db: Database, known: int) -> dict[str, Letter]:
    """What is written now, by whom it is for."""
    written(db)
    return {one.address.partition("@")[0]: one for one in all_letters()[known:] if one.state is LetterState.WAITING}


def parsed(letter: Letter) -> EmailMessage:
    """What the recipient's mail program reads."""
    return message_from_bytes(raw_of(letter), policy=policy.default)


def text_of(letter: Letter) -> str:
    return parsed(letter).get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(letter: Letter) -> str:
    return parsed(letter).get_body(("html",)).get_content()


def calendar_event_of(letter: Letter) -> Event:
    [part] = [part for part in parsed(letter).walk() if part.get_content_type() == "text/calendar"]
    [event] = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    return event


def make_meeting(
    db: Database,
    event: EventWithPhases,
    asker: Actor,
    invitee: Actor,
    *,
    note: str = "",
    state=MeetingState.SCHEDULED,
    table_name: str = "12",
) -> Meeting:
    table = MeetingTable(event_id=event.id, name=table_name)
    db.add(table)
    db.flush()
    start = clock.now() + timedelta(days=1)
    row = Meeting(
        event_id=event.id,
        asker_id=asker.person,
        invitee_id=invitee.person,
        state=state,
        note=note,
        starts_at=start,
        ends_at=start + timedelta(minutes=20),
        table_id=table.id if state is MeetingState.SCHEDULED else None,
        requested_at=clock.now(),
        expires_at=clock.now() + timedelta(hours=48),
    )
    db.add(row)
    db.flush()
    return row


def content_of(meeting: Meeting, starts_at: datetime | None = None, *, summary: str = "Meeting") -> Content:
    start = starts_at or meeting.starts_at
    return Content(start, start + timedelta(minutes=20), summary, "Table 12", f"/meetings/{meeting.public_id}")


def booked(db: Database, meeting: Meeting, starts_at: datetime | None = None) -> int:
    """Write the meeting into both calendars; answers the revision's number."""
    sequence = revise(
        db, EntryKind.MEETING, meeting.id, {meeting.asker_id, meeting.invitee_id}, content_of(meeting, starts_at)
    )
    assert sequence is not None
    return sequence


def called_off(db: Database, meeting: Meeting) -> int:
    sequence = cancel_entry(db, EntryKind.MEETING, meeting.id)
    assert sequence is not None
    return sequence


@dataclass
class TeamRows:
    team: Team
    submission: Submission
    version: SubmissionVersion
    pitch: Pitch
    invitation: TeamInvitation


def make_team(
    db: Database, event: EventWithPhases, *members: Actor, name: str = "Peel Good", title: str = "Peel to pulp"
) -> TeamRows:
    """A team with all that can be written about it."""
    now = clock.now()
    team = _kept(db, Team(event_id=event.id, name=name, formed_at=now))
    for one in members:
        _kept(db, TeamMember(event_id=event.id, team_id=team.id, person_id=one.person, joined_at=now))
    submission = _kept(
        db, Submission(event_id=event.id, team_id=team.id, state=SubmissionState.FINAL, title=title, saved_at=now)
    )
    version = _kept(
        db,
        SubmissionVersion(
            submission_id=submission.id, number=2, content={"title": title}, sha256="ab" * 32, kept_at=now
        ),
    )
    stage = _kept(db, Stage(event_id=event.id, name="Main hall", opens_at=now))
    pitch = _kept(
        db,
        Pitch(
            event_id=event.id, stage_id=stage.id, submission_id=submission.id, position=1, planned_at=now, seconds=180
        ),
    )
    invitation = _kept(
        db,
        TeamInvitation(team_id=team.id, email="new@acme.example", invited_by_id=members[0].person, invited_at=now),
    )
    return TeamRows(team, submission, version, pitch, invitation)


def pitch_planned(
    db: Database, rows: TeamRows, *people: Actor, summary: str = "Pitch: Peel Good", days: int = 1
) -> int:
    start = clock.now() + timedelta(days=days)
    content = Content(start, start + timedelta(minutes=5), summary, "Main hall", "/e/food-hack/stages/st_1")
    sequence = revise(db, EntryKind.PITCH, rows.pitch.id, {one.person for one in people}, content)
    assert sequence is not None
    return sequence


def _kept(db, row):
    db.add(row)
    db.flush()
    return row


def make_letter(*, address: str = "bo@example.org", uid: str = "", sequence: int = 0, body: str = "Hello") -> Letter:
    """A letter that is written and waits, about nothing that happened."""
    with transaction() as db:
        entry = JournalEntry(kind="PasswordSet", particulars={"person_id": 1}, at=clock.now())
        db.add(entry)
        db.flush()
        message_id = f"<{uuid.uuid4().hex}@folkmoot.invalid>"
        head = f"Date: Tue, 14 Apr 2026 09:00:00 +0000\r\nMessage-ID: {message_id}\r\n\r\n"
        letter = Letter(
            fact_id=entry.id,
            kind="password_set",
            address=address,
            message_id=message_id,
            uid=uid,
            sequence=sequence,
            raw=f"{head}{body}\r\n".encode(),
            made_at=clock.now(),
            due_at=clock.now(),
            domain=domain_of(address),
            urgent_at=clock.now(),
        )
        db.add(letter)
    return letter
