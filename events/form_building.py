"""Building a registration form: questions are added, changed, put in order, and retired when they are asked no more.

A question is never deleted: the answers that were given to it stay with those who gave them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, Rule, command
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, EventWithPhases, event_by_id, not_over
from events.questions import (
    DECIDING,
    WITH_CHOICES,
    QuestionKind,
    RegistrationQuestion,
    all_questions_of,
    questions_of,
)
from events.registration import types_of
from events.roles import organiser_of_event

MOST_QUESTIONS = 60
MOST_CHOICES = 40
LONGEST_CHOICE = 200


@dataclass(frozen=True)
class QuestionInEvent:
    """A question with its event, as commands and rules need it."""

    question: RegistrationQuestion
    event: EventWithPhases

    @property
    def id(self) -> int:
        """The question's id."""
        assert self.question.id is not None
        return self.question.id


organiser_of_the_form = Rule(organiser_of_event.name, lambda actor, subject: organiser_of_event(actor, subject.event))


def form_not_over(subject: QuestionInEvent, now: object) -> None:
    """Refuse to build at the form of an event that is over."""
    not_over(subject.event, clock.now())


@dataclass(frozen=True)
class AskedWhen:
    """Of whom a question is asked: of these participation types (codes; none is all), and, with `question` (public
    id), of those who gave it this `answer`."""

    types: Sequence[str] = ()
    question: str = ""
    answer: str = ""


ALWAYS = AskedWhen()


@command(organiser_of_event, when=not_over)
def add_question(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    label: str,
    kind: QuestionKind = QuestionKind.SHORT,
    required: bool = False,
    choices: list[str] | None = None,
    help: str = "",
    when: AskedWhen = ALWAYS,
) -> RegistrationQuestion:
    """Ask one thing more at registration, after all others, in 200 characters at most.

    A choice needs at least two choices. Refuses a condition that never comes true.
    """
    # Locks the event's row on PostgreSQL, so that two who add at once take two positions.
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update()).one()
    there = all_questions_of(db, subject.id)
    row = RegistrationQuestion(event_id=subject.id, label="", kind=kind)
    row.position = max((one.position for one in there), default=-1) + 1
    wrong = _write_question(db, row, there, label=label, help=help, required=required, choices=choices or [], when=when)
    if len(there) >= MOST_QUESTIONS:
        wrong[""] = _("A form has at most %(most)s questions, retired ones included.", most=MOST_QUESTIONS)
    if wrong:
        raise Invalid(wrong)
    db.add(row)
    db.flush()
    return row


@command(organiser_of_the_form, when=form_not_over)
def change_question(
    db: Database,
    actor: Actor,
    subject: QuestionInEvent,
    *,
    label: str,
    required: bool,
    choices: list[str],
    help: str = "",
    when: AskedWhen = ALWAYS,
) -> None:
    """Say a question otherwise; how it is answered stays. Answers that were given stay as they are.

    Refuses to take away a choice after which another question is asked, and types without which one is never asked.
    """
    row, there = subject.question, all_questions_of(db, subject.event.id)
    leads_on = {one.shown_if_answer: one for one in there if one.shown_if_id == row.id and one.retired_at is None}
    with db.no_autoflush:
        wrong = _write_question(db, row, there, label=label, help=help, required=required, choices=choices, when=when)
    lost = next((one for answer, one in leads_on.items() if answer not in row.answers_to_depend_on), None)
    if lost is not None:
        wrong.setdefault("choices", _(
            "“%(question)s” is asked after an answer that is missing here. Change that question first.",
            question=lost.label,
        ))  # fmt: skip
    after_it = (one for one in there if one.shown_if_id == row.id and one.retired_at is None)
    unasked = next((one for one in after_it if _never_both(one, row)), None)
    if unasked is not None:
        wrong.setdefault("types", _(
            "“%(question)s” is asked after this one, of other participation types. Change that question first.",
            question=unasked.label,
        ))  # fmt: skip
    if wrong:
        db.expire(row)
        raise Invalid(wrong)
    db.add(row)
    db.flush()


def _write_question(
    db: Database,
    row: RegistrationQuestion,
    there: list[RegistrationQuestion],
    *,
    label: str,
    help: str,
    required: bool,
    choices: list[str],
    when: AskedWhen,
) -> dict[str, Message | str]:
    """Put what was typed into the row; answers what is wrong with it, by field."""
    wrong: dict[str, Message | str] = {}
    for field, text, most in (("label", label, 200), ("help", help, 300)):
        if len(text.strip()) > most:
            wrong[field] = _("Please write at most %(most)s characters.", most=most)
    if not label.strip():
        wrong["label"] = _("Please write the question.")
    choices = list(dict.fromkeys(one.strip() for one in choices if one.strip())) if row.kind in WITH_CHOICES else []
    if row.kind in WITH_CHOICES and len(choices) < 2:
        wrong["choices"] = _("A choice needs at least two answers, one per line.")
    if len(choices) > MOST_CHOICES or any(len(one) > LONGEST_CHOICE for one in choices):
        wrong["choices"] = _("Please give at most 40 answers of at most 200 characters each.")
    codes = [one.code for one in types_of(db, row.event_id)]
    if set(when.types) - set(codes):
        wrong["types"] = _("Please choose participation types of this event.")
    row.label, row.help, row.required, row.choices = label.strip(), help.strip(), required, choices
    row.for_types = [code for code in codes if code in when.types]
    if len(row.for_types) == len(codes):
        row.for_types = []
    row.shown_if_id, row.shown_if_answer = None, ""
    if when.question:
        _depend(row, there, when, wrong)
    return wrong


