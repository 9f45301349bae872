"""Commits are heard of: those of this process that recorded something at once, all others within a quarter of a second.

Loops that wait for work wait for this, instead of asking the database each its own question four times a second, which
costs a server that nobody uses two per cent of a core. One thread asks for all of them whether anything was committed:
SQLite numbers what others commit, PostgreSQL wakes us with NOTIFY, and its snapshot says which transactions are over.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy.engine import make_url

from events.core.settings import settings

log = logging.getLogger("folkmoot.database")

POLL_SECONDS = 0.25
AGAIN_AFTER = 5.0


class Eye(Protocol):
    """One connection of its own, with which a database is looked at."""

    def wait(self, over: threading.Event) -> Any:
        """What is another value after a commit, asked a quarter of a second from now, or when a commit wakes us."""
        ...

    def close(self) -> None:
        """Look no more."""
        ...


class SqliteEye:
    """SQLite counts the commits of all connections but the one that asks, those of other processes too."""

    def __init__(self, url: str) -> None:
        # Never makes a database: what is not there cannot be looked at.
        path = f"file:{quote(make_url(url).database or '')}?mode=rw"
        self.connection = sqlite3.connect(path, uri=True, timeout=1, isolation_level=None)

    def wait(self, over: threading.Event) -> Any:
        over.wait(POLL_SECONDS)
        return self.connection.execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        self.connection.close()


class PostgresEye:
    """NOTIFY comes with each commit that recorded something; the snapshot, with which transactions are over, shows the
    others. It is what a reader would see, so nothing that it names is still on its way, as with the log's position."""

    def __init__(self, url: str) -> None:
        import psycopg

        self.connection = psycopg.connect(plain_postgres_url(url), autocommit=True, connect_timeout=5)
        self.connection.execute("LISTEN folkmoot")
        self.told = 0
        self.seen = ""

    def wait(self, over: threading.Event) -> Any:
        told = len(list(self.connection.notifies(timeout=POLL_SECONDS, stop_after=1)))
        self.told += told
        if not told and (row := self.connection.execute("SELECT txid_current_snapshot()::text").fetchone()):
            self.seen = row[0]
        return self.told, self.seen

    def close(self) -> None:
        self.connection.close()


def plain_postgres_url(url: str) -> str:
    """A database's address as psycopg itself reads it."""
    return url.replace("postgres://", "postgresql://", 1).replace("+psycopg", "", 1)


class _Watch:
    """The thread that looks, as long as anybody wants to be woken."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, name="folkmoot-commits", daemon=True)
        self.thread.start()

    def end(self) -> None:
        """Look no more; when this returns the database is not held open. SQLite deletes the log of whatever lies at a
        path when the last connection to it closes, so that must not happen after somebody has put another one there."""
        self.over.set()
        self.thread.join(2)

    def _run(self) -> None:
        while not self.over.is_set():
            url = settings().database_url
            try:
                with closing(SqliteEye(url) if settings().sqlite else PostgresEye(url)) as eye:
                    self._look(url, eye)
            except Exception as error:
                log.warning("nothing tells of commits for %s s: %s", AGAIN_AFTER, type(error).__name__)
                self._wake_anyway()

    def _look(self, url: str, eye: Eye) -> None:
        seen = None
        while not self.over.is_set() and settings().database_url == url:
            now = eye.wait(self.over)
            if now != seen:  # the first time too: nobody knows what was committed before
                wake_listeners()
            seen = now

    def _wake_anyway(self) -> None:
        """While it cannot be known whether anything was committed, everybody looks for themselves."""
        for _time in range(int(AGAIN_AFTER / POLL_SECONDS)):
            if self.over.wait(POLL_SECONDS):
                return
            wake_listeners()


_wakers: list[Callable[[], None]] = []
_watches: list[_Watch] = []
_lock = threading.Lock()


def wake_listeners() -> None:
    """Tell this process that there may be something to do."""
    for wake in list(_wakers):
        with suppress(RuntimeError):  # its loop has just ended
            wake()


def on_commit(wake: Callable[[], None]) -> Callable[[], None]:
    """Call `wake` (quick, from any thread) after each commit of this process that recorded something, and within a
    quarter of a second of any other; perhaps more often. Returns a way to stop that."""
    with _lock:
        _wakers.append(wake)
        if not _watches:
            _watches.append(_Watch())

    def stop() -> None:
        ended = None
        with _lock, suppress(ValueError):
            _wakers.remove(wake)
            ended = None if _wakers else _watches.pop()
        if ended is not None:
            ended.end()

    return stop
