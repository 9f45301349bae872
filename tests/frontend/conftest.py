"""For tests of pages: what was asked of the database, and which of them run on both kinds of it."""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from events.core.database import engines


@pytest.fixture
def queries(database_url: str) -> Iterator[list[str]]:
    """The SELECTs that pages have sent since the list was last cleared."""
    asked: list[str] = []
    engine = engines().read

    def note(_connection, _cursor, statement, *_rest) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the tests of pages, every fourth runs on PostgreSQL too; `make test ALL=1` runs all of them there.

    What pages ask is asked by functions of the domain, whose own tests all run on both.
    """
    if os.environ.get("FOLKMOOT_TEST_ALL"):
        return
    here = Path(__file__).parent
    left = {item for item in items if here in item.path.parents and _only_with_all(item)}
    config.hook.pytest_deselected(items=list(left))
    items[:] = [item for item in items if item not in left]


def _only_with_all(item: pytest.Item) -> bool:
    return "postgres" in item.name and zlib.crc32(item.nodeid.encode()) % 4 != 0
