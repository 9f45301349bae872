"""Changing the questions of a review in a browser without JavaScript: by whom, what stays typed, and what is shown."""

import pytest

from sessions.peer_reviews.live import start_next_part
from sessions.peer_reviews.reviews import questions_of
from sessions.peer_reviews.writing_up import Wording, record_finding
from tests.frontend.browser import Browser
from tests.makers import make_person
from tests.sessions.makers_review_meetings import WORDING, plan
from tests.sessions.makers_reviews import QUESTIONS, make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def review(db):
    return make_review(db)


def here(review):
    return f"/e/peer-days/reviews/{review.subject.review.public_id}"


def fields(db, review, *texts, **more):
    """The form as it was, with these texts; those after the questions are new ones."""
    found = {"version": str(review.subject.review.version)}
    for number, one in enumerate(questions_of(db, review.subject.id)):
        found |= {f"which-{number}": one.public_id, f"about-{number}": one.about}
    return found | {f"question-{number}": text for number, text in enumerate(texts)} | more


def test_the_host_changes_adds_and_drops_and_everybody_inside_reads_what_was_asked_before(db, review):
    hal = Browser(db, review.people["hal"])
    assert "Change the questions" in hal.get(here(review)).text
    assert QUESTIONS[1] in hal.get(f"{here(review)}/questions").text

    done = hal.send(f"{here(review)}/questions", **fields(db, review, "", "Who would pay?", QUESTIONS[2], "And next?"))

    assert "told by letter" in done.text
    read = Browser(db, review.people["bo"]).get(here(review)).text
    assert "Change the questions" not in read
    for text in ("Who would pay?", "And next?", "What was asked before", QUESTIONS[0], QUESTIONS[1], "Dropped"):
        assert text in read


def test_what_was_typed_stays_beside_what_is_wrong_with_it(db, review):
    hal = Browser(db, review.people["hal"])

    refused = hal.send(f"{here(review)}/questions", **fields(db, review, *QUESTIONS, "x" * 501))

    assert refused.status == 422
    assert "x" * 501 in refused.text
    assert "at most 500 characters" in refused.text
    few = hal.send(f"{here(review)}/questions", **fields(db, review, "Only this one?", "", ""))
    assert "Only this one?" in few.text
    assert "from 3 to 5 questions" in few.text


@pytest.mark.parametrize("name", ["bo", "ria", "ole", "stranger"])
def test_nobody_else_has_the_page(db, review, name):
    actor = make_person(db, "Eve Ernst") if name == "stranger" else review.people[name]

    assert Browser(db, actor).get(f"{here(review)}/questions").status == 404


def test_once_it_has_begun_the_host_reads_why_and_an_organiser_corrects(db, review):
    plan(db, review)
    start_next_part(db, review.people["mo"], review.subject, after="")

    read = Browser(db, review.people["hal"]).get(f"{here(review)}/questions").text
    assert "The meeting has begun" in read
    assert 'name="question-0"' not in read
    ada = Browser(db, review.ada)
    assert 'name="question-3"' not in ada.get(f"{here(review)}/questions").text
    ada.send(f"{here(review)}/questions", **fields(db, review, "How do we gain members?", *QUESTIONS[1:]))

    assert "How do we gain members?" in ada.get(here(review)).text


def test_a_finding_on_a_dropped_question_says_so_and_a_new_one_cannot_choose_it(db, review):
    first = questions_of(db, review.subject.id)[0]
    row = record_finding(
        db, review.people["bo"], review.subject, wording=Wording(**{**vars(WORDING), "question": first.public_id})
    )
    hal, bo = Browser(db, review.people["hal"]), Browser(db, review.people["bo"])
    hal.send(f"{here(review)}/questions", **fields(db, review, "", *QUESTIONS[1:], "And next?"))

    assert "Dropped" in bo.get(f"{here(review)}/findings").text
    assert f"{QUESTIONS[0]} (dropped)" in bo.get(f"{here(review)}/findings/{row.public_id}").text
    assert QUESTIONS[0] not in bo.get(f"{here(review)}/findings/new").text
