"""The agenda of a review's meeting: built from its questions, changed, and fair to those in other zones."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.core import clock
from events.core.access import may
from events.core.refusals import Conflict, Invalid, NotAllowed
from sessions.peer_reviews.agenda import (
    PartInReview,
    add_break_after,
    agenda_of,
    change_part_length,
    drop_part,
    move_days,
    move_part,
    plan_agenda,
    planned_parts,
)
from sessions.peer_reviews.fair_hours import cost_of, fairest_start, minutes_outside, unfair_parts
from sessions.peer_reviews.live import hold_review_meeting, start_part
from sessions.peer_reviews.templates import TEMPLATES, PartKind, ReviewModel, StepKind
from tests.sessions.makers_review_meetings import DAY, FIRST, plan
from tests.sessions.makers_reviews import make_review

HOUR = timedelta(hours=1)


def told(db, review):
    return [
        [(str(one.part.kind), one.question.number if one.question else 0, one.part.minutes) for one in day.lines]
        for day in agenda_of(db, review.subject.id)
    ]


def the_part(db, review, day, number):
    part = agenda_of(db, review.subject.id)[day].lines[number].part
    return PartInReview(part, review.subject.review, review.event.event)


def test_an_agenda_has_each_part_of_a_question_for_each_question(db):
    review = make_review(db)

    plan(db, review)

    first, second = told(db, review)
    assert first == [
        ("present", 0, 45), ("clarify", 1, 10), ("analyse", 1, 20), ("clarify", 2, 10), ("break", 0, 15),
        ("analyse", 2, 20), ("clarify", 3, 10), ("analyse", 3, 20),
    ]  # fmt: skip
    assert [one for one in second if one[0] != "break"] == [
        ("ideas", 1, 20), ("recommend", 1, 20), ("ideas", 2, 20), ("recommend", 2, 20), ("ideas", 3, 20),
        ("recommend", 3, 20), ("plenary", 0, 40), ("reaction", 0, 30),
    ]  # fmt: skip


@pytest.mark.parametrize("model", list(ReviewModel))
@pytest.mark.parametrize("questions", [1, 3, 5])
def test_no_template_goes_on_for_more_than_ninety_minutes_without_a_break(model, questions):
    for day in planned_parts(TEMPLATES[model].parts, range(questions)):
        since = 0
        for one in day:
            plan = one[0] if isinstance(one, tuple) else one
            since = 0 if plan.kind is PartKind.BREAK else since + plan.minutes
            assert since <= 90 or since == plan.minutes


@pytest.mark.parametrize("model", list(ReviewModel))
@pytest.mark.parametrize("questions", [1, 3, 5])
def test_a_template_has_parts_on_each_day_that_it_says_and_none_too_long(model, questions):
    template = TEMPLATES[model]

    planned = planned_parts(template.parts, range(questions))
    minutes = [sum((one[0] if isinstance(one, tuple) else one).minutes for one in day) for day in planned]

    assert len(planned) == template.days
    assert all(30 <= one <= 10 * 60 for one in minutes), minutes
    [meeting] = [one for one in template.steps if one.kind is StepKind.MEETING]
    assert meeting.ends - meeting.begins >= template.days


def test_a_visit_is_planned_on_its_three_days(db):
    review = make_review(db, model="visit")

    plan(db, review, FIRST, FIRST + DAY, FIRST + 2 * DAY)

    kinds = [{one for one, _number, _minutes in day} - {"break"} for day in told(db, review)]
    assert kinds == [{"present", "clarify"}, {"analyse"}, {"ideas", "recommend", "plenary", "reaction"}]


def test_the_agenda_writes_the_times_of_the_meeting_to_the_review(db):
    review = make_review(db)

    plan(db, review)

    row = review.subject.review
    assert row.starts_at == FIRST
    assert row.ends_at == agenda_of(db, review.subject.id)[1].ends_at


def test_a_longer_part_moves_what_follows(db):
    review = make_review(db)
    plan(db, review)

    change_part_length(db, review.people["mo"], the_part(db, review, 0, 0), minutes=60)

    assert agenda_of(db, review.subject.id)[0].lines[1].starts_at == FIRST + HOUR


def test_parts_change_places_within_a_day_and_over_its_edge(db):
    review = make_review(db)
    plan(db, review)

    move_part(db, review.ada, the_part(db, review, 0, 1), up=True)
    move_part(db, review.ada, the_part(db, review, 0, 7), up=False)

    first, second = told(db, review)
    assert first[:2] == [("clarify", 1, 10), ("present", 0, 45)]
    assert len(first) == 7
    assert second[0] == ("analyse", 3, 20)


def test_a_break_can_be_added_and_dropped(db):
    review = make_review(db)
    plan(db, review)
    before = told(db, review)

    add_break_after(db, review.ada, the_part(db, review, 0, 0), minutes=20)
    with_break = told(db, review)[0]
    drop_part(db, review.ada, the_part(db, review, 0, 1))

    assert with_break[:2] == [("present", 0, 45), ("break", 0, 20)]
    assert told(db, review) == before


def test_what_was_begun_is_not_planned_anew(db):
    review = make_review(db)
    plan(db, review)
    start_part(db, review.ada, the_part(db, review, 0, 0))

    with pytest.raises(Conflict, match="has begun"):
        plan(db, review)
    with pytest.raises(Conflict, match="has begun"):
        move_days(db, review.ada, review.subject, starts=[FIRST + DAY, FIRST + 2 * DAY])
    with pytest.raises(Conflict, match="started already"):
        change_part_length(db, review.ada, the_part(db, review, 0, 0), minutes=5)


@pytest.mark.parametrize("step", [
    lambda db, who, part: plan_agenda(db, who, part.in_event, starts=(FIRST + 9 * DAY, FIRST + 10 * DAY)),
    lambda db, who, part: move_days(db, who, part.in_event, starts=(FIRST + 9 * DAY, FIRST + 10 * DAY)),
    lambda db, who, part: change_part_length(db, who, part, minutes=5),
    lambda db, who, part: move_part(db, who, part, up=False),
    lambda db, who, part: add_break_after(db, who, part, minutes=5),
    drop_part,
], ids=["built anew", "moved", "a length", "an order", "a break", "off it"])  # fmt: skip
def test_a_meeting_that_was_held_without_a_part_started_is_not_planned_anew(db, step):
    review = make_review(db)
    plan(db, review)
    part, before = the_part(db, review, 0, 0), told(db, review)
    with clock.frozen_at(review.subject.review.ends_at):
        hold_review_meeting(db, review.people["mo"], review.subject)

        with pytest.raises(Conflict, match="was held"):
            step(db, review.ada, part)

    assert told(db, review) == before
    assert not may(review.people["mo"], "move_days", review.subject)


@pytest.mark.parametrize(
    ("starts", "why"),
    [
        ([FIRST], "2 days"),
        ([FIRST + DAY, FIRST], "before the day before"),
        ([FIRST, FIRST + HOUR], "before the day before"),
        ([FIRST - 60 * DAY, FIRST], "still to come"),
    ],
)
def test_days_in_no_order_are_refused(db, starts, why):
    review = make_review(db)

    with pytest.raises(Invalid, match=why) as refused:
        plan(db, review, *starts)

    assert list(refused.value.fields) == ["starts"]


def test_a_peer_does_not_plan(db):
    review = make_review(db)
    plan(db, review)

    with pytest.raises(NotAllowed):
        change_part_length(db, review.people["bo"], the_part(db, review, 0, 0), minutes=5)


def test_a_part_of_no_minutes_or_five_hours_is_refused(db):
    review = make_review(db)
    plan(db, review)

    for minutes in (0, 241):
        with pytest.raises(Invalid):
            change_part_length(db, review.ada, the_part(db, review, 0, 0), minutes=minutes)


# Fair hours

NINE = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)


def test_an_evening_in_helsinki_and_a_morning_in_lisbon_are_told_apart():
    early = datetime(2026, 12, 7, 6, 0, tzinfo=UTC)
    late = datetime(2026, 12, 7, 18, 30, tzinfo=UTC)

    found = unfair_parts([(early, early + HOUR), (late, late + HOUR)], {"Europe/Helsinki", "Europe/Lisbon"})

    assert [(one.zone, one.part, one.early) for one in found] == [
        ("Europe/Lisbon", 0, True), ("Europe/Helsinki", 1, False)
    ]  # fmt: skip
    assert minutes_outside(late, late + HOUR, "Europe/Helsinki") == (0, 60)


def test_the_fairest_start_leaves_nobody_outside_where_that_is_possible():
    zones = {"Europe/Lisbon", "Europe/Vienna", "Europe/Helsinki"}
    at_night = datetime(2026, 12, 7, 4, 0, tzinfo=UTC)

    found = fairest_start(at_night, 8 * HOUR, zones, "Europe/Vienna")

    assert (found.worst, found.total) == (0, 0)
    assert found.starts_at == datetime(2026, 12, 7, 8, 0, tzinfo=UTC)


def test_a_start_that_is_fair_stays():
    assert fairest_start(NINE, 2 * HOUR, {"Europe/Vienna"}, "Europe/Vienna").starts_at == NINE


@settings(max_examples=40, deadline=None)
@given(
    hour=st.integers(0, 23), length=st.integers(1, 10),
    zones=st.sets(st.sampled_from(["Europe/Lisbon", "Asia/Tokyo", "America/New_York", "Europe/Helsinki", "UTC"]),
                  min_size=1),
)  # fmt: skip
def test_no_start_of_the_day_is_fairer_than_the_fairest(hour, length, zones):
    now = NINE.replace(hour=hour)

    found = fairest_start(now, length * HOUR, zones, "UTC")

    midnight = now.replace(hour=0)
    others = [cost_of(midnight + number * HOUR / 2, length * HOUR, zones) for number in range(48)]
    assert (found.worst, found.total) <= min((one.worst, one.total) for one in others)
