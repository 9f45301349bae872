"""Who is in a speed networking: their place, and the visits of their windows to its call."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select as sql_select
from sqlalchemy import update
from sqlmodel import col, select

from events.consents import refuse_unless_agreed
from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.hooks import on_withdrawn
from events.core.journal import Fact, record
from events.core.refusals import NotFound
from events.core.timers import set_timer_soon
from events.people import Person
from events.registration import Registration, RegistrationState
from sessions.networking.rows import (
    Networking,
    NetworkingInEvent,
    NetworkingPair,
    NetworkingPartner,
    NetworkingPlace,
    NetworkingState,
    NetworkingVisit,
    PlaceState,
    changed,
    doors_open,
    locked,
    not_ended,
    place_of,
    run_networking,
    take_part,
)
from sessions.visit_lines import AWAY, UNSEEN, Lost, Stay, end_visits

SOON = "networking soon"


@dataclass(frozen=True)
class NetworkingJoined(Fact):
    """Somebody is there for speed networking."""

    event_id: int
    networking_id: int
    person_id: int


@dataclass(frozen=True)
class NetworkingLeft(Fact):
    """Somebody left a speed networking."""

    event_id: int
    networking_id: int
    person_id: int


@dataclass(frozen=True)
class NetworkingTakenOut(Fact):
    """Somebody was taken out of a speed networking by those who run it, and does not come back."""

    event_id: int
    networking_id: int
    person_id: int


@dataclass(frozen=True)
class NetworkingVisitCard:
    """A visit as the others in its pair see it. `order` tells which of two came later."""

    public_id: str
    person_id: int
    name: str
    online: bool
    order: int


def look_soon(db: Database, networking_id: int) -> None:
    """Somebody came or went: those who wait may find each other. Many in a row make one look a second."""
    set_timer_soon(db, SOON, networking_id, pause=timedelta(seconds=1))


@command(take_part, when=doors_open)
def join_networking(db: Database, actor: Actor, subject: NetworkingInEvent) -> None:
    """Say that one is there; twice is once. Refuses who has not agreed to take part in the event yet."""
    assert actor.person is not None
    refuse_unless_agreed(db, subject.event, actor)
    _be_here(db, actor, subject, locked(db, subject))


def _be_here(db: Database, actor: Actor, subject: NetworkingInEvent, row: Networking) -> None:
    assert actor.person is not None
    place = place_of(db, subject.id, actor.person)
    if place is not None and place.state is PlaceState.HERE:
        return
    place = place or NetworkingPlace(networking_id=subject.id, person_id=actor.person, came_at=clock.now())
    place.state, place.came_at = PlaceState.HERE, clock.now()
    db.add(place)
    changed(db, row)
    look_soon(db, subject.id)
    record(db, actor, NetworkingJoined(event_id=row.event_id, networking_id=subject.id, person_id=actor.person))


@command(take_part, when=doors_open)
def enter_networking(
    db: Database, actor: Actor, subject: NetworkingInEvent, *, visit: str = ""
) -> Stay[NetworkingVisit]:
    """Come into the call, or back to a visit (public id) whose line was broken; the server runs it on joining.

    Whoever comes in is there. A new window of somebody ends their older one.
    """
    assert actor.person is not None
    refuse_unless_agreed(db, subject.event, actor)
    row, now = locked(db, subject), clock.now()
    _be_here(db, actor, subject, row)
    mine = _open_visits(db, subject.id, actor.person)
    kept = next((one for one in mine if one.public_id == visit), None)
    replaced = [one for one in mine if one is not kept]
    for one in replaced:
        one.left_at = now
        db.add(one)
    stay = kept or NetworkingVisit(networking_id=subject.id, person_id=actor.person, entered_at=now, seen_at=now)
    stay.seen_at, stay.away_at = now, None
    db.add(stay)
    _came(db, subject.id, {actor.person})
    look_soon(db, subject.id)
    changed(db, row)
    return Stay(stay, kept is not None, tuple(one.public_id for one in replaced))


def _came(db: Database, networking_id: int, people: Collection[int]) -> None:
    """These people are in the call of the pair in which they are expected."""
    on = sql_select(col(NetworkingPair.id)).where(
        col(NetworkingPair.networking_id) == networking_id, col(NetworkingPair.ended_at).is_(None)
    )
    db.execute(
        update(NetworkingPartner)
        .where(col(NetworkingPartner.person_id).in_(people), col(NetworkingPartner.pair_id).in_(on))
        .where(col(NetworkingPartner.came_at).is_(None), col(NetworkingPartner.gone_at).is_(None))
        .values(came_at=clock.now()),
        execution_options={"synchronize_session": "fetch"},
    )


def _open_visits(db: Database, networking_id: int, person: int) -> list[NetworkingVisit]:
    query = select(NetworkingVisit).where(
        NetworkingVisit.networking_id == networking_id, NetworkingVisit.person_id == person,
        col(NetworkingVisit.left_at).is_(None),
    )  # fmt: skip
    return list(db.exec(query.order_by(col(NetworkingVisit.id))))


@command(take_part)
def leave_networking(db: Database, actor: Actor, subject: NetworkingInEvent) -> None:
    """Leave, with all one's windows; twice is once. One may come back while it is on."""
    assert actor.person is not None
    row = locked(db, subject)
    if _go(db, row, actor.person, PlaceState.LEFT):
        record(db, actor, NetworkingLeft(event_id=row.event_id, networking_id=subject.id, person_id=actor.person))


