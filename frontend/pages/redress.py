"""Redress in a call: the team asks on the page of its own result, organisers decide on a page for each request."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.paging import page_of
from events.core.refusals import Invalid, NotFound
from events.core.sheets import Cell, write_csv, write_xlsx
from events.core.translation import Message, _
from events.rounds.calls import FATE_NAMES
from events.rounds.redress import (
    LONGEST,
    VERDICT_NAMES,
    RedressCard,
    RedressRequest,
    RedressVerdict,
    ToldResult,
    ask_for_redress,
    decide_redress,
    get_redress,
    redress_in,
    told_result,
    withdraw_redress,
)
from events.rounds.rounds import RoundInEvent, Scheme
from frontend.buttons import NoForm
from frontend.pages.calls import own_submission, show_own
from frontend.pages.events import page_number
from frontend.pages.exports import XLSX, sent_table
from frontend.pages.rounds import organised_round, the_round, to_round, words
from frontend.web import NOTHING, Filled, Form, page, redirect, render

ROWS = 50
# Names of columns are what scripts read, so they are the same in every language.
COLUMNS = ["request", "submission", "team", "asked_at", "asked_by", "reason", "withdrawn_at", "verdict", "decided_at",
           "decided_by", "decision"]  # fmt: skip


class AskForm(Form):
    """What went wrong."""

    reason: str = ""


class DecisionForm(Form):
    """What is decided, and why."""

    verdict: str = ""
    decision: str = ""


def _told(db: Database, request: Request) -> tuple[Actor, RoundInEvent, ToldResult]:
    """What the actor's own team was told; NotFound for all others."""
    actor, subject = the_round(db, request)
    team, submission = own_submission(db, actor, subject)
    told = told_result(db, subject, team, submission)
    if told is None:
        raise NotFound()
    return actor, subject, told


def _to_own(request: Request, subject: RoundInEvent, told: Message) -> Response:
    slug = subject.event.event.slug
    return redirect(request, "call_result", event=slug, round=subject.round.public_id, flash=told)


@page(form=AskForm, again=show_own, signed_in=True)
def ask_now(request: Request, form: AskForm) -> Response:
    with transaction() as db:
        actor, subject, told = _told(db, request)
        ask_for_redress(db, actor, told, reason=form.reason)
    return _to_own(request, subject, _("Asked. The organisers are told, and your team gets a copy."))


@page(form=NoForm, again=show_own, signed_in=True)
def withdraw_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject, told = _told(db, request)
        withdraw_redress(db, actor, told)
    return _to_own(request, subject, _("Taken back. That your team asked stays on record."))


def _call(db: Database, request: Request) -> tuple[Actor, RoundInEvent]:
    actor, subject = organised_round(db, request)
    if subject.round.scheme is not Scheme.CALL:
        raise NotFound()
    return actor, subject


@page(signed_in=True)
def show_requests(request: Request) -> Response:
    with reading() as db:
        actor, subject = _call(db, request)
        cards = redress_in(db, actor, subject)
    waiting = sum(1 for one in cards if one.request.verdict is None and one.request.withdrawn_at is None)
    return render(
        request, "redress/list.html", event=subject.event, subject=subject, waiting=waiting,
        cards=page_of(cards, page_number(request), size=ROWS), base=f"{request.url.path}?page=",
        verdicts=VERDICT_NAMES, **words(),
    )  # fmt: skip


@page(signed_in=True)
def show_request(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _call(db, request)
        told, card = get_redress(db, actor, subject, request.path_params["redress"])
    refusal = why_not(actor, "decide_redress", told)
    return render(
        request, "redress/request.html", event=subject.event, subject=subject, card=card, told=told, form=form,
        may_decide=may(actor, "decide_redress", told), fate_names=FATE_NAMES, verdicts=VERDICT_NAMES,
        refusal=refusal.message if refusal and card.request.verdict is None else "", longest=LONGEST,
        options=[(one.value, name) for one, name in VERDICT_NAMES.items()],
    )  # fmt: skip


@page(form=DecisionForm, again=show_request, signed_in=True)
def decide_now(request: Request, form: DecisionForm) -> Response:
    if form.verdict not in set(RedressVerdict):
        raise Invalid({"verdict": _("Choose what you decide.")})
    with transaction() as db:
        actor, subject = _call(db, request)
        told, _card = get_redress(db, actor, subject, request.path_params["redress"])
        decide_redress(db, actor, told, verdict=RedressVerdict(form.verdict), decision=form.decision)
    return to_round(request, subject, _("Decided. The team is told, with your reasons."), "round_redress")


def _table(request: Request) -> tuple[str, list[list[Cell]]]:
    with reading() as db:
        actor, subject = _call(db, request)
        return f"{subject.event.event.slug}-round-{subject.id}-redress", _rows(redress_in(db, actor, subject))


@page(signed_in=True)
def send_csv(request: Request) -> Response:
    name, rows = _table(request)
    return sent_table(write_csv(COLUMNS, rows), f"{name}.csv", "text/csv; charset=utf-8")


@page(signed_in=True)
def send_xlsx(request: Request) -> Response:
    name, rows = _table(request)
    return sent_table(write_xlsx(COLUMNS, rows, str(_("Redress"))), f"{name}.xlsx", XLSX)


def _rows(cards: Iterable[RedressCard]) -> list[list[Cell]]:
    def line(one: RedressCard, row: RedressRequest) -> list[Cell]:
        return [
            row.public_id, one.title, one.team, row.asked_at, one.asked_by, row.reason, row.withdrawn_at,
            row.verdict.value if row.verdict else "", row.decided_at, one.decided_by, row.decision,
        ]  # fmt: skip

    return [line(one, one.request) for one in cards]
