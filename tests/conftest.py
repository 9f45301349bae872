"""The ground of all tests: a real database of either kind, a frozen clock, sealed listeners, one cast."""

import gc
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

import frontend.registry  # noqa: F401 - imports every slice and listener, then seals
from events.core import clock
from events.core.access import Actor
from events.core.database import Database, engines, forget_engines
from events.core.settings import use_settings
from tests.makers import NOW, make_person

SECRET = "a secret for tests that is long enough to be taken"
DEFAULT_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
NO_POSTGRES = "no PostgreSQL: start one on 127.0.0.1:5432 with trust auth, or set FOLKMOOT_TEST_DATABASE_URL"

# How long an example takes says more of the machine than of us.
settings.register_profile("folkmoot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("folkmoot")

LONG = (
    "tests/prove/test_booking",
    "tests/journeys/test_networking",  # those with cameras stand apart: they wait for one another
    "tests/journeys/test_a",
    "tests/journeys/test_b",
    "tests/journeys/test_handshake",
    "tests/realtime/test_in_browser",
    "tests/sessions/test_booking_m",
    "tests/journeys/test_review_calls",
    "tests/journeys/",
    "tests/permissions/test_routes",
    "tests/journeys/test_call_",
    "tests/prove/",
    "tests/journeys/test_calls",
    "tests/realtime/",
)


@event.listens_for(Engine, "connect")
def _backwards(connection: Any, _record: object) -> None:
    """What nobody has put in order comes in the other one, as it may on PostgreSQL after any change of a row."""
    if "sqlite" in type(connection).__module__:
        connection.execute("PRAGMA reverse_unordered_selects = ON")


def _turn(item: pytest.Item) -> int:
    """What takes longest begins first, so that no process is left alone with it at the end."""
    found = [start for start in LONG if item.nodeid.startswith(start)]
    return LONG.index(max(found, key=len)) if found else len(LONG)


# Of the tests of these folders, every so manieth runs on PostgreSQL too, and axe looks at every eighth page;
# `make test ALL=1` and `make prove` run all.
ON_POSTGRES = {"events": 10, "frontend": 16, "mailer": 12, "realtime": 8, "sessions": 10}
# Of what takes long and repeats itself, every so manieth; the story of each journey is told whole.
SAMPLED = {
    "test_a_page_can_be_used_by_everybody": 8,
    "test_pages_without_content_and_refusals_too": 6,
    "test_no_page_keeps_the_focus": 2,
    "test_whatever_people_type_every_letter_has_the_same": 2,
    "test_the_page_can_be_used_by_everybody": 2,
    "tests/journeys/test_board.py": 3,
    "tests/sessions/test_booking_mutants.py": 5,
    "test_nothing_is_done_for_another_site": 4,
    "test_nothing_is_done_for_a_form_without_its_token": 3,
    "test_pages_answer_the_same_on_postgres": 2,
}
AT_ONCE = {"race", "at_once", "threading", "Thread", "ThreadPoolExecutor"}


ON_THE_MACHINES_CLOCK = ("browser", "real_time")
CUT_OFF = ["LockNotAvailable", "QueryCanceled"]  # by PostgreSQL's time limits of a request, not by another transaction


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not in the sample, and let what takes longest begin. What runs by the machine's clock, with
    browsers that wait for a processor, is tried a second time before it fails; so is what PostgreSQL cut off because a
    disk stood still for ten seconds, and nothing else. The report names each (decision 36)."""
    for item in items:
        if any(item.get_closest_marker(name) for name in ON_THE_MACHINES_CLOCK):
            item.add_marker(pytest.mark.flaky(reruns=1))
        elif "postgres" in item.name:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=CUT_OFF))
    left = set() if os.environ.get("FOLKMOOT_TEST_ALL") else {item for item in items if _only_with_all(item)}
    config.hook.pytest_deselected(items=list(left))
    items[:] = sorted((one for one in items if one not in left), key=_turn)


def pytest_collection_finish() -> None:
    """What was imported stays to the end: looking through it for garbage again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _only_with_all(item: pytest.Item) -> bool:
    """Whether a test is one of those on PostgreSQL that are left out: of SQL that has worked on both databases every
    day, a sample; never of what happens at once, where the two differ most."""
    if item.path.name == "test_handshake.py":
        return "[postgres" in item.name  # as all other journeys
    for part, every in SAMPLED.items():
        if part in item.nodeid:
            return zlib.crc32(item.name.encode()) % every != 0
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    share = ON_POSTGRES.get(folder)
    if share is None or "[postgres" not in item.name or "machine" in item.path.name or _at_once(item):
        return False
    return zlib.crc32(item.nodeid.encode()) % share != 0


def _at_once(item: pytest.Item) -> bool:
    """Whether a test, or a function of its file that it calls, lets several act at the same moment."""
    test: Any = getattr(item, "function", None)
    if test is None:
        return False
    called = [test.__globals__.get(name) for name in test.__code__.co_names]
    codes = [test.__code__, *(one.__code__ for one in called if isinstance(one, FunctionType))]
    return any(AT_ONCE & {*code.co_names, *(code.co_freevars)} for code in codes)


def worker() -> str:
    """The name of this test process."""
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of this test process's own on the real PostgreSQL, with all relations."""
    base = os.environ.get("FOLKMOOT_TEST_DATABASE_URL", DEFAULT_POSTGRES)
    name = f"folkmoot_test_{worker()}_{os.getpid()}"
    try:
        connection = psycopg.connect(base, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip(NO_POSTGRES)
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]  # a name of our own making
        # Nobody loses what a test wrote when the power fails.
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit TO off')  # type: ignore[call-overload]  # as above
    url = base.rpartition("/")[0] + "/" + name
    use_settings(database_url=url, secret=SECRET)
    SQLModel.metadata.create_all(engines(url).write)
    yield url
    forget_engines()
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with all relations, to be copied."""
    path = tmp_path_factory.mktemp("template") / "folkmoot.db"
    url = f"sqlite:///{path}"
    SQLModel.metadata.create_all(engines(url).write)
    forget_engines()
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once of each kind; settings point at it."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    url = request.getfixturevalue("postgres_url")
    use_settings(database_url=url, secret=SECRET, files=tmp_path / "files", public_url="http://folkmoot.example")
    yield url
    _empty(url)


IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of this process's own is made in it
ROOM_ENOUGH = 2 << 30


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where this test process has its SQLite database: always at one place, so that its engine stays and with it the
    statements that it has compiled, which take a quarter of the time of a test otherwise. In memory where there is
    room, since what waits for the disk at each commit is another seventh."""
    if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM_ENOUGH:
        with tempfile.TemporaryDirectory(prefix="folkmoot-", dir=IN_MEMORY, ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    yield tmp_path_factory.mktemp("sqlite")


@pytest.fixture
def sqlite_url(sqlite_template: Path, sqlite_folder: Path, tmp_path: Path) -> Iterator[str]:
    """An empty SQLite database, for what is the same whatever the database; settings point at it."""
    for old in sqlite_folder.iterdir():
        old.unlink()
    shutil.copy(sqlite_template, sqlite_folder / "folkmoot.db")
    url = f"sqlite:///{sqlite_folder}/folkmoot.db"
    use_settings(database_url=url, secret=SECRET, files=tmp_path / "files", public_url="http://folkmoot.example")
    yield url
    for engine in (engines(url).write, engines(url).read):
        engine.dispose()


def _empty(url: str) -> None:
    """Take every row away. Only from relations that have some: TRUNCATE of all takes thirty times as long."""
    names = [table.name for table in reversed(SQLModel.metadata.sorted_tables)]
    look = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)
    # Set, not restarted: ALTER SEQUENCE makes a file each time, thousands for the next checkpoint to wait for.
    used = "FROM pg_sequences WHERE last_value IS NOT NULL"
    with engines(url).write.begin() as connection:
        full = set(connection.execute(text(look)).scalars())
        for name in (one for one in names if one in full):
            connection.execute(text(f'DELETE FROM "{name}"'))
        connection.execute(text(f"SELECT setval(quote_ident(sequencename)::regclass, 1, false) {used}"))


@pytest.fixture(autouse=True)
def frozen_clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """It is NOW, unless a test is marked to run in real time."""
    if request.node.get_closest_marker("real_time"):
        yield
        return
    with clock.frozen_at(NOW):
        yield


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """One open transaction on an empty database, rolled back at the end unless the test commits it."""
    with Database(engines().write, expire_on_commit=False) as handle:
        yield handle
        handle.rollback()


@pytest.fixture
def ada(db: Database) -> Actor:
    """Ada organises."""
    return make_person(db, "Ada Adler", zone="Europe/Vienna")


@pytest.fixture
def bo(db: Database) -> Actor:
    """Bo takes part."""
    return make_person(db, "Bo Berg", zone="Europe/Stockholm")


@pytest.fixture
def cy(db: Database) -> Actor:
    """Cy takes part."""
    return make_person(db, "Cy Costa", zone="Europe/Lisbon")


@pytest.fixture
def dee(db: Database) -> Actor:
    """Dee judges."""
    return make_person(db, "Dee Dumont", zone="Europe/Paris")


@pytest.fixture
def mel(db: Database) -> Actor:
    """Mel mentors."""
    return make_person(db, "Mel Meyer", zone="Europe/Berlin")


@pytest.fixture
def che(db: Database) -> Actor:
    """Che owns a challenge."""
    return make_person(db, "Che Caruso", zone="Europe/Rome")


@pytest.fixture
def tam(db: Database) -> Actor:
    """Tam is in a team."""
    return make_person(db, "Tam Tamm", zone="Europe/Tallinn")


@pytest.fixture
def eve(db: Database) -> Actor:
    """Eve belongs to another event."""
    return make_person(db, "Eve Ek", zone="Europe/Helsinki")
