"""How many bookings a second the real command makes, against bare SQL doing the same rows in the same run.

    python -m bench.booking [--bookings 300] [--threads 8] [--rounds 3] [--http 50,200]

The reference is one sqlite3 connection that inserts a request and its eight seats in a transaction of its own: the
floor of what the rows cost. Ours asks the rule, checks limits and consent, holds seats, sets the timer and writes the
fact with its deliveries.
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlmodel import SQLModel

import frontend.registry  # noqa: F401 - the listeners have to be known
from bench.bookers import measure
from events.core import clock
from events.core.database import engines, forget_engines, transaction
from events.core.links import know_routes
from events.core.settings import use_settings
from events.roles import actor_for
from sessions.requests import request_meeting
from tests.makers import make_person
from tests.sessions.makers_meetings import make_fair, make_participant, place_of, with_rules


def fresh(folder: Path, name: str) -> str:
    forget_engines()
    url = f"sqlite:///{folder / name}"
    use_settings(database_url=url, secret="x" * 40, files=folder)
    know_routes(lambda name, **_ids: f"/{name}")
    SQLModel.metadata.create_all(engines().write)
    return url


def ours(folder: Path, round_number: int, bookings: int, threads: int) -> float:
    fresh(folder, f"ours{round_number}.db")
    pairs = 12
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=24, tables=0)
        with_rules(db, fair, max_pending=1000)
        db.add(fair.event.event)
        people = [
            make_participant(db, make_person(db, f"P{n} X", email=f"p{n}@example.org"), fair) for n in range(2 * pairs)
        ]
        places = [place_of(db, one, fair) for one in people]
    # Each asks each of the other half for a time of their own: no conflicts, so that every booking does all the work.
    jobs = [(a, pairs + b, (a + b) % pairs) for a in range(pairs) for b in range(pairs)][:bookings]

    def book(job: tuple[int, int, int]) -> None:
        asker, invitee, slot = job
        with transaction() as db:
            actor = actor_for(db, people[asker].person)
            request_meeting(db, actor, fair.event, invitee=places[invitee], slot=fair.slots[slot], note="bench")

    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(book, jobs))
    return len(jobs) / (time.perf_counter() - started)


def reference(folder: Path, round_number: int, bookings: int) -> float:
    database = sqlite3.connect(folder / f"reference{round_number}.db", isolation_level=None)
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
        database.execute(f"pragma {pragma}")
    database.execute("create table meeting(id integer primary key, asker, invitee, starts_at)")
    database.execute("create table seat(id integer primary key, meeting_id, person_id, atom, unique(person_id, atom))")
    begin = clock.now() + timedelta(days=1)
    started = time.perf_counter()
    for number in range(bookings):
        database.execute("begin immediate")
        row = database.execute(
            "insert into meeting(asker, invitee, starts_at) values (?, ?, ?)", (number, -number, str(begin))
        )
        seats = [(row.lastrowid, person, atom) for person in (number, -number - 1) for atom in range(4)]
        database.executemany("insert into seat(meeting_id, person_id, atom) values (?, ?, ?)", seats)
        database.execute("commit")
    return bookings / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=144)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--http", default="50,200", help="so many at once through HTTP, see bench.bookers; '' for none")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pairs = [
            (ours(folder, n, asked.bookings, asked.threads), reference(folder, n, asked.bookings))
            for n in range(asked.rounds)
        ]
    mine = statistics.median(one for one, _other in pairs)
    floor = statistics.median(other for _one, other in pairs)
    print(f"bookings: {mine:.0f}/s by the command, {floor:.0f}/s by bare SQL, ratio 1/{floor / mine:.1f}")
    for bookers in filter(None, asked.http.split(",")):
        measure(int(bookers), attempts=20)


if __name__ == "__main__":
    main()
