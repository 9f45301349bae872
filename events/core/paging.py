"""Lists come in pages: one page's rows, and how many there are in all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import func, select

from events.core.database import Database

T = TypeVar("T")
U = TypeVar("U")
SIZE = 24


@dataclass(frozen=True)
class Paged(Generic[T]):
    """The rows of one page; `page` counts from 1, `count` is of all pages."""

    rows: list[T]
    page: int
    count: int
    size: int = SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // self.size))

    def made(self, into: Callable[[T], U]) -> "Paged[U]":
        """The same page, each row made into something else."""
        return Paged([into(row) for row in self.rows], self.page, self.count, self.size)


def paged(db: Database, query: Any, page: int, made: Callable[[Any], T], *, size: int = SIZE) -> Paged[T]:
    """One page of an ordered query, each row made into what a list shows: two queries, however many rows.

    A page beyond the last is the last, so that an old bookmark still shows something.
    """
    count = int(db.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one())
    page = min(max(1, page), max(1, -(-count // size)))
    rows = db.execute(query.limit(size).offset((page - 1) * size)).all()
    return Paged([made(row) for row in rows], page, count, size)


def page_of(rows: Sequence[T], page: int, *, size: int = SIZE) -> Paged[T]:
    """One page of rows that are there already; a page beyond the last is the last."""
    page = min(max(1, page), max(1, -(-len(rows) // size)))
    return Paged(list(rows[(page - 1) * size : page * size]), page, len(rows), size)
