"""Results: worked out by the engine, fixed when published, held back, in versions; exports that say enough."""

import csv
import io
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.sheets import write_csv
from events.core.timers import run_due_timers
from events.judging.outcomes import outcome_of
from events.judging.rules import (
    Audience,
    Average,
    By,
    ByCriterion,
    ByDecision,
    ByFirstPlaces,
    Criterion,
    Pairwise,
    Ranking,
    Round,
    Rubric,
    Way,
)
from events.judging.votes import Ballot, Comparison, RankingList, Score
from events.roles import may_know_whose_it_is
from events.rounds.audience import cast_ballot, poll_for, turnout_of
from events.rounds.boards import report_of
from events.rounds.comments import (
    comments_for_team,
    decide_tie,
    note_consensus,
    notes_of,
    release_comments,
)
from events.rounds.exports import result_table, settings_table, votes_table
from events.rounds.inputs import Line, best_by_challenge, result_as_json
from events.rounds.judges import judges_of
from events.rounds.publishing import (
    Detail,
    PublishedResult,
    differs_now,
    fingerprint,
    get_result,
    inputs_of,
    publish_result,
    published_lines,
    show_result_now,
    take_result_back,
    versions_of,
)
from events.rounds.rounds import RoundNotOpen, RoundState, get_round
from events.rounds.running import close_round, reopen_round
from events.rounds.scoring import compare_submissions, order_submissions
from events.rounds.standings import works_of
from tests.events.makers_rounds import (
    fresh,
    hand_in_anew,
    later,
    make_contest,
    new_id,
    number_of,
    open_a_round,
    score,
    work_of,
)
from tests.makers import NOW, again

POINTS = {"Straw": ((5, 4), (4, 4)), "Husk": ((4, 5), (4, 4)), "Whey": ((2, 2), (1, 5))}


@pytest.fixture
def judged(db, contest):
    """A closed rubric round in which both judges have judged everything."""
    made = open_a_round(db, contest)
    for team, given in POINTS.items():
        for judge, points in zip(contest.judges, given, strict=True):
            score(db, judge, made, team, *points, comment=f"About {team}, {points[0]} points.")
    close_round(db, contest.ada, made)
    return fresh(db, made)


def places(lines):
    return [(one.rank, one.team) for one in lines]


def told(db, kind):
    return len(db.exec(select(JournalEntry).where(JournalEntry.kind == kind)).all())


def results(db):
    rows = db.exec(select(PublishedResult).order_by(col(PublishedResult.version)))
    return [(one.version, one.sha256, one.inputs, one.result) for one in rows]


def test_a_published_result_is_seen_by_everybody_who_sees_the_event(db, contest, judged, eve):
    with pytest.raises(NotFound):
        get_round(db, eve, contest.event, judged.round.public_id)

    publish_result(db, contest.ada, judged)

    seen = get_round(db, eve, contest.event, judged.round.public_id)
    assert places(published_lines(get_result(db, eve, seen))) == [(1, "Straw"), (2, "Husk"), (3, "Whey")]
    assert told(db, "ResultPublished") == 1


def test_publishing_twice_publishes_once(db, contest, judged):
    publish_result(db, contest.ada, judged)

    with pytest.raises(Conflict):
        publish_result(db, contest.ada, judged)

    assert len(results(db)) == 1


def test_only_organisers_publish_and_only_what_is_closed(db, contest, judged):
    with pytest.raises(NotAllowed):
        publish_result(db, again(db, contest.judges[0]), judged)
    reopen_round(db, contest.ada, judged)

    with pytest.raises(Conflict, match="Close the round first"):
        publish_result(db, contest.ada, judged)


def test_a_round_in_which_nobody_judged_has_no_result(db, contest):
    made = open_a_round(db, contest)
    close_round(db, contest.ada, made)

    with pytest.raises(Conflict, match="Nobody has a place yet"):
        publish_result(db, contest.ada, fresh(db, made))


