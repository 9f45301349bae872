"""Chromium for the journeys and the pictures: found on this machine, or said how to get."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

NO_CHROMIUM = (
    "no Chromium: install one (Debian: apt-get install chromium-headless-shell), or let Playwright fetch its own: "
    ".venv/bin/playwright install chromium"
)
# The shell alone first: a whole Chromium draws its own windows too, which takes more than our pages do.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# How long a step may take, in milliseconds: what comes late on a busy machine has come all the same. One for all tests,
# because Playwright keeps it for the process.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
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


def find_chromium(kind: BrowserType) -> str:
    """The path of a Chromium: this machine's, else Playwright's own."""
    found = [path for name in NAMES if (path := shutil.which(name))]
    found += [path for path in [kind.executable_path] if Path(path).exists()]
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
def one_call_at_a_time() -> Iterator[None]:
    """Wait until no other test process shows pictures of cameras: eight of them and the calls of three other journeys
    came to a standstill on two cores."""
    with (Path(tempfile.gettempdir()) / "folkmoot-tests-with-cameras.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # ends with the file, and so with the process
        yield


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A headless Chromium that asks nobody but the pages it is sent to; with cameras it has the machine's only ones."""
    with one_call_at_a_time() if set(CALLING) & set(more) else nullcontext(), sync_playwright() as started:
        browser = started.chromium.launch(executable_path=find_chromium(started.chromium), args=[*FLAGS, *more])
        try:
            yield browser
        finally:
            browser.close()
