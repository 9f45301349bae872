"""Rounds: the list for everybody, and for organisers setting up, opening, closing and the board of coverage."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.paging import page_of
from events.core.refusals import Invalid, NotFound
from events.core.translation import N_, Message, _
from events.deadlines import in_stages
from events.events import EventKind, EventWithPhases, get_event
from events.phases import PhaseKind
from events.registration import participant_of_event
from events.roles import organiser_of_event, screener_of_event
from events.rounds.assigning import ASSIGNED_SCHEMES
from events.rounds.audience import turnout_of
from events.rounds.boards import board_of
from events.rounds.comments import commented_rounds
from events.rounds.desk import PROGRESS_NAMES, Progress, desk_of
from events.rounds.flags import settle_flag
from events.rounds.publishing import differs_from, held_result, shown_result
from events.rounds.rounds import (
    RoundInEvent,
    RoundState,
    Scheme,
    count_in,
    get_round,
    is_taking_votes,
    judge_of_round,
    rounds_of,
)
from events.rounds.running import close_round, open_round, put_back_to_draft, reopen_round
from events.rounds.schemes import TEMPLATES
from events.rounds.setting_up import (
    add_round,
    change_round,
    describe_round,
    off_the_shortlist,
    plan_of,
    put_back,
    remove_round,
    shortlist_for,
    take_in,
    take_out,
    waiting_to_come_in,
)
from events.rounds.votes import voters_in
from events.screening.screenings import find_screening
from frontend import round_form
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.round_form import RoundForm, plan_from, values_of
from frontend.rows import numbers_shown
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, actor_of, page, redirect, render

STATE_NAMES: dict[RoundState, tuple[Message, str, str]] = {
    RoundState.DRAFT: (_("Draft"), "square", "plain"),
    RoundState.OPEN: (_("Open"), "ring", "ok"),
    RoundState.CLOSED: (_("Closed"), "bar", "plain"),
    RoundState.PUBLISHED: (_("Published"), "dot", "woad"),
}


PROGRESS_OF_OTHERS: dict[Progress, Message] = {
    **PROGRESS_NAMES,
    Progress.WAITING: _("Not begun"),
}


ROWS = 50


def judged_event(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    """The hackathon whose judging is asked for; other events have none."""
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if event.event.kind is not EventKind.HACKATHON:
        raise NotFound()
    return actor, event


def the_round(db: Database, request: Request) -> tuple[Actor, RoundInEvent]:
    """The round that is asked for, for whoever may see it."""
    actor, event = judged_event(db, request)
    return actor, get_round(db, actor, event, request.path_params["round"])


def organised_round(db: Database, request: Request) -> tuple[Actor, RoundInEvent]:
    """The round that is asked for, for its organisers; others are told that there is nothing."""
    actor, subject = the_round(db, request)
    if not organiser_of_event(actor, subject):
        raise NotFound()
    return actor, subject


def board_path(subject: RoundInEvent) -> str:
    """The address of the board of a round."""
    return path("round", event=subject.event.event.slug, round=subject.round.public_id)


def words() -> dict[str, Any]:
    """What pages of rounds call things."""
    return {
        "state_names": STATE_NAMES, "scheme_names": round_form.SCHEME_NAMES, "progress_names": PROGRESS_NAMES,
        "progress_of_others": PROGRESS_OF_OTHERS,
    }  # fmt: skip


def to_round(request: Request, subject: RoundInEvent, told: Message, name: str = "round", **ids: str) -> Response:
    """Back to a page of a round, with a sentence."""
    return redirect(request, name, event=subject.event.event.slug, round=subject.round.public_id, flash=told, **ids)


@page()
def show_rounds(request: Request) -> Response:
    with reading() as db:
        actor, event = judged_event(db, request)
        found = rounds_of(db, actor, event)
        ids = [one.id for one in found]
        organises = organiser_of_event(actor, event)
        counts, voters = count_in(db, ids), voters_in(db, ids) if organises else {}
        commented = commented_rounds(db, actor, event)
        screening = find_screening(db, event.id)
        desks = {one.id: desk_of(db, actor, one) for one in found if judge_of_round(actor, one)}
    return render(
        request, "rounds/list.html", event=event, found=found, counts=counts, voters=voters, desks=desks,
        commented=commented, organises=organises, adds=may(actor, "add_round", event),
        registered=participant_of_event(actor, event),
        taking={one.id: is_taking_votes(one) for one in found},
        judges={one.id for one in found if judge_of_round(actor, one)}, screening=screening is not None,
        screens=screening is not None and screening.state != "draft" and screener_of_event(actor, event), **words(),
    )  # fmt: skip


@page(signed_in=True)
def choose_template(request: Request, form: Filled = NOTHING) -> Response:
    asked = request.query_params.get("template", "") or str(form.values.get("scheme", ""))
    with reading() as db:
        actor, event = judged_event(db, request)
        only_if_may(actor, "add_round", event)
        rounds = rounds_of(db, actor, event)
    if asked not in TEMPLATES:
        return render(request, "rounds/choose.html", event=event, templates=TEMPLATES)
    begun = TEMPLATES[asked].plan
    if event.phase(PhaseKind.JUDGING) is None:
        begun = replace(begun, phase=None)
    return _edit(request, event, None, begun, rounds, form, asked)


def _edit(
    request: Request, event: EventWithPhases, subject: RoundInEvent | None, plan: Any, rounds: list[RoundInEvent],
    form: Filled, scheme: str,
) -> Response:  # fmt: skip
    form = form.with_values(**values_of(plan, rounds))
    before = [one for one in rounds if subject is None or one.id < subject.id]
    return render(
        request, "rounds/edit.html", event=event, subject=subject, form=form, scheme=scheme, plan=plan,
        begun=TEMPLATES[scheme], before=[(one.round.public_id, one.round.name) for one in before],
        criteria=numbers_shown(form.values, "criterion", len(plan.criteria)), ties=range(round_form.TIES),
        tie_options=round_form.tie_options(plan), phases=round_form.phase_options([one.kind for one in event.phases]),
        averages=round_form.AVERAGES, bys=round_form.BYS, ways=round_form.WAYS, borders=round_form.BORDERS,
        purposes=round_form.PURPOSES, stages=round_form.STAGES if in_stages(event) else (),
        kinds=round_form.KINDS, whole=subject is None or subject.round.state is RoundState.DRAFT, **words(),
    )  # fmt: skip


@page(form=RoundForm, again=choose_template, signed_in=True)
def add_now(request: Request, form: RoundForm) -> Response:
    with transaction() as db:
        actor, event = judged_event(db, request)
        only_if_may(actor, "add_round", event)
        plan = plan_from(form, form.scheme, rounds_of(db, actor, event))
        made = add_round(db, actor, event, plan=plan)
    return to_round(request, made, _("Made as a draft. Look at its judges next, then open it."))


@page(signed_in=True)
def edit_round(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = organised_round(db, request)
        only_if_may(actor, "describe_round", subject)
        plan = plan_of(db, subject.round)
        rounds = rounds_of(db, actor, subject.event)
    return _edit(request, subject.event, subject, plan, rounds, form, subject.round.scheme.value)


@page(form=RoundForm, again=edit_round, signed_in=True)
def change_now(request: Request, form: RoundForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        draft = subject.round.state is RoundState.DRAFT
        if draft:
            plan = plan_from(form, subject.round.scheme, rounds_of(db, actor, subject.event))
            change_round(db, actor, subject, plan=plan)
        else:
            _describe(db, actor, subject, form)
    return to_round(request, subject, _("Saved."))


def _describe(db: Database, actor: Actor, subject: RoundInEvent, form: RoundForm) -> None:
    """What can be changed while judges are at it: only that is read from the form."""
    typed = round_form.Typed({"judges_each": form.judges_each, "judges_most": form.judges_most})
    each, most = typed.whole("judges_each", subject.round.judges_each), typed.perhaps("judges_most")
    if typed.wrong:
        raise Invalid(typed.wrong)
    phase = PhaseKind(form.phase) if form.phase in round_form.PHASES else None
    wanted = replace(plan_of(db, subject.round), name=form.name, about=form.about, phase=phase, judges_each=each,
                     judges_most=most)  # fmt: skip
    describe_round(db, actor, subject, plan=wanted)


def _watched(db: Database, request: Request, actor: Actor, subject: RoundInEvent) -> dict[str, Any]:
    """What the board shows that follows the judges while they judge."""
    board = board_of(db, actor, subject)
    turnout = turnout_of(db, subject) if subject.round.scheme is Scheme.AUDIENCE else None
    return {
        "event": subject.event, "subject": subject, "board": board, "turnout": turnout,
        "rows": page_of(board.rows, page_number(request), size=ROWS), "base": f"{board_path(subject)}?page=",
        "assigned": subject.round.scheme in ASSIGNED_SCHEMES, **words(),
    }  # fmt: skip


@page(signed_in=True)
def show_round(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = organised_round(db, request)
        watched = _watched(db, request, actor, subject)
        changes = may(actor, "take_in", subject)
        shortlist = shortlist_for(db, subject) if changes else None
        waiting = len(waiting_to_come_in(db, subject, shortlist)) if changes else 0
        off = set(off_the_shortlist(db, subject, shortlist)) if changes else set()
        held, shown = held_result(db, subject), shown_result(db, subject)
    opening, board = why_not(actor, "open_round", subject), watched["board"]
    return render(
        request, "rounds/round.html", form=form, waiting=waiting,
        off=[one.work.title for one in board.rows if one.work.submission.id in off],
        held_until=held.held_until if held else None, shown_version=shown.version if shown else None,
        differs=differs_from(shown, board.standing), taking=is_taking_votes(subject),
        why_not_open=opening.message if opening is not None and subject.round.state is RoundState.DRAFT else "",
        phase=subject.event.phase(subject.round.phase) if subject.round.phase else None, **watched,
    )  # fmt: skip


@page(signed_in=True)
def round_fragment(request: Request) -> Response:
    with reading() as db:
        actor, subject = organised_round(db, request)
        watched = _watched(db, request, actor, subject)
    return render(request, "rounds/board.html", **watched)


@page(form=NoForm, again=show_round, signed_in=True)
def open_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        open_round(db, actor, subject)
    return to_round(request, subject, _("Open. Those who judge are told by letter."))


@page(form=NoForm, again=show_round, signed_in=True)
def close_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        close_round(db, actor, subject)
    return to_round(request, subject, _("Closed. No votes are taken any more."))


@page(form=NoForm, again=show_round, signed_in=True)
def reopen_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        reopen_round(db, actor, subject)
    return to_round(request, subject, _("Open again. All that was given is kept."))


@page(form=NoForm, again=show_round, signed_in=True)
def put_back_to_draft_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        put_back_to_draft(db, actor, subject)
    return to_round(request, subject, _("A draft again."))


@page(form=NoForm, again=show_round, signed_in=True)
def remove_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        remove_round(db, actor, subject)
    return redirect(request, "judging", event=subject.event.event.slug, flash=_("The round is gone."))


@page(form=NoForm, again=show_round, signed_in=True)
def take_in_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        count = take_in(db, actor, subject)
    told = N_("%(count)s submission came in.", "%(count)s submissions came in.", count)
    return to_round(request, subject, told if count else _("Everything is in the round already."))


@page(form=NoForm, again=show_round, signed_in=True)
def take_out_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        take_out(db, actor, subject, submission=request.path_params["work"])
    return to_round(request, subject, _("Taken out. What it was given is kept and does not count."))


@page(form=NoForm, again=show_round, signed_in=True)
def put_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        put_back(db, actor, subject, submission=request.path_params["work"])
    return to_round(request, subject, _("It is judged again."))


@page(form=NoForm, again=show_round, signed_in=True)
def settle_flag_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        settle_flag(db, actor, subject, flag=request.path_params["flag"])
    return to_round(request, subject, _("Settled."))
