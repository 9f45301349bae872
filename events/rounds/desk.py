"""A judge's desk: what they have to judge in a round, what is done, and what they may read of it.

In a blind round nothing here selects who is behind a submission, and names that its text mentions are blanked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import col, select

from events.challenges import Challenge
from events.core.access import Actor, rule
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases
from events.judging.votes import Kind
from events.organisations import Organisation
from events.people import Person
from events.registration import Registration
from events.rounds.assigning import ASSIGNED_SCHEMES, assignments_in
from events.rounds.conflicts import conflicts_among
from events.rounds.rounds import (
    JudgingRound,
    RoundInEvent,
    RoundSubmission,
    Scheme,
    criteria_of,
    judge_of_round,
    submissions_in,
)
from events.rounds.votes import WHOLE_LIST, RoundVote, VoteKind, about_submission, latest_votes
from events.submissions import Submission, SubmissionVersion, counting_versions
from events.teams import Team, TeamMember

BLANK = "▒▒▒"
SHORTEST_NAME = 3


class Progress(StrEnum):
    """How far a judge is with a submission."""

    WAITING = "waiting"
    BEGUN = "begun"
    DONE = "done"
    SKIPPED = "skipped"


PROGRESS_NAMES: dict[Progress, Message] = {
    Progress.WAITING: _("Waits for you"),
    Progress.BEGUN: _("Begun"),
    Progress.DONE: _("Done"),
    Progress.SKIPPED: _("Skipped"),
}


@dataclass(frozen=True)
class WorkForJudge:
    """A submission of a round before one judge; `kinds` are their conflicts of interest with it."""

    round: JudgingRound
    event: EventWithPhases
    row: RoundSubmission
    assigned: bool
    kinds: frozenset[Kind] = frozenset()

    @property
    def about(self) -> str:
        """What votes about it are kept under."""
        return about_submission(self.row.number)


@rule
def judges_this(actor: Actor, subject: WorkForJudge) -> bool:
    return judge_of_round(actor, subject) and subject.assigned and not subject.kinds


@dataclass(frozen=True)
class DeskLine:
    """A submission as a judge's list shows it; `team` is '' in a blind round."""

    public_id: str
    number: int
    title: str
    summary: str
    team: str
    challenge: str
    progress: Progress
    latest: RoundVote | None


@dataclass(frozen=True)
class Desk:
    """All that a judge has to judge in a round, what waits first, and their last words about it by what they are
    about."""

    lines: tuple[DeskLine, ...]
    votes: Mapping[str, RoundVote]

    @property
    def done(self) -> int:
        """How much of it is done or skipped."""
        return sum(1 for one in self.lines if one.progress in (Progress.DONE, Progress.SKIPPED))

    @property
    def next(self) -> DeskLine | None:
        """What to judge next."""
        return next((one for one in self.lines if one.progress in (Progress.WAITING, Progress.BEGUN)), None)


def works_for(db: Database, actor: Actor, subject: RoundInEvent) -> list[RoundSubmission]:
    """The submissions that a judge judges in a round, or may: without those they have a conflict of interest with."""
    rows = submissions_in(db, subject.id)
    if subject.round.scheme in ASSIGNED_SCHEMES:
        mine = {one.submission_id for one in assignments_in(db, subject.id) if one.person_id == actor.person}
        rows = [one for one in rows if one.submission_id in mine]
    ids = [one.submission_id for one in rows]
    blocked = {
        one.submission for one in conflicts_among(db, subject.event.id, {actor.person or 0}, ids, subject.round.kinds)
    }
    return [one for one in rows if one.submission_id not in blocked]


def get_work(db: Database, actor: Actor, subject: RoundInEvent, public: str) -> WorkForJudge:
    """A submission of a round for the judge who judges it; NotFound for others, and with a conflict of interest."""
    row = db.exec(
        select(RoundSubmission).where(
            RoundSubmission.public_id == public,
            RoundSubmission.round_id == subject.id,
            col(RoundSubmission.taken_out_at).is_(None),
        )
    ).first()
    if row is None or not judge_of_round(actor, subject):
        raise NotFound()
    assigned = subject.round.scheme not in ASSIGNED_SCHEMES or any(
        (one.person_id, one.submission_id) == (actor.person, row.submission_id)
        for one in assignments_in(db, subject.id)
    )
    found = conflicts_among(db, subject.event.id, {actor.person or 0}, [row.submission_id], subject.round.kinds)
    work = WorkForJudge(subject.round, subject.event, row, assigned, frozenset(one.kind for one in found))
    if not judges_this(actor, work):
        raise NotFound()
    return work


def desk_of(db: Database, actor: Actor, subject: RoundInEvent) -> Desk:
    """What a judge has to judge in a round; nothing for others."""
    if not judge_of_round(actor, subject):
        return Desk((), {})
    rows = works_for(db, actor, subject)
    votes = {one.about: one for one in latest_votes(db, subject.id, actor.person)}
    read = read_works(db, subject, rows)
    criteria = len(criteria_of(db, subject.id)) if subject.round.scheme is Scheme.RUBRIC else 0
    listed = _listed(votes.get(WHOLE_LIST))
    lines = []
    for row in rows:
        vote, says = votes.get(about_submission(row.number)), read[row.number]
        lines.append(
            DeskLine(
                row.public_id, row.number, says.title, says.summary, says.team, says.challenge,
                Progress.DONE if row.number in listed else progress_of(vote, criteria), vote,
            )
        )  # fmt: skip
    waits = (Progress.WAITING, Progress.BEGUN)
    lines.sort(key=lambda one: (one.progress not in waits, one.number))
    return Desk(tuple(lines), votes)


