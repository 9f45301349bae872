"""Asks every route as everybody, and puts the database back whenever somebody has changed it."""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from starlette.routing import Route

from events.core.settings import settings, use_settings
from tests.asking import Asker
from tests.permissions.samples import all_routes, is_for_development, method_of, path_of, sample_of
from tests.permissions.tables import cast_list, head
from tests.permissions.world import BROWSERS, World

GUS = "Gus"
QUIET = {"sign_in": {"seen_at"}}  # what a page may note about the sign-in that asked for it

ROUTES_HEAD = """# What answers where

Made by `python -m tests.permissions` from the routes; `tests/permissions/test_routes.py` compares. Each cell is the
status that somebody of the cast gets: a page (200), done and sent on (303), sent to sign in (*in*), refused because of
what was sent or when (409, 422), not theirs (403), or nothing there for them (404). Forms were sent with our Origin and
their token, and hold what the page is for. Those marked with * exist in the demo only.

"""


class Kept:
    """A SQLite database as it was, to compare with and to go back to."""

    def __init__(self, path: Path) -> None:
        self.live = sqlite3.connect(path, isolation_level=None)
        self.kept = sqlite3.connect(":memory:")
        self.live.backup(self.kept)
        self.version = self._version()

    def _version(self) -> int:
        # Rises with every commit of any other connection: also where the same was written again.
        return int(self.live.execute("pragma data_version").fetchone()[0])

    def was_changed(self) -> bool:
        """Whether anybody has committed anything since the last look."""
        before, self.version = self.version, self._version()
        return before != self.version

    def put_back(self) -> None:
        """Everything as it was."""
        self.kept.backup(self.live)
        self.version = self._version()

    def fingerprint(self) -> dict[str, str]:
        """A hash of each relation, but for what may change quietly."""
        found = {}
        tables = [row[0] for row in self.live.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [row[1] for row in self.live.execute(f'pragma table_info("{table}")')]
            wanted = ", ".join(f'"{name}"' for name in columns if name not in QUIET.get(table, set()))
            rows = self.live.execute(f'SELECT {wanted} FROM "{table}" ORDER BY {wanted}').fetchall()
            found[table] = hashlib.sha256(repr(rows).encode()).hexdigest()
        return found

    def close(self) -> None:
        """Let go of the file."""
        self.live.close()
        self.kept.close()


@contextmanager
def kept() -> Iterator[Kept]:
    """The database of the settings, which has to be SQLite."""
    with closing(Kept(Path(settings().database_url.removeprefix("sqlite:///")))) as found:
        yield found


def use_demo(*, demo: bool) -> None:
    """The same settings with or without the demo, which is on loopback only."""
    address = "http://localhost:8000" if demo else "http://folkmoot.example"
    use_settings(**settings().model_dump() | {"demo": demo, "public_url": address})


async def ask_route(asker: Asker, route: Route, name: str, world: World, **options: object):
    """One of the cast, or Gus who has come by a guest judge's link, on one route."""
    sample, cookie = sample_of(route, world), world.cookies.get(name, "")
    path, guest = path_of(route, world), world.judging.guest_cookie if name == GUS else ""
    if method_of(route) == "GET":
        return await asker.get(path, cookie=cookie, guest=guest, **options)
    return await asker.post(path, sample.form, files=sample.files, cookie=cookie, guest=guest, **options)


async def statuses(
    world: World, before: Kept | None, *, only: str = "", cast: Sequence[str] = BROWSERS, every: int = 1
) -> dict[str, list[str]]:
    """For each route what everybody gets; `only` is a method. Without `before` nothing is put back. With `every` only
    so manieth is asked, and what others get is empty: a fixed choice in which each route and each person occurs."""
    found = {}
    for demo in (False, True):
        use_demo(demo=demo)
        asker = Asker()
        for route in (one for one in all_routes() if is_for_development(one) is demo):
            if only in {"", method_of(route)}:
                found[route.name] = [
                    await _status(asker, route, name, world, before) if _is_asked(route.name, at, every) else ""
                    for at, name in enumerate(cast)
                ]
    use_demo(demo=False)
    return found


def _is_asked(route: str, at: int, every: int) -> bool:
    return (zlib.crc32(route.encode()) + at) % every == 0


async def _status(asker: Asker, route: Route, name: str, world: World, before: Kept | None) -> str:
    response = await ask_route(asker, route, name, world)
    if before is not None and before.was_changed():
        assert method_of(route) == "POST", f"{route.name} changed something when {name} looked at it"
        before.put_back()
    if response.status_code == 303 and response.headers["location"].partition("?")[0] == "/sign-in":
        return "in"
    return str(response.status_code)


def routes_page(found: dict[str, list[str]]) -> str:
    """docs/routes.md as it should be."""
    parts = [ROUTES_HEAD, cast_list(BROWSERS), "\n", head(BROWSERS, "route")]
    for route in all_routes():
        mark = "*" if is_for_development(route) else ""
        what = f"{method_of(route)} `{route.path}` {route.name}{mark}"
        parts.append(f"| {what} | {' | '.join(found[route.name])} |\n")
    return "".join(parts)
