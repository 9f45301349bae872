"""Calls by socket: who comes in, whose signals reach whom, how fast one may speak, and how soon somebody is out."""

import asyncio
import base64
import hashlib
import hmac
import json
import random
import socket
import string
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.settings import settings, use_settings
from realtime.calls import Calls
from realtime.video.mesh import credential_for, good_for, ice_servers, is_relayed, only_relayed
from sessions.blocks import TableKind, tables_of
from sessions.guests import add_to_meeting, leave_meeting
from sessions.meeting_rooms import get_meeting_room
from sessions.meeting_visits import close_meeting_room, visits_here
from sessions.moves import cancel_meeting
from sessions.room_doors import answer_knock, ask_to_mute, choose_captioner, knock_at_room, put_out_of_room
from sessions.seats import SEAT
from sessions.sides import side_of
from sessions.video import Way, set_video_rules
from tests.makers import again, make_person
from tests.realtime.coturn_house import real_coturn
from tests.realtime.house import PATIENCE, Client, House, client_of, cookie_for, greeted, open_house, raw, until
from tests.realtime.turn_client import TurnClient
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant, place_of

MINUTE = timedelta(minutes=1)
REDIS = "redis://127.0.0.1:6379/13"
HOST, RELAY = "candidate:1 1 udp 1 192.0.2.7 9 typ host", "candidate:2 1 udp 1 192.0.2.9 9 typ relay raddr 0.0.0.0"
OFFER = {"type": "offer", "sdp": f"v=0\r\na={HOST}\r\na={RELAY}\r\n"}


class Meet:
    """Two meetings that are on, with their people and cookies, and a house in which they are held."""

    def __init__(self, db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor, eve: Actor) -> None:
        self.fair: Fair = make_fair(db, ada)
        for table in tables_of(db, self.fair.event.id):
            table.kind = TableKind.VIDEO
            db.add(table)
        self.people = {
            name: make_participant(db, one, self.fair) for name, one in (("bo", bo), ("cy", cy), ("dee", dee))
        }
        self.people["mel"] = make_participant(db, eve, self.fair)
        bo, cy = self.people["bo"], self.people["cy"]
        self.public = make_meeting(db, self.fair, asker=bo, invitee=cy).meeting.public_id
        other = make_meeting(db, self.fair, asker=self.people["dee"], invitee=self.people["mel"], slot=0)
        self.other = other.meeting.public_id
        self.people["ada"] = again(db, ada)
        db.commit()
        self.cookies = {name: cookie_for(one) for name, one in self.people.items()}

    def do(self, command: Any, name: str, **values: Any) -> Any:
        """What somebody does on the page."""
        with transaction() as db:
            actor = again(db, self.people[name])
            return command(db, actor, get_meeting_room(db, actor, self.public), **values)


@pytest.fixture
def meet(db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor, eve: Actor) -> Any:
    made = Meet(db, ada, bo, cy, dee, eve)
    with clock.frozen_at(made.fair.slots[0].starts_at + MINUTE):
        yield made


@pytest.fixture
def house(meet: Any) -> Any:
    with open_house() as found:
        yield found


@asynccontextmanager
async def in_call(house: House, meet: Meet, name: str, public: str = "", **wish: Any) -> Any:
    """Somebody's client in a room; answers it with what joining said."""
    async with client_of(house, meet.cookies[name]) as client:
        for kind in ("meet:state", "meet:signal", "meet:media", "meet:caption", "meet:over"):
            client.sio.on(kind, lambda message, kind=kind: client.heard.append((kind, message)))
        answer = await ask(client, "meet:join", {"meeting": public or meet.public, **wish})
        yield client, answer


def with_relay(secrets: list[str]) -> None:
    """Let there be a TURN server with these secrets."""
    kept = settings().model_dump(exclude={"turn_urls", "turn_secrets"})
    use_settings(**kept, turn_urls=["turn:turn.example:3478"], turn_secrets=secrets)


async def ask(client: Client, name: str, message: Any) -> dict[str, Any]:
    found: dict[str, Any] = await client.sio.call(name, message, timeout=PATIENCE)
    return found


