"""Rooms on real sockets: who is let in, what they hear, and what they get who were away."""

import asyncio
import os
from time import monotonic

import pytest
import redis

from events.core import steps
from events.core.access import Actor
from events.core.database import Database, grouped, reading, transaction
from events.core.journal import settle
from events.core.settings import settings, use_settings
from events.phases import PhaseKind
from events.registration import RegistrationInEvent, appoint, find_registration, withdraw_registration
from events.roles import Role
from realtime import elsewhere
from realtime import server as server_module
from realtime.channels import person_channel
from realtime.journal_watch import JournalWatch
from realtime.snapshots import changes_json, snapshot_json
from sessions.person_reports import PersonInLobby, remove_from_lobby
from sessions.pitches import plan_stage, schedule_pitches
from sessions.rooms import changes_since, room_snapshot
from sessions.running import add_time, close_stage, end_pitch, open_stage, start_pitch
from sessions.stages import QuestionOnStage, StageInEvent, ask_question, get_stage, vote_for_question
from tests.makers import again, make_event, make_person, make_programme, make_registration, open_phase, person_of
from tests.realtime.house import PATIENCE, House, client_of, cookie_for, open_house, raw, until
from tests.sessions.makers_pitches import Show, make_show


@pytest.fixture
def show(database_url: str) -> Show:
    with transaction() as db:
        made = make_show(db, opened=True)
    settle("web")
    return made


def room(db: Database, show: Show) -> StageInEvent:
    return get_stage(db, show.hal, show.stage.public_id)


def press(show: Show, command, **values) -> None:
    with transaction() as db:
        command(db, show.hal, room(db, show), **values)


async def pressed(show: Show, command, **values) -> None:
    await asyncio.to_thread(press, show, command, **values)


def number_of(show: Show) -> int:
    with reading() as db:
        return room(db, show).stage.number


async def test_whoever_joins_learns_from_which_number_on_they_hear(show: Show) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo:
            answer = await bo.join(show.stage.public_id)

    assert answer == {
        "ok": True,
        "stage": show.stage.public_id,
        "number": number_of(show),
        "here": 1,
        "people": answer["people"],
    }


async def test_changes_arrive_in_order_and_without_gaps_at_everybody(show: Show) -> None:
    began = number_of(show)

    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo, client_of(house, cookie_for(show.tam)) as tam:
            await bo.join(show.stage.public_id)
            await tam.join(show.stage.public_id)
            for _turn in range(2):
                await pressed(show, start_pitch)
                await pressed(show, add_time, seconds=30)
                await pressed(show, end_pitch)
            end = number_of(show)
            await until(
                lambda: all(
                    one.messages("room")[-1:] and one.messages("room")[-1]["number"] == end for one in (bo, tam)
                )
            )

        for client in (bo, tam):
            numbers = [(message["since"], message["number"]) for message in client.messages("room")]
            assert [since for since, _number in numbers] == [began, *(number for _since, number in numbers[:-1])]
            kinds = [kind for message in client.messages("room") for kind in message["kinds"]]
            assert kinds == ["pitch started", "time added", "pitch ended"] * 2


async def test_a_pitch_is_heard_with_its_start_and_its_seconds(show: Show) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo:
            await bo.join(show.stage.public_id)
            await pressed(show, start_pitch)
            await until(lambda: bo.messages("room"))

    (heard,) = bo.messages("room")
    on = [pitch for pitch in heard["running"]["pitches"] if pitch["state"] == "on stage"]
    assert [(pitch["team"], pitch["seconds"], pitch["started_at"]) for pitch in on] == [
        ("Lantern", 180, "2026-04-14T09:00:00+00:00")
    ]


async def test_a_reconnect_gets_what_it_missed(show: Show) -> None:
    cookie = cookie_for(show.bo)

    with open_house() as house:
        async with client_of(house, cookie) as before:
            seen = (await before.join(show.stage.public_id))["number"]
        await pressed(show, start_pitch)
        with transaction() as db:
            ask_question(db, show.tam, room(db, show), body="Did I miss it?")
        async with client_of(house, cookie) as after:
            answer = await after.join(show.stage.public_id)
            with reading() as db:
                missed = changes_json(show.stage.public_id, changes_since(db, show.bo, room(db, show), seen))

    assert (missed["since"], missed["number"]) == (seen, answer["number"])
    assert (missed["kinds"], missed["questions"][0]["body"]) == (["pitch started", "question asked"], "Did I miss it?")