@command(run_networking, when=not_ended)
def take_out_of_networking(db: Database, actor: Actor, subject: NetworkingInEvent, *, person: int) -> None:
    """Take somebody out for good: their call ends at once. NotFound for who has never been there."""
    row = locked(db, subject)
    place = place_of(db, subject.id, person)
    if place is None:
        raise NotFound()
    if place.state is not PlaceState.REMOVED:
        _go(db, row, person, PlaceState.REMOVED)
        record(db, actor, NetworkingTakenOut(event_id=row.event_id, networking_id=subject.id, person_id=person))


def _go(db: Database, row: Networking, person: int, state: PlaceState) -> bool:
    """Whether anything changed by it."""
    assert row.id is not None
    place = place_of(db, row.id, person)
    visits = [one.public_id for one in _open_visits(db, row.id, person)]
    if place is None or (place.state in (state, PlaceState.REMOVED) and not visits):
        return False
    if place.state is not PlaceState.REMOVED:
        place.state = state
    db.add(place)
    end_visits(db, NetworkingVisit, visits)
    changed(db, row)
    look_soon(db, row.id)
    return True


@on_withdrawn
def _leaves_the_event(db: Database, actor: Actor, registration_id: int) -> None:
    """Whoever leaves an event talks with nobody there any more: they are planned no more, and who waits for them is
    put together with others at once."""
    query = (
        select(Networking, Registration.person_id)
        .join(Registration, col(Registration.event_id) == col(Networking.event_id))
        .join(NetworkingPlace, col(NetworkingPlace.networking_id) == col(Networking.id))
        .where(Registration.id == registration_id, NetworkingPlace.person_id == Registration.person_id)
        .where(Networking.state != NetworkingState.ENDED)
        .order_by(col(Networking.id))
        .with_for_update(of=Networking)
    )
    for row, person in db.exec(query.execution_options(populate_existing=True)).all():
        if _go(db, row, person, PlaceState.LEFT):
            record(db, actor, NetworkingLeft(event_id=row.event_id, networking_id=row.id or 0, person_id=person))


def networking_visits(db: Database, networking_id: int) -> list[NetworkingVisitCard]:
    """Who is in the call, in the order in which they came: those whose line holds or broke a moment ago."""
    now = clock.now()
    query = (
        sql_select(NetworkingVisit, col(Person.name))
        .join(Person, col(Person.id) == col(NetworkingVisit.person_id))
        .where(col(NetworkingVisit.networking_id) == networking_id, col(NetworkingVisit.left_at).is_(None))
        .where(col(NetworkingVisit.seen_at) > now - UNSEEN)
        .order_by(col(NetworkingVisit.id))
    )
    return [
        NetworkingVisitCard(row.public_id, row.person_id, name, row.away_at is None, row.id or 0)
        for row, name in db.execute(query)
        if row.away_at is None or row.away_at > now - AWAY
    ]


def lost_networking_visits(db: Database, visits: Collection[str]) -> dict[str, Lost]:
    """Which of these visits are over, and why: one query, asked every second by whoever holds their sockets."""
    own = (NetworkingPlace.networking_id == NetworkingVisit.networking_id) & (
        NetworkingPlace.person_id == NetworkingVisit.person_id
    )
    takes_part = (col(Registration.event_id) == col(Networking.event_id)) & (
        col(Registration.person_id) == col(NetworkingVisit.person_id)
    )
    query: Any = (
        sql_select(NetworkingVisit, col(Networking.state), col(NetworkingPlace.state), col(Registration.state))
        .join(Networking, col(Networking.id) == col(NetworkingVisit.networking_id))
        .outerjoin(NetworkingPlace, own)  # type: ignore[arg-type]  # SQLModel types a comparison of columns as bool
        .outerjoin(Registration, takes_part)
        .where(col(NetworkingVisit.public_id).in_(sorted(visits)))
    )
    found = dict.fromkeys(visits, Lost.ENDED)
    for visit, state, place, registration in db.execute(query):
        why = _why_lost(visit, state, place, registration)
        if why is None:
            del found[visit.public_id]
        else:
            found[visit.public_id] = why
    return found


def _why_lost(
    visit: NetworkingVisit, state: NetworkingState, place: PlaceState | None, registration: RegistrationState | None
) -> Lost | None:
    if state is NetworkingState.ENDED:
        return Lost.ENDED
    if place is PlaceState.REMOVED or registration is not RegistrationState.ACCEPTED:
        return Lost.REMOVED
    if visit.left_at is not None:
        return Lost.LEFT if place is PlaceState.LEFT else Lost.REPLACED
    return None
