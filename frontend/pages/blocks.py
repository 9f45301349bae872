"""Blocks and tables: the organiser's page on when and where meetings can be held, and the breaks of one block."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotFound
from events.core.translation import N_, Message, _
from events.core.wall import from_wall, on_that_day, to_wall
from events.events import EventWithPhases, get_event
from events.roles import organiser_of_event
from frontend.buttons import NoForm
from frontend.rows import Row, beside, filled_rows, numbers_shown
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.blocks import (
    BlockInEvent,
    Slot,
    TableKind,
    add_block,
    blocks_of,
    breaks_of,
    get_block,
    remove_block,
    slots_of,
)
from sessions.breaks import set_breaks, taken_in
from sessions.nudges import ask_for_availability, count_silent
from sessions.tables import table_advice, table_lines


class BlockForm(Form):
    """When meetings can be held, on the event's clock; a first break is in `answers`."""

    takes_answers: ClassVar[bool] = True
    starts_at: str = ""
    ends_at: str = ""
    slot_minutes: str = "20"
    buffer_minutes: str = "5"
    answers: dict[str, str] = Field(default_factory=dict)


class BreaksForm(Form):
    """The breaks of a block as rows, in `answers`: 'break_starts-0' is a time of the day on the event's clock."""

    takes_answers: ClassVar[bool] = True
    answers: dict[str, str] = Field(default_factory=dict)


def organised(db: Database, request: Request) -> EventWithPhases:
    """The event of this page for its organisers; nothing is there for others."""
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if not organiser_of_event(actor, event):
        raise NotFound()
    return event


def whole_number(text: str, field: str) -> int:
    """A number as it was typed."""
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
        event = organised(db, request)
        actor = actor_of(db, request)
        blocks = [(block, len(slots_of(block)), breaks_of(block)) for block in blocks_of(db, event.id)]
        tables = table_lines(db, event.id)
        advice = table_advice(db, event.id)
        silent = count_silent(db, event.id)
    counts = {kind: sum(table.kind == kind for table in tables) for kind in TableKind}
    refusal = why_not(actor, "add_block", event)
    return render(
        request, "blocks/blocks.html", event=event, blocks=blocks, numbered=counts[TableKind.NUMBERED],
        video=counts[TableKind.VIDEO], tables=tables, advice=advice, form=form,
        table_form=form if "count" in form.values else NOTHING,
        block_form=NOTHING if "count" in form.values else form, refusal=refusal,
        silent=silent, has_not_said=_has_not_said(silent.all), may_ask=may(actor, "ask_for_availability", event),
    )  # fmt: skip


@page(form=BlockForm, again=show_blocks, signed_in=True)
def add_block_now(request: Request, form: BlockForm) -> Response:
    rows = filled_rows(form.answers, "break_starts", "break_ends")
    with transaction() as db, beside(rows):
        event = organised(db, request)
        starts_at = from_wall(form.starts_at, event.zone, "starts_at")
        block = add_block(
            db, actor_of(db, request), event, starts_at=starts_at,
            ends_at=from_wall(form.ends_at, event.zone, "ends_at"),
            slot_minutes=whole_number(form.slot_minutes, "slot_minutes"),
            buffer_minutes=whole_number(form.buffer_minutes, "buffer_minutes"),
            breaks=_breaks(rows, starts_at, event.zone),
        )  # fmt: skip
        said: Message = N_(
            "Added: %(count)s slot for meetings.", "Added: %(count)s slots for meetings.", len(slots_of(block))
        )
    return redirect(request, "blocks", event=event.event.slug, flash=said)


def _breaks(rows: list[Row], after: datetime, zone: str) -> list[Slot]:
    """The breaks as they were typed: times of the day, the first such ones from the block's start on."""
    return [
        Slot(
            on_that_day(row.typed["break_starts"], after, zone, f"break_starts-{number}"),
            on_that_day(row.typed["break_ends"], after, zone, f"break_ends-{number}"),
        )
        for number, row in enumerate(rows)
    ]


@page(form=NoForm, again=show_blocks, signed_in=True)
def remove_block_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised(db, request)
        actor = actor_of(db, request)
        remove_block(db, actor, get_block(db, actor, request.path_params["block"]))
    return redirect(request, "blocks", event=event.event.slug, flash=_("The block is gone."))


def _block(db: Database, request: Request) -> tuple[EventWithPhases, BlockInEvent]:
    event = organised(db, request)
    subject = get_block(db, actor_of(db, request), request.path_params["block"])
    if subject.block.event_id != event.id:
        raise NotFound()
    return event, subject


@page(signed_in=True)
def show_block(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event, subject = _block(db, request)
        taken = taken_in(db, subject.block)
        refusal = why_not(actor_of(db, request), "set_breaks", subject)
    breaks, zone = breaks_of(subject.block), event.zone
    typed = {f"break_starts-{n}": to_wall(one.starts_at, zone)[11:] for n, one in enumerate(breaks)}
    typed |= {f"break_ends-{n}": to_wall(one.ends_at, zone)[11:] for n, one in enumerate(breaks)}
    form = form.with_values(**typed)
    return render(
        request, "blocks/block.html", event=event, block=subject.block, breaks=breaks, refusal=refusal, form=form,
        slots=[(slot, taken[slot]) for slot in slots_of(subject.block)],
        numbers=numbers_shown(form.values, "break_starts", len(breaks)),
    )  # fmt: skip


@page(form=BreaksForm, again=show_block, signed_in=True)
def set_breaks_now(request: Request, form: BreaksForm) -> Response:
    rows = filled_rows(form.answers, "break_starts", "break_ends")
    with transaction() as db, beside(rows):
        event, subject = _block(db, request)
        breaks = _breaks(rows, subject.block.starts_at, event.zone)
        block = set_breaks(db, actor_of(db, request), subject, breaks=breaks)
        slots, public = len(slots_of(block)), block.public_id
    said = N_("Saved. This block has %(count)s slot now.", "Saved. This block has %(count)s slots now.", slots)
    return redirect(request, "block", event=event.event.slug, block=public, flash=said)


@page(form=NoForm, again=show_blocks, signed_in=True)
def ask_for_availability_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised(db, request)
        asked = ask_for_availability(db, actor_of(db, request), event)
    said: Message = N_("%(count)s participant is reminded.", "%(count)s participants are reminded.", asked)
    if not asked:
        said = _("Nobody was reminded: all have said it, or were asked within the last day.")
    return redirect(request, "blocks", event=event.event.slug, flash=said)
