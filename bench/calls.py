"""From joining a call to the first picture of the other side, in Chromium with cameras that do not exist.

    python -m bench.calls [--calls 20] [--way mesh|janus]

One browser, two people with contexts of their own, one meeting; the one who comes second leaves and comes anew for each
call. The reference of the same run is what the browser alone takes to bring two connections of one page together.
"""

import argparse
import logging
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

import structlog
from playwright.sync_api import Page
from sqlmodel import SQLModel

from events.core.database import engines, forget_engines, transaction
from events.core.settings import settings, use_settings
from sessions.video import Way, set_video_rules
from tests.browser import CALLING, chromium
from tests.journeys.conftest import START
from tests.journeys.fair import running_fair
from tests.journeys.house import SECRET
from tests.journeys.test_calls import SMALL, room_of
from tests.realtime.janus_house import real_janus

ALONE = """async () => {
  const video = { width: 160, height: 120, frameRate: 5 };
  const media = await navigator.mediaDevices.getUserMedia({ video, audio: true });
  const began = performance.now();
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  a.onicecandidate = ({ candidate }) => candidate && b.addIceCandidate(candidate);
  b.onicecandidate = ({ candidate }) => candidate && a.addIceCandidate(candidate);
  const shown = new Promise((done) => {
    b.ontrack = ({ track, streams: [stream] }) => {
      if (track.kind !== 'video') return;
      const video = document.createElement('video');
      video.muted = true;
      video.srcObject = stream;
      video.requestVideoFrameCallback(() => done(performance.now() - began));
      video.play();
    };
  });
  for (const track of media.getTracks()) a.addTrack(track, media);
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription);
  const took = await shown;
  for (const pc of [a, b]) pc.close();
  for (const track of media.getTracks()) track.stop();
  return took;
}"""
FIRST = """() => new Promise((done) => {
  const look = () => {
    const video = document.querySelector('[data-tile]:not(.is-me) video');
    if (!video) return setTimeout(look, 5);
    const shown = () => done(performance.now() - performance.getEntriesByName('call:join').at(-1).startTime);
    if (video.getVideoPlaybackQuality().totalVideoFrames > 0) return shown();
    video.requestVideoFrameCallback(shown);
  };
  look();
})"""


def p95(found: list[float]) -> float:
    """The value that nineteen of twenty stay below."""
    return sorted(found)[max(0, -(-len(found) * 95 // 100) - 1)]


def said(name: str, found: list[float]) -> str:
    """A line of figures."""
    return f"{name:34} p50 {statistics.median(found):6.0f} ms   p95 {p95(found):6.0f} ms   most {max(found):6.0f} ms"


def one_call(page: Page) -> float:
    """Go in, wait for the other's first picture, and leave."""
    page.get_by_role("button", name="Go in", exact=True).click()
    took: float = page.evaluate(FIRST)
    page.locator("[data-leave-call]").click()
    page.get_by_role("button", name="Go in", exact=True).wait_for()
    return took


def measure(calls: int, way: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        template = folder / "template.db"
        use_settings(database_url=f"sqlite:///{template}", secret=SECRET)
        SQLModel.metadata.create_all(engines().write)
        forget_engines()
        browser = stack.enter_context(chromium(*CALLING))
        fair = stack.enter_context(running_fair(browser, template, folder, START))
        if way == "janus":
            (folder / "janus").mkdir()
            url, _process = stack.enter_context(real_janus(folder / "janus", tokens=False))
            use_settings(**settings().model_dump(exclude={"janus_url"}), janus_url=url)
            with transaction() as db:
                set_video_rules(db, fair.fair.ada, fair.fair.event, way=Way.JANUS, relay_only=False)
        room = room_of(fair)
        seated, comer = fair.enter("Bo Berg"), fair.enter("Cy Costa")
        for one in (seated, comer):
            one.context.set_default_timeout(60_000)
            one.open(room + SMALL)
        seated.page.get_by_role("button", name="Go in", exact=True).click()
        comer.page.get_by_role("button", name="Check camera and microphone").click()
        comer.page.wait_for_timeout(1000)
        alone = [comer.page.evaluate(ALONE) for _ in range(calls)]
        found = []
        for _ in range(calls):
            found.append(one_call(comer.page))
            comer.page.wait_for_timeout(6500)  # as often as somebody may join
        print(said("the browser alone", alone))
        print(said(f"join to first picture, {way}", found))
        print(f"ratio of the medians {statistics.median(found) / statistics.median(alone):.2f}")


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--calls", type=int, default=20)
    asked.add_argument("--way", choices=["mesh", "janus"], default="mesh")
    given = asked.parse_args()
    measure(given.calls, given.way)
