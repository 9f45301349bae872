# ruff: noqa: F811 - `room` is a fixture of another file
"""Moderators in Chromium: what is reported and said reaches their open pages, with what they need to act on it."""

import re

import pytest
from playwright.sync_api import expect

from events.core.database import transaction
from sessions.chat import MessageOnStage, write_message
from sessions.moderation import report_message, report_question, settle_reports
from sessions.person_reports import PersonInLobby, remove_from_lobby
from sessions.polls import Results, draft_poll, get_poll, open_poll, polls_shown, vote_in_poll
from sessions.stages import get_stage
from tests.makers import person_of
from tests.realtime.test_in_browser import LISTEN, Room, browser, room  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

# How often a count of a poll went out of sight.
WATCH_COUNTS = """() => {
  window.hid = 0;
  const went = ({ target }) => target.matches("[data-votes][hidden]");
  const look = (changes) => (window.hid += changes.filter(went).length);
  new MutationObserver(look).observe(document.body, { subtree: true, attributeFilter: ["hidden"] });
}"""


def say(room: Room, body: str) -> MessageOnStage:
    """A message of Tam's."""
    with transaction() as db:
        stage = get_stage(db, room.show.tam, room.show.stage.public_id)
        return MessageOnStage(write_message(db, room.show.tam, stage, body=body), stage.stage, stage.event)


def report(room: Room, thing: MessageOnStage) -> None:
    """Bo reports it."""
    with transaction() as db:
        report_message(db, room.show.bo, thing)


def test_a_report_comes_in_sight_of_the_moderator_and_is_announced(room: Room) -> None:
    message = say(room, "Something not nice")
    page = room.enter("hal", "/moderation")
    expect(page.get_by_text("Nothing is reported.")).to_be_visible()
    page.evaluate(LISTEN)

    report(room, message)

    reported = page.locator("[data-reports]")
    expect(reported).to_contain_text("Something not nice")
    expect(page.locator("#toasts")).to_contain_text("Something was reported.")
    page.wait_for_function("window.said.some(([_at, text]) => text === 'Something was reported.')")
    reported.get_by_role("button", name="Take off").click()
    expect(page.locator("[data-reports]")).to_contain_text("taken off")


def test_what_another_moderator_settled_goes_from_the_page(room: Room) -> None:
    message = say(room, "Something not nice")
    report(room, message)
    page = room.enter("hal", "/moderation")
    button = page.locator("[data-reports]").get_by_role("button", name="Settled")
    button.focus()

    say(room, "Something else")
    expect(page.locator("[data-message]").first).to_contain_text("Something else")
    expect(page.locator("[data-reports]").get_by_role("button", name="Settled")).to_be_focused()
    with transaction() as db:
        settle_reports(db, room.show.hal, message)

    expect(page.get_by_text("Nothing is reported.")).to_be_visible()
    expect(page.locator("#toasts")).not_to_contain_text("Something was reported.")


def test_somebody_in_the_people_list_is_reported_and_the_moderator_has_it_at_once(room: Room) -> None:
    moderator = room.enter("hal", "/moderation")
    expect(moderator.get_by_text("Nothing is reported.")).to_be_visible()
    page = room.enter("bo")
    room.enter("tam")
    page.get_by_role("tab", name="People").click()
    expect(page.locator("[data-people]")).to_contain_text("Tam Tamm")
    expect(page.locator("[data-people]").get_by_role("link", name=re.compile("Report.*Bo Berg"))).to_have_count(0)
    with page.context.expect_page() as opened:
        page.locator("[data-people]").get_by_role("link", name=re.compile("Report.*Tam Tamm")).click()
    form = opened.value

    form.get_by_label("What happened").fill("Shouts at everybody.")
    form.get_by_role("button", name="Report", exact=True).click()

    expect(form.get_by_text("Your report waits to be looked at.")).to_be_visible()
    expect(moderator.locator("[data-reports]")).to_contain_text("Shouts at everybody.")
    expect(moderator.locator("#toasts")).to_contain_text("Something was reported.")


def test_whoever_is_put_out_of_the_lobby_loses_its_page(room: Room) -> None:
    page = room.enter("bo")
    page.goto(f"{room.address}/e/food-hack/lobby")
    expect(page.get_by_text("One person is in the lobby.")).to_be_visible()

    with transaction() as db:
        bo = person_of(db, room.show.bo)
        remove_from_lobby(db, room.show.hal, PersonInLobby(bo, room.show.event))

    expect(page.get_by_text("One person is in the lobby.")).to_have_count(0)
    expect(page.get_by_role("heading", name="Who is here")).to_have_count(0)


def test_the_host_writes_in_the_chat_without_leaving_the_control_room(room: Room) -> None:
    control, page = room.enter("hal", "/control"), room.enter("bo")
    page.get_by_role("tab", name="Chat").click()

    control.get_by_label("Your message").fill("We begin in a minute.")
    control.get_by_role("button", name="Send").click()

    expect(page.locator("[data-chat]")).to_contain_text("We begin in a minute.")
    expect(control.locator("[data-chat]")).to_contain_text("We begin in a minute.")
    expect(control.get_by_label("Your message")).to_have_value("")
    assert control.url.endswith("/control")


