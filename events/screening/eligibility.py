"""Whether submissions are eligible, worked out anew each time from verdicts, conflicts of interest and decisions.

Two who agree decide. Where they do not, or one is unsure, an organiser decides, who did not screen it. Who is not
found eligible is out of every round of the event whose result is not published.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import col, select

from events.core import clock
from events.core.database import Database
from events.core.translation import Message, _
from events.rounds.conflicts import conflicts_among
from events.rounds.rounds import JudgingRound, RoundState, RoundSubmission
from events.screening.rows import ScreeningDecision, ScreeningVerdict, ScreeningWork, Verdict
from events.screening.screenings import Screening, ScreeningState, find_screening

SCREENERS_EACH = 2


class Outcome(StrEnum):
    """How far the screening of a submission is."""

    WAITING = "waiting"
    DISAGREEMENT = "disagreement"
    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not eligible"


OUTCOME_NAMES: dict[Outcome, Message] = {
    Outcome.WAITING: _("Waits for verdicts"),
    Outcome.DISAGREEMENT: _("To be decided"),
    Outcome.ELIGIBLE: _("Eligible"),
    Outcome.NOT_ELIGIBLE: _("Not eligible"),
}


@dataclass(frozen=True)
class Eligibility:
    """How far a submission is: the verdicts that count, those left out because of a conflict of interest, and the
    organisers' decision, if there is one."""

    outcome: Outcome
    verdicts: tuple[ScreeningVerdict, ...] = ()
    left_out: tuple[ScreeningVerdict, ...] = ()
    decision: ScreeningDecision | None = None

    @property
    def reason(self) -> str:
        """Why it is not eligible, as its team is told: the decision's reason, else what the two wrote."""
        if self.decision is not None:
            return self.decision.reason
        return "\n\n".join(dict.fromkeys(one.reason for one in self.verdicts if one.reason))


def latest_verdicts(
    db: Database, screening_id: int, submissions: Collection[int] | None = None
) -> list[ScreeningVerdict]:
    """The last word of each screener about each submission, in order of time."""
    newest = (
        select(
            ScreeningVerdict.person_id,
            ScreeningVerdict.submission_id,
            func.max(ScreeningVerdict.number).label("number"),
        )
        .where(ScreeningVerdict.screening_id == screening_id)
        .group_by(col(ScreeningVerdict.person_id), col(ScreeningVerdict.submission_id))
        .subquery()
    )
    query = (
        select(ScreeningVerdict)
        .join(
            newest,
            (newest.c.person_id == col(ScreeningVerdict.person_id))
            & (newest.c.submission_id == col(ScreeningVerdict.submission_id))
            & (newest.c.number == col(ScreeningVerdict.number)),
        )
        .where(ScreeningVerdict.screening_id == screening_id)
        .order_by(col(ScreeningVerdict.given_at), col(ScreeningVerdict.id))
    )
    if submissions is not None:
        query = query.where(col(ScreeningVerdict.submission_id).in_(submissions))
    return list(db.exec(query))


def eligibility_of(
    db: Database, screening: Screening, submissions: Collection[int] | None = None
) -> dict[int, Eligibility]:
    """How far each submission of a screening is (or each of these), by submission id."""
    screening_id = screening.id or 0
    if submissions is None:
        submissions = list(
            db.exec(select(ScreeningWork.submission_id).where(ScreeningWork.screening_id == screening_id))
        )
    given: dict[int, list[ScreeningVerdict]] = {one: [] for one in submissions}
    for one in latest_verdicts(db, screening_id, submissions):
        if one.verdict is not Verdict.UNDONE:
            given[one.submission_id].append(one)
    people = {one.person_id for rows in given.values() for one in rows}
    conflicts = conflicts_among(db, screening.event_id, people, list(submissions), screening.kinds)
    blocked = {(one.judge, one.submission) for one in conflicts}
    decisions = last_decisions(db, screening_id)
    return {
        submission: _worked_out(rows, blocked, decisions.get(submission)) for submission, rows in given.items()
    }  # fmt: skip


def _worked_out(
    rows: list[ScreeningVerdict], blocked: set[tuple[int, int]], decision: ScreeningDecision | None
) -> Eligibility:
    out = tuple(one for one in rows if (one.person_id, one.submission_id) in blocked)
    counts = tuple(one for one in rows if one not in out)
    return Eligibility(_outcome(counts, decision), counts, out, decision)


def _outcome(verdicts: Iterable[ScreeningVerdict], decision: ScreeningDecision | None) -> Outcome:
    said = [one.verdict for one in verdicts]
    if decision is not None:
        return Outcome.ELIGIBLE if decision.eligible else Outcome.NOT_ELIGIBLE
    if len(said) < SCREENERS_EACH:
        return Outcome.WAITING
    if set(said) == {Verdict.ELIGIBLE}:
        return Outcome.ELIGIBLE
    if set(said) == {Verdict.NOT_ELIGIBLE}:
        return Outcome.NOT_ELIGIBLE
    return Outcome.DISAGREEMENT


def last_decisions(db: Database, screening_id: int) -> dict[int, ScreeningDecision]:
    """The organisers' last decision on each submission that they decided, by submission id."""
    query = select(ScreeningDecision).where(ScreeningDecision.screening_id == screening_id)
    return {one.submission_id: one for one in db.exec(query.order_by(col(ScreeningDecision.id)))}


def screened_out(db: Database, event_id: int, submissions: Collection[int]) -> set[int]:
    """Which of these submissions are not to be judged: once a screening was opened, all that it has not found
    eligible."""
    screening = find_screening(db, event_id)
    if screening is None or screening.state is ScreeningState.DRAFT or not submissions:
        return set()
    found = eligibility_of(db, screening, submissions)
    return {one for one in submissions if found[one].outcome is not Outcome.ELIGIBLE}


def apply_screening(db: Database, event_id: int) -> None:
    """Take out of every round without a published result what is not found eligible, and back in what is now; part of
    commands. What an organiser took out by hand stays out."""
    rows = list(
        db.exec(
            select(RoundSubmission)
            .join(JudgingRound, col(JudgingRound.id) == col(RoundSubmission.round_id))
            .where(JudgingRound.event_id == event_id, JudgingRound.state != RoundState.PUBLISHED)
        )
    )
    out = screened_out(db, event_id, {one.submission_id for one in rows})
    for one in rows:
        if one.submission_id in out and one.taken_out_at is None:
            one.taken_out_at, one.by_screening = clock.now(), True
        elif one.submission_id not in out and one.by_screening:
            one.taken_out_at, one.by_screening = None, False
        db.add(one)
    db.flush()
