"""An event's checkpoints, as its organisers set them."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from events.checkpoints import (
    change_checkpoint,
    checkpoints_of,
    get_checkpoint,
    remove_checkpoint,
    set_checkpoint,
)
from events.core.access import why_not
from events.core.database import reading, transaction
from events.core.translation import _
from events.core.wall import from_wall, to_wall
from frontend.buttons import NoForm
from frontend.pages.setup.shared import organised_event
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


class CheckpointForm(Form):
    """A checkpoint; `which` is the one that is changed, '' for a new one. The moment is on the event's clock."""

    which: str = ""
    name: str = ""
    what: str = ""
    due_at: str = ""


@dataclass(frozen=True)
class Row:
    """A checkpoint as its organiser edits it; `form` holds what was typed for it and refused."""

    public_id: str
    name: str
    what: str
    due: str
    form: Filled | None


def _typed(form: Filled, which: str, public: str) -> Filled | None:
    return form if which == public else None


@page(signed_in=True)
def edit_checkpoints(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        found = checkpoints_of(db, event.id)
    which = str(form.values.get("which", ""))
    rows = [
        Row(one.public_id, one.name, one.what, to_wall(one.due_at, event.zone), _typed(form, which, one.public_id))
        for one in found
    ]
    refusal = why_not(actor, "set_checkpoint", event)
    return render(
        request, "setup/checkpoints.html", event=event, form=form, rows=rows, which=which,
        new_form=form if not which else NOTHING, refusal=refusal.message if refusal else "",
    )  # fmt: skip


@page(form=CheckpointForm, again=edit_checkpoints, signed_in=True)
def set_now(request: Request, form: CheckpointForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        due = from_wall(form.due_at, event.zone, "due_at")
        set_checkpoint(db, actor_of(db, request), event, name=form.name, what=form.what, due_at=due)
    told = _("Set. Teams are reminded a day before.")
    return redirect(request, "checkpoints", event=event.event.slug, flash=told)


@page(form=CheckpointForm, again=edit_checkpoints, signed_in=True)
def change_now(request: Request, form: CheckpointForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        subject = get_checkpoint(db, actor, event, request.path_params["checkpoint"])
        due = from_wall(form.due_at, event.zone, "due_at")
        change_checkpoint(db, actor, subject, name=form.name, what=form.what, due_at=due)
    return redirect(request, "checkpoints", event=event.event.slug, flash=_("Saved."))


@page(form=NoForm, again=edit_checkpoints, signed_in=True)
def remove_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        remove_checkpoint(db, actor, get_checkpoint(db, actor, event, request.path_params["checkpoint"]))
    return redirect(request, "checkpoints", event=event.event.slug, flash=_("Removed."))
