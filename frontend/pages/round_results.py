"""Results: as they stand for organisers, ties and notes, publishing and holding back, tables, what others see."""

from datetime import datetime

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.paging import page_of
from events.core.refusals import Invalid, NotFound
from events.core.translation import N_, At, Message, _
from events.core.wall import from_wall, to_wall
from events.judging.calls import Fate
from events.roles import may_know_whose_it_is, organiser_of_event
from events.rounds.assigning import work_in
from events.rounds.boards import names_of, report_of
from events.rounds.call_exports import CALL_TABLES
from events.rounds.calls import fate_told, fates_in
from events.rounds.comments import (
    comments_for_team,
    comments_of,
    decide_tie,
    decisions_of,
    get_commented_round,
    history_of,
    note_consensus,
    notes_of,
    release_comments,
)
from events.rounds.exports import TABLE_NAMES
from events.rounds.inputs import Inputs, Line
from events.rounds.judges import judges_of
from events.rounds.publishing import (
    Detail,
    PublishedResult,
    differs_from,
    differs_now,
    get_result,
    inputs_of,
    publish_result,
    published_lines,
    show_result_now,
    shown_result,
    take_result_back,
    versions_of,
)
from events.rounds.rounds import RoundInEvent, RoundState, Scheme, criteria_of
from events.rounds.standings import works_of
from events.rounds.votes import SKIP_REASONS, SkipReason, vote_in_words
from events.submissions import hidden_from, submission_of_team
from events.teams import team_of
from frontend.best_places import best_places
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.pages.rounds import ROWS, judged_event, organised_round, the_round, to_round, words
from frontend.web import NOTHING, Filled, Form, page, render

MOST_TIES, MOST_TO_DISCUSS = 10, 25  # on one page; what lies further down is counted
LEFT_OUT: dict[str, Message] = {
    "not_in_round": _("Taken out of the round"),
    "not_a_judge": _("Judges no more"),
    "conflict": _("Conflict of interest"),
    "unfinished": _("Not finished"),
    "abstained": _("Skipped"),
}
DECIDED_BY: dict[str, Message] = {
    "first places": _("Put first by more judges"),
    "decision": _("Decided by the organisers"),
}
DETAILS = (
    (Detail.PLACES.value, _("Places only")),
    (
        Detail.POINTS.value,
        _("Places with their values"),
        _("The value that ranks, and how many votes there were. Never who gave what."),
    ),
)


class PublishForm(Form):
    """What others see, and when."""

    detail: Detail = Detail.PLACES
    best: str = ""
    hold_until: str = ""
    reason: str = ""


class TieForm(Form):
    """Submissions by their numbers, each with its place among the equals."""

    numbers: list[str] = Field(default_factory=list)
    order: list[str] = Field(default_factory=list)
    reason: str = ""


class NoteForm(Form):
    """What judges agreed on."""

    text: str = ""


def decided_by(line: Line, inputs: Inputs) -> Message | str:
    """What divided a submission from others of the same value, in words."""
    if not line.decided_by:
        return ""
    if line.decided_by in DECIDED_BY:
        return DECIDED_BY[line.decided_by]
    number = int(line.decided_by.rpartition(" ")[2])
    return _(
        "More points on %(criterion)s", criterion=next(one.name for one in inputs.criteria if one.number == number)
    )


