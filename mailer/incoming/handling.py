"""Handling: one message that came in, from its bytes to what it did; everything is on record, whatever became of it."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import SYSTEM
from events.core.columns import moment, word
from events.core.database import Database, is_broken, reading, transaction
from events.core.hooks import personal_data
from events.core.journal import JournalEntry
from events.core.limits import TooOften, take_turn
from events.core.refusals import Refusal
from events.core.settings import settings
from events.events import Event
from events.people import Person, PersonState
from events.reachability import note_hard_bounce, note_soft_bounce
from events.roles import actor_for
from mailer.cleaning import clean_text
from mailer.incoming.bounces import Severity, read_bounce
from mailer.incoming.calendars import Attendance, NoReply, read_replies, same_mailbox
from mailer.incoming.parts import Incoming, Kind, read_incoming
from mailer.incoming.trust import is_attested
from mailer.letters import Letter, LetterState, ReplyAddress, own_domain
from mailer.resending import send_again
from sessions.calendars import CalendarMethod
from sessions.forwarded import forward_text
from sessions.meetings import Meeting, MeetingInEvent, meeting_in_event
from sessions.replies import (
    EntryOfPerson,
    ReplyOutcome,
    ReplyVerb,
    answer_entry,
    find_entry_of,
    hold_reply,
    is_weighty,
)

AN_HOUR = 60
_OURS = re.compile(r"<[0-9a-f]{32}@[^<>\s]{1,253}>")


class Decision(StrEnum):
    """What became of a message."""

    APPLIED = "applied"
    HELD = "held"
    FORWARDED = "forwarded"
    SENT_AGAIN = "sent again"
    COUNTED = "counted"
    IGNORED = "ignored"
    DROPPED = "dropped"
    REFUSED = "refused"
    TOO_OFTEN = "too often"


class IncomingLetter(SQLModel, table=True):
    """A message that came in, and what became of it; none of its words. `digest` is of Message-ID, body and address,
    so that what arrives twice is known."""

    __tablename__ = "incoming_letter"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64, unique=True)
    arrived_at: datetime = moment(index=True)
    kind: Kind = word(Kind)
    decision: Decision = word(Decision, default=Decision.DROPPED)
    why: str = Field(default="", max_length=200)
    verb: str = Field(default="", max_length=20)
    attested: bool = False
    times: int = 1
    event_id: int | None = Field(default=None, index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    uid: str = Field(default="", max_length=40)


personal_data(IncomingLetter, "person_id", "what came of messages to our addresses", "detach")


@dataclass(frozen=True)
class Envelope:
    """Who handed a message over, and for whom, as SMTP has it; without a sender it is a bounce."""

    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class _Fate:
    decision: Decision
    why: str = ""


def handle(raw: bytes, envelope: Envelope) -> list[Decision]:
    """Do what a message says, for each address of ours that it went to, as far as it may be believed; again does no
    harm. Raises only what is worth another try, such as a database that does not answer."""
    incoming = read_incoming(raw, envelope_sender=envelope.sender)
    return [_handle(incoming, raw, recipient.strip().lower()) for recipient in envelope.recipients]


def _handle(incoming: Incoming, raw: bytes, recipient: str) -> Decision:
    body = raw.partition(b"\r\n\r\n")[2] or raw.partition(b"\n\n")[2]
    named = f"{incoming.header('Message-ID')} {recipient} {hashlib.sha256(body).hexdigest()}"
    digest = hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()
    is_too_often = _is_too_often(incoming, recipient)
    with transaction() as db:
        row = _kept(db, IncomingLetter(digest=digest, arrived_at=clock.now(), kind=incoming.kind))
        if row is None:
            return Decision.IGNORED
        fate = _put_off(db, row, recipient) if is_too_often else _decide(db, row, incoming, recipient)
        row.decision, row.why = fate.decision, fate.why[:200]
        db.add(row)
        return row.decision


def _is_too_often(incoming: Incoming, recipient: str) -> bool:
    """Count a message for its token; one without for its sender, so that nobody uses up the turns of others."""
    token = token_of(recipient)
    writer = hashlib.sha256(incoming.sender.encode("utf-8", "replace")).hexdigest()
    try:
        take_turn(f"incoming {token or writer}"[:160], times=AN_HOUR, per=timedelta(hours=1))
    except TooOften:
        return True
    return False


def _kept(db: Database, row: IncomingLetter) -> IncomingLetter | None:
    """Write a message down, and answer its row; None, and counted, where it was decided before. One that was too often
    was not: it is brought again because we asked for that."""
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_incoming_letter_digest"):
            raise
        query = select(IncomingLetter).where(IncomingLetter.digest == row.digest)
        known = db.exec(query.with_for_update()).one()
        known.times += 1
        db.add(known)
        return known if known.decision is Decision.TOO_OFTEN else None
    return row


def _put_off(db: Database, row: IncomingLetter, recipient: str) -> _Fate:
    address = _reply_address(db, token_of(recipient))
    if address is not None:
        row.event_id, row.person_id = address.event_id, address.person_id
    return _Fate(Decision.TOO_OFTEN)


def token_of(recipient: str) -> str:
    """What stands behind the plus in an address of ours; empty where there is none."""
    return recipient.partition("@")[0].partition("+")[2]


def is_ours(recipient: str) -> bool:
    """Whether a message to this address can mean anything: for a mail server that asks before it takes one."""
    local, _at, domain = recipient.strip().lower().rpartition("@")
    if domain != own_domain().lower():
        return False
    with reading() as db:
        if local.startswith("bounce+"):
            return _letter_behind(db, recipient) is not None
        if local == settings().mail_from.rpartition("@")[0].lower():
            return True
        return _reply_address(db, token_of(recipient)) is not None


def _letter_behind(db: Database, recipient: str) -> Letter | None:
    message_id = f"<{token_of(recipient)}@{own_domain()}>"
    return db.exec(select(Letter).where(Letter.message_id == message_id)).first()


def _reply_address(db: Database, token: str) -> ReplyAddress | None:
    return db.exec(select(ReplyAddress).where(ReplyAddress.token == token)).first() if token else None


def _decide(db: Database, row: IncomingLetter, incoming: Incoming, recipient: str) -> _Fate:
    try:
        with db.begin_nested():
            if recipient.startswith("bounce+"):
                return _count_bounce(db, row, incoming, recipient)
            if incoming.kind in {Kind.BOUNCE, Kind.REPORT, Kind.AUTOMATIC}:
                return _Fate(Decision.IGNORED, "nobody wrote it")
            if incoming.kind is Kind.UNREADABLE:
                return _Fate(Decision.DROPPED, "cannot be read")
            return _from_somebody(db, row, incoming, _reply_address(db, token_of(recipient)), recipient)
    except NoReply as reason:
        return _Fate(Decision.DROPPED, str(reason))
    except Refusal as refusal:
        return _Fate(Decision.REFUSED, type(refusal).__name__)


def _count_bounce(db: Database, row: IncomingLetter, incoming: Incoming, recipient: str) -> _Fate:
    letter = _letter_behind(db, recipient)
    if letter is None:
        return _Fate(Decision.DROPPED, "no letter of ours")
    row.event_id, row.person_id, row.uid = letter.event_id, letter.person_id, letter.uid
    if incoming.kind is not Kind.BOUNCE:
        return _Fate(Decision.IGNORED, "no bounce")
    bounce = read_bounce(incoming)
    if bounce.severity is Severity.HARD:
        note_hard_bounce(db, letter.address, bounce.reason)
    elif bounce.severity is Severity.SOFT:
        note_soft_bounce(db, letter.address, bounce.reason)
    if bounce.severity in {Severity.HARD, Severity.SOFT}:
        back = update(Letter).where(col(Letter.id) == letter.id)
        fate = {"state": LetterState.UNDELIVERABLE, "dead_at": clock.now(), "problem": f"Came back: {bounce.reason}"}
        db.execute(back.values(**fate))
    return _Fate(Decision.COUNTED, bounce.severity)


def _from_somebody(
    db: Database, row: IncomingLetter, incoming: Incoming, address: ReplyAddress | None, recipient: str
) -> _Fate:
    if token_of(recipient) and address is None:
        return _Fate(Decision.DROPPED, "no such token")
    person = db.get(Person, address.person_id) if address is not None else None
    if address is not None and (person is None or person.state is PersonState.ERASED):
        return _Fate(Decision.DROPPED, "the person is gone")
    row.event_id, row.person_id = (address.event_id if address else None), (person.id if person else None)
    if incoming.kind is Kind.TEXT:
        return _forward(db, row, incoming, person)
    said, *more = read_replies(
        incoming.calendar, prefer=person.email if person else incoming.sender, zone=person.zone if person else "UTC"
    )
    row.verb, row.uid = said.reply.verb, said.reply.uid[:40]
    row.attested = is_attested(incoming.message, incoming.sender, said.attendee)
    if person is None:
        person = _known_by_address(db, row, said)
        if person is None:
            return _Fate(Decision.DROPPED, "no token, and nobody vouches for the sender")
    event_id = address.event_id if address is not None else None
    fate = _answer(db, row, said, person, event_id)
    for one in more:  # by the same attendee, so that what was found out of the first holds for them
        _answer(db, row, one, person, event_id)
    return fate


def _known_by_address(db: Database, row: IncomingLetter, said: Attendance) -> Person | None:
    """Whom a message without a token is from: only where our mail server vouches for the very address we know."""
    found = db.exec(select(Person).where(Person.email == said.attendee)).first() if row.attested else None
    if found is None or found.state is PersonState.ERASED:
        return None
    row.person_id = found.id
    return found


def _answer(db: Database, row: IncomingLetter, said: Attendance, person: Person, event_id: int | None) -> _Fate:
    subject = find_entry_of(db, said.reply.uid, person.id or 0)
    if subject is None or event_id not in {None, subject.event_id}:
        return _Fate(Decision.DROPPED, "not asked to this")
    row.event_id = subject.event_id
    matches = same_mailbox(said.attendee, person.email)
    if said.reply.verb is ReplyVerb.REFRESH:
        return _refresh(db, subject, person) if matches else _Fate(Decision.DROPPED, "asked by another")
    if matches and (row.attested or not is_weighty(db, subject, said.reply)):
        outcome = answer_entry(db, actor_for(db, person.id), subject, reply=said.reply)
        return _Fate(_DECISIONS[outcome], outcome)
    if said.reply.instance is not None and not is_weighty(db, subject, said.reply):
        return _Fate(Decision.DROPPED, "from another address")
    why = "not vouched for" if matches else "from another address"
    is_new = hold_reply(db, subject, said.reply, SYSTEM)
    return _Fate(Decision.HELD if is_new else Decision.IGNORED, why if is_new else "waits already, or would not count")


_DECISIONS = {
    ReplyOutcome.APPLIED: Decision.APPLIED,
    ReplyOutcome.NOTED: Decision.APPLIED,
    ReplyOutcome.OLDER_TIME: Decision.IGNORED,
    ReplyOutcome.STALE: Decision.IGNORED,
    ReplyOutcome.CANCELLED: Decision.IGNORED,
    ReplyOutcome.NOT_ASKED: Decision.DROPPED,
    ReplyOutcome.REFUSED: Decision.REFUSED,
}


def _refresh(db: Database, subject: EntryOfPerson, person: Person) -> _Fate:
    """Send what an entry says now once more, the same bytes; once a minute at most. That another time was not to be
    (DECLINECOUNTER) is an answer, and not what the entry says."""
    theirs = (
        Letter.uid == subject.entry.uid, Letter.address == person.email,
        col(Letter.method).in_([CalendarMethod.REQUEST, CalendarMethod.CANCEL]),
    )  # fmt: skip
    letter = db.exec(select(Letter).where(*theirs).order_by(col(Letter.sequence).desc(), col(Letter.id).desc())).first()
    if letter is None or not send_again(db, letter, pause=timedelta(minutes=1)):
        return _Fate(Decision.IGNORED, "sent a moment ago, or about to be")
    return _Fate(Decision.SENT_AGAIN)


def _forward(db: Database, row: IncomingLetter, incoming: Incoming, person: Person | None) -> _Fate:
    """Hand what somebody wrote on to whom they meet: only to letters about a meeting, and only their own words."""
    if person is None:
        return _Fate(Decision.DROPPED, "no token")
    row.attested = is_attested(incoming.message, incoming.sender, person.email)
    if not row.attested:
        return _Fate(Decision.DROPPED, "not vouched for")
    meeting = _meeting_answered(db, incoming, person)
    if meeting is None or not incoming.text:
        return _Fate(Decision.IGNORED, "answers no letter about a meeting")
    row.event_id = meeting.meeting.event_id
    forward_text(db, actor_for(db, person.id), meeting, text=clean_text(incoming.text))
    return _Fate(Decision.FORWARDED)


def _meeting_answered(db: Database, incoming: Incoming, person: Person) -> MeetingInEvent | None:
    """The meeting that the letter was about which somebody answers; None where it was about none, or not to them."""
    ids = _OURS.findall(f"{incoming.header('In-Reply-To')} {incoming.header('References')}")
    theirs = (col(Letter.message_id).in_(ids[:50]), Letter.person_id == person.id, JournalEntry.id == Letter.fact_id)
    told = db.exec(select(JournalEntry).where(*theirs).order_by(col(Letter.id).desc())).first()
    meeting = db.get(Meeting, told.particulars.get("meeting_id", 0)) if told is not None else None
    event = db.get(Event, meeting.event_id) if meeting is not None else None
    return meeting_in_event(db, meeting, event) if meeting is not None and event is not None else None
