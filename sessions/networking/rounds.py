"""Rounds by the clock: planned a moment before they start, mended while they are on, closed after their end.

`look` does whatever is due and sets the time of the next look; it may run late, early or twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from events.core import clock
from events.core.access import SYSTEM, Actor
from events.core.database import Database
from events.core.hooks import on_event_closed
from events.core.journal import Fact, record
from events.core.timers import set_timer, stop_timer, timer
from events.events import EventState
from sessions.networking.pairing import Guest, best_third, plan_round
from sessions.networking.rows import (
    EARLY,
    FIRST,
    PATIENCE,
    Networking,
    NetworkingPair,
    NetworkingPartner,
    NetworkingPlace,
    NetworkingRound,
    NetworkingState,
    NetworkingVisit,
    OddOne,
    PlaceState,
    changed,
    is_over,
    last_round,
    locked,
    networking_by_id,
)
from sessions.networking.terms import terms_of
from sessions.networking.visits import SOON, networking_visits
from sessions.visit_lines import end_visits

CLOCK = "networking"
LOOK_AGAIN = timedelta(seconds=10)
SOONEST = timedelta(seconds=3)


@dataclass(frozen=True)
class NetworkingStarted(Fact):
    """Speed networking began."""

    event_id: int
    networking_id: int


@dataclass(frozen=True)
class NetworkingRoundPlanned(Fact):
    """Who talks with whom in a round is known; it starts in a moment. `waiting` sit it out."""

    event_id: int
    networking_id: int
    number: int
    pairs: int
    waiting: int


@dataclass(frozen=True)
class NetworkingRoundMended(Fact):
    """Somebody was alone in a round, and those who could be were put together anew."""

    event_id: int
    networking_id: int
    number: int


@dataclass(frozen=True)
class NetworkingNoShow(Fact):
    """Somebody did not come to the one they were to talk with."""

    event_id: int
    networking_id: int
    person_id: int


@dataclass(frozen=True)
class NetworkingRoundClosed(Fact):
    """A round is over."""

    event_id: int
    networking_id: int
    number: int


@dataclass(frozen=True)
class NetworkingEnded(Fact):
    """Speed networking is over."""

    event_id: int
    networking_id: int


@timer(CLOCK)
def _by_the_clock(db: Database, networking_id: int) -> None:
    do_what_is_due(db, networking_id)


@timer(SOON)
def _soon(db: Database, networking_id: int) -> None:
    do_what_is_due(db, networking_id)


def do_what_is_due(db: Database, networking_id: int) -> None:
    """Do what is due in a speed networking by now: start it, close a round, mend one, plan the next, end it."""
    subject = networking_by_id(db, networking_id)
    if subject is None:
        return
    row, now = locked(db, subject), clock.now()
    if row.state is NetworkingState.ENDED or subject.event.state is EventState.CLOSED:
        return
    if row.state is NetworkingState.PLANNED:
        if now < row.starts_at:
            set_timer(db, CLOCK, networking_id, row.starts_at)
            return
        begin(db, SYSTEM, row)
    found = last_round(db, networking_id)
    if found is not None and found.closed_at is None and found.paused_at is None:
        if is_over(found):
            close_round(db, row, found)
        elif found.starts_at <= now:
            _mend(db, row, found)
    if is_over(found):
        if found is not None and row.rounds and found.number >= row.rounds:
            end(db, SYSTEM, row)
            return
        if row.state is NetworkingState.RUNNING and now >= next_start(row, found) - EARLY:
            found = _plan(db, row, found) or found
    _look_next(db, row, found)


def begin(db: Database, actor: Actor, row: Networking) -> None:
    """It begins: the first round starts in ten seconds."""
    row.state, row.opened_at, row.go_on_at = NetworkingState.RUNNING, clock.now(), None
    changed(db, row)
    record(db, actor, NetworkingStarted(event_id=row.event_id, networking_id=row.id or 0))


def end(db: Database, actor: Actor, row: Networking) -> None:
    """It is over, for all at once; a round that is on is closed."""
    assert row.id is not None
    found = last_round(db, row.id)
    if found is not None and found.closed_at is None:
        found.ends_at = max(found.starts_at, min(found.ends_at, found.paused_at or clock.now()))
        close_round(db, row, found)
    row.state, row.ended_at = NetworkingState.ENDED, clock.now()
    end_visits(db, NetworkingVisit, [one.public_id for one in networking_visits(db, row.id)])
    changed(db, row)
    stop_timer(db, CLOCK, row.id)
    record(db, actor, NetworkingEnded(event_id=row.event_id, networking_id=row.id))


@on_event_closed
def _end_with_the_event(db: Database, actor: Actor, event_id: int) -> None:
    """What is on when an event ends is over with it, and so is its call: after that nobody could end it."""
    on = (Networking.event_id == event_id, col(Networking.state).in_([NetworkingState.RUNNING, NetworkingState.PAUSED]))
    query = select(Networking).where(*on).order_by(col(Networking.id)).with_for_update()
    for row in db.exec(query.execution_options(populate_existing=True)).all():
        end(db, actor, row)


def next_start(row: Networking, found: NetworkingRound | None) -> datetime:
    """When the next round may start, `found` being the last one."""
    if row.go_on_at is not None:
        return row.go_on_at
    if found is None:
        return (row.opened_at or row.starts_at) + FIRST
    return found.ends_at + timedelta(seconds=row.pause_seconds)


def _look_next(db: Database, row: Networking, found: NetworkingRound | None) -> None:
    assert row.id is not None
    now = clock.now()
    if found is not None and found.paused_at is not None:
        return  # whoever goes on looks again
    if found is None or is_over(found):
        if row.state is NetworkingState.RUNNING:
            due = next_start(row, found) - EARLY
            set_timer(db, CLOCK, row.id, due if due > now else now + LOOK_AGAIN)
        return
    waits = [
        max(one.since, found.starts_at) + PATIENCE for one in _expected(db, found) if one.came_at is None
    ]  # fmt: skip
    moments = [found.starts_at, *waits, found.ends_at]
    set_timer(db, CLOCK, row.id, min(one for one in moments if one > now))


def _places(db: Database, row: Networking) -> list[NetworkingPlace]:
    query = select(NetworkingPlace).where(NetworkingPlace.networking_id == row.id)
    return list(db.exec(query.where(NetworkingPlace.state == PlaceState.HERE).order_by(col(NetworkingPlace.id))))


def in_call(db: Database, row: Networking) -> set[int]:
    """Who is in the call now, by person id."""
    return {one.person_id for one in networking_visits(db, row.id or 0)}


def _plan(db: Database, row: Networking, before: NetworkingRound | None) -> NetworkingRound | None:
    """Plan the next round of those who are here; None where nobody can be put together yet."""
    assert row.id is not None
    places, live = _places(db, row), in_call(db, row)
    people = [one.person_id for one in places]
    terms = terms_of(db, row, people, live)
    guests = [Guest(one.person_id, one.waited) for one in places]
    plan = plan_round(guests, terms, threes=row.odd is OddOne.THREE)
    if not plan.groups:
        return None
    starts = max(next_start(row, before), clock.now() + SOONEST)
    number = before.number + 1 if before else 1
    made = NetworkingRound(
        networking_id=row.id, number=number, starts_at=starts, ends_at=starts + timedelta(seconds=row.round_seconds)
    )
    db.add(made)
    db.flush()
    for group in plan.groups:
        _put_together(db, made, group, live)
    row.go_on_at = None
    changed(db, row)
    counts = {"pairs": len(plan.groups), "waiting": len(plan.waiting)}
    record(db, SYSTEM, NetworkingRoundPlanned(event_id=row.event_id, networking_id=row.id, number=number, **counts))
    return made


def _put_together(db: Database, found: NetworkingRound, group: Collection[int], live: Collection[int]) -> None:
    pair = _parted_in(db, found, set(group)) or NetworkingPair(
        networking_id=found.networking_id, round_id=found.id or 0, since=clock.now()
    )
    pair.ended_at = None
    db.add(pair)
    db.flush()
    for person in group:
        _add(db, pair, person, live)
    db.flush()


def _parted_in(db: Database, found: NetworkingRound, group: set[int]) -> NetworkingPair | None:
    """The pair that these people were in this round already, until a line broke: it is one conversation."""
    query = select(NetworkingPair, NetworkingPartner.person_id).where(
        NetworkingPair.round_id == found.id, NetworkingPartner.pair_id == NetworkingPair.id,
        col(NetworkingPartner.came_at).is_not(None),
    )  # fmt: skip
    members: dict[int, set[int]] = {}
    pairs: dict[int, NetworkingPair] = {}
    for pair, person in db.exec(query):
        members.setdefault(pair.id or 0, set()).add(person)
        pairs[pair.id or 0] = pair
    return next((pairs[id] for id, people in members.items() if people == group), None)


def _add(db: Database, pair: NetworkingPair, person: int, live: Collection[int]) -> None:
    now = clock.now()
    came = now if person in live else None
    query = select(NetworkingPartner).where(
        NetworkingPartner.pair_id == pair.id, NetworkingPartner.person_id == person
    )  # fmt: skip
    one = db.exec(query).first() or NetworkingPartner(
        networking_id=pair.networking_id, pair_id=pair.id or 0, person_id=person, since=now
    )  # fmt: skip
    one.since, one.came_at, one.gone_at = now, one.came_at or came, None
    db.add(one)


def _expected(db: Database, found: NetworkingRound) -> list[NetworkingPartner]:
    """Who is meant to be in a pair of a round now."""
    query = select(NetworkingPartner).where(
        NetworkingPair.id == NetworkingPartner.pair_id, NetworkingPair.round_id == found.id,
        col(NetworkingPair.ended_at).is_(None), col(NetworkingPartner.gone_at).is_(None),
    )  # fmt: skip
    return list(db.exec(query.order_by(col(NetworkingPartner.id))))


def _mend(db: Database, row: Networking, found: NetworkingRound) -> None:
    """Let go of whoever did not come or has gone, and put those who are alone together, if enough time is left."""
    assert row.id is not None
    live = in_call(db, row)
    moved = _let_go(db, row, found, live)
    placed = {one.person_id for one in _expected(db, found)}
    free = [one for one in _places(db, row) if one.person_id in live and one.person_id not in placed]
    enough = min(timedelta(seconds=30), timedelta(seconds=row.round_seconds) / 3)
    if free and found.ends_at - clock.now() >= enough:
        moved = _place_anew(db, row, found, free, live) or moved
    if moved:
        changed(db, row)
        fact = NetworkingRoundMended(event_id=row.event_id, networking_id=row.id, number=found.number)
        record(db, SYSTEM, fact)


def _let_go(db: Database, row: Networking, found: NetworkingRound, live: Collection[int]) -> bool:
    now, expected = clock.now(), _expected(db, found)
    here = {one.person_id: one for one in _places(db, row)}
    gone = [one for one in expected if one.person_id not in live and _is_missing(one, found, now)]
    for one in gone:
        one.gone_at, one.missed = now, one.came_at is None
        db.add(one)
        place = here.get(one.person_id)
        if place is not None:
            place.state = PlaceState.AWAY
            db.add(place)
        if one.missed:
            fact = NetworkingNoShow(event_id=row.event_id, networking_id=row.id or 0, person_id=one.person_id)
            record(db, SYSTEM, fact)
    left = [one.pair_id for one in expected if one not in gone]
    for pair in db.exec(select(NetworkingPair).where(col(NetworkingPair.id).in_([one.pair_id for one in gone]))):
        if left.count(pair.id or 0) < 2:
            pair.ended_at = now
            db.add(pair)
    db.flush()
    return bool(gone)


def _is_missing(one: NetworkingPartner, found: NetworkingRound, now: datetime) -> bool:
    return one.came_at is not None or now >= max(one.since, found.starts_at) + PATIENCE


def _place_anew(
    db: Database, row: Networking, found: NetworkingRound, free: Collection[NetworkingPlace], live: set[int]
) -> bool:
    threes = row.odd is OddOne.THREE
    together: dict[int, list[int]] = {}
    for one in _expected(db, found):
        together.setdefault(one.pair_id, []).append(one.person_id)
    people = {one.person_id for one in free} | {id for group in together.values() for id in group}
    terms = terms_of(db, row, people, live, round_on=found.id)
    plan = plan_round([Guest(one.person_id, one.waited) for one in free], terms, threes=threes)
    for group in plan.groups:
        _put_together(db, found, group, live)
    moved = bool(plan.groups)
    for person in plan.waiting if threes else ():
        joined = best_third(person, list(together.values()), terms)
        if joined is not None:
            pair_id = next(id for id, members in together.items() if members is joined)
            _add(db, db.get_one(NetworkingPair, pair_id), person, live)
            joined.append(person)
            moved = True
    db.flush()
    return moved


def close_round(db: Database, row: Networking, found: NetworkingRound) -> None:
    """A round is over: whoever was here from its start and had nobody is served before others in the next one."""
    assert row.id is not None
    found.closed_at, found.paused_at = clock.now(), None
    pairs = select(NetworkingPair).where(NetworkingPair.round_id == found.id, col(NetworkingPair.ended_at).is_(None))
    for pair in db.exec(pairs):
        pair.ended_at = min(found.ends_at, clock.now())
        db.add(pair)
    came: dict[int, list[int]] = {}
    query = select(NetworkingPartner).where(
        NetworkingPair.id == NetworkingPartner.pair_id, NetworkingPair.round_id == found.id,
        col(NetworkingPartner.came_at).is_not(None),
    )  # fmt: skip
    for one in db.exec(query):
        came.setdefault(one.pair_id, []).append(one.person_id)
    talked = {person for group in came.values() if len(group) > 1 for person in group}
    live = in_call(db, row)
    for place in _places(db, row):
        if place.person_id in live and place.person_id not in talked and place.came_at <= found.starts_at:
            place.waited += 1
            db.add(place)
    changed(db, row)
    record(db, SYSTEM, NetworkingRoundClosed(event_id=row.event_id, networking_id=row.id, number=found.number))
