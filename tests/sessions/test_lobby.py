"""The lobby: nobody is shown without having agreed, announcements, what is on."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.registration import add_participation_type, types_of
from events.type_rules import PairRule, set_type_rules
from realtime import announcements, networking_announcements
from realtime.announcing import WRITERS
from realtime.channels import event_channel
from sessions.lobby import (
    MOST_AT_ONCE,
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
from sessions.networking.rounds import NetworkingEnded, NetworkingStarted
from sessions.networking.running import start_networking
from sessions.networking.setting_up import NetworkingChanged
from sessions.pitches import StageClosed, StageMoved, StageOpened, StagePlanned
from sessions.running import open_stage
from tests.makers import again, make_person, person_of
from tests.sessions.makers_meetings import place_of
from tests.sessions.makers_networking import Evening, add_somebody, make_evening
from tests.sessions.makers_pitches import make_show


@pytest.fixture
def evening(db: Database, ada: Actor) -> Evening:
    return make_evening(db, ada, people=3)


def here(evening: Evening, *names: str) -> list[str]:
    return [person_of(evening.db, evening.people[name]).public_id for name in names]


def seen_by(evening: Evening, name: str, *present: str) -> list[str]:
    found = people_in_lobby(evening.db, evening.actor(name), evening.fair.event, here(evening, *present))
    return [one.card.name for one in found.rows]


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


def test_all_who_are_here_and_agreed_are_found_on_pages_or_by_a_word_however_many_they_are(
    db: Database, evening: Evening
) -> None:
    names = [f"N{number:03}" for number in range(2 * MOST_AT_ONCE + 5)]
    for name in names:
        be_shown_in_lobby(db, again(db, add_somebody(evening, name)), evening.fair.event, shown=True)
    present, bo = here(evening, *names), evening.actor("Bo")

    pages = [people_in_lobby(db, bo, evening.fair.event, present, page=page) for page in (1, 2, 3, 9)]
    called = people_in_lobby(db, bo, evening.fair.event, present, query="N007 nomad")

    shown = [[one.card.name for one in page.rows] for page in pages]
    assert [len(rows) for rows in shown] == [MOST_AT_ONCE, MOST_AT_ONCE, 5, 5]
    assert shown[0] + shown[1] + shown[2] == [f"{name} Nomad" for name in names]
    assert {(page.count, page.pages) for page in pages} == {(len(names), 3)}
    assert ([one.card.name for one in called.rows], called.count) == (["N007 Nomad"], 1)
    assert people_in_lobby(db, bo, evening.fair.event, present, query="nobody").count == 0


def test_nobody_from_elsewhere_is_in_it(db: Database, evening: Evening) -> None:
    eve = make_person(db, "Eve Elsewhere")

    assert not see_lobby(eve, evening.fair.event)
    assert people_in_lobby(db, eve, evening.fair.event, here(evening, "Bo")).rows == []
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


def test_a_pitch_room_whose_time_has_come_is_about_to_open_until_it_does(db: Database) -> None:
    show = make_show(db)
    seen: dict[int, list[tuple[str, bool]]] = {}
    for minutes in (-181, -1, 0, 179, 181):
        with clock.frozen_at(show.stage.opens_at + timedelta(minutes=minutes)):
            found = on_now_and_next(db, again(db, show.bo), show.event)
        assert found[0] == []
        seen[minutes] = [(one.title, one.is_due) for one in found[1]]
    open_stage(db, show.hal, show.room)
    on, coming = on_now_and_next(db, again(db, show.bo), show.event)

    due = [("Main stage", True)]
    assert seen == {-181: [], -1: [("Main stage", False)], 0: due, 179: due, 181: []}
    assert ([one.title for one in on], coming) == (["Main stage"], [])


def test_the_lobby_hears_what_is_on_and_what_is_on_no_longer(db: Database, evening: Evening) -> None:
    show = make_show(db)
    event, slug, networking = evening.fair.event.id, evening.fair.event.event.slug, evening.subject()

    stage = [
        announcements._stage(db, kind(event_id=show.event.id, stage_id=show.stage.id or 0))
        for kind in (StagePlanned, StageMoved, StageOpened, StageClosed)
    ]
    began = networking_announcements._everybody_there_and_in_the_lobby(db, NetworkingStarted(event, networking.id))

    said = {"stage": show.stage.public_id, "lobby": show.event.event.slug}
    assert stage == [({event_channel(show.event.id)}, said)] * 4
    assert event_channel(event) in began[0]
    assert began[1] == {"networking": evening.public, "lobby": slug}
    heard_in_lobbies = (
        StagePlanned,
        StageMoved,
        StageOpened,
        StageClosed,
        NetworkingChanged,
        NetworkingStarted,
        NetworkingEnded,
    )
    assert {WRITERS[one] for one in heard_in_lobbies} == {
        announcements._stage, networking_announcements._everybody_there_and_in_the_lobby,
    }  # fmt: skip
