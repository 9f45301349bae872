"""The team builder: asking for proposals, looking at one, changing and sending it; and the place somebody is given."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.paging import page_of
from events.core.refusals import Conflict, NotFound
from events.core.translation import N_, Message, _
from events.core.wall import from_wall, to_wall
from events.events import EventKind, EventWithPhases
from events.proposals.adjustments import NEW, lock_proposed_team, move_in_proposal
from events.proposals.drafts import (
    SECONDS,
    UNFINISHED,
    ZONE_HOURS,
    Asked,
    Failure,
    PlaceState,
    ProposalInEvent,
    ProposalState,
    ProposedState,
    TeamProposal,
    Whom,
    ask_for_teams,
    cancel_teams,
    discard_proposal,
    get_proposal,
    proposals_of,
)
from events.proposals.places import accept_place, decline_place, get_place, send_proposal
from events.proposals.problems import people_without_team, teams_to_fill
from events.proposals.reports import PlaceLine, ProposalReport, own_place, report_on
from events.reference.languages import language_name
from events.reference.skills import skill_label
from events.roles import organiser_of_event
from events.team_builder.checks import Broken
from events.team_builder.plan import Aim
from events.team_builder.reasons import LeftOver
from events.team_rules import last_joining
from frontend.buttons import NoForm
from frontend.pages.blocks import whole_number
from frontend.pages.events import page_number
from frontend.pages.teams import event_asked_for
from frontend.team_tabs import team_tabs
from frontend.web import NOTHING, Filled, Form, page, redirect, render


class AskForm(Form):
    """How teams are to be made."""

    size_wanted: str = ""
    zone_hours: str = "3"
    whom: Whom = Whom.SEEKERS
    fills_teams: str = ""
    seconds: str = "15"
    based_on: str = ""


class MoveForm(Form):
    """Whom to put into which team."""

    place: str = ""
    team: str = ""


class LockForm(Form):
    """Which team to keep, or not to keep."""

    team: str = ""
    locked: str = ""


class SendForm(Form):
    """Until when people can answer, on the clock of the event's zone."""

    answer_by: str = ""


NONE = "none"
MOST_LEFT_SHOWN = 100
STATES: dict[ProposalState, tuple[Message, str, str]] = {
    ProposalState.QUEUED: (_("Waiting for its turn"), "half", "plain"),
    ProposalState.RUNNING: (_("Being made"), "live", "woad"),
    ProposalState.DONE: (_("Draft"), "square", "plain"),
    ProposalState.FAILED: (_("Failed"), "cross", "problem"),
    ProposalState.CANCELLED: (_("Cancelled"), "bar", "plain"),
    ProposalState.SENT: (_("Sent"), "half", "warn"),
    ProposalState.CLOSED: (_("Ended"), "check", "ok"),
}
PLACES: dict[PlaceState, tuple[Message, str, str]] = {
    PlaceState.DRAFT: (_("Not asked yet"), "square", "plain"),
    PlaceState.ASKED: (_("Has not answered"), "half", "warn"),
    PlaceState.ACCEPTED: (_("Accepted"), "check", "ok"),
    PlaceState.DECLINED: (_("Declined"), "cross", "problem"),
    PlaceState.JOINED: (_("In the team"), "check", "ok"),
    PlaceState.LAPSED: (_("Not asked any more"), "bar", "plain"),
}
TEAM_STATES: dict[ProposedState, tuple[Message, str, str]] = {
    ProposedState.OPEN: (_("Waits for answers"), "half", "warn"),
    ProposedState.FORMED: (_("Formed"), "check", "ok"),
    ProposedState.FAILED: (_("Does not come about"), "cross", "problem"),
}
FAILURES: dict[Failure, Message] = {
    Failure.ENDED: _("The builder ended before it had an answer, perhaps for want of memory. Try again."),
    Failure.NOBODY: _("There is nobody to give a team: nobody looks for one."),
    Failure.TOO_LONG: _("The builder took far longer than it was given. Try again with more time."),
    Failure.TOO_OFTEN: _("The making of this proposal was interrupted three times. Try again; if it happens again, ask "
                         "whoever runs this server."),
}  # fmt: skip
PHASES: dict[str, Message] = {
    "construction": _("Making first teams"),
    "improvement": _("Making them better"),
    "proof": _("Looking whether there are better ones"),
}
AIMS: dict[Aim, Message] = {
    Aim.PLACED: _("People who get a team"),
    Aim.SHORT: _("People lacking in teams that are too small"),
    Aim.WISHES: _("Points of wishes come true"),
    Aim.COVERAGE: _("Different skills, summed over the teams"),
    Aim.ZONES: _("Minutes beyond the limit between zones"),
    Aim.LOWEST: _("Skills of the team with the fewest"),
    Aim.SIZES: _("Members between the largest and the smallest team"),
}
BROKEN: dict[Broken, Message] = {
    Broken.TOO_SMALL: _("The team is too small."),
    Broken.TOO_LARGE: _("The team is too large."),
    Broken.NO_LANGUAGE: _("There is no language that all of them speak."),
    Broken.KEPT_APART: _("Somebody in it would rather not work with somebody else in it."),
}
LEFT: dict[str, Message] = {
    LeftOver.NO_ROOM.value: _("Every team is full, or there are too few people for another."),
    LeftOver.NO_LANGUAGE.value: _("No team with room has a language in common with them."),
    LeftOver.KEPT_APART.value: _("Wishes not to work together stand in the way."),
}
WHOM = (
    (Whom.SEEKERS.value, _("Those who look for a team"), _("They have said what they bring.")),
    (Whom.EVERYBODY.value, _("Everybody in no team"), _("Of those who have said nothing only languages are known.")),
)


