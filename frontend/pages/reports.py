"""Reports of a programme: the list, beginning one, who edits them, and the report of a review."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import may
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.paging import page_of
from events.core.refusals import Invalid, NotFound
from events.core.translation import _
from events.people import Person, find_by_public_id, find_person
from events.programmes import get_programme, programme_by_id
from frontend import choices
from frontend.pages.events import page_number
from frontend.pages.lessons import crumbs_in, the_programme
from frontend.pages.reviews import the_review
from frontend.review_tabs import review_tabs
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.peer_reviews.attribution import words_of_host
from sessions.peer_reviews.boards import host_of
from sessions.reports.reports import (
    KIND_NAMES,
    ReportInProgramme,
    ReportKind,
    editors_of,
    edits_report,
    end_report_editor,
    name_report_editor,
    organises_programme,
    report_of_review,
    start_report,
    start_review_report,
    starts_reports,
)
from sessions.reports.versions import VersionState, reports_in, see_report, title_of, versions_of


class StartForm(Form):
    """Which report is begun, and in which language."""

    kind: str = ""
    title: str = ""
    language: str = "en"


class EditorForm(Form):
    """Somebody who is to edit reports, by their address."""

    email: str = ""


class EndForm(Form):
    """Somebody who edits no more, by their public id."""

    person: str = ""


@page()
def show_reports(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, programme = the_programme(db, request)
        found = page_of(reports_in(db, actor, programme), page_number(request))
        names = organises_programme(actor, programme)
        editors = editors_of(db, programme) if names else []
    return render(
        request, "reports/list.html", programme=programme, found=found, kind_names=KIND_NAMES, form=form,
        starts=starts_reports(actor, programme), names=names,
        editors=[(one.public_id, one.name) for one in editors],
        base=path("reports", programme=programme.slug) + "?page=", crumbs=crumbs_in(programme),
    )  # fmt: skip


@page(signed_in=True)
def new_report(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, programme = the_programme(db, request)
        only_if_may(actor, "start_report", programme)
    kinds = [(one.value, KIND_NAMES[one]) for one in (ReportKind.LESSONS, ReportKind.POLICY)]
    return render(
        request, "reports/new.html", programme=programme, form=form, kinds=kinds,
        languages=choices.interface_languages(), crumbs=crumbs_in(programme),
    )  # fmt: skip


@page(form=StartForm, again=new_report, signed_in=True)
def start_now(request: Request, form: StartForm) -> Response:
    if form.kind not in (ReportKind.LESSONS, ReportKind.POLICY):
        raise Invalid({"kind": _("Please choose one of the two reports.")})
    with transaction() as db:
        actor, programme = the_programme(db, request)
        row = start_report(
            db, actor, programme, kind=ReportKind(form.kind), title=form.title, language=form.language
        )  # fmt: skip
    return redirect(request, "edit_report", programme=programme.slug, report=row.public_id, flash=_("Begun."))


def _person(db: Database, email: str) -> Person:
    found = find_person(db, email) if email else None
    if found is None:
        raise Invalid({"email": _("Nobody here has this address. Ask them to sign in once, then name them.")})
    return found


@page(form=EditorForm, again=show_reports, signed_in=True)
def name_editor_now(request: Request, form: EditorForm) -> Response:
    with transaction() as db:
        actor, programme = the_programme(db, request)
        only_if_may(actor, "name_report_editor", programme)
        name_report_editor(db, actor, programme, person=_person(db, form.email))
    return redirect(request, "reports", programme=programme.slug, flash=_("They edit the reports now."))


@page(form=EndForm, again=show_reports, signed_in=True)
def end_editor_now(request: Request, form: EndForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        programme = get_programme(db, request.path_params["programme"])
        only_if_may(actor, "end_report_editor", programme)
        person = find_by_public_id(db, form.person) if form.person else None
        if person is None:
            raise NotFound()
        end_report_editor(db, actor, programme, person=person)
    return redirect(request, "reports", programme=programme.slug, flash=_("They edit the reports no more."))


@page()
def show_review_report(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = the_review(db, request)
        programme, row = programme_by_id(db, event.programme_id), report_of_review(db, subject.id)
        found = ReportInProgramme(row, programme, subject.review, subject.event) if row else None
        seen = found is not None and see_report(db, actor, found)
        versions = versions_of(db, row.id or 0) if row is not None and seen else []
        title = title_of(db, actor, found) if found is not None and seen else ""
        host, topic = host_of(db, subject), words_of_host(db, actor, subject)(subject.review.topic)
    form = form.with_values(title=str(_("Peer review of %(host)s", host=host.name)), language=subject.review.language)
    return render(
        request, "reports/of_review.html", event=event, subject=subject, review=subject.review, form=form,
        programme=programme, title=title, topic=topic, report=row if seen else None,
        edits=found is not None and edits_report(actor, found),
        published=next((one.number for one in versions if one.state is VersionState.PUBLISHED), 0),
        may_start=row is None and may(actor, "start_review_report", subject),
        languages=choices.interface_languages(), tabs_of_review=review_tabs(actor, subject, "review_report"),
    )  # fmt: skip


@page(form=StartForm, again=show_review_report, signed_in=True)
def start_review_report_now(request: Request, form: StartForm) -> Response:
    with transaction() as db:
        actor, event, subject = the_review(db, request)
        row = start_review_report(db, actor, subject, title=form.title, language=form.language)
        programme = programme_by_id(db, event.programme_id)
    return redirect(request, "edit_report", programme=programme.slug, report=row.public_id, flash=_("Begun."))
