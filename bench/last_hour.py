"""The last hour before a deadline: thousands of teams save and hand in with files, more of them the nearer the end is.

    python -m bench.last_hour [--teams 2200] [--seconds 300] [--autosaves 6] [--kilobytes 200] [--late 0.02]

Starts the web server as a process of its own on a fresh SQLite database (or FOLKMOOT_BENCH_DATABASE_URL, an empty one).
The hour is pressed into `--seconds`. Each team saves while it writes, one request at a time as the page does, then
hands in with a file; a share of them presses the button just after the end. Afterwards each answer is compared with the
rows and the files: what was answered as handed in has to be a version that counts, what came too late one that is kept,
each with its file. Beside the waits under load stand those of a few teams that did the same on the idle server before,
in the same run. What was pressed in time and is late all the same waited at the server's door until the end.
"""

import argparse
import asyncio
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from socket import AF_INET

import aiohttp
from sqlmodel import SQLModel, select

import frontend.registry  # noqa: F401 - the listeners have to be known
from bench.bookers import free_port, lag_between, note_lag, p, settle, wait_for
from events.core import clock
from events.core.database import Database, engines, forget_engines, reading, transaction
from events.core.files import StoredFile, content_of
from events.core.links import know_routes
from events.deadlines import set_grace
from events.events import EventWithPhases, event_by_id
from events.people import Person, PersonState
from events.phases import PhaseKind
from events.planning import move_phase
from events.registration import Registration, RegistrationState, types_of
from events.signin import form_token, open_sign_in
from events.submissions import Submission, SubmissionVersion
from events.teams import Team, TeamMember
from tests.events.makers_hackathon import make_hackathon
from tests.makers import again, make_person

IDLE = 20
SUMMARY = "A tray pressed from rapeseed straw, sealed with a thin layer of wax that composts in a garden."


@dataclass(frozen=True)
class Crew:
    """A team with its one browser, and what it is going to hand in."""

    number: int
    team: str
    cookie: str
    title: str
    file: bytes


@dataclass
class Seen:
    """What came of it: seconds and statuses of each kind of request, and each team's last answer."""

    waits: dict[str, list[float]] = field(default_factory=lambda: {"autosave": [], "hand in": []})
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    answers: dict[str, int] = field(default_factory=dict)
    reads: list[float] = field(default_factory=list)
    pressed: dict[str, float] = field(default_factory=dict)


def prepare(teams: int, kilobytes: int) -> tuple[int, str, list[Crew]]:
    """A hackathon with so many teams of one. By rows, since as many commands would take longer than the run."""
    know_routes(lambda name, **_ids: f"/{name}")
    SQLModel.metadata.create_all(engines().write)
    dice = random.Random(7)
    with transaction() as db:
        event = make_hackathon(db, make_person(db, "Ada Adler"))
        now, kind = clock.now(), types_of(db, event.id)[0]
        people = [
            Person(email=f"p{n}@example.org", name=f"P {n:04}", state=PersonState.ACTIVE, joined_at=now)
            for n in range(teams)
        ]
        rows = [Team(event_id=event.id, name=f"Team {n:04}", formed_at=now) for n in range(teams)]
        db.add_all([*people, *rows])
        db.flush()
        pairs = list(zip(people, rows, strict=True))
        db.add_all(
            TeamMember(event_id=event.id, team_id=row.id, person_id=one.id, leads=True, joined_at=now)
            for one, row in pairs
        )
        db.add_all(
            Registration(event_id=event.id, person_id=one.id, type_id=kind.id, state=RegistrationState.ACCEPTED,
                         registered_at=now)
            for one in people
        )  # fmt: skip
        body = dice.randbytes(kilobytes * 1024)
        return event.id, event.event.slug, [
            Crew(n, row.public_id, open_sign_in(db, one, way="bench"), f"Tray {n} {dice.random():.9f}",
                 b"%PDF-1.7\n" + f"{n}\n".encode() + body)
            for n, (one, row) in enumerate(pairs)
        ]  # fmt: skip


def ends_in(event_id: int, seconds: float) -> EventWithPhases:
    """Let submission end in so many seconds, without any grace: what is sent after that is late."""
    with transaction() as db:
        event = event_by_id(db, event_id)
        ada = again(db, organiser(db))
        set_grace(db, ada, event, minutes=0)
        now = clock.now()
        return move_phase(
            db, ada, event, kind=PhaseKind.SUBMISSION, starts_at=now - timedelta(hours=2),
            ends_at=now + timedelta(seconds=seconds),
        )  # fmt: skip


def organiser(db: Database):
    """Ada, as somebody who acts."""
    from events.core.access import Actor

    return Actor(db.exec(select(Person.id).where(Person.name == "Ada Adler")).one())


