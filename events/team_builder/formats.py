"""Problems and plans as JSON: what goes to the process that solves, what comes back, and what is kept."""

import json
from dataclasses import asdict
from typing import Any

from events.team_builder.plan import Plan, PlannedTeam
from events.team_builder.problem import BadProblem, Candidate, Kept, Problem


def write_problem(problem: Problem) -> str:
    """A problem as JSON."""
    return json.dumps(asdict(problem), default=sorted)


def read_problem(text: str) -> Problem:
    """The problem of some JSON; BadProblem where it is none."""
    try:
        said: dict[str, Any] = json.loads(text)
        candidates = tuple(_candidate(one) for one in said.pop("candidates"))
        kept = tuple(
            Kept(str(one["name"]), tuple(one["people"]), one["challenge"]) for one in said.pop("kept", ())
        )  # fmt: skip
        return Problem(candidates=candidates, kept=kept, challenges=tuple(said.pop("challenges")), **said)
    except (ValueError, TypeError, KeyError) as error:
        raise error if isinstance(error, BadProblem) else BadProblem(str(error)) from error


def _candidate(one: dict[str, Any]) -> Candidate:
    return Candidate(
        str(one["name"]), frozenset(one["skills"]), frozenset(one["languages"]), int(one["offset"]),
        tuple(one["challenges"]), tuple(one["people"]), frozenset(one["apart"]),
    )  # fmt: skip


def write_plan(plan: Plan) -> dict[str, Any]:
    """A plan as plain values."""
    return {"teams": [asdict(team) for team in plan.teams], "left": list(plan.left)}


def read_plan(said: dict[str, Any]) -> Plan:
    """The plan of what `write_plan` wrote."""
    teams = tuple(PlannedTeam(tuple(one["people"]), one["challenge"], one["kept"]) for one in said["teams"])
    return Plan(teams, tuple(said["left"]))
