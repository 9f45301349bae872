"""Interventions: what organisers do to a team over its head, always with a reason, also after the lock date."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select

from events.challenges import its_event_not_over
from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases
from events.joining import find_member, lock_team, take_member_out
from events.people import Person
from events.registration import Registration, RegistrationState
from events.roles import RoleGrant, organiser_of_event
from events.teams import InTeamAlready, TeamInEvent, TeamJoined, TeamMember, add_member, judges_in, size_of, team_of

REASON_LIMIT = 500
MOST_TO_CHOOSE = 500


class Intervened(StrEnum):
    """What an organiser did."""

    PUT_IN = "put in"
    TAKEN_OUT = "taken out"


class TeamIntervention(SQLModel, table=True):
    """That an organiser put somebody into a team or took them out, and why."""

    __tablename__ = "team_intervention"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True, ondelete="SET NULL")
    person_id: int = Field(foreign_key="person.id", index=True)
    what: Intervened = word(Intervened)
    reason: str = Field(max_length=REASON_LIMIT)
    by_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = moment()


personal_data(TeamIntervention, "person_id", "whom organisers put into a team or took out of one", "delete")
personal_data(TeamIntervention, "by_id", "who put somebody into a team or took them out", "detach")


@dataclass(frozen=True)
class PutIntoTeam(Fact):
    """An organiser put somebody into a team."""

    event_id: int
    team_id: int
    person_id: int
    intervention_id: int


@dataclass(frozen=True)
class TakenOutOfTeam(Fact):
    """An organiser took somebody out of a team."""

    event_id: int
    team_id: int
    person_id: int
    intervention_id: int


@command(organiser_of_event, when=its_event_not_over)
def put_into_team(db: Database, actor: Actor, subject: TeamInEvent, *, person: str, reason: str) -> None:
    """Put a participant (public id) into a team, also into one that is full or locked. They and the team are told why.

    Refuses an empty reason, who takes no part or judges, and who is in a team of the event.
    """
    why = _checked_reason(reason)
    chosen = _person_without_team(db, subject.event, person)
    lock_team(db, subject.id)
    try:
        add_member(db, actor, subject, chosen, leads=size_of(db, subject.id) == 0)
    except InTeamAlready as error:
        raise Conflict(_("This person is in a team of this event already. Take them out of it first.")) from error
    row = _noted(db, actor, subject, chosen, Intervened.PUT_IN, why)
    record(db, actor, TeamJoined(event_id=subject.event.id, team_id=subject.id, person_id=chosen))
    record(db, actor, PutIntoTeam(subject.event.id, subject.id, chosen, row.id or 0))


@command(organiser_of_event, when=its_event_not_over)
def take_out_of_team(db: Database, actor: Actor, subject: TeamInEvent, *, person: str, reason: str) -> None:
    """Take a member (public id) out of a team, also out of one that is locked. They and the team are told why.

    Refuses an empty reason, and who is not in the team.
    """
    why = _checked_reason(reason)
    chosen = find_member(db, subject, person)
    row = _noted(db, actor, subject, chosen, Intervened.TAKEN_OUT, why)
    take_member_out(db, actor, subject, chosen)
    record(db, actor, TakenOutOfTeam(subject.event.id, subject.id, chosen, row.id or 0))


def _checked_reason(reason: str) -> str:
    clean = reason.strip()
    if not clean:
        raise Invalid({"reason": _("Please give a reason. The person and the team read it.")})
    if len(clean) > REASON_LIMIT:
        raise Invalid({"reason": _("Please write at most %(most)s characters.", most=REASON_LIMIT)})
    return clean


def _person_without_team(db: Database, event: EventWithPhases, public: str) -> int:
    found = db.exec(select(Person.id).where(Person.public_id == public)).first()
    takes_part = select(Registration.id).where(
        Registration.event_id == event.id, Registration.person_id == found,
        Registration.state == RegistrationState.ACCEPTED,
    )  # fmt: skip
    if found is None or db.exec(takes_part).first() is None:
        raise Invalid({"person": _("Choose somebody who takes part in this event.")})
    if db.exec(judges_in(event).where(RoleGrant.person_id == found)).first() is not None:
        raise Invalid({"person": _("Judges do not take part in teams.")})
    other = team_of(db, found, event.id)
    if other is not None:
        sentence: Message = _("They are in the team %(team)s. Take them out of it first.", team=other.name)
        raise Invalid({"person": sentence})
    return found


def _noted(
    db: Database, actor: Actor, subject: TeamInEvent, person: int, what: Intervened, reason: str
) -> TeamIntervention:
    row = TeamIntervention(
        event_id=subject.event.id, team_id=subject.id, person_id=person, what=what, reason=reason, by_id=actor.person,
        at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


@dataclass(frozen=True)
class InterventionLine:
    """What an organiser did to a team, as its page tells organisers."""

    what: Intervened
    name: str
    reason: str
    by: str
    at: datetime


def interventions_in(db: Database, actor: Actor, subject: TeamInEvent) -> list[InterventionLine]:
    """What organisers did to a team, the latest first, for organisers; NotFound for others."""
    if not organiser_of_event(actor, subject):
        raise NotFound()
    rows = db.exec(
        select(TeamIntervention, Person.name)
        .join(Person, col(Person.id) == col(TeamIntervention.person_id))
        .where(TeamIntervention.team_id == subject.id)
        .order_by(col(TeamIntervention.at).desc(), col(TeamIntervention.id).desc())
    ).all()
    doers = {one.by_id for one, _name in rows if one.by_id is not None}
    names = dict(db.exec(select(Person.id, Person.name).where(col(Person.id).in_(doers))).all())
    return [InterventionLine(one.what, name, one.reason, names.get(one.by_id, ""), one.at) for one, name in rows]


def people_without_team(db: Database, actor: Actor, event: EventWithPhases) -> list[tuple[str, str]]:
    """(public id, name) of who takes part, does not judge and is in no team, by name; at most 500, for organisers."""
    if not organiser_of_event(actor, event):
        raise NotFound()
    in_one = select(TeamMember.person_id).where(TeamMember.event_id == event.id)
    query = (
        select(Person.public_id, Person.name)
        .join(Registration, col(Registration.person_id) == col(Person.id))
        .where(Registration.event_id == event.id, Registration.state == RegistrationState.ACCEPTED)
        .where(col(Person.id).not_in(in_one), col(Person.id).not_in(judges_in(event)))
        .order_by(col(Person.name), col(Person.id))
        .limit(MOST_TO_CHOOSE)
    )
    return [(public, name) for public, name in db.exec(query)]
