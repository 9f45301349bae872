"""Letters go out at least once, in order, the same bytes each time; nothing that goes wrong with one stops others."""

import asyncio
import logging
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import VISITOR
from events.core.database import reading, transaction
from events.core.journal import record, settle
from events.core.settings import settings, use_settings
from events.reachability import trouble_of
from events.signin import PasswordSet, ask_for_link
from mailer import delivery
from mailer.delivery import LEASE, Outcome, claim_letter, envelope_sender, run_mail, send_next
from mailer.letters import Letter, LetterState, pause_after
from mailer.pace import trouble_with_the_way_out
from mailer.transport import LETTER_TIMEOUT, transport_for
from mailer.writing import write_letters
from tests.mailer.makers_letters import all_letters, make_letter
from tests.mailer.sink import sink_on_loopback
from tests.makers import NOW

pytestmark = pytest.mark.usefixtures("database_url")


@asynccontextmanager
async def post_office(**answers):
    """A sink and a transport to it."""
    async with sink_on_loopback() as sink:
        sink.answers.update(answers)
        transport = transport_for(f"smtp://127.0.0.1:{sink.port}")
        try:
            yield sink, transport
        finally:
            await transport.close()


async def send_all(transport):
    outcomes = []
    while (outcome := await send_next(transport)) is not Outcome.NOTHING_DUE:
        outcomes.append(outcome)
    return outcomes


async def until(condition, *, seconds=60.0):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - a database rings no bell
            await asyncio.sleep(0.02)


def the_letter():
    [letter] = all_letters()
    return letter


def mail_to(url):
    use_settings(**{**settings().model_dump(), "mail_url": url})


async def test_a_letter_goes_out_as_it_was_written_and_is_marked():
    letter = make_letter()
    async with post_office() as (sink, transport):
        await send_all(transport)

    assert sink.taken == [(envelope_sender(letter), "bo@example.org", letter.raw)]
    assert (the_letter().state, the_letter().done_at) == (LetterState.SENT, NOW)


async def test_no_transaction_is_open_while_a_letter_is_sent():
    make_letter()

    def write_something():
        with transaction() as db:
            db.exec(select(Letter)).first()

    async def write_meanwhile(_address):
        await asyncio.to_thread(write_something)

    async with post_office(DATA=write_meanwhile) as (_sink, transport):
        assert await send_all(transport) == [Outcome.ENDED]


async def test_a_bounce_of_each_letter_goes_to_an_address_of_its_own():
    first, second = make_letter(), make_letter(address="cy@example.org")

    assert envelope_sender(first) != envelope_sender(second)
    assert envelope_sender(first).endswith("@folkmoot.invalid")


async def test_a_letter_that_cannot_go_now_goes_later_with_the_same_bytes():
    letter = make_letter()
    busy = ["451 4.7.1 greylisted"]
    async with post_office(RCPT=lambda _address: busy.pop() if busy else None) as (sink, transport):
        first = await send_all(transport)
        assert the_letter().due_at > NOW
        with clock.frozen_at(NOW + timedelta(minutes=1)):
            second = await send_all(transport)

    assert (first, second) == ([Outcome.PUT_BACK], [Outcome.ENDED])
    assert sink.letters == [letter.raw]
    assert the_letter().attempts == 2


async def try_for(transport, hours):
    for number in range(0, hours, 4):
        with clock.frozen_at(NOW + timedelta(hours=number)):
            await send_all(transport)


async def test_what_cannot_be_taken_for_the_moment_is_tried_for_two_days():
    make_letter()
    async with post_office(DATA=lambda _address: "451 4.3.0 never") as (_sink, transport):
        await try_for(transport, 47)
        assert the_letter().state is LetterState.WAITING
        await try_for(transport, 60)

    assert (the_letter().state, the_letter().problem) == (LetterState.UNDELIVERABLE, "451 4.3.0 never")


