"""The questions of a review that has begun to be prepared: other words, new ones, dropped ones, and what follows."""

import pytest

from events.core.refusals import Conflict, Invalid, NotAllowed
from sessions.peer_reviews.agenda import PartInReview, agenda_of, change_part_length, drop_part, parts_of
from sessions.peer_reviews.asking import (
    AskedOfPeers,
    asking_in,
    change_review_questions,
    correct_review_questions,
    earlier_words,
)
from sessions.peer_reviews.desk_notes import find_notes, hand_in_desk_notes, save_desk_notes
from sessions.peer_reviews.live import hold_review_meeting, start_next_part, start_part
from sessions.peer_reviews.reviews import all_questions_of, questions_of
from sessions.peer_reviews.shared_board import add_board_entry
from sessions.peer_reviews.templates import PartKind, StepKind
from sessions.peer_reviews.writing_up import FindingInReview, Wording, change_finding, record_finding, wording_of
from tests.makers import again
from tests.sessions.makers_review_hosts import in_step, open_step, place_of
from tests.sessions.makers_review_meetings import WORDING, plan
from tests.sessions.makers_reviews import QUESTIONS, make_review


def as_asked(db, review, **other_words):
    """The questions as they are, with other words for some of them by number ('q2'); '' drops one."""
    return [
        AskedOfPeers(other_words.get(f"q{one.number}", one.text), one.about, one.public_id)
        for one in questions_of(db, review.subject.id)
    ]


def change(db, review, who, asked):
    subject = asking_in(db, review.subject)
    change_review_questions(db, who, subject, questions=asked, version=subject.review.version)


def correct(db, review, who, asked):
    subject = asking_in(db, review.subject)
    correct_review_questions(db, who, subject, questions=asked, version=subject.review.version)


def told(db, review):
    return [(one.number, one.text) for one in questions_of(db, review.subject.id)]


def kinds(db, review):
    return [
        [(str(one.part.kind), one.question.number if one.question else 0) for one in day.lines]
        for day in agenda_of(db, review.subject.id)
    ]


def begin(db, review):
    start_next_part(db, review.people["mo"], review.subject, after="")


@pytest.mark.parametrize("who", ["hal", "mo", "ada"])
def test_host_moderator_and_organiser_give_a_question_other_words_and_the_earlier_ones_are_kept(db, who):
    review = make_review(db)
    actor = again(db, review.ada) if who == "ada" else review.people[who]

    change(db, review, actor, as_asked(db, review, q2="Who  would pay?"))

    assert told(db, review) == [(1, QUESTIONS[0]), (2, "Who would pay?"), (3, QUESTIONS[2])]
    [second] = [one.id for one in questions_of(db, review.subject.id) if one.number == 2]
    assert {id: [one.text for one in rows] for id, rows in earlier_words(db, review.subject.id).items()} == {
        second: [QUESTIONS[1]]
    }


@pytest.mark.parametrize("who", ["bo", "ria", "ole"])
def test_nobody_else_changes_questions(db, who):
    review = make_review(db)

    with pytest.raises(NotAllowed):
        change(db, review, review.people[who], as_asked(db, review, q2="Mine?"))


def test_a_question_is_added_with_the_next_number_and_one_that_was_dropped_comes_back_with_its_words(db):
    review = make_review(db)
    hal = review.people["hal"]
    change(db, review, hal, [*as_asked(db, review, q1=""), AskedOfPeers("What next?", "In five years.")])
    assert told(db, review) == [(2, QUESTIONS[1]), (3, QUESTIONS[2]), (4, "What next?")]

    change(db, review, hal, [*as_asked(db, review), AskedOfPeers(QUESTIONS[0])])

    assert told(db, review) == [(1, QUESTIONS[0]), (2, QUESTIONS[1]), (3, QUESTIONS[2]), (4, "What next?")]


def test_there_are_never_fewer_or_more_questions_than_the_rules_say(db):
    review = make_review(db)
    more = [AskedOfPeers(f"And {number}?") for number in range(3)]

    with pytest.raises(Invalid, match="from 3 to 5"):
        change(db, review, review.people["hal"], as_asked(db, review, q1=""))
    with pytest.raises(Invalid, match="from 3 to 5"):
        change(db, review, review.people["hal"], [*as_asked(db, review), *more])
    change(db, review, review.people["hal"], [*as_asked(db, review), *more[:2]])

    assert len(told(db, review)) == 5


