"""Rounds from a draft to closed and open again: what they take in, and who may do what when."""

from contextlib import nullcontext

import pytest
from sqlmodel import col, select

from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.phases import PhaseKind, PhaseNotOpen
from events.rounds.assigning import assign_judges
from events.rounds.comments import note_consensus
from events.rounds.desk import get_work
from events.rounds.flags import FlagReason, flag_submission
from events.rounds.rounds import (
    RoundNotOpen,
    RoundState,
    get_round,
    rounds_of,
    submissions_in,
)
from events.rounds.running import close_round, open_round, put_back_to_draft, reopen_round
from events.rounds.schemes import CriterionPlan
from events.rounds.setting_up import (
    change_round,
    off_the_shortlist,
    plan_of,
    put_back,
    remove_round,
    take_in,
    take_out,
)
from events.rounds.standings import standing_of, works_of
from tests.events.makers_rounds import (
    fresh,
    make_round,
    open_a_round,
    plan,
    score,
    teams_for,
    work_of,
)
from tests.makers import again, shut_phase


def states(db, subject):
    return fresh(db, subject).round.state


def told(db, kind):
    rows = select(JournalEntry).where(JournalEntry.kind == kind).order_by(col(JournalEntry.id))
    return [one.particulars for one in db.exec(rows)]


def test_a_round_takes_in_what_was_handed_in_under_numbers_of_its_own(db, contest):
    made = make_round(db, contest)

    works = works_of(db, made.id)

    assert sorted(one.team.name for one in works.values()) == ["Husk", "Straw", "Whey"]
    assert list(works) == [1, 2, 3]


@pytest.mark.parametrize("scheme", ["rubric", "ranking", "pairwise", "audience"])
def test_every_scheme_can_be_set_up_opened_and_closed(db, contest, scheme):
    made = open_a_round(db, contest, scheme)
    close_round(db, contest.ada, made)

    assert states(db, made) is RoundState.CLOSED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"judges_each": 0}, "judges_each"),
        ({"criteria": ()}, "criterion-0"),
        ({"criteria": (CriterionPlan("Fit"), CriterionPlan("fit "))}, "criterion-1"),
        ({"criteria": (CriterionPlan("Fit", weight=0),)}, "weight-0"),
        ({"rule": {"least": 5, "most": 1, "step": 1}}, "most"),
        ({"rule": {"least": 1, "most": 5, "step": 0.3}}, "step"),
        ({"ties": (7,)}, ""),
        ({"ties": (1, 1)}, ""),
        ({"after_id": 1, "places": None}, "places"),
    ],
)
def test_what_nobody_could_judge_by_is_refused(db, contest, changes, field):
    with pytest.raises(Invalid) as refused:
        make_round(db, contest, **changes)

    assert list(refused.value.fields) == [field]


def test_only_organisers_set_rounds_up_and_see_drafts(db, contest, eve):
    made = make_round(db, contest)
    judge, lead = again(db, contest.judges[0]), again(db, contest.leads["Husk"])

    for actor in (judge, lead, eve):
        with pytest.raises(NotAllowed):
            open_round(db, actor, made)
        with pytest.raises(NotFound):
            get_round(db, actor, contest.event, made.round.public_id)
        assert rounds_of(db, actor, contest.event) == []


def test_an_open_round_is_seen_by_its_judges_and_not_by_those_who_take_part(db, contest):
    made = open_a_round(db, contest)

    judge, lead = again(db, contest.judges[0]), again(db, contest.leads["Husk"])

    assert get_round(db, judge, contest.event, made.round.public_id) == made
    with pytest.raises(NotFound):
        get_round(db, lead, contest.event, made.round.public_id)


def test_a_round_is_not_opened_before_somebody_can_judge(db, contest):
    made = make_round(db, contest)

    with pytest.raises(Conflict, match="Assign the submissions"):
        open_round(db, contest.ada, made)


def test_opening_twice_opens_once(db, contest):
    made = open_a_round(db, contest)

    with pytest.raises(Conflict, match="opened already"):
        open_round(db, contest.ada, made)

    assert len(told(db, "RoundOpened")) == 1


def test_judges_are_told_when_the_round_opens_and_not_before(db, contest):
    made = make_round(db, contest)
    assign_judges(db, contest.ada, made)
    before = told(db, "JudgeAssigned")

    open_round(db, contest.ada, made)

    assert before == []
    assert [one["count"] for one in told(db, "JudgeAssigned")] == [3, 3]


