"""Questions of a registration form: how each is answered, of whom it is asked, and what an answer has to be."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select

from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.files import ReadyFile
from events.core.translation import Message, _

LONGEST_SHORT = 300
LONGEST_LONG = 4000


class QuestionKind(StrEnum):
    """How a registration question is answered."""

    SHORT = "short text"
    LONG = "long text"
    CHOICE = "choice"
    MULTIPLE = "multiple choice"
    YES_NO = "yes or no"
    DATE = "date"
    FILE = "file"


WITH_CHOICES = (QuestionKind.CHOICE, QuestionKind.MULTIPLE)
# What another question can depend on.
DECIDING = (*WITH_CHOICES, QuestionKind.YES_NO)
YES_NO = ("yes", "no")


class RegistrationQuestion(SQLModel, table=True):
    """Something an event asks at registration: of all or of `for_types` (codes), and, where `shown_if_id` is set, of
    those who answered that question with `shown_if_answer`. A retired one keeps its answers and is asked no more."""

    __tablename__ = "registration_question"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("q")
    event_id: int = Field(foreign_key="event.id", index=True)
    label: str = Field(max_length=200)
    help: str = Field(default="", max_length=300)
    kind: QuestionKind = word(QuestionKind, default=QuestionKind.SHORT)
    choices: list[str] = listing(default_factory=list)
    required: bool = False
    for_types: list[str] = listing(default_factory=list)
    shown_if_id: int | None = Field(default=None, foreign_key="registration_question.id")
    shown_if_answer: str = Field(default="", max_length=200)
    retired_at: datetime | None = moment(default=None, nullable=True)
    position: int = 0

    @property
    def answers_to_depend_on(self) -> tuple[str, ...]:
        """The answers that another question can be asked after; none for a text, a date or a file."""
        if self.kind is QuestionKind.YES_NO:
            return YES_NO
        return tuple(self.choices) if self.kind in WITH_CHOICES else ()


def questions_of(db: Database, event_id: int) -> list[RegistrationQuestion]:
    """What an event asks now, in order."""
    return [one for one in all_questions_of(db, event_id) if one.retired_at is None]


def questions_by_event(db: Database, event_ids: Collection[int | None]) -> dict[int, list[RegistrationQuestion]]:
    """What each of these events asks now, in order, in one query; events that ask nothing are left out."""
    query = select(RegistrationQuestion).where(
        col(RegistrationQuestion.event_id).in_(event_ids), col(RegistrationQuestion.retired_at).is_(None)
    )
    found: dict[int, list[RegistrationQuestion]] = {}
    for one in db.exec(query.order_by(col(RegistrationQuestion.position), col(RegistrationQuestion.id))):
        found.setdefault(one.event_id, []).append(one)
    return found


def all_questions_of(db: Database, event_id: int) -> list[RegistrationQuestion]:
    """What an event asks and has asked, in order; the retired ones too."""
    query = select(RegistrationQuestion).where(RegistrationQuestion.event_id == event_id)
    return list(db.exec(query.order_by(col(RegistrationQuestion.position), col(RegistrationQuestion.id))))


YES_NO_NAMES: dict[str, Message] = {"yes": _("Yes"), "no": _("No")}


def answer_in_words(question: RegistrationQuestion, answer: str) -> str:
    """An answer as a person reads it: several of a multiple choice in one line, yes and no in their language."""
    if question.kind is QuestionKind.YES_NO:
        return str(YES_NO_NAMES.get(answer, answer))
    return ", ".join(chosen_of(answer)) if question.kind is QuestionKind.MULTIPLE else answer


def chosen_of(answer: str) -> list[str]:
    """The single answers in an answer to a multiple choice: one per line."""
    return [line for line in answer.split("\n") if line]


def asked_of(
    questions: Iterable[RegistrationQuestion], type_code: str, answers: Mapping[str, str]
) -> list[RegistrationQuestion]:
    """Which of these questions are asked of somebody who takes part as this type and has answered so.

    A question that depends on one that is not asked is not asked either; what it depends on stands before it.
    """
    asked: dict[int | None, RegistrationQuestion] = {}
    for one in questions:
        if one.for_types and type_code not in one.for_types:
            continue
        if one.shown_if_id is not None:
            given = chosen_of(answers.get(str(one.shown_if_id), ""))
            if one.shown_if_id not in asked or one.shown_if_answer not in given:
                continue
        asked[one.id] = one
    return list(asked.values())


@dataclass
class Checked:
    """Answers by question id as they are kept, and what is wrong with them by field name."""

    answers: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, Message | str] = field(default_factory=dict)


def checked_answers(
    questions: Iterable[RegistrationQuestion],
    type_code: str,
    answers: Mapping[str, str],
    files: Mapping[str, ReadyFile],
    before: Mapping[str, str],
) -> Checked:
    """Look through the answers to what is asked of this type; what is not asked is left out.

    `files` are those that came now, by question id; a file that was given `before` stays until another comes.
    """
    checked = Checked()
    for question in asked_of(questions, type_code, answers):
        key = str(question.id)
        if question.kind is QuestionKind.FILE:
            answer = files[key].name if key in files else before.get(key, "")
        else:
            answer = answers.get(key, "").strip()
        if not answer:
            if question.required:
                checked.wrong[f"q{key}"] = _("Please answer: %(question)s", question=question.label)
        elif wrong := _what_is_wrong(question, answer):
            checked.wrong[f"q{key}"] = wrong
        checked.answers[key] = answer
    return checked


def _what_is_wrong(question: RegistrationQuestion, answer: str) -> Message | None:
    kind = question.kind
    if kind in DECIDING:
        given = chosen_of(answer) if kind is QuestionKind.MULTIPLE else [answer]
        if set(given) - set(question.answers_to_depend_on):
            return _("Please choose one of the answers.")
    if kind is QuestionKind.DATE and not _is_day(answer):
        return _("Please write a day, like 2026-04-14.")
    most = LONGEST_LONG if kind is QuestionKind.LONG else LONGEST_SHORT
    if kind in (QuestionKind.SHORT, QuestionKind.LONG) and len(answer) > most:
        return _("Please write at most %(most)s characters.", most=most)
    return None


def _is_day(answer: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(answer).year <= 2200
    except ValueError:
        return False
