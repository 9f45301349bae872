"""How values are stored: aware moments, words, public ids, lists."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, TypeDecorator
from sqlmodel import Field

ALPHABET = "0123456789abcdefghijkmnopqrstvwxyzABCDEFGHJKLMNPQRSTVWXYZ"


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. SQLite forgets zones; here UTC is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """On SQLite a moment is text without its zone; read in one step, and the same one once: a page can hold
        hundreds, and many meetings begin together."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return _moment_of


@lru_cache(maxsize=4096)
def _moment_of(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def moment(*, index: bool = False, **options: Any) -> Any:
    """A column for an aware moment."""
    return Field(sa_type=Moment, index=index, **options)


def word(kind: type[StrEnum], **options: Any) -> Any:
    """A column for one of a set of words, stored as its value with a CHECK.

    A plain Enum column would become a native PostgreSQL type that holds member names.
    """
    column = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
    return Field(sa_type=column, **options)


def listing(**options: Any) -> Any:
    """A column for a short list or mapping of plain values, stored as JSON."""
    return Field(sa_type=JSON, **options)


def random_id(prefix: str) -> str:
    """`prefix_` and 22 random characters, about 128 bits: not to be guessed, not to be counted."""
    return prefix + "_" + "".join(secrets.choice(ALPHABET) for _ in range(22))


def public_id(prefix: str) -> Any:
    """A column for the id that appears in addresses of pages."""
    return Field(default_factory=lambda: random_id(prefix), unique=True, max_length=40)
