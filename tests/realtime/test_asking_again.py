# ruff: noqa: F811 - `room` is a fixture of another file
"""A page whose line comes back while the server fails for a moment: it looks by itself, and asks to be let in again."""

import pytest
from playwright.sync_api import Page, expect

from events.core.database import transaction
from realtime.server import current
from sessions.moderated import person_on_stage
from sessions.moderation import remove_from_room
from sessions.running import start_pitch
from sessions.stages import get_stage
from tests.makers import person_of
from tests.realtime.test_in_browser import Room, browser, cut_all_lines, room  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


def fail_to_let_in(monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """So many wishes to come into a room go wrong; which did."""
    server = current()
    assert server is not None
    real, failed = server._stage, list[str]()

    async def stage(public_id: str):
        if len(failed) < times:
            failed.append(public_id)
            raise RuntimeError("the server has just started")
        return await real(public_id)

    monkeypatch.setattr(server, "_stage", stage)
    return failed


def come_back(page: Page) -> None:
    page.context.set_offline(False)


def go_away(page: Page) -> None:
    page.context.set_offline(True)
    cut_all_lines()
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "away")


def test_who_was_not_let_in_again_looks_at_once_and_is_let_in_later(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = room.enter("bo")
    go_away(page)
    failed = fail_to_let_in(monkeypatch, 2)
    room.do(start_pitch)
    come_back(page)

    expect(page.locator("[data-fill=stage-team]")).to_have_text("Lantern")
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "on")
    room.ask("Do you hear me now?")
    expect(page.locator("[data-questions]")).to_contain_text("Do you hear me now?")
    assert len(failed) == 2


def test_who_may_not_be_there_any_more_is_told_and_asks_no_more(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    page = room.enter("bo")
    go_away(page)
    failed = fail_to_let_in(monkeypatch, 1000)
    with transaction() as db:
        stage = get_stage(db, room.show.hal, room.show.stage.public_id)
        public = person_of(db, room.show.bo).public_id
        remove_from_room(db, room.show.hal, person_on_stage(db, room.show.hal, stage, room.show.event, public))
    come_back(page)

    expect(page.locator("#toasts")).to_contain_text("You are not in this room any more.")
    assert len(failed) == 1