@pytest.mark.parametrize("answer", ["554 5.6.0 no", "554 5.7.1 spam", "550 no"])
async def test_a_letter_that_is_refused_for_good_after_its_text_is_given_up_at_once_and_others_go(answer):
    make_letter(address="poison@example.org")
    make_letter()
    async with post_office(DATA=lambda address: answer if address.startswith("poison") else None) as (sink, transport):
        await try_for(transport, 8)

    [poison] = [one for one in all_letters() if one.address.startswith("poison")]
    assert (poison.attempts, poison.state, poison.problem) == (1, LetterState.UNDELIVERABLE, answer)
    assert [recipient for _sender, recipient, _raw in sink.taken] == ["bo@example.org"]
    with reading() as db:
        assert trouble_of(db, "poison@example.org") is None  # the address is not at fault


async def test_when_letter_after_letter_is_refused_for_good_the_queue_stops_and_no_more_are_lost():
    for number in range(6):
        make_letter(address=f"p{number}@example.org")
    async with post_office(DATA=lambda _address: "554 5.7.1 account suspended") as (sink, transport):
        outcomes = [await send_next(transport) for _number in range(3)]
        with reading() as db:
            alarm = trouble_with_the_way_out(db)
        sink.answers.clear()
        with clock.frozen_at(NOW + timedelta(hours=2)):
            later = await send_all(transport)

    assert outcomes == [Outcome.PUT_BACK] * 2 + [Outcome.NOBODY_TAKES_LETTERS]
    assert alarm is not None and alarm.problem == "554 5.7.1 account suspended"
    assert (later, len(sink.taken)) == ([Outcome.ENDED] * 4, 4)
    with reading() as db:
        assert trouble_with_the_way_out(db) is None


async def test_after_the_meeting_an_invitation_is_given_up_and_until_then_a_cancellation_is_not():
    for method, ends in (("REQUEST", 5), ("CANCEL", 70)):
        id = make_letter(uid=method).id
        with transaction() as db:
            one = db.get_one(Letter, id)
            one.method, one.matters_until = method, NOW + timedelta(hours=ends)
            db.add(one)
    async with post_office(DATA=lambda _address: "451 4.3.0 never") as (_sink, transport):
        await try_for(transport, 60)

    assert [one.state for one in all_letters()] == [LetterState.UNDELIVERABLE, LetterState.WAITING]


async def test_an_address_that_does_not_exist_is_given_up_at_once():
    make_letter()
    async with post_office(RCPT=lambda _address: "550 5.1.1 no such user") as (_sink, transport):
        await send_all(transport)

    assert (the_letter().attempts, the_letter().state) == (1, LetterState.UNDELIVERABLE)
    assert the_letter().problem == "550 5.1.1 no such user"


async def test_a_letter_that_fails_does_not_hold_up_others():
    make_letter(address="poison@example.org")
    make_letter()
    async with post_office(RCPT=lambda address: "451 no" if address.startswith("poison") else None) as (
        sink,
        transport,
    ):
        await send_all(transport)

    assert [recipient for _sender, recipient, _raw in sink.taken] == ["bo@example.org"]


async def test_a_letter_that_breaks_us_is_put_back_and_does_not_hold_up_others(monkeypatch):
    broken, _fine = make_letter(address="poison@example.org"), make_letter()
    real = delivery.raw_of
    monkeypatch.setattr(delivery, "raw_of", lambda letter: real(letter) if letter.id != broken.id else 1 / 0)
    async with post_office() as (sink, transport):
        outcomes = await send_all(transport)

    assert outcomes == [Outcome.PUT_BACK, Outcome.ENDED]
    assert len(sink.taken) == 1


async def test_when_no_letter_is_taken_tries_do_not_count():
    make_letter()
    async with post_office(MAIL=lambda _address: "530 5.7.0 sign in first") as (_sink, transport):
        outcomes = await send_all(transport)

    assert outcomes == [Outcome.NOBODY_TAKES_LETTERS]
    assert (the_letter().attempts, the_letter().state) == (0, LetterState.WAITING)


