"""What visits to calls have in common, of meetings, speed networking and reviews: whether their lines hold, and when
they are over. Each kind keeps its visits in a relation of its own, with `public_id`, `seen_at`, `away_at`, `left_at`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import update
from sqlmodel import col

from events.core import clock
from events.core.database import Database
from events.core.refusals import Conflict
from events.core.translation import _

V = TypeVar("V")

AWAY = timedelta(seconds=20)
UNSEEN = timedelta(seconds=30)
MOST_IN_ROOM = 15


class Lost(StrEnum):
    """Why a visit is over that somebody's window still believes in."""

    REPLACED = "replaced"
    REMOVED = "removed"
    ENDED = "ended"
    LEFT = "left"


@dataclass(frozen=True)
class Stay(Generic[V]):
    """Somebody's visit as it was begun or taken up again, and the visits of the same person that it ended."""

    visit: V
    resumed: bool
    replaced: tuple[str, ...] = ()


class RoomFull(Conflict):
    """A room has only so many places."""

    def __init__(self) -> None:
        super().__init__(_("This room is full. Somebody has to leave it first."))


def end_visits(db: Database, relation: Any, visits: Collection[str]) -> None:
    """These visits (public ids) of a kind are over; those that are already stay as they are."""
    db.execute(_open(relation, visits).values(left_at=clock.now()), execution_options={"synchronize_session": "fetch"})


def note_line_broken(db: Database, relation: Any, visit: str) -> None:
    """The line of a visit is broken; it goes on for twenty seconds."""
    db.execute(_open(relation, [visit]).values(away_at=clock.now()))


def note_seen(db: Database, relation: Any, visits: Collection[str]) -> None:
    """The lines of these visits hold."""
    db.execute(_open(relation, visits).values(seen_at=clock.now()))


def _open(relation: Any, visits: Collection[str]) -> Any:
    return update(relation).where(col(relation.public_id).in_(sorted(visits)), col(relation.left_at).is_(None))
