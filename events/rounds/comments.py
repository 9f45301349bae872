"""What judges write to teams and when teams read it, notes on what judges agreed, decisions about equals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import EventWithPhases
from events.roles import organiser_of_event
from events.rounds.assigning import work_in
from events.rounds.rounds import JudgingRound, RoundInEvent, RoundState, RoundSubmission, Scheme, is_closed_round
from events.rounds.standings import Standing, TieDecision, standing_of, works_of
from events.rounds.votes import RoundVote, VoteKind, about_submission, all_versions, newest_of
from events.submissions import Submission

LONGEST = 2000


class ConsensusNote(SQLModel, table=True):
    """What judges agreed on about a submission, as an organiser wrote it down; the last one is shown, all are kept."""

    __tablename__ = "consensus_note"

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="judging_round.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    text: str = Field(max_length=LONGEST)
    written_by_id: int | None = Field(default=None, foreign_key="person.id")
    written_at: datetime = moment()


personal_data(ConsensusNote, "written_by_id", "who noted what judges agreed on", "detach")


@dataclass(frozen=True)
class CommentsReleased(Fact):
    """Teams can read what judges wrote to them."""

    event_id: int
    round_id: int


@dataclass(frozen=True)
class TieDecided(Fact):
    """The organisers put equals into an order."""

    event_id: int
    round_id: int
    decision_id: int


@dataclass(frozen=True)
class ConsensusNoted(Fact):
    """What judges agreed on was written down."""

    event_id: int
    round_id: int
    note_id: int


@dataclass(frozen=True)
class Comment:
    """What a judge wrote to a team; who it was, teams are not told."""

    submission: int
    judge: int
    text: str
    given_at: datetime


def comments_in(db: Database, row: JudgingRound, *, until: datetime | None = None) -> list[Comment]:
    """What judges wrote in a round to each team (numbers of submissions and judges), up to a moment: the last words of
    those whose votes count and who have no conflict of interest."""
    standing = standing_of(db, row, count=False)
    versions = all_versions(db, row.id or 0)
    return comments_of(standing, [one for one in versions if until is None or one.given_at <= until])


def comments_of(standing: Standing, versions: Sequence[RoundVote] | None = None) -> list[Comment]:
    """The same for a round that was read already, by its last votes or these."""
    judges = {one.person_id: one.number for one in standing.judges.values() if one.counts}
    works = {about_submission(one.number): one for one in standing.works.values() if one.row.taken_out_at is None}
    blocked = {(one.judge, one.submission) for one in standing.inputs.conflicts}
    found = []
    for one in standing.votes if versions is None else newest_of(versions):
        work = works.get(one.about)
        if one.kind is not VoteKind.SCORE or not one.comment or work is None or one.person_id not in judges:
            continue
        if (judges[one.person_id], work.number) not in blocked:
            found.append(Comment(work.number, judges[one.person_id], one.comment, one.given_at))
    return sorted(found, key=lambda one: (one.submission, one.judge))


def comments_for_team(db: Database, row: JudgingRound, submission_id: int) -> list[str]:
    """What was released to the team of a submission, in an order that does not tell who wrote what."""
    if row.comments_released_at is None:
        return []
    number = {one.submission.id: one.number for one in works_of(db, row.id).values()}.get(submission_id)
    released = comments_in(db, row, until=row.comments_released_at)
    return sorted(one.text for one in released if one.submission == number)


def can_release(subject: RoundInEvent, now: datetime) -> None:
    """Refuse to release comments while judges write them, and where there are none."""
    its_event_not_over(subject, now)
    if subject.round.scheme is not Scheme.RUBRIC:  # evaluators of a call write to teams in their consensus report
        raise Conflict(_("In this round judges write no comments."))
    if subject.round.state not in (RoundState.CLOSED, RoundState.PUBLISHED):
        raise Conflict(_("Close the round first."))


@command(organiser_of_event, when=can_release)
def release_comments(db: Database, actor: Actor, subject: RoundInEvent) -> int:
    """Let each team read what judges wrote to it so far, without their names. What is written after this stays unseen
    until comments are released again. Answers how many teams have something to read; refuses where nothing is new."""
    before = subject.round.comments_released_at
    comments = comments_in(db, subject.round)
    if not any(before is None or one.given_at > before for one in comments):
        raise Conflict(_("There is nothing to release: no judge has written anything new to a team."))
    was = col(JudgingRound.comments_released_at)
    changed = db.execute(
        update(JudgingRound)
        .where(col(JudgingRound.id) == subject.id, was.is_(None) if before is None else was == before)
        .values(comments_released_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.refresh(subject.round)
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor
        raise Conflict(_("Somebody else has released the comments already."))
    record(db, actor, CommentsReleased(event_id=subject.event.id, round_id=subject.id))
    return len({one.submission for one in comments})


@command(organiser_of_event, when=is_closed_round)
def decide_tie(
    db: Database, actor: Actor, subject: RoundInEvent, *, best_first: Sequence[int], reason: str
) -> TieDecision:
    """Put submissions that share a place into an order (numbers of the round), with the reason, which is kept.

    Refuses what is no whole tie, and a decision without a reason. It counts for exactly these; a later one about them
    takes its place.
    """
    if not reason.strip() or len(reason.strip()) > 500:
        raise Invalid({"reason": _("Please give the reason in at most 500 characters. It is kept with the result.")})
    standing = standing_of(db, subject.round)
    tied = set(best_first)
    decided = {tuple(sorted(one)) for one in standing.inputs.decisions}
    whole = standing.outcome is not None and any(
        {one.submission, *one.tied_with} == tied for one in standing.outcome.results if one.tied_with
    )
    if len(tied) != len(best_first) or not (whole or tuple(sorted(tied)) in decided):
        raise Invalid({"": _("These do not share a place any more. Reload the page and look at the result again.")})
    ids = [standing.works[number].submission.id or 0 for number in best_first]
    row = TieDecision(
        round_id=subject.id, best_first=ids, reason=reason.strip(), decided_by_id=actor.person, decided_at=clock.now()
    )
    db.add(row)
    db.flush()
    record(db, actor, TieDecided(event_id=subject.event.id, round_id=subject.id, decision_id=row.id or 0))
    return row


def decisions_of(db: Database, subject: RoundInEvent) -> list[TieDecision]:
    """The organisers' decisions about equals, newest first."""
    query = select(TieDecision).where(TieDecision.round_id == subject.id)
    return list(db.exec(query.order_by(col(TieDecision.id).desc())))


