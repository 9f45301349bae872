"""The organisers' board of a round: how far it is covered, how far each judge is, what needs somebody's eyes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.judging.figures import (
    DISCUSS_OVER,
    Agreement,
    Coverage,
    ToDiscuss,
    agreement_of,
    coverage,
    to_discuss,
)
from events.judging.results import JudgeFigure
from events.judging.votes import Conflict as Interest
from events.judging.votes import Kind
from events.people import Person, people_by_id
from events.roles import organiser_of_event
from events.rounds.assigning import ASSIGNED_SCHEMES, assignments_in
from events.rounds.conflicts import ConflictCard, conflicts_shown
from events.rounds.desk import Progress, changed_since, progress_of
from events.rounds.flags import FLAG_REASONS, JudgingFlag
from events.rounds.inputs import Line, engine_round, engine_votes, is_rubric, lines_of, result_as_json
from events.rounds.judges import JudgeCard
from events.rounds.rounds import RoundInEvent, criteria_of
from events.rounds.standings import Standing, Work, standing_of
from events.rounds.votes import WHOLE_LIST, RoundVote, VoteKind, about_submission


@dataclass(frozen=True)
class Cell:
    """How far one judge is with one submission; `changed`: they judged another version than the one that counts now."""

    judge: JudgeCard
    progress: Progress
    skipped: str = ""
    changed: bool = False


@dataclass(frozen=True)
class BoardRow:
    """A submission on the board: its judges, and how many votes of it count. `conflicts` names judges who may
    not, `changed` those who judged another version of it than the one that counts now."""

    work: Work
    cells: tuple[Cell, ...]
    votes: int
    lacks: int
    conflicts: tuple[tuple[JudgeCard, ConflictCard], ...]
    changed: tuple[JudgeCard, ...] = ()


@dataclass(frozen=True)
class JudgeRow:
    """A judge on the board: of `assigned` submissions `done` are done or skipped; `given` counts what they said."""

    judge: JudgeCard
    assigned: int
    done: int
    given: int
    last_at: datetime | None


@dataclass(frozen=True)
class FlagCard:
    """What a judge drew attention to."""

    public_id: str
    work: Work | None
    judge: str
    reason: str
    text: str
    flagged_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class RoundBoard:
    """A round as its organisers watch it."""

    rows: tuple[BoardRow, ...]
    judges: tuple[JudgeRow, ...]
    flags: tuple[FlagCard, ...]
    coverage: Coverage | None
    standing: Standing

    @property
    def changed(self) -> int:
        """How many submissions were changed since somebody judged them."""
        return sum(1 for one in self.rows if one.changed)

    @property
    def given(self) -> int:
        """How many votes there are, the latest of each only."""
        return sum(1 for one in self.standing.votes if one.kind is not VoteKind.UNDONE)


def board_of(db: Database, actor: Actor, subject: RoundInEvent) -> RoundBoard:
    """A round for its organisers; NotFound for others, judges too."""
    if not organiser_of_event(actor, subject):
        raise NotFound()
    standing = standing_of(db, subject.round)
    covered = coverage(standing.outcome, subject.round.judges_each) if standing.outcome else None
    changed = _changed(standing)
    cells = _cells(db, subject, standing, changed)
    conflicts = _conflicts(db, subject, standing)
    rows = []
    for number, work in standing.works.items():
        if work.row.taken_out_at is None:
            rows.append(
                BoardRow(
                    work,
                    tuple(cells.get(number, ())),
                    covered.votes.get(number, 0) if covered else 0,
                    covered.short.get(number, 0) if covered and subject.round.scheme in ASSIGNED_SCHEMES else 0,
                    tuple(conflicts.get(number, ())),
                    tuple(changed.get(number, ())),
                )
            )
    return RoundBoard(
        tuple(rows), tuple(_judges(standing, cells)), tuple(_flags(db, subject, standing)), covered, standing
    )


def _changed(standing: Standing) -> dict[int, list[JudgeCard]]:
    """By number of submission: the judges who judged another version of it than the one that counts now."""
    now = {number: one.version.number for number, one in standing.works.items() if one.version}
    found: dict[int, list[JudgeCard]] = {}
    for judge in standing.judges.values():
        said = [one for one in standing.votes if one.person_id == judge.person_id]
        for number in changed_since(said, now):
            found.setdefault(number, []).append(judge)
    return found


def _cells(
    db: Database, subject: RoundInEvent, standing: Standing, changed: Mapping[int, list[JudgeCard]]
) -> dict[int, list[Cell]]:
    """By number of submission: who judges it, and how far they are."""
    if subject.round.scheme not in ASSIGNED_SCHEMES:
        return {}
    said = {(one.person_id, one.about): one for one in standing.votes}
    criteria = len(criteria_of(db, subject.id))
    people = {one.person_id: one for one in standing.judges.values()}
    number = {one.submission.id: one.number for one in standing.works.values()}
    found: dict[int, list[Cell]] = {}
    for one in assignments_in(db, subject.id):
        work, judge = number.get(one.submission_id), people.get(one.person_id)
        if work is None or judge is None:
            continue
        vote = said.get((one.person_id, about_submission(work)))
        listed = _is_listed(said.get((one.person_id, WHOLE_LIST)), work)
        progress = Progress.DONE if listed else progress_of(vote, criteria)
        reason = str(vote.content.get("reason", "")) if vote and progress is Progress.SKIPPED else ""
        again = any(one is judge for one in changed.get(work, ()))
        found.setdefault(work, []).append(Cell(judge, progress, reason, again))
    return found


def _is_listed(vote: RoundVote | None, number: int) -> bool:
    return vote is not None and any(number in place for place in vote.content.get("places", ()))


def _conflicts(
    db: Database, subject: RoundInEvent, standing: Standing
) -> dict[int, list[tuple[JudgeCard, ConflictCard]]]:
    people = {one.person_id: one for one in standing.judges.values()}
    number = {one.submission.id: one.number for one in standing.works.values()}
    found: dict[int, list[tuple[JudgeCard, ConflictCard]]] = {}
    known = [
        Interest(
            standing.judges[one.judge].person_id, standing.works[one.submission].submission.id or 0, Kind(one.kind)
        )
        for one in standing.inputs.conflicts
    ]
    for one in conflicts_shown(db, subject, known):
        found.setdefault(number[one.submission_id], []).append((people[one.person_id], one))
    return found


def _judges(standing: Standing, cells: Mapping[int, list[Cell]]) -> list[JudgeRow]:
    every = [one for row in cells.values() for one in row]
    found = []
    for judge in standing.judges.values():
        mine = [one for one in every if one.judge.person_id == judge.person_id]
        said = [one for one in standing.votes if one.person_id == judge.person_id]
        finished = (Progress.DONE, Progress.SKIPPED)
        found.append(
            JudgeRow(
                judge,
                len(mine),
                sum(1 for one in mine if one.progress in finished),
                sum(1 for one in said if one.kind is not VoteKind.UNDONE),
                max((one.given_at for one in said), default=None),
            )
        )
    return found


def _flags(db: Database, subject: RoundInEvent, standing: Standing) -> list[FlagCard]:
    query = select(JudgingFlag, Person).join(Person, col(Person.id) == col(JudgingFlag.person_id))
    works = {one.submission.id: one for one in standing.works.values()}
    return [
        FlagCard(
            row.public_id,
            works.get(row.submission_id),
            person.name,
            str(FLAG_REASONS[row.reason]),
            row.text,
            row.flagged_at,
            row.settled_at,
        )
        for row, person in db.exec(
            query.where(JudgingFlag.round_id == subject.id).order_by(
                col(JudgingFlag.settled_at).is_not(None), col(JudgingFlag.id)
            )
        )
    ]


@dataclass(frozen=True)
class ResultReport:
    """The result of a round as it is now, for its organisers. `agreement` is on totals and on each criterion;
    `left_out` says what is not counted; `linked` that judges can be compared with each other."""

    standing: Standing
    lines: tuple[Line, ...]
    ties: tuple[tuple[Line, ...], ...]
    discuss: tuple[tuple[ToDiscuss, Line], ...]
    judges: tuple[tuple[JudgeCard, JudgeFigure], ...]
    agreement: tuple[tuple[str, Agreement], ...]
    left_out: tuple[tuple[JudgeCard | None, Work, str], ...]
    linked: bool


def report_of(db: Database, actor: Actor, subject: RoundInEvent) -> ResultReport | None:
    """The result as it is now, worked out by the engine; None for an audience vote that is not closed, NotFound for
    others than the organisers."""
    if not organiser_of_event(actor, subject):
        raise NotFound()
    standing = standing_of(db, subject.round)
    if standing.outcome is None:
        return None
    lines = lines_of(standing.inputs, result_as_json(standing.outcome))
    by_number = {one.number: one for one in lines}
    rubric = is_rubric(standing.inputs)
    ties = {tuple(sorted((one.number, *one.tied_with))) for one in lines if one.tied_with}
    return ResultReport(
        standing,
        tuple(lines),
        tuple(tuple(by_number[each] for each in tie) for tie in sorted(ties)),
        tuple((one, by_number[one.submission]) for one in to_discuss(standing.outcome, DISCUSS_OVER)) if rubric else (),
        tuple((standing.judges[one.judge], one) for one in standing.outcome.judges),
        tuple(_agreement(standing)) if rubric else (),
        tuple(
            (standing.judges.get(one.judge), standing.works[one.submission], one.reason.value)
            for one in standing.outcome.left_out
            if one.submission in standing.works
        ),
        len(standing.outcome.groups) <= 1,
    )


def _agreement(standing: Standing) -> list[tuple[str, Agreement]]:
    among, scores = engine_round(standing.inputs), engine_votes(standing.inputs)
    found = [("", agreement_of(among, scores))]
    return [*found, *((one.name, agreement_of(among, scores, one.number)) for one in standing.inputs.criteria)]


def names_of(db: Database, ids: set[int]) -> dict[int, str]:
    """The names of several people at once."""
    return {one: person.name or person.email for one, person in people_by_id(db, ids).items()}