async def test_nothing_is_missed_between_the_answer_and_the_first_message(show: Show) -> None:
    """Somebody joins while the room changes all the time: the first message follows on the answer or overlaps it."""
    with transaction() as db:
        question = ask_question(db, show.bo, room(db, show), body="Who votes?")
        crowd = [Actor(make_person(db, f"P {n}", email=f"p{n}@live.example").person, show.bo.ties) for n in range(60)]
    cookie = cookie_for(show.tam)

    def vote(one: Actor) -> None:
        subject = QuestionOnStage(question, show.stage, show.event.event)
        grouped(lambda db: vote_for_question(db, one, subject))

    with open_house() as house:
        async with client_of(house, cookie) as tam:
            voting = [asyncio.to_thread(vote, one) for one in crowd]
            voted = asyncio.gather(*voting)
            await asyncio.sleep(0.02)
            answer = await tam.join(show.stage.public_id)
            await voted
            end = number_of(show)
            await until(lambda: max([answer["number"]] + [one["number"] for one in tam.messages("room")]) == end)

    at = answer["number"]
    for message in tam.messages("room"):
        assert message["since"] <= at, "a gap"
        at = max(at, message["number"])
    votes = [card["votes"] for message in tam.messages("room") for card in message["questions"]]
    assert (at, votes) == (end, sorted(votes))


async def test_many_votes_are_one_message_with_the_newest_count(show: Show) -> None:
    with transaction() as db:
        question = ask_question(db, show.bo, room(db, show), body="Who votes?")
        crowd = [Actor(make_person(db, f"P {n}", email=f"p{n}@live.example").person, show.bo.ties) for n in range(30)]

    with open_house() as house:
        async with client_of(house, cookie_for(show.tam)) as tam:
            await tam.join(show.stage.public_id)
            with transaction() as db:
                for one in crowd:
                    vote_for_question(db, one, QuestionOnStage(question, show.stage, show.event.event))
            await until(lambda: tam.messages("room"))

    (heard,) = tam.messages("room")
    assert [card["votes"] for card in heard["questions"]] == [30]
    assert heard["number"] - heard["since"] == 30


CAST = ["eve", "fay", "gil"]


@pytest.mark.parametrize("name", CAST)
async def test_a_room_of_another_event_is_not_found(show: Show, name: str) -> None:
    """Eve has no place anywhere, Fay takes part in another event, Gil judges one."""
    with transaction() as db:
        actor = somebody_elsewhere(db, show, name)
    with open_house() as house:
        async with client_of(house, cookie_for(actor)) as outsider, client_of(house, cookie_for(show.bo)) as bo:
            answer = await outsider.join(show.stage.public_id)
            await bo.join(show.stage.public_id)
            await pressed(show, start_pitch)
            await until(lambda: bo.messages("room"))
            await asyncio.sleep(0.3)

    overheard = outsider.messages("room") + outsider.messages("presence")
    assert (answer, overheard) == ({"ok": False, "code": "not found", "ref": ""}, [])


def somebody_elsewhere(db: Database, show: Show, name: str) -> Actor:
    if name == "eve":
        return show.eve
    ola = make_person(db, "Ola Olsen", email="ola@live.example")
    programme = make_programme(db, ola, "Another network")
    ola = again(db, ola)
    other = open_phase(db, ola, make_event(db, ola, programme, name="Wood Hack"), PhaseKind.REGISTRATION)
    actor = make_person(db, name.title(), email=f"{name}@live.example")
    if name == "fay":
        make_registration(db, actor, other)
    else:
        appoint(db, ola, other, person_id=actor.person or 0, role=Role.JUDGE)
    return actor


@pytest.mark.parametrize("name", ["ada", "hal", "tam", "bo"])
async def test_whoever_belongs_to_the_event_is_let_in(show: Show, name: str) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(getattr(show, name))) as client:
            answer = await client.join(show.stage.public_id)

    assert answer["ok"] is True


@pytest.mark.parametrize("asked", [None, {}, [], "st_x", {"stage": 7}, {"stage": None}, {"stage": "x" * 41}])
async def test_a_strange_wish_gets_an_answer(show: Show, asked) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo:
            answer = await bo.sio.call("join", asked, timeout=PATIENCE)

    assert answer == {"ok": False, "code": "not found", "ref": ""}


async def test_an_unknown_event_gets_an_answer(show: Show) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo:
            answer = await bo.sio.call("vote", {"question": "sq_1"}, timeout=PATIENCE)

    assert answer == {"ok": False, "code": "unknown", "ref": ""}


