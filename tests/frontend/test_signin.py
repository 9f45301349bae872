"""Signing in: a mailed link that machines cannot spend, a password, and nothing that tells who is known."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.database import reading, transaction
from events.core.journal import JournalEntry
from events.core.tokens import Token, digest
from events.people import Person, PersonState
from events.signin import SignIn, SignInLinkAsked, hash_password, issue_link_token, open_sign_in, safe_path
from frontend.cookies import BROWSER, SIGN_IN
from tests.asking import Asker
from tests.makers import NOW, make_person, person_of

BROWSERS_NAME = "a browser's random name"
NOT_VALID = "This link was used already or is too old. Ask for a new one; it takes a minute."


@pytest.fixture
def asker(database_url: str) -> Asker:
    """The application on an empty database."""
    return Asker()


@pytest.fixture
def bo(asker: Asker) -> int:
    """Bo, who has a password."""
    with transaction() as db:
        person = person_of(db, make_person(db, "Bo Berg"))
        person.password_hash = hash_password("a short sentence")
        db.add(person)
        return person.id


def link_for(person: int, *, browser: str = "") -> str:
    """A token as its letter would carry it."""
    with transaction() as db:
        bound = digest(browser) if browser else ""
        return issue_link_token(db, SignInLinkAsked(person, known=True, registering=False, browser=bound, onward=""))


def cookie_set(response, name: str = SIGN_IN) -> str:
    """The value of a cookie that an answer sets, '' if it sets none."""
    for header in response.headers.get_list("set-cookie"):
        found = re.match(rf"{name}=([^;]*)", header)
        if found:
            return found[1].strip('"')
    return ""


def sign_ins() -> list[SignIn]:
    with reading() as db:
        return list(db.exec(select(SignIn).order_by(col(SignIn.id))))


async def who(asker: Asker, cookie: str) -> str:
    """What the account page shows: 'Bo Berg', or where it sends a visitor."""
    response = await asker.get("/account", cookie=cookie)
    return "Bo Berg" if response.status_code == 200 and "Bo Berg" in response.text else response.headers["location"]


# By link


async def test_a_link_signs_in_the_browser_that_asked_for_it(asker, bo):
    token = link_for(bo, browser=BROWSERS_NAME)

    response = await asker.post(f"/sign-in/link/{token}", cookies={BROWSER: BROWSERS_NAME})

    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert await who(asker, cookie_set(response)) == "Bo Berg"


async def test_elsewhere_the_address_has_to_be_typed(asker, bo):
    token = link_for(bo, browser=BROWSERS_NAME)

    without = await asker.post(f"/sign-in/link/{token}")
    wrong = await asker.post(f"/sign-in/link/{token}", {"email": "eve@example.org"})
    right = await asker.post(f"/sign-in/link/{token}", {"email": " BO@Example.org "})

    assert [one.status_code for one in (without, wrong, right)] == [422, 422, 303]
    assert [bool(cookie_set(one)) for one in (without, wrong, right)] == [False, False, True]


async def test_a_page_behind_a_link_does_not_tell_whose_it_is(asker, bo):
    token = link_for(bo, browser=BROWSERS_NAME)

    elsewhere = await asker.get(f"/sign-in/link/{token}")
    same = await asker.get(f"/sign-in/link/{token}", cookies={BROWSER: BROWSERS_NAME})

    assert ("bo@example.org" in elsewhere.text, "Bo Berg" in elsewhere.text) == (False, False)
    assert "bo@example.org" in same.text


async def test_what_scanners_do_never_spends_a_link(asker, bo):
    token = link_for(bo, browser=BROWSERS_NAME)
    path = f"/sign-in/link/{token}"

    await asker.ask("HEAD", path)
    looked = [(await asker.get(path)).status_code for _time in range(5)]
    clicked = [(await asker.post(path)).status_code for _time in range(3)]
    scripted = await asker.post(path, headers={"user-agent": "HeadlessChrome", "sec-fetch-site": "same-origin"})

    assert (looked, clicked, scripted.status_code) == ([200] * 5, [422] * 3, 422)
    assert sign_ins() == []
    late = await asker.post(path, cookies={BROWSER: BROWSERS_NAME})
    assert late.status_code == 303


async def test_a_link_that_nobodys_browser_asked_for_needs_the_address(asker, bo):
    token = link_for(bo)

    clicked = await asker.post(f"/sign-in/link/{token}", cookies={BROWSER: ""})
    typed = await asker.post(f"/sign-in/link/{token}", {"email": "bo@example.org"})

    assert (clicked.status_code, typed.status_code) == (422, 303)


async def test_a_link_works_once(asker, bo):
    token = link_for(bo)
    await asker.post(f"/sign-in/link/{token}", {"email": "bo@example.org"})

    looked = await asker.get(f"/sign-in/link/{token}")
    sent = await asker.post(f"/sign-in/link/{token}", {"email": "bo@example.org"})

    assert (looked.status_code, sent.status_code, len(sign_ins())) == (409, 409, 1)
    assert NOT_VALID in looked.text and NOT_VALID in sent.text


async def test_two_who_use_a_link_at_once_get_one_sign_in(asker, bo):
    token = link_for(bo)
    form = {"email": "bo@example.org"}

    answers = await asyncio.gather(*(asker.post(f"/sign-in/link/{token}", form) for _time in range(6)))

    assert sorted(one.status_code for one in answers) == [303] + [409] * 5
    assert len(sign_ins()) == 1


@pytest.mark.parametrize(("minutes", "seconds", "status"), [(29, 59, 303), (30, 0, 409), (30, 1, 409)])
async def test_a_link_lasts_half_an_hour(asker, bo, minutes, seconds, status):
    token = link_for(bo)

    with clock.frozen_at(NOW + timedelta(minutes=minutes, seconds=seconds)):
        response = await asker.post(f"/sign-in/link/{token}", {"email": "bo@example.org"})

    assert response.status_code == status


async def test_a_new_link_leaves_the_old_one_until_one_is_used(asker, bo):
    old, new, newest = (link_for(bo) for _time in range(3))

    first = await asker.post(f"/sign-in/link/{old}", {"email": "bo@example.org"})
    others = [await asker.post(f"/sign-in/link/{one}", {"email": "bo@example.org"}) for one in (new, newest)]

    assert (first.status_code, [one.status_code for one in others]) == (303, [409, 409])


async def test_a_link_is_guessed_at_ten_times_at_most(asker, bo):
    token = link_for(bo)

    guesses = [await asker.post(f"/sign-in/link/{token}", {"email": f"{n}@example.org"}) for n in range(12)]

    assert [one.status_code for one in guesses] == [422] * 10 + [429] * 2


async def test_a_made_up_token_is_told_the_same_as_a_used_one(asker, bo):
    token = link_for(bo)
    await asker.post(f"/sign-in/link/{token}", {"email": "bo@example.org"})

    used, made_up = await asker.get(f"/sign-in/link/{token}"), await asker.get("/sign-in/link/made-up")

    assert (used.status_code, made_up.status_code) == (409, 409)
    assert NOT_VALID in used.text and NOT_VALID in made_up.text


async def test_a_newcomer_joins_with_the_first_link(asker):
    await asker.post("/sign-up", {"email": "nia@example.org", "name": "Nia Novak"})
    with reading() as db:
        nia = db.exec(select(Person)).one()
        before = nia.state
    response = await asker.post(f"/sign-in/link/{link_for(nia.id)}", {"email": "nia@example.org"})

    with reading() as db:
        kinds = [one.kind for one in db.exec(select(JournalEntry).order_by(col(JournalEntry.id)))]
        after = db.exec(select(Person)).one().state
    assert (before, after, response.status_code) == (PersonState.NEW, PersonState.ACTIVE, 303)
    assert kinds == ["SignInLinkAsked", "PersonJoined", "SignedIn"]


async def test_no_readable_token_is_kept(asker, bo):
    token = link_for(bo)

    with reading() as db:
        rows = [one.model_dump() for one in db.exec(select(Token))]

    assert token not in str(rows)


# By password


async def test_a_password_signs_in(asker, bo):
    response = await asker.post("/sign-in/password", {"email": "BO@example.org", "password": "a short sentence"})

    assert response.status_code == 303
    assert await who(asker, cookie_set(response)) == "Bo Berg"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("bo@example.org", "a short sentenc"),
        ("bo@example.org", ""),
        ("cy@example.org", "a short sentence"),
        ("nobody@example.org", "a short sentence"),
        ("no address", "a short sentence"),
        ("", ""),
        ("bo@example.org", "x" * 10_000),
    ],
)
async def test_all_wrong_passwords_are_told_the_same(asker, bo, email, password):
    with transaction() as db:
        make_person(db, "Cy Costa")  # has no password

    response = await asker.post("/sign-in/password", {"email": email, "password": password})

    assert response.status_code == 422
    assert "This address and password do not go together. Try again, or have a link mailed." in response.text
    assert cookie_set(response) == ""
    assert password not in response.text or not password


async def test_somebody_who_never_joined_cannot_use_a_password(asker, bo):
    with transaction() as db:
        person = db.get(Person, bo)
        person.state = PersonState.NEW
        db.add(person)

    response = await asker.post("/sign-in/password", {"email": "bo@example.org", "password": "a short sentence"})

    assert response.status_code == 422


# Nothing that tells who is known


def without_chance(response) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer without what is random in every answer."""
    text = re.sub(r'(name="key" value=|request_id|ref)[^>]*', "", response.text)
    headers = [
        (name, re.sub(rf"({BROWSER})=[^;]*", r"\1=", value))
        for name, value in response.headers.multi_items()
        if name != "x-request-id"
    ]
    return response.status_code, text, headers


