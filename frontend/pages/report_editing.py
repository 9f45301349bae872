"""Editing a report: its texts, its chapters, what stands in them and what is not used yet; handing it in."""

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.translation import N_, Message, _
from frontend import choices
from frontend.buttons import NoForm
from frontend.pages.report_versions import STATE_MARKS, report_crumbs, the_report
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.peer_reviews.findings import LEVEL_NAMES, Level
from sessions.reports.editing import (
    add_chapter,
    chapters_read,
    fill_report,
    get_item,
    move_chapter,
    move_in_report,
    put_into_report,
    remove_chapter,
    take_out_of_report,
    write_chapter,
    write_report,
)
from sessions.reports.material import material_for, naming_of
from sessions.reports.reports import (
    ITEM_NAMES,
    LONGEST,
    ChapterPart,
    ReportInProgramme,
    chapters_of,
    edits_report,
    items_of,
)
from sessions.reports.versions import VERSION_STATE_NAMES, hand_report_in, versions_of

PART_NAMES: dict[ChapterPart, Message] = {
    ChapterPart.ITEMS: _("What you put into it"),
    ChapterPart.CASE: _("The case and its questions, as they stand in the review"),
    ChapterPart.PEOPLE: _("Who took part, as far as it may be told"),
    ChapterPart.PLAN: _("The action plan, as it is when the report is handed in"),
}


class ReportForm(Form):
    """The texts of a report as a whole."""

    title: str = ""
    lead: str = ""
    language: str = ""
    version: int = 0


class ChapterForm(Form):
    """The texts of a chapter."""

    title: str = ""
    text: str = ""
    level: str = ""
    by_ecosystem: str = ""
    version: int = 0


class NewChapterForm(Form):
    """A new chapter."""

    chapter_title: str = ""


class MoveForm(Form):
    """In which direction."""

    way: str = ""


class PutForm(Form):
    """What stands in which chapter from now on."""

    chapter: str = ""
    material: list[str] = Field(default_factory=list)


def _edited(db: Database, request: Request) -> tuple[Actor, ReportInProgramme]:
    actor, subject = the_report(db, request)
    if not edits_report(actor, subject):
        raise NotFound()
    return actor, subject


