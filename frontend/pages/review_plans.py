"""Findings as records, the host's responses, and the action plan with what is owed; the plan as a file."""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response as Answer

from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotFound
from events.core.sheets import Cell, write_csv, write_xlsx
from events.core.translation import Message, _
from events.people import Person, find_person, people_by_id
from frontend.buttons import NoForm
from frontend.pages.exports import XLSX, sent_table
from frontend.pages.reviews import the_review
from frontend.review_tabs import review_tabs
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.peer_reviews.action_plans import (
    ACTION_STATE_NAMES,
    UNFINISHED,
    ActionState,
    ReviewAction,
    actions_of,
    owner_ids,
    plan_action,
)
from sessions.peer_reviews.attribution import names_shown, protected_in, without_names, words_of_host
from sessions.peer_reviews.boards import host_of
from sessions.peer_reviews.findings import (
    EFFORT_NAMES,
    HORIZON_NAMES,
    LEVEL_NAMES,
    RESPONSE_NAMES,
    FindingState,
    Response,
    findings_of,
)
from sessions.peer_reviews.follow_ups import close_review, owed_by_host, reports_of
from sessions.peer_reviews.records import FindingRecord, finding_shown, get_finding
from sessions.peer_reviews.responses import respond_to_finding, responses_to
from sessions.peer_reviews.reviews import ReviewInEvent, inside_review, runs_review
from sessions.peer_reviews.templates import STEP_NAMES
from sessions.reports.naming import naming_in

RESPONSE_MARKS = {
    Response.NONE: ("ring", "plain"), Response.ACCEPT: ("check", "ok"), Response.ADAPT: ("half", "ok"),
    Response.REJECT: ("cross", "problem"),
}  # fmt: skip
ACTION_MARKS = {
    ActionState.OPEN: ("ring", "plain"), ActionState.IN_WORK: ("half", "ok"), ActionState.DONE: ("check", "ok"),
    ActionState.DROPPED: ("bar", "plain"),
}  # fmt: skip
FINDING_STATES: dict[FindingState, tuple[Message, str, str]] = {
    FindingState.DRAFT: (_("Draft"), "square", "plain"),
    FindingState.AGREED: (_("Agreed"), "check", "ok"),
    FindingState.WITHDRAWN: (_("Withdrawn"), "cross", "plain"),
}
ANSWERS = [(one.value, RESPONSE_NAMES[one]) for one in Response if one is not Response.NONE]


class RespondForm(Form):
    """What a host says to a finding."""

    response: str = ""
    why: str = ""
    version: int = 0


class ActionForm(Form):
    """What is done, by whom (in words, or by the address of somebody here), and until when."""

    action: str = ""
    owner: str = ""
    owner_email: str = ""
    due_on: str = ""
    version: int = 0


def day_in(text: str) -> date | None:
    """The day that a form names; None for none, refused where it is not one."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid({"due_on": _("Please give a day, such as 2026-05-31.")}) from None


def owner_of(db: Database, email: str) -> Person | None:
    """The person with this address; None for none, refused for a stranger's."""
    if not email:
        return None
    found = find_person(db, email)
    if found is None:
        raise Invalid({"owner_email": _("Nobody here has this address. Name them in words instead.")})
    return found


def words_of_plans() -> dict[str, Any]:
    """What pages of action plans call things."""
    return {
        "response_names": RESPONSE_NAMES, "response_marks": RESPONSE_MARKS, "action_names": ACTION_STATE_NAMES,
        "action_marks": ACTION_MARKS, "finding_states": FINDING_STATES, "level_names": LEVEL_NAMES,
        "effort_names": EFFORT_NAMES, "horizon_names": HORIZON_NAMES, "step_names": STEP_NAMES,
        "unfinished": UNFINISHED,
    }  # fmt: skip


def _record(db: Database, request: Request) -> tuple[Actor, FindingRecord]:
    actor, _event, subject = the_review(db, request)
    return actor, get_finding(db, actor, subject, request.path_params["finding"])


def insider(db: Database, request: Request) -> tuple[Actor, ReviewInEvent]:
    """The review that is asked for, for who is inside it; others are told that there is nothing."""
    actor, _event, subject = the_review(db, request)
    if not inside_review(actor, subject):
        raise NotFound()
    return actor, subject


@page()
def show_record(request: Request, form: Filled = NOTHING) -> Answer:
    with reading() as db:
        actor, event, subject = the_review(db, request)
        record = get_finding(db, actor, subject, request.path_params["finding"])
        shown, inside = finding_shown(db, actor, record), inside_review(actor, subject)
        actions = [one for one in actions_of(db, subject.id) if one.finding_id == record.id] if inside else []
        said = responses_to(db, record.id) if inside else []
        host, topic = host_of(db, subject), words_of_host(db, actor, subject)(subject.review.topic)
    finding = record.finding
    answering = form if "why" in form.values else NOTHING  # who chose no answer sends none
    answering = answering.with_values(
        response="" if finding.response is Response.NONE else finding.response.value, why=finding.response_why
    )
    return render(
        request, "peer_reviews/record.html", event=event, subject=subject, review=subject.review, finding=finding,
        texts=shown.texts, practice_by=shown.practice_by, host=host, topic=topic, actions=actions, said=said,
        inside=inside, form=form, answering=answering, planning=form if "action" in form.values else NOTHING,
        answers=ANSWERS,
        may_respond=may(actor, "respond_to_finding", record), may_plan=may(actor, "plan_action", record),
        tabs_of_review=review_tabs(actor, subject, "review_plan"), **words_of_plans(),
    )  # fmt: skip


