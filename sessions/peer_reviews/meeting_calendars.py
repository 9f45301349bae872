"""The days of a review's meeting in people's calendars: one entry for each day, in those of all who have a place.

One entry for a meeting of two days would block the night between them. What calendars are to say is worked out anew
from who has a place and when the days are, so that it comes out the same in whatever order things happened, and twice
is once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from events.core import clock
from events.core.access import SYSTEM, Actor
from events.core.database import Database
from events.core.hooks import on_event_closed
from events.core.journal import Fact, Told, listener, record
from events.events import Event, EventState
from sessions.calendars import (
    CalendarMethod,
    Content,
    EntryKind,
    cancel_entry,
    find_entry,
    forget_all_but,
    invitees_of,
    latest_revision,
    revise,
    take_out,
)
from sessions.peer_reviews.agenda import ReviewAgendaChanged, ReviewAgendaPlanned, ReviewDay, agenda_of
from sessions.peer_reviews.attribution import names_published, protected_in, without_names
from sessions.peer_reviews.endings import HostWithdrew
from sessions.peer_reviews.live import ReviewHand
from sessions.peer_reviews.reviews import (
    AttributionChanged,
    PeerReview,
    PlaceState,
    ReviewCancelled,
    ReviewInEvent,
    ReviewLeft,
    ReviewPlace,
    ReviewPlaceAnswered,
    ReviewState,
)
from sessions.peer_reviews.rooms import lock_review_room, note_review_change


@dataclass(frozen=True)
class ReviewDayInvited(Fact):
    """Somebody with a place in a review was asked to have a day of its meeting in their calendar."""

    event_id: int
    review_id: int
    day_id: int
    person_id: int
    sequence: int


@dataclass(frozen=True)
class ReviewDayMoved(Fact):
    """A day of a review's meeting is at another time, or lasts longer or shorter, for somebody who has it."""

    event_id: int
    review_id: int
    day_id: int
    person_id: int
    sequence: int
    old_start: datetime
    old_end: datetime


@dataclass(frozen=True)
class ReviewDayRenamed(Fact):
    """A day of a review's meeting is called otherwise for somebody who has it, at the same time as before."""

    event_id: int
    review_id: int
    day_id: int
    person_id: int
    sequence: int


@dataclass(frozen=True)
class ReviewDayFreed(Fact):
    """A day of a review's meeting is not held, or goes on without somebody who had it."""

    event_id: int
    review_id: int
    day_id: int
    person_id: int
    sequence: int


_followers = listener("review calendars", "worker")


@_followers.hears(
    ReviewPlaceAnswered, ReviewLeft, HostWithdrew, ReviewCancelled, ReviewAgendaPlanned, ReviewAgendaChanged,
    AttributionChanged,
)  # fmt: skip
def follow_in_calendars(db: Database, told: Told) -> None:
    """Let calendars follow what happened to a review."""
    fact = told.fact
    assert isinstance(fact, _Followed)
    if isinstance(fact, ReviewLeft | HostWithdrew):
        _lower_hands(db, fact.review_id)
    settle_review_calendars(db, SYSTEM, fact.review_id)


_Followed = (
    ReviewPlaceAnswered | ReviewLeft | HostWithdrew | ReviewCancelled | ReviewAgendaPlanned | ReviewAgendaChanged
    | AttributionChanged
)  # fmt: skip


def _lower_hands(db: Database, review_id: int) -> None:
    """Whoever has left is no speaker any more, unless they have a place again."""
    gone = (ReviewPlace.review_id == review_id, col(ReviewPlace.state).in_([PlaceState.DECLINED, PlaceState.LEFT]))
    left = select(ReviewPlace.person_id).where(*gone)
    hands = select(ReviewHand).where(ReviewHand.review_id == review_id, col(ReviewHand.person_id).in_(left))
    rows = db.exec(hands).all()
    for row in rows:
        db.delete(row)
    if rows:
        db.flush()
        note_review_change(db, review_id)


