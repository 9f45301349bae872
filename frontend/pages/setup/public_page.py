"""Setting up an event's public page: the order of its sections, and partners, prizes, questions and pictures."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.pictures import Picture, ready_picture
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases
from events.page_sections import (
    WITH_PICTURES,
    EntryInEvent,
    PageEntry,
    PageSection,
    SectionKind,
    add_entry,
    change_entry,
    entries_of,
    get_entry,
    move_entry,
    move_section,
    pictures_of,
    remove_entry,
    sections_of,
    set_section,
)
from frontend.buttons import NoForm
from frontend.event_sections import SECTION_NAMES
from frontend.pages.setup.shared import organised_event
from frontend.web import NOTHING, Filled, Form, Upload, actor_of, page, redirect, render

HOLDS: dict[SectionKind, Message] = {
    SectionKind.ABOUT: _("The description, which is one of the event’s texts."),
    SectionKind.CHALLENGES: _("The event’s challenges; shown once there are some."),
    SectionKind.AGENDA: _("The next twelve sessions of the released agenda, and pitch rooms with their times."),
    SectionKind.PARTNERS: _("The programme’s clusters, and whom you add: name, link and logo."),
    SectionKind.PRIZES: _("The prizes of the event and of its challenges, and what else you add."),
    SectionKind.FAQ: _("Questions and answers."),
    SectionKind.GALLERY: _("Pictures, each with words for those who do not see it."),
}


@dataclass(frozen=True)
class EntryLabels:
    """What the fields of an entry are called in a section; "" where it has none."""

    another: Message
    title: Message
    text: Message | str = ""
    url: Message | str = ""
    picture: Message | str = ""


ENTRY_LABELS: dict[SectionKind, EntryLabels] = {
    SectionKind.PARTNERS: EntryLabels(
        _("Another partner"), _("Name"), _("What they do for this event"), _("Link"), _("Logo")
    ),
    SectionKind.PRIZES: EntryLabels(_("Another prize"), _("Prize"), _("What it is"), _("Link")),
    SectionKind.FAQ: EntryLabels(_("Another question"), _("Question"), _("Answer")),
    SectionKind.GALLERY: EntryLabels(
        _("Another picture"), _("What the picture shows"), _("Caption"), picture=_("Picture")
    ),
}


@dataclass(frozen=True)
class SectionLine:
    """A section in the organisers' list."""

    section: PageSection
    name: Message
    holds: Message


