"""IMAP: nothing is lost and nothing counts twice, whatever becomes of the connection and of the mailbox."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.database import reading
from events.core.settings import settings, use_settings
from mailer.incoming import imap
from mailer.incoming.handling import AN_HOUR, IncomingLetter
from mailer.incoming.imap import fetch_new, mailbox_address, recipients_in, run_imap
from sessions.calendars import Answer
from tests.mailer import test_incoming
from tests.mailer.makers_incoming import answer_to, reply_to_of
from tests.mailer.test_incoming import answer_of, invitation_to
from tests.makers import NOW

fair, meeting = test_incoming.fair, test_incoming.meeting
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Shelf:
    """A mailbox as IMAP shows it: messages by UID, and a UIDVALIDITY; `cut_after` ends the connection."""

    def __init__(self, *messages: bytes, validity: int = 7) -> None:
        self.messages = dict(enumerate(messages, 1))
        self.validity = validity
        self.seen: set[int] = set()
        self.fetched: list[int] = []
        self.cut_after: int | None = None

    def select_folder(self, folder):
        return {b"UIDVALIDITY": self.validity}

    def search(self, criteria):
        first, _to, last = criteria[-1].partition(":")
        if criteria[0] == "UNSEEN":
            return [uid for uid in self.messages if int(first) <= uid <= int(last) and uid not in self.seen]
        first = int(first)
        found = [uid for uid in self.messages if uid >= first]
        return found or list(self.messages)[-1:]

    def fetch(self, messages, data):
        if self.cut_after is not None and len(self.fetched) >= self.cut_after:
            raise ConnectionResetError("BYE")
        self.fetched += messages
        return {uid: {b"BODY[]": self.messages[uid]} for uid in messages}

    def add_flags(self, messages, flags):
        self.seen |= set(messages)


def delivered(raw: bytes, to: str = "") -> bytes:
    to = to or reply_to_of(invitation_to("cy"))
    return f"Return-Path: <cy@example.org>\r\nDelivered-To: {to}\r\n".encode() + raw


def on_record() -> int:
    with reading() as db:
        return len(db.exec(select(IncomingLetter.id)).all())


@pytest.fixture
def shelf(meeting):
    letter = invitation_to("cy")
    return Shelf(*(delivered(answer_to(letter, says=says)) for says in ("TENTATIVE", "ACCEPTED")))


def test_what_is_new_counts_and_is_marked_as_seen(shelf, cy):
    assert [fetch_new(shelf, "box", "INBOX") for _again in range(2)] == [2, 0]
    assert (shelf.seen, on_record()) == ({1, 2}, 2)
    assert answer_of(cy) is Answer.TENTATIVE  # of two that were made at one moment the first counts


def test_a_connection_that_breaks_loses_nothing_and_repeats_nothing(shelf):
    shelf.cut_after = 1
    with pytest.raises(ConnectionResetError):
        fetch_new(shelf, "box", "INBOX")
    shelf.cut_after = None

    assert fetch_new(shelf, "box", "INBOX") == 1
    assert (shelf.fetched, shelf.seen) == ([1, 2], {1, 2})


def test_a_message_that_cannot_be_handled_now_is_tried_again(shelf, monkeypatch):
    real = imap.handle
    monkeypatch.setattr(imap, "handle", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fetch_new(shelf, "box", "INBOX")
    assert (shelf.seen, on_record()) == (set(), 0)
    monkeypatch.setattr(imap, "handle", real)

    assert fetch_new(shelf, "box", "INBOX") == 2


def test_a_mailbox_that_was_made_anew_is_read_from_its_beginning_and_nothing_counts_twice(shelf):
    fetch_new(shelf, "box", "INBOX")
    shelf.validity = 8

    assert fetch_new(shelf, "box", "INBOX") == 2
    assert on_record() == 2


def test_what_is_too_often_holds_nobody_up_and_counts_later(meeting, bo, cy):
    to_cy, to_bo = invitation_to("cy"), invitation_to("bo")
    many = [delivered(answer_to(to_cy, uid="unknown")) for _one in range(AN_HOUR)]
    late = delivered(answer_to(to_cy))
    theirs = delivered(answer_to(to_bo, says="TENTATIVE"), reply_to_of(to_bo))
    shelf = Shelf(*many, late, theirs)

    counts = [fetch_new(shelf, "box", "INBOX") for _round in range(3)]
    before = (answer_of(cy), answer_of(bo), set(shelf.messages) - shelf.seen)
    with clock.frozen_at(NOW + timedelta(hours=1)):
        again = fetch_new(shelf, "box", "INBOX")

    assert (counts, before) == ([50, 12, 0], (Answer.NONE, Answer.TENTATIVE, {AN_HOUR + 1}))
    assert (again, answer_of(cy), set(shelf.messages) - shelf.seen) == (0, Answer.ACCEPTED, set())


def test_messages_to_nobody_of_ours_are_left_alone(meeting):
    other = Shelf(b"To: newsletter@folkmoot.invalid\r\nSubject: Hello\r\n\r\nHello\r\n")

    assert fetch_new(other, "box", "INBOX") == 1
    assert on_record() == 0


def test_for_whom_a_message_is_says_the_delivering_server_before_the_writer(meeting):
    ours = reply_to_of(invitation_to("cy"))

    assert recipients_in(f"To: x@example.org\r\nDelivered-To: {ours}\r\n\r\n".encode()) == (ours,)
    assert recipients_in(f"To: Folkmoot <{ours}>, y@example.org\r\n\r\n".encode()) == (ours,)


def test_the_address_of_a_mailbox_is_read_with_its_folder_and_password(meeting):
    found = mailbox_address("imaps://meet%40folkmoot.example:p%2Fw@mail.example/Answers")

    assert (found.host, found.port, found.tls, found.folder) == ("mail.example", 993, True, "Answers")
    assert (found.user, found.password) == ("meet@folkmoot.example", "p/w")


async def test_a_server_that_hangs_up_is_called_again(meeting, monkeypatch):
    use_settings(**{**settings().model_dump(), "imap_url": "imap://a:b@127.0.0.1:1/INBOX"})
    stop, calls = asyncio.Event(), []

    def connection(address, stopping):
        calls.append(address)
        if len(calls) == 3:
            stop.set()
            return
        raise ConnectionResetError("BYE")

    monkeypatch.setattr(imap, "_one_connection", connection)
    await asyncio.wait_for(run_imap(stop, pause=0.01), 60)

    assert len(calls) == 3
