"""For tests of pages: what was asked of the database."""

from collections.abc import Iterator

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
