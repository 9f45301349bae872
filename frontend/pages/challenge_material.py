"""What a challenge gives its teams: links and files for everybody, and the annex for those who agreed to its terms."""

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.challenge_annex import (
    AnnexInEvent,
    Reader,
    agree_to_terms,
    fetch_from_annex,
    find_annex,
    get_annex,
    open_annex,
    page_of_readers,
    read_annex,
    reads_record,
    write_annex,
)
from events.challenge_board import filled_in, refuse_others
from events.challenge_resources import (
    add_challenge_file,
    add_link,
    file_of,
    get_resource,
    remove_resource,
    resources_of,
)
from events.challenges import ChallengeInEvent, get_challenge
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.files import content_of, ready
from events.core.paging import Paged, page_of
from events.core.refusals import Invalid, NotFound
from events.core.translation import _
from events.events import get_event
from frontend.addresses import page_base
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.sent_files import attachment
from frontend.web import NOTHING, Filled, Form, Upload, actor_of, page, plain, redirect, render


class LinkForm(Form):
    """A link; `confidential` is set in the forms of the annex."""

    what: str = ""
    title: str = ""
    url: str = ""
    confidential: str = ""


class FileForm(Form):
    """A file; without a title it is called by its name."""

    what: str = ""
    title: str = ""
    file: list[Upload] = Field(default_factory=list)
    confidential: str = ""


class AnnexForm(Form):
    """What is said in confidence, and what readers agree to."""

    what: str = ""
    terms: str = ""
    text: str = ""


class AgreeForm(Form):
    """The version of the terms that was read, and the tick that says yes."""

    version: int = Field(0, ge=0, le=10**6)
    agree: str = ""


def _challenge(db: Database, request: Request) -> tuple[Actor, ChallengeInEvent]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    return actor, get_challenge(db, actor, event, request.path_params["challenge"])


def _own(db: Database, request: Request) -> tuple[Actor, ChallengeInEvent]:
    """A challenge, for its owner and the organisers."""
    actor, subject = _challenge(db, request)
    refuse_others(actor, subject)
    return actor, subject


