"""Problems of choosing peers, small enough to try every plan, and a search that does."""

from itertools import chain, combinations

from hypothesis import strategies as st

from sessions.peer_choice.plan import Score, broken_rules, score_of
from sessions.peer_choice.problem import Bar, Candidate, Pair, Problem, Review, Rules

COUNTRIES = ("AT", "FI", "PT", "")
NEEDS = ("ai", "food", "law")


def subsets(of: tuple[str, ...], least: int = 0) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(of), min_size=least)


@st.composite
def problems(draw: st.DrawFn, most_reviews: int = 2, most_people: int = 5) -> Problem:
    """Reviews of hosts 1 and 2, and people of organisations 1 to 8, with everything that can stand between them."""
    least = draw(st.integers(1, 3))
    rules = Rules(least, draw(st.integers(least, 4)), draw(st.integers(0, min(2, least))))
    reviews = tuple(
        Review(
            100 + at, at, draw(st.sampled_from(("AT", "FI"))), draw(st.sampled_from(("en", "de"))),
            draw(subsets(NEEDS)), frozenset(draw(st.frozensets(st.integers(6, 7), max_size=1))),
        )
        for at in range(1, draw(st.integers(1, most_reviews)) + 1)
    )  # fmt: skip
    candidates = tuple(
        Candidate(
            at, frozenset({draw(st.integers(1, 8))}), draw(st.sampled_from(COUNTRIES)),
            draw(subsets(("en", "de"), 1)), draw(subsets(("ai", "ai.vision", "food", "law"))),
            draw(st.integers(0, 1)), draw(st.integers(1, 2)),
        )
        for at in range(1, draw(st.integers(0, most_people)) + 1)
    )  # fmt: skip
    pairs = st.frozensets(st.sampled_from([(one.id, each.id) for one in candidates for each in reviews] or [(0, 0)]))
    known = {(one.id, each.id) for one in candidates for each in reviews}
    said = {pair: draw(st.sampled_from([Bar.COMPETITOR, Bar.DECLINED])) for pair in draw(pairs) & known
            if draw(st.booleans())}  # fmt: skip
    taken = frozenset(pair for pair in draw(pairs) & known if draw(st.integers(0, 3)) == 0)
    return Problem(rules, reviews, candidates, taken, said, draw(pairs) & frozenset(known))


def best_by_trying(problem: Problem) -> Score:
    """The best score of all plans that break no rule."""
    free: list[Pair] = [
        (one.id, each.id)
        for one in problem.candidates
        for each in problem.reviews
        if (one.id, each.id) not in problem.taken
    ]
    found = (
        score_of(problem, problem.taken | set(chosen))
        for chosen in chain.from_iterable(combinations(free, count) for count in range(len(free) + 1))
        if not broken_rules(problem, problem.taken | set(chosen))
    )
    return max(found)
