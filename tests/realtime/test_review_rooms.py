"""Rooms of reviews on real sockets: who is let in, that messages hold numbers only, and who is out how soon."""

import asyncio
import json

import pytest

from events.core.database import Database, transaction
from events.core.refusals import NotFound
from realtime.server import current
from sessions.peer_reviews.boards import present_in_room
from sessions.peer_reviews.live import raise_review_hand
from sessions.peer_reviews.reviews import ReviewRole, get_review
from sessions.peer_reviews.shared_board import add_board_entry
from tests.makers import make_person
from tests.realtime.house import PATIENCE, client_of, cookie_for, open_house, until
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
    return await client.sio.call("review:join", asked, timeout=PATIENCE)


async def do(step, *args, **values) -> None:
    def run() -> None:
        with transaction() as db:
            step(db, *args, **values)

    await asyncio.to_thread(run)


def raise_hand(db: Database, review: Review, name: str) -> None:
    """Somebody raises their hand who has just opened the page."""
    actor = review.people[name]
    raise_review_hand(db, actor, get_review(db, actor, review.event.event, review.subject.review.public_id))


def write_down(db: Database, review: Review, name: str) -> None:
    """Somebody puts an entry on the board who has just opened the page."""
    actor = review.people[name]
    subject = get_review(db, actor, review.event.event, review.subject.review.public_id)
    add_board_entry(db, actor, subject, kind="finding", text="Cy Costa said so")


async def test_who_is_inside_hears_numbers_and_nothing_else(review: Review) -> None:
    public = review.subject.review.public_id
    with open_house() as house:
        async with client_of(house, cookie_for(review.people["ole"])) as ole:
            answer = await join(ole, review)
            await do(raise_hand, review, "bo")
            await until(lambda: ole.messages("review"))
            await do(write_down, review, "bo")
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
            await do(raise_hand, review, "bo")
            await asyncio.sleep(0.5)
            heard = client.heard

    assert answer == {"ok": False, "code": "not found", "ref": ""}
    assert heard == []


async def test_who_is_taken_out_hears_nothing_more(review: Review) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(review.people["bo"])) as bo:
            await join(bo, review)
            await do(take_out, review, "bo")
            await until(lambda: bo.messages("review:left"))
            before = len(bo.messages("review"))
            await do(raise_hand, review, "cy")
            await asyncio.sleep(0.5)

    assert len(bo.messages("review")) == before


async def test_who_comes_and_goes_is_told_as_a_number_and_shown_by_name_to_those_inside(review: Review) -> None:
    public, subject = review.subject.review.public_id, review.subject
    with open_house() as house:
        async with client_of(house, cookie_for(review.people["ole"])) as ole:
            ole.sio.on("review:here", lambda message: ole.heard.append(("review:here", message)))
            await join(ole, review)
            async with client_of(house, cookie_for(review.people["bo"])) as bo:
                await join(bo, review)
                await until(lambda: ole.messages("review:here") and ole.messages("review:here")[-1]["here"] == 2)
                server = current()
                assert server is not None
                both = server.reviews.here(subject.id)
            await until(lambda: ole.messages("review:here")[-1]["here"] == 1)
            one = server.reviews.here(subject.id)
            heard = ole.messages("review:here")

    with transaction() as db:
        shown = present_in_room(db, review.people["mo"], subject, both)
        with pytest.raises(NotFound):
            present_in_room(db, make_person(db, "Xi Xu"), subject, both)
        after = present_in_room(db, review.people["mo"], subject, one)
    assert [(one.name, one.role) for one in shown] == [
        ("Bo Berg", ReviewRole.PEER), ("Ole Olin", ReviewRole.OBSERVER)
    ]  # fmt: skip
    assert [one.name for one in after] == ["Ole Olin"]
    assert {one["review"] for one in heard} == {public}
    assert "Berg" not in json.dumps(heard)


async def test_who_is_taken_out_is_not_among_those_who_are_here(review: Review) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(review.people["bo"])) as bo:
            await join(bo, review)
            await do(take_out, review, "bo")
            await until(lambda: bo.messages("review:left"))
            server = current()
            assert server is not None
            here = server.reviews.here(review.subject.id)

    assert here == []