def test_a_result_that_is_held_back_is_shown_at_its_hour_once(db, contest, judged, eve):
    publish_result(db, contest.ada, judged, hold_until=clock.now() + timedelta(hours=1))
    with pytest.raises(NotFound):
        get_round(db, eve, contest.event, judged.round.public_id)
    db.commit()
    run_due_timers()
    before = told(db, "ResultPublished")
    db.commit()

    with later(3600):
        run_due_timers()
        run_due_timers()

    db.expire_all()
    assert (before, told(db, "ResultPublished")) == (0, 1)
    assert get_result(db, eve, get_round(db, eve, contest.event, judged.round.public_id)).version == 1


def test_an_organiser_lifts_the_hold_or_takes_the_result_back_before_anybody_sees_it(db, contest, judged, eve):
    hour = clock.now() + timedelta(hours=1)
    publish_result(db, contest.ada, judged, hold_until=hour)
    take_result_back(db, contest.ada, judged)
    back = fresh(db, judged).round.state

    publish_result(db, contest.ada, fresh(db, judged), hold_until=hour)
    show_result_now(db, contest.ada, fresh(db, judged))

    assert back is RoundState.CLOSED
    assert [one.version for one in versions_of(db, eve, fresh(db, judged))] == [2]
    for step in (show_result_now, take_result_back):
        with pytest.raises(Conflict, match="held back"):
            step(db, contest.ada, fresh(db, judged))


@pytest.mark.parametrize(("asked", "field"), [({"best": 0}, "best"), ({"hold_until": NOW}, "hold_until")])
def test_what_cannot_be_published_so_is_refused(db, contest, judged, asked, field):
    with pytest.raises(Invalid) as refused:
        publish_result(db, contest.ada, judged, **asked)

    assert list(refused.value.fields) == [field]


def test_a_published_result_never_changes_and_another_version_says_why(db, contest, judged, eve):
    first = publish_result(db, contest.ada, judged)
    before = results(db)
    reopen_round(db, contest.ada, fresh(db, judged))
    score(db, contest.judges[0], fresh(db, judged), "Whey", 5, 5, seen=1)
    score(db, contest.judges[1], fresh(db, judged), "Whey", 5, 5, seen=1)
    close_round(db, contest.ada, fresh(db, judged))
    still = places(published_lines(get_result(db, eve, fresh(db, judged))))
    with pytest.raises(Invalid, match="Say why"):
        publish_result(db, contest.ada, fresh(db, judged))

    second = publish_result(db, contest.ada, fresh(db, judged), reason="A judge had missed the video.")

    assert results(db)[:1] == before
    assert fingerprint(first.inputs, first.result) == first.sha256
    assert still == [(1, "Straw"), (2, "Husk"), (3, "Whey")]
    assert places(published_lines(second)) == [(1, "Whey"), (2, "Straw"), (3, "Husk")]
    assert [(one.version, one.reason) for one in versions_of(db, eve, fresh(db, judged))] == [
        (2, "A judge had missed the video."), (1, ""),
    ]  # fmt: skip
    assert not differs_now(db, fresh(db, judged))


def test_a_result_that_is_the_same_is_not_published_again_and_stands(db, contest, judged):
    first = publish_result(db, contest.ada, judged)
    before = results(db)
    reopen_round(db, contest.ada, fresh(db, judged))
    score(db, contest.judges[0], fresh(db, judged), "Whey", *POINTS["Whey"][0], seen=1)  # the same again
    close_round(db, contest.ada, fresh(db, judged))
    with pytest.raises(Invalid, match="nothing to hold back"):
        publish_result(db, contest.ada, fresh(db, judged), hold_until=NOW + timedelta(days=1))

    again_sent = publish_result(db, contest.ada, fresh(db, judged), reason="To be sure.")

    assert (again_sent.version, first.version, results(db)) == (1, 1, before)
    assert (told(db, "ResultPublished"), fresh(db, judged).round.state) == (1, RoundState.PUBLISHED)


def test_the_same_places_shown_in_more_detail_are_another_version(db, contest, judged):
    publish_result(db, contest.ada, judged)
    reopen_round(db, contest.ada, fresh(db, judged))
    close_round(db, contest.ada, fresh(db, judged))

    row = publish_result(db, contest.ada, fresh(db, judged), detail=Detail.POINTS, reason="Teams asked for the points.")

    assert (row.version, row.detail) == (2, Detail.POINTS)


