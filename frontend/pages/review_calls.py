"""The call in the room of a review: who is in it, leaving it, and what who leads the review does about others in it."""

from collections.abc import Callable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.translation import Message, _
from events.events import EventWithPhases
from frontend.buttons import button
from frontend.pages.networking import PersonForm, person_named
from frontend.pages.review_meetings import done, inside, show_live
from frontend.review_call_shown import review_call_shown
from frontend.web import page, render
from sessions.peer_reviews.call_doors import (
    ReviewInCall,
    ask_to_mute_in_review,
    call_of,
    leave_review_call,
    let_back_into_review_call,
    put_out_of_review_call,
)


@page(signed_in=True)
def call_fragment(request: Request) -> Response:
    with reading() as db:
        actor, event, subject = inside(db, request)
        call, runs = review_call_shown(db, actor, subject), may(actor, "choose_review_video", subject)
    ids = {"event": event.event.slug, "review": subject.review.public_id}
    return render(request, "review_meetings/call.html", call=call, runs=runs, ids=ids)


def _call_of(db: Database, request: Request) -> tuple[Actor, EventWithPhases, ReviewInCall]:
    actor, event, subject = inside(db, request)
    return actor, event, call_of(db, subject)


leave_now = button(
    leave_review_call,
    finds=_call_of,
    again=show_live,
    answers=done,
    said=_("You have left the call. You can come back while the review is on."),
)


def _about(request: Request, form: PersonForm, step: Callable[..., object], said: Message | str) -> Response:
    with transaction() as db:
        actor, _event, call = _call_of(db, request)
        step(db, actor, call, person=person_named(db, form.person))
    return done(request, said)


@page(form=PersonForm, again=show_live, signed_in=True)
def put_out_now(request: Request, form: PersonForm) -> Response:
    return _about(request, form, put_out_of_review_call, _("They are out of the call. You can let them back in."))


@page(form=PersonForm, again=show_live, signed_in=True)
def let_back_now(request: Request, form: PersonForm) -> Response:
    return _about(request, form, let_back_into_review_call, _("They can come into the call again."))


@page(form=PersonForm, again=show_live, signed_in=True)
def ask_to_mute_now(request: Request, form: PersonForm) -> Response:
    with reading() as db:
        actor, _event, _subject = inside(db, request)
    take_turn(f"mute {actor.person}", times=20, per=timedelta(minutes=1))
    return _about(request, form, ask_to_mute_in_review, _("They are asked to switch their microphone off."))
