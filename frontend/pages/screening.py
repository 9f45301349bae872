"""Screening as organisers see it: what is asked, who screens, how far it is, what is to be decided, telling teams."""

from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.paging import page_of
from events.core.refusals import Invalid, NotFound
from events.core.sheets import write_csv, write_xlsx
from events.core.translation import N_, Message, _
from events.judging.words import shortage_in_words
from events.people import PersonState, find_by_public_id, find_person
from events.roles import organiser_of_event
from events.rounds.boards import names_of
from events.rounds.exports import Table
from events.screening.assigning import assign_screeners, close_screening, open_screening
from events.screening.boards import ScreenedRow, screening_board, screening_table
from events.screening.decisions import decide_eligibility, release_eligibility
from events.screening.eligibility import OUTCOME_NAMES, Outcome
from events.screening.rows import LONGEST_REASON, Verdict
from events.screening.screenings import (
    LONGEST,
    QuestionPlan,
    ScreeningInEvent,
    ScreeningState,
    end_screener,
    find_screening,
    get_screening,
    name_screener,
    questions_of,
    remove_screening,
    set_screening_up,
)
from events.screening.verdicts import ScreenedWork, get_screened_work, versions_of_verdicts
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.pages.exports import XLSX, sent_table
from frontend.pages.rounds import ROWS, judged_event
from frontend.round_form import KINDS
from frontend.rows import beside, filled_rows, numbers_shown
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, page, redirect, render

STATES: dict[ScreeningState, tuple[Message, str, str]] = {
    ScreeningState.DRAFT: (_("Draft"), "square", "plain"),
    ScreeningState.OPEN: (_("Open"), "ring", "ok"),
    ScreeningState.CLOSED: (_("Closed"), "bar", "plain"),
}
OUTCOME_MARKS = {
    Outcome.WAITING: ("ring", "plain"),
    Outcome.DISAGREEMENT: ("diamond", "warn"),
    Outcome.ELIGIBLE: ("check", "ok"),
    Outcome.NOT_ELIGIBLE: ("cross", "problem"),
}
VERDICT_NAMES: dict[Verdict, Message] = {
    Verdict.ELIGIBLE: _("Eligible"),
    Verdict.NOT_ELIGIBLE: _("Not eligible"),
    Verdict.UNSURE: _("Unsure"),
    Verdict.UNDONE: _("Taken back"),
}
VERDICT_MARKS = {
    Verdict.ELIGIBLE: ("check", "ok"),
    Verdict.NOT_ELIGIBLE: ("cross", "problem"),
    Verdict.UNSURE: ("half", "warn"),
    Verdict.UNDONE: ("bar", "plain"),
}
ANSWER_NAMES = {"yes": _("Yes"), "no": _("No"), "unclear": _("Unclear")}


class SetupForm(Form):
    """What is asked: questions and a word of help ('question-0', 'help-0') in `answers`."""

    takes_answers: ClassVar[bool] = True
    about: str = ""
    kinds: list[str] = Field(default_factory=list)
    answers: dict[str, str] = Field(default_factory=dict)


class ScreenerForm(Form):
    """Somebody who is to screen, by their address."""

    email: str = ""


class EndForm(Form):
    """Somebody who screens no more, by their public id."""

    person: str = ""


class DecideForm(Form):
    """What an organiser decides, and why."""

    eligible: str = ""
    reason: str = ""


def words() -> dict[str, Any]:
    """What pages of screening call things."""
    return {
        "outcome_names": OUTCOME_NAMES, "outcome_marks": OUTCOME_MARKS, "verdict_names": VERDICT_NAMES,
        "verdict_marks": VERDICT_MARKS, "answer_names": ANSWER_NAMES, "states": STATES,
    }  # fmt: skip


def the_screening(db: Database, request: Request) -> tuple[Actor, ScreeningInEvent]:
    """The screening that is asked for, for organisers and screeners."""
    actor, event = judged_event(db, request)
    return actor, get_screening(db, actor, event)