async def test_a_fault_of_ours_gets_an_answer_with_a_reference(show: Show) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo:
            house.server.presence = None  # type: ignore[assignment]  # breaks what comes after the door
            answer = await bo.join(show.stage.public_id)

    assert (answer["ok"], answer["code"], len(answer["ref"])) == (False, "failed", 8)


async def test_presence_counts_people_and_tells_who_came_and_went(show: Show) -> None:
    cookie = cookie_for(show.tam)

    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo:
            await bo.join(show.stage.public_id)
            await until(lambda: bo.messages("presence"))
            bo.heard.clear()
            async with client_of(house, cookie) as one, client_of(house, cookie) as two:
                await one.join(show.stage.public_id)
                answer = await two.join(show.stage.public_id)
                await until(lambda: bo.messages("presence"))
            await until(lambda: len(bo.messages("presence")) == 2)

    came, went = bo.messages("presence")
    assert ([one["name"] for one in answer["people"]], answer["here"]) == (["Bo Berg", "Tam Tamm"], 2)
    assert ([one["name"] for one in came["came"]], came["here"]) == (["Tam Tamm"], 2)
    assert (went["went"], went["here"]) == ([came["came"][0]["id"]], 1)


async def test_whoever_leaves_hears_nothing_more(show: Show) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo, client_of(house, cookie_for(show.tam)) as tam:
            await bo.join(show.stage.public_id)
            await tam.join(show.stage.public_id)
            answer = await tam.sio.call("leave", {"stage": show.stage.public_id}, timeout=PATIENCE)
            tam.heard.clear()
            await pressed(show, start_pitch)
            await until(lambda: bo.messages("room"))
            await asyncio.sleep(0.2)

    assert (answer, tam.messages("room")) == ({"ok": True}, [])


async def test_whoever_loses_the_right_is_put_out(show: Show) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo:
            await bo.join(show.stage.public_id)
            with transaction() as db:
                row = find_registration(db, show.event.id, show.bo.person)
                assert row is not None
                withdraw_registration(db, show.bo, RegistrationInEvent(row, show.event.event))
            await asyncio.to_thread(house.do, house.server.look_at_everything())
            await until(lambda: bo.messages("left"))
            bo.heard.clear()
            await pressed(show, start_pitch)
            await asyncio.sleep(0.5)

    assert bo.messages("room") == []


async def test_a_fact_reaches_those_concerned_and_nobody_else(show: Show) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.tam)) as tam, client_of(house, cookie_for(show.bo)) as bo:
            with transaction() as db:
                stage = plan_stage(db, show.ada, show.event, name="Final", opens_at=show.stage.opens_at)
                pitches = schedule_pitches(db, show.hal, StageInEvent(stage, show.event.event), submissions=[1, 2, 3])
            await until(lambda: len(tam.messages("fact")) == 2 and bo.messages("fact"))
            await asyncio.sleep(0.5)

    lantern = pitches[0]
    assert [one["kind"] for one in bo.messages("fact")] == ["StagePlanned"]
    assert [one for one in tam.messages("fact") if one["kind"] != "StagePlanned"] == [
        {
            "fact": tam.messages("fact")[1]["fact"],
            "kind": "PitchScheduled",
            "stage": stage.public_id,
            "pitch": lantern.public_id,
        }
    ]


async def test_participants_hear_that_a_room_was_opened_and_others_do_not(show: Show) -> None:
    press(show, close_stage)

    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo, client_of(house, cookie_for(show.eve)) as eve:
            await pressed(show, open_stage)
            await until(lambda: bo.messages("fact"))
            await asyncio.sleep(0.3)

    assert ([fact["kind"] for fact in bo.messages("fact")][-1:], eve.messages("fact")) == (["StageOpened"], [])


async def test_facts_cross_processes_through_redis(show: Show) -> None:
    url = redis_or_skip()
    use_settings(**settings().model_dump() | {"redis_url": url})

    with open_house() as first, open_house() as second:
        async with client_of(first, cookie_for(show.bo)) as bo:
            await asyncio.sleep(0.5)
            second.server.fanout.tell([person_channel(show.bo.person or 0)], "fact", {"fact": 1, "kind": "Nothing"})
            await until(lambda: bo.messages("fact"))
            await asyncio.sleep(0.3)

    assert bo.messages("fact") == [{"fact": 1, "kind": "Nothing"}]


