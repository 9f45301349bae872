"""A speed networking as its pages and its call show it: what it is by the clock, with whom one talks, the figures."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import col, func, select

from events.core.database import Database
from events.marketplace import Item, ItemInEvent, ItemKind, ItemState
from sessions.networking.rounds import next_start
from sessions.networking.rows import (
    Networking,
    NetworkingInEvent,
    NetworkingPair,
    NetworkingPartner,
    NetworkingPlace,
    NetworkingRound,
    NetworkingState,
    PlaceState,
    is_over,
)
from sessions.networking.touch import Connection, PartnerCard, cards_of
from sessions.networking.visits import networking_visits

MOST_NEEDS = 3


class Phase(StrEnum):
    """What a speed networking is by the clock."""

    BEFORE = "before"
    BREAK = "break"
    ROUND = "round"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True)
class Moments:
    """The phase, since when it is on, and when it is over if that is known; `left` is what a paused round has left."""

    phase: Phase
    since: datetime
    until: datetime | None
    number: int = 0
    left: timedelta | None = None


def moments_of(row: Networking, found: NetworkingRound | None, now: datetime) -> Moments:
    """What a speed networking is at this moment, `found` being its last round."""
    number = found.number if found else 0
    if row.state is NetworkingState.ENDED:
        return Moments(Phase.ENDED, row.ended_at or now, None, number)
    if row.state is NetworkingState.PLANNED:
        return Moments(Phase.BEFORE, now, row.starts_at, 0)
    if found is not None and found.paused_at is not None:
        left = found.ends_at - found.paused_at if found.paused_at >= found.starts_at else None
        return Moments(Phase.PAUSED, found.paused_at, None, number, left)
    if found is not None and found.closed_at is None and now < found.ends_at:
        if now >= found.starts_at:
            return Moments(Phase.ROUND, found.starts_at, found.ends_at, number)
        return Moments(Phase.BREAK, now, found.starts_at, number)
    if row.state is NetworkingState.PAUSED:
        return Moments(Phase.PAUSED, now, None, number)
    if found is not None and row.rounds and number >= row.rounds:
        return Moments(Phase.ENDED, found.ends_at, None, number)
    starts = next_start(row, found)
    return Moments(Phase.BREAK, now, starts if starts > now else None, number)


def pairs_now(db: Database, networking_id: int, found: NetworkingRound | None) -> dict[int, frozenset[int]]:
    """Who is in whose pair in the round that is on or about to start, by person id, oneself included."""
    if found is None or is_over(found):
        return {}
    query = select(NetworkingPartner.pair_id, NetworkingPartner.person_id).where(
        NetworkingPair.id == NetworkingPartner.pair_id, NetworkingPair.round_id == found.id,
        col(NetworkingPair.ended_at).is_(None), col(NetworkingPartner.gone_at).is_(None),
    )  # fmt: skip
    groups: dict[int, set[int]] = {}
    for pair_id, person in db.exec(query):
        groups.setdefault(pair_id, set()).add(person)
    return {person: frozenset(group) for group in groups.values() for person in group}


@dataclass(frozen=True)
class Partner:
    """The one, or one of the two, with whom one talks."""

    person_id: int
    public_id: str
    name: str
    job_title: str
    organisation: str
    country: str
    about: str
    needs: tuple[str, ...]
    is_in_call: bool


def partners_of(db: Database, subject: NetworkingInEvent, person: int, found: NetworkingRound | None) -> list[Partner]:
    """With whom somebody talks now, or in a moment. Whoever is there has agreed to take part, so they are shown."""
    others = pairs_now(db, subject.id, found).get(person, frozenset()) - {person}
    if not others:
        return []
    cards = cards_of(db, subject.event_id, set(others))
    needs = _needs_of(db, subject.event_id, cards)
    live = {one.person_id for one in networking_visits(db, subject.id)}
    return [
        Partner(
            id, one.person.public_id, one.person.name, one.person.job_title, one.organisation, one.country,
            one.person.about, tuple(needs.get(one.organisation_id or 0, ())[:MOST_NEEDS]), id in live,
        )
        for id, one in sorted(cards.items())
    ]  # fmt: skip


def _needs_of(db: Database, event_id: int, cards: Mapping[int, PartnerCard]) -> dict[int, list[str]]:
    organisations = {one.organisation_id for one in cards.values() if one.organisation_id is not None}
    query = select(Item.organisation_id, Item.summary).where(
        ItemInEvent.item_id == Item.id, ItemInEvent.event_id == event_id, Item.state == ItemState.PUBLISHED,
        Item.kind == ItemKind.NEED, col(Item.organisation_id).in_(organisations),
    )  # fmt: skip
    found: dict[int, list[str]] = {}
    for organisation, summary in db.exec(query.order_by(col(Item.id))):
        found.setdefault(organisation, []).append(summary)
    return found


@dataclass(frozen=True)
class PersonHere:
    """Somebody with a place, as those who run it see them."""

    public_id: str
    name: str
    organisation: str
    state: PlaceState
    in_call: bool
    waited: int
    partners: tuple[str, ...]


def people_in(db: Database, subject: NetworkingInEvent, found: NetworkingRound | None) -> list[PersonHere]:
    """Everybody with a place, in order of name: four queries."""
    query = select(NetworkingPlace).where(NetworkingPlace.networking_id == subject.id)
    places = {one.person_id: one for one in db.exec(query)}
    cards, pairs = cards_of(db, subject.event_id, set(places)), pairs_now(db, subject.id, found)
    live = {one.person_id for one in networking_visits(db, subject.id)}
    return [
        PersonHere(
            one.person.public_id, one.person.name, one.organisation, PlaceState(places[id].state), id in live,
            places[id].waited,
            tuple(sorted(cards[other].person.name for other in pairs.get(id, ()) if other != id and other in cards)),
        )
        for id, one in sorted(cards.items(), key=lambda pair: pair[1].person.name.casefold())
    ]  # fmt: skip


@dataclass(frozen=True)
class NetworkingFigures:
    """What came of it so far. A wish of one side alone is counted nowhere."""

    rounds: int
    pairs: int
    people: int
    no_shows: int
    connections: int


def networking_figures(db: Database, networking_id: int) -> NetworkingFigures:
    """Rounds, conversations for which at least two came, people who talked, no-shows, connections."""
    rounds = db.exec(select(func.count()).where(NetworkingRound.networking_id == networking_id)).one()
    came = select(NetworkingPartner.pair_id, NetworkingPartner.person_id, NetworkingPartner.missed)
    rows = db.exec(came.where(NetworkingPartner.networking_id == networking_id)).all()
    count = Counter(pair for pair, _person, missed in rows if not missed)
    made = db.exec(select(func.count()).where(Connection.networking_id == networking_id)).one()
    return NetworkingFigures(
        rounds,
        sum(size > 1 for size in count.values()),
        len({person for pair, person, missed in rows if not missed and count[pair] > 1}),
        sum(bool(missed) for _pair, _person, missed in rows),
        made,
    )
