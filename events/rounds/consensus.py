"""The consensus step of a call: evaluators have written their own reports, which are locked; now they agree on one.

A rapporteur or an organiser writes down what was agreed on. Whoever of the evaluators dissents says so by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.database import Database, is_broken
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import At, Message, _
from events.events import EventWithPhases
from events.judging.votes import BadVotes
from events.roles import organiser_of_event
from events.rounds.agreed import (
    LONGEST_SUMMARY,
    LONGEST_WORDS,
    ConsensusDissent,
    ConsensusReport,
    dissents_in,
    reports_in,
)
from events.rounds.assigning import JudgingAssignment, assignments_in
from events.rounds.conflicts import conflicts_of
from events.rounds.judges import judges_of
from events.rounds.rounds import (
    JudgingRound,
    RoundInEvent,
    RoundState,
    RoundSubmission,
    Scheme,
    criteria_of,
    is_closed_round,
    not_published,
    submissions_in,
)
from events.rounds.schemes import engine_call


@dataclass(frozen=True)
class RapporteurNamed(Fact):
    """An evaluator is to write down what the evaluators of a submission agree on."""

    event_id: int
    round_id: int
    submission_id: int
    person_id: int


@dataclass(frozen=True)
class ConsensusWritten(Fact):
    """What evaluators agreed on was written down, for the first time or anew."""

    event_id: int
    round_id: int
    report_id: int


@dataclass(frozen=True)
class DissentRecorded(Fact):
    """An evaluator dissents from what was agreed on."""

    event_id: int
    round_id: int
    dissent_id: int


@dataclass(frozen=True)
class DissentWithdrawn(Fact):
    """An evaluator dissents no more."""

    event_id: int
    round_id: int
    dissent_id: int


@dataclass(frozen=True)
class Evaluator:
    """Somebody who evaluates a submission."""

    person_id: int
    public_id: str
    name: str
    number: int
    rapporteur: bool


@dataclass(frozen=True)
class PanelWork:
    """A submission of a call with its evaluators, without those who have a conflict of interest with it."""

    round: JudgingRound
    event: EventWithPhases
    row: RoundSubmission
    evaluators: tuple[Evaluator, ...]


class WrittenMeanwhile(Conflict):
    """Somebody else wrote another version of a report that this one does not know."""

    def __init__(self, latest: ConsensusReport) -> None:
        super().__init__(
            _("Somebody else wrote version %(number)s of this report at %(time)s. Yours is still here; look at both, "
              "then send it again.", number=latest.number, time=At(latest.written_at))
        )  # fmt: skip
        self.latest = latest


@rule
def evaluates_this(actor: Actor, subject: Any) -> bool:
    return any(one.person_id == actor.person for one in subject.evaluators)


@rule
def rapporteur_of_this(actor: Actor, subject: Any) -> bool:
    return any(one.person_id == actor.person and one.rapporteur for one in subject.evaluators)


def is_call(subject: Any, now: datetime) -> None:
    """Refuse what only a round of a call has."""
    not_published(subject, now)
    if subject.round.scheme is not Scheme.CALL:
        raise Conflict(_("Only an evaluation of a call has a consensus."))


def can_agree(subject: Any, now: datetime) -> None:
    """Refuse a consensus while evaluators write their own reports, and once the result is published."""
    is_call(subject, now)
    if subject.round.state is not RoundState.CLOSED:
        raise Conflict(_("Evaluators agree when all of their own reports are locked: close the round first."))
    is_closed_round(subject, now)


def panel_of(db: Database, subject: RoundInEvent, row: RoundSubmission) -> tuple[Evaluator, ...]:
    """Who evaluates a submission, by number: assigned, still judging, and without a conflict of interest."""
    blocked = {one.judge for one in conflicts_of(db, subject.round) if one.submission == row.submission_id}
    mine = {one.person_id: one for one in assignments_in(db, subject.id) if one.submission_id == row.submission_id}
    return tuple(
        Evaluator(one.person_id, one.public_id, one.name, one.number, mine[one.person_id].rapporteur)
        for one in judges_of(db, subject.id)
        if one.judges and one.person_id in mine and one.person_id not in blocked
    )


def get_panel_work(db: Database, actor: Actor, subject: RoundInEvent, public: str) -> PanelWork:
    """A submission of a call for its evaluators once their own reports are locked, and for organisers at any time;
    NotFound for others."""
    row = next((one for one in submissions_in(db, subject.id) if one.public_id == public), None)
    if row is None or subject.round.scheme is not Scheme.CALL:
        raise NotFound()
    found = PanelWork(subject.round, subject.event, row, panel_of(db, subject, row))
    locked = subject.round.state in (RoundState.CLOSED, RoundState.PUBLISHED)
    if not organiser_of_event(actor, found) and not (locked and evaluates_this(actor, found)):
        raise NotFound()
    return found


def panels_for(db: Database, actor: Actor, subject: RoundInEvent) -> list[PanelWork]:
    """The submissions that somebody evaluates together with others, by number, once their own reports are locked."""
    if subject.round.scheme is not Scheme.CALL or subject.round.state not in (RoundState.CLOSED, RoundState.PUBLISHED):
        return []
    mine = {one.submission_id for one in assignments_in(db, subject.id) if one.person_id == actor.person}
    rows = [one for one in submissions_in(db, subject.id) if one.submission_id in mine]
    works = [PanelWork(subject.round, subject.event, one, panel_of(db, subject, one)) for one in rows]
    return [one for one in works if evaluates_this(actor, one)]


@command(organiser_of_event, when=is_call)
def name_rapporteur(db: Database, actor: Actor, subject: PanelWork, *, person_id: int) -> None:
    """Let one of a submission's evaluators write down what they agree on; there is one rapporteur at a time."""
    if person_id not in {one.person_id for one in subject.evaluators}:
        raise Invalid({"person": _("Choose one of the evaluators of this submission.")})
    of_it = (
        col(JudgingAssignment.round_id) == subject.round.id,
        col(JudgingAssignment.submission_id) == subject.row.submission_id,
    )
    db.execute(
        update(JudgingAssignment)
        .where(*of_it)
        .values(rapporteur=col(JudgingAssignment.person_id) == person_id)
        .execution_options(synchronize_session=False)
    )
    db.expire_all()
    named = RapporteurNamed(
        event_id=subject.event.id, round_id=subject.round.id or 0, submission_id=subject.row.submission_id,
        person_id=person_id,
    )  # fmt: skip
    record(db, actor, named)


