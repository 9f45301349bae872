"""The questions of a review: changed by the host and who runs it until the meeting begins; organisers correct words."""

from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.translation import _
from events.events import EventWithPhases
from frontend.pages.reviews import the_review
from frontend.review_tabs import review_tabs
from frontend.rows import EMPTY, beside, filled_rows, numbers_shown, typed_over
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.peer_reviews.asking import (
    LONGEST,
    AskedOfPeers,
    ReviewAsking,
    asking_in,
    asks_peers,
    change_review_questions,
    correct_review_questions,
)
from sessions.peer_reviews.boards import host_of
from sessions.peer_reviews.reviews import questions_of, rules_of


class AskingForm(Form):
    """The whole list ('question-0', 'about-0', 'which-0') in `answers`; which version of the review was seen."""

    takes_answers: ClassVar[bool] = True
    answers: dict[str, str] = Field(default_factory=dict)
    version: int = 0


def _asking(db: Database, request: Request) -> tuple[Actor, EventWithPhases, ReviewAsking]:
    actor, event, subject = the_review(db, request)
    found = asking_in(db, subject)
    if not asks_peers(actor, found):
        raise NotFound()
    return actor, event, found


@page(signed_in=True)
def edit_questions(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = _asking(db, request)
        asked, host, rules = questions_of(db, subject.id), host_of(db, subject.in_event), rules_of(db, event.id)
        refusal = why_not(actor, "change_review_questions", subject)
        corrects = refusal is not None and may(actor, "correct_review_questions", subject)
    values: dict[str, Any] = {"version": subject.review.version}
    for number, one in enumerate(asked):
        values |= {f"question-{number}": one.text, f"about-{number}": one.about, f"which-{number}": one.public_id}
    typed = typed_over(form, values, "question", "about")
    form = form.with_values(**values)
    # What was typed as a new question before the meeting began stays there to be copied.
    empty = 0 if corrects else EMPTY
    shown = (numbers_shown(form.values, name, len(asked), empty=empty) for name in ("question", "about"))
    return render(
        request, "peer_reviews/asking.html", event=event, subject=subject, review=subject.review, host=host, form=form,
        numbers=max(shown, key=len), asked=asked, refusal=refusal.message if refusal else "", corrects=corrects,
        typed=typed, rules=rules, longest=LONGEST, tabs_of_review=review_tabs(actor, subject.in_event, "peer_review"),
    )  # fmt: skip


@page(form=AskingForm, again=edit_questions, signed_in=True)
def change_now(request: Request, form: AskingForm) -> Response:
    rows = filled_rows(form.answers, "question", "about", "which")
    questions = [AskedOfPeers(one.typed["question"], one.typed["about"], one.typed["which"]) for one in rows]
    with transaction() as db:
        actor, event, subject = _asking(db, request)
        corrects = not may(actor, "change_review_questions", subject) and may(
            actor, "correct_review_questions", subject
        )
        change = correct_review_questions if corrects else change_review_questions
        with beside(rows):
            changed = change(db, actor, subject, questions=questions, version=form.version)
    said = _("Saved. Everybody with a place in the review is told by letter.") if changed else _("Nothing was changed.")
    return redirect(request, "peer_review", event=event.event.slug, review=subject.review.public_id, flash=said)
