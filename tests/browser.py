"""Chromium for the journeys and the pictures: found on this machine, or said how to get."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NO_CHROMIUM = (
    "no Chromium: install one (Debian: apt-get install chromium), or let Playwright fetch its own: "
    ".venv/bin/playwright install chromium"
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class NoChromium(Exception):
    """There is no browser here; the message says how to get one."""


def find_chromium(started: Playwright) -> str:
    """The path of a Chromium: this machine's, else Playwright's own."""
    found = [path for name in NAMES if (path := shutil.which(name))]
    found += [path for path in [started.chromium.executable_path] if Path(path).exists()]
    if not found:
        raise NoChromium(NO_CHROMIUM)
    return found[0]


# With a camera and a microphone that do not exist, on a machine that may have no network but loopback.
CALLING = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--mute-audio",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints,Translate",
]


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A headless Chromium that asks nobody but the pages it is sent to."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=find_chromium(started), args=[*FLAGS, *more])
        try:
            yield browser
        finally:
            browser.close()
