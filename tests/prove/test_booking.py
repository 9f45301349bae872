"""Nobody is ever booked twice: thousands of attempts at once on each database, and a naive variant that does fail.

`make prove-booking` runs 100,000 attempts on each database; 10,000 on each run with every `make test`.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

import pytest
from sqlalchemy import text
from sqlmodel import select

from events.core.access import Actor
from events.core.database import reading, transaction
from events.core.refusals import Refusal
from events.registration import Registration
from sessions.answers import accept_meeting
from sessions.blocks import Slot
from sessions.meetings import MeetingInEvent
from sessions.requests import request_meeting
from sessions.seats import Seat
from tests.makers import make_person
from tests.sessions.makers_meetings import Fair, make_fair, make_participant, place_of, problems_with_seats, with_rules

THREADS = 8


@dataclass
class Crowd:
    """People and slots that are fought for."""

    fair: Fair
    people: list[Actor]
    places: list[Registration]
    attempts: int
    begun: "count[int]" = field(default_factory=count)

    def draw(self, chance: random.Random) -> tuple[int, int, Slot]:
        """Two people and one of the two slots that everybody fights for at the moment, one after the other."""
        one, other = chance.sample(range(len(self.people)), 2)
        slots = self.fair.slots
        front = next(self.begun) * len(slots) // self.attempts
        return one, other, slots[min(front + chance.randrange(2), len(slots) - 1)]


@dataclass
class Figures:
    """What came of the attempts."""

    attempts: int
    outcomes: Counter[str]
    seconds: float

    def line(self, what: str, url: str, doubles: int) -> str:
        database = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
        refused = ", ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items()) if name != "booked")
        return (
            f"\n{what} on {database}: attempts {self.attempts}, threads {THREADS}, booked {self.outcomes['booked']}, "
            f"double bookings {doubles} ({refused or 'none refused'}; {self.seconds:.1f} s)"
        )


def make_crowd(people: int, slots: int, attempts: int) -> Crowd:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=slots, tables=people)
        with_rules(db, fair, max_pending=1_000_000)
        crowd = [make_participant(db, make_person(db, f"P{n}"), fair) for n in range(people)]
        return Crowd(fair, crowd, [place_of(db, one, fair) for one in crowd], attempts)


def run_at_once(attempts: int, attempt: Callable[[random.Random], str]) -> Figures:
    """`attempts` attempts from many threads that start together; what each came to, counted."""
    start, begun = threading.Barrier(THREADS), time.monotonic()

    def work(number: int) -> Counter[str]:
        chance, mine = random.Random(number), attempts // THREADS + (number < attempts % THREADS)
        start.wait(timeout=30)
        return Counter(attempt(chance) for _one in range(mine))

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = sum(pool.map(work, range(THREADS)), Counter())
    return Figures(sum(outcomes.values()), outcomes, time.monotonic() - begun)


def book(crowd: Crowd, chance: random.Random) -> str:
    """One attempt: ask somebody for a slot, half of the time have it accepted too."""
    asker, invitee, slot = crowd.draw(chance)
    event = crowd.fair.event
    try:
        with transaction() as db:
            meeting = request_meeting(db, crowd.people[asker], event, invitee=crowd.places[invitee], slot=slot)
        if chance.random() < 0.5:
            with transaction() as db:
                accept_meeting(db, crowd.people[invitee], MeetingInEvent(meeting, event.event))
    except Refusal as refusal:
        return type(refusal).__name__
    return "booked"


def book_naively(crowd: Crowd, chance: random.Random) -> str:
    """The variant that most products ship: look on a read connection, then write in another transaction."""
    *people, slot = crowd.draw(chance)
    atom = int(slot.starts_at.timestamp()) // 300
    with reading() as db:
        looked = text("SELECT count(*) FROM naive_seat WHERE atom = :atom AND person_id IN (:one, :other)")
        taken = db.execute(looked, {"atom": atom, "one": people[0], "other": people[1]}).scalar_one()
    if taken:
        return "SlotTaken"
    with transaction() as db:
        write = text("INSERT INTO naive_seat (person_id, atom) VALUES (:person, :atom)")
        db.execute(write, [{"person": person, "atom": atom} for person in people])
    return "booked"


def prove_booking(url: str, attempts: int, people: int, slots: int) -> Figures:
    crowd = make_crowd(people, slots, attempts)

    figures = run_at_once(attempts, lambda chance: book(crowd, chance))

    with reading() as db:
        problems = problems_with_seats(db)
        seats = [(seat.person_id, seat.table_id, seat.atom) for seat in db.exec(select(Seat))]
    print(figures.line("Booking", url, len(problems)))  # noqa: T201 - a proof prints its figure
    assert problems == []
    assert len(seats) == len(set(seats))
    assert figures.attempts == attempts
    assert set(figures.outcomes) <= {"booked", "SlotTaken", "AskedAlready"}
    assert figures.outcomes["booked"] > 0
    assert figures.outcomes["SlotTaken"] > 0
    return figures


def prove_naive(url: str, attempts: int, people: int, slots: int) -> int:
    crowd = make_crowd(people, slots, attempts)
    with transaction() as db:
        db.execute(text("CREATE TABLE naive_seat (person_id integer, atom integer)"))
    try:
        figures = run_at_once(attempts, lambda chance: book_naively(crowd, chance))
        with reading() as db:
            twice = text(
                "SELECT count(*) FROM (SELECT 1 FROM naive_seat GROUP BY person_id, atom HAVING count(*) > 1) t"
            )
            doubles = int(db.execute(twice).scalar_one())
    finally:
        with transaction() as db:
            db.execute(text("DROP TABLE naive_seat"))
    print(figures.line("Naive booking (negative control)", url, doubles))  # noqa: T201 - as above
    assert doubles > 0
    return doubles


@pytest.mark.timeout(300)
def test_ten_thousand_racing_attempts_on_each_database_never_book_twice(database_url: str) -> None:
    prove_booking(database_url, attempts=10_000, people=60, slots=20)


def test_the_naive_variant_books_twice(database_url: str) -> None:
    prove_naive(database_url, attempts=1_000, people=30, slots=10)


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_a_hundred_thousand_racing_attempts_never_book_twice(database_url: str) -> None:
    prove_booking(database_url, attempts=100_000, people=200, slots=48)


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_ten_thousand_attempts_of_the_naive_variant_book_twice(database_url: str) -> None:
    prove_naive(database_url, attempts=10_000, people=80, slots=24)
