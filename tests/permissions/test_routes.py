"""Every route, everybody: as docs/routes.md says, no route left out, and nobody talked into anything."""

import os

import pytest
from starlette.routing import Route

from frontend import routes as frontend_routes
from frontend.pages import health
from tests.asking import Asker
from tests.permissions.asking_all import ask_route, kept, routes_page, statuses, use_demo
from tests.permissions.samples import all_routes, is_for_development, method_of, path_of
from tests.permissions.tables import DOCS, REWRITE
from tests.permissions.world import BROWSERS

FEW = ["visitor", "Ada", "Bo", "Tam"]
HOSTILE = {
    "a foreign origin": {"honest": True, "headers": {"origin": "https://evil.example"}},
    "no origin": {"honest": False},
    "a null origin": {"honest": False, "headers": {"origin": "null"}},
    "a look-alike origin": {"honest": True, "headers": {"origin": "http://folkmoot.example.evil.example"}},
    "another scheme": {"honest": True, "headers": {"origin": "https://folkmoot.example"}},
    "another site's fetch": {"honest": True, "headers": {"sec-fetch-site": "cross-site"}},
    "a sibling's fetch": {"honest": True, "headers": {"sec-fetch-site": "same-site"}},
}


def lines() -> dict[str, str]:
    """The table in the repository by route name."""
    rows = (DOCS / "routes.md").read_text(encoding="utf-8").splitlines()
    return {row.split(" | ")[0].split()[-1].strip("*"): row for row in rows if row.startswith(("| GET", "| POST"))}


def cells(name: str) -> list[str]:
    """What the table says of a route, by person."""
    return [cell.strip() for cell in lines()[name].split("|")[2:-1]]


def routes_without_lines() -> list[str]:
    return [route.name for route in all_routes() if route.name not in lines()]


def test_every_route_has_its_line():
    assert routes_without_lines() == [], REWRITE


def test_no_line_is_for_a_route_that_is_gone():
    assert sorted(set(lines()) - {route.name for route in all_routes()}) == [], REWRITE


def test_a_new_route_without_a_line_is_noticed(monkeypatch):
    extra = Route("/new", health.alive, methods=["GET"], name="brand_new")
    monkeypatch.setattr(frontend_routes, "LIVE", [*frontend_routes.LIVE, extra])

    assert routes_without_lines() == ["brand_new"]


def test_every_route_has_one_name_and_one_method():
    names = [route.name for route in all_routes()]

    assert len(names) == len(set(names))
    assert [route.name for route in all_routes() if set(route.methods or ()) not in ({"GET", "HEAD"}, {"POST"})] == []


async def test_everybody_gets_what_the_table_says(sqlite_world):
    with kept() as before:
        found = await statuses(sqlite_world, before, every=1 if os.environ.get("FOLKMOOT_TEST_ALL") else 3)

    asked = {name: [one or cell for one, cell in zip(row, cells(name), strict=True)] for name, row in found.items()}
    page = (DOCS / "routes.md").read_text(encoding="utf-8")
    assert routes_page(asked).splitlines() == page.splitlines(), REWRITE


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_pages_answer_the_same_on_postgres(world):
    found = await statuses(world, None, only="GET", cast=FEW)

    assert found == {name: [cells(name)[BROWSERS.index(one)] for one in FEW] for name in found}


def test_no_page_answers_with_an_error():
    assert [name for name, row in lines().items() if "500" in row] == []


@pytest.mark.parametrize("way", HOSTILE)
async def test_nothing_is_done_for_another_site(way, sqlite_world):
    asker, options = Asker(), HOSTILE[way]
    with kept() as before:
        for route in (one for one in all_routes() if method_of(one) == "POST"):
            for name in ("visitor", "Ada", "Tam"):
                if (way, route.name, name) == ("no origin", "stop_letters_now", "visitor"):
                    continue  # what a mail program sends for its reader
                response = await ask_route(asker, route, name, sqlite_world, **options)
                assert (route.name, response.status_code) == (route.name, 403)
        assert not before.was_changed()


@pytest.mark.parametrize("token", ["", "forged", "0" * 64])
async def test_nothing_is_done_for_a_form_without_its_token(token, sqlite_world):
    with kept() as before:
        for demo in (False, True):
            use_demo(demo=demo)
            asker = Asker()
            for route in (one for one in all_routes() if method_of(one) == "POST" and is_for_development(one) is demo):
                for name in ("Ada", "Tam"):
                    response = await asker.post(
                        path_of(route, sqlite_world), {"csrf_token": token}, cookie=sqlite_world.cookies[name]
                    )
                    assert (route.name, response.status_code) == (route.name, 409)
        assert not before.was_changed()


async def test_another_persons_token_does_not_serve(sqlite_world):
    from events.signin import form_token

    asker, token = Asker(), form_token(sqlite_world.cookies["Bo"])
    with kept() as before:
        for route in (one for one in all_routes() if method_of(one) == "POST" and not is_for_development(one)):
            path = path_of(route, sqlite_world)
            response = await asker.post(path, {"csrf_token": token}, cookie=sqlite_world.cookies["Ada"])
            assert (route.name, response.status_code) == (route.name, 409)
        assert not before.was_changed()


async def test_looking_changes_nothing(sqlite_world):
    with kept() as before:
        untouched = before.fingerprint()
        for demo in (False, True):
            use_demo(demo=demo)
            asker = Asker()
            for route in (one for one in all_routes() if method_of(one) == "GET" and is_for_development(one) is demo):
                for name in ("visitor", "Ada", "Tam"):
                    await ask_route(asker, route, name, sqlite_world)
                    assert not before.was_changed(), f"{name} changed something by looking at {route.name}"
        assert before.fingerprint() == untouched


async def test_what_does_change_something_is_noticed(sqlite_world):
    asker = Asker()
    with kept() as before:
        untouched = before.fingerprint()

        await asker.post("/programmes/new", {"name": "Sea and Salt"}, cookie=sqlite_world.cookies["Bo"])

        assert before.was_changed()
        differing = {name for name, value in before.fingerprint().items() if untouched[name] != value}
        assert differing >= {"programme", "role_grant", "journal_entry"}
        before.put_back()
        assert before.fingerprint() == untouched


async def test_what_is_for_the_demo_is_not_there_otherwise(sqlite_world):
    use_demo(demo=False)
    asker, found = Asker(), {}
    for route in (one for one in all_routes() if is_for_development(one)):
        for name in ("visitor", "Ada"):
            response = await ask_route(asker, route, name, sqlite_world)
            found[route.name, name] = response.status_code

    assert len(found) >= 8
    assert set(found.values()) == {404}
