"""How near each scheme comes to the truth for the same number of judgements, and how fast judges are assigned.

    python -m bench.judging [--rounds 20] [--only schemes|assignment]

Judges are made up: each sees the true quality of a submission through noise of their own, scores it with a severity of
their own, and some only guess. A judgement is one look at one submission: a score, a place on a list, or (pairwise) one
submission compared with the one that the judge saw before. Kendall's tau against the true order is 1 for the same
order and 0 for none, with ties as nothing; plain averaging of the same scores is the reference in the same run.
"""

import argparse
import os
import resource
import time
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import sqrt
from random import Random
from statistics import mean, stdev

from events.judging.assignment import Judge, Task, Work, assign
from events.judging.audience import count_ballots
from events.judging.next_pair import next_pair
from events.judging.pairwise import fit_pairs, rank_by_pairs
from events.judging.ranking import rank_by_lists
from events.judging.results import Outcome
from events.judging.rubric import rank_by_rubric
from events.judging.rules import Audience, By, Criterion, Pairwise, Ranking, Round, Rubric, Way
from events.judging.votes import Ballot, Comparison, Conflict, RankingList, Score

SCALE = (Criterion(1, least=0, most=10, step=0.5),)
FIT_AGAIN = 10  # comparisons


@dataclass(frozen=True)
class Setting:
    """So many submissions and judges, and views for each judge; in points of a scale to 10."""

    name: str
    submissions: int
    judges: int
    views: int
    severity: float = 1.0
    noise: float = 0.8
    guessers: float = 0.1
    quality: float = 1.2


SETTINGS = (
    Setting("expo, 100 submissions", 100, 40, 10),
    Setting("the same, views from 4 to 16", 100, 40, -10),
    Setting("the same, no severity", 100, 40, 10, severity=0),
    Setting("the same, one judge in three guesses", 100, 40, 10, guessers=1 / 3),
    Setting("panel, 30 submissions", 30, 12, 10),
    Setting("panel, everybody sees all", 20, 8, 20),
)


