"""Invitations into a team: the letter's page, its answers, and the same from the list of teams."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict
from events.core.translation import _
from events.joining import (
    InvitationNotValid,
    InvitationSeen,
    accept_invitation,
    decline_invitation,
    get_invitation,
    look_at_invitation,
)
from events.registration import participant_of_event
from events.teams import size_of, team_of
from frontend.buttons import NoForm
from frontend.pages.teams import event_asked_for, show_teams, to_team
from frontend.web import NOTHING, Filled, actor_of, page, redirect, render


@page()
def show_invitation(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        try:
            seen = look_at_invitation(db, request.path_params["token"])
        except InvitationNotValid as used:
            return render(request, "teams/invitation_used.html", sentence=used.message, status=409)
        size = size_of(db, seen.team.id or 0)
        own = team_of(db, actor.person, seen.event.id)
    refusal = why_not(actor, "accept_invitation", seen)
    return render(
        request, "teams/invitation.html", event=seen.event, seen=seen, form=form, size=size, own=own,
        registered=participant_of_event(actor, seen.event), may_accept=refusal is None,
        why_not=refusal.message if isinstance(refusal, Conflict) else "", token=request.path_params["token"],
        most=seen.event.event.team_size_max, may_decline=may(actor, "decline_invitation", seen),
    )  # fmt: skip


@page(form=NoForm, again=show_invitation, signed_in=True)
def accept_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        team = accept_invitation(db, actor, look_at_invitation(db, request.path_params["token"]))
    return to_team(request, team, _("You are in the team."))


@page(form=NoForm, again=show_invitation)
def decline_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        decline_invitation(db, actor_of(db, request), look_at_invitation(db, request.path_params["token"]))
    return redirect(
        request, "team_invitation", token=request.path_params["token"], flash=_("You declined the invitation.")
    )


def _own_invitation(db: Database, request: Request) -> tuple[Actor, InvitationSeen]:
    actor, _event = event_asked_for(db, request)
    return actor, get_invitation(db, actor, request.path_params["invitation"])


@page(form=NoForm, again=show_teams, signed_in=True)
def accept_own_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, seen = _own_invitation(db, request)
        team = accept_invitation(db, actor, seen)
    return to_team(request, team, _("You are in the team."))


@page(form=NoForm, again=show_teams, signed_in=True)
def decline_own_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, seen = _own_invitation(db, request)
        decline_invitation(db, actor, seen)
    return redirect(request, "teams", event=seen.event.event.slug, flash=_("You declined the invitation."))
