"""What a stage of a call comes to: ranking and budget for organisers, and for each team what became of its own."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.money import read_sum
from events.core.refusals import Invalid, NotFound
from events.core.translation import Message, _
from events.deadlines import in_stages
from events.judging.calls import Cause, Fate, Purpose
from events.phases import PhaseKind
from events.rounds.agreed import reports_in
from events.rounds.call_exports import CALL_TABLES
from events.rounds.calls import FATE_NAMES, set_budget
from events.rounds.exports import TABLE_NAMES
from events.rounds.inputs import call_of, decided_call
from events.rounds.publishing import Detail, inputs_of, shown_result
from events.rounds.redress import LONGEST, VERDICT_NAMES, redress_of, told_result
from events.rounds.rounds import RoundInEvent, Scheme, criteria_of
from events.rounds.standings import standing_of
from events.submissions import Submission, submission_of_team
from events.teams import TeamInEvent, member_of_team, team_of
from frontend.pages.round_results import DECIDED_BY
from frontend.pages.rounds import organised_round, the_round, to_round, words
from frontend.round_form import Typed
from frontend.web import NOTHING, Filled, Form, page, render

CAUSES: dict[Cause, Message] = {
    Cause.NEAREST: _("The cut is where the funding asked for together is nearest to the aim, and not below the least."),
    Cause.ALL: _("All that pass together ask for less than the least, so all are invited."),
    Cause.NOBODY: _("Nothing passed, so nobody is invited."),
}


class BudgetForm(Form):
    """How much there is, and how far the list goes."""

    available: str = ""
    aim: str = ""
    least_times: str = ""


def _call(db: Database, request: Request) -> tuple[Actor, RoundInEvent]:
    actor, subject = organised_round(db, request)
    if subject.round.scheme is not Scheme.CALL:
        raise NotFound()
    return actor, subject


@page(signed_in=True)
def show_budget(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _call(db, request)
        standing = standing_of(db, subject.round, count=False)
        criteria = criteria_of(db, subject.id)
    found, rule = decided_call(standing.inputs), subject.round.rule
    fates = dict(found.fates)
    values = {
        "available": "" if rule["available"] is None else f"{rule['available']:.0f}", "aim": f"{rule['aim']:g}",
        "least_times": f"{rule['least_times']:g}",
    }  # fmt: skip

    def decided_by(one: Any) -> Message | str:
        if one.decided_by in DECIDED_BY:
            return DECIDED_BY[one.decided_by]
        number = int(one.decided_by.rpartition(" ")[2])
        return _("More points on %(criterion)s", criterion=criteria[number - 1].name)

    return render(
        request, "calls/budget.html", event=subject.event, subject=subject, form=form.with_values(**values),
        call=found, fates=fates, requested=dict(found.requested), criteria=criteria, works=standing.works,
        titles={number: work.title for number, work in standing.works.items()}, fate_names=FATE_NAMES, causes=CAUSES,
        columns=[(one.name, "num") for one in criteria], decided_by=decided_by,
        undecided=found.funding is not None and bool(found.funding.undecided),
        changeable=may(actor, "set_budget", subject), tables=TABLE_NAMES | CALL_TABLES, **words(),
    )  # fmt: skip


@page(form=BudgetForm, again=show_budget, signed_in=True)
def set_now(request: Request, form: BudgetForm) -> Response:
    with transaction() as db:
        actor, subject = _call(db, request)
        typed = Typed({"available": form.available.replace(" ", ""), "aim": form.aim, "least_times": form.least_times})
        available = _amount(form.available)
        rule = subject.round.rule
        aim, least = typed.number("aim", rule["aim"]), typed.number("least_times", rule["least_times"])
        if typed.wrong.keys() - {"available"}:
            raise Invalid({name: why for name, why in typed.wrong.items() if name != "available"})
        set_budget(db, actor, subject, available=available, aim=aim, least_times=least)
    return to_round(request, subject, _("Saved. This is where the list ends now."), "round_budget")


def _amount(text: str) -> float | None:
    """An amount as people type it: 2 000 000 or 2000000,50; None where nothing is typed."""
    if not text.strip():
        return None
    found = read_sum(text)
    if found is None:
        raise Invalid({"available": _("Please write an amount in euros, such as 2000000, or leave it empty.")})
    return float(found)


@page(signed_in=True)
def show_own(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = the_round(db, request)
        team, submission = own_submission(db, actor, subject)
        told, result = told_result(db, subject, team, submission), shown_result(db, subject)
        if told is None or result is None:
            raise NotFound()
        fate, asked = told.fate, redress_of(db, actor, told)
        inputs = inputs_of(result)
        number = next((one.number for one in inputs.submissions if one.public_id == submission.public_id), 0)
        kept = next((one for one in inputs.consensus if one.submission == number), None)
        reports = reports_in(db, subject.id, submission.id)
        report = next((one for one in reports if kept is not None and one.number == kept.number), None)
    standing = next((one for one in decided_call(inputs).standings if one.submission == number), None)
    invites = subject.round.rule["purpose"] == Purpose.INVITE and in_stages(subject.event)
    writable = fate.fate is Fate.INVITED and may(actor, "save_draft", team)
    return render(
        request, "calls/own.html", event=subject.event, subject=subject, fate=fate, result=result, standing=standing,
        title=submission.title or team.team.name, team=team.team.public_id, submission=submission.public_id,
        criteria=inputs.criteria, words=report.words if report else {}, summary=report.summary if report else "",
        sum_threshold=call_of(inputs).sum_threshold, fate_names=FATE_NAMES, writable=writable,
        phase=subject.event.phase(PhaseKind.SUBMISSION) if invites else None,
        rank_shown=result.detail is Detail.POINTS, form=form, told=told, asked=asked, verdicts=VERDICT_NAMES,
        may_ask=may(actor, "ask_for_redress", told), may_withdraw=may(actor, "withdraw_redress", told),
        longest=LONGEST,
    )  # fmt: skip


def own_submission(db: Database, actor: Actor, subject: RoundInEvent) -> tuple[TeamInEvent, Submission]:
    """The actor's own team with its submission; NotFound for others."""
    team = team_of(db, actor.person, subject.event.id)
    submission = submission_of_team(db, team.id) if team else None
    if team is None or submission is None or not member_of_team(actor, found := TeamInEvent(team, subject.event)):
        raise NotFound()
    return found, submission
