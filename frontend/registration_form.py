"""The questions of a registration form as pages ask them, and answers as pages show them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from events.core.files import ReadyFile, ready
from events.core.translation import Message, _
from events.questions import (
    DECIDING,
    LONGEST_LONG,
    LONGEST_SHORT,
    YES_NO_NAMES,
    QuestionKind,
    RegistrationQuestion,
    answer_in_words,
    chosen_of,
)
from events.registration import ParticipationType
from frontend.web import Upload

FIELD_TYPES = {
    QuestionKind.SHORT: "text",
    QuestionKind.LONG: "textarea",
    QuestionKind.CHOICE: "radio",
    QuestionKind.MULTIPLE: "checkboxes",
    QuestionKind.YES_NO: "radio",
    QuestionKind.DATE: "date",
    QuestionKind.FILE: "file",
}


@dataclass(frozen=True)
class QuestionField:
    """A question as a form asks it: `only` says when it applies, which the page's module reads in `types` (codes) and
    in `after` and `answer` (the name of another field, and the answer it has to have)."""

    name: str
    label: str
    help: str
    type: str
    required: bool
    options: list[tuple[str, Message | str]]
    most: int | None
    only: list[Message]
    types: str
    after: str
    answer: str
    file: str = ""


def fields_of(
    questions: Sequence[RegistrationQuestion],
    types: Sequence[ParticipationType],
    files: Mapping[str, str] | None = None,
    type_code: str = "",
) -> list[QuestionField]:
    """The questions as fields; `files` are the names of files given before, by question id.

    With `type_code` the type is decided: what is asked of others is left out.
    """
    names = {one.code: one.name for one in types}
    by_id = {one.id: one for one in questions}
    shown = [one for one in questions if not (type_code and one.for_types and type_code not in one.for_types)]
    return [_field(one, names if not type_code else {}, by_id, (files or {}).get(str(one.id), "")) for one in shown]


def _field(
    row: RegistrationQuestion, names: Mapping[str, str], by_id: Mapping[int | None, RegistrationQuestion], file: str
) -> QuestionField:
    only: list[Message] = []
    if row.for_types and names:
        said = ", ".join(names.get(code, code) for code in row.for_types)
        only.append(_("Only if you take part as: %(types)s.", types=said))
    after = by_id.get(row.shown_if_id)
    if after is not None:
        only.append(_("Only if you answered “%(question)s” with: %(answer)s.", question=after.label,
                      answer=answer_in_words(after, row.shown_if_answer)))  # fmt: skip
    most = {QuestionKind.SHORT: LONGEST_SHORT, QuestionKind.LONG: LONGEST_LONG}.get(row.kind)
    options = [(one, YES_NO_NAMES.get(one, one) if row.kind is QuestionKind.YES_NO else one)
               for one in row.answers_to_depend_on]  # fmt: skip
    return QuestionField(
        f"q{row.id}", row.label, row.help, FIELD_TYPES[row.kind], row.required, options, most, only,
        " ".join(row.for_types) if names else "", f"q{after.id}" if after else "", row.shown_if_answer if after else "",
        file,
    )  # fmt: skip


def typed_answers(questions: Sequence[RegistrationQuestion], answers: Mapping[str, str]) -> dict[str, Any]:
    """Answers that were given before, as the values of the form's fields."""
    several = {str(one.id) for one in questions if one.kind is QuestionKind.MULTIPLE}
    return {f"q{key}": chosen_of(text) if key in several else text for key, text in answers.items()}


def by_question(answers: Mapping[str, str]) -> dict[str, str]:
    """What was typed into a form's fields, by question id."""
    return {name.removeprefix("q"): text for name, text in answers.items()}


@contextmanager
def handed_in(files: Mapping[str, Upload]) -> Iterator[dict[str, ReadyFile]]:
    """Around the transaction: the files that came with a form, by question id."""
    with ready((one.name, one.content) for one in files.values()) as made:
        yield dict(zip((name.removeprefix("q") for name in files), made, strict=True))


def groups_to_ask_after(
    questions: Sequence[RegistrationQuestion],
) -> list[tuple[str, list[tuple[str, Message | str]]]]:
    """For a select: each question with given answers, with its answers."""
    return [
        (
            one.label,
            [(f"{one.public_id}:{answer}", answer_in_words(one, answer)) for answer in one.answers_to_depend_on],
        )
        for one in questions
        if one.kind in DECIDING
    ]
