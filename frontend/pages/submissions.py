"""Submissions: the list, one submission, writing and handing in, receipts, late versions and files."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.challenges import Challenge
from events.core import clock
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.files import content_of
from events.core.refusals import NotFound
from events.core.translation import At, _
from events.events import EventWithPhases, get_event
from events.handing_in import (
    admit_late_version,
    canonical,
    changed_since,
    get_version,
    hand_in,
    keep_late_version,
    version_that_counts,
    versions_of,
)
from events.people import Person
from events.phases import PhaseKind
from events.registration import participant_of_event
from events.submission_files import MOST_FILES, add_file, files_of, get_file, remove_file
from events.submission_texts import LONGEST, MOST_LINKS, Written, as_far_as_possible, clean_link, cleaned
from events.submissions import (
    DeadlinePassed,
    Submission,
    SubmissionInEvent,
    SubmissionState,
    gallery_open,
    get_submission,
    save_draft,
    submission_of_team,
    submissions_of,
)
from events.teams import TeamInEvent, get_team, member_of_team, members_of, names_by_team, see_teams, team_of
from frontend.addresses import asked, page_base
from frontend.attachments import attachment
from frontend.pages.events import page_number
from frontend.web import NOTHING, Filled, Form, Upload, actor_of, page, redirect, render


class SubmissionForm(Form):
    """What a team writes; `revision` is the one that was on the page, links come one a line."""

    revision: int = Field(0, ge=0, le=2**31 - 2)
    title: str = ""
    summary: str = ""
    text: str = ""
    links: str = ""
    video: str = ""
    files: list[Upload] = Field(default_factory=list)

    def written(self) -> Written:
        """The same for the domain, cleaned."""
        return cleaned(
            title=self.title, summary=self.summary, text=self.text, links=self.links.splitlines(), video=self.video
        )

    def so_far(self) -> Written:
        """The same while somebody is typing: a link that is not finished waits."""
        links = [line for line in self.links.splitlines() if clean_link(line)]
        video = self.video if clean_link(self.video) else ""
        return cleaned(title=self.title, summary=self.summary, text=self.text, links=links[:MOST_LINKS], video=video)

    def whatever(self) -> Written:
        """The same, refusing nothing."""
        return as_far_as_possible(
            title=self.title, summary=self.summary, text=self.text, links=self.links.splitlines(), video=self.video
        )


class NoForm(Form):
    """A button."""


def _asked_for(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    return actor, get_event(db, actor, request.path_params["event"])


def _team(db: Database, request: Request) -> tuple[Actor, TeamInEvent]:
    """The team whose submission is written; others than its members are told that there is nothing."""
    actor, event = _asked_for(db, request)
    team = get_team(db, actor, event, request.path_params["team"])
    if not member_of_team(actor, team):
        raise NotFound()
    return actor, team


def _submission(db: Database, request: Request) -> tuple[Actor, SubmissionInEvent]:
    actor, event = _asked_for(db, request)
    return actor, get_submission(db, actor, event, request.path_params["submission"])


@page()
def show_submissions(request: Request) -> Response:
    question = asked(request, "challenge")
    with reading() as db:
        actor, event = _asked_for(db, request)
        found = submissions_of(db, actor, event, challenge=question["challenge"], page=page_number(request))
        own = team_of(db, actor.person, event.id)
        mine = submission_of_team(db, own.id) if own else None
    judging, live = event.phase(PhaseKind.JUDGING), event.phase(PhaseKind.LIVE)
    opens = min((phase.starts_at for phase in (judging, live) if phase is not None), default=None)
    return render(
        request, "submissions/list.html", event=event, found=found, own=own, mine=mine, opens=opens,
        shown=gallery_open(event, clock.now()), registered=participant_of_event(actor, event),
        sees=see_teams(actor, event), deadline=event.phase(PhaseKind.SUBMISSION),
        writable=own is not None and may(actor, "save_draft", TeamInEvent(own, event)),
        base=page_base(request, question),
    )  # fmt: skip


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
}


def _values(row: Submission | None) -> dict[str, Any]:
    says = Written.of(row) if row else Written()
    return {
        "revision": row.revision if row else 0, "title": says.title, "summary": says.summary, "text": says.text,
        "links": "\n".join(says.links), "video": says.video,
    }  # fmt: skip


def _theirs(db: Database, row: Submission | None, form: Filled) -> Theirs | None:
    if row is None or not form.refused or str(form.values.get("revision", "")) == str(row.revision):
        return None
    saved = _values(row)
    differs = [
        (str(LABELS[name]), saved[name]) for name in LABELS if str(form.values.get(name, "")).strip() != saved[name]
    ]
    person = db.get(Person, row.saved_by_id) if row.saved_by_id else None
    return Theirs(person.name if person else "", At(row.saved_at), differs) if differs else None


@page(signed_in=True)
def edit_submission(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, team = _team(db, request)
        refusal = why_not(actor, "save_draft", team)
        if refusal is not None and not form.refused:
            raise refusal
        row = submission_of_team(db, team.id)
        theirs = _theirs(db, row, form)
        files = files_of(db, row.id if row else None)
        challenge = db.get(Challenge, team.team.challenge_id) if team.team.challenge_id else None
        names = [one.name for one in members_of(db, team.id)]
        changed = row is not None and changed_since(db, row)
    form = form.with_values(**_values(row))
    revision = row.revision if theirs and row else form.values.get("revision", 0)
    return render(
        request, "submissions/edit.html", event=team.event, team=team, form=form, submission=row, theirs=theirs,
        revision=revision, files=files, places=MOST_FILES - len(files), challenge=challenge, names=names,
        longest=LONGEST, deadline=team.event.phase(PhaseKind.SUBMISSION), may_hand_in=may(actor, "hand_in", team),
        changed=changed,
    )  # fmt: skip


Step = Callable[[Database, Actor, TeamInEvent], Any]


def _write(request: Request, form: SubmissionForm, step: Step) -> tuple[TeamInEvent, Any]:
    """Do `step` after the files that came along were taken, all in one transaction."""
    with transaction() as db:
        actor, team = _team(db, request)
        for upload in form.files:
            add_file(db, actor, team, name=upload.name, content=upload.content)
        return team, step(db, actor, team)


def _kept_late(request: Request, form: SubmissionForm, passed: DeadlinePassed) -> Response:
    """The end came first: keep everything that was typed and sent, and say so."""
    with transaction() as db:
        actor, team = _team(db, request)
        version = keep_late_version(
            db, actor, team, written=form.whatever(), files=[(one.name, one.content) for one in form.files]
        )
        row = submission_of_team(db, team.id)
    taken = {one["name"] for one in version.content["files"]}
    return render(
        request, "submissions/late.html", event=team.event, team=team, sentence=passed.message, version=version,
        submission=row, left_out=[one.name for one in form.files if one.name not in taken], status=409,
    )  # fmt: skip


@page(form=SubmissionForm, again=edit_submission, signed_in=True)
def save_now(request: Request, form: SubmissionForm) -> Response:
    written = None if _is_over(request) else form.written()
    try:
        team, row = _write(
            request, form, lambda db, actor, team: save_draft(
                db, actor, team, written=written or form.whatever(), revision=form.revision
            )
        )  # fmt: skip
    except DeadlinePassed as passed:
        return _kept_late(request, form, passed)
    told = _("Saved at %(time)s. Nothing is handed in by saving.", time=At(row.saved_at))
    return redirect(request, "edit_submission", event=team.event.event.slug, team=team.team.public_id, flash=told)


def _is_over(request: Request) -> bool:
    """Whether the end has come: then nothing that was typed is refused for its form, it is kept as it is."""
    with reading() as db:
        actor, team = _team(db, request)
        return isinstance(why_not(actor, "save_draft", team), DeadlinePassed)


@page(form=SubmissionForm, again=edit_submission, signed_in=True)
def hand_in_now(request: Request, form: SubmissionForm) -> Response:
    written = None if _is_over(request) else form.written()
    try:
        team, version = _write(
            request, form, lambda db, actor, team: (
                hand_in(db, actor, team, written=written or form.whatever(), revision=form.revision),
                submission_of_team(db, team.id),
            )
        )  # fmt: skip
    except DeadlinePassed as passed:
        return _kept_late(request, form, passed)
    kept, row = version
    return redirect(
        request, "receipt", event=team.event.event.slug, submission=row.public_id, number=kept.number,
        flash=_("Handed in. This is your receipt; it is also in your mail."),
    )  # fmt: skip


@page(form=SubmissionForm, signed_in=True)
def autosave(request: Request, form: SubmissionForm) -> Response:
    written = form.whatever() if _is_over(request) else form.so_far()
    try:
        with transaction() as db:
            actor, team = _team(db, request)
            row = save_draft(db, actor, team, written=written, revision=form.revision)
    except DeadlinePassed as passed:
        with transaction() as db:
            actor, team = _team(db, request)
            kept = keep_late_version(db, actor, team, written=form.whatever())
        told = _("%(closed)s What you typed is kept as late version %(number)s.", closed=passed.message,
                 number=kept.number)  # fmt: skip
        return JSONResponse({"ok": False, "message": str(told)}, 409)
    told = _("Saved at %(time)s", time=At(row.saved_at))
    return JSONResponse({"ok": True, "revision": row.revision, "message": str(told)})


@page(form=NoForm, again=edit_submission, signed_in=True)
def remove_file_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, team = _team(db, request)
        remove_file(db, actor, team, file=request.path_params["file"])
    return redirect(
        request, "edit_submission", event=team.event.event.slug, team=team.team.public_id, flash=_("Removed.")
    )


@page()
def show_submission(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _submission(db, request)
        counts = version_that_counts(db, subject)
        versions = versions_of(db, actor, subject)
        challenge = db.get(Challenge, subject.team.challenge_id) if subject.team.challenge_id else None
        names = names_by_team(db, [subject.team.id or 0]).get(subject.team.id or 0, ())
        files = files_of(db, subject.id)
        inside = member_of_team(actor, subject)
        changed = inside and changed_since(db, subject.submission)
    row = subject.submission
    draft = {**_values(row), "links": row.links, "files": [vars(one) | {"file": one.public_id} for one in files]}
    team = TeamInEvent(subject.team, subject.event)
    return render(
        request, "submissions/submission.html", event=subject.event, subject=subject, form=form, inside=inside,
        counts=counts, says=counts.content if counts else draft, versions=versions, challenge=challenge, names=names,
        writable=may(actor, "save_draft", team), final=row.state is SubmissionState.FINAL,
        admits=may(actor, "change_event", subject.event),
        changed=changed,
        late=[one for one in versions if one.late and not one.admitted_at],
        deadline=subject.event.phase(PhaseKind.SUBMISSION),
    )  # fmt: skip


@page()
def show_receipt(request: Request) -> Response:
    with reading() as db:
        actor, subject = _submission(db, request)
        found = get_version(db, actor, subject, _number(request))
        counts = version_that_counts(db, subject)
        by = db.get(Person, found.version.person_id) if found.version.person_id else None
    return render(
        request, "submissions/receipt.html", event=subject.event, subject=subject, version=found.version,
        by=by.name if by else "", counts=counts is not None and counts.number == found.version.number,
        admits=may(actor, "admit_late_version", found), content=found.version.content,
    )  # fmt: skip


def _number(request: Request) -> int:
    text = request.path_params["number"]
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise NotFound()
    return int(text)


@page()
def show_content(request: Request) -> Response:
    with reading() as db:
        actor, subject = _submission(db, request)
        found = get_version(db, actor, subject, _number(request))
    name = f"submission-{found.version.number}.json"
    return attachment(canonical(found.version.content), name, "application/json")


@page(form=NoForm, again=show_submission, signed_in=True)
def admit_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _submission(db, request)
        admit_late_version(db, actor, get_version(db, actor, subject, _number(request)))
    return redirect(
        request, "submission", event=subject.event.event.slug, submission=subject.submission.public_id,
        flash=_("This version counts now. The team is told."),
    )  # fmt: skip


@page()
def send_file(request: Request) -> Response:
    with reading() as db:
        actor, subject = _submission(db, request)
        stored = get_file(db, actor, subject, request.path_params["file"])
    return attachment(content_of(stored), stored.name, stored.media_type)
