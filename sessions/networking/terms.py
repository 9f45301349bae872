"""What stands between two people when a round is planned: vetoes, rules, what they had, and what they might have."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from events.core import clock
from events.core.database import Database
from events.marketplace import Item, ItemInEvent, ItemKind, ItemState
from events.people import Person
from events.registration import Registration
from sessions.meetings import Meeting, MeetingGuest
from sessions.met_before import was_held
from sessions.networking.pairing import Pair, Terms, pair_of
from sessions.networking.rows import (
    Languages,
    Networking,
    NetworkingPair,
    NetworkingPairRule,
    NetworkingPartner,
    NetworkingTypeRule,
    TypeWeight,
)
from sessions.no_thanks import vetoes_in

PREFERRED, SHARED_LANGUAGE, PER_KEYWORD, MOST_KEYWORDS, BOTH_IN_THE_CALL = 40, 20, 10, 3, 10


@dataclass(frozen=True)
class _Known:
    """What is known of somebody who is to be placed."""

    type_id: int
    organisation_id: int | None
    languages: frozenset[str]
    topics: frozenset[str]


def terms_of(
    db: Database, row: Networking, people: Collection[int], in_call: Collection[int], *, round_on: int | None = None
) -> Terms:
    """The terms among these people, by person id: eight queries. Whoever said no thanks is never put together with the
    other, and nobody is told; an organiser's wish goes before the rules for types, colleagues and languages, and after
    that. Who were parted in `round_on` (its id) may find each other again, rather than nobody."""
    assert row.id is not None
    known = _known(db, row.event_id, people)
    wants, brings = _topics(db, row.event_id, known)
    weights = _type_weights(db, row.id)
    wished, unwanted = _organisers_pairs(db, row.id)
    final = vetoes_in(db, row.event_id) | set(had_in(db, row.id, but=round_on)) | unwanted
    never, liking = set(final), dict[Pair, int]()
    for one, other in combinations(sorted(known), 2):
        a, b = known[one], known[other]
        weight = weights.get(pair_of(a.type_id, b.type_id), TypeWeight.ALLOWED)
        shared = bool(a.languages & b.languages)
        without = row.languages is Languages.NEEDED and bool(a.languages) and bool(b.languages) and not shared
        colleagues = row.apart and a.organisation_id is not None and a.organisation_id == b.organisation_id
        if (weight is TypeWeight.NEVER or without or colleagues) and (one, other) not in wished:
            never.add((one, other))
        matches = len(wants[one] & (brings[other] | b.topics)) + len(wants[other] & (brings[one] | a.topics))
        liking[one, other] = (
            PREFERRED * (weight is TypeWeight.PREFERRED)
            + SHARED_LANGUAGE * (shared and row.languages is not Languages.ANY)
            + PER_KEYWORD * min(MOST_KEYWORDS, matches)
            + BOTH_IN_THE_CALL * ((one in in_call) == (other in in_call))
        )
    met = _met(db, row, people) if row.avoid_met else set()
    met |= had_in(db, row.id) if round_on is not None else set()
    return Terms(frozenset(never), frozenset(wished - final), frozenset(met), liking)


def _known(db: Database, event_id: int, people: Collection[int]) -> dict[int, _Known]:
    query = select(Registration, Person).where(
        Person.id == Registration.person_id, Registration.event_id == event_id, col(Person.id).in_(sorted(people))
    )
    return {
        place.person_id: _Known(
            place.type_id, place.organisation_id, frozenset(person.languages), frozenset(person.keywords)
        )
        for place, person in db.exec(query)
    }


Topics = dict[int, frozenset[str]]


def _topics(db: Database, event_id: int, known: dict[int, _Known]) -> tuple[Topics, Topics]:
    """What each looks for and what each brings, by the keywords of their organisations' items in the event."""
    query = select(Item.organisation_id, Item.kind, Item.keywords).where(
        ItemInEvent.item_id == Item.id, ItemInEvent.event_id == event_id, Item.state == ItemState.PUBLISHED
    )
    words: dict[tuple[int, ItemKind], set[str]] = defaultdict(set)
    for organisation, kind, keywords in db.exec(query):
        words[organisation, ItemKind(kind)].update(keywords)

    def of(kind: ItemKind) -> Topics:
        return {id: frozenset(words.get((one.organisation_id or 0, kind), ())) for id, one in known.items()}

    return of(ItemKind.NEED), of(ItemKind.OFFER)


def _type_weights(db: Database, networking_id: int) -> dict[Pair, TypeWeight]:
    query = select(NetworkingTypeRule).where(NetworkingTypeRule.networking_id == networking_id)
    return {(one.one_type_id, one.other_type_id): one.weight for one in db.exec(query)}


def _organisers_pairs(db: Database, networking_id: int) -> tuple[set[Pair], set[Pair]]:
    query = select(NetworkingPairRule).where(NetworkingPairRule.networking_id == networking_id)
    rules = db.exec(query).all()
    by_kind: dict[bool, set[Pair]] = {True: set(), False: set()}
    for one in rules:
        by_kind[one.must].add((one.one_id, one.other_id))
    return by_kind[True], by_kind[False]


def had_in(db: Database, networking_id: int, *, but: int | None = None) -> frozenset[Pair]:
    """Who has talked with whom in a speed networking: were in one pair, and both came; not counting the round `but`."""
    mine, theirs = aliased(NetworkingPartner), aliased(NetworkingPartner)
    query = select(mine.person_id, theirs.person_id).where(
        col(mine.networking_id) == networking_id, col(theirs.pair_id) == col(mine.pair_id),
        col(mine.person_id) < col(theirs.person_id),
        col(mine.came_at).is_not(None), col(theirs.came_at).is_not(None),
    )  # fmt: skip
    if but is not None:
        elsewhere = select(NetworkingPair.id).where(NetworkingPair.round_id != but)
        query = query.where(col(mine.pair_id).in_(elsewhere))
    return frozenset((one, other) for one, other in db.exec(query))


def _met(db: Database, row: Networking, people: Collection[int]) -> set[Pair]:
    """Who of these has sat together already, in meetings that were held or in another speed networking."""
    here = sorted(people)
    mine, theirs = aliased(NetworkingPartner), aliased(NetworkingPartner)
    talked = select(mine.person_id, theirs.person_id).where(
        col(mine.networking_id) != row.id, col(theirs.pair_id) == col(mine.pair_id),
        col(mine.person_id).in_(here), col(theirs.person_id).in_(here), col(mine.person_id) < col(theirs.person_id),
        col(mine.came_at).is_not(None), col(theirs.came_at).is_not(None),
    )  # fmt: skip
    found: set[Pair] = {pair_of(one, other) for one, other in db.exec(talked)}
    held = select(Meeting.id, Meeting.asker_id, Meeting.invitee_id).where(
        was_held(clock.now()), col(Meeting.asker_id).in_(here) | col(Meeting.invitee_id).in_(here)
    )
    groups = {id: {asker, invitee} for id, asker, invitee in db.exec(held)}
    guests = select(MeetingGuest.meeting_id, MeetingGuest.person_id).where(col(MeetingGuest.person_id).in_(here))
    for meeting, person in db.exec(guests):
        if meeting in groups:
            groups[meeting].add(person)
    for group in groups.values():
        found |= _pairs_in(group & set(here))
    return found


def _pairs_in(people: Iterable[int]) -> set[Pair]:
    return set(combinations(sorted(people), 2))