@page(signed_in=True)
def edit_page(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        sections = sections_of(db, event.id)
        changeable = may(actor_of(db, request), "move_section", event)
    lines = [SectionLine(one, SECTION_NAMES[one.kind], HOLDS[one.kind]) for one in sections]
    return render(request, "setup/page.html", event=event, form=form, lines=lines, changeable=changeable)


def _kind(request: Request) -> SectionKind:
    try:
        return SectionKind(request.path_params["section"])
    except ValueError as error:
        raise NotFound() from error


class MoveForm(Form):
    """One place up (-1) or down (1)."""

    by: Literal["-1", "1"] = "1"


@page(form=MoveForm, again=edit_page, signed_in=True)
def move_section_now(request: Request, form: MoveForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        move_section(db, actor_of(db, request), event, kind=_kind(request), by=int(form.by))
    response = redirect(request, "edit_page", event=event.event.slug, flash=_("Moved."))
    response.headers["location"] += f"#{_kind(request)}"
    return response


@page(signed_in=True)
def edit_section(request: Request, form: Filled = NOTHING) -> Response:
    kind = _kind(request)
    with reading() as db:
        event = organised_event(db, request)
        section = next(one for one in sections_of(db, event.id) if one.kind is kind)
        entries = entries_of(db, event.id, kind)
        pictures = pictures_of(db, entries)
        changeable = may(actor_of(db, request), "set_section", event)
    sent = str(form.values.get("what", ""))
    saved = {"text": section.text} | ({"shown": "yes"} if section.shown else {})
    return render(
        request, "setup/section.html", event=event, form=form, section=section, name=SECTION_NAMES[kind],
        holds=HOLDS[kind], entries=entries, pictures=pictures, changeable=changeable,
        labels=ENTRY_LABELS.get(kind), section_form=form if sent == "section" else Filled(saved),
        entry_form=form if sent == "entry" else None,
    )  # fmt: skip


class SectionForm(Form):
    what: str = ""
    shown: str = ""
    text: str = ""


@page(form=SectionForm, again=edit_section, signed_in=True)
def set_section_now(request: Request, form: SectionForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        set_section(
            db, actor_of(db, request), event, kind=_kind(request), shown=bool(form.shown), text=form.text
        )  # fmt: skip
    return redirect(request, "edit_page", event=event.event.slug, flash=_("Saved."))


class EntryForm(Form):
    what: str = ""
    title: str = ""
    text: str = ""
    url: str = ""
    picture: Upload | None = None


def _picture(request: Request, form: EntryForm, kind: SectionKind) -> AbstractContextManager[Picture | None]:
    """The picture that came along, made anew around the transaction; only of those who may change the page."""
    if form.picture is None or kind not in WITH_PICTURES:
        return ready_picture(None)
    with reading() as db:
        organised_event(db, request)
    return ready_picture(form.picture.content)


@page(form=EntryForm, again=edit_section, signed_in=True)
def add_entry_now(request: Request, form: EntryForm) -> Response:
    kind = _kind(request)
    with _picture(request, form, kind) as picture, transaction() as db:
        event = organised_event(db, request)
        add_entry(
            db, actor_of(db, request), event, section=kind, title=form.title, text=form.text, url=form.url,
            picture=picture,
        )  # fmt: skip
    return redirect(request, "edit_section", event=event.event.slug, section=kind.value, flash=_("Added."))


def _entry(db: Database, request: Request) -> tuple[Actor, EntryInEvent]:
    event = organised_event(db, request)
    actor = actor_of(db, request)
    return actor, get_entry(db, actor, event, request.path_params["entry"])


@page(signed_in=True)
def edit_entry(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _entry(db, request)
        pictures = pictures_of(db, [subject.entry])
        changeable = may(actor, "change_entry", subject)
    row = subject.entry
    form = form.with_values(title=row.title, text=row.text, url=row.url)
    return render(
        request, "setup/entry.html", event=subject.event, form=form, entry=row, name=SECTION_NAMES[row.section],
        labels=ENTRY_LABELS[row.section], pictures=pictures, changeable=changeable,
    )  # fmt: skip


def _to_section(request: Request, event: EventWithPhases, entry: PageEntry, flash: Message) -> Response:
    return redirect(request, "edit_section", event=event.event.slug, section=entry.section.value, flash=flash)


@page(form=EntryForm, again=edit_entry, signed_in=True)
def change_entry_now(request: Request, form: EntryForm) -> Response:
    with reading() as db:
        kind = _entry(db, request)[1].entry.section
    with _picture(request, form, kind) as picture, transaction() as db:
        actor, subject = _entry(db, request)
        change_entry(db, actor, subject, title=form.title, text=form.text, url=form.url, picture=picture)
    return _to_section(request, subject.event, subject.entry, _("Saved."))


@page(form=MoveForm, again=edit_entry, signed_in=True)
def move_entry_now(request: Request, form: MoveForm) -> Response:
    with transaction() as db:
        actor, subject = _entry(db, request)
        move_entry(db, actor, subject, by=int(form.by))
    return _to_section(request, subject.event, subject.entry, _("Moved."))


@page(form=NoForm, again=edit_entry, signed_in=True)
def remove_entry_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _entry(db, request)
        kind, event = subject.entry.section, subject.event
        remove_entry(db, actor, subject)
    return redirect(request, "edit_section", event=event.event.slug, section=kind.value, flash=_("Removed."))
