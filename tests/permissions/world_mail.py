"""What the world has of mail: a reply in Bo's name that waits, and another time that Nia proposes to Bo."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from events.core import clock
from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.tokens import seal_bytes
from events.events import EventWithPhases
from events.people import Person
from events.roles import actor_for
from mailer.letters import Letter, LetterState
from mailer.resending import LetterInEvent
from sessions.addresses import AddressChange, issue_address_token
from sessions.calendars import EntryKind, find_entry
from sessions.feeds import make_feed
from sessions.meetings import MeetingInEvent
from sessions.own_calendars import SEALED, OwnCalendar
from sessions.proposals import ProposalInMeeting, TimeProposal
from sessions.replies import EntryOfPerson, HeldReply, HeldReplyOfPerson, ReplyVerb


@dataclass(frozen=True)
class MailRows:
    """What waits for somebody's click."""

    of: EntryOfPerson
    held: HeldReplyOfPerson
    proposal: ProposalInMeeting
    letter: LetterInEvent
    feed: str
    address_token: str

    @property
    def ids(self) -> dict[str, str]:
        """The public ids in addresses of pages."""
        return {"held": self.held.held.public_id, "proposal": self.proposal.proposal.public_id}


def build_mail(db: Database, meeting: MeetingInEvent, hackathon: EventWithPhases, *, bo: int | None = None) -> MailRows:
    """Rows about a meeting of Bo's with Nia, and a letter of the hackathon that was sent."""
    bo = bo or meeting.leads[0]
    nia = next(one for one in meeting.leads if one != bo)
    entry = find_entry(db, EntryKind.MEETING, meeting.id)
    assert entry is not None
    of = EntryOfPerson(entry, bo, meeting.meeting.event_id)
    held = HeldReply(
        person_id=bo, entry_id=entry.id or 0, verb=ReplyVerb.DECLINED, sequence=entry.sequence, stamp=clock.now(),
        comment="I am away", held_at=clock.now(),
    )  # fmt: skip
    start = meeting.slot.starts_at
    proposal = TimeProposal(
        meeting_id=meeting.id, person_id=nia, wanted_at=start + timedelta(hours=1), stands_at=start,
        comment="Rather later", made_at=clock.now(),
    )  # fmt: skip
    fact = db.exec(select(JournalEntry.id).where(JournalEntry.event_id == hackathon.id)).first()
    letter = Letter(
        fact_id=fact or 0, event_id=hackathon.id, kind="phase_moved", address="bo@example.org", state=LetterState.SENT,
        message_id="<0@folkmoot.invalid>", raw=b"Subject: x\r\n\r\nx", made_at=clock.now(), due_at=clock.now(),
        urgent_at=clock.now(), done_at=clock.now(), attempts=1,
    )  # fmt: skip
    change = AddressChange(
        person_id=bo, old_address="bo@example.org", new_address="bo@elsewhere.example", asked_at=clock.now()
    )
    own = OwnCalendar(
        person_id=bo, address=seal_bytes(SEALED, b"https://calendar.example/secret.ics"), host="calendar.example",
        given_at=clock.now() - timedelta(days=1), read_at=clock.now() - timedelta(hours=1),
        due_at=clock.now() + timedelta(hours=1), left_out=1,
    )  # fmt: skip
    db.add_all([held, proposal, letter, change, own])
    db.flush()
    return MailRows(
        of, HeldReplyOfPerson(held, of), ProposalInMeeting(proposal, meeting), LetterInEvent(letter, hackathon),
        make_feed(db, actor_for(db, bo), db.get_one(Person, bo)), issue_address_token(db, change.id or 0),
    )  # fmt: skip
