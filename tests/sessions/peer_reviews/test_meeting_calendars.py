"""Days of a review's meeting in calendars: whoever has a place has them, in whatever order things happen."""

import pytest
from sqlmodel import select

from events.core.access import SYSTEM
from events.core.journal import JournalEntry, record, settle
from sessions.calendars import CalendarMethod, EntryKind, find_entry, invitees_of, latest_revision
from sessions.peer_reviews.agenda import days_of, move_days
from sessions.peer_reviews.meeting_calendars import settle_review_calendars
from sessions.peer_reviews.reviews import ReviewCancelled, ReviewRole, ReviewState
from tests.makers import make_person, person_of
from tests.sessions.makers_review_meetings import DAY, FIRST, plan, take_out
from tests.sessions.makers_reviews import give_place, make_review


@pytest.fixture
def review(db):
    made = make_review(db)
    plan(db, made)
    told(db)
    return made


def told(db):
    db.commit()
    settle()
    db.expire_all()


def state(db, review):
    found = []
    for day in days_of(db, review.subject.id):
        entry = find_entry(db, EntryKind.REVIEW, day.id)
        revision = latest_revision(db, entry)
        found.append((str(revision.method), revision.sequence, len(invitees_of(db, entry))))
    return found


def facts(db, kind, person=None):
    rows = db.exec(select(JournalEntry).where(JournalEntry.kind == kind)).all()
    return [one.particulars["sequence"] for one in rows if person in (None, one.particulars["person_id"])]


def test_each_day_is_in_the_calendar_of_everybody_with_a_place(db, review):
    assert state(db, review) == [("REQUEST", 0, 8), ("REQUEST", 0, 8)]
    assert len(facts(db, "ReviewDayInvited")) == 16


def test_a_day_that_moves_has_a_higher_number_and_the_other_stays(db, review):
    move_days(db, review.people["mo"], review.subject, starts=[FIRST, FIRST + 2 * DAY])
    told(db)

    assert state(db, review) == [("REQUEST", 0, 8), ("REQUEST", 1, 8)]
    assert len(facts(db, "ReviewDayMoved")) == 8


def test_a_day_that_is_called_otherwise_at_its_time_is_not_told_as_moved(db, review):
    review.subject.review.topic = "Members that Bo Berg keeps"
    db.add(review.subject.review)
    db.flush()

    settle_review_calendars(db, SYSTEM, review.subject.id)

    entry = find_entry(db, EntryKind.REVIEW, days_of(db, review.subject.id)[0].id)
    assert latest_revision(db, entry).summary == "Members that ▒▒▒ keeps (1/2)"
    assert [len(facts(db, f"ReviewDay{what}")) for what in ("Moved", "Renamed")] == [0, 16]
    assert state(db, review) == [("REQUEST", 1, 8), ("REQUEST", 1, 8)]


def test_who_leaves_is_told_so_and_who_stands_in_is_asked(db, review):
    bo = take_out(db, review, "bo")
    told(db)
    fay = give_place(db, review, make_person(db, "Fay Falk"), ReviewRole.PEER)
    told(db)

    assert state(db, review) == [("REQUEST", 2, 8), ("REQUEST", 2, 8)]
    assert facts(db, "ReviewDayFreed", bo.person) == [1, 1]
    assert facts(db, "ReviewDayInvited", fay.person) == [2, 2]


def test_a_review_that_is_cancelled_leaves_all_calendars(db, review):
    row = review.subject.review
    row.state = ReviewState.CANCELLED
    db.add(row)
    record(db, SYSTEM, ReviewCancelled(event_id=review.event.id, review_id=review.subject.id))
    told(db)

    assert [one[:2] for one in state(db, review)] == [("CANCEL", 1), ("CANCEL", 1)]
    assert len(facts(db, "ReviewDayFreed")) == 16


def test_told_twice_is_once(db, review):
    before = state(db, review), len(db.exec(select(JournalEntry)).all())

    settle_review_calendars(db, SYSTEM, review.subject.id)

    assert (state(db, review), len(db.exec(select(JournalEntry)).all())) == before


def test_somebody_who_has_only_been_asked_is_not_in_it(db, review):
    from sessions.peer_reviews.places import ask_into_review

    gil = make_person(db, "Gil Gold")
    ask_into_review(db, review.ada, review.subject, person=person_of(db, gil), role=ReviewRole.PEER)
    told(db)

    assert facts(db, "ReviewDayInvited", gil.person) == []
    assert [one[2] for one in state(db, review)] == [8, 8]


def test_a_summary_names_the_topic_and_nobody(db, review):
    entry = find_entry(db, EntryKind.REVIEW, days_of(db, review.subject.id)[0].id)
    revision = latest_revision(db, entry)

    assert revision.summary == "Members that stay (1/2)"
    assert revision.path == f"/e/peer-days/reviews/{review.subject.review.public_id}/live"
    assert revision.method is CalendarMethod.REQUEST
