"""Speed networking for those who take part: what there is, being there, the rounds, staying in touch."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.people import find_by_public_id
from frontend.buttons import button
from frontend.call_headers import with_call
from frontend.networking_shown import networking_of, networking_shown
from frontend.web import NOTHING, Filled, Form, page, redirect, render, wants_json
from sessions.networking.rows import NetworkingState
from sessions.networking.touch import stay_in_touch, take_touch_back
from sessions.networking.visits import join_networking, leave_networking


class PersonForm(Form):
    """Somebody, by their public id."""

    person: str = ""


def person_named(db: Database, public: str) -> int:
    """The id of a person by their public id; NotFound for nobody."""
    person = find_by_public_id(db, public)
    if person is None or person.id is None:
        raise NotFound()
    return person.id


def _shown(request: Request, template: str, form: Filled = NOTHING) -> Response:
    with reading() as db:
        _actor, event, subject = networking_of(db, request)
        shown = networking_shown(db, _actor, subject)
    inside = shown.takes_part and subject.networking.state is not NetworkingState.ENDED
    response = render(
        request, template, event=event, form=form, shown=shown, subject=subject, networking=subject.networking,
        inside=inside, ids={"event": event.event.slug, "networking": subject.public_id},
    )  # fmt: skip
    return with_call(response, shown.chosen, inside=inside)


@page(signed_in=True)
def show_networking(request: Request, form: Filled = NOTHING) -> Response:
    return _shown(request, "networking/room.html", form)


@page(signed_in=True)
def networking_fragment(request: Request) -> Response:
    return _shown(request, "networking/fragment.html")


def done(request: Request, said: Message | str = "", *, to: str = "networking") -> Response:
    """The answer to something done here: for a script that it was done, for a browser the way back."""
    if wants_json(request):
        return JSONResponse({"ok": True, "message": str(said)})
    ids = {"event": request.path_params["event"], "networking": request.path_params["networking"]}
    return redirect(request, to, flash=said, **ids)


join_now = button(
    join_networking,
    finds=networking_of,
    again=show_networking,
    answers=done,
    said=_("You are on the list. Check your camera and go in."),
)
leave_now = button(
    leave_networking,
    finds=networking_of,
    again=show_networking,
    answers=done,
    said=_("You have left. You can come back while it is on."),
)


@page(form=PersonForm, again=show_networking, signed_in=True)
def stay_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = networking_of(db, request)
        stay_in_touch(db, actor, subject, other=person_named(db, form.person))
    return done(request, _("Noted. If they wish it too, you both hear of it."))


@page(form=PersonForm, again=show_networking, signed_in=True)
def take_back_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = networking_of(db, request)
        take_touch_back(db, actor, subject, other=person_named(db, form.person))
    return done(request, _("Taken back."))