def test_others_see_so_many_places_as_the_organisers_want(db, contest, judged):
    row = publish_result(db, contest.ada, judged, best=1, detail=Detail.POINTS)

    assert (places(published_lines(row)), len(published_lines(row, everything=True))) == ([(1, "Straw")], 3)


def test_nobody_else_sees_the_result_while_it_is_worked_on(db, contest, judged):
    for actor in (again(db, contest.judges[0]), again(db, contest.leads["Husk"])):
        with pytest.raises(NotFound):
            report_of(db, actor, judged)


def tie(db, contest):
    made = open_a_round(db, contest, ties=())
    for judge in contest.judges:
        for team, points in (("Straw", 4), ("Husk", 4), ("Whey", 2)):
            score(db, judge, made, team, points, points)
    close_round(db, contest.ada, made)
    return fresh(db, made)


def test_equals_are_shown_as_equals_until_somebody_decides(db, contest):
    made = tie(db, contest)
    straw, husk, whey = (number_of(db, made, team) for team in ("Straw", "Husk", "Whey"))
    before = [sorted(one.team for one in each) for each in report_of(db, contest.ada, made).ties]
    with pytest.raises(Invalid, match="do not share a place"):
        decide_tie(db, contest.ada, made, best_first=[straw, whey], reason="So it is.")
    with pytest.raises(Invalid, match="give the reason"):
        decide_tie(db, contest.ada, made, best_first=[husk, straw], reason=" ")

    decide_tie(db, contest.ada, made, best_first=[straw, husk], reason="By lot.")
    decide_tie(db, contest.ada, made, best_first=[husk, straw], reason="The jury met again.")

    report = report_of(db, contest.ada, made)
    assert before == [["Husk", "Straw"]]
    assert (places(report.lines), report.lines[0].decided_by) == (
        [(1, "Husk"), (2, "Straw"), (3, "Whey")], "decision",
    )  # fmt: skip


def test_judges_who_are_far_apart_are_listed_and_what_they_agreed_on_is_noted(db, contest):
    made = open_a_round(db, contest)
    score(db, contest.judges[0], made, "Straw", 5, 5)
    score(db, contest.judges[1], made, "Straw", 1, 1)
    public = work_of(db, made, "Straw")

    for text in ("One of them missed the video.", "One of them missed the video.", "Both have seen it now."):
        note_consensus(db, contest.ada, made, submission=public, text=text)

    report = report_of(db, contest.ada, made)
    assert [(one.spread, line.team) for one, line in report.discuss] == [(4.0, "Straw")]
    assert [one.text for one in notes_of(db, made).values()] == ["Both have seen it now."]
    assert told(db, "ConsensusNoted") == 2
    with pytest.raises(Invalid):
        note_consensus(db, contest.ada, made, submission=public, text=" ")


def line(number, rank, challenge):
    return Line(number, f"Work {number}", "", str(number), rank, None, None, None, 0, challenge=challenge)


def inside(lines, **more):
    found = best_by_challenge(lines, **more)
    return {one.name: ([(rank, each.number) for rank, each in one.places], one.ranked) for one in found}


def test_each_challenge_has_its_own_places_in_the_order_of_all():
    lines = [line(1, 1, "Tray"), line(2, 2, "box"), line(3, 2, "box"), line(4, 4, "Tray"), line(5, 5, "box"),
             line(6, 6, ""), line(7, None, "Tray")]  # fmt: skip

    assert inside(lines) == {"box": ([(1, 2), (1, 3), (3, 5)], 3), "Tray": ([(1, 1), (2, 4)], 2)}
    assert inside(lines, places=2) == {"box": ([(1, 2), (1, 3)], 3), "Tray": ([(1, 1), (2, 4)], 2)}


def test_one_challenge_for_all_has_no_places_of_its_own():
    assert inside([line(1, 1, "Tray"), line(2, 2, "Tray")]) == {}
    assert inside([line(1, 1, ""), line(2, 2, "")]) == {}
    assert inside([line(1, 1, "Tray"), line(2, 2, "Box")]) == {}


