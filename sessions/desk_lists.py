"""A desk's own participants with what they still have to do: one query for a list, however long it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from events.completeness import unfinished_in
from events.consents import has_agreed
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.paging import Paged, paged
from events.core.refusals import NotAllowed, NotFound
from events.core.translation import _
from events.desks import Desk, officer_in_programme, officer_of_desk
from events.events import Event, EventKind, EventWithPhases
from events.organisations import Organisation
from events.people import Person, PersonState
from events.registration import ParticipationType, Registration, RegistrationInEvent, RegistrationState
from events.roles import Role, Scope, organiser_of_event
from events.teams import Team, TeamMember
from sessions.desk_figures import GONE, Figure, asks, condition, in_team, is_asked, meets, stated, waits
from sessions.limits import STANDING
from sessions.meetings import Meeting


class Lack(StrEnum):
    """What a desk runs after."""

    UNDECIDED = "undecided"
    NOT_SIGNED_IN = "not signed in"
    NOT_CONFIRMED = "not confirmed"
    NO_AVAILABILITY = "no availability"
    NO_MEETINGS = "no meetings"
    UNANSWERED = "unanswered requests"


class Everybody(StrEnum):
    """That no desk is meant in particular."""

    EVERYBODY = "all"


EVERYBODY = Everybody.EVERYBODY
OF_MEETINGS = frozenset({Lack.NO_AVAILABILITY, Lack.NO_MEETINGS, Lack.UNANSWERED})


@dataclass(frozen=True)
class DeskRow:
    """A participant of a desk: who, and how far they are. Requests are those that are open now; `wants_to_join` names
    the organisation for which they want to take part and that has not agreed."""

    registration: Registration
    event: Event
    person: Person
    organisation: str
    country: str
    type: str
    has_agreed: bool
    has_stated: bool
    meetings: int
    to_answer: int
    asked: int
    wants_to_join: str
    team: str
    has_handed_in: bool
    is_there: bool

    @property
    def subject(self) -> RegistrationInEvent:
        """The registration as commands take it."""
        return RegistrationInEvent(self.registration, self.event)

    @property
    def has_signed_in(self) -> bool:
        """Whether they have ever been here."""
        return self.person.state is PersonState.ACTIVE

    @property
    def is_in(self) -> bool:
        """Whether they have a place or hope for one."""
        return self.registration.state not in GONE

    @property
    def takes_part(self) -> bool:
        """Whether they have a place."""
        return self.registration.state is RegistrationState.ACCEPTED


@dataclass(frozen=True)
class Holds:
    """What there is for participants in an event of a kind."""

    teams: bool
    meetings: bool


def holds(event: EventWithPhases) -> Holds:
    """Whether there are teams and meetings in an event."""
    return Holds(event.event.kind is EventKind.HACKATHON, event.event.kind is EventKind.MATCHMAKING)


def lacks_in(event: EventWithPhases) -> list[Lack]:
    """What can be lacking in an event of this kind: only in matchmaking events are there meetings."""
    return [one for one in Lack if one not in OF_MEETINGS or event.event.kind is EventKind.MATCHMAKING]


def refuse_all_but_officers(actor: Actor, event: EventWithPhases) -> None:
    """Refuse a desk's page to whoever has no desk in the event's programme."""
    if not officer_in_programme(actor, event):
        raise NotAllowed(_("This page is for the desk officers of this event’s programme."))


def own_participants(
    db: Database, actor: Actor, event: EventWithPhases, *, lack: Lack | None = None, page: int = 1
) -> Paged[DeskRow]:
    """The participants of the actor's desks in an event, in whatever state, by name; those who lack something, if it is
    named. Refuses all but desk officers."""
    refuse_all_but_officers(actor, event)
    query = _rows(clock.now()).where(_own(actor), col(Registration.event_id) == event.id)
    if lack is not None:
        query = query.where(_lacking(lack, clock.now()))
    query = query.order_by(func.lower(col(Person.name)), col(Registration.id))
    return paged(db, query, page, lambda row: _row(event.event, row))


def participants_of_desk(
    db: Database, actor: Actor, event: EventWithPhases, *, desk: Desk | Everybody | None, figure: Figure, page: int = 1
) -> Paged[DeskRow]:
    """Whom a figure counts of a desk's participants in an event, by name: those of no desk where it is None.

    A desk's are for its officers, all are for the event's organisers; NotFound for everybody else.
    """
    officer = isinstance(desk, Desk) and desk.programme_id == event.programme_id and officer_of_desk(actor, desk)
    if not officer and not organiser_of_event(actor, event):
        raise NotFound()
    unfinished: list[int] = []
    if figure in (Figure.FINISHED, Figure.UNFINISHED):
        unfinished = [one.registration.id or 0 for one in unfinished_in(db, event.event)]
    query = _rows(clock.now()).where(
        col(Registration.event_id) == event.id,
        col(Person.state) != PersonState.ERASED,
        condition(figure, clock.now(), unfinished),
    )
    if desk is not EVERYBODY:
        query = query.where(col(Registration.desk_id).is_not_distinct_from(desk.id if desk else None))
    query = query.order_by(func.lower(col(Person.name)), col(Registration.id))
    return paged(db, query, page, lambda row: _row(event.event, row))


def _own(actor: Actor) -> Any:
    desks = sorted(actor.ids(Role.DESK_OFFICER, Scope.DESK))
    return and_(col(Registration.desk_id).in_(desks), col(Person.state) != PersonState.ERASED)


def _rows(now: datetime) -> Any:
    wanted = aliased(Organisation)
    columns = (
        col(Organisation.name),
        col(Organisation.country),
        col(ParticipationType.name),
        case((has_agreed(), 1), else_=0),
        case((stated(), 1), else_=0),
        _count(meets(or_(asks(), is_asked()), col(Meeting.state).in_(STANDING))),
        _count(meets(is_asked(), waits(now))),
        _count(meets(asks(), waits(now))),
        col(wanted.name),
        col(Team.name),
        case((condition(Figure.HANDED_IN, now), 1), else_=0),
        case((condition(Figure.CHECKED_IN, now), 1), else_=0),
    )
    return (
        select(Registration, Person, *columns)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(ParticipationType, col(ParticipationType.id) == col(Registration.type_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .outerjoin(wanted, col(wanted.id) == col(Registration.asked_organisation_id))
        .outerjoin(TeamMember, in_team())
        .outerjoin(Team, col(Team.id) == col(TeamMember.team_id))
    )


def _row(event: Event, row: Any) -> DeskRow:
    registration, person, organisation, country, type_name, agreed, said, *counts, wanted, team, handed, there = row
    meetings, to_answer, asked = counts
    return DeskRow(
        registration, event, person, organisation or "", country or "", type_name, bool(agreed), bool(said),
        meetings, to_answer, asked, wanted or "", team or "", bool(handed), bool(there),
    )  # fmt: skip


def _count(condition: Any) -> Any:
    return select(func.count(col(Meeting.id))).where(condition).correlate(Registration).scalar_subquery()


def _lacking(lack: Lack, now: datetime) -> Any:
    """The condition that somebody lacks this; all but a decision only those can lack who have a place."""
    return condition(Figure.APPLIED if lack is Lack.UNDECIDED else Figure(lack.value), now)


@dataclass(frozen=True)
class DeskCounts:
    """How many participants the actor's desks have in an event, in whatever state, and how many of them lack what."""

    participants: int
    lacking: dict[Lack, int]


