"""Saying when one can meet: by block, by slot, for others; and the nudges to those who forget it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import settle
from events.core.refusals import NotAllowed
from events.core.timers import run_due_timers
from events.phases import PhaseKind
from events.planning import move_phase
from frontend.slots import value_of
from mailer.writing import write_letters
from sessions.answers import accept_meeting
from sessions.availability import absences_of, has_stated, set_availability
from sessions.blocks import blocks_of
from sessions.nudges import AvailabilityNudge, ask_for_availability, count_silent
from tests.events.makers_desks import make_desk
from tests.frontend.browser import Browser
from tests.mailer.makers_letters import all_letters, text_of
from tests.makers import again, make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    place_of,
    with_rules,
)

HERE = "/e/food-match"


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


def absent(db: Database, fair: Fair, actor: Actor) -> list[int]:
    """The numbers of the slots in which somebody cannot meet."""
    db.rollback()
    gone = absences_of(db, fair.event.id, {actor.person or 0})
    return [number for number, slot in enumerate(fair.slots) if slot.starts_at in gone]


def test_a_block_is_cleared_and_ticked_with_one_button_each(db, fair, bo, cy):
    browser, block = Browser(db, bo), blocks_of(db, fair.event.id)[0].public_id

    browser.send(f"{HERE}/availability", free=[value_of(slot) for slot in fair.slots], none=block)
    cleared = absent(db, fair, bo)
    browser.send(f"{HERE}/availability", all=block)

    assert (cleared, absent(db, fair, bo)) == ([0, 1, 2, 3], [])


def test_a_block_with_a_meeting_is_cleared_around_it(db, fair, bo, cy):
    make_meeting(db, fair, asker=bo, invitee=cy, slot=1)
    block = blocks_of(db, fair.event.id)[0].public_id

    Browser(db, bo).send(f"{HERE}/availability", none=block)

    assert absent(db, fair, bo) == [0, 2, 3]


def test_times_outside_ones_hours_are_named_and_stay_as_they_were(db, fair, bo):
    """Nobody in Stockholm is asked before 11:20, which leaves the last three slots."""
    set_availability(db, bo, fair.event, absent=[fair.slots[0].starts_at])
    with_rules(db, fair, windows=[{"zone": "", "opens": 11 * 60 + 20, "closes": 18 * 60}])
    browser = Browser(db, bo)

    page = browser.get(f"{HERE}/availability")
    browser.send(f"{HERE}/availability", free=[value_of(fair.slots[1])])

    assert page.text.count("Outside your hours") == 1
    assert absent(db, fair, bo) == [0, 2, 3]


def test_an_organiser_says_it_for_somebody_on_their_clock(db, fair, bo, cy):
    browser, public = Browser(db, fair.ada), place_of(db, cy, fair).public_id
    assert f"{HERE}/participants/{public}/availability" in browser.get(f"{HERE}/participants/{public}").links

    page = browser.get(f"{HERE}/participants/{public}/availability")
    saved = browser.send(f"{HERE}/participants/{public}/availability", free=[value_of(fair.slots[2])])

    assert "You act for Cy Costa." in page.text and "10:00 – 10:20" in page.text and "Europe/Lisbon" in page.text
    assert "at which Cy Costa can meet" in saved.text
    assert absent(db, fair, cy) == [0, 1, 3]


def test_a_desk_says_it_for_its_own_participants_only(db, fair, bo, cy):
    ola = make_person(db, "Ola Olsen")
    desk = make_desk(db, fair.ada, fair.event, officer=ola)
    place = place_of(db, bo, fair)
    place.desk_id = desk.id
    db.add(place)
    browser = Browser(db, again(db, ola))

    paths = [f"{HERE}/participants/{place_of(db, one, fair).public_id}/availability" for one in (bo, cy)]

    assert [browser.get(path).status for path in paths] == [200, 404]
    assert [browser.send(path, free=[]).status for path in paths] == [200, 404]


def test_another_participant_cannot_say_it(db, fair, bo, cy):
    path = f"{HERE}/participants/{place_of(db, cy, fair).public_id}/availability"

    assert Browser(db, bo).get(path).status == 404


# --- Nudges


def letters(kind: str = "availability_asked") -> list[str]:
    """To whom letters of a kind went, after everything was told and written."""
    settle()
    write_letters()
    return sorted(one.address for one in all_letters() if one.kind == kind and one.state != "not needed")


def test_who_has_said_nothing_is_reminded_by_a_button(db, fair, bo, cy):
    set_availability(db, bo, fair.event, absent=[])
    browser = Browser(db, fair.ada)
    page = browser.get(f"{HERE}/set-up/blocks")

    asked = browser.send(f"{HERE}/set-up/ask-for-availability")

    assert "1 participant has not said when they can meet" in page.text
    assert "1 participant is reminded." in asked.text and "They were reminded within the last day." in asked.text
    assert letters() == ["cy@example.org"]
    [letter] = [one for one in all_letters() if one.kind == "availability_asked"]
    assert (letter.subject, "/e/food-match/availability" in text_of(letter)) == (
        "When can you meet at Food Match?",
        True,
    )


def test_nobody_is_reminded_twice_a_day(db, fair, bo, cy):
    counts = [ask_for_availability(db, fair.ada, fair.event), ask_for_availability(db, fair.ada, fair.event)]
    with clock.frozen_at(clock.now() + timedelta(days=1)):
        counts.append(ask_for_availability(db, fair.ada, fair.event))

    assert counts == [2, 0, 2]


def test_who_says_it_before_the_letter_is_written_gets_none(db, fair, bo):
    ask_for_availability(db, fair.ada, fair.event)
    db.commit()
    settle()
    set_availability(db, bo, fair.event, absent=[])
    db.commit()

    assert letters() == []


def test_only_organisers_remind(db, fair, bo):
    with pytest.raises(NotAllowed):
        ask_for_availability(db, bo, fair.event)


def test_the_clock_asks_three_days_and_one_day_before_and_no_more(db, fair, bo, cy):
    start = clock.now() + timedelta(days=10)
    move_phase(db, fair.ada, fair.event, kind=PhaseKind.LIVE, starts_at=start, ends_at=start + timedelta(days=1))
    db.commit()
    asked = []

    for days in (8, 7.0, 6.5, 9, 9.5, 9.9):
        with clock.frozen_at(start - timedelta(days=10) + timedelta(days=days)):
            run_due_timers()
            asked.append(len(letters()))

    assert asked == [2, 2, 2, 4, 4, 4]
    db.rollback()
    assert {row.by_clock for row in db.exec(select(AvailabilityNudge))} == {2}


def test_a_phase_that_is_moved_does_not_ask_more_often(db, fair, bo, cy):
    begin = clock.now()
    for day in (0, 2, 4, 6):
        with clock.frozen_at(begin + timedelta(days=day)):
            start = clock.now() + timedelta(days=4)
            move_phase(
                db, fair.ada, fair.event, kind=PhaseKind.LIVE, starts_at=start, ends_at=start + timedelta(days=1)
            )
            db.commit()
        with clock.frozen_at(begin + timedelta(days=day + 1)):
            run_due_timers()
            written = letters()

    assert written == ["bo@example.org", "cy@example.org"]


def test_an_event_without_blocks_asks_nobody(db, ada):
    fair = make_fair(db, ada)
    make_participant(db, make_person(db, "Bo Berg"), fair)
    db.delete(fair.block)
    start = clock.now() + timedelta(days=4)
    move_phase(db, fair.ada, fair.event, kind=PhaseKind.LIVE, starts_at=start, ends_at=start + timedelta(days=1))
    db.commit()

    with clock.frozen_at(clock.now() + timedelta(days=2)):
        run_due_timers()

    assert letters() == []
    assert count_silent(db, fair.event.id).all == 1
    assert not has_stated(db, fair.event.id, 2)


def test_who_meets_where_they_had_said_that_they_are_away_can_still_save(db, fair, bo, cy):
    """Cy is asked, says that they are away then, and says yes all the same."""
    request = make_request(db, fair, asker=bo, invitee=cy, slot=1)
    set_availability(db, cy, fair.event, absent=[fair.slots[1].starts_at])
    accept_meeting(db, cy, request)

    Browser(db, cy).send(f"{HERE}/availability", free=[value_of(fair.slots[0]), value_of(fair.slots[2])])

    assert absent(db, fair, cy) == [1, 3]
