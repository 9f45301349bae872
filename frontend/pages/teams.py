"""Teams: the list, one team with its people, forming, changing and leaving one."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from events.challenge_switches import ChallengeSwitch
from events.challenges import Challenge, challenge_titles
from events.core import clock
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import Conflict
from events.core.translation import Message, _
from events.deadlines import in_stages
from events.events import EventWithPhases, get_event
from events.join_requests import own_join_requests, requests_to_join
from events.joining import (
    invitations_for,
    invitations_of,
    invite_to_team,
    leave_team,
    remove_from_team,
    take_back_invitation,
)
from events.open_roles import roles_of
from events.people import people_by_id
from events.phases import PhaseKind
from events.proposals.places import open_places_of
from events.reference.skills import SKILLS, skill_label
from events.registration_lists import has_registered
from events.roles import may_know_whose_it_is, organiser_of_event
from events.seekers import find_seeker, skills_in_teams
from events.submissions import SubmissionState, submission_of_team
from events.team_lists import forming_of, teams_of
from events.team_pages import challenge_fixed_since, change_team, switches_of
from events.team_rules import is_too_small, locked_at
from events.teams import (
    Team,
    TeamInEvent,
    form_team,
    get_team,
    members_of,
    see_teams,
    team_of,
)
from frontend.addresses import asked, page_base
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.showing import only_if_may
from frontend.team_tabs import room_tabs, team_tabs
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


class TeamForm(Form):
    """What a team says about itself."""

    name: str = ""
    challenge: str = ""
    idea: str = ""
    looking_for: str = ""
    room: str = ""
    why: str = ""


CHANGED = ("name", "challenge", "idea", "looking_for", "room")


class ChangeForm(TeamForm):
    """The same as somebody changes it, with what was on their page."""

    seen_name: str | None = None
    seen_challenge: str | None = None
    seen_idea: str | None = None
    seen_looking_for: str | None = None
    seen_room: str | None = None


class InviteForm(Form):
    """Whom a team asks."""

    email: str = ""


def event_asked_for(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    return actor, get_event(db, actor, request.path_params["event"])


def team_asked_for(db: Database, request: Request) -> tuple[Actor, TeamInEvent]:
    actor, event = event_asked_for(db, request)
    return actor, get_team(db, actor, event, request.path_params["team"])


@page()
def show_teams(request: Request, form: Filled = NOTHING) -> Response:
    question = asked(request, "challenge", "skill", "places")
    with reading() as db:
        actor, event = event_asked_for(db, request)
        found = teams_of(
            db, actor, event, challenge=question["challenge"], skill=question["skill"],
            with_places=bool(question["places"]), page=page_number(request),
        )  # fmt: skip
        own = team_of(db, actor.person, event.id)
        registered = has_registered(db, event.id, actor.person)
        me = find_seeker(db, event.id, actor.person)
        invitations = invitations_for(db, actor, event) if own is None else []
        requests = own_join_requests(db, actor, event) if own is None else []
        offered = [one for one in open_places_of(db, actor) if one.event.id == event.id] if own is None else []
        titles = challenge_titles(db, event.id)
        forming = forming_of(db, event) if organiser_of_event(actor, event) else None
    refusal = why_not(actor, "form_team", event)
    return render(
        request, "teams/list.html", event=event, form=form, found=found, own=own, invitations=invitations,
        titles=titles, question=question, filtered=any(question.values()), base=page_base(request, question),
        sees=see_teams(actor, event), blind=not may_know_whose_it_is(actor, event), registered=registered,
        requests=requests, offered=offered,
        may_form=refusal is None and own is None, registering=event.is_open(PhaseKind.REGISTRATION, clock.now()),
        may_seek=own is None and may(actor, "look_for_team", event), looks=me is not None and me.looks,
        why_no_team=refusal.message if refusal is not None and own is None and isinstance(refusal, Conflict) else "",
        skills=skill_options(), forming=forming, lock_at=locked_at(event),
        tabs_of_teams=team_tabs(actor, event, "teams"),
    )  # fmt: skip


def skill_options() -> list[tuple[str, str]]:
    """Skills for a form, in their order."""
    return [(code, str(label)) for code, label in SKILLS.items()]


@page()
def show_team(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = team_asked_for(db, request)
        event = subject.event
        challenge = db.get(Challenge, subject.team.challenge_id) if subject.team.challenge_id else None
        submission = submission_of_team(db, subject.id)
        members = members_of(db, subject.id)
        inside = any(one.person_id == actor.person for one in members)
        invitations = invitations_of(db, subject) if inside else []
        invited = people_by_id(db, {one.invited_id for one in invitations if one.invited_id is not None})
        asked_in = [one for one in invitations_for(db, actor, event) if one.team.id == subject.id]
        own_requests = [] if inside else [
            one for one in own_join_requests(db, actor, event) if one.request.team_id == subject.id
        ]  # fmt: skip
        roles, skills = roles_of(db, subject.id), skills_in_teams(db, subject.id)
        requests, own = requests_to_join(db, actor, subject), team_of(db, actor.person, event.id)
        switches = switches_of(db, actor, subject)
    joining = why_not(actor, "invite_to_team", subject)
    asking = why_not(actor, "ask_to_join_team", subject)
    return render(
        request, "teams/team.html", event=event, subject=subject, form=form, challenge=challenge,
        members=members, inside=inside, invitations=invitations, submission=submission, roles=roles,
        asked_in=asked_in[0] if asked_in and not inside else None, most=event.event.team_size_max,
        may_invite=joining is None, why_no_invitation=joining.message if isinstance(joining, Conflict) else "",
        alone=len(members) == 1, least=event.event.team_size_min, skills_of=skills, skill_label=skill_label,
        too_small=is_too_small(event.event, len(members)), invited_names={id: one.name for id, one in invited.items()},
        requests=requests, own_request=own_requests[-1] if own_requests else None, skills=skill_options(),
        may_ask=asking is None and own is None and members and len(members) < event.event.team_size_max,
        why_not_ask=asking.message if isinstance(asking, Conflict) and own is None else "", lock_at=locked_at(event),
        tabs_of_room=room_tabs(actor, subject, "team"), in_call=in_stages(event), switches=switches,
    )  # fmt: skip


@page(signed_in=True)
def new_team(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = event_asked_for(db, request)
        only_if_may(actor, "form_team", event)
        titles = challenge_titles(db, event.id)
    form = form.with_values(challenge=request.query_params.get("challenge", ""))
    return render(request, "teams/new.html", event=event, form=form, titles=titles)


@page(form=TeamForm, again=new_team, signed_in=True)
def form_now(request: Request, form: TeamForm) -> Response:
    with transaction() as db:
        actor, event = event_asked_for(db, request)
        team = form_team(
            db, actor, event, name=form.name, challenge=form.challenge, idea=form.idea, looking_for=form.looking_for
        )
    told = _("Your team stands. Ask others to join it.")
    return redirect(request, "team", event=event.event.slug, team=team.public_id, flash=told)


@page(signed_in=True)
def edit_team(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = team_asked_for(db, request)
        only_if_may(actor, "change_team", subject)
        titles = challenge_titles(db, subject.event.id)
        team = subject.team
        challenge = db.get(Challenge, team.challenge_id) if team.challenge_id else None
        submission = submission_of_team(db, subject.id)
    wanted, fixed = request.query_params.get("challenge", ""), challenge_fixed_since(subject)
    now = _as_it_is(team, challenge)
    takes = {"challenge": wanted} if wanted in dict(titles) and not fixed else {}
    form = form.with_values(**now | takes, **{f"seen_{name}": now[name] for name in CHANGED})
    return render(
        request, "teams/edit.html", event=subject.event, subject=subject, form=form, titles=titles, fixed=fixed,
        seen=[f"seen_{name}" for name in CHANGED],
        overrules=organiser_of_event(actor, subject.event),
        handed_in=submission is not None and submission.state is SubmissionState.FINAL,
    )  # fmt: skip


def _as_it_is(team: Team, challenge: Challenge | None) -> dict[str, str]:
    """What a team says of itself now."""
    chosen = challenge.public_id if challenge else ""
    return {
        "name": team.name, "challenge": chosen, "idea": team.idea, "looking_for": team.looking_for, "room": team.room,
    }  # fmt: skip


@page(form=ChangeForm, again=edit_team, signed_in=True)
def change_now(request: Request, form: ChangeForm) -> Response:
    with transaction() as db:
        actor, subject = team_asked_for(db, request)
        challenge = db.get(Challenge, subject.team.challenge_id) if subject.team.challenge_id else None
        switch = change_team(db, actor, subject, why=form.why, **_merged(form, _as_it_is(subject.team, challenge)))
        fixed = challenge_fixed_since(subject)
    return to_team(request, subject, _told(switch, fixed is not None))


def _merged(form: ChangeForm, now: dict[str, str]) -> dict[str, str]:
    """What somebody has changed on their page; what they have let alone stays as others have written it meanwhile."""
    typed, seen = form.model_dump(), {name: getattr(form, f"seen_{name}") for name in CHANGED}
    return {name: now[name] if typed[name] == seen[name] else typed[name] for name in CHANGED}


def _told(switch: ChallengeSwitch | None, fixed: bool) -> Message:
    if switch is None:
        return _("Changed.")
    if switch.handed_in and not fixed:
        return _("Changed. What was handed in was for the challenge before: hand in again for this one.")
    return _("Changed. The team and the owners of both challenges are told why.")


def to_team(request: Request, subject: TeamInEvent, told: Message) -> Response:
    return redirect(request, "team", event=subject.event.event.slug, team=subject.team.public_id, flash=told)


@page(form=InviteForm, again=show_team, signed_in=True)
def invite_now(request: Request, form: InviteForm) -> Response:
    with reading() as db:
        actor, subject = team_asked_for(db, request)
        only_if_may(actor, "invite_to_team", subject)
    take_turn(f"invite {actor.person}", times=30, per=timedelta(hours=1))
    with transaction() as db:
        invite_to_team(db, actor, subject, email=form.email)
    return to_team(request, subject, _("%(email)s gets a letter with your invitation.", email=form.email))


@page(form=NoForm, again=show_team, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = team_asked_for(db, request)
        take_back_invitation(db, actor, subject, invitation=request.path_params["invitation"])
    return to_team(request, subject, _("The invitation was taken back."))


@page(form=NoForm, again=show_team, signed_in=True)
def leave_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = team_asked_for(db, request)
        leave_team(db, actor, subject)
    told = _("You left %(team)s.", team=subject.team.name)
    return redirect(request, "teams", event=subject.event.event.slug, flash=told)


@page(form=NoForm, again=show_team, signed_in=True)
def remove_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = team_asked_for(db, request)
        remove_from_team(db, actor, subject, person=request.path_params["person"])
    return to_team(request, subject, _("Taken out of the team."))
