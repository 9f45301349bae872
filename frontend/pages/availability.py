"""Availability: in which slots of an event somebody can meet, as boxes to tick."""

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor
from events.core.clock import atoms
from events.core.database import Database, reading, transaction
from events.core.translation import _
from events.events import EventWithPhases, get_event
from frontend.showing import only_if_may
from frontend.slots import SlotChoice, by_day, choice, value_of
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.availability import absences_of, has_stated, set_availability
from sessions.blocks import Slot, slots_in
from sessions.seats import kept_atoms


class AvailabilityForm(Form):
    """The slots in which one can meet, by their values."""

    free: list[str] = Field(default_factory=list)


def _coming(db: Database, actor: Actor, event: EventWithPhases) -> tuple[list[Slot], set[Slot]]:
    """The slots that have not begun, and those of them in which the actor has a meeting."""
    now = clock.now()
    slots = [slot for slot in slots_in(db, event.id) if slot.starts_at > now]
    if not slots:
        return [], set()
    kept = kept_atoms(db, actor.person or 0, Slot(slots[0].starts_at, slots[-1].ends_at))
    return slots, {slot for slot in slots if not kept.isdisjoint(atoms(slot.starts_at, slot.ends_at))}


@page(signed_in=True)
def show_availability(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        only_if_may(actor, "set_availability", event)
        slots, met = _coming(db, actor, event)
        absent = absences_of(db, event.id, {actor.person or 0})
        stated = has_stated(db, event.id, actor.person or 0)
    sent = form.values.get("free", []) if form.refused else None
    typed = set([sent] if isinstance(sent, str) else sent or [])

    def shown(slot: Slot) -> SlotChoice:
        ticked = value_of(slot) in typed if form.refused else slot.starts_at not in absent
        return choice(slot, taken=_("Meeting") if slot in met else "", chosen=ticked)

    days = by_day(shown(slot) for slot in slots)
    return render(request, "availability/availability.html", event=event, form=form, days=days, stated=stated)


@page(form=AvailabilityForm, again=show_availability, signed_in=True)
def set_availability_now(request: Request, form: AvailabilityForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        only_if_may(actor, "set_availability", event)
        slots, met = _coming(db, actor, event)
        begun = absences_of(db, event.id, {actor.person or 0}) - {slot.starts_at for slot in slots}
        known = {slot.starts_at for slot in slots_in(db, event.id)}
        away = {slot.starts_at for slot in slots if slot not in met and value_of(slot) not in form.free}
        set_availability(db, actor, event, absent=away | (begun & known))
    said = _("Saved. Others are offered only the times at which you can meet.")
    return redirect(request, "availability", event=event.event.slug, flash=said)
