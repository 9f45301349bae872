"""Letters a second from our rows to an SMTP server on loopback, against aiosmtplib alone in the same run.

    python -m bench.mail [--letters 1000] [--senders 2]

Ours claims each letter, sends it and marks it in SQLite; the reference hands the same bytes to the same server over as
many connections and keeps nothing. The server takes everything and runs in a process of its own.
"""

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import time
from contextlib import AsyncExitStack
from multiprocessing.connection import Connection

import aiosmtplib

ROUNDS = 3


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--letters", type=int, default=1000)
    asked.add_argument("--senders", type=int, default=2)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FOLKMOOT_DATABASE_URL"] = f"sqlite:///{folder}/mail.db"
        os.environ["FOLKMOOT_SECRET"] = "a secret for letters that nobody ever gets"  # noqa: S105 - of no house
        here, there = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=take_everything, args=(there,), daemon=True)
        server.start()
        port = here.recv()
        try:
            compare(port, letters=given.letters, senders=given.senders)
        finally:
            server.kill()
            server.join()


def take_everything(tell: Connection) -> None:
    """A mail server that takes whatever comes; it tells its port."""

    async def serve() -> None:
        from tests.mailer.sink import sink_on_loopback

        async with sink_on_loopback() as sink:
            tell.send(sink.port)
            while True:
                await asyncio.sleep(1)
                sink.taken.clear()

    asyncio.run(serve())


def compare(port: int, *, letters: int, senders: int) -> None:
    """Both ways in turn, three times each; prints the best of each, and the ratio."""
    from sqlmodel import SQLModel

    import frontend.registry  # noqa: F401 - every relation
    from events.core.database import engines
    from events.core.settings import settings, use_settings

    use_settings(mail_url=f"smtp://127.0.0.1:{port}")
    SQLModel.metadata.create_all(engines(settings().database_url).write)
    ours, alone = [], []
    for _round in range(ROUNDS):
        raws = written(letters)
        alone.append(asyncio.run(by_the_library(port, raws, senders)))
        ours.append(asyncio.run(by_our_delivery(port, senders)))
    one, other = min(ours), min(alone)
    print(
        f"{letters} letters, {senders} connections: ours {letters / one:.0f} a second, aiosmtplib alone "
        f"{letters / other:.0f} a second, ratio {other / one:.2f}"
    )


def written(count: int) -> list[tuple[str, str, bytes]]:
    """So many invitations of some 4 kB that wait, as rows: from whom, to whom, what."""
    from datetime import UTC, datetime, timedelta

    from mailer.delivery import envelope_sender
    from mailer.invitations import Invitation, calendar_bytes
    from tests.mailer.makers_letters import make_letter

    start = datetime(2027, 4, 14, 9, tzinfo=UTC)
    calendar = calendar_bytes(
        Invitation(
            uid="6f1d2c3a", sequence=0, method="REQUEST", dtstamp=start, created=start, starts_at=start,
            ends_at=start + timedelta(minutes=20), summary="Meeting at Food Match", description="Table 12\n" * 40,
            location="Table 12", url="https://folkmoot.example/meetings/m_1", organiser_name="Folkmoot",
            organiser_address="meet+1@folkmoot.example", attendee_name="Bo Berg", attendee_address="bo@example.org",
        )
    )  # fmt: skip
    body = (calendar * 3).decode().rstrip("\r\n")
    letters = [make_letter(address=f"p{number}@example.org", body=body) for number in range(count)]
    return [(envelope_sender(one), one.address, one.raw or b"") for one in letters]


async def by_our_delivery(port: int, senders: int) -> float:
    """Seconds until all that waits is sent and marked."""
    from mailer.delivery import Outcome, send_next
    from mailer.transport import transport_for

    async def send_all() -> None:
        transport = transport_for(f"smtp://127.0.0.1:{port}")
        while await send_next(transport) is not Outcome.NOTHING_DUE:
            pass
        await transport.close()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _sender in range(senders):
            tasks.create_task(send_all())
    return time.perf_counter() - began


async def by_the_library(port: int, raws: list[tuple[str, str, bytes]], senders: int) -> float:
    """Seconds in which aiosmtplib hands the same over."""
    began = time.perf_counter()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        for number in range(senders):
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
            await client.connect()
            stack.push_async_callback(client.quit)
            tasks.create_task(_hand_over(client, raws[number::senders]))
    return time.perf_counter() - began


async def _hand_over(client: aiosmtplib.SMTP, raws: list[tuple[str, str, bytes]]) -> None:
    for sender, recipient, raw in raws:
        await client.sendmail(sender, [recipient], raw)


if __name__ == "__main__":
    main()
