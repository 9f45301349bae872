"""Stopping a kind of letters by the link in them: no sign-in, and looking changes nothing, since mail programs look."""

from pydantic import ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from events.core.database import reading, transaction
from events.core.translation import set_reader
from events.letter_choices import TOPIC_NAMES, get_subscription, has_stopped, resume_letters, stop_letters
from frontend.web import Form, actor_of, page, redirect, render


class StopForm(Form):
    """A button, or what a mail program sends for it (RFC 8058 section 3.1)."""

    model_config = ConfigDict(extra="ignore")


@page()
def show_choice(request: Request) -> Response:
    token = request.path_params["token"]
    with reading() as db:
        actor_of(db, request)
        subject = get_subscription(db, token)
        stopped = has_stopped(db, subject.person.id, subject.topic)
        set_reader(subject.person.locale, subject.person.zone)
    return render(request, "subscriptions/stop.html", topic=TOPIC_NAMES[subject.topic], stopped=stopped, token=token)


@page(form=StopForm)
def stop_now(request: Request, form: StopForm) -> Response:
    token = request.path_params["token"]
    with transaction() as db:
        stop_letters(db, actor_of(db, request), get_subscription(db, token))
    return redirect(request, "stop_letters", token=token)


@page(form=StopForm)
def resume_now(request: Request, form: StopForm) -> Response:
    token = request.path_params["token"]
    with transaction() as db:
        resume_letters(db, actor_of(db, request), get_subscription(db, token))
    return redirect(request, "stop_letters", token=token)
