"""What a web process reads in the journal by itself, at most once a second: whose rights may have changed, and what it
has not been told.

Redis brings facts to the other processes at once, but a message through it can be lost, and Redis itself can be away.
The journal cannot: what has not been heard here a little after it was written is told to our own sockets from there.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from events.core.database import Database, reading
from events.core.journal import Fact, JournalEntry, fact_of
from events.core.settings import settings
from events.registration import Registration
from realtime.elsewhere import HERE

if TYPE_CHECKING:
    from realtime.server import SocketServer

# On PostgreSQL a fact may be committed after one with a higher number.
LOOK_BACK = 200
GRACE = 1.5
MOST_AT_ONCE = 2000

Messages = list[tuple[list[str], str, dict[str, Any]]]
MessagesAbout = Callable[[Database, int, Fact], Messages]


@dataclass
class _Unheard:
    entry: JournalEntry
    since: float


_NUMBERS = (
    sql_select(col(JournalEntry.id))
    .where(col(JournalEntry.id) > bindparam("after", type_=Integer))
    .order_by(col(JournalEntry.id))
    .limit(MOST_AT_ONCE)
)


class JournalWatch:
    """Reads on from where the process began."""

    def __init__(self, server: "SocketServer", messages_about: MessagesAbout) -> None:
        self.server, self.messages_about = server, messages_about
        self.newest: int | None = None
        self.seen: set[int] = set()
        self.heard: set[int] = set()
        self.unheard: dict[int, _Unheard] = {}
        if settings().redis_url and hasattr(server.sio.manager, "heard"):
            server.sio.manager.heard = self._hear

    def _hear(self, name: str, message: Any) -> None:
        if name == "fact":
            self.heard.add(message["fact"])
        elif name == HERE:
            self.server.elsewhere.hear(message)

    async def look(self) -> bool:
        """Read what is new, ask again whoever it names, and tell what nobody told; whether something may have to be."""
        if self.newest is None:
            self.newest = await asyncio.to_thread(_newest)
            self._remember(await asyncio.to_thread(_entries, self.newest - LOOK_BACK))
            # Whoever came in before this look may have lost a right before it too.
            await self.server.look_at_everything()
            return False
        entries, named = await asyncio.to_thread(_unseen, self.newest - LOOK_BACK, frozenset(self.seen))
        if named:
            self.server.looks += 1  # for who is about to come in, and not among the connections yet
        here = named & {connection.person for connection in self.server.guard.connections}
        if here:
            await self.server.look_at_people(here)
        if named - here:
            await self.server.watching.look(named - here)  # who is watched need not be here
        self._remember(entries)
        if settings().redis_url:
            await self._tell_unheard(entries)
        return bool(self.unheard)

    def _remember(self, entries: list[JournalEntry]) -> None:
        self.seen.update(one.id or 0 for one in entries)
        self.newest = max([self.newest or 0, *self.seen])
        for kept in (self.seen, self.heard):
            kept -= {one for one in kept if one <= self.newest - LOOK_BACK}

    async def _tell_unheard(self, entries: list[JournalEntry]) -> None:
        now = monotonic()
        self.unheard |= {one.id or 0: _Unheard(one, now) for one in entries}
        for number in self.heard & self.unheard.keys():
            del self.unheard[number]
        due = [one.entry for one in self.unheard.values() if now - one.since > GRACE]
        if due:
            for channels, name, message in await asyncio.to_thread(self._messages, due):
                self.server.fanout.tell(channels, name, message, everywhere=False)
        for entry in due:
            del self.unheard[entry.id or 0]

    def _messages(self, entries: list[JournalEntry]) -> Messages:
        with reading() as db:
            return [one for entry in entries for one in self.messages_about(db, entry.id or 0, fact_of(entry))]


def _newest() -> int:
    with reading() as db:
        return db.exec(select(JournalEntry.id).order_by(col(JournalEntry.id).desc()).limit(1)).first() or 0


def _entries(after: int) -> list[JournalEntry]:
    with reading() as db:
        query = select(JournalEntry).where(col(JournalEntry.id) > after).order_by(col(JournalEntry.id))
        return list(db.exec(query.limit(MOST_AT_ONCE)))


def _unseen(after: int, seen: frozenset[int]) -> tuple[list[JournalEntry], set[int]]:
    """The entries of the last numbers that were not looked at yet, and the people in them; often there is none."""
    with reading() as db:
        numbers = set(db.connection().execute(_NUMBERS, {"after": after}).scalars()) - seen
        if not numbers:
            return [], set()
        query = select(JournalEntry).where(col(JournalEntry.id).in_(numbers)).order_by(col(JournalEntry.id))
        entries = list(db.exec(query))
        return entries, _people_named(db, entries)


def _people_named(db: Database, entries: list[JournalEntry]) -> set[int]:
    """Whoever a fact names, and whoever did it: what each of them may do can have changed with it."""
    found: set[Any] = {one for entry in entries for one in (entry.person_id, entry.particulars.get("person_id"))}
    places = {entry.particulars.get("registration_id") for entry in entries} - {None}
    if places:
        found |= set(db.exec(select(Registration.person_id).where(col(Registration.id).in_(places))))
    return {one for one in found if isinstance(one, int)}
