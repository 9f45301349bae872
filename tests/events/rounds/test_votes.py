"""What judges give: versions that are never overwritten, replays that change nothing, two windows, taking back."""

import threading

import pytest
from sqlmodel import select

from events.core.database import transaction
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.rounds.boards import board_of
from events.rounds.desk import Progress, desk_of, get_work
from events.rounds.flags import FlaggedOtherwise, FlagReason, JudgingFlag, flag_submission, settle_flag
from events.rounds.rounds import RoundInEvent, get_round
from events.rounds.running import close_round
from events.rounds.scoring import (
    SkipReason,
    compare_submissions,
    order_submissions,
    pair_for,
    score_submission,
    skip_submission,
    undo_comparison,
    undo_last,
)
from events.rounds.standings import standing_of
from events.rounds.votes import ChangedElsewhere, RoundVote, SentOtherwise, VoteKind, all_versions, latest_votes
from tests.events.makers_rounds import (
    new_id,
    number_of,
    open_a_round,
    score,
    work_of,
)
from tests.makers import again


@pytest.fixture
def rubric(db, contest):
    return open_a_round(db, contest)


def versions(db, subject):
    return [(one.about, one.number, one.kind, one.content) for one in all_versions(db, subject.id)]


def told(db):
    return len(db.exec(select(JournalEntry).where(JournalEntry.kind == "VoteGiven")).all())


def progress(db, judge, subject):
    desk = desk_of(db, again(db, judge), subject)
    return {one.team: one.progress for one in desk.lines}


def test_points_are_kept_as_versions_and_the_last_one_counts(db, rubric, judge):
    score(db, judge, rubric, "Straw", 4, 3)
    score(db, judge, rubric, "Straw", 4.5, 3, seen=1)

    kept = [(number, content["points"]) for _about, number, _kind, content in versions(db, rubric)]
    given = standing_of(db, rubric.round).outcome.of(number_of(db, rubric, "Straw"))
    assert kept == [(1, {"1": 4.0, "2": 3.0}), (2, {"1": 4.5, "2": 3.0})]
    assert (given.votes, given.raw) == (1, 4.125)


def test_the_same_vote_sent_again_changes_nothing(db, rubric, judge):
    first = score(db, judge, rubric, "Straw", 4, 3, client_id="from-the-tunnel")
    score(db, judge, rubric, "Straw", 2, 2, seen=1)

    replayed = score(db, judge, rubric, "Straw", 4, 3, client_id="from-the-tunnel")

    assert (replayed, len(versions(db, rubric)), told(db)) == (first, 2, 2)
    assert latest_votes(db, rubric.id)[0].content["points"] == {"1": 2.0, "2": 2.0}


def test_other_words_under_an_id_that_came_before_are_refused_and_nothing_is_written(db, rubric, judge):
    score(db, judge, rubric, "Straw", 4, 3, client_id="from-the-tunnel")

    with pytest.raises(SentOtherwise, match="Yours is still here") as refused:
        score(db, judge, rubric, "Straw", 2, 2, client_id="from-the-tunnel")

    assert refused.value.latest.content["points"] == {"1": 4.0, "2": 3.0}
    assert (len(versions(db, rubric)), told(db)) == (1, 1)


def test_an_id_that_belongs_to_another_submission_is_refused(db, rubric, judge):
    score(db, judge, rubric, "Straw", 4, 3, client_id="from-the-tunnel")

    with pytest.raises(Invalid, match="out of date"):
        score(db, judge, rubric, "Husk", 4, 3, client_id="from-the-tunnel")

    assert len(versions(db, rubric)) == 1


def test_a_page_that_got_no_answer_says_something_else_as_its_next_try(db, rubric, judge):
    score(db, judge, rubric, "Straw", 4, 3, client_id="from-the-tunnel")

    score(db, judge, rubric, "Straw", 2, 2, client_id="from-the-tunnel.2")
    last = score(db, judge, rubric, "Straw", 5, 5, client_id="from-the-tunnel.3")
    replayed = score(db, judge, rubric, "Straw", 2, 2, client_id="from-the-tunnel.2")

    assert (last.number, replayed.number, len(versions(db, rubric))) == (3, 2, 3)
    assert latest_votes(db, rubric.id)[0].content["points"] == {"1": 5.0, "2": 5.0}


def test_a_try_that_comes_after_a_later_one_changes_nothing(db, rubric, judge):
    score(db, judge, rubric, "Straw", 2, 2, client_id="from-the-tunnel.2")

    with pytest.raises(ChangedElsewhere):
        score(db, judge, rubric, "Straw", 4, 3, client_id="from-the-tunnel")

    assert latest_votes(db, rubric.id)[0].content["points"] == {"1": 2.0, "2": 2.0}


