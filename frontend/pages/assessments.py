"""Assessing a meeting: one short form, filled in within a minute."""

from datetime import date

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.database import reading, transaction
from events.core.refusals import Invalid
from events.core.translation import _
from frontend.attending import attendees
from frontend.meeting_shown import meeting_of
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.assessments import (
    HELPS,
    NEXT_STEPS,
    PARTNERSHIPS,
    REMARK_LIMIT,
    Help,
    MeetingAssessment,
    NextStep,
    Partnership,
    assess_meeting,
    assessment_by,
)


class AssessmentForm(Form):
    """How useful it was, from 1 to 5, and what follows; `expected_on` as the browser sends a date."""

    usefulness: str = ""
    next_step: str = ""
    partnership: str = ""
    expected_on: str = ""
    help: list[str] = Field(default_factory=list)
    remark: str = ""


def _given(said: MeetingAssessment | None) -> dict[str, object]:
    if said is None:
        return {}
    return {
        "usefulness": said.usefulness,
        "next_step": said.next_step.value,
        "partnership": said.partnership.value if said.partnership else "",
        "expected_on": said.expected_on.isoformat() if said.expected_on else "",
        "help": said.help,
        "remark": said.remark,
    }


@page(signed_in=True)
def show_assessment(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = meeting_of(db, request)
        if not form.refused:
            only_if_may(actor, "assess_meeting", subject)
        said = assessment_by(db, subject.id, actor.person)
        others = [one.name for one in attendees(db, actor, subject) if not one.is_me]
    given = _given(said)
    return render(
        request, "meetings/assessment.html", event=event, form=form.with_values(**given), meeting=subject.meeting,
        others=", ".join(others), said=said is not None, most=REMARK_LIMIT,
        more=bool(given and (given["partnership"] or given["expected_on"] or given["help"] or given["remark"])),
        steps=[(one.value, label) for one, label in NEXT_STEPS.items()],
        partnerships=[(one.value, label) for one, label in PARTNERSHIPS.items()],
        helps=[(one.value, label) for one, label in HELPS.items()],
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid({"expected_on": _("Please write a day, like 2026-05-31.")}) from None


@page(form=AssessmentForm, again=show_assessment, signed_in=True)
def assess_now(request: Request, form: AssessmentForm) -> Response:
    steps, kinds = {one.value: one for one in NextStep}, {one.value: one for one in Partnership}
    if form.partnership not in {"", *kinds}:
        raise Invalid({"partnership": _("Please choose one of the answers.")})
    helps = {one.value: one for one in Help}
    if not set(form.help) <= set(helps):
        raise Invalid({"help": _("Please choose one of the answers.")})
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        assess_meeting(
            db, actor, subject,
            usefulness=int(form.usefulness) if form.usefulness in {"1", "2", "3", "4", "5"} else None,
            next_step=steps.get(form.next_step), partnership=kinds.get(form.partnership),
            expected_on=_day(form.expected_on), help=[helps[one] for one in form.help], remark=form.remark,
        )  # fmt: skip
    said = _("Thank you. You can change it until the event is over.")
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)
