"""The database: two engines, three ways in, and the only commit in the code base."""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, SQLModel

from events.core.commits import wake_listeners
from events.core.settings import settings
from events.core.turns import turns_at

log = logging.getLogger("folkmoot.database")
T = TypeVar("T")

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BUSY_SECONDS = 10
GROUP_WINDOW = 0.025
GROUP_SIZE = 64


class Database(Session):
    """One unit of work on the database; always called `db`."""


@dataclass(frozen=True)
class Engines:
    """The engine that writes and the one that only reads."""

    write: Engine
    read: Engine


_engines: dict[str, Engines] = {}


def engines(url: str | None = None) -> Engines:
    """The engines for `url`, or for the database of the settings; made once per process."""
    url = url or settings().database_url
    if url not in _engines:
        _engines[url] = _sqlite_engines(url) if url.startswith("sqlite") else _postgres_engines(url)
    return _engines[url]


def forget_engines() -> None:
    """Close every connection; the next use opens new ones."""
    for pair in _engines.values():
        pair.write.dispose()
        pair.read.dispose()
    _engines.clear()


def _sqlite_engines(url: str) -> Engines:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # One writer: its pool is the queue, so that nobody meets SQLite's unfair busy handler.
    write = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=BUSY_SECONDS * 3, hide_parameters=True)
    read = create_engine(url, pool_size=20, max_overflow=10, hide_parameters=True)
    _sqlite_manners(write, begin="BEGIN IMMEDIATE", query_only=False)
    _sqlite_manners(read, begin="BEGIN", query_only=True)
    return Engines(write, read)


