"""What an event asks at registration: types, questions, consent."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may
from events.core.database import reading, transaction
from events.core.translation import _
from events.form_building import add_question, bring_back_question, move_question, retire_question
from events.programmes import slug_from
from events.questions import all_questions_of
from events.registration import add_participation_type, consent_text_of, set_consent_text, types_of
from frontend.buttons import NoForm
from frontend.pages.setup.questions import (
    QUESTION_KINDS,
    QuestionForm,
    back_to_list,
    line_of,
    question_asked_for,
)
from frontend.pages.setup.shared import organised_event
from frontend.registration_form import groups_to_ask_after
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


@page(signed_in=True)
def edit_registration(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        types, asked = types_of(db, event.id), all_questions_of(db, event.id)
        consent = consent_text_of(db, event.id)
    sent = str(form.values.get("what", ""))
    return render(
        request, "setup/registration.html", event=event, form=form, types=types,
        questions=[line_of(one, asked, types) for one in asked if one.retired_at is None],
        retired=[line_of(one, asked, types) for one in asked if one.retired_at is not None],
        after=groups_to_ask_after([one for one in asked if one.retired_at is None]), consent=consent,
        kinds=QUESTION_KINDS, types_to_choose=[(one.code, one.name) for one in types],
        type_form=form if sent == "type" else None, question_form=form if sent == "question" else None,
        consent_form=form if sent == "consent" else None,
        changeable=may(actor, "add_participation_type", event),
    )  # fmt: skip


class TypeForm(Form):
    what: str = ""
    name: str = ""


@page(form=TypeForm, again=edit_registration, signed_in=True)
def add_type_now(request: Request, form: TypeForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        position = len(types_of(db, event.id))
        code = slug_from(form.name)[:40] or f"type-{position + 1}"  # Greek and Bulgarian names leave nothing else
        add_participation_type(db, actor_of(db, request), event, code=code, name=form.name, position=position)
    return redirect(request, "edit_registration", event=event.event.slug, flash=_("Added."))


class ConsentForm(Form):
    what: str = ""
    consent: str = ""


@page(form=ConsentForm, again=edit_registration, signed_in=True)
def set_consent_now(request: Request, form: ConsentForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        text = set_consent_text(db, actor_of(db, request), event, text=form.consent)
    said = _("Saved. Version %(version)s is asked for from now on.", version=text.version)
    return redirect(request, "edit_registration", event=event.event.slug, flash=said)


@page(form=QuestionForm, again=edit_registration, signed_in=True)
def add_question_now(request: Request, form: QuestionForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        add_question(
            db, actor_of(db, request), event, label=form.label, kind=form.kind, required=bool(form.required),
            choices=form.lines(), help=form.help, when=form.when(),
        )  # fmt: skip
    return back_to_list(request, event.event.slug, _("Added."))


class MoveForm(Form):
    """One place up (-1) or down (1)."""

    by: Literal["-1", "1"] = "1"


@page(form=MoveForm, again=edit_registration, signed_in=True)
def move_question_now(request: Request, form: MoveForm) -> Response:
    with transaction() as db:
        subject = question_asked_for(db, request)
        move_question(db, actor_of(db, request), subject, by=int(form.by))
    return back_to_list(request, subject.event.event.slug, _("Moved."), subject.question.public_id)


@page(form=NoForm, again=edit_registration, signed_in=True)
def retire_question_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        subject = question_asked_for(db, request)
        retire_question(db, actor_of(db, request), subject)
    told = _("Retired. It is asked no more; the answers that were given stay.")
    return back_to_list(request, subject.event.event.slug, told)


@page(form=NoForm, again=edit_registration, signed_in=True)
def bring_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        subject = question_asked_for(db, request)
        bring_back_question(db, actor_of(db, request), subject)
    return back_to_list(request, subject.event.event.slug, _("It is asked again."), subject.question.public_id)
