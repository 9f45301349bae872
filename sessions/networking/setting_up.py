"""Setting up speed networking: when, how long, and by which rules people are put together."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from events.cloning import same_types
from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.hooks import cloned_with_event
from events.core.journal import Fact, record
from events.core.refusals import Invalid, NotFound
from events.core.timers import set_timer
from events.core.translation import Message, _
from events.events import EventWithPhases, not_over
from events.people import Person
from events.registration import ParticipationType, Registration, RegistrationState
from sessions.networking.pairing import pair_of
from sessions.networking.rounds import CLOCK
from sessions.networking.rows import (
    MOST_ROUNDS,
    Languages,
    Networking,
    NetworkingInEvent,
    NetworkingPairRule,
    NetworkingState,
    NetworkingTypeRule,
    OddOne,
    TypeWeight,
    changed,
    locked,
    not_ended,
    run_networking,
)

SHORTEST, LONGEST = 20, 1800
MOST_PAUSE = 600
MOST_PAIR_RULES = 200


@dataclass(frozen=True)
class NetworkingPlanned(Fact):
    """Speed networking was planned in an event."""

    event_id: int
    networking_id: int


@dataclass(frozen=True)
class NetworkingChanged(Fact):
    """When or by which rules a speed networking is held was changed."""

    event_id: int
    networking_id: int


@dataclass(frozen=True)
class Settings:
    """How a speed networking is held; `rounds` 0: until it is ended."""

    title: str
    starts_at: datetime
    round_seconds: int = 240
    pause_seconds: int = 30
    rounds: int = 0
    odd: OddOne = OddOne.THREE
    languages: Languages = Languages.WANTED
    avoid_met: bool = True
    apart: bool = True


def _refuse_impossible(wish: Settings) -> None:
    wrong: dict[str, Message | str] = {}
    if not wish.title.strip() or len(wish.title.strip()) > 120:
        wrong["title"] = _("Please give it a name of at most %(most)s characters.", most=120)
    if not SHORTEST <= wish.round_seconds <= LONGEST:
        wrong["round_seconds"] = _("A round lasts from twenty seconds to half an hour.")
    if not 5 <= wish.pause_seconds <= MOST_PAUSE:
        wrong["pause_seconds"] = _("A pause lasts from five seconds to ten minutes.")
    if not 0 <= wish.rounds <= MOST_ROUNDS:
        wrong["rounds"] = _("Please choose at most %(most)s rounds.", most=MOST_ROUNDS)
    if wrong:
        raise Invalid(wrong)


@command(run_networking, when=not_over)
def plan_networking(db: Database, actor: Actor, subject: EventWithPhases, *, wish: Settings) -> Networking:
    """Plan speed networking in an event; it begins by itself at its time. Refuses impossible lengths, and a start that
    has passed."""
    _refuse_impossible(wish)
    if wish.starts_at < clock.now() - timedelta(minutes=1):
        raise Invalid({"starts_at": _("This time has passed.")})
    row = Networking(event_id=subject.id, **asdict(wish) | {"title": wish.title.strip()})
    db.add(row)
    db.flush()
    set_timer(db, CLOCK, row.id or 0, row.starts_at)
    record(db, actor, NetworkingPlanned(event_id=subject.id, networking_id=row.id or 0))
    return row


@command(run_networking, when=not_ended)
def change_networking(db: Database, actor: Actor, subject: NetworkingInEvent, *, wish: Settings) -> None:
    """Hold it otherwise: lengths and rules count from the next round that is planned; the start only before it."""
    _refuse_impossible(wish)
    row = locked(db, subject)
    before = row.model_dump()
    values = asdict(wish) | {"title": wish.title.strip()}
    if row.state is not NetworkingState.PLANNED:
        values.pop("starts_at")
    elif wish.starts_at != row.starts_at and wish.starts_at < clock.now() - timedelta(minutes=1):
        raise Invalid({"starts_at": _("This time has passed.")})
    for name, value in values.items():
        setattr(row, name, value)
    if row.model_dump() != before:
        if row.state is NetworkingState.PLANNED:
            set_timer(db, CLOCK, subject.id, row.starts_at)
        _changed(db, actor, row)


def _changed(db: Database, actor: Actor, row: Networking) -> None:
    changed(db, row)
    record(db, actor, NetworkingChanged(event_id=row.event_id, networking_id=row.id or 0))


@command(run_networking, when=not_ended)
def weigh_types(
    db: Database, actor: Actor, subject: NetworkingInEvent, *, one: int, other: int, weight: TypeWeight
) -> None:
    """Say how participants of two types (ids) are put together. NotFound for types of another event."""
    types = select(ParticipationType.id).where(ParticipationType.event_id == subject.event_id)
    if not {one, other} <= set(db.exec(types)):
        raise NotFound()
    row, (lower, higher) = locked(db, subject), (min(one, other), max(one, other))
    query = select(NetworkingTypeRule).where(
        NetworkingTypeRule.networking_id == subject.id, NetworkingTypeRule.one_type_id == lower,
        NetworkingTypeRule.other_type_id == higher,
    )  # fmt: skip
    found = db.exec(query).first()
    if weight is (found.weight if found else TypeWeight.ALLOWED):
        return
    if found is not None and weight is TypeWeight.ALLOWED:
        db.delete(found)
    else:
        kept = found or NetworkingTypeRule(
            networking_id=subject.id, one_type_id=lower, other_type_id=higher, weight=weight
        )  # fmt: skip
        kept.weight = weight
        db.add(kept)
    _changed(db, actor, row)


@command(run_networking, when=not_ended)
def rule_on_pair(
    db: Database, actor: Actor, subject: NetworkingInEvent, *, one: str, other: str, must: bool
) -> NetworkingPairRule:
    """Say that two participants (registrations, by public id) have to meet, or must not; the last word counts.

    Whether one of them said no thanks to the other goes before it, and is not told.
    """
    place = select(Registration.person_id).where(
        Registration.event_id == subject.event_id, Registration.state == RegistrationState.ACCEPTED
    )
    people = [db.exec(place.where(Registration.public_id == public)).first() for public in (one, other)]
    if None in people or people[0] == people[1]:
        raise Invalid({"other": _("Please choose two participants.")})
    row, (lower, higher) = locked(db, subject), pair_of(people[0] or 0, people[1] or 0)
    rules = db.exec(select(NetworkingPairRule).where(NetworkingPairRule.networking_id == subject.id)).all()
    found = next((each for each in rules if (each.one_id, each.other_id) == (lower, higher)), None)
    if found is None and len(rules) >= MOST_PAIR_RULES:
        raise Invalid({"other": _("There can be %(most)s such rules at most.", most=MOST_PAIR_RULES)})
    kept = found or NetworkingPairRule(networking_id=subject.id, one_id=lower, other_id=higher, must=must)
    kept.must = must
    db.add(kept)
    _changed(db, actor, row)
    return kept


@command(run_networking, when=not_ended)
def drop_pair_rule(db: Database, actor: Actor, subject: NetworkingInEvent, *, rule: str) -> None:
    """Let two people meet or not as it comes; without effect where there is no such rule."""
    row = locked(db, subject)
    gone = db.execute(
        delete(NetworkingPairRule)
        .where(col(NetworkingPairRule.networking_id) == subject.id, col(NetworkingPairRule.public_id) == rule)
        .returning(col(NetworkingPairRule.id))
    ).all()
    if gone:
        _changed(db, actor, row)


@dataclass(frozen=True)
class PairRuleCard:
    """A rule about two people, as those who run it read it."""

    public_id: str
    one: str
    other: str
    must: bool


def pair_rules_of(db: Database, subject: NetworkingInEvent) -> list[PairRuleCard]:
    """The organisers' rules about two people who both take part, in the order in which they were made. Rules that came
    with the event this one is like wait, unshown, until both are here."""
    query = select(NetworkingPairRule).where(NetworkingPairRule.networking_id == subject.id)
    rules = db.exec(query.order_by(col(NetworkingPairRule.id))).all()
    ids = {id for one in rules for id in (one.one_id, one.other_id)}
    here = select(Person.id, Person.name).where(
        col(Person.id).in_(ids), Registration.person_id == Person.id, Registration.event_id == subject.event_id,
        Registration.state == RegistrationState.ACCEPTED,
    )  # fmt: skip
    names = dict(db.exec(here).all())
    return [
        PairRuleCard(one.public_id, names[one.one_id], names[one.other_id], one.must)
        for one in rules
        if one.one_id in names and one.other_id in names
    ]


def type_weights_of(db: Database, subject: NetworkingInEvent) -> dict[tuple[int, int], TypeWeight]:
    """How the types are put together, (lower id, higher id); what is not in it is allowed."""
    query = select(NetworkingTypeRule).where(NetworkingTypeRule.networking_id == subject.id)
    return {(one.one_type_id, one.other_type_id): one.weight for one in db.exec(query)}


@cloned_with_event
def _clone_networking(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    """The speed networkings with their times and the rules about types and people, planned and empty."""
    same = same_types(db, from_event, to_event)
    query = select(Networking).where(Networking.event_id == from_event).order_by(col(Networking.id))
    for one in db.exec(query).all():
        kept = {
            "title", "round_seconds", "pause_seconds", "rounds", "odd", "languages", "avoid_met", "apart",
        }  # fmt: skip
        row = Networking(event_id=to_event, starts_at=moved(one.starts_at), **one.model_dump(include=kept))
        db.add(row)
        db.flush()
        set_timer(db, CLOCK, row.id or 0, row.starts_at)
        _clone_rules(db, one, row, same)


def _clone_rules(db: Database, one: Networking, made: Networking, same: Mapping[int, int]) -> None:
    for rule in db.exec(select(NetworkingTypeRule).where(NetworkingTypeRule.networking_id == one.id)).all():
        lower, higher = pair_of(same[rule.one_type_id], same[rule.other_type_id])
        db.add(
            NetworkingTypeRule(networking_id=made.id or 0, one_type_id=lower, other_type_id=higher, weight=rule.weight)
        )
    about_people = select(NetworkingPairRule).where(NetworkingPairRule.networking_id == one.id)
    for each in db.exec(about_people.order_by(col(NetworkingPairRule.id))).all():
        db.add(
            NetworkingPairRule(
                networking_id=made.id or 0, one_id=each.one_id, other_id=each.other_id, must=each.must
            )
        )  # fmt: skip


def choosable(db: Database, subject: NetworkingInEvent) -> list[tuple[str, str]]:
    """The participants about whom a rule can be made: (registration, name), in order of name."""
    query = (
        select(Registration.public_id, Person.name)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(Registration.event_id == subject.event_id, Registration.state == RegistrationState.ACCEPTED)
    )
    return sorted(((public, name) for public, name in db.exec(query)), key=lambda one: (one[1].casefold(), one[0]))