def _sqlite_manners(engine: Engine, *, begin: str, query_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def connected(dbapi: sqlite3.Connection, _record: object) -> None:
        dbapi.isolation_level = None  # The driver must not open transactions of its own.
        pragmas = ["journal_mode=wal", "foreign_keys=on", f"busy_timeout={BUSY_SECONDS * 1000}", "synchronous=full"]
        for pragma in [*pragmas, "query_only=on"] if query_only else pragmas:
            dbapi.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        lasting = connection.get_execution_options().get("lasting", True)
        if connection.info.get("lasting", True) is not lasting:  # on the same connection, which keeps its pages
            connection.exec_driver_sql(f"pragma synchronous={'full' if lasting else 'normal'}")
            connection.info["lasting"] = lasting
        connection.exec_driver_sql(begin)


def _postgres_engines(url: str) -> Engines:
    url = url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
    timeouts = "-c statement_timeout=15000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=30000"
    common: dict[str, Any] = {"pool_pre_ping": True, "pool_timeout": 30, "hide_parameters": True}
    arguments = {"connect_timeout": 5, "options": timeouts}
    write = create_engine(url, pool_size=10, max_overflow=10, connect_args=arguments, **common)
    readonly = {**arguments, "options": timeouts + " -c default_transaction_read_only=on"}
    read = create_engine(url, pool_size=10, max_overflow=10, connect_args=readonly, **common)
    return Engines(write, read)


@contextmanager
def reading() -> Iterator[Database]:
    """A look at the data that can change nothing. Rows stay readable after the block."""
    shared = _shared.get()
    if shared is not None:
        yield shared
        return
    begun = _begun.get()
    if begun is not None and begun.opened:
        with begun.opened.pop() as db:
            yield db
        return
    with Database(engines().read, expire_on_commit=False, autoflush=False) as db:
        yield db  # Closing rolls back; a rollback of our own would expire every row that was read.


_shared: ContextVar[Database | None] = ContextVar("shared", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """Whatever is read inside is read with one connection, and from one state of the data."""
    with reading() as db:
        token = _shared.set(db)
        try:
            yield
        finally:
            _shared.reset(token)


@dataclass(frozen=True)
class _Begun:
    opened: list[Database]


_begun: ContextVar[_Begun | None] = ContextVar("begun", default=None)


@contextmanager
def one_look() -> Iterator[Callable[[], Database]]:
    """Around a page that first asks who looks: what that was asked with is handed on to the page's own `reading`."""
    begun = _Begun([])
    token = _begun.set(begun)

    def first() -> Database:
        db = Database(engines().read, expire_on_commit=False, autoflush=False)
        begun.opened.append(db)
        return db

    try:
        yield first
    finally:
        _begun.reset(token)
        for db in begun.opened:
            db.close()


def _my_turn() -> AbstractContextManager[None]:
    """SQLite has one writer at a time; PostgreSQL knows by itself who waits for whom."""
    url = settings().database_url
    return turns_at(url).turn(BUSY_SECONDS * 3) if url.startswith("sqlite") else nullcontext()


@contextmanager
def transaction(*, lasting: bool = True) -> Iterator[Database]:
    """One change, kept whole or not at all. Opened at the edge: page, API, worker step, demo.

    Rows stay readable after the commit. Whoever waits for facts is woken after it. What is not `lasting` (how often
    somebody tried, who is at work on what) does not wait for the disk: losing power may lose it, a killed process not.
    """
    with _my_turn(), _marked(), Database(engines().write, expire_on_commit=False) as db:
        if not lasting:
            _do_not_wait_for_the_disk(db)
        claim = _claim.get()
        if claim is not None:
            claim(db)
        try:
            yield db
        except BaseException:
            db.rollback()
            raise
        told = bool(db.info.get("tell"))
        if told and db.get_bind().dialect.name == "postgresql":
            db.execute(text("NOTIFY folkmoot"))  # reaches the other processes with the commit
        db.commit()
    if told:
        wake_listeners()


def _do_not_wait_for_the_disk(db: Database) -> None:
    """A commit that is there after a crash of ours, and that the next lasting one keeps too."""
    connection = db.connection(execution_options={"lasting": False})
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")


_inside: ContextVar[bool] = ContextVar("inside", default=False)


@contextmanager
def _marked() -> Iterator[None]:
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def in_transaction() -> bool:
    """Whether this is done inside a `transaction()`, in which nothing may be waited for."""
    return _inside.get()


_claim: ContextVar[Callable[[Database], None] | None] = ContextVar("claim", default=None)


@contextmanager
def before_change(claim: Callable[[Database], None]) -> Iterator[None]:
    """Run `claim` at the start of each transaction of this request, in the same commit as its effect."""
    token = _claim.set(claim)
    try:
        yield
    finally:
        _claim.reset(token)


def broken_rule(error: IntegrityError) -> str:
    """The name of the constraint that refused a row, or for SQLite its columns: 'seat.person_id, seat.atom'."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None and diagnosis.constraint_name:
        return str(diagnosis.constraint_name)
    return str(error.orig).partition("constraint failed: ")[2]


def is_broken(error: IntegrityError, constraint: str) -> bool:
    """Whether `error` comes from the unique constraint named `constraint`, on either database.

    The names follow our convention, uq_<relation>_<columns joined by _>; SQLite names relation.column instead.
    """
    found = broken_rule(error)
    if "." not in found:
        return found == constraint
    parts = [part.strip().split(".", 1) for part in found.split(",")]
    return "_".join(["uq", parts[0][0], *(column for _relation, column in parts)]) == constraint


@dataclass(frozen=True)
class _Waiting:
    change: Callable[[Database], Any]
    answer: "Future[Any]"


class _Writer:
    """One thread that writes for many: what arrives within 25 ms shares a commit, each in its own savepoint."""

    def __init__(self) -> None:
        self.arrived: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="folkmoot-writer", daemon=True).start()

    def _run(self) -> None:
        while True:
            batch = [self.arrived.get()]
            until = time.monotonic() + GROUP_WINDOW
            while len(batch) < GROUP_SIZE and (left := until - time.monotonic()) > 0:
                with suppress(queue.Empty):
                    batch.append(self.arrived.get(timeout=left))
            self._write(batch)

    def _write(self, batch: list[_Waiting]) -> None:
        answers: list[tuple[_Waiting, Any, BaseException | None]] = []
        try:
            with transaction() as db:
                for waiting in batch:
                    answers.append((waiting, *_in_savepoint(db, waiting.change)))
        except Exception as error:
            log.exception("a shared write of %s changes failed", len(batch))
            answers = [(waiting, None, error) for waiting in batch]
        for waiting, value, problem in answers:
            if problem is None:
                waiting.answer.set_result(value)
            else:
                waiting.answer.set_exception(problem)


def _in_savepoint(db: Database, change: Callable[[Database], T]) -> tuple[T | None, BaseException | None]:
    told = db.info.get("tell")
    try:
        with db.begin_nested():
            return change(db), None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        db.info["tell"] = told
        return None, error
    except Exception as error:
        db.info["tell"] = told
        return None, error


_writer: list[_Writer] = []
_writer_lock = threading.Lock()


def grouped(change: Callable[[Database], T]) -> T:
    """Make a small change that many people make at once (votes, questions): one shared commit for all that arrive
    within some 25 ms. Returns or raises what `change` did, after the commit."""
    with _writer_lock:
        if not _writer:
            _writer.append(_Writer())
    waiting = _Waiting(change, Future())
    _writer[0].arrived.put(waiting)
    result: T = waiting.answer.result(timeout=60)
    return result


def in_parts(ids: Sequence[T], size: int = 1000) -> Iterator[Sequence[T]]:
    """Many ids in pieces that fit into one statement each: databases bound the number of its parameters."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def database_answers() -> bool:
    """Whether the database can be asked, and has our relations."""
    try:
        with reading() as db:
            db.execute(text("SELECT 1 FROM person LIMIT 1"))
    except Exception:
        return False
    return True
