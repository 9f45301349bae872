"""The mentors' help queue: who waits, taking one, giving it back, finishing it."""

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.translation import Message, _
from events.help_queue import (
    HelpInEvent,
    HelpState,
    finish_help,
    get_help_request,
    give_back_help_request,
    help_queue,
    sees_in_help_queue,
    take_back_help_request,
    take_help_request,
)
from events.teams import TeamInEvent, member_of_team
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.pages.team_rooms import room_shown, to_room
from frontend.pages.teams import event_asked_for
from frontend.team_tabs import mentoring_tabs
from frontend.web import NOTHING, Filled, page, redirect, render


def _shown(request: Request, template: str, form: Filled) -> Response:
    with reading() as db:
        actor, event = event_asked_for(db, request)
        queue = help_queue(db, actor, event, page=page_number(request))
    shown = queue.lines
    return render(
        request, template, event=event, form=form, shown=shown, only_own=queue.only_own,
        waiting=queue.waiting, taken=queue.taken,
        open_ones=[one for one in shown.rows if one.request.state is HelpState.OPEN],
        taken_ones=[one for one in shown.rows if one.request.state is HelpState.TAKEN],
        helped=queue.helped, now=clock.now(),
        base=f"{path('help_queue', event=event.event.slug)}?page=",
        tabs_of_mentoring=mentoring_tabs(event, "help_queue", queue=True),
    )  # fmt: skip


@page(signed_in=True)
def show_queue(request: Request, form: Filled = NOTHING) -> Response:
    return _shown(request, "help_queue/queue.html", form)


@page(signed_in=True)
def queue_fragment(request: Request) -> Response:
    return _shown(request, "help_queue/fragment.html", NOTHING)


def _load(db: Database, request: Request) -> tuple[Actor, HelpInEvent]:
    actor, event = event_asked_for(db, request)
    return actor, get_help_request(db, actor, event, request.path_params["help"])


def _again(request: Request, form: Filled) -> Response:
    """Where the refused button stands: the team's room for its members, the queue for everybody else."""
    with reading() as db:
        actor, subject = _load(db, request)
        sees = sees_in_help_queue(db, actor, subject.event)
    if member_of_team(actor, subject):
        return room_shown(request, "team_rooms/room.html", form, team=subject.team.public_id)
    if not sees:
        return redirect(request, "mentoring", event=subject.event.event.slug)
    return _shown(request, "help_queue/queue.html", form)


def _back(request: Request, actor: Actor, subject: HelpInEvent, told: Message, *, sees: bool) -> Response:
    """To the team's room for its members, to the queue for everybody else, as long as it shows them something."""
    if member_of_team(actor, subject):
        return to_room(request, TeamInEvent(subject.team, subject.event), str(told))
    return redirect(request, "help_queue" if sees else "mentoring", event=subject.event.event.slug, flash=told)


@page(form=NoForm, again=show_queue, signed_in=True)
def take_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        take_help_request(db, actor, subject)
    told = _("%(team)s is yours. They get a letter that you come.", team=subject.team.name)
    return redirect(request, "team_room", event=subject.event.event.slug, team=subject.team.public_id, flash=told)


@page(form=NoForm, again=_again, signed_in=True)
def give_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        give_back_help_request(db, actor, subject)
        sees = sees_in_help_queue(db, actor, subject.event)
    return _back(request, actor, subject, _("Given back. The team waits on at its place."), sees=sees)


@page(form=NoForm, again=_again, signed_in=True)
def finish_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        finish_help(db, actor, subject)
        sees = sees_in_help_queue(db, actor, subject.event)
    return _back(request, actor, subject, _("Done. Well helped."), sees=sees)


@page(form=NoForm, again=_again, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        take_back_help_request(db, actor, subject)
        sees = sees_in_help_queue(db, actor, subject.event)
    return _back(request, actor, subject, _("Taken back. You can ask again at any time."), sees=sees)
