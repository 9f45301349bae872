"""The lobby as a page: who is here, in pages and by a word, with and without the script that keeps it up to date."""

from collections.abc import Iterator

import pytest

import realtime.server
from events.core.database import Database
from frontend.signed_in import authenticate
from realtime.channels import lobby_channel
from realtime.server import SocketServer, current, make_socket_app
from sessions.lobby import MOST_AT_ONCE, be_shown_in_lobby
from tests.frontend.browser import Browser, Page
from tests.makers import again, person_of
from tests.sessions.makers_networking import Evening, add_somebody, make_evening

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MANY = MOST_AT_ONCE + 5


@pytest.fixture
def sockets() -> Iterator[SocketServer]:
    """The sockets of this process, to which nobody is connected."""
    before = realtime.server._current[:]
    make_socket_app(authenticate)
    server = current()
    assert server is not None
    yield server
    realtime.server._current[:] = before


@pytest.fixture
def evening(db: Database, ada) -> Evening:
    return make_evening(db, ada, people=3)


def crowd(evening: Evening, sockets: SocketServer) -> list[str]:
    """So many in the lobby who are shown, and Cy, who is not; their names in order."""
    names = [f"N{number:02}" for number in range(MANY)]
    for name in names:
        be_shown_in_lobby(evening.db, again(evening.db, add_somebody(evening, name)), evening.fair.event, shown=True)
    for name in (*names, "Cy"):
        person = person_of(evening.db, evening.people[name])
        sockets.presence.enter(lobby_channel(evening.fair.event.id), f"window of {name}", person.public_id, person.name)
    return [f"{name} Nomad" for name in names]


def listed(page: Page, names: list[str]) -> list[str]:
    return [one for one in names if f">{one}<" in page.html]


def test_a_full_lobby_comes_in_pages_that_stay_when_it_is_read_again(evening, sockets):
    names, bo = crowd(evening, sockets), Browser(evening.db, evening.actor("Bo"))
    here = f"/e/{evening.fair.event.event.slug}/lobby"

    first = bo.get(here)
    second = bo.get(f"{here}?page=2")
    again_read = bo.get(f"{here}/fragment?page=2")

    assert (f"{MANY + 1} people are in the lobby." in first.text, f"{MANY} of them are shown." in first.text) == (
        True, True,
    )  # fmt: skip
    assert listed(first, names) == names[:MOST_AT_ONCE]
    assert [listed(page, names) for page in (second, again_read)] == [names[MOST_AT_ONCE:]] * 2
    assert [f"{here}?page=2" in page.links for page in (first, second, again_read)] == [True] * 3
    assert f'data-refresh="{here}/fragment?page=2"' in second.html


def test_somebody_in_a_full_lobby_is_found_by_a_word_without_a_script(evening, sockets):
    names, bo = crowd(evening, sockets), Browser(evening.db, evening.actor("Bo"))
    here = f"/e/{evening.fair.event.event.slug}/lobby"

    found = bo.get(f"{here}?q=n64+nomad")
    several = bo.get(f"{here}?q=nomad")
    nobody = bo.get(f"{here}?q=Cy")

    assert (listed(found, names), "One of them fits" in found.text) == (["N64 Nomad"], True)
    assert f'data-refresh="{here}/fragment?q=n64+nomad&amp;page=1"' in found.html
    assert (f"{here}?q=nomad&page=2" in several.links, f"{MANY} of them fit" in several.text) == (True, True)
    assert (listed(nobody, names), "None of them fits" in nobody.text) == ([], True)