def organised_screening(db: Database, request: Request) -> tuple[Actor, ScreeningInEvent]:
    """The screening that is asked for, for organisers; others are told that there is nothing."""
    actor, subject = the_screening(db, request)
    if not organiser_of_event(actor, subject):
        raise NotFound()
    return actor, subject


def to_board(request: Request, subject: ScreeningInEvent, told: Message, name: str = "screening") -> Response:
    """Back to a page of the screening, with a sentence."""
    return redirect(request, name, event=subject.event.event.slug, flash=told)


@page(signed_in=True)
def show_board(request: Request, form: Filled = NOTHING) -> Response:
    return _board(request, "screening/screening.html", form)


@page(signed_in=True)
def board_fragment(request: Request) -> Response:
    return _board(request, "screening/board.html", NOTHING)


def _board(request: Request, template: str, form: Filled) -> Response:
    with reading() as db:
        actor, subject = organised_screening(db, request)
        board = screening_board(db, actor, subject)
        asked = len(questions_of(db, subject.id))
    opening = why_not(actor, "open_screening", subject)
    return render(
        request, template, event=subject.event, subject=subject, board=board, form=form, asked=asked,
        rows=page_of(board.rows, page_number(request), size=ROWS), base="?page=",
        why_not_open=opening.message if opening is not None else "", may_release=may(actor, "release_eligibility",
        subject), may_name=may(actor, "name_screener", subject), **words(),
    )  # fmt: skip


