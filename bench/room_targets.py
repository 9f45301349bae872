"""What live rooms are measured by, each target with what was found in this run and whether it was kept.

    python -m bench.room_targets [--clients 500] [--rounds 3] [--seconds 2] [--node-modules DIR] [--redis URL]
                                 [--channels-python PATH] [--held 30] [--only delivery,answers,steady,stalled,two,idle]

Each is a ratio of server CPU against a reference that ran between the same rounds: python-socketio as it comes, one
send(2) per client from C, Node's socket.io where it is (`npm install socket.io` in some DIR), Django Channels where a
Python has channels, channels_redis and uvicorn. Rows without their reference say what is missing. What goes through
POST, commit and message is measured by `python -m bench.pitch_night`.
"""

import argparse
import os
import random
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.fanout import Ground, build, load, make_room, running

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
    """R1, R2, R4 and R5: what a delivery costs, whether that grows with the room, and what it costs to come in."""
    found = rounds_of(ground, servers, clients, rounds, [*options, "--window", "1"])
    cost = {name: one["srv_us_per_deliv"] for name, one in found.items()}
    stock, floor = cost["ours"] / cost["stock"], cost["ours"] / cost["floor"]
    row(f"R1 {clients}: a delivery costs <= 1/6 of stock", f"1/{1 / stock:.1f} ({cost['ours']:.1f} us)", stock <= 1 / 6)
    row(f"R1 {clients}: <= 2 x one send(2) from C", f"{floor:.2f} x", floor <= 2)
    node = "node" in cost
    row(f"R1 {clients}: <= 0.75 x Node's socket.io", f"{cost['ours'] / cost['node']:.2f} x" if node else "no socket.io",
        cost["ours"] <= 0.75 * cost["node"] if node else None)  # fmt: skip
    here = "channels" in cost
    row(f"R4 {clients}: <= 1/12 of Django Channels over Redis",
        f"1/{cost['channels'] / cost['ours']:.1f} ({cost['channels']:.0f} us)" if here else "no --channels-python",
        12 * cost["ours"] <= cost["channels"] if here else None)  # fmt: skip
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


def steady(ground: Ground, clients: int, rounds: int) -> None:
    """R3: a hundred messages a second to everybody, kept in the chat and announced with all that happened since,
    what it costs to keep them included; then each by itself, as no room does, beside one send(2) a client from C."""
    options = ["--rate", "100", "--duration", "10", "--warmup", "1"]
    chat = ["--marker", "seq=", "--send", '["bcast",{"text":"seq={seq} {pad}"}]']
    kept = rounds_of(ground, ["kept"], clients, rounds, [*options, *chat])["kept"]
    grown = kept["rss_end_mib"] - kept["rss_mib"]
    row(f"R3 100 a second to {clients}: p99 <= 150 ms, nothing lost, <= 10 MiB more", f"{kept['p99_ms']:.0f} ms, lost "
        f"{kept['lost']:.0f}, {grown:.1f} MiB", kept["p99_ms"] <= 150 and not kept["lost"] and grown <= 10)  # fmt: skip
    row("R3 the same: <= 0.35 of a core", f"{kept['srv_cpu']:.2f} of a core", kept["srv_cpu"] <= 0.35)
    each = rounds_of(ground, ["ours", "floor"], clients, rounds, options)
    print(f"   each sent by itself: {each['ours']['srv_cpu']:.2f} of a core, p99 {each['ours']['p99_ms']:.0f} ms, lost "
          f"{each['ours']['lost']:.0f}; from C {each['floor']['srv_cpu']:.2f}")  # fmt: skip


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


def idle(ground: Ground, clients: int, seconds: int) -> None:
    """R9: what people cost who only have the room open, by the scheduler's clock in the calmest third of those seconds,
    and whether all of them are still there at the end."""
    coming = 10 + clients // 300
    options = ["-n", str(clients), "--hold", str(seconds + coming), "--duration", "1", "--connect-timeout", "120"]
    with running("ours", ground) as (port, pid), ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load, "ours", port, pid, ground, options, patience=seconds + 4 * coming + 120)
        time.sleep(coming)
        seen = []
        for _second in range(seconds):
            seen.append(scheduled(pid))
            time.sleep(1)
        held = loading.result()
    third = seconds // 3
    share = min(later - sooner for sooner, later in zip(seen, seen[third:], strict=False)) / third
    row(f"R9 {clients} who only have the room open <= 1 % of a core per 1,000", f"{share * 100:.2f} % of a core",
        share * 1000 / clients <= 0.01)  # fmt: skip
    row(f"R9 the same: all are there after {seconds} s", f"{held['ready']} came, {held['dead']} dropped",
        held["ready"] == clients and not held["dead"])  # fmt: skip


def scheduled(pid: int) -> float:
    """Seconds of CPU that all threads of a process had; ticks of a hundredth miss what is shorter than they are."""
    return sum(int(one.read_text().split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--clients", type=int, default=500)
    wanted.add_argument("--rounds", type=int, default=3)
    wanted.add_argument("--seconds", type=float, default=2)
    wanted.add_argument("--node-modules", type=Path)
    wanted.add_argument("--redis", default="redis://127.0.0.1:6379/14")
    wanted.add_argument("--only", default="delivery,answers,steady,stalled,two,idle", help="some of these, with commas")
    wanted.add_argument("--channels-python", type=Path)
    wanted.add_argument("--held", type=int, default=30, help="seconds for which idle clients are held")
    chosen = wanted.parse_args()
    only = set(chosen.only.split(","))
    node = chosen.node_modules
    servers = ["ours", "stock", "floor"]
    if node and shutil.which("node") and (node / "socket.io").is_dir():
        servers.append("node")
    if chosen.channels_python:
        servers.append("channels")
    options = ["--duration", str(chosen.seconds), "--warmup", "0.5"]
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}; {chosen.rounds} rounds, medians")
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        ground = Ground(Path(folder), make_room(Path(folder), chosen.clients * 5), node,
                        chosen.channels_python, chosen.redis)  # fmt: skip
        steps = {
            "delivery": lambda: delivery(ground, servers, chosen.clients, chosen.rounds, options),
            "answers": lambda: answers(ground, servers, chosen.rounds, options),
            "steady": lambda: steady(ground, chosen.clients, chosen.rounds),
            "stalled": lambda: stalled(ground, chosen.clients, chosen.rounds, options),
            "two": lambda: two_processes(ground, chosen.clients, chosen.rounds, options, chosen.redis),
            "idle": lambda: idle(ground, chosen.clients, chosen.held),
        }
        for name, step in steps.items():
            if name in only:
                step()
    print("What POST, commit and message cost together: python -m bench.pitch_night")


if __name__ == "__main__":
    main()
