"""What came of a meeting: one question, months later."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import reading, transaction
from events.core.translation import _
from frontend.attending import attendees
from frontend.meeting_shown import meeting_of
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.outcomes import NOTE_LIMIT, RESULTS, Result, note_outcome, outcome_by


class OutcomeForm(Form):
    """What came of it, by its word, and a note."""

    result: str = ""
    note: str = ""


@page(signed_in=True)
def show_outcome(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = meeting_of(db, request)
        if not form.refused:
            only_if_may(actor, "note_outcome", subject)
        said = outcome_by(db, subject.id, actor.person)
        others = [one.name for one in attendees(db, actor, subject) if not one.is_me]
    given = {"result": said.result.value, "note": said.note} if said else {}
    return render(
        request, "meetings/outcome.html", event=event, form=form.with_values(**given), meeting=subject.meeting,
        others=", ".join(others), most=NOTE_LIMIT, results=[(one.value, label) for one, label in RESULTS.items()],
    )  # fmt: skip


@page(form=OutcomeForm, again=show_outcome, signed_in=True)
def note_now(request: Request, form: OutcomeForm) -> Response:
    results = {one.value: one for one in Result}
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        note_outcome(db, actor, subject, result=results.get(form.result), note=form.note)
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=_("Thank you. It is noted."))
