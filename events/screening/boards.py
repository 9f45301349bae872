"""Screening as organisers watch it, as screeners find it, and as a table to take away."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.sheets import Cell
from events.deadlines import FIRST_STAGE
from events.people import Person, people_by_id
from events.roles import may_know_whose_it_is, organiser_of_event, screener_of_event
from events.rounds.conflicts import conflicts_among
from events.screening.assigning import screening_assignments, works_in
from events.screening.decisions import to_release
from events.screening.eligibility import Eligibility, Outcome, eligibility_of, latest_verdicts
from events.screening.rows import ScreeningVerdict, ScreeningWork, Verdict
from events.screening.screenings import ScreeningInEvent, questions_of, screeners_of
from events.submissions import Submission, SubmissionVersion, counting_versions
from events.teams import Team


@dataclass(frozen=True)
class ScreenedRow:
    """A submission on the board: who screens it or has, with what they said (None: nothing yet)."""

    work: ScreeningWork
    title: str
    team: str
    submission_id: str
    eligibility: Eligibility
    cells: tuple[tuple[str, ScreeningVerdict | None], ...]
    newer: bool

    @property
    def lacks(self) -> int:
        """How many screeners are missing."""
        return max(0, 2 - len(self.cells))


@dataclass(frozen=True)
class ScreenerRow:
    """A screener on the board: of `assigned` submissions `done` are looked at."""

    person: Person
    screens: bool
    assigned: int
    done: int


@dataclass(frozen=True)
class ScreeningBoard:
    """A screening as its organisers watch it. `new` counts teams with something new to know."""

    rows: tuple[ScreenedRow, ...]
    screeners: tuple[ScreenerRow, ...]
    counts: Mapping[Outcome, int]
    new: int


def screening_board(db: Database, actor: Actor, subject: ScreeningInEvent) -> ScreeningBoard:
    """A screening for its organisers; NotFound for others. What is to be decided comes first."""
    if not organiser_of_event(actor, subject):
        raise NotFound()
    works = works_in(db, subject.id)
    found = eligibility_of(db, subject.screening)
    said = {
        (one.person_id, one.submission_id): one
        for one in latest_verdicts(db, subject.id)
        if one.verdict is not Verdict.UNDONE
    }
    assigned = {(one.person_id, one.submission_id) for one in screening_assignments(db, subject.id)}
    known = people_by_id(db, {person for person, _work in assigned | set(said)})
    names = {number: one.name or one.email for number, one in known.items()}
    titles = _titles(db, [one.submission_id for one in works])
    versions = counting_versions(db, [one.submission_id for one in works], FIRST_STAGE)
    rows = []
    for one in works:
        pairs = sorted(pair for pair in assigned | set(said) if pair[1] == one.submission_id)
        cells = tuple((names.get(person, ""), said.get((person, work))) for person, work in pairs)
        title, team, public = titles[one.submission_id]
        newer = is_newer(versions.get(one.submission_id), [verdict for _name, verdict in cells if verdict])
        rows.append(ScreenedRow(one, title, team, public, found[one.submission_id], cells, newer))
    order = (Outcome.DISAGREEMENT, Outcome.WAITING, Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE)
    rows.sort(key=lambda row: (order.index(row.eligibility.outcome), row.title.casefold(), row.work.id))
    load = Counter(person for person, _work in assigned)
    done = Counter(person for person, work in said if (person, work) in assigned)
    people = tuple(
        ScreenerRow(person, row.ended_at is None, load[person.id or 0], done[person.id or 0])
        for person, row in screeners_of(db, subject.id)
    )
    counts = Counter(row.eligibility.outcome for row in rows)
    return ScreeningBoard(tuple(rows), people, counts, len(to_release(db, subject)))


def is_newer(version: SubmissionVersion | None, verdicts: Iterable[ScreeningVerdict]) -> bool:
    """Whether another version counts now than the one that somebody had read who said what they find."""
    said = (one.version for one in verdicts if one.verdict is not Verdict.UNDONE)
    # Not only a higher number: of two late versions the earlier one may be let in last.
    return version is not None and any(one != version.number for one in said)


def _titles(db: Database, submissions: list[int]) -> dict[int, tuple[str, str, str]]:
    query = select(Submission, Team).join(Team, col(Team.id) == col(Submission.team_id))
    rows = db.exec(query.where(col(Submission.id).in_(submissions)))
    return {one.id or 0: (one.title or team.name, team.name, one.public_id) for one, team in rows}


@dataclass(frozen=True)
class ScreenerLine:
    """A submission as a screener's list shows it."""

    public_id: str
    title: str
    team: str
    verdict: ScreeningVerdict | None


def lines_for_screener(db: Database, actor: Actor, subject: ScreeningInEvent) -> list[ScreenerLine]:
    """What somebody has to screen, without what they have a conflict of interest with; what waits comes first."""
    if not screener_of_event(actor, subject) or not may_know_whose_it_is(actor, subject):
        return []
    mine = {one.submission_id for one in screening_assignments(db, subject.id) if one.person_id == actor.person}
    conflicts = conflicts_among(db, subject.event.id, {actor.person or 0}, mine, subject.screening.kinds)
    mine -= {one.submission for one in conflicts}
    said = {one.submission_id: one for one in latest_verdicts(db, subject.id) if one.person_id == actor.person}
    titles = _titles(db, sorted(mine))
    lines = []
    for one in works_in(db, subject.id):
        if one.submission_id in mine:
            title, team, _public = titles[one.submission_id]
            verdict = said.get(one.submission_id)
            kept = verdict if verdict is not None and verdict.verdict is not Verdict.UNDONE else None
            lines.append(ScreenerLine(one.public_id, title, team, kept))
    lines.sort(key=lambda line: line.verdict is not None)
    return lines


# Names of columns are what scripts read, so they are the same in every language.
COLUMNS = ["submission", "title", "team", "outcome", "by", "name", "version", "verdict", "reason", "counts", "at"]


def screening_table(db: Database, actor: Actor, subject: ScreeningInEvent) -> tuple[list[str], list[list[Cell]]]:
    """One line for each verdict and decision, with the answers to every question; for organisers only."""
    board = screening_board(db, actor, subject)
    questions = questions_of(db, subject.id)
    rows: list[list[Cell]] = []
    for row in board.rows:
        about: list[Cell] = [row.submission_id, row.title, row.team, row.eligibility.outcome.value]
        out = {one.id for one in row.eligibility.left_out}
        for name, said in row.cells:
            if said is None:
                rows.append([*about, "screener", name, None, "", "", "", None, *("" for _one in questions)])
                continue
            counts = "conflict of interest" if said.id in out else "yes"
            answers = [said.answers.get(str(one.position), "") for one in questions]
            rows.append(
                [*about, "screener", name, said.version, said.verdict.value, said.reason, counts, said.given_at,
                 *answers]
            )  # fmt: skip
        decision = row.eligibility.decision
        if decision is not None:
            by = db.get(Person, decision.decided_by_id) if decision.decided_by_id else None
            verdict = "eligible" if decision.eligible else "not eligible"
            rows.append(
                [*about, "organiser", by.name if by else "", None, verdict, decision.reason, "yes", decision.decided_at,
                 *("" for _one in questions)]
            )  # fmt: skip
    return [*COLUMNS, *(f"question {one.position}: {one.text}" for one in questions)], rows