async def test_after_two_days_without_a_mail_server_a_letter_is_given_up():
    make_letter()
    async with post_office(MAIL=lambda _address: "530 5.7.0 sign in first") as (_sink, transport):
        with clock.frozen_at(NOW + timedelta(hours=49)):
            await send_all(transport)

    assert the_letter().state is LetterState.UNDELIVERABLE


async def test_an_older_letter_about_an_entry_goes_first_and_holds_up_the_newer():
    make_letter(uid="u", sequence=1, body="newer")
    make_letter(uid="u", sequence=0, body="older")

    first = claim_letter(LEASE)
    second = claim_letter(LEASE)

    assert (first.sequence, second) == (0, None)


async def test_an_older_letter_with_a_newer_behind_it_is_put_aside_instead_of_sent():
    make_letter(uid="u", sequence=0, body="older")
    newer = make_letter(uid="u", sequence=1, body="newer")
    async with post_office() as (sink, transport):
        await send_all(transport)

    assert sink.letters == [newer.raw]
    assert [one.state for one in all_letters()] == [LetterState.SUPERSEDED, LetterState.SENT]


async def test_an_older_letter_that_comes_back_unsent_makes_way_for_a_newer_one_at_once():
    make_letter(uid="u", sequence=0, body="older")
    busy = ["451 4.7.1 greylisted"]

    async def write_a_newer_one(_address):
        if busy:
            await asyncio.to_thread(make_letter, uid="u", sequence=1, body="newer")
            return busy.pop()
        return None

    async with post_office(RCPT=write_a_newer_one) as (sink, transport):
        outcomes = await send_all(transport)

    assert outcomes == [Outcome.PUT_BACK, Outcome.ENDED]
    assert [raw.endswith(b"newer\r\n") for raw in sink.letters] == [True]
    assert [one.state for one in all_letters()] == [LetterState.SUPERSEDED, LetterState.SENT]


async def test_a_letter_that_a_newer_one_went_before_is_put_aside():
    make_letter(uid="u", sequence=0, body="older")
    make_letter(uid="u", sequence=1, body="newer")
    with transaction() as db:
        newer = db.exec(select(Letter).where(Letter.sequence == 1)).one()
        newer.state, newer.done_at = LetterState.SENT, clock.now()
        db.add(newer)
    async with post_office() as (sink, transport):
        await send_all(transport)

    assert (sink.letters, all_letters()[0].state) == ([], LetterState.SUPERSEDED)


async def test_entries_and_addresses_do_not_hold_each_other_up():
    make_letter(uid="u", sequence=0)
    make_letter(uid="v", sequence=1)
    make_letter(uid="u", sequence=1, address="cy@example.org")

    claimed = [claim_letter(LEASE) for _number in range(4)]

    assert [one and one.uid for one in claimed] == ["u", "v", "u", None]


async def test_a_dead_letter_holds_nobody_up():
    make_letter(uid="u", sequence=0)
    make_letter(uid="u", sequence=1)
    with transaction() as db:
        older = db.exec(select(Letter).where(Letter.sequence == 0)).one()
        older.dead_at = clock.now()
        db.add(older)

    assert claim_letter(LEASE).sequence == 1


async def test_a_claimed_letter_is_nobody_elses_until_its_lease_ends():
    make_letter()

    first, second = claim_letter(LEASE), claim_letter(LEASE)
    with clock.frozen_at(NOW + LEASE):
        third = claim_letter(LEASE)

    assert (first.attempts, second, third.attempts) == (1, None, 2)


async def test_whoever_lost_the_lease_does_not_undo_what_the_other_did():
    make_letter()
    slow = claim_letter(LEASE)
    async with post_office() as (_sink, transport):
        with clock.frozen_at(NOW + LEASE):
            await send_all(transport)

    delivery._give_back(slow, delivery.Undelivered("too late"))

    assert (the_letter().state, the_letter().dead_at) == (LetterState.SENT, None)


def test_a_lease_outlasts_the_slowest_letter():
    assert LEASE.total_seconds() > LETTER_TIMEOUT