async def test_two_come_in_and_their_signals_reach_the_other_only(house, meet):
    async with in_call(house, meet, "bo") as (bo, first), in_call(house, meet, "cy") as (cy, second):
        here = [one["id"] for one in second["room"]["peers"]]
        answer = await ask(bo, "meet:signal", {"to": second["visit"]["id"], "batch": [{"seq": 1, "d": OFFER}]})

        await until(lambda: cy.messages("meet:signal"))
        assert (first["order"] < second["order"], answer) == (True, {"ok": True, "upto": 1})
        assert here == [first["visit"]["id"], second["visit"]["id"]]
        assert cy.messages("meet:signal") == [{"from": first["visit"]["id"], "seq": 1, "d": OFFER}]
        assert bo.messages("meet:signal") == []


async def test_nothing_goes_to_another_room_or_in_from_outside(house, meet):
    async with (
        in_call(house, meet, "bo") as (bo, _first),
        in_call(house, meet, "dee", meet.other) as (dee, other),
        in_call(house, meet, "ada") as (ada, refused),
        in_call(house, meet, "mel") as (_mel, unknown),
    ):
        message = {"to": other["visit"]["id"], "batch": [{"seq": 1, "d": OFFER}]}
        answers = [await ask(one, "meet:signal", message) for one in (bo, ada)]

        assert [one["code"] for one in (refused, unknown, *answers)] == ["not allowed"] + ["not found"] * 3
        assert dee.messages("meet:signal") == []


async def test_a_broken_line_comes_back_to_its_visit_and_nobody_takes_it(house, meet):
    async with in_call(house, meet, "bo") as (_bo, first):
        pass
    async with in_call(house, meet, "cy", visit=first["visit"]) as (_cy, stolen):
        pass
    async with in_call(house, meet, "bo", visit={**first["visit"], "proof": "0" * 64}) as (_bo, forged):
        pass
    async with in_call(house, meet, "bo", visit=forged["visit"]) as (_bo, back):
        assert [one["resumed"] for one in (stolen, forged, back)] == [False, False, True]
        assert back["visit"] == forged["visit"] != first["visit"]


async def test_a_new_window_takes_the_call_from_the_older_one(house, meet):
    async with in_call(house, meet, "bo") as (old, _first), in_call(house, meet, "bo") as (_new, second):
        await until(lambda: old.messages("meet:over"))

        assert old.messages("meet:over") == [{"meeting": meet.public, "why": "replaced"}]
        assert (await ask(old, "meet:media", {"mic": True, "cam": True, "screen": False, "hand": False}))["ok"] is False
        assert [one["id"] for one in second["room"]["peers"]] == [second["visit"]["id"]]


async def test_who_is_put_out_is_out_and_gets_no_relay_any_more(house, meet):
    with_relay(["s"])
    meet.do(knock_at_room, "ada")
    meet.do(answer_knock, "bo", person=meet.people["ada"].person, admit=True)
    async with in_call(house, meet, "ada") as (ada, inside), in_call(house, meet, "bo") as (bo, _first):
        before = await ask(ada, "meet:ice", {})
        meet.do(put_out_of_room, "bo", person=meet.people["ada"].person)
        await until(lambda: ada.messages("meet:over"))
        after = [await ask(ada, name, {"meeting": meet.public}) for name in ("meet:ice", "meet:check", "meet:join")]
        await ask(bo, "meet:media", {"mic": True, "cam": True, "screen": False, "hand": True})

        assert (inside["ok"], before["ok"], ada.messages("meet:over")[0]["why"]) == (True, True, "removed")
        assert [one["ok"] for one in after] == [False] * 3
        assert ada.messages("meet:media") == []


async def test_those_inside_see_at_once_that_a_guest_comes_no_more(house, meet):
    with transaction() as db, clock.frozen_at(meet.fair.slots[0].starts_at - 10 * MINUTE):
        ada, tam = again(db, meet.people["ada"]), make_person(db, "Tam Tamm", email="tam@tamm.example")
        meet.people["tam"] = make_participant(db, tam, meet.fair)
        of = get_meeting_room(db, again(db, meet.people["bo"]), meet.public).of
        side = side_of(of, meet.people["bo"].person)
        add_to_meeting(db, ada, side, registration=place_of(db, meet.people["tam"], meet.fair))
    meet.cookies["tam"] = cookie_for(meet.people["tam"])
    with clock.frozen_at(meet.fair.slots[0].starts_at - 5 * MINUTE):
        async with in_call(house, meet, "bo") as (bo, first), in_call(house, meet, "tam") as (tam, second):
            with transaction() as db:
                actor = again(db, meet.people["tam"])
                leave_meeting(db, actor, get_meeting_room(db, actor, meet.public).of)
            await until(lambda: tam.messages("meet:over"))
            await until(lambda: len(bo.messages("meet:state")[-1]["peers"]) == 1)

            assert [one["id"] for one in bo.messages("meet:state")[-1]["peers"]] == [first["visit"]["id"]]
            assert second["ok"]


