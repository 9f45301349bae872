"""Letters: one mail to one person, made from a fact, with its fate."""

import random
import secrets
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, CursorResult, Index, LargeBinary, UniqueConstraint, and_, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.claims import LONGEST_PAUSE, Due
from events.core.columns import moment, public_id, word
from events.core.database import Database, transaction
from events.core.hooks import personal_address, personal_data
from events.core.journal import Fact, JournalEntry, Told, fact_of, listener
from events.core.links import link
from events.core.settings import settings
from events.core.tokens import open_bytes, seal_bytes
from events.core.translation import _
from events.letter_choices import Topic as Topic
from events.letter_texts import LETTER_KINDS
from events.people import Person, PersonState, people_by_id
from mailer.cleaning import UnusableAddress, clean_address
from mailer.pace import domain_of
from sessions.calendars import (
    CalendarEntry,
    CalendarMethod,
    CalendarRevision,
    EntryKind,
    held_times,
    over_at,
    revision_at,
    revision_of_entry,
)
from sessions.reminders import watch

F = TypeVar("F", bound=Fact)
SEALED = "letter"
AHEAD = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=30)


class LetterState(StrEnum):
    """A letter's fate. SUPERSEDED: a newer one says more; NOT_NEEDED: there was nothing to say when its turn came."""

    WAITING = "waiting"
    SENT = "sent"
    SUPERSEDED = "superseded"
    NOT_NEEDED = "not needed"
    UNDELIVERABLE = "undeliverable"


class Letter(Due, table=True):
    """One mail to one person. `raw` is written once and sent unchanged, however often it takes; `problem` says why not.

    With a calendar part, `uid` and `sequence` give the order among letters to the same address. `urgent_at` says
    whose turn is first among those that are due: tomorrow's meetings before next week's. `matters_until`: after the
    meeting there is nothing to say any more.
    """

    __table_args__ = (
        UniqueConstraint("fact_id", "address", "kind"),
        Index("ix_letter_urgent", "done_at", "dead_at", "urgent_at", "due_at"),
        Index("ix_letter_calendar", "uid", "address"),
    )

    public_id: str = public_id("l")
    fact_id: int = Field(foreign_key="journal_entry.id", index=True)
    event_id: int | None = Field(default=None, index=True)
    kind: str = Field(max_length=40)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    address: str = Field(max_length=254)
    state: LetterState = word(LetterState, default=LetterState.WAITING)
    message_id: str = Field(max_length=300, unique=True)
    reply_to: str = Field(default="", max_length=300)
    uid: str = Field(default="", max_length=40)
    sequence: int = 0
    method: str = Field(default="", max_length=20)
    subject: str = Field(default="", max_length=300)
    raw: bytes | None = Field(default=None, sa_type=LargeBinary, repr=False)
    sealed: bool = False
    made_at: datetime = moment(index=True)
    domain: str = Field(default="", max_length=254)
    urgent_at: datetime = moment()
    matters_until: datetime | None = moment(default=None, nullable=True)


class ReplyAddress(SQLModel, table=True):
    """The address that stands for a person's part in an event, as the organiser of their calendar entries.

    Random, and the same for good: calendars know an entry by its organiser too.
    """

    __tablename__ = "reply_address"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(max_length=40, unique=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)


personal_data(Letter, "person_id", "letters written to somebody", "delete")
personal_address(Letter, "address", "where a letter went", "delete")
personal_data(ReplyAddress, "person_id", "where answers from somebody's calendar go", "delete")


@dataclass(frozen=True)
class Recipient:
    """Whom a letter is for; `person_id` is None for an address that nobody here has.

    `doer` is the person who did what the letter tells, known when it is written; None for what the clock did.
    """

    address: str
    person_id: int | None
    name: str
    locale: str
    zone: str
    doer: int | None = None


class Page(str):
    """The address of one of our own pages: the only thing in a letter that may become a link."""


def page(name: str, **ids: object) -> Page:
    """The address of a page, for a letter."""
    return Page(link(name, **ids))


def page_at(path: str) -> Page:
    """The address of the page with this path, for a letter."""
    return Page(settings().public_url.rstrip("/") + path)


Addressees = Callable[[Database, Any], Iterable[Recipient]]
Values = dict[str, Any]
# What a letter says: (db, fact, recipient) -> values for its templates, or None where there is nothing to say any more.
Say = Callable[[Database, Any, Recipient], Values | None]
# Whether that is still so when the letter is about to go: (db, fact, id of the reader).
Still = Callable[[Database, Any, int | None], bool]
# What follows where nothing was to be said when the letter's turn came: (db, fact).
Unsent = Callable[[Database, Any], None]
SayT = TypeVar("SayT", bound=Callable[..., Values | None])


