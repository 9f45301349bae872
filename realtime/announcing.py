"""Announcing: facts go to the people concerned, and the numbered changes of rooms to whoever is in them.

A fact travels as its number and kind with public ids; the page fetches what it shows. A room's change carries itself.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from sqlmodel import col

from events.core import clock
from events.core.database import Database, reading, transaction
from events.core.journal import Delivery, Fact, Told, deliver_next, heard_in, listener
from events.core.steps import careful, keep_on, soonest_of, wait_until, wake_when_due
from realtime.channels import stage_channel, times_channel
from realtime.fanout import Watched, tell
from realtime.journal_watch import JournalWatch
from realtime.snapshots import changes_json
from sessions.rooms import RoomChanges, changes_after, room_numbers

if TYPE_CHECKING:
    from realtime.server import SocketServer

log = logging.getLogger("folkmoot.announcing")

ROOM_PAUSE = 0.1
LOOK_EVERY = 1.0
EVERYTHING_EVERY = 300
TOO_LATE = timedelta(minutes=1)

LISTENER = listener("realtime", "web")
QUIET: set[type[Fact]] = set()

Concerned = tuple[set[str], dict[str, str]]
Writer = Callable[[Database, Any], Concerned]
PeopleOf = Callable[[Database, Any], set[int]]
WRITERS: dict[type[Fact], Writer] = {}
CHANGING_TIMES: dict[type[Fact], PeopleOf] = {}


def announced(*kinds: type[Fact]) -> Callable[[Writer], Writer]:
    """Register `(db, fact) -> (channels, public ids)`: who hears that one of these facts happened."""

    def register(writer: Writer) -> Writer:
        WRITERS.update(dict.fromkeys(kinds, writer))

        @LISTENER.hears(*kinds)
        def announce(db: Database, told: Told) -> None:
            for channels, name, message in messages_about(db, told.number, told.fact):
                tell(channels, name, message)

        return writer

    return register


def changing_times(*kinds: type[Fact]) -> Callable[[PeopleOf], PeopleOf]:
    """Register `(db, fact) -> people`: whose free times may be others after one of these facts, which is `announced`.

    Whoever looks at them hears that, without a word about what happened, to whom, or with whom.
    """

    def register(people_of: PeopleOf) -> PeopleOf:
        CHANGING_TIMES.update(dict.fromkeys(kinds, people_of))
        return people_of

    return register


def messages_about(db: Database, number: int, fact: Fact) -> list[tuple[list[str], str, dict[str, Any]]]:
    """What is said about a fact, and to which channels."""
    kind = type(fact)
    if kind not in WRITERS:
        return []
    channels, ids = WRITERS[kind](db, fact)
    said: list[tuple[list[str], str, dict[str, Any]]] = []
    if channels:
        said.append((sorted(channels), "fact", {"fact": number, "kind": fact.kind} | ids))
    if kind in CHANGING_TIMES:
        said.extend(([times_channel(one)], "times", {}) for one in sorted(CHANGING_TIMES[kind](db, fact)))
    return said


def quiet(*kinds: type[Fact]) -> None:
    """Declare facts that no open page waits for."""
    QUIET.update(kinds)


async def run_announcer(stop: asyncio.Event) -> None:
    """Tell this process's sockets what happens until `stop` is set. An error in one step never ends a loop."""
    from realtime.server import current

    server = current()
    if server is None:
        return
    server.fanout.begin()
    try:
        await careful(stop, _let_old_ones_go, log)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(wake_when_due(stop, _soonest, log))
            tasks.create_task(keep_on(stop, _deliver, log))
            tasks.create_task(keep_on(stop, lambda: _tail(server), log))
            tasks.create_task(keep_on(stop, server.reviews.tell, log))
            tasks.create_task(keep_on(stop, JournalWatch(server, messages_about).look, log, pause=LOOK_EVERY))
            tasks.create_task(_watch(stop, server))
    finally:
        server.fanout.end()


async def _let_old_ones_go() -> bool:
    """Whoever is here has loaded their page since: what waited while no web process ran is news to nobody."""
    await asyncio.to_thread(_mark_old_ones)
    return True


def _mark_old_ones() -> None:
    with transaction() as db:
        db.execute(
            update(Delivery)
            .where(
                col(Delivery.listener) == LISTENER.name,
                col(Delivery.done_at).is_(None),
                col(Delivery.due_at) < clock.now() - TOO_LATE,
            )
            .values(done_at=clock.now())
        )


def _soonest() -> datetime | None:
    return soonest_of((Delivery, heard_in(LISTENER.lane)))


async def _deliver() -> bool:
    return await asyncio.to_thread(deliver_next, "web")


async def _tail(server: "SocketServer") -> bool:
    """Send what changed in the rooms that somebody here is in; all that happened since the last look in one message.

    The first change goes out at once, and then each room waits for itself: the many votes of the next tenth of a second
    are one message.
    """
    watched = server.fanout.watched
    if not watched:
        return False
    numbers = await asyncio.to_thread(_numbers, list(watched))
    waiting = []
    for stage_id, number in numbers.items():
        room = watched.get(stage_id)
        if room is not None and number > room.number:
            pause = room.sent_at + ROOM_PAUSE - monotonic()
            if pause > 0:
                waiting.append(pause)
            else:
                await _tell_room(server, stage_id, room)
    if waiting:
        await asyncio.sleep(min(waiting))
    return bool(waiting)


async def _tell_room(server: "SocketServer", stage_id: int, room: Watched) -> None:
    room.sent_at = monotonic()
    changes = await asyncio.to_thread(_changes, stage_id, room.number)
    room.number = changes.number  # Whoever joins while this goes out is answered with it, and asks for what they lack.
    await server.fanout.post(stage_channel(stage_id), "room", changes_json(room.public_id, changes))


def _numbers(stage_ids: list[int]) -> dict[int, int]:
    with reading() as db:
        return room_numbers(db, stage_ids)


def _changes(stage_id: int, number: int) -> RoomChanges:
    with reading() as db:
        return changes_after(db, stage_id, number)


async def _watch(stop: asyncio.Event, server: "SocketServer") -> None:
    """Every second, who does not answer or read; every five minutes, whether everybody may still be where they are."""
    second = 0
    while not stop.is_set():
        second += 1
        server.look_at_lines()
        server.elsewhere.beat()
        if second % EVERYTHING_EVERY == 0:
            try:
                await server.look_at_everything()
            except Exception:
                log.exception("sign-ins or rights could not be looked at")
        await wait_until(stop, LOOK_EVERY)