async def test_negative_control_without_the_watch_somebody_put_out_goes_on_listening(house, meet, monkeypatch):
    monkeypatch.setattr(Calls, "_keep_watch", lambda self: asyncio.sleep(0))
    meet.do(knock_at_room, "ada")
    meet.do(answer_knock, "bo", person=meet.people["ada"].person, admit=True)
    async with in_call(house, meet, "ada") as (ada, _inside), in_call(house, meet, "bo") as (bo, _first):
        meet.do(put_out_of_room, "bo", person=meet.people["ada"].person)
        await asyncio.sleep(1.2)
        await ask(bo, "meet:media", {"mic": True, "cam": True, "screen": False, "hand": True})
        await until(lambda: ada.messages("meet:media"))

        assert ada.messages("meet:over") == []


@pytest.mark.parametrize("way", ["ended", "cancelled"])
async def test_everybody_is_out_when_it_is_over(house, meet, way):
    async with in_call(house, meet, "bo") as (bo, _first), in_call(house, meet, "cy") as (cy, second):
        if way == "ended":
            meet.do(close_meeting_room, "cy")
        else:
            with transaction() as db:
                cy_now = again(db, meet.people["cy"])
                subject = get_meeting_room(db, cy_now, meet.public).of
                with clock.frozen_at(meet.fair.slots[0].starts_at - MINUTE):
                    cancel_meeting(db, cy_now, subject)
        await until(lambda: bo.messages("meet:over") and cy.messages("meet:over"))
        late = await ask(bo, "meet:signal", {"to": second["visit"]["id"], "batch": [{"seq": 9, "d": OFFER}]})

        assert ([bo.messages("meet:over")[0]["why"], late["ok"]]) == ["ended", False]


async def test_at_the_hard_end_the_server_hands_nothing_on(house, meet):
    async with in_call(house, meet, "bo") as (bo, _first), in_call(house, meet, "cy") as (cy, second):
        with clock.frozen_at(meet.fair.slots[0].ends_at + 2 * MINUTE):
            await until(lambda: bo.messages("meet:over") and cy.messages("meet:over"))
            late = await ask(bo, "meet:signal", {"to": second["visit"]["id"], "batch": [{"seq": 9, "d": OFFER}]})

        assert late["ok"] is False


async def test_a_call_ends_in_time_for_a_meeting_that_was_booked_while_it_went_on(house, meet):
    end = meet.fair.slots[0].ends_at
    async with in_call(house, meet, "bo") as (bo, first), in_call(house, meet, "cy") as (cy, _second):
        with transaction() as db:
            dee, them = again(db, meet.people["dee"]), again(db, meet.people["cy"])
            after = make_meeting(db, meet.fair, asker=dee, invitee=them, slot=1)
            for step in (-1000, 999):  # One less, without any two seats at one moment on the way there.
                db.execute(SEAT.update().where(SEAT.c.meeting_id == after.id).values(atom=SEAT.c.atom + step))
        with clock.frozen_at(end + timedelta(seconds=1)):
            await until(lambda: bo.messages("meet:over") and cy.messages("meet:over"))

        assert datetime.fromtimestamp(first["room"]["clock"]["closes"] / 1000, UTC) == end + 2 * MINUTE
        assert bo.messages("meet:over")[0]["why"] == "ended"


async def test_captions_are_for_whom_a_lead_has_chosen_and_a_mute_is_a_wish(house, meet):
    async with in_call(house, meet, "bo") as (bo, _first), in_call(house, meet, "cy") as (cy, _second):
        before = await ask(bo, "meet:caption", {"text": "Hello", "final": True})
        meet.do(choose_captioner, "cy", person=meet.people["bo"].person, writes=True)
        await until(lambda: any(one["captions"] for said in cy.messages("meet:state") for one in said["peers"]))
        after = await ask(bo, "meet:caption", {"text": "They can press a hundred.", "final": True})
        meet.do(ask_to_mute, "cy", person=meet.people["bo"].person)
        await until(lambda: [one for one in bo.messages("fact") if one.get("call") == meet.public])

        assert (before["code"], after["ok"]) == ("not allowed", True)
        await until(lambda: cy.messages("meet:caption"))
        assert cy.messages("meet:caption")[0]["text"] == "They can press a hundred."


