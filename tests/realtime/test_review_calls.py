"""The call in the room of a review: up to fifteen people, whose signals reach those in it only, and who is out soon."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from events.core.access import Actor
from events.core.database import transaction
from events.core.settings import settings, use_settings
from realtime.calls import Calls
from sessions.peer_reviews.call_doors import (
    ask_to_mute_in_review,
    get_review_call,
    leave_review_call,
    let_back_into_review_call,
    put_out_of_review_call,
)
from sessions.peer_reviews.endings import cancel_review
from sessions.peer_reviews.places import ask_into_review
from sessions.peer_reviews.reviews import ReviewRole
from sessions.peer_reviews.rooms import choose_review_video
from sessions.video import Way, set_video_rules
from sessions.visit_lines import MOST_IN_ROOM
from tests.makers import again, make_person, person_of
from tests.realtime.house import PATIENCE, Client, House, client_of, cookie_for, open_house, until
from tests.realtime.janus_house import free_port, real_janus
from tests.realtime.test_calls import HOST, OFFER
from tests.realtime.test_engines import SECRET, engine, set_up
from tests.realtime.test_janus import use_janus
from tests.sessions.makers_review_meetings import plan, take_out
from tests.sessions.makers_reviews import Review, give_place, make_review

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SHOWN = {"mic": True, "cam": True, "screen": False, "hand": False}


@pytest.fixture
def review(database_url: str) -> Review:
    with transaction() as db:
        made = make_review(db)
        plan(db, made)
        for number in range(8):
            give_place(db, made, make_person(db, f"Wyn{number} Ward"), ReviewRole.OBSERVER)
        choose_review_video(db, made.people["mo"], made.subject, way=Way.MESH)
    made.people["ada"] = made.ada
    return made


@pytest.fixture
def house(review: Review) -> Iterator[House]:
    with open_house() as found:
        yield found


def public(review: Review) -> str:
    return review.subject.review.public_id


def do(review: Review, command: Any, name: str, **values: Any) -> None:
    """What somebody does on the page."""
    with transaction() as db:
        actor = again(db, review.people[name])
        command(db, actor, get_review_call(db, actor, public(review)), **values)


def choose(review: Review, way: Way) -> None:
    with transaction() as db:
        mo = again(db, review.people["mo"])
        choose_review_video(db, mo, get_review_call(db, mo, public(review)).in_event, way=way)


async def ask(client: Client, name: str, message: Any) -> dict[str, Any]:
    found: dict[str, Any] = await client.sio.call(name, message, timeout=PATIENCE)
    return found


@asynccontextmanager
async def in_call(
    house: House, review: Review, who: str | Actor, **wish: Any
) -> AsyncIterator[tuple[Client, dict[str, Any]]]:
    actor = review.people[who] if isinstance(who, str) else who
    async with client_of(house, cookie_for(actor)) as client:
        for kind in ("meet:state", "meet:signal", "meet:media", "meet:caption", "meet:over", "fact"):
            client.sio.on(kind, lambda message, kind=kind: client.heard.append((kind, message)))
        yield client, await ask(client, "meet:join", {"meeting": public(review), **wish})


def signal(to: dict[str, Any], seq: int = 1) -> dict[str, Any]:
    return {"to": to["visit"]["id"], "batch": [{"seq": seq, "d": OFFER}]}


async def test_whoever_is_inside_comes_in_and_signals_reach_the_one_they_are_for(house: House, review: Review) -> None:
    names = ("hal", "mo", "ria", "bo")
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(in_call(house, review, name)) for name in names]
        (hal, first), (_mo, second), (ria, _third), (bo, last) = found
        answer = await ask(bo, "meet:signal", signal(first))
        await ask(bo, "meet:media", SHOWN)
        await until(lambda: hal.messages("meet:signal") and ria.messages("meet:media"))

        assert answer == {"ok": True, "upto": 1}
        assert [one["name"] for one in last["room"]["peers"]] == ["Hal Huber", "Mo Maier", "Ria Roth", "Bo Berg"]
        assert [one["order"] for one in (first, second, last)] == sorted(one["order"] for one in (first, second, last))
        assert (last["full"], last["room"]["way"], last["ticket"]["kind"]) == (False, "mesh", "native")
        assert hal.messages("meet:signal") == [{"from": last["visit"]["id"], "seq": 1, "d": OFFER}]
        assert ria.messages("meet:signal") == []


async def test_an_organiser_without_a_place_comes_in_and_nobody_from_outside(house: House, review: Review) -> None:
    with transaction() as db:
        xi = make_person(db, "Xi Xu")
    async with (
        in_call(house, review, "ada") as (_ada, inside),
        in_call(house, review, xi) as (stranger, refused),
    ):
        answers = [await ask(stranger, *one) for one in (("meet:signal", signal(inside)), ("meet:check", {
            "meeting": public(review)}), ("meet:media", SHOWN))]  # fmt: skip

        assert inside["ok"] is True
        assert [refused["code"], *(one["code"] for one in answers)] == ["not found"] * 4


async def test_who_was_asked_and_has_not_answered_does_not_come_in(house: House, review: Review) -> None:
    with transaction() as db:
        guest = make_person(db, "Gus Gall")
        ask_into_review(db, review.ada, review.subject, person=person_of(db, guest), role=ReviewRole.OBSERVER)
    async with in_call(house, review, guest) as (_guest, answer):
        assert (answer["ok"], answer["code"]) == (False, "not found")


async def test_a_reload_comes_back_to_the_visit_and_nobody_else_does(house: House, review: Review) -> None:
    async with in_call(house, review, "bo") as (_bo, first):
        pass
    async with in_call(house, review, "cy", visit=first["visit"]) as (_cy, stolen):
        pass
    async with in_call(house, review, "bo", visit={**first["visit"], "proof": "0" * 64}) as (_bo, forged):
        pass
    async with in_call(house, review, "bo", visit=forged["visit"]) as (_bo, back):
        assert [one["resumed"] for one in (stolen, forged, back)] == [False, False, True]
        assert back["visit"] == forged["visit"] != first["visit"]


async def test_a_second_window_takes_the_call_from_the_first(house: House, review: Review) -> None:
    async with in_call(house, review, "bo") as (old, _first), in_call(house, review, "bo") as (_new, second):
        await until(lambda: old.messages("meet:over"))

        assert old.messages("meet:over") == [{"meeting": public(review), "why": "replaced"}]
        assert (await ask(old, "meet:media", SHOWN))["ok"] is False
        assert [one["id"] for one in second["room"]["peers"]] == [second["visit"]["id"]]


async def test_a_place_that_ended_is_out_of_the_call_within_two_seconds(house: House, review: Review) -> None:
    async with in_call(house, review, "bo") as (bo, first), in_call(house, review, "mo") as (mo, _second):
        with transaction() as db:
            take_out(db, review, "bo")
        began = time.monotonic()
        await until(lambda: bo.messages("meet:over"))
        took = time.monotonic() - began
        await until(lambda: len(mo.messages("meet:state")[-1]["peers"]) == 1)
        refused = [await ask(mo, "meet:signal", signal(first)), await ask(bo, "meet:media", SHOWN)]
        await ask(mo, "meet:media", SHOWN)
        back = await ask(bo, "meet:join", {"meeting": public(review), "visit": first["visit"]})
        await asyncio.sleep(0.3)

    assert took < 2
    assert bo.messages("meet:over") == [{"meeting": public(review), "why": "removed"}]
    assert [one["code"] for one in (*refused, back)] == ["not found"] * 3
    assert bo.messages("meet:media") == []


async def test_negative_control_without_the_watch_who_was_taken_out_goes_on_listening(
    house: House, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Calls, "_keep_watch", lambda self: asyncio.sleep(0))
    async with in_call(house, review, "bo") as (bo, _first), in_call(house, review, "mo") as (mo, _second):
        with transaction() as db:
            take_out(db, review, "bo")
        await asyncio.sleep(1.2)
        await ask(mo, "meet:media", SHOWN)
        await until(lambda: bo.messages("meet:media"))

        assert bo.messages("meet:over") == []


async def test_who_is_put_out_stays_out_until_they_are_let_back_in(house: House, review: Review) -> None:
    bo_id = review.people["bo"].person
    async with in_call(house, review, "bo") as (bo, _first), in_call(house, review, "mo"):
        do(review, put_out_of_review_call, "mo", person=bo_id)
        await until(lambda: bo.messages("meet:over"), 2)
        out = [await ask(bo, name, {"meeting": public(review)}) for name in ("meet:join", "meet:check", "meet:ice")]
        do(review, let_back_into_review_call, "mo", person=bo_id)
        back = await ask(bo, "meet:join", {"meeting": public(review)})

    assert bo.messages("meet:over")[0]["why"] == "removed"
    assert [one["ok"] for one in out] == [False] * 3
    assert back["ok"] is True


async def test_who_leaves_is_out_and_a_mute_is_a_wish(house: House, review: Review) -> None:
    async with in_call(house, review, "bo") as (bo, _first), in_call(house, review, "cy") as (cy, _second):
        do(review, ask_to_mute_in_review, "mo", person=review.people["cy"].person)
        await until(lambda: [one for one in cy.messages("fact") if one.get("call") == public(review)])
        do(review, leave_review_call, "bo")
        await until(lambda: bo.messages("meet:over"))
        await until(lambda: len(cy.messages("meet:state")[-1]["peers"]) == 1)

    assert bo.messages("meet:over")[0]["why"] == "left"


async def test_everybody_is_out_when_the_review_is_cancelled(house: House, review: Review) -> None:
    async with in_call(house, review, "bo") as (bo, first), in_call(house, review, "cy") as (cy, _second):
        with transaction() as db:
            ada = again(db, review.ada)
            subject = get_review_call(db, ada, public(review)).in_event
            cancel_review(db, ada, subject, reason="The host has left the network.")
        await until(lambda: bo.messages("meet:over") and cy.messages("meet:over"), 2)
        late = await ask(cy, "meet:signal", signal(first))

    assert {one.messages("meet:over")[0]["why"] for one in (bo, cy)} == {"ended"}
    assert late["ok"] is False


async def test_captions_are_for_who_leads_or_keeps_the_record(house: House, review: Review) -> None:
    async with in_call(house, review, "bo") as (bo, _first), in_call(house, review, "ria") as (ria, told):
        answers = [await ask(one, "meet:caption", {"text": "Half of them leave.", "final": True}) for one in (bo, ria)]
        await until(lambda: bo.messages("meet:caption"))

    assert [one["captions"] for one in told["room"]["peers"]] == [False, True]
    assert (answers[0]["code"], answers[1]["ok"]) == ("not allowed", True)


async def test_an_event_that_hides_addresses_lets_none_through(house: House, review: Review) -> None:
    with transaction() as db:
        set_video_rules(db, again(db, review.ada), review.event, way=Way.MESH, relay_only=True)
    async with in_call(house, review, "bo") as (bo, first), in_call(house, review, "cy") as (cy, second):
        await ask(bo, "meet:signal", signal(second))
        await until(lambda: cy.messages("meet:signal"))

    assert first["ice"]["relay_only"] is True
    assert HOST not in cy.messages("meet:signal")[0]["d"]["sdp"]


async def test_sixteen_are_one_too_many_and_a_place_that_is_left_is_for_the_next(house: House, review: Review) -> None:
    choose(review, Way.JITSI)  # which holds them all, and is not here: the call is a list of people
    people = ["hal", "mo", "ria", "ole", "bo", "cy", "di", *(f"wyn{number}" for number in range(8))]
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(in_call(house, review, one)) for one in people]
        last, refused = await stack.enter_async_context(in_call(house, review, "ed"))
        _window, same = await stack.enter_async_context(in_call(house, review, "wyn0"))
        do(review, leave_review_call, "bo")
        later = await ask(last, "meet:join", {"meeting": public(review)})

    assert len(found) == MOST_IN_ROOM
    assert [one["ok"] for _client, one in found] == [True] * 15
    assert (refused["ok"], refused["code"]) == (False, "full")
    assert same["ok"] is True  # who is in it already takes no place more with another window
    assert (later["ok"], len(later["room"]["peers"])) == (True, 15)


# Ways of seeing each other


async def test_four_see_each_other_directly_and_the_fifth_is_told_that_it_is_full(house: House, review: Review) -> None:
    async with AsyncExitStack() as stack:
        names = ("hal", "mo", "ria", "bo", "cy")
        found = [(await stack.enter_async_context(in_call(house, review, name)))[1] for name in names]

    assert [one["full"] for one in found] == [False] * 4 + [True]
    assert found[-1]["room"]["way"] == "mesh"


async def test_with_an_engine_the_fifth_takes_everybody_to_it(house: House, review: Review, tmp_path: Path) -> None:
    with real_janus(tmp_path, tokens=False) as (url, process):  # tokens end by the real clock, which stands still here
        use_janus(url)
        async with AsyncExitStack() as stack:
            names = ("hal", "mo", "ria", "bo", "cy")
            found = [await stack.enter_async_context(in_call(house, review, name)) for name in names]
            await until(lambda: all(one.messages("meet:state")[-1]["way"] == "janus" for one, _told in found))
            epochs = {one.messages("meet:state")[-1]["epoch"] for one, _told in found}
            process.terminate()
            await until(lambda: all(one.messages("meet:state")[-1]["way"] == "off" for one, _told in found))
            after = {one.messages("meet:state")[-1]["epoch"] for one, _told in found}

    assert (found[-1][1]["full"], found[-1][1]["room"]["way"], len(epochs)) == (False, "janus", 1)
    assert after == {epochs.pop() + 1}  # five are too many for what is left


async def test_an_engine_that_does_not_answer_takes_three_to_the_next_way_together(
    house: House, review: Review
) -> None:
    use_settings(**settings().model_dump(exclude={"janus_url"}), janus_url=f"ws://127.0.0.1:{free_port()}")
    choose(review, Way.JANUS)
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(in_call(house, review, name)) for name in ("hal", "mo", "bo")]
        await until(lambda: all(one.messages("meet:state")[-1]["way"] == "mesh" for one, _told in found))
        epochs = {one.messages("meet:state")[-1]["epoch"] for one, _told in found}

    assert {one["room"]["way"] for _client, one in found} == {"mesh"}
    assert {one["room"]["switched"] for _client, one in found} == {"janus"}
    assert len(epochs) == 1
    assert [one["full"] for _client, one in found] == [False] * 3


FRAMES = {
    Way.JITSI: ("https://jitsi.example", "https://jitsi.example/"),
    Way.LIVEKIT: ("{url}", "https://calls.example/custom?"),
    Way.BBB: ("{url}/bigbluebutton", "{url}/bigbluebutton/api/join?"),
}


@pytest.mark.parametrize("way", FRAMES)
async def test_an_engine_in_a_frame_gets_a_ticket_for_each_and_another_room_after_each_change(
    house: House, review: Review, way: Way
) -> None:
    there = b"<response><returncode>SUCCESS</returncode></response>" if way is Way.BBB else b"{}"
    with engine(there) as url:
        address, begins = (one.format(url=url) for one in FRAMES[way])
        keys = {Way.LIVEKIT: {"livekit_page": "https://calls.example/custom", "livekit_key": "key"}}.get(way, {})
        set_up(**{f"{way.value}_url": address, f"{way.value}_secret": SECRET}, **keys)
        choose(review, way)
        async with in_call(house, review, "mo") as (_mo, first), in_call(house, review, "bo") as (_bo, second):
            tickets = [one["ticket"] for one in (first, second)]
        choose(review, Way.OFF)
        choose(review, way)
        async with in_call(house, review, "bo") as (_bo, later):
            pass

    site = begins.partition("//")[0] + "//" + begins.split("/")[2]
    assert [one["room"]["way"] for one in (first, second, later)] == [way] * 3
    assert [(one["kind"], one["url"].startswith(begins)) for one in tickets] == [("frame", True)] * 2
    assert all(site in one["allow"] and "camera" in one["allow"] for one in tickets)
    assert len({one["url"] for one in (*tickets, later["ticket"])}) == 3


async def test_another_way_that_is_chosen_is_told_to_all_with_a_new_epoch(house: House, review: Review) -> None:
    async with in_call(house, review, "bo") as (bo, first), in_call(house, review, "cy") as (cy, _second):
        choose(review, Way.OFF)
        await until(lambda: all(one.messages("meet:state")[-1]["way"] == "off" for one in (bo, cy)), 2)

    assert bo.messages("meet:state")[-1]["epoch"] == first["room"]["epoch"] + 1