def test_what_is_too_long_or_has_no_words_is_said_beside_it(db):
    review = make_review(db)

    with pytest.raises(Invalid) as refused:
        change(db, review, review.people["hal"], [*as_asked(db, review, q1="x" * 501), AskedOfPeers("", "Why so.")])

    assert sorted(refused.value.fields) == ["question-0", "question-3"]


def test_two_who_change_questions_at_once_do_not_drop_each_others(db):
    review = make_review(db)
    seen = review.subject.review.version
    stale = as_asked(db, review, q3="And results?")
    change(db, review, review.people["mo"], [*as_asked(db, review), AskedOfPeers("Mo's?")])

    with pytest.raises(Conflict, match="meanwhile"):
        change_review_questions(db, review.people["hal"], asking_in(db, review.subject), questions=stale, version=seen)

    assert [text for _number, text in told(db, review)] == [*QUESTIONS, "Mo's?"]


def without_breaks(day):
    return [one for one in day if one[0] != "break"]


def test_an_agenda_that_nobody_has_changed_becomes_what_the_template_makes_of_the_questions(db):
    review = make_review(db)
    plan(db, review)
    before = review.subject.review.ends_at

    change(db, review, review.people["hal"], [*as_asked(db, review, q2=""), AskedOfPeers("What next?")])

    first, second = kinds(db, review)
    assert first == [
        ("present", 0), ("clarify", 1), ("analyse", 1), ("clarify", 3), ("break", 0), ("analyse", 3), ("clarify", 4),
        ("analyse", 4),
    ]  # fmt: skip
    assert without_breaks(second) == [
        ("ideas", 1), ("recommend", 1), ("ideas", 3), ("recommend", 3), ("ideas", 4), ("recommend", 4),
        ("plenary", 0), ("reaction", 0),
    ]  # fmt: skip
    assert review.subject.review.ends_at == before


def test_an_agenda_that_was_changed_keeps_its_order_and_minutes(db):
    review = make_review(db)
    plan(db, review)
    for minutes, number in ((55, 0), (35, 2)):
        line = agenda_of(db, review.subject.id)[0].lines[number]
        part = PartInReview(line.part, review.subject.review, review.event.event)
        change_part_length(db, review.people["mo"], part, minutes=minutes)

    change(db, review, review.people["hal"], [*as_asked(db, review, q2=""), AskedOfPeers("What next?")])

    [first, _second] = agenda_of(db, review.subject.id)
    assert without_breaks(kinds(db, review)[0]) == [
        ("present", 0), ("clarify", 1), ("analyse", 1), ("clarify", 3), ("analyse", 3), ("clarify", 4), ("analyse", 4),
    ]  # fmt: skip
    assert [line.part.minutes for line in first.lines][:3] == [55, 10, 35]
    assert first.lines[0].part.kind is PartKind.PRESENT
    since = 0
    for line in first.lines[3:]:
        since = 0 if line.part.kind is PartKind.BREAK else since + line.part.minutes
        assert since <= 90


def keep_only(db, review, number):
    """Nothing but one question on the first day."""
    for line in agenda_of(db, review.subject.id)[0].lines:
        if line.question is None or line.question.number != number:
            drop_part(db, review.people["mo"], PartInReview(line.part, review.subject.review, review.event.event))


def test_a_day_on_which_nothing_else_is_talked_about_is_not_left_empty(db):
    review = make_review(db)
    plan(db, review)
    keep_only(db, review, 2)
    change(db, review, review.people["hal"], [*as_asked(db, review), AskedOfPeers("What next?")])
    keep_only(db, review, 2)

    with pytest.raises(Conflict, match="On day 1"):
        change(db, review, review.people["hal"], as_asked(db, review, q2=""))


def test_a_part_that_went_with_its_question_is_not_started_any_more(db):
    review = make_review(db)
    plan(db, review)
    [line] = [one for one in agenda_of(db, review.subject.id)[0].lines if one.question and one.question.number == 2][:1]
    gone = PartInReview(line.part, review.subject.review, review.event.event)

    change(db, review, review.people["hal"], [*as_asked(db, review, q2=""), AskedOfPeers("What next?")])

    with pytest.raises(Conflict, match="not on the agenda any more"):
        start_part(db, review.people["mo"], gone)