@page(signed_in=True)
def show_result(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = organised_round(db, request)
        report = report_of(db, actor, subject)
        notes, decisions = notes_of(db, subject), decisions_of(db, subject)
        comments = comments_of(report.standing) if report and subject.round.scheme is Scheme.RUBRIC else []
        deciders = names_of(db, {one.decided_by_id for one in decisions if one.decided_by_id})
        versions = versions_of(db, actor, subject)
    shown = next((one for one in versions if one.version == subject.round.shown_version), None)
    held = next((one for one in versions if one.shown_at is None and one.put_aside_at is None), None)
    publishing, releasing = why_not(actor, "publish_result", subject), why_not(actor, "release_comments", subject)
    form = form.with_values(detail=Detail.PLACES.value)
    before = subject.round.comments_released_at
    return render(
        request, "rounds/results.html", event=subject.event, subject=subject, report=report, form=form, notes=notes,
        lines=page_of(report.lines if report else (), page_number(request), size=ROWS),
        best=best_places(subject, report.lines if report else ()),
        base=f"{request.url.path}?page=", ties=report.ties[:MOST_TIES] if report else (),
        discuss=report.discuss[:MOST_TO_DISCUSS] if report else (),
        decisions=[(one, deciders.get(one.decided_by_id or 0, "")) for one in decisions], held=held, shown=shown,
        differs=differs_from(shown, report.standing if report else None),
        details=DETAILS, left_out_names=LEFT_OUT, decided_by=decided_by, versions=versions,
        why_not_publish=publishing.message if publishing is not None else "",
        rubric=subject.round.scheme is Scheme.RUBRIC,
        may_release=releasing is None, comments=len(comments),
        new_comments=sum(1 for one in comments if before is None or one.given_at > before),
        now=to_wall_now(subject), tables=TABLE_NAMES | (CALL_TABLES if subject.round.scheme is Scheme.CALL else {}),
        may_decide=may(actor, "decide_tie", subject), **words(),
    )  # fmt: skip


def to_wall_now(subject: RoundInEvent) -> str:
    """The present as a form's field shows it, on the event's clock."""
    return to_wall(clock.now(), subject.event.zone)


@page(form=TieForm, again=show_result, signed_in=True)
def decide_now(request: Request, form: TieForm) -> Response:
    best_first = _ordered(form)
    with transaction() as db:
        actor, subject = organised_round(db, request)
        decide_tie(db, actor, subject, best_first=best_first, reason=form.reason)
    return to_round(request, subject, _("Decided. The reason is kept."), "round_result")


def _ordered(form: TieForm) -> list[int]:
    """The numbers by their places; refuses places that do not say who comes first."""
    typed = [*form.numbers, *form.order]
    if len(form.numbers) != len(form.order) or not all(one.isascii() and one.isdecimal() for one in typed):
        raise Invalid({"order": _("Please give each of them a place: 1 for the best.")})
    order = sorted(zip(map(int, form.order), map(int, form.numbers), strict=True))
    if len({place for place, _number in order}) < len(order):
        raise Invalid({"order": _("Two of them have the same place. Give each its own.")})
    return [number for _place, number in order]


@page(form=PublishForm, again=show_result, signed_in=True)
def publish_now(request: Request, form: PublishForm) -> Response:
    if form.best and not (form.best.isascii() and form.best.isdecimal() and len(form.best) < 6):
        raise Invalid({"best": _("Please write a number from 1 to 1000, or leave it empty to show all places.")})
    with transaction() as db:
        actor, subject = organised_round(db, request)
        until = from_wall(form.hold_until, subject.event.zone, "hold_until") if form.hold_until else None
        before = shown_result(db, subject)
        row = publish_result(
            db, actor, subject, detail=form.detail, best=int(form.best) if form.best else None, hold_until=until,
            reason=form.reason,
        )  # fmt: skip
    told = _("Published. The teams are told by letter.") if row.held_until is None else _held(row.held_until)
    if before is not None and row.id == before.id:
        told = _("Nothing has changed since this result was published, so it stands as it is and nobody is told again.")
    return to_round(request, subject, told, "round_result")


def _held(until: datetime) -> Message:
    return _("The result is fixed, and is shown on %(when)s.", when=At(until, "when"))


@page(form=NoForm, again=show_result, signed_in=True)
def show_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        show_result_now(db, actor, subject)
    return to_round(request, subject, _("Published. The teams are told by letter."), "round_result")


@page(form=NoForm, again=show_result, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        take_result_back(db, actor, subject)
    return to_round(request, subject, _("Put aside. Nobody has seen it."), "round_result")


@page(form=NoForm, again=show_result, signed_in=True)
def release_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        count = release_comments(db, actor, subject)
    told = N_("Released. %(count)s team is told by letter.", "Released. %(count)s teams are told by letter.", count)
    return to_round(request, subject, told, "round_result")


@page(signed_in=True)
def show_work(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = organised_round(db, request)
        row = work_in(db, subject.id, request.path_params["work"])
        report = report_of(db, actor, subject)
        history = history_of(db, subject, row)
        note = notes_of(db, subject).get(row.submission_id)
        writers = names_of(db, {note.written_by_id} if note and note.written_by_id else set())
        judges = {one.person_id: one for one in judges_of(db, subject.id)}
        criteria = criteria_of(db, subject.id)
        work = works_of(db, subject.id)[row.number]
    line = next((one for one in report.lines if one.number == row.number), None) if report else None
    left_out = [(judge, why) for judge, each, why in report.left_out if each.number == row.number] if report else []
    return render(
        request, "rounds/work.html", event=subject.event, subject=subject, work=work, line=line, history=history,
        judges=judges, by_number={one.number: one for one in judges.values()}, criteria=criteria, note=note,
        note_by=writers.get(note.written_by_id or 0, "") if note else "", form=form, left_out=left_out,
        left_out_names=LEFT_OUT, vote_in_words=vote_in_words,
        skip_names={one.value: SKIP_REASONS[SkipReason(one)] for one in SkipReason},
        may_note=may(actor, "note_consensus", subject), **words(),
    )  # fmt: skip


@page(form=NoteForm, again=show_work, signed_in=True)
def note_now(request: Request, form: NoteForm) -> Response:
    with transaction() as db:
        actor, subject = organised_round(db, request)
        note_consensus(db, actor, subject, submission=request.path_params["work"], text=form.text)
    return to_round(request, subject, _("Noted."), "round_work", work=request.path_params["work"])


def number_in(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise NotFound()
    return int(text)


@page()
def show_published(request: Request) -> Response:
    return _published(request, None)


@page()
def show_version(request: Request) -> Response:
    return _published(request, number_in(request.path_params["number"]))


def _published(request: Request, number: int | None) -> Response:
    with reading() as db:
        actor, subject = the_round(db, request)
        row = get_result(db, actor, subject, number)
        versions = versions_of(db, actor, subject)
        own = _own(db, actor, subject)
        told = _told(db, actor, subject)
        hidden = _hidden(db, actor, subject, row)
        differs = organiser_of_event(actor, subject) and differs_now(db, subject)
    blind = not may_know_whose_it_is(actor, subject)
    lines = [] if blind else [one for one in published_lines(row) if one.public_id not in hidden]
    call = subject.round.scheme is Scheme.CALL
    if call and not organiser_of_event(actor, subject):
        # Who is funded everybody may know; all else each team is told by itself.
        fates = fates_in(row.result)
        lines = [one for one in lines if fates.get(one.number) is Fate.FUNDED]
    mine = next((one for one in published_lines(row, everything=True) if one.public_id == own), None)
    return render(
        request, "rounds/published.html", event=subject.event, subject=subject, result=row, versions=versions,
        lines=page_of(lines, page_number(request), size=ROWS), hidden=len(hidden), mine=mine,
        best=best_places(subject, published_lines(row, everything=True), {one.number for one in lines}),
        base=f"{request.url.path}?page=",
        organises=organiser_of_event(actor, subject), inputs=inputs_of(row), decided_by=decided_by,
        points=row.detail is Detail.POINTS, newest=row.version == subject.round.shown_version, differs=differs,
        reopened=subject.round.state in (RoundState.OPEN, RoundState.CLOSED),
        blind=blind, call=call, told=told,
        comments=bool(own) and subject.round.comments_released_at is not None, **words(),
    )  # fmt: skip


def _told(db: Database, actor: Actor, subject: RoundInEvent) -> bool:
    """Whether the actor's team was told what became of its submission in a stage of a call."""
    team = team_of(db, actor.person, subject.event.id)
    found = submission_of_team(db, team.id) if team else None
    return found is not None and fate_told(db, subject.id, found.id or 0) is not None


def _own(db: Database, actor: Actor, subject: RoundInEvent) -> str:
    """The public id of the submission of one's own team."""
    team = team_of(db, actor.person, subject.event.id)
    found = submission_of_team(db, team.id) if team else None
    return found.public_id if found else ""


def _hidden(db: Database, actor: Actor, subject: RoundInEvent, row: PublishedResult) -> set[str]:
    """What a judge with a conflict of interest is not shown, here either."""
    hidden = hidden_from(db, actor, subject.event)
    if not hidden:
        return set()
    works = works_of(db, subject.id, also_taken_out=True).values()
    listed = {one.public_id for one in published_lines(row)}
    return {one.submission.public_id for one in works if one.submission.id in hidden} & listed


@page(signed_in=True)
def show_comments(request: Request) -> Response:
    with reading() as db:
        actor, subject = _of_team(db, request)
        team = team_of(db, actor.person, subject.event.id)
        submission = submission_of_team(db, team.id) if team else None
        if team is None or submission is None:
            raise NotFound()
        comments = comments_for_team(db, subject.round, submission.id or 0)
    return render(
        request, "rounds/comments.html", event=subject.event, subject=subject, team=team.name, comments=comments,
        submission=submission.public_id, title=submission.title or team.name,
    )  # fmt: skip


def _of_team(db: Database, request: Request) -> tuple[Actor, RoundInEvent]:
    """The round for a team whose comments were released; the round itself may not be published."""
    actor, event = judged_event(db, request)
    return actor, get_commented_round(db, actor, event, request.path_params["round"])
