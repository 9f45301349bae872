"""What a page costs against a bare Starlette hello in the same run, in process, as CPU time.

    python -m bench.pages [--requests 60] [--rounds 3]

Loads the demo into a temporary database, lets a thousand take part in its matchmaking event, and asks for pages as a
visitor and as a participant.
"""

import argparse
import asyncio
import logging
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import SQLModel, select
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.crowd import add_crowd, participants_in
from events.core.access import VISITOR
from events.core.database import Database, engines, transaction
from events.core.settings import use_settings
from events.events import EventWithPhases
from events.people import Person
from events.signin import sign_in_as_cast
from sessions.blocks import Block, blocks_of, slots_in


async def ask(app: Any, path: str, cookie: str) -> int:
    status, messages = 0, [{"type": "http.request", "body": b"", "more_body": False}]
    path, _mark, question = path.partition("?")
    headers = [(b"host", b"localhost:8000"), *([(b"cookie", f"folkmoot={cookie}".encode())] if cookie else [])]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path,
        "raw_path": path.encode(), "query_string": question.encode(), "headers": headers, "scheme": "http",
        "server": ("localhost", 8000), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    await app(scope, receive, send)
    return status


async def cost(app: Any, path: str, cookie: str, requests: int) -> float:
    assert await ask(app, path, cookie) == 200, path
    started = time.process_time()
    for _number in range(requests):
        await ask(app, path, cookie)
    return (time.process_time() - started) / requests


async def measure(app: Any, cookie: str, asked: str, requests: int, rounds: int) -> None:
    hello = Starlette(routes=[Route("/", lambda _request: PlainTextResponse("hello"))])
    pages = [
        ("event page, visitor", "/e/green-shift-hackathon", ""), ("events, visitor", "/events", ""),
        ("home, participant", "/", cookie), ("marketplace, participant", "/marketplace", cookie),
        ("participants of 1,000, participant", "/e/green-shift-matchmaking/participants", cookie),
        ("booking page of 1,000, participant", f"/e/green-shift-matchmaking/participants/{asked}/ask", cookie),
        ("its free times, for an open page", f"/e/green-shift-matchmaking/participants/{asked}/times", cookie),
    ]  # fmt: skip
    figures: dict[str, list[float]] = {name: [] for name, _path, _cookie in pages}
    base = []
    for _round in range(rounds):
        base.append(await cost(hello, "/", "", requests))
        for name, path, who in pages:
            figures[name].append(await cost(app, path, who, requests))
    floor = statistics.median(base)
    print(f"hello: {floor * 1000:.2f} ms of CPU")
    for name, found in figures.items():
        print(
            f"{name}: {statistics.median(found) * 1000:.1f} ms of CPU, {statistics.median(found) / floor:.0f} x hello"
        )


def lengthen(db: Database, event: EventWithPhases) -> None:
    """One more day of meetings after the last, so that a booking page has fifty rows or more."""
    last = max(block.ends_at for block in blocks_of(db, event.id))
    start = last.replace(hour=7, minute=0) + timedelta(days=1)
    db.add(Block(event_id=event.id, starts_at=start, ends_at=start + timedelta(hours=9)))
    db.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        use_settings(
            database_url=f"sqlite:///{Path(name) / 'bench.db'}", secret="x" * 40, demo=True,
            public_url="http://localhost:8000", files=Path(name),
        )  # fmt: skip
        from frontend.app import make_app
        from frontend.demo import load_demo_once
        from frontend.demo_events import event_called
        from frontend.demo_meetings import MATCHMAKING

        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        app = make_app()
        SQLModel.metadata.create_all(engines().write)
        print(load_demo_once())
        with transaction() as db:
            event = event_called(db, MATCHMAKING)
            lengthen(db, event)
            someone = add_crowd(db, event)
            count, slots = participants_in(db, event), len(slots_in(db, event.id))
            print(f"{count} participants, {slots} slots")
            cookie = sign_in_as_cast(db, VISITOR, db.exec(select(Person).where(Person.name == "Bo Berg")).one())
        asyncio.run(measure(app, cookie, someone, asked.requests, asked.rounds))


if __name__ == "__main__":
    main()
