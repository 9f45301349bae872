"""Bringing a database to a revision and back, whole or not at all, on SQLite and PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

HERE = Path(__file__).parent
VERSIONS = HERE / "versions"
LOCK = 7_030_314  # any number will do, as long as every process that migrates uses the same one


class BrokenReferences(Exception):
    """A migration would leave rows that point at rows that are not there."""


class CannotReach(Exception):
    """There is no database to migrate; the message says what to check."""


def upgrade(url: str, revision: str = "head", *, versions: Path = VERSIONS) -> None:
    """Bring the database at `url` to `revision`; on any error it is left as it was."""
    with _opened(url) as connection:
        try:
            command.upgrade(configuration(connection, versions), revision)
        except CommandError as error:
            raise CannotReach(_unknown(connection, revision)) from error


def _unknown(connection: Connection, revision: str) -> str:
    if MigrationContext.configure(connection).get_current_revision() is None or revision != "head":
        return f"There is no revision {revision}. Leave it away for the newest."
    return (
        "This database was made by a version of before the first release, and cannot be brought along. Move it away "
        "(var/folkmoot.db, unless FOLKMOOT_DATABASE_URL names another), then run this again."
    )


def downgrade(url: str, revision: str, *, versions: Path = VERSIONS) -> None:
    """Take the database at `url` back to `revision`; 'base' is nothing at all. Loses what later revisions hold."""
    with _opened(url) as connection:
        command.downgrade(configuration(connection, versions), revision)


def present_revision(url: str) -> str | None:
    """At which revision the database at `url` is; None for one that was never migrated."""
    with _opened(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def configuration(connection: Connection, versions: Path = VERSIONS) -> Config:
    """What Alembic has to know, without a file: where our scripts lie, and the connection to use."""
    found = Config()
    found.set_main_option("script_location", str(HERE))
    found.set_main_option("version_locations", str(versions))
    found.set_main_option("path_separator", "os")
    found.attributes["connection"] = connection
    return found


@contextmanager
def _opened(url: str) -> Iterator[Connection]:
    """One connection in one transaction, so that a migration that fails half-way leaves nothing behind."""
    engine = _sqlite(url) if url.startswith("sqlite") else _postgres(url)
    try:
        engine.connect().close()
    except DBAPIError as error:
        raise CannotReach("The database cannot be opened. Check FOLKMOOT_DATABASE_URL.") from error
    try:
        with engine.begin() as connection:
            if url.startswith("sqlite"):
                yield connection
                _refuse_broken_references(connection)
            else:
                # Two that migrate at once take turns; after that nobody waits long behind a busy relation.
                connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
                connection.execute(text("SET LOCAL lock_timeout = '3s'"))
                yield connection
    finally:
        engine.dispose()


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def connected(dbapi: sqlite3.Connection, _record: object) -> None:
        # The driver commits before DDL unless it is told to leave transactions alone. Foreign keys are off, since a
        # relation is changed by copying it and dropping the old one; they are checked as a whole at the end.
        dbapi.isolation_level = None
        for pragma in ("journal_mode=wal", "foreign_keys=off", "busy_timeout=10000", "synchronous=full"):
            dbapi.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgres(url: str) -> Engine:
    url = url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})


def _refuse_broken_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        relations = ", ".join(sorted({str(row[0]) for row in broken}))
        raise BrokenReferences(f"{len(broken)} rows would point at rows that are not there, in: {relations}")
