"""Teams by the builder and by a shuffle, side by side: wishes, skills, zones, rules broken, and how long it takes.

`python -m bench.team_builder [people ...]`: gatherings of 40, 120 and 300 people by default, each with the same seed.
"""

import sys
import time
from random import Random

from events.team_builder.checks import faults_of, reached_by
from events.team_builder.plan import Aim, Plan, PlannedTeam
from events.team_builder.problem import Problem
from events.team_builder.solving import WORK, build
from tests.events.team_builder.made import gathering, points

SHUFFLES = 20
SHOWN = (Aim.PLACED, Aim.WISHES, Aim.COVERAGE, Aim.ZONES, Aim.LOWEST)


def shuffled(problem: Problem, chance: Random) -> Plan:
    """Everybody in any team, each team with the challenge that its people wish for most."""
    people = {one.name: one for one in problem.candidates}
    names = list(people)
    chance.shuffle(names)
    teams = []
    for number in range(problem.teams):
        members = tuple(names[number :: problem.teams])
        best = max(problem.challenges, key=lambda title: points(people, PlannedTeam(members, title)))
        teams.append(PlannedTeam(members, best))
    return Plan(tuple(teams))


def main() -> None:
    """Print a line for the mean of the shuffles and one for the builder, for each size."""
    sizes = [int(one) for one in sys.argv[1:]] or [40, 120, 300]
    print(f"{'people':>6} {'teams':>5}  {'':14}" + "".join(f"{aim.value:>10}" for aim in SHOWN) + "   faults   seconds")
    for count in sizes:
        problem = gathering(count)
        chance = Random(1)
        plans = [shuffled(problem, chance) for _time in range(SHUFFLES)]
        means = [sum(reached_by(problem, plan)[aim] for plan in plans) / SHUFFLES for aim in SHOWN]
        faults = sum(len(faults_of(problem, plan)) for plan in plans) / SHUFFLES
        print(f"{count:6} {problem.teams:5}  {'shuffle (mean)':14}" + "".join(f"{one:10.1f}" for one in means)
              + f" {faults:8.1f}")  # fmt: skip
        start = time.perf_counter()
        solution = build(problem, work=WORK, seed=1)
        took = time.perf_counter() - start
        values = "".join(f"{solution.value(aim):10}" for aim in SHOWN)
        print(f"{'':12}  {'builder':14}{values} {len(faults_of(problem, solution.plan)):8} {took:9.1f}")
        bounds = {one.aim: one.bound for one in solution.reached}
        print(f"{'':12}  {'bound':14}" + "".join(f"{bounds[aim]:10}" for aim in SHOWN))


if __name__ == "__main__":
    main()
