"""One more submission: for who is through, of what needs it most, and never more than the organisers want."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import event as statements_of

from events.challenges import publish_challenge
from events.core import clock
from events.core.database import transaction
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.marketplace import Item, ItemKind
from events.people import Person
from events.roles import actor_for
from events.rounds import one_more
from events.rounds.assigning import assignments_in, replace_judge, take_from_judge
from events.rounds.conflicts import note_mentor, team_of_submission
from events.rounds.desk import desk_of, get_work
from events.rounds.judges import name_judge
from events.rounds.one_more import ask_for_one_more, looks_in, more_for
from events.rounds.rounds import JudgingRound, RoundInEvent
from events.rounds.scoring import SkipReason, order_submissions, skip_submission
from events.rounds.setting_up import describe_round, plan_of
from events.rounds.standings import works_of
from tests.events.makers_hackathon import BRIEF
from tests.events.makers_rounds import (
    fresh,
    make_contest,
    new_id,
    number_of,
    open_a_round,
    score,
    teams_for,
    work_of,
)
from tests.makers import again, make_organisation
from tests.sessions.racing import kinds, race


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada, judges=3)


def more(db, judge, made):
    return ask_for_one_more(db, again(db, judge), made)


def through(db, judge, made):
    """The judge gives points to all that waits for them."""
    for team in teams_for(db, judge, made):
        score(db, judge, made, team, 4, 3)


def asked(db, contest, **terms):
    """One judge for each submission, up to three by asking; each of the three judges has judged their own."""
    made = open_a_round(db, contest, judges_each=1, **({"judges_most": 3} | terms))
    for judge in contest.judges:
        through(db, judge, made)
    return made


def counts(db, made):
    looks = looks_in(db, made)
    return sorted(sum(1 for _person, one in looks if one == number) for number in {one for _person, one in looks})


def test_judges_who_go_on_asking_see_everything_once_and_evenly(db, contest):
    made = asked(db, contest)

    for _turn in range(2):
        for judge in contest.judges:
            more(db, judge, made)
            through(db, judge, made)

    assert [teams_for(db, one, made) for one in contest.judges] == [["Husk", "Straw", "Whey"]] * 3
    with pytest.raises(Conflict, match="There is no more for you"):
        more(db, contest.judges[0], made)


def test_what_has_the_fewest_judges_comes_first(db, contest):
    made = asked(db, contest)
    first, second = contest.judges[:2]

    more(db, second, made)
    more(db, first, made)

    assert counts(db, made) == [1, 2, 2]


def test_what_they_know_about_comes_first(db, contest):
    made = asked(db, contest)
    judge = contest.judges[0]
    [own] = teams_for(db, judge, made)
    for team in sorted({"Husk", "Straw", "Whey"} - {own}):
        with db.begin_nested() as point:
            about(db, contest, made, team, judge)
            assert more(db, judge, made).number == number_of(db, made, team)
            point.rollback()


def test_who_is_not_through_finishes_first(db, contest):
    made = open_a_round(db, contest, judges_each=1, judges_most=3)

    with pytest.raises(Conflict, match="Something waits for you still"):
        more(db, contest.judges[0], made)


def test_where_the_organisers_want_none_nobody_asks(db, contest):
    made = asked(db, contest, judges_most=None)

    with pytest.raises(Conflict, match="do not ask for more"):
        more(db, contest.judges[0], made)
    assert more_for(db, again(db, contest.judges[0]), made, desk_of(db, again(db, contest.judges[0]), made)) is False


def test_the_organisers_say_how_many_at_any_time(db, contest):
    made = asked(db, contest, judges_most=None)
    plan = plan_of(db, made.round)

    with pytest.raises(Invalid) as refused:
        describe_round(db, contest.ada, made, plan=replace(plan, judges_each=2, judges_most=1))
    describe_round(db, contest.ada, made, plan=replace(plan, judges_most=2))

    assert list(refused.value.fields) == ["judges_most"]
    assert more(db, contest.judges[0], fresh(db, made)).number


def test_a_judges_own_limit_holds(db, contest):
    made = asked(db, contest)
    judge = contest.judges[0]
    name_judge(db, contest.ada, made, person_id=judge.person, most=1)

    with pytest.raises(Conflict, match="as many submissions as the organisers agreed"):
        more(db, judge, made)


def test_nothing_comes_that_they_skipped_lost_or_have_a_conflict_of_interest_with(db, contest):
    made = asked(db, contest)
    judge = contest.judges[0]
    [own] = teams_for(db, judge, made)
    others = sorted({"Husk", "Straw", "Whey"} - {own})
    take_from_judge(db, contest.ada, made, person_id=judge.person, submission=work_of(db, made, own))
    row = next(one for one in assignments_in(db, made.id) if one.person_id != judge.person)
    note_mentor(db, contest.ada, team_of_submission(db, contest.event, row.submission_id), person_id=judge.person)

    last = more(db, judge, made)
    work = get_work(db, again(db, judge), made, last.public_id)
    skip_submission(db, again(db, judge), work, reason=SkipReason.LANGUAGE, seen=0, client_id=new_id())

    assert last.number in {number_of(db, made, one) for one in others} - {number_of(db, made, one) for one in (own,)}
    with pytest.raises(Conflict, match="There is no more for you"):
        more(db, judge, made)


def test_a_skipped_submission_can_do_with_another_judge(db, contest):
    made = open_a_round(db, contest, judges_each=1, judges_most=1)
    first, second = contest.judges[:2]
    through(db, second, made)
    [line] = desk_of(db, again(db, first), made).lines
    work = get_work(db, again(db, first), made, line.public_id)
    skip_submission(db, again(db, first), work, reason=SkipReason.LANGUAGE, seen=0, client_id=new_id())

    assert more(db, second, made).public_id == line.public_id


def test_lists_count_as_looks_too(db, contest):
    made = open_a_round(db, contest, "ranking", judges_each=1, judges_most=2)
    for judge in contest.judges:
        [own] = desk_of(db, again(db, judge), made).lines
        order_submissions(db, again(db, judge), made, places=[[own.number]], seen=0, client_id=new_id())

    got = more(db, contest.judges[0], made)

    assert got.number in {line.number for line in desk_of(db, again(db, contest.judges[0]), made).lines}
    assert counts(db, made) == [1, 1, 2]


def test_only_judges_of_the_round_ask(db, contest):
    made = asked(db, contest)
    gone = again(db, contest.judges[0])
    replace_judge(db, contest.ada, made, person_id=gone.person, by_id=None, counts=True)

    with pytest.raises(NotAllowed):
        ask_for_one_more(db, again(db, gone), made)
    with pytest.raises(NotFound):
        ask_for_one_more(db, gone, made)  # who was let in a moment ago


def looks_at_versions(db, step):
    """Of the statements of a step those that look at what was handed in, by whether they load all of it."""
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        if "submission_version.content" in statement:
            asked.append("sha256" in statement)

    statements_of.listen(db.get_bind(), "before_cursor_execute", note)
    step()
    statements_of.remove(db.get_bind(), "before_cursor_execute", note)
    return asked


def test_what_judges_know_is_looked_up_once_and_without_all_that_was_handed_in(db, contest, monkeypatch):
    made = asked(db, contest)
    judge = again(db, contest.judges[0])
    desk = desk_of(db, judge, made)
    counted, count = [], one_more._count

    def another_was_quicker_once(own, subject, number):
        counted.append(number)
        return 3 if len(counted) == 1 else count(own, subject, number)

    monkeypatch.setattr(one_more, "_count", another_was_quicker_once)
    shown = looks_at_versions(db, lambda: more_for(db, judge, made, desk))
    given = looks_at_versions(db, lambda: more(db, judge, made))

    assert (len(counted), shown, given.count(False)) == (2, [False], 1)


def about(db, contest, made, team, judge):
    """A team's challenge comes from a need with a keyword that the judge knows."""
    home = make_organisation(db, f"Home of {team}")
    need = Item(
        organisation_id=home.id or 0, kind=ItemKind.NEED, summary="A tray that rots", country="AT",
        keywords=["food-packaging"], published_at=clock.now(),
    )  # fmt: skip
    db.add(need)
    db.flush()
    challenge = publish_challenge(db, contest.ada, contest.event, title="A tray that rots", brief=BRIEF)
    challenge.need_id = need.id
    works_of(db, made.id)[number_of(db, made, team)].submission.counts_for_id = challenge.id
    db.get_one(Person, judge.person).keywords = ["food-packaging"]
    db.flush()


