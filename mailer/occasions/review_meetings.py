"""Letters about the meeting of a peer review: each day of it comes, moves and goes in the calendars of its people."""

from typing import Any

from sqlmodel import select

from events.core.database import Database
from events.events import Event
from events.organisations import Organisation
from mailer.letters import Recipient, Values, letter_for, recipients, silent
from sessions.calendars import EntryKind, declined_by
from sessions.peer_reviews import agenda, live, writing_up
from sessions.peer_reviews.meeting_calendars import ReviewDayFreed, ReviewDayInvited, ReviewDayMoved
from sessions.peer_reviews.reviews import PeerReview

ENTRY = (EntryKind.REVIEW, "day_id")

# The calendar letters say what it comes to; the live room shows the rest as it happens.
silent(agenda.ReviewAgendaPlanned, agenda.ReviewAgendaChanged)
silent(live.ReviewPartStarted, live.ReviewPartEnded, live.ReviewMeetingHeld)
silent(writing_up.FindingRecorded, writing_up.FindingChanged, writing_up.FindingAgreed, writing_up.FindingWithdrawn)


def _person(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _who_comes(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id} - declined_by(db, EntryKind.REVIEW, fact.day_id))


def _review(db: Database, fact: Any) -> Values | None:
    event, review = db.get(Event, fact.event_id), db.get(PeerReview, fact.review_id)
    if event is None or review is None:
        return None
    host = db.exec(select(Organisation.name).where(Organisation.id == review.organisation_id)).first()
    return {"event": event.name, "topic": review.topic, "host": host or ""}


@letter_for(ReviewDayInvited, to=_person, entry=ENTRY)
def review_day_invited(db: Database, fact: ReviewDayInvited, to: Recipient) -> Values | None:
    return _review(db, fact)


@letter_for(ReviewDayMoved, to=_who_comes, entry=ENTRY)
def review_day_moved(db: Database, fact: ReviewDayMoved, to: Recipient) -> Values | None:
    values = _review(db, fact)
    return None if values is None else {**values, "old_start": fact.old_start, "old_end": fact.old_end}


@letter_for(ReviewDayFreed, to=_person, entry=ENTRY)
def review_day_freed(db: Database, fact: ReviewDayFreed, to: Recipient) -> Values | None:
    return _review(db, fact)
