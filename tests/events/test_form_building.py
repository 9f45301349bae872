"""The registration form: kinds of questions, of whom they are asked, their order, and answers that are never lost."""

from dataclasses import replace

import pytest

from events.answering import answer_questions, files_of, get_answer_file, unanswered_of
from events.core.access import Actor
from events.core.database import Database
from events.core.files import content_of, make_ready
from events.core.refusals import Conflict, Invalid, NotFound
from events.events import EventWithPhases
from events.form_building import (
    AskedWhen,
    QuestionInEvent,
    add_question,
    bring_back_question,
    change_question,
    get_question,
    move_question,
    retire_question,
)
from events.phases import PhaseKind
from events.questions import QuestionKind, RegistrationQuestion, all_questions_of, questions_of
from events.registration import Registration, RegistrationInEvent, register
from tests.makers import again, make_event, make_programme, open_phase

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def event(db: Database, ada: Actor) -> EventWithPhases:
    """A hackathon that is open for registration; Ada organises it."""
    programme = make_programme(db, ada)
    return open_phase(db, again(db, ada), make_event(db, again(db, ada), programme), PhaseKind.REGISTRATION)


@pytest.fixture
def organiser(db: Database, ada: Actor, event: EventWithPhases) -> Actor:
    return again(db, ada)


def enter(
    db: Database, actor: Actor, event: EventWithPhases, *answers: tuple[RegistrationQuestion, str]
) -> Registration:
    """Register as a team member with these answers."""
    said = {str(one.id): text for one, text in answers}
    return register(db, actor, event, type_code="team member", answers=said, consent=True)


def seen(db: Database, actor: Actor, event: EventWithPhases, question: RegistrationQuestion) -> QuestionInEvent:
    return get_question(db, actor, event, question.public_id)


def after(question: RegistrationQuestion, answer: str) -> AskedWhen:
    return AskedWhen(question=question.public_id, answer=answer)


@pytest.mark.parametrize(
    ("kind", "answer", "taken"),
    [
        (QuestionKind.CHOICE, "Vegan", True),
        (QuestionKind.CHOICE, "Lobster", False),
        (QuestionKind.MULTIPLE, "Vegan\nAll", True),
        (QuestionKind.MULTIPLE, "Vegan\nLobster", False),
        (QuestionKind.YES_NO, "yes", True),
        (QuestionKind.YES_NO, "perhaps", False),
        (QuestionKind.DATE, "2026-04-14", True),
        (QuestionKind.DATE, "2026-02-30", False),
        (QuestionKind.SHORT, "x" * 301, False),
    ],
)
def test_an_answer_is_what_its_question_takes(db, organiser, bo, event, kind, answer, taken):
    question = add_question(db, organiser, event, label="Diet?", kind=kind, choices=["All", "Vegan"])

    if taken:
        assert enter(db, bo, event, (question, answer)).answers == {str(question.id): answer}
    else:
        with pytest.raises(Invalid) as refused:
            enter(db, bo, event, (question, answer))
        assert list(refused.value.fields) == [f"q{question.id}"]


def test_a_question_is_asked_only_of_its_types(db, organiser, bo, event):
    question = add_question(db, organiser, event, label="Which stage?", required=True, when=AskedWhen(types=["mentor"]))

    place = enter(db, bo, event, (question, "None of my business"))

    assert place.answers == {}


def test_a_question_is_asked_only_after_its_answer_and_so_on(db, organiser, bo, cy, event):
    first = add_question(db, organiser, event, label="Do you travel?", kind=QuestionKind.YES_NO)
    by = add_question(db, organiser, event, label="How?", kind=QuestionKind.CHOICE, choices=["Train", "Car"],
                      when=after(first, "yes"))  # fmt: skip
    seats = add_question(db, organiser, event, label="Free seats?", required=True, when=after(by, "Car"))

    stays = enter(db, bo, event, (first, "no"), (by, "Car"))
    with pytest.raises(Invalid) as refused:
        enter(db, cy, event, (first, "yes"), (by, "Car"))

    assert stays.answers == {str(first.id): "no"}
    assert list(refused.value.fields) == [f"q{seats.id}"]


