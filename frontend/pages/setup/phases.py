"""An event's phases, as its organisers move them."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import why_not
from events.core.database import reading, transaction
from events.core.translation import Message, _
from events.core.wall import from_wall, to_wall
from events.events import (
    EventState,
)
from events.phases import PHASE_NAMES, PhaseKind
from events.planning import drop_phase, move_phase
from frontend.pages.setup.shared import organised_event
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


@dataclass(frozen=True)
class PhaseRow:
    """A phase as its organiser edits it; `form` holds what was typed for it and refused."""

    kind: str
    id: str
    name: Message
    starts: str
    ends: str
    is_open: bool
    form: Filled | None = None


@page(signed_in=True)
def edit_phases(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
    now, sent_for = clock.now(), str(form.values.get("kind", ""))
    rows = [
        PhaseRow(
            one.kind, one.kind.replace(" ", "-"), PHASE_NAMES[one.kind], to_wall(one.starts_at, event.zone),
            to_wall(one.ends_at, event.zone), event.is_open(one.kind, now), form if sent_for == one.kind else None,
        )
        for one in event.phases
    ]  # fmt: skip
    there = {row.kind for row in rows}
    lacking = [(kind, name) for kind, name in PHASE_NAMES.items() if kind not in there]
    refusal = why_not(actor, "move_phase", event)
    return render(
        request, "setup/phases.html", event=event, form=form, rows=rows, lacking=lacking, sent_for=sent_for,
        new_form=form if sent_for not in there else None, refusal=refusal.message if refusal else "",
        is_draft=event.event.state is EventState.DRAFT,
    )  # fmt: skip


class PhaseForm(Form):
    kind: PhaseKind
    starts_at: str = ""
    ends_at: str = ""


@page(form=PhaseForm, again=edit_phases, signed_in=True)
def move_phase_now(request: Request, form: PhaseForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        starts_at = from_wall(form.starts_at, event.zone)
        ends_at = from_wall(form.ends_at, event.zone, "ends_at")
        move_phase(db, actor_of(db, request), event, kind=form.kind, starts_at=starts_at, ends_at=ends_at)
    draft = event.event.state is EventState.DRAFT
    told = _("Saved.") if draft else _("Saved. Everybody concerned is told.")
    return redirect(request, "edit_phases", event=event.event.slug, flash=told)


class DropForm(Form):
    kind: PhaseKind


@page(form=DropForm, again=edit_phases, signed_in=True)
def drop_phase_now(request: Request, form: DropForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        drop_phase(db, actor_of(db, request), event, kind=form.kind)
    gone = _("%(phase)s is not part of this event any more.", phase=PHASE_NAMES[form.kind])
    return redirect(request, "edit_phases", event=event.event.slug, flash=gone)
