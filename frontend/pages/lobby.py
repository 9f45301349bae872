"""The lobby of an event: who is here, announcements, what is on now and next."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import reading, transaction
from events.core.links import path
from events.core.refusals import NotFound
from events.core.translation import _
from events.events import get_event
from frontend.addresses import asked, behind_question_mark
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.reported import reports_context
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from realtime.server import current
from sessions.lobby import (
    LONGEST,
    announce_in_lobby,
    announcements_of,
    be_shown_in_lobby,
    is_shown_in_lobby,
    on_now_and_next,
    people_in_lobby,
    run_lobby,
    see_lobby,
    take_announcement_off,
)
from sessions.person_reports import Place


class ShownForm(Form):
    """Whether one is shown to the others."""

    shown: str = ""


class AnnouncementForm(Form):
    """What everybody in the lobby is told."""

    text: str = ""


def _lobby(request: Request, template: str, form: Filled = NOTHING) -> Response:
    server, question = current(), asked(request, "q")
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        if not see_lobby(actor, event):
            raise NotFound()
        here = server.lobbies.people(event.id) if server is not None else []
        people = people_in_lobby(db, actor, event, here, query=question["q"], page=page_number(request))
        on, coming = on_now_and_next(db, actor, event)
        runs = run_lobby(actor, event)
        reports = reports_context(db, actor, event, Place.LOBBY, str(event.id)) if runs else {"reported": []}
        announcements, shown = announcements_of(db, event.id), is_shown_in_lobby(db, event.id, actor.person)
    base = path("lobby", event=event.event.slug)
    filters = {name: text for name, text in question.items() if text}
    return render(
        request, template, event=event, form=form, here=len(here), people=people, on=on, coming=coming,
        question=question, base=base + behind_question_mark(filters | {"page": ""}),
        now=behind_question_mark(filters | {"page": str(people.page)}),
        announcements=announcements, shown=shown, runs=runs, most=LONGEST, me=actor.person, **reports,
    )  # fmt: skip


@page(signed_in=True)
def show_lobby(request: Request, form: Filled = NOTHING) -> Response:
    return _lobby(request, "lobby/lobby.html", form)


@page(signed_in=True)
def lobby_fragment(request: Request) -> Response:
    return _lobby(request, "lobby/fragment.html")


@page(form=ShownForm, again=show_lobby, signed_in=True)
def be_shown_now(request: Request, form: ShownForm) -> Response:
    shown = form.shown == "yes"
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        be_shown_in_lobby(db, actor, event, shown=shown)
    said = _("The others see you while you are here.") if shown else _("Nobody sees you here any more.")
    return redirect(request, "lobby", event=event.event.slug, flash=said)


@page(form=AnnouncementForm, again=show_lobby, signed_in=True)
def announce_now(request: Request, form: AnnouncementForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        announce_in_lobby(db, actor, event, text=form.text)
    return redirect(request, "lobby", event=event.event.slug, flash=_("Announced."))


@page(form=NoForm, again=show_lobby, signed_in=True)
def take_off_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        take_announcement_off(db, actor, event, announcement=request.path_params["announcement"])
    return redirect(request, "lobby", event=event.event.slug, flash=_("Taken off."))
