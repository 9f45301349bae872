"""Late entries: a team that may hand in after the deadline, by name, until when, and why, for the record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, text, update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import At, Message, _
from events.deadlines import grace_ends, hands_in_during
from events.events import EventWithPhases, not_over
from events.people import Person
from events.roles import organiser_of_event
from events.teams import Team, TeamInEvent

LONGEST = timedelta(days=14)
SHORTEST_WHY, LONGEST_WHY = 10, 500


class LateEntry(SQLModel, table=True):
    """That an organiser lets a team hand in late. At most one stands per team; those that ended stay on record."""

    __tablename__ = "late_entry"
    __table_args__ = (
        Index(
            "uq_late_entry_team_id",
            "team_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("le")
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int = Field(foreign_key="team.id")
    until: datetime = moment()
    why: str = Field(max_length=LONGEST_WHY)
    given_by_id: int | None = Field(default=None, foreign_key="person.id")
    given_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)


personal_data(LateEntry, "given_by_id", "who let a team hand in late", "detach")


@dataclass(frozen=True)
class LateEntryGiven(Fact):
    """An organiser let a team hand in late."""

    event_id: int
    team_id: int
    late_entry_id: int


@dataclass(frozen=True)
class LateEntryTakenBack(Fact):
    """An organiser took a late entry back before its time was over."""

    event_id: int
    team_id: int
    late_entry_id: int


def has_deadline(subject: TeamInEvent, now: datetime) -> None:
    """Refuse exceptions in an event that is over or has no deadline."""
    not_over(subject.event, now)
    if grace_ends(subject.event, hands_in_during(subject)) is None:
        raise Conflict(_("This event has no submission phase, so nobody can be late."))


def has_late_entry(subject: TeamInEvent, now: datetime) -> None:
    """Refuse to take back what a team does not have."""
    has_deadline(subject, now)
    if subject.team.late_until is None:
        raise Conflict(_("This team has no late entry."))


@command(organiser_of_event, when=has_deadline)
def give_late_entry(db: Database, actor: Actor, subject: TeamInEvent, *, until: datetime, why: str) -> LateEntry:
    """Let a team hand in until a moment after the deadline; what they hand in until then counts like any other.

    The reason stands on the submission, for the team and the organisers. Another late entry of the team ends with it.
    Refuses a moment that is over, within the grace of all, or more than 14 days after it, and a reason of less than ten
    characters.
    """
    end, wrong = grace_ends(subject.event, hands_in_during(subject)), dict[str, Message | str]()
    assert end is not None
    if until <= clock.now():
        wrong["until"] = _("Choose a moment to come.")
    elif not end < until <= end + LONGEST:
        wrong["until"] = _("Choose a moment within two weeks after %(when)s.", when=At(end, "when"))
    if not SHORTEST_WHY <= len(why.strip()) <= LONGEST_WHY:
        wrong["why"] = _("Please say why in 10 to 500 characters; it stays on record.")
    if wrong:
        raise Invalid(wrong)
    _lock(db, subject)
    _end_standing(db, subject)
    row = LateEntry(
        event_id=subject.event.id,
        team_id=subject.id,
        until=until,
        why=why.strip(),
        given_by_id=actor.person,
        given_at=clock.now(),
    )
    subject.team.late_until = until
    db.add_all([row, subject.team])
    db.flush()
    record(db, actor, LateEntryGiven(event_id=subject.event.id, team_id=subject.id, late_entry_id=row.id or 0))
    return row


@command(organiser_of_event, when=has_late_entry)
def take_late_entry_back(db: Database, actor: Actor, subject: TeamInEvent) -> None:
    """End a team's late entry now; what the team has handed in meanwhile stays handed in."""
    _lock(db, subject)
    standing = standing_late_entry(db, subject.id)
    if standing is None:
        raise Conflict(_("This team has no late entry."))
    _end_standing(db, subject)
    subject.team.late_until = None
    db.add(subject.team)
    db.flush()
    taken_back = LateEntryTakenBack(event_id=subject.event.id, team_id=subject.id, late_entry_id=standing.id or 0)
    record(db, actor, taken_back)


def end_late_entry(db: Database, team: Team) -> None:
    """End what stands of a team's late entry, as part of a command that gives it another deadline."""
    db.execute(
        update(LateEntry)
        .where(col(LateEntry.team_id) == team.id, col(LateEntry.ended_at).is_(None))
        .values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    team.late_until = None
    db.add(team)


def _lock(db: Database, subject: TeamInEvent) -> None:
    db.exec(select(Team.id).where(Team.id == subject.id).with_for_update()).one()


def _end_standing(db: Database, subject: TeamInEvent) -> None:
    db.execute(
        update(LateEntry)
        .where(col(LateEntry.team_id) == subject.id, col(LateEntry.ended_at).is_(None))
        .values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def standing_late_entry(db: Database, team_id: int) -> LateEntry | None:
    """The late entry that a team has now, its time perhaps over."""
    query = select(LateEntry).where(LateEntry.team_id == team_id, col(LateEntry.ended_at).is_(None))
    return db.exec(query).first()


@dataclass(frozen=True)
class LateEntryCard:
    """A late entry, as pages show it to the team and the organisers."""

    team: str
    team_id: str
    until: datetime
    why: str
    by: str
    given_at: datetime
    ended_at: datetime | None


def _cards(db: Database, *wanted: Any) -> list[LateEntryCard]:
    query: Any = (
        select(LateEntry, Team, Person)
        .join(Team, col(Team.id) == col(LateEntry.team_id))
        .join(Person, col(Person.id) == col(LateEntry.given_by_id), isouter=True)
        .where(*wanted)
        .order_by(col(LateEntry.given_at).desc(), col(LateEntry.id).desc())
    )
    return [
        LateEntryCard(
            team.name, team.public_id, row.until, row.why, person.name if person else "", row.given_at, row.ended_at
        )
        for row, team, person in db.exec(query)
    ]


def late_entries_of(db: Database, team_id: int) -> list[LateEntryCard]:
    """The late entries of a team, the last one first, for its members and the organisers."""
    return _cards(db, LateEntry.team_id == team_id)


def late_entries_in(db: Database, actor: Actor, event: EventWithPhases) -> list[LateEntryCard]:
    """All late entries of an event, the last one first, for its organisers; empty for others."""
    return _cards(db, LateEntry.event_id == event.id) if organiser_of_event(actor, event) else []
