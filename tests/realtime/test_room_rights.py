"""Rights in live rooms: each role, by socket and by POST; and that whoever was put out hears nothing two seconds later.

Who may do what by POST, for everybody of the cast and every action, stands in the tables of tests/permissions; here is
that the socket lets in whom the POST lets act, and nobody else.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.refusals import Conflict, NotAllowed, NotFound
from events.registration import appoint
from events.roles import Role
from sessions.chat import write_message
from sessions.hands import raise_hand, react
from sessions.manners import SanctionKind, StageSanction
from sessions.moderated import person_on_stage
from sessions.moderation import remove_from_room, set_manners
from sessions.polls import draft_poll
from sessions.running import start_pitch
from sessions.stages import StageInEvent, ask_question, get_stage
from tests.makers import again, make_person, person_of
from tests.realtime.house import client_of, cookie_for, open_house, until
from tests.sessions.makers_pitches import Show, make_show

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

IN, OUT = "in", "out"
TAKES_PART = {"chat": "yes", "ask": "yes", "hand": "yes", "react": "yes", "manners": "no", "poll": "no", "next": "no"}
READS = TAKES_PART | {"chat": "silenced", "ask": "silenced", "hand": "silenced"}
RUNS = dict.fromkeys(TAKES_PART, "yes")
NOTHING = dict.fromkeys(TAKES_PART, "not found")

EXPECTED: dict[str, tuple[str, dict[str, str]]] = {
    "organiser": (IN, RUNS),
    "host": (IN, RUNS),
    "participant": (IN, TAKES_PART),
    "team member": (IN, TAKES_PART),
    "judge": (IN, TAKES_PART),
    "mentor": (IN, TAKES_PART),
    "challenge owner": (IN, TAKES_PART),
    "silenced": (IN, READS),
    "removed": (OUT, NOTHING),
    "stranger": (OUT, NOTHING),
}

ACTIONS: dict[str, Callable[[Database, Actor, StageInEvent], Any]] = {
    "chat": lambda db, actor, room: write_message(db, actor, room, body="Good evening"),
    "ask": lambda db, actor, room: ask_question(db, actor, room, body="Why?"),
    "hand": raise_hand,
    "react": lambda db, actor, room: react(db, actor, room, kind="heart"),
    "manners": lambda db, actor, room: set_manners(db, actor, room, chat=True, questions_wait=False, slow_seconds=0),
    "poll": lambda db, actor, room: draft_poll(db, actor, room, question="Q", choices=["a", "b"]),
    "next": start_pitch,
}


@dataclass
class Ground:
    """An open room and somebody of each role."""

    show: Show
    cast: dict[str, Actor]


@pytest.fixture
def ground(database_url: str) -> Ground:
    with transaction() as db:
        show = make_show(db, opened=True)
        cast = {"organiser": show.ada, "host": show.hal, "participant": show.bo, "team member": show.tam}
        cast["stranger"] = show.eve
        for role in (Role.JUDGE, Role.MENTOR, Role.CHALLENGE_OWNER):
            cast[role.value] = make_person(db, f"{role.value.title()} Moll", email=f"{role.value[:4]}@live.example")
            appoint(db, show.ada, show.event, person_id=cast[role.value].person or 0, role=role)
        for kind in SanctionKind:
            cast[kind.value] = make_person(db, f"{kind.value.title()} Moll", email=f"{kind.value}@live.example")
            appoint(db, show.ada, show.event, person_id=cast[kind.value].person or 0, role=Role.MENTOR)
            row = StageSanction(
                stage_id=show.room.id, person_id=cast[kind.value].person or 0, kind=kind, at=clock.now()
            )
            db.add(row)
        db.flush()
        return Ground(show, {name: again(db, actor) for name, actor in cast.items()})


def outcome(ground: Ground, actor: Actor, action: str) -> str:
    """What becomes of an action of somebody, asked as a page asks it; nothing of it is kept."""
    try:
        with transaction() as db:
            room = get_stage(db, actor, ground.show.stage.public_id)
            ACTIONS[action](db, actor, room)
            raise _EnoughError
    except _EnoughError:
        return "yes"
    except NotFound:
        return "not found"
    except NotAllowed:
        return "no"
    except Conflict as refusal:
        return "silenced" if "silenced" in str(refusal) else str(refusal)


class _EnoughError(Exception):
    """What was tried is not kept."""


def test_each_role_may_do_in_a_room_what_it_is_there_for(ground: Ground) -> None:
    found = {name: {one: outcome(ground, actor, one) for one in ACTIONS} for name, actor in ground.cast.items()}

    assert found == {name: expected for name, (_door, expected) in EXPECTED.items()}


async def test_the_socket_lets_in_whom_the_post_lets_act(ground: Ground) -> None:
    found = {}
    with open_house() as house:
        for name, actor in ground.cast.items():
            async with client_of(house, cookie_for(actor)) as client:
                answer = await client.join(ground.show.stage.public_id)
                found[name] = IN if answer["ok"] else OUT

    assert found == {name: door for name, (door, _expected) in EXPECTED.items()}


@pytest.mark.parametrize("forged", [True, False], ids=["asks again", "stays"])
async def test_who_is_removed_hears_nothing_more(ground: Ground, forged: bool) -> None:
    show = ground.show
    with open_house() as house:
        async with client_of(house, cookie_for(show.bo)) as bo, client_of(house, cookie_for(show.tam)) as tam:
            await bo.join(show.stage.public_id)
            await tam.join(show.stage.public_id)
            await asyncio.to_thread(remove, show, show.bo)
            await until(lambda: bo.messages("left"))
            if forged:
                assert (await bo.join(show.stage.public_id))["code"] == "not found"
            bo.heard.clear()
            await asyncio.to_thread(say, show, show.tam)
            await until(lambda: any(one["chat"] for one in tam.messages("room")))

    assert bo.messages("room") + bo.messages("presence") == []


def remove(show: Show, who: Actor) -> None:
    with transaction() as db:
        public = person_of(db, who).public_id
        remove_from_room(db, show.hal, person_on_stage(db, show.hal, show.room, show.event, public))


def say(show: Show, who: Actor) -> None:
    with transaction() as db:
        write_message(db, again(db, who), show.room, body="Now it is quiet.")
