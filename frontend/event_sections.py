"""The sections of an event's public page, as it shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.links import path
from events.core.translation import Message, _
from events.events import EventKind, EventWithPhases
from events.page_sections import PageEntry, SectionKind, entries_of, pictures_of, sections_of
from events.prizes import PrizeCard, prize_money, prizes_of
from frontend.agenda_shown import AgendaDay, days_shown
from sessions.stages import Stage, stages_of
from sessions.timetable.released import AgendaSession

MOST_SESSIONS = 12

SECTION_NAMES: dict[SectionKind, Message] = {
    SectionKind.ABOUT: _("What it is about"),
    SectionKind.CHALLENGES: _("Challenges"),
    SectionKind.AGENDA: _("Agenda"),
    SectionKind.PARTNERS: _("Partners"),
    SectionKind.PRIZES: _("Prizes"),
    SectionKind.FAQ: _("Questions and answers"),
    SectionKind.GALLERY: _("Gallery"),
}


@dataclass(frozen=True)
class EntryShown:
    """An entry with the address of its picture, "" where it has none."""

    entry: PageEntry
    picture: str


@dataclass(frozen=True)
class SectionShown:
    """A section with all that stands in it."""

    kind: str
    name: Message
    text: str
    entries: list[EntryShown]
    stages: list[Stage]
    days: Sequence[AgendaDay] = ()
    sessions: int = 0
    prizes: Sequence[PrizeCard] = ()
    in_all: Sequence[str] = ()


def sections_shown(
    db: Database,
    actor: Actor,
    event: EventWithPhases,
    filled: Iterable[SectionKind],
    agenda: Sequence[AgendaSession] = (),
) -> list[SectionShown]:
    """The sections that organisers show and that have something in them; `filled` are those that the event fills, and
    `agenda` the sessions that everybody sees."""
    entries = entries_of(db, event.id)
    pictures = pictures_of(db, entries)
    has_stages = event.event.kind in (EventKind.HACKATHON, EventKind.PITCH)
    prizes = prizes_of(db, actor, event) if event.event.kind is EventKind.HACKATHON else []
    shown = [
        SectionShown(
            one.kind, SECTION_NAMES[one.kind], one.text,
            [_shown(event, each, pictures) for each in entries if each.section is one.kind],
            stages_of(db, actor, event) if has_stages and one.kind is SectionKind.AGENDA else [],
            **_of_the_event(one.kind, event, agenda, prizes),
        )
        for one in sections_of(db, event.id)
        if one.shown
    ]  # fmt: skip
    always = {str(kind) for kind in filled}
    return [
        one
        for one in shown
        if one.text or one.entries or one.stages or one.sessions or one.prizes or one.kind in always
    ]


def _of_the_event(
    kind: SectionKind, event: EventWithPhases, agenda: Sequence[AgendaSession], prizes: Sequence[PrizeCard]
) -> dict[str, Any]:
    """What the event itself has for a section."""
    if kind is SectionKind.AGENDA:
        # What is over is left out while there is something to come; the agenda's own page has all of it.
        to_come = [one for one in agenda if one.ends_at > clock.now()] or list(agenda)
        return {"days": days_shown(to_come[:MOST_SESSIONS], event.zone), "sessions": len(agenda)}
    if kind is SectionKind.PRIZES:
        return {"prizes": prizes, "in_all": prize_money(prizes)}
    return {}


def _shown(event: EventWithPhases, entry: PageEntry, pictures: dict[int | None, str]) -> EntryShown:
    picture = pictures.get(entry.file_id) if entry.file_id else None
    return EntryShown(entry, path("picture", event=event.event.slug, picture=picture) if picture else "")