def test_a_pairwise_result_keeps_the_challenges_and_says_who_is_best_in_each(db, ada):
    contest = make_contest(db, ada, judges=1, teams=("Straw", "Husk", "Whey"), challenges=("Tray", "Box", "Tray"))
    made = open_a_round(db, contest, "pairwise")
    number = {team: number_of(db, made, team) for team in ("Straw", "Husk", "Whey")}
    for better, than in (("Husk", "Straw"), ("Husk", "Whey"), ("Whey", "Straw")):
        compare_submissions(db, again(db, contest.judges[0]), made, first=number[better], second=number[than],
                            better=number[better], client_id=new_id())  # fmt: skip
    close_round(db, contest.ada, made)
    row = publish_result(db, contest.ada, fresh(db, made))

    found = inside(published_lines(row))
    names, rows = result_table(inputs_of(row), row.result)

    assert found == {"Box": ([(1, number["Husk"])], 1), "Tray": ([(1, number["Whey"]), (2, number["Straw"])], 2)}
    assert [(one[names.index("challenge")], one[names.index("rank_in_challenge")]) for one in rows] == [
        ("Box", 1), ("Tray", 1), ("Tray", 2)
    ]  # fmt: skip


def test_comments_reach_the_team_when_they_are_released_and_not_before(db, contest, judged):
    straw = works_of(db, judged.id)[number_of(db, judged, "Straw")].submission.id
    before = comments_for_team(db, judged.round, straw)
    count = release_comments(db, contest.ada, judged)
    released = comments_for_team(db, judged.round, straw)
    with pytest.raises(Conflict, match="nothing to release"):
        release_comments(db, contest.ada, judged)

    with later(60):
        reopen_round(db, contest.ada, judged)
        score(db, contest.judges[0], fresh(db, judged), "Straw", 5, 4, seen=1, comment="A second thought.")
        close_round(db, contest.ada, fresh(db, judged))
    unreleased = comments_for_team(db, fresh(db, judged).round, straw)

    assert (before, count) == ([], 3)
    assert released == unreleased == ["About Straw, 4 points.", "About Straw, 5 points."]
    with later(120):
        release_comments(db, contest.ada, fresh(db, judged))
    assert "A second thought." in comments_for_team(db, fresh(db, judged).round, straw)


def test_comments_are_released_of_closed_rounds_by_organisers_only(db, contest):
    made = open_a_round(db, contest)
    score(db, contest.judges[0], made, "Straw", 5, 5, comment="Fine.")

    with pytest.raises(Conflict, match="Close the round first"):
        release_comments(db, contest.ada, made)
    with pytest.raises(NotAllowed):
        release_comments(db, again(db, contest.judges[0]), made)


def ballot(db, voter, made, **amounts):
    actor = again(db, voter)
    choices = [(number_of(db, made, team), amount) for team, amount in amounts.items()]
    latest = poll_for(db, actor, made).latest
    return cast_ballot(db, actor, made, choices=choices, seen=latest.number if latest else 0, client_id=new_id())


def test_one_person_has_one_ballot_and_the_last_one_counts(db, contest):
    made = open_a_round(db, contest, "audience")
    ballot(db, contest.leads["Straw"], made, Husk=1)
    ballot(db, contest.leads["Straw"], made, Whey=1)
    ballot(db, contest.leads["Husk"], made, Whey=1)
    ballot(db, contest.leads["Whey"], made, Husk=1)
    turnout = turnout_of(db, made)
    hidden = report_of(db, contest.ada, made)
    close_round(db, contest.ada, made)

    lines = report_of(db, contest.ada, fresh(db, made)).lines
    assert (turnout.ballots, turnout.voters, hidden) == (3, 3, None)
    assert [(one.rank, one.team, one.value) for one in lines] == [(1, "Whey", 2.0), (2, "Husk", 1.0), (3, "Straw", 0.0)]


def test_nothing_in_a_result_says_who_voted_for_whom(db, contest):
    made = open_a_round(db, contest, "audience")
    ballot(db, contest.leads["Straw"], made, Husk=1)
    close_round(db, contest.ada, made)

    row = publish_result(db, contest.ada, fresh(db, made))

    assert row.inputs["votes"] == [
        {"judge": 1, "about": "ballot", "number": 1, "kind": "ballot",
         "content": {"choices": [[number_of(db, made, "Husk"), 1]]}, "read": {}}
    ]  # fmt: skip
    assert told(db, "VoteGiven") == 0


