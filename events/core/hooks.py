"""What a lower package lets an upper one join in: declared here, registered by whoever holds such rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import SQLModel

from events.core.access import Actor
from events.core.database import Database

Withdrawal = Callable[[Database, Actor, int], None]
EventCopy = Callable[[Database, Actor, int, int], None]
EventClone = Callable[[Database, int, int, Callable[[datetime], datetime]], None]

EventEnd = Callable[[Database, Actor, int], None]

Renaming = Callable[[Database, int, str], None]
Erasing = Callable[[Database, int, str, str], None]

WITHDRAWALS: list[Withdrawal] = []
EVENT_COPIES: list[EventCopy] = []
EVENT_CLONES: list[EventClone] = []
EVENT_ENDS: list[EventEnd] = []
PEOPLE_RENAMED: list[Renaming] = []
ORGANISATIONS_RENAMED: list[Renaming] = []
PEOPLE_ERASED: list[Erasing] = []


def on_withdrawn(step: Withdrawal) -> Withdrawal:
    """Run `(db, actor, registration id)` in the transaction in which somebody leaves an event."""
    WITHDRAWALS.append(step)
    return step


def copied_with_event(step: EventCopy) -> EventCopy:
    """Run `(db, actor, from event id, to event id)` in the transaction in which an event is made from another."""
    EVENT_COPIES.append(step)
    return step


def cloned_with_event(step: EventClone) -> EventClone:
    """Run `(db, from event id, to event id, moved)` in the transaction in which an event is made like another;
    `moved` gives a moment of the one its place in the other."""
    EVENT_CLONES.append(step)
    return step


def on_event_closed(step: EventEnd) -> EventEnd:
    """Run `(db, actor, event id)` in the transaction in which an event is closed."""
    EVENT_ENDS.append(step)
    return step


def on_person_renamed(step: Renaming) -> Renaming:
    """Run `(db, person id, name before)` in the transaction in which somebody takes another name."""
    PEOPLE_RENAMED.append(step)
    return step


def on_organisation_renamed(step: Renaming) -> Renaming:
    """Run `(db, organisation id, name before)` in the transaction in which an organisation takes another name."""
    ORGANISATIONS_RENAMED.append(step)
    return step


def on_person_erased(step: Erasing) -> Erasing:
    """Run `(db, person id, name before, address before)` in the transaction in which somebody is erased."""
    PEOPLE_ERASED.append(step)
    return step


@dataclass(frozen=True)
class PersonalData:
    """What a relation holds about a person, why, and what becomes of it when the person is erased."""

    relation: type[SQLModel]
    column: str
    purpose: str
    erasure: Literal["delete", "detach", "keep"]


PERSONAL_DATA: list[PersonalData] = []


def personal_data(
    relation: type[SQLModel], column: str, purpose: str, erasure: Literal["delete", "detach", "keep"]
) -> None:
    """Declare a column that points at a person. A test fails for one that nobody declared."""
    PERSONAL_DATA.append(PersonalData(relation, column, purpose, erasure))


@dataclass(frozen=True)
class PersonalAddress:
    """A column that holds somebody's e-mail address, why, and what becomes of its row when they are erased. Rows may be
    theirs by the address alone, without pointing at a person."""

    relation: type[SQLModel]
    column: str
    purpose: str
    erasure: Literal["delete", "blank", "keep"]


PERSONAL_ADDRESSES: list[PersonalAddress] = []


def personal_address(
    relation: type[SQLModel], column: str, purpose: str, erasure: Literal["delete", "blank", "keep"]
) -> None:
    """Declare a column that holds addresses of people. A test fails for one that nobody declared."""
    PERSONAL_ADDRESSES.append(PersonalAddress(relation, column, purpose, erasure))