async def test_presence_is_one_over_two_processes_and_without_redis_each_tells_of_its_own(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bo is at both, Tam at the second. Redis goes, the negative control: what the other said is forgotten after its
    time; when it speaks again, all are there."""
    monkeypatch.setattr(elsewhere, "BEAT_SECONDS", 0.5)
    monkeypatch.setattr(elsewhere, "GONE_AFTER", 2.0)
    use_settings(**settings().model_dump() | {"redis_url": redis_or_skip()})

    def counts() -> list[int]:
        channel = f"stage:{show.room.id}"
        return [one.server.presence.count(channel) for one in (first, second)]

    with open_house() as first, open_house() as second:
        async with (
            client_of(first, cookie_for(show.bo)) as bo,
            client_of(second, cookie_for(show.bo)) as again_bo,
            client_of(second, cookie_for(show.tam)) as tam,
        ):
            for one in (bo, again_bo, tam):
                await one.join(show.stage.public_id)
            await until(lambda: counts() == [2, 2])
            await until(lambda: "Tam Tamm" in [one["name"] for said in bo.messages("presence") for one in said["came"]])
            hearing = second.server.sio.manager.heard
            second.server.sio.manager.heard = first.server.sio.manager.heard = lambda _name, _message: None
            await until(lambda: counts() == [1, 2])
            alone = counts()
            first.server.sio.manager.heard = JournalWatch(first.server, lambda *_about: [])._hear
            second.server.sio.manager.heard = hearing
            await until(lambda: counts() == [2, 2])
        await until(lambda: counts() == [0, 0])

    assert alone == [1, 2]


@pytest.mark.parametrize("looked", [True, False])
async def test_what_was_read_on_arrival_counts_only_while_nobodys_rights_have_changed(
    show: Show, monkeypatch: pytest.MonkeyPatch, looked: bool
) -> None:
    asked: list[int] = []
    real = server_module._standing_of
    monkeypatch.setattr(server_module, "_standing_of", lambda person: asked.append(person) or real(person))
    cookie = cookie_for(show.bo)
    with open_house() as house:
        await until(lambda: house.server.looks)  # the first look at the journal asks of everybody
        async with raw(house, cookie) as socket:
            await socket.recv()
            if looked:
                house.do(house.server.look_at_everything())
            await socket.send("40")
            await socket.recv()

    assert asked == [show.bo.person] * (2 if looked else 1)


async def test_who_is_in_the_lobby_at_another_process_is_counted_too(show: Show) -> None:
    use_settings(**settings().model_dump() | {"redis_url": redis_or_skip()})
    lobby = {"lobby": show.event.event.slug}

    def here() -> list[int]:
        return [len(one.server.lobbies.people(show.event.id)) for one in (first, second)]

    with open_house() as first, open_house() as second:
        async with client_of(first, cookie_for(show.bo)) as bo:
            for house in (first, second):
                hearing = JournalWatch(house.server, lambda *_about: [])._hear
                house.server.sio.manager.heard = hearing
            said: list[int] = []
            bo.sio.on("lobby", lambda message: said.append(message["here"]))
            await bo.sio.call("lobby", lobby, timeout=PATIENCE)
            async with client_of(second, cookie_for(show.tam)) as tam:
                await tam.sio.call("lobby", lobby, timeout=PATIENCE)
                await until(lambda: here() == [2, 2])
                await until(lambda: said[-1:] == [2])
            await until(lambda: here() == [1, 1])
            await until(lambda: said[-1:] == [1])


def redis_or_skip() -> str:
    url = os.environ.get("FOLKMOOT_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    try:
        redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1).ping()
    except redis.RedisError:
        pytest.skip("no Redis: start one on 127.0.0.1:6379, or set FOLKMOOT_TEST_REDIS_URL")
    return url


def test_a_snapshot_says_all_that_a_room_shows(show: Show) -> None:
    press(show, start_pitch)

    with reading() as db:
        shown = snapshot_json(show.stage.public_id, room_snapshot(db, show.bo, room(db, show)))

    assert (shown["number"], shown["running"]["state"], shown["now"]) == (
        number_of(show),
        "open",
        "2026-04-14T09:00:00+00:00",
    )


async def test_who_loses_the_right_is_put_out_at_once(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody tells the sockets: the journal does, in each process by itself."""
    monkeypatch.setattr(steps, "LOOK_ANYWAY", 3600)
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo:
            await bo.join(show.stage.public_id)
            with transaction() as db:
                row = find_registration(db, show.event.id, show.bo.person)
                assert row is not None
                withdraw_registration(db, show.bo, RegistrationInEvent(row, show.event.event))
            await until(lambda: bo.messages("left"))
            bo.heard.clear()
            await pressed(show, start_pitch)
            press(show, close_stage)
            await asyncio.sleep(0.5)
        channels = house.server.sio.manager.rooms

    assert (bo.heard, [one for one in channels.get("/", {}) if str(one).startswith(("stage", "event"))]) == ([], [])


async def test_who_loses_the_right_to_be_in_a_lobby_is_out_of_it_and_not_counted(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And goes on hearing of it without the look, the negative control."""
    heard: dict[bool, list[int]] = {}
    with open_house() as house:
        channel = f"lobby:{show.event.id}"
        async with client_of(house, cookie_for(show.bo)) as bo, client_of(house, cookie_for(show.tam)) as tam:
            said: list[int] = []
            bo.sio.on("lobby", lambda message: said.append(message["here"]))
            for one in (bo, tam):
                await one.sio.call("lobby", {"lobby": show.event.event.slug}, timeout=PATIENCE)
            await until(lambda: said[-1:] == [2])
            for looks in (False, True):
                with monkeypatch.context() as patch:
                    if not looks:
                        patch.setattr(house.server.lobbies, "look", _nothing)
                        with transaction() as db:
                            row = find_registration(db, show.event.id, show.bo.person)
                            assert row is not None
                            withdraw_registration(db, show.bo, RegistrationInEvent(row, show.event.event))
                    await asyncio.to_thread(house.do, house.server.look_at_everything())
                said.clear()
                await house_says(house, channel)
                await bo.sio.call("clock", {}, timeout=PATIENCE)
                heard[looks] = list(said)
            counted = house.server.lobbies.people(show.event.id)

    assert (heard[False], heard[True], len(counted)) == ([7], [], 1)


async def test_who_is_put_out_of_a_lobby_is_gone_from_it_within_two_seconds(show: Show) -> None:
    slug = {"lobby": show.event.event.slug}
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo, client_of(house, cookie_for(show.tam)) as tam:
            for one in (bo, tam):
                await one.sio.call("lobby", slug, timeout=PATIENCE)
            with transaction() as db:
                remove_from_lobby(db, show.hal, PersonInLobby(person_of(db, show.bo), show.event))
            began = monotonic()
            await until(lambda: len(house.server.lobbies.people(show.event.id)) == 1)
            took = monotonic() - began
            again = await bo.sio.call("lobby", slug, timeout=PATIENCE)

    assert took < 2
    assert again["ok"] is False


async def house_says(house: House, channel: str) -> None:
    """Something is said to whoever is in a channel."""
    await asyncio.to_thread(house.do, house.server.fanout.post(channel, "lobby", {"lobby": "food-hack", "here": 7}))


async def test_who_gets_a_right_hears_of_it_without_a_new_page(show: Show) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(show.eve)) as eve:
            with transaction() as db:
                make_registration(db, show.eve, show.event)
            await until(lambda: house.server.sio.manager.ways_to(f"event:{show.event.id}"))
            await pressed(show, close_stage)
            await until(lambda: "StageClosed" in [fact["kind"] for fact in eve.messages("fact")])


async def test_what_redis_does_not_bring_the_journal_does(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis is away: the process that claims a fact tells its own sockets, the other reads the journal. Without the
    journal, the negative control, the other's sockets hear nothing."""
    use_settings(**settings().model_dump() | {"redis_url": "redis://127.0.0.1:1/0"})
    heard = {}
    for watching in (True, False):
        if not watching:
            monkeypatch.setattr(JournalWatch, "_tell_unheard", _nothing)
        with open_house() as first, open_house() as second:
            async with client_of(first, cookie_for(show.bo)) as bo, client_of(second, cookie_for(show.tam)) as tam:
                await asyncio.sleep(1.2)
                await pressed(show, close_stage)
                await until(lambda: bo.messages("fact") or tam.messages("fact"))
                await asyncio.sleep(4 if watching else 1)
                heard[watching] = [{fact["kind"] for fact in one.messages("fact")} for one in (bo, tam)]
        press(show, open_stage)
        settle("web")

    assert heard[True] == [{"StageClosed"}] * 2
    assert sorted(map(len, heard[False])) == [0, 1]


async def _nothing(*_anything) -> None:
    return None
