"""Redress in a call: who may ask, until when, who decides, and what stays on record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm.attributes import set_committed_value

from events.core import clock
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import EventState
from events.judging.calls import Fate
from events.registration import appoint
from events.roles import Role
from events.rounds.calls import CallFate
from events.rounds.publishing import publish_result
from events.rounds.redress import (
    RedressVerdict,
    ask_for_redress,
    decide_redress,
    get_redress,
    redress_in,
    redress_of,
    redress_until,
    told_result,
    withdraw_redress,
)
from events.rounds.rounds import JudgingRound
from events.rounds.running import close_round, reopen_round
from events.submissions import submission_of_team
from tests.events.makers_calls import ask_redress, close_concept_notes, consensus, evaluate, make_call, told
from tests.events.makers_rounds import fresh
from tests.makers import again

WHY = "The annex was read, and changes nothing."


@pytest.fixture
def call(db, ada):
    """A call whose applicants were told what became of their concept notes; Husk is below a threshold."""
    made = make_call(db, ada)
    close_concept_notes(db, made)
    evaluate(db, made, 1, {"Straw": (4.5, 4.0), "Husk": (3.5, 4.0), "Whey": (4.0, 5.0)})
    publish_result(db, made.ada, fresh(db, made.round(db, 1)))
    return made


def decide(db, call, name, verdict=RedressVerdict.DISMISSED, *, by=None, decision=WHY):
    return decide_redress(db, by or again(db, call.ada), told(db, call, 1, name), verdict=verdict, decision=decision)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "told_at", "until"),
    [
        ("Europe/Vienna", "2026-04-13T10:00", "2026-05-13T22:00"),
        ("Europe/Vienna", "2026-03-10T23:30", "2026-04-10T22:00"),  # told on the 11th there; summer time begins between
        ("Europe/Vienna", "2026-10-01T10:00", "2026-10-31T23:00"),  # and ends
        ("Pacific/Auckland", "2026-04-13T13:00", "2026-05-14T12:00"),
        ("America/New_York", "2026-04-13T02:00", "2026-05-13T04:00"),
    ],
)
def test_redress_can_be_asked_for_until_the_end_of_the_last_day_on_the_events_clock(zone, told_at, until):
    fate = CallFate(round_id=1, submission_id=1, fate=Fate.BELOW, result_id=1, told_at=at(told_at))

    found = redress_until(JudgingRound(rule={"redress_days": 30}), fate, zone)

    assert found == at(until)


def test_a_team_asks_in_time_and_not_a_moment_later(db, call):
    until = told(db, call, 1, "Husk").until
    assert until is not None

    with clock.frozen_at(until), pytest.raises(Conflict) as refused:
        ask_redress(db, call, "Husk")
    with clock.frozen_at(until - timedelta(seconds=1)):
        asked = ask_redress(db, call, "Husk")

    assert str(refused.value.message).startswith("Redress could be asked for until")
    assert (asked.reason, asked.asked_by_id) == ("Nobody read the annex.", call.leads["Husk"].person)


def test_a_closed_event_takes_no_redress_away(db, call):
    call.event.event.state = EventState.CLOSED
    db.add(call.event.event)
    db.flush()

    asked = ask_redress(db, call, "Husk")
    decided = decide(db, call, "Husk")

    assert (asked.id, decided.verdict) == (decided.id, RedressVerdict.DISMISSED)


@pytest.mark.parametrize("reason", ["", " too short ", "x" * 4001])
def test_a_request_says_what_went_wrong(db, call, reason):
    with pytest.raises(Invalid) as refused:
        ask_redress(db, call, "Husk", reason)

    assert list(refused.value.fields) == ["reason"]


def test_a_team_asks_once_about_a_result(db, call):
    before = told(db, call, 1, "Husk")
    ask_redress(db, call, "Husk")

    for subject in (before, told(db, call, 1, "Husk")):  # one of them does not know of the other's yet
        with pytest.raises(Conflict) as refused:
            ask_for_redress(db, again(db, call.leads["Husk"]), subject, reason="Once more, please.")
        assert str(refused.value.message) == "Your team has asked about this result already."
    assert len(redress_in(db, call.ada, call.round(db, 1))) == 1


def test_others_neither_ask_nor_read(db, call):
    asked = ask_redress(db, call, "Husk")
    made, straw = call.round(db, 1), again(db, call.leads["Straw"])

    for person in (straw, again(db, call.ada), again(db, call.experts[0])):
        with pytest.raises(NotAllowed):
            ask_for_redress(db, person, told(db, call, 1, "Whey"), reason="It is about theirs.")
        assert redress_of(db, person, told(db, call, 1, "Husk")) == []
    for person in (straw, again(db, call.leads["Husk"]), again(db, call.experts[0])):
        assert redress_in(db, person, made) == []
        with pytest.raises(NotFound):
            get_redress(db, person, made, asked.public_id)


def test_before_a_team_is_told_there_is_nothing_to_ask_about(db, ada):
    call = make_call(db, ada)
    team = call.team(db, "Straw")

    assert told_result(db, call.round(db, 1), team, submission_of_team(db, team.id)) is None


def test_without_redress_nobody_can_ask(db, call):
    made = call.round(db, 1).round
    made.rule = {**made.rule, "redress_days": 0}
    db.add(made)
    db.flush()

    with pytest.raises(Conflict) as refused:
        ask_redress(db, call, "Husk")

    assert "There is no redress in this evaluation." in str(refused.value.message)


def test_an_organiser_decides_once_with_reasons(db, call):
    ask_redress(db, call, "Husk")
    with pytest.raises(Invalid) as refused:
        decide(db, call, "Husk", decision=" no ")

    decide(db, call, "Husk", RedressVerdict.NO_EFFECT)
    with pytest.raises(Conflict):
        decide(db, call, "Husk", RedressVerdict.UPHELD)

    assert list(refused.value.fields) == ["decision"]
    [card] = redress_of(db, again(db, call.leads["Husk"]), told(db, call, 1, "Husk"))
    assert (card.request.verdict, card.request.decision) == (RedressVerdict.NO_EFFECT, WHY)


def test_of_two_who_decide_at_the_same_moment_one_does(db, call):
    ask_redress(db, call, "Husk")
    decide(db, call, "Husk", RedressVerdict.UPHELD)
    now = told(db, call, 1, "Husk")
    assert now.request is not None
    stale = replace(now, request=as_read_before(db, now.request))

    with pytest.raises(Conflict) as refused:
        decide_redress(db, again(db, call.ada), stale, verdict=RedressVerdict.DISMISSED, decision=WHY)

    assert str(refused.value.message).startswith("Somebody else was quicker")
    [card] = redress_in(db, again(db, call.ada), call.round(db, 1))
    assert card.request.verdict is RedressVerdict.UPHELD


def as_read_before(db, row):
    """The row as somebody read it before it was decided."""
    set_committed_value(row, "verdict", None)
    return row


def test_nobody_decides_about_their_own_team(db, call):
    ask_redress(db, call, "Husk")
    appoint(db, call.ada, call.event, person_id=call.leads["Husk"].person or 0, role=Role.ORGANISER)

    with pytest.raises(NotAllowed):
        decide(db, call, "Husk", RedressVerdict.UPHELD, by=again(db, call.leads["Husk"]))


def test_what_was_taken_back_stays_on_record_and_is_not_decided(db, call):
    ask_redress(db, call, "Husk")

    withdraw_redress(db, again(db, call.leads["Husk"]), told(db, call, 1, "Husk"))

    with pytest.raises(Conflict):
        decide(db, call, "Husk")
    [card] = redress_in(db, again(db, call.ada), call.round(db, 1))
    assert (card.request.withdrawn_at is not None, card.request.reason) == (True, "Nobody read the annex.")


def test_who_is_told_otherwise_by_a_later_version_can_ask_about_that(db, call):
    ask_redress(db, call, "Whey")
    decide(db, call, "Whey", RedressVerdict.UPHELD)
    made = call.round(db, 1)
    reopen_round(db, call.ada, made)
    close_round(db, call.ada, fresh(db, made))
    consensus(db, call, 1, "Whey", 3.0, 5.0, seen=1)
    publish_result(db, call.ada, fresh(db, made), reason="Whey was evaluated again after redress.")

    ask_redress(db, call, "Whey", "This time the first page was not read.")

    cards = redress_of(db, again(db, call.leads["Whey"]), told(db, call, 1, "Whey"))
    assert [one.request.verdict for one in cards] == [RedressVerdict.UPHELD, None]
