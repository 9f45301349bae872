"""An event's public page: its sections in the order that its organisers like, and what stands in them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, Rule, command
from events.core.columns import public_id, word
from events.core.database import Database
from events.core.files import StoredFile, store_file
from events.core.hooks import cloned_with_event
from events.core.journal import record
from events.core.pictures import Picture
from events.core.refusals import Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, EventChanged, EventWithPhases, not_over, touch
from events.roles import organiser_of_event
from events.submission_texts import clean_link

LONGEST = {"title": 200, "text": 4000, "url": 500}
LONGEST_SECTION = 10_000
MOST_ENTRIES = 60


class SectionKind(StrEnum):
    """What a section of the public page is about."""

    ABOUT = "about"
    CHALLENGES = "challenges"
    AGENDA = "agenda"
    PARTNERS = "partners"
    PRIZES = "prizes"
    FAQ = "faq"
    GALLERY = "gallery"


# Sections that organisers fill with entries; the others show what the event has.
WITH_ENTRIES = (SectionKind.PARTNERS, SectionKind.PRIZES, SectionKind.FAQ, SectionKind.GALLERY)
WITH_PICTURES = (SectionKind.PARTNERS, SectionKind.GALLERY)


class PageSection(SQLModel, table=True):
    """What organisers have said about a section: whether it is shown, where, and a text above what it holds.

    A section without a row is shown, in the usual order.
    """

    __tablename__ = "page_section"
    __table_args__ = (UniqueConstraint("event_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    kind: SectionKind = word(SectionKind)
    position: int = 0
    shown: bool = True
    text: str = Field(default="", max_length=10_000)


class PageEntry(SQLModel, table=True):
    """A partner (name, link, logo), a prize, a question with its answer, or a picture with what it shows."""

    __tablename__ = "page_entry"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pe")
    event_id: int = Field(foreign_key="event.id", index=True)
    section: SectionKind = word(SectionKind)
    position: int = 0
    title: str = Field(max_length=200)
    text: str = Field(default="", max_length=4000)
    url: str = Field(default="", max_length=500)
    file_id: int | None = Field(default=None, foreign_key="stored_file.id", index=True)
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class EntryInEvent:
    """An entry with its event, as commands and rules need it."""

    entry: PageEntry
    event: EventWithPhases


organiser_of_the_page = Rule(organiser_of_event.name, lambda actor, subject: organiser_of_event(actor, subject.event))


def page_not_over(subject: EntryInEvent, now: datetime) -> None:
    """Refuse to change the page of an event that is over."""
    not_over(subject.event, now)


def sections_of(db: Database, event_id: int) -> list[PageSection]:
    """All sections of an event's page in its order; those that nobody has touched as they are by themselves."""
    rows = {one.kind: one for one in db.exec(select(PageSection).where(PageSection.event_id == event_id))}
    usual = list(SectionKind)
    every = [
        rows.get(kind) or PageSection(event_id=event_id, kind=kind, position=place)
        for place, kind in enumerate(usual)
    ]  # fmt: skip
    return sorted(every, key=lambda one: (one.position, usual.index(one.kind)))


def _changed(db: Database, actor: Actor, event: Event) -> None:
    db.flush()
    touch(db, event)
    record(db, actor, EventChanged(event_id=event.id or 0))


def _held(db: Database, event_id: int) -> None:
    # Locks the event's row on PostgreSQL, so that two who change the order at once do it one after the other.
    db.exec(select(Event.id).where(Event.id == event_id).with_for_update()).one()


@command(organiser_of_event, when=not_over)
def set_section(
    db: Database, actor: Actor, subject: EventWithPhases, *, kind: SectionKind, shown: bool, text: str = ""
) -> None:
    """Show a section of the public page or not, with a text above what it holds (Markdown, 10,000 characters)."""
    if len(text.strip()) > LONGEST_SECTION:
        raise Invalid({"text": _("Please write at most %(most)s characters.", most=LONGEST_SECTION)})
    _held(db, subject.id)
    for one in sections_of(db, subject.id):
        if one.kind is kind:
            one.shown, one.text = shown, text.strip()
            db.add(one)
    _changed(db, actor, subject.event)


@command(organiser_of_event, when=not_over)
def move_section(db: Database, actor: Actor, subject: EventWithPhases, *, kind: SectionKind, by: int) -> None:
    """Put a section one place up (-1) or down (1); at the end nothing happens."""
    _held(db, subject.id)
    order = sections_of(db, subject.id)
    place = next(number for number, one in enumerate(order) if one.kind is kind)
    if not 0 <= place + by < len(order):
        return
    order[place], order[place + by] = order[place + by], order[place]
    for number, one in enumerate(order):
        one.position = number
        db.add(one)
    _changed(db, actor, subject.event)


def _checked_entry(section: SectionKind, title: str, text: str, url: str) -> str:
    """The cleaned link; refuses what is missing, too long or no link."""
    wrong: dict[str, Message | str] = {}
    for field, written in (("title", title), ("text", text), ("url", url)):
        if len(written.strip()) > LONGEST[field]:
            wrong[field] = _("Please write at most %(most)s characters.", most=LONGEST[field])
    if not title.strip():
        wrong["title"] = (
            _("Please say in words what the picture shows.")
            if section is SectionKind.GALLERY
            else _("Please fill this in.")
        )
    if section is SectionKind.FAQ and not text.strip():
        wrong["text"] = _("Please write the answer.")
    link = clean_link(url.strip()) if url.strip() else ""
    if url.strip() and not link:
        wrong.setdefault("url", _("Please write a link that begins with https://."))
    if wrong:
        raise Invalid(wrong)
    return link or ""


