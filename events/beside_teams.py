"""Who takes part in a hackathon beside its teams: challenge owners, jury, mentors."""

from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.registration import ParticipationType, Registration, RegistrationState

BESIDE_TEAMS = ("challenge owner", "jury", "mentor")  # codes of types


def beside_teams() -> Any:
    """The condition that somebody takes part in a hackathon beside its teams, so that nobody expects them in one."""
    beside = select(ParticipationType.id).where(col(ParticipationType.code).in_(BESIDE_TEAMS))
    return col(Registration.type_id).in_(beside)


def takes_part_as(db: Database, event_id: int, person_id: int | None, code: str) -> bool:
    """Whether somebody has a place in an event as this type."""
    own = (Registration.event_id == event_id, Registration.person_id == person_id, ParticipationType.code == code)
    query = select(Registration.id).join(ParticipationType, col(ParticipationType.id) == col(Registration.type_id))
    return db.exec(query.where(*own, Registration.state == RegistrationState.ACCEPTED)).first() is not None


def is_beside_teams(db: Database, event_id: int, person_id: int | None) -> bool:
    """Whether somebody takes part in a hackathon beside its teams."""
    own = (Registration.event_id == event_id, Registration.person_id == person_id)
    return db.exec(select(Registration.id).where(*own, beside_teams())).first() is not None
