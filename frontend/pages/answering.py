"""Answering a registration's questions later on, files among the answers, confirming a place, and asking to finish."""

from typing import ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.answering import answer_questions, files_of, get_answer_file
from events.completeness import ask_to_finish
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.files import content_of
from events.core.refusals import NotFound
from events.core.translation import N_, _
from events.directory import organisations_of
from events.events import event_by_id, get_event
from events.membership_requests import organisations_asked_by
from events.offered_places import confirm_place
from events.questions import questions_of
from events.registration import RegistrationInEvent, find_registration, get_registration, types_of
from events.registration_lists import type_of
from frontend.buttons import NoForm
from frontend.pages.registrations import organisations_to_choose, own_organisation, show_all, show_mine
from frontend.registration_form import by_question, fields_of, handed_in, typed_answers
from frontend.sent_files import attachment
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, Upload, actor_of, page, redirect, render


def _own(db: Database, request: Request) -> tuple[Actor, RegistrationInEvent]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    row = find_registration(db, event.id, actor.person)
    if row is None:
        raise NotFound(_("You are not registered for this event."))
    return actor, RegistrationInEvent(row, event.event)


@page(signed_in=True)
def show_answers(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _own(db, request)
        only_if_may(actor, "answer_questions", subject)
        row, event = subject.registration, subject.event
        questions = questions_of(db, event.id or 0)
        files = {str(question): one.name for (_id, question), one in files_of(db, [subject.id]).items()}
        own, awaited = organisations_of(db, actor.person), organisations_asked_by(db, actor.person)
        chooses = row.organisation_id is None and row.asked_organisation_id is None
        whole = event_by_id(db, event.id or 0)
        types, code = types_of(db, event.id or 0), type_of(db, row).code
    form = form.with_values(**typed_answers(questions, row.answers))
    return render(
        request, "registrations/answers.html", event=whole, form=form,
        questions=fields_of(questions, types, files, type_code=code), chooses=chooses,
        organisations=organisations_to_choose(own, awaited),
    )  # fmt: skip


class AnswersForm(Form):
    """The questions differ from event to event."""

    takes_answers: ClassVar[bool] = True
    takes_several: ClassVar[bool] = True

    organisation: str = ""
    answers: dict[str, str] = Field(default_factory=dict)
    answer_files: dict[str, Upload] = Field(default_factory=dict)


@page(form=AnswersForm, again=show_answers, signed_in=True)
def answer_now(request: Request, form: AnswersForm) -> Response:
    with handed_in(form.answer_files) as files, transaction() as db:
        actor, subject = _own(db, request)
        answer_questions(
            db, actor, subject, answers=by_question(form.answers), files=files,
            organisation_id=own_organisation(db, actor, form.organisation),
        )  # fmt: skip
    return redirect(request, "my_registration", event=subject.event.slug, flash=_("Your answers are saved."))


@page(form=NoForm, again=show_mine, signed_in=True)
def confirm_place_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _own(db, request)
        confirm_place(db, actor, subject)
    return redirect(request, "my_registration", event=subject.event.slug, flash=_("Confirmed. You take part."))


@page(signed_in=True)
def send_answer_file(request: Request) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        subject = get_registration(db, actor, request.path_params["registration"])
        if subject.event.slug != request.path_params["event"]:
            raise NotFound()
        stored = get_answer_file(db, actor, subject, request.path_params["file"])
    return attachment(content_of(stored), stored.name, stored.media_type)


@page(form=NoForm, again=show_all, signed_in=True)
def ask_to_finish_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        asked = ask_to_finish(db, actor, event)
    told = N_("%(count)s person is asked to finish.", "%(count)s people are asked to finish.", asked)
    nobody = _("Nobody has to be asked: those who have not finished were asked within three days.")
    return redirect(request, "registrations", event=event.event.slug, flash=told if asked else nobody)