def test_an_agenda_follows_only_if_questions_come_or_go(db):
    review = make_review(db)
    plan(db, review)
    before = [one.id for one in parts_of(db, review.subject.id)]

    change(db, review, review.people["hal"], as_asked(db, review, q2="Who would pay?"))

    assert [one.id for one in parts_of(db, review.subject.id)] == before
    assert str(agenda_of(db, review.subject.id)[0].lines[3].question.text) == "Who would pay?"


def test_once_the_meeting_has_begun_only_organisers_put_words_right(db):
    review = make_review(db)
    plan(db, review)
    begin(db, review)

    with pytest.raises(Conflict, match="has begun"):
        change(db, review, review.people["hal"], as_asked(db, review, q2=""))
    with pytest.raises(NotAllowed):
        correct(db, review, review.people["mo"], as_asked(db, review, q2="Who?"))
    with pytest.raises(Invalid):
        correct(db, review, again(db, review.ada), as_asked(db, review, q2=""))
    with pytest.raises(Conflict, match="neither come nor go"):
        correct(db, review, again(db, review.ada), [*as_asked(db, review, q2="Who pays?"), AskedOfPeers("Another?")])
    assert told(db, review)[1] == (2, QUESTIONS[1])
    correct(db, review, again(db, review.ada), as_asked(db, review, q2="Who pays?"))

    assert told(db, review) == [(1, QUESTIONS[0]), (2, "Who pays?"), (3, QUESTIONS[2])]


def test_words_are_put_right_after_the_meeting_too(db):
    review = make_review(db)
    plan(db, review)
    begin(db, review)
    hold_review_meeting(db, review.people["mo"], review.subject)

    correct(db, review, again(db, review.ada), as_asked(db, review, q1="How do we gain members?"))

    assert told(db, review)[0] == (1, "How do we gain members?")


def test_what_was_said_on_a_dropped_question_stays_and_nothing_new_comes_under_it(db):
    review = make_review(db)
    open_step(db, review.ada, review.event, StepKind.DESK_NOTES)
    bo, first = review.people["bo"], questions_of(db, review.subject.id)[0]
    step = in_step(db, review.subject, StepKind.DESK_NOTES)
    save_desk_notes(db, bo, step, texts={first.public_id: {"doubts": "Fees?"}}, revision=1)
    row = record_finding(db, bo, review.subject, wording=wording_about(first))

    change(db, review, review.people["hal"], [*as_asked(db, review, q1=""), AskedOfPeers("What next?")])

    assert [one.number for one in all_questions_of(db, review.subject.id)] == [2, 3, 4, 1]
    with pytest.raises(Invalid):
        record_finding(db, bo, review.subject, wording=wording_about(first))
    with pytest.raises(Invalid):
        add_board_entry(db, bo, review.subject, kind="finding", text="More.", question=1)
    finding = FindingInReview(row, review.subject.review, review.event.event)
    kept = Wording(**{**vars(wording_of(db, row)), "evidence": "Seen."})
    change_finding(db, bo, finding, wording=kept, version=1)
    assert (row.question_id, row.evidence) == (first.id, "Seen.")
    hand_in_desk_notes(db, bo, step, texts={"general": {"strengths": "People."}}, revision=2)
    notes = find_notes(db, place_of(db, review.subject, bo).place.id)
    assert notes.handed[first.public_id]["doubts"] == "Fees?"


def test_desk_notes_on_a_question_that_is_dropped_while_they_are_typed_are_kept(db):
    review = make_review(db)
    open_step(db, review.ada, review.event, StepKind.DESK_NOTES)
    bo, first = review.people["bo"], questions_of(db, review.subject.id)[0]
    change(db, review, review.people["hal"], [*as_asked(db, review, q1=""), AskedOfPeers("What next?")])

    texts = {first.public_id: {"doubts": "Fees?"}, "rq_of_another_review": {"doubts": "No."}}
    row = save_desk_notes(db, bo, in_step(db, review.subject, StepKind.DESK_NOTES), texts=texts, revision=1)

    assert row.texts == {first.public_id: {"strengths": "", "doubts": "Fees?", "questions": ""}}


def wording_about(question):
    return Wording(**{**vars(WORDING), "question": question.public_id})
