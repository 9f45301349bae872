"""Certificates: one's own, and the page on which organisers say how they look and hand them out."""

from dataclasses import dataclass

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from events.certificates import (
    Certificate,
    CertificateKind,
    all_certificates,
    get_own_certificate,
    hold_certificates_back,
    issue_certificates,
    look_of,
    own_certificates,
    remove_certificate_logo,
    set_certificate_logo,
    set_certificate_look,
)
from events.core.access import may, why_not
from events.core.database import reading, transaction
from events.core.pictures import ready_picture
from events.core.refusals import Invalid
from events.core.translation import Message, _, reader
from events.events import get_event
from frontend.buttons import NoForm
from frontend.certificates import TITLES, certificate_pdf, certificates_zip
from frontend.pages.setup.shared import organised_event
from frontend.sent_files import attachment
from frontend.web import NOTHING, Filled, Form, Upload, actor_of, page, person_of, redirect, render


class LookForm(Form):
    what: str = ""
    colour: str = ""
    words: str = ""
    signed_by: str = ""
    signed_as: str = ""


class LogoForm(Form):
    what: str = ""
    logo: list[Upload] = Field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """A certificate in a list."""

    code: str
    title: Message
    what: str


def _line(one: Certificate) -> Line:
    return Line(one.code, TITLES[one.kind], ", ".join(part for part in (one.prize, one.challenge) if part))


@page(signed_in=True)
def show_own(request: Request) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        found = own_certificates(db, actor, event)
    return render(
        request, "certificates/own.html", event=event, found=[_line(one) for one in found],
        issued=event.event.certificates_issued_at is not None, organises=may(actor, "change_event", event),
    )  # fmt: skip


@page(signed_in=True)
def send_own(request: Request) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        found = get_own_certificate(db, actor, event, request.path_params["certificate"])
        look = look_of(db, event)
    return attachment(certificate_pdf(look, found), f"{event.event.slug}-{found.code}.pdf", "application/pdf")


@page(signed_in=True)
def manage(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        found = all_certificates(db, actor, event)
        look = look_of(db, event)
    counts = [(TITLES[kind], sum(one.kind is kind for one in found)) for kind in CertificateKind]
    sent = str(form.values.get("what", ""))
    texts = NOTHING.with_values(
        colour=look.colour, words=look.words, signed_by=look.signed_by, signed_as=look.signed_as
    )
    refusal = why_not(actor, "issue_certificates", event)
    return render(
        request, "certificates/manage.html", event=event, form=form, counts=counts, total=len(found),
        look_form=form if sent == "look" else texts, logo_form=form if sent == "logo" else None,
        has_logo=look.has_own_logo, has_programmes=look.logo is not None and not look.has_own_logo,
        issues=refusal is None, issued_at=event.event.certificates_issued_at,
        refusal=refusal.message if refusal and not event.event.certificates_issued_at else "",
        winners=event.event.winners_announced_at is not None,
    )  # fmt: skip


@page(form=LookForm, again=manage, signed_in=True)
def set_look_now(request: Request, form: LookForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        set_certificate_look(
            db, actor_of(db, request), event, colour=form.colour, words=form.words, signed_by=form.signed_by,
            signed_as=form.signed_as,
        )  # fmt: skip
    return redirect(request, "certificates", event=event.event.slug, flash=_("Saved."))


@page(form=LogoForm, again=manage, signed_in=True)
def set_logo_now(request: Request, form: LogoForm) -> Response:
    if not form.logo:
        raise Invalid({"logo": _("Please choose a picture.")})
    with reading() as db:
        organised_event(db, request)
    with ready_picture(form.logo[0].content, "logo") as picture, transaction() as db:
        assert picture is not None
        event = organised_event(db, request)
        set_certificate_logo(db, actor_of(db, request), event, picture=picture)
    return redirect(request, "certificates", event=event.event.slug, flash=_("Saved."))


@page(form=NoForm, again=manage, signed_in=True)
def remove_logo_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        remove_certificate_logo(db, actor_of(db, request), event)
    return redirect(request, "certificates", event=event.event.slug, flash=_("Removed."))


@page(form=NoForm, again=manage, signed_in=True)
def issue_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        issue_certificates(db, actor_of(db, request), event)
    return redirect(request, "certificates", event=event.event.slug, flash=_("Issued. Everybody gets a letter."))


@page(form=NoForm, again=manage, signed_in=True)
def hold_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        hold_certificates_back(db, actor_of(db, request), event)
    return redirect(request, "certificates", event=event.event.slug, flash=_("Nobody can fetch one for now."))


@page(signed_in=True)
def send_sample(request: Request) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        look = look_of(db, event)
    person, words = person_of(request), reader()
    sample = Certificate(
        "sample", CertificateKind.PARTICIPANT, 0, person.name if person else "", words.locale, words.zone
    )
    return attachment(certificate_pdf(look, sample), f"{event.event.slug}-sample.pdf", "application/pdf")


@page(signed_in=True)
def send_all(request: Request) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        found, look = all_certificates(db, actor, event), look_of(db, event)
    name = f"{event.event.slug}-certificates.zip"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    return StreamingResponse(certificates_zip(look, found), media_type="application/zip", headers=headers)
