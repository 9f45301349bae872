"""The tabs of one peer review: what the actor can use. Each line is (label, name of the route, rule)."""

from collections.abc import Callable
from typing import Any

from events.core.access import Actor
from events.core.links import path
from events.core.translation import Message, _
from sessions.peer_reviews.desk_notes import reads_desk_notes
from sessions.peer_reviews.reviews import ReviewInEvent, inside_review, runs_review
from sessions.peer_reviews.self_assessments import reads_self_assessment


def _finds_findings(actor: Actor, subject: ReviewInEvent) -> bool:
    return inside_review(actor, subject) or subject.review.published_at is not None


TABS: tuple[tuple[Message, str, Callable[[Actor, Any], bool] | None], ...] = (
    (_("The review"), "peer_review", None),
    (_("Self-assessment"), "self_assessment", reads_self_assessment),
    (_("Desk notes"), "desk_notes", reads_desk_notes),
    (_("Agenda"), "review_agenda", None),
    (_("Live room"), "review_live", inside_review),
    (_("Findings"), "review_findings", _finds_findings),
    (_("Action plan"), "review_plan", inside_review),
    (_("Feedback"), "review_feedback", inside_review),
    (_("Review report"), "review_report", None),
    (_("People"), "review_people", runs_review),
)


def review_tabs(actor: Actor, subject: ReviewInEvent, here: str) -> list[tuple[Message, str, bool]]:
    """The tabs for this actor; `here` is the name of the page's route. One tab alone is none."""
    ids = {"event": subject.event.slug, "review": subject.review.public_id}
    found = [
        (label, path(name, **ids), name == here) for label, name, rule in TABS if rule is None or rule(actor, subject)
    ]
    return found if len(found) > 1 else []
