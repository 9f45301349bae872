"""Addresses that take no letters: a participant's, for organisers and their desk, and one's own."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.refusals import NotFound
from events.core.translation import _
from events.events import get_event
from events.people import get_person
from events.reachability import trust_own_address
from events.registration import RegistrationInEvent, get_registration
from events.roles import organiser_of_event
from events.unreachable import reach_of, trust_participants_address
from frontend.buttons import NoForm
from frontend.pages.calendars import show_calendar
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


class WhyForm(Form):
    """How somebody knows that an address works again."""

    why: str = ""


def _meant(db: Database, request: Request) -> tuple[Actor, RegistrationInEvent]:
    actor = actor_of(db, request)
    found = get_registration(db, actor, request.path_params["registration"])
    if found.event.slug != request.path_params["event"]:
        raise NotFound()
    return actor, found


@page(signed_in=True)
def show_address(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _meant(db, request)
        event = get_event(db, actor, subject.event.slug)
        reach = reach_of(db, actor, subject)
    back = "registrations" if organiser_of_event(actor, subject) else "own_participants"
    return render(
        request, "registrations/address.html", event=event, registration=subject.registration, reach=reach,
        form=form, back=path(back, event=subject.event.slug),
    )  # fmt: skip


@page(form=WhyForm, again=show_address, signed_in=True)
def trust_now(request: Request, form: WhyForm) -> Response:
    with transaction() as db:
        actor, subject = _meant(db, request)
        trust_participants_address(db, actor, subject, why=form.why)
    return redirect(
        request, "participant_address", event=subject.event.slug, registration=subject.registration.public_id,
        flash=_("Letters go to this address again."),
    )  # fmt: skip


@page(form=NoForm, again=show_calendar, signed_in=True)
def trust_own_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        trust_own_address(db, actor, get_person(db, actor.person))
    return redirect(request, "own_calendar", flash=_("Letters go to your address again."))