class Jury:
    """Submissions with a true quality and judges with their ways; each looks once at what is assigned to them."""

    def __init__(self, setting: Setting, chance: Random) -> None:
        self.setting, self.chance = setting, chance
        self.truth = {one: chance.gauss(5.5, setting.quality) for one in range(1, setting.submissions + 1)}
        self.judges = range(1, setting.judges + 1)
        self.severity = {one: chance.gauss(0, setting.severity) for one in self.judges}
        self.noise = {one: setting.noise * chance.uniform(0.5, 1.5) for one in self.judges}
        self.guesser = {one: chance.random() < setting.guessers for one in self.judges}
        self.views = {one: self._views() for one in self.judges}
        self.looks: dict[tuple[int, int], float] = {}
        self.assigned = self._assigned()

    def _views(self) -> int:
        many = self.setting.views
        return many if many > 0 else self.chance.randint(4, -2 * many - 4)

    def _assigned(self) -> dict[int, list[int]]:
        wanted = -(-sum(self.views.values()) // self.setting.submissions)
        task = Task(
            tuple(Judge(one, self.views[one]) for one in self.judges), tuple(Work(one) for one in self.truth), wanted
        )
        found: dict[int, list[int]] = {one: [] for one in self.judges}
        for pair in assign(task).pairs:
            found[pair.judge].append(pair.submission)
        return found

    def look(self, judge: int, submission: int) -> float:
        """What the judge thinks of it, in points; the same however often they are asked."""
        if (judge, submission) not in self.looks:
            seen = self.chance.gauss(0, self.noise[judge]) + self.truth[submission]
            self.looks[judge, submission] = self.chance.gauss(5.5, 1.5) if self.guesser[judge] else seen
        return self.looks[judge, submission]

    def scores(self) -> list[Score]:
        return [
            Score(judge, one, 1, min(10, max(0, round(2 * (self.look(judge, one) - self.severity[judge])) / 2)))
            for judge, ones in self.assigned.items()
            for one in ones
        ]

    def lists(self) -> list[RankingList]:
        return [
            RankingList(judge, tuple((one,) for one in sorted(ones, key=lambda it: -self.look(judge, it))))
            for judge, ones in self.assigned.items()
        ]

    def walked(self) -> list[Comparison]:
        """Each judge walks through what they are assigned, and compares each with the one before."""
        found = []
        for judge, ones in self.assigned.items():
            way = self.chance.sample(ones, len(ones))
            for first, second in pairwise(way):
                better = first if self.look(judge, first) > self.look(judge, second) else second
                found.append(Comparison(judge, first, second, better))
        return found

    def comparisons(self, among: Round) -> list[Comparison]:
        """Each judge walks on: what they stand before is compared with the next one that tells most."""
        made: list[Comparison] = []
        holding: dict[int, int] = {}
        fit = fit_pairs(among, made)
        for turn in range(max(self.views.values())):
            for judge in self.judges:
                if turn >= self.views[judge]:
                    continue
                pair = next_pair(among, made, judge, holding=holding.get(judge), busy=list(holding.values()), fit=fit)
                if pair is not None:
                    first, second = pair.first, pair.second
                    better = first if self.look(judge, first) > self.look(judge, second) else second
                    made.append(Comparison(judge, first, second, better))
                    holding[judge] = second if holding.get(judge, first) == first else first
                if len(made) % FIT_AGAIN == 0:
                    fit = fit_pairs(among, made)
        return made

    def ballots(self) -> list[Ballot]:
        """People of the audience with the same eyes: each sees ten, and approves the three that they like best."""
        seen = sum(self.views.values())
        found = []
        for voter in range(1, seen // 10 + 1):
            ones = self.chance.sample(sorted(self.truth), min(10, len(self.truth)))
            liked = sorted(ones, key=lambda one: -(self.truth[one] + self.chance.gauss(0, self.setting.noise)))[:3]
            found.append(Ballot(voter, tuple((one, 1) for one in liked)))
        return found


def tau(outcome: Outcome, truth: dict[int, float]) -> float:
    """Kendall's tau of the values against the truth; tied pairs count as nothing, no value is below all values."""
    lowest = min((one.value for one in outcome.results if one.value is not None), default=0.0) - 1
    value = {one.submission: lowest if one.value is None else one.value for one in outcome.results}
    pairs = list(combinations(sorted(truth), 2))
    signs = [(value[one] - value[other]) * (truth[one] - truth[other]) for one, other in pairs]
    return (sum(sign > 0 for sign in signs) - sum(sign < 0 for sign in signs)) / len(pairs)


def schemes_of(jury: Jury) -> dict[str, Outcome]:
    ones = frozenset(jury.truth)
    scores, lists = jury.scores(), jury.lists()
    in_pairs = Round(Pairwise(least=2), ones)
    compared = jury.comparisons(in_pairs)
    return {
        "plain average": rank_by_rubric(Round(Rubric(SCALE, by=By.RAW), ones), scores),
        "rubric, adjusted": rank_by_rubric(Round(Rubric(SCALE), ones), scores),
        "lists, Copeland": rank_by_lists(Round(Ranking(By.RAW), ones), lists),
        "lists, adjusted": rank_by_lists(Round(Ranking(), ones), lists),
        "pairwise": rank_by_pairs(in_pairs, compared),
        "pairwise, no choice": rank_by_pairs(in_pairs, jury.walked()),
        "pairwise, alike": rank_by_pairs(Round(Pairwise(reliability=False), ones), compared),
        "audience": count_ballots(Round(Audience(Way.APPROVAL), ones), jury.ballots(), closed=True),
    }


def bench_schemes(rounds: int) -> None:
    print(f"Kendall's tau against the truth, mean of {rounds} made-up rounds (standard error of the mean)")
    for setting in SETTINGS:
        found: dict[str, list[float]] = {}
        looks, most = [], 0.0
        for number in range(rounds):
            jury = Jury(setting, Random(1000 + number))
            looks.append(sum(jury.views.values()))
            began = time.process_time()
            for name, outcome in schemes_of(jury).items():
                found.setdefault(name, []).append(tau(outcome, jury.truth))
            most = max(most, time.process_time() - began)
        print(f"{setting.name}: {setting.judges} judges, {mean(looks):.0f} judgements, at most {most:.1f} s a round")
        reference = mean(found["plain average"])
        for name, taus in found.items():
            error = stdev(taus) / sqrt(len(taus)) if len(taus) > 1 else 0.0
            print(f"  {name:19} {mean(taus):.3f} ({error:.3f})  {mean(taus) - reference:+.3f}", flush=True)


def bench_reliability(rounds: int) -> None:
    print("Pairwise, 30 submissions, 12 judges of whom 4 guess: what weighing judges gives")
    ones = frozenset(range(1, 31))
    for many in (10, 30, 60):
        alike, gain = [], []
        for number in range(rounds):
            chance = Random(2000 + number)
            truth = {one: chance.gauss(0, 1) for one in ones}
            made = []
            for judge in range(1, 13):
                for one, other in chance.sample(list(combinations(sorted(ones), 2)), many):
                    seen = chance.gauss(0, 0.8) + (truth[one] - truth[other] if judge > 4 else 0)
                    made.append(Comparison(judge, one, other, one if seen > 0 else other))
            alike.append(tau(rank_by_pairs(Round(Pairwise(reliability=False), ones), made), truth))
            gain.append(tau(rank_by_pairs(Round(Pairwise(), ones), made), truth) - alike[-1])
        error = stdev(gain) / sqrt(len(gain)) if len(gain) > 1 else 0.0
        print(
            f"  {many} comparisons each: {mean(alike):.3f} alike, {mean(gain):+.3f} ({error:.3f}) weighed", flush=True
        )


def bench_assignment(submissions: int, judges: int) -> None:
    chance = Random(1)
    topics, tongues = [f"topic {one}" for one in range(20)], ["de", "fr", "pl"]
    who = tuple(
        Judge(one, 60, frozenset({"en", *chance.sample(tongues, 1)}), frozenset(chance.sample(topics, 4)))
        for one in range(1, judges + 1)
    )
    what = tuple(
        Work(one, chance.choice(["en"] * 7 + tongues), frozenset(chance.sample(topics, 2)))
        for one in range(1, submissions + 1)
    )
    conflicts = frozenset(
        Conflict(chance.randint(1, judges), chance.randint(1, submissions)) for _one in range(3 * submissions)
    )
    task = Task(who, what, 3, conflicts)
    began, busy = time.perf_counter(), time.process_time()
    found = assign(task)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    balance = found.balance
    print(f"{submissions:,} submissions to {judges} judges, 3 each, {len(conflicts):,} conflicts, 4 languages:")
    print(f"  {seconds:.1f} s by the clock, {busy:.1f} s of the processor; {len(found.shortages)} shortages")
    print(f"  {found.filled:,} of {found.wanted:,} places; {balance.least} to {balance.most} each")
    print(f"  {balance.with_expert:,} of {balance.with_topics:,} have an expert; topics known {balance.mean_fit:.2f}")
    print(f"  submissions hang together through judges in {balance.groups} group")
    standing = frozenset((one.judge, one.submission) for one in found.pairs if one.judge != 1)
    later = replace(
        task,
        judges=(*who[1:], Judge(judges + 1, 60, frozenset({"en", *tongues}))),
        works=(*what, Work(submissions + 1)),
        standing=standing,
    )
    busy = time.process_time()
    again = assign(later)
    moved = len(standing - {(one.judge, one.submission) for one in again.pairs})
    print(
        f"  one judge replaced, one submission late: {moved} of {len(standing):,} pairs moved,"
        f" {again.filled:,} of {again.wanted:,} places, {time.process_time() - busy:.1f} s of the processor"
    )
    print(f"  memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", choices=["schemes", "assignment"])
    arguments = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices are small: a second thread only waits
    if arguments.only in (None, "assignment"):
        bench_assignment(2200, 150)
    if arguments.only in (None, "schemes"):
        bench_schemes(arguments.rounds)
        bench_reliability(arguments.rounds)


if __name__ == "__main__":
    main()
