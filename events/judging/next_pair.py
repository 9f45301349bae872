"""Which two a judge is to compare next: coverage first, then what tells most."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from events.judging.pairwise import Fit, fit_pairs, worth
from events.judging.rules import Pairwise, Round
from events.judging.votes import BadVotes, Comparison

if TYPE_CHECKING:
    from numpy import bool_
    from numpy.typing import NDArray


class Purpose(StrEnum):
    """Why a pair was chosen."""

    COVERAGE = "coverage"  # one of them has been compared too seldom
    INFORMATION = "information"


@dataclass(frozen=True)
class NextPair:
    """Two submissions to compare. `information` is what their comparison is expected to tell, in nats."""

    first: int
    second: int
    purpose: Purpose
    information: float


def next_pair(
    among: Round,
    comparisons: Iterable[Comparison],
    judge: int,
    *,
    skipped: Collection[int] = (),
    busy: Collection[int] = (),
    anew: Collection[frozenset[int]] = (),
    holding: int | None = None,
    fit: Fit | None = None,
) -> NextPair | None:
    """The pair that this judge should compare next; None where they have compared all that they may.

    Never a pair that they have compared, but for those that they should compare `anew`, which come first; nothing that
    they skipped or have a conflict with. Who is `busy` with another
    judge is asked only when nobody else is left. As long as somebody was compared fewer than `least` times, it is a
    pair with as many of those as can be. After that nobody gets more than `ahead` beyond the least compared while there
    is a choice, and among what is left it is the pair that tells most. `holding` is one that they stand before: the
    pair then has it in it. A `fit` made before saves time; it may be some votes old, the counts may not.
    """
    rule = among.rule
    if not isinstance(rule, Pairwise):
        raise BadVotes("Pairs are chosen only in a round that is judged pairwise.")
    made = list(comparisons)
    fit = fit or fit_pairs(among, made)
    allowed = _allowed(among, judge, fit, frozenset(skipped), holding)
    again = allowed & _these(anew, fit)
    allowed = again if again.any() else allowed & ~_compared(made, judge, fit)
    if not allowed.any():
        return None
    return _best(rule, fit, _least_disturbing(allowed, fit, busy), _views(fit, among, made), judge, holding)


def _best(
    rule: Pairwise, fit: Fit, allowed: "NDArray[bool_]", views: dict[int, int], judge: int, holding: int | None
) -> NextPair:
    import numpy as np

    counts = np.array([views[one] for one in fit.submissions])
    reachable = counts[allowed.any(axis=0) | allowed.any(axis=1)]
    wanting = (counts < rule.least).astype(int)
    need = (wanting[:, None] + wanting[None, :])[allowed].max()
    if need:
        allowed = allowed & (wanting[:, None] + wanting[None, :] == need)
    else:
        even = (counts <= reachable.min() + rule.ahead) | (np.array(fit.submissions) == holding)
        if (allowed & even[:, None] & even[None, :]).any():
            allowed = allowed & even[:, None] & even[None, :]
    difference = fit.strengths[:, None] - fit.strengths[None, :]
    spread = np.diag(fit.covariance)[:, None] + np.diag(fit.covariance)[None, :] - 2 * fit.covariance
    reliability = fit.reliability.get(judge, rule.trust / (rule.trust + rule.doubt) if rule.reliability else 1.0)
    told = np.where(allowed, np.log1p(worth(difference, reliability) * spread) / 2, -1.0)
    first, second = np.unravel_index(int(np.argmax(np.round(told, 12))), told.shape)
    return NextPair(
        fit.submissions[int(first)],
        fit.submissions[int(second)],
        Purpose.COVERAGE if need else Purpose.INFORMATION,
        float(told[first, second]),
    )


def _allowed(among: Round, judge: int, fit: Fit, skipped: frozenset[int], holding: int | None) -> "NDArray[bool_]":
    """Pairs (lower place first) that this judge may be asked about, were it not that they have compared them."""
    import numpy as np

    out = skipped | {one.submission for one in among.conflicts if one.judge == judge}
    if among.judges is not None and judge not in among.judges:
        out |= among.submissions
    free = np.array([one not in out for one in fit.submissions], dtype=bool)
    allowed = np.triu(free[:, None] & free[None, :], 1)
    if holding in among.submissions:
        held = np.array([one == holding for one in fit.submissions], dtype=bool)
        allowed &= held[:, None] | held[None, :]
    found: NDArray[bool_] = allowed
    return found


def _compared(made: Iterable[Comparison], judge: int, fit: Fit) -> "NDArray[bool_]":
    """Pairs (lower place first) that this judge has compared."""
    return _these([frozenset((one.first, one.second)) for one in made if one.judge == judge], fit)


def _these(pairs: Iterable[frozenset[int]], fit: Fit) -> "NDArray[bool_]":
    """These pairs, lower place first, as far as they are judged."""
    import numpy as np

    found = np.zeros((len(fit.submissions), len(fit.submissions)), dtype=bool)
    known = frozenset(fit.submissions)
    for pair in pairs:
        if pair <= known:
            low, high = sorted(map(fit.place, pair))
            found[low, high] = True
    return found


def _least_disturbing(allowed: "NDArray[bool_]", fit: Fit, busy: Collection[int]) -> "NDArray[bool_]":
    """Without those who are busy, or with one of them where need be."""
    import numpy as np

    engaged = np.array([one in busy for one in fit.submissions], dtype=int)
    many = engaged[:, None] + engaged[None, :]
    fewest = many[allowed].min()
    quiet: NDArray[bool_] = allowed & (many == fewest)
    return quiet


def _views(fit: Fit, among: Round, made: Iterable[Comparison]) -> dict[int, int]:
    """How often each was compared, in votes that count or that came after the fit."""
    views = dict.fromkeys(fit.submissions, 0)
    blocked = {(one.judge, one.submission) for one in among.conflicts}
    seen = {(one.judge, frozenset((one.first, one.second))) for one in made}
    for judge, pair in seen:
        counts = pair <= views.keys() and (among.judges is None or judge in among.judges)
        for one in pair if counts and not any((judge, it) in blocked for it in pair) else ():
            views[one] += 1
    return views
