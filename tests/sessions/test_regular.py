"""Regular sessions when an event is made like another, and when two people act at once on what is gone."""

from datetime import timedelta

import pytest

from events.cloning import clone_event
from events.core import clock
from events.core.refusals import Conflict, NotFound
from events.events import event_by_id
from events.roles import actor_for
from sessions.regular.coming import join_regular_session
from sessions.regular.rows import Repeats, get_regular_session, guests_of, regular_sessions_of
from sessions.regular.setting import (
    CalledOffAlready,
    OneTimeOver,
    RegularWords,
    Rhythm,
    call_off_regular_session,
    call_off_regular_time,
    end_regular_session,
    move_regular_time,
    set_regular_session,
)
from tests.makers import NOW, again, make_event, make_programme, make_registration

WEEKLY = Rhythm(NOW + timedelta(days=1), 30, Repeats.WEEKLY, times=3)


@pytest.fixture
def hour(db, ada, cy):
    programme = make_programme(db, ada)
    event = make_event(db, again(db, ada), programme, starts_at=NOW + timedelta(days=5))
    make_registration(db, cy, event)
    found = set_regular_session(db, again(db, ada), event, words=RegularWords("Open hour"), rhythm=WEEKLY)
    join_regular_session(db, again(db, cy), found)
    return found


def test_an_event_like_another_has_its_rhythm_and_nobody_who_comes(db, ada, hour):
    call_off_regular_time(db, again(db, ada), hour, number=1)
    starts_on = (NOW + timedelta(days=370)).date()

    other = clone_event(db, again(db, ada), hour.event, name="Food Hack II", starts_on=starts_on)

    event = event_by_id(db, other.id)
    [copy] = regular_sessions_of(db, actor_for(db, ada.person), event)
    assert (copy.regular.title, copy.regular.days, copy.regular.times) == ("Open hour", 7, 3)
    assert copy.times[0].starts_at == hour.times[0].starts_at + timedelta(days=365)
    assert [one.is_moved or one.starts_at is None for one in copy.times] == [False] * 3
    assert guests_of(db, copy.id) == set()


def test_what_somebody_else_has_called_off_meanwhile_is_refused(db, ada, cy, hour):
    call_off_regular_session(db, again(db, ada), get_regular_session(db, again(db, ada), hour.event, public(hour)))

    with pytest.raises(CalledOffAlready):
        move_regular_time(db, again(db, ada), hour, number=1, starts_at=NOW + timedelta(days=9))
    with pytest.raises(CalledOffAlready):
        join_regular_session(db, again(db, cy), hour)


def public(hour) -> str:
    return hour.regular.public_id


def test_only_times_that_there_are_and_that_are_to_come_are_changed(db, ada, hour):
    with pytest.raises(NotFound):
        call_off_regular_time(db, again(db, ada), hour, number=3)
    with pytest.raises(Conflict):
        end_regular_session(db, again(db, ada), hour, number=2)
    with clock.frozen_at(NOW + timedelta(days=9)), pytest.raises(OneTimeOver):
        end_regular_session(db, again(db, ada), hour, number=0)


def test_what_is_over_cannot_be_joined(db, bo, hour):
    make_registration(db, bo, hour.event)

    with clock.frozen_at(NOW + timedelta(days=16)), pytest.raises(Conflict):
        join_regular_session(db, again(db, bo), hour)