def test_a_condition_that_never_comes_true_is_refused(db, organiser, event):
    text = add_question(db, organiser, event, label="What do you do?")
    yes = add_question(db, organiser, event, label="Do you travel?", kind=QuestionKind.YES_NO)

    for when in (after(text, "x"), after(yes, "perhaps"), AskedWhen(question="nothing", answer="yes")):
        with pytest.raises(Invalid) as refused:
            add_question(db, organiser, event, label="How?", when=when)
        assert list(refused.value.fields) == ["shown_if"]


def test_a_question_is_not_asked_after_one_that_only_others_are_asked(db, organiser, event):
    jury, mentor = ({"types": (code,)} for code in ("jury", "mentor"))
    first = add_question(
        db, organiser, event, label="Do you travel?", kind=QuestionKind.YES_NO, when=AskedWhen(**jury)
    )  # fmt: skip
    how = {"question": first.public_id, "answer": "yes"}

    with pytest.raises(Invalid) as refused:
        add_question(db, organiser, event, label="How?", when=AskedWhen(**mentor, **how))
    add_question(db, organiser, event, label="How?", when=AskedWhen(**jury, **how))
    with pytest.raises(Invalid) as changed:
        change_question(
            db, organiser, seen(db, organiser, event, first), label="Do you travel?", required=False, choices=[],
            when=AskedWhen(**mentor),
        )  # fmt: skip

    assert (list(refused.value.fields), list(changed.value.fields)) == (["shown_if"], ["types"])
    db.refresh(first)
    assert first.for_types == ["jury"]


def test_a_question_does_not_come_back_after_an_answer_that_is_gone(db, organiser, event):
    first = add_question(
        db, organiser, event, label="By what?", kind=QuestionKind.CHOICE, choices=["Train", "Boat", "Foot"]
    )  # fmt: skip
    second = add_question(db, organiser, event, label="From which port?", when=after(first, "Boat"))
    retire_question(db, organiser, seen(db, organiser, event, second))
    change_question(
        db, organiser, seen(db, organiser, event, first), label="By what?", required=False, choices=["Train", "Foot"]
    )

    with pytest.raises(Conflict, match="the answer “Boat” to “By what"):
        bring_back_question(db, organiser, seen(db, organiser, event, second))

    assert [one.label for one in questions_of(db, event.id)] == ["By what?"]


def test_a_question_does_not_come_back_to_be_asked_of_nobody(db, organiser, event):
    first = add_question(
        db, organiser, event, label="Do you travel?", kind=QuestionKind.YES_NO, when=AskedWhen(types=("jury",))
    )
    second = add_question(db, organiser, event, label="How?", when=replace(after(first, "yes"), types=("jury",)))
    retire_question(db, organiser, seen(db, organiser, event, second))

    def ask_first_of(*types):
        change_question(
            db, organiser, seen(db, organiser, event, first), label="Do you travel?", required=False, choices=[],
            when=AskedWhen(types=types),
        )  # fmt: skip

    ask_first_of("mentor")
    with pytest.raises(Conflict, match="which only other participation types are asked"):
        bring_back_question(db, organiser, seen(db, organiser, event, second))
    asked = [one.label for one in questions_of(db, event.id)]
    ask_first_of("mentor", "jury")
    bring_back_question(db, organiser, seen(db, organiser, event, second))

    assert (asked, len(questions_of(db, event.id))) == (["Do you travel?"], 2)


