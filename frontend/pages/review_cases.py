"""What is written before a review's meeting: the host's self-assessment and the desk notes of the peers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.files import ReadyFile, content_of, ready
from events.core.refusals import Invalid, NotFound
from events.core.translation import N_, Message, _
from events.events import EventWithPhases
from events.people import people_by_id
from frontend.buttons import NoForm
from frontend.pages.reviews import review_event, the_review
from frontend.review_tabs import review_tabs
from frontend.rows import typed_over
from frontend.sent_files import attachment
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, Upload, page, redirect, render, saved
from sessions.peer_reviews.assessment_questions import AssessmentQuestion, assessment_questions_of
from sessions.peer_reviews.attribution import words_of_host
from sessions.peer_reviews.boards import host_of
from sessions.peer_reviews.desk_notes import (
    GENERAL,
    LONGEST,
    PARTS,
    find_notes,
    hand_in_desk_notes,
    notes_of,
    own_notes_step,
    own_peer_place,
    release_desk_notes,
    save_desk_notes,
    shown_notes,
)
from sessions.peer_reviews.papers import files_of_review, find_paper
from sessions.peer_reviews.reviews import (
    ReviewQuestion,
    all_questions_of,
    peer_of_review,
    runs_review,
    see_review,
)
from sessions.peer_reviews.self_assessments import (
    LONGEST_ANSWER,
    SelfAssessmentVersion,
    add_review_files,
    find_self_assessment,
    get_case,
    hand_in_self_assessment,
    remove_review_file,
    save_self_assessment,
    versions_of_assessment,
    writes_for_host,
)
from sessions.peer_reviews.steps import ReviewInStep

PART_NAMES: dict[str, Message] = {
    "strengths": _("Strengths"),
    "doubts": _("Doubts"),
    "questions": _("Questions to the host"),
}


class AssessmentForm(Form):
    """Answers by public ids of questions ('answer-ID') in `answers`, and files."""

    takes_answers: ClassVar[bool] = True
    revision: int = 1
    answers: dict[str, str] = Field(default_factory=dict)
    files: list[Upload] = Field(default_factory=list)

    def written(self) -> dict[str, str]:
        """The same for the domain."""
        return {name.removeprefix("answer-"): text for name, text in self.answers.items()}


class NotesForm(Form):
    """Desk notes: 'strengths-ID', 'doubts-ID' and 'questions-ID' in `answers`."""

    takes_answers: ClassVar[bool] = True
    revision: int = 1
    answers: dict[str, str] = Field(default_factory=dict)

    def written(self) -> dict[str, dict[str, str]]:
        """The same for the domain."""
        found: dict[str, dict[str, str]] = {}
        for name, text in self.answers.items():
            part, _dash, question = name.partition("-")
            if part in PARTS:
                found.setdefault(question, {})[part] = text
        return found


def _case(db: Database, request: Request) -> tuple[Actor, EventWithPhases, ReviewInStep]:
    actor, event = review_event(db, request)
    return actor, event, get_case(db, actor, event.event, request.path_params["review"])


def _by_section(questions: list[AssessmentQuestion]) -> list[tuple[str, list[AssessmentQuestion]]]:
    found: list[tuple[str, list[AssessmentQuestion]]] = []
    for one in questions:
        if not found or found[-1][0] != one.section:
            found.append((one.section, []))
        found[-1][1].append(one)
    return found


@page(signed_in=True)
def show_assessment(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = _case(db, request)
        row, versions = find_self_assessment(db, subject.id), versions_of_assessment(db, subject.id)
        questions = assessment_questions_of(db, event.id)
        files, host = files_of_review(db, subject.id), host_of(db, subject.in_event)
        names = people_by_id(db, {one.person_id for one in versions if one.person_id is not None})
        refusal = why_not(actor, "save_self_assessment", subject)
        writes, said = writes_for_host(actor, subject), words_of_host(db, actor, subject.in_event)
    answers = row.answers if row is not None else {}
    values: dict[str, Any] = {f"answer-{name}": text for name, text in answers.items()}
    last = {one["question"]: one["answer"] for one in versions[0].content} if versions else {}
    changed = bool(versions) and any(answers.get(one.public_id, "") != last.get(one.text, "") for one in questions)
    return render(
        request, "peer_reviews/self_assessment.html", event=event, subject=subject, review=subject.review, host=host,
        form=form.with_values(**values, revision=row.revision if row else 1), versions=versions, files=files,
        sections=_by_section(questions), said=said, writes=writes, refusal=refusal.message if refusal else "",
        names=names, longest=LONGEST_ANSWER, changed=changed, step=subject.step,
        version=versions[0] if versions else None, typed=typed_over(form, values, "answer"),
        tabs_of_review=review_tabs(actor, subject.in_event, "self_assessment")
        if see_review(actor, subject) else [],
    )  # fmt: skip


@page(signed_in=True)
def show_version(request: Request) -> Response:
    with reading() as db:
        actor, event, subject = _case(db, request)
        version = _version(versions_of_assessment(db, subject.id), request.path_params["number"])
        host = host_of(db, subject.in_event)
        names = people_by_id(db, {version.person_id} if version.person_id is not None else set())
        tabs = review_tabs(actor, subject.in_event, "self_assessment") if see_review(actor, subject) else []
        said = words_of_host(db, actor, subject.in_event)
    return render(
        request, "peer_reviews/assessment_version.html", event=event, subject=subject, review=subject.review,
        version=version, host=host, names=names, tabs_of_review=tabs, said=said,
    )  # fmt: skip


def _version(versions: list[SelfAssessmentVersion], number: str) -> SelfAssessmentVersion:
    for one in versions:
        if str(one.number) == number:
            return one
    raise NotFound()


@contextmanager
def _files(request: Request, form: AssessmentForm) -> Iterator[list[ReadyFile]]:
    """Around the transaction: the files that came along, written down only for who may add them."""
    if form.files:
        with reading() as db:
            actor, _event, subject = _case(db, request)
            only_if_may(actor, "add_review_files", subject)
    with ready((one.name, one.content) for one in form.files) as files:
        yield files


@contextmanager
def _named(prefix: str) -> Iterator[None]:
    """Inside the block a command names answers by ids of questions; in the form they are called otherwise."""
    try:
        yield
    except Invalid as refusal:
        known = {"", "files"}
        raise Invalid(
            {name if name in known else prefix + name: why for name, why in refusal.fields.items()}
        ) from refusal


@page(form=AssessmentForm, again=show_assessment, signed_in=True)
def save_assessment_now(request: Request, form: AssessmentForm) -> Response:
    with _files(request, form) as files, transaction() as db, _named("answer-"):
        actor, event, subject = _case(db, request)
        save_self_assessment(db, actor, subject, answers=form.written(), revision=form.revision)
        if files:
            add_review_files(db, actor, subject, files=files)
    return redirect(
        request, "self_assessment", event=event.event.slug, review=subject.review.public_id,
        flash=_("Saved. Nothing is handed in by saving."),
    )  # fmt: skip


@page(form=AssessmentForm, again=show_assessment, signed_in=True)
def hand_in_assessment_now(request: Request, form: AssessmentForm) -> Response:
    with _files(request, form) as files, transaction() as db, _named("answer-"):
        actor, event, subject = _case(db, request)
        version = hand_in_self_assessment(db, actor, subject, answers=form.written(), revision=form.revision)
        if files:
            add_review_files(db, actor, subject, files=files)
        number = version.number
    return redirect(
        request, "self_assessment", event=event.event.slug, review=subject.review.public_id,
        flash=_("Handed in as version %(number)s. Everybody in the review can read it.", number=number),
    )  # fmt: skip


@page(form=AssessmentForm, signed_in=True)
def autosave_assessment(request: Request, form: AssessmentForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _case(db, request)
        row = save_self_assessment(db, actor, subject, answers=form.written(), revision=form.revision)
    return saved(row.saved_at, row.revision)


@page(form=NoForm, again=show_assessment, signed_in=True)
def remove_file_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject = _case(db, request)
        file = find_paper(files_of_review(db, subject.id), request.path_params["file"])
        remove_review_file(db, actor, subject, file=file)
    return redirect(
        request, "self_assessment", event=event.event.slug, review=subject.review.public_id, flash=_("Removed.")
    )  # fmt: skip


@page(signed_in=True)
def send_file(request: Request) -> Response:
    with reading() as db:
        _actor, _event, subject = _case(db, request)
        stored = find_paper(files_of_review(db, subject.id), request.path_params["file"])
    return attachment(content_of(stored), stored.name, stored.media_type)


# Desk notes


def _questions(asked: list[ReviewQuestion], said: Callable[[str], str] = str) -> list[tuple[str, Message | str]]:
    """What notes are about: each question, then the case as a whole, then what was dropped; as `said` to the reader."""
    dropped = [
        (one.public_id, _("%(question)s (dropped)", question=said(one.text)))
        for one in asked
        if one.dropped_at is not None
    ]
    there = ((one.public_id, said(one.text)) for one in asked if one.dropped_at is None)
    return [*there, (GENERAL, _("The case as a whole")), *dropped]


@page(signed_in=True)
def show_notes(request: Request, form: Filled = NOTHING) -> Response:
    """The desk notes that the actor may read: released ones, and for who runs the review all that are handed in."""
    with reading() as db:
        actor, event, subject = _case(db, request)
        shown = shown_notes(db, actor, subject.in_event)
        asked, host = all_questions_of(db, subject.id), host_of(db, subject.in_event)
        runs = runs_review(actor, subject)
        fresh = [one for one in notes_of(db, subject.id) if one.handed_in_at and one.handed != one.released]
        release = runs and bool(fresh) and may(actor, "release_desk_notes", subject.in_event)
        tabs = review_tabs(actor, subject.in_event, "desk_notes") if see_review(actor, subject) else []
        step = own_notes_step(db, actor, subject.in_event) if peer_of_review(actor, subject) else None
        writes, said = (
            step is not None and may(actor, "save_desk_notes", step),
            words_of_host(db, actor, subject.in_event),
        )
    return render(
        request, "peer_reviews/desk_notes.html", event=event, subject=subject, review=subject.review, host=host,
        shown=shown, said=said, questions=_questions(asked, said), parts=PART_NAMES, may_release=release,
        fresh=len(fresh), form=form, tabs_of_review=tabs, writes=writes, runs=runs,
    )  # fmt: skip


def _notes(db: Database, request: Request) -> tuple[Actor, EventWithPhases, ReviewInStep]:
    actor, event, subject = the_review(db, request)
    return actor, event, own_notes_step(db, actor, subject)


@page(signed_in=True)
def show_own_notes(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = _notes(db, request)
        row = find_notes(db, own_peer_place(db, actor, subject).id or 0)
        asked, host = all_questions_of(db, subject.id), host_of(db, subject.in_event)
        refusal = why_not(actor, "save_desk_notes", subject)
    texts = row.texts if row is not None else {}
    values = {f"{part}-{question}": text for question, said in texts.items() for part, text in said.items()}
    return render(
        request, "peer_reviews/own_notes.html", event=event, subject=subject, review=subject.review, host=host,
        form=form.with_values(**values, revision=row.revision if row else 1), questions=_questions(asked), row=row,
        parts=PART_NAMES, refusal=refusal.message if refusal else "", typed=typed_over(form, values, *PARTS),
        longest=LONGEST, step=subject.step,
        changed=row is not None and row.handed_in_at is not None and row.texts != row.handed,
        tabs_of_review=review_tabs(actor, subject.in_event, "desk_notes"),
        dropped={one.public_id for one in asked if one.dropped_at is not None},
    )  # fmt: skip


@page(form=NotesForm, again=show_own_notes, signed_in=True)
def save_notes_now(request: Request, form: NotesForm) -> Response:
    with transaction() as db:
        actor, event, subject = _notes(db, request)
        save_desk_notes(db, actor, subject, texts=form.written(), revision=form.revision)
    return redirect(
        request, "own_desk_notes", event=event.event.slug, review=subject.review.public_id,
        flash=_("Saved. Nothing is handed in by saving."),
    )  # fmt: skip


@page(form=NotesForm, again=show_own_notes, signed_in=True)
def hand_in_notes_now(request: Request, form: NotesForm) -> Response:
    with transaction() as db:
        actor, event, subject = _notes(db, request)
        hand_in_desk_notes(db, actor, subject, texts=form.written(), revision=form.revision)
    return redirect(
        request, "own_desk_notes", event=event.event.slug, review=subject.review.public_id,
        flash=_("Handed in. The host and the other peers read them once they are released."),
    )  # fmt: skip


@page(form=NotesForm, signed_in=True)
def autosave_notes(request: Request, form: NotesForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _notes(db, request)
        row = save_desk_notes(db, actor, subject, texts=form.written(), revision=form.revision)
    return saved(row.saved_at, row.revision)


@page(form=NoForm, again=show_notes, signed_in=True)
def release_notes_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject = the_review(db, request)
        count = release_desk_notes(db, actor, subject)
    told = N_(
        "The notes of %(count)s peer are released. Everybody in the review is told by letter.",
        "The notes of %(count)s peers are released. Everybody in the review is told by letter.",
        count,
    )
    return redirect(request, "desk_notes", event=event.event.slug, review=subject.review.public_id, flash=told)
