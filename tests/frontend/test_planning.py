"""`folkmoot schedule`, as it is typed: a problem's file in, a plan's file and its figures out."""

import json

import pytest
from typer.testing import CliRunner

from frontend.cli import cli

PROBLEM = {
    "format": "b2b-instance/1",
    "slots": 2,
    "tables": 1,
    "participants": [{"id": 1}, {"id": 2}, {"id": 3}],
    "requests": [{"id": 1, "a": 1, "b": 2, "weight": 3}, {"id": 2, "a": 1, "b": 3}, {"id": 3, "a": 2, "b": 3}],
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "problem.json").write_text(json.dumps(PROBLEM))
    return tmp_path


def schedule(folder, *more, problem="problem.json"):
    paths = ["--problem", str(folder / problem), "--plan", str(folder / "plan.json"), *more]
    return CliRunner().invoke(cli, ["schedule", *paths])


def without_time(text):
    return [line for line in text.splitlines() if not line.startswith("time")]


def test_a_plan_is_written_and_its_figures_are_printed(folder):
    answer = schedule(folder, "--steps", "4000")

    assert without_time(answer.output) == [
        "placed         2 of 3 meetings, weight 4",
        "upper bound    4",
        "gap            0.000 %",
        "breaks         0 (spread 0, 0 idle slots)",
        "fairness       all have 1 meetings or all they can; 0 missing to minima",
        "proof          optimal: no plan is better",
    ]
    assert answer.exit_code == 0
    assert json.loads((folder / "plan.json").read_text())["format"] == "b2b-schedule/1"


def test_moves_since_the_previous_plan_are_printed(folder):
    previous = {"format": "b2b-schedule/1", "meetings": [{"request": 9, "slot": 1, "confirmed": True}]}
    (folder / "old.json").write_text(json.dumps(previous))

    answer = schedule(folder, "--steps", "4000", "--previous", str(folder / "old.json"))

    assert without_time(answer.output)[-2:] == [
        "moved          request 9, a confirmed meeting at slot 1, is dropped",
        "added          2 meetings",
    ]


def test_a_problem_without_any_schedule_says_so_and_leaves_no_meetings_behind(folder):
    (folder / "all.json").write_text(json.dumps(PROBLEM | {"rules": {"require_all": True}}))

    answer = schedule(folder, "--steps", "4000", problem="all.json")

    assert without_time(answer.output) == [
        "No schedule exists: this is proven.",
        "at most found  2 of 3 meetings",
    ]
    assert answer.exit_code == 1
    plan = json.loads((folder / "plan.json").read_text())
    assert (plan["status"], plan["meetings"]) == ("infeasible", [])


def test_a_bad_file_is_refused_with_a_sentence(folder):
    (folder / "bad.json").write_text("{}")

    answer = schedule(folder, problem="bad.json")

    assert (answer.exit_code, answer.output.strip()) == (2, 'The problem does not say how many "slots" there are.')


def test_a_plan_that_cannot_be_written_is_refused_with_a_sentence(folder):
    (folder / "plan.json").mkdir()

    answer = schedule(folder, "--steps", "100")

    assert (answer.exit_code, answer.output.strip()) == (2, "plan.json cannot be written: Is a directory.")
