"""Open roles: whom a team still looks for, with the skills it takes and how many such people."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, delete, update
from sqlalchemy import String as Text
from sqlalchemy import cast as sql_cast
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import listing, moment, public_id
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import Message, _
from events.joining import joining_open, lock_team
from events.people import clean_name
from events.reference.skills import known_skills
from events.teams import Team, TeamInEvent, member_of_team

MOST_ROLES = 8
MOST_SKILLS = 8


class OpenRole(SQLModel, table=True):
    """That a team looks for somebody; it goes when the last one who was looked for has come."""

    __tablename__ = "open_role"
    __table_args__ = (CheckConstraint("how_many >= 1", name="at_least_one"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("or")
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int = Field(foreign_key="team.id", index=True, ondelete="CASCADE")
    title: str = Field(max_length=80)
    skills: list[str] = listing(default_factory=list)
    how_many: int = 1
    opened_at: datetime = moment()


@dataclass(frozen=True)
class RoleOpened(Fact):
    """A team looks for somebody."""

    event_id: int
    team_id: int
    role_id: int


@dataclass(frozen=True)
class RoleClosed(Fact):
    """A team does not look for somebody any more."""

    event_id: int
    team_id: int
    role_id: int


@command(member_of_team, when=joining_open)
def open_role(
    db: Database, actor: Actor, subject: TeamInEvent, *, title: str, skills: Iterable[str] = (), how_many: int = 1
) -> OpenRole:
    """Look for `how_many` people of a kind, who bring `skills` (codes of our list).

    Refuses an empty title, more people than there are places left, and a ninth role.
    """
    lock_team(db, subject.id)
    wrong: dict[str, Message | str] = {}
    clean = clean_name(title)
    if not clean or len(clean) > 80:
        wrong["title"] = _("Please say in at most 80 characters whom you look for.")
    if not 1 <= how_many <= subject.event.event.team_size_max - 1:
        most = subject.event.event.team_size_max - 1
        wrong["how_many"] = _("Look for 1 to %(most)s people.", most=most)
    codes = known_skills(skills)
    if len(codes) > MOST_SKILLS:
        wrong["skills"] = _("Choose at most %(most)s skills.", most=MOST_SKILLS)
    if wrong:
        raise Invalid(wrong)
    if len(roles_of(db, subject.id)) >= MOST_ROLES:
        raise Conflict(_("A team has at most %(most)s open roles. Close one first.", most=MOST_ROLES))
    row = OpenRole(
        event_id=subject.event.id, team_id=subject.id, title=clean, skills=codes, how_many=how_many,
        opened_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    record(db, actor, RoleOpened(event_id=subject.event.id, team_id=subject.id, role_id=row.id or 0))
    return row


@command(member_of_team, when=joining_open)
def close_role(db: Database, actor: Actor, subject: TeamInEvent, *, role: str) -> None:
    """Not look for somebody any more; requests for this role stay, without it. Refuses a role that is gone."""
    found = find_role(db, subject.id, role)
    if found is None or not _remove(db, found.id):
        raise Conflict(_("This role is not open any more."))
    record(db, actor, RoleClosed(event_id=subject.event.id, team_id=subject.id, role_id=found.id or 0))


def _remove(db: Database, role_id: int | None) -> bool:
    gone = db.execute(delete(OpenRole).where(col(OpenRole.id) == role_id))
    return bool(gone.rowcount == 1)  # type: ignore[attr-defined]  # a DELETE always answers with a cursor


def fill_role(db: Database, actor: Actor, subject: TeamInEvent, role_id: int | None) -> None:
    """One of those who were looked for has come: part of a command that has locked the team."""
    row = db.get(OpenRole, role_id) if role_id is not None else None
    if row is None:
        return
    if row.how_many > 1:
        db.execute(update(OpenRole).where(col(OpenRole.id) == row.id).values(how_many=row.how_many - 1))
    elif _remove(db, row.id):
        record(db, actor, RoleClosed(event_id=subject.event.id, team_id=subject.id, role_id=role_id or 0))


def roles_of(db: Database, team_id: int) -> list[OpenRole]:
    """The open roles of a team, in the order in which they were opened."""
    query = select(OpenRole).where(OpenRole.team_id == team_id)
    return list(db.exec(query.order_by(col(OpenRole.opened_at), col(OpenRole.id))))


def find_role(db: Database, team_id: int, public: str) -> OpenRole | None:
    """The open role of this team with this public id."""
    return db.exec(select(OpenRole).where(OpenRole.public_id == public, OpenRole.team_id == team_id)).first()


def lists(column: Any, code: str) -> Any:
    """The condition that a JSON list of plain words holds `code`, on either database."""
    return sql_cast(column, Text).contains(json.dumps(code), autoescape=True)


def asks_for_skill(code: str) -> Any:
    """The condition that a team has an open role for which a skill is wanted."""
    wanted = (col(OpenRole.team_id) == col(Team.id), lists(OpenRole.skills, code))
    return select(OpenRole.id).where(*wanted).exists()
