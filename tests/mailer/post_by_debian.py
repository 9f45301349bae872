"""A whole event's invitations through a real Postfix into real mailboxes, and what comes back from there."""

import asyncio
import smtplib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from events.core import clock
from events.core.database import Database, reading
from events.core.journal import record, settle
from events.core.settings import settings, use_settings
from mailer.delivery import run_mail
from mailer.letters import Letter, LetterState, raw_of
from mailer.writing import write_letters
from sessions.meetings import Meeting, MeetingAccepted, MeetingState
from tests.mailer.makers_incoming import SERVER
from tests.mailer.makers_letters import all_letters, booked
from tests.mailer.post_house import PASSWORD, THEIRS, PostHouse
from tests.makers import make_person
from tests.sessions.makers_meetings import Fair, make_fair, make_participant

UNKNOWN = "gone"  # whose names begin so have no mailbox


@dataclass(frozen=True)
class Post:
    """What went through: how many letters, in how many seconds, and the letters."""

    letters: list[Letter]
    seconds: float


def invite(db: Database, ada, count: int, *, gone: int = 0) -> tuple[Fair, list[str]]:
    """So many written invitations to meetings of two, some to people whose mailbox does not exist; the names of all."""
    fair = make_fair(db, ada, slots=4)
    names = [f"p{number}" if number >= gone else f"{UNKNOWN}{number}" for number in range(count)]
    people = [make_person(db, name, email=f"{name}@{THEIRS}") for name in names]
    for one in people[-2:]:  # who answers takes part; for the others the letter is all that counts
        make_participant(db, one, fair)
    start = fair.slots[0].starts_at
    for one, other in zip(people[::2], people[1::2], strict=True):
        meeting = Meeting(
            event_id=fair.event.id, asker_id=one.person, invitee_id=other.person, state=MeetingState.SCHEDULED,
            starts_at=start, ends_at=start + timedelta(minutes=20), requested_at=clock.now(),
            expires_at=clock.now() + timedelta(hours=48),
        )  # fmt: skip
        db.add(meeting)
        db.flush()
        fact = MeetingAccepted(event_id=fair.event.id, meeting_id=meeting.id, sequence=booked(db, meeting))
        record(db, one, fact)
    db.commit()
    settle(most=1_000_000)
    write_letters(most=1_000_000)
    return fair, names


@asynccontextmanager
async def sending(house: PostHouse, **more: object) -> AsyncIterator[None]:
    """Our own worker sends by Postfix while the block runs."""
    told = {"mail_url": f"smtp://127.0.0.1:{house.smtp}", "mail_authserv": SERVER, **more}
    use_settings(**{**settings().model_dump(), **told})
    stop = asyncio.Event()
    worker = asyncio.create_task(run_mail(stop))
    try:
        yield
    finally:
        stop.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(worker, 60)


async def through(house: PostHouse, *, seconds: float = 120.0) -> Post:
    """Send all that waits, until Postfix has nothing left on its way."""
    began = time.perf_counter()
    async with sending(house):
        await until(lambda: not _waiting(), seconds=seconds)
    taken = time.perf_counter() - began
    await asyncio.to_thread(house.wait_until_empty, seconds)
    return Post([one for one in all_letters() if one.uid], taken)


def _waiting() -> bool:
    with reading() as db:
        return db.exec(select(Letter.id).where(Letter.state == LetterState.WAITING)).first() is not None


async def until(condition, *, seconds: float = 30.0) -> None:
    """Wait for what rings no bell."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)


def arrived(house: PostHouse, letter: Letter) -> list[bytes]:
    """The copies of a letter in the mailbox to which it was sent, as they were handed in."""
    user = letter.address.partition("@")[0]
    whole = raw_of(letter)
    found = [one.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for one in house.mailbox(user)]
    return [one for one in found if one.endswith(whole)]


def answers(house: PostHouse, raw: bytes, *, sender: str, to: str) -> None:
    """Somebody's mail program hands in an answer."""
    with smtplib.SMTP("127.0.0.1", house.smtp) as client:
        client.sendmail(sender, [to], raw)


def mailbox_url(house: PostHouse) -> str:
    """The mailbox in which our own mail lies, as FOLKMOOT_IMAP_URL names it."""
    from urllib.parse import quote

    return f"imap://meet:{quote(PASSWORD)}@127.0.0.1:{house.imap}/INBOX"