async def test_a_relay_only_event_lets_no_network_address_through(house, meet):
    with transaction() as db:
        set_video_rules(db, again(db, meet.people["ada"]), meet.fair.event, way=Way.MESH, relay_only=True)
    host, relay = {"candidate": HOST, "sdpMid": "0"}, {"candidate": RELAY, "sdpMid": "0"}
    async with in_call(house, meet, "bo") as (bo, first), in_call(house, meet, "cy") as (cy, second):
        batch = [{"seq": 1, "d": OFFER}, {"seq": 2, "c": host}, {"seq": 3, "c": relay}]
        await ask(bo, "meet:signal", {"to": second["visit"]["id"], "batch": batch})
        await until(lambda: len(cy.messages("meet:signal")) == 2)

        assert first["ice"]["relay_only"] is True
        assert "192.0.2.7" not in json.dumps(cy.messages("meet:signal"))
        assert [one["seq"] for one in cy.messages("meet:signal")] == [1, 3]


async def test_whoever_floods_a_call_is_told_and_then_cut_off(house, meet):
    async with in_call(house, meet, "bo") as (bo, _first), in_call(house, meet, "cy") as (_cy, second):
        way = {"candidate": "candidate:2 1 udp 1 192.0.2.9 9 typ host", "sdpMid": "0"}
        codes = []
        for round_ in range(8):
            batch = [{"seq": round_ * 32 + at, "c": way} for at in range(32)]
            try:
                codes.append((await ask(bo, "meet:signal", {"to": second["visit"]["id"], "batch": batch})).get("code"))
            except Exception:
                break
        await until(bo.gone.is_set)

    assert codes[:4] == [None, None, None, "rate"]


def test_a_credential_is_what_coturn_computes_and_ends_with_the_meeting(meet):
    with_relay(["first", "second"])
    closes = clock.now() + 2 * MINUTE

    [server] = ice_servers("v_1", closes)

    until_, visit = server["username"].split(":")
    expected = base64.b64encode(hmac.new(b"first", server["username"].encode(), hashlib.sha1).digest()).decode()
    assert (server["credential"], visit, int(until_)) == (expected, "v_1", int((closes + MINUTE).timestamp()))
    assert int(ice_servers("v_1", closes + timedelta(days=1))[0]["username"].split(":")[0]) == int(
        (clock.now() + 5 * MINUTE).timestamp()
    )
    assert (good_for(closes), good_for(closes + timedelta(days=1))) == (180, 300)


def test_a_name_at_a_real_relay_ends_by_itself_and_what_it_had_opened_does_not(meet, tmp_path):
    """What a page that was put out and does not hang up can do: nothing new after five minutes."""
    with real_coturn(tmp_path, "what we share") as url:
        with_relay(["what we share"])
        port, late = int(url.rpartition(":")[2]), clock.frozen_at(datetime.now(UTC) - 5 * MINUTE + timedelta(seconds=3))
        with late:
            given = credential_for("v_1", clock.now() + 60 * MINUTE)
        before = TurnClient(port, given.username, given.password)
        opened = [before.allocate(), before.permit("127.0.0.1")]
        time.sleep(4)
        after = TurnClient(port, given.username, given.password)
        kept, new = before.refresh(), after.allocate()
        with clock.frozen_at(datetime.now(UTC)):
            fresh = credential_for("v_1", clock.now() + 60 * MINUTE)
        renewed = TurnClient(port, fresh.username, fresh.password).allocate()

    assert (opened, kept, new, renewed) == ([0, 0], 0, 401, 0)


