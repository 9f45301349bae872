"""The consensus step of a call: how far each submission is, the report, its rapporteur, dissent on record."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotFound
from events.core.translation import Message, _
from events.judging.calls import reports_of
from events.people import find_by_public_id
from events.roles import organiser_of_event
from events.rounds.agreed import (
    LONGEST_SUMMARY,
    LONGEST_WORDS,
    ConsensusReport,
    dissents_in,
    last_reports,
    reports_in,
)
from events.rounds.boards import names_of
from events.rounds.consensus import (
    Evaluator,
    PanelWork,
    evaluates_this,
    get_panel_work,
    name_rapporteur,
    panels_for,
    record_dissent,
    withdraw_dissent,
    write_consensus,
)
from events.rounds.desk import read_works
from events.rounds.inputs import call_of, engine_votes
from events.rounds.rounds import RoundInEvent, Scheme, criteria_of, submissions_in
from events.rounds.standings import Standing, standing_of
from events.rounds.votes import VoteKind, about_submission
from frontend.pages.judging import choices_of
from frontend.pages.rounds import the_round, words
from frontend.round_form import Typed
from frontend.web import NOTHING, Filled, Form, page, redirect, render


class ReportForm(Form):
    """Agreed points and words by criterion ('points-1', 'words-1') in `answers`; `seen` is the version on the page."""

    takes_answers: ClassVar[bool] = True
    summary: str = ""
    seen: int = Field(0, ge=0, le=1_000_000)
    answers: dict[str, str] = Field(default_factory=dict)


class PersonForm(Form):
    """One of the evaluators, by public id."""

    person: str = ""


class DissentForm(PersonForm):
    """Why somebody dissents."""

    dissent: str = ""


@dataclass(frozen=True)
class PanelLine:
    """How far the consensus on a submission is; `team` is '' in a blind round for evaluators."""

    public_id: str
    number: int
    title: str
    team: str
    evaluators: tuple[Evaluator, ...]
    reports: int
    arbitrate: list[str]
    agreed: int
    dissent: str


@dataclass(frozen=True)
class OwnReport:
    """What one evaluator gave."""

    name: str
    rapporteur: bool
    points: dict[str, float]
    comment: str


def _call(db: Database, request: Request) -> tuple[Actor, RoundInEvent]:
    actor, subject = the_round(db, request)
    if subject.round.scheme is not Scheme.CALL:
        raise NotFound()
    return actor, subject


def _panel(db: Database, request: Request) -> tuple[Actor, RoundInEvent, PanelWork]:
    actor, subject = _call(db, request)
    return actor, subject, get_panel_work(db, actor, subject, request.path_params["work"])


@page(signed_in=True)
def show_panels(request: Request) -> Response:
    with reading() as db:
        actor, subject = _call(db, request)
        organises = organiser_of_event(actor, subject)
        if organises:
            works = [get_panel_work(db, actor, subject, row.public_id) for row in submissions_in(db, subject.id)]
        else:
            works = panels_for(db, actor, subject)
            if not works:
                raise NotFound()
        lines = _lines(db, subject, works)
    return render(
        request, "consensus/panels.html", event=subject.event, subject=subject, lines=lines, organises=organises,
        **words(),
    )  # fmt: skip


def _lines(db: Database, subject: RoundInEvent, works: list[PanelWork]) -> list[PanelLine]:
    standing = standing_of(db, subject.round, count=False)
    read = read_works(db, subject, [one.row for one in works])
    far = {one.submission: one for one in _reports(standing)}
    agreed, criteria = last_reports(db, subject.id), {one.position: one.name for one in criteria_of(db, subject.id)}
    dissents = dissents_in(db, subject.id)
    names = names_of(db, {one.person_id for one in dissents})
    lines = []
    for one in works:
        work, report = one.row.submission_id, agreed.get(one.row.submission_id)
        who = ", ".join(names.get(each.person_id, "") for each in dissents if each.submission_id == work)
        how_far = far.get(one.row.number)
        lines.append(
            PanelLine(
                one.row.public_id, one.row.number, read[one.row.number].title, read[one.row.number].team,
                one.evaluators, how_far.reports if how_far else 0,
                [criteria[number] for number in how_far.arbitrate] if how_far else [],
                report.number if report else 0, who,
            )
        )  # fmt: skip
    return lines


def _reports(standing: Standing) -> Any:
    """How far the individual reports are; who has a conflict of interest or judges no more is left out."""
    inputs = standing.inputs
    blocked = {(one.judge, one.submission) for one in inputs.conflicts}
    counts = {one.number for one in inputs.judges if one.counts}
    votes = [one for one in engine_votes(inputs) if one.judge in counts and (one.judge, one.submission) not in blocked]
    inside = {one.number for one in inputs.submissions if one.inside}
    return reports_of(call_of(inputs), [one for one in votes if one.submission in inside], inside)


@page(signed_in=True)
def show_panel(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject, work = _panel(db, request)
        standing = standing_of(db, subject.round, count=False)
        versions = reports_in(db, subject.id, work.row.submission_id)
        dissents = dissents_in(db, subject.id, work.row.submission_id)
        people = {one.person_id for one in dissents} | {one.written_by_id or 0 for one in versions}
        writers = names_of(db, people)
        criteria = criteria_of(db, subject.id)
        says = read_works(db, subject, [work.row])[work.row.number]
    how_far = next(one for one in _reports(standing) if one.submission == work.row.number)
    last = versions[-1] if versions else None
    closed = why_not(actor, "record_dissent", work)
    seen_typed = str(form.values.get("seen", ""))
    stale = last if form.refused and "seen" in form.values and last and seen_typed != str(last.number) else None
    own = next((one.public_id for one in work.evaluators if one.person_id == actor.person), "")
    return render(
        request, "consensus/panel.html", event=subject.event, subject=subject, work=work, says=says, criteria=criteria,
        form=form.with_values(**_values(last, how_far)), last=last, versions=versions, dissents=dissents,
        writers=writers, stale=stale, seen=last.number if last else 0, me=actor.person, own=own,
        reports=_given(standing, work), start=dict(how_far.start), apart=how_far.arbitrate,
        choices=choices_of(subject), names=[(one.public_id, one.name) for one in work.evaluators],
        publics={one.person_id: one.public_id for one in work.evaluators},
        rapporteur=next((one.public_id for one in work.evaluators if one.rapporteur), ""),
        columns=[(one.name, "num") for one in criteria],
        organises=organiser_of_event(actor, subject), evaluates=evaluates_this(actor, work),
        writes=may(actor, "write_consensus", work), dissents_open=closed is None,
        closed=closed.message if closed is not None else "", longest_words=LONGEST_WORDS,
        longest_summary=LONGEST_SUMMARY, **words(),
    )  # fmt: skip


def _values(last: ConsensusReport | None, how_far: Any) -> dict[str, Any]:
    """What the form begins with: the last version, or the middle of the individual reports."""
    if last is None:
        return {f"points-{number}": f"{_half(points):g}" for number, points in how_far.start}
    points = {f"points-{number}": f"{given:g}" for number, given in last.points.items()}
    return points | {f"words-{number}": text for number, text in last.words.items()} | {"summary": last.summary}


def _half(points: float) -> float:
    """A middle between two reports may be no step of the scale: the half point below it."""
    return int(points * 2) / 2


def _given(standing: Standing, work: PanelWork) -> list[OwnReport]:
    said = {one.person_id: one for one in standing.votes if one.about == about_submission(work.row.number)}
    return [
        OwnReport(one.name, one.rapporteur, dict(vote.content["points"]), vote.comment)
        for one in work.evaluators
        if (vote := said.get(one.person_id)) is not None and vote.kind is VoteKind.SCORE
    ]


def _back(request: Request, subject: RoundInEvent, told: Message) -> Response:
    here = {"event": subject.event.event.slug, "round": subject.round.public_id}
    return redirect(request, "consensus_work", work=request.path_params["work"], flash=told, **here)


@page(form=ReportForm, again=show_panel, signed_in=True)
def write_now(request: Request, form: ReportForm) -> Response:
    typed, points, said = Typed(form.answers), dict[int, float | None](), dict[int, str]()
    for name, text in form.answers.items():
        field, _dash, number = name.partition("-")
        if not (number.isascii() and number.isdecimal() and len(number) < 4):
            continue
        if field == "points":
            points[int(number)] = typed.number(name) if text.strip() else None
        elif field == "words":
            said[int(number)] = text
    if typed.wrong:
        raise Invalid(typed.wrong)
    with transaction() as db:
        actor, subject, work = _panel(db, request)
        report = write_consensus(db, actor, work, points=points, words=said, summary=form.summary, seen=form.seen)
    return _back(request, subject, _("Version %(number)s is saved.", number=report.number))


def _person(db: Database, form: PersonForm) -> int:
    found = find_by_public_id(db, form.person) if form.person else None
    if found is None or found.id is None:
        raise Invalid({"person": _("Choose one of the evaluators of this submission.")})
    return found.id


@page(form=PersonForm, again=show_panel, signed_in=True)
def name_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        actor, subject, work = _panel(db, request)
        name_rapporteur(db, actor, work, person_id=_person(db, form))
    return _back(request, subject, _("They write the consensus down."))


@page(form=DissentForm, again=show_panel, signed_in=True)
def dissent_now(request: Request, form: DissentForm) -> Response:
    with transaction() as db:
        actor, subject, work = _panel(db, request)
        record_dissent(db, actor, work, person_id=_person(db, form), text=form.dissent)
    return _back(request, subject, _("The dissent is on record."))


@page(form=PersonForm, again=show_panel, signed_in=True)
def withdraw_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        actor, subject, work = _panel(db, request)
        withdraw_dissent(db, actor, work, person_id=_person(db, form))
    return _back(request, subject, _("Taken back. That there was a dissent stays on record."))
