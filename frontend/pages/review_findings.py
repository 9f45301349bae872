"""Findings of a review as records: the list by question, the form, and what was agreed on."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.translation import Message, _
from frontend.pages.review_meetings import inside
from frontend.pages.reviews import the_review
from frontend.review_tabs import review_tabs
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.peer_reviews.attribution import words_of_host
from sessions.peer_reviews.findings import EFFORT_NAMES, HORIZON_NAMES, LEVEL_NAMES, LONGEST, FindingState
from sessions.peer_reviews.reviews import (
    ReviewInEvent,
    ReviewQuestion,
    all_questions_of,
    inside_review,
    questions_of,
)
from sessions.peer_reviews.shared_board import board_entries
from sessions.peer_reviews.writing_up import (
    FindingInReview,
    Wording,
    agree_finding,
    change_finding,
    get_finding,
    peers_of,
    record_finding,
    shown_findings,
    versions_of,
    withdraw_finding,
    wording_of,
)

STATES: dict[FindingState, tuple[Message, str, str]] = {
    FindingState.DRAFT: (_("Draft"), "square", "plain"),
    FindingState.AGREED: (_("Agreed"), "check", "ok"),
    FindingState.WITHDRAWN: (_("Withdrawn"), "bar", "plain"),
}


class WordingForm(Form):
    """A finding as it is typed; `version` is the one that was seen."""

    finding: str = ""
    question: str = ""
    evidence: str = ""
    recommendation: str = ""
    level: str = ""
    addressee: str = ""
    effort: str = ""
    impact: int = 3
    horizon: str = ""
    practice: str = ""
    practice_by: str = ""
    version: int = 0

    @property
    def wording(self) -> Wording:
        """What it says."""
        return Wording(**self.model_dump(exclude={"version"}))


class VersionForm(Form):
    """Which version of a finding was seen."""

    version: int = 0


def _words() -> dict[str, Any]:
    return {"levels": LEVEL_NAMES, "efforts": EFFORT_NAMES, "horizons": HORIZON_NAMES, "states": STATES}


@page()
def show_findings(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = the_review(db, request)
        if not inside_review(actor, subject) and subject.review.published_at is None:
            raise NotFound()
        found = shown_findings(db, actor, subject)
        questions = all_questions_of(db, subject.id)
        known = {one.id for one in questions}
        groups = [(one, [it for it in found if it.finding.question_id == one.id]) for one in questions]
        others = [one for one in found if one.finding.question_id not in known]
        changeable = {
            one.finding.id
            for one in found
            if may(actor, "change_finding", FindingInReview(one.finding, subject.review, subject.event))
        }
        return render(
            request, "review_meetings/findings.html", event=event, subject=subject, review=subject.review, form=form,
            groups=groups, others=others, found=found, changeable=changeable, said=words_of_host(db, actor, subject),
            writable=may(actor, "record_finding", subject), inside=inside_review(actor, subject),
            tabs_of_review=review_tabs(actor, subject, "review_findings"), **_words(),
        )  # fmt: skip


def _form_page(
    db: Database, request: Request, subject: ReviewInEvent, event: Any, form: Filled, **more: Any
) -> Response:
    return render(
        request, "review_meetings/finding.html", event=event, subject=subject, review=subject.review, form=form,
        questions=_to_choose(db, subject, form.values.get("question", "")), peers=peers_of(db, subject.id),
        most=LONGEST, **_words(), **more,
    )  # fmt: skip


def _to_choose(db: Database, subject: ReviewInEvent, chosen: str) -> list[ReviewQuestion]:
    """The questions that a finding can be about; one that was dropped only where it is about that one already."""
    return [one for one in all_questions_of(db, subject.id) if one.dropped_at is None or one.public_id == chosen]


@page(signed_in=True)
def show_new(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = inside(db, request)
        only_if_may(actor, "record_finding", subject)
        values = asdict(Wording(""))
        taken = request.query_params.get("entry", "")
        entry = next((one for one in board_entries(db, actor, subject) if one.id == taken), None)
        if entry is not None:
            number = {one.number: one.public_id for one in questions_of(db, subject.id)}
            values |= {entry.kind: entry.text, "question": number.get(entry.question, "")}
        return _form_page(
            db, request, subject, event, form.with_values(**values), finding=None, versions=[], changeable=True,
            agreeable=False, withdrawable=False, entries=board_entries(db, actor, subject),
        )  # fmt: skip


@page(signed_in=True)
def show_finding(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = inside(db, request)
        found = get_finding(db, actor, subject, request.path_params["finding"])
        row = found.finding
        return _form_page(
            db, request, subject, event, form.with_values(**asdict(wording_of(db, row))), finding=row,
            versions=versions_of(db, row.id or 0), changeable=may(actor, "change_finding", found),
            agreeable=may(actor, "agree_finding", found) and row.state is not FindingState.AGREED,
            withdrawable=may(actor, "withdraw_finding", found) and row.state is not FindingState.WITHDRAWN, entries=[],
        )  # fmt: skip


def back(request: Request, said: Message) -> Response:
    """Back to the list."""
    ids = {"event": request.path_params["event"], "review": request.path_params["review"]}
    return redirect(request, "review_findings", flash=said, **ids)


@page(form=WordingForm, again=show_new, signed_in=True)
def record_now(request: Request, form: WordingForm) -> Response:
    with transaction() as db:
        actor, _event, subject = inside(db, request)
        row = record_finding(db, actor, subject, wording=form.wording)
    return back(request, _("Finding %(number)s is written down.", number=row.number))


@page(form=WordingForm, again=show_finding, signed_in=True)
def change_now(request: Request, form: WordingForm) -> Response:
    with transaction() as db:
        actor, _event, subject = inside(db, request)
        found = get_finding(db, actor, subject, request.path_params["finding"])
        change_finding(db, actor, found, wording=form.wording, version=form.version)
    return back(request, _("Saved. What it said before is kept."))


@page(form=VersionForm, again=show_findings, signed_in=True)
def agree_now(request: Request, form: VersionForm) -> Response:
    with transaction() as db:
        actor, _event, subject = inside(db, request)
        found = get_finding(db, actor, subject, request.path_params["finding"])
        agree_finding(db, actor, found, version=form.version)
    return back(request, _("Agreed. It stands in the report."))


@page(form=VersionForm, again=show_findings, signed_in=True)
def withdraw_now(request: Request, form: VersionForm) -> Response:
    with transaction() as db:
        actor, _event, subject = inside(db, request)
        found = get_finding(db, actor, subject, request.path_params["finding"])
        withdraw_finding(db, actor, found, version=form.version)
    return back(request, _("Withdrawn. It stands in no report."))
