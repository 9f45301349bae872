"""What was judged and changed since: the version that a judge had read stands with the vote, and everybody is told."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.refusals import Conflict
from events.handing_in import admit_late_version, get_version, keep_late_version
from events.phases import PhaseKind
from events.rounds.boards import board_of, report_of
from events.rounds.desk import desk_of, get_work
from events.rounds.exports import votes_table
from events.rounds.inputs import result_as_json
from events.rounds.one_more import ask_for_one_more
from events.rounds.scoring import (
    SkipReason,
    compare_submissions,
    order_submissions,
    pair_for,
    score_submission,
    skip_submission,
    undo_last,
)
from events.rounds.standings import standing_of
from events.rounds.votes import ChangedElsewhere, latest_votes
from events.submission_texts import Written
from events.submissions import get_submission
from events.teams import TeamInEvent
from tests.events.makers_rounds import (
    hand_in_anew,
    new_id,
    number_of,
    open_a_round,
    score,
    work_of,
)
from tests.makers import again, shut_phase


def changed(db, judge, subject):
    return sorted(one.team for one in desk_of(db, again(db, judge), subject).lines if one.changed)


def changed_on_the_board(db, contest, subject):
    board = board_of(db, again(db, contest.ada), subject)
    return {one.work.team.name: [each.name for each in one.changed] for one in board.rows if one.changed}


def exported(db, contest, subject):
    report = report_of(db, again(db, contest.ada), subject)
    header, rows = votes_table(report.standing.inputs, result_as_json(report.standing.outcome), {})
    lines = [dict(zip(header, row, strict=True)) for row in rows]
    return {
        (one["team"], one["version_judged"], one["version_now"], one["changed_since"]) for one in lines
    }  # fmt: skip


def test_a_submission_that_changes_after_it_was_judged_says_so_everywhere(db, contest, judge):
    made = open_a_round(db, contest)
    score(db, judge, made, "Straw", 4, 3)
    score(db, judge, made, "Husk", 4, 3)

    hand_in_anew(db, contest, "Straw")

    assert [one.read for one in latest_votes(db, made.id)] == [
        {str(number_of(db, made, team)): 1} for team in ("Straw", "Husk")
    ]
    assert changed(db, judge, made) == ["Straw"]
    assert changed_on_the_board(db, contest, made) == {"Straw": ["Judge 1"]}
    assert exported(db, contest, made) == {("Straw", 1, 2, True), ("Husk", 1, 1, False)}


def test_who_looks_again_and_stays_with_it_has_judged_what_counts(db, contest, judge):
    made = open_a_round(db, contest)
    score(db, judge, made, "Straw", 4, 3)
    hand_in_anew(db, contest, "Straw")

    same = score(db, judge, made, "Straw", 4, 3, seen=1)

    assert (same.number, changed(db, judge, made), changed_on_the_board(db, contest, made)) == (2, [], {})
    assert exported(db, contest, made) == {("Straw", 2, 2, False)}


def test_what_was_typed_in_a_tunnel_is_about_what_was_read_there(db, contest, judge):
    made = open_a_round(db, contest)
    actor, number = again(db, judge), number_of(db, made, "Straw")
    work = get_work(db, actor, made, work_of(db, made, "Straw"))
    hand_in_anew(db, contest, "Straw")

    score_submission(db, actor, work, points={1: 4, 2: 3}, seen=0, client_id=new_id(), read={number: 1})

    assert changed(db, judge, made) == ["Straw"]


def test_a_late_version_that_is_let_in_is_a_change_too(db, contest, judge):
    made = open_a_round(db, contest)
    score(db, judge, made, "Straw", 4, 3)
    work = board_of(db, again(db, contest.ada), made).rows[number_of(db, made, "Straw") - 1].work
    event = shut_phase(db, again(db, contest.ada), contest.event, PhaseKind.SUBMISSION)
    team = TeamInEvent(work.team, event)
    late = keep_late_version(
        db, again(db, contest.leads["Straw"]), team, written=Written(title="Late", summary="Late.")
    )
    before = changed(db, judge, made)

    with clock.frozen_at(clock.now() + timedelta(minutes=5)):
        ada = again(db, contest.ada)
        version = get_version(db, ada, get_submission(db, ada, event, work.submission.public_id), late.number)
        admit_late_version(db, ada, version, why="Their line was cut off by the storm.")

    assert (before, changed(db, judge, made)) == ([], ["Straw"])


def test_lists_and_pairs_and_what_was_skipped_know_what_was_read(db, contest, judge):
    lists, pairs = open_a_round(db, contest, "ranking"), open_a_round(db, contest, "pairwise")
    points, actor = open_a_round(db, contest), again(db, judge)
    number = {(made.id, team): number_of(db, made, team) for made in (lists, pairs) for team in ("Straw", "Husk")}
    order_submissions(
        db, actor, lists, places=[[number[lists.id, "Straw"]], [number[lists.id, "Husk"]]], seen=0, client_id=new_id()
    )
    compare_submissions(
        db, actor, pairs, first=number[pairs.id, "Straw"], second=number[pairs.id, "Husk"], better=None,
        client_id=new_id(),
    )  # fmt: skip
    work = get_work(db, actor, points, work_of(db, points, "Straw"))
    skip_submission(db, actor, work, reason=SkipReason.CANNOT_OPEN, seen=0, client_id=new_id())

    hand_in_anew(db, contest, "Straw")

    assert [changed(db, judge, made) for made in (lists, pairs, points)] == [["Straw"]] * 3
    assert changed_on_the_board(db, contest, pairs) == {"Straw": ["Judge 1"]}
    assert {("Straw", 1, 2, True), ("Husk", 1, 1, False)} == exported(db, contest, lists)
    assert {("1 1", True)} == {(one[1], one[3]) for one in exported(db, contest, pairs)}


def compare(db, judge, subject, first, second, better, **more):
    numbers = {team: number_of(db, subject, team) for team in (first, second, better)}
    return compare_submissions(
        db, again(db, judge), subject, first=numbers[first], second=numbers[second], better=numbers[better],
        **{"client_id": new_id()} | more,
    )  # fmt: skip


def test_a_pair_of_what_was_changed_comes_again_first_and_what_is_said_then_counts(db, contest, judge):
    made = open_a_round(db, contest, "pairwise")
    actor, straw, husk = again(db, judge), number_of(db, made, "Straw"), number_of(db, made, "Husk")
    compare(db, judge, made, "Straw", "Husk", "Straw")
    before = pair_for(db, actor, made)
    hand_in_anew(db, contest, "Straw")

    found = pair_for(db, actor, made)
    waits = changed(db, judge, made)
    compare(db, judge, made, "Straw", "Husk", "Husk")
    after = pair_for(db, actor, made)

    assert ({found.first.number, found.second.number}, found.anew, waits) == ({straw, husk}, True, ["Straw"])
    assert [one.anew for one in (before, after)] == [False, False]
    assert {straw, husk} not in [{one.first.number, one.second.number} for one in (before, after)]
    assert [(one.number, one.content["better"]) for one in latest_votes(db, made.id)] == [(2, husk)]
    assert (changed(db, judge, made), changed_on_the_board(db, contest, made)) == ([], {})
    results = standing_of(db, made.round).outcome.results
    assert [(one.submission, one.rank, one.votes) for one in results if one.votes] == [(husk, 1, 1), (straw, 2, 1)]


def test_a_pair_comes_again_when_all_is_compared(db, contest, judge):
    made = open_a_round(db, contest, "pairwise")
    for first, second in (("Straw", "Husk"), ("Straw", "Whey"), ("Husk", "Whey")):
        compare(db, judge, made, first, second, first)
    through = pair_for(db, again(db, judge), made)
    hand_in_anew(db, contest, "Straw")

    for _turn in range(2):
        found = pair_for(db, again(db, judge), made)
        compare_submissions(
            db, again(db, judge), made, first=found.first.number, second=found.second.number, better=None,
            client_id=new_id(),
        )  # fmt: skip

    assert (through, pair_for(db, again(db, judge), made), changed(db, judge, made)) == (None, None, [])


def test_who_had_the_earlier_version_before_them_overwrites_nothing(db, contest, judge):
    made = open_a_round(db, contest, "pairwise")
    in_a_tunnel = {number_of(db, made, "Straw"): 1, number_of(db, made, "Husk"): 1}
    compare(db, judge, made, "Straw", "Husk", "Straw")
    hand_in_anew(db, contest, "Straw")

    with pytest.raises(ChangedElsewhere):
        compare(db, judge, made, "Straw", "Husk", "Husk", read=in_a_tunnel)
    compare(db, judge, made, "Straw", "Husk", "Straw")
    with pytest.raises(ChangedElsewhere):
        compare(db, judge, made, "Straw", "Husk", "Husk")

    assert [one.number for one in latest_votes(db, made.id)] == [2]


def test_a_pair_that_cannot_come_again_is_not_waited_for(db, contest, judge):
    made = open_a_round(db, contest, "pairwise")
    compare(db, judge, made, "Straw", "Husk", "Straw")
    skip(db, judge, made, "Husk", SkipReason.NOT_MY_FIELD)

    hand_in_anew(db, contest, "Straw")

    assert changed(db, judge, made) == []
    assert [one.anew for one in [pair_for(db, again(db, judge), made)]] == [False]


def skip(db, judge, subject, team, reason):
    work = get_work(db, again(db, judge), subject, work_of(db, subject, team))
    return skip_submission(db, again(db, judge), work, reason=reason, seen=0, client_id=new_id())


@pytest.mark.parametrize("reason", SkipReason)
def test_what_was_skipped_comes_again_by_a_change_only_where_there_was_nothing_to_see(db, contest, judge, reason):
    made = open_a_round(db, contest, judges_each=2, judges_most=2)
    skip(db, judge, made, "Straw", reason)
    for team in ("Husk", "Whey"):
        score(db, judge, made, team, 4, 3)

    hand_in_anew(db, contest, "Straw")
    desk = desk_of(db, again(db, judge), made)

    again_ = ["Straw"] if reason is SkipReason.CANNOT_OPEN else []
    assert changed(db, judge, made) == ["Straw"]
    assert ([one.team for one in desk.changed], desk.next is None) == (again_, not again_)
    refusal = "Something waits for you still" if again_ else "There is no more for you"
    with pytest.raises(Conflict, match=refusal):
        ask_for_one_more(db, again(db, judge), made)


def test_what_was_taken_back_is_not_waited_for(db, contest, judge):
    made = open_a_round(db, contest)
    score(db, judge, made, "Straw", 4, 3)
    actor = again(db, judge)
    work = get_work(db, actor, made, work_of(db, made, "Straw"))
    undo_last(db, actor, work, seen=1, client_id=new_id())

    hand_in_anew(db, contest, "Straw")

    assert (changed(db, judge, made), changed_on_the_board(db, contest, made)) == ([], {})
