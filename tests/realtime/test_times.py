"""Whoever looks at somebody's free times hears that they may have changed, and nothing of what happened."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import reading, transaction
from events.core.journal import Delivery
from events.registration import RegistrationInEvent, withdraw_registration
from realtime.announcing import LISTENER
from realtime.watching import Watching
from sessions.attendance import correct_attendance, mark_held, mark_no_show, mark_technical_failure
from sessions.availability import set_availability
from sessions.colleagues import delegate_meeting
from sessions.guests import add_to_meeting, leave_meeting
from sessions.meetings import MeetingState, get_meeting
from sessions.no_thanks import say_no_thanks
from sessions.sides import side_of
from tests.makers import make_organisation, make_person
from tests.realtime.house import PATIENCE, Client, client_of, cookie_for, open_house, until
from tests.sessions.makers_meetings import (
    Fair,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
)


@dataclass
class World:
    """A fair with Bo, Cy and Dee, whose places have these public ids; Eve is not in it."""

    fair: Fair
    people: dict[str, Actor]
    places: dict[str, str]


@pytest.fixture
def world(database_url: str) -> World:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"))
        people = {name: make_participant(db, make_person(db, f"{name} X"), fair) for name in ("Bo", "Cy", "Dee")}
        places = {name: place_of(db, one, fair).public_id for name, one in people.items()}
        return World(fair, people | {"Eve": make_person(db, "Eve Ek")}, places)


async def watch(client: Client, *places: str) -> dict[str, object]:
    answer: dict[str, object] = await client.sio.call("watch", {"registrations": list(places)}, timeout=PATIENCE)
    return answer


def count_of(client: Client) -> int:
    return len(client.messages("times"))


async def test_who_watches_hears_that_something_changed_and_nothing_else(world: World) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            listen(bo)
            assert await watch(bo, world.places["Cy"]) == {"ok": True}

            with transaction() as db:
                make_request(db, world.fair, asker=world.people["Dee"], invitee=world.people["Cy"])
            await until(lambda: count_of(bo) == 1)
            with transaction() as db:
                set_availability(db, world.people["Cy"], world.fair.event, absent=[])
            await until(lambda: count_of(bo) == 2)

            assert bo.heard == [("times", {}), ("times", {})]


@pytest.mark.parametrize("watched", ["who had it", "who has it"])
async def test_who_watches_a_colleague_hears_that_a_meeting_was_handed_over(world: World, watched: str) -> None:
    fair = world.fair
    with transaction() as db:
        mill = make_organisation(db, "Nordmühle")
        lea, mo = (make_colleague(db, make_person(db, name), fair, mill) for name in ("Lea Lind", "Mo Moll"))
        meeting = make_meeting(db, fair, asker=world.people["Cy"], invitee=lea)
        leas, mos = place_of(db, lea, fair), place_of(db, mo, fair)
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            await until(all_is_told)
            listen(bo)
            await watch(bo, leas.public_id if watched == "who had it" else mos.public_id)

            with transaction() as db:
                side = side_of(get_meeting(db, lea, meeting.meeting.public_id), leas.person_id)
                delegate_meeting(db, lea, side, to=mos)

            await until(lambda: count_of(bo) == 1)


async def test_who_watches_a_guest_hears_that_they_join_and_leave(world: World) -> None:
    with transaction() as db:
        ada, dee = world.fair.ada, world.people["Dee"]
        lou = make_participant(db, make_person(db, "Lou Lind"), world.fair)
        meeting = make_meeting(db, world.fair, asker=world.people["Cy"], invitee=lou)
        dees = place_of(db, dee, world.fair)
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            await until(all_is_told)
            listen(bo)
            await watch(bo, world.places["Dee"])

            with transaction() as db:
                side = side_of(get_meeting(db, ada, meeting.meeting.public_id), lou.person or 0)
                add_to_meeting(db, ada, side, registration=dees)
            await until(lambda: count_of(bo) == 1)
            with transaction() as db:
                leave_meeting(db, dee, get_meeting(db, dee, meeting.meeting.public_id))
            await until(lambda: count_of(bo) == 2)

            assert bo.heard == [("times", {}), ("times", {})]


@pytest.mark.parametrize("how", ["no-show", "technical failure", "corrected"])
async def test_who_watches_hears_that_a_meeting_which_did_not_take_place_left_its_time(world: World, how: str) -> None:
    cy, dee, ada = world.people["Cy"], world.people["Dee"], world.fair.ada
    with transaction() as db:
        public = make_meeting(db, world.fair, asker=cy, invitee=dee).meeting.public_id
    with clock.frozen_at(world.fair.slots[0].starts_at + timedelta(minutes=6)):
        if how == "corrected":
            with transaction() as db:
                mark_held(db, cy, get_meeting(db, cy, public))
        with open_house() as house:
            async with client_of(house, cookie_for(world.people["Bo"])) as bo:
                await until(all_is_told)
                listen(bo)
                await watch(bo, world.places["Dee"])

                with transaction() as db:
                    if how == "no-show":
                        mark_no_show(db, cy, get_meeting(db, cy, public), absent=dee.person or 0)
                    elif how == "technical failure":
                        mark_technical_failure(db, cy, get_meeting(db, cy, public))
                    else:
                        correct_attendance(db, ada, get_meeting(db, ada, public), end=MeetingState.FAILED)

                await until(lambda: count_of(bo) == 1)


async def test_one_hears_of_ones_own_times_too(world: World) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            listen(bo)
            await watch(bo, world.places["Cy"])

            with transaction() as db:
                make_request(db, world.fair, asker=world.people["Dee"], invitee=world.people["Bo"])

            await until(lambda: count_of(bo) == 1)


async def test_who_watches_another_hears_no_more_of_the_first(world: World) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            listen(bo)
            await watch(bo, world.places["Cy"])
            await watch(bo, world.places["Dee"])

            with transaction() as db:
                set_availability(db, world.people["Cy"], world.fair.event, absent=[])
                set_availability(db, world.people["Dee"], world.fair.event, absent=[])
            await until(lambda: count_of(bo) == 1)

            assert count_of(bo) == 1


async def test_a_no_thanks_is_not_heard_by_who_watches(world: World) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            listen(bo)
            await watch(bo, world.places["Cy"])

            with transaction() as db:
                cy, fair = world.people["Cy"], world.fair
                say_no_thanks(db, cy, fair.event, other=place_of(db, world.people["Bo"], fair))
                set_availability(db, world.people["Dee"], fair.event, absent=[])
                set_availability(db, world.people["Bo"], fair.event, absent=[])
            await until(lambda: count_of(bo) == 1)

            assert count_of(bo) == 1


@pytest.mark.parametrize("gone", ["who watches", "who is watched"])
async def test_when_either_is_out_of_the_event_nothing_more_is_heard(world: World, gone: str) -> None:
    name = "Bo" if gone == "who watches" else "Cy"
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            await until(all_is_told)
            await watch(bo, world.places["Cy"], world.places["Dee"])
            listen(bo)

            with transaction() as db:
                row = place_of(db, world.people[name], world.fair)
                withdraw_registration(db, world.people[name], RegistrationInEvent(row, world.fair.event.event))
            await until(lambda: not house.server.watching.watched)
            with transaction() as db:
                set_availability(db, world.people["Dee"], world.fair.event, absent=[])
            await until(all_is_told)
            await bo.sio.call("clock", {}, timeout=PATIENCE)

    assert bo.messages("times") == []


async def test_negative_control_without_the_look_who_is_out_goes_on_hearing(world: World, monkeypatch) -> None:
    monkeypatch.setattr(Watching, "look", _nothing)
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            await until(all_is_told)
            await watch(bo, world.places["Dee"])
            listen(bo)

            with transaction() as db:
                row = place_of(db, world.people["Bo"], world.fair)
                withdraw_registration(db, world.people["Bo"], RegistrationInEvent(row, world.fair.event.event))
                set_availability(db, world.people["Dee"], world.fair.event, absent=[])
            await until(lambda: count_of(bo) == 1)


async def _nothing(_watching, _people) -> None:
    return None


@pytest.mark.parametrize(
    "asked", [None, {}, {"registrations": "r_1"}, {"registrations": ["r_1"]}, {"registrations": [1]}]
)
async def test_what_cannot_be_watched_is_refused(world: World, asked: object) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Bo"])) as bo:
            assert await bo.sio.call("watch", asked, timeout=PATIENCE) == {"ok": False, "code": "not found", "ref": ""}


async def test_outsiders_watch_nobody(world: World) -> None:
    with open_house() as house:
        async with client_of(house, cookie_for(world.people["Eve"])) as eve:
            answer = await watch(eve, world.places["Cy"])

    assert (answer["ok"], answer["code"]) == (False, "not found")


def all_is_told() -> bool:
    """Whether what happened so far is told: who takes part in a meeting is looked up only then."""
    waiting = select(Delivery.id).where(Delivery.listener == LISTENER.name, col(Delivery.done_at).is_(None))
    with reading() as db:
        return db.exec(waiting).first() is None


def listen(client: Client) -> None:
    """Note what is said about times; facts for the person themselves are another matter."""
    client.heard.clear()
    client.sio.on("times", lambda *said: client.heard.append(("times", said[0] if said else {})))
    client.sio.handlers["/"].pop("fact", None)