def name_of(proposal: TeamProposal) -> Message:
    """What a proposal is called on pages."""
    return _("Proposal %(number)s", number=proposal.number)


def hours_and_minutes(minutes: int) -> Message:
    """A difference of time."""
    if minutes % 60 == 0:
        return _("%(hours)s h", hours=minutes // 60)
    return _("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)


def _words() -> dict[str, Any]:
    return {"name_of": name_of, "states": STATES, "phases": PHASES, "unfinished": UNFINISHED, "failures": FAILURES}


def _organised(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor, event = event_asked_for(db, request)
    if not organiser_of_event(actor, event) or event.event.kind is not EventKind.HACKATHON:
        raise NotFound()
    return actor, event


def _load(db: Database, request: Request) -> tuple[Actor, ProposalInEvent]:
    actor, event = _organised(db, request)
    return actor, get_proposal(db, actor, event, request.path_params["proposal"])


@page(signed_in=True)
def show_builder(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _organised(db, request)
        found = proposals_of(db, actor, event)
        seekers = len(people_without_team(db, event, Whom.SEEKERS))
        everybody = len(people_without_team(db, event, Whom.EVERYBODY))
        filled = len(teams_to_fill(db, event))
    wanted = (event.event.team_size_min + event.event.team_size_max + 1) // 2
    form = form.with_values(size_wanted=wanted, zone_hours="3", whom=Whom.SEEKERS, fills_teams="yes", seconds="15")
    refusal = why_not(actor, "ask_for_teams", event)
    return render(
        request, "proposals/builder.html", event=event, form=form, found=found, seekers=seekers, everybody=everybody,
        filled=filled, whom=WHOM, refusal=refusal.message if refusal else "",
        lengths=[(str(one), N_("%(count)s second", "%(count)s seconds", one)) for one in SECONDS],
        hours=[(str(one), N_("%(count)s hour", "%(count)s hours", one)) for one in ZONE_HOURS],
        tabs_of_teams=team_tabs(actor, event, "team_builder"), **_words(),
    )  # fmt: skip


@page(form=AskForm, again=show_builder, signed_in=True)
def ask_now(request: Request, form: AskForm) -> Response:
    asked = Asked(
        whole_number(form.size_wanted, "size_wanted"), whole_number(form.zone_hours, "zone_hours"), form.whom,
        bool(form.fills_teams), whole_number(form.seconds, "seconds"),
    )  # fmt: skip
    with transaction() as db:
        actor, event = _organised(db, request)
        base = get_proposal(db, actor, event, form.based_on).proposal if form.based_on else None
        public = ask_for_teams(db, actor, event, asked=asked, based_on=base).public_id
    said = _("Asked for. The teams are made in the background; you can leave this page.")
    return redirect(request, "team_proposal", event=event.event.slug, proposal=public, flash=said)


@page(signed_in=True)
def show_proposal(request: Request, form: Filled = NOTHING) -> Response:
    return _shown(request, "proposals/proposal.html", form)


@page(signed_in=True)
def teams_fragment(request: Request) -> Response:
    return _shown(request, "proposals/teams.html", NOTHING)


def _shown(request: Request, template: str, form: Filled) -> Response:
    with reading() as db:
        actor, subject = _load(db, request)
        made = subject.proposal.state in {ProposalState.DONE, ProposalState.SENT, ProposalState.CLOSED}
        report = report_on(db, actor, subject) if made else ProposalReport((), (), (), {})
    event, row = subject.event, subject.proposal
    last = last_joining(event)
    by = clock.now() + timedelta(days=2)
    form = form.with_values(
        answer_by=to_wall(min(by, last) if last else by, event.zone), place=request.query_params.get("move", "")[:40]
    )
    return render(
        request, template, event=event, subject=subject, proposal=row, report=report, form=form,
        shown=page_of(report.teams, page_number(request)), left_shown=report.left[:MOST_LEFT_SHOWN],
        base=f"{path('team_proposal', event=event.event.slug, proposal=row.public_id)}?page=",
        failure=FAILURES[Failure(row.problem)] if row.state is ProposalState.FAILED else "", aims=AIMS, broken=BROKEN,
        left=LEFT, place_states=PLACES, team_states=TEAM_STATES, movable=_movable(report), targets=_targets(report),
        skill_label=skill_label, language_name=language_name, span=hours_and_minutes,
        may_change=may(actor, "move_in_proposal", subject), may_send=may(actor, "send_proposal", subject),
        may_ask=may(actor, "ask_for_teams", event), tabs_of_teams=team_tabs(actor, event, "team_builder"), **_words(),
    )  # fmt: skip


def _movable(report: ProposalReport) -> list[tuple[str, list[tuple[str, str]]]]:
    """The people of a proposal by team, for a menu; not those of locked teams, nor who is in a team by now."""

    def people(places: tuple[PlaceLine, ...]) -> list[tuple[str, str]]:
        return [(one.public_id, one.name) for one in places if not (one.joined or one.gone)]

    groups = [
        (team.fills or str(_("Team %(number)s", number=team.number)), people(team.places))
        for team in report.teams
        if not team.locked
    ]
    return [*groups, (str(_("In no team")), people(report.left))]


def _targets(report: ProposalReport) -> list[tuple[str, str]]:
    found = [
        (team.public_id, team.fills or str(_("Team %(number)s", number=team.number)))
        for team in report.teams
        if not team.locked
    ]
    return [*found, (NEW, str(_("A new team"))), (NONE, str(_("No team")))]


@page(signed_in=True)
def proposal_fragment(request: Request) -> Response:
    with reading() as db:
        _actor, subject = _load(db, request)
    return render(request, "proposals/progress.html", event=subject.event, proposal=subject.proposal, **_words())


def _to_proposal(request: Request, subject: ProposalInEvent, told: Message) -> Response:
    return redirect(
        request, "team_proposal", event=subject.event.event.slug, proposal=subject.proposal.public_id, flash=told
    )


@page(form=NoForm, again=show_proposal, signed_in=True)
def cancel_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        cancel_teams(db, actor, subject)
    return redirect(request, "team_builder", event=subject.event.event.slug, flash=_("Cancelled. Nobody was asked."))


@page(form=NoForm, again=show_proposal, signed_in=True)
def discard_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        discard_proposal(db, actor, subject)
    return redirect(request, "team_builder", event=subject.event.event.slug, flash=_("The proposal is gone."))


@page(form=MoveForm, again=show_proposal, signed_in=True)
def move_now(request: Request, form: MoveForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        move_in_proposal(db, actor, subject, place=form.place, team="" if form.team == NONE else form.team)
    return _to_proposal(request, subject, _("Moved. The figures are those of now."))


@page(form=LockForm, again=show_proposal, signed_in=True)
def lock_now(request: Request, form: LockForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        lock_proposed_team(db, actor, subject, team=form.team, locked=bool(form.locked))
    told = _("Locked: it stays as it is when teams are made anew.") if form.locked else _("Unlocked.")
    return _to_proposal(request, subject, told)


@page(form=SendForm, again=show_proposal, signed_in=True)
def send_now(request: Request, form: SendForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        by = from_wall(form.answer_by, subject.event.zone, "answer_by")
        count = send_proposal(db, actor, subject, answer_by=by)
    told = N_("Sent. %(count)s person gets a letter.", "Sent. %(count)s people get a letter.", count)
    return _to_proposal(request, subject, told)


# The place that somebody is offered


@page(signed_in=True)
def show_place(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = event_asked_for(db, request)
        subject = get_place(db, actor, event, request.path_params["place"])
        own = own_place(db, subject)
    refusal = why_not(actor, "accept_place", subject)
    return render(
        request, "proposals/place.html", event=event, subject=subject, place=subject.place, own=own, form=form,
        answer_by=subject.proposal.answer_by, needed=max(1, subject.proposal.size_min), place_states=PLACES,
        skill_label=skill_label, language_name=language_name, may_decline=may(actor, "decline_place", subject),
        refusal=refusal.message if isinstance(refusal, Conflict) else "", fills=subject.team.fills,
    )  # fmt: skip


@page(form=NoForm, again=show_place, signed_in=True)
def accept_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = event_asked_for(db, request)
        subject = get_place(db, actor, event, request.path_params["place"])
        state = accept_place(db, actor, subject)
    if state is PlaceState.JOINED:
        return redirect(request, "teams", event=event.event.slug, flash=_("Your team stands, and you are in it."))
    told = _("Accepted. You get a letter when enough of you have.")
    if subject.team.fills:
        told = _("Accepted. You get a letter when whoever leads the team has answered.")
    return redirect(request, "team_place", event=event.event.slug, place=subject.place.public_id, flash=told)


@page(form=NoForm, again=show_place, signed_in=True)
def decline_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = event_asked_for(db, request)
        subject = get_place(db, actor, event, request.path_params["place"])
        decline_place(db, actor, subject)
    told = _("Declined. You are still on the list of those who look for a team.")
    return redirect(request, "teams", event=event.event.slug, flash=told)