@page(signed_in=True)
def edit_screening(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = judged_event(db, request)
        only_if_may(actor, "set_screening_up", event)
        row = find_screening(db, event.id)
        questions = questions_of(db, row.id) if row else []
    values: dict[str, Any] = {"about": row.about, "kinds": list(row.kinds)} if row else {"kinds": ["same_cluster"]}
    for number, one in enumerate(questions):
        values |= {f"question-{number}": one.text, f"help-{number}": one.help}
    form = form.with_values(**values)
    return render(
        request, "screening/edit.html", event=event, screening=row, form=form, kinds=KINDS, longest=LONGEST,
        questions=numbers_shown(form.values, "question", len(questions)),
        changeable=row is None or row.state is ScreeningState.DRAFT, asked=questions, **words(),
    )  # fmt: skip


@page(form=SetupForm, again=edit_screening, signed_in=True)
def set_up_now(request: Request, form: SetupForm) -> Response:
    rows = filled_rows(form.answers, "question", "help")
    with transaction() as db:
        actor, event = judged_event(db, request)
        only_if_may(actor, "set_screening_up", event)
        with beside(rows):
            questions = [QuestionPlan(one.typed["question"], one.typed["help"]) for one in rows]
            made = set_screening_up(db, actor, event, about=form.about, questions=questions, kinds=form.kinds)
    return to_board(request, made, _("Saved. Name the screeners next."), "screening_people")


@page(form=NoForm, again=show_board, signed_in=True)
def remove_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_screening(db, request)
        remove_screening(db, actor, subject)
    return redirect(request, "judging", event=subject.event.event.slug, flash=_("There is no screening any more."))


@page(signed_in=True)
def show_people(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = organised_screening(db, request)
        board = screening_board(db, actor, subject)
    refusal = why_not(actor, "name_screener", subject)
    return render(
        request, "screening/people.html", event=subject.event, subject=subject, board=board, form=form,
        changeable=refusal is None, refusal=refusal.message if refusal else "", **words(),
    )  # fmt: skip


@page(form=ScreenerForm, again=show_people, signed_in=True)
def name_now(request: Request, form: ScreenerForm) -> Response:
    with transaction() as db:
        actor, subject = organised_screening(db, request)
        person = find_person(db, form.email)
        if person is None or person.state is PersonState.ERASED:
            sentence = _("Nobody here has this address. Ask them to sign in once, then name them.")
            raise Invalid({"email": sentence})
        name_screener(db, actor, subject, person_id=person.id or 0)
    told = _("%(name)s screens now. Assign the submissions again.", name=person.name or person.email)
    return to_board(request, subject, told, "screening_people")


@page(form=EndForm, again=show_people, signed_in=True)
def end_now(request: Request, form: EndForm) -> Response:
    with transaction() as db:
        actor, subject = organised_screening(db, request)
        person = find_by_public_id(db, form.person) if form.person else None
        if person is None:
            raise NotFound()
        end_screener(db, actor, subject, person_id=person.id or 0)
    told = _("They screen no more. What they said counts. Assign the submissions again.")
    return to_board(request, subject, told, "screening_people")


@page(form=NoForm, again=show_people, signed_in=True)
def assign_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_screening(db, request)
        found = assign_screeners(db, actor, subject)
        board = screening_board(db, actor, subject)
    if not found.shortages:
        return to_board(request, subject, _("Assigned: two different people look at each submission."))
    names = {row.work.submission_id: row.title for row in board.rows}
    said = [(names[one.submission], shortage_in_words(one, names[one.submission])) for one in found.shortages]
    return render(request, "screening/shortages.html", event=subject.event, found=found, said=said)


@page(form=NoForm, again=show_board, signed_in=True)
def open_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_screening(db, request)
        open_screening(db, actor, subject)
    return to_board(request, subject, _("Open. Everybody who has something to screen is told by letter."))


@page(form=NoForm, again=show_board, signed_in=True)
def close_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_screening(db, request)
        close_screening(db, actor, subject)
    return to_board(request, subject, _("Closed. You can still decide, and tell the teams."))


@page(form=NoForm, again=show_board, signed_in=True)
def release_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_screening(db, request)
        count = release_eligibility(db, actor, subject)
    told = N_("%(count)s team is told by letter.", "%(count)s teams are told by letter.", count)
    return to_board(request, subject, told)


def _screened(db: Database, request: Request) -> tuple[Actor, ScreeningInEvent, ScreenedWork, ScreenedRow]:
    actor, subject = organised_screening(db, request)
    work = get_screened_work(db, actor, subject, request.path_params["work"])
    board = screening_board(db, actor, subject)
    return actor, subject, work, next(one for one in board.rows if one.work.public_id == work.work.public_id)


@page(signed_in=True)
def show_screened(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject, work, row = _screened(db, request)
        history = versions_of_verdicts(db, subject.id, work.work.submission_id)
        names = names_of(db, {one.person_id for one in history} | {row.eligibility.decision.decided_by_id or 0}
                         if row.eligibility.decision else {one.person_id for one in history})  # fmt: skip
        questions = questions_of(db, subject.id)
    refusal = why_not(actor, "decide_eligibility", work)
    return render(
        request, "screening/screened.html", event=subject.event, subject=subject, row=row, form=form, history=history,
        names=names, questions=questions, longest=LONGEST_REASON, may_decide=refusal is None,
        mine=any(one.person_id == actor.person for one in row.eligibility.verdicts), **words(),
    )  # fmt: skip


@page(form=DecideForm, again=show_screened, signed_in=True)
def decide_now(request: Request, form: DecideForm) -> Response:
    if form.eligible not in ("yes", "no"):
        raise Invalid({"eligible": _("Say whether it is eligible.")})
    with transaction() as db:
        actor, subject, work, _row = _screened(db, request)
        decide_eligibility(db, actor, work, eligible=form.eligible == "yes", reason=form.reason)
    return to_board(request, subject, _("Decided. The team is told when you release it."))


def _table(request: Request) -> tuple[str, Table]:
    with reading() as db:
        actor, subject = organised_screening(db, request)
        return f"{subject.event.event.slug}-screening", screening_table(db, actor, subject)


@page(signed_in=True)
def send_csv(request: Request) -> Response:
    name, table = _table(request)
    return sent_table(write_csv(*table), f"{name}.csv", "text/csv; charset=utf-8")


@page(signed_in=True)
def send_xlsx(request: Request) -> Response:
    name, table = _table(request)
    return sent_table(write_xlsx(*table, str(_("Screening"))), f"{name}.xlsx", XLSX)