@command(organiser_of_event | rapporteur_of_this, when=can_agree)
def write_consensus(
    db: Database, actor: Actor, subject: PanelWork, *, points: Mapping[int, float | None],
    words: Mapping[int, str] | None = None, summary: str = "", seen: int,
) -> ConsensusReport:  # fmt: skip
    """Write down what was agreed on: points on every criterion, with words on each, and a summary for the applicants.

    `seen` is the version that was on the page (0: none); the same again changes nothing. Refuses points that are
    missing or no step of the scale, texts that are too long, and WrittenMeanwhile.
    """
    given, said = _checked(db, subject, points, words or {}, summary)
    _lock(db, subject)
    round_id, submission = subject.round.id or 0, subject.row.submission_id
    last = next(reversed(reports_in(db, round_id, submission)), None)
    if last is not None and (last.points, last.words, last.summary) == (given, said, summary.strip()):
        return last
    if (last.number if last else 0) != seen:
        if last is None:
            raise Invalid(_("This page is out of date. Reload it and send it again."))
        raise WrittenMeanwhile(last)
    row = ConsensusReport(
        round_id=round_id, submission_id=submission, number=seen + 1, points=given, words=said,
        summary=summary.strip(), written_by_id=actor.person, written_at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        there = reports_in(db, round_id, submission)
        if there and is_broken(error, "uq_consensus_report_round_id_submission_id_number"):
            raise WrittenMeanwhile(there[-1]) from error
        raise
    record(db, actor, ConsensusWritten(event_id=subject.event.id, round_id=round_id, report_id=row.id or 0))
    return row


def _checked(
    db: Database, subject: PanelWork, points: Mapping[int, float | None], words: Mapping[int, str], summary: str
) -> tuple[dict[str, float], dict[str, str]]:
    criteria = criteria_of(db, subject.round.id)
    stage = engine_call(subject.round.rule, [(one.weight, one.threshold) for one in criteria], ())
    wrong: dict[str, Message | str] = {}
    given: dict[str, float] = {}
    said = {str(number): text.strip() for number, text in sorted(words.items()) if text.strip()}
    for one in stage.criteria:
        each = points.get(one.id)
        scale = {"least": f"{one.least:g}", "most": f"{one.most:g}", "step": f"{one.step:g}"}
        try:
            if each is None:
                raise BadVotes("missing")
            given[str(one.id)] = float(one.checked(each))
        except BadVotes:
            wrong[f"points-{one.id}"] = _("Give from %(least)s to %(most)s points, in steps of %(step)s.", **scale)
        if len(said.get(str(one.id), "")) > LONGEST_WORDS:
            wrong[f"words-{one.id}"] = _("Please write at most %(most)s characters.", most=LONGEST_WORDS)
    if len(summary.strip()) > LONGEST_SUMMARY:
        wrong["summary"] = _("Please write at most %(most)s characters.", most=LONGEST_SUMMARY)
    if wrong:
        raise Invalid(wrong)
    return given, {number: text for number, text in said.items() if number in given}


def _lock(db: Database, subject: PanelWork) -> None:
    """Let the round not be published until the commit; refuses when it was a moment ago."""
    held = select(JudgingRound.state).where(JudgingRound.id == subject.round.id).with_for_update(read=True)
    if db.exec(held).first() is not RoundState.CLOSED:
        raise Conflict(_("The result of this round is published. Open the round again to change anything."))


@command(evaluates_this | organiser_of_event, when=can_agree)
def record_dissent(db: Database, actor: Actor, subject: PanelWork, *, person_id: int, text: str) -> ConsensusDissent:
    """Put on record that an evaluator dissents from what was agreed on, and why; organisers do so for others.

    A later one of the same evaluator takes the place of the one that stands. Refuses a dissent without a reason, for
    somebody else, and before anything was agreed on.
    """
    _refuse_for_others(actor, subject, person_id)
    if not text.strip() or len(text.strip()) > LONGEST_WORDS:
        raise Invalid({"dissent": _("Please say why, in at most %(most)s characters.", most=LONGEST_WORDS)})
    reports = reports_in(db, subject.round.id, subject.row.submission_id)
    if not reports:
        raise Conflict(_("Nothing was agreed on yet that somebody could dissent from."))
    _lock(db, subject)
    standing = _standing(db, subject, person_id)
    if standing is not None:
        if (standing.text, standing.number) == (text.strip(), reports[-1].number):
            return standing
        standing.withdrawn_at = clock.now()
        db.add(standing)
    row = ConsensusDissent(
        round_id=subject.round.id or 0, submission_id=subject.row.submission_id, person_id=person_id,
        number=reports[-1].number, text=text.strip(), noted_at=clock.now(), noted_by_id=actor.person,
    )  # fmt: skip
    db.add(row)
    db.flush()
    record(
        db, actor, DissentRecorded(event_id=subject.event.id, round_id=subject.round.id or 0, dissent_id=row.id or 0)
    )
    return row


def _refuse_for_others(actor: Actor, subject: PanelWork, person_id: int) -> None:
    if person_id not in {one.person_id for one in subject.evaluators}:
        raise Invalid({"person": _("Choose one of the evaluators of this submission.")})
    if person_id != actor.person and not organiser_of_event(actor, subject):
        raise Invalid({"person": _("Evaluators dissent for themselves only.")})


def _standing(db: Database, subject: PanelWork, person_id: int) -> ConsensusDissent | None:
    rows = dissents_in(db, subject.round.id, subject.row.submission_id)
    return next((one for one in rows if one.person_id == person_id), None)


@command(evaluates_this | organiser_of_event, when=can_agree)
def withdraw_dissent(db: Database, actor: Actor, subject: PanelWork, *, person_id: int) -> None:
    """Take an evaluator's dissent back; that there was one stays on record."""
    _refuse_for_others(actor, subject, person_id)
    row = _standing(db, subject, person_id)
    if row is None:
        raise Conflict(_("There is no dissent to take back."))
    _lock(db, subject)
    row.withdrawn_at = clock.now()
    db.add(row)
    record(
        db, actor, DissentWithdrawn(event_id=subject.event.id, round_id=subject.round.id or 0, dissent_id=row.id or 0)
    )