@page(signed_in=True)
def show_resources(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _own(db, request)
        found, filled = resources_of(db, subject.id), filled_in(db, subject)
    refusal = why_not(actor, "add_link", subject)
    sent = str(form.values.get("what", ""))
    return render(
        request, "challenges/resources.html", event=subject.event, title=subject.challenge.title, found=found,
        form=form, link_form=form if sent == "link" else None, file_form=form if sent == "file" else None,
        here={"event": subject.event.event.slug, "challenge": subject.challenge.public_id}, filled=filled,
        refusal=refusal.message if refusal else "",
    )  # fmt: skip


def _where(subject: ChallengeInEvent, confidential: str) -> tuple[str, dict[str, str]]:
    ids = {"event": subject.event.event.slug, "challenge": subject.challenge.public_id}
    return "edit_annex" if confidential else "challenge_resources", ids


def _again(request: Request, form: Filled = NOTHING) -> Response:
    """The page on which the form stood: that of the annex has the same forms."""
    return plain(edit_annex if form.values.get("confidential") else show_resources)(request, form=form)


@page(form=LinkForm, again=_again, signed_in=True)
def add_link_now(request: Request, form: LinkForm) -> Response:
    with transaction() as db:
        actor, subject = _own(db, request)
        add_link(db, actor, subject, title=form.title, url=form.url, confidential=bool(form.confidential))
    name, ids = _where(subject, form.confidential)
    return redirect(request, name, flash=_("Added."), **ids)


@page(form=FileForm, again=_again, signed_in=True)
def add_file_now(request: Request, form: FileForm) -> Response:
    if not form.file:
        raise Invalid({"file": _("Please choose a file.")})
    with reading() as db:
        _own(db, request)  # nobody else has anything written
    with ready((one.name, one.content) for one in form.file) as files, transaction() as db:
        actor, subject = _own(db, request)
        try:
            for file in files:
                add_challenge_file(
                    db, actor, subject, file=file, title=form.title, confidential=bool(form.confidential)
                )
        except Invalid as refusal:
            raise Invalid({"file": refusal.message}) from refusal
    name, ids = _where(subject, form.confidential)
    return redirect(request, name, flash=_("Added."), **ids)


@page(form=NoForm, again=show_resources, signed_in=True)
def remove_now(request: Request, form: NoForm) -> Response:
    return _remove(request, confidential=False)


@page(form=NoForm, again=show_resources, signed_in=True)
def remove_confidential_now(request: Request, form: NoForm) -> Response:
    return _remove(request, confidential=True)


def _remove(request: Request, *, confidential: bool) -> Response:
    with transaction() as db:
        actor, subject = _own(db, request)
        resource = get_resource(db, subject, request.path_params["resource"], confidential=confidential)
        remove_resource(db, actor, resource)
    name, ids = _where(subject, "yes" if confidential else "")
    return redirect(request, name, flash=_("Removed."), **ids)


@page()
def send_resource(request: Request) -> Response:
    with reading() as db:
        _actor, subject = _challenge(db, request)
        stored = file_of(db, get_resource(db, subject, request.path_params["resource"], confidential=False))
    return attachment(content_of(stored), stored.name, stored.media_type)


# The annex


@page(signed_in=True)
def edit_annex(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _own(db, request)
        annex = find_annex(db, subject.id)
        found = resources_of(db, subject.id, confidential=True)
        wanted = page_number(request)
        sees_readers = reads_record(actor, subject)
        nobody: Paged[Reader] = page_of([], 1)
        agreed, looked = page_of_readers(db, actor, subject, page=wanted) if sees_readers else (nobody, nobody)
        filled = filled_in(db, subject)
    sent = str(form.values.get("what", ""))
    refusal = why_not(actor, "write_annex", subject)
    texts = NOTHING.with_values(terms=annex.terms if annex else "", text=annex.text if annex else "")
    return render(
        request, "challenges/annex_edit.html", event=subject.event, title=subject.challenge.title, form=form,
        texts_form=form if sent == "annex" else texts, link_form=form if sent == "link" else None,
        file_form=form if sent == "file" else None, found=found, sees_readers=sees_readers, agreed=agreed,
        looked=looked, pages=max(agreed.pages, looked.pages), page=min(wanted, max(agreed.pages, looked.pages)),
        base=page_base(request, {}),
        version=annex.terms_version if annex else 0, filled=filled,
        here={"event": subject.event.event.slug, "challenge": subject.challenge.public_id},
        refusal=refusal.message if refusal else "",
    )  # fmt: skip


@page(form=AnnexForm, again=edit_annex, signed_in=True)
def write_annex_now(request: Request, form: AnnexForm) -> Response:
    with transaction() as db:
        actor, subject = _own(db, request)
        write_annex(db, actor, subject, terms=form.terms, text=form.text)
    name, ids = _where(subject, "yes")
    return redirect(request, name, flash=_("Saved."), **ids)


def _annex(db: Database, request: Request) -> tuple[Actor, ChallengeInEvent, AnnexInEvent]:
    actor, subject = _challenge(db, request)
    return actor, subject, get_annex(db, actor, subject)


@page(signed_in=True)
def show_annex(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject, annex = _annex(db, request)
        read = read_annex(db, actor, annex)
    return render(
        request, "challenges/annex.html", event=subject.event, title=subject.challenge.title, form=form,
        here={"event": subject.event.event.slug, "challenge": subject.challenge.public_id}, terms=annex.annex.terms,
        version=annex.annex.terms_version, agrees=may(actor, "agree_to_terms", annex) and not annex.agreed,
        opens=may(actor, "open_annex", annex), read=read, mine=may(actor, "write_annex", subject),
    )  # fmt: skip


@page(form=AgreeForm, again=show_annex, signed_in=True)
def agree_now(request: Request, form: AgreeForm) -> Response:
    if not form.agree:
        raise Invalid({"agree": _("Tick the box if you agree to the terms.")})
    with transaction() as db:
        actor, subject, annex = _annex(db, request)
        agree_to_terms(db, actor, annex, version=form.version)
    return redirect(
        request, "challenge_annex", event=subject.event.event.slug, challenge=subject.challenge.public_id,
        flash=_("You have agreed. You can open the annex now."),
    )  # fmt: skip


@page(form=NoForm, again=show_annex, signed_in=True)
def open_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject, annex = _annex(db, request)
        open_annex(db, actor, annex)
    return redirect(request, "challenge_annex", event=subject.event.event.slug, challenge=subject.challenge.public_id)


@page(form=NoForm, again=show_annex, signed_in=True)
def fetch_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject, annex = _annex(db, request)
        if not may(actor, "fetch_from_annex", annex):
            raise NotFound()
        resource = get_resource(db, subject, request.path_params["resource"], confidential=True)
        stored = fetch_from_annex(db, actor, annex, resource=resource)
    return attachment(content_of(stored), stored.name, stored.media_type)
