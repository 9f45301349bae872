"""Importing: a file is looked at, shown line by line, and imported once somebody has said yes to it."""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

from cryptography.fernet import InvalidToken
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, why_not
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import Conflict, Invalid
from events.core.sheets import MAX_BYTES, Complete, Sheet
from events.core.tokens import open_bytes, seal_bytes
from events.core.translation import Message, _
from events.events import EventWithPhases, get_event
from events.importing import items, participants
from events.importing.devpost import SHOWN_COLUMNS, import_projects, preview_projects, with_members_named
from events.importing.items import import_items, preview_items
from events.importing.lines import read_lines
from events.importing.participants import import_participants, preview_participants
from events.marketplace import ItemKind
from events.registration import types_of
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, Upload, actor_of, page, redirect, render

MOST_CARRIED = 900_000  # a field of a form holds a megabyte
SHOWN = 50
KINDS: dict[str, ItemKind | None] = {"": None, "need": ItemKind.NEED, "offer": ItemKind.OFFER}


class FileForm(Form):
    """A file that somebody has chosen."""

    file: list[Upload] = Field(default_factory=list)
    kind: str = ""


class ConfirmForm(Form):
    """The file that was looked at, sealed, on its way back."""

    carried: str = ""
    kind: str = ""


def _organised(db: Database, request: Request, command: str) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    refusal = why_not(actor, command, event)
    if refusal is not None and not isinstance(refusal, Conflict):
        raise refusal
    return actor, event


def _chosen(form: FileForm) -> Upload:
    if not form.file:
        raise Invalid({"file": _("Please choose a file.")})
    return form.file[0]


def _looked_at(file: Upload, complete: Complete | None = None) -> Sheet:
    try:
        return read_lines(file.content, file.name, complete=complete)
    except Invalid as refusal:
        raise Invalid({"file": refusal.message}) from refusal


# Between looking and saying yes, the file travels in the page: sealed and for this person, so that nothing of it is
# stored that nobody wanted.
def _seal(file: Upload, purpose: str) -> str:
    packed = zlib.compress(json.dumps([file.name, urlsafe_b64encode(file.content).decode()]).encode(), 9)
    sealed = seal_bytes(purpose, packed).decode()
    if len(sealed) > MOST_CARRIED:
        raise Invalid({"file": _("This file is too large to import at once. Split it and import the parts.")})
    return sealed


def _open(carried: str, purpose: str) -> Upload:
    again = Invalid(_("This preview is not valid any more. Choose the file again."))
    try:
        packed = open_bytes(purpose, carried.encode())
        unpacker = zlib.decompressobj()
        name, content = json.loads(unpacker.decompress(packed, MAX_BYTES * 2))
    except (InvalidToken, ValueError, zlib.error) as broken:
        raise again from broken
    return Upload(name, urlsafe_b64decode(content))


def _purpose(actor: Actor, event: EventWithPhases, what: str) -> str:
    return f"import of {what} into event {event.id} by person {actor.person}"


def _slow_down(actor: Actor) -> None:
    take_turn(f"look at a file {actor.person}", times=30, per=timedelta(hours=1))


def _count_import(actor: Actor) -> None:
    # Everybody can organise an event, and whoever is imported gets a letter: ten files a day are enough.
    take_turn(f"import {actor.person}", times=10, per=timedelta(days=1))