@dataclass(frozen=True)
class Occasion:
    """That a fact leads to letters of one kind. `secret` ones carry a token: they are written in one transaction with
    it, and closed. `entry` names the calendar entry, so that the letter carries its revision, which is the one that the
    fact's field `revision` says. `still` ones are about what begins at the fact's `starts_at`: by that they have their
    turn, and they are asked for once more before they go. `unsent` is done where a letter was not needed after all."""

    kind: str
    fact: type[Fact]
    to: Addressees
    say: Say
    secret: bool = False
    entry: tuple[EntryKind | None, str] | None = None
    revision: str = "sequence"
    in_their_name: bool = False
    topic: Topic | None = None
    method: str = ""
    still: Still | None = None
    unsent: Unsent | None = None

    def is_for(self, reader: Recipient, doer: int | None) -> bool:
        """Whether a letter goes to somebody about what `doer` (None: the clock) did; those about what was done in
        somebody's name spare those who did it themselves."""
        return not self.in_their_name or doer not in {None, reader.person_id}

    def number(self, fact: Any) -> int | None:
        """The number of the revision that a letter about this fact carries; None where it carries none."""
        return getattr(fact, self.revision) if self.entry is not None else None


OCCASIONS: dict[str, Occasion] = {}
SILENT: set[type[Fact]] = set()
_mail = listener("mailer", "worker")


def letter_for(
    fact: type[F],
    *,
    to: Addressees,
    secret: bool = False,
    entry: tuple[EntryKind | None, str] | None = None,
    revision: str = "sequence",
    in_their_name: bool = False,
    topic: Topic | None = None,
    method: str = "",
    still: Still | None = None,
    unsent: Unsent | None = None,
) -> Callable[[SayT], SayT]:
    """Let a fact lead to a letter to each of `to(db, fact)`; the function's name is its kind and its templates' folder.

    `entry` is the kind of calendar entry and the fact's field that holds its subject (None: its id); the fact's
    field `revision` has the number of what calendars are told, None where there is nothing to put into a calendar.
    `in_their_name` is for what somebody else did for the reader: none goes to who did it themselves, or when only
    the clock did. `topic` is for what people may do without: each such letter says how to stop them. `method` is
    for answers to what a calendar asked for, which say again what stands and change nothing. `still` is for what is
    about to begin, at the fact's `starts_at`: whether there is still something to say when the letter goes. `unsent`
    is told where that was not so: what the letter would have said may have to be said otherwise.
    """

    def register(say: SayT) -> SayT:
        kind = say.__name__
        if kind in OCCASIONS:
            raise ValueError(f"two letters are called {kind}")
        LETTER_KINDS.add(kind)
        OCCASIONS[kind] = Occasion(
            kind, fact, to, say, secret, entry, revision, in_their_name, topic, method, still, unsent
        )
        if fact not in _mail.handlers:
            _mail.hears(fact)(post_letters)
        return say

    return register


def silent(*facts: type[Fact]) -> None:
    """Say that nobody gets a letter about these."""
    SILENT.update(facts)


def recipient(person: Person) -> Recipient:
    """A person as somebody to write to."""
    return Recipient(person.email, person.id, person.name, person.locale, person.zone)


def name_of(person: Person | None) -> str:
    """How letters to others call somebody: never by their address, which is theirs to give."""
    return person.name if person and person.name else str(_("Somebody"))


def recipients(db: Database, ids: Iterable[int | None]) -> list[Recipient]:
    """These people, in order of id, without the erased."""
    found = people_by_id(db, {one for one in ids if one is not None})
    return [recipient(found[one]) for one in sorted(found) if found[one].state is not PersonState.ERASED]


def post_letters(db: Database, told: Told) -> None:
    """Make the letters that a fact leads to, each once however often the fact is told; they are written later."""
    for occasion in OCCASIONS.values():
        if occasion.fact is type(told.fact):
            _post(db, told, occasion)


def urgency(occasion: Occasion, begins: datetime | None = None) -> datetime:
    """Whose turn is first: somebody sits and waits for a letter with a link; then what begins within a day, then what
    is about no time, then what begins later."""
    if occasion.secret:
        return clock.now() - AHEAD
    return max(begins, clock.now()) if begins is not None else clock.now() + AHEAD