def one_place_left(db, contest):
    """Two judges are through, and one submission lacks one judge."""
    made = open_a_round(db, contest, judges_each=1, judges_most=1)
    for judge in contest.judges:
        through(db, judge, made)
    [line] = desk_of(db, again(db, contest.judges[2]), made).lines
    work = get_work(db, again(db, contest.judges[2]), made, line.public_id)
    skip_submission(
        db, again(db, contest.judges[2]), work, reason=SkipReason.NO_TIME, seen=line.latest.number, client_id=new_id()
    )
    db.commit()

    def ask(judge):
        def step(own):
            row = own.get_one(JudgingRound, made.id)
            ask_for_one_more(own, actor_for(own, judge.person), RoundInEvent(row, contest.event))

        return step

    return made, [ask(one) for one in contest.judges[:2]]


def test_two_who_race_for_the_last_place_get_it_once(db, contest):
    made, steps = one_place_left(db, contest)

    outcomes = race(*steps)

    assert kinds(outcomes) == ["Conflict", "done"]
    with transaction() as own:
        assert counts(own, made) == [1, 1, 1]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_without_the_lock_both_would_get_it(db, contest, monkeypatch):
    made, steps = one_place_left(db, contest)
    both, look = threading.Barrier(2), one_more._count

    def seen_by_both(own, subject, number):
        found = look(own, subject, number)
        both.wait(timeout=20)
        return found

    def unlocked(own, subject, number):
        return next(one for one in one_more.submissions_in(own, subject.id) if one.number == number)

    monkeypatch.setattr(one_more, "_lock_work", unlocked)
    monkeypatch.setattr(one_more, "_count", seen_by_both)

    assert kinds(race(*steps)) == ["done", "done"]
    with transaction() as own:
        assert counts(own, made) == [1, 1, 2]
