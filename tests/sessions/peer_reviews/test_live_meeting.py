"""The live meeting of a review: parts that follow each other, a clock that is a moment, hands, and dots."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from sessions.peer_reviews.agenda import PartInReview, parts_of
from sessions.peer_reviews.dots import (
    VoteInReview,
    close_dot_vote,
    dot_votes_of,
    get_dot_vote,
    give_dots,
    open_dot_vote,
)
from sessions.peer_reviews.live import (
    end_part,
    get_review_hand,
    give_review_floor,
    hold_review_meeting,
    lengthen_part,
    lower_review_hand,
    part_on,
    pause_part,
    raise_review_hand,
    speakers_of,
    start_next_part,
    start_part,
)
from sessions.peer_reviews.reviews import ReviewState
from sessions.peer_reviews.rooms import (
    choose_review_video,
    review_room_numbers,
    room_of_review,
)
from sessions.peer_reviews.shared_board import add_board_entry
from sessions.peer_reviews.writing_up import record_finding
from sessions.video import Way
from tests.makers import NOW, make_person
from tests.sessions.makers_review_meetings import WORDING, plan
from tests.sessions.makers_reviews import make_review

MINUTE = timedelta(minutes=1)


@pytest.fixture
def review(db):
    made = make_review(db)
    plan(db, made)
    return made


def on(db, review):
    part = part_on(db, review.subject.id)
    return PartInReview(part, review.subject.review, review.event.event) if part else None


def number(db, review):
    return review_room_numbers(db, [review.subject.id])[review.subject.id][0]


def test_parts_follow_each_other_and_two_who_press_at_once_start_one(db, review):
    first, second, *_rest = parts_of(db, review.subject.id)
    mo = review.people["mo"]

    start_next_part(db, mo, review.subject, after="")
    start_next_part(db, review.ada, review.subject, after="")
    one = on(db, review).part.id
    start_next_part(db, mo, review.subject, after=first.public_id)

    assert one == first.id
    assert on(db, review).part.id == second.id
    assert (first.started_at, first.ended_at) == (NOW, NOW)


def test_a_pause_moves_the_start_and_a_minute_more_lengthens(db, review):
    mo = review.people["mo"]
    start_next_part(db, mo, review.subject, after="")
    with clock.frozen_at(NOW + 5 * MINUTE):
        pause_part(db, mo, on(db, review), still=True)
        pause_part(db, mo, on(db, review), still=True)
    with clock.frozen_at(NOW + 8 * MINUTE):
        pause_part(db, mo, on(db, review), still=False)
        lengthen_part(db, mo, on(db, review))

    part = on(db, review).part
    assert part.started_at == NOW + 3 * MINUTE
    assert part.seconds == 46 * 60
    assert part.paused_at is None


def test_each_change_has_a_number_of_its_own_without_a_gap(db, review):
    before = number(db, review)

    start_next_part(db, review.ada, review.subject, after="")
    raise_review_hand(db, review.people["bo"], review.subject)
    end_part(db, review.ada, on(db, review))

    assert number(db, review) == before + 3


def test_an_ended_part_cannot_be_paused(db, review):
    start_next_part(db, review.ada, review.subject, after="")
    subject = on(db, review)
    end_part(db, review.ada, subject)

    with pytest.raises(Conflict, match="not on"):
        pause_part(db, review.ada, subject, still=True)


def test_peers_and_rapporteurs_do_not_steer(db, review):
    part = PartInReview(parts_of(db, review.subject.id)[0], review.subject.review, review.event.event)

    for name in ("bo", "ria", "hal", "ole"):
        with pytest.raises(NotAllowed):
            start_part(db, review.people[name], part)


def test_a_meeting_that_was_held_is_held_once(db, review):
    with pytest.raises(Conflict, match="No part"):
        hold_review_meeting(db, review.ada, review.subject)
    start_next_part(db, review.ada, review.subject, after="")
    raise_review_hand(db, review.people["bo"], review.subject)

    hold_review_meeting(db, review.ada, review.subject)

    assert review.subject.review.state is ReviewState.HELD
    assert part_on(db, review.subject.id) is None
    assert speakers_of(db, review.ada, review.subject) == []
    with pytest.raises(Conflict, match="held already"):
        hold_review_meeting(db, review.ada, review.subject)


# Hands


def test_the_floor_goes_on_in_order_and_a_second_hand_is_refused(db, review):
    bo, cy, mo = (review.people[name] for name in ("bo", "cy", "mo"))
    raise_review_hand(db, bo, review.subject)
    raise_review_hand(db, cy, review.subject)
    with pytest.raises(Conflict, match="up already"):
        raise_review_hand(db, cy, review.subject)

    for _turn in range(2):
        waiting = [one for one in speakers_of(db, mo, review.subject) if not one.speaks]
        give_review_floor(db, mo, get_review_hand(db, mo, review.subject, waiting[0].public_id))

    assert [(one.name, one.speaks, one.since) for one in speakers_of(db, mo, review.subject)] == [
        ("Cy Costa", True, NOW)
    ]
    lower_review_hand(db, cy, review.subject)
    assert speakers_of(db, mo, review.subject) == []


def test_who_is_outside_neither_raises_a_hand_nor_sees_one(db, review):
    raise_review_hand(db, review.people["bo"], review.subject)
    xi = make_person(db, "Xi Xu")

    with pytest.raises(NotAllowed):
        raise_review_hand(db, xi, review.subject)
    assert speakers_of(db, xi, review.subject) == []


# Seeing each other


def test_what_is_no_way_for_a_review_is_refused_and_a_link_has_to_be_one(db, review):
    mo = review.people["mo"]
    for way in (Way.STREAM, "smoke"):
        with pytest.raises(Invalid):
            choose_review_video(db, mo, review.subject, way=way)
    with pytest.raises(Invalid):
        choose_review_video(db, mo, review.subject, way=Way.LINK, link="http://meet.example.org/x")

    choose_review_video(db, mo, review.subject, way=Way.LINK, link="https://meet.example.org/x")

    room = room_of_review(db, review.subject.id)
    assert (room.way, room.link, room.epoch) == (Way.LINK, "https://meet.example.org/x", 1)


# Dots


@pytest.fixture
def vote(db, review):
    for number, text in enumerate(("Visits", "A newsletter", "A mentor for each member")):
        with clock.frozen_at(NOW + number * timedelta(seconds=1)):
            add_board_entry(db, review.people["ria"], review.subject, kind="recommendation", text=text)
    row = open_dot_vote(db, review.people["mo"], review.subject, about="board", dots=3, minutes=10)
    return VoteInReview(row, review.subject.review, review.event.event)


def shown(db, actor, review):
    return [(one.label, one.mine, one.dots) for one in dot_votes_of(db, actor, review.subject)[0].choices]


def test_sums_are_told_once_the_vote_is_over_and_not_before(db, review, vote):
    bo, cy = review.people["bo"], review.people["cy"]
    give_dots(db, bo, vote, dots={1: 2, 3: 1})
    give_dots(db, cy, vote, dots={3: 3})

    before = shown(db, bo, review)
    close_dot_vote(db, review.people["mo"], vote)

    assert before == [("Visits", 2, None), ("A newsletter", 0, None), ("A mentor for each member", 1, None)]
    assert shown(db, bo, review) == [("A mentor for each member", 1, 4), ("Visits", 2, 2), ("A newsletter", 0, 0)]


def test_the_clock_closes_a_vote(db, review, vote):
    give_dots(db, review.people["bo"], vote, dots={2: 1})

    with clock.frozen_at(NOW + 10 * MINUTE):
        with pytest.raises(Conflict, match="closed"):
            give_dots(db, review.people["bo"], vote, dots={1: 3})
        assert shown(db, review.people["bo"], review)[0] == ("A newsletter", 1, 1)


def test_dots_given_anew_replace_those_before_and_more_than_one_has_are_refused(db, review, vote):
    bo = review.people["bo"]
    give_dots(db, bo, vote, dots={1: 3})
    for dots in ({1: 2, 2: 2}, {1: -1, 2: 2}, {9: 1}):
        with pytest.raises(Invalid):
            give_dots(db, bo, vote, dots=dots)

    give_dots(db, bo, vote, dots={2: 1})

    assert [one[1] for one in shown(db, bo, review)] == [0, 1, 0]


def test_observers_and_outsiders_give_no_dots(db, review, vote):
    for actor in (review.people["ole"], make_person(db, "Xi Xu")):
        with pytest.raises(NotAllowed):
            give_dots(db, actor, vote, dots={1: 1})
    with pytest.raises(NotFound):
        get_dot_vote(db, make_person(db, "Yi Yu"), review.subject, vote.vote.public_id)


def test_one_vote_at_a_time_and_about_two_things_at_least(db, review):
    with pytest.raises(Conflict, match="two things"):
        open_dot_vote(db, review.ada, review.subject, about="findings", dots=3, minutes=5)
    for text in ("One", "Two"):
        record_finding(db, review.ada, review.subject, wording=WORDING.__class__(finding=text))
    open_dot_vote(db, review.ada, review.subject, about="findings", dots=3, minutes=5)

    with pytest.raises(Conflict, match="open already"):
        open_dot_vote(db, review.ada, review.subject, about="findings", dots=3, minutes=5)
    with pytest.raises(Invalid) as refused:
        open_dot_vote(db, review.ada, review.subject, about="findings", dots=0, minutes=500)
    assert list(refused.value.fields) == ["dots", "minutes"]
