"""Why a team is as it is, and why somebody was left over: counts and words, never who wished for whom."""

from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

from events.team_builder.ground import Ground
from events.team_builder.plan import Plan, PlannedTeam
from events.team_builder.problem import Problem


class LeftOver(StrEnum):
    """Why somebody is in no team."""

    NO_ROOM = "no room"  # every team is full, or there are too few people for another
    NO_LANGUAGE = "no common language"  # with any team that has room
    KEPT_APART = "kept apart"  # in each team that has room is somebody to be apart from, or no common language


@dataclass(frozen=True)
class TeamWhy:
    """What speaks for a team: the languages that all speak, how many wished for its challenge and for how many it was
    the dearest, how many wishes for company came true, all skills, and how many minutes its zones lie apart."""

    languages: tuple[str, ...]
    wished: int
    dearest: int
    company: int
    skills: tuple[str, ...]
    spread: int


def why_team(problem: Problem, team: PlannedTeam) -> TeamWhy:
    """What speaks for a team of a plan."""
    people = {one.name: one for one in problem.candidates}
    ones = [people[name] for name in team.people]
    offsets = [one.offset for one in ones]
    spoken = frozenset().union(*(one.languages for one in ones))
    return TeamWhy(
        languages=tuple(sorted(code for code in spoken if all(code in one.languages for one in ones))),
        wished=sum(team.challenge in one.challenges for one in ones if team.challenge),
        dearest=sum(one.challenges[:1] == (team.challenge,) for one in ones),
        company=sum(other in team.people for one in ones for other in one.people if other != one.name),
        skills=tuple(sorted(frozenset().union(*(one.skills for one in ones)))),
        spread=max(offsets) - min(offsets) if offsets else 0,
    )


def why_left(problem: Problem, plan: Plan) -> dict[str, LeftOver]:
    """Why each of those who are left over is in no team."""
    ground = Ground(problem)
    open_teams = [
        [ground.place[name] for name in team.people] for team in plan.teams if len(team.people) < problem.most
    ]
    found = {}
    for name in plan.left:
        one = ground.place[name]
        common = [
            team for team in open_teams if reduce(lambda bits, other: bits & ground.languages[other], team, -1)
            & ground.languages[one]
        ]  # fmt: skip
        if not open_teams:
            found[name] = LeftOver.NO_ROOM
        elif not common:
            found[name] = LeftOver.NO_LANGUAGE
        else:
            apart = all(ground.apart[one] & set(team) for team in common)
            found[name] = LeftOver.KEPT_APART if apart else LeftOver.NO_ROOM
    return found