def test_a_next_try_writes_over_nothing_that_was_said_elsewhere(db, rubric, judge):
    score(db, judge, rubric, "Straw", 4, 3, client_id="from-the-tunnel")
    score(db, judge, rubric, "Straw", 1, 1, seen=1)

    with pytest.raises(ChangedElsewhere, match="in another window"):
        score(db, judge, rubric, "Straw", 2, 2, client_id="from-the-tunnel.2")


def test_a_flag_with_other_words_under_the_same_id_is_refused(db, rubric, judge):
    actor = again(db, judge)
    work = get_work(db, actor, rubric, work_of(db, rubric, "Straw"))
    first = flag_submission(db, actor, work, reason=FlagReason.BROKEN, text="Dead link.", client_id="from-the-tunnel")
    settled = flag_submission(db, actor, work, reason=FlagReason.BROKEN, text="Dead link.", client_id="from-the-tunnel")

    with pytest.raises(FlaggedOtherwise, match="Yours is still here"):
        flag_submission(db, actor, work, reason=FlagReason.COPIED, text="Copied.", client_id="from-the-tunnel")

    assert settled == first
    assert [one.text for one in db.exec(select(JudgingFlag))] == ["Dead link."]


def test_a_flag_that_is_sent_again_after_it_was_settled_is_not_raised_again(db, contest, rubric, judge):
    actor = again(db, judge)
    work = get_work(db, actor, rubric, work_of(db, rubric, "Straw"))
    flag = flag_submission(db, actor, work, reason=FlagReason.BROKEN, client_id="from-the-tunnel")
    settle_flag(db, contest.ada, rubric, flag=flag.public_id)

    assert flag_submission(db, actor, work, reason=FlagReason.BROKEN, client_id="from-the-tunnel") == flag


def test_saying_the_same_again_makes_no_version(db, rubric, judge):
    first = score(db, judge, rubric, "Straw", 4, 3)

    assert score(db, judge, rubric, "Straw", 4, 3, seen=1) == first
    assert told(db) == 1


def test_who_has_not_seen_the_last_version_writes_over_nothing(db, rubric, judge):
    score(db, judge, rubric, "Straw", 4, 3)

    with pytest.raises(ChangedElsewhere, match="in another window") as refused:
        score(db, judge, rubric, "Straw", 1, 1)

    assert refused.value.latest.content["points"] == {"1": 4.0, "2": 3.0}
    assert len(versions(db, rubric)) == 1


def test_what_is_not_finished_is_kept_and_does_not_count(db, rubric, judge):
    score(db, judge, rubric, "Straw", 4, None)

    result = standing_of(db, rubric.round).outcome
    assert progress(db, judge, rubric)["Straw"] is Progress.BEGUN
    assert (result.of(number_of(db, rubric, "Straw")).rank, result.left_out[0].reason) == (None, "unfinished")


@pytest.mark.parametrize(("points", "field"), [(6, "points-1"), (0, "points-1"), (2.25, "points-1")])
def test_points_that_the_scale_does_not_have_are_refused(db, rubric, judge, points, field):
    with pytest.raises(Invalid, match=r"Give from 1 to 5 points, in steps of 0\.5") as refused:
        score(db, judge, rubric, "Straw", points, 3)

    assert (list(refused.value.fields), versions(db, rubric)) == ([field], [])


@pytest.mark.parametrize("client_id", ["", "short", "x" * 65, "with blanks in it", "o'clock-1234"])
def test_a_vote_without_a_usable_id_is_refused(db, rubric, judge, client_id):
    work = get_work(db, again(db, judge), rubric, work_of(db, rubric, "Straw"))

    with pytest.raises(Invalid, match="out of date"):
        score_submission(db, again(db, judge), work, points={1: 3}, seen=0, client_id=client_id)


def test_comments_and_notes_have_an_end(db, rubric, judge):
    with pytest.raises(Invalid) as refused:
        score(db, judge, rubric, "Straw", 4, 3, comment="x" * 4001)

    assert list(refused.value.fields) == ["comment"]


def test_only_the_judges_of_a_submission_judge_it(db, ada, contest, rubric, eve):
    work = get_work(db, again(db, contest.judges[0]), rubric, work_of(db, rubric, "Straw"))

    for actor in (contest.ada, eve, again(db, contest.leads["Husk"])):
        with pytest.raises(NotAllowed):
            score_submission(db, actor, work, points={1: 3, 2: 3}, seen=0, client_id=new_id())
        with pytest.raises(NotFound):
            get_work(db, actor, rubric, work.row.public_id)


