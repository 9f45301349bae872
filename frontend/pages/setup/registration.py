"""What an event asks at registration: types, questions, consent."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may
from events.core.database import reading, transaction
from events.core.translation import _
from events.programmes import slug_from
from events.registration import (
    QuestionKind,
    add_participation_type,
    add_question,
    consent_text_of,
    questions_of,
    set_consent_text,
    types_of,
)
from frontend.pages.setup.shared import organised_event
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render

QUESTION_KINDS = (
    (QuestionKind.SHORT, _("A short text")),
    (QuestionKind.LONG, _("A longer text")),
    (QuestionKind.CHOICE, _("A choice of answers")),
)


@page(signed_in=True)
def edit_registration(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        types, questions = types_of(db, event.id), questions_of(db, event.id)
        consent = consent_text_of(db, event.id)
    sent = str(form.values.get("what", ""))
    return render(
        request, "setup/registration.html", event=event, form=form, types=types, questions=questions,
        consent=consent, kinds=QUESTION_KINDS, kind_names=dict(QUESTION_KINDS),
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


class QuestionForm(Form):
    what: str = ""
    label: str = ""
    kind: QuestionKind = QuestionKind.SHORT
    choices: str = ""
    required: str = ""


@page(form=QuestionForm, again=edit_registration, signed_in=True)
def add_question_now(request: Request, form: QuestionForm) -> Response:
    choices = [line.strip() for line in form.choices.splitlines() if line.strip()]
    with transaction() as db:
        event = organised_event(db, request)
        add_question(
            db, actor_of(db, request), event, label=form.label, kind=form.kind, required=bool(form.required),
            choices=choices if form.kind is QuestionKind.CHOICE else [],
        )  # fmt: skip
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