async def work(crew: Crew, slug: str, base: str, seen: Seen, moments: list[float]) -> None:
    """One team: saves at all moments (seconds from now) but the last, at which it hands in."""
    began, revision = time.perf_counter(), 0
    headers = {"cookie": f"folkmoot={crew.cookie}", "origin": base}
    # Each from a loopback address of their own, as people come from many places: the door counts requests by address.
    number = crew.number
    # And each request on a new connection: one that lay idle may be closed just when it is used again, after which a
    # browser sends once more by itself and this client would not.
    door = aiohttp.TCPConnector(
        local_addr=(f"127.0.{1 + number // 250}.{1 + number % 250}", 0), family=AF_INET, force_close=True
    )
    path = f"{base}/e/{slug}/teams/{crew.team}/submission"
    # A browser waits for its answer as long as the server keeps the line open.
    patience = aiohttp.ClientTimeout(total=None)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(headers=headers, cookie_jar=jar, connector=door, timeout=patience) as browser:
        for turn, moment in enumerate(moments):
            await asyncio.sleep(max(0.0, began + moment - time.perf_counter()))
            last = turn == len(moments) - 1
            if not last and 0 < moments[turn + 1] < time.perf_counter() - began:
                continue  # what was typed goes along with the next
            if last:
                seen.pressed[crew.team] = time.time()
            form = aiohttp.FormData()
            words = {"csrf_token": form_token(crew.cookie), "revision": str(revision), "title": crew.title,
                     "summary": SUMMARY, "text": "We pressed three trays. " * (turn + 1)}  # fmt: skip
            for name, value in words.items():
                form.add_field(name, value)
            if last:
                form.add_field("files", crew.file, filename="tray.pdf", content_type="application/pdf")
            kind, started = "hand in" if last else "autosave", time.perf_counter()
            where = f"{path}/hand-in" if last else f"{path}/autosave"
            accept = {} if last else {"accept": "application/json"}
            try:
                async with browser.post(where, data=form, headers=accept, allow_redirects=False) as answer:
                    said = await answer.read()
                    seen.statuses[kind, answer.status] += 1
                    if not last and answer.status == 200:
                        revision = (await answer.json())["revision"] if said else revision
                    if last:
                        seen.answers[crew.team] = answer.status
            except (aiohttp.ClientError, OSError):
                seen.statuses[kind, 0] += 1  # no answer came
            seen.waits[kind].append(time.perf_counter() - started)


async def read_meanwhile(slug: str, base: str, seen: Seen) -> None:
    """Somebody who only looks, ten times a second."""
    async with aiohttp.ClientSession() as browser:
        while True:
            started = time.perf_counter()
            async with browser.get(f"{base}/e/{slug}") as answer:
                await answer.read()
            seen.reads.append(time.perf_counter() - started)
            await asyncio.sleep(0.1)


def moments_of(crew: Crew, seconds: float, autosaves: int, late: float) -> list[float]:
    """When a team saves and hands in: nearer the end the more likely; a share of them a little after it."""
    dice = random.Random(crew.number)
    end = seconds * (1 - dice.random() ** 3 * 0.9) - 0.5
    if dice.random() < late:
        end = seconds + 0.5 + dice.random() * 3
    before = sorted(dice.uniform(max(0.0, end - seconds / 6), end - 0.2) for _save in range(autosaves))
    return [*(max(0.0, one) for one in before), end]


async def idle(crews: list[Crew], slug: str, base: str, autosaves: int) -> Seen:
    """The same by a few teams, one after the other."""
    seen = Seen()
    reader = asyncio.create_task(read_meanwhile(slug, base, seen))
    for crew in crews:
        await work(crew, slug, base, seen, [0.0] * (autosaves + 1))
    reader.cancel()
    return seen


async def busy(crews: list[Crew], slug: str, base: str, seconds: float, autosaves: int, late: float) -> Seen:
    """All at once, over the pressed hour."""
    seen = Seen()
    reader = asyncio.create_task(read_meanwhile(slug, base, seen))
    await asyncio.gather(*(work(crew, slug, base, seen, moments_of(crew, seconds, autosaves, late)) for crew in crews))
    reader.cancel()
    return seen


def lost(crews: list[Crew], answers: dict[str, int]) -> Counter[str]:
    """What became of each team's last request, by what the rows and the files say; 'lost' must not be among it."""
    found: Counter[str] = Counter()
    with reading() as db:
        query = select(Team.public_id, SubmissionVersion).join(Submission, Submission.team_id == Team.id)
        query = query.join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
        versions: dict[str, list[SubmissionVersion]] = {}
        for team, version in db.exec(query.order_by(SubmissionVersion.number)):
            versions.setdefault(team, []).append(version)
        files = {one.public_id: one for one in db.exec(select(StoredFile))}
        for crew in crews:
            found[_fate(crew, answers.get(crew.team, 0), versions.get(crew.team, []), files)] += 1
    return found


