"""Where a round stands now: its rows as inputs, and what the engine makes of them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, SQLModel, col, select

from events.challenge_switches import challenges_that_count
from events.core.columns import listing, moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.judging.results import Outcome
from events.rounds.agreed import dissents_in, last_reports
from events.rounds.conflicts import conflicts_among
from events.rounds.inputs import (
    ConflictIn,
    ConsensusIn,
    CriterionIn,
    Inputs,
    JudgeIn,
    SubmissionIn,
    VoteIn,
    worked_out,
)
from events.rounds.judges import JudgeCard, judges_of
from events.rounds.rounds import (
    JudgingRound,
    RoundState,
    RoundSubmission,
    Scheme,
    criteria_of,
    submissions_in,
)
from events.rounds.votes import RoundVote, latest_votes
from events.submission_fields import WITH_CHOICES, FieldKind, categories_of
from events.submissions import Submission, SubmissionVersion, counting_versions
from events.teams import Team, TeamMember


class TieDecision(SQLModel, table=True):
    """What the organisers decide about submissions that nothing else divides: ids of submissions, best first."""

    __tablename__ = "tie_decision"

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    best_first: list[int] = listing()
    reason: str = Field(default="", max_length=500)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime = moment()


personal_data(TieDecision, "decided_by_id", "who decided between equals", "detach")


@dataclass(frozen=True)
class Work:
    """A submission of a round with what its organisers know of it; `version` is what counts, `challenge` the title of
    that for which it does, or ''."""

    row: RoundSubmission
    submission: Submission
    team: Team
    version: SubmissionVersion | None
    challenge: str = ""

    @property
    def number(self) -> int:
        """Its number in the round."""
        return self.row.number

    @property
    def title(self) -> str:
        """What it is called."""
        said = str(self.version.content["title"]) if self.version else self.submission.title
        return said or self.team.name

    @property
    def chose(self) -> bool:
        """Whether it answers to anything that could make categories."""
        answers = self.version.content.get("answers", ()) if self.version else ()
        return any(one["kind"] in WITH_CHOICES for one in answers)

    def categories(self, asked: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """What it answers to the fields that make categories (labels by public id): each answer by itself."""
        answers = self.version.content.get("answers", ()) if self.version else ()
        given = {one["field"]: str(one["answer"]) for one in answers}
        return tuple((label, said) for key, label in asked.items() for said in given.get(key, "").splitlines())


@dataclass(frozen=True)
class Standing:
    """A round as it is now. `outcome` is None where nobody asked for it, and for an audience vote that is open."""

    inputs: Inputs
    outcome: Outcome | None
    works: Mapping[int, Work]
    judges: Mapping[int, JudgeCard]
    votes: Sequence[RoundVote]


def works_of(db: Database, round_id: int | None, *, also_taken_out: bool = False) -> dict[int, Work]:
    """The submissions of a round by number, with their teams and what counts."""
    rows = {one.submission_id: one for one in submissions_in(db, round_id, also_taken_out=also_taken_out)}
    query = select(Submission, Team).join(Team, col(Team.id) == col(Submission.team_id))
    pairs = list(db.exec(query.where(col(Submission.id).in_(rows))))
    versions = counting_versions(db, list(rows), _stage_of(db, round_id))
    about = {one: its.title for one, its in challenges_that_count(db, versions).items()}
    found = [
        Work(rows[one.id or 0], one, team, versions.get(one.id or 0), about.get(one.id or 0, "")) for one, team in pairs
    ]
    return {one.number: one for one in sorted(found, key=lambda one: one.number)}


def _stage_of(db: Database, round_id: int | None) -> int | None:
    row = db.get(JudgingRound, round_id) if round_id else None
    return row.stage if row else None


def requested_in(version: SubmissionVersion | None) -> float | None:
    """The funding that a version asks for, in euros."""
    answers = version.content.get("answers", ()) if version else ()
    given = next((one["answer"] for one in answers if one["kind"] == FieldKind.FUNDING.value), None)
    return float(given) if given else None


def _consensus(
    db: Database, row: JudgingRound, number: Mapping[int, int], judge_number: Mapping[int, int]
) -> tuple[ConsensusIn, ...]:
    """What evaluators of a call agreed on, by numbers."""
    dissents: dict[int, list[int]] = {}
    for one in dissents_in(db, row.id):
        if one.person_id in judge_number:
            dissents.setdefault(one.submission_id, []).append(judge_number[one.person_id])
    reports = sorted(last_reports(db, row.id).values(), key=lambda one: number.get(one.submission_id, 0))
    return tuple(
        ConsensusIn(
            number[one.submission_id], one.number, one.points, tuple(sorted(dissents.get(one.submission_id, ())))
        )
        for one in reports
        if one.submission_id in number
    )


def standing_of(db: Database, row: JudgingRound, *, count: bool = True) -> Standing:
    """A round as it is now, worked out by the engine from all that was said so far; without a result where `count` is
    False."""
    works = works_of(db, row.id, also_taken_out=True)
    judges = judges_of(db, row.id)
    votes = latest_votes(db, row.id or 0)
    inputs = _inputs(db, row, works, judges, votes)
    hidden = row.scheme is Scheme.AUDIENCE and not inputs.closed
    return Standing(
        inputs, worked_out(inputs) if count and not hidden else None, works, {one.number: one for one in judges}, votes
    )


def _inputs(
    db: Database, row: JudgingRound, works: Mapping[int, Work], judges: Sequence[JudgeCard], votes: Sequence[RoundVote]
) -> Inputs:
    judge_number = {one.person_id: one.number for one in judges}
    number = {one.submission.id or 0: one.number for one in works.values()}
    conflicts = (
        conflicts_among(db, row.event_id, list(judge_number), list(number), row.kinds)
        if row.scheme is not Scheme.AUDIENCE
        else frozenset()
    )
    asked = categories_of(db, row.event_id) if any(one.chose for one in works.values()) else {}
    decisions = db.exec(select(TieDecision).where(TieDecision.round_id == row.id).order_by(col(TieDecision.id).desc()))
    return Inputs(
        scheme=row.scheme.value,
        rule=row.rule,
        closed=row.state in (RoundState.CLOSED, RoundState.PUBLISHED),
        criteria=tuple(
            CriterionIn(one.position, one.name, one.weight, one.threshold) for one in criteria_of(db, row.id)
        ),
        submissions=tuple(
            SubmissionIn(
                one.number, one.title, one.team.name, one.submission.public_id, one.row.taken_out_at is None,
                one.challenge, one.categories(asked), one.version.number if one.version else 0,
            )
            for one in works.values()
        ),
        judges=tuple(JudgeIn(one.number, one.counts, one.why if row.blind else "") for one in judges),
        conflicts=tuple(
            ConflictIn(judge_number[one.judge], number[one.submission], one.kind.value)
            for one in sorted(conflicts)
        ),
        votes=_ballots(db, works, votes)
        if row.scheme is Scheme.AUDIENCE
        else tuple(
            VoteIn(judge_number[one.person_id], one.about, one.number, one.kind.value, one.content, one.read)
            for one in votes
            if one.person_id in judge_number
        ),
        decisions=tuple(
            tuple(number[work] for work in one.best_first if work in number) for one in decisions
        ),
        consensus=_consensus(db, row, number, judge_number) if row.scheme is Scheme.CALL else (),
        requested=tuple(
            (one.number, amount)
            for one in works.values()
            if row.scheme is Scheme.CALL and (amount := requested_in(one.version)) is not None
        ),
    )  # fmt: skip


def _ballots(db: Database, works: Mapping[int, Work], votes: Sequence[RoundVote]) -> tuple[VoteIn, ...]:
    """Ballots without their voters, in an order that says nothing about them, without votes for the own team."""
    own = own_numbers(db, works, {one.person_id for one in votes})
    choices = sorted(
        json.dumps([one for one in vote.content["choices"] if one[0] not in own.get(vote.person_id, ())])
        for vote in votes
        if vote.kind == "ballot"
    )
    return tuple(
        VoteIn(voter, "ballot", 1, "ballot", {"choices": json.loads(one)}) for voter, one in enumerate(choices, 1)
    )


def own_numbers(db: Database, works: Mapping[int, Work], people: Collection[int]) -> dict[int, set[int]]:
    """The numbers of the submissions whose team somebody is in, by person."""
    number = {one.team.id or 0: one.number for one in works.values()}
    query = select(TeamMember.person_id, TeamMember.team_id).where(
        col(TeamMember.team_id).in_(number), col(TeamMember.person_id).in_(people)
    )
    found: dict[int, set[int]] = {}
    for person, team in db.exec(query):
        found.setdefault(person, set()).add(number[team])
    return found
