"""LMTP: our mail server hands over, and learns at once what nobody gets."""

import smtplib
from datetime import timedelta

import anyio.to_thread
import pytest

from events.core import clock
from mailer.incoming import lmtp
from mailer.incoming.lmtp import lmtp_listener
from sessions.calendars import Answer
from tests.mailer import test_incoming
from tests.mailer.makers_incoming import answer_to, reply_to_of
from tests.mailer.test_incoming import answer_of, invitation_to
from tests.makers import NOW

fair, meeting = test_incoming.fair, test_incoming.meeting
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def hand_over(port: int, raw: bytes, *recipients: str):
    def run():
        with smtplib.LMTP("127.0.0.1", port, local_hostname="mx") as client:
            try:
                return client.sendmail("somebody@example.org", list(recipients), raw)
            except smtplib.SMTPRecipientsRefused as refused:
                return refused.recipients
            except smtplib.SMTPDataError as refused:
                return {recipients[0]: (refused.smtp_code, refused.smtp_error)}

    return await anyio.to_thread.run_sync(run)


async def test_what_our_mail_server_hands_over_counts(meeting, cy):
    letter = invitation_to("cy")
    async with lmtp_listener("127.0.0.1", 0) as port:
        refused = await hand_over(port, answer_to(letter), reply_to_of(letter))

    assert (refused, answer_of(cy)) == ({}, Answer.ACCEPTED)


async def test_an_address_that_is_not_ours_is_refused_at_once_and_the_others_are_served(meeting, cy):
    letter = invitation_to("cy")
    unknown = "meet+00000000000000000000000000000000@folkmoot.invalid"
    async with lmtp_listener("127.0.0.1", 0) as port:
        refused = await hand_over(port, answer_to(letter), unknown, reply_to_of(letter))

    assert [code for code, _text in refused.values()] == [550]
    assert answer_of(cy) is Answer.ACCEPTED


async def test_what_we_cannot_handle_now_is_to_be_brought_again(meeting, cy, monkeypatch):
    letter = invitation_to("cy")
    raw, real = answer_to(letter), lmtp.handle
    monkeypatch.setattr(lmtp, "handle", lambda *_: 1 / 0)
    async with lmtp_listener("127.0.0.1", 0) as port:
        refused = await hand_over(port, raw, reply_to_of(letter))
        monkeypatch.setattr(lmtp, "handle", real)
        with clock.frozen_at(NOW + timedelta(minutes=5)):
            again = await hand_over(port, raw, reply_to_of(letter))

    assert [code for code, _text in refused.values()] == [451]
    assert (again, answer_of(cy)) == ({}, Answer.ACCEPTED)
