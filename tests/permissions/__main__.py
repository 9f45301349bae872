"""Rewrites docs/permissions.md and docs/routes.md: `python -m tests.permissions`."""

import asyncio
import tempfile
from pathlib import Path

from sqlmodel import SQLModel

import frontend.registry  # noqa: F401 - imports every slice and listener, then seals
from events.core import clock
from events.core.database import engines, forget_engines
from events.core.settings import use_settings
from frontend import middleware
from tests.makers import NOW
from tests.permissions.asking_all import kept, routes_page, statuses
from tests.permissions.conftest import committed_world
from tests.permissions.tables import DOCS, permissions_page

SECRET = "a secret for tests that is long enough to be taken"


def main() -> None:
    """Build the world once more and write both pages."""
    middleware._note = lambda *_told: None  # no line in the log for each of a thousand requests
    with tempfile.TemporaryDirectory() as folder, clock.frozen_at(NOW):
        url = f"sqlite:///{folder}/folkmoot.db"
        use_settings(
            database_url=url, secret=SECRET, files=Path(folder) / "files", public_url="http://folkmoot.example"
        )
        SQLModel.metadata.create_all(engines(url).write)
        world = committed_world()
        (DOCS / "permissions.md").write_text(permissions_page(world), encoding="utf-8")
        with kept() as before:
            found = asyncio.run(statuses(world, before))
        (DOCS / "routes.md").write_text(routes_page(found), encoding="utf-8")
        forget_engines()


if __name__ == "__main__":
    main()
