"""The same form sent twice has one effect, however fast it comes, and a refused one can be sent again."""

import asyncio

import pytest
from sqlmodel import select

from events.core.database import reading, transaction
from events.core.limits import Allowance
from events.core.refusals import Conflict
from events.core.repeats import SentBefore, SentForm, answer_to, once, remember_answer
from events.programmes import Programme
from events.signin import open_sign_in
from tests.asking import Asker
from tests.makers import NOW, make_person, person_of

pytestmark = pytest.mark.usefixtures("database_url")


def count(kind: type) -> int:
    with reading() as db:
        return len(list(db.exec(select(kind))))


def effect(key: str = "k1", *, name: str = "x") -> bool:
    """A change that takes a key; whether it was kept."""
    try:
        with once("bo", key), transaction() as db:
            db.add(Allowance(key=name, ahead_until=NOW))
    except SentBefore:
        return False
    return True


@pytest.fixture
def cookie() -> str:
    """Bo's sign-in."""
    with transaction() as db:
        return open_sign_in(db, person_of(db, make_person(db, "Bo Berg")), way="test")


def test_a_key_is_taken_once():
    assert (effect(), effect(name="y"), effect("k2", name="z")) == (True, False, True)
    assert count(Allowance) == 2


def test_keys_of_different_people_do_not_meet():
    effect()

    with once("cy", "k1"), transaction() as db:
        db.add(Allowance(key="y", ahead_until=NOW))

    assert count(Allowance) == 2


def test_a_key_goes_back_with_a_change_that_fails():
    with pytest.raises(Conflict), once("bo", "k1"), transaction():
        raise Conflict("Not now.")

    assert effect()


def test_several_transactions_of_one_request_share_its_key():
    with once("bo", "k1"):
        for name in "ab":
            with transaction() as db:
                db.add(Allowance(key=name, ahead_until=NOW))

    assert (count(Allowance), count(SentForm), effect()) == (2, 1, False)


def test_where_a_form_led_is_remembered():
    effect()
    remember_answer("bo", "k1", "/programmes")

    assert (answer_to("bo", "k1"), answer_to("cy", "k1"), answer_to("bo", "k2")) == ("/programmes", "", "")


async def test_a_hundred_identical_forms_at_once_have_one_effect(cookie):
    asker = Asker()
    form = {"name": "Sea and Salt", "key": "the same key"}

    answers = await asyncio.gather(*(asker.post("/programmes/new", form, cookie=cookie) for _time in range(100)))

    assert {(one.status_code, one.headers["location"]) for one in answers} == {(303, "/p/sea-and-salt")}
    assert count(Programme) == 1


async def test_without_a_key_every_form_counts(cookie):
    asker = Asker()

    answers = [await asker.post("/programmes/new", {"name": f"Sea {n}"}, cookie=cookie) for n in range(3)]

    assert [one.status_code for one in answers] == [303] * 3
    assert count(Programme) == 3


async def test_a_refused_form_can_be_sent_again_with_its_key(cookie):
    asker = Asker()

    first = await asker.post("/programmes/new", {"name": "", "key": "k"}, cookie=cookie)
    second = await asker.post("/programmes/new", {"name": "Sea and Salt", "key": "k"}, cookie=cookie)

    assert (first.status_code, second.status_code, count(Programme)) == (422, 303, 1)


async def test_a_wrong_password_can_be_mended_with_the_same_form():
    asker = Asker()
    form = {"email": "bo@example.org", "password": "wrong", "key": "k"}

    first = await asker.post("/sign-in/password", form)
    second = await asker.post("/sign-in/password", form)

    assert (first.status_code, second.status_code) == (422, 422)


async def test_a_form_whose_answer_got_lost_is_not_done_again(cookie, monkeypatch):
    monkeypatch.setattr("frontend.web._earlier_answer", lambda sender, key: "")
    asker = Asker()
    form = {"name": "Sea and Salt", "key": "k"}
    await asker.post("/programmes/new", form, cookie=cookie)

    again = await asker.post("/programmes/new", form, cookie=cookie)

    assert (again.status_code, count(Programme)) == (409, 1)
    assert "This was sent already. Reload the page to see what came of it." in again.text
