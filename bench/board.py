"""What the organisers' board costs against a bare Starlette hello in the same run, in process, as CPU time.

    python -m bench.board [--people 1000] [--meetings 4000] [--requests 30] [--rounds 3] [--database URL]

Fills a temporary database with an event of two days and 40 slots, in which the meetings stand, and asks for the board
by people and by tables, filtered, anew at each look and from the cache, and for the list of all meetings. The
booking page of a participant is measured beside them.
"""

import argparse
import asyncio
import gc
import logging
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import insert
from sqlmodel import SQLModel, select
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.pages import ask
from events.core import clock
from events.core.access import Actor
from events.core.clock import atoms
from events.core.columns import random_id
from events.core.database import Database, engines, transaction
from events.core.settings import use_settings
from events.events import EventWithPhases, publish_event
from events.people import Person, PersonState
from events.phases import PhaseKind
from events.planning import create_event_from_template, move_phase
from events.programmes import create_programme
from events.registration import Registration, RegistrationState, types_of
from events.roles import actor_for
from events.signin import open_sign_in
from sessions.blocks import MeetingTable, Slot, add_block, add_tables, slots_in, tables_of
from sessions.meetings import Meeting, MeetingState
from sessions.seats import SEAT

NAMES = ("Ana", "Ben", "Cleo", "Dov", "Edda", "Finn", "Gro", "Hal", "Ida", "Jon")
PLACE = "/e/big-match"


@dataclass
class Filled:
    """The event, and the cookies of its organiser and of a participant, whom another may ask."""

    organiser: str
    participant: str
    invitee: str


def fill(db: Database, people: int, meetings: int) -> Filled:
    """An event with so many participants and meetings."""
    ada = _person(db, "Ada Adler", 0)
    programme = create_programme(db, Actor(ada), None, name="Big network")
    actor = actor_for(db, ada)
    event = _event(db, actor, programme)
    ids = [_person(db, f"{NAMES[n % 10]} Number {n:04}", n) for n in range(1, people + 1)]
    type_id = types_of(db, event.id)[0].id or 0
    places = [
        {"public_id": random_id("r"), "event_id": event.id, "person_id": id, "type_id": type_id, "answers": {},
         "state": RegistrationState.ACCEPTED, "registered_at": clock.now()}
        for id in ids
    ]  # fmt: skip
    db.execute(insert(Registration), places)
    _meet(db, event, ids, meetings)
    cookies = [open_sign_in(db, db.get_one(Person, id), way="bench") for id in (ada, ids[0])]
    return Filled(*cookies, places[-1]["public_id"])


def _person(db: Database, name: str, number: int) -> int:
    row = Person(email=f"p{number}@example.org", name=name, state=PersonState.ACTIVE, joined_at=clock.now())
    db.add(row)
    db.flush()
    return row.id or 0


def _event(db: Database, actor: Actor, programme: Any) -> EventWithPhases:
    start = clock.now().replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=2)
    event = create_event_from_template(
        db, actor, programme, template="matchmaking", name="Big match", zone="Europe/Brussels", starts_at=start,
        description="A matchmaking event of many people, made for measuring what its board costs.",
    )  # fmt: skip
    publish_event(db, actor, event)
    event = move_phase(
        db, actor, event, kind=PhaseKind.BOOKING, starts_at=clock.now() - timedelta(hours=1), ends_at=start
    )
    for day in range(2):
        first = start + timedelta(days=day)
        add_block(db, actor, event, starts_at=first, ends_at=first + timedelta(minutes=20 * 25 - 5))
    add_tables(db, actor, event, count=120)
    return event


