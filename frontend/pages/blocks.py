"""Blocks and tables: the organiser's page on when and where meetings can be held."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotFound
from events.core.translation import N_, Message, _
from events.core.wall import from_wall
from events.events import EventWithPhases, get_event
from events.roles import organiser_of_event
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.blocks import (
    TableKind,
    add_block,
    add_tables,
    blocks_of,
    get_block,
    remove_block,
    slots_of,
    tables_of,
)
from sessions.nudges import ask_for_availability, count_silent


class BlockForm(Form):
    """When meetings can be held, on the event's clock."""

    starts_at: str = ""
    ends_at: str = ""
    slot_minutes: str = "20"
    buffer_minutes: str = "5"


class TablesForm(Form):
    """How many tables, and of which kind."""

    count: str = ""
    kind: TableKind = TableKind.NUMBERED


class NoForm(Form):
    """A button."""


def _organised(db: Database, request: Request) -> EventWithPhases:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if not organiser_of_event(actor, event):
        raise NotFound()
    return event


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise Invalid({field: _("Please write a whole number.")})
    return int(text)


def _has_not_said(count: int) -> Message:
    return N_(
        "%(count)s participant has not said when they can meet, and so counts as free all the time.",
        "%(count)s participants have not said when they can meet, and so count as free all the time.",
        count,
    )


@page(signed_in=True)
def show_blocks(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = _organised(db, request)
        actor = actor_of(db, request)
        blocks = [(block, len(slots_of(block))) for block in blocks_of(db, event.id)]
        tables = tables_of(db, event.id)
        silent = count_silent(db, event.id)
    counts = {kind: sum(table.kind is kind for table in tables) for kind in TableKind}
    refusal = why_not(actor, "add_block", event)
    return render(
        request, "blocks/blocks.html", event=event, blocks=blocks, numbered=counts[TableKind.NUMBERED],
        video=counts[TableKind.VIDEO], form=form, table_form=form if "count" in form.values else NOTHING,
        block_form=NOTHING if "count" in form.values else form, refusal=refusal,
        silent=silent, has_not_said=_has_not_said(silent.all), may_ask=may(actor, "ask_for_availability", event),
    )  # fmt: skip


@page(form=BlockForm, again=show_blocks, signed_in=True)
def add_block_now(request: Request, form: BlockForm) -> Response:
    with transaction() as db:
        event = _organised(db, request)
        block = add_block(
            db, actor_of(db, request), event,
            starts_at=from_wall(form.starts_at, event.zone, "starts_at"),
            ends_at=from_wall(form.ends_at, event.zone, "ends_at"),
            slot_minutes=_number(form.slot_minutes, "slot_minutes"),
            buffer_minutes=_number(form.buffer_minutes, "buffer_minutes"),
        )  # fmt: skip
        said: Message = N_(
            "Added: %(count)s slot for meetings.", "Added: %(count)s slots for meetings.", len(slots_of(block))
        )
    return redirect(request, "blocks", event=event.event.slug, flash=said)


@page(form=NoForm, again=show_blocks, signed_in=True)
def remove_block_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = _organised(db, request)
        actor = actor_of(db, request)
        remove_block(db, actor, get_block(db, actor, request.path_params["block"]))
    return redirect(request, "blocks", event=event.event.slug, flash=_("The block is gone."))


@page(form=NoForm, again=show_blocks, signed_in=True)
def ask_for_availability_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = _organised(db, request)
        asked = ask_for_availability(db, actor_of(db, request), event)
    said: Message = N_("%(count)s participant is reminded.", "%(count)s participants are reminded.", asked)
    if not asked:
        said = _("Nobody was reminded: all have said it, or were asked within the last day.")
    return redirect(request, "blocks", event=event.event.slug, flash=said)


@page(form=TablesForm, again=show_blocks, signed_in=True)
def add_tables_now(request: Request, form: TablesForm) -> Response:
    with transaction() as db:
        event = _organised(db, request)
        added = add_tables(db, actor_of(db, request), event, count=_number(form.count, "count"), kind=form.kind)
    said = N_("%(count)s table added.", "%(count)s tables added.", len(added))
    return redirect(request, "blocks", event=event.event.slug, flash=said)