def test_skipping_says_why_and_is_an_abstention(db, contest, rubric, judge):
    actor = again(db, judge)
    work = get_work(db, actor, rubric, work_of(db, rubric, "Straw"))

    skip_submission(db, actor, work, reason=SkipReason.LANGUAGE, seen=0, client_id=new_id())

    cells = [one for row in board_of(db, contest.ada, rubric).rows for one in row.cells if one.skipped]
    assert progress(db, judge, rubric)["Straw"] is Progress.SKIPPED
    assert [one.skipped for one in cells] == ["language"]
    assert standing_of(db, rubric.round).outcome.left_out[0].reason == "abstained"


def test_taking_back_goes_one_version_back_and_the_first_is_taken_back_altogether(db, rubric, judge):
    actor = again(db, judge)
    work = get_work(db, actor, rubric, work_of(db, rubric, "Straw"))
    score(db, judge, rubric, "Straw", 4, 3)
    undo_last(db, actor, work, seen=1, client_id=new_id())
    gone = progress(db, judge, rubric)["Straw"]
    with pytest.raises(Conflict, match="nothing to take back"):
        undo_last(db, actor, work, seen=2, client_id=new_id())

    score(db, judge, rubric, "Straw", 2, 2, seen=2)
    score(db, judge, rubric, "Straw", 5, 5, seen=3)
    undo_last(db, actor, work, seen=4, client_id=new_id())

    assert gone is Progress.WAITING
    assert latest_votes(db, rubric.id)[0].content["points"] == {"1": 2.0, "2": 2.0}
    assert [number for _about, number, _kind, _content in versions(db, rubric)] == [1, 2, 3, 4, 5]


def test_taking_back_what_was_sent_goes_back_behind_all_its_tries(db, rubric, judge):
    score(db, judge, rubric, "Straw", 2, 2)
    for points, client_id in ((3, "page-0001"), (4, "page-0001.2")):
        score(db, judge, rubric, "Straw", points, points, seen=1, client_id=client_id)
    work = get_work(db, again(db, judge), rubric, work_of(db, rubric, "Straw"))

    undone = undo_last(db, again(db, judge), work, seen=1, client_id="page-0001.3", of="page-0001.2")

    assert (undone.number, undone.content["points"]) == (4, {"1": 2.0, "2": 2.0})


def test_taking_back_what_was_sent_leaves_what_was_said_elsewhere(db, rubric, judge):
    score(db, judge, rubric, "Straw", 3, 3, client_id="page-0001")
    score(db, judge, rubric, "Straw", 5, 5, seen=1, client_id="from-the-desk")
    work = get_work(db, again(db, judge), rubric, work_of(db, rubric, "Straw"))

    undo_last(db, again(db, judge), work, seen=0, client_id="page-0001.2", of="page-0001")

    assert [(one.number, one.content["points"]["1"]) for one in latest_votes(db, rubric.id)] == [(2, 5.0)]


def test_a_flag_reaches_the_organisers_once_and_is_settled_once(db, contest, rubric, judge):
    actor = again(db, judge)
    work = get_work(db, actor, rubric, work_of(db, rubric, "Straw"))
    for _time in range(2):
        flag_submission(db, actor, work, reason=FlagReason.BROKEN, text="The second link is dead.")
    flag = db.exec(select(JudgingFlag)).one()

    settle_flag(db, contest.ada, rubric, flag=flag.public_id)

    assert [one.text for one in board_of(db, contest.ada, rubric).flags] == ["The second link is dead."]
    with pytest.raises(Conflict, match="settled this already"):
        settle_flag(db, contest.ada, rubric, flag=flag.public_id)
    with pytest.raises(NotAllowed):
        settle_flag(db, actor, rubric, flag=flag.public_id)


def test_nobody_but_organisers_looks_at_the_board(db, contest, rubric, judge):
    for actor in (again(db, judge), again(db, contest.leads["Husk"])):
        with pytest.raises(NotFound):
            board_of(db, actor, rubric)


def test_a_list_is_kept_by_places_and_what_is_not_on_it_was_not_seen(db, contest, judge):
    lists = open_a_round(db, contest, "ranking")
    straw, husk = number_of(db, lists, "Straw"), number_of(db, lists, "Husk")

    order_submissions(db, again(db, judge), lists, places=[[husk], [straw]], seen=0, client_id=new_id())

    found = standing_of(db, lists.round).outcome
    assert (found.of(husk).rank, found.of(straw).rank) == (1, 2)
    assert progress(db, judge, lists) == {
        "Husk": Progress.DONE, "Straw": Progress.DONE, "Whey": Progress.WAITING,
    }  # fmt: skip


