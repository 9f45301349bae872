"""How soon somebody is out: of their sockets when a sign-in ends, of a room they were removed from, of a call.

    python -m bench.revoking [--times 20]

A real web server with our sockets, real clients, and what is done is committed as a page would do it. The reference of
the same run is a question on its way: from the commit to the message at a client that listens.
"""

import argparse
import asyncio
import logging
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import structlog
from sqlmodel import SQLModel, delete

import frontend.registry  # noqa: F401 - knows all tables
from events.core import clock
from events.core.database import Database, engines, transaction
from events.core.settings import use_settings
from events.signin import sign_out_everywhere
from sessions.meeting_rooms import RoomEntry
from sessions.moderated import person_on_stage
from sessions.moderation import remove_from_room
from sessions.room_doors import answer_knock, knock_at_room, put_out_of_room
from sessions.stages import ask_question, get_stage
from tests.journeys.house import SECRET
from tests.makers import make_person, make_registration, person_of
from tests.realtime.house import ORIGIN, House, client_of, closing, cookie_for, greeted, open_house, raw, until
from tests.realtime.test_calls import MINUTE, Meet, in_call
from tests.sessions.makers_pitches import Show, make_show


def median_and_most(name: str, found: list[float], reference: list[float]) -> str:
    """A line of figures, in milliseconds, with the ratio of the medians."""
    ratio = statistics.median(found) / statistics.median(reference)
    return f"{name:44} p50 {statistics.median(found):6.0f} ms   most {max(found):6.0f} ms   ratio {ratio:5.1f}"


@contextmanager
def stopped() -> Iterator[list[float]]:
    """Milliseconds from the beginning to the end of a block, as the list's only item."""
    took: list[float] = []
    began = perf_counter()
    yield took
    took.append(1000 * (perf_counter() - began))


async def a_question(house: House, show: Show) -> float:
    """The reference: from the commit of a question to its message at somebody in the room."""
    async with client_of(house, cookie_for(show.tam)) as tam:
        await tam.join(show.stage.public_id)
        with stopped() as took:
            with transaction() as db:
                ask_question(db, show.bo, get_stage(db, show.bo, show.stage.public_id), body=f"At {perf_counter()}?")
            await until(lambda: tam.messages("room"))
    return took[0]


async def a_sign_in(house: House, show: Show) -> float:
    """Somebody signs out everywhere: their socket is closed."""
    async with raw(house, cookie_for(show.bo)) as socket:
        await greeted(socket)
        with stopped() as took:
            with transaction() as db:
                sign_out_everywhere(db, show.bo, person_of(db, show.bo))
            await closing(socket)
    return took[0]


async def a_room(house: House, show: Show) -> float:
    """A newcomer is removed from the room by its host: their page is told, and hears nothing more."""
    with transaction() as db:
        guest = make_person(db, "Gil Gray", email=f"gil-{perf_counter()}@live.example")
        make_registration(db, guest, show.event)
        public = person_of(db, guest).public_id
    async with client_of(house, cookie_for(guest)) as client:
        await client.join(show.stage.public_id)
        with stopped() as took:
            with transaction() as db:
                stage = get_stage(db, show.hal, show.stage.public_id)
                remove_from_room(db, show.hal, person_on_stage(db, show.hal, stage, show.event, public))
            await until(lambda: client.messages("left"))
    return took[0]


async def a_call(house: House, meet: Meet) -> float:
    """An organiser who was let into a meeting room is put out of it again: their call is over."""
    with transaction() as db:
        db.execute(delete(RoomEntry))  # who was put out once is not let in again
    house.server.calls.joins.clear()  # nor may anybody come in that often
    meet.do(knock_at_room, "ada")
    meet.do(answer_knock, "bo", person=meet.people["ada"].person, admit=True)
    async with in_call(house, meet, "ada") as (ada, inside):
        assert inside["ok"]
        with stopped() as took:
            meet.do(put_out_of_room, "bo", person=meet.people["ada"].person)
            await until(lambda: ada.messages("meet:over"))
    return took[0]


def meet_of(db: Database) -> Meet:
    """Two meetings that are on."""
    names = ("Ada Adler", "Bo Berg", "Cy Costa", "Dee Dumont", "Eve Ek")
    return Meet(db, *(make_person(db, name, zone="Europe/Vienna") for name in names))


async def measure(times: int) -> None:
    """Each of them so many times, in turns."""
    with transaction() as db:
        show = make_show(db, opened=True)
    with Database(engines().write, expire_on_commit=False) as db:
        meet = meet_of(db)
    ways = {"the reference: a question, commit to message": (a_question, show), "a sign-in ends": (a_sign_in, show)}
    ways |= {"removed from a room": (a_room, show)}
    found: dict[str, list[float]] = {name: [] for name in ways}
    with open_house() as house:
        for _time in range(times):
            for name, (once, subject) in ways.items():
                found[name].append(await once(house, subject))
    calls = []
    with clock.frozen_at(meet.fair.slots[0].starts_at + MINUTE), open_house() as house:
        for _time in range(times):
            calls.append(await a_call(house, meet))
    reference = next(iter(found.values()))
    for name, of_this in (found | {"put out of a call": calls}).items():
        print(median_and_most(name, of_this, reference))


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--times", type=int, default=20)
    given = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        use_settings(database_url=f"sqlite:///{Path(folder) / 'revoking.db'}", secret=SECRET, public_url=ORIGIN)
        SQLModel.metadata.create_all(engines().write)
        asyncio.run(measure(given.times))
