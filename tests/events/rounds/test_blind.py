"""Who runs an event does not judge blind in it without a reason that stands in the result."""

import pytest

from events.core.refusals import Conflict, Invalid
from events.registration import appoint
from events.roles import Role
from events.rounds.assigning import assign_judges, replace_judge
from events.rounds.desk import read_works
from events.rounds.exports import settings_table
from events.rounds.guests import invite_guest_judge
from events.rounds.inputs import inputs_from
from events.rounds.judges import judges_of, name_judge
from events.rounds.publishing import publish_result, published_lines
from events.rounds.rounds import submissions_in
from events.rounds.running import close_round, open_round
from events.rounds.setting_up import change_round
from tests.events.makers_rounds import fresh, make_contest, make_round, open_a_round, plan, score

WHY = "Nobody else reads Estonian."


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada, judges=2)


def runs_it(db, contest, role=Role.HOST):
    """The first judge also hosts the event, or organises it."""
    appoint(db, contest.ada, contest.event, person_id=contest.judges[0].person or 0, role=role)
    return contest.judges[0].person


def names(db, made):
    return [one.name for one in judges_of(db, made.id) if one.judges]


@pytest.mark.parametrize("role", [Role.HOST, Role.ORGANISER])
def test_a_blind_round_begins_without_judges_who_run_the_event(db, contest, role):
    runs_it(db, contest, role)

    assert names(db, make_round(db, contest, blind=True)) == ["Judge 2"]
    assert names(db, make_round(db, contest)) == ["Judge 1", "Judge 2"]


@pytest.mark.parametrize("way", ["name", "replace", "guest", "make blind"])
def test_nobody_who_runs_the_event_comes_into_a_blind_round_without_a_reason(db, contest, way):
    person = runs_it(db, contest)
    made = make_round(db, contest, blind=way != "make blind")
    ways = {
        "name": lambda: name_judge(db, contest.ada, made, person_id=person),
        "replace": lambda: replace_judge(
            db, contest.ada, made, person_id=contest.judges[1].person, by_id=person, counts=True
        ),
        "guest": lambda: invite_guest_judge(db, contest.ada, made, name="Judge 1", email="judge1@example.org"),
        "make blind": lambda: change_round(db, contest.ada, made, plan=plan(blind=True)),
    }

    with pytest.raises(Invalid, match="runs the event") as refused:
        ways[way]()

    assert list(refused.value.fields) == ["blind" if way == "make blind" else "why"]


def test_where_the_round_is_not_blind_nobody_asks_for_a_reason(db, contest):
    person = runs_it(db, contest)
    made = make_round(db, contest)

    replace_judge(db, contest.ada, made, person_id=person, by_id=None, counts=True)
    name_judge(db, contest.ada, made, person_id=person)
    change_round(db, contest.ada, made, plan=plan(name="Still seen"))

    assert names(db, made) == ["Judge 1", "Judge 2"]


def judged(db, contest, made, *judges):
    assign_judges(db, contest.ada, made)
    open_round(db, contest.ada, made)
    for judge in judges:
        for team in contest.leads:
            score(db, judge, made, team, 4, 3)


def test_the_reason_stands_in_the_result_and_in_the_table_of_settings(db, contest):
    person = runs_it(db, contest)
    made = make_round(db, contest, blind=True)
    name_judge(db, contest.ada, made, person_id=person, why=WHY)
    judged(db, contest, made, *contest.judges)
    close_round(db, contest.ada, fresh(db, made))

    result = publish_result(db, contest.ada, fresh(db, made))

    inputs = inputs_from(result.inputs)
    assert [one.why for one in inputs.judges] == ["", WHY]
    assert ["why judge 2, who runs the event, judged blind", WHY] in settings_table(inputs)[1]
    assert len(published_lines(result)) == 3


def test_who_comes_to_run_the_event_later_holds_the_result_up_until_somebody_says_why(db, contest):
    made = make_round(db, contest, blind=True)
    judged(db, contest, made, *contest.judges)
    person = runs_it(db, contest)
    close_round(db, contest.ada, fresh(db, made))

    with pytest.raises(Conflict, match="Judge 1 runs the event"):
        publish_result(db, contest.ada, fresh(db, made))
    name_judge(db, contest.ada, fresh(db, made), person_id=person, why=WHY)

    assert publish_result(db, contest.ada, fresh(db, made)).version == 1


def test_a_blind_round_is_not_opened_with_a_judge_who_came_to_run_the_event(db, contest):
    made = make_round(db, contest, blind=True)
    assign_judges(db, contest.ada, made)
    runs_it(db, contest)

    with pytest.raises(Conflict, match="runs the event"):
        open_round(db, contest.ada, made)


def test_even_with_a_reason_they_read_submissions_without_names_while_they_judge(db, contest):
    made = open_a_round(db, contest, blind=True)

    read = read_works(db, made, submissions_in(db, made.id)).values()

    texts = " ".join(f"{one.title} {one.summary} {one.team}" for one in read)
    assert not any(team in texts for team in contest.leads)
