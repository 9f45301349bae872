"""Places in a review: asking people into it, their answers, and what happens when somebody drops out."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command, may
from events.core.database import Database, is_broken
from events.core.journal import record
from events.core.refusals import Conflict, Invalid
from events.core.translation import _
from events.events import Event
from events.organisations import Membership, Organisation
from events.people import Person
from events.roles import organiser_of_event
from sessions.peer_reviews.late_notes import remind_late_peer
from sessions.peer_reviews.reviews import (
    AskedAlready,
    AskedIntoReview,
    PeerReview,
    PlaceInReview,
    PlaceState,
    ReviewInEvent,
    ReviewLeft,
    ReviewPlace,
    ReviewPlaceAnswered,
    ReviewRole,
    ReviewState,
    own_place,
    runs_review,
    still_on,
)
from sessions.peer_reviews.rooms import lock_review

LONGEST_REASON = 1000


def place_waits(subject: PlaceInReview, now: datetime) -> None:
    """Refuse an answer that was given already, and one to a review that is over."""
    still_on(subject, now)
    if subject.place.state is not PlaceState.ASKED:
        raise Conflict(_("This was answered already."))


def not_too_late_for(role: ReviewRole, subject: Any) -> None:
    """Refuse a peer once the meeting was held; whoever has another role can still come."""
    if role is ReviewRole.PEER and subject.review.state is not ReviewState.PREPARING:
        raise Conflict(_("The meeting was held. Nobody can be a peer of it afterwards."))


def place_to_accept(subject: PlaceInReview, now: datetime) -> None:
    """Refuse to accept what was answered already, and to be a peer once the meeting was held."""
    place_waits(subject, now)
    not_too_late_for(subject.place.role, subject)


def place_taken(subject: PlaceInReview, now: datetime) -> None:
    """Refuse to leave what one has no place in."""
    still_on(subject, now)
    if subject.place.state not in (PlaceState.ASKED, PlaceState.ACCEPTED):
        raise Conflict(_("This place is not taken."))


@command(runs_review, when=still_on)
def ask_into_review(
    db: Database, actor: Actor, subject: ReviewInEvent, *,
    person: Person, role: ReviewRole, why: str = "", stands_in_for: ReviewPlace | None = None,
    comes_from: int | None = None,
) -> ReviewPlace:  # fmt: skip
    """Ask somebody to take part in a review; they answer themselves. Their organisation is `comes_from` by id, or else
    the first to which they belong.

    Refuses somebody who was asked already, a host who does not belong to the host's organisation, and a peer once the
    meeting was held; who had declined or left is asked again in the same place.
    """
    not_too_late_for(role, subject)
    if role is ReviewRole.HOST and not _belongs_to_host(db, subject, person):
        raise Invalid({"email": _("A host belongs to the organisation whose case it is.")})
    row = ReviewPlace(
        review_id=subject.id, person_id=person.id or 0, role=role,
        organisation_id=comes_from or _organisation_of(db, subject, person, role),
        why=why.strip()[:LONGEST_REASON], asked_at=clock.now(),
        stands_in_for_id=stands_in_for.id if stands_in_for else None,
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_review_place_review_id_person_id"):
            raise
        row = _asked_again(db, row)
    fact = AskedIntoReview(event_id=subject.event.id or 0, review_id=subject.id, person_id=person.id or 0, role=role)
    record(db, actor, fact)
    return row


def enter_place(db: Database, subject: ReviewInEvent, *, person_id: int, role: ReviewRole) -> ReviewPlace:
    """Give somebody a place that they need not answer for, since they asked for it themselves; part of commands that
    have asked their own rule."""
    person = db.get_one(Person, person_id)
    now = clock.now()
    row = ReviewPlace(
        review_id=subject.id, person_id=person_id, organisation_id=_organisation_of(db, subject, person, role),
        role=role, state=PlaceState.ACCEPTED, asked_at=now, answered_at=now,
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def _organisation_of(db: Database, subject: ReviewInEvent, person: Person, role: ReviewRole) -> int | None:
    if role is ReviewRole.HOST:
        return subject.review.organisation_id
    query = select(Organisation.id).join(Membership, col(Membership.organisation_id) == col(Organisation.id))
    return db.exec(query.where(Membership.person_id == person.id).order_by(col(Membership.id))).first()


def _belongs_to_host(db: Database, subject: ReviewInEvent, person: Person) -> bool:
    query = select(Membership.id).where(
        Membership.person_id == person.id, Membership.organisation_id == subject.review.organisation_id
    )
    return db.exec(query).first() is not None


def _asked_again(db: Database, row: ReviewPlace) -> ReviewPlace:
    gone = (PlaceState.DECLINED, PlaceState.LEFT)
    mine = (ReviewPlace.review_id == row.review_id, ReviewPlace.person_id == row.person_id)
    before = db.exec(select(ReviewPlace).where(*mine)).one()
    came_from = before.came_from
    if before.organisation_id not in (None, row.organisation_id):
        came_from = [*came_from, db.get_one(Organisation, before.organisation_id).name]
    changed = db.connection().execute(
        update(ReviewPlace)
        .where(*mine, col(ReviewPlace.state).in_(gone))  # type: ignore[arg-type]  # columns in SQLModel's words
        .values(
            state=PlaceState.ASKED,
            role=row.role,
            organisation_id=row.organisation_id,
            came_from=came_from,
            why=row.why,
            reason="",
            asked_at=clock.now(),
            answered_at=None,
            stands_in_for_id=row.stands_in_for_id,
        )
    )
    if changed.rowcount != 1:
        raise AskedAlready
    db.expire_all()
    return db.exec(select(ReviewPlace).where(*mine)).one()


def open_place_of(db: Database, actor: Actor, event_id: int) -> PlaceInReview | None:
    """Where the actor was asked in an event and can still accept: the first such place, in a review that is on."""
    if actor.person is None:
        return None
    query = select(ReviewPlace, PeerReview, Event).join(PeerReview, col(PeerReview.id) == col(ReviewPlace.review_id))
    query = query.join(Event, col(Event.id) == col(PeerReview.event_id)).where(
        PeerReview.event_id == event_id, ReviewPlace.person_id == actor.person, ReviewPlace.state == PlaceState.ASKED,
    )  # fmt: skip
    found = (PlaceInReview(*one) for one in db.exec(query.order_by(col(ReviewPlace.id))))
    return next((one for one in found if may(actor, "accept_review_place", one)), None)


@command(own_place, when=place_to_accept)
def accept_review_place(db: Database, actor: Actor, subject: PlaceInReview) -> None:
    """Take part in a review; refused when it was answered already, also at the same moment, and for a peer once the
    meeting was held."""
    lock_review(db, subject)
    place_to_accept(subject, clock.now())
    _move(db, subject, PlaceState.ASKED, PlaceState.ACCEPTED, "")
    remind_late_peer(db, subject.in_event, subject.place)
    record(db, actor, _answered(subject, accepted=True))


@command(own_place, when=place_waits)
def decline_review_place(db: Database, actor: Actor, subject: PlaceInReview, *, reason: str = "") -> None:
    """Do not take part in a review; the reason goes to who runs it."""
    _move(db, subject, PlaceState.ASKED, PlaceState.DECLINED, reason)
    record(db, actor, _answered(subject, accepted=False))


@command(own_place, when=place_taken)
def leave_review(db: Database, actor: Actor, subject: PlaceInReview, *, reason: str) -> None:
    """Drop out of a review, at whatever step it is; what was written stays. Refuses no reason."""
    if not reason.strip():
        raise Invalid({"reason": _("Please say why, so that the others can go on.")})
    give_place_up(db, actor, subject, reason=reason)


def give_place_up(db: Database, actor: Actor, subject: PlaceInReview, *, reason: str) -> None:
    """End one's own place; part of commands that have asked their own rule. A calendar's answer says no reason."""
    _move(db, subject, subject.place.state, PlaceState.LEFT, reason)
    record(db, actor, _left(subject))


@command(organiser_of_event, when=place_taken)
def take_out_of_review(db: Database, actor: Actor, subject: PlaceInReview, *, reason: str) -> None:
    """End somebody's place in a review for them, for a reason that stands with it; what they wrote stays."""
    if not reason.strip():
        raise Invalid({"reason": _("Please say why, so that the others can go on.")})
    _move(db, subject, subject.place.state, PlaceState.LEFT, reason)
    record(db, actor, _left(subject))


def _move(db: Database, subject: PlaceInReview, before: PlaceState, after: PlaceState, reason: str) -> None:
    changed = db.connection().execute(
        update(ReviewPlace)
        .where(col(ReviewPlace.id) == subject.place.id, col(ReviewPlace.state) == before)
        .values(state=after, reason=reason.strip()[:LONGEST_REASON], answered_at=clock.now())
    )
    if changed.rowcount != 1:
        raise Conflict(_("This was answered already."))
    db.refresh(subject.place)


def _answered(subject: PlaceInReview, *, accepted: bool) -> ReviewPlaceAnswered:
    place = subject.place
    return ReviewPlaceAnswered(
        event_id=subject.event.id or 0, review_id=place.review_id, person_id=place.person_id, role=place.role,
        accepted=accepted,
    )  # fmt: skip


def _left(subject: PlaceInReview) -> ReviewLeft:
    place = subject.place
    return ReviewLeft(
        event_id=subject.event.id or 0, review_id=place.review_id, person_id=place.person_id, role=place.role
    )
