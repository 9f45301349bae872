"""Letter texts: what an event's organisers add to a kind of letter, in each language."""

from dataclasses import dataclass

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.hooks import cloned_with_event
from events.core.journal import Fact, record
from events.core.refusals import Invalid, NotFound
from events.core.translation import LANGUAGES, SOURCE
from events.events import EventWithPhases, not_over
from events.placeholders import checked_text
from events.roles import organiser_of_event

TEXT_LIMIT = 2000
# The kinds of letters there are; whoever writes letters says them.
LETTER_KINDS: set[str] = set()


class LetterText(SQLModel, table=True):
    """A passage that stands first in an event's letters of one kind, for readers of one language."""

    __tablename__ = "letter_text"
    __table_args__ = (UniqueConstraint("event_id", "letter_kind", "locale"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    letter_kind: str = Field(max_length=40)
    locale: str = Field(max_length=8)
    text: str = Field(max_length=TEXT_LIMIT)


@dataclass(frozen=True)
class LetterTextSet(Fact):
    """Organisers changed what they add to a kind of letter."""

    event_id: int
    what: str


@dataclass(frozen=True)
class LetterTested(Fact):
    """An organiser wants to see a letter in their own mailbox."""

    event_id: int
    person_id: int
    what: str
    code: str


@command(organiser_of_event, when=not_over)
def set_letter_text(db: Database, actor: Actor, subject: EventWithPhases, *, kind: str, locale: str, text: str) -> None:
    """Let letters of a kind begin with a passage for readers of a language; an empty one takes it away. Refuses what
    has a broken or unknown placeholder, so that no letter ever fails for it."""
    refuse_unknown(kind, locale)
    clean = checked_text("text", text, most=TEXT_LIMIT)
    row = find_letter_text(db, subject.id, kind, locale)
    if row is not None and not clean:
        db.delete(row)
    elif clean:
        row = row or LetterText(event_id=subject.id, letter_kind=kind, locale=locale, text=clean)
        row.text = clean
        db.add(row)
    db.flush()
    record(db, actor, LetterTextSet(event_id=subject.id, what=kind))


@command(organiser_of_event, when=not_over)
def send_test_letter(db: Database, actor: Actor, subject: EventWithPhases, *, kind: str, locale: str) -> None:
    """Send a kind's passage to oneself, as its readers would read it."""
    refuse_unknown(kind, locale)
    if find_letter_text(db, subject.id, kind, locale) is None:
        raise NotFound()
    record(db, actor, LetterTested(event_id=subject.id, person_id=actor.person or 0, what=kind, code=locale))


def refuse_unknown(kind: str, locale: str) -> None:
    """Refuse a kind of letters that there is not, and a language that we do not write."""
    if kind not in LETTER_KINDS:
        raise NotFound()
    if locale not in LANGUAGES:
        raise Invalid({"locale": _unknown_language()})


def _unknown_language() -> str:
    from events.core.translation import gettext

    return gettext("Folkmoot does not speak this language yet. Choose one from the list.")


def find_letter_text(db: Database, event_id: int, kind: str, locale: str) -> LetterText | None:
    """The passage for this kind and language."""
    query = select(LetterText).where(LetterText.event_id == event_id, LetterText.letter_kind == kind)
    return db.exec(query.where(LetterText.locale == locale)).first()


def passage_for(db: Database, event_id: int | None, kind: str, locale: str) -> str:
    """What stands first in a letter, in the reader's language, else in English; empty where nothing does."""
    if event_id is None:
        return ""
    found = find_letter_text(db, event_id, kind, locale) or find_letter_text(db, event_id, kind, SOURCE)
    return found.text if found is not None else ""


def passage_tried(db: Database, event_id: int, kind: str, locale: str, *, tried: str, text: str) -> str:
    """What a reader of `locale` would read first if `text` were saved for readers of the language `tried`."""
    saved = {one: find_letter_text(db, event_id, kind, one) for one in {locale, SOURCE}}
    words = {one: row.text for one, row in saved.items() if row is not None} | {tried: text}
    return words.get(locale) or words.get(SOURCE, "")


def texts_of(db: Database, event_id: int) -> list[LetterText]:
    """All passages of an event."""
    query = select(LetterText).where(LetterText.event_id == event_id)
    return list(db.exec(query.order_by(LetterText.letter_kind, LetterText.locale)))


@cloned_with_event
def _clone(db: Database, from_id: int, to_id: int, moved: object) -> None:
    for row in texts_of(db, from_id):
        db.add(LetterText(event_id=to_id, letter_kind=row.letter_kind, locale=row.locale, text=row.text))
    db.flush()
