# ruff: noqa: F811 - `meet` and `house` are fixtures of another file
"""What engines hear of calls that are over, or over for one; and who has a place in a call that is full."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from events.core.database import transaction
from realtime.video.mesh import Mesh
from sessions.meeting_visits import close_meeting_room, leave_meeting_room
from sessions.room_doors import answer_knock, knock_at_room, put_out_of_room
from sessions.video import Way, choose_video, set_video_rules
from tests.makers import again
from tests.realtime.house import House, until
from tests.realtime.janus_house import free_port
from tests.realtime.test_calls import Meet, ask, house, in_call, meet  # noqa: F401 - fixtures
from tests.realtime.test_engines import SECRET, Engine, engine, set_up

MEDIA = {"mic": True, "cam": False, "screen": False, "hand": False}


@pytest.fixture
def livekit(meet: Meet) -> Iterator[None]:
    with engine() as url:
        set_up(livekit_url=url, livekit_page="https://calls.example/custom", livekit_key="key", livekit_secret=SECRET)
        with transaction() as db:
            set_video_rules(db, again(db, meet.people["ada"]), meet.fair.event, way=Way.LIVEKIT, relay_only=False)
        yield


def asked(method: str) -> list[dict[str, Any]]:
    """What LiveKit was asked for by one method."""
    return [json.loads(body) for path, _headers, body in list(Engine.asked) if path.endswith("/" + method)]


def let_ada_in(meet: Meet) -> None:
    meet.do(knock_at_room, "ada")
    meet.do(answer_knock, "bo", person=meet.people["ada"].person, admit=True)


async def test_who_is_put_out_is_put_out_by_the_engine_and_the_others_stay(house: House, meet: Meet, livekit: None):
    let_ada_in(meet)
    async with in_call(house, meet, "ada") as (ada, inside), in_call(house, meet, "bo") as (bo, _first):
        meet.do(put_out_of_room, "bo", person=meet.people["ada"].person)
        await until(lambda: ada.messages("meet:over") and asked("RemoveParticipant"))
        goes_on = await ask(bo, "meet:media", MEDIA)

    name = asked("CreateRoom")[0]["name"]
    assert asked("RemoveParticipant") == [{"room": name, "identity": inside["visit"]["id"]}]
    assert (goes_on["ok"], asked("DeleteRoom")) == (True, [])


async def test_who_cut_their_line_before_they_were_put_out_is_put_out_too(
    house: House, meet: Meet, livekit: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("realtime.calls.AWAY", type("Short", (), {"total_seconds": lambda _self: 2.0})())
    let_ada_in(meet)
    async with in_call(house, meet, "ada") as (_ada, inside):
        pass
    meet.do(put_out_of_room, "bo", person=meet.people["ada"].person)

    await until(lambda: asked("RemoveParticipant"))
    assert asked("RemoveParticipant")[0]["identity"] == inside["visit"]["id"]


async def test_a_room_that_is_closed_is_closed_at_the_engine(house: House, meet: Meet, livekit: None):
    async with in_call(house, meet, "bo") as (bo, _first), in_call(house, meet, "cy"):
        meet.do(close_meeting_room, "cy")
        await until(lambda: bo.messages("meet:over") and asked("DeleteRoom"))

    assert {one["room"] for one in asked("DeleteRoom")} == {asked("CreateRoom")[0]["name"]}
    assert asked("RemoveParticipant") == []


async def test_who_leaves_ends_nothing_for_the_others(house: House, meet: Meet, livekit: None):
    async with in_call(house, meet, "bo") as (bo, _first), in_call(house, meet, "cy") as (cy, _second):
        meet.do(leave_meeting_room, "cy")
        await until(lambda: cy.messages("meet:over"))
        await until(lambda: any(len(said["peers"]) == 1 for said in bo.messages("meet:state")))

        assert (asked("DeleteRoom"), asked("RemoveParticipant")) == ([], [])


async def test_a_call_that_goes_on_in_another_way_ends_where_it_was(house: House, meet: Meet, livekit: None):
    async with in_call(house, meet, "bo") as (bo, first):
        meet.do(choose_video, "bo", way=Way.MESH)
        await until(lambda: [one for one in bo.messages("meet:state") if one["way"] == "mesh"])
        await until(lambda: asked("DeleteRoom"))

    assert (first["room"]["way"], asked("DeleteRoom")) == ("livekit", [{"room": asked("CreateRoom")[0]["name"]}])


async def test_an_engine_that_fails_to_end_holds_nobody_up(house: House, meet: Meet, livekit: None, caplog: Any):
    async with in_call(house, meet, "bo") as (bo, _first), in_call(house, meet, "cy") as (cy, _second):
        Engine.answer = (500, b"")
        meet.do(close_meeting_room, "cy")
        await until(lambda: bo.messages("meet:over") and cy.messages("meet:over"))
        await until(lambda: "was not ended by" in caplog.text)

    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == []
    assert SECRET not in caplog.text


async def test_a_place_that_somebody_leaves_is_for_who_has_waited(
    house: House, meet: Meet, monkeypatch: pytest.MonkeyPatch
):
    """Two have a place. Whoever loads their page anew has come last, and locks nobody out who was there before."""
    monkeypatch.setattr(Mesh, "caps", replace(Mesh.caps, most_speakers=2))
    let_ada_in(meet)
    async with (
        in_call(house, meet, "bo") as (_bo, first),
        in_call(house, meet, "cy") as (cy, second),
        in_call(house, meet, "ada") as (ada, third),
        in_call(house, meet, "bo") as (_anew, fourth),
    ):
        back = [
            await ask(one, "meet:join", {"meeting": meet.public, "visit": was["visit"]})
            for one, was in ((ada, third), (cy, second))
        ]

    assert [one["full"] for one in (first, second, third, fourth)] == [False, False, True, True]
    assert [(one["full"], one["resumed"]) for one in back] == [(False, True)] * 2


async def test_who_comes_too_many_takes_nobody_back_to_an_engine_that_has_failed(
    house: House, meet: Meet, monkeypatch: pytest.MonkeyPatch
):
    """Else the two who see each other directly since it failed would have nothing at all."""
    monkeypatch.setattr(Mesh, "caps", replace(Mesh.caps, most_speakers=2))
    set_up(janus_url=f"ws://127.0.0.1:{free_port()}")
    with transaction() as db:
        set_video_rules(db, again(db, meet.people["ada"]), meet.fair.event, way=Way.JANUS, relay_only=False)
    let_ada_in(meet)
    async with (
        in_call(house, meet, "bo") as (_bo, first),
        in_call(house, meet, "cy") as (_cy, second),
        in_call(house, meet, "ada") as (_ada, third),
    ):
        ways = [one["room"]["way"] for one in (first, second, third)]

    assert (ways, [one["full"] for one in (first, second, third)]) == (["mesh"] * 3, [False, False, True])
