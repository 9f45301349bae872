"""Invitation wishes: what besides one's own meetings somebody wants to have in their calendar."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Field, SQLModel, col, select

from events.core.access import Actor, command
from events.core.columns import listing
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Invalid
from events.core.translation import _
from events.people import Person, oneself

# A day, an hour and ten minutes before, in minutes.
REMINDERS = (1440, 60, 10)


class InvitationWishes(SQLModel, table=True):
    """What somebody chose about their calendar; who has chosen nothing gets invitations for the sessions they star, a
    reminder a day before, and a feed without the meetings that they have invitations for."""

    __tablename__ = "invitation_wishes"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", unique=True)
    sessions: bool = True
    reminders: list[int] = listing(default_factory=lambda: [REMINDERS[0]])
    feed_meetings: bool = False


personal_data(InvitationWishes, "person_id", "what somebody wants in their calendar", "delete")


@dataclass(frozen=True)
class InvitationsChosen(Fact):
    """Somebody said what they want to have in their calendar."""

    person_id: int


def wishes_of(db: Database, person_id: int) -> InvitationWishes:
    """What somebody wants, to be read only."""
    query = select(InvitationWishes).where(InvitationWishes.person_id == person_id)
    return db.exec(query).first() or InvitationWishes(person_id=person_id)


def those_without_sessions(db: Database, people: Collection[int]) -> set[int]:
    """Who of `people` wants no invitations for the sessions they star."""
    query = select(InvitationWishes.person_id).where(
        col(InvitationWishes.sessions).is_(False), col(InvitationWishes.person_id).in_(sorted(people))
    )
    return set(db.exec(query))


def those_to_remind(db: Database, people: Collection[int], minutes: int) -> set[int]:
    """Who of `people` wants a reminder so many minutes before."""
    query = select(InvitationWishes).where(col(InvitationWishes.person_id).in_(sorted(people)))
    chosen = {row.person_id: row.reminders for row in db.exec(query)}
    return {one for one in people if minutes in chosen.get(one, [REMINDERS[0]])}


@command(oneself)
def choose_invitations(
    db: Database,
    actor: Actor,
    person: Person,
    *,
    sessions: bool = True,
    reminders: Collection[int] | None = None,
    feed_meetings: bool = False,
) -> None:
    """Say whether sessions that one stars from now on come as invitations (those in the calendar stay there), how many
    minutes before one is reminded, and whether the feed has confirmed meetings too. Refuses other minutes."""
    if reminders is not None and not set(reminders) <= set(REMINDERS):
        raise Invalid({"reminders": _("Please choose among the times offered.")})
    row = wishes_of(db, person.id or 0)
    row.sessions, row.feed_meetings = sessions, feed_meetings
    if reminders is not None:
        row.reminders = sorted(set(reminders), reverse=True)
    db.add(row)
    db.flush()
    record(db, actor, InvitationsChosen(person_id=person.id or 0))
