"""The same with JavaScript off, up to the live room and with meetings: everything but promptness is there."""

import pytest
from playwright.sync_api import expect

from tests.journeys import building, live_room, setting_up
from tests.journeys.conftest import Enter
from tests.journeys.fair import (
    HERE,
    RunningFair,
    bo_hands_over_to_dee,
    cancel,
    cy_is_told_who_comes_now,
    dee_brings_bo_along,
    entry_of,
)
from tests.journeys.house import House
from tests.journeys.meeting import choose_slot, times
from tests.journeys.people import Somebody
from tests.journeys.story import Story
from tests.journeys.test_handshake import SUBMISSION_CLOSES, SUBMISSION_OPENS

pytestmark = [pytest.mark.browser, pytest.mark.real_time]


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_up_to_the_live_room_without_javascript(house: House, enter: Enter) -> None:
    story = Story(house, enter, javascript=False)
    for name in ("Ada Adler", "Che Caruso", "Tam Tamm", "Cy Costa"):
        setting_up.sign_up(story, name)
    setting_up.set_up_a_network(story)
    setting_up.set_up_a_hackathon(story, starts="2026-04-15T09:00")
    setting_up.register(story, "Tam", "Cy")
    building.publish_a_need(story)
    building.make_a_challenge_from_it(story)
    building.form_a_team(story)
    building.a_draft_is_saved_by_its_button(story)
    story.go_to(SUBMISSION_OPENS)
    building.hand_in(story)
    building.the_end_comes_while_cy_types(story, SUBMISSION_CLOSES)
    live_room.plan_the_room(story, opens="2026-04-17T09:30")
    live_room.each_button_of_the_room_is_a_page(story)


def test_a_meeting_without_javascript(fair: RunningFair) -> None:
    bo, cy, dee = (fair.enter(name, javascript=False) for name in ("Bo Berg", "Cy Costa", "Dee Dumont"))

    meeting = bo_asks_by_the_list(bo)
    cy_accepts(fair, cy)
    bo_moves_it(fair, bo, meeting)
    bo_hands_over_to_dee(fair, bo, meeting, sequence=1)
    cy_is_told_who_comes_now(fair, cy, meeting)
    dee_brings_bo_along(fair, dee, meeting)
    cy_cancels_it(fair, cy, meeting)


def bo_asks_by_the_list(bo: Somebody) -> str:
    """There is no grid, and the list is open; a button for a soon time chooses in it. Answers the meeting's id."""
    bo.open(HERE).tab("Participants").follow("Cy Costa").follow("Ask for a meeting")
    expect(bo.main.locator("table[role=grid]")).not_to_be_visible()
    bo.follow("Tue, 14 Apr 2026, 11:25 (10:25 for Cy Costa)")
    expect(bo.main.get_by_label("11:25 – 11:45")).to_be_checked()
    choose_slot(bo, 0)
    bo.press("Ask for this meeting").sees("Cy Costa was asked. We tell you when they answer.")
    return bo.path.rpartition("/")[2]


def cy_accepts(fair: RunningFair, cy: Somebody) -> None:
    """In the list of those who wait for an answer."""
    fair.letters("Cy Costa", "Bo Berg asks you for a meeting")
    cy.open(HERE).tab("Meetings").press("Accept").sees("The meeting stands.")
    assert times(cy)[0].startswith("10:00")


def bo_moves_it(fair: RunningFair, bo: Somebody, meeting: str) -> None:
    bo.open(f"/meetings/{meeting}").follow("Move")
    choose_slot(bo, 2)
    bo.press("Move it there").sees("Moved. Both calendars get the new time.")
    assert times(bo)[0].startswith("12:15")
    assert entry_of(fair.letters("Cy Costa", "Updated")[0])[::2] == ("REQUEST", 1)


def cy_cancels_it(fair: RunningFair, cy: Somebody, meeting: str) -> None:
    """All three who were to come get the cancellation."""
    cy.open(f"/meetings/{meeting}")
    cancel(cy, "Our press stands still.")
    cy.sees("Cancelled. It is taken out of both calendars.").sees("Our press stands still.")
    letters = [fair.letters(name, "Cancelled")[0] for name in ("Bo Berg", "Dee Dumont", "Cy Costa")]
    assert [entry_of(one)[0] for one in letters] == ["CANCEL"] * 3
