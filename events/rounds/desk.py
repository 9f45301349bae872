"""A judge's desk: what they have to judge in a round, what is done, and what they may read of it.

In a blind round nothing here selects who is behind a submission, and names that its text mentions are blanked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlmodel import col, select

from events.challenge_switches import challenges_that_count
from events.core.access import Actor, rule
from events.core.database import Database
from events.core.files import StoredFile
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases
from events.judging.votes import Kind
from events.organisations import Membership, Organisation
from events.people import people_by_id
from events.registration import Registration
from events.rounds.assigning import ASSIGNED_SCHEMES, assignments_in
from events.rounds.blanking import Blanker, Identity, blanker
from events.rounds.conflicts import conflicts_among, people_behind
from events.rounds.rounds import (
    POINTS_SCHEMES,
    JudgingRound,
    RoundInEvent,
    RoundSubmission,
    criteria_of,
    judge_of_round,
    submissions_in,
)
from events.rounds.votes import (
    WHOLE_LIST,
    RoundVote,
    Said,
    SkipReason,
    VoteKind,
    about_submission,
    latest_votes,
    pair_of,
)
from events.submissions import Submission, SubmissionFile, SubmissionVersion, counting_versions
from events.teams import Team


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
    """A submission as a judge's list shows it; `team` is '' in a blind round. `changed`: they judged another version
    than the one that counts now, or skipped it."""

    public_id: str
    number: int
    title: str
    summary: str
    team: str
    challenge: str
    progress: Progress
    latest: RoundVote | None
    version: int = 0
    changed: bool = False

    @property
    def comes_again(self) -> bool:
        """Whether they are asked to look at it again. What they skipped is let alone, unless it was for want of
        anything to see."""
        if self.progress is not Progress.SKIPPED or self.latest is None:
            return self.changed
        return self.changed and self.latest.content.get("reason") == SkipReason.CANNOT_OPEN


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
        """What to judge next: what waits, then what was changed since and comes again."""
        waits = (one for one in self.lines if one.progress in (Progress.WAITING, Progress.BEGUN))
        return next(waits, None) or next(iter(self.changed), None)

    @property
    def changed(self) -> list[DeskLine]:
        """What was changed since they judged it, and comes again."""
        return [one for one in self.lines if one.comes_again]


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


def about_work(db: Database, subject: RoundInEvent, public: str) -> str:
    """What votes about a submission of a round (public id there) are kept under; '' where there is none. For knowing
    again what somebody sent before, whether or not they still judge it."""
    query = select(RoundSubmission.number).where(
        RoundSubmission.public_id == public, RoundSubmission.round_id == subject.id
    )
    number = db.exec(query).first()
    return about_submission(number) if number is not None else ""


def get_work_file(db: Database, work: WorkForJudge, public: str) -> StoredFile:
    """A file of what counts of a submission, for the judge who judges it (`get_work` has asked); NotFound for all
    in a blind round."""
    version = counting_versions(db, [work.row.submission_id], work.round.stage).get(work.row.submission_id)
    listed = {one["file"] for one in version.content["files"]} if version and not work.round.blind else set()
    found = db.exec(
        select(StoredFile)
        .join(SubmissionFile, col(SubmissionFile.file_id) == col(StoredFile.id))
        .where(SubmissionFile.submission_id == work.row.submission_id, StoredFile.public_id == public)
    ).first()
    if found is None or public not in listed:
        raise NotFound()
    return found


def desk_of(db: Database, actor: Actor, subject: RoundInEvent) -> Desk:
    """What a judge has to judge in a round; nothing for others."""
    if not judge_of_round(actor, subject):
        return Desk((), {})
    rows = works_for(db, actor, subject)
    votes = {one.about: one for one in latest_votes(db, subject.id, actor.person)}
    read = read_works(db, subject, rows)
    criteria = len(criteria_of(db, subject.id)) if subject.round.scheme in POINTS_SCHEMES else 0
    listed = _listed(votes.get(WHOLE_LIST))
    changed = _to_look_at_again(votes.values(), {one.number: one.version for one in read.values()})
    lines = []
    for row in rows:
        vote, says = votes.get(about_submission(row.number)), read[row.number]
        lines.append(
            DeskLine(
                row.public_id, row.number, says.title, says.summary, says.team, says.challenge,
                Progress.DONE if row.number in listed else progress_of(vote, criteria), vote,
                says.version, row.number in changed,
            )
        )  # fmt: skip
    waits = (Progress.WAITING, Progress.BEGUN)
    lines.sort(key=lambda one: (one.progress not in waits, one.number))
    return Desk(tuple(lines), votes)


def changed_since(votes: Iterable[RoundVote], now: Mapping[int, int]) -> set[int]:
    """The numbers of the submissions of which another version counts now (`now`, by number) than the one that somebody
    had before them when they gave one of these votes."""
    return {
        int(number)
        for one in votes
        for number, version in one.read.items()
        if one.kind is not VoteKind.UNDONE and now.get(int(number), version) != version
    }


def _to_look_at_again(votes: Collection[RoundVote], now: Mapping[int, int]) -> set[int]:
    others = [one for one in votes if one.kind is not VoteKind.COMPARISON]
    return changed_since(others, now) | changed_since(to_compare_again(votes, now), now)


def to_compare_again(votes: Iterable[RoundVote], now: Mapping[int, int]) -> list[RoundVote]:
    """Of a judge's last words the comparisons that come again: one of the two was changed since (`now`: the version of
    each that they may compare, by number), and neither is skipped."""
    votes = list(votes)
    skipped = {one.about for one in votes if one.kind is VoteKind.SKIP}
    return [
        one
        for one in votes
        if one.kind is VoteKind.COMPARISON
        and all(each in now and about_submission(each) not in skipped for each in pair_of(one))
        and changed_since([one], now)
    ]


def having_read(
    db: Database, subject: RoundInEvent | WorkForJudge, rows: Sequence[RoundSubmission], said: Said,
    read: Mapping[int, int] | None,
) -> Said:  # fmt: skip
    """A vote with the version of each of these submissions that its judge had before them: as their page says, else
    the one that counts now."""
    counts = counting_versions(db, [one.submission_id for one in rows], subject.round.stage)
    now = {one.number: counts[one.submission_id].number for one in rows if one.submission_id in counts}
    return replace(said, read={str(one): (read or {}).get(one) or version for one, version in sorted(now.items())})


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
    """What a judge reads of a submission: what counts of it (`version`, 0: nothing), without whose it is where the
    round is blind."""

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
    version: int = 0


def read_works(
    db: Database, subject: RoundInEvent | WorkForJudge, rows: Sequence[RoundSubmission]
) -> dict[int, ReadWork]:
    """What a judge reads of these submissions, by number."""
    ids = [one.submission_id for one in rows]
    versions = counting_versions(db, ids, subject.round.stage)
    blind = subject.round.blind
    known = {} if blind else _teams_of(db, ids)
    about = {one: its.title for one, its in challenges_that_count(db, versions).items()}
    behind = _identities(db, subject.event.id, versions, ids) if blind else {}
    return {
        one.number: _read(
            one, versions.get(one.submission_id), known, about,
            blanker(behind.get(one.submission_id, Identity())) if blind else None,
        )
        for one in rows
    }  # fmt: skip


def _read(
    row: RoundSubmission,
    version: SubmissionVersion | None,
    known: Mapping[int, tuple[str, str]],
    about: Mapping[int, str],
    blanks: Blanker | None,
) -> ReadWork:
    says: Mapping[str, Any] = version.content if version else {}
    team, public = known.get(row.submission_id, ("", ""))
    blind = blanks is not None

    def shown(said: str) -> str:
        return blanks(said) if blanks is not None else said

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
        version.number if version else 0,
    )  # fmt: skip


def _teams_of(db: Database, submissions: Sequence[int]) -> dict[int, tuple[str, str]]:
    query = select(Submission.id, Team.name, Submission.public_id).join(Team, col(Team.id) == col(Submission.team_id))
    rows = db.exec(query.where(col(Submission.id).in_(submissions)))
    return {one or 0: (name, public) for one, name, public in rows}


def _identities(
    db: Database, event_id: int, versions: Mapping[int, SubmissionVersion], submissions: Sequence[int]
) -> dict[int, Identity]:
    """What would tell whose a submission is: its team's names, its people's, and where they belong."""
    behind = people_behind(db, submissions)
    everybody = {person for people in behind.values() for person in people}
    people = people_by_id(db, everybody)
    homes: dict[int, list[Organisation]] = {}
    belonging = select(Membership.person_id, Organisation).join(
        Organisation, col(Organisation.id) == col(Membership.organisation_id)
    )
    taking_part = (
        select(Registration.person_id, Organisation)
        .join(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(Registration.event_id == event_id)
    )
    for query, column in ((belonging, Membership.person_id), (taking_part, Registration.person_id)):
        for person, home in db.exec(query.where(col(column).in_(everybody))):
            homes.setdefault(person, []).append(home)
    teams = {one: name for one, (name, _public) in _teams_of(db, submissions).items()}
    found = {}
    for one in submissions:
        there = [people[person] for person in sorted(behind.get(one, ())) if person in people]
        places = [home for person in there for home in homes.get(person.id or 0, ())]
        version = versions.get(one)
        found[one] = Identity(
            (teams.get(one, ""), str(version.content.get("team", "")) if version else ""),
            tuple(person.name for person in there), tuple(home.name for home in places),
            tuple(person.email for person in there), tuple(home.website for home in places if home.website),
        )  # fmt: skip
    return found
