"""Limits of pages: how long a PDF may be that a team adds to its submission, by stage in a call.

Pages are counted where a limit is set, outside of any transaction, and kept with the file. Refused is what is too long
and what nobody can count; never what came too late, which is kept as it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.files import StoredFile
from events.core.hooks import cloned_with_event
from events.core.journal import Fact, record
from events.core.pdf_pages import UNCOUNTABLE
from events.core.refusals import Conflict, Invalid
from events.core.translation import Message, _
from events.deadlines import deadline_to_come, hands_in_during, in_stages
from events.events import Event, EventKind, EventWithPhases
from events.phases import PhaseKind
from events.roles import organiser_of_event

MOST_PAGES = 1000
PDF = "application/pdf"


class PageLimit(SQLModel, table=True):
    """How many pages a PDF may have in an event: of a submission or full proposal, and of a concept note. None: any."""

    __tablename__ = "page_limit"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", unique=True)
    pages: int | None = None
    note_pages: int | None = None


@dataclass(frozen=True)
class PageLimitsSet(Fact):
    """An organiser said how many pages a PDF may have from now on; what was handed in stays as it is."""

    event_id: int
    pages: int | None
    note_pages: int | None


def teams_hand_in(subject: EventWithPhases, now: datetime) -> None:
    """Refuse limits where nothing is handed in, and once submission is over."""
    deadline_to_come(subject, now)
    if subject.event.kind is not EventKind.HACKATHON:
        raise Conflict(_("Only in a hackathon do teams hand in something."))


@command(organiser_of_event, when=teams_hand_in)
def set_page_limits(
    db: Database, actor: Actor, subject: EventWithPhases, *, pages: int | None, note_pages: int | None = None
) -> PageLimit:
    """Say how many pages (1 to 1000; None for any number) a PDF may have: of a submission, or of a full proposal and of
    a concept note. It holds for each file, and for whatever is handed in from now on."""
    wrong: dict[str, Message | str] = {
        name: _("Please write a number from 1 to %(most)s, or leave it empty for no limit.", most=MOST_PAGES)
        for name, value in (("pages", pages), ("note_pages", note_pages))
        if value is not None and not 1 <= value <= MOST_PAGES
    }
    if wrong:
        raise Invalid(wrong)
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update()).one()
    row = limits_of(db, subject.id)
    row.pages, row.note_pages = pages, note_pages if in_stages(subject) else None
    db.add(row)
    db.flush()
    record(db, actor, PageLimitsSet(event_id=subject.id, pages=row.pages, note_pages=row.note_pages))
    return row


def limits_of(db: Database, event_id: int) -> PageLimit:
    """The limits of an event; without any where none were set."""
    found = db.exec(select(PageLimit).where(PageLimit.event_id == event_id)).first()
    return found or PageLimit(event_id=event_id)


def most_pages(db: Database, subject: Any) -> int | None:
    """How many pages a PDF of this team (with its event) may have in what it hands in now; None for any number."""
    row = limits_of(db, subject.event.id)
    return row.note_pages if hands_in_during(subject) is PhaseKind.CONCEPT_NOTE else row.pages


def too_long(name: str, media_type: str, pages: int | None, most: int | None) -> Message | None:
    """The sentence for a file that has more pages than there may be, or none that can be counted."""
    if most is None or media_type != PDF or pages is None:
        return None
    if pages == UNCOUNTABLE:
        return _(
            "The pages of %(name)s cannot be counted: it has a password, or it is damaged. Save it as a plain PDF and "
            "add it again.", name=name,
        )  # fmt: skip
    if pages > most:
        return _(
            "%(name)s has %(pages)s pages, and the limit is %(most)s. Shorten it and add it again.",
            name=name, pages=pages, most=most,
        )  # fmt: skip
    return None


def too_long_to_hand_in(
    files: Iterable[StoredFile], counted: Mapping[str, int | None], most: int | None
) -> Message | None:
    """The first sentence about files of a draft (`counted`: pages by public id of those that were counted just now);
    one whose pages nobody could count yet is refused as well."""
    for one in files:
        if one.media_type != PDF or most is None:
            continue
        if one.pages is None:
            one.pages = counted.get(one.public_id)
        if one.pages is None:
            return _("There was no time to count the pages of %(name)s. Hand in again in a minute.", name=one.name)
        if sentence := too_long(one.name, one.media_type, one.pages, most):
            return sentence
    return None


@cloned_with_event
def _clone_limits(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    """An event like another has the same limits."""
    row = limits_of(db, from_event)
    if row.id is not None:
        db.add(PageLimit(event_id=to_event, pages=row.pages, note_pages=row.note_pages))
        db.flush()
