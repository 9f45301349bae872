"""Letters about a review's meeting: an entry for each day, moved, freed, and given to whoever stands in."""

import pytest

from sessions.peer_reviews.agenda import move_days
from sessions.peer_reviews.reviews import ReviewRole
from sessions.replies import CalendarReply, ReplyOutcome, ReplyVerb, answer_entry, find_entry_of
from tests.mailer.makers_letters import all_letters, calendar_event_of, new_letters, sent, text_of, written
from tests.makers import NOW, make_person
from tests.sessions.makers_review_meetings import DAY, FIRST, plan, take_out
from tests.sessions.makers_reviews import give_place, make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def review(db):
    return make_review(db)


def of_kind(kind, known=0):
    return [one for one in all_letters()[known:] if one.kind == kind]


def test_everybody_gets_each_day_as_an_entry_of_its_own(db, review):
    plan(db, review)
    written(db)

    letters = [one for one in of_kind("review_day_invited") if one.address.startswith("bo")]
    entries = [calendar_event_of(one) for one in letters]
    assert [(one["SEQUENCE"], str(one["SUMMARY"])) for one in entries] == [
        (0, "Members that stay (1/2)"), (0, "Members that stay (2/2)")
    ]  # fmt: skip
    assert entries[0]["UID"] != entries[1]["UID"]
    assert entries[0]["DTSTART"].dt == FIRST
    assert [one.method for one in letters] == ["REQUEST", "REQUEST"]
    assert f"/reviews/{review.subject.review.public_id}/live" in text_of(letters[0])


def test_a_day_that_moves_says_when_it_was_before(db, review):
    plan(db, review)
    known = sent(db)
    move_days(db, review.people["mo"], review.subject, starts=[FIRST, FIRST + 2 * DAY])

    moved = new_letters(db, known)

    assert {one.kind for one in moved.values()} == {"review_day_moved"}
    assert len(moved) == 8
    assert calendar_event_of(moved["bo"])["SEQUENCE"] == 1
    assert moved["bo"].subject == "Updated: peer review Members that stay at Peer Days"


def test_who_leaves_gets_a_cancellation_and_who_stands_in_an_invitation(db, review):
    plan(db, review)
    known = sent(db)
    take_out(db, review, "bo")
    give_place(db, review, make_person(db, "Fay Falk"), ReviewRole.PEER)

    written(db)

    letters = [one for one in all_letters()[known:] if one.kind.startswith("review_day")]
    assert sorted((one.address.partition("@")[0], one.method) for one in letters) == [
        ("bo", "CANCEL"), ("bo", "CANCEL"), ("fay", "REQUEST"), ("fay", "REQUEST")
    ]  # fmt: skip


def test_an_answer_from_a_calendar_is_kept_and_who_declined_hears_of_no_move(db, review):
    plan(db, review)
    sent(db)
    uid = of_kind("review_day_invited")[0].uid
    bo = review.people["bo"]
    entry = find_entry_of(db, uid, bo.person)

    outcome = answer_entry(db, bo, entry, reply=CalendarReply(ReplyVerb.DECLINED, uid, 0, NOW))
    db.commit()
    known = len(all_letters())
    move_days(db, review.people["mo"], review.subject, starts=[FIRST + DAY / 24, FIRST + DAY + DAY / 24])
    written(db)

    moved = [one.address.partition("@")[0] for one in of_kind("review_day_moved", known)]
    assert outcome is ReplyOutcome.APPLIED
    assert (moved.count("bo"), moved.count("cy")) == (1, 2)
