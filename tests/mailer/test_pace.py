"""Pace: as many letters as the account and each domain may have, and nobody waits behind what is stuck."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.database import reading, transaction
from events.core.settings import settings, use_settings
from mailer.delivery import claim_letter
from mailer.letters import Letter, LetterState
from mailer.pace import OUT, MailRoute, note_failed, note_taken, trouble_with_the_way_out
from tests.mailer.makers_letters import all_letters, make_letter
from tests.mailer.test_delivery import LEASE, post_office, send_all
from tests.makers import NOW

pytestmark = pytest.mark.usefixtures("database_url")


def allow(**rates):
    use_settings(**{**settings().model_dump(), **rates})


def claimed_within(seconds: float, step: float = 1.0) -> list[str]:
    """Who is written to while the clock runs."""
    found, at = [], 0.0
    while at < seconds:
        with clock.frozen_at(NOW + timedelta(seconds=at)):
            while (one := claim_letter(LEASE)) is not None:
                found.append(one.address)
        at += step
    return found


def test_the_account_sends_no_more_letters_a_minute_than_it_may():
    allow(mail_rate=30)
    for number in range(50):
        make_letter(address=f"p{number}@example.org")

    assert len(claimed_within(60)) == 30


def test_two_workers_share_what_the_account_may_send():
    allow(mail_rate=30)
    for number in range(50):
        make_letter(address=f"p{number}@example.org")

    async def both():
        return await asyncio.gather(*(asyncio.to_thread(claim_letter, LEASE) for _worker in range(6)))

    taken = []
    for second in range(0, 20, 2):
        with clock.frozen_at(NOW + timedelta(seconds=second)):
            taken += [one for one in asyncio.run(both()) if one is not None]

    assert len(taken) == 10


def test_a_domain_gets_no_more_than_it_may_and_holds_up_no_other():
    allow(mail_domain_rate=6)
    for number in range(20):
        make_letter(address=f"p{number}@slow.example")
    for number in range(20):
        make_letter(address=f"p{number}@fast.example")

    taken = claimed_within(60)

    assert sum(one.endswith("@slow.example") for one in taken) == 6
    assert sum(one.endswith("@fast.example") for one in taken) == 6


async def test_a_domain_that_is_stuck_is_held_and_letters_to_others_go():
    for number in range(6):
        make_letter(address=f"p{number}@stuck.example")
    make_letter(address="cy@example.org")
    async with post_office(RCPT=lambda address: "451 4.4.1 away" if "stuck" in address else None) as (sink, transport):
        outcomes = await send_all(transport)

    with reading() as db:
        held = db.exec(select(MailRoute).where(MailRoute.name == "stuck.example")).one()
    assert [recipient for _sender, recipient, _raw in sink.taken] == ["cy@example.org"]
    assert (held.failures, len(outcomes)) == (3, 4)
    assert held.held_until > NOW
    assert [one.attempts for one in all_letters()] == [1, 1, 1, 0, 0, 0, 1]


async def test_a_domain_that_takes_letters_again_is_not_held_any_more():
    with transaction() as db:
        for _number in range(4):
            note_failed(db, "example.org", "451 away")
    make_letter()
    async with post_office() as (_sink, transport):
        with clock.frozen_at(NOW + timedelta(minutes=5)):
            await send_all(transport)

    with reading() as db:
        assert db.exec(select(MailRoute.failures, MailRoute.held_until)).one() == (0, None)


async def test_when_the_server_says_goodbye_no_try_counts_and_the_alarm_says_why():
    make_letter()
    async with post_office(MAIL=lambda _address: "421 4.3.2 closing") as (_sink, transport):
        await send_all(transport)

    with transaction() as db:
        alarm = trouble_with_the_way_out(db)
        assert (alarm.problem, alarm.since) == ("421 4.3.2 closing", NOW)
        note_taken(db, OUT)
        assert trouble_with_the_way_out(db) is None
    assert [(one.attempts, one.state) for one in all_letters()] == [(0, LetterState.WAITING)]


def test_tomorrows_meetings_go_before_others_and_those_of_next_week_after():
    for address, begins in (("later", timedelta(days=7)), ("plain", timedelta(days=1)), ("soon", timedelta(hours=20))):
        id = make_letter(address=f"{address}@example.org").id
        with transaction() as db:
            row = db.get_one(Letter, id)
            row.urgent_at = NOW + begins
            db.add(row)

    assert claimed_within(1) == ["soon@example.org", "plain@example.org", "later@example.org"]
