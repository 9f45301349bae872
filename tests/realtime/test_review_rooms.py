"""Rooms of reviews on real sockets: who is let in, that messages hold numbers only, and who is out how soon."""

import asyncio
import json
import time

import pytest

from events.core.database import transaction
from sessions.peer_reviews.live import raise_review_hand
from sessions.peer_reviews.shared_board import add_board_entry
from tests.makers import make_person
from tests.realtime.house import client_of, cookie_for, open_house, until
from tests.sessions.makers_review_meetings import plan, take_out
from tests.sessions.makers_reviews import Review, make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def review(database_url: str) -> Review:
    with transaction() as db:
        made = make_review(db)
        plan(db, made)
    return made


async def join(client, review: Review) -> dict:
    for name in ("review", "review:left"):
        client.sio.on(name, lambda message, name=name: client.heard.append((name, message)))
    asked = {"review": review.subject.review.public_id}
    return await client.sio.call("review:join", asked, timeout=5)


async def do(step, *args, **values) -> None:
    def run() -> None:
        with transaction() as db:
            step(db, *args, **values)

    await asyncio.to_thread(run)


async def test_who_is_inside_hears_numbers_and_nothing_else(review: Review) -> None:
    public = review.subject.review.public_id
    with open_house() as house:
        async with client_of(house, cookie_for(review.people["ole"])) as ole:
            answer = await join(ole, review)
            await do(raise_review_hand, review.people["bo"], review.subject)
            await until(lambda: ole.messages("review"))
            bo = review.people["bo"]
            await do(add_board_entry, bo, review.subject, kind="finding", text="Cy Costa said so")
            await until(lambda: ole.messages("review")[-1]["board"] == 1)
            heard = ole.messages("review")

    assert answer == {"ok": True, "review": public, "number": 1, "board": 0}
    assert heard[0] == {"review": public, "number": 2, "board": 0}
    assert heard[-1] == {"review": public, "number": 2, "board": 1}
    assert "Costa" not in json.dumps(heard)


async def test_nobody_outside_is_let_in(review: Review) -> None:
    with transaction() as db:
        xi = make_person(db, "Xi Xu")
    with open_house() as house:
        async with client_of(house, cookie_for(xi)) as client:
            answer = await join(client, review)
            await do(raise_review_hand, review.people["bo"], review.subject)
            await asyncio.sleep(0.5)
            heard = client.heard

    assert answer == {"ok": False, "code": "not found", "ref": ""}
    assert heard == []


async def test_who_is_taken_out_hears_nothing_more_within_two_seconds(review: Review) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(review.people["bo"])) as bo:
            await join(bo, review)
            await asyncio.sleep(1.1)  # the process has read the journal up to here
            began = time.monotonic()
            await do(take_out, review, "bo")
            await until(lambda: bo.messages("review:left"), 4)
            took = time.monotonic() - began
            before = len(bo.messages("review"))
            await do(raise_review_hand, review.people["cy"], review.subject)
            await asyncio.sleep(0.5)

    assert took < 2.5
    assert len(bo.messages("review")) == before
