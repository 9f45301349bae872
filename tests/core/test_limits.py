"""How often something may be tried: to the count, also when all try at once."""

import threading
from datetime import timedelta

import pytest

from events.core import clock
from events.core.database import reading
from events.core.limits import TooOften, refuse_used_up, take_turn
from tests.makers import NOW

pytestmark = pytest.mark.usefixtures("database_url")


def tries(count: int, key: str = "door") -> list[bool]:
    found = []
    for _try in range(count):
        try:
            take_turn(key, times=3, per=timedelta(minutes=30))
            found.append(True)
        except TooOften:
            found.append(False)
    return found


def test_so_many_tries_in_a_row_and_no_more():
    assert tries(5) == [True, True, True, False, False]


def test_tries_come_back_evenly():
    tries(3)

    with clock.frozen_at(NOW + timedelta(minutes=9)):
        early = tries(1)
    with clock.frozen_at(NOW + timedelta(minutes=10)):
        later = tries(2)

    assert (early, later) == ([False], [True, False])


def test_keys_do_not_share_their_tries():
    tries(3, "front door")

    assert tries(1, "back door") == [True]


def test_the_refusal_says_how_long_to_wait():
    tries(3)

    with pytest.raises(TooOften) as refusal:
        take_turn("door", times=3, per=timedelta(minutes=30))

    assert refusal.value.wait == 601
    assert str(refusal.value) == "That was tried too often. Please try again in 11 minutes."


def test_thirty_at_once_get_as_many_turns_as_there_are():
    together, answers = threading.Barrier(30), []

    def try_it() -> None:
        together.wait()
        try:
            take_turn("door", times=10, per=timedelta(minutes=30))
            answers.append("in")
        except TooOften:
            answers.append("too often")

    threads = [threading.Thread(target=try_it) for _number in range(30)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(answers) == ["in"] * 10 + ["too often"] * 20


def test_looking_whether_turns_are_used_up_takes_none():
    for _try in range(3):
        take_turn("door", times=3, per=timedelta(minutes=30))
    with reading() as db:
        for _look in range(2):
            with pytest.raises(TooOften) as refusal:
                refuse_used_up(db, "door", times=3, per=timedelta(minutes=30))
        refuse_used_up(db, "window", times=3, per=timedelta(minutes=30))

    assert refusal.value.wait == 601
