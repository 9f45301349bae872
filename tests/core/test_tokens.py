"""Tokens: kept as hashes, for one purpose, used once."""

import threading
from datetime import timedelta

import pytest
from cryptography.fernet import InvalidToken
from sqlmodel import select

from events.core import clock
from events.core.database import reading, transaction
from events.core.settings import settings, use_settings
from events.core.tokens import (
    Token,
    find_token,
    issue,
    key_for,
    new_token,
    open_bytes,
    same,
    seal_bytes,
    signature,
    spend,
)
from tests.makers import NOW

pytestmark = pytest.mark.usefixtures("database_url")
HALF_AN_HOUR = timedelta(minutes=30)


def give_out(purpose: str = "test", **values) -> str:
    with transaction() as db:
        return issue(db, purpose, 1, **values)


def usable(plain: str, purpose: str = "test") -> bool:
    with reading() as db:
        return find_token(db, purpose, plain) is not None


def test_a_token_is_stored_as_a_hash_only():
    plain = give_out()

    with reading() as db:
        row = db.exec(select(Token)).one()

    assert plain not in str(row.model_dump())
    assert len(plain) == 43  # 256 bits


def test_a_token_serves_its_own_purpose_only():
    plain = give_out()

    assert (usable(plain), usable(plain, "other"), usable(new_token()), usable("")) == (True, False, False, False)


def test_a_token_lasts_to_the_second():
    plain = give_out(lasts=HALF_AN_HOUR)

    with clock.frozen_at(NOW + HALF_AN_HOUR - timedelta(seconds=1)):
        before = usable(plain)
    with clock.frozen_at(NOW + HALF_AN_HOUR):
        then = usable(plain)

    assert (before, then) == (True, False)


def test_a_token_without_an_end_lasts():
    plain = give_out()

    with clock.frozen_at(NOW + timedelta(days=3650)):
        assert usable(plain)


def test_a_spent_token_is_of_no_use():
    plain = give_out()

    with transaction() as db:
        spent = spend(db, find_token(db, "test", plain))

    assert (spent, usable(plain)) == (True, False)


def test_a_token_is_spent_by_one_of_eight_who_try_at_once():
    plain = give_out()
    with reading() as db:
        token = find_token(db, "test", plain)
    together, answers = threading.Barrier(8), []

    def try_it() -> None:
        together.wait()
        with transaction() as db:
            answers.append(spend(db, token))

    threads = [threading.Thread(target=try_it) for _number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(answers) == [False] * 7 + [True]


def test_keys_differ_by_purpose_and_by_secret():
    one, other = key_for("form"), key_for("letter")
    use_settings(**settings().model_dump() | {"secret": "another secret that is long enough to be taken"})

    assert len({one, other, key_for("form")}) == 3
    assert signature("form", "a") != signature("form", "b")


def test_what_was_sealed_is_opened_for_its_purpose_only():
    closed = seal_bytes("letter", b"a link")

    assert open_bytes("letter", closed) == b"a link"
    assert b"a link" not in closed
    with pytest.raises(InvalidToken):
        open_bytes("other", closed)
    with pytest.raises(InvalidToken):
        open_bytes("letter", closed[:-1] + b"x")


def test_secrets_are_compared_whole():
    assert (same("ab", "ab"), same("ab", "aB"), same("ab", "abc"), same("é", "é")) == (True, False, False, True)
