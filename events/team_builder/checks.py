"""Whether teams keep the hard rules, and how good they are: for any plan, also for one that somebody has changed."""

from dataclasses import dataclass
from enum import StrEnum

from events.team_builder.ground import QUARTER, Ground
from events.team_builder.plan import SMALL_IS_GOOD, Aim, Plan
from events.team_builder.problem import Problem


class Broken(StrEnum):
    """What is wrong with a team."""

    TOO_SMALL = "too small"
    TOO_LARGE = "too large"
    NO_LANGUAGE = "no common language"
    KEPT_APART = "kept apart"


@dataclass(frozen=True)
class Fault:
    """A hard rule that a team of a plan breaks; `team` counts from 0."""

    team: int
    what: Broken


def faults_of(problem: Problem, plan: Plan) -> tuple[Fault, ...]:
    """The hard rules that a plan breaks, team by team. A kept team that was too small may stay so."""
    ground, found = Ground(problem), []
    for number, team in enumerate(plan.teams):
        members = tuple(sorted(ground.place[name] for name in team.people))
        if len(members) < problem.least and team.kept is None:
            found.append(Fault(number, Broken.TOO_SMALL))
        before = next((len(one.people) for one in problem.kept if one.name == team.kept), 0)
        if len(members) > max(problem.most, before):
            found.append(Fault(number, Broken.TOO_LARGE))
        spoken = ground.languages[members[0]] if members else 0
        for one in members:
            spoken &= ground.languages[one]
        if members and not spoken:
            found.append(Fault(number, Broken.NO_LANGUAGE))
        if any(ground.apart[one] & set(members) for one in members):
            found.append(Fault(number, Broken.KEPT_APART))
    return tuple(found)


def reached_by(problem: Problem, plan: Plan) -> dict[Aim, int]:
    """How far a plan reaches each aim, as Reached.value has it; zones in minutes."""
    ground = Ground(problem)
    grown = {team.kept: team for team in plan.teams if team.kept is not None}
    teams = [grown[one.name].people if one.name in grown else one.people for one in problem.kept]
    teams += [team.people for team in plan.teams if team.kept is None]
    ground.fixed += [None] * max(0, len(teams) - len(ground.fixed))
    score = ground.score([tuple(sorted(ground.place[name] for name in people)) for people in teams])
    return as_values(score)


def as_values(score: tuple[int, ...]) -> dict[Aim, int]:
    """A score, of which the larger is the better, as what is shown of each aim."""
    found = {aim: -value if aim in SMALL_IS_GOOD else value for aim, value in zip(Aim, score, strict=True)}
    found[Aim.ZONES] *= QUARTER
    return found
