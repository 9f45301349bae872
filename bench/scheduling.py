"""How good and how fast scheduling is: the published instances to the proof, and made-up gatherings of any size.

    python -m bench.scheduling [--instances DIR] [--sizes 200,500,1000,2000,5000] [--only instances|made|again]

The reference is made in the same run: first come first served, and the heaviest request first, both into the first slot
that is free. Times are by the clock and, after the stroke, of the processor; memory is the process's highest so far.
"""

import argparse
import re
import resource
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.gatherings import made_up
from sessions.scheduling.board import Board
from sessions.scheduling.formats import read_problem
from sessions.scheduling.ground import ground_of
from sessions.scheduling.openings import fill_opening
from sessions.scheduling.plan import Change, Plan, Progress, Solution
from sessions.scheduling.problem import Problem
from sessions.scheduling.solving import solve

INSTANCES = Path("../shared/data/b2b-instances")
SECONDS = {200: 10, 500: 10, 1000: 10, 2000: 20, 5000: 60}
GOOD = 0.995


def mebibytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def timed(work):
    began, busy = time.perf_counter(), time.process_time()
    answer = work()
    return answer, time.perf_counter() - began, time.process_time() - busy


def known_optima(folder: Path) -> dict[str, str]:
    text = (folder / "README.md").read_text(encoding="utf-8") if (folder / "README.md").exists() else ""
    return dict(re.findall(r"^\| (\S+) \|.*\| ([^|]+) \|$", text, flags=re.M))


def bench_instances(folder: Path) -> None:
    known = known_optima(folder)
    files = sorted(folder.glob("*.json"))
    print(f"Published instances in {folder}: {len(files)}")
    slowest = unproven = differ = 0.0
    for path in files:
        problem = read_problem(path)
        solution, seconds, busy = timed(partial(solve, problem, seconds=120))
        answer = "no schedule exists" if solution.infeasible else str(solution.report.breaks)
        proven = solution.optimal or solution.infeasible
        slowest, unproven = max(slowest, seconds), unproven + (not proven)
        remark = "" if known.get(path.stem, answer) == answer else f"  but {known[path.stem]} is known"
        differ += bool(remark)
        proof = "proven" if proven else "NOT PROVEN"
        print(f"  {path.stem:28} {answer:>18} {proof:10} {seconds:6.1f} / {busy:5.1f} s{remark}", flush=True)
    print(
        f"  not proven {unproven:.0f}, differing from what is known {differ:.0f},"
        f" slowest {slowest:.1f} s, {mebibytes()} MiB"
    )


def in_turn(problem: Problem, order: list[int]) -> float:
    ground = ground_of(problem)
    board = Board(ground)
    for number in order:
        fits = board.fits(number) if board.has_room(number) else 0
        if fits:
            board.put(number, (fits & -fits).bit_length() - 1)
    return board.weight


def solved(problem: Problem, seconds: float, **more) -> tuple[Solution, float, float, float]:
    """The solution, when it was good enough, and how long it took."""
    good: list[float] = []

    def watch(progress: Progress) -> bool:
        if not good and progress.bound and progress.placed >= GOOD * progress.bound:
            good.append(progress.seconds)
        return True

    solution, spent, busy = timed(lambda: solve(problem, seconds=seconds, progress=watch, **more))
    return solution, good[0] if good else float("nan"), spent, busy


def bench_made(sizes: list[int]) -> None:
    print("Made-up gatherings, per cent of the upper bound")
    print(
        f"  {'people x slots':36} {'requests':>8} {'first':>6} {'heavy':>6} {'ours':>7}"
        f" {'99.5 at':>8} {'in all':>15} {'breaks':>6} {'MiB':>5}"
    )
    for size in sizes:
        for slots, bipartite, limited in (
            (40, False, False), (40, False, True), (40, True, False), (40, True, True), (12, False, False),
        ):  # fmt: skip
            problem = made_up(size, slots, bipartite=bipartite, limited=limited)
            order = list(range(len(problem.requests)))
            first = in_turn(problem, order)
            heavy = in_turn(problem, sorted(order, key=lambda one: -problem.requests[one].weight))
            solution, good, spent, busy = solved(problem, SECONDS.get(size, max(10, size / 80)))
            most = solution.bound
            print(
                f"  {problem.name:36} {len(order):8} {100 * first / most:6.2f} {100 * heavy / most:6.2f}"
                f" {100 * solution.report.weight / most:7.3f} {good:7.1f}s {spent:6.1f} / {busy:4.1f} s"
                f" {solution.report.breaks / size:6.2f} {mebibytes():5}",
                flush=True,
            )


def confirmed(plan: Plan) -> Plan:
    return replace(plan, meetings=tuple(replace(one, confirmed=True) for one in plan.meetings))


def bench_again(size: int) -> None:
    for slots in (40, 12):
        problem = made_up(size, slots, limited=True)
        before = confirmed(solve(problem, seconds=10).plan)
        gone = {one.id for one in problem.participants if one.id % 20 == 7}
        smaller = replace(
            problem,
            participants=tuple(one for one in problem.participants if one.id not in gone),
            requests=tuple(one for one in problem.requests if gone.isdisjoint(one.people)),
        )
        people = {one.id: one.people for one in problem.requests}
        untouched = [one for one in before.meetings if gone.isdisjoint(people[one.request])]
        after, _good, spent, busy = solved(smaller, 10, previous=before)
        names = {one.request for one in untouched}
        moved = sum(1 for one in after.moves if one.change is not Change.ADDED and one.request in names)
        print(
            f"After 5 % of {problem.name} left: {moved} of {len(untouched)} untouched confirmed meetings moved"
            f" ({100 * moved / len(untouched):.2f} %),"
            f" {100 * after.report.weight / after.bound:.2f} % of the new bound, {spent:.1f} / {busy:.1f} s"
        )
        times = []
        for one in before.meetings[:: max(1, len(before.meetings) // 50)]:
            _found, _spent, busy = timed(partial(fill_opening, problem, before, one.request))
            times.append(busy)
        times.sort()
        print(
            f"One cancellation of {problem.name}: {1000 * times[len(times) // 2]:.0f} ms in the middle,"
            f" {1000 * times[-1]:.0f} ms at most of the processor, nothing moved"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=Path, default=INSTANCES)
    parser.add_argument("--sizes", default="200,500,1000,2000,5000")
    parser.add_argument("--only", choices=["instances", "made", "again"])
    arguments = parser.parse_args()
    if arguments.only in (None, "instances"):
        if arguments.instances.is_dir():
            bench_instances(arguments.instances)
        else:
            print(f"There is no folder {arguments.instances}. Name one with --instances.")
    if arguments.only in (None, "made"):
        bench_made([int(one) for one in arguments.sizes.split(",")])
    if arguments.only in (None, "again"):
        bench_again(1000)


if __name__ == "__main__":
    main()