def test_a_blind_judge_learns_no_team_while_the_result_is_held_back(db, contest):
    made, hour = open_a_round(db, contest, blind=True), clock.now() + timedelta(hours=1)
    for judge in contest.judges:
        for team, points in POINTS.items():
            score(db, judge, made, team, *points[0])
    close_round(db, contest.ada, made)

    def knows() -> bool:
        return may_know_whose_it_is(again(db, contest.judges[0]), contest.event)

    publish_result(db, contest.ada, fresh(db, made), hold_until=hour)
    held_back = knows()
    reopen_round(db, contest.ada, fresh(db, made))
    close_round(db, contest.ada, fresh(db, made))
    publish_result(db, contest.ada, fresh(db, made))

    assert (held_back, knows()) == (False, True)


def test_a_ballot_keeps_which_version_was_chosen_and_its_voter_reads_that_it_was_changed_since(db, contest):
    made, voter = open_a_round(db, contest, "audience"), contest.leads["Straw"]
    vote = ballot(db, voter, made, Husk=1)
    husk = number_of(db, made, "Husk")
    before = poll_for(db, again(db, voter), made).changed

    second = hand_in_anew(db, contest, "Husk")

    assert (vote.read, second) == ({str(husk): 1}, 2)
    assert (before, poll_for(db, again(db, voter), made).changed) == (set(), {husk})
    assert ballot(db, voter, made, Husk=1).read == {str(husk): 2}
    assert poll_for(db, again(db, voter), made).changed == set()


POINTS_TO_GIVE = {"rule": {"way": "allocation", "points": 10, "over": 2, "most": 8}}
UP_TO_ONE = {"rule": {"way": "approval", "most": 1}}


@pytest.mark.parametrize(
    ("changes", "given", "sentence"),
    [
        ({}, {"Straw": 1}, "Nobody votes for their own team"),
        ({}, {}, "Choose at least one"),
        ({}, {"Husk": 1, "Whey": 1}, "one vote for one submission"),
        (UP_TO_ONE, {"Husk": 1, "Whey": 1}, "You can choose 1 submission"),
        (POINTS_TO_GIVE, {"Husk": 6, "Whey": 6}, "There are 10 to give"),
        (POINTS_TO_GIVE, {"Husk": 6}, "Divide your points"),
        (POINTS_TO_GIVE, {"Husk": 9, "Whey": 1}, "can get 8 points"),
        (POINTS_TO_GIVE, {"Husk": -1, "Whey": 1}, "Give 1 point or more"),
    ],
)
def test_a_ballot_that_the_rule_does_not_allow_is_refused(db, contest, changes, given, sentence):
    made = open_a_round(db, contest, "audience", **changes)

    with pytest.raises(Invalid, match=sentence):
        ballot(db, contest.leads["Straw"], made, **given)

    assert turnout_of(db, made).ballots == 0


def test_only_those_who_take_part_vote_and_only_while_it_is_open(db, contest, eve):
    made = open_a_round(db, contest, "audience")
    with pytest.raises(NotAllowed):
        cast_ballot(db, eve, made, choices=[(1, 1)], seen=0, client_id=new_id())
    close_round(db, contest.ada, made)

    with pytest.raises(RoundNotOpen):
        ballot(db, contest.leads["Straw"], fresh(db, made), Husk=1)


# What the export says is enough


def table(made):
    """A table as it is read back from its file."""
    content = write_csv(*made).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def exact(text):
    return Fraction(text)


def round_from(settings, submissions, judges):
    """The engine's round from the exported settings alone."""
    said = {one["setting"]: one["value"] for one in settings}
    weights = [one["value"] for one in settings if one["setting"].startswith("weight of criterion")]
    scheme, ties = said["scheme"], []
    for one in said["ties"].replace("first places", "first-places").split():
        ties.append(ByFirstPlaces() if one == "first-places" else ByCriterion(int(one)))
    ties += [ByDecision(tuple(map(int, one["value"].split()))) for one in settings if one["setting"] == "decision"]
    if scheme == "rubric":
        scale = {name: exact(said[name]) for name in ("least", "most", "step")}
        criteria = tuple(Criterion(number, exact(weight), **scale) for number, weight in enumerate(weights, 1))
        rule = Rubric(criteria, Average(said["average"]), By(said["by"]), float(said["caution"]))
    elif scheme == "ranking":
        rule = Ranking(By(said["by"]), float(said["caution"]))
    elif scheme == "pairwise":
        rule = Pairwise(reliability=said["reliability"] == "TRUE", least=int(said["least"]))
    else:
        rule = Audience(Way(said["way"]), None, int(said["points"]), int(said["over"]))
    return Round(rule, frozenset(submissions), None if scheme == "audience" else frozenset(judges), ties=tuple(ties))