def _post(db: Database, told: Told, occasion: Occasion) -> None:
    there = set(db.exec(select(Letter.address).where(Letter.fact_id == told.number, Letter.kind == occasion.kind)))
    for one in {each.address: each for each in occasion.to(db, told.fact)}.values():
        if one.address in there or not occasion.is_for(one, told.person):
            continue
        letter = Letter(
            fact_id=told.number,
            event_id=getattr(told.fact, "event_id", None),
            kind=occasion.kind,
            person_id=one.person_id,
            address=one.address,
            message_id=f"<{uuid.uuid4().hex}@{own_domain()}>",
            made_at=clock.now(),
            due_at=clock.now(),
            sealed=occasion.secret,
            domain=domain_of(one.address),
            urgent_at=urgency(occasion, _begins(occasion, told.fact)),
            matters_until=_begins(occasion, told.fact),
        )
        if one.person_id is not None and hasattr(told.fact, "meeting_id"):
            letter.reply_to = reply_address(db, letter.event_id or 0, one.person_id)
        if not carries_entry(occasion, told.fact) or _in_order(db, told.fact, occasion, letter):
            _check_address(letter)
            db.add(letter)
    db.flush()
    db.info["tell"] = True


def _begins(occasion: Occasion, fact: Any) -> datetime | None:
    """When that begins which a letter without a calendar part is sent before; None for what is about no time."""
    begins: datetime | None = fact.starts_at if occasion.still is not None else None
    return begins


def carries_entry(occasion: Occasion, fact: Any) -> bool:
    """Whether a letter about this fact has a calendar part: its kind has one, and there is a revision to tell."""
    return occasion.number(fact) is not None


def own_domain() -> str:
    """The domain that letters come from."""
    return settings().mail_from.rpartition("@")[2]


def _check_address(letter: Letter) -> None:
    try:
        clean_address(letter.address)
    except UnusableAddress as reason:
        letter.state, letter.dead_at, letter.problem = LetterState.UNDELIVERABLE, clock.now(), str(reason)[:500]


def _in_order(db: Database, fact: Fact, occasion: Occasion, letter: Letter) -> bool:
    """Fill in the revision and put older letters aside; False where this address has had this revision."""
    number = occasion.number(fact)
    assert occasion.entry is not None and number is not None
    kind, field = occasion.entry
    line, revision = told_revision(db, kind, getattr(fact, field), number)
    # Two facts about one entry may be told at once; each must see what the other posted.
    db.exec(select(CalendarEntry.id).where(CalendarEntry.id == line.id).with_for_update()).one()
    watch(db, line)
    # Locked too, against whoever gives one back unsent meanwhile: of the two the second sees what the first did.
    same = select(Letter).where(Letter.uid == line.uid, Letter.address == letter.address)
    others = db.exec(same.order_by(col(Letter.id)).with_for_update()).all()
    if occasion.method:
        _fill_in_entry(db, letter, line, revision, occasion.method)
        return True
    if any((one.sequence, one.method) == (revision.sequence, revision.method) for one in others):
        return False
    _fill_in_entry(db, letter, line, revision, revision.method.value)
    if any(one.sequence > letter.sequence for one in others):
        set_aside(letter, LetterState.SUPERSEDED)
        return True
    for one in others:
        _put_older_aside(db, one)
    # One that was tried may have arrived, whatever we were told.
    reached = any(one.attempts > 0 for one in others)
    if revision.method is CalendarMethod.CANCEL and not reached:
        set_aside(letter, LetterState.NOT_NEEDED)
    return True


def has_newer(letter: Any, *states: LetterState) -> ColumnElement[bool]:
    """Whether the same address has a letter with a higher number about the same calendar entry: for a query about
    `letter`, which is the table or an alias. In one of `states`, or in any."""
    newer = aliased(Letter)
    more = (newer.uid == letter.uid, newer.address == letter.address, newer.sequence > letter.sequence)
    among = (col(newer.state).in_(states),) if states else ()
    found = select(newer.id).where(*more, *among).correlate(letter).exists()
    return and_(col(letter.uid) != "", found)


def told_revision(
    db: Database, kind: EntryKind | None, subject_id: int, number: int
) -> tuple[CalendarEntry, CalendarRevision]:
    """The revision that a letter carries, by what it is about or by the entry itself."""
    return revision_at(db, kind, subject_id, number) if kind is not None else revision_of_entry(db, subject_id, number)


def _fill_in_entry(db: Database, letter: Letter, entry: CalendarEntry, revision: CalendarRevision, method: str) -> None:
    letter.uid, letter.sequence, letter.method = entry.uid, revision.sequence, method
    letter.urgent_at, letter.matters_until = urgency(OCCASIONS[letter.kind], _next_start(revision)), over_at(revision)
    letter.reply_to = reply_address(db, letter.event_id or 0, letter.person_id or 0)


def _next_start(revision: CalendarRevision) -> datetime:
    """When what a revision says begins, of a series what is next of it."""
    starts = held_times(revision).values()
    return min((one for one in starts if one > clock.now()), default=revision.starts_at)