@page(signed_in=True)
def edit_report(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _edited(db, request)
        naming = naming_of(db, actor, subject)
        chapters, items = chapters_read(db, subject, naming), items_of(db, subject.id)
        material = material_for(db, subject, naming)
        versions = [(one, naming.written(one.reason)) for one in versions_of(db, subject.id)]
        title, lead = naming.written(subject.report.title), naming.written(subject.report.lead)
    used = {(one.kind, one.subject_id) for one in items}
    report = subject.report
    texts = (form if "lead" in form.values else NOTHING).with_values(title=title, lead=lead, language=report.language)
    changed = texts.refused and texts.values.get("version") != str(report.version)
    chosen = form.values.get("material", [])
    refusal = why_not(actor, "hand_report_in", subject)
    return render(
        request, "reports/edit.html", programme=subject.programme, report=report, form=form, texts=texts,
        title=title, lead=lead, changed=changed, chosen=[chosen] if isinstance(chosen, str) else chosen,
        chapters=[(one, [(each, material.get((each.kind, each.subject_id))) for each in items
                         if each.chapter_id == one.chapter.id]) for one in chapters],
        unused=[one for key, one in material.items() if key not in used], item_names=ITEM_NAMES, versions=versions,
        part_names=PART_NAMES, level_names=LEVEL_NAMES, languages=choices.interface_languages(), longest=LONGEST,
        may_edit=may(actor, "write_report", subject), refusal=refusal.message if refusal else "",
        targets=[(one.chapter.public_id, one.title) for one in chapters if one.chapter.part is ChapterPart.ITEMS],
        state_names=VERSION_STATE_NAMES, state_marks=STATE_MARKS, crumbs=report_crumbs(subject),
    )  # fmt: skip


def _back(request: Request, subject: ReportInProgramme, told: Message, at: str) -> Response:
    """Back to that part of the page: a long report is not gone through from its top after each step."""
    ids = {"programme": subject.programme.slug, "report": subject.report.public_id}
    response = redirect(request, "edit_report", flash=told, **ids)
    response.headers["location"] += f"#{at}"
    return response


def _chapter_with(db: Database, subject: ReportInProgramme, item: str) -> str:
    held = get_item(db, subject, item).chapter_id
    return next(one.public_id for one in chapters_of(db, subject.id) if one.id == held)


@page(form=ReportForm, again=edit_report, signed_in=True)
def write_now(request: Request, form: ReportForm) -> Response:
    with transaction() as db:
        actor, subject = _edited(db, request)
        write_report(
            db, actor, subject, title=form.title, lead=form.lead, language=form.language, version=form.version
        )  # fmt: skip
    return _back(request, subject, _("Saved."), "texts")


@page(form=NewChapterForm, again=edit_report, signed_in=True)
def add_chapter_now(request: Request, form: NewChapterForm) -> Response:
    with transaction() as db:
        actor, subject = _edited(db, request)
        row = add_chapter(db, actor, subject, title=form.chapter_title)
    return _back(request, subject, _("Added."), row.public_id)


@page(signed_in=True)
def edit_chapter(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _edited(db, request)
        public, naming = request.path_params["chapter"], naming_of(db, actor, subject)
        read = next((one for one in chapters_read(db, subject, naming) if one.chapter.public_id == public), None)
        title = naming.written(subject.report.title)
    chapter = read.chapter if read is not None else None
    if chapter is None and not form.refused:
        raise NotFound()
    if read is not None and chapter is not None:
        ticked = {"by_ecosystem": "yes"} if chapter.by_ecosystem else {}
        level = chapter.level.value if chapter.level else ""
        form = form.with_values(title=read.title, text=read.text, level=level, **ticked)
    changed = chapter is not None and form.values.get("version", str(chapter.version)) != str(chapter.version)
    return render(
        request, "reports/chapter.html", programme=subject.programme, report=subject.report, chapter=chapter,
        read=read, title=title, form=form, longest=LONGEST, changed=changed,
        levels=[(one.value, LEVEL_NAMES[one]) for one in Level],
        public=request.path_params["chapter"], is_arranged=chapter is None or chapter.part is ChapterPart.ITEMS,
        crumbs=report_crumbs(subject),
    )  # fmt: skip


@page(form=ChapterForm, again=edit_chapter, signed_in=True)
def write_chapter_now(request: Request, form: ChapterForm) -> Response:
    level = Level(form.level) if form.level in {one.value for one in Level} else None
    with transaction() as db:
        actor, subject = _edited(db, request)
        write_chapter(
            db, actor, subject, chapter=request.path_params["chapter"], title=form.title, text=form.text, level=level,
            by_ecosystem=form.by_ecosystem == "yes", version=form.version,
        )  # fmt: skip
    return _back(request, subject, _("Saved."), request.path_params["chapter"])


@page(form=MoveForm, again=edit_report, signed_in=True)
def move_chapter_now(request: Request, form: MoveForm) -> Response:
    with transaction() as db:
        actor, subject = _edited(db, request)
        move_chapter(db, actor, subject, chapter=request.path_params["chapter"], earlier=form.way == "up")
    return _back(request, subject, _("Moved."), request.path_params["chapter"])


@page(form=NoForm, again=edit_report, signed_in=True)
def remove_chapter_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _edited(db, request)
        remove_chapter(db, actor, subject, chapter=request.path_params["chapter"])
    return _back(request, subject, _("Removed. What stood in it is not used any more."), "chapters")


@page(form=PutForm, again=edit_report, signed_in=True)
def put_now(request: Request, form: PutForm) -> Response:
    with transaction() as db:
        actor, subject = _edited(db, request)
        count = put_into_report(db, actor, subject, chapter=form.chapter, material=form.material)
    return _back(request, subject, N_("%(count)s stands there now.", "%(count)s stand there now.", count), form.chapter)


@page(form=NoForm, again=edit_report, signed_in=True)
def fill_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _edited(db, request)
        count = fill_report(db, actor, subject)
    return _back(request, subject, N_("%(count)s was put in place.", "%(count)s were put in place.", count), "unused")


@page(form=MoveForm, again=edit_report, signed_in=True)
def move_item_now(request: Request, form: MoveForm) -> Response:
    with transaction() as db:
        actor, subject = _edited(db, request)
        move_in_report(db, actor, subject, item=request.path_params["item"], earlier=form.way == "up")
        at = _chapter_with(db, subject, request.path_params["item"])
    return _back(request, subject, _("Moved."), at)


@page(form=NoForm, again=edit_report, signed_in=True)
def remove_item_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _edited(db, request)
        at = _chapter_with(db, subject, request.path_params["item"])
        take_out_of_report(db, actor, subject, item=request.path_params["item"])
    return _back(request, subject, _("Taken out. It is not used any more."), at)


@page(form=NoForm, again=edit_report, signed_in=True)
def hand_in_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _edited(db, request)
        version = hand_report_in(db, actor, subject)
    ids = {"programme": subject.programme.slug, "report": subject.report.public_id, "number": version.number}
    told = _("Handed in. Somebody else approves it, and with that it is published.")
    return redirect(request, "report_version", flash=told, **ids)