def test_votes_are_taken_in_an_open_round_within_its_phase_only(db, contest):
    made = open_a_round(db, contest)
    judge = contest.judges[0]
    score(db, judge, made, "Straw", 4, 3)
    close_round(db, contest.ada, made)

    with pytest.raises(RoundNotOpen, match="Final is closed"):
        score(db, judge, fresh(db, made), "Husk", 4, 3)
    reopen_round(db, contest.ada, fresh(db, made))
    score(db, judge, fresh(db, made), "Husk", 4, 3)
    over = shut_phase(db, contest.ada, contest.event, PhaseKind.JUDGING)

    with pytest.raises(PhaseNotOpen, match="Judging closed on"):
        score(db, judge, get_round(db, contest.ada, over, made.round.public_id), "Whey", 4, 3)


def test_a_round_without_a_phase_takes_votes_until_it_is_closed(db, contest):
    made = open_a_round(db, contest, phase=None)
    over = shut_phase(db, contest.ada, contest.event, PhaseKind.JUDGING)

    score(db, contest.judges[0], get_round(db, contest.ada, over, made.round.public_id), "Whey", 4, 3)


def test_reopening_keeps_what_was_given(db, contest):
    made = open_a_round(db, contest)
    for one in contest.judges:
        score(db, one, made, "Straw", 4, 3)
    before = standing_of(db, made.round).inputs.votes
    close_round(db, contest.ada, made)

    reopen_round(db, contest.ada, fresh(db, made))

    assert standing_of(db, fresh(db, made).round).inputs.votes == before
    assert [one["again"] for one in told(db, "RoundOpened")] == [False, True]


@pytest.mark.parametrize(("over", "opens"), [(2, True), (3, False)])
def test_points_are_divided_among_what_a_team_can_vote_for(db, contest, over, opens):
    made = make_round(db, contest, "audience", rule={"way": "allocation", "most": None, "points": 10, "over": over})

    with nullcontext() if opens else pytest.raises(Conflict, match="this round needs 4 submissions"):
        open_round(db, contest.ada, made)

    assert (made.round.state is RoundState.OPEN) is opens


def test_an_audience_vote_is_not_opened_again(db, contest):
    made = open_a_round(db, contest, "audience")
    close_round(db, contest.ada, made)

    with pytest.raises(Conflict, match="result is known now"):
        reopen_round(db, contest.ada, fresh(db, made))


def test_a_round_that_was_opened_too_early_becomes_a_draft_again_until_somebody_has_judged(db, contest):
    made = open_a_round(db, contest)
    put_back_to_draft(db, contest.ada, made)
    change_round(db, contest.ada, fresh(db, made), plan=plan(name="Semifinal"))
    open_round(db, contest.ada, fresh(db, made))
    score(db, contest.judges[0], fresh(db, made), "Straw", 4, 3)

    with pytest.raises(Conflict, match="Judges have begun"):
        put_back_to_draft(db, contest.ada, fresh(db, made))

    assert (fresh(db, made).round.name, states(db, made)) == ("Semifinal", RoundState.OPEN)


def test_how_is_judged_is_not_changed_once_judges_see_it(db, contest):
    made = open_a_round(db, contest)

    with pytest.raises(Conflict, match="in a draft only"):
        change_round(db, contest.ada, made, plan=plan(criteria=(CriterionPlan("Other"),)))


def test_a_plan_comes_back_as_it_was_written(db, contest):
    made = make_round(db, contest, ties=(2, "first places"), blind=True, kinds=("country",))

    assert plan_of(db, made.round).ties == (2, "first places")
    assert plan_of(db, fresh(db, made).round) == plan_of(db, made.round)


def test_a_submission_that_is_taken_out_is_nobodys_to_judge_and_comes_back_with_its_points(db, contest):
    made = open_a_round(db, contest)
    for one in contest.judges:
        score(db, one, made, "Straw", 4, 3)
    work = work_of(db, made, "Straw")

    take_out(db, contest.ada, made, submission=work)
    gone = teams_for(db, contest.judges[0], made), standing_of(db, made.round).outcome.left_out[0].reason
    put_back(db, contest.ada, made, submission=work)

    assert gone == (["Husk", "Whey"], "not_in_round")
    assert standing_of(db, made.round).outcome.left_out == ()
    with pytest.raises(Conflict, match="is in the round"):
        put_back(db, contest.ada, made, submission=work)


