"""What it costs to tell a room something: server CPU per delivered message, against others in the same run.

    python -m bench.fanout [--clients 100,1000,5000] [--rounds 3] [--seconds 3] [--node-modules DIR]

One client sends a message and everybody in the room gets it, one after the other (closed loop), or `--rate` times a
second (open loop). The product's own server runs with guard, sign-ins, a room and its fan-out; beside it run
python-socketio as it comes, `websockets.broadcast`, one send(2) per client from C as the floor, and Node's socket.io
where Node and the package are (`npm install socket.io` in some DIR). Needs a C compiler for the load generator.
`--stall` lets some clients of the product's server read nothing.

CPU per delivery is the figure to compare; rates and latencies are those of a machine that does other things as well.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ORIGIN = "http://folkmoot.example"
SECRET = "a secret for benches that is long enough to be taken"  # noqa: S105 - of a database that is thrown away


@dataclass
class Ground:
    """A database with a room and its people, and the programs that were built."""

    folder: Path
    stage: str
    node_modules: Path | None
    channels_python: Path | None = None
    redis: str = ""

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/folkmoot.db"


def make_room(folder: Path, people: int) -> str:
    """A database with an open room and so many signed-in participants; their cookies in a file. By rows: commands would
    take longer than what is measured."""
    from sqlmodel import SQLModel

    import frontend.registry  # noqa: F401 - imports every slice and listener, then seals
    from events.core import clock
    from events.core.database import engines, forget_engines, transaction
    from events.core.settings import use_settings
    from events.people import Person, PersonState
    from events.registration import Registration, RegistrationState, types_of
    from events.signin import open_sign_in
    from tests.makers import NOW
    from tests.sessions.makers_pitches import make_show

    url = f"sqlite:///{folder}/folkmoot.db"
    use_settings(database_url=url, secret=SECRET, public_url=ORIGIN)
    SQLModel.metadata.create_all(engines(url).write)
    with transaction() as db:
        with clock.frozen_at(NOW):
            show = make_show(db, opened=True)
        now = clock.now()
        crowd = [
            Person(email=f"crowd{n}@example.org", name=f"Crowd {n:05}", state=PersonState.ACTIVE, zone="Europe/Lisbon",
                   joined_at=now - timedelta(days=1))
            for n in range(people)
        ]  # fmt: skip
        db.add_all(crowd)
        db.flush()
        kind = types_of(db, show.event.id)[0].id
        db.add_all(
            Registration(event_id=show.event.id, person_id=one.id, type_id=kind, state=RegistrationState.ACCEPTED,
                         registered_at=now)
            for one in crowd
        )  # fmt: skip
        cookies = [f"Cookie: folkmoot={open_sign_in(db, one, way='bench')}" for one in crowd]
    (folder / "cookies").write_text("\n".join(cookies) + "\n")
    forget_engines()
    return show.stage.public_id


def build(folder: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        sys.exit("The load generator is C: install a compiler (Debian: apt-get install gcc).")
    for name in ("fanload", "floor"):
        subprocess.run([compiler, "-O2", "-w", "-o", folder / name, HERE / "load" / f"{name}.c", "-lm"], check=True)


def command_of(name: str, port: int, ground: Ground) -> tuple[list[str], dict[str, str]]:
    if name == "floor":
        return [str(ground.folder / "floor"), str(port)], {}
    if name == "node":
        return ["node", str(HERE / "load" / "node_socketio.cjs"), str(port)], {"NODE_PATH": str(ground.node_modules)}
    if name == "channels":
        options = "--ws websockets-sansio --ws-per-message-deflate false --log-level error --backlog 4096".split()
        command = [str(ground.channels_python), "-m", "uvicorn", "--app-dir", str(HERE / "load"), "channels_room:app"]
        return [*command, "--port", str(port), *options], {"BENCH_CHANNELS_REDIS": ground.redis}
    environment = {"FOLKMOOT_DATABASE_URL": ground.url, "FOLKMOOT_SECRET": SECRET, "FOLKMOOT_PUBLIC_URL": ORIGIN}
    if os.environ.get("BENCH_REDIS") and name == "ours":
        environment["FOLKMOOT_REDIS_URL"] = os.environ["BENCH_REDIS"]
    return [sys.executable, "-m", "bench.fanout_servers", name, str(port)], environment


@contextmanager
def running(name: str, ground: Ground) -> Iterator[tuple[int, int]]:
    """A server on a free port of loopback, and its process."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command, environment = command_of(name, port, ground)
    child = subprocess.Popen(command, env=os.environ | environment, cwd=HERE.parent)
    try:
        for _try in range(1200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if child.poll() is not None:
                    raise RuntimeError(f"{name} ended") from None
                time.sleep(0.1)
        time.sleep(0.5)
        yield port, child.pid
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(3)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def load(
    name: str, port: int | str, pid: int | str, ground: Ground, options: list[str], *, patience: float = 300
) -> dict[str, Any]:
    """What the load generator found out about a server."""
    command = [str(ground.folder / "fanload"), "--port", str(port), "--pid", str(pid), "--label", name, "--quiet"]
    if name in {"floor", "websockets", "channels"}:
        command.append("--raw")
    if name == "channels":
        command += ["--path", "/ws"]
    if name in {"ours", "kept"}:
        join = json.dumps(["join", {"stage": ground.stage}])
        command += ["--header", f"Origin: {ORIGIN}", "--header-file", str(ground.folder / "cookies"), "--join", join]
    found = subprocess.run([*command, *options], capture_output=True, text=True, timeout=patience, check=False)
    if found.returncode:
        raise RuntimeError(f"{name}: {found.stderr[-300:]}")
    result: dict[str, Any] = json.loads(found.stdout)
    return result


def measure(ground: Ground, servers: list[str], clients: int, rounds: int, options: list[str]) -> None:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in servers}
    for _round in range(rounds):
        for name in random.sample(servers, len(servers)):
            with running(name, ground) as (port, pid):
                found[name].append(load(name, port, pid, ground, ["-n", str(clients), *options]))

    def median(name: str, what: str) -> float:
        return statistics.median(float(one[what]) for one in found[name])

    cost = {name: median(name, "srv_us_per_deliv") for name in servers}
    print(f"\n{clients} clients, {rounds} rounds, medians")
    print(f"{'server':11} {'us/delivery':>11} {'min..max':>13} {'ours is':>8} {'deliveries/s':>12} {'p50 ms':>7} "
          f"{'p99 ms':>7} {'connect us':>10} {'KiB each':>8} {'RSS +MiB':>8} {'lost':>4} {'cores':>5}")  # fmt: skip
    for name in sorted(servers, key=lambda one: cost[one]):
        each = [one["srv_us_per_deliv"] for one in found[name]]
        grown = statistics.median(one["rss_end_mib"] - one["rss_mib"] for one in found[name])
        print(f"{name:11} {cost[name]:11.2f} {min(each):6.1f}..{max(each):<5.1f} {cost['ours'] / cost[name]:7.2f}x "
              f"{median(name, 'deliv_per_s'):12.0f} {median(name, 'p50_ms'):7.1f} {median(name, 'p99_ms'):7.1f} "
              f"{median(name, 'conn_cpu_us'):10.0f} {median(name, 'kib_per_conn'):8.1f} {grown:8.1f} "
              f"{sum(one['lost'] + one['dup'] + one['misorder'] for one in found[name]):4} "
              f"{median(name, 'srv_cpu'):5.2f}")  # fmt: skip


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--clients", default="100,1000,5000")
    wanted.add_argument("--servers", default="ours,floor,websockets,node,stock,stock-gc")
    wanted.add_argument("--rounds", type=int, default=3)
    wanted.add_argument("--seconds", type=float, default=3)
    wanted.add_argument("--rate", type=float, help="messages a second instead of one after the other")
    wanted.add_argument("--payload", type=int, default=120)
    wanted.add_argument("--stall", type=int, default=0, help="so many clients read nothing")
    wanted.add_argument("--hold", type=float, default=0, help="seconds of silence before, for what idle clients cost")
    wanted.add_argument("--node-modules", type=Path)
    chosen = wanted.parse_args()
    sizes = [int(one) for one in chosen.clients.split(",")]
    servers = chosen.servers.split(",")
    node = chosen.node_modules
    if "node" in servers and not (node and shutil.which("node") and (node / "socket.io").is_dir()):
        print("Node's socket.io is left out: install it somewhere and name it with --node-modules.")
        servers.remove("node")
    options = ["--duration", str(chosen.seconds), "--warmup", "0.5", "--payload", str(chosen.payload)]
    options += ["--rate", str(chosen.rate)] if chosen.rate else ["--window", "1"]
    options += ["--stall", str(chosen.stall), "--hold", str(chosen.hold)]
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        ground = Ground(Path(folder), make_room(Path(folder), max(sizes)), node)
        for clients in sizes:
            measure(ground, servers, clients, chosen.rounds, options)


if __name__ == "__main__":
    main()
