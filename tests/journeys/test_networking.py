"""Speed networking in real browsers with cameras that do not exist: eight people, three rounds, one no-show."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from events.core import clock
from events.core.database import transaction
from sessions.networking.setting_up import Settings, plan_networking
from tests.browser import CALLING, FLAGS, NoChromium, chromium, find_chromium
from tests.journeys.fair import RunningFair
from tests.journeys.house import soon
from tests.journeys.people import Somebody
from tests.makers import again, make_organisation, make_person
from tests.sessions.makers_meetings import make_participant

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

SMALL = "?w=160&h=120&fps=5"
PATIENCE = 120
NAMES = ("Bo Berg", "Cy Costa", "Gil Garnier", "Hana Horak", "Ivo Ilic", "Jo Jensen", "Kim Kask", "Lou Lang")
LATE = "Lou Lang"
MORE: list[Browser] = []
FRAMES = """() => [...document.querySelectorAll('[data-tile]:not(.is-me)')]
  .map((tile) => [tile.dataset.tile, tile.querySelector('video').getVideoPlaybackQuality().totalVideoFrames])"""
STATES = "() => [...document.querySelectorAll('[data-tile]')].map((tile) => [tile.dataset.state, tile.dataset.why])"
OWN = """() => { const [track] = document.querySelector('[data-tile=me] video').srcObject.getVideoTracks();
  return [track.id, track.readyState]; }"""
# How many milliseconds are left by what the page knows, asked of the very module that draws the clock.
LEFT = """async () => {
  const own = performance.getEntriesByType('resource').find((one) => /\\/countdown[^/]*\\.js/.test(one.name));
  const { serverNow, clockDoubt } = await import(own.name);
  const face = document.querySelector('[data-networking-state] time[data-countdown-from]');
  const ends = Date.parse(face.dataset.countdownFrom) + Number(face.dataset.countdownSeconds) * 1000;
  return JSON.stringify({ left: ends - serverNow(), at: Date.now(), doubt: clockDoubt() });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with chromium(*CALLING) as found:
            yield found
            for one in MORE:
                one.close()
    except NoChromium as lack:
        pytest.skip(str(lack))


def planned(fair: RunningFair) -> str:
    """The address of a speed networking that could begin in some minutes; eight people may take part."""
    with transaction() as db:
        for name in NAMES[2:]:
            house = make_organisation(db, f"{name.split()[1]} and daughters", country="CZ")
            make_participant(db, make_person(db, name), fair.fair, organisation=house)
        ada = again(db, fair.fair.ada)
        wish = Settings("Meet and greet", clock.now() + timedelta(minutes=20), round_seconds=900, pause_seconds=8)
        public = plan_networking(db, ada, fair.fair.event, wish=wish).public_id
    return f"/e/food-match/networking/{public}"


def enter(fair: RunningFair, name: str) -> Somebody:
    """Come in with one of four Chromiums: a camera that does not exist stalls when more than five look through it."""
    first = fair.people[0].context.browser
    assert first is not None
    at = NAMES.index(name) // 2
    while len(MORE) < at:
        kind = first.browser_type
        MORE.append(kind.launch(executable_path=find_chromium(kind), args=[*FLAGS, *CALLING]))
    before, fair.browser = fair.browser, [first, *MORE][at]
    try:
        somebody = fair.enter(name)
    finally:
        fair.browser = before
    somebody.context.set_default_timeout(PATIENCE * 1000)
    return somebody


def go_in(somebody: Somebody, address: str) -> None:
    somebody.open(address + SMALL)
    somebody.page.get_by_role("button", name="Go in", exact=True).click()
    expect(somebody.page.locator("#call")).to_have_attribute("data-phase", "in")


def in_round(page: Page, number: int) -> None:
    expect(page.locator(f"[data-networking-state=round][data-number='{number}']")).to_be_visible(
        timeout=PATIENCE * 1000
    )


def partners(page: Page) -> set[str]:
    return set(page.locator("[data-partner] .row-title").all_inner_texts())


def groups(people: list[Somebody], number: int) -> set[frozenset[str]]:
    """Who talks with whom, as everybody's own page says; all agree."""
    found: dict[str, set[str]] = {}
    for one in people:
        in_round(one.page, number)
    for one in people:
        found[one.name] = partners(one.page) | {one.name}
    for name, group in found.items():
        assert all(found.get(other, group) == group for other in group), (name, found)
    return {frozenset(group) for group in found.values() if len(group) > 1}


def sees_frames(page: Page, others: int = 1) -> None:
    """Wait until pictures of at least so many others move."""
    before = dict(page.evaluate(FRAMES))

    def moving() -> bool:
        now = dict(page.evaluate(FRAMES))
        return sum(count > before.get(tile, 0) for tile, count in now.items()) >= others

    try:
        soon(moving, f"moving pictures of {others}", PATIENCE)
    except AssertionError as error:
        told = page.locator("[data-networking]").inner_text()
        raise AssertionError(f"{error}: {before} {page.evaluate(FRAMES)} {page.evaluate(STATES)} {told}") from error


def test_eight_people_over_three_rounds_with_a_no_show(fair: RunningFair) -> None:
    try:
        the_evening(fair)
    finally:
        for one in fair.people:
            # Chromium complains of lines that go; a loaded machine loses some, and pages come back by themselves.
            one.faults.found[:] = [fault for fault in one.faults.found if "WebSocket" not in fault]


def the_evening(fair: RunningFair) -> None:
    address = planned(fair)
    ada = fair.enter("Ada Adler")
    people = [enter(fair, name) for name in NAMES if name != LATE]
    lou = enter(fair, LATE)

    lou.open(address)
    lou.page.get_by_role("button", name="I am here").click()
    expect(lou.page.locator("[data-networking]")).to_contain_text("You are on the list.")
    lou.open("/")
    for one in people:
        go_in(one, address)
    tracks = {one.name: one.page.evaluate(OWN) for one in people}
    ada.open(f"{address}/control")
    expect(ada.page.locator("[data-person]")).to_have_count(8)
    ada.press("Start now")

    first = the_first_round_has_one_who_does_not_come(people)
    the_countdown_is_the_same_in_every_window(fair, people[0], address)
    ada.page.get_by_role("button", name="To the next round").click()
    second = groups(people, 2)
    assert {one.name: one.page.evaluate(OWN) for one in people[1:]} == {
        one.name: tracks[one.name] for one in people[1:]
    }
    for one in people:
        sees_frames(one.page)
    staying_in_touch_takes_both(fair, people, second)
    go_in(lou, address)
    ada.page.get_by_role("button", name="To the next round").click()
    everybody = [*people, lou]
    third = groups(everybody, 3)
    assert (len(third), {len(one) for one in third}) == (4, {2})
    had = [pair for group in (*first, *second) for pair in pairs_in(group)]
    assert not {pair for group in third for pair in pairs_in(group)} & set(had)
    for one in everybody:
        sees_frames(one.page)
    whoever_is_taken_out_is_out_at_once(ada, people[2])
    ada.page.get_by_text("End it").first.click()
    ada.page.get_by_role("button", name="End it").last.click()
    for one in everybody:
        if one is not people[2]:
            expect(one.page.locator("#call")).to_have_attribute("data-phase", "out")
    ada.open(f"{address}/control")
    expect(ada.main).to_contain_text("No-shows")


def pairs_in(group: frozenset[str]) -> list[frozenset[str]]:
    names = sorted(group)
    return [frozenset({one, other}) for at, one in enumerate(names) for other in names[at + 1 :]]


def the_first_round_has_one_who_does_not_come(people: list[Somebody]) -> set[frozenset[str]]:
    """The one who waits for them becomes the third of a pair within the round."""
    for one in people:
        in_round(one.page, 1)

    def settled() -> set[frozenset[str]] | None:
        found = {frozenset(partners(one.page) | {one.name}) for one in people}
        return found if sorted(map(len, found)) == [2, 2, 3] and not any(LATE in group for group in found) else None

    mended = soon(settled, "the third of a pair", PATIENCE)
    for one in people:
        sees_frames(one.page, len(partners(one.page)))
    return mended


def the_countdown_is_the_same_in_every_window(fair: RunningFair, bo: Somebody, address: str) -> None:
    """A window opened late, one loaded anew in mid-call, and one that was there all the time."""
    bo.page.reload()
    expect(bo.page.locator("#call")).to_have_attribute("data-phase", "in")
    second = bo.context.new_page()
    second.goto(address)
    late = fair.enter("Dee Dumont")
    late.open(address)
    off = [error_of(page, fair) for page in (bo.page, second, late.page)]
    second.close()
    # As far apart as the three doubt their clocks, and no further: a busy machine answers late and is doubted more.
    for ahead, doubt in off:
        assert all(abs(ahead - other) < 0.1 + doubt + others for other, others in off), off


def error_of(page: Page, fair: RunningFair) -> tuple[float, float]:
    """By how many seconds a window's countdown differs from the product's own clock, and how many it doubts."""

    def sure() -> dict[str, float] | None:
        found: dict[str, float] = json.loads(page.evaluate(LEFT))
        return found if found["doubt"] < 1000 else None

    found = soon(sure, "a clock that was asked for", PATIENCE)
    # The browser's clock is the machine's own: what the product's says at that moment follows from it.
    ahead = fair.house.clock.now.timestamp() - time.time()
    return found["left"] / 1000 + (found["at"] / 1000 + ahead), found["doubt"] / 1000


def staying_in_touch_takes_both(fair: RunningFair, people: list[Somebody], second: set[frozenset[str]]) -> None:
    """Two press and have each other's address; where one presses alone, the other sees nothing of it."""
    by_name = {one.name: one for one in people}
    one_sided, both = sorted((sorted(group) for group in second if len(group) == 2), key=str)[:2]
    for name in [*both, one_sided[0]]:
        other = next(each for each in (both if name in both else one_sided) if each != name)
        contact = by_name[name].page.locator("[data-contact]", has_text=other)
        contact.get_by_role("button", name="Stay in touch").click()
        expect(contact).to_contain_text("stay in touch")
    for name in both:
        expect(by_name[name].page.locator("[data-networking]")).to_contain_text("You stay in touch")
        assert fair.letters(name, "stay in touch")
    told = by_name[one_sided[1]].page.locator("[data-contact]", has_text=one_sided[0])
    expect(told.get_by_role("button", name="Stay in touch")).to_be_visible()


def whoever_is_taken_out_is_out_at_once(ada: Somebody, gone: Somebody) -> None:
    row = ada.page.locator("[data-person]", has=ada.page.locator("th", has_text=gone.name))
    row.locator("summary").click()
    row.get_by_role("button", name="Take out").last.click()
    expect(gone.page.locator("#call")).to_have_attribute("data-phase", "out")
    expect(gone.page.locator("[data-cause]")).to_have_text("You were put out of this room.")
