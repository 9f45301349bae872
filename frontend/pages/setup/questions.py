"""The questions of an event's registration form: one line of the list, and the form of one question."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may
from events.core.database import Database, reading, transaction
from events.core.translation import Message, _
from events.form_building import (
    AskedWhen,
    QuestionInEvent,
    change_question,
    get_question,
)
from events.questions import QuestionKind, RegistrationQuestion, questions_of
from events.registration import ParticipationType, types_of
from frontend.pages.setup.shared import organised_event
from frontend.registration_form import fields_of, groups_to_ask_after
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render

QUESTION_KINDS = (
    (QuestionKind.SHORT, _("A short text")),
    (QuestionKind.LONG, _("A longer text")),
    (QuestionKind.CHOICE, _("A choice of answers")),
    (QuestionKind.MULTIPLE, _("A choice of several answers")),
    (QuestionKind.YES_NO, _("Yes or no")),
    (QuestionKind.DATE, _("A day")),
    (QuestionKind.FILE, _("A file")),
)


@dataclass(frozen=True)
class QuestionLine:
    """A question in the organisers' list: how it is answered and of whom it is asked."""

    question: RegistrationQuestion
    meta: str


def line_of(
    one: RegistrationQuestion, asked: Sequence[RegistrationQuestion], types: Sequence[ParticipationType]
) -> QuestionLine:
    """A question as the organisers' list shows it."""
    only = next(each.only for each in fields_of(asked, types) if each.name == f"q{one.id}")
    said: list[Message | str] = [dict(QUESTION_KINDS)[one.kind], " / ".join(one.choices), *only]
    return QuestionLine(one, " · ".join(str(part) for part in said if part))


class QuestionForm(Form):
    """A question as it is added or changed; `shown_if` is 'question:answer'."""

    what: str = ""
    label: str = ""
    help: str = ""
    kind: QuestionKind = QuestionKind.SHORT
    choices: str = ""
    required: str = ""
    types: list[str] = Field(default_factory=list)
    shown_if: str = ""

    def lines(self) -> list[str]:
        """The answers to choose from."""
        return [line.strip() for line in self.choices.splitlines() if line.strip()]

    def when(self) -> AskedWhen:
        """Of whom it is asked."""
        question, _colon, answer = self.shown_if.partition(":")
        return AskedWhen(tuple(self.types), question, answer)


def question_asked_for(db: Database, request: Request) -> QuestionInEvent:
    """The question of this page, for the organisers of its event."""
    event = organised_event(db, request)
    return get_question(db, actor_of(db, request), event, request.path_params["form_question"])


def back_to_list(request: Request, event: str, flash: Message, public: str = "") -> Response:
    """To the registration's set-up, where the question (public id) stands or where all do."""
    response = redirect(request, "edit_registration", event=event, flash=flash)
    response.headers["location"] += f"#{public or 'questions'}"
    return response


@page(signed_in=True)
def edit_question(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        subject = question_asked_for(db, request)
        types, asked = types_of(db, subject.event.id), questions_of(db, subject.event.id)
        changeable = may(actor_of(db, request), "change_question", subject)
    row = subject.question
    after = next((one for one in asked if one.id == row.shown_if_id), None)
    form = form.with_values(
        label=row.label, help=row.help, choices="\n".join(row.choices), types=row.for_types,
        shown_if=f"{after.public_id}:{row.shown_if_answer}" if after else "", required="yes" if row.required else "",
    )  # fmt: skip
    if not form.values.get("required"):
        form = Filled({name: one for name, one in form.values.items() if name != "required"}, form.errors, form.refused)
    return render(
        request, "setup/question.html", event=subject.event, form=form, question=row, changeable=changeable,
        kind=dict(QUESTION_KINDS)[row.kind], types=[(one.code, one.name) for one in types],
        after=groups_to_ask_after([one for one in asked if one.position < row.position]),
    )  # fmt: skip


@page(form=QuestionForm, again=edit_question, signed_in=True)
def change_question_now(request: Request, form: QuestionForm) -> Response:
    with transaction() as db:
        subject = question_asked_for(db, request)
        change_question(
            db, actor_of(db, request), subject, label=form.label, help=form.help, required=bool(form.required),
            choices=form.lines(), when=form.when(),
        )  # fmt: skip
    return back_to_list(request, subject.event.event.slug, _("Saved."), subject.question.public_id)
