"""What live rooms are measured by, each target with what was found in this run and whether it was kept.

    python -m bench.room_targets [--clients 500] [--rounds 3] [--seconds 2] [--node-modules DIR] [--redis URL]

Each is a ratio of server CPU against a reference that ran between the same rounds: python-socketio as it comes, one
send(2) per client from C, Node's socket.io where it is (`npm install socket.io` in some DIR). Rows without their
reference say what is missing. What goes through POST, commit and message is measured by `python -m bench.pitch_night`.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.fanout import Ground, build, load, make_room, running
from bench.pitch_night import used

NOOP = {"ours": '["clock",{}]'}
Found = dict[str, dict[str, float]]


def rounds_of(ground: Ground, servers: list[str], clients: int, rounds: int, options: list[str]) -> Found:
    """Medians of all figures, each server once a round in random order."""
    every: dict[str, list[dict[str, Any]]] = {name: [] for name in servers}
    for _round in range(rounds):
        for name in random.sample(servers, len(servers)):
            own = ["--send", NOOP.get(name, '["noop",{}]')] if "--rpc" in options else []
            with running(name, ground) as (port, pid):
                every[name].append(load(name, port, pid, ground, ["-n", str(clients), *options, *own]))
    return {
        name: {
            key: statistics.median(float(one[key]) for one in found) for key in found[0] if key != "label"
        }
        for name, found in every.items()
    }  # fmt: skip


def row(target: str, found: str, kept: bool | None) -> None:
    """A line of the table."""
    print(f"{target:62} {found:44} {'not measured' if kept is None else 'kept' if kept else 'MISSED'}", flush=True)


def delivery(ground: Ground, servers: list[str], clients: int, rounds: int, options: list[str]) -> None:
    """R1, R2 and R5: what a delivery costs, whether that grows with the room, and what it costs to come in."""
    found = rounds_of(ground, servers, clients, rounds, [*options, "--window", "1"])
    cost = {name: one["srv_us_per_deliv"] for name, one in found.items()}
    stock, floor = cost["ours"] / cost["stock"], cost["ours"] / cost["floor"]
    row(f"R1 {clients}: a delivery costs <= 1/6 of stock", f"1/{1 / stock:.1f} ({cost['ours']:.1f} us)", stock <= 1 / 6)
    row(f"R1 {clients}: <= 2 x one send(2) from C", f"{floor:.2f} x", floor <= 2)
    node = "node" in cost
    row(f"R1 {clients}: <= 0.75 x Node's socket.io", f"{cost['ours'] / cost['node']:.2f} x" if node else "no socket.io",
        cost["ours"] <= 0.75 * cost["node"] if node else None)  # fmt: skip
    large = rounds_of(ground, ["ours"], clients * 5, rounds, [*options, "--window", "1"])["ours"]
    flat = large["srv_us_per_deliv"] / cost["ours"]
    row(f"R2 a delivery to {clients * 5} <= 1.3 x one to {clients}", f"{flat:.2f} x", flat <= 1.3)
    coming, bare = found["ours"]["conn_cpu_us"], found["node" if node else "stock"]["conn_cpu_us"]
    row(f"R5 sign-in and join <= 2 x a bare connect of {'Node' if node else 'stock'}", f"{coming / bare:.2f} x "
        f"({coming:.0f} us)", coming / bare <= 2)  # fmt: skip
    size = large["kib_per_conn"]
    row("R5 a connection <= 64 KiB", f"{size:.0f} KiB", size <= 64)


def answers(ground: Ground, servers: list[str], rounds: int, options: list[str]) -> None:
    """R6: an event with an answer."""
    asked = [name for name in servers if name in {"ours", "stock", "node"}]
    found = rounds_of(ground, asked, 200, rounds, [*options, "--rpc", "--window", "64"])
    cost = {name: one["srv_us_per_deliv"] for name, one in found.items()}
    row("R6 event and answer <= 1 x stock (the guard included)", f"{cost['ours'] / cost['stock']:.2f} x "
        f"({cost['ours']:.0f} us)", cost["ours"] <= cost["stock"])  # fmt: skip
    if "node" in cost:
        ratio = cost["ours"] / cost["node"]
        row("R6 event and answer <= 2.6 x Node", f"{ratio:.2f} x", ratio <= 2.6)


def stalled(ground: Ground, clients: int, rounds: int, options: list[str]) -> None:
    """R7: a tenth of the clients stop reading."""
    paced = [*options, "--rate", "40", "--payload", "4000"]
    calm = rounds_of(ground, ["ours"], clients, rounds, paced)["ours"]
    held = rounds_of(ground, ["ours"], clients, rounds, [*paced, "--stall", str(clients // 10)])["ours"]
    late, grown = held["p99_ms"] / calm["p99_ms"], held["rss_end_mib"] - held["rss_mib"]
    row("R7 a tenth stop reading: the others' p99 <= 1.2 x", f"{late:.2f} x, lost {held['lost']:.0f}", late <= 1.2)
    row("R7 the same: memory grows <= 10 MiB", f"{grown:.1f} MiB", grown <= 10)


def two_processes(ground: Ground, clients: int, rounds: int, options: list[str], redis: str) -> None:
    """R8: the same message to the sockets of two processes over Redis."""
    one = rounds_of(ground, ["ours"], clients, rounds, [*options, "--window", "1"])["ours"]
    os.environ["BENCH_REDIS"] = redis
    found = []
    try:
        for _round in range(rounds):
            with ExitStack() as stack:
                both = [stack.enter_context(running("ours", ground)) for _ in range(2)]
                ports, pids = (",".join(str(each[at]) for each in both) for at in (0, 1))
                found.append(load("ours", ports, pids, ground, ["-n", str(clients), *options, "--window", "1"]))
    finally:
        del os.environ["BENCH_REDIS"]
    cost = statistics.median(each["srv_us_per_deliv"] for each in found) / one["srv_us_per_deliv"]
    wrong = sum(each["lost"] + each["dup"] + each["misorder"] for each in found)
    row("R8 two processes and Redis <= 1.3 x one", f"{cost:.2f} x; lost, twice or out of order {wrong}",
        cost <= 1.3 and wrong == 0)  # fmt: skip


def idle(ground: Ground, clients: int) -> None:
    """R9: what people cost who only have the room open; the calmest ten of thirty seconds."""
    with running("ours", ground) as (port, pid):
        command = [
            str(ground.folder / "fanload"),
            "--port",
            str(port),
            "--pid",
            str(pid),
            "--quiet",
            "-n",
            str(clients),
        ]
        command += ["--header", "Origin: http://folkmoot.example", "--header-file", str(ground.folder / "cookies")]
        command += ["--join", f'["join",{{"stage":"{ground.stage}"}}]', "--hold", "45", "--duration", "1"]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            time.sleep(12)
            seen = []
            for _second in range(30):
                seen.append(used(pid)[0])
                time.sleep(1)
        finally:
            child.kill()
            child.wait()
    share = min(later - sooner for sooner, later in zip(seen, seen[10:], strict=False)) / 10
    row(f"R9 {clients} who only have the room open <= 1 % of a core per 1,000", f"{share * 100:.2f} % of a core",
        share * 1000 / clients <= 0.01)  # fmt: skip


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--clients", type=int, default=500)
    wanted.add_argument("--rounds", type=int, default=3)
    wanted.add_argument("--seconds", type=float, default=2)
    wanted.add_argument("--node-modules", type=Path)
    wanted.add_argument("--redis", default="redis://127.0.0.1:6379/14")
    chosen = wanted.parse_args()
    node = chosen.node_modules
    servers = ["ours", "stock", "floor"]
    if node and shutil.which("node") and (node / "socket.io").is_dir():
        servers.append("node")
    options = ["--duration", str(chosen.seconds), "--warmup", "0.5"]
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}; {chosen.rounds} rounds, medians")
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        ground = Ground(Path(folder), make_room(Path(folder), chosen.clients * 5), node)
        delivery(ground, servers, chosen.clients, chosen.rounds, options)
        answers(ground, servers, chosen.rounds, options)
        stalled(ground, chosen.clients, chosen.rounds, options)
        two_processes(ground, chosen.clients, chosen.rounds, options, chosen.redis)
        idle(ground, chosen.clients)
    print("R3 and what POST, commit and message cost together: python -m bench.pitch_night. R4 needs Django Channels.")


if __name__ == "__main__":
    main()
