"""Figures of desks: how many of each desk's participants are how far, and the condition behind every number.

A figure is a count of participants for whom something holds, so that its list (sessions/desk_lists.py) is found with
the same condition; a sum counts submissions, requests or meetings of theirs. Organisers get the figures of all desks
and of those without one; officers of their own desks and of nobody else.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, case, exists, false, func, or_, select
from sqlmodel import col

from events.beside_teams import beside_teams
from events.check_in import Scan
from events.completeness import unfinished_in_all
from events.consents import has_agreed
from events.core import clock
from events.core.access import Actor, rule
from events.core.database import Database
from events.core.refusals import NotAllowed
from events.core.translation import _
from events.desks import Desk, desks_of, officer_in_programme
from events.events import Event, EventKind, EventState, EventWithPhases
from events.people import Person, PersonState
from events.programmes import Programme
from events.registration import Registration, RegistrationState
from events.roles import Role, Scope, organiser_of_event, organiser_of_programme
from events.submissions import Submission, SubmissionState
from events.teams import TeamMember
from sessions.availability import AvailabilityStated
from sessions.limits import STANDING
from sessions.meetings import Meeting, MeetingState


@rule
def desk_officer_in_programme(actor: Actor, programme: Programme) -> bool:
    return actor.is_(Role.DESK_OFFICER, Scope.PROGRAMME, programme.id)


see_desk_figures = organiser_of_event | officer_in_programme
see_programme_figures = organiser_of_programme | desk_officer_in_programme

GONE = (RegistrationState.DECLINED, RegistrationState.WITHDRAWN)


class Figure(StrEnum):
    """What is counted of participants. Those with a place are meant, but by the first group and by UNFINISHED, which
    asks all who have not gone."""

    ALL = "all"
    APPLIED = "applied"
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    FINISHED = "finished"
    UNFINISHED = "unfinished"
    NOT_SIGNED_IN = "not signed in"
    NOT_CONFIRMED = "not confirmed"
    IN_TEAM = "in a team"
    NO_TEAM = "without a team"
    HANDED_IN = "handed in"
    NO_AVAILABILITY = "no availability"
    ASKED = "asked"
    UNANSWERED = "unanswered requests"
    MEETS = "meets"
    HELD = "held"
    NO_MEETINGS = "no meetings"
    CHECKED_IN = "checked in"


class Sum(StrEnum):
    """What is counted of what participants do; each once for a desk, however many of its people it concerns."""

    SUBMISSIONS = "submissions"
    REQUESTS = "requests"
    MEETINGS = "meetings"
    HELD_MEETINGS = "held meetings"


# Whose list explains a sum.
BEHIND = {
    Sum.SUBMISSIONS: Figure.HANDED_IN,
    Sum.REQUESTS: Figure.ASKED,
    Sum.MEETINGS: Figure.MEETS,
    Sum.HELD_MEETINGS: Figure.HELD,
}
REGISTERED = tuple(Figure(state.value) for state in RegistrationState)
OF_HACKATHONS = (Figure.IN_TEAM, Figure.NO_TEAM, Figure.HANDED_IN, Sum.SUBMISSIONS)
OF_MATCHMAKING = (
    Figure.NO_AVAILABILITY, Figure.ASKED, Sum.REQUESTS, Figure.UNANSWERED, Figure.MEETS, Sum.MEETINGS, Figure.HELD,
    Sum.HELD_MEETINGS, Figure.NO_MEETINGS,
)  # fmt: skip


def figures_of(kinds: Collection[EventKind]) -> list[list[Figure | Sum]]:
    """What can be counted in events of these kinds, in groups: registrations, completeness, then what they do there."""
    groups: list[list[Figure | Sum]] = [
        [Figure.ALL, *REGISTERED],
        [Figure.FINISHED, Figure.UNFINISHED, Figure.NOT_SIGNED_IN, Figure.NOT_CONFIRMED],
    ]
    if EventKind.HACKATHON in kinds:
        groups.append(list(OF_HACKATHONS))
    if EventKind.MATCHMAKING in kinds:
        groups.append(list(OF_MATCHMAKING))
    return [*groups, [Figure.CHECKED_IN]]


# --- Conditions of a registration ---------------------------------------------------------------------------------


def asks() -> Any:
    """That somebody leads the asking side of a meeting."""
    return col(Meeting.asker_id) == col(Registration.person_id)


def is_asked() -> Any:
    """That somebody leads the asked side of a meeting."""
    return col(Meeting.invitee_id) == col(Registration.person_id)


def waits(now: datetime) -> Any:
    """That a meeting waits for an answer."""
    return and_(col(Meeting.state) == MeetingState.REQUESTED, col(Meeting.expires_at) > now)


def meets(*conditions: Any) -> Any:
    """Conditions of a meeting in the registration's event."""
    return and_(col(Meeting.event_id) == col(Registration.event_id), *conditions)