@page(signed_in=True)
def choose_participants(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _organised(db, request, "import_participants")
        types = types_of(db, event.id)
    return render(
        request, "importing/choose.html", event=event, form=form, what="participants", types=types,
        columns=participants.COLUMNS, not_now=_not_now(actor, "import_participants", event),
    )  # fmt: skip


def _not_now(actor: Actor, command: str, event: EventWithPhases) -> Message | str:
    refusal = why_not(actor, command, event)
    return refusal.message if refusal else ""


@page(form=FileForm, again=choose_participants, signed_in=True)
def look_at_participants(request: Request, form: FileForm) -> Response:
    file = _chosen(form)
    with reading() as db:
        actor, event = _organised(db, request, "import_participants")
        only_if_may(actor, "import_participants", event)
    _slow_down(actor)
    sheet = _looked_at(file)
    with reading() as db:
        preview = preview_participants(db, actor, event, sheet)
    return render(
        request, "importing/participants.html", event=event, preview=preview, shown=SHOWN, filename=file.name,
        carried=_seal(file, _purpose(actor, event, "participants")), full=event.event.capacity is not None,
    )  # fmt: skip


@page(form=ConfirmForm, again=choose_participants, signed_in=True)
def import_participants_now(request: Request, form: ConfirmForm) -> Response:
    with reading() as db:
        actor, event = _organised(db, request, "import_participants")
    sheet = _looked_at(_open(form.carried, _purpose(actor, event, "participants")))
    _count_import(actor)
    with transaction() as db:
        actor, event = _organised(db, request, "import_participants")
        preview = preview_participants(db, actor, event, sheet)
        done = import_participants(db, actor, event, rows=preview.rows)
    return redirect(request, "registrations", event=event.event.slug, flash=str(done))


@page(signed_in=True)
def choose_items(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _organised(db, request, "import_items")
    return render(
        request, "importing/choose.html", event=event, form=form, what="items", types=[], columns=items.COLUMNS,
        not_now=_not_now(actor, "import_items", event),
    )  # fmt: skip


@page(form=FileForm, again=choose_items, signed_in=True)
def look_at_items(request: Request, form: FileForm) -> Response:
    file, kind = _chosen(form), _kind(form.kind)
    with reading() as db:
        actor, event = _organised(db, request, "import_items")
        only_if_may(actor, "import_items", event)
    _slow_down(actor)
    sheet = _looked_at(file)
    with reading() as db:
        preview = preview_items(db, actor, event, sheet, kind=kind)
    return render(
        request, "importing/items.html", event=event, preview=preview, shown=SHOWN, filename=file.name,
        carried=_seal(file, _purpose(actor, event, "items")), kind=form.kind,
    )  # fmt: skip


def _kind(text: str) -> ItemKind | None:
    if text not in KINDS:
        raise Invalid({"kind": _("Please choose one of the answers.")})
    return KINDS[text]


@page(form=ConfirmForm, again=choose_items, signed_in=True)
def import_items_now(request: Request, form: ConfirmForm) -> Response:
    kind = _kind(form.kind)
    with reading() as db:
        actor, event = _organised(db, request, "import_items")
    sheet = _looked_at(_open(form.carried, _purpose(actor, event, "items")))
    _count_import(actor)
    with transaction() as db:
        actor, event = _organised(db, request, "import_items")
        preview = preview_items(db, actor, event, sheet, kind=kind)
        done = import_items(db, actor, event, rows=preview.rows)
    return redirect(request, "event_marketplace", event=event.event.slug, flash=str(done))


@page(signed_in=True)
def choose_devpost(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _organised(db, request, "import_projects")
    return render(
        request, "importing/devpost_choose.html", event=event, form=form, columns=SHOWN_COLUMNS,
        not_now=_not_now(actor, "import_projects", event),
    )  # fmt: skip


@page(form=FileForm, again=choose_devpost, signed_in=True)
def look_at_devpost(request: Request, form: FileForm) -> Response:
    file = _chosen(form)
    with reading() as db:
        actor, event = _organised(db, request, "import_projects")
        only_if_may(actor, "import_projects", event)
    _slow_down(actor)
    sheet = _looked_at(file, with_members_named)
    with reading() as db:
        preview = preview_projects(db, actor, event, sheet)
    return render(
        request, "importing/devpost.html", event=event, preview=preview, shown=SHOWN, filename=file.name,
        carried=_seal(file, _purpose(actor, event, "projects")),
    )  # fmt: skip


@page(form=ConfirmForm, again=choose_devpost, signed_in=True)
def import_devpost_now(request: Request, form: ConfirmForm) -> Response:
    with reading() as db:
        actor, event = _organised(db, request, "import_projects")
    sheet = _looked_at(_open(form.carried, _purpose(actor, event, "projects")), with_members_named)
    _count_import(actor)
    with transaction() as db:
        actor, event = _organised(db, request, "import_projects")
        preview = preview_projects(db, actor, event, sheet)
        done = import_projects(db, actor, event, rows=preview.rows)
    return redirect(request, "submissions", event=event.event.slug, flash=str(done))
