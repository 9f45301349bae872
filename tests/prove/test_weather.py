"""Bad weather and kill -9 together: no letter is lost, repeats are the same, none overtakes, and nothing goes to an
address that was refused for good."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from events.core import clock
from events.core.claims import LEASE
from events.core.database import reading
from events.reachability import trouble_of
from mailer.delivery import Outcome, send_next
from mailer.letters import Letter, LetterState
from mailer.transport import transport_for
from tests.mailer.makers_letters import all_letters, make_letter
from tests.mailer.sink import Sink, sink_on_loopback
from tests.makers import NOW
from tests.prove.test_mail import LETTERS_PER_KILL, Assassin, lost, start_worker, until_gone_or_nothing_waits

REVISIONS = 3


@dataclass
class Weather:
    """What a mail server does on a bad day, and the letters about an entry that come while it does: each taken one is
    followed by the next revision of its entry."""

    chance: random.Random
    assassin: Assassin
    had: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    after_refusal: list[str] = field(default_factory=list)
    followed: set[tuple[str, int]] = field(default_factory=set)

    def _comes(self, what: str, share: float) -> bool:
        if self.chance.random() >= share:
            return False
        self.had[what] += 1
        return True

    def on_mail(self, _address: str) -> str | None:
        return "421 4.3.2 closing for a moment" if self._comes("421", 0.03) else None

    def on_rcpt(self, address: str) -> str | None:
        if address.startswith("gone"):
            with reading() as db:
                if trouble_of(db, address) is not None:
                    self.after_refusal.append(address)
            self.refused[address] += 1
            return "550 5.1.1 nobody here"
        return "451 4.7.1 come again" if self._comes("4xx", 0.08) else None

    async def on_data(self, address: str) -> None:
        if self._comes("stall", 0.02):
            await asyncio.sleep(2.5)
            raise ConnectionResetError
        await self.assassin.before(address)

    async def on_taken(self, address: str) -> None:
        if self._comes("cut after the dot", 0.05):
            raise ConnectionResetError
        await self.assassin.after(address)


def make_letters(count: int) -> None:
    """Plain ones, series of revisions to one address, and one in twenty to an address that does not exist."""
    for number in range(count):
        if number % 20 == 0:
            for body in ("first", "second"):
                make_letter(address=f"gone{number}@example.org", body=f"{body} of {number}")
        elif number % 4 == 1:
            make_letter(address=f"person{number}@example.org", uid=f"entry{number}", body=f"{number} revision 0")
        else:
            make_letter(address=f"person{number}@example.org", body=f"number {number}")


async def revising(stop: asyncio.Event, chance: random.Random) -> None:
    """Now and then an entry gets its next revision, whether the one before has been sent or not."""
    numbers: Counter = Counter()
    while not stop.is_set():
        entries = sorted({(one.uid, one.address) for one in await asyncio.to_thread(all_letters) if one.uid})
        left = [one for one in entries if numbers[one] < REVISIONS]
        if left:
            uid, address = chance.choice(left)
            numbers[uid, address] += 1
            number = numbers[uid, address]
            await asyncio.to_thread(make_letter, address=address, uid=uid, sequence=number, body=f"{uid} {number}")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.1)


async def through_the_weather(database_url: str, *, kills: int, way: str) -> tuple[Sink, Weather]:
    make_letters(kills * LETTERS_PER_KILL)
    chance = random.Random(kills)
    assassin = Assassin(kills, chance)
    weather = Weather(chance, assassin)
    stop = asyncio.Event()
    async with sink_on_loopback() as sink:
        sink.answers.update(MAIL=weather.on_mail, RCPT=weather.on_rcpt, DATA=weather.on_data, TAKEN=weather.on_taken)
        reviser = asyncio.create_task(revising(stop, random.Random(1)))
        while not assassin.finished and letters_left():
            worker = await start_worker(database_url, sink, way)
            assassin.aim(worker)
            await until_gone_or_nothing_waits(worker, seconds=180)
        stop.set()
        await reviser
        worker = await start_worker(database_url, sink, way)
        await until_gone_or_nothing_waits(worker, seconds=180)
    return sink, weather


def letters_left() -> bool:
    return any(one.state is LetterState.WAITING for one in all_letters())


def overtaken(sink: Sink) -> list[tuple[str, list[int]]]:
    """The entries of which a mailbox got an older revision after a newer one."""
    by_raw = {one.raw: one for one in all_letters()}
    told: dict[str, list[int]] = {}
    for raw in sink.letters:
        letter = by_raw[raw]
        if letter.uid:
            told.setdefault(letter.uid, []).append(letter.sequence)
    return [(uid, numbers) for uid, numbers in told.items() if numbers != sorted(numbers)]


def missing(sink: Sink) -> list[Letter]:
    """Letters that nobody got though they should: not those to nobody, and not those that a newer one replaced."""
    taken = set(sink.letters)
    left = [one for one in all_letters() if one.raw not in taken and not one.address.startswith("gone")]
    return [one for one in left if one.state is not LetterState.SUPERSEDED]


async def prove(database_url: str, *, kills: int) -> None:
    sink, weather = await through_the_weather(database_url, kills=kills, way="in haste send-then-mark")
    letters, copies = all_letters(), Counter(sink.letters)
    written = {one.raw for one in letters}

    print(  # noqa: T201 - the figure
        f"\n{len(letters)} letters, {weather.assassin.done.total()} kills, {dict(weather.had)}, "
        f"{len(weather.refused)} addresses refused: "
        f"{len(missing(sink))} lost, {copies.total() - len(copies)} repeated, "
        f"{len(overtaken(sink))} out of order, {len(weather.after_refusal)} to refused addresses"
    )
    assert weather.assassin.done.total() == kills
    assert missing(sink) == []
    assert set(copies) <= written, "a repeat differs from the stored bytes"
    assert overtaken(sink) == []
    assert weather.after_refusal == []
    assert {one.state for one in letters if one.address.startswith("gone")} == {LetterState.UNDELIVERABLE}
    for uid in {one.uid for one in letters if one.uid}:
        newest = max((one for one in letters if one.uid == uid), key=lambda one: one.sequence)
        assert newest.state is LetterState.SENT, "what replaced others did not arrive"


@pytest.mark.real_time
@pytest.mark.timeout(170)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_six_kills_in_bad_weather_lose_nothing_and_let_nothing_overtake(database_url):
    await prove(database_url, kills=6)


@pytest.mark.prove
@pytest.mark.real_time
@pytest.mark.timeout(3600)
async def test_two_hundred_kills_in_bad_weather_lose_nothing_and_let_nothing_overtake(database_url):
    await prove(database_url, kills=200)


@pytest.mark.real_time
@pytest.mark.timeout(170)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_marking_before_sending_loses_letters_in_bad_weather(database_url):
    sink, _weather = await through_the_weather(database_url, kills=3, way="in haste mark-then-send")

    assert len(lost(sink)) > 0


async def send_all(transport) -> None:
    while await send_next(transport) is not Outcome.NOTHING_DUE:
        pass


async def two_workers(port: int) -> None:
    transports = [transport_for(f"smtp://127.0.0.1:{port}") for _worker in range(2)]
    await asyncio.gather(*(send_all(one) for one in transports))
    for one in transports:
        await one.close()


async def test_two_workers_and_a_clock_set_back_by_an_hour_keep_the_order_for_each_uid_and_recipient(database_url):
    """Each letter that is taken is followed by the next about the same entry, half of them by a clock that was set back
    in between; what was written before that is due in an hour only, by that clock."""
    waiting: set[str] = set()

    def on_rcpt(address: str) -> str | None:
        return "451 4.7.1 come again" if address in waiting else None

    entries = [(f"person{number}@example.org", f"entry{number}") for number in range(12)]
    async with sink_on_loopback() as sink:
        sink.answers["RCPT"] = on_rcpt
        for sequence, at in enumerate((NOW, NOW - timedelta(hours=1), NOW - timedelta(minutes=59), NOW + 2 * LEASE)):
            waiting = {address for number, (address, _uid) in enumerate(entries) if number % 3 == sequence}
            with clock.frozen_at(at):
                for address, uid in entries:
                    make_letter(address=address, uid=uid, sequence=sequence, body=f"{uid} {sequence}")
                await two_workers(sink.port)
        waiting = set()
        with clock.frozen_at(NOW + timedelta(hours=3)):
            await two_workers(sink.port)

    told = {uid: [] for _address, uid in entries}
    by_raw = {one.raw: one for one in all_letters()}
    for raw in sink.letters:
        told[by_raw[raw].uid].append(by_raw[raw].sequence)
    assert all(numbers == sorted(set(numbers)) for numbers in told.values()), told
    assert {numbers[-1] for numbers in told.values()} == {3}
    assert len(sink.letters) > len(entries)
