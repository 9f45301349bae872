"""Statements that many pages ask: written once for each database, then handed to its driver as they are.

For a long statement SQLAlchemy's own way, to look its text up by all its parts and to gather its values, takes longer
than the database needs to answer it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Dialect

from events.core.database import Database


@dataclass(frozen=True)
class _Text:
    """A statement as a driver takes it: its values, with what turns those that are asked for into what is stored, and
    what turns columns back, by their place."""

    sql: str
    constants: Mapping[str, Any]
    stored: Mapping[str, Any]
    meant: Sequence[tuple[int, Any]]


class Prepared:
    """A statement that is asked again and again, with other values for the parameters that it names."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._texts: dict[str, _Text] = {}

    def rows(self, db: Database, **values: Any) -> Sequence[Any]:
        """What the database answers: plain rows, whose columns are what their types say. One statement."""
        connection = db.connection()
        text = self._texts.get(connection.dialect.name) or self._text(connection)
        given = {name: stored(values[name]) if stored else values[name] for name, stored in text.stored.items()}
        result = connection.exec_driver_sql(text.sql, {**text.constants, **given})
        assert result.cursor is not None
        found = result.cursor.fetchall()
        result.close()
        if not text.meant:
            return found
        lines = list(map(list, found))
        for at, meant in text.meant:
            for line in lines:
                line[at] = meant(line[at])
        return lines

    def _text(self, connection: Connection) -> _Text:
        dialect = connection.dialect
        # By name on each driver; SQLite's would have them by place, and those that stand in several places repeated.
        made: Any = type(dialect)  # each takes the style; their common base does not say so
        named = made(paramstyle="named") if dialect.positional else dialect
        compiled = self._statement.compile(dialect=named)
        asked = {name: bind for name, bind in compiled.binds.items() if bind.required}
        whole = compiled.construct_expanded_state(dict.fromkeys(asked), escape_names=False)
        constants = {name: _plain(value) for name, value in whole.parameters.items() if name not in asked}
        columns = enumerate(column.type for column in self._statement.selected_columns)
        text = _Text(
            whole.statement, constants,
            {name: _impl(bind.type, dialect).bind_processor(dialect) for name, bind in asked.items()},
            [(at, read) for at, type in columns if (read := _impl(type, dialect).result_processor(dialect, None))],
        )  # fmt: skip
        self._texts[dialect.name] = text
        return text


def _impl(type: Any, dialect: Dialect) -> Any:
    return type.dialect_impl(dialect)


def _plain(value: Any) -> Any:
    """A constant as it is stored: words and numbers are all there is."""
    value = value.value if isinstance(value, Enum) else value
    if not isinstance(value, str | int | None):
        raise TypeError(f"{value!r} does not stand in a statement that is written once")
    return value
