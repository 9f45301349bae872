"""Self-assessment and desk notes: who writes, who reads what when, and what is released."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.files import ready
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from sessions.peer_reviews.assessment_questions import AskedOfHosts, assessment_questions_of, set_assessment_questions
from sessions.peer_reviews.attribution import set_attribution
from sessions.peer_reviews.desk_notes import (
    GENERAL,
    hand_in_desk_notes,
    release_desk_notes,
    save_desk_notes,
    shown_notes,
)
from sessions.peer_reviews.papers import files_of_review
from sessions.peer_reviews.places import leave_review
from sessions.peer_reviews.reviews import Attribution, ReviewNotOn, questions_of
from sessions.peer_reviews.self_assessments import (
    add_review_files,
    get_case,
    hand_in_self_assessment,
    remove_review_file,
    save_self_assessment,
    versions_of_assessment,
)
from sessions.peer_reviews.templates import StepKind
from tests.makers import again, make_member, make_person
from tests.sessions.makers_review_hosts import in_step, open_step, place_of, shut_step
from tests.sessions.makers_reviews import make_review


@pytest.fixture
def review(db):
    made = make_review(db)
    for kind in (StepKind.SELF_ASSESSMENT, StepKind.DESK_NOTES):
        open_step(db, made.ada, made.event, kind)
    return made


def case(db, review):
    return in_step(db, review.subject, StepKind.SELF_ASSESSMENT)


def notes(db, review):
    return in_step(db, review.subject, StepKind.DESK_NOTES)


def answers(db, review, text="We work in straw."):
    return {assessment_questions_of(db, review.event.id)[0].public_id: text}


def texts(doubt, question=GENERAL):
    return {question: {"strengths": "Loyal members.", "doubts": doubt, "questions": ""}}


def test_a_host_hands_in_versions_that_stay_as_they_were(db, review):
    hal = review.people["hal"]
    hand_in_self_assessment(db, hal, case(db, review), answers=answers(db, review), revision=1)
    hand_in_self_assessment(db, hal, case(db, review), answers=answers(db, review, "In wood."), revision=2)
    set_assessment_questions(db, again(db, review.ada), review.event, questions=[AskedOfHosts("Other?")])

    found = versions_of_assessment(db, review.subject.id)

    assert [(one.number, one.content[0]["answer"]) for one in found] == [(2, "In wood."), (1, "We work in straw.")]
    assert len(found[1].content) == 12


def test_the_same_again_makes_no_other_version(db, review):
    hal = review.people["hal"]
    for revision in (1, 2):
        hand_in_self_assessment(db, hal, case(db, review), answers=answers(db, review), revision=revision)

    assert [one.number for one in versions_of_assessment(db, review.subject.id)] == [1]


def test_colleagues_of_the_host_write_and_peers_do_not(db, review):
    colleague = make_member(db, make_person(db, "Col League"), review.host, is_contact=False)
    public = review.subject.review.public_id

    save_self_assessment(
        db, colleague, get_case(db, colleague, review.event.event, public), answers=answers(db, review), revision=1
    )

    with pytest.raises(NotAllowed):
        save_self_assessment(db, review.people["bo"], case(db, review), answers={}, revision=2)
    with pytest.raises(NotFound):
        get_case(db, make_person(db, "Xi Xu"), review.event.event, public)


def test_two_who_write_at_once_do_not_lose_what_the_other_wrote(db, review):
    hal = review.people["hal"]
    save_self_assessment(db, hal, case(db, review), answers=answers(db, review), revision=1)

    with pytest.raises(Conflict):
        save_self_assessment(db, hal, case(db, review), answers=answers(db, review, "Other."), revision=1)


def test_nothing_empty_too_long_or_late_is_handed_in(db, review):
    hal = review.people["hal"]
    with pytest.raises(Invalid):
        hand_in_self_assessment(db, hal, case(db, review), answers={}, revision=1)
    with pytest.raises(Invalid):
        save_self_assessment(db, hal, case(db, review), answers=answers(db, review, "x" * 6001), revision=1)
    shut_step(db, review.ada, review.event, StepKind.SELF_ASSESSMENT)
    with pytest.raises(ReviewNotOn):
        save_self_assessment(db, hal, case(db, review), answers=answers(db, review), revision=1)
    assert versions_of_assessment(db, review.subject.id) == []


def test_the_initial_report_is_added_once_and_removed(db, review):
    hal = review.people["hal"]
    with ready([("report.md", b"# Report\n"), ("again.md", b"# Report\n")]) as files:
        add_review_files(db, hal, case(db, review), files=files)
        db.commit()
    [first, _second] = files_of_review(db, review.subject.id)

    remove_review_file(db, hal, case(db, review), file=first)

    assert [one.name for one in files_of_review(db, review.subject.id)] == ["again.md"]
    with pytest.raises(Conflict):
        remove_review_file(db, hal, case(db, review), file=first)


def test_notes_are_read_by_the_others_only_when_they_are_released(db, review):
    bo, cy, hal, mo = (review.people[one] for one in ("bo", "cy", "hal", "mo"))
    question = questions_of(db, review.subject.id)[0].public_id
    save_desk_notes(db, bo, notes(db, review), texts=texts("Draft.", question), revision=1)
    drafted = [shown_notes(db, one, review.subject) for one in (mo, cy, hal)]
    hand_in_desk_notes(db, bo, notes(db, review), texts=texts("Are fees the cause?", question), revision=2)

    before = {one.person: len(shown_notes(db, one, review.subject)) for one in (bo, cy, hal, mo)}
    release_desk_notes(db, mo, review.subject)
    after = shown_notes(db, hal, review.subject)

    assert drafted == [[], [], []]
    assert before == {bo.person: 1, cy.person: 0, hal.person: 0, mo.person: 1}
    assert [(one.who, one.texts[question]["doubts"]) for one in after] == [("Bo Berg", "Are fees the cause?")]
    assert len(shown_notes(db, cy, review.subject)) == 1


def test_what_is_changed_after_the_release_waits_for_the_next_one(db, review):
    bo, hal, mo = (review.people[one] for one in ("bo", "hal", "mo"))
    hand_in_desk_notes(db, bo, notes(db, review), texts=texts("First."), revision=1)
    release_desk_notes(db, mo, review.subject)
    hand_in_desk_notes(db, bo, notes(db, review), texts=texts("Second."), revision=2)

    [read] = shown_notes(db, hal, review.subject)

    assert read.texts[GENERAL]["doubts"] == "First."
    assert release_desk_notes(db, mo, review.subject) == 1
    with pytest.raises(Conflict):
        release_desk_notes(db, mo, review.subject)


def test_a_hosts_colleague_who_is_not_inside_learns_no_names_where_the_review_is_private(db, review):
    colleague = make_member(db, make_person(db, "Col League"), review.host, is_contact=False)
    bo, mo = review.people["bo"], review.people["mo"]
    hand_in_desk_notes(db, bo, notes(db, review), texts=texts("Bo Berg asks: who pays?"), revision=1)
    release_desk_notes(db, mo, review.subject)

    [private] = shown_notes(db, colleague, review.subject)
    set_attribution(db, mo, review.subject, attribution=Attribution.NAMED)
    [named] = shown_notes(db, colleague, review.subject)

    assert str(private.who) == "Peer"
    assert "Berg" not in private.texts[GENERAL]["doubts"]
    assert (named.who, named.texts[GENERAL]["doubts"]) == ("Bo Berg", "Bo Berg asks: who pays?")


def test_hosts_observers_and_who_dropped_out_write_no_notes(db, review):
    bo = review.people["bo"]
    leave_review(db, bo, place_of(db, review.subject, bo), reason="I am ill.")

    for one in (review.people["hal"], review.people["ole"], again(db, bo)):
        with pytest.raises(NotAllowed):
            save_desk_notes(db, one, notes(db, review), texts=texts("No."), revision=1)
    with pytest.raises(NotAllowed):
        release_desk_notes(db, review.people["cy"], review.subject)


def test_notes_without_a_word_too_long_or_late_are_refused(db, review):
    bo = review.people["bo"]
    with pytest.raises(Invalid):
        hand_in_desk_notes(db, bo, notes(db, review), texts={GENERAL: {"doubts": " "}}, revision=1)
    with pytest.raises(Invalid) as refused:
        save_desk_notes(db, bo, notes(db, review), texts={GENERAL: {"doubts": "x" * 4001}}, revision=1)
    assert list(refused.value.fields) == ["doubts-general"]
    with clock.frozen_at(clock.now() + timedelta(days=60)), pytest.raises(ReviewNotOn):
        save_desk_notes(db, bo, notes(db, review), texts=texts("Late."), revision=1)