@pytest.mark.parametrize(
    ("path", "form"), [("/sign-in", {}), ("/sign-up", {"name": "Bo"}), ("/sign-in/password", {"password": "wrong one"})]
)
async def test_known_and_unknown_addresses_get_the_same_answer(asker, bo, path, form):
    known = await asker.post(path, {"email": "bo@example.org", **form})
    unknown = await asker.post(path, {"email": "xy@example.org", **form})

    same = tuple(str(part).replace("xy@", "bo@") for part in without_chance(unknown))
    assert tuple(str(part) for part in without_chance(known)) == same


async def test_a_letter_is_never_sent_in_the_request(asker, bo):
    from mailer.letters import Letter

    await asker.post("/sign-in", {"email": "bo@example.org"})

    with reading() as db:
        assert list(db.exec(select(Letter))) == []


# The sign-in itself


async def test_signing_in_makes_a_new_cookie_each_time(asker, bo):
    form = {"email": "bo@example.org", "password": "a short sentence"}
    fixed = "a cookie that somebody planted"

    one = await asker.post("/sign-in/password", form, cookie=fixed)
    other = await asker.post("/sign-in/password", form)

    assert len({fixed, cookie_set(one), cookie_set(other)}) == 3
    assert await who(asker, fixed) == "/sign-in?next=/account"


