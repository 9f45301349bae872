"""Busy times: giving a calendar, what was read and how old it is, and what the page of free times makes of it."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.clock import atoms
from events.core.database import Database
from frontend.pages.busy_times import age_of
from frontend.slots import value_of
from sessions.availability import absences_of, free_slots
from sessions.own_calendars import (
    CalendarTrouble,
    find_own_calendar,
    give_calendar,
    keep_read,
    keep_trouble,
    own_calendar_of,
)
from tests.frontend.browser import Browser
from tests.makers import person_of
from tests.sessions.makers_meetings import Fair, make_fair, make_participant, place_of

HERE = "/account/busy-times"
TIMES = "/e/food-match/availability"


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


def read(db: Database, fair: Fair, actor: Actor, *busy: int, perhaps: tuple[int, ...] = (), left_out: int = 0):
    """Somebody's calendar was read, with these slots busy."""
    if find_own_calendar(db, actor.person) is None:
        give_calendar(db, actor, person_of(db, actor), address="https://calendar.example/secret-1.ics")
    row = own_calendar_of(db, actor.person)
    firm, soft = (
        [[one.start, one.stop] for one in (atoms(fair.slots[n].starts_at, fair.slots[n].ends_at) for n in some)]
        for some in (busy, perhaps)
    )
    keep_read(db, row, busy=firm, perhaps=soft, left_out=left_out)
    return row


def free(db: Database, fair: Fair, actor: Actor) -> list[int]:
    db.rollback()
    return [fair.slots.index(slot) for slot in free_slots(db, fair.event, actor.person)]


def test_a_calendar_is_given_and_its_secret_is_not_shown_again(db, fair, bo):
    browser = Browser(db, bo)

    page = browser.send(HERE, address="webcal://calendar.example/secret-1.ics")

    assert page.path == HERE
    assert "Your calendar is being read." in page.html
    assert ("calendar.example" in page.text, "secret-1" in page.html) == (True, False)


def test_what_is_no_address_is_refused_and_stays_in_the_form(db, fair, bo):
    page = Browser(db, bo).send(HERE, address="my calendar")

    assert page.status == 422
    assert "This is no address of a calendar." in page.text
    assert 'value="my calendar"' in page.html


def test_what_was_read_is_shown_with_its_age(db, fair, bo):
    read(db, fair, bo, 0, perhaps=(1,), left_out=2)

    with clock.frozen_at(clock.now() + timedelta(minutes=7)):
        page = Browser(db, bo).get(HERE)

    assert "7 minutes ago" in page.text
    assert "2 entries could not be understood" in page.text
    assert page.text.count("11:00 – 11:20") == 1
    assert "perhaps; you are offered then" in page.text


def test_old_times_and_trouble_are_told(db, fair, bo):
    row = read(db, fair, bo, 0)

    with clock.frozen_at(clock.now() + timedelta(hours=25)):
        keep_trouble(db, row, CalendarTrouble.GONE)
        page = Browser(db, bo).get(HERE)

    assert "older than a day. It still counts." in page.text
    assert "There is no calendar at this address any more." in page.text


def test_each_trouble_has_its_sentence(db, fair, bo):
    row = read(db, fair, bo)
    sentences = set()
    for trouble in CalendarTrouble:
        keep_trouble(db, row, trouble)
        sentences.add(Browser(db, bo).get(HERE).text.partition("the last time")[2][:60])

    assert len(sentences) == len(CalendarTrouble)


def test_it_is_read_again_and_forgotten_with_a_button(db, fair, bo):
    read(db, fair, bo, 0)
    browser = Browser(db, bo)

    early = browser.send(f"{HERE}/read")
    with clock.frozen_at(clock.now() + timedelta(minutes=2)):
        later = browser.send(f"{HERE}/read")
    gone = browser.send(f"{HERE}/forget")

    assert (early.status, "less than a minute ago" in early.text) == (409, True)
    assert "Your calendar is being read." in later.html
    assert "Forgotten: the address" in gone.html
    assert find_own_calendar(db, bo.person) is None


def test_without_a_calendar_there_is_nothing_to_read(db, fair, bo):
    assert Browser(db, bo).send(f"{HERE}/read").status == 404


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (timedelta(seconds=59), "less than a minute ago"), (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=119), "119 minutes ago"), (timedelta(hours=2), "2 hours ago"),
        (timedelta(hours=47), "47 hours ago"), (timedelta(days=2), "2 days ago"),
    ],
)  # fmt: skip
def test_an_age_is_told_in_the_largest_unit_that_fits(since, words):
    assert str(age_of(since)) == words


# Where one says when one can meet


def test_busy_times_are_not_ticked_and_saving_does_not_make_them_absences(db, fair, bo):
    read(db, fair, bo, 0, 1, perhaps=(2,))
    browser = Browser(db, bo)

    page = browser.get(TIMES)
    browser.send(TIMES, free=[value_of(fair.slots[2]), value_of(fair.slots[3])])

    assert (page.text.count("Busy in your calendar"), page.text.count("Perhaps busy")) == (2, 1)
    assert page.html.count(" checked") == 2
    assert absences_of(db, fair.event.id, {bo.person}) == set()
    assert free(db, fair, bo) == [2, 3]
    read(db, fair, bo)
    db.commit()
    assert free(db, fair, bo) == [0, 1, 2, 3]


def test_a_busy_time_that_is_ticked_is_offered_and_can_be_unticked_again(db, fair, bo):
    read(db, fair, bo, 0)
    browser = Browser(db, bo)
    every = [value_of(slot) for slot in fair.slots]

    browser.send(TIMES, free=every)
    ticked = free(db, fair, bo)
    browser.send(TIMES, free=every[1:])

    assert (ticked, free(db, fair, bo)) == ([0, 1, 2, 3], [1, 2, 3])


def test_an_officer_sees_that_somebody_is_busy_and_cannot_change_it(db, fair, ada, bo):
    read(db, fair, bo, 0)
    place = place_of(db, bo, fair).public_id
    browser, path = Browser(db, ada), f"/e/food-match/participants/{place}/availability"

    page = browser.get(path)
    browser.send(path, free=[value_of(slot) for slot in fair.slots])

    assert "Busy" in page.text
    assert "calendar" not in page.text.lower()
    assert free(db, fair, bo) == [1, 2, 3]


def test_the_page_of_free_times_says_how_old_the_calendar_is(db, fair, bo):
    without = Browser(db, bo).get(TIMES).text
    read(db, fair, bo)

    with clock.frozen_at(clock.now() + timedelta(hours=3)):
        page = Browser(db, bo).get(TIMES)

    assert "Have your busy times read from your own calendar" in without
    assert "Your own calendar was last read 3 hours ago." in page.text
