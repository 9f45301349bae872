"""The child process that solves: a problem on stdin, lines of JSON on stdout, the last of which is the answer.

It runs apart (`python -m sessions.schedules.apart`), so that a long search keeps no page and no letter waiting, can be
ended at once, and takes down nothing with it: little memory, little time, no files, the lowest priority. It is given
`{"problem", "previous", "seconds", "seed"}` and says `{"progress": {...}}` now and then, `{"answer": {...}}` in the
end, or `{"broken": "..."}`.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from events.core.children import confine, say
from sessions.scheduling.formats import read_plan, read_problem, write_plan
from sessions.scheduling.plan import Progress, Solution
from sessions.scheduling.problem import BadProblem, Problem
from sessions.scheduling.solving import solve

SPARE_SECONDS = 120  # of processor time, beyond twice what was asked for


def tell(progress: Progress) -> bool:
    """Pass on how far the search is; it is never stopped from here, only ended from outside."""
    say(progress={"placed": progress.placed, "bound": progress.bound, "phase": progress.phase})
    return True


def most_meetings(problem: Problem, solution: Solution) -> int:
    """How many meetings no plan can exceed: the bound itself where all weigh the same, else that of equal weights."""
    from sessions.scheduling.bound import bound_of
    from sessions.scheduling.ground import ground_of

    placed = len(solution.plan.meetings)
    weights = {one.weight for one in problem.requests}
    if len(weights) <= 1:
        most = solution.bound / (weights.pop() if weights else 1)
    else:
        even = replace(problem, requests=tuple(replace(one, weight=1) for one in problem.requests))
        most = bound_of(ground_of(even)).most
    return max(placed, min(len(problem.requests), int(most + 1e-6)))


def answer(asked: dict[str, Any], progress: Callable[[Progress], bool] = tell) -> dict[str, Any]:
    """Solve what was asked."""
    problem = read_problem(asked["problem"])
    previous = read_plan(asked["previous"]) if asked["previous"] else None
    solution = solve(problem, seconds=asked["seconds"], seed=asked["seed"], previous=previous, progress=progress)
    report = asdict(solution.report)
    del report["shares"]
    return {
        "plan": write_plan(solution.plan),
        "unplaced": [asdict(one) for one in solution.unplaced],
        "figures": report
        | {"bound": solution.bound, "optimal": solution.optimal, "possible": most_meetings(problem, solution)},
    }


def main() -> None:
    """Read a problem from standard input and write what comes of it to standard output."""
    asked = json.loads(sys.stdin.read())
    confine(4 * asked["seconds"] + SPARE_SECONDS)
    try:
        say(answer=answer(asked))
    except BadProblem as bad:
        say(broken=str(bad))
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()