@page(form=RespondForm, again=show_record, signed_in=True)
def respond_now(request: Request, form: RespondForm) -> Answer:
    with transaction() as db:
        actor, record = _record(db, request)
        known = form.response in {one.value for one in Response}
        said = Response(form.response) if known else Response.NONE
        respond_to_finding(db, actor, record, response=said, why=form.why, version=form.version)
    return _to_record(request, record, _("Saved."))


def _to_record(request: Request, record: FindingRecord, told: Message) -> Answer:
    ids = {"event": record.event.slug, "review": record.review.public_id, "finding": record.finding.public_id}
    return redirect(request, "finding_record", flash=told, **ids)


@page(form=ActionForm, again=show_record, signed_in=True)
def plan_now(request: Request, form: ActionForm) -> Answer:
    with transaction() as db:
        actor, record = _record(db, request)
        plan_action(
            db, actor, record, action=form.action, due_on=day_in(form.due_on), owner=form.owner,
            owner_person=owner_of(db, form.owner_email),
        )  # fmt: skip
    return _to_record(request, record, _("Planned."))


@page(signed_in=True)
def show_plan(request: Request, form: Filled = NOTHING) -> Answer:
    with reading() as db:
        actor, event, subject = the_review(db, request)
        insider(db, request)
        findings = findings_of(db, subject.id, FindingState.AGREED)
        actions = actions_of(db, subject.id)
        names = {id: one.name for id, one in people_by_id(db, owner_ids(actions)).items()}
        reports = reports_of(db, subject.id)
        owed = owed_by_host(db, subject) if runs_review(actor, subject) or may(actor, "close_review", subject) else []
    return render(
        request, "peer_reviews/plan.html", event=event, subject=subject, review=subject.review, findings=findings,
        actions={one.id: [each for each in actions if each.finding_id == one.id] for one in findings}, names=names,
        reports=reports, owed=owed, form=form, may_close=may(actor, "close_review", subject),
        tabs_of_review=review_tabs(actor, subject, "review_plan"), **words_of_plans(),
    )  # fmt: skip


@page(form=NoForm, again=show_plan, signed_in=True)
def close_now(request: Request, form: NoForm) -> Answer:
    with transaction() as db:
        actor, _event, subject = the_review(db, request)
        close_review(db, actor, subject)
    ids = {"event": subject.event.slug, "review": subject.review.public_id}
    return redirect(request, "review_plan", flash=_("The review is closed."), **ids)


def _table(request: Request) -> tuple[str, list[str], list[list[Cell]]]:
    """The plan as it may leave the review: without the names of those whom a private one protects."""
    with reading() as db:
        _actor, subject = insider(db, request)
        findings = {one.id: one for one in findings_of(db, subject.id)}
        actions = actions_of(db, subject.id)
        naming = naming_in(db, subject.event.programme_id)
        owners = naming.owners(owner_ids(actions), subject.id)
        protected, reports = protected_in(db, subject.id), reports_of(db, subject.id)
        shown = names_shown(Actor(), subject)

        def told(text: str) -> str:
            return without_names(text, protected, shown=shown)

        header = [_("Finding"), _("Recommendation"), _("Response"), _("Action"), _("Who"), _("Until"), _("State"),
                  _("Reason"), _("Proof"), _("Last report")]  # fmt: skip
        rows: list[list[Cell]] = []
        for one in actions:
            finding, said = findings[one.finding_id], reports.get(one.id or 0, [])
            who = ", ".join(filter(None, (owners.get(one.owner_id or 0, ""), told(one.owner))))
            rows.append(
                [finding.number, told(finding.recommendation or finding.finding), str(RESPONSE_NAMES[finding.response]),
                 told(one.action), who, one.due_on, str(ACTION_STATE_NAMES[one.state]), told(one.reason),
                 told(one.proof), told(said[-1].note) if said else ""]
            )  # fmt: skip
        return subject.review.public_id, [str(one) for one in header], rows


@page(signed_in=True)
def send_csv(request: Request) -> Answer:
    name, header, rows = _table(request)
    return sent_table(write_csv(header, rows), f"action-plan-{name}.csv", "text/csv; charset=utf-8")


@page(signed_in=True)
def send_xlsx(request: Request) -> Answer:
    name, header, rows = _table(request)
    return sent_table(write_xlsx(header, rows, str(_("Action plan"))), f"action-plan-{name}.xlsx", XLSX)


def overdue(one: ReviewAction, today: date) -> bool:
    """Whether an action should be finished."""
    return one.state in UNFINISHED and one.due_on < today