def test_questions_change_places_but_never_before_what_they_depend_on(db, organiser, event):
    first = add_question(db, organiser, event, label="Do you travel?", kind=QuestionKind.YES_NO)
    second = add_question(db, organiser, event, label="Name?")
    third = add_question(db, organiser, event, label="How?", when=after(first, "yes"))

    move_question(db, organiser, seen(db, organiser, event, third), by=-1)
    with pytest.raises(Conflict, match="stays below"):
        move_question(db, organiser, seen(db, organiser, event, third), by=-1)
    move_question(db, organiser, seen(db, organiser, event, second), by=1)

    assert [one.label for one in questions_of(db, event.id)] == ["Do you travel?", "How?", "Name?"]


def test_a_retired_question_is_asked_no_more_and_keeps_its_answers(db, organiser, bo, event):
    question = add_question(db, organiser, event, label="Diet?", required=True)
    place = enter(db, bo, event, (question, "Vegan"))

    retire_question(db, organiser, seen(db, organiser, event, question))
    answer_questions(db, bo, RegistrationInEvent(place, event.event), answers={})

    assert questions_of(db, event.id) == []
    assert all_questions_of(db, event.id) == [question]
    assert place.answers == {str(question.id): "Vegan"}
    bring_back_question(db, organiser, seen(db, organiser, event, question))
    assert questions_of(db, event.id) == [question]


def test_what_others_depend_on_is_not_retired_nor_its_choice_taken_away(db, organiser, event):
    first = add_question(db, organiser, event, label="How?", kind=QuestionKind.CHOICE, choices=["Train", "Car"])
    second = add_question(db, organiser, event, label="Seats?", when=after(first, "Car"))
    subject = seen(db, organiser, event, first)

    with pytest.raises(Conflict, match="Seats"):
        retire_question(db, organiser, subject)
    with pytest.raises(Invalid) as refused:
        change_question(db, organiser, subject, label="How?", required=False, choices=["Train", "Bike"])

    assert list(refused.value.fields) == ["choices"]
    assert db.get_one(RegistrationQuestion, first.id).choices == ["Train", "Car"]
    retire_question(db, organiser, seen(db, organiser, event, second))
    retire_question(db, organiser, subject)
    with pytest.raises(Conflict, match="Bring that one back first"):
        bring_back_question(db, organiser, seen(db, organiser, event, second))


def test_a_question_added_later_is_unanswered_until_it_is_answered(db, organiser, bo, event):
    place = enter(db, bo, event)
    question = add_question(db, organiser, event, label="Diet?", required=True)
    subject = RegistrationInEvent(place, event.event)

    before = unanswered_of(db, place)
    answer_questions(db, bo, subject, answers={str(question.id): "Vegan"})

    assert before == [question]
    assert unanswered_of(db, place) == []


def test_a_file_is_kept_until_another_comes_and_seen_by_those_who_may(db, organiser, bo, cy, event):
    question = add_question(db, organiser, event, label="Your plan", kind=QuestionKind.FILE, required=True)
    key = str(question.id)
    place = register(
        db,
        bo,
        event,
        type_code="team member",
        answers={key: "typed, not handed in"},
        consent=True,
        files={key: make_ready("plan.pdf", PDF)},
    )
    subject = RegistrationInEvent(place, event.event)

    answer_questions(db, bo, subject, answers={})
    stored = files_of(db, [subject.id])[subject.id, question.id or 0]

    assert place.answers == {key: "plan.pdf"}
    assert content_of(get_answer_file(db, organiser, subject, stored.public_id)) == PDF
    with pytest.raises(NotFound):
        get_answer_file(db, cy, subject, stored.public_id)


def test_a_file_that_is_not_what_its_name_says_is_refused_at_its_question(db, organiser, bo, event):
    question = add_question(db, organiser, event, label="Your plan", kind=QuestionKind.FILE)
    key = str(question.id)

    with pytest.raises(Invalid) as refused:
        register(db, bo, event, type_code="team member", answers={}, consent=True,
                 files={key: make_ready("plan.pdf", b"<html>")})  # fmt: skip

    assert list(refused.value.fields) == [f"q{key}"]
