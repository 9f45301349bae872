"""Chromium for a module; an empty house for a journey."""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from events.core import clock
from events.core.database import forget_engines
from events.core.settings import settings, use_settings
from frontend.demo import load_demo_once
from tests.browser import NoChromium, chromium
from tests.conftest import _empty, worker
from tests.journeys.fair import RunningFair, running_fair
from tests.journeys.house import SECRET, House, open_house
from tests.journeys.people import Somebody
from tests.journeys.samples import Samples, take_samples

# A Monday in spring, seven weeks after which the clocks of Europe and of America agree about summer time.
START = datetime(2026, 4, 13, 8, 0, tzinfo=UTC)
Enter = Callable[..., Somebody]
IDS = "ids.json"  # of the demo, by the name of the path parameter


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of a module."""
    try:
        with chromium() as found:
            yield found
    except NoChromium as lack:
        pytest.skip(str(lack))


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The product on an empty database of its own."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "folkmoot.db")
        url = f"sqlite:///{tmp_path}/folkmoot.db"
    else:
        url = request.getfixturevalue("postgres_url")
    with open_house(url, tmp_path / "files", START) as found:
        yield found
    if request.param == "sqlite":
        forget_engines()
    else:
        _empty(url)


@pytest.fixture
def enter(browser: Browser, house: House) -> Iterator[Enter]:
    """Let somebody come in with a browser of their own; all leave at the end."""
    here: list[Somebody] = []

    def come_in(name: str, **options: object) -> Somebody:
        here.append(Somebody(browser, house, name, **options))  # type: ignore[arg-type]
        return here[-1]

    yield come_in
    for one in here:
        one.close()


@pytest.fixture
def fair(browser: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[RunningFair]:
    """A small matchmaking event, whose people can come in signed in."""
    with running_fair(browser, sqlite_template, tmp_path, START) as running:
        yield running


@pytest.fixture(scope="session")
def demo_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo network, what is over in it open again, and with an id of everything; to be copied.

    Made once for all test processes: it is most of a minute of work.
    """
    everybodys = tmp_path_factory.getbasetemp()
    if worker() != "alone":
        everybodys = everybodys.parent
    folder = everybodys / "demo"
    with (everybodys / "demo.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (folder / IDS).exists():  # written last
            shutil.rmtree(folder, ignore_errors=True)
            _make_demo(sqlite_template, folder)
    return folder


def _make_demo(empty: Path, folder: Path) -> None:
    folder.mkdir()
    shutil.copy(empty, folder / "folkmoot.db")
    before = settings()
    use_settings(database_url=f"sqlite:///{folder}/folkmoot.db", secret=SECRET, files=folder / "files", demo=True)
    with clock.frozen_at(START):
        load_demo_once()
        found = take_samples()
    forget_engines()  # and with the last connection everything stands in one file
    use_settings(**dict(before))
    (folder / IDS).write_text(json.dumps(found.ids), encoding="utf-8")


@pytest.fixture(scope="module")
def demo(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Samples]]:
    """The demo network, with what is over in it open again, and an id of everything."""
    folder = tmp_path_factory.mktemp("demo") / "house"
    shutil.copytree(demo_template, folder)
    found = Samples(json.loads((folder / IDS).read_text(encoding="utf-8")))
    with open_house(f"sqlite:///{folder}/folkmoot.db", folder / "files", START, demo=True) as house:
        yield house, found
    forget_engines()