def stated() -> Any:
    """That somebody has said when they can meet."""
    there = (
        col(AvailabilityStated.event_id) == col(Registration.event_id),
        col(AvailabilityStated.person_id) == col(Registration.person_id),
    )
    return exists().where(*there)


def in_team() -> Any:
    """That a membership is somebody's in the registration's event."""
    return and_(
        col(TeamMember.event_id) == col(Registration.event_id), col(TeamMember.person_id) == col(Registration.person_id)
    )


def _team_handed_in() -> Any:
    return and_(
        in_team(), col(Submission.team_id) == col(TeamMember.team_id), col(Submission.state) == SubmissionState.FINAL
    )


def condition(figure: Figure, now: datetime, unfinished: Collection[int] = ()) -> Any:
    """The condition that a registration of somebody (Person is joined) counts for a figure; `unfinished` are the ids of
    those that are not finished, which no query can tell."""
    if figure is Figure.ALL:
        return col(Registration.id).is_not(None)
    if figure in REGISTERED:
        return col(Registration.state) == RegistrationState(figure.value)
    if figure in (Figure.FINISHED, Figure.UNFINISHED):
        ids = col(Registration.id).in_(unfinished) if unfinished else false()
        return and_(col(Registration.state).not_in(GONE), ids if figure is Figure.UNFINISHED else ~ids)
    return and_(col(Registration.state) == RegistrationState.ACCEPTED, _of_those_with_a_place(figure, now))


def _there_is(*conditions: Any) -> Any:
    """Something of a registration's; what else the query reads stays out of it."""
    return exists().where(*conditions).correlate(Registration)


def _of_those_with_a_place(figure: Figure, now: datetime) -> Any:
    led = or_(asks(), is_asked())
    conditions: dict[Figure, Callable[[], Any]] = {
        Figure.NOT_SIGNED_IN: lambda: col(Person.state) == PersonState.NEW,
        Figure.NOT_CONFIRMED: lambda: ~has_agreed(),
        Figure.IN_TEAM: lambda: _there_is(in_team()),
        Figure.NO_TEAM: lambda: and_(~_there_is(in_team()), ~beside_teams()),
        Figure.HANDED_IN: lambda: _there_is(_team_handed_in()),
        Figure.NO_AVAILABILITY: lambda: ~stated(),
        Figure.ASKED: lambda: _there_is(meets(asks())),
        Figure.UNANSWERED: lambda: _there_is(meets(is_asked(), waits(now))),
        Figure.MEETS: lambda: _there_is(meets(led, col(Meeting.state).in_(STANDING))),
        Figure.HELD: lambda: _there_is(meets(led, col(Meeting.state) == MeetingState.HELD)),
        Figure.NO_MEETINGS: lambda: ~_there_is(meets(led, col(Meeting.state).in_(STANDING))),
        Figure.CHECKED_IN: lambda: _there_is(
            col(Scan.registration_id) == col(Registration.id), col(Scan.counts), col(Scan.undone_at).is_(None)
        ),
    }
    return conditions[figure]()


# --- Counting -----------------------------------------------------------------------------------------------------

Counts = Counter[Figure | Sum]


@dataclass(frozen=True)
class DeskFigures:
    """What was counted, by desk (None: those without one) and event, and the desks in order: those that the actor may
    read about. `organises` says whether that is all of them."""

    desks: list[Desk]
    events: list[Event]
    organises: bool
    counts: dict[tuple[int | None, int], Counts] = field(default_factory=dict)

    def count(self, figure: Figure | Sum, desk_ids: Iterable[int | None], event_ids: Iterable[int | None]) -> int:
        """A figure summed over some desks and events; who takes part in two events counts twice."""
        found = (self.counts.get((desk, event or 0)) for event in list(event_ids) for desk in list(desk_ids))
        return sum(one[figure] for one in found if one is not None)


def figures_in_event(db: Database, actor: Actor, event: EventWithPhases) -> DeskFigures:
    """The figures of an event, desk by desk: for its organisers of all, for desk officers of their own.

    Refuses everybody else. The number of statements is the same however many desks and participants there are.
    """
    organises = organiser_of_event(actor, event)
    if not see_desk_figures(actor, event):
        raise NotAllowed(_("This page is for the organisers and the desk officers of this event’s programme."))
    desks = desks_of(db, event.programme_id)
    own = desks if organises else [one for one in desks if one.id in _own(actor)]
    return _counted(db, DeskFigures(own, [event.event], organises))


