"""Who judged what, as a network: what hangs together, and how severe each judge is.

Votes are y = quality of the submission - severity of the judge + chance, solved by least squares. Each judge starts
with `caution` imaginary votes without severity, so that few votes move little. It is Fisher's analysis of incomplete
blocks, with the shrinkage of Henderson's mixed model; MacKay, Kenna, Low and Parker (2017) study it for panels.
"""

from collections.abc import Iterable, Mapping


def severities(totals: Mapping[tuple[int, int], float], caution: float) -> dict[int, float]:
    """By how much each judge scores below the average judge, from totals by (judge, submission).

    Each severity is the sum of (quality - total) over the judge's votes, divided by their number plus `caution`, where
    a quality is the mean of (total + severity) over the submission's votes. They sum to 0 in each group.
    """
    import numpy as np

    judges = sorted({judge for judge, _submission in totals})
    number = {judge: place for place, judge in enumerate(judges)}
    by_submission: dict[int, list[tuple[int, float]]] = {}
    for (judge, submission), total in sorted(totals.items()):
        by_submission.setdefault(submission, []).append((number[judge], total))
    matrix = np.zeros((len(judges), len(judges)))
    right = np.zeros(len(judges))
    for votes in by_submission.values():
        places = np.array([place for place, _total in votes])
        values = np.array([total for _place, total in votes])
        matrix[places, places] += 1
        matrix[np.ix_(places, places)] -= 1 / len(votes)
        right[places] += values.mean() - values
    if caution:
        matrix[np.diag_indices(len(judges))] += caution
        found = np.linalg.solve(matrix, right)
    else:
        found = np.linalg.lstsq(matrix, right)[0]
    return {judge: float(found[place]) for judge, place in number.items()}


def groups_of(bundles: Iterable[Iterable[int]]) -> tuple[frozenset[int], ...]:
    """What hangs together when everything in a bundle is linked; larger groups first."""
    groups: list[set[int]] = []
    for bundle in bundles:
        joined = set(bundle)
        apart = []
        for group in groups:
            if joined.isdisjoint(group):
                apart.append(group)
            else:
                joined |= group
        groups = [*apart, joined] if joined else apart
    return tuple(frozenset(one) for one in sorted(groups, key=lambda one: (-len(one), min(one))))
