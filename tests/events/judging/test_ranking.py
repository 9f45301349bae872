"""Ranking lists: Copeland's count on lists of unequal lengths."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.judging.ranking import rank_by_lists
from events.judging.results import Duel
from events.judging.rules import By, ByDecision, ByFirstPlaces, Ranking, Round
from events.judging.votes import BadVotes, Conflict, RankingList
from tests.events.judging.made import FEW, lists, numbers, order, ranking, ranks, values, winner


def place(one, it):
    return next((at for at, ones in enumerate(one.places) if it in ones), None)


def copeland_by_counting(votes, submissions):
    """Wins less losses, duel by duel, from the lists as they are."""
    score = dict.fromkeys(submissions, 0)
    for a, b in combinations(submissions, 2):
        seen = [(place(one, a), place(one, b)) for one in votes if None not in (place(one, a), place(one, b))]
        margin = sum(x < y for x, y in seen) - sum(x > y for x, y in seen)
        if seen:
            score[a] += (margin > 0) - (margin < 0)
            score[b] -= (margin > 0) - (margin < 0)
    return score


def test_the_capital_of_tennessee_is_the_one_that_copeland_finds():
    # The well-known example: Nashville (2) wins three duels, Chattanooga (3) two, Knoxville (4) one, Memphis (1) none.
    votes = [
        *(order(judge, 1, 2, 3, 4) for judge in range(42)),
        *(order(judge, 2, 3, 4, 1) for judge in range(42, 68)),
        *(order(judge, 3, 4, 2, 1) for judge in range(68, 83)),
        *(order(judge, 4, 3, 2, 1) for judge in range(83, 100)),
    ]

    outcome = rank_by_lists(ranking(4), votes)

    assert ranks(outcome) == {2: 1, 3: 2, 4: 3, 1: 4}
    assert [outcome.of(one).raw for one in (2, 3, 4, 1)] == [1, pytest.approx(2 / 3), pytest.approx(1 / 3), 0]
    assert outcome.of(2).why == (Duel(1, 58, 42, 0, 1), Duel(3, 68, 32, 0, 1), Duel(4, 68, 32, 0, 1))


@given(lists(complete=True))
@FEW
def test_complete_lists_are_ranked_as_copeland_does(votes):
    score = copeland_by_counting(votes, range(1, 6))

    for by in By:
        assert ranks(rank_by_lists(ranking(5, by=by), votes)) == {
            one: 1 + sum(1 for other in score.values() if other > score[one]) for one in score
        }


@given(lists())
@FEW
def test_the_share_of_duels_won_is_the_one_counted_by_hand(votes):
    score = copeland_by_counting(votes, range(1, 6))

    for one in rank_by_lists(ranking(5), votes).results:
        if one.raw is not None:
            assert one.raw == pytest.approx((score[one.submission] / len(one.why) + 1) / 2)


@given(lists(), st.sampled_from([0.5, 1.0, 3.0]))
@FEW
def test_everything_can_be_worked_out_again_from_the_result(votes, caution):
    outcome = rank_by_lists(ranking(5, caution=caution), votes)
    value = values(outcome)

    for one in outcome.results:
        if one.value is not None:
            met = sum(duel.outcome + value[duel.against] for duel in one.why if isinstance(duel, Duel))
            assert one.value == pytest.approx(met / (len(one.why) + caution))


@given(lists(complete=True))
@FEW
def test_whoever_beats_everybody_wins(votes):
    score = copeland_by_counting(votes, range(1, 6))
    best = [one for one, wins in score.items() if wins == 4]

    assert [winner(rank_by_lists(ranking(5), votes))] * len(best) == best


@given(lists(), st.randoms(use_true_random=False))
@FEW
def test_neither_order_nor_repetition_of_lists_matters(votes, chance):
    mixed = [*votes, *votes[:2]]
    chance.shuffle(mixed)

    assert rank_by_lists(ranking(5), mixed) == rank_by_lists(ranking(5), votes)


@given(lists(), st.integers(0, 30))
@FEW
def test_moving_up_in_a_list_never_costs_a_place(votes, which):
    long = [one for one in votes if len(one.places) > 1]
    if not long:
        return
    changed = long[which % len(long)]
    at = 1 + which % (len(changed.places) - 1)
    mover = changed.places[at][0]
    rest = tuple(tuple(it for it in ones if it != mover) for ones in changed.places)
    up = RankingList(changed.judge, tuple(ones for ones in (*rest[: at - 1], (mover,), *rest[at - 1 :]) if ones))

    before = rank_by_lists(ranking(5), votes)
    after = rank_by_lists(ranking(5), [up if one is changed else one for one in votes])

    assert ranks(after)[mover] <= ranks(before)[mover]


def test_one_more_list_with_the_winner_on_top_can_cost_its_place():
    # Like every rule that elects who beats everybody (Moulin's paradox of who stays at home), and because it wins duels
    # against those that lost much.
    votes = [order(1, 4, 2, 1, 3, 5), order(2, 5, 1, 3, 4, 2), order(3, 2, 1, 5, 3)]

    before = rank_by_lists(ranking(5), votes)
    after = rank_by_lists(ranking(5), [*votes, order(4, 2, 4, 5, 1)])

    assert winner(before) == 2
    assert ranks(after)[2] != 1


def test_a_long_list_has_one_voice_in_each_duel():
    # By points for places (Borda), submission 1 would get 5 from the long list and win.
    votes = [order(1, 1, 3, 4, 5, 6, 2), order(2, 2, 1), order(3, 2, 1)]

    outcome = rank_by_lists(ranking(6, by=By.RAW), votes)

    assert Duel(1, above=2, below=1, beside=0, outcome=1) in outcome.of(2).why


def test_seeing_more_judges_gives_nothing_in_itself():
    # Everybody agrees on 1 above 2 above 3. That 2 and 3 were seen by ten judges and 1 by one lifts neither.
    votes = [order(1, 1, 2), *(order(judge, 2, 3) for judge in range(2, 12))]

    assert ranks(rank_by_lists(ranking(3), votes)) == {1: 1, 2: 2, 3: 3}


def test_it_counts_whom_a_submission_met():
    # 1 and 5 won each one of two duels: 1 lost to the best and won against the second, 5 among the last.
    votes = [
        order(1, 2, 1),
        order(2, 2, 3),
        order(3, 2, 4),
        order(4, 1, 3),
        order(5, 3, 4),
        order(6, 4, 5),
        order(7, 5, 6),
    ]

    outcome = rank_by_lists(ranking(6), votes)

    assert (outcome.of(1).raw, outcome.of(5).raw) == (0.5, 0.5)
    assert outcome.of(1).value > outcome.of(5).value


def test_equals_on_a_list_draw_their_duel():
    outcome = rank_by_lists(ranking(2), [order(1, (1, 2))])

    assert (ranks(outcome), outcome.of(1).tied_with) == ({1: 1, 2: 1}, (2,))


def test_it_is_told_who_decides_alone():
    outcome = rank_by_lists(ranking(3), [order(1, 1, 2, 3), order(2, 1, 2)])

    assert [(one.judge, one.votes, one.alone) for one in outcome.judges] == [(1, 3, 2), (2, 2, 0)]
    assert [one.say for one in outcome.judges] == [pytest.approx(5 / 6), pytest.approx(1 / 6)]


def test_a_conflict_takes_a_submission_off_the_list():
    among = Round(Ranking(), numbers(3), conflicts=frozenset({Conflict(1, 1)}))

    outcome = rank_by_lists(among, [order(1, 1, 2, 3)])

    assert (ranks(outcome), outcome.of(1).votes, len(outcome.left_out)) == ({1: None, 2: 1, 3: 2}, 0, 1)


def test_ties_are_divided_by_first_places_and_then_by_the_chair():
    votes = [order(1, 1, 2), order(2, 2, 3), order(3, 3, 1), order(4, 3, 4)]
    # 1, 2 and 3 beat each other in a circle; 3 was first twice, 1 and 2 once each.
    among = Round(Ranking(By.RAW), numbers(3), ties=(ByFirstPlaces(), ByDecision((2, 1))))

    outcome = rank_by_lists(among, [*votes[:3], order(4, 3, 1, number=1)])

    assert ranks(outcome) == {3: 1, 2: 2, 1: 3}
    assert [outcome.of(one).decided_by for one in (3, 2, 1)] == ["first places", "decision", "decision"]


def test_a_list_that_names_a_submission_twice_is_refused():
    with pytest.raises(BadVotes, match="list of judge 1 names a submission twice"):
        rank_by_lists(ranking(2), [order(1, 1, 2, 1)])


def test_a_caution_of_nothing_is_refused():
    with pytest.raises(BadVotes, match="caution of 0"):
        Ranking(caution=0)
