"""What home asks of those who have a part in peer reviews, and of nobody else."""

import pytest

from events.core import clock
from sessions.peer_reviews.assessment_questions import assessment_questions_of
from sessions.peer_reviews.desk_notes import hand_in_desk_notes, own_notes_step
from sessions.peer_reviews.places import ask_into_review, decline_review_place
from sessions.peer_reviews.reviews import ReviewRole
from sessions.peer_reviews.self_assessments import hand_in_self_assessment
from sessions.peer_reviews.templates import StepKind
from tests.frontend.browser import Browser
from tests.makers import again, make_person, person_of
from tests.sessions.makers_review_hosts import in_step, open_step, place_of
from tests.sessions.makers_review_meetings import DAY
from tests.sessions.makers_reviews import make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ASKS = {
    "answer": "Say whether you take part",
    "notes": "Hand in your desk notes",
    "case": "Hand in your self-assessment",
}


@pytest.fixture
def review(db):
    return make_review(db, peers=1)


def asked(db, actor):
    read = Browser(db, actor).get("/").text
    return [name for name, words in ASKS.items() if words in read]


def test_who_is_asked_into_a_review_answers_first_and_not_any_more_after_that(db, review):
    nia = make_person(db, "Nia Novak")
    ask_into_review(db, review.ada, review.subject, person=person_of(db, nia), role=ReviewRole.OBSERVER)
    nia = again(db, nia)
    assert asked(db, nia) == ["answer"]

    decline_review_place(db, nia, place_of(db, review.subject, nia))

    assert asked(db, again(db, nia)) == []


def test_a_host_and_a_peer_read_what_they_owe_while_its_step_is_on(db, review):
    bo, hal = review.people["bo"], review.people["hal"]
    assert asked(db, bo) == []
    for kind in (StepKind.SELF_ASSESSMENT, StepKind.DESK_NOTES):
        open_step(db, review.ada, review.event, kind)
    assert (asked(db, bo), asked(db, hal), asked(db, review.people["ole"])) == (["notes"], ["case"], [])
    with clock.frozen_at(clock.now() + 8 * DAY):
        assert (asked(db, bo), asked(db, hal)) == ([], [])

    texts = {"general": {"doubts": "Fees?"}}
    hand_in_desk_notes(db, bo, own_notes_step(db, bo, review.subject), texts=texts, revision=1)
    answers = {assessment_questions_of(db, review.event.id)[0].public_id: "In wood."}
    case = in_step(db, review.subject, StepKind.SELF_ASSESSMENT)
    hand_in_self_assessment(db, hal, case, answers=answers, revision=1)

    assert (asked(db, bo), asked(db, hal)) == ([], [])
