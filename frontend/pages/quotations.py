"""Quotations: asking somebody, their own answer, and what becomes of it."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.refusals import Invalid, NotFound
from events.core.translation import Message, _
from events.events import get_event
from events.people import find_person
from events.programmes import Programme
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.pages.lessons import crumbs_in, the_programme
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.peer_reviews.reviews import get_review, inside_review
from sessions.reports.naming import naming_in
from sessions.reports.quotations import (
    QuotationInProgramme,
    QuotationState,
    QuotingPlace,
    agree_to_quotation,
    agreed_quotations,
    ask_for_quotation,
    decline_quotation,
    get_quotation,
    quotation_told,
    quotations_in,
    who_is_quoted,
    withdraw_quotation,
)
from sessions.reports.reports import starts_reports

STATES: dict[QuotationState, tuple[Message, str, str]] = {
    QuotationState.ASKED: (_("Waits for an answer"), "half", "warn"),
    QuotationState.AGREED: (_("Agreed"), "check", "ok"),
    QuotationState.DECLINED: (_("Declined"), "bar", "plain"),
    QuotationState.WITHDRAWN: (_("Taken back"), "cross", "plain"),
}


class AskForm(Form):
    """Whom to quote with which words; `event` and `review` say in which review they were said."""

    email: str = ""
    text: str = ""
    about: str = ""
    event: str = ""
    review: str = ""


class AgreeForm(Form):
    """Whether one's name stands with it."""

    named: str = ""


def _place(db: Database, actor: Actor, programme: Programme, event: str, review: str) -> QuotingPlace:
    if not (event and review):
        return QuotingPlace(programme)
    there = get_event(db, actor, event)
    found = get_review(db, actor, there.event, review)
    if there.programme_id != programme.id or not inside_review(actor, found):
        raise NotFound()
    return QuotingPlace(programme, found.review, found.event)


@page(signed_in=True)
def show_quotations(request: Request, form: Filled = NOTHING) -> Response:
    origin = {name: str(form.values.get(name) or request.query_params.get(name, "")) for name in ("event", "review")}
    with reading() as db:
        actor, programme = the_programme(db, request)
        place = _place(db, actor, programme, **origin)
        found = quotations_in(db, actor, programme, page_number(request))
    kept = urlencode({name: text for name, text in origin.items() if text})
    return render(
        request, "quotations/list.html", programme=programme, found=found, form=form, origin=origin,
        states=STATES, may_ask=may(actor, "ask_for_quotation", place), place=place, crumbs=crumbs_in(programme),
        base=f"{path('quotations', programme=programme.slug)}?{kept}{'&' if kept else ''}page=",
    )  # fmt: skip


@page(form=AskForm, again=show_quotations, signed_in=True)
def ask_now(request: Request, form: AskForm) -> Response:
    with transaction() as db:
        actor, programme = the_programme(db, request)
        place = _place(db, actor, programme, form.event, form.review)
        only_if_may(actor, "ask_for_quotation", place)
        person = find_person(db, form.email) if form.email else None
        if person is None:
            raise Invalid({"email": _("Nobody here has this address.")})
        ask_for_quotation(db, actor, place, person=person, text=form.text, about=form.about)
    origin = {"event": form.event, "review": form.review} if form.review else None
    told = _("Asked. Nothing is used before they agree.")
    return redirect(request, "quotations", programme=programme.slug, flash=told, query=origin)


def _asked(db: Database, request: Request) -> tuple[Actor, QuotationInProgramme]:
    actor, programme = the_programme(db, request)
    return actor, get_quotation(db, actor, programme, request.path_params["quotation"])


@page()
def show_quotation(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _asked(db, request)
        shown = agreed_quotations(db, [subject.id]).get(subject.id)
        programme, row = subject.programme, subject.quotation
        naming = naming_in(db, programme.id or 0)
        text, about = (naming.of_review(one, row.review_id) for one in (row.text, row.about))
        if who_is_quoted(actor, subject) or row.asked_by_id == actor.person or starts_reports(actor, programme):
            told = quotation_told(db, actor, subject)
            text, about = told.text, told.about
    return render(
        request, "quotations/quotation.html", programme=programme, quotation=row, form=form, states=STATES,
        text=text, about=about, by=shown.by if shown else "",
        own=who_is_quoted(actor, subject), may_answer=may(actor, "agree_to_quotation", subject),
        may_withdraw=may(actor, "withdraw_quotation", subject),
        crumbs=crumbs_in(programme, (_("Quotations"), path("quotations", programme=programme.slug)))
        if actor.signed_in else crumbs_in(programme),
    )  # fmt: skip


def _answered(request: Request, subject: QuotationInProgramme, told: Message) -> Response:
    ids = {"programme": subject.programme.slug, "quotation": subject.quotation.public_id}
    return redirect(request, "quotation", flash=told, **ids)


@page(form=AgreeForm, again=show_quotation, signed_in=True)
def agree_now(request: Request, form: AgreeForm) -> Response:
    with transaction() as db:
        actor, subject = _asked(db, request)
        agree_to_quotation(db, actor, subject, named=form.named == "yes")
    return _answered(request, subject, _("Thank you. You can take it back here at any time."))


@page(form=NoForm, again=show_quotation, signed_in=True)
def decline_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _asked(db, request)
        decline_quotation(db, actor, subject)
    return _answered(request, subject, _("You are not quoted. The words are deleted."))


@page(form=NoForm, again=show_quotation, signed_in=True)
def withdraw_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _asked(db, request)
        withdraw_quotation(db, actor, subject)
    return _answered(request, subject, _("Taken back. The words are deleted, and stand in no report any more."))
