# ruff: noqa: F811 - `room` is a fixture of another file
"""A pitch night in six browsers: the host, the jury, two teams, somebody who watches, and the big screen."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from events.core import clock
from events.core.database import reading, transaction
from events.phases import PhaseKind
from events.registration import appoint
from events.roles import Role
from events.rounds.assigning import assign_judges
from events.rounds.running import open_round
from events.rounds.setting_up import add_round
from events.signin import open_sign_in
from events.submissions import Submission, SubmissionVersion
from sessions.live_scoring import join_scoring
from sessions.moderation import make_pass
from sessions.stages import get_stage
from sessions.wishes import PitchWish
from tests.browser import PATIENCE
from tests.events.makers_rounds import plan
from tests.makers import again, make_person, make_registration, open_phase, person_of
from tests.realtime.test_in_browser import Room, browser, room  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

# Where the countdown of a page ends, in milliseconds by this machine's clock, which all six share.
ENDS = """async () => {
  const loaded = performance.getEntriesByType('resource').map((one) => one.name);
  const url = loaded.find((one) => one.includes('js/countdown'));
  const { serverNow } = await import(url);
  const place = document.getElementById('clock').dataset;
  return Date.parse(place.countdownFrom) + Number(place.countdownSeconds) * 1000 - serverNow() + Date.now();
}"""


# A page has asked for the time until it was sure; on a busy machine that takes a few tries.
SURE = """async () => {
  const loaded = performance.getEntriesByType('resource').map((one) => one.name);
  const { clockDoubt } = await import(loaded.find((one) => one.includes('js/countdown')));
  return clockDoubt() <= 150;
}"""


def invite(room: Room) -> None:
    """Dee judges in a round that is joined to the stage; Mia is in the second team; the hall has a link."""
    show = room.show
    with transaction() as db:
        dee, mia = (make_person(db, name, email=f"{name[:3]}@live.example") for name in ("Dee Dumont", "Mia Moll"))
        make_registration(db, mia, show.event)
        for one in db.exec(select(Submission)):
            said = {"title": one.title, "summary": "What the team built."}
            db.add(
                SubmissionVersion(submission_id=one.id or 0, number=1, content=said, sha256="0", kept_at=clock.now())
            )
        event = open_phase(db, again(db, show.ada), show.event, PhaseKind.JUDGING)
        appoint(db, again(db, show.ada), event, person_id=dee.person or 0, role=Role.JUDGE)
        made = add_round(db, again(db, show.ada), event, plan=plan(judges_each=1))
        assign_judges(db, again(db, show.ada), made)
        open_round(db, again(db, show.ada), made)
        stage = get_stage(db, show.hal, show.stage.public_id)
        join_scoring(db, show.hal, stage, round_public=made.round.public_id, minutes_after=0)
        make_pass(db, show.hal, stage)
        for name, actor in (("dee", dee), ("mia", mia)):
            room.cookies[name] = open_sign_in(db, person_of(db, actor), way="test")


def same_clock(pages: dict[str, Page]) -> None:
    """All of them count down to the same moment, to within 0.3 s."""
    for page in pages.values():
        page.wait_for_function(SURE, timeout=PATIENCE)
    ends = {name: page.evaluate(ENDS) for name, page in pages.items()}
    assert max(ends.values()) - min(ends.values()) <= 300, ends


def test_a_pitch_night(room: Room) -> None:
    invite(room)
    host = room.enter("hal", "/control")
    jury, first, second, watcher = (room.enter(name) for name in ("dee", "tam", "mia", "bo"))
    beamer = room.enter("hal", "/beamer")
    pages = {"host": host, "jury": jury, "first": first, "second": second, "watcher": watcher, "beamer": beamer}
    for page in pages.values():
        page.set_default_timeout(90_000)
        page.evaluate("window.stayed = true")
    expect(beamer.locator(".beamer-code svg")).to_be_visible()

    host.get_by_role("button", name="Next pitch").click()
    for page in pages.values():
        expect(page.locator("[data-fill=stage-team]").first).to_have_text("Lantern")
    same_clock(pages)
    the_clock_stands_and_goes_on(room, host, pages)
    the_jury_scores(jury)
    the_audience_takes_part(host, watcher, first, beamer)
    a_poll_is_held(host, watcher, second)

    stayed = {name: page.evaluate("window.stayed") for name, page in pages.items()}
    assert set(stayed.values()) == {True}
    with reading() as db:
        assert len(db.exec(select(PitchWish)).all()) == 1


def the_clock_stands_and_goes_on(room: Room, host: Page, pages: dict[str, Page]) -> None:
    """A pause holds it everywhere; a late joiner, a reload and a second tab show the same."""
    host.get_by_role("button", name="Pause the clock").click()
    expect(pages["watcher"].get_by_text("The clock stands still").first).to_be_visible()
    stood = [pages[name].locator("#clock").inner_text() for name in ("watcher", "beamer")]
    pages["watcher"].wait_for_timeout(1500)
    assert [pages[name].locator("#clock").inner_text() for name in ("watcher", "beamer")] == stood
    host.get_by_role("button", name="Let the clock go on").click()
    expect(pages["watcher"].get_by_text("The clock stands still").first).to_be_hidden()
    host.get_by_role("button", name="One minute more").click()
    expect(pages["watcher"].locator("#clock")).to_have_attribute("data-countdown-seconds", "240")

    late = room.enter("tam", "/speaker")
    second_tab = room.enter("bo")
    pages["jury"].reload()
    pages["jury"].evaluate("window.stayed = true")
    expect(pages["jury"].locator("[data-connection]")).to_have_attribute("data-state", "on")
    expect(late.locator("#clock")).to_have_text(re.compile(r"3:\d\d"))
    same_clock(pages | {"late": late, "second tab": second_tab})
    for page in (late, second_tab):
        page.context.close()


def the_jury_scores(jury: Page) -> None:
    """The form of the team on stage is at hand, that of the next is not yet."""
    expect(jury.get_by_role("link", name="Score this pitch")).to_have_count(1)
    with jury.context.expect_page() as opened:
        jury.get_by_role("link", name="Score this pitch").click()
    form = opened.value
    expect(form.locator("h1")).to_contain_text("Lantern")
    for one in form.locator(".scale").all():
        one.locator("label").last.click()
    form.get_by_role("button", name=re.compile("Save")).first.click()
    form.wait_for_load_state()
    form.close()


def the_audience_takes_part(host: Page, watcher: Page, team: Page, beamer: Page) -> None:
    """Chat, a reaction, a raised hand, a wish to meet the team."""
    watcher.get_by_role("tab", name="Chat").click()
    watcher.get_by_label("Your message").fill("Well pitched!")
    watcher.get_by_role("button", name="Send").click()
    team.get_by_role("tab", name="Chat").click()
    expect(team.locator("[data-chat]")).to_contain_text("Well pitched!")
    assert watcher.get_by_label("Your message").input_value() == ""

    watcher.get_by_role("button", name="Applause").click()
    expect(beamer.locator("[data-reaction=applause] [data-slot=times]")).to_have_text("1")

    watcher.get_by_role("button", name="Raise your hand").click()
    host.get_by_role("button", name="Give the floor").click()
    expect(beamer.locator("[data-speaking]")).to_contain_text("Bo Berg")
    watcher.get_by_role("button", name="Take your hand down").click()
    expect(beamer.locator("[data-speaking]")).to_be_hidden()

    watcher.get_by_role("button", name="I want to meet this team").click()
    expect(watcher.get_by_role("button", name="I want to meet this team")).to_have_attribute("aria-pressed", "true")


def a_poll_is_held(host: Page, watcher: Page, team: Page) -> None:
    """Drafted and opened by the host, answered by two, shown when it is closed."""
    moderation = host.context.new_page()
    moderation.goto(host.url.replace("/control", "/moderation"))
    moderation.get_by_label("Question", exact=True).fill("Would you buy it?")
    moderation.get_by_label("Choices").fill("Yes\nNo")
    moderation.get_by_label("Open it at once").check()
    moderation.get_by_role("button", name="Save the poll").click()
    for page in (watcher, team):
        page.get_by_role("tab", name="Polls").click()
        page.get_by_role("button", name="Yes", exact=True).click()
        expect(page.get_by_role("button", name="Yes", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(watcher.locator("[data-poll] [data-slot=voted]")).to_have_text("2")
    expect(watcher.locator("[data-poll] [data-votes]").first).to_be_hidden()
    expect(host.locator("[data-poll] [data-votes] [data-slot=votes]").first).to_have_text("2")
    host.get_by_role("button", name=re.compile("Close the poll")).click()
    expect(watcher.locator("[data-poll] [data-votes] [data-slot=votes]").first).to_have_text("2")
    moderation.close()