@pytest.mark.parametrize(("attempts", "longest"), [(1, 30), (2, 60), (5, 480), (8, 3600), (60, 3600)])
def test_pauses_double_from_half_a_minute_to_an_hour(attempts, longest):
    pauses = [pause_after(attempts).total_seconds() for _number in range(200)]

    assert longest / 2 <= min(pauses) < max(pauses) <= longest


async def test_two_workers_send_each_letter_once():
    for number in range(40):
        make_letter(body=f"number {number}")
    async with post_office() as (sink, one), post_office() as (other_sink, other):
        await asyncio.gather(send_all(one), send_all(other))

    assert sorted(sink.letters + other_sink.letters) == sorted(one.raw for one in all_letters())


async def test_the_worker_sends_what_comes_and_stops_when_told():
    stop = asyncio.Event()
    async with sink_on_loopback() as sink:
        mail_to(f"smtp://127.0.0.1:{sink.port}")
        worker = asyncio.create_task(run_mail(stop))
        make_letter()
        await until(lambda: len(sink.taken) == 1)

        stop.set()
        await asyncio.wait_for(worker, 60)

    assert the_letter().state is LetterState.SENT


async def test_the_worker_finishes_the_letter_in_hand_before_it_stops():
    stop = asyncio.Event()
    make_letter()
    async with sink_on_loopback() as sink:

        async def stop_now(_address):
            stop.set()
            await asyncio.sleep(0.1)

        sink.answers["DATA"] = stop_now
        mail_to(f"smtp://127.0.0.1:{sink.port}")
        await asyncio.wait_for(run_mail(stop, senders=1), 60)

    assert the_letter().state is LetterState.SENT


async def test_the_worker_pauses_when_the_server_takes_no_letters_and_goes_on_by_itself():
    stop, asked = asyncio.Event(), []
    for _number in range(5):
        make_letter()

    def closed(address):
        asked.append(address)
        return "421 4.3.2 down" if len(asked) > 1 else "550 5.7.1 not you"

    async with sink_on_loopback() as sink:
        sink.answers["MAIL"] = closed
        mail_to(f"smtp://127.0.0.1:{sink.port}")
        worker = asyncio.create_task(run_mail(stop, senders=1, pause=timedelta(seconds=4)))
        await until(lambda: asked)
        await asyncio.sleep(0.2)
        asked_at_first = len(asked)
        sink.answers.clear()
        await until(lambda: len(sink.taken) == 4)
        stop.set()
        await worker

    assert asked_at_first == 1


async def test_without_a_mail_server_letters_are_written_and_kept(db, bo):
    record(db, bo, PasswordSet(person_id=bo.person))
    db.commit()
    settle()
    mail_to("")
    stop = asyncio.Event()
    worker = asyncio.create_task(run_mail(stop))

    await until(lambda: the_letter().raw is not None)
    stop.set()
    await worker

    assert the_letter().state is LetterState.WAITING


async def test_logs_name_no_address(caplog):
    make_letter(address="secret@example.org")
    with caplog.at_level(logging.DEBUG, logger="folkmoot.mail"):
        async with post_office(RCPT=lambda address: f"550 5.1.1 <{address}> unknown") as (_sink, transport):
            await send_all(transport)

    assert "secret" not in "".join(one.getMessage() for one in caplog.records if one.name.startswith("folkmoot"))


async def test_letters_can_leave_into_a_directory(tmp_path):
    letter = make_letter()
    transport = transport_for(f"file:{tmp_path}/out")

    await send_all(transport)

    assert [path.read_bytes() for path in (tmp_path / "out").iterdir()] == [letter.raw]


def test_nothing_is_written_when_nothing_waits():
    assert write_letters() == 0
    with reading() as db:
        assert db.exec(select(Letter)).all() == []


async def test_a_link_that_somebody_waits_for_goes_before_hundreds_of_others():
    for number in range(3):
        make_letter(address=f"p{number}@example.org")
    with transaction() as db:
        ask_for_link(db, VISITOR, None, email="late@example.org")
    settle()

    write_letters()

    async with post_office() as (sink, transport):
        await send_next(transport)
        assert [recipient for _sender, recipient, _raw in sink.taken] == ["late@example.org"]
