"""The lobby: nobody is shown without having agreed, announcements, what is on."""

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.registration import add_participation_type, types_of
from events.type_rules import PairRule, set_type_rules
from sessions.lobby import (
    OnKind,
    announce_in_lobby,
    announcements_of,
    be_shown_in_lobby,
    is_shown_in_lobby,
    on_now_and_next,
    people_in_lobby,
    see_lobby,
    take_announcement_off,
)
from sessions.networking.running import start_networking
from tests.makers import again, make_person, person_of
from tests.sessions.makers_meetings import place_of
from tests.sessions.makers_networking import Evening, make_evening


@pytest.fixture
def evening(db: Database, ada: Actor) -> Evening:
    return make_evening(db, ada, people=3)


def here(evening: Evening, *names: str) -> list[str]:
    return [person_of(evening.db, evening.people[name]).public_id for name in names]


def seen_by(evening: Evening, name: str, *present: str) -> list[str]:
    found = people_in_lobby(evening.db, evening.actor(name), evening.fair.event, here(evening, *present))
    return [one.card.name for one in found]


def test_only_who_is_here_and_agreed_is_shown(db: Database, evening: Evening) -> None:
    before = seen_by(evening, "Bo", "Bo", "Cy", "Gil")
    for name in ("Cy", "Gil"):
        be_shown_in_lobby(db, evening.actor(name), evening.fair.event, shown=True)

    assert before == []
    assert seen_by(evening, "Bo", "Bo", "Cy") == ["Cy Nomad"]
    be_shown_in_lobby(db, evening.actor("Cy"), evening.fair.event, shown=False)
    assert seen_by(evening, "Bo", "Bo", "Cy", "Gil") == ["Gil Nomad"]
    assert not is_shown_in_lobby(db, evening.fair.event.id, evening.people["Cy"].person)


def test_types_that_one_does_not_see_are_not_shown_here_either(db: Database, evening: Evening) -> None:
    ada = again(db, evening.fair.ada)
    buyer = add_participation_type(db, ada, evening.fair.event, code="buyer", name="Buyer")
    place = place_of(db, evening.people["Cy"], evening.fair)
    usual = next(one for one in types_of(db, evening.fair.event.id) if one.id == place.type_id)
    place.type_id = buyer.id or 0
    db.add(place)
    rules = [PairRule(usual, buyer, may_see=False, may_ask=False)]
    set_type_rules(db, ada, evening.fair.event, rules=rules)
    be_shown_in_lobby(db, evening.actor("Cy"), evening.fair.event, shown=True)

    assert seen_by(evening, "Bo", "Cy") == []


def test_nobody_from_elsewhere_is_in_it(db: Database, evening: Evening) -> None:
    eve = make_person(db, "Eve Elsewhere")

    assert not see_lobby(eve, evening.fair.event)
    assert people_in_lobby(db, eve, evening.fair.event, here(evening, "Bo")) == []
    with pytest.raises(NotAllowed):
        be_shown_in_lobby(db, eve, evening.fair.event, shown=True)
    with pytest.raises(NotAllowed):
        announce_in_lobby(db, evening.actor("Bo"), evening.fair.event, text="Free beer.")


def test_announcements_stand_until_they_are_taken_off(db: Database, evening: Evening) -> None:
    ada = again(db, evening.fair.ada)
    first = announce_in_lobby(db, ada, evening.fair.event, text=" Lunch  is served. ")
    announce_in_lobby(db, ada, evening.fair.event, text="The keynote begins.")

    assert [one.text for one in announcements_of(db, first.event_id)] == ["The keynote begins.", "Lunch is served."]
    for _time in range(2):
        take_announcement_off(db, ada, evening.fair.event, announcement=first.public_id)
    assert [one.text for one in announcements_of(db, first.event_id)] == ["The keynote begins."]
    for text in (" ", "x" * 501):
        with pytest.raises(Invalid):
            announce_in_lobby(db, ada, evening.fair.event, text=text)
    with pytest.raises(NotFound):
        take_announcement_off(db, ada, evening.fair.event, announcement="la_none")


def test_what_is_on_and_what_comes_next(db: Database, evening: Evening) -> None:
    coming = on_now_and_next(db, evening.actor("Bo"), evening.fair.event)
    evening.do(start_networking)
    on = on_now_and_next(db, evening.actor("Bo"), evening.fair.event)

    assert ([one.kind for one in coming[0]], [one.title for one in coming[1]]) == ([], ["Meet and greet"])
    assert ([one.kind for one in on[0]], on[1]) == ([OnKind.NETWORKING], [])
