"""The team builder: as good as the best of all plans where one can try all, and its promises where one cannot."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.team_builder.bounds import bounds_of, most_wishes
from events.team_builder.checks import Broken, Fault, faults_of, reached_by
from events.team_builder.formats import read_plan, read_problem, write_plan, write_problem
from events.team_builder.ground import Ground
from events.team_builder.plan import SMALL_IS_GOOD, Aim, Plan, PlannedTeam
from events.team_builder.problem import BadProblem, Candidate, Kept, Problem, teams_for
from events.team_builder.reasons import LeftOver, TeamWhy, why_left, why_team
from events.team_builder.solving import build
from tests.events.team_builder.made import all_plans, gathering, person, small_problems, worth

FEW = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def teams_of(plan: Plan) -> set[frozenset[str]]:
    return {frozenset(team.people) for team in plan.teams}


def shown(values: tuple[int, ...]) -> list[int]:
    """What is worth more the larger it is, as the figures show it."""
    return [-value if aim in SMALL_IS_GOOD else value for aim, value in zip(Aim, values, strict=True)]


@given(small_problems())
@FEW
def test_no_plan_at_all_is_better_than_what_is_called_proven(problem: Problem):
    best = max(worth(problem, plan) for plan in all_plans(problem))

    solution = build(problem, work=2)

    assert shown(worth(problem, solution.plan)) == [one.value for one in solution.reached]
    if all(one.proven for one in solution.reached):
        assert worth(problem, solution.plan) == best
    proven = [one.value for one in solution.reached if one.proven]
    assert proven == shown(best)[: len(proven)]
    assert len(proven) >= 3


@given(small_problems(most=5))
@FEW
def test_no_plan_at_all_goes_beyond_a_bound(problem: Problem):
    ground = Ground(problem)
    bounds = bounds_of(ground) | {Aim.WISHES: most_wishes(ground)[0]}

    for plan in all_plans(problem):
        for aim, value in zip(Aim, shown(worth(problem, plan)), strict=True):
            if aim is Aim.SHORT and plan.left:
                continue  # it counts with as many people placed as there is room for
            assert value >= bounds[aim] if aim in SMALL_IS_GOOD else value <= bounds[aim], aim


@given(st.integers(10, 30), st.integers(0, 3))
@settings(FEW, max_examples=4)
def test_teams_keep_all_rules_and_nobody_is_lost_or_doubled(count: int, seed: int):
    problem = gathering(count, seed=seed)

    solution = build(problem, work=0.6, seed=seed)

    placed = [name for team in solution.plan.teams for name in team.people]
    assert sorted((*placed, *solution.plan.left)) == sorted(one.name for one in problem.candidates)
    assert faults_of(problem, solution.plan) == ()
    assert {one.aim: one.value for one in solution.reached} == reached_by(problem, solution.plan)
    assert all(
        one.value >= one.bound if one.aim in SMALL_IS_GOOD else one.value <= one.bound for one in solution.reached
    )


def test_the_same_seed_gives_the_same_teams_and_a_plan_stands_without_a_clock():
    problem = gathering(24)

    first, second = (build(problem, work=0.5, seed=7) for _time in range(2))

    assert first == second


def test_wishes_come_before_skills_and_skills_before_zones():
    people = (
        person("a", skills="law", wants="x", likes="b"), person("b", skills="law", wants="x"),
        person("c", skills="ai", wants="y", offset=600), person("d", skills="ai", wants="y"),
    )  # fmt: skip
    wished = build(Problem(people, ("x", "y"), 2, 2, 2, 60), work=1)
    nobody_wishes = tuple(Candidate(one.name, one.skills, one.languages, one.offset) for one in people)
    mixed = build(Problem(nobody_wishes, (), 2, 2, 2, 60), work=1)

    assert teams_of(wished.plan) == {frozenset("ab"), frozenset("cd")}
    assert {team.challenge for team in wished.plan.teams} == {"x", "y"}
    assert all(len(team & {"a", "b"}) == 1 for team in teams_of(mixed.plan))
    assert (wished.value(Aim.WISHES), mixed.value(Aim.COVERAGE), mixed.value(Aim.ZONES)) == (15, 4, 540)


def test_people_without_a_common_language_or_who_want_to_be_apart_are_in_no_team_together():
    people = (person("a", speaks="de"), person("b", speaks="fr"), person("c", speaks="de fr", not_="b"))

    solution = build(Problem(people, (), 2, 3, 1), work=1)

    assert (teams_of(solution.plan), solution.plan.left) == ({frozenset("ac")}, ("b",))


def test_a_kept_team_stays_together_keeps_its_challenge_and_is_filled_first():
    people = (person("a", wants="x"), person("b", wants="y"), person("c", wants="y"), person("d", wants="y"))
    kept = (Kept("k", ("a",), "x"),)

    solution = build(Problem(people, ("x", "y"), 2, 3, 1, kept=kept), work=1)

    [first, *_rest] = solution.plan.teams
    assert (first.kept, first.challenge, "a" in first.people) == ("k", "x", True)
    assert solution.value(Aim.SHORT) == 0
    assert solution.plan.left == ()


def test_a_kept_team_that_breaks_a_rule_itself_takes_nobody_and_harms_nobody():
    people = (person("a", speaks="de"), person("b", speaks="fr"), *(person(name) for name in "cd"))

    solution = build(Problem(people, (), 2, 3, 1, kept=(Kept("k", ("a", "b")),)), work=1)

    assert teams_of(solution.plan) == {frozenset("ab"), frozenset("cd")}


def test_too_few_people_are_left_over_and_nobody_is_an_empty_answer():
    nobody = build(Problem((), (), 2, 4, 3), work=0.5)
    alone = build(Problem((person("a"),), (), 2, 4, 1), work=0.5)

    assert (nobody.plan, alone.plan) == (Plan(()), Plan((), ("a",)))
    assert all(one.proven for one in nobody.reached)


def test_whoever_looks_can_stop_the_search_and_gets_the_best_so_far():
    stages: list[str] = []

    def look(stage: str, _values: dict[Aim, int]) -> bool:
        stages.append(stage)
        return len(stages) < 2

    solution = build(gathering(30), work=30, progress=look)

    assert stages == ["construction", "improvement"]
    assert solution.value(Aim.PLACED) > 20


def test_what_somebody_has_changed_by_hand_is_looked_at_again():
    people = (person("a", speaks="de", not_="b"), person("b", speaks="fr"), person("c"))
    problem = Problem(people, (), 2, 2, 2)
    by_hand = Plan((PlannedTeam(("a", "b")), PlannedTeam(("c",))))

    assert faults_of(problem, by_hand) == (
        Fault(0, Broken.NO_LANGUAGE), Fault(0, Broken.KEPT_APART), Fault(1, Broken.TOO_SMALL),
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"least": 0}, {"least": 4, "most": 3}, {"teams": -1}, {"kept": (Kept("k", ("z",)),)},
        {"kept": (Kept("k", ("a",)), Kept("l", ("a",)))}, {"kept": (Kept("k", ("a",), "nothing"),)},
        {"candidates": (person("a"), person("a"))}, {"candidates": (person("a", speaks=""),)},
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_no_problem(wrong):
    right = {"candidates": (person("a"), person("b")), "challenges": ("x",), "least": 1, "most": 3, "teams": 1}
    Problem(**right)

    with pytest.raises(BadProblem):
        Problem(**(right | wrong))


@pytest.mark.parametrize(
    ("free", "wanted", "teams"), [(40, 5, 8), (2, 5, 0), (3, 5, 1), (7, 6, 2), (11, 4, 3), (13, 6, 3), (0, 4, 0)]
)  # fmt: skip
def test_the_number_of_teams_follows_from_the_size_that_is_wanted(free, wanted, teams):
    assert teams_for(free, 3, 6, wanted) == teams


def test_what_is_written_is_read_again_and_nonsense_is_no_problem():
    problem = gathering(8)
    plan = build(problem, work=0.3).plan

    assert read_problem(write_problem(problem)) == problem
    assert read_plan(write_plan(plan)) == plan
    for nonsense in ("", "[]", "{}", '{"candidates": [1]}'):
        with pytest.raises(BadProblem):
            read_problem(nonsense)


def test_reasons_count_wishes_and_name_nobody():
    people = (
        person("a", skills="law ai", speaks="en de", wants="x y", likes="b c"), person("b", wants="y x", offset=120),
        person("c", speaks="fr"), person("d", not_="a"),
    )  # fmt: skip
    problem = Problem(people, ("x", "y"), 2, 3, 1)
    plan = Plan((PlannedTeam(("a", "b"), "x"),), ("c", "d"))

    assert why_team(problem, plan.teams[0]) == TeamWhy(("en",), 2, 1, 1, ("ai", "law"), 120)
    assert why_left(problem, plan) == {"c": LeftOver.NO_LANGUAGE, "d": LeftOver.KEPT_APART}
    assert why_left(problem, Plan((PlannedTeam(("a", "b", "c")),), ("d",))) == {"d": LeftOver.NO_ROOM}
