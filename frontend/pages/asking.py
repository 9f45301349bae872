"""Asking for a meeting: the grid of times at which both are free, what will happen, and the request itself."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.browsing import get_item
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import NotFound
from events.core.translation import N_, Message, _
from events.events import EventWithPhases, get_event
from events.participants import Participant, get_participant
from frontend.showing import only_if_may
from frontend.slots import grid_of, slot_called, value_of
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.asking import Asking, before_asking
from sessions.availability import offered_slots
from sessions.booking_rules import Answering, Timing, rules_of
from sessions.requests import request_meeting


class RequestForm(Form):
    """What goes with a request."""

    slot: str = ""
    note: str = ""
    item: str = ""


def _invitee(db: Database, request: Request) -> tuple[Actor, EventWithPhases, Participant]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    return actor, event, get_participant(db, actor, event, request.path_params["registration"], whole=False)


def _about(db: Database, actor: Actor, item: str) -> str:
    """The first words of a note about a need or an offer."""
    if not item:
        return ""
    try:
        return str(_("About “%(item)s”:", item=get_item(db, actor, item).item.summary)) + " "
    except NotFound:
        return ""


def _possible(asking: Asking) -> Message | None:
    """How many more requests one can make, where the event limits them."""
    if asking.left is None:
        return None
    return N_(
        "You can have %(count)s more request open after the ones you have made.",
        "You can have %(count)s more requests open after the ones you have made.",
        asking.left,
    )


@page(signed_in=True, kept=True)
def ask_for_meeting(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, shown = _invitee(db, request)
        only_if_may(actor, "request_meeting", event)
        asking = before_asking(db, actor, event, shown.registration)
        item = request.query_params.get("item", "")[:40]
        about = _about(db, actor, item)
    chosen = request.query_params.get("slot", "")[:12]
    return render(
        request, "meetings/ask.html", event=event, shown=shown, asking=asking, possible=_possible(asking),
        form=form.with_values(note=about, item=item, slot=chosen),
        grid=grid_of(asking.slots, shown.zone if shown.card.has_agreed else None, shown.card.name),
        at_once=asking.rules.answering is Answering.AUTOMATIC, here=request.url.path, item=item,
        asks_time=asking.rules.timing is Timing.AT_REQUEST, they_choose=asking.rules.timing is Timing.AT_ACCEPTANCE,
    )  # fmt: skip


@page(signed_in=True)
def times_of_both(request: Request) -> Response:
    """In which slots both are free now, for a page that is open."""
    with reading() as db:
        actor, event, shown = _invitee(db, request)
        only_if_may(actor, "request_meeting", event)
        slots = offered_slots(db, event.id, {actor.person or 0, shown.card.person_id})
    return JSONResponse({"free": [value_of(one.slot) for one in slots if one.free]})


@page(form=RequestForm, again=ask_for_meeting, signed_in=True)
def request_now(request: Request, form: RequestForm) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
    take_turn(f"request meeting {actor.person}", times=60, per=timedelta(hours=1))
    with transaction() as db:
        actor, event, shown = _invitee(db, request)
        only_if_may(actor, "request_meeting", event)
        rules = rules_of(db, event.id)
        slot = slot_called(db, event.id, form.slot) if rules.timing is Timing.AT_REQUEST or form.slot else None
        made = request_meeting(db, actor, event, invitee=shown.registration, slot=slot, note=form.note)
        public = made.public_id
    said = _("%(name)s was asked. We tell you when they answer.", name=shown.card.name)
    if rules.answering is Answering.AUTOMATIC:
        said = _("The meeting with %(name)s stands.", name=shown.card.name)
        if slot is None:
            said = _("You will meet %(name)s. The time is still to be chosen.", name=shown.card.name)
    return redirect(request, "meeting", meeting=public, flash=said)
