"""What becomes of somebody's part in reviews when they are erased: their places end and stay, of nobody any more.

Desk notes, findings and whoever stands in for them hang on a place. Their names go, and what recognises them in what
others wrote stays, so that a private review still tells nobody outside who they were. Once the meeting was held only
places end of whom something is awaited still, so that others are asked for it and somebody can stand in; whoever else
was there, was there.
"""

from sqlmodel import select

from events.core import clock
from events.core.access import SYSTEM
from events.core.database import Database
from events.core.hooks import on_person_erased
from events.core.journal import record
from events.rounds.blanking import fingerprints_of, is_fingerprint
from sessions.peer_reviews.reviews import PeerReview, PlaceState, ReviewLeft, ReviewPlace, ReviewRole, ReviewState

THERE = (PlaceState.ASKED, PlaceState.ACCEPTED)
AWAITED = (ReviewRole.HOST, ReviewRole.MODERATOR, ReviewRole.RAPPORTEUR)


@on_person_erased
def _leave_nameless(db: Database, person_id: int, name: str, email: str) -> None:
    rows = db.exec(select(ReviewPlace).where(ReviewPlace.person_id == person_id).order_by(ReviewPlace.id)).all()  # type: ignore[arg-type]  # a column
    for place in rows:
        before = [one for one in place.known_as if is_fingerprint(one)]
        names = [one for one in place.known_as if not is_fingerprint(one)]
        place.known_as = sorted({*before, *fingerprints_of(name, *names, email=email)})
        review = db.get_one(PeerReview, place.review_id)
        if place.state in THERE and _ends(place, review):
            place.state, place.reason, place.answered_at = PlaceState.LEFT, "", clock.now()
            ids = {"event_id": review.event_id, "review_id": place.review_id, "person_id": person_id}
            record(db, SYSTEM, ReviewLeft(**ids, role=place.role))
        db.add(place)
    db.flush()


def _ends(place: ReviewPlace, review: PeerReview) -> bool:
    met = review.state in (ReviewState.HELD, ReviewState.PUBLISHED)
    return review.state is ReviewState.PREPARING or (met and place.role in AWAITED)