def test_the_control_room_counts_reports_as_they_come(room: Room) -> None:
    question = room.ask("Is that a question?")
    page = room.enter("hal", "/control")
    link = page.get_by_role("link", name="Reported:")
    expect(link).to_be_hidden()

    with transaction() as db:
        report_question(db, room.show.bo, question)

    expect(link).to_have_text("Reported: 1")
    expect(page.locator("#toasts")).to_contain_text("Something was reported.")
    with transaction() as db:
        settle_reports(db, room.show.hal, question)
    expect(link).to_be_hidden()


def test_the_host_reads_a_result_that_is_held_back_while_votes_come_in(room: Room) -> None:
    with transaction() as db:
        stage = get_stage(db, room.show.hal, room.show.stage.public_id)
        texts = ["Yes", "No"]
        made = draft_poll(db, room.show.hal, stage, question="Buy it?", choices=texts, results=Results.HELD)
        open_poll(db, room.show.hal, get_poll(db, room.show.hal, stage, made.public_id))
        choices = [one.id for one in polls_shown(db, stage.id, None, whole=True)[0].choices]
    page, guest = room.enter("hal", "/control"), room.enter("bo")
    counts = page.locator("[data-choice] [data-votes]")
    expect(counts.first).to_be_visible()
    page.evaluate(WATCH_COUNTS)

    for voter, choice in ((room.show.bo, choices[0]), (room.show.tam, choices[0]), (room.show.bo, choices[1])):
        with transaction() as db:
            stage = get_stage(db, voter, room.show.stage.public_id)
            vote_in_poll(db, voter, get_poll(db, voter, stage, made.public_id), choice=choice)
    expect(counts).to_have_text(["1", "1"])

    assert page.evaluate("window.hid") == 0
    guest.get_by_role("tab", name="Polls").click()
    expect(guest.locator("[data-poll]")).to_contain_text("Votes: 2")
    expect(guest.locator("[data-choice] [data-votes]").first).to_be_hidden()


def test_the_chat_is_read_and_moderated_in_the_control_room(room: Room) -> None:
    say(room, "Said before")
    host, guest = room.enter("hal", "/control"), room.enter("bo")
    guest.get_by_role("tab", name="Chat").click()
    expect(host.locator("[data-chat]")).to_contain_text("Said before")

    say(room, "Said now")
    line = host.locator("[data-message]", has_text="Said now")
    expect(guest.locator("[data-chat]")).to_contain_text("Said now")
    line.get_by_role("button", name="Take off").click()

    expect(guest.locator("[data-chat]")).not_to_contain_text("Said now")
    line.get_by_role("button", name="Put back").click()
    expect(guest.locator("[data-chat]")).to_contain_text("Said now")
    line.get_by_role("button", name="Silence").click()
    expect(host.locator("#toasts")).to_contain_text("They can read, vote and react, and say nothing.")


def test_a_pitch_is_called_off_in_two_steps_and_put_back_while_the_page_stays(room: Room) -> None:
    page, other = room.enter("hal", "/control"), room.enter("ada", "/control")
    page.evaluate("window.stayed = true")
    row = page.locator("[data-pitch]", has_text="Millstone")
    row.locator("summary").click()
    expect(row.get_by_role("dialog")).to_be_visible()
    row.get_by_role("button", name="Leave it as it is").click()
    expect(page.locator("[data-pitch]")).to_have_count(3)

    row.locator("summary").click()
    row.get_by_label("Reason").fill("The team is ill.")
    row.get_by_role("button", name="Call this pitch off").click()
    expect(page.locator("[data-pitch]")).to_have_count(2)
    for one in (page, other):
        expect(one.locator("[data-called-off]")).to_contain_text("The team is ill.")
    other.locator("[data-called-off]").get_by_role("button", name="Put back").click()

    for one in (page, other):
        expect(one.locator("[data-pitch] [data-slot=team].row-title")).to_have_text(["Lantern", "Millstone", "Orchard"])
        expect(one.locator("[data-called-off]")).to_be_hidden()
    row.locator("summary").click()  # The row came anew, from its mould.
    row.get_by_label("Reason").fill("Ill again.")
    row.get_by_role("button", name="Call this pitch off").click()
    expect(other.locator("[data-called-off]")).to_contain_text("Ill again.")
    assert page.evaluate("window.stayed")


def test_the_newest_message_is_in_sight_until_somebody_reads_further_up(room: Room) -> None:
    for number in range(30):
        say(room, f"Message {number}")
    page = room.enter("hal", "/control")
    expect(page.locator("[data-message]", has_text="Message 29")).to_be_in_viewport()

    say(room, "The newest")
    expect(page.locator("[data-message]", has_text="The newest")).to_be_in_viewport()
    page.locator("[data-message]", has_text="Message 12").scroll_into_view_if_needed()
    say(room, "Newer still")

    expect(page.locator("[data-message]", has_text="Newer still")).to_have_count(1)
    expect(page.locator("[data-message]", has_text="Message 12")).to_be_in_viewport()
