"""Changing the questions of a review in a browser without JavaScript: by whom, what stays typed, and what is shown."""

import pytest

from sessions.peer_reviews.agenda import PartInReview, agenda_of, change_part_length, move_days
from sessions.peer_reviews.live import start_next_part
from sessions.peer_reviews.reviews import questions_of
from sessions.peer_reviews.writing_up import Wording, record_finding
from tests.frontend.browser import Browser
from tests.makers import make_person
from tests.sessions.makers_review_meetings import FIRST, WORDING, plan
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


def test_a_question_that_was_typed_before_it_has_begun_is_refused_and_stays_typed(db, review):
    typed = fields(db, review, *QUESTIONS, "What next?")
    plan(db, review)
    start_next_part(db, review.people["mo"], review.subject, after="")
    ada = Browser(db, review.ada)

    refused = ada.send(f"{here(review)}/questions", **typed)
    same = ada.send(f"{here(review)}/questions", **fields(db, review, *QUESTIONS))

    assert (refused.status, "Questions neither come nor go" in refused.text) == (409, True)
    assert "What next?</textarea>" in refused.html
    assert "Nothing was changed." in same.text
    assert "told by letter" not in same.text


def test_the_host_is_refused_once_it_has_begun_and_reads_what_they_typed_beside_the_reason(db, review):
    about = {"about-0": "Half of them leave.", "about-3": "We have three years."}
    typed = fields(db, review, *QUESTIONS[:2], "How do we show them?", "What next?", **about)
    plan(db, review)
    start_next_part(db, review.people["mo"], review.subject, after="")
    hal = Browser(db, review.people["hal"])

    refused = hal.send(f"{here(review)}/questions", **typed)

    assert (refused.status, refused.text.count("The meeting has begun. Questions neither come nor go")) == (409, 2)
    kept = ("Half of them leave.", "How do we show them?", "What next?", "We have three years.")
    assert sorted(one for one in kept if f">{one}</blockquote>" in refused.html) == sorted(kept)
    assert (refused.html.count("<blockquote"), 'name="question-0"' in refused.html) == (4, False)
    assert "<blockquote" not in hal.get(f"{here(review)}/questions").html


@pytest.mark.parametrize("full", ["a day of twelve hours", "a day that begins as the one before ends"])
def test_a_question_for_which_there_is_no_time_is_refused_in_a_sentence_without_a_link_to_nothing(db, review, full):
    plan(db, review)
    ada, (day, _next) = review.ada, agenda_of(db, review.subject.id)
    if full == "a day of twelve hours":
        for line in day.lines[:3]:
            part = PartInReview(line.part, review.subject.review, review.event.event)
            minutes = min(240, line.part.minutes + 720 - minutes_of(db, review))
            change_part_length(db, ada, part, minutes=minutes)
        assert minutes_of(db, review) == 720
        said = "more than twelve hours"
    else:
        move_days(db, ada, review.subject, starts=[FIRST, day.ends_at])
        said = "before the day before"

    hal = Browser(db, review.people["hal"])
    refused = hal.send(f"{here(review)}/questions", **fields(db, review, *QUESTIONS, "What next?"))

    assert (refused.status, said in refused.text) == (409, True)
    assert "What next?</textarea>" in refused.html
    assert {"#f-minutes", "#f-starts"} & set(refused.links) == set()
    assert "What next?" not in hal.get(here(review)).text


def minutes_of(db, review):
    """How long the first day is."""
    [day, _next] = agenda_of(db, review.subject.id)
    return int((day.ends_at - day.day.starts_at).total_seconds() // 60)


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