def _meet(db: Database, event: EventWithPhases, ids: list[int], meetings: int) -> None:
    chance, slots, tables = random.Random(7), slots_in(db, event.id), tables_of(db, event.id)
    made: list[tuple[Slot, int, int, MeetingTable]] = []
    for slot in slots:
        there = chance.sample(ids, len(ids))
        pairs = list(zip(there[::2], there[1::2], tables, strict=False))
        made += [(slot, a, b, table) for a, b, table in pairs[: -(-meetings // len(slots))]]
    rows = [_row(event.id, *one) for one in made[:meetings]]
    db.execute(insert(Meeting), rows)
    known = {row[0]: row[1] for row in db.execute(select(Meeting.public_id, Meeting.id))}
    seats = []
    for row, (slot, a, b, table) in zip(rows, made, strict=False):
        for atom in atoms(slot.starts_at, slot.ends_at):
            seat = {"meeting_id": known[row["public_id"]], "atom": atom, "person_id": None, "table_id": None}
            seats += [seat | {"person_id": a}, seat | {"person_id": b}, seat | {"table_id": table.id}]
    db.execute(insert(SEAT), seats)


def _row(event_id: int, slot: Slot, a: int, b: int, table: MeetingTable) -> dict[str, Any]:
    now: datetime = clock.now()
    return {
        "public_id": random_id("m"), "event_id": event_id, "asker_id": a, "invitee_id": b, "note": "", "reason": "",
        "state": MeetingState.SCHEDULED, "starts_at": slot.starts_at, "ends_at": slot.ends_at, "table_id": table.id,
        "requested_at": now, "expires_at": now, "answered_at": now, "locked": False, "override": "",
    }  # fmt: skip


async def cost(app: Any, path: str, cookie: str, requests: int, before: Callable[[], None]) -> float:
    assert await ask(app, path, cookie) == 200, path
    spent = 0.0
    for _number in range(requests):
        before()
        started = time.process_time()
        await ask(app, path, cookie)
        spent += time.process_time() - started
    return spent / requests


def nothing() -> None:
    """What is done between two requests of a page that may be kept."""


async def measure(app: Any, kept: Any, filled: Filled, requests: int, rounds: int) -> None:

    def forget() -> None:
        kept.forget()
        app.kept.forget()

    hello = Starlette(routes=[Route("/", lambda _request: PlainTextResponse("hello"))])
    pages = [
        ("board by people, written anew", f"{PLACE}/board", filled.organiser, forget),
        ("board by people, its grid kept", f"{PLACE}/board", filled.organiser, app.kept.forget),
        ("board by people, kept", f"{PLACE}/board", filled.organiser, nothing),
        ("its fragment, written anew", f"{PLACE}/board/fragment", filled.organiser, kept.forget),
        ("its fragment, kept", f"{PLACE}/board/fragment", filled.organiser, nothing),
        ("board by tables, written anew", f"{PLACE}/board?by=tables", filled.organiser, forget),
        ("board, a word searched for, written anew", f"{PLACE}/board?q=0042", filled.organiser, forget),
        ("the counts of its filters, written anew", f"{PLACE}/board/counts", filled.organiser, forget),
        ("the counts of its filters, kept", f"{PLACE}/board/counts", filled.organiser, nothing),
        ("all meetings", f"{PLACE}/meetings/all", filled.organiser, nothing),
        ("booking page, written anew", f"{PLACE}/participants/{filled.invitee}/ask", filled.participant, forget),
        ("booking page, kept", f"{PLACE}/participants/{filled.invitee}/ask", filled.participant, nothing),
    ]
    figures: dict[str, list[float]] = {name: [] for name, *_rest in pages}
    base = []
    for _round in range(rounds):
        base.append(await cost(hello, "/", "", requests * 10, nothing))
        for name, path, cookie, before in pages:
            figures[name].append(await cost(app, path, cookie, requests, before))
    floor = statistics.median(base)
    print(f"hello: {floor * 1000:.3f} ms of CPU")
    for name, found in figures.items():
        spent = statistics.median(found)
        print(f"{name}: {spent * 1000:.2f} ms of CPU, {spent / floor:.0f} x hello")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--meetings", type=int, default=4000)
    parser.add_argument("--requests", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", default="", help="an empty database instead of a temporary SQLite one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = asked.database or f"sqlite:///{Path(name) / 'bench.db'}"
        use_settings(database_url=url, secret="x" * 40, public_url="http://localhost:8000", files=Path(name))
        from frontend.app import make_app
        from frontend.board_grid import kept_boards

        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        app = make_app()
        SQLModel.metadata.create_all(engines().write)
        with transaction() as db:
            filled = fill(db, asked.people, asked.meetings)
        print(f"{asked.people} participants, {asked.meetings} meetings, {url.partition(':')[0]}")
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 1000)  # as the application sets it at the end of its start
        asyncio.run(measure(app, kept_boards(app.kept.app), filled, asked.requests, asked.rounds))


if __name__ == "__main__":
    main()
