"""A problem as JSON, for the process that looks for peers apart."""

from collections.abc import Mapping
from typing import Any

from sessions.peer_choice.problem import Bar, Candidate, Problem, Review, Rules


def write_problem(problem: Problem) -> dict[str, Any]:
    """A problem as values that JSON has."""
    rules = problem.rules
    return {
        "rules": [rules.peers_min, rules.peers_max, rules.countries_min],
        "reviews": [
            [one.id, one.organisation, one.country, one.language, sorted(one.needs), sorted(one.related)]
            for one in problem.reviews
        ],
        "candidates": [
            [one.id, sorted(one.organisations), one.country, sorted(one.languages), sorted(one.competences), one.load,
             one.most]
            for one in problem.candidates
        ],
        "taken": sorted(problem.taken),
        "said": [[*pair, bar.value] for pair, bar in sorted(problem.said.items())],
        "wishes": sorted(problem.wishes),
    }  # fmt: skip


def read_problem(written: Mapping[str, Any]) -> Problem:
    """The problem that `write_problem` wrote."""
    return Problem(
        rules=Rules(*written["rules"]),
        reviews=tuple(
            Review(id, organisation, country, language, frozenset(needs), frozenset(related))
            for id, organisation, country, language, needs, related in written["reviews"]
        ),
        candidates=tuple(
            Candidate(id, frozenset(organisations), country, frozenset(languages), frozenset(competences), load, most)
            for id, organisations, country, languages, competences, load, most in written["candidates"]
        ),
        taken=frozenset((person, review) for person, review in written["taken"]),
        said={(person, review): Bar(bar) for person, review, bar in written["said"]},
        wishes=frozenset((person, review) for person, review in written["wishes"]),
    )