async def test_only_a_hash_of_the_cookie_is_kept(asker, bo):
    response = await asker.post("/sign-in/password", {"email": "bo@example.org", "password": "a short sentence"})

    cookie = cookie_set(response)
    assert len(cookie) == 43
    assert [one.digest for one in sign_ins()] == [digest(cookie)]


async def test_a_cookie_is_worth_nothing_after_signing_out(asker, bo):
    with transaction() as db:
        cookie = open_sign_in(db, db.get(Person, bo), way="test")

    response = await asker.post("/sign-out", cookie=cookie)

    assert (response.status_code, response.headers["clear-site-data"]) == (303, '"cache", "storage"')
    assert await who(asker, cookie) == "/sign-in?next=/account"
    assert sign_ins()[0].revoked_at == NOW


async def test_a_new_password_signs_out_all_other_browsers(asker, bo):
    with transaction() as db:
        here, there = (open_sign_in(db, db.get(Person, bo), way="test") for _time in range(2))
    form = {"old": "a short sentence", "password": "another sentence", "repeated": "another sentence"}

    response = await asker.post("/account/password", form, cookie=here)

    assert response.status_code == 303
    assert (await who(asker, here), await who(asker, there)) == ("Bo Berg", "/sign-in?next=/account")


async def test_a_sign_in_is_remembered_while_it_is_used_and_forgotten_after_two_idle_days(asker, bo):
    with transaction() as db:
        used, idle = (open_sign_in(db, db.get(Person, bo), way="test") for _time in range(2))

    for days in range(1, 5):
        with clock.frozen_at(NOW + timedelta(days=days)):
            assert await who(asker, used) == "Bo Berg"
    with clock.frozen_at(NOW + timedelta(days=2)):
        assert await who(asker, idle) == "/sign-in?next=/account"


