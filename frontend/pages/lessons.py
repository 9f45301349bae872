"""Lesson cards of a programme: the list with its search, one card, and writing one down."""

from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.events import get_event
from events.programmes import Programme, get_programme, programme_by_id
from events.reference.keywords import is_keyword
from frontend import choices
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.lessons import (
    CODE_NAMES,
    LESSON_LEVELS,
    TEXTS,
    LessonCode,
    LessonInProgramme,
    LessonPlace,
    LessonState,
    Wanted,
    change_lesson,
    get_lesson,
    lesson_shown,
    lessons_in,
    note_lesson,
    share_lesson,
    withdraw_lesson,
)
from sessions.meetings import get_meeting
from sessions.peer_reviews.attribution import words_of_host
from sessions.peer_reviews.findings import LEVEL_NAMES, Level
from sessions.peer_reviews.reviews import ReviewInEvent, get_review, see_review

STATES: dict[LessonState, tuple[Message, str, str]] = {
    LessonState.DRAFT: (_("Draft, only for you"), "square", "plain"),
    LessonState.SHARED: (_("Shared"), "check", "ok"),
    LessonState.WITHDRAWN: (_("Withdrawn"), "cross", "plain"),
}


class LessonForm(Form):
    """A card as it is written; `event`, `review` and `meeting` say where it comes from."""

    title: str = ""
    context: str = ""
    worked: str = ""
    not_worked: str = ""
    advice: str = ""
    ecosystem: str = ""
    tags: list[str] = Field(default_factory=list)
    code: str = ""
    level: str = ""
    event: str = ""
    review: str = ""
    meeting: str = ""
    version: int = 0

    @property
    def texts(self) -> dict[str, str]:
        """The texts by field."""
        return {name: getattr(self, name) for name in TEXTS}

    @property
    def kind(self) -> LessonCode | None:
        """The barrier or opportunity."""
        return LessonCode(self.code) if self.code in {one.value for one in LessonCode} else None

    @property
    def speaks_to(self) -> Level | None:
        """The level."""
        return Level(self.level) if self.level in {one.value for one in LESSON_LEVELS} else None


class WhyForm(Form):
    """Why a card does not stand any more."""

    why: str = ""


def the_programme(db: Database, request: Request) -> tuple[Actor, Programme]:
    """The programme that is asked for, and who asks."""
    return actor_of(db, request), get_programme(db, request.path_params["programme"])


def crumbs_in(programme: Programme, *more: tuple[Message | str, str]) -> list[tuple[Any, str]]:
    """The way back from a page of a programme."""
    return [(_("Programmes"), path("programmes")), (programme.name, path("programme", programme=programme.slug)), *more]


def words_of_lessons() -> dict[str, Any]:
    """What pages of lessons call things."""
    return {
        "states": STATES, "code_names": CODE_NAMES, "level_names": LEVEL_NAMES,
        "codes": [(one.value, name) for one, name in CODE_NAMES.items()],
        "levels": [(one.value, name) for one, name in LESSON_LEVELS.items()],
    }  # fmt: skip


@page()
def show_lessons(request: Request) -> Response:
    query = request.query_params
    code, level = query.get("code", ""), query.get("level", "")
    tag = query.get("tag", "") if is_keyword(query.get("tag", "")) else ""
    with reading() as db:
        actor, programme = the_programme(db, request)
        event = get_event(db, actor, query["event"]) if query.get("event") else None
        review = get_review(db, actor, event.event, query["review"]) if event and query.get("review") else None
        wanted = Wanted(
            query.get("words", "")[:100], tag, LessonCode(code) if code in {one.value for one in LessonCode} else None,
            Level(level) if level in {one.value for one in LESSON_LEVELS} else None, event.id if event else None,
            review.id if review else None,
        )  # fmt: skip
        found = lessons_in(db, actor, programme, wanted, page_number(request))
    kept = {name: query.get(name, "") for name in ("words", "tag", "code", "level", "event", "review")}
    base = str(request.url.include_query_params(page="")).partition("?")[2].replace("page=", "") if query else ""
    return render(
        request, "lessons/list.html", programme=programme, found=found, values=Filled(kept), kept=kept,
        base=f"?{base}{'&' if base and not base.endswith('&') else ''}page=", writes=may(
            actor, "note_lesson", LessonPlace(programme)
        ), crumbs=crumbs_in(programme), **words_of_lessons(),
    )  # fmt: skip


def _place(db: Database, actor: Actor, programme: Programme, event: str, review: str, meeting: str) -> LessonPlace:
    """Where a card is to come from; NotFound for what the actor may not see, or what is in another programme."""
    found = LessonPlace(programme)
    if meeting:
        met = get_meeting(db, actor, meeting)
        found = LessonPlace(programme, met.event, None, met.id, met.people)
    elif event:
        there = get_event(db, actor, event).event
        of = get_review(db, actor, there, review).review if review else None
        found = LessonPlace(programme, there, of)
    if found.event is not None and found.event.programme_id != programme.id:
        raise NotFound()
    return found