def _put_older_aside(db: Database, letter: Letter) -> None:
    """End an older letter that only waits, for its first turn or for the next; one that is on its way goes on.

    A claim takes the reason of the last pause away: a letter with a reason is in nobody's hands, however long its
    pause still is.
    """
    if letter.state is not LetterState.WAITING:
        return
    waits = (col(Letter.id) == letter.id, col(Letter.done_at).is_(None), col(Letter.dead_at).is_(None))
    in_no_hands = or_(col(Letter.attempts) == 0, col(Letter.problem) != "")
    aside = update(Letter).where(*waits, in_no_hands).values(state=LetterState.SUPERSEDED, done_at=clock.now())
    db.execute(aside, execution_options={"synchronize_session": False})
    db.refresh(letter)


def set_aside(letter: Letter, state: LetterState) -> None:
    """End a letter that will not be sent."""
    letter.state, letter.done_at = state, clock.now()


def was_not_needed(db: Database, letter: Letter) -> None:
    """Do what follows from a letter of which there was nothing to say when its turn came. Perhaps twice."""
    occasion = OCCASIONS.get(letter.kind)
    if occasion is not None and occasion.unsent is not None:
        occasion.unsent(db, fact_of(db.get_one(JournalEntry, letter.fact_id)))


def put_off(letter: Letter, problem: str, *, attempts: int, given_up: bool) -> None:
    """Try a letter again later, or never, with the reason kept; not again where a newer one waits behind it. Only for
    whoever claimed it, while it has not ended."""
    change: dict[str, Any] = {"attempts": attempts, "problem": problem[:500] or "no reason given"}
    change["due_at"] = clock.now() + pause_after(letter.attempts)
    if given_up:
        change |= {"dead_at": clock.now(), "state": LetterState.UNDELIVERABLE}
    mine = (col(Letter.id) == letter.id, col(Letter.attempts) == letter.attempts, col(Letter.done_at).is_(None))
    with transaction() as db:
        put = cast("CursorResult[Any]", db.execute(update(Letter).where(*mine).values(**change))).rowcount == 1
        if put and letter.uid and not given_up:
            # Asked once the row is ours: whoever posts a newer one takes its lock first.
            behind = (col(Letter.id) == letter.id, has_newer(Letter, LetterState.WAITING))
            aside = update(Letter).where(*behind).values(state=LetterState.SUPERSEDED, done_at=clock.now())
            db.execute(aside, execution_options={"synchronize_session": False})


def pause_after(attempts: int, first: timedelta = FIRST_PAUSE) -> timedelta:
    """How long to wait after so many tries: from 30 seconds, doubling, to an hour, with jitter."""
    jitter = random.uniform(0.5, 1)  # noqa: S311 - no secret
    return jitter * min(first * (1 << min(max(attempts - 1, 0), 20)), LONGEST_PAUSE)


def reply_address(db: Database, event_id: int, person_id: int) -> str:
    """The address that stands for a person's part in an event, made the first time."""
    found = _reply_address(db, event_id, person_id)
    if found is None:
        found = ReplyAddress(token=secrets.token_hex(16), event_id=event_id, person_id=person_id)
        db.add(found)
        db.flush()
    return _with_token(found)


def reply_addresses_of(db: Database, person_id: int | None) -> dict[int, str]:
    """The addresses that stand for a person's parts in events, by event; only where there is one. One query."""
    if person_id is None:
        return {}
    rows = db.exec(select(ReplyAddress).where(ReplyAddress.person_id == person_id))
    return {row.event_id: _with_token(row) for row in rows}


def _reply_address(db: Database, event_id: int, person_id: int) -> ReplyAddress | None:
    query = select(ReplyAddress).where(ReplyAddress.event_id == event_id, ReplyAddress.person_id == person_id)
    return db.exec(query).first()


def _with_token(row: ReplyAddress) -> str:
    local_part, _at, domain = settings().mail_from.rpartition("@")
    return f"{local_part}+{row.token}@{domain}"


def first_of_its_entry(db: Database, letter: Letter) -> Letter | None:
    """The first letter about a calendar entry that this address was sent, for the thread; None for the first itself."""
    query = select(Letter).where(Letter.uid == letter.uid, Letter.address == letter.address, Letter.attempts > 0)
    first = db.exec(query.order_by(col(Letter.sequence)).limit(1)).first() if letter.uid else None
    return first if first is not None and first.sequence < letter.sequence else None


def closed(letter: Letter, raw: bytes) -> bytes:
    """What is stored of a letter's bytes: letters with a token are not readable from the database alone."""
    return seal_bytes(SEALED, raw) if letter.sealed else raw


def raw_of(letter: Letter) -> bytes:
    """The bytes that are sent, always the same; ValueError for a letter that is not written yet."""
    if letter.raw is None:
        raise ValueError(f"letter {letter.id} is not written yet")
    return open_bytes(SEALED, letter.raw) if letter.sealed else letter.raw