def _fate(crew: Crew, status: int, versions: list[SubmissionVersion], files: dict[str, StoredFile]) -> str:
    digest = hashlib.sha256(crew.file).hexdigest()
    kept = [one for one in versions if one.content["title"] == crew.title
            and digest in {file["sha256"] for file in one.content["files"]}]  # fmt: skip
    whole = [one for one in kept if content_of(files[one.content["files"][0]["file"]]) == crew.file]
    if status == 303:
        return "handed in" if whole and not whole[-1].late else "lost"
    if status == 409:
        return "kept as late" if whole and whole[-1].late else "lost"
    return f"answered {status}"


def serve(url: str, folder: Path, port: int) -> None:
    """The server's process: the real application, and a task that writes down how late it is woken."""
    from frontend.cli import web_server
    from frontend.logs import set_up_logs

    settle(url, folder, port)
    set_up_logs()
    server = web_server("127.0.0.1", port)

    async def everything() -> None:
        lag = asyncio.create_task(note_lag(folder / "lag"))
        await server.serve()
        lag.cancel()

    import uvloop

    uvloop.run(everything())


def measure(asked: argparse.Namespace) -> None:
    """One run on a fresh database, printed."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = os.environ.get("FOLKMOOT_BENCH_DATABASE_URL", f"sqlite:///{folder}/bench.db")
        forget_engines()
        settle(url, folder, port)
        event_id, slug, crews = prepare(asked.teams + IDLE, asked.kilobytes)
        command = [sys.executable, "-m", "bench.last_hour", "--serve", url, name, str(port)]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            base = f"http://localhost:{port}"
            wait_for(base, process)
            run(asked, folder, event_id, slug, crews, base)
        finally:
            process.terminate()
            process.wait(30)


def run(asked: argparse.Namespace, folder: Path, event_id: int, slug: str, crews: list[Crew], base: str) -> None:
    """Idle first, then the hour, then the counting."""
    few, many = crews[:IDLE], crews[IDLE:]
    ends_in(event_id, 3600)
    before = time.time()
    quiet = asyncio.run(idle(few, slug, base, asked.autosaves))
    end = ends_in(event_id, asked.seconds).phase(PhaseKind.SUBMISSION)
    assert end is not None
    between = time.time()
    loud = asyncio.run(busy(many, slug, base, asked.seconds, asked.autosaves, asked.late))
    lags = [lag_between(folder / "lag", *span) for span in ((before, between), (between, time.time()))]
    fates = lost(many, loud.answers)
    odd = {key: count for key, count in loud.statuses.items() if key[1] not in {200, 303, 409}}
    if odd:
        print("odd answers:", odd, (folder / "log").read_text()[-3000:])
    waited = sum(
        seen < end.ends_at.timestamp() and loud.answers.get(team) == 409 for team, seen in loud.pressed.items()
    )
    missing = asked.teams - fates["handed in"] - fates["kept as late"]
    print(
        f"{asked.teams} teams in {asked.seconds} s: {sum(loud.statuses.values())} requests, "
        f"{fates['handed in']} handed in, {fates['kept as late']} kept as late "
        f"({waited} of them pressed in time), lost {missing}"
    )
    for kind in ("autosave", "hand in"):
        print(
            f"  {kind}: p50 {p(loud.waits[kind], 0.5):.0f} ms, p99 {p(loud.waits[kind], 0.99):.0f} ms; "
            f"idle: p50 {p(quiet.waits[kind], 0.5):.0f} ms, p99 {p(quiet.waits[kind], 0.99):.0f} ms"
        )
    print(
        f"  a page meanwhile: p50 {p(loud.reads, 0.5):.0f} ms, p99 {p(loud.reads, 0.99):.0f} ms; "
        f"idle: p50 {p(quiet.reads, 0.5):.0f} ms, p99 {p(quiet.reads, 0.99):.0f} ms\n"
        f"  loop lag p99 {p(lags[1], 0.99):.1f} ms; idle: p99 {p(lags[0], 0.99):.1f} ms"
    )
    if missing:
        print("fates:", dict(fates))
        sys.exit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=2200)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--autosaves", type=int, default=6)
    parser.add_argument("--kilobytes", type=int, default=200)
    parser.add_argument("--late", type=float, default=0.02)
    parser.add_argument("--serve", nargs=3, default=None)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve[0], Path(asked.serve[1]), int(asked.serve[2]))
        return
    measure(asked)


if __name__ == "__main__":
    main()
