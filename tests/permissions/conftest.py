"""The world of both tables, built once per process on SQLite and copied, and built anew on PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.core import clock
from events.core.database import forget_engines, transaction
from events.core.journal import settle
from events.core.settings import use_settings
from frontend import middleware
from frontend.app import make_app
from tests.conftest import SECRET
from tests.makers import NOW
from tests.permissions.world import World, build_world


@pytest.fixture(autouse=True)
def quiet_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """No line in the log for each of some thousand requests."""
    monkeypatch.setattr(middleware, "_note", lambda *_told: None)


def committed_world() -> World:
    """The world in the database of the settings, with its letters written."""
    make_app()  # so that letters know the addresses of pages
    with transaction() as db:
        world = build_world(db)
    settle()
    return world


@pytest.fixture(scope="session")
def built_world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A SQLite database with the world in it, to be copied."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(sqlite_template, folder / "folkmoot.db")
    use_settings(database_url=f"sqlite:///{folder}/folkmoot.db", secret=SECRET, files=folder / "files")
    with clock.frozen_at(NOW):
        world = committed_world()
    forget_engines()
    return folder, world


@pytest.fixture
def world(database_url: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """The world, committed, in a database of the test's own."""
    if database_url.startswith("sqlite"):
        folder, world = request.getfixturevalue("built_world")
        use_settings(
            database_url=database_url, secret=SECRET, files=folder / "files", public_url="http://folkmoot.example"
        )
        shutil.copy(folder / "folkmoot.db", database_url.removeprefix("sqlite:///"))
        yield world
        return
    yield committed_world()


@pytest.fixture
def sqlite_world(built_world: tuple[Path, World], tmp_path: Path) -> Iterator[World]:
    """The world on SQLite alone, where a database can be put back in milliseconds."""
    folder, world = built_world
    shutil.copy(folder / "folkmoot.db", tmp_path / "folkmoot.db")
    use_settings(
        database_url=f"sqlite:///{tmp_path}/folkmoot.db", secret=SECRET, files=folder / "files",
        public_url="http://folkmoot.example", worker=False,
    )  # fmt: skip
    yield world
    forget_engines()
