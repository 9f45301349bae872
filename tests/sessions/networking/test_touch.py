"""Stay in touch: only what both want becomes known, and what comes of it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.refusals import NotFound
from events.phases import PhaseKind
from events.programmes import Programme
from sessions.blocks import add_block, add_tables, slots_in
from sessions.booking_rules import Timing, rules_of
from sessions.meetings import Meeting
from sessions.networking.rows import Networking, get_networking
from sessions.networking.touch import (
    Connection,
    contacts_of,
    stay_in_touch,
    take_touch_back,
    turn_connections_into_requests,
    waiting_connections,
)
from sessions.no_thanks import NoThanks
from sessions.wishes import FollowsNothing
from tests.makers import again, make_event, make_registration, open_phase, reload_event
from tests.sessions.makers_meetings import tomorrow
from tests.sessions.makers_networking import Evening, make_evening
from tests.sessions.racing import race


@pytest.fixture
def evening(db: Database, ada: Actor) -> Evening:
    """Bo and Cy talk."""
    made = make_evening(db, ada, people=3)
    made.come_in("Bo", "Cy")
    made.start()
    made.wait(30)
    return made


def press(evening: Evening, name: str, other: str) -> None:
    evening.do(stay_in_touch, name, other=evening.people[other].person)


def state_of(evening: Evening, name: str) -> list[tuple[str, bool, str]]:
    return [
        (one.name, one.wished, one.email) for one in contacts_of(evening.db, evening.actor(name), evening.subject())
    ]


def test_one_side_alone_is_told_to_nobody(db: Database, evening: Evening) -> None:
    row = db.exec(select(Networking)).one()
    before = (row.rev, db.exec(select(JournalEntry.id)).all(), state_of(evening, "Cy"))

    for _press in range(2):
        press(evening, "Bo", "Cy")
    db.refresh(row)

    assert (row.rev, db.exec(select(JournalEntry.id)).all(), state_of(evening, "Cy")) == before
    assert before[2] == [("Bo Nomad", False, "")]
    assert state_of(evening, "Bo") == [("Cy Nomad", True, "")]
    assert db.exec(select(Connection)).all() == []


def test_both_sides_make_a_connection_once_and_read_each_others_address(db: Database, evening: Evening) -> None:
    for name, other in (("Bo", "Cy"), ("Cy", "Bo"), ("Bo", "Cy")):
        press(evening, name, other)

    kinds = list(db.exec(select(JournalEntry.kind).where(JournalEntry.kind == "ConnectionMade")))
    assert kinds == ["ConnectionMade"]
    assert state_of(evening, "Bo") == [("Cy Nomad", True, "cy@nomads.example.org")]
    assert state_of(evening, "Cy") == [("Bo Nomad", True, "bo@nomads.example.org")]


def test_a_wish_can_be_taken_back_until_both_have_it(db: Database, evening: Evening) -> None:
    press(evening, "Bo", "Cy")
    evening.do(take_touch_back, "Bo", other=evening.people["Cy"].person)
    press(evening, "Cy", "Bo")

    assert db.exec(select(Connection)).all() == []


def test_nobody_wishes_it_of_whom_they_have_not_talked_with(evening: Evening) -> None:
    with pytest.raises(NotFound):
        press(evening, "Bo", "Gil")
    with pytest.raises(NotFound):
        press(evening, "Gil", "Bo")


def test_no_thanks_beats_it_and_is_not_told(db: Database, evening: Evening) -> None:
    bo, cy = evening.people["Bo"].person or 0, evening.people["Cy"].person or 0
    press(evening, "Bo", "Cy")
    db.add(NoThanks(person_id=bo, other_id=cy, said_at=evening.subject().networking.starts_at))
    db.flush()

    press(evening, "Cy", "Bo")

    assert db.exec(select(Connection)).all() == []
    assert state_of(evening, "Cy") == [("Bo Nomad", True, "")]


def test_two_who_press_at_once_make_one_connection(db: Database, evening: Evening) -> None:
    ids = {name: evening.people[name].person or 0 for name in ("Bo", "Cy")}
    db.commit()

    def presses(name: str, other: str):
        def step(db: Database) -> None:
            actor = again(db, Actor(ids[name]))
            stay_in_touch(db, actor, get_networking(db, actor, evening.public), other=ids[other])

        return step

    outcomes = race(presses("Bo", "Cy"), presses("Cy", "Bo"))

    assert outcomes == [None, None]
    assert len(db.exec(select(Connection)).all()) == 1


def follow(db: Database, evening: Evening, names: tuple[str, ...]):
    """A matchmaking event that follows, in which these take part."""
    ada = again(db, evening.fair.ada)
    programme = db.get_one(Programme, evening.fair.event.programme_id)
    event = make_event(db, ada, programme, name="After Match", template="matchmaking", starts_at=tomorrow())
    event.event.follows_id = evening.fair.event.id
    db.add(event.event)
    event = open_phase(db, ada, event, PhaseKind.REGISTRATION)
    event = open_phase(db, ada, event, PhaseKind.BOOKING)
    for name in names:
        make_registration(db, evening.actor(name), event)
    add_block(db, ada, event, starts_at=tomorrow(), ends_at=tomorrow() + timedelta(minutes=45))
    add_tables(db, ada, event, count=2)
    return reload_event(db, event)


@pytest.mark.parametrize("timing", list(Timing))
def test_in_the_matchmaking_event_that_follows_it_becomes_a_request_at_once(
    db: Database, evening: Evening, timing: Timing
) -> None:
    event = follow(db, evening, ("Bo", "Cy"))
    _let_choose(db, event, timing)

    press(evening, "Bo", "Cy")
    press(evening, "Cy", "Bo")

    meeting = db.exec(select(Meeting)).one()
    asked = (meeting.event_id, meeting.asker_id, meeting.invitee_id, meeting.note)
    people = evening.people
    assert asked == (event.id, people["Cy"].person, people["Bo"].person, "Speed networking: Meet and greet")
    assert [one.meeting for one in contacts_of(db, evening.actor("Bo"), evening.subject())] == [meeting.public_id]
    first = slots_in(db, event.id)[0].starts_at
    assert meeting.starts_at == (first if timing is Timing.AT_REQUEST else None)


def test_what_cannot_be_asked_yet_waits_for_the_organisers(db: Database, evening: Evening) -> None:
    event = follow(db, evening, ("Bo",))
    press(evening, "Bo", "Cy")
    press(evening, "Cy", "Bo")
    ada = again(db, evening.fair.ada)
    first = turn_connections_into_requests(db, ada, event)
    make_registration(db, evening.actor("Cy"), event)
    waiting = len(waiting_connections(db, event))
    second = turn_connections_into_requests(db, ada, event)

    assert ((first.made, first.left), waiting, (second.made, second.left)) == ((0, 1), 1, (1, 0))
    assert list(first.why) == ["One of the two does not take part here yet."]
    assert db.exec(select(Meeting.note)).one() == "Speed networking: Meet and greet"
    assert turn_connections_into_requests(db, ada, event).made == 0
    with pytest.raises(FollowsNothing):
        turn_connections_into_requests(db, ada, evening.fair.event)


def _let_choose(db: Database, event, timing: Timing) -> None:
    rules = rules_of(db, event.id)
    rules.timing = timing
    db.add(rules)
    db.flush()