def test_only_what_goes_through_a_relay_is_relayed():
    assert [is_relayed(one) for one in ("", "a typ relay", "a typ relay raddr x", "a typ host", "a typ relayed")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert "192.0.2.7" not in only_relayed(OFFER["sdp"]) and "192.0.2.9" in only_relayed(OFFER["sdp"])


# --- Hostile frames


NAMES = [
    "meet:join", "meet:signal", "meet:media", "meet:ice", "meet:caption", "meet:clock", "meet:check", "meet:engine",
]  # fmt: skip
KEYS = ["meeting", "visit", "id", "proof", "to", "batch", "seq", "d", "c", "type", "sdp", "candidate", "sdpMid",
        "sdpMLineIndex", "mic", "cam", "screen", "hand", "text", "final", "of", "watch"]  # fmt: skip
NUMBERS = [0, -1, 2**31, 2**63, 1e308, 0.5]


def anything(chance: random.Random, known: list[str], depth: int = 0) -> Any:
    """Something of any kind, a few deep."""
    kind = chance.randrange(7 if depth < 4 else 5)
    if kind == 0:
        return chance.choice([None, True, False])
    if kind == 1:
        return chance.choice(NUMBERS)
    if kind == 2:
        return chance.choice(known)
    if kind == 3:
        return "".join(chance.choices(string.printable, k=chance.choice([0, 1, 40, 400])))
    if kind == 4:
        return "\x00?\u202e"
    if kind == 5:
        return [anything(chance, known, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(KEYS): anything(chance, known, depth + 1) for _ in range(chance.randrange(6))}


def hostile(chance: random.Random, known: list[str]) -> tuple[str, Any]:
    """Something that no page of ours sends, or nearly what one sends."""
    name = chance.choice(NAMES)
    if chance.random() < 0.4:
        return name, anything(chance, known)
    return name, {key: anything(chance, known) for key in chance.sample(KEYS, chance.randrange(1, len(KEYS)))}


async def throw(house: House, meet: Meet, count: int, seed: int = 7) -> tuple[int, int]:
    """Send so many hostile frames as somebody who is in a call; how many were answered, how many of those failed."""
    chance, answered, failed = random.Random(seed), 0, 0
    async with in_call(house, meet, "cy") as (_cy, second):
        while answered < count:
            async with raw(house, meet.cookies["bo"], max_size=None) as socket:
                await greeted(socket)
                await socket.send("420" + json.dumps(["meet:join", {"meeting": meet.public}]))
                known = [meet.public, meet.other, second["visit"]["id"], "", "offer", "x" * 5000]
                try:
                    for at in range(1, 50):
                        await socket.send(f"42{at}" + json.dumps(list(hostile(chance, known)))[:16_000])
                    answers = 0
                    while answers < 50:
                        text = str(await asyncio.wait_for(socket.recv(), PATIENCE))
                        answers += text.startswith("43")
                        failed += '"failed"' in text
                    answered += answers
                except Exception:
                    answered += 1  # cut off, as floods and what is no JSON are
    return answered, failed


async def test_a_thousand_hostile_frames_are_all_answered_and_none_goes_wrong(house, meet, monkeypatch, caplog):
    monkeypatch.setattr("realtime.calls.STRIKES", 10**9)
    monkeypatch.setattr("realtime.guard.PACE", 1e9)
    monkeypatch.setattr("realtime.guard.BURST", 1e9)
    monkeypatch.setattr("realtime.guard.MOST_PER_SIGN_IN", 10**6)
    monkeypatch.setattr("events.core.settings.Settings.sockets_per_address", 10**6, raising=False)

    answered, failed = await throw(house, meet, 1000)

    assert answered >= 1000
    assert (failed, [one.message for one in caplog.records if one.levelname == "ERROR"]) == (0, [])
    with transaction() as db:
        bo = again(db, meet.people["bo"])
        assert len(visits_here(db, get_meeting_room(db, bo, meet.public))) <= 2


async def test_two_processes_hold_one_call_over_redis(house, meet, monkeypatch):
    """Each of the two in another server, as behind a balancer: signals cross, and each watches over its own."""
    use_settings(**settings().model_dump(exclude={"redis_url"}), redis_url=REDIS)
    try:
        with socket.create_connection(("127.0.0.1", 6379), timeout=2):
            pass
    except OSError:
        pytest.skip("no Redis: start one on 127.0.0.1:6379")
    with open_house() as one, open_house() as other:
        async with in_call(one, meet, "bo") as (bo, first), in_call(other, meet, "cy") as (cy, second):
            answer = await ask(bo, "meet:signal", {"to": second["visit"]["id"], "batch": [{"seq": 1, "d": OFFER}]})
            await until(lambda: cy.messages("meet:signal"))
            await until(lambda: any(len(said["peers"]) == 2 for said in bo.messages("meet:state")))
            meet.do(close_meeting_room, "bo")
            await until(lambda: bo.messages("meet:over") and cy.messages("meet:over"))

    assert (answer["ok"], cy.messages("meet:signal")[0]["from"]) == (True, first["visit"]["id"])
