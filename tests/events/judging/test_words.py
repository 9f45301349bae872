"""What an assignment cannot meet is said in words."""

import pytest

from events.judging.assignment import Shortage
from events.judging.votes import Kind
from events.judging.words import KINDS, shortage_in_words


def said(shortage, **terms):
    return [str(one) for one in shortage_in_words(shortage, "Solar roof", **terms)]


def test_too_few_judges_after_conflicts():
    shortage = Shortage(7, wanted=3, has=1, judges=6, most=1, conflicted=((Kind.MENTOR, 1), (Kind.SAME_CLUSTER, 4)))

    assert said(shortage) == [
        "Solar roof has 1 of the 3 judges it should have; there are 6 in all.",
        "1 judge has mentored it.",
        "4 judges belong to the same cluster.",
        "Invite 2 more judges without a conflict of interest.",
    ]


def test_too_few_judges_who_read_the_language():
    shortage = Shortage(7, wanted=3, has=1, judges=6, most=2, language="pl", strangers=4, full=(3,))

    assert said(shortage, language="Polish") == [
        "Solar roof has 1 of the 3 judges it should have; there are 6 in all.",
        "4 judges do not read Polish.",
        "1 judge has as many submissions as they may have.",
        "Invite 1 more judge who reads Polish and has no conflict of interest.",
    ]


def test_judges_who_are_full():
    shortage = Shortage(7, wanted=2, has=0, judges=2, most=2, full=(1, 2))

    assert said(shortage)[1:] == [
        "2 judges have as many submissions as they may have.",
        "Allow judges more submissions, or invite more judges.",
    ]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_conflict_has_words(kind):
    assert str(KINDS[kind](2)).startswith("2 judges ")
