"""Writing revisions from the metadata: `python -m migrations.drafting`.

Without an argument it rewrites the first revision, as long as there is no second one and nothing was released. With a
sentence it drafts a new revision from what the metadata has and the newest revision lacks; read it before you keep it.
"""

import hashlib
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DowngradeOps, MigrationScript, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import frontend.registry  # noqa: F401 - imports every slice, so that the metadata is complete
from migrations.running import VERSIONS, upgrade

FIRST = VERSIONS / "0001_first_handshake.py"
REVISION = '''"""{sentence}"""

import sqlalchemy as sa
from alembic import op

revision = {number}
down_revision = {before}
branch_labels = None
depends_on = None


def upgrade() -> None:
{up}


def downgrade() -> None:
{down}
'''


def first_revision() -> str:
    """The first revision as the metadata would have it now.

    Its number ends in a hash of what it makes, so that a database of an earlier form is known for what it is.
    """
    with create_engine("sqlite://").connect() as connection:
        sentence = "The first handshake: everything up to the first release."
        what = hashlib.sha256(_written(connection, sentence, "", None).encode()).hexdigest()
        return _written(connection, sentence, f"0001_{what[:10]}", None)


def new_revision(sentence: str) -> tuple[Path, str]:
    """Where a new revision would stand, and what it would say."""
    path = sorted(VERSIONS.glob("[0-9]*.py"))[-1]
    newest = re.findall(r'^revision = "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)[0]
    number = f"{int(path.name[:4]) + 1:04}"
    path = VERSIONS / (number + "_" + "_".join(sentence.lower().rstrip(".").split()[:5]) + ".py")
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/newest.db"
        upgrade(url)
        with create_engine(url).connect() as connection:
            return path, _written(connection, sentence, number, newest)


def _written(connection: Connection, sentence: str, number: str, before: str | None) -> str:
    migration = MigrationContext.configure(
        connection, opts={"compare_type": True, "target_metadata": SQLModel.metadata, "render_item": _render}
    )
    script = produce_migrations(migration, SQLModel.metadata)
    found = [render_python_code(one, render_item=_render, migration_context=migration) for one in _both(script)]
    up, down = ("\n".join(line for line in text.splitlines() if "# ###" not in line) for text in found)
    return REVISION.format(sentence=sentence, number=repr(number), before=repr(before), up=up, down=down)


def _both(script: MigrationScript) -> tuple[UpgradeOps, DowngradeOps]:
    assert script.upgrade_ops and script.downgrade_ops
    return script.upgrade_ops, script.downgrade_ops


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """A revision stands still while our code moves on, so it names none of our types."""
    if kind != "type":
        return False
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def tidied(text: str) -> str:
    """The same as our formatter would have it, without imports that nobody uses."""
    for step in (["format"], ["check", "--fix", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *step, "--stdin-filename", str(FIRST), "-"]
        text = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours
    return text


def main() -> None:
    """Write the file and tidy it."""
    if len(sys.argv) > 1:
        path, text = new_revision(" ".join(sys.argv[1:]))
    elif [one.name for one in VERSIONS.glob("[0-9]*.py") if one != FIRST]:
        raise SystemExit("There is a second revision: say in a sentence what the new one is for.")
    else:
        path, text = FIRST, first_revision()
    path.write_text(tidied(text), encoding="utf-8")
    sys.stdout.write(f"wrote {path.name}\n")


if __name__ == "__main__":
    main()
