"""A report as everybody reads it: as a page, as PDF and as DOCX; its versions, and approving one."""

from collections.abc import Callable
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.refusals import Conflict, NotFound
from events.core.translation import Message, _
from frontend.buttons import NoForm
from frontend.logos import Logo, logo_for
from frontend.pages.exports import XLSX
from frontend.pages.lessons import crumbs_in, the_programme
from frontend.report_files.docx import report_docx
from frontend.report_files.pdf import report_pdf
from frontend.sent_files import attachment
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.reports.documents import Document, headings
from sessions.reports.reports import KIND_NAMES, ReportInProgramme, edits_report
from sessions.reports.versions import (
    READABLE,
    VERSION_STATE_NAMES,
    VersionOfReport,
    VersionState,
    approve_report,
    draft_document,
    get_report,
    get_version,
    reason_of,
    send_report_back,
    title_of,
    version_document,
    versions_of,
    withdraw_report,
)

DOCX = XLSX.replace("spreadsheetml.sheet", "wordprocessingml.document")
STATE_MARKS = {
    VersionState.IN_REVIEW: ("half", "warn"), VersionState.PUBLISHED: ("check", "ok"),
    VersionState.SUPERSEDED: ("bar", "plain"), VersionState.SENT_BACK: ("cross", "plain"),
    VersionState.WITHDRAWN: ("cross", "problem"),
}  # fmt: skip
AT_ONCE, LONGEST_WAIT = 2, 20
_turns = BoundedSemaphore(AT_ONCE)  # a large one takes some hundred megabytes


class ReasonForm(Form):
    """Why a version is sent back or withdrawn."""

    reason: str = ""


def the_report(db: Database, request: Request) -> tuple[Actor, ReportInProgramme]:
    """The report that is asked for, for whoever may know of it."""
    actor, programme = the_programme(db, request)
    return actor, get_report(db, actor, programme, request.path_params["report"])


def report_crumbs(subject: ReportInProgramme) -> list[tuple[Any, str]]:
    """The way back from a report."""
    return crumbs_in(subject.programme, (_("Reports"), path("reports", programme=subject.programme.slug)))


def _the_version(db: Database, request: Request) -> tuple[Actor, VersionOfReport]:
    actor, subject = the_report(db, request)
    number = request.path_params["number"]
    if not (number.isascii() and number.isdecimal() and len(number) < 7):
        raise NotFound()
    return actor, get_version(db, actor, subject, int(number))


def _shown(
    request: Request, subject: ReportInProgramme, document: Document | None, *, title: str, **more: Any
) -> Response:  # fmt: skip
    parts = headings(document) if document else []
    return render(
        request, "reports/report.html", programme=subject.programme, report=subject.report, document=document,
        title=document.title if document else title or _("Report"),
        contents=[one for one in parts if one.level <= 3],
        kind_names=KIND_NAMES, state_names=VERSION_STATE_NAMES, state_marks=STATE_MARKS,
        crumbs=report_crumbs(subject), **more,
    )  # fmt: skip


@page()
def show_report(request: Request) -> Response:
    """The version that everybody reads; for who edits it, where there is none, the way to the draft."""
    with reading() as db:
        actor, subject = the_report(db, request)
        versions = versions_of(db, subject.id)
        current = next((one for one in versions if one.state is VersionState.PUBLISHED), None)
        last = current or next((one for one in versions if one.state is VersionState.WITHDRAWN), None)
        found = get_version(db, actor, subject, last.number) if last else None
        document = version_document(db, actor, found) if found is not None and current is not None else None
        edits, title = edits_report(actor, subject), title_of(db, actor, subject)
        reason = reason_of(db, actor, found) if found is not None else ""
    return _shown(
        request, subject, document, version=found.version if found else None, edits=edits, is_draft=False,
        title=title, reason=reason,
        versions=versions if edits else [one for one in versions if one.state in READABLE], form=NOTHING,
        may_approve=False, may_send_back=False,
        may_withdraw=found is not None and current is not None and may(actor, "withdraw_report", found),
    )  # fmt: skip


@page(signed_in=True)
def show_draft(request: Request) -> Response:
    with reading() as db:
        actor, subject = the_report(db, request)
        if not edits_report(actor, subject):
            raise NotFound()
        document = draft_document(db, subject)
    return _shown(
        request, subject, document, version=None, edits=True, is_draft=True, versions=[], form=NOTHING, title="",
        reason="",
        may_approve=False, may_send_back=False, may_withdraw=False,
    )  # fmt: skip


@page()
def show_version(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, found = _the_version(db, request)
        edits = edits_report(actor, found.of_report)
        readable = edits or found.version.state in READABLE
        document = version_document(db, actor, found) if readable else None
        title, reason = title_of(db, actor, found.of_report), reason_of(db, actor, found)
        versions = versions_of(db, found.of_report.id)
    return _shown(
        request, found.of_report, document, version=found.version, edits=edits, is_draft=False, form=form,
        title=title, reason=reason,
        versions=versions if edits else [one for one in versions if one.state in READABLE],
        may_approve=may(actor, "approve_report", found), may_send_back=may(actor, "send_report_back", found),
        may_withdraw=may(actor, "withdraw_report", found),
    )  # fmt: skip


@contextmanager
def _one_of_few() -> Any:
    """Large files are made two at a time; who waits for too long is told so."""
    if not _turns.acquire(timeout=LONGEST_WAIT):
        raise Conflict(_("Many reports are being written out right now. Try again in a minute."))
    try:
        yield
    finally:
        _turns.release()


def _file(request: Request, write: Callable[[Document, Logo | None], bytes], ending: str, media_type: str) -> Response:
    with reading() as db:
        actor, found = _the_version(db, request)
        document, logo = version_document(db, actor, found), logo_for(db, found.programme)
    with _one_of_few():
        content = write(document, logo)
    return attachment(content, f"{document.title[:80]}, {found.version.number}.{ending}", media_type)


@page()
def send_pdf(request: Request) -> Response:
    return _file(request, report_pdf, "pdf", "application/pdf")


@page()
def send_docx(request: Request) -> Response:
    return _file(request, report_docx, "docx", DOCX)


def _to_version(request: Request, subject: VersionOfReport, told: Message) -> Response:
    ids = {"programme": subject.programme.slug, "report": subject.report.public_id, "number": subject.version.number}
    return redirect(request, "report_version", flash=told, **ids)


@page(form=NoForm, again=show_version, signed_in=True)
def approve_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, found = _the_version(db, request)
        approve_report(db, actor, found)
    return _to_version(request, found, _("Published. Everybody can read it."))


@page(form=ReasonForm, again=show_version, signed_in=True)
def send_back_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, found = _the_version(db, request)
        send_report_back(db, actor, found, reason=form.reason)
    return _to_version(request, found, _("Sent back."))


@page(form=ReasonForm, again=show_version, signed_in=True)
def withdraw_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, found = _the_version(db, request)
        withdraw_report(db, actor, found, reason=form.reason)
    return _to_version(request, found, _("Withdrawn. The reason stands in its place."))
