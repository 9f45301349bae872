"""Addresses are found by their shape, and no other than one after the other would find."""

import re

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Match, Route

from frontend.routes import routes
from frontend.routing import Shelf, get

ROUTES = [route for route in routes(demo=True) if isinstance(route, Route)]
PATHS = sorted({re.sub(r"{[^}]*}", "thing", route.path) for route in ROUTES})
STRANGE = ["", "/", "//", "/nothing", "/e", "/e/", "/e/thing/", "/e/thing/board/", "/e//board", "/e/thing/no/such/page"]


def one_after_the_other(scope):
    found = [(match, route) for route in ROUTES for match, _child in [route.matches(scope)] if match is not Match.NONE]
    return next((one for one in found if one[0] is Match.FULL), found[0] if found else (Match.NONE, None))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_every_address_is_found_as_one_after_the_other_finds_it(method: str) -> None:
    shelf = Shelf(ROUTES)
    for path in [*PATHS, *STRANGE, *(f"{path}/" for path in PATHS), *(f"{path}.csv" for path in PATHS)]:
        scope = {"type": "http", "method": method, "path": path, "headers": []}
        match, child = shelf.matches(scope)
        assert (match, child.get("route")) == one_after_the_other(scope), path


def test_addresses_are_written_as_before() -> None:
    shelf = Shelf(ROUTES)
    assert shelf.url_path_for("board", event="big-match") == "/e/big-match/board"


def test_an_address_that_begins_with_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with a word"):
        Shelf([get("/{anything}", PlainTextResponse("no"), "anything")])
