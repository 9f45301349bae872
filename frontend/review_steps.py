"""What somebody has to do for peer reviews, on their home."""

from collections.abc import Iterable

from events.core.database import Database
from events.core.links import path
from events.core.translation import _
from frontend.looks import Look
from frontend.steps import Step, Urgency
from sessions.peer_reviews.unheld import unheld_for


def reviews_unheld(db: Database, look: Look) -> Iterable[Step]:
    """For who runs a review: its meeting is over, and nobody has said that it was held."""
    for one in unheld_for(db, look.actor):
        yield Step(
            _("Say whether the review “%(topic)s” was held", topic=one.review.topic),
            _("Its meeting is over. Report, responses and follow-up wait until you say so."), _("Go to its live room"),
            path("review_live", event=one.event.slug, review=one.review.public_id), urgency=Urgency.SOMEBODY_WAITS,
            where=one.event.name,
        )  # fmt: skip