@command(organiser_of_event, when=its_event_not_over)
def note_consensus(db: Database, actor: Actor, subject: RoundInEvent, *, submission: str, text: str) -> ConsensusNote:
    """Write down what judges agreed on about a submission (public id in the round); earlier notes are kept. Points
    change only where judges change them. Refuses an empty note and one that is too long."""
    row = work_in(db, subject.id, submission)
    if not text.strip() or len(text.strip()) > LONGEST:
        raise Invalid(
            {"text": _("Please write down what was agreed on, in at most %(most)s characters.", most=LONGEST)}
        )
    last = notes_of(db, subject).get(row.submission_id)
    if last is not None and last.text == text.strip():
        return last
    note = ConsensusNote(
        round_id=subject.id, submission_id=row.submission_id, text=text.strip(), written_by_id=actor.person,
        written_at=clock.now(),
    )  # fmt: skip
    db.add(note)
    db.flush()
    record(db, actor, ConsensusNoted(event_id=subject.event.id, round_id=subject.id, note_id=note.id or 0))
    return note


def notes_of(db: Database, subject: RoundInEvent) -> dict[int, ConsensusNote]:
    """The last note on each submission (id)."""
    query = select(ConsensusNote).where(ConsensusNote.round_id == subject.id).order_by(col(ConsensusNote.id))
    return {one.submission_id: one for one in db.exec(query)}


def history_of(db: Database, subject: RoundInEvent, row: RoundSubmission) -> list[RoundVote]:
    """Every version of what judges said about a submission of the round by itself, in order of time."""
    return [one for one in all_versions(db, subject.id) if one.about == about_submission(row.number)]


def commented_rounds(db: Database, actor: Actor, event: EventWithPhases) -> list[RoundInEvent]:
    """The rounds of an event whose comments a member of a team can read."""
    teams = actor.ids("member", "team")
    query = (
        select(JudgingRound)
        .join(RoundSubmission, col(RoundSubmission.round_id) == col(JudgingRound.id))
        .join(Submission, col(Submission.id) == col(RoundSubmission.submission_id))
        .where(
            JudgingRound.event_id == event.id,
            col(JudgingRound.comments_released_at).is_not(None),
            col(RoundSubmission.taken_out_at).is_(None),
            col(Submission.team_id).in_(teams),
        )
        .order_by(col(JudgingRound.id))
    )
    return [RoundInEvent(row, event) for row in db.exec(query)] if teams else []


def get_commented_round(db: Database, actor: Actor, event: EventWithPhases, public: str) -> RoundInEvent:
    """A round whose comments were released, for those whose team was judged in it; NotFound for others."""
    found = next((one for one in commented_rounds(db, actor, event) if one.round.public_id == public), None)
    if found is None:
        raise NotFound()
    return found