@page(signed_in=True)
def new_lesson(request: Request, form: Filled = NOTHING) -> Response:
    origin = {name: str(form.values.get(name) or request.query_params.get(name, "")) for name in
              ("event", "review", "meeting")}  # fmt: skip
    with reading() as db:
        actor, programme = the_programme(db, request)
        place = _place(db, actor, programme, **origin)
        only_if_may(actor, "note_lesson", place)
    if place.review is not None:
        form = form.with_values(ecosystem=place.review.ecosystem)
    return render(
        request, "lessons/edit.html", programme=programme, form=form, origin=origin, lesson=None, place=place,
        groups=choices.keyword_groups(), crumbs=_list_crumbs(programme), **words_of_lessons(),
    )  # fmt: skip


def _list_crumbs(programme: Programme) -> list[tuple[Any, str]]:
    return crumbs_in(programme, (_("Lessons"), path("lessons", programme=programme.slug)))


@page(form=LessonForm, again=new_lesson, signed_in=True)
def note_now(request: Request, form: LessonForm) -> Response:
    with transaction() as db:
        actor, programme = the_programme(db, request)
        place = _place(db, actor, programme, form.event, form.review, form.meeting)
        row = note_lesson(
            db, actor, place, texts=form.texts, tags=form.tags, code=form.kind, level=form.speaks_to
        )  # fmt: skip
    told = _("Kept as a draft that only you see. Share it when it is ready.")
    return redirect(request, "lesson", programme=programme.slug, lesson=row.public_id, flash=told)


def _the_lesson(db: Database, request: Request) -> tuple[Actor, LessonInProgramme]:
    actor, programme = the_programme(db, request)
    return actor, get_lesson(db, actor, programme, request.path_params["lesson"])


@page()
def show_lesson(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _the_lesson(db, request)
        shown = lesson_shown(db, actor, subject)
        event = subject.event
        seen = event if event is not None and _sees(db, actor, event.slug) else None
        review = subject.review if seen and subject.review and see_review(actor, subject) else None
        topic = words_of_host(db, actor, ReviewInEvent(review, event))(review.topic) if review and event else ""
    withdrawn = subject.lesson.state is LessonState.WITHDRAWN
    return render(
        request, "lessons/lesson.html", programme=subject.programme, lesson=subject.lesson, texts=shown.texts,
        form=form, from_event=seen, from_review=review, topic=topic, withdrawn=withdrawn,
        may_change=may(actor, "change_lesson", subject),
        may_share=may(actor, "share_lesson", subject), may_withdraw=may(actor, "withdraw_lesson", subject),
        crumbs=_list_crumbs(subject.programme), **words_of_lessons(),
    )  # fmt: skip


def _sees(db: Database, actor: Actor, slug: str) -> bool:
    try:
        get_event(db, actor, slug)
    except NotFound:
        return False
    return True


@page(signed_in=True)
def edit_lesson(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _the_lesson(db, request)
        only_if_may(actor, "change_lesson", subject)
    row = subject.lesson
    form = form.with_values(
        **{name: getattr(row, name) for name in TEXTS}, tags=row.tags, code=row.code.value if row.code else "",
        level=row.level.value if row.level else "",
    )  # fmt: skip
    return render(
        request, "lessons/edit.html", programme=subject.programme, form=form, origin={}, lesson=row,
        place=LessonPlace(subject.programme, subject.event, subject.review), groups=choices.keyword_groups(),
        crumbs=_list_crumbs(subject.programme), **words_of_lessons(),
    )  # fmt: skip


def _to_lesson(request: Request, subject: LessonInProgramme, told: Message) -> Response:
    ids = {"programme": subject.programme.slug, "lesson": subject.lesson.public_id}
    return redirect(request, "lesson", flash=told, **ids)


@page(form=LessonForm, again=edit_lesson, signed_in=True)
def change_now(request: Request, form: LessonForm) -> Response:
    with transaction() as db:
        actor, subject = _the_lesson(db, request)
        change_lesson(
            db, actor, subject, texts=form.texts, tags=form.tags, code=form.kind, level=form.speaks_to,
            version=form.version,
        )  # fmt: skip
    return _to_lesson(request, subject, _("Saved."))


@page(form=NoForm, again=show_lesson, signed_in=True)
def share_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _the_lesson(db, request)
        share_lesson(db, actor, subject)
    return _to_lesson(request, subject, _("Everybody can read it now."))


@page(form=WhyForm, again=show_lesson, signed_in=True)
def withdraw_now(request: Request, form: WhyForm) -> Response:
    with transaction() as db:
        actor, subject = _the_lesson(db, request)
        withdraw_lesson(db, actor, subject, why=form.why)
        programme = subject.programme
    return redirect(request, "lessons", programme=programme.slug, flash=_("Withdrawn."))


def programme_of(db: Database, programme_id: int) -> str:
    """The slug of a programme, for links from its events."""
    return programme_by_id(db, programme_id).slug