def test_the_best_go_on_when_the_round_before_is_closed(db, contest):
    first = open_a_round(db, contest)
    final = make_round(db, contest, "pairwise", name="Last", after_id=first.id, places=2)
    for team, points in (("Straw", 5), ("Husk", 4), ("Whey", 1)):
        for one in contest.judges:
            score(db, one, first, team, points, points)
    with pytest.raises(Conflict, match="Final is not closed yet"):
        take_in(db, contest.ada, final)
    close_round(db, contest.ada, first)

    count = take_in(db, contest.ada, final)

    assert (count, sorted(one.team.name for one in works_of(db, final.id).values())) == (2, ["Husk", "Straw"])
    assert take_in(db, contest.ada, final) == 0


def test_who_would_not_go_on_any_more_is_named_after_the_round_before_was_counted_anew(db, contest):
    first = open_a_round(db, contest)
    final = make_round(db, contest, "pairwise", name="Last", after_id=first.id, places=2)
    for team, points in (("Straw", 5), ("Husk", 4), ("Whey", 2)):
        for one in contest.judges:
            score(db, one, first, team, points, points)
    close_round(db, contest.ada, first)
    take_in(db, contest.ada, final)
    before = off_the_shortlist(db, fresh(db, final))
    reopen_round(db, contest.ada, fresh(db, first))
    meanwhile = off_the_shortlist(db, fresh(db, final))
    for one in contest.judges:
        score(db, one, fresh(db, first), "Husk", 1, 1, seen=1)
    close_round(db, contest.ada, fresh(db, first))

    named = off_the_shortlist(db, fresh(db, final))

    assert (before, meanwhile) == ([], [])
    husk = next(one for one in works_of(db, final.id).values() if one.team.name == "Husk")
    assert named == [husk.submission.id]
    take_out(db, contest.ada, fresh(db, final), submission=husk.row.public_id)
    assert off_the_shortlist(db, fresh(db, final)) == []


def test_a_round_goes_on_from_an_earlier_one_of_its_event_only(db, contest):
    with pytest.raises(Invalid) as refused:
        make_round(db, contest, after_id=12345, places=2)

    assert list(refused.value.fields) == ["after"]


def test_a_draft_is_removed_with_all_that_hangs_on_it_unless_another_goes_on_from_it(db, contest):
    first = make_round(db, contest)
    second = make_round(db, contest, name="Last", after_id=first.id, places=2)
    assign_judges(db, contest.ada, first)

    with pytest.raises(Conflict, match="goes on from this one"):
        remove_round(db, contest.ada, first)
    remove_round(db, contest.ada, second)
    remove_round(db, contest.ada, first)

    assert rounds_of(db, contest.ada, contest.event) == []
    assert submissions_in(db, first.id) == []


def test_a_draft_is_removed_with_the_notes_on_it(db, contest):
    made = make_round(db, contest)
    note_consensus(db, contest.ada, made, submission=work_of(db, made, "Straw"), text="Look at it first.")

    remove_round(db, contest.ada, made)

    assert rounds_of(db, contest.ada, contest.event) == []


def test_a_round_in_which_a_judge_has_drawn_attention_to_something_has_begun(db, contest):
    made = open_a_round(db, contest)
    judge = again(db, contest.judges[0])
    work = get_work(db, judge, made, work_of(db, made, teams_for(db, judge, made)[0]))
    flag_submission(db, judge, work, reason=FlagReason.BROKEN, text="Dead link.")

    with pytest.raises(Conflict, match="Judges have begun"):
        put_back_to_draft(db, contest.ada, made)

    assert states(db, made) is RoundState.OPEN


def test_a_round_is_not_opened_when_its_phase_is_over_or_no_part_of_the_event(db, contest):
    made, other = make_round(db, contest), make_round(db, contest, name="Other", phase=PhaseKind.RESULTS)
    assign_judges(db, contest.ada, made)
    assign_judges(db, contest.ada, other)
    over = shut_phase(db, contest.ada, contest.event, PhaseKind.JUDGING)

    with pytest.raises(PhaseNotOpen, match="Judging closed on"):
        open_round(db, contest.ada, get_round(db, contest.ada, over, made.round.public_id))
    with pytest.raises(PhaseNotOpen, match="is not part of this event"):
        open_round(db, contest.ada, get_round(db, contest.ada, over, other.round.public_id))

    assert told(db, "JudgeAssigned") == []
