"""A team's room: its log, its checkpoints, its request for help and its mentoring; and the progress of all teams."""

from starlette.requests import Request
from starlette.responses import Response

from events.checkpoints import checkpoints_of
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.refusals import NotFound
from events.core.translation import _
from events.help_queue import ask_for_help, help_of_team
from events.progress import (
    checkpoints_for,
    get_entry,
    log_of,
    note_progress,
    progress_in,
    see_team_room,
    take_back_entry,
)
from events.teams import TeamInEvent, get_team, member_of_team, members_of
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.pages.teams import event_asked_for
from frontend.team_tabs import room_tabs, team_tabs
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.mentoring_lists import booked_by_team


class EntryForm(Form):
    """What a member writes about the team's work."""

    body: str = ""
    checkpoint: str = ""


class HelpForm(Form):
    """What a team wants help with."""

    topic: str = ""
    details: str = ""


def _room(db: Database, request: Request, public: str = "") -> tuple[Actor, TeamInEvent]:
    """The team of this page, or the one with this public id, for those who may see its room."""
    actor, event = event_asked_for(db, request)
    subject = get_team(db, actor, event, public or request.path_params["team"])
    if not see_team_room(actor, subject):
        raise NotFound()
    return actor, subject


def room_shown(request: Request, template: str, form: Filled, *, team: str = "") -> Response:
    """A team's room: of the team in the address, or of the one with this public id."""
    with reading() as db:
        actor, subject = _room(db, request, team)
        log, points = log_of(db, actor, subject), checkpoints_for(db, subject.event.id, subject.id)
        waiting, members = help_of_team(db, actor, subject), members_of(db, subject.id)
        booked = booked_by_team(db, subject)
    return render(
        request, template, event=subject.event, subject=subject, form=form, log=log, points=points, waiting=waiting,
        members=members, booked=booked, inside=member_of_team(actor, subject),
        may_write=may(actor, "note_progress", subject),
        open_points=[(one.public_id, one.name) for one in points if one.reached_at is None],
        may_ask=waiting is None and may(actor, "ask_for_help", subject),
        tabs_of_room=room_tabs(actor, subject, "team_room"),
    )  # fmt: skip


@page(signed_in=True)
def show_room(request: Request, form: Filled = NOTHING) -> Response:
    return room_shown(request, "team_rooms/room.html", form)


@page(signed_in=True)
def room_fragment(request: Request) -> Response:
    return room_shown(request, "team_rooms/fragment.html", NOTHING)


@page(form=EntryForm, again=show_room, signed_in=True)
def note_now(request: Request, form: EntryForm) -> Response:
    with transaction() as db:
        actor, subject = _room(db, request)
        note_progress(db, actor, subject, body=form.body, checkpoint=form.checkpoint)
    return to_room(request, subject, str(_("Written.")))


def to_room(request: Request, subject: TeamInEvent, told: str) -> Response:
    """Back to a team's room, with a sentence about what was done."""
    return redirect(request, "team_room", event=subject.event.event.slug, team=subject.team.public_id, flash=told)


@page(form=NoForm, again=show_room, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _room(db, request)
        take_back_entry(db, actor, get_entry(db, actor, subject, request.path_params["entry"]))
    return to_room(request, subject, str(_("Taken back.")))


@page(form=HelpForm, again=show_room, signed_in=True)
def ask_for_help_now(request: Request, form: HelpForm) -> Response:
    with transaction() as db:
        actor, subject = _room(db, request)
        ask_for_help(db, actor, subject, topic=form.topic, details=form.details)
    return to_room(request, subject, str(_("Asked. The mentors see it at once; you get a letter when one comes.")))


def _progress(request: Request, template: str) -> Response:
    with reading() as db:
        actor, event = event_asked_for(db, request)
        shown = progress_in(db, actor, event, page=page_number(request))
        points = checkpoints_of(db, event.id)
    return render(
        request, template, event=event, points=[(one.public_id, one.name, one.due_at) for one in points],
        shown=shown, base=f"{path('progress', event=event.event.slug)}?page=",
        may_set=may(actor, "set_checkpoint", event), tabs_of_teams=team_tabs(actor, event, "progress"),
    )  # fmt: skip


@page(signed_in=True)
def show_progress(request: Request) -> Response:
    return _progress(request, "team_rooms/progress.html")


@page(signed_in=True)
def progress_fragment(request: Request) -> Response:
    return _progress(request, "team_rooms/progress_fragment.html")
