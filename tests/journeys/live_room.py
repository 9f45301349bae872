"""Chapters in the pitch room: the host moves it on, and everybody's page moves with it."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import socketio
from playwright.sync_api import Locator, Page, expect

from tests.journeys.building import TEAM
from tests.journeys.house import soon
from tests.journeys.people import Somebody
from tests.journeys.story import Story

QUESTION = "Does the coat hold when the cold room is opened forty times a day?"
MISSED = "Who pays for the second press?"


def plan_the_room(story: Story, *, opens: str) -> None:
    """Ada plans a room and adds the team; both its members get the pitch into their calendars."""
    ada = story["Ada"]
    ada.open(story.places["hackathon"] + "/stages")
    ada.write("Name", "Main stage").write("Opens at", opens).press("Plan the room")
    ada.arrives_at("Main stage")
    story.places["control"] = ada.path
    story.places["stage"] = ada.path.removesuffix("/control")
    ada.press("Add the teams that have handed in").sees(TEAM)

    for name in ("Tam", "Cy"):
        letter = story.house.post.wait_for(story[name].email, "pitch")
        invitation = letter.invitation
        assert invitation is not None
        assert invitation["METHOD"] == "REQUEST"
        assert [one["SEQUENCE"] for one in invitation.walk("VEVENT")] == [0]


def stay(page: Page) -> None:
    """Leave a mark on a page that a navigation or a reload would wipe out."""
    page.evaluate("window.stayed = true")


def has_stayed(page: Page) -> bool:
    """Whether the page is still the same one."""
    return bool(page.evaluate("window.stayed === true"))


def push(person: Somebody, button: str, within: Locator | None = None) -> None:
    """Press a button whose page stays."""
    (within or person.main).get_by_role("button", name=button, exact=True).first.click()


def the_room_opens_before_everybody(story: Story) -> tuple[Page, dict[str, Page]]:
    """Bo and Tam wait in the room, the big screen shows it; Ada opens it and nobody reloads."""
    ada, bo, tam = story["Ada"], story["Bo"], story["Tam"]
    for one in (bo, tam):
        one.open(story.places["stage"])
        expect(one.page.locator("#main").get_by_text("Not open yet")).to_be_visible()
    beamer = ada.context.new_page()
    beamer.goto(story.places["stage"] + "/beamer")
    pages = {"Bo": bo.page, "Tam": tam.page, "beamer": beamer}
    for page in pages.values():
        stay(page)
    ada.open(story.places["control"])
    stay(ada.page)

    push(ada, "Open the room")

    for page in pages.values():
        expect(page.locator("#main").get_by_text("The stage is free").first).to_be_visible()
    expect(bo.page.locator("[data-here]").first).to_have_text("4")
    bo.page.get_by_role("tab", name="People").click()
    for name in ("Ada Adler", "Bo Berg", "Tam Tamm"):
        expect(bo.page.locator("[data-people]")).to_contain_text(name)
    bo.page.get_by_role("tab", name="Questions").click()
    return beamer, pages


def a_pitch_begins(story: Story, pages: dict[str, Page]) -> None:
    """The team appears everywhere at once, and one clock runs, although each browser believes in another time."""
    ada = story["Ada"]

    push(ada, "Next pitch")

    clocks = []
    for page in pages.values():
        expect(page.locator("[data-fill=stage-team]")).to_have_text(TEAM)
        expect(page.locator("#clock")).to_have_text(re.compile(r"2:[0-5]\d"))
    for page in pages.values():
        minutes, seconds = page.locator("#clock").inner_text().split(":")
        clocks.append(int(minutes) * 60 + int(seconds))
    assert max(clocks) - min(clocks) <= 2, clocks


def a_question_is_voted_up(story: Story, pages: dict[str, Page]) -> None:
    """Bo asks, Tam votes, the count changes before Bo's eyes and on the big screen."""
    bo, tam, beamer = story["Bo"], story["Tam"], pages["beamer"]
    bo.write("Your question", QUESTION)
    push(bo, "Ask")
    row = tam.page.locator("[data-question]", has_text=QUESTION)
    expect(row).to_be_visible()
    assert bo.field("Your question").input_value() == ""
    votes = bo.page.locator("[data-question]", has_text=QUESTION).locator("button [data-slot=votes]")
    before = int(votes.inner_text())

    row.locator("[data-vote]").click()

    expect(votes).to_have_text(str(before + 1))
    expect(row.locator("[data-vote]")).to_have_attribute("aria-pressed", "true")
    expect(beamer.locator("[data-fill=top-body]")).to_have_text(QUESTION)
    expect(beamer.locator("[data-fill=top-votes]")).to_have_text(str(before + 1))


