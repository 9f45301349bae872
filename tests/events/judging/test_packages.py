"""The same strengths as a published package finds; the tests beside this one compare with brute force of their own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.judging.pairwise import fit_pairs
from tests.events.judging.made import FEW, comparisons, pairwise


@given(comparisons(), st.sampled_from([0.2, 1.0, 4.0]))
@settings(FEW, max_examples=12)
def test_strengths_are_those_of_choix(votes, caution):
    choix = pytest.importorskip("choix", reason="choix is not installed: python -m pip install choix")
    decided = [one for one in votes if one.better is not None]
    won = [(one.better - 1, one.first + one.second - one.better - 1) for one in decided]

    theirs = choix.opt_pairwise(4, won, alpha=caution / 2, tol=1e-9)

    ours = fit_pairs(pairwise(4, reliability=False, caution=caution), decided)
    assert list(ours.strengths) == pytest.approx(list(theirs), abs=1e-4)
