"""What somebody has to do for peer reviews, on their home."""

from collections.abc import Iterable

from events.core.database import Database
from events.core.links import path
from events.core.translation import Message, _
from frontend.looks import Look
from frontend.steps import Step, Urgency
from sessions.peer_reviews.own_steps import places_to_answer, steps_owed
from sessions.peer_reviews.reviews import ROLE_NAMES
from sessions.peer_reviews.templates import StepKind
from sessions.peer_reviews.unheld import unheld_for

OWED: dict[StepKind, tuple[Message, Message, Message, str]] = {
    StepKind.SELF_ASSESSMENT: (
        _("Hand in your self-assessment"), _("Your peers read it before they come."), _("Write it"), "self_assessment"),
    StepKind.DESK_NOTES: (
        _("Hand in your desk notes"), _("What you find strong, what you doubt, what you would ask."), _("Write them"),
        "own_desk_notes"),
}  # fmt: skip


def review_places(db: Database, look: Look) -> Iterable[Step]:
    """A review into which somebody is asked, and has not answered."""
    for one in places_to_answer(db, look.actor):
        yield Step(
            _("Say whether you take part in “%(topic)s”", topic=one.review.topic),
            _("You are asked into this peer review as: %(role)s.", role=ROLE_NAMES[one.place.role]), _("Answer"),
            path("review_place", event=one.event.slug, review=one.review.public_id, place=one.place.public_id),
            urgency=Urgency.SOMEBODY_WAITS, where=one.event.name,
        )  # fmt: skip


def review_work(db: Database, look: Look) -> Iterable[Step]:
    """What a host or a peer owes a review while its step is on."""
    for one in steps_owed(db, look.actor):
        headline, why, action, name = OWED[one.kind]
        yield Step(
            headline, why, action, path(name, event=one.event.slug, review=one.review.public_id),
            urgency=Urgency.CLOSES, deadline=one.until, deadline_label=_("Closes in"), where=one.event.name,
        )  # fmt: skip


def reviews_unheld(db: Database, look: Look) -> Iterable[Step]:
    """For who runs a review: its meeting is over, and nobody has said that it was held."""
    for one in unheld_for(db, look.actor):
        yield Step(
            _("Say whether the review “%(topic)s” was held", topic=one.review.topic),
            _("Its meeting is over. Report, responses and follow-up wait until you say so."), _("Go to its live room"),
            path("review_live", event=one.event.slug, review=one.review.public_id), urgency=Urgency.SOMEBODY_WAITS,
            where=one.event.name,
        )  # fmt: skip


REVIEW_PROVIDERS = (review_places, review_work, reviews_unheld)