def bo_is_away_and_comes_back(story: Story) -> None:
    """While Bo's line is down a question is asked and the pitch ends; both stand there when it is up again."""
    ada, bo, tam = story["Ada"], story["Bo"], story["Tam"]
    bo.faults.found.clear()
    bo.context.set_offline(True)
    expect(bo.page.locator("[data-connection]").first).to_have_attribute("data-state", "away")
    tam.write("Your question", MISSED)
    push(tam, "Ask")
    expect(ada.page.locator("[data-question]", has_text=MISSED)).to_be_visible()
    push(ada, "End this pitch")
    expect(tam.page.locator("#main").get_by_text("The stage is free").first).to_be_visible()
    assert bo.page.locator("#main").get_by_text(MISSED).count() == 0

    bo.context.set_offline(False)

    expect(bo.page.locator("[data-question]", has_text=MISSED)).to_be_visible(timeout=120_000)
    expect(bo.page.locator("#main").get_by_text("The stage is free").first).to_be_visible()
    expect(bo.page.locator("[data-queue]")).to_contain_text("Pitched")
    # A browser without a line complains about it in its console.
    bo.faults.found[:] = [one for one in bo.faults.found if "ERR_INTERNET_DISCONNECTED" not in one]


def nobody_reloaded(story: Story, pages: dict[str, Page]) -> None:
    """All that happened on the pages on which it began."""
    assert {name: has_stayed(page) for name, page in pages.items()} == dict.fromkeys(pages, True)
    assert has_stayed(story["Ada"].page)
    for name in ("Ada", "Bo", "Tam"):
        story[name].look()


def the_room_closes(story: Story) -> None:
    """Ada closes the room; its questions stay readable, and nobody can ask any more."""
    ada, bo = story["Ada"], story["Bo"]
    ada.main.locator("details.ask summary", has_text="Close the room").click()
    ada._step(ada.page.get_by_role("dialog").get_by_role("button", name="Close the room").click)

    expect(bo.page.locator("#main").get_by_text("This room is closed")).to_be_visible()
    expect(bo.field("Your question")).to_be_hidden()
    expect(bo.page.locator("#main").get_by_text(QUESTION).first).to_be_visible()


@contextmanager
def listening(story: Story, name: str) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """A bare Socket.IO client with somebody's cookie in the room, and all that it hears."""
    person = story[name]
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in person.context.cookies())
    heard: list[tuple[str, dict[str, Any]]] = []
    joined, over = threading.Event(), threading.Event()

    async def listen() -> None:
        client = socketio.AsyncClient(reconnection=False)
        for kind in ("room", "fact"):
            client.on(kind, lambda message, kind=kind: heard.append((kind, message)))
        headers = {"Origin": story.house.address, "Cookie": cookie}
        await client.connect(story.house.address, headers=headers, transports=["websocket"])
        answer = await client.call("join", {"stage": story.places["stage"].rpartition("/")[2]}, timeout=30)
        heard.append(("joined", answer))
        joined.set()
        await asyncio.to_thread(over.wait)
        await client.disconnect()

    thread = threading.Thread(target=lambda: asyncio.run(listen()), daemon=True)
    thread.start()
    assert joined.wait(10)
    try:
        yield heard
    finally:
        over.set()
        thread.join(10)


def no_number_is_missing(heard: list[tuple[str, dict[str, Any]]]) -> None:
    """Each message of the room begins where the one before ended, so that a client knows when it missed something."""
    rooms = soon(lambda: [message for kind, message in heard if kind == "room"], "a message of the room")
    number = next(message for kind, message in heard if kind == "joined")["number"]
    for message in rooms:
        assert message.get("since", number) <= number, (number, message)
        number = message["number"]


def each_button_of_the_room_is_a_page(story: Story) -> None:
    """Without JavaScript: the host moves the room on, Cy asks, Tam votes, each by a form and a reload."""
    ada, cy, tam = story["Ada"], story["Cy"], story["Tam"]
    ada.open(story.places["control"]).press("Open the room")
    ada.press("Next pitch")
    cy.open(story.places["stage"]).sees(TEAM)
    cy.write("Your question", QUESTION).press("Ask").sees(QUESTION)
    tam.open(story.places["stage"])
    tam._step(tam.page.locator("[data-question]", has_text=QUESTION).locator("[data-vote]").click)

    votes = tam.look().page.locator("[data-question]", has_text=QUESTION).locator("button [data-slot=votes]")
    assert votes.inner_text() == "1"
    ada.open(story.places["control"]).press("End this pitch").sees("The stage is free")
    cy.open(story.places["stage"]).sees("The stage is free").sees("Pitched")
