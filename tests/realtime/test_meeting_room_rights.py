# ruff: noqa: F811 - `meet` and `house` are fixtures of another file
"""Rights in the room of a meeting: each role, by POST and by socket, and that both say the same.

That whoever is put out hears nothing two seconds later stands in test_calls, with its negative control.
"""

from collections.abc import Callable
from typing import Any

import pytest

from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.refusals import NotAllowed, NotFound, Refusal
from sessions.meeting_notes import write_meeting_note
from sessions.meeting_rooms import RoomInMeeting, get_meeting_room
from sessions.meeting_visits import close_meeting_room
from sessions.room_doors import answer_knock, ask_to_mute, choose_captioner, knock_at_room, put_out_of_room
from tests.makers import again
from tests.realtime.house import client_of, cookie_for
from tests.realtime.test_calls import Meet, ask, house, meet  # noqa: F401 - fixtures

IN, OUT = "in", "out"
# What is asked by POST. What is refused only because of how things stand now is within one's rights.
ACTIONS: dict[str, Callable[[Database, Actor, RoomInMeeting, int], Any]] = {
    "note": lambda db, actor, room, _other: write_meeting_note(db, actor, room, text="Two trays."),
    "knock": lambda db, actor, room, _other: knock_at_room(db, actor, room),
    "let in": lambda db, actor, room, other: answer_knock(db, actor, room, person=other, admit=True),
    "put out": lambda db, actor, room, other: put_out_of_room(db, actor, room, person=other),
    "mute": lambda db, actor, room, other: ask_to_mute(db, actor, room, person=other),
    "captions": lambda db, actor, room, other: choose_captioner(db, actor, room, person=other, writes=True),
    "end": lambda db, actor, room, _other: close_meeting_room(db, actor, room),
}
# A lead does not knock, and nobody has knocked or came in as a guest who could be let in or put out.
LEADS = dict.fromkeys(ACTIONS, "yes") | {"knock": "no", "let in": "not found", "put out": "not found"}
GUEST = dict.fromkeys(ACTIONS, "no") | {"note": "yes", "knock": "yes"}
WAITS = dict.fromkeys(ACTIONS, "no") | {"knock": "yes"}
# Organisers, to whom people are reported, put somebody out from wherever they are, a lead too; they do not listen in.
ORGANISES = {"put out": "yes"}
NOTHING = dict.fromkeys(ACTIONS, "not found")

EXPECTED: dict[str, tuple[str, dict[str, str]]] = {
    "asker": (IN, LEADS),
    "invitee": (IN, LEADS),
    "organiser": (OUT, WAITS | ORGANISES),
    "organiser let in": (IN, GUEST | ORGANISES),
    "organiser put out": (OUT, WAITS | ORGANISES),
    "participant": (OUT, NOTHING),
    "stranger": (OUT, NOTHING),
}
NAMES = {"asker": "bo", "invitee": "cy", "participant": "dee", "stranger": "mel"}


def prepare(meet: Meet, role: str) -> Actor:
    """Somebody of this role."""
    ada = meet.people["ada"]
    if role in {"organiser let in", "organiser put out"}:
        meet.do(knock_at_room, "ada")
        meet.do(answer_knock, "bo", person=ada.person, admit=True)
    if role == "organiser put out":
        meet.do(put_out_of_room, "bo", person=ada.person)
    return meet.people[NAMES.get(role, "ada")]


class _EnoughError(Exception):
    """What was tried is not kept."""


def outcome(meet: Meet, who: Actor, action: str) -> str:
    """What becomes of an action, asked as a page asks it."""
    other = meet.people["cy" if who.person != meet.people["cy"].person else "bo"].person or 0
    try:
        with transaction() as db:
            actor = again(db, who)
            ACTIONS[action](db, actor, get_meeting_room(db, actor, meet.public), other)
            raise _EnoughError
    except _EnoughError:
        return "yes"
    except NotAllowed:
        return "no"
    except NotFound:
        return "not found"
    except Refusal:
        return "yes"


@pytest.mark.parametrize("role", EXPECTED)
async def test_each_role_has_the_same_rights_by_post_and_by_socket(house: Any, meet: Meet, role: str) -> None:
    who = prepare(meet, role)

    by_post = {action: outcome(meet, who, action) for action in ACTIONS}
    async with client_of(house, cookie_for(who)) as client:
        joined = await ask(client, "meet:join", {"meeting": meet.public})
        within = [(await ask(client, name, {"mic": True, "cam": False, "screen": False, "hand": False}))["ok"]
                  for name in ("meet:media", "meet:ice")]  # fmt: skip
        check = (await ask(client, "meet:check", {"meeting": meet.public}))["ok"]

    door, expected = EXPECTED[role]
    assert by_post == expected
    assert (IN if joined["ok"] else OUT, within, check) == (door, [door == IN] * 2, door == IN)
