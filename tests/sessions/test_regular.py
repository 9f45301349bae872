"""Regular sessions when an event is made like another, when one is changed as a whole, and when people act at once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from events.cloning import clone_event
from events.core import clock
from events.core.refusals import Conflict, Invalid, NotFound
from events.events import event_by_id
from events.roles import actor_for
from sessions.calendars import EntryKind, find_entry, held_times, invitees_of, latest_revision
from sessions.regular import setting
from sessions.regular.coming import join_regular_session
from sessions.regular.rows import Repeats, get_regular_session, guests_of, regular_sessions_of
from sessions.regular.setting import (
    CalledOffAlready,
    OneTimeOver,
    RegularWords,
    Rhythm,
    call_off_regular_session,
    call_off_regular_time,
    change_regular_session,
    end_regular_session,
    move_regular_time,
    reopen_regular_session,
    set_regular_session,
)
from tests.makers import NOW, again, make_event, make_programme, make_registration
from tests.sessions.racing import kinds, race

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


def test_a_session_of_an_event_like_another_is_called_off_and_held_again(db, ada, hour):
    starts_on = (NOW + timedelta(days=370)).date()
    other = clone_event(db, again(db, ada), hour.event, name="Food Hack II", starts_on=starts_on)
    event = event_by_id(db, other.id)
    [copy] = regular_sessions_of(db, actor_for(db, ada.person), event)

    call_off_regular_session(db, again(db, ada), copy)
    [off] = regular_sessions_of(db, actor_for(db, ada.person), event)
    was_off = off.regular.called_off_at
    reopen_regular_session(db, again(db, ada), off)

    entry = find_entry(db, EntryKind.REGULAR, copy.id)
    assert (was_off, off.regular.called_off_at) == (NOW, None)
    assert (entry.sequence, invitees_of(db, entry)) == (2, set())


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


def shown(hour) -> RegularWords:
    return RegularWords(hour.regular.title, hour.regular.about, hour.regular.place)


def in_calendars(db, hour) -> list[datetime]:
    """When calendars are told that it is held."""
    entry = find_entry(db, EntryKind.REGULAR, hour.id)
    return sorted(held_times(latest_revision(db, entry)).values())


def on_the_page(db, ada, hour) -> list[datetime]:
    db.expire_all()
    found = get_regular_session(db, again(db, ada), hour.event, public(hour)).times
    return [one.starts_at for one in found if one.starts_at is not None]


def test_what_is_held_once_from_now_on_is_held_when_its_first_time_was_moved_to(db, ada, hour):
    moved = NOW + timedelta(days=2)
    move_regular_time(db, again(db, ada), hour, number=0, starts_at=moved)

    change_regular_session(
        db, again(db, ada), hour, words=shown(hour), rhythm=replace(WEEKLY, repeats=Repeats.NEVER, times=None)
    )

    assert (on_the_page(db, ada, hour), in_calendars(db, hour)) == ([moved], [moved])


def off(db, ada, hour, *numbers):
    for number in numbers:
        call_off_regular_time(db, again(db, ada), hour, number=number)


@pytest.mark.parametrize(
    "rhythm",
    [replace(WEEKLY, repeats=Repeats.NEVER, times=None), replace(WEEKLY, times=2)],
    ids=["once", "fewer times"],
)
def test_a_change_that_leaves_nothing_that_is_held_is_refused(db, ada, hour, rhythm):
    off(db, ada, hour, 0, 1)

    with pytest.raises(Conflict, match="No other time is left"):
        change_regular_session(db, again(db, ada), hour, words=shown(hour), rhythm=rhythm)


def test_an_end_that_leaves_nothing_that_is_held_is_refused(db, ada, hour):
    off(db, ada, hour, 0, 1)

    with pytest.raises(Conflict, match="No other time is left"):
        end_regular_session(db, again(db, ada), hour, number=1)


def test_an_end_after_one_that_is_held_is_none_that_leaves_nothing(db, ada, hour):
    off(db, ada, hour, 1)

    end_regular_session(db, again(db, ada), hour, number=1)

    assert on_the_page(db, ada, hour) == [hour.times[0].planned_at]


# The second time begins an hour before the third.
CLOSE = NOW + timedelta(days=15, hours=-1)


@pytest.mark.parametrize(("minutes", "is_refused"), [(60, False), (65, True)])
def test_all_its_times_are_longer_only_where_a_moved_one_is_over_before_the_next(db, ada, hour, minutes, is_refused):
    move_regular_time(db, again(db, ada), hour, number=1, starts_at=CLOSE)

    def lengthen():
        change_regular_session(db, again(db, ada), hour, words=shown(hour), rhythm=replace(WEEKLY, minutes=minutes))

    if is_refused:
        with pytest.raises(Invalid) as refusal:
            lengthen()
        assert list(refusal.value.fields) == ["minutes"]
    else:
        lengthen()
        assert hour.regular.minutes == 60


def test_more_times_are_refused_where_the_last_was_moved_behind_them(db, ada, hour):
    move_regular_time(db, again(db, ada), hour, number=2, starts_at=NOW + timedelta(days=30))

    with pytest.raises(Invalid) as refusal:
        change_regular_session(db, again(db, ada), hour, words=shown(hour), rhythm=replace(WEEKLY, times=5))

    assert list(refusal.value.fields) == ["times"]


def test_another_title_is_no_reason_to_look_at_single_times_again(db, ada, hour):
    move_regular_time(db, again(db, ada), hour, number=1, starts_at=CLOSE)

    change_regular_session(db, again(db, ada), hour, words=RegularWords("Open door"), rhythm=WEEKLY)

    assert hour.regular.title == "Open door"
    assert on_the_page(db, ada, hour)[1] == CLOSE


def test_of_several_sets_at_once_only_as_many_are_set_as_there_may_be(db, ada, hour, monkeypatch):
    monkeypatch.setattr(setting, "MOST_SESSIONS", 2)
    db.commit()

    def set_one(other):
        event = event_by_id(other, hour.event.id)
        set_regular_session(other, actor_for(other, ada.person), event, words=RegularWords("One"), rhythm=WEEKLY)

    assert kinds(race(set_one, set_one, set_one)) == ["Conflict", "Conflict", "done"]