NOBODY = DeskCounts(0, dict.fromkeys(Lack, 0))


def own_counts(db: Database, actor: Actor, event_ids: Collection[int]) -> dict[int, DeskCounts]:
    """The counts of the actor's desks in these events, in one query; events without a participant of theirs are left
    out."""
    if not event_ids or not actor.ids(Role.DESK_OFFICER, Scope.DESK):
        return {}
    now = clock.now()
    sums = [func.sum(case((_lacking(lack, now), 1), else_=0)) for lack in Lack]
    query = (
        select(col(Registration.event_id), func.count(col(Registration.id)), *sums)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(_own(actor), col(Registration.event_id).in_(event_ids))
        .group_by(col(Registration.event_id))
    )
    return {
        event_id: DeskCounts(count, dict(zip(Lack, map(int, lacking), strict=True)))
        for event_id, count, *lacking in db.execute(query)
    }


def own_desks(db: Database, actor: Actor, programme_id: int) -> list[Desk]:
    """The actor's desks in a programme, by name."""
    ids = actor.ids(Role.DESK_OFFICER, Scope.DESK)
    query = select(Desk).where(col(Desk.id).in_(ids), col(Desk.programme_id) == programme_id)
    return list(db.execute(query.order_by(col(Desk.name), col(Desk.id))).scalars())
