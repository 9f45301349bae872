"""The whole thread in real browsers: from a hackathon to a handshake."""

from datetime import UTC, datetime

import pytest

from tests.journeys import building, live_room, meeting, setting_up
from tests.journeys.conftest import Enter
from tests.journeys.house import House
from tests.journeys.story import Story

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

SUBMISSION_OPENS = datetime(2026, 4, 16, 7, 0, tzinfo=UTC)
SUBMISSION_CLOSES = datetime(2026, 4, 17, 7, 0, tzinfo=UTC)
REQUEST_EXPIRED = datetime(2026, 4, 19, 8, 0, tzinfo=UTC)


def test_from_a_hackathon_to_a_handshake(house: House, enter: Enter) -> None:
    story = Story(house, enter)
    for name, zone in (("Ada Adler", "Europe/Vienna"), ("Che Caruso", "Europe/Rome"), ("Tam Tamm", "Europe/Tallinn"),
                       ("Bo Berg", "Europe/Stockholm"), ("Cy Costa", "Europe/Lisbon")):  # fmt: skip
        setting_up.sign_up(story, name, zone=zone)
    setting_up.a_link_works_once(story, story["Tam"])
    setting_up.set_up_a_network(story)
    setting_up.set_up_a_hackathon(story, starts="2026-04-15T09:00")
    setting_up.register(story, "Tam", "Bo", "Cy")
    setting_up.a_second_registration_is_refused_kindly(story, "Bo")
    building.publish_a_need(story)
    building.make_a_challenge_from_it(story)
    building.form_a_team(story)
    building.a_draft_is_saved_while_tam_types(story)
    story.go_to(SUBMISSION_OPENS)
    building.hand_in(story)
    building.the_end_comes_while_cy_types(story, SUBMISSION_CLOSES)
    live_room.plan_the_room(story, opens="2026-04-17T09:30")
    with live_room.listening(story, "Cy") as heard:
        _beamer, pages = live_room.the_room_opens_before_everybody(story)
        live_room.a_pitch_begins(story, pages)
        live_room.a_question_is_voted_up(story, pages)
        live_room.bo_is_away_and_comes_back(story)
        live_room.nobody_reloaded(story, pages)
    live_room.no_number_is_missing(heard)
    live_room.the_room_closes(story)
    meeting.make_the_event_that_follows(story, starts="2026-04-20T09:00")
    meeting.take_part(story, "Bo", "Cy", "Che")
    meeting.bo_asks_cy(story)
    meeting.cy_accepts_and_it_moves_and_is_cancelled(story)
    meeting.the_letters_show_0_1_2(story)
    meeting.an_unanswered_request_frees_its_slot(story, REQUEST_EXPIRED)
