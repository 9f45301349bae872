"""Ways on when somebody drops out of a review: a host withdraws and the next takes their place, somebody stands in for
who left, or the review is cancelled."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.people import Person
from events.roles import organiser_of_event
from sessions.peer_reviews.hosting import ApplicationInEvent, ApplicationState, HostApplication
from sessions.peer_reviews.live import end_meeting
from sessions.peer_reviews.places import ask_into_review, not_too_late_for
from sessions.peer_reviews.proposals import ask_peer
from sessions.peer_reviews.reviews import (
    PlaceInReview,
    PlaceState,
    ReviewCancelled,
    ReviewInEvent,
    ReviewOver,
    ReviewPlace,
    ReviewRole,
    ReviewState,
    host_of_review,
    runs_review,
    still_on,
)
from sessions.peer_reviews.rooms import lock_review, note_review_change
from sessions.peer_reviews.selection import move_up

LONGEST_REASON = 1000
GONE = (PlaceState.DECLINED, PlaceState.LEFT)


@dataclass(frozen=True)
class HostWithdrew(Fact):
    """A host withdrew from the review of its case; the organisers look for another, or cancel it."""

    event_id: int
    review_id: int


def can_be_cancelled(subject: ReviewInEvent, now: datetime) -> None:
    """Refuse to cancel a review that is over, or whose report is published. One that is left behind by its event can be
    cancelled, since it stands in calendars."""
    if subject.review.state in (ReviewState.CANCELLED, ReviewState.CLOSED):
        raise ReviewOver
    if subject.review.state is ReviewState.PUBLISHED:
        raise Conflict(_("The report of this review is published. It cannot be cancelled any more."))


def before_the_meeting(subject: ReviewInEvent, now: datetime) -> None:
    """Refuse what is possible only while a review is being prepared."""
    still_on(subject, now)
    if subject.review.state is not ReviewState.PREPARING:
        raise Conflict(_("This review was held already."))


def place_is_free(subject: PlaceInReview, now: datetime) -> None:
    """Refuse to ask for somebody who has not declined or left, and for a peer once the meeting was held."""
    still_on(subject, now)
    if subject.place.state not in GONE:
        raise Conflict(_("This place is taken. Nobody can stand in for it."))
    not_too_late_for(subject.place.role, subject)


def _said(reason: str) -> str:
    if not reason.strip():
        raise Invalid({"reason": _("Please say why: everybody in the review reads it.")})
    return reason.strip()[:LONGEST_REASON]


@command(organiser_of_event, when=can_be_cancelled)
def cancel_review(db: Database, actor: Actor, subject: ReviewInEvent, *, reason: str) -> None:
    """Cancel a review; everybody in it is told, with the reason. What was written stays; a meeting that is on ends.
    Refuses no reason."""
    why = _said(reason)
    lock_review(db, subject)
    can_be_cancelled(subject, clock.now())
    end_meeting(db, actor, subject)
    subject.review.cancelled_why, subject.review.state = why, ReviewState.CANCELLED
    subject.review.version += 1
    db.add(subject.review)
    db.flush()
    note_review_change(db, subject.id)
    record(db, actor, ReviewCancelled(event_id=subject.event.id or 0, review_id=subject.id))


@command(host_of_review, when=before_the_meeting)
def withdraw_as_host(db: Database, actor: Actor, subject: ReviewInEvent, *, reason: str) -> None:
    """Withdraw the case: all places of the host end. The review stands until the organisers cancel it, ask somebody
    else of the host's organisation, or take the next on reserve. Refuses no reason."""
    why, now = _said(reason), clock.now()
    lock_review(db, subject)
    before_the_meeting(subject, now)
    query = select(ReviewPlace).where(
        ReviewPlace.review_id == subject.id, ReviewPlace.role == ReviewRole.HOST,
        col(ReviewPlace.state).not_in(GONE),
    )  # fmt: skip
    for place in db.exec(query).all():
        place.state, place.reason, place.answered_at = PlaceState.LEFT, why, now
        db.add(place)
    application = db.exec(select(HostApplication).where(HostApplication.review_id == subject.id)).first()
    if application is not None:
        application.state = ApplicationState.WITHDRAWN
        db.add(application)
    db.flush()
    record(db, actor, HostWithdrew(event_id=subject.event.id or 0, review_id=subject.id))


@command(organiser_of_event, when=before_the_meeting)
def take_next_host(
    db: Database, actor: Actor, subject: ReviewInEvent, *, application: ApplicationInEvent, reason: str
) -> ReviewInEvent:
    """Cancel a review and start that of a host on reserve in its place; its peers are found anew, since rules and
    conflicts are others. Refuses no reason, and an application that is not on reserve."""
    cancel_review(db, actor, subject, reason=reason)
    return move_up(db, actor, application, why=reason)


def stands_in_for(db: Database, place: ReviewPlace) -> ReviewPlace | None:
    """Who was asked in place of somebody who declined or left, and has not gone themselves."""
    query = select(ReviewPlace).where(
        ReviewPlace.stands_in_for_id == place.id, col(ReviewPlace.state).not_in(GONE)
    )  # fmt: skip
    return db.exec(query).first()


@command(runs_review, when=place_is_free)
def ask_substitute(
    db: Database, actor: Actor, subject: PlaceInReview, *, person: Person, why: str = ""
) -> ReviewPlace:  # fmt: skip
    """Ask somebody in place of one who declined or dropped out, in the same role.

    Refuses a second substitute, for a host whoever does not belong to its organisation, and for a peer whoever may not
    be one here.
    """
    if stands_in_for(db, subject.place) is not None:
        raise Conflict(_("Somebody was asked in their place already."))
    if subject.place.role is ReviewRole.PEER:
        return ask_peer(db, actor, subject.in_event, person=person, why=why, stands_in_for=subject.place)
    return ask_into_review(
        db, actor, subject.in_event, person=person, role=subject.place.role, why=why, stands_in_for=subject.place
    )
