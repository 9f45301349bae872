"""Submissions: the list, one submission, receipts, late versions and files."""

from starlette.requests import Request
from starlette.responses import Response

from events.challenges import Challenge, challenge_titles
from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.files import content_of
from events.core.refusals import NotFound
from events.core.translation import _
from events.deadlines import deadline_of, kind_of_stage
from events.events import EventWithPhases, get_event
from events.handing_in import (
    admit_late_version,
    canonical,
    changed_since,
    get_version,
    handed_in_for,
    version_that_counts,
    versions_of,
)
from events.late_entries import late_entries_of
from events.people import Person
from events.phases import PhaseKind
from events.registration_lists import has_registered
from events.roles import may_know_whose_it_is
from events.screening.decisions import told_of
from events.submission_fields import fields_for, kept_answers
from events.submission_files import files_of, get_file
from events.submissions import (
    SubmissionInEvent,
    SubmissionState,
    SubmissionVersion,
    counting_versions,
    gallery_open,
    get_submission,
    own_or_organised,
    submission_of_team,
    submissions_of,
)
from events.team_lists import names_by_team
from events.team_pages import as_read_by
from events.teams import TeamInEvent, member_of_team, see_teams, team_of
from frontend.addresses import asked, page_base
from frontend.pages.events import page_number
from frontend.sent_files import attachment
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


def _asked_for(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    return actor, get_event(db, actor, request.path_params["event"])


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
        registered = has_registered(db, event.id, actor.person)
        titles = challenge_titles(db, event.id)
    deadline = deadline_of(TeamInEvent(own, event)) if own else event.phase(PhaseKind.SUBMISSION)
    judging, live = event.phase(PhaseKind.JUDGING), event.phase(PhaseKind.LIVE)
    opens = min((phase.starts_at for phase in (judging, live) if phase is not None), default=None)
    return render(
        request, "submissions/list.html", event=event, found=found, own=own, mine=mine, opens=opens,
        shown=gallery_open(event, clock.now()), registered=registered, titles=titles,
        question=question, filtered=any(question.values()),
        sees=see_teams(actor, event), blind=not may_know_whose_it_is(actor, event), deadline=deadline,
        writable=own is not None and may(actor, "save_draft", TeamInEvent(own, event)),
        base=page_base(request, question),
    )  # fmt: skip


@page()
def show_submission(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _submission(db, request)
        counts = version_that_counts(db, subject)
        versions = versions_of(db, actor, subject)
        challenge = db.get(Challenge, subject.challenge_id) if subject.challenge_id else None
        names = names_by_team(db, [subject.team.id or 0]).get(subject.team.id or 0, ())
        files = files_of(db, subject.id)
        answers = kept_answers(fields_for(db, subject.event.id, subject.team.challenge_id), subject.submission.answers)
        exceptions = late_entries_of(db, subject.team.id or 0) if own_or_organised(actor, subject) else []
        inside = member_of_team(actor, subject)
        changed = inside and changed_since(db, subject.submission)
        told = told_of(db, subject.id) if inside else None
        handed_in = bool(counting_versions(db, [subject.id], subject.team.stage))
        meant = handed_in_for(db, subject.team, counts.content) if counts else None
        read = as_read_by(db, actor, subject, counts.content) if counts else None
    row = subject.submission
    draft = {
        "title": row.title, "summary": row.summary, "text": row.text, "links": row.links, "video": row.video,
        "repository": row.repository, "keywords": row.keywords, "answers": answers,
        "files": [vars(one) | {"file": one.public_id} for one in files],
    }  # fmt: skip
    team = TeamInEvent(subject.team, subject.event)
    return render(
        request, "submissions/submission.html", event=subject.event, subject=subject, form=form, inside=inside,
        counts=counts, says=read or draft, versions=versions, challenge=challenge, names=names,
        writable=may(actor, "save_draft", team), final=row.state is SubmissionState.FINAL,
        admits=may(actor, "change_event", subject.event),
        changed=changed, told=told, handed_in=handed_in, meant=meant,
        late=[one for one in versions if one.late and not one.admitted_at],
        deadline=deadline_of(team), exceptions=exceptions,
        lets_in=may(actor, "give_late_entry", team),
    )  # fmt: skip


@page()
def show_receipt(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _submission(db, request)
        found = get_version(db, actor, subject, _number(request))
        counts = version_that_counts(db, subject)
        by = db.get(Person, found.version.person_id) if found.version.person_id else None
        admitter = db.get(Person, found.version.admitted_by_id) if found.version.admitted_by_id else None
    return render(
        request, "submissions/receipt.html", event=subject.event, subject=subject, version=found.version,
        by=by.name if by else "", counts=counts is not None and counts.number == found.version.number,
        admits=may(actor, "admit_late_version", found), content=found.version.content,
        form=form, admitted_by=admitter.name if admitter else "",
        in_grace=_after_the_end(subject, found.version),
    )  # fmt: skip


def _after_the_end(subject: SubmissionInEvent, version: SubmissionVersion) -> bool:
    """Whether something was sent after the end of its phase, and so within the grace or by an exception."""
    phase = subject.event.phase(kind_of_stage(subject.event, version.stage))
    return phase is not None and version.sent_at is not None and version.sent_at >= phase.ends_at


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


class AdmitForm(Form):
    """Why a late version is to count."""

    why: str = ""


@page(form=AdmitForm, again=show_receipt, signed_in=True)
def admit_now(request: Request, form: AdmitForm) -> Response:
    with transaction() as db:
        actor, subject = _submission(db, request)
        admit_late_version(db, actor, get_version(db, actor, subject, _number(request)), why=form.why)
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
