"""Through Debian's Postfix and Dovecot: invitations arrive as they were written, and what comes back counts."""

import asyncio

import pytest
from sqlmodel import select

from events.core.database import reading
from events.core.settings import settings, use_settings
from events.reachability import trouble_of
from mailer.incoming.imap import run_imap
from mailer.incoming.lmtp import lmtp_listener
from mailer.letters import LetterState
from sessions.meetings import Meeting, MeetingState
from tests.mailer.makers_incoming import answer_to, reply_to_of
from tests.mailer.post_by_debian import answers, arrived, invite, mailbox_url, through, until
from tests.mailer.post_house import post_house

COUNT, GONE = 500, 20  # `make prove` sends 10,000

pytestmark = [pytest.mark.real_time, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def states() -> dict[int, MeetingState]:
    with reading() as db:
        return dict(db.exec(select(Meeting.id, Meeting.state)).all())


async def test_invitations_arrive_as_written_and_bounces_and_answers_come_back_by_lmtp(db, ada):
    _fair, names = invite(db, ada, COUNT, gone=GONE)
    async with lmtp_listener("127.0.0.1", 0) as port:
        with post_house(*names[GONE:], lmtp_for_us=port) as house:
            post = await through(house)
            unknown = [one for one in post.letters if one.address.startswith("gone")]
            known = [one for one in post.letters if one not in unknown]
            await until(lambda: all(bounced(one.address) for one in unknown))

            assert [len(arrived(house, one)) for one in known] == [1] * (COUNT - GONE)
            assert {one.state for one in known} == {LetterState.SENT}

            answers(house, answer_to(known[-1], says="DECLINED"), sender=known[-1].address, to=reply_to_of(known[-1]))
            await until(lambda: MeetingState.CANCELLED in states().values())

            assert list(states().values()).count(MeetingState.CANCELLED) == 1


def bounced(address: str) -> bool:
    with reading() as db:
        return trouble_of(db, address) is not None


async def test_an_answer_that_lies_in_a_mailbox_changes_the_booking_and_a_bounce_there_counts(db, ada):
    _fair, names = invite(db, ada, 6, gone=1)
    with post_house(*names[1:]) as house:
        post = await through(house)
        answering = post.letters[-1]
        use_settings(**{**settings().model_dump(), "imap_url": mailbox_url(house)})
        stop = asyncio.Event()
        reader = asyncio.create_task(run_imap(stop, pause=0.2))
        answers(house, answer_to(answering, says="DECLINED"), sender=answering.address, to=reply_to_of(answering))
        try:
            await until(lambda: MeetingState.CANCELLED in states().values())
            await until(lambda: bounced("gone0@example.org"))
        finally:
            stop.set()
            await asyncio.wait_for(reader, 20)

    assert sorted(states().values()) == [MeetingState.CANCELLED, MeetingState.SCHEDULED, MeetingState.SCHEDULED]
