"""A guest judge on every page there is: judging in their round, and a visitor everywhere else."""

from http.cookies import SimpleCookie

import pytest

from events.core.database import reading, transaction
from events.rounds.guest_signin import find_guest
from events.rounds.guests import revoke_guest_link
from events.rounds.rounds import RoundInEvent
from frontend.cookies import GUEST, cookie_name
from frontend.routes import JUDGING
from tests.asking import Asker
from tests.makers import again
from tests.permissions.asking_all import GUS, ask_route, kept
from tests.permissions.samples import all_routes, is_for_development, method_of, path_of

# What a guest can do: judge, come and go, and choose a language.
FOR_GUESTS = {
    "my_judging", "judge_work", "judge_file", "score_submission", "skip_submission", "undo_last", "flag_submission",
    "declare_conflict", "order_submissions", "compare_submissions", "undo_comparison", "ask_for_one_more",
    "guest_link", "use_guest_link", "guest_desk", "sign_guest_out", "set_language",
}  # fmt: skip
# Where a round stands in the address.
OF_A_ROUND = {route.name for route in JUDGING if "{round}" in route.path} & FOR_GUESTS


def knows_guests(route):
    notes = getattr(route.endpoint, "__folkmoot__", None)
    return notes is not None and notes.guests


async def answers(name, world, *, wanted):
    """The status and the place each route answers with."""
    asker, found = Asker(), {}
    with kept() as before:
        for route in (one for one in all_routes() if not is_for_development(one) and wanted(one)):
            response = await ask_route(asker, route, name, world)
            found[route.name] = (response.status_code, response.headers.get("location", "").partition("?")[0])
            if method_of(route) == "POST":
                before.put_back()
    return found


def test_only_these_pages_know_guests():
    assert {one.name for one in all_routes() if knows_guests(one)} == FOR_GUESTS


async def test_everywhere_else_a_guest_gets_what_a_visitor_gets(sqlite_world):
    def elsewhere(route):
        return not knows_guests(route) and method_of(route) == "GET"  # what is sent is refused by the same look

    guest = await answers(GUS, sqlite_world, wanted=elsewhere)

    assert guest == await answers("visitor", sqlite_world, wanted=elsewhere)


async def test_a_guest_judges_in_their_round_and_finds_no_other(sqlite_world):
    asker, world = Asker(), sqlite_world

    mine = await answers(GUS, world, wanted=lambda one: one.name in OF_A_ROUND)
    for name in ("ranking", "closed", "published", "pairwise"):
        page = f"/e/{world.ids['event']}/judging/{world.ids[name + '_round']}/mine"
        assert (await asker.get(page, guest=world.judging.guest_cookie)).status_code == 404

    assert {name: status for name, (status, _place) in mine.items()} == {
        "my_judging": 200, "judge_work": 200, "judge_file": 200, "score_submission": 422, "skip_submission": 422,
        "undo_last": 409, "flag_submission": 303, "declare_conflict": 303, "order_submissions": 404,
        "compare_submissions": 404, "undo_comparison": 404, "ask_for_one_more": 409,
    }  # fmt: skip


async def test_scanners_that_look_at_a_link_use_nothing_and_a_press_lets_in(sqlite_world):
    asker, path = Asker(), f"/judge-links/{sqlite_world.ids['guest_token']}"
    with kept() as before:
        for method in ("GET", "HEAD", "GET"):
            assert (await asker.ask(method, path)).status_code == 200
        assert not before.was_changed()

        pressed = await asker.post(path)
        cookie = SimpleCookie(pressed.headers["set-cookie"])[cookie_name(GUEST)].value
        onward = await asker.get(pressed.headers["location"], guest=cookie)
        desk = await asker.get(onward.headers["location"], guest=cookie)
        before.put_back()

    assert pressed.headers["location"] == "/guest"
    assert "Gus Grau" in desk.text
    assert '"/marketplace"' not in desk.text


async def test_a_link_that_was_ended_says_so_and_its_sign_ins_are_out_at_once(sqlite_world):
    asker, world = Asker(), sqlite_world
    mine = f"/e/{world.ids['event']}/judging/{world.ids['round']}/mine"
    with kept() as before:
        with transaction() as db:
            subject = RoundInEvent(world.judging.open.round, world.hackathon)
            revoke_guest_link(db, again(db, world.actors["Ada"]), subject, link=world.ids["guest"])
        looked = await asker.get(f"/judge-links/{world.ids['guest_token']}")
        asked = await asker.get(mine, guest=world.judging.guest_cookie)
        desk = await asker.get("/guest", guest=world.judging.guest_cookie)
        before.put_back()

    assert (looked.status_code, "The organisers have ended this link" in looked.text) == (409, True)
    assert (asked.status_code, asked.headers["location"]) == (303, "/guest")
    assert "You are not signed in as a guest in this browser" in desk.text


@pytest.mark.parametrize("token", ["", "forged"])
async def test_nothing_is_done_for_a_guests_form_without_its_token(token, sqlite_world):
    asker = Asker()
    with kept() as before:
        for route in (one for one in all_routes() if knows_guests(one) and method_of(one) == "POST"):
            path = path_of(route, sqlite_world)
            response = await asker.post(path, {"csrf_token": token}, guest=sqlite_world.judging.guest_cookie)
            assert (route.name, response.status_code) == (route.name, 409)
        assert not before.was_changed()


async def test_who_is_signed_in_with_an_account_stays_who_they_are(sqlite_world):
    asker, world = Asker(), sqlite_world
    both = {"cookie": world.cookies["Bo"], "guest": world.judging.guest_cookie}
    mine = f"/e/{world.ids['event']}/judging/{world.ids['round']}/mine"

    assert (await asker.get(mine, **both)).status_code == 404
    looked = await asker.get(f"/judge-links/{world.ids['guest_token']}", cookie=world.cookies["Bo"])
    assert "You are signed in here as Bo Berg" in looked.text
    pressed = await asker.post(f"/judge-links/{world.ids['guest_token']}", cookie=world.cookies["Bo"])
    assert pressed.status_code == 409


def test_a_guests_cookie_opens_no_socket(sqlite_world):
    from frontend.signed_in import authenticate

    with reading() as db:
        assert find_guest(db, sqlite_world.judging.guest_cookie) is not None
    for name in ("folkmoot", "folkmoot-guest", cookie_name(GUEST)):
        assert authenticate(f"{name}={sqlite_world.judging.guest_cookie}") is None
