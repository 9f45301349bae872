"""A screener's pages: what waits, and saying whether one submission is eligible."""

from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotFound
from events.core.translation import Message, _
from events.deadlines import FIRST_STAGE
from events.roles import screener_of_event
from events.screening.boards import is_newer, lines_for_screener
from events.screening.rows import LONGEST_REASON, ScreeningVerdict, Verdict
from events.screening.screenings import ScreeningInEvent, questions_of
from events.screening.verdicts import (
    ScreenedWork,
    declare_conflict_as_screener,
    find_given,
    find_sent,
    get_work_to_screen,
    give_verdict,
    last_verdict,
    undo_verdict,
)
from events.submissions import Submission, SubmissionVersion, counting_versions
from events.teams import Team
from frontend.pages.judging import new_client_id
from frontend.pages.screening import the_screening, words
from frontend.web import NOTHING, Filled, Form, page, redirect, render

CHOICES = (
    (Verdict.ELIGIBLE.value, _("Eligible")),
    (Verdict.NOT_ELIGIBLE.value, _("Not eligible")),
    (Verdict.UNSURE.value, _("Unsure"), _("The organisers decide, with your reason before them.")),
)
ANSWER_CHOICES = (("yes", _("Yes")), ("no", _("No")), ("unclear", _("Unclear")))


class VerdictForm(Form):
    """What somebody finds: answers by number of the question ('answer-1') in `answers`; `read` is the version of the
    submission that was on the page, `seen` that of the verdict."""

    takes_answers: ClassVar[bool] = True
    verdict: str = ""
    reason: str = ""
    seen: int = Field(0, ge=0, le=1_000_000)
    read: int = Field(0, ge=0, le=1_000_000)
    client_id: str = ""
    answers: dict[str, str] = Field(default_factory=dict)


class UndoForm(Form):
    """Which version was on the page, and the sender's own id."""

    seen: int = Field(0, ge=0, le=1_000_000)
    client_id: str = ""


class ConflictForm(Form):
    """Why somebody should not screen this."""

    conflict_reason: str = ""


def _mine(db: Database, request: Request) -> tuple[Actor, ScreeningInEvent]:
    actor, subject = the_screening(db, request)
    if not screener_of_event(actor, subject):
        raise NotFound()
    return actor, subject


def _work(db: Database, request: Request) -> tuple[Actor, ScreeningInEvent, ScreenedWork]:
    actor, subject = _mine(db, request)
    return actor, subject, get_work_to_screen(db, actor, subject, request.path_params["work"])


@page(signed_in=True)
def show_mine(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _mine(db, request)
        lines = lines_for_screener(db, actor, subject)
    waiting = [one for one in lines if one.verdict is None]
    return render(
        request, "screening/mine.html", event=subject.event, subject=subject, lines=lines, waiting=waiting, form=form,
        **words(),
    )  # fmt: skip


@page(signed_in=True)
def show_work(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject, work = _work(db, request)
        latest = last_verdict(db, subject.id, actor.person or 0, work.work.submission_id)
        questions = questions_of(db, subject.id)
        submission = db.get_one(Submission, work.work.submission_id)
        team = db.get_one(Team, submission.team_id)
        version = counting_versions(db, [submission.id or 0], FIRST_STAGE).get(submission.id or 0)
    closed = why_not(actor, "give_verdict", work)
    values = _values(latest)
    stale = latest if form.refused and latest and str(form.values.get("seen", "")) != str(latest.number) else None
    return render(
        request, "screening/work.html", event=subject.event, subject=subject, work=work, says=_reads(version),
        team=team.name, submission=submission.public_id, title=submission.title or team.name, questions=questions,
        form=form.with_values(**values), latest=latest, stale=stale if stale and "verdict" in form.values else None,
        seen=latest.number if latest else 0, read=version.number if version else 0,
        client_id=new_client_id(), undo_id=new_client_id(),
        closed=closed.message if closed is not None else "", choices=CHOICES, answer_choices=ANSWER_CHOICES,
        longest=LONGEST_REASON, newer=is_newer(version, [latest] if latest else []),
        undoable=latest is not None and latest.verdict is not Verdict.UNDONE, **words(),
    )  # fmt: skip


def _reads(version: SubmissionVersion | None) -> dict[str, Any]:
    blank: dict[str, Any] = {"summary": "", "text": "", "links": [], "video": "", "files": [], "answers": [],
                             "keywords": [], "repository": ""}  # fmt: skip
    return blank | (version.content if version else {})


def _values(latest: ScreeningVerdict | None) -> dict[str, Any]:
    if latest is None or latest.verdict is Verdict.UNDONE:
        return {}
    answers = {f"answer-{number}": answer for number, answer in latest.answers.items()}
    return {"verdict": latest.verdict.value, "reason": latest.reason, **answers}


def _on(request: Request, db: Database, actor: Actor, subject: ScreeningInEvent, told: Message) -> Response:
    """On to what waits next, or back to the list."""
    waits = next((one for one in lines_for_screener(db, actor, subject) if one.verdict is None), None)
    slug = subject.event.event.slug
    if waits is None:
        return redirect(request, "my_screening", event=slug, flash=told)
    return redirect(request, "screen_work", event=slug, work=waits.public_id, flash=told)


@page(form=VerdictForm, again=show_work, signed_in=True)
def give_now(request: Request, form: VerdictForm) -> Response:
    given = [one for one in Verdict if one is not Verdict.UNDONE and one.value == form.verdict]
    if not given:
        raise Invalid({"verdict": _("Say whether it is eligible.")})
    with transaction() as db:
        actor, subject = _mine(db, request)
        answers = _answers(form)
        there = find_given(
            db, actor, subject, work=request.path_params["work"], verdict=given[0], answers=answers,
            reason=form.reason, client_id=form.client_id,
        )  # fmt: skip
        if there is None:
            work = get_work_to_screen(db, actor, subject, request.path_params["work"])
            give_verdict(
                db, actor, work, verdict=given[0], answers=answers, reason=form.reason, seen=form.seen,
                client_id=form.client_id, read=form.read,
            )  # fmt: skip
        return _on(request, db, actor, subject, _("Saved."))


def _answers(form: VerdictForm) -> dict[int, str]:
    found = {}
    for name, answer in form.answers.items():
        field, _dash, number = name.partition("-")
        if field == "answer" and number.isascii() and number.isdecimal() and len(number) < 4:
            found[int(number)] = answer
    return found


@page(form=UndoForm, again=show_work, signed_in=True)
def undo_now(request: Request, form: UndoForm) -> Response:
    with transaction() as db:
        actor, subject = _mine(db, request)
        public = request.path_params["work"]
        if find_sent(db, actor, subject, work=public, client_id=form.client_id) is None:
            work = get_work_to_screen(db, actor, subject, public)
            undo_verdict(db, actor, work, seen=form.seen, client_id=form.client_id)
    here = {"event": subject.event.event.slug, "work": request.path_params["work"]}
    return redirect(request, "screen_work", flash=_("Taken back."), **here)


@page(form=ConflictForm, again=show_work, signed_in=True)
def declare_now(request: Request, form: ConflictForm) -> Response:
    with transaction() as db:
        actor, subject, work = _work(db, request)
        said = declare_conflict_as_screener(db, actor, work, reason=form.conflict_reason)
    told = _("Declared. You do not see this submission any more.")
    if said:
        told = _("Declared. What you said of this submission does not count any more, and you do not see it any more.")
    return redirect(request, "my_screening", event=subject.event.event.slug, flash=told)
