"""Gatherings made up by chance, as large as wanted: who is there when, and who wants to meet whom.

Popularity is log-normal, each person asks 8 to 20 others, weights are 1 to 8 with mutual wishes heavier, and people are
there 85 % of the time. In a bipartite gathering one buyer meets three suppliers. Limited tables are about 80 % of what
would be used without a limit.
"""

from random import Random

from sessions.scheduling.problem import Participant, Problem, Request

PRESENT = 0.85


def made_up(people: int, slots: int, *, bipartite: bool = False, limited: bool = False, seed: int = 1) -> Problem:
    chance = Random(f"{people} {slots} {bipartite} {seed}")
    participants = tuple(
        Participant(one, frozenset(slot for slot in range(slots) if chance.random() > PRESENT)) for one in range(people)
    )
    popularity = [chance.lognormvariate(0, 1) for _ in range(people)]
    buyers = people // 4 if bipartite else 0
    pairs: dict[tuple[int, int], int] = {}
    for one in range(people):
        others = range(people) if not bipartite else range(buyers, people) if one < buyers else range(buyers)
        wanted = set(chance.choices(others, weights=[popularity[each] for each in others], k=chance.randint(8, 20)))
        for other in sorted(wanted - {one}):
            pair = (min(one, other), max(one, other))
            pairs[pair] = min(8, pairs[pair] + 4) if pair in pairs else chance.randint(1, 4)
    requests = tuple(Request(number, pair, weight) for number, (pair, weight) in enumerate(pairs.items()))
    tables = None
    if limited:
        asked = [0] * people
        for pair in pairs:
            for one in pair:
                asked[one] += 1
        used = sum(
            min(count, slots - len(one.unavailable)) for count, one in zip(asked, participants, strict=True)
        )  # fmt: skip
        tables = (max(1, int(0.8 * used / 2 / slots)),) * slots
    name = f"{people} x {slots} {'bipartite' if bipartite else 'general'} {'limited' if limited else 'unlimited'}"
    return Problem(slots, participants, requests, tables, name=name)
