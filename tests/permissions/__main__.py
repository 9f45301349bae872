"""Rewrites docs/permissions.md and docs/routes.md: `python -m tests.permissions`."""

import tempfile
from pathlib import Path

from sqlmodel import SQLModel

import frontend.registry  # noqa: F401 - imports every slice and listener, then seals
from events.core import clock
from events.core.database import engines, forget_engines, transaction
from events.core.settings import use_settings
from tests.makers import NOW
from tests.permissions.tables import DOCS, permissions_page
from tests.permissions.world import build_world

SECRET = "a secret for tests that is long enough to be taken"


def main() -> None:
    """Build the world once more and write both pages."""
    with tempfile.TemporaryDirectory() as folder, clock.frozen_at(NOW):
        url = f"sqlite:///{folder}/folkmoot.db"
        use_settings(
            database_url=url, secret=SECRET, files=Path(folder) / "files", public_url="http://folkmoot.example"
        )
        SQLModel.metadata.create_all(engines(url).write)
        with transaction() as db:
            world = build_world(db)
        (DOCS / "permissions.md").write_text(permissions_page(world), encoding="utf-8")
        forget_engines()


if __name__ == "__main__":
    main()
