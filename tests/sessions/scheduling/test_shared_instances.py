"""A few of the published instances, to the proof. All of them: `make prove-scheduling`."""

import json
from pathlib import Path

import pytest

from sessions.scheduling.formats import read_problem, write_plan
from sessions.scheduling.solving import solve
from tests.sessions.scheduling import checker

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "b2b-instances"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="../shared/data/b2b-instances is missing; put the published instances there"
)

KNOWN = {
    "forumt-14.original": 5,
    "forumt-14crafd.prec15": 4,
    "forumt-14crafe.fixed020-Forb": 9,
    "tic-12crafc.original": 0,
    "tic-13.fixed020-Forb": 2,
    "tic-13crafb.fixed040-Forb": 16,
    "tic-12.forb0003": None,
    "tic-14crafd.fixed040-Forb": None,
}


@pytest.mark.parametrize(("name", "breaks"), KNOWN.items())
def test_a_published_instance_gets_its_best_schedule_or_the_proof_that_there_is_none(name, breaks):
    path = FOLDER / f"{name}.json"

    found = solve(read_problem(path), seconds=60)

    assert found.infeasible is (breaks is None)
    if breaks is not None:
        problem, plan = json.loads(path.read_text(encoding="utf-8")), json.loads(write_plan(found.plan))
        assert found.optimal
        assert checker.faults(problem, plan) == []
        assert sum(checker.breaks_of(problem, plan).values()) == breaks
