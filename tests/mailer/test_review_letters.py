"""Letters of peer reviews: who hears what, in their language, and what is not said any more when it has changed."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.timers import run_due_timers
from sessions.peer_reviews.assessment_questions import assessment_questions_of
from sessions.peer_reviews.attribution import set_attribution
from sessions.peer_reviews.desk_notes import GENERAL, hand_in_desk_notes, release_desk_notes
from sessions.peer_reviews.endings import cancel_review, withdraw_as_host
from sessions.peer_reviews.hosting import Choice, get_application, withdraw_application
from sessions.peer_reviews.places import (
    accept_review_place,
    ask_into_review,
    decline_review_place,
    leave_review,
    take_out_of_review,
)
from sessions.peer_reviews.reviews import Attribution, ReviewRole
from sessions.peer_reviews.selection import decide_application, release_selection
from sessions.peer_reviews.self_assessments import hand_in_self_assessment
from sessions.peer_reviews.setting_up import change_step, get_step
from sessions.peer_reviews.templates import StepKind
from tests.mailer.makers_letters import html_of, new_letters, sent, text_of
from tests.makers import again, make_person, person_of
from tests.sessions.makers_review_hosts import in_step, make_applicant, make_application, open_step, place_of
from tests.sessions.makers_review_meetings import FIRST
from tests.sessions.makers_review_story import up_to
from tests.sessions.makers_reviews import make_review, make_review_event


@pytest.fixture
def review(db):
    return make_review(db)


@pytest.fixture
def nia(db):
    return make_person(db, "Nia Novak")


def ask(db, review, actor, *, role=ReviewRole.OBSERVER, why=""):
    return ask_into_review(db, again(db, review.ada), review.subject, person=person_of(db, actor), role=role, why=why)


def subjects(letters):
    return {name: one.subject for name, one in letters.items()}


def test_who_is_asked_gets_the_case_and_a_link_to_answer(db, review, nia):
    known = sent(db)

    ask(db, review, nia, why="You know members.")
    letters = new_letters(db, known)

    said = text_of(letters["nia"])
    assert subjects(letters) == {"nia": "Will you take part in the review of Straw?"}
    assert "Members that stay" in said
    assert "> You know members." in said
    assert "Answer" in html_of(letters["nia"])


def test_who_is_asked_and_out_again_before_the_letter_goes_gets_none_that_asks(db, review, nia):
    known = sent(db)
    ask(db, review, nia)
    decline_review_place(db, again(db, nia), place_of(db, review.subject, nia), reason="No time.")

    letters = new_letters(db, known)

    assert sorted(letters) == ["ada", "mo"]
    assert "> No time." in text_of(letters["mo"])
    assert letters["ada"].subject == "Nia Novak declined to take part in the review of Straw"


def test_who_runs_it_hears_of_answers_and_of_who_leaves(db, review, nia):
    ask(db, review, nia)
    known = sent(db)
    accept_review_place(db, again(db, nia), place_of(db, review.subject, nia))
    accepted = new_letters(db, known)
    known = sent(db)
    leave_review(db, again(db, nia), place_of(db, review.subject, nia), reason="I am ill.")
    left = new_letters(db, known)

    assert subjects(accepted) == dict.fromkeys(("ada", "mo"), "Nia Novak takes part in the review of Straw")
    assert subjects(left) == dict.fromkeys(("ada", "mo"), "Nia Novak dropped out of the review of Straw")
    assert "> I am ill." in text_of(left["ada"])


def test_who_is_taken_out_is_told_why(db, review):
    known = sent(db)

    take_out_of_review(
        db, again(db, review.ada), place_of(db, review.subject, review.people["ole"]), reason="He moved on."
    )
    letters = new_letters(db, known)

    assert letters["ole"].subject == "Your place in the review of Straw has ended"
    assert "> He moved on." in text_of(letters["ole"])


def test_everybody_in_a_cancelled_review_is_told_why_and_who_declined_is_not(db, review, nia):
    ask(db, review, nia)
    decline_review_place(db, again(db, nia), place_of(db, review.subject, nia), reason="No time.")
    known = sent(db)

    cancel_review(db, again(db, review.ada), review.subject, reason="The host was merged.")
    letters = new_letters(db, known)

    assert sorted(letters) == ["ada", "bo", "cy", "di", "ed", "hal", "mo", "ole", "ria"]
    assert all("> The host was merged." in text_of(one) for one in letters.values())


def test_who_is_protected_hears_when_names_are_told_after_all(db, review):
    known = sent(db)
    set_attribution(db, review.people["mo"], review.subject, attribution=Attribution.NAMED)
    named = new_letters(db, known)
    known = sent(db)
    set_attribution(db, review.people["mo"], review.subject, attribution=Attribution.PRIVATE)
    set_attribution(db, review.people["mo"], review.subject, attribution=Attribution.NAMED)
    twice = new_letters(db, known)

    assert named["bo"].subject == "Names are told in the review of Straw"
    assert twice["bo"].subject == "Names are told in the review of Straw"


def test_who_runs_it_decides_when_a_host_withdraws(db, review):
    known = sent(db)

    withdraw_as_host(db, review.people["hal"], review.subject, reason="Our manager left.")
    letters = new_letters(db, known)

    assert subjects(letters) == dict.fromkeys(("ada", "mo"), "Straw withdrew from its review")
    assert "> Our manager left." in text_of(letters["ada"])


def test_applicants_hear_that_it_arrived_and_what_became_of_it_when_it_is_released(db):
    ada = make_person(db, "Ada Adler")
    event = make_review_event(db, ada)
    open_step(db, ada, event, StepKind.CALL)
    known = sent(db)
    made = {
        Choice.CHOSEN: make_application(db, event, *make_applicant(db, "Cy Costa")),
        Choice.RESERVE: make_application(db, event, *make_applicant(db, "Di Dahl")),
        Choice.NOT_CHOSEN: make_application(db, event, *make_applicant(db, "Ed Esser")),
    }
    received = new_letters(db, known)
    known = sent(db)
    for choice, one in made.items():
        actor = again(db, ada)
        subject = get_application(db, actor, event.event, one.application.public_id)
        decide_application(db, actor, subject, decision=choice, why=f"It is {choice.value}.")
    silence = new_letters(db, known)
    release_selection(db, again(db, ada), event)
    decided = new_letters(db, known)

    assert subjects(received) == dict.fromkeys(
        ("cy", "di", "ed"), "Your application as a host in Peer Days has arrived"
    )
    assert silence == {}
    assert subjects(decided) == {
        "cy": "You are chosen as a host in Peer Days",
        "di": "You are on reserve as a host in Peer Days",
        "ed": "Your application as a host in Peer Days",
    }
    assert "> It is chosen." in text_of(decided["cy"])
    assert "Write the self-assessment" in text_of(decided["cy"])
    assert "is not chosen as a host" in text_of(decided["ed"])


def test_organisers_hear_of_a_withdrawn_application(db):
    ada = make_person(db, "Ada Adler")
    event = make_review_event(db, ada)
    open_step(db, ada, event, StepKind.CALL)
    actor, cluster = make_applicant(db, "Cy Costa")
    made = make_application(db, event, actor, cluster)
    known = sent(db)

    withdraw_application(db, actor, made)

    assert subjects(new_letters(db, known)) == {"ada": "Costa Cluster withdrew its application"}


def test_those_concerned_hear_of_a_moved_step_in_their_own_zone_once(db, review):
    known = sent(db)
    subject, now = get_step(db, review.event, "agenda"), clock.now()
    for days in (1, 2):
        change_step(
            db, again(db, review.ada), subject, starts_at=now, ends_at=now + timedelta(days=days), title="Programme"
        )

    letters = new_letters(db, known)

    assert sorted(letters) == ["bo", "cy", "di", "ed", "hal", "mo", "ole", "ria"]
    assert letters["bo"].subject == "New dates in Peer Days: Programme"
    assert "Thu, 16 Apr 2026" in text_of(letters["bo"])
    assert "(Europe/Brussels)" in text_of(letters["bo"])


def test_readers_hear_of_the_self_assessment_and_of_released_notes(db, review):
    for kind in (StepKind.SELF_ASSESSMENT, StepKind.DESK_NOTES):
        open_step(db, review.ada, review.event, kind)
    known = sent(db)
    question = assessment_questions_of(db, review.event.id)[0].public_id
    case = in_step(db, review.subject, StepKind.SELF_ASSESSMENT)
    hand_in_self_assessment(db, review.people["hal"], case, answers={question: "Straw."}, revision=1)
    handed = new_letters(db, known)
    known = sent(db)
    notes = in_step(db, review.subject, StepKind.DESK_NOTES)
    hand_in_desk_notes(db, review.people["bo"], notes, texts={GENERAL: {"doubts": "Fees?"}}, revision=1)
    silence = new_letters(db, known)
    release_desk_notes(db, review.people["mo"], review.subject)
    released = new_letters(db, known)

    assert sorted(handed) == ["bo", "cy", "di", "ed", "mo", "ria"]
    assert handed["bo"].subject == "The self-assessment of Straw is there"
    assert silence == {}
    assert sorted(released) == ["bo", "cy", "di", "ed", "hal", "mo", "ole", "ria"]
    assert "Fees?" not in text_of(released["hal"])


def test_who_owes_something_is_reminded_and_can_stop_reminders(db, review):
    now = clock.now()
    subject = get_step(db, review.event, "desk notes")
    change_step(db, again(db, review.ada), subject, starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=6))
    sent(db)
    known = sent(db)
    with clock.frozen_at(now + timedelta(days=4, hours=1)):
        run_due_timers()
        db.expire_all()
        letters = new_letters(db, known)

    assert sorted(letters) == ["bo", "cy", "di", "ed"]
    said = text_of(letters["bo"])
    assert letters["bo"].subject == "Due soon in the review of Straw: Desk notes"
    assert "Your desk notes are not handed in yet." in said
    assert "Stop letters of this kind" in said


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_all_of_the_host_dropped_out_the_organisers_hear_what_is_owed(db):
    story = up_to(db, "follow-up")
    known = sent(db)
    story.drops_out(ReviewRole.HOST)

    db.commit()

    with clock.frozen_at(FIRST + timedelta(days=62)):
        run_due_timers()
        letters = [one for one in new_letters(db, known).values() if one.kind == "host_awaited"]

    assert [one.address.partition("@")[0] for one in letters] == ["ada"]
