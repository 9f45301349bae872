"""Feedback on a review: one's own, and for organisers what all said, without who said it."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import why_not
from events.core.database import reading, transaction
from events.core.translation import _
from events.roles import organiser_of_event
from frontend.pages.review_plans import insider
from frontend.pages.reviews import the_review
from frontend.review_tabs import review_tabs
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.peer_reviews.feedback import (
    FEWEST,
    SATISFACTION,
    feedback_figures,
    feedback_has_begun,
    give_feedback,
    own_feedback,
)


class FeedbackForm(Form):
    """How satisfied somebody is, and why."""

    score: str = ""
    kept: str = ""
    changed: str = ""


@page(signed_in=True)
def show_feedback(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = the_review(db, request)
        insider(db, request)
        own, begun = own_feedback(db, actor, subject), feedback_has_begun(db, subject)
        figures = feedback_figures(db, actor, subject) if organiser_of_event(actor, subject) else None
    refusal = why_not(actor, "give_feedback", subject)
    if own is not None:
        form = form.with_values(score=str(own.score), kept=own.kept, changed=own.changed)
    return render(
        request, "peer_reviews/feedback.html", event=event, subject=subject, review=subject.review, form=form,
        given=own is not None, figures=figures, may_give=refusal is None, begun=begun, fewest=FEWEST,
        scale=[(str(score), f"{score}: {name}") for score, name in SATISFACTION.items()], satisfaction=SATISFACTION,
        tabs_of_review=review_tabs(actor, subject, "review_feedback"),
    )  # fmt: skip


@page(form=FeedbackForm, again=show_feedback, signed_in=True)
def give_now(request: Request, form: FeedbackForm) -> Response:
    score = int(form.score) if form.score.isascii() and form.score.isdecimal() and len(form.score) == 1 else 0
    with transaction() as db:
        actor, _event, subject = the_review(db, request)
        give_feedback(db, actor, subject, score=score, kept=form.kept, changed=form.changed)
    ids = {"event": subject.event.slug, "review": subject.review.public_id}
    return redirect(request, "review_feedback", flash=_("Thank you. Nobody sees who said it."), **ids)
