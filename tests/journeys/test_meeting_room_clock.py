"""The page of a meeting room goes with its clock by itself: also for whoever is not in the call."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from events.core.database import transaction
from sessions.meeting_rooms import get_meeting_room
from sessions.meeting_visits import close_meeting_room
from sessions.more_time import extend_meeting
from tests.journeys.fair import RunningFair, actor_called
from tests.journeys.test_calls import room_of

pytestmark = [pytest.mark.browser, pytest.mark.real_time]


def opened(fair: RunningFair, room: str, moment: datetime) -> Page:
    """Bo has the room open from three seconds before a moment on, and does nothing."""
    fair.house.clock.move(moment - timedelta(seconds=3))
    bo = fair.enter("Bo Berg")
    bo.open(room)
    return bo.page


def do(room: str, command: Any, name: str) -> None:
    """What somebody does in the room elsewhere."""
    with transaction() as db:
        actor = actor_called(db, name)
        command(db, actor, get_meeting_room(db, actor, room.split("/")[2]))


def face(page: Page) -> Locator:
    """The clock in the head of the room."""
    return page.locator("[data-room-clock]")


def test_whoever_waits_can_say_so_as_soon_as_the_meeting_has_begun(fair: RunningFair) -> None:
    page = opened(fair, room_of(fair), fair.fair.slots[0].starts_at)

    expect(page.get_by_text("If the other side does not come")).to_be_visible()


def test_more_time_can_be_asked_for_as_soon_as_there_are_ten_minutes_left(fair: RunningFair) -> None:
    page = opened(fair, room_of(fair), fair.fair.slots[0].ends_at - timedelta(minutes=10))
    ask = page.get_by_role("button", name="Ask for five minutes more")
    expect(face(page)).to_contain_text("Ends in")

    expect(ask).to_be_visible()


def test_more_time_is_on_the_clock_of_whoever_is_not_in_the_call(fair: RunningFair) -> None:
    room = room_of(fair)
    page = opened(fair, room, fair.fair.slots[0].ends_at - timedelta(minutes=4))
    expect(face(page)).to_contain_text(re.compile(r"[34]:[0-5]\d"))

    for name in ("Bo Berg", "Cy Costa"):
        do(room, extend_meeting, name)

    expect(face(page)).to_contain_text(re.compile(r"[89]:[0-5]\d"))


def test_a_meeting_that_was_ended_is_over_on_every_clock(fair: RunningFair) -> None:
    room = room_of(fair)
    page = opened(fair, room, fair.fair.slots[0].ends_at - timedelta(minutes=4))

    do(room, close_meeting_room, "Cy Costa")

    expect(face(page)).to_contain_text("Over")
    page.reload()
    expect(face(page)).to_contain_text("Over")
