"""Pictures of the main pages, on a phone and on a desk, light and dark; and the one that the README shows.

    python -m bench.pictures DIRECTORY [--readme] [--only home,stage]

Serves the demo from a temporary database, so that its dates are today's. `--readme` also writes docs/pictures/home.png.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser import chromium

ROOT = Path(__file__).parents[1]
HACKATHON, MATCHMAKING = "/e/green-shift-hackathon", "/e/green-shift-matchmaking"
SIZES = {360: 740, 1280: 800}
LARGEST_FOR_README = 150_000


@dataclass(frozen=True)
class Shot:
    """A page: its name, who looks at it, where to begin, and the links to follow from there."""

    name: str
    person: str
    address: str
    steps: tuple[str, ...] = ()


MAIN_PAGES = (
    Shot("landing", "", "/"),
    Shot("home", "Bo Berg", "/"),
    Shot("event", "", HACKATHON),
    Shot("challenge", "Tam Tamm", f"{HACKATHON}/challenges", ("main a[href*='/challenges/c']",)),
    Shot("team", "Tam Tamm", f"{HACKATHON}/teams", ("main .page-head a[href*='/teams/']",)),
    Shot("submission", "Bo Berg", f"{HACKATHON}/submissions", ("main a[href*='/submissions/']",)),
    Shot("stage", "Bo Berg", f"{HACKATHON}/stages", ("main a[href*='/stages/']",)),
    Shot("participants", "Bo Berg", f"{MATCHMAKING}/participants"),
    Shot("meetings", "Bo Berg", f"{MATCHMAKING}/meetings"),
    Shot("meeting", "Bo Berg", f"{MATCHMAKING}/meetings", ("main a[href^='/meetings/']",)),
)
FURTHER_PAGES = (
    Shot("beamer", "Bo Berg", f"{HACKATHON}/stages", ("main a[href*='/stages/']", "a[href$='/beamer']")),
    Shot("control", "Ola Olsson", f"{HACKATHON}/stages", ("main a[href$='/control']",)),
    Shot("ask", "Bo Berg", f"{MATCHMAKING}/participants", ("main a[href*='/participants/']", "main a[href$='/ask']")),
    Shot("availability", "Bo Berg", f"{MATCHMAKING}/availability"),
    Shot("marketplace", "Bo Berg", "/marketplace"),
    Shot("item", "Bo Berg", "/marketplace", ("main .card a",)),
    Shot("set-up", "Eve Ek", "/e/robots-in-small-halls/set-up"),
    Shot("phases", "Eve Ek", "/e/robots-in-small-halls/set-up/phases"),
    Shot("meeting-rules", "Ada Adler", f"{MATCHMAKING}/meeting-rules"),
    Shot("blocks", "Ada Adler", f"{MATCHMAKING}/set-up/blocks"),
    Shot("block", "Ada Adler", f"{MATCHMAKING}/set-up/blocks", ("main td.actions a[href*='/blocks/']",)),
    Shot("table", "Ada Adler", f"{MATCHMAKING}/set-up/blocks", ("main td.actions a[href*='/tables/']",)),
    Shot("board", "Ada Adler", f"{MATCHMAKING}/board"),
    Shot("board-by-tables", "Ada Adler", f"{MATCHMAKING}/board?by=tables"),
    Shot("all-meetings", "Ada Adler", f"{MATCHMAKING}/meetings/all"),
    Shot("schedule", "Ada Adler", f"{MATCHMAKING}/schedule"),
    Shot("agenda", "Bo Berg", f"{MATCHMAKING}/agenda/mine"),
    Shot("desk", "Ola Olsson", f"{MATCHMAKING}/desk"),
    Shot("account", "Bo Berg", "/account"),
    Shot("sign-in", "", "/sign-in"),
    Shot("mail", "", "/dev/mail"),
    Shot("styleguide", "", "/styleguide"),
)


@contextmanager
def demo() -> Iterator[str]:
    """The demo on a free port of loopback; its address."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        address = f"http://127.0.0.1:{port}"
        settings = {
            "PORT": str(port), "FOLKMOOT_DEMO": "1", "FOLKMOOT_SECRET": "for pictures only, and long enough to be one",
            "FOLKMOOT_PUBLIC_URL": address, "FOLKMOOT_DATABASE_URL": f"sqlite:///{folder}/folkmoot.db",
            "FOLKMOOT_FILES": f"{folder}/files", "FOLKMOOT_LOG_LEVEL": "warning",
        }  # fmt: skip
        command = [sys.executable, "-m", "bench.pictures", "--serve"]
        served = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings)
        try:
            wait_for(address, served)
            yield address
        finally:
            served.terminate()
            served.wait(30)


