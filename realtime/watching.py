"""Watching: which sockets hear that the free times of some participants, or of their own person, may have changed.

Whoever watches somebody sees them in their event. That is asked again when the rights of either have changed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from events.core.database import reading
from events.core.refusals import NotFound
from events.events import Event, get_event
from events.participants import get_participant
from events.registration import Registration
from events.roles import actor_for
from realtime.channels import times_channel
from realtime.guard import Connection

MOST_WATCHED = 4

Answer = dict[str, Any]
Step = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True)
class Watched:
    """What a socket watches: places, by their public ids, and the people who have them."""

    by: int
    registrations: tuple[str, ...]
    people: frozenset[int]

    @property
    def channels(self) -> set[str]:
        """Where it hears of them, and of its own person."""
        return {times_channel(person) for person in self.people | {self.by}}


class Watching:
    """Who watches whom at this process."""

    def __init__(self, enter: Step, leave: Step, is_open: Callable[[str], bool]) -> None:
        self.enter, self.leave, self.is_open = enter, leave, is_open
        self.watched: dict[str, Watched] = {}

    async def watch(self, sid: str, connection: Connection, asked: Any) -> Answer:
        """Tell a socket from now on when the free times of some participants, or its person's own, may have changed.

        What it watched before it watches no more: one page looks at one pair.
        """
        registrations = _registrations_named(asked)
        people = await asyncio.to_thread(_people_behind, connection.person, registrations)
        if not self.is_open(sid):
            raise NotFound()  # it was closed meanwhile, and nobody would take it out again
        before, now = self.watched.get(sid), Watched(connection.person, registrations, people)
        self.watched[sid] = now
        for channel in (before.channels if before else set()) - now.channels:
            await self.leave(sid, channel)
        for channel in now.channels:
            await self.enter(sid, channel)
        return {"ok": True}

    def gone(self, sid: str) -> None:
        """A socket is closed."""
        self.watched.pop(sid, None)

    async def look(self, people: set[int]) -> None:
        """Ask again for everybody among these people who watches or is watched: who sees one of them no more hears
        nothing more of any whom they watched with that one."""
        for sid, one in list(self.watched.items()):
            if not people & (one.people | {one.by}):
                continue
            try:
                await asyncio.to_thread(_people_behind, one.by, one.registrations)
            except NotFound:
                if self.watched.get(sid) is one:
                    del self.watched[sid]
                    for channel in one.channels:
                        await self.leave(sid, channel)


def _registrations_named(asked: Any) -> tuple[str, ...]:
    named = asked.get("registrations") if isinstance(asked, dict) else None
    if not isinstance(named, list) or len(named) > MOST_WATCHED:
        raise NotFound()
    if not all(isinstance(one, str) and len(one) <= 40 and "\0" not in one for one in named):
        raise NotFound()
    return tuple(named)


def _people_behind(person_id: int, registrations: tuple[str, ...]) -> frozenset[int]:
    """The people behind these registrations, each of whom has to be shown to the person in their event."""
    with reading() as db:
        actor = actor_for(db, person_id)
        query = select(Registration, Event.slug).where(Event.id == Registration.event_id)
        rows = db.exec(query.where(col(Registration.public_id).in_(registrations))).all()
        if len(rows) != len(set(registrations)):
            raise NotFound()
        for row, slug in rows:
            get_participant(db, actor, get_event(db, actor, slug), row.public_id, whole=False)
        return frozenset(row.person_id for row, _slug in rows)