def _listed(vote: RoundVote | None) -> set[int]:
    if vote is None or vote.kind is not VoteKind.LIST:
        return set()
    return {number for place in vote.content["places"] for number in place}


def progress_of(vote: RoundVote | None, criteria: int) -> Progress:
    """How far a judge is with a submission, by their last word about it."""
    if vote is None or vote.kind is VoteKind.UNDONE:
        return Progress.WAITING
    if vote.kind is VoteKind.SKIP:
        return Progress.SKIPPED
    return Progress.DONE if len(vote.content.get("points", ())) >= criteria else Progress.BEGUN


@dataclass(frozen=True)
class ReadWork:
    """What a judge reads of a submission: what counts of it, without whose it is where the round is blind."""

    number: int
    public_id: str
    title: str
    summary: str
    text: str
    challenge: str
    team: str
    links: tuple[str, ...]
    video: str
    files: tuple[Mapping[str, Any], ...]
    submission_id: str
    answers: tuple[Mapping[str, Any], ...] = ()
    keywords: tuple[str, ...] = ()
    repository: str = ""


def read_works(
    db: Database, subject: RoundInEvent | WorkForJudge, rows: Sequence[RoundSubmission]
) -> dict[int, ReadWork]:
    """What a judge reads of these submissions, by number."""
    ids = [one.submission_id for one in rows]
    versions = counting_versions(db, ids)
    blind = subject.round.blind
    known = {} if blind else _teams_of(db, ids)
    about = _challenges_of(db, ids)
    names = _names_behind(db, subject.event.id, ids) if blind else {}
    return {
        one.number: _read(one, versions.get(one.submission_id), known, about, names.get(one.submission_id), blind)
        for one in rows
    }


def _read(
    row: RoundSubmission,
    version: SubmissionVersion | None,
    known: Mapping[int, tuple[str, str]],
    about: Mapping[int, str],
    names: Sequence[str] | None,
    blind: bool,
) -> ReadWork:
    says: Mapping[str, Any] = version.content if version else {}
    team, public = known.get(row.submission_id, ("", ""))

    def shown(said: str) -> str:
        return blanked(said, names or ()) if blind else said

    def text(field: str) -> str:
        return shown(str(says.get(field, "")))

    # A link is an address, of which nothing would be left.
    answers = [one for one in says.get("answers", ()) if not (blind and one["kind"] == "link")]

    return ReadWork(
        row.number, row.public_id, text("title") or team, text("summary"), text("text"),
        about.get(row.submission_id, ""), team,
        () if blind else tuple(says.get("links", ())), "" if blind else str(says.get("video", "")),
        () if blind else tuple(says.get("files", ())), public,
        tuple({**one, "answer": shown(str(one["answer"]))} for one in answers),
        tuple(shown(word) for word in says.get("keywords", ())), "" if blind else str(says.get("repository", "")),
    )  # fmt: skip


def _teams_of(db: Database, submissions: Sequence[int]) -> dict[int, tuple[str, str]]:
    query = select(Submission.id, Team.name, Submission.public_id).join(Team, col(Team.id) == col(Submission.team_id))
    rows = db.exec(query.where(col(Submission.id).in_(submissions)))
    return {one or 0: (name, public) for one, name, public in rows}


def _challenges_of(db: Database, submissions: Sequence[int]) -> dict[int, str]:
    query = (
        select(Submission.id, Challenge.title)
        .join(Team, col(Team.id) == col(Submission.team_id))
        .join(Challenge, col(Challenge.id) == col(Team.challenge_id))
        .where(col(Submission.id).in_(submissions))
    )
    return {one or 0: title for one, title in db.exec(query)}


def _names_behind(db: Database, event_id: int, submissions: Sequence[int]) -> dict[int, list[str]]:
    """The names that would tell whose a submission is: its team's, its people's by parts, and where they belong."""
    teams = select(Submission.id, Team.name).join(Team, col(Team.id) == col(Submission.team_id))
    people = (
        select(Submission.id, Person.name)
        .join(TeamMember, col(TeamMember.team_id) == col(Submission.team_id))
        .join(Person, col(Person.id) == col(TeamMember.person_id))
    )
    homes = (
        select(Submission.id, Organisation.name)
        .join(TeamMember, col(TeamMember.team_id) == col(Submission.team_id))
        .join(Registration, col(Registration.person_id) == col(TeamMember.person_id))
        .join(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(Registration.event_id == event_id)
    )
    found: dict[int, list[str]] = {}
    for query in (teams, people, homes):
        for submission, name in db.execute(query.where(col(Submission.id).in_(submissions))):
            found.setdefault(submission, []).extend([name, *(name.split() if query is people else ())])
    return found


ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s@]+@[^\s@]+\.[^\s@]+", re.I)


def blanked(text: str, names: Sequence[str]) -> str:
    """A text without these names of three letters and more, and without addresses of the web and mail."""
    parts = {name for name in names if len(name) >= SHORTEST_NAME}
    text = ADDRESS.sub(BLANK, text)
    if not parts:
        return text
    longest_first = sorted(parts, key=len, reverse=True)
    return re.sub(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", BLANK, text, flags=re.I)
