"""The database that migrations make is the one that the code expects, on both kinds, and nothing is left half done."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect
from sqlmodel import SQLModel

from migrations.drafting import FIRST, first_revision, tidied
from migrations.running import (
    VERSIONS,
    BrokenReferences,
    CannotReach,
    configuration,
    downgrade,
    present_revision,
    upgrade,
)
from tests.conftest import DEFAULT_POSTGRES, NO_POSTGRES, worker

HALF_WAY = """
import sqlalchemy as sa
from alembic import op

revision = "h1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    raise RuntimeError("the power went")
"""
ORPHANS = HALF_WAY.replace(
    'raise RuntimeError("the power went")',
    """op.create_table("child", sa.Column("half_id", sa.Integer(), sa.ForeignKey("half.id")))
    op.execute("INSERT INTO child (half_id) VALUES (7)")""",
)


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any relation."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    base = os.environ.get("FOLKMOOT_TEST_DATABASE_URL", DEFAULT_POSTGRES)
    name = f"folkmoot_migrations_{worker()}_{os.getpid()}"
    try:
        connection = psycopg.connect(base, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip(NO_POSTGRES)
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield base.rpartition("/")[0] + "/" + name
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def engine_for(url: str) -> Engine:
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def differences(url: str) -> list[object]:
    engine = engine_for(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, SQLModel.metadata)
    engine.dispose()
    return found


def checks(url: str) -> dict[str, list[tuple[str | None, str]]]:
    """Every CHECK of every relation, which Alembic does not compare."""
    engine = engine_for(url)
    look = inspect(engine)
    found = {
        relation: sorted((one["name"], one["sqltext"]) for one in look.get_check_constraints(relation))
        for relation in look.get_table_names()
        if relation != "alembic_version"
    }
    engine.dispose()
    return found


def relations(url: str) -> set[str]:
    engine = engine_for(url)
    found = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return found


def upgrade_plainly(url: str, versions: Path) -> None:
    """As Alembic's own env.py would do it."""
    with create_engine(url).connect() as connection:
        config = configuration(connection, versions)
        script = ScriptDirectory.from_config(config)

        def steps(revision, _context):
            return script._upgrade_revs("head", revision)

        with EnvironmentContext(config, script, fn=steps) as environment:
            environment.configure(connection=connection)
            with environment.begin_transaction():
                environment.run_migrations()


def test_migrations_make_what_the_metadata_says(empty_url):
    upgrade(empty_url)

    assert differences(empty_url) == []


def test_the_comparison_notices_a_missing_index(empty_url):
    upgrade(empty_url)
    with engine_for(empty_url).begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_journal_entry_at")

    assert [one[0] for one in differences(empty_url)] == ["add_index"]


def test_migrations_make_every_check(empty_url):
    SQLModel.metadata.create_all(engine_for(empty_url))
    wanted = checks(empty_url)
    SQLModel.metadata.drop_all(engine_for(empty_url))

    upgrade(empty_url)

    assert checks(empty_url) == wanted
    assert any("draft" in text for _name, text in wanted["event"])


def test_migrating_twice_changes_nothing(empty_url):
    upgrade(empty_url)

    upgrade(empty_url)

    assert (present_revision(empty_url) or "")[:4] == sorted(VERSIONS.glob("[0-9]*.py"))[-1].name[:4]


def test_going_back_leaves_nothing(empty_url):
    upgrade(empty_url)

    downgrade(empty_url, "base")

    assert relations(empty_url) == set()


def test_a_migration_that_fails_half_way_leaves_nothing(empty_url, tmp_path):
    (tmp_path / "h1_half_way.py").write_text(HALF_WAY)

    with pytest.raises(RuntimeError, match="the power went"):
        upgrade(empty_url, versions=tmp_path)

    assert relations(empty_url) == set()


def test_without_our_set_up_sqlite_keeps_what_a_failed_migration_made(tmp_path):
    (tmp_path / "h1_half_way.py").write_text(HALF_WAY)
    url = f"sqlite:///{tmp_path}/plain.db"

    with pytest.raises(RuntimeError, match="the power went"):
        upgrade_plainly(url, tmp_path)

    assert relations(url) == {"half"}


def test_a_migration_that_leaves_orphans_is_undone(tmp_path):
    (tmp_path / "h1_orphans.py").write_text(ORPHANS)
    url = f"sqlite:///{tmp_path}/orphans.db"

    with pytest.raises(BrokenReferences, match="1 rows would point at rows that are not there, in: child"):
        upgrade(url, versions=tmp_path)

    assert relations(url) == set()


def test_the_first_revision_is_what_drafting_writes():
    if len(list(VERSIONS.glob("[0-9]*.py"))) > 1:
        pytest.skip("there is a second revision, so the first one stands still")

    assert FIRST.read_text() == tidied(first_revision()), "run: python -m migrations.drafting"


def test_a_database_of_an_earlier_form_is_left_alone_with_a_sentence(empty_url):
    upgrade(empty_url)
    with engine_for(empty_url).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001-before'")

    with pytest.raises(CannotReach, match="made by a version of before the first release"):
        upgrade(empty_url)


def test_a_revision_that_is_not_there_is_named(empty_url):
    with pytest.raises(CannotReach, match="There is no revision nonsense"):
        upgrade(empty_url, "nonsense")
