"""Letters about the meeting of a peer review: each day of it comes, moves and goes in the calendars of its people."""

from collections.abc import Collection
from typing import Any

from sqlmodel import select

from events.core import clock
from events.core.database import Database
from events.core.translation import At
from events.events import Event
from events.organisations import Organisation
from events.people import Person
from events.roles import actor_for
from mailer.entries import words_for
from mailer.letters import Recipient, Topic, Values, letter_for, name_of, page, recipients, silent
from mailer.occasions.peer_reviews import in_review, organisers_of
from sessions.calendars import CalendarEntry, CalendarInvitee, EntryKind, declined_by
from sessions.entry_subjects import rows_by_id
from sessions.peer_reviews import agenda, call_doors, live, rooms, writing_up
from sessions.peer_reviews.agenda import ReviewDay
from sessions.peer_reviews.attribution import topics_for
from sessions.peer_reviews.day_answers import ReviewDayDeclined
from sessions.peer_reviews.meeting_calendars import (
    ReviewDayFreed,
    ReviewDayInvited,
    ReviewDayMoved,
    ReviewDayRenamed,
)
from sessions.peer_reviews.reviews import (
    ROLE_NAMES,
    PeerReview,
    PlaceState,
    ReviewInEvent,
    ReviewPlace,
    ReviewRole,
    is_unheld,
)
from sessions.peer_reviews.unheld import ReviewMeetingUnheld, way_on

ENTRY = (EntryKind.REVIEW, "day_id")

# The calendar letters say what it comes to; the live room shows the rest as it happens.
silent(agenda.ReviewAgendaPlanned, agenda.ReviewAgendaChanged)
silent(live.ReviewPartStarted, live.ReviewPartEnded, live.ReviewMeetingHeld)
silent(call_doors.ReviewCallLeft, call_doors.PutOutOfReviewCall, call_doors.LetBackIntoReviewCall)
silent(call_doors.AskedToMuteInReview, rooms.ReviewVideoSwitched)
silent(writing_up.FindingRecorded, writing_up.FindingChanged, writing_up.FindingAgreed, writing_up.FindingWithdrawn)


def _person(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _who_comes(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id} - declined_by(db, EntryKind.REVIEW, fact.day_id))


def _review(db: Database, fact: Any, to: Recipient) -> Values | None:
    return _reviews(db, [fact.review_id], to).get(fact.review_id)


def _reviews(db: Database, ids: Collection[int], to: Recipient) -> dict[int, Values]:
    """What is said of reviews, by their ids. As many queries for many as for one."""
    reviews = rows_by_id(db, PeerReview, ids)
    events = rows_by_id(db, Event, (one.event_id for one in reviews.values()))
    hosts = rows_by_id(db, Organisation, (one.organisation_id for one in reviews.values()))
    subjects = [ReviewInEvent(one, events[one.event_id]) for one in reviews.values()]
    topics = topics_for(db, actor_for(db, to.person_id), subjects) if subjects else {}
    return {
        id: {"event": events[one.event_id].name, "topic": topics[id], "host": hosts[one.organisation_id].name}
        for id, one in reviews.items()
    }


@words_for(EntryKind.REVIEW)
def words_of_review_days(db: Database, ids: Collection[int], to: Recipient) -> dict[int, Values]:
    days = rows_by_id(db, ReviewDay, ids)
    reviews = _reviews(db, {day.review_id for day in days.values()}, to)
    return {id: reviews[day.review_id] for id, day in days.items()}


@letter_for(ReviewDayInvited, to=_person, entry=ENTRY)
def review_day_invited(db: Database, fact: ReviewDayInvited, to: Recipient) -> Values | None:
    return _review(db, fact, to)


@letter_for(ReviewDayMoved, to=_who_comes, entry=ENTRY)
def review_day_moved(db: Database, fact: ReviewDayMoved, to: Recipient) -> Values | None:
    values = _review(db, fact, to)
    return None if values is None else {**values, "old_start": fact.old_start, "old_end": fact.old_end}


@letter_for(ReviewDayRenamed, to=_who_comes, entry=ENTRY)
def review_day_renamed(db: Database, fact: ReviewDayRenamed, to: Recipient) -> Values | None:
    return _review(db, fact, to)


@letter_for(ReviewDayFreed, to=_person, entry=ENTRY)
def review_day_freed(db: Database, fact: ReviewDayFreed, to: Recipient) -> Values | None:
    return _review(db, fact, to)


def _who_runs_it(db: Database, fact: Any) -> list[Recipient]:
    moderators = in_review(db, fact.review_id, roles=(ReviewRole.MODERATOR,))
    return recipients(db, (organisers_of(db, fact.event_id) | moderators) - {getattr(fact, "person_id", None)})


@letter_for(ReviewMeetingUnheld, to=_who_runs_it, topic=Topic.REMINDERS)
def review_meeting_unheld(db: Database, fact: ReviewMeetingUnheld, to: Recipient) -> Values | None:
    values, review = _review(db, fact, to), db.get(PeerReview, fact.review_id)
    if values is None or review is None or not is_unheld(review, clock.now()):
        return None  # somebody has said so meanwhile, or it is held later
    event = db.get_one(Event, fact.event_id)
    url = page("review_live", event=event.slug, review=review.public_id)
    way = way_on(db, actor_for(db, to.person_id), ReviewInEvent(review, event))
    return {**values, "ended": At(fact.ended_at, "when"), "way": way, "url": url}


@letter_for(ReviewDayDeclined, to=_who_runs_it)
def review_day_declined(db: Database, fact: ReviewDayDeclined, to: Recipient) -> Values | None:
    values, day, person = _review(db, fact, to), db.get(ReviewDay, fact.day_id), db.get(Person, fact.person_id)
    query = select(ReviewPlace).where(ReviewPlace.review_id == fact.review_id, ReviewPlace.person_id == fact.person_id)
    place = db.exec(query).first()
    if values is None or day is None or person is None or place is None or place.state is not PlaceState.ACCEPTED:
        return None  # they have given their place up meanwhile, and that is told
    event, review = db.get_one(Event, fact.event_id), db.get_one(PeerReview, fact.review_id)
    return {
        **values, "who": name_of(person), "role": ROLE_NAMES[place.role], "day": At(day.starts_at, "when"),
        "reason": _comment(db, fact), "url": page("review_people", event=event.slug, review=review.public_id),
    }  # fmt: skip


def _comment(db: Database, fact: ReviewDayDeclined) -> str:
    """What they wrote beside their answer."""
    query = select(CalendarInvitee.comment).join(CalendarEntry, CalendarEntry.id == CalendarInvitee.entry_id)  # type: ignore[arg-type]  # columns
    mine = (CalendarEntry.kind == EntryKind.REVIEW, CalendarEntry.subject_id == fact.day_id)
    return db.exec(query.where(*mine, CalendarInvitee.person_id == fact.person_id)).first() or ""