def votes_from(rows):
    """The engine's votes from the exported lines that count."""
    found, lists = [], {}
    for one in (one for one in rows if one["counts"] == "yes"):
        judge, work = int(one["judge"]), int(one["submission"])
        match one["kind"]:
            case "score":
                found.append(Score(judge, work, int(one["criterion"]), exact(one["points"])))
            case "list":
                lists.setdefault(judge, {}).setdefault(int(one["place"]), []).append(work)
            case "comparison":
                better = int(one["better"]) if one["better"] else None
                found.append(Comparison(judge, work, int(one["against"]), better))
            case "ballot":
                found.append(Ballot(judge, ((work, int(one["amount"])),)))
    found += [RankingList(judge, tuple(tuple(places[at]) for at in sorted(places))) for judge, places in lists.items()]
    return found


def judge_everything(db, contest, made):
    """Votes of every kind, so that there is something to count."""
    order = ["Straw", "Husk", "Whey"]
    for place, judge in enumerate(contest.judges):
        actor = again(db, judge)
        numbers = [number_of(db, made, team) for team in (order if place else reversed(order))]
        if made.round.scheme == "rubric":
            for team, given in POINTS.items():
                score(db, judge, made, team, *given[place])
        if made.round.scheme == "ranking":
            order_submissions(db, actor, made, places=[[one] for one in numbers], seen=0, client_id=new_id())
        if made.round.scheme == "pairwise":
            for first, second in ((0, 1), (1, 2)):
                compare_submissions(
                    db, actor, made, first=numbers[first], second=numbers[second], better=numbers[first],
                    client_id=new_id(),
                )  # fmt: skip
    if made.round.scheme == "audience":
        ballot(db, contest.leads["Straw"], made, Husk=1)
        ballot(db, contest.leads["Whey"], made, Husk=1)
        ballot(db, contest.leads["Husk"], made, Whey=1)


@pytest.mark.parametrize("scheme", ["rubric", "ranking", "pairwise", "audience"])
def test_a_published_result_is_worked_out_again_from_its_export(db, contest, scheme):
    made = open_a_round(db, contest, scheme)
    judge_everything(db, contest, made)
    close_round(db, contest.ada, made)
    row = publish_result(db, contest.ada, fresh(db, made))
    inputs = inputs_of(row)
    names = {one.number: one.name for one in judges_of(db, made.id)}

    results, votes = table(result_table(inputs, row.result)), table(votes_table(inputs, row.result, names))
    settings = table(settings_table(inputs))
    among = round_from(settings, [int(one["submission"]) for one in results], names)
    again_worked_out = outcome_of(among, votes_from(votes), closed=True)

    told_before = [(one["rank"], one["submission"], one["value"], one["raw"], one["adjusted"]) for one in results]
    assert told_before == [
        tuple("" if value is None else str(value) for value in (one.rank, one.submission, one.value, one.raw,
                                                                one.adjusted))
        for one in again_worked_out.results
    ]  # fmt: skip
    assert len(votes) == {"rubric": 12, "ranking": 6, "pairwise": 4, "audience": 3}[scheme]


def test_an_export_says_which_points_do_not_count_and_why(db, contest):
    made = open_a_round(db, contest)
    score(db, contest.judges[0], made, "Straw", 5, None)
    score(db, contest.judges[0], made, "Husk", 5, 3)

    report = report_of(db, contest.ada, made)
    lines = votes_table(report.standing.inputs, result_as_json(report.standing.outcome), {})[1]
    assert sorted((line[4], line[10], line[15]) for line in lines) == [
        ("Husk", 3.0, "yes"), ("Husk", 5.0, "yes"), ("Straw", 5.0, "unfinished"),
    ]  # fmt: skip