@command(organiser_of_event, when=not_over)
def add_entry(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    section: SectionKind,
    title: str,
    text: str = "",
    url: str = "",
    picture: Picture | None = None,
) -> PageEntry:
    """Put an entry at the end of a section. In the gallery each has a picture, and words for who does not see it."""
    if section not in WITH_ENTRIES:
        raise NotFound()
    link = _checked_entry(section, title, text, url)
    if section is SectionKind.GALLERY and picture is None:
        raise Invalid({"picture": _("Please choose a picture.")})
    _held(db, subject.id)
    there = entries_of(db, subject.id, section)
    if len(there) >= MOST_ENTRIES:
        raise Invalid({"": _("A section holds at most %(most)s entries. Remove one first.", most=MOST_ENTRIES)})
    row = PageEntry(
        event_id=subject.id, section=section, title=title.strip(), text=text.strip(), url=link,
        position=max((one.position for one in there), default=-1) + 1,
    )  # fmt: skip
    _put_picture(db, actor, row, picture)
    db.add(row)
    _changed(db, actor, subject.event)
    return row


def _put_picture(db: Database, actor: Actor, row: PageEntry, picture: Picture | None) -> None:
    if picture is None or row.section not in WITH_PICTURES:
        return
    stored = store_file(db, actor, picture.file)
    row.file_id, row.width, row.height = stored.id, picture.width, picture.height


@command(organiser_of_the_page, when=page_not_over)
def change_entry(
    db: Database,
    actor: Actor,
    subject: EntryInEvent,
    *,
    title: str,
    text: str = "",
    url: str = "",
    picture: Picture | None = None,
) -> None:
    """Say an entry otherwise; its picture stays until another comes."""
    row = subject.entry
    link = _checked_entry(row.section, title, text, url)
    row.title, row.text, row.url = title.strip(), text.strip(), link
    _put_picture(db, actor, row, picture)
    db.add(row)
    _changed(db, actor, subject.event.event)


@command(organiser_of_the_page, when=page_not_over)
def move_entry(db: Database, actor: Actor, subject: EntryInEvent, *, by: int) -> None:
    """Put an entry one place up (-1) or down (1) in its section; at the end nothing happens."""
    _held(db, subject.event.id)
    order = entries_of(db, subject.event.id, subject.entry.section)
    place = next((number for number, one in enumerate(order) if one.id == subject.entry.id), None)
    if place is None or not 0 <= place + by < len(order):
        return
    order[place], order[place + by] = order[place + by], order[place]
    for number, one in enumerate(order):
        one.position = number
        db.add(one)
    _changed(db, actor, subject.event.event)


@command(organiser_of_the_page, when=page_not_over)
def remove_entry(db: Database, actor: Actor, subject: EntryInEvent) -> None:
    """Take an entry off the page."""
    db.delete(subject.entry)
    _changed(db, actor, subject.event.event)


def entries_of(db: Database, event_id: int, section: SectionKind | None = None) -> list[PageEntry]:
    """What stands in a section, or in all, in order."""
    query = select(PageEntry).where(PageEntry.event_id == event_id)
    if section is not None:
        query = query.where(PageEntry.section == section)
    return list(db.exec(query.order_by(col(PageEntry.position), col(PageEntry.id))))


def pictures_of(db: Database, entries: list[PageEntry]) -> dict[int | None, str]:
    """The public ids of the entries' pictures, by file id."""
    files = {one.file_id for one in entries if one.file_id}
    rows = db.exec(select(StoredFile.id, StoredFile.public_id).where(col(StoredFile.id).in_(files))) if files else ()
    return dict(list(rows))


def get_entry(db: Database, actor: Actor, event: EventWithPhases, public: str) -> EntryInEvent:
    """An entry of this event's page for its organisers; NotFound for others."""
    query = select(PageEntry).where(PageEntry.event_id == event.id, PageEntry.public_id == public)
    found = db.exec(query).first()
    if found is None or not organiser_of_event(actor, event):
        raise NotFound()
    return EntryInEvent(found, event)


def get_picture(db: Database, event: EventWithPhases, public: str) -> StoredFile:
    """A picture on the page of an event that the actor may see (`get_event` has asked); NotFound else."""
    found = db.exec(
        select(StoredFile)
        .join(PageEntry, col(PageEntry.file_id) == col(StoredFile.id))
        .where(PageEntry.event_id == event.id, StoredFile.public_id == public)
    ).first()
    if found is None:
        raise NotFound()
    return found


@cloned_with_event
def _clone_page(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    """Sections, partners, prizes and questions come along; the gallery shows another event."""
    for one in sections_of(db, from_event):
        db.add(PageSection(**one.model_dump(exclude={"id", "event_id"}), event_id=to_event))
    for entry in entries_of(db, from_event):
        if entry.section is not SectionKind.GALLERY:
            db.add(PageEntry(**entry.model_dump(exclude={"id", "public_id", "event_id"}), event_id=to_event))
    db.flush()