async def test_no_sign_in_lasts_longer_than_a_fortnight(asker, bo):
    with transaction() as db:
        cookie = open_sign_in(db, db.get(Person, bo), way="test")

    seen = []
    for hours in range(0, 24 * 15, 24):
        with clock.frozen_at(NOW + timedelta(hours=hours)):
            seen.append(await who(asker, cookie) == "Bo Berg")

    assert seen == [True] * 14 + [False]


@pytest.mark.parametrize("cookie", ["x", "x" * 5000, "'; DROP TABLE person; --", "%00", "=;="])
async def test_odd_cookies_are_nobodys(asker, bo, cookie):
    assert await who(asker, cookie) == "/sign-in?next=/account"


# Where one is sent on to

ELSEWHERE = [
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "http:evil.example", "javascript:alert(1)", "data:text/html,x", " //evil.example", "/\n/evil.example",
    "https:/evil.example", "/" + "x" * 400, "evil.example", "///evil.example", "/ /evil.example", "/\x00",
    "@evil.example", "/\r\nset-cookie:a=b", "", ".", "../..",
]  # fmt: skip


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_what_is_no_path_of_ours_is_left_out(onward):
    assert safe_path(onward) == ""


@pytest.mark.parametrize("onward", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_nobody_is_sent_to_another_site(asker, bo, onward):
    form = {"email": "bo@example.org", "password": "a short sentence", "next": onward}

    answers = [
        await asker.post("/sign-in/password", form),
        await asker.post(f"/sign-in/link/{link_for(bo)}", {"email": "bo@example.org", "next": onward}),
        await asker.post("/language", {"language": "de", "next": onward}),
    ]

    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, "/")] * 3


@pytest.mark.parametrize("onward", ["/", "/e/food-hack", "/e/food-hack?tab=teams#top", "/e/caf%C3%A9"])
async def test_one_is_sent_on_to_where_one_was_going(asker, bo, onward):
    form = {"email": "bo@example.org", "password": "a short sentence", "next": onward}

    response = await asker.post("/sign-in/password", form)

    assert (safe_path(onward), response.headers["location"]) == (onward, onward)


async def test_a_visitor_comes_back_to_the_page_that_wanted_a_sign_in(asker, bo):
    response = await asker.get("/account?tab=password")

    assert (response.status_code, response.headers["location"]) == (303, "/sign-in?next=/account%3Ftab%3Dpassword")


# How often


async def test_an_address_is_tried_six_times_in_a_quarter_of_an_hour(asker, bo):
    form = {"email": "bo@example.org", "password": "wrong"}

    tries = [await asker.post("/sign-in/password", form) for _time in range(8)]

    assert [one.status_code for one in tries] == [422] * 6 + [429] * 2
    assert "That was tried too often. Please try again in 3 minutes." in tries[-1].text
    assert tries[-1].headers["retry-after"] == "151"


async def test_one_place_tries_thirty_times_whatever_the_addresses(asker, bo):
    tries = [await asker.post("/sign-in", {"email": f"p{n}@example.org"}, address="192.0.2.1") for n in range(32)]
    elsewhere = await asker.post("/sign-in", {"email": "p40@example.org"}, address="192.0.2.2")

    assert [one.status_code for one in tries][:30] == [303] * 30
    assert [one.status_code for one in tries][30:] == [429] * 2
    assert elsewhere.status_code == 303
