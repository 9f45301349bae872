"""Progress: a log per team, written by its members for organisers and mentors, and which checkpoints it reached."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import UniqueConstraint, delete, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.checkpoints import Checkpoint, checkpoints_of
from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.paging import Paged, paged
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import EventWithPhases
from events.people import Person
from events.roles import mentor_who_may_know, organiser_of_event, refuse_who_judges_blind
from events.teams import Team, TeamInEvent, TeamMember, member_of_team

BODY_LIMIT = 600
MOST_SHOWN = 100


class ProgressEntry(SQLModel, table=True):
    """What a member wrote about their team's work. A team reaches a checkpoint once."""

    __tablename__ = "progress_entry"
    __table_args__ = (UniqueConstraint("team_id", "checkpoint_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pe")
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int = Field(foreign_key="team.id")
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    checkpoint_id: int | None = Field(default=None, foreign_key="checkpoint.id", index=True, ondelete="SET NULL")
    body: str = Field(max_length=BODY_LIMIT)
    at: datetime = moment()


personal_data(ProgressEntry, "person_id", "who wrote about a team's work", "detach")


@dataclass(frozen=True)
class ProgressNoted(Fact):
    """A team wrote about its work, perhaps that it has reached a checkpoint."""

    event_id: int
    team_id: int
    checkpoint_id: int | None = None


@dataclass(frozen=True)
class ProgressTakenBack(Fact):
    """Somebody took back what they had written about their team's work."""

    event_id: int
    team_id: int


@dataclass(frozen=True)
class EntryOfTeam:
    """An entry with its team and event, as commands and rules need it."""

    entry: ProgressEntry
    team: Team
    event: EventWithPhases


@rule
def who_wrote_it(actor: Actor, subject: EntryOfTeam) -> bool:
    return actor.person is not None and actor.person == subject.entry.person_id


see_progress = mentor_who_may_know | organiser_of_event
see_team_room = member_of_team | mentor_who_may_know | organiser_of_event


@command(member_of_team, when=its_event_not_over)
def note_progress(
    db: Database, actor: Actor, subject: TeamInEvent, *, body: str, checkpoint: str = ""
) -> ProgressEntry:
    """Write about the team's work, perhaps that it has reached a checkpoint (public id).

    Refuses nothing and too much, a checkpoint of another event, and one that the team has reached already.
    """
    clean = body.strip()
    if not clean or len(clean) > BODY_LIMIT:
        raise Invalid({"body": _("Please write 1 to %(most)s characters.", most=BODY_LIMIT)})
    reached = None
    if checkpoint:
        here = (Checkpoint.event_id == subject.event.id, Checkpoint.public_id == checkpoint)
        reached = db.exec(select(Checkpoint.id).where(*here)).first()
        if reached is None:
            raise Invalid({"checkpoint": _("Please choose one of the checkpoints of this event.")})
    row = ProgressEntry(
        event_id=subject.event.id, team_id=subject.id, person_id=actor.person, checkpoint_id=reached, body=clean,
        at=clock.now(),
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_progress_entry_team_id_checkpoint_id"):
            sentence = _("Your team has reached this checkpoint already. Write without it.")
            raise Invalid({"checkpoint": sentence}) from error
        raise
    record(db, actor, ProgressNoted(event_id=subject.event.id, team_id=subject.id, checkpoint_id=reached))
    return row


@command(who_wrote_it, when=its_event_not_over)
def take_back_entry(db: Database, actor: Actor, subject: EntryOfTeam) -> None:
    """Take back what one has written; a checkpoint that it told is not reached then."""
    gone = db.execute(delete(ProgressEntry).where(col(ProgressEntry.id) == subject.entry.id))
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise Conflict(_("This entry is gone already."))
    record(db, actor, ProgressTakenBack(event_id=subject.event.id, team_id=subject.entry.team_id))


def get_entry(db: Database, actor: Actor, subject: TeamInEvent, public: str) -> EntryOfTeam:
    """An entry of this team's log for those who may read it; NotFound for others."""
    query = select(ProgressEntry).where(ProgressEntry.public_id == public, ProgressEntry.team_id == subject.id)
    row = db.exec(query).first()
    if row is None or not see_team_room(actor, subject):
        raise NotFound()
    return EntryOfTeam(row, subject.team, subject.event)


@dataclass(frozen=True)
class LogLine:
    """An entry of a log, as pages show it; `checkpoint` is its name where the entry tells that it was reached."""

    subject: EntryOfTeam
    name: str
    checkpoint: str

    @property
    def entry(self) -> ProgressEntry:
        """The entry itself."""
        return self.subject.entry


def log_of(db: Database, actor: Actor, subject: TeamInEvent) -> list[LogLine]:
    """A team's log, the latest 100 entries first, for its members, organisers and mentors; NotFound for others."""
    if not see_team_room(actor, subject):
        raise NotFound()
    query = (
        select(ProgressEntry, col(Person.name), col(Checkpoint.name))
        .join(Person, col(Person.id) == col(ProgressEntry.person_id), isouter=True)
        .join(Checkpoint, col(Checkpoint.id) == col(ProgressEntry.checkpoint_id), isouter=True)
        .where(ProgressEntry.team_id == subject.id)
        .order_by(col(ProgressEntry.at).desc(), col(ProgressEntry.id).desc())
        .limit(MOST_SHOWN)
    )
    return [
        LogLine(EntryOfTeam(entry, subject.team, subject.event), name or "", checkpoint or "")
        for entry, name, checkpoint in db.exec(query)
    ]


@dataclass(frozen=True)
class CheckpointLine:
    """A checkpoint with when a team reached it; None where it has not."""

    public_id: str
    name: str
    what: str
    due_at: datetime
    reached_at: datetime | None

    @property
    def is_late(self) -> bool:
        """Whether it was reached after its moment, or is not and should be."""
        return (self.reached_at or clock.now()) > self.due_at


def checkpoints_for(db: Database, event_id: int, team_id: int) -> list[CheckpointLine]:
    """An event's checkpoints with when a team reached each, in order of time."""
    query = select(ProgressEntry.checkpoint_id, ProgressEntry.at).where(
        ProgressEntry.team_id == team_id, col(ProgressEntry.checkpoint_id).is_not(None)
    )
    reached = dict(db.exec(query).all())
    return [_line(one, reached.get(one.id)) for one in checkpoints_of(db, event_id)]


def _line(one: Checkpoint, at: datetime | None) -> CheckpointLine:
    return CheckpointLine(one.public_id, one.name, one.what, one.due_at, at)


@dataclass(frozen=True)
class TeamProgress:
    """How far a team is, in a list: its checkpoints in order of time, how much it wrote, and when last."""

    public_id: str
    name: str
    size: int
    checkpoints: tuple[CheckpointLine, ...]
    entries: int
    last_at: datetime | None


def progress_in(db: Database, actor: Actor, event: EventWithPhases, *, page: int = 1) -> Paged[TeamProgress]:
    """How far each team with members is, by name, a page of them, for organisers and mentors; NotFound for others.
    Refuses mentors as long as they judge blind."""
    if not see_progress(actor, event):
        refuse_who_judges_blind(actor, event)
        raise NotFound()
    points = checkpoints_of(db, event.id)
    size = select(func.count()).where(TeamMember.team_id == Team.id).correlate(Team).scalar_subquery()
    query = select(Team, size).where(Team.event_id == event.id, size > 0).order_by(col(Team.name), col(Team.id))
    found = paged(db, query, page, tuple)
    here = col(ProgressEntry.team_id).in_([team.id or 0 for team, _size in found.rows])
    counted = select(ProgressEntry.team_id, func.count(), func.max(ProgressEntry.at)).where(here)
    written = {team: (int(count), last) for team, count, last in db.exec(counted.group_by(col(ProgressEntry.team_id)))}
    told = select(ProgressEntry.team_id, ProgressEntry.checkpoint_id, ProgressEntry.at).where(
        here, col(ProgressEntry.checkpoint_id).is_not(None)
    )
    reached = {(team, point): at for team, point, at in db.exec(told)}
    return found.made(
        lambda row: TeamProgress(
            row[0].public_id, row[0].name, int(row[1]),
            tuple(_line(one, reached.get((row[0].id or 0, one.id))) for one in points),
            *written.get(row[0].id or 0, (0, None)),
        )
    )  # fmt: skip


def behind(db: Database, checkpoint: Checkpoint) -> set[int]:
    """The members of the teams that have not reached a checkpoint yet, by id."""
    there = select(ProgressEntry.team_id).where(ProgressEntry.checkpoint_id == checkpoint.id)
    query = select(TeamMember.person_id).where(
        TeamMember.event_id == checkpoint.event_id, col(TeamMember.team_id).not_in(there)
    )
    return set(db.exec(query))