def _depend(
    row: RegistrationQuestion, there: list[RegistrationQuestion], when: AskedWhen, wrong: dict[str, Message | str]
) -> None:
    before = next((one for one in there if one.public_id == when.question and one.retired_at is None), None)
    if before is None or before.kind not in DECIDING or before.id == row.id or before.position >= row.position:
        wrong["shown_if"] = _("Please choose a question with given answers that stands before this one.")
    elif when.answer not in before.answers_to_depend_on:
        wrong["shown_if"] = _("Please choose one of the answers to “%(question)s”.", question=before.label)
    elif _never_both(row, before):
        wrong["shown_if"] = _(
            "“%(question)s” is asked of other participation types, so this question would never be asked.",
            question=before.label,
        )  # fmt: skip
    else:
        row.shown_if_id, row.shown_if_answer = before.id, when.answer


def _never_both(one: RegistrationQuestion, other: RegistrationQuestion) -> bool:
    """Whether nobody is asked both, since they are for different participation types."""
    return bool(one.for_types and other.for_types) and not set(one.for_types) & set(other.for_types)


@command(organiser_of_the_form, when=form_not_over)
def move_question(db: Database, actor: Actor, subject: QuestionInEvent, *, by: int) -> None:
    """Put a question one place up (-1) or down (1) among those that are asked; at the end nothing happens.

    Refuses to put one before the question on whose answer it depends.
    """
    db.exec(select(Event.id).where(Event.id == subject.event.id).with_for_update()).one()
    asked = questions_of(db, subject.event.id)
    place = next((number for number, one in enumerate(asked) if one.id == subject.id), None)
    if place is None or not 0 <= place + by < len(asked):
        return
    other = asked[place + by]
    first, second = (other, subject.question) if by < 0 else (subject.question, other)
    if second.shown_if_id == first.id:
        raise Conflict(_("“%(question)s” is asked after an answer to the one before it, so it stays below.",
                         question=second.label))  # fmt: skip
    asked[place], asked[place + by] = other, subject.question
    for number, one in enumerate(asked):
        one.position = number
        db.add(one)
    for number, one in enumerate(each for each in all_questions_of(db, subject.event.id) if each.retired_at):
        one.position = len(asked) + number
        db.add(one)
    db.flush()


@command(organiser_of_the_form, when=form_not_over)
def retire_question(db: Database, actor: Actor, subject: QuestionInEvent) -> None:
    """Ask this no more; its answers stay. Refuses while another question depends on it."""
    asked = questions_of(db, subject.event.id)
    after = next((one for one in asked if one.shown_if_id == subject.id), None)
    if after is not None:
        raise Conflict(_("“%(question)s” is asked after an answer to this one. Change or retire it first.",
                         question=after.label))  # fmt: skip
    subject.question.retired_at = subject.question.retired_at or clock.now()
    db.add(subject.question)
    db.flush()


@command(organiser_of_the_form, when=form_not_over)
def bring_back_question(db: Database, actor: Actor, subject: QuestionInEvent) -> None:
    """Ask a retired question again, after all others; what it depends on has to be asked too, of somebody of whom this
    is asked."""
    row = subject.question
    asked = questions_of(db, subject.event.id)
    if row.shown_if_id is not None and row.shown_if_id not in {one.id for one in asked}:
        raise Conflict(_("This question depends on one that is retired. Bring that one back first."))
    leads_here = next((one for one in asked if one.id == row.shown_if_id), None)
    if leads_here is not None and row.shown_if_answer not in leads_here.answers_to_depend_on:
        raise Conflict(
            _("This question is asked after the answer “%(answer)s” to “%(question)s”, which is not there any more. "
              "Put it back first.", answer=row.shown_if_answer, question=leads_here.label)
        )  # fmt: skip
    if leads_here is not None and _never_both(row, leads_here):
        raise Conflict(
            _("This question is asked after “%(question)s”, which only other participation types are asked by now. "
              "Change that one first.", question=leads_here.label)
        )  # fmt: skip
    if row.retired_at is not None:
        row.retired_at, row.position = None, max((one.position for one in asked), default=-1) + 1
        db.add(row)
        db.flush()


def get_question(db: Database, actor: Actor, event: EventWithPhases, public: str) -> QuestionInEvent:
    """A question of this event for its organisers; NotFound for others."""
    query = select(RegistrationQuestion).where(
        RegistrationQuestion.event_id == event.id, col(RegistrationQuestion.public_id) == public
    )
    found = db.exec(query).first()
    if found is None or not organiser_of_event(actor, event):
        raise NotFound()
    return QuestionInEvent(found, event_by_id(db, event.id))