def settle_review_calendars(db: Database, actor: Actor, review_id: int) -> None:
    """Say in calendars what is true of a review's meeting now, and write down what is new for whom."""
    review = db.get(PeerReview, review_id)
    event = db.get(Event, review.event_id) if review is not None else None
    if review is None or event is None:
        return
    lock_review_room(db, review_id)  # Two facts about one review may be told at once.
    mine = (ReviewPlace.review_id == review_id, ReviewPlace.state == PlaceState.ACCEPTED)
    people = set(db.exec(select(ReviewPlace.person_id).where(*mine)))
    agenda = agenda_of(db, review_id)
    ends = {one.day.id: one.ends_at for one in agenda}
    is_over = event.state is EventState.CLOSED and review.state is ReviewState.PREPARING
    if review.state is ReviewState.CANCELLED or is_over:
        people = set()
    # One text for all who have the entry, those included who have left, and whoever looks into their calendars.
    told = names_published(ReviewInEvent(review, event))
    topic = without_names(review.topic, protected_in(db, review_id), shown=told)
    days = db.exec(select(ReviewDay).where(ReviewDay.review_id == review_id).order_by(col(ReviewDay.number)))
    for day in days.all():
        if day.is_on and day.id in ends and ends[day.id] <= clock.now():
            continue  # what is over stays in calendars as it was
        if is_over and day.starts_at <= clock.now():
            continue  # nobody is sent home by the end of the event
        wanted = people if day.is_on and day.id in ends else set()
        content = _content(topic, review, event, day, ends.get(day.id, day.starts_at), len(agenda))
        _settle_day(db, actor, review, day, wanted, content)


@on_event_closed
def _end_with_the_event(db: Database, actor: Actor, event_id: int) -> None:
    """Meetings that are to come when an event is closed leave calendars: no review is prepared in it any more."""
    prepared = (PeerReview.event_id == event_id, PeerReview.state == ReviewState.PREPARING)
    for review_id in db.exec(select(PeerReview.id).where(*prepared).order_by(col(PeerReview.id))).all():
        settle_review_calendars(db, actor, review_id or 0)


def _content(topic: str, review: PeerReview, event: Event, day: ReviewDay, ends_at: datetime, days: int) -> Content:
    number = f" ({day.number}/{days})" if days > 1 else ""
    path = f"/e/{event.slug}/reviews/{review.public_id}/live"
    return Content(day.starts_at, ends_at, summary=f"{topic}{number}", place="", path=path, zone=event.zone)


def _settle_day(
    db: Database, actor: Actor, review: PeerReview, day: ReviewDay, wanted: set[int], content: Content
) -> None:
    kind, id = EntryKind.REVIEW, day.id or 0
    entry = find_entry(db, kind, id)
    last = latest_revision(db, entry) if entry else None
    stands = entry is not None and last is not None and last.method is CalendarMethod.REQUEST
    had = invitees_of(db, entry) if entry is not None and stands else set()
    ids = {"event_id": review.event_id, "review_id": review.id or 0, "day_id": id}
    if not wanted:
        sequence = cancel_entry(db, kind, id)
        for person in sorted(had) if sequence is not None else ():
            record(db, actor, ReviewDayFreed(**ids, person_id=person, sequence=sequence or 0))
        return
    for person in sorted(had - wanted):
        out = take_out(db, kind, id, person)
        if out is not None:
            record(db, actor, ReviewDayFreed(**ids, person_id=person, sequence=out[0]))
    if entry is not None and not stands:
        forget_all_but(db, entry, wanted)
    said = revise(db, kind, id, wanted, content)
    if said is None:
        return
    is_new = last is None or not stands or last.content_hash != content.hash()
    for person in sorted(wanted):
        mine = ids | {"person_id": person, "sequence": said}
        if person not in had:
            record(db, actor, ReviewDayInvited(**mine))
        elif is_new and last is not None:
            moved = ReviewDayMoved(**mine, old_start=last.starts_at, old_end=last.ends_at)
            is_moved = (last.starts_at, last.ends_at) != (content.starts_at, content.ends_at)
            record(db, actor, moved if is_moved else ReviewDayRenamed(**mine))
