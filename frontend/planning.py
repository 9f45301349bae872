"""`folkmoot schedule`: a problem's file in, a plan's file out, and what is to be said of it on the command line."""

from dataclasses import replace
from pathlib import Path

from sessions.scheduling.formats import read_plan, read_problem, write_plan
from sessions.scheduling.plan import Change, Solution
from sessions.scheduling.problem import BadProblem
from sessions.scheduling.solving import solve


def plan_file(
    problem: Path, plan: Path, *, seconds: float | None, seed: int, steps: int | None, previous: Path | None
) -> tuple[list[str], bool]:
    """Solve the problem of a file and write the plan; lines to print, and whether there is a plan at all.

    Where none exists, the file says `"status": "infeasible"` and holds no meetings. BadProblem says what is wrong with
    a file.
    """
    read = read_problem(problem)
    before = None if previous is None else read_plan(previous)
    solution = solve(read, seconds=seconds, steps=steps, seed=seed, previous=before)
    found = replace(solution.plan, meetings=()) if solution.infeasible else solution.plan
    try:
        plan.write_text(write_plan(found), encoding="utf-8")
    except OSError as error:
        raise BadProblem(f"{plan.name} cannot be written: {error.strerror}.") from None
    return lines_of(solution), not solution.infeasible


def lines_of(solution: Solution) -> list[str]:
    """What is printed of a solution, one figure a line."""
    report = solution.report
    if solution.infeasible:
        return [
            "No schedule exists: this is proven.",
            f"at most found  {report.placed} of {report.asked} meetings",
            f"time           {solution.seconds:.2f} s",
        ]
    lines = [
        f"placed         {report.placed} of {report.asked} meetings, weight {report.weight:g}",
        f"upper bound    {solution.bound:g}",
        f"gap            {100 * report.gap:.3f} %",
        f"breaks         {report.breaks} (spread {report.spread}, {report.idle} idle slots)",
        f"fairness       all have {report.worst_off} meetings or all they can; {report.short} missing to minima",
        f"proof          {_proof(solution)}",
        f"time           {solution.seconds:.2f} s",
    ]
    if report.required_missing:
        lines.insert(1, f"not placed     {report.required_missing} of the required meetings")
    for move in solution.moves:
        if move.change is not Change.ADDED:
            kept = "a confirmed meeting" if move.confirmed else "a meeting"
            where = "is dropped" if move.after is None else f"moves to slot {move.after}"
            lines.append(f"moved          request {move.request}, {kept} at slot {move.before}, {where}")
    if solution.moves:
        added = sum(move.change is Change.ADDED for move in solution.moves)
        lines.append(f"added          {added} meetings")
    return lines


def _proof(solution: Solution) -> str:
    if solution.optimal:
        return "optimal: no plan is better"
    if solution.report.weight >= solution.bound:
        return "no plan places more weight; breaks may be fewer"
    return "the upper bound, by the prices in the plan"
