"""Suppression: no letter goes to an address after the mail server has said that there is nobody."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import SYSTEM
from events.core.database import reading, transaction
from events.core.journal import JournalEntry
from events.reachability import note_hard_bounce, note_soft_bounce, trouble_of, trust_again
from mailer.letters import Letter, LetterState
from tests.mailer.makers_letters import all_letters, make_letter
from tests.mailer.test_delivery import post_office, send_all
from tests.makers import NOW

pytestmark = pytest.mark.usefixtures("database_url")


async def test_after_a_hard_bounce_nothing_is_sent_to_the_address():
    make_letter()
    asked = []
    async with post_office(RCPT=lambda address: asked.append(address) or "550 5.1.1 nobody") as (sink, transport):
        await send_all(transport)
        make_letter(body="a second one")
        await send_all(transport)

    assert (asked, sink.taken) == (["bo@example.org"], [])
    assert [one.state for one in all_letters()] == [LetterState.UNDELIVERABLE] * 2
    assert "550 5.1.1 nobody" in all_letters()[1].problem


async def test_a_cancellation_is_still_tried_once():
    with transaction() as db:
        note_hard_bounce(db, "bo@example.org", "550 nobody")
    id = make_letter(uid="u").id
    with transaction() as db:
        letter = db.get_one(Letter, id)
        letter.method = "CANCEL"
        db.add(letter)
    asked = []
    async with post_office(RCPT=lambda address: asked.append(address) or "451 4.2.1 later") as (_sink, transport):
        for hours in (0, 2, 4):
            with clock.frozen_at(NOW + timedelta(hours=hours)):
                await send_all(transport)

    assert asked == ["bo@example.org"]
    assert all_letters()[0].state is LetterState.UNDELIVERABLE


def test_three_soft_bounces_within_three_days_are_one_hard_one():
    with transaction() as db:
        answers = [note_soft_bounce(db, "bo@example.org", "mailbox full") for _number in range(3)]

        assert answers == [False, False, True]
        assert trouble_of(db, "bo@example.org").reason == "mailbox full"


def test_soft_bounces_far_apart_are_forgotten():
    for days in (0, 4, 8, 12):
        with clock.frozen_at(NOW + timedelta(days=days)), transaction() as db:
            note_soft_bounce(db, "bo@example.org", "mailbox full")

            assert trouble_of(db, "bo@example.org") is None


async def test_an_address_that_is_trusted_again_gets_letters():
    with transaction() as db:
        note_hard_bounce(db, "bo@example.org", "550 nobody")
    with transaction() as db:
        assert trust_again(db, SYSTEM, "bo@example.org")
        assert not trust_again(db, SYSTEM, "bo@example.org")
    make_letter()
    async with post_office() as (sink, transport):
        await send_all(transport)

    assert len(sink.taken) == 1


def test_that_somebodys_address_takes_no_letters_stands_in_the_journal_once(db, bo):
    for _twice in range(2):
        note_hard_bounce(db, "bo@example.org", "550 nobody")
    db.commit()

    with reading() as other:
        kinds = list(other.exec(select(JournalEntry.kind)))
    assert kinds == ["AddressSuppressed"]
