"""Problems for the team builder: by hand, by chance, and by Hypothesis; and the best teams by trying all."""

from collections.abc import Iterator
from itertools import combinations
from random import Random

from hypothesis import strategies as st

from events.team_builder.plan import Plan, PlannedTeam
from events.team_builder.problem import Candidate, Kept, Problem, teams_for

LANGUAGES = ("en", "de", "fr", "it", "pl", "sv")
SKILLS = tuple(f"skill {number}" for number in range(12))
OFFSETS = (0, 60, 60, 120, 120, 180)


def person(
    name: str,
    *,
    skills: str = "",
    speaks: str = "en",
    offset: int = 0,
    wants: str = "",
    likes: str = "",
    not_: str = "",
) -> Candidate:
    """Somebody, with lists of words: `person("a", skills="law ai", likes="b c")`."""
    return Candidate(
        name, frozenset(skills.split()), frozenset(speaks.split()), offset, tuple(wants.split()), tuple(likes.split()),
        frozenset(not_.split()),
    )  # fmt: skip


def gathering(count: int, *, seed: int = 0, challenges: int = 6, wanted: int = 5) -> Problem:
    """So many people as a hackathon has them: nearly all speak English, some challenges draw more than others."""
    chance = Random(seed)
    names = [f"p{number}" for number in range(count)]
    titles = tuple(f"c{number}" for number in range(challenges))
    people = []
    for name in names:
        spoken = {chance.choice(LANGUAGES)} | ({"en"} if chance.random() < 0.9 else set())
        drawn = sorted(titles, key=lambda title: chance.random() * (1 + titles.index(title)))[: chance.randint(0, 3)]
        others = [other for other in chance.sample(names, 4) if other != name]
        people.append(
            Candidate(
                name, frozenset(chance.sample(SKILLS, chance.randint(1, 4))), frozenset(spoken),
                chance.choice(OFFSETS), tuple(drawn), tuple(others[: chance.randint(0, 2)]),
                frozenset(others[3:4] if chance.random() < 0.1 else ()),
            )
        )  # fmt: skip
    return Problem(tuple(people), titles, 3, 6, teams_for(count, 3, 6, wanted), zone_limit=60)


@st.composite
def small_problems(draw: st.DrawFn, *, most: int = 6) -> Problem:
    """A handful of people with everything that can stand in each other's way."""
    names = [f"p{number}" for number in range(draw(st.integers(1, most)))]
    titles = ("c0", "c1")
    some = st.lists(st.sampled_from(names), unique=True, max_size=2)
    people = tuple(
        Candidate(
            name,
            frozenset(draw(st.lists(st.sampled_from(SKILLS[:4]), max_size=2))),
            frozenset(draw(st.lists(st.sampled_from(LANGUAGES[:2]), min_size=1, max_size=2))),
            draw(st.sampled_from((0, 60, 300))),
            tuple(draw(st.lists(st.sampled_from(titles), unique=True, max_size=2))),
            tuple(draw(some)),
            frozenset(draw(some)) if draw(st.booleans()) else frozenset(),
        )
        for name in names
    )
    kept = ()
    if len(names) > 2 and draw(st.booleans()):
        kept = (Kept("k", (names[0],), draw(st.sampled_from((None, "c1")))),)
    least = draw(st.integers(1, 3))
    return Problem(people, titles, least, draw(st.integers(least, 4)), draw(st.integers(0, 2)), 60, kept)


def all_plans(problem: Problem) -> Iterator[Plan]:
    """Every way to put people into teams that keeps the hard rules, challenges too."""
    kept = {name for one in problem.kept for name in one.people}
    free = [one.name for one in problem.candidates if one.name not in kept]

    def grow(at: int, left: list[str], teams: tuple[PlannedTeam, ...]) -> Iterator[Plan]:
        if at < len(problem.kept):
            one = problem.kept[at]
            for count in range(len(left) + 1):
                for more in combinations(left, count):
                    people = (*one.people, *more)
                    fits = more == () or (keeps_rules(problem, people) and len(people) <= problem.most)
                    if fits:
                        for title in [one.challenge] if one.challenge else [None, *problem.challenges]:
                            rest = [name for name in left if name not in more]
                            yield from grow(at + 1, rest, (*teams, PlannedTeam(people, title, one.name)))
            return
        yield Plan(teams, tuple(left))
        if at - len(problem.kept) < problem.teams and left:
            for count in range(problem.least, problem.most + 1):
                for members in combinations(left, count):
                    if keeps_rules(problem, members) and comes_later(teams, members):
                        for title in [None, *problem.challenges]:
                            rest = [name for name in left if name not in members]
                            yield from grow(at + 1, rest, (*teams, PlannedTeam(members, title)))

    yield from grow(0, free, ())


def comes_later(teams: tuple[PlannedTeam, ...], members: tuple[str, ...]) -> bool:
    """So that the same teams are not met in another order."""
    new = [team for team in teams if team.kept is None]
    return not new or new[-1].people[0] < members[0]


def keeps_rules(problem: Problem, people: tuple[str, ...]) -> bool:
    """A language in common, and nobody beside whom they want to be apart from."""
    ones = [one for one in problem.candidates if one.name in people]
    common = frozenset.intersection(*(one.languages for one in ones))
    return bool(common) and not any(one.apart & (set(people) - {one.name}) for one in ones)


def worth(problem: Problem, plan: Plan) -> tuple[int, ...]:
    """What a plan is worth, counted without the package: the larger the better, in the order of the aims."""
    people = {one.name: one for one in problem.candidates}
    kept = {one.name: one for one in problem.kept}
    placed = sum(len(team.people) - (len(kept[team.kept].people) if team.kept else 0) for team in plan.teams)
    short = sum(max(0, problem.least - len(team.people)) for team in plan.teams)
    skills = [len(frozenset().union(*(people[name].skills for name in team.people))) for team in plan.teams]
    spread = [
        max(people[name].offset for name in team.people) - min(people[name].offset for name in team.people)
        for team in plan.teams
    ]
    sizes = [len(team.people) for team in plan.teams]
    return (
        placed, -short, sum(points(people, team) for team in plan.teams), sum(skills),
        -sum(max(0, one - problem.zone_limit) for one in spread), min(skills, default=0),
        min(sizes, default=0) - max(sizes, default=0),
    )  # fmt: skip


def points(people: dict[str, Candidate], team: PlannedTeam) -> int:
    """Three, two and one for the first, second and third wish that came true."""
    found = 0
    for name in team.people:
        one = people[name]
        found += sum(3 - rank for rank, title in enumerate(one.challenges[:3]) if title == team.challenge)
        found += sum(3 - rank for rank, other in enumerate(one.people[:3]) if other in team.people and other != name)
    return found
