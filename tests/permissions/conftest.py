"""The world of both tables, built once per process on SQLite and copied, and built anew on PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.core import clock
from events.core.database import forget_engines, transaction
from events.core.settings import use_settings
from tests.conftest import SECRET
from tests.makers import NOW
from tests.permissions.world import World, build_world


@pytest.fixture(scope="session")
def built_world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A SQLite database with the world in it, to be copied."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(sqlite_template, folder / "folkmoot.db")
    use_settings(database_url=f"sqlite:///{folder}/folkmoot.db", secret=SECRET, files=folder / "files")
    with clock.frozen_at(NOW), transaction() as db:
        world = build_world(db)
    forget_engines()
    return folder, world


@pytest.fixture
def world(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The world, committed, in a database of the test's own."""
    if database_url.startswith("sqlite"):
        folder, world = request.getfixturevalue("built_world")
        use_settings(
            database_url=database_url, secret=SECRET, files=folder / "files", public_url="http://folkmoot.example"
        )
        shutil.copy(folder / "folkmoot.db", tmp_path / "folkmoot.db")
        yield world
        return
    with transaction() as db:
        world = build_world(db)
    yield world
