"""Writing a submission: the form, saving it by hand and by itself, handing in, and what becomes of what is too late."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.challenges import Challenge
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.files import ReadyFile, StoredFile, content_of, ready
from events.core.pdf_pages import UNCOUNTABLE, count_pages
from events.core.refusals import Invalid, NotFound
from events.core.translation import At, Message, _
from events.deadlines import DeadlinePassed, deadline_of, grace_ends, hands_in_during, in_stages
from events.events import get_event
from events.handing_in import changed_since, hand_in, handed_in_for, keep_late_version
from events.late_entries import LateEntry, standing_late_entry
from events.page_limits import most_pages
from events.people import Person
from events.phases import PhaseKind
from events.submission_fields import (
    FieldKind,
    SubmissionField,
    any_answers,
    fields_for,
    name_of,
    typed_answers,
)
from events.submission_files import MOST_FILES, add_file, files_of, files_to_count, remove_file
from events.submission_texts import LONGEST, MOST_LINKS, Written, as_far_as_possible, clean_link, cleaned
from events.submissions import Submission, counting_versions, save_draft, submission_of_team
from events.teams import TeamInEvent, get_team, member_of_team, members_of
from frontend.buttons import NoForm
from frontend.web import NOTHING, Filled, Form, Upload, actor_of, page, redirect, render, saved


class SubmissionForm(Form):
    """What a team writes; `revision` is the one that was on the page, links come one a line.

    What is asked differs from challenge to challenge: what the form does not know goes into `answers`.
    """

    takes_answers: ClassVar[bool] = True
    takes_several: ClassVar[bool] = True

    revision: int = Field(0, ge=0, le=2**31 - 2)
    title: str = ""
    summary: str = ""
    text: str = ""
    links: str = ""
    video: str = ""
    repository: str = ""
    keywords: str = ""
    files: list[Upload] = Field(default_factory=list)
    answers: dict[str, str] = Field(default_factory=dict)

    def written(self, fields: list[SubmissionField]) -> Written:
        """The same for the domain, cleaned; refuses all that is wrong at once."""
        return self._cleaned(fields, self.links.splitlines(), self.video, self.repository)

    def so_far(self, fields: list[SubmissionField]) -> Written:
        """The same while somebody is typing: a link that is not finished waits."""
        links = [line for line in self.links.splitlines() if clean_link(line)]
        video, repository = (one if clean_link(one) else "" for one in (self.video, self.repository))
        return self._cleaned(fields, links[:MOST_LINKS], video, repository)

    def _cleaned(self, fields: list[SubmissionField], links: list[str], video: str, repository: str) -> Written:
        wrong: dict[str, Message | str] = {}
        answers, found = dict[str, str](), Written()
        try:
            answers = typed_answers(fields, self.answers)
        except Invalid as refusal:
            wrong |= refusal.fields
        try:
            found = cleaned(
                title=self.title, summary=self.summary, text=self.text, links=links, video=video,
                keywords=self.keywords, answers=answers, repository=repository,
            )  # fmt: skip
        except Invalid as refusal:
            wrong |= refusal.fields
        if wrong:
            raise Invalid(wrong)
        return found

    def whatever(self, fields: list[SubmissionField]) -> Written:
        """The same, refusing nothing."""
        return as_far_as_possible(
            title=self.title, summary=self.summary, text=self.text, links=self.links.splitlines(), video=self.video,
            keywords=self.keywords, answers=any_answers(fields, self.answers), repository=self.repository,
        )  # fmt: skip


def _team(db: Database, request: Request) -> tuple[Actor, TeamInEvent]:
    """The team whose submission is written; others than its members are told that there is nothing."""
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    team = get_team(db, actor, event, request.path_params["team"])
    if not member_of_team(actor, team):
        raise NotFound()
    return actor, team


@dataclass(frozen=True)
class Theirs:
    """What somebody else saved while this was written: who, when, and the fields that differ."""

    name: str
    at: At
    fields: list[tuple[str, str]]


LABELS = {
    "title": _("Title"),
    "summary": _("Summary"),
    "text": _("Description"),
    "links": _("Links"),
    "video": _("Video"),
    "repository": _("Repository"),
    "keywords": _("Keywords"),
}


def _values(row: Submission | None, fields: list[SubmissionField]) -> dict[str, Any]:
    says = Written.of(row) if row else Written()
    return {
        "revision": row.revision if row else 0, "title": says.title, "summary": says.summary, "text": says.text,
        "links": "\n".join(says.links), "video": says.video, "repository": says.repository,
        "keywords": ", ".join(says.keywords),
    } | {name_of(field): says.answers.get(field.public_id, "") for field in fields}  # fmt: skip


def _plain(value: object) -> str:
    """What stands in a field as one text; several answers one a line."""
    if isinstance(value, list):
        return "\n".join(str(one) for one in value if one)
    return str(value).strip()


def _ticked(form: Filled, fields: list[SubmissionField]) -> Filled:
    """The form with several answers as a list, as they are ticked."""
    several = [name_of(one) for one in fields if one.kind is FieldKind.CHOICES]
    values = {name: _plain(form.values.get(name, "")).splitlines() for name in several}
    return Filled({**form.values, **values}, form.errors, form.refused)


def _theirs(db: Database, row: Submission | None, form: Filled, fields: list[SubmissionField]) -> Theirs | None:
    if row is None or not form.refused or str(form.values.get("revision", "")) == str(row.revision):
        return None
    saved = _values(row, fields)
    labels: Mapping[str, Message | str] = LABELS | {name_of(field): field.label for field in fields}
    differs = [
        (str(label), saved[name])
        for name, label in labels.items()
        if _plain(form.values.get(name, "")) != _plain(saved[name])
    ]
    person = db.get(Person, row.saved_by_id) if row.saved_by_id else None
    return Theirs(person.name if person else "", At(row.saved_at), differs) if differs else None


@dataclass(frozen=True)
class AskedField:
    """A field as the form asks it."""

    name: str
    label: str
    help: Message | str
    type: str
    required: bool
    options: list[tuple[str, str]]


TYPES = {
    FieldKind.SHORT: "text",
    FieldKind.LONG: "textarea",
    FieldKind.CHOICE: "select",
    FieldKind.CHOICES: "checkboxes",
    FieldKind.LINK: "url",
    FieldKind.NUMBER: "text",
    FieldKind.FUNDING: "text",
}
USUAL_HELP = {
    FieldKind.LINK: _("An address that starts with https://."),
    FieldKind.NUMBER: _("A number, such as 12 or 3.5."),
    FieldKind.FUNDING: _("The amount that you ask for, in euros, such as 250000."),
}


def asked_field(row: SubmissionField) -> AskedField:
    """A field for the form."""
    options = [(choice, choice) for choice in row.choices]
    help = row.help or USUAL_HELP.get(row.kind, "")
    return AskedField(name_of(row), row.label, help, TYPES[row.kind], row.required, options)


def fields_asked(db: Database, team: TeamInEvent) -> list[SubmissionField]:
    """What is asked of this team now, besides what is asked of every submission anywhere."""
    return fields_for(db, team.event.id, team.team.challenge_id, team.team.stage)


def stage_in_words(team: TeamInEvent) -> Message | str:
    """What is handed in now in a call of two stages; '' elsewhere."""
    if not in_stages(team.event):
        return ""
    return _("Concept note") if hands_in_during(team) is PhaseKind.CONCEPT_NOTE else _("Full proposal")


@page(signed_in=True)
def edit_submission(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, team = _team(db, request)
        refusal = why_not(actor, "save_draft", team)
        if refusal is not None and not form.refused:
            raise refusal
        row = submission_of_team(db, team.id)
        fields = fields_asked(db, team)
        theirs = _theirs(db, row, form, fields)
        files = files_of(db, row.id if row else None)
        challenge = db.get(Challenge, team.team.challenge_id) if team.team.challenge_id else None
        names = [one.name for one in members_of(db, team.id)]
        changed = row is not None and changed_since(db, row)
        version = counting_versions(db, [row.id or 0], team.team.stage).get(row.id or 0) if row else None
        meant = handed_in_for(db, team.team, version.content) if version else None
        exception: LateEntry | None = standing_late_entry(db, team.id)
        most = most_pages(db, team)
    form = _ticked(form.with_values(**_values(row, fields)), fields)
    revision = row.revision if theirs and row else form.values.get("revision", 0)
    return render(
        request, "submissions/edit.html", event=team.event, team=team, form=form, submission=row, theirs=theirs,
        revision=revision, files=files, places=MOST_FILES - len(files), challenge=challenge, names=names,
        longest=LONGEST, deadline=deadline_of(team), stage=stage_in_words(team), handed_in=version is not None,
        may_hand_in=may(actor, "hand_in", team), changed=changed, fields=[asked_field(one) for one in fields],
        grace=grace_ends(team.event, hands_in_during(team)), most_pages=most, meant=meant,
        late_until=exception.until if exception else None,
    )  # fmt: skip


Step = Callable[[Database, Actor, TeamInEvent, Written], Any]
Clean = Callable[[list[SubmissionField]], Written]


@contextmanager
def _files(request: Request, form: SubmissionForm) -> Iterator[list[ReadyFile]]:
    """Around the transaction: the files that came along, written down for members of the team only."""
    limited = False
    if form.files:
        with reading() as db:
            _actor, team = _team(db, request)
            limited = most_pages(db, team) is not None
    with ready(((one.name, one.content) for one in form.files), count=limited) as files:
        yield files


def _write(
    request: Request, form: SubmissionForm, files: list[ReadyFile], clean: Clean, step: Step
) -> tuple[TeamInEvent, Any]:
    """Do `step` with what was typed after the files that came along were taken, all in one transaction."""
    with transaction() as db:
        actor, team = _team(db, request)
        fields = fields_asked(db, team)
        # Once the end has come nothing is refused for its form: it is kept as it is.
        over = isinstance(why_not(actor, "save_draft", team), DeadlinePassed)
        written = form.whatever(fields) if over else clean(fields)
        for file in files:
            add_file(db, actor, team, file=file)
        return team, step(db, actor, team, written)


def _kept_late(request: Request, form: SubmissionForm, files: list[ReadyFile], passed: DeadlinePassed) -> Response:
    """The end came first: keep everything that was typed and sent, and say so."""
    with transaction() as db:
        actor, team = _team(db, request)
        version = keep_late_version(
            db, actor, team, written=form.whatever(fields_asked(db, team)), files=files,
        )  # fmt: skip
        row = submission_of_team(db, team.id)
    taken = {one["name"] for one in version.content["files"]}
    return render(
        request, "submissions/late.html", event=team.event, team=team, sentence=passed.message, version=version,
        submission=row, left_out=[one.name for one in files if one.name not in taken], status=409,
    )  # fmt: skip


@page(form=SubmissionForm, again=edit_submission, signed_in=True)
def save_now(request: Request, form: SubmissionForm) -> Response:
    with _files(request, form) as files:
        try:
            team, row = _write(
                request, form, files, form.written, lambda db, actor, team, written: save_draft(
                    db, actor, team, written=written, revision=form.revision
                )
            )  # fmt: skip
        except DeadlinePassed as passed:
            return _kept_late(request, form, files, passed)
    told = _("Saved at %(time)s. Nothing is handed in by saving.", time=At(row.saved_at))
    return redirect(request, "edit_submission", event=team.event.event.slug, team=team.team.public_id, flash=told)


def _pages(request: Request) -> dict[str, int | None]:
    """The pages of PDFs that came before there was a limit, by public id."""
    with reading() as db:
        _actor, team = _team(db, request)
        row = submission_of_team(db, team.id)
        waiting = files_to_count(db, team, row.id if row else None)
    return {one.public_id: _counted(one) for one in waiting}


def _counted(stored: StoredFile) -> int | None:
    try:
        return count_pages(content_of(stored))
    except NotFound:  # damaged in storage: nothing that was typed is lost over it
        return UNCOUNTABLE


@page(form=SubmissionForm, again=edit_submission, signed_in=True)
def hand_in_now(request: Request, form: SubmissionForm) -> Response:
    pages = _pages(request)
    with _files(request, form) as files:
        try:
            team, version = _write(
                request, form, files, form.written, lambda db, actor, team, written: (
                    hand_in(db, actor, team, written=written, revision=form.revision, pages=pages),
                    submission_of_team(db, team.id),
                )
            )  # fmt: skip
        except DeadlinePassed as passed:
            return _kept_late(request, form, files, passed)
    kept, row = version
    return redirect(
        request, "receipt", event=team.event.event.slug, submission=row.public_id, number=kept.number,
        flash=_("Handed in. This is your receipt; it is also in your mail."),
    )  # fmt: skip


@page(form=SubmissionForm, signed_in=True)
def autosave(request: Request, form: SubmissionForm) -> Response:
    try:
        _team_too, row = _write(
            request, form, [], form.so_far, lambda db, actor, team, written: save_draft(
                db, actor, team, written=written, revision=form.revision
            )
        )  # fmt: skip
    except DeadlinePassed as passed:
        with transaction() as db:
            actor, team = _team(db, request)
            fields = fields_asked(db, team)
            kept = keep_late_version(db, actor, team, written=form.whatever(fields))
        told = _("%(closed)s What you typed is kept as late version %(number)s.", closed=passed.message,
                 number=kept.number)  # fmt: skip
        return JSONResponse({"ok": False, "message": str(told)}, 409)
    return saved(row.saved_at, row.revision)


@page(form=NoForm, again=edit_submission, signed_in=True)
def remove_file_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, team = _team(db, request)
        remove_file(db, actor, team, file=request.path_params["file"])
    return redirect(
        request, "edit_submission", event=team.event.event.slug, team=team.team.public_id, flash=_("Removed.")
    )
