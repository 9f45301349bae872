"""No thanks: saying it to somebody, and the list of those to whom one said it. Nobody else ever reads it."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.translation import _
from events.events import EventWithPhases, get_event
from events.participants import get_participant
from events.registration import Registration, participant_of_event
from frontend.buttons import NoForm
from frontend.pages.participants import show_participant
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, actor_of, page, redirect, render
from sessions.no_thanks import say_no_thanks, take_back_no_thanks, turned_down_in, turned_down_place


def _here(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    return actor, get_event(db, actor, request.path_params["event"])


@page(signed_in=True)
def show_turned_down(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _here(db, request)
        if not participant_of_event(actor, event):
            raise NotFound()
        people = turned_down_in(db, actor, event.id)
    return render(request, "no_thanks/list.html", event=event, people=people, form=form)


@page(form=NoForm, again=show_participant, signed_in=True)
def say_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = _here(db, request)
        only_if_may(actor, "say_no_thanks", event)
        other = get_participant(db, actor, event, request.path_params["registration"], whole=False)
        say_no_thanks(db, actor, event, other=other.registration)
    said = _("You will not be put together with %(name)s. Nobody is told.", name=other.card.name)
    return redirect(request, "participant", event=event.event.slug, registration=other.card.public_id, flash=said)


@page(form=NoForm, again=show_turned_down, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = _here(db, request)
        only_if_may(actor, "take_back_no_thanks", event)
        other: Registration = turned_down_place(db, actor, event.id, request.path_params["registration"])
        take_back_no_thanks(db, actor, event, other=other)
    return redirect(request, "turned_down", event=event.event.slug, flash=_("Taken back. You can meet again."))
