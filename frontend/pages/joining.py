"""Coming into a team: its open roles, requests to join and their answers, invitations of seekers, and the lead."""

from datetime import timedelta

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import NotFound
from events.core.translation import _
from events.join_requests import (
    JoinRequestInEvent,
    agree_to_joining,
    ask_to_join_team,
    get_join_request,
    take_back_joining,
    turn_down_joining,
)
from events.joining import hand_over_lead, send_invitation_again
from events.open_roles import close_role, open_role
from events.seekers import invite_seeker
from frontend.buttons import NoForm
from frontend.pages.blocks import whole_number
from frontend.pages.teams import show_team, team_asked_for, to_team
from frontend.showing import only_if_may
from frontend.web import Form, page


class RoleForm(Form):
    """Whom a team looks for."""

    title: str = ""
    skills: list[str] = Field(default_factory=list)
    how_many: str = "1"


class AskForm(Form):
    """What somebody says who asks to join."""

    note: str = ""
    role: str = ""


class AnswerForm(Form):
    """What somebody is told who is turned down."""

    answer: str = ""


class SeekerForm(Form):
    """Whom of those who look for a team."""

    person: str = ""


@page(form=RoleForm, again=show_team, signed_in=True)
def open_role_now(request: Request, form: RoleForm) -> Response:
    how_many = whole_number(form.how_many, "how_many")
    with transaction() as db:
        actor, subject = team_asked_for(db, request)
        open_role(db, actor, subject, title=form.title, skills=form.skills, how_many=how_many)
    return to_team(request, subject, _("The role is open. People find it in the list of teams."))


@page(form=NoForm, again=show_team, signed_in=True)
def close_role_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = team_asked_for(db, request)
        close_role(db, actor, subject, role=request.path_params["role"])
    return to_team(request, subject, _("The role is closed."))


@page(form=AskForm, again=show_team, signed_in=True)
def ask_now(request: Request, form: AskForm) -> Response:
    with reading() as db:
        actor, subject = team_asked_for(db, request)
        only_if_may(actor, "ask_to_join_team", subject)
    take_turn(f"join team {actor.person}", times=20, per=timedelta(hours=1))
    with transaction() as db:
        ask_to_join_team(db, actor, subject, note=form.note, role=form.role)
    return to_team(request, subject, _("Asked. You get a letter when they answer."))


def _request_meant(db: Database, request: Request) -> tuple[Actor, JoinRequestInEvent]:
    actor, team = team_asked_for(db, request)
    found = get_join_request(db, actor, team.event, request.path_params["joining"])
    if found.of.id != team.id:
        raise NotFound()
    return actor, found


@page(form=NoForm, again=show_team, signed_in=True)
def agree_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, found = _request_meant(db, request)
        agree_to_joining(db, actor, found)
    return to_team(request, found.of, _("They are in the team now, and get a letter."))


@page(form=AnswerForm, again=show_team, signed_in=True)
def turn_down_now(request: Request, form: AnswerForm) -> Response:
    with transaction() as db:
        actor, found = _request_meant(db, request)
        turn_down_joining(db, actor, found, answer=form.answer)
    return to_team(request, found.of, _("Turned down. They get a letter."))


@page(form=NoForm, again=show_team, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, found = _request_meant(db, request)
        take_back_joining(db, actor, found)
    return to_team(request, found.of, _("You do not ask this team any more."))


@page(form=SeekerForm, again=show_team, signed_in=True)
def invite_seeker_now(request: Request, form: SeekerForm) -> Response:
    with reading() as db:
        actor, subject = team_asked_for(db, request)
        only_if_may(actor, "invite_seeker", subject)
    take_turn(f"invite {actor.person}", times=30, per=timedelta(hours=1))
    with transaction() as db:
        name = invite_seeker(db, actor, subject, person=form.person)
    return to_team(request, subject, _("%(name)s gets a letter with your invitation.", name=name))


@page(form=NoForm, again=show_team, signed_in=True)
def invite_again_now(request: Request, form: NoForm) -> Response:
    with reading() as db:
        actor, subject = team_asked_for(db, request)
        only_if_may(actor, "send_invitation_again", subject)
    take_turn(f"invite {actor.person}", times=30, per=timedelta(hours=1))
    with transaction() as db:
        send_invitation_again(db, actor, subject, invitation=request.path_params["invitation"])
    return to_team(request, subject, _("They get the letter again."))


@page(form=NoForm, again=show_team, signed_in=True)
def hand_over_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = team_asked_for(db, request)
        hand_over_lead(db, actor, subject, person=request.path_params["person"])
    return to_team(request, subject, _("Somebody else leads the team now. They get a letter."))
