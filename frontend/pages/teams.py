"""Teams: the list, one team with its people, forming and changing one, invitations and their answers."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from events.challenges import Challenge, challenge_titles
from events.core import clock
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import Conflict
from events.core.translation import Message, _
from events.events import EventWithPhases, get_event
from events.joining import (
    InvitationNotValid,
    InvitationSeen,
    accept_invitation,
    decline_invitation,
    get_invitation,
    invitations_for,
    invitations_of,
    invite_to_team,
    leave_team,
    look_at_invitation,
    remove_from_team,
    take_back_invitation,
)
from events.phases import PhaseKind
from events.registration import participant_of_event
from events.submissions import submission_of_team
from events.teams import (
    TeamInEvent,
    change_team,
    form_team,
    get_team,
    members_of,
    see_teams,
    size_of,
    team_of,
    teams_of,
)
from frontend.addresses import asked, page_base
from frontend.pages.events import page_number
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


class TeamForm(Form):
    """What a team says about itself."""

    name: str = ""
    challenge: str = ""
    idea: str = ""
    looking_for: str = ""


class InviteForm(Form):
    """Whom a team asks."""

    email: str = ""


class NoForm(Form):
    """A button."""


def _asked_for(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    return actor, get_event(db, actor, request.path_params["event"])


def _team(db: Database, request: Request) -> tuple[Actor, TeamInEvent]:
    actor, event = _asked_for(db, request)
    return actor, get_team(db, actor, event, request.path_params["team"])


@page()
def show_teams(request: Request, form: Filled = NOTHING) -> Response:
    question = asked(request, "challenge")
    with reading() as db:
        actor, event = _asked_for(db, request)
        found = teams_of(db, actor, event, challenge=question["challenge"], page=page_number(request))
        own = team_of(db, actor.person, event.id)
        invitations = invitations_for(db, actor, event) if own is None else []
        titles = challenge_titles(db, event.id)
    forming = why_not(actor, "form_team", event)
    return render(
        request, "teams/list.html", event=event, form=form, found=found, own=own, invitations=invitations,
        titles=titles, question=question, base=page_base(request, question), sees=see_teams(actor, event),
        registered=participant_of_event(actor, event), may_form=forming is None and own is None,
        registering=event.is_open(PhaseKind.REGISTRATION, clock.now()),
        why_no_team=forming.message if forming is not None and own is None and isinstance(forming, Conflict) else "",
    )  # fmt: skip


@page()
def show_team(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _team(db, request)
        challenge = db.get(Challenge, subject.team.challenge_id) if subject.team.challenge_id else None
        submission = submission_of_team(db, subject.id)
        members = members_of(db, subject.id)
        inside = any(one.person_id == actor.person for one in members)
        invitations = invitations_of(db, subject) if inside else []
        asked_in = [one for one in invitations_for(db, actor, subject.event) if one.team.id == subject.id]
    joining = why_not(actor, "invite_to_team", subject)
    return render(
        request, "teams/team.html", event=subject.event, subject=subject, form=form, challenge=challenge,
        members=members, inside=inside, invitations=invitations, submission=submission,
        asked_in=asked_in[0] if asked_in and not inside else None, most=subject.event.event.team_size_max,
        may_invite=joining is None, why_no_invitation=joining.message if isinstance(joining, Conflict) else "",
        alone=len(members) == 1, least=subject.event.event.team_size_min,
    )  # fmt: skip


@page(signed_in=True)
def new_team(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _asked_for(db, request)
        only_if_may(actor, "form_team", event)
        titles = challenge_titles(db, event.id)
    form = form.with_values(challenge=request.query_params.get("challenge", ""))
    return render(request, "teams/new.html", event=event, form=form, titles=titles)


@page(form=TeamForm, again=new_team, signed_in=True)
def form_now(request: Request, form: TeamForm) -> Response:
    with transaction() as db:
        actor, event = _asked_for(db, request)
        team = form_team(
            db, actor, event, name=form.name, challenge=form.challenge, idea=form.idea, looking_for=form.looking_for
        )
    told = _("Your team stands. Ask others to join it.")
    return redirect(request, "team", event=event.event.slug, team=team.public_id, flash=told)


@page(signed_in=True)
def edit_team(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _team(db, request)
        only_if_may(actor, "change_team", subject)
        titles = challenge_titles(db, subject.event.id)
        team = subject.team
        challenge = db.get(Challenge, team.challenge_id) if team.challenge_id else None
    form = form.with_values(
        name=team.name, challenge=challenge.public_id if challenge else "", idea=team.idea, looking_for=team.looking_for
    )
    return render(request, "teams/edit.html", event=subject.event, subject=subject, form=form, titles=titles)


@page(form=TeamForm, again=edit_team, signed_in=True)
def change_now(request: Request, form: TeamForm) -> Response:
    with transaction() as db:
        actor, subject = _team(db, request)
        change_team(
            db, actor, subject, name=form.name, challenge=form.challenge, idea=form.idea, looking_for=form.looking_for
        )
    return _to_team(request, subject, _("Changed."))


def _to_team(request: Request, subject: TeamInEvent, told: Message) -> Response:
    return redirect(request, "team", event=subject.event.event.slug, team=subject.team.public_id, flash=told)


@page(form=InviteForm, again=show_team, signed_in=True)
def invite_now(request: Request, form: InviteForm) -> Response:
    with reading() as db:
        actor, subject = _team(db, request)
        only_if_may(actor, "invite_to_team", subject)
    take_turn(f"invite {actor.person}", times=30, per=timedelta(hours=1))
    with transaction() as db:
        invite_to_team(db, actor, subject, email=form.email)
    return _to_team(request, subject, _("%(email)s gets a letter with your invitation.", email=form.email))


@page(form=NoForm, again=show_team, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _team(db, request)
        take_back_invitation(db, actor, subject, invitation=request.path_params["invitation"])
    return _to_team(request, subject, _("The invitation was taken back."))


@page(form=NoForm, again=show_team, signed_in=True)
def leave_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _team(db, request)
        leave_team(db, actor, subject)
    told = _("You left %(team)s.", team=subject.team.name)
    return redirect(request, "teams", event=subject.event.event.slug, flash=told)


@page(form=NoForm, again=show_team, signed_in=True)
def remove_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _team(db, request)
        remove_from_team(db, actor, subject, person=request.path_params["person"])
    return _to_team(request, subject, _("Taken out of the team."))


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
    return _to_team(request, team, _("You are in the team."))


@page(form=NoForm, again=show_invitation)
def decline_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        decline_invitation(db, actor_of(db, request), look_at_invitation(db, request.path_params["token"]))
    return redirect(
        request, "team_invitation", token=request.path_params["token"], flash=_("You declined the invitation.")
    )


def _own_invitation(db: Database, request: Request) -> tuple[Actor, InvitationSeen]:
    actor, _event = _asked_for(db, request)
    return actor, get_invitation(db, actor, request.path_params["invitation"])


@page(form=NoForm, again=show_teams, signed_in=True)
def accept_own_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, seen = _own_invitation(db, request)
        team = accept_invitation(db, actor, seen)
    return _to_team(request, team, _("You are in the team."))


@page(form=NoForm, again=show_teams, signed_in=True)
def decline_own_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, seen = _own_invitation(db, request)
        decline_invitation(db, actor, seen)
    return redirect(request, "teams", event=seen.event.event.slug, flash=_("You declined the invitation."))