def figures_in_programme(db: Database, actor: Actor, programme: Programme) -> DeskFigures:
    """The figures of all events of a programme that were published, in order of their making: for its organisers of all
    desks, for desk officers of their own. Refuses everybody else."""
    organises = organiser_of_programme(actor, programme)
    if not see_programme_figures(actor, programme):
        raise NotAllowed(_("This page is for the organisers and the desk officers of %(name)s.", name=programme.name))
    desks = desks_of(db, programme.id or 0)
    own = desks if organises else [one for one in desks if one.id in _own(actor)]
    query = select(Event).where(col(Event.programme_id) == programme.id, col(Event.state) != EventState.DRAFT)
    events = list(db.execute(query.order_by(col(Event.id))).scalars())
    return _counted(db, DeskFigures(own, events, organises))


def _own(actor: Actor) -> frozenset[int]:
    return frozenset(actor.ids(Role.DESK_OFFICER, Scope.DESK))


def _counted(db: Database, figures: DeskFigures) -> DeskFigures:
    if not figures.events or not (figures.desks or figures.organises):
        return figures
    whose = [
        col(Registration.event_id).in_([one.id for one in figures.events]),
        col(Person.state) != PersonState.ERASED,
    ]
    if not figures.organises:
        whose.append(col(Registration.desk_id).in_([one.id for one in figures.desks]))
    _count_people(db, figures, whose)
    _count_sums(db, figures, whose)
    return figures


def _count_people(db: Database, figures: DeskFigures, whose: list[Any]) -> None:
    now = clock.now()
    unfinished = Counter(
        (one.registration.desk_id, one.registration.event_id) for one in unfinished_in_all(db, figures.events)
    )
    asked = [one for group in figures_of({one.kind for one in figures.events}) for one in group]
    people = [one for one in asked if isinstance(one, Figure) and one not in (Figure.FINISHED, Figure.UNFINISHED)]
    sums = [func.sum(case((condition(one, now), 1), else_=0)) for one in people]
    query = (
        select(col(Registration.desk_id), col(Registration.event_id), *sums)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(*whose)
        .group_by(col(Registration.desk_id), col(Registration.event_id))
    )
    for desk_id, event_id, *found in db.execute(query):
        counts: Counts = Counter(dict(zip(people, map(int, found), strict=True)))
        counts[Figure.UNFINISHED] = unfinished[desk_id, event_id]
        here = counts[Figure.ALL] - sum(counts[Figure(state.value)] for state in GONE)
        counts[Figure.FINISHED] = here - counts[Figure.UNFINISHED]
        figures.counts[desk_id, event_id] = counts


def _count_sums(db: Database, figures: DeskFigures, whose: list[Any]) -> None:
    kinds = {one.kind for one in figures.events}
    with_place = [*whose, col(Registration.state) == RegistrationState.ACCEPTED]
    if EventKind.HACKATHON in kinds:
        query = _per_desk(func.count(func.distinct(col(Submission.id)))).join(TeamMember, in_team())
        handed = and_(
            col(Submission.team_id) == col(TeamMember.team_id), col(Submission.state) == SubmissionState.FINAL
        )
        for desk_id, event_id, count in db.execute(query.join(Submission, handed).where(*with_place)):
            figures.counts[desk_id, event_id][Sum.SUBMISSIONS] = int(count)
    if EventKind.MATCHMAKING in kinds:
        counted = [
            func.count(func.distinct(case((which, col(Meeting.id)))))
            for which in (asks(), col(Meeting.state).in_(STANDING), col(Meeting.state) == MeetingState.HELD)
        ]
        query = _per_desk(*counted).join(Meeting, meets(or_(asks(), is_asked())))
        for desk_id, event_id, *found in db.execute(query.where(*with_place)):
            for which, count in zip((Sum.REQUESTS, Sum.MEETINGS, Sum.HELD_MEETINGS), found, strict=True):
                figures.counts[desk_id, event_id][which] = int(count)


def _per_desk(*counted: Any) -> Any:
    query = select(col(Registration.desk_id), col(Registration.event_id), *counted)
    return query.join(Person, col(Person.id) == col(Registration.person_id)).group_by(
        col(Registration.desk_id), col(Registration.event_id)
    )