def serve() -> None:
    """What the process that serves does."""
    from frontend.cli import cli

    cli(["migrate"], standalone_mode=False)
    cli(["serve"], standalone_mode=False)


def wait_for(address: str, served: "subprocess.Popen[bytes]") -> None:
    """Return once the demo answers."""
    for _try in range(600):
        if served.poll() is not None:
            raise SystemExit("The demo could not be served.")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("The demo did not answer within two minutes.")


def become(page: Page, address: str, person: str) -> None:
    """Be somebody of the cast, by the switcher; in English, whatever they speak."""
    page.goto(address)
    options = page.locator("#demo-person option").all_inner_texts()
    page.locator("#demo-person").select_option(index=[one.startswith(person) for one in options].index(True))
    with page.expect_navigation():
        page.locator(".demo button").click()


def find(page: Page, address: str, shot: Shot) -> str:
    """The address of a page, found by following its links."""
    page.goto(address + shot.address)
    for step in shot.steps:
        found = page.locator(step).first.get_attribute("href")
        assert found, f"{shot.name}: nothing at {step} on {page.url}"
        page.goto(address + found)
    return page.url


def take(browser: Browser, address: str, shots: tuple[Shot, ...], folder: Path) -> None:
    """Each page in four looks, whole, without the demo's own bar."""
    for shot in shots:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale="en-GB")
        page = context.new_page()
        if shot.person:
            become(page, address, shot.person)
        where = find(page, address, shot)
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.goto(where)
                settle(page)
                page.screenshot(path=folder / f"{shot.name}-{width}-{scheme}.png", full_page=True)
        context.close()
        print(f"{shot.name}: {where.removeprefix(address)}")


def settle(page: Page) -> None:
    """Wait for what comes after the page, and leave out the bar that only the demo has."""
    page.wait_for_timeout(500)
    page.evaluate("document.querySelector('.demo')?.remove()")


def picture_for_readme(browser: Browser, address: str) -> None:
    """A participant's home, small enough to be kept in the repository."""
    from PIL import Image

    context = browser.new_context(
        viewport={"width": 1200, "height": 800}, color_scheme="light", reduced_motion="reduce", locale="en-GB"
    )
    page = context.new_page()
    become(page, address, "Bo Berg")
    settle(page)
    path = ROOT / "docs/pictures/home.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    shown = Image.open(BytesIO(page.screenshot()))
    shown.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)
    context.close()
    size = path.stat().st_size
    assert size < LARGEST_FOR_README, f"{size} bytes are too many for a README"
    print(f"{path.relative_to(ROOT)}: {size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures of the main pages.")
    parser.add_argument("folder", type=Path, nargs="?", help="where the pictures go, outside the repository")
    parser.add_argument("--readme", action="store_true", help="also write docs/pictures/home.png")
    parser.add_argument("--all", action="store_true", help="more than the ten main pages")
    parser.add_argument("--only", default="", help="names of pages, separated by commas")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve()
        return
    if asked.folder is None and not asked.readme:
        parser.error("Say where the pictures go.")
    names = set(asked.only.split(",")) - {""}
    shots = tuple(
        one for one in MAIN_PAGES + FURTHER_PAGES if (one.name in names if names else asked.all or one in MAIN_PAGES)
    )
    with demo() as address, chromium() as browser:
        if asked.folder is not None:
            asked.folder.mkdir(parents=True, exist_ok=True)
            take(browser, address, shots, asked.folder)
        if asked.readme:
            picture_for_readme(browser, address)


if __name__ == "__main__":
    main()