@pytest.mark.parametrize("places", [[[1], [1]], [[99]]])
def test_a_list_with_something_twice_or_of_others_is_refused(db, contest, judge, places):
    lists = open_a_round(db, contest, "ranking")

    with pytest.raises(Invalid):
        order_submissions(db, again(db, judge), lists, places=places, seen=0, client_id=new_id())


def test_pairs_come_until_all_are_compared_and_the_last_can_be_taken_back(db, contest, judge):
    pairs = open_a_round(db, contest, "pairwise")
    actor = again(db, judge)
    shown = []
    while found := pair_for(db, actor, pairs):
        shown.append({found.first.number, found.second.number})
        compare_submissions(
            db, actor, pairs, first=found.first.number, second=found.second.number, better=found.first.number,
            client_id=new_id(),
        )  # fmt: skip

    undo_comparison(db, actor, pairs, client_id="taken-back")
    again_shown = pair_for(db, actor, pairs)

    assert sorted(map(sorted, shown)) == [[1, 2], [1, 3], [2, 3]]
    assert {again_shown.first.number, again_shown.second.number} == shown[-1]
    assert len(standing_of(db, pairs.round).outcome.of(1).why) + len(standing_of(db, pairs.round).outcome.of(2).why) < 4


def test_a_pair_is_judged_once_until_it_is_taken_back(db, contest, judge):
    pairs, actor = open_a_round(db, contest, "pairwise"), again(db, judge)
    compare_submissions(db, actor, pairs, first=1, second=2, better=1, client_id=new_id())
    compare_submissions(db, actor, pairs, first=2, second=1, better=1, client_id=new_id())

    with pytest.raises(ChangedElsewhere):
        compare_submissions(db, actor, pairs, first=2, second=1, better=2, client_id=new_id())

    assert [kind for _about, _number, kind, _content in versions(db, pairs)] == [VoteKind.COMPARISON]


def test_a_skipped_submission_is_compared_no_more(db, contest, judge):
    pairs, actor = open_a_round(db, contest, "pairwise"), again(db, judge)
    work = get_work(db, actor, pairs, work_of(db, pairs, "Straw"))

    skip_submission(db, actor, work, reason=SkipReason.CANNOT_OPEN, seen=0, client_id=new_id())

    found = pair_for(db, actor, pairs)
    assert number_of(db, pairs, "Straw") not in {found.first.number, found.second.number}


def at_once(*steps):
    """Do steps in transactions of their own at the same moment; answers what each said."""
    ready, said = threading.Barrier(len(steps)), {}

    def run(place, step):
        ready.wait()
        try:
            with transaction() as own:
                said[place] = step(own)
        except (Conflict, Invalid) as refusal:
            said[place] = refusal

    threads = [threading.Thread(target=run, args=one) for one in enumerate(steps)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return [said[place] for place in range(len(steps))]


def test_of_two_windows_at_once_one_is_told_about_the_other(db, contest, rubric, judge):
    public, work = rubric.round.public_id, work_of(db, rubric, "Straw")
    db.commit()

    def give(points):
        def step(own):
            actor = again(own, judge)
            subject = get_work(own, actor, get_round(own, actor, contest.event, public), work)
            return score_submission(own, actor, subject, points={1: points, 2: 3}, seen=0, client_id=new_id()).number

        return step

    answers = at_once(give(2), give(4))

    assert sorted(str(type(one).__name__) for one in answers) == ["ChangedElsewhere", "int"]
    assert [one.number for one in db.exec(select(RoundVote))] == [1]


def test_a_vote_that_comes_while_the_round_closes_is_in_it_or_refused(db, contest, rubric, judge):
    public, work = rubric.round.public_id, work_of(db, rubric, "Straw")
    db.commit()

    def give(own):
        actor = again(own, judge)
        subject = get_work(own, actor, get_round(own, actor, contest.event, public), work)
        return score_submission(own, actor, subject, points={1: 2, 2: 3}, seen=0, client_id=new_id()).given_at

    def close(own):
        actor = again(own, contest.ada)
        close_round(own, actor, get_round(own, actor, contest.event, public))

    given, _closed = at_once(give, close)

    db.expire_all()
    assert len(db.exec(select(RoundVote)).all()) == (0 if isinstance(given, Conflict) else 1)
    assert RoundInEvent(rubric.round, rubric.event).round.state == "closed"
