"""The child process that builds teams: given `{"problem", "work", "seed"}`, it says `{"progress": {"phase": ...}}` now
and then, and `{"answer": {"plan", "reached", "left"}}` in the end, or `{"broken": "..."}`."""

import json
import os
import sys
from dataclasses import asdict
from typing import Any

from events.core.children import confine, say
from events.team_builder.formats import read_problem, write_plan
from events.team_builder.plan import Aim
from events.team_builder.problem import BadProblem
from events.team_builder.reasons import why_left
from events.team_builder.solving import build

SPARE_SECONDS = 60  # of processor time, beyond four times the work


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Build what was asked."""
    problem = read_problem(asked["problem"])
    said: list[str] = []

    def tell(stage: str, _values: dict[Aim, int]) -> bool:
        if said[-1:] != [stage]:
            said.append(stage)
            say(progress={"phase": stage})
        return True

    solution = build(problem, work=asked["work"], seed=asked["seed"], progress=tell)
    return {
        "plan": write_plan(solution.plan),
        "reached": [asdict(one) for one in solution.reached],
        "left": why_left(problem, solution.plan),
    }


def main() -> None:
    """Read a problem from standard input and write what comes of it to standard output."""
    asked = json.loads(sys.stdin.read())
    confine(4 * asked["work"] + SPARE_SECONDS)
    try:
        say(answer=answer(asked))
    except BadProblem as bad:
        say(broken=str(bad))
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()
