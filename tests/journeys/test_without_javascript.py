"""The same thread with JavaScript off, up to the live room: everything but promptness is there."""

import pytest

from tests.journeys import building, live_room, setting_up
from tests.journeys.conftest import Enter
from tests.journeys.house import House
from tests.journeys.story import Story
from tests.journeys.test_handshake import SUBMISSION_CLOSES, SUBMISSION_OPENS

pytestmark = [pytest.mark.browser, pytest.mark.real_time, pytest.mark.timeout(300)]


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
