"""Regular sessions as pages: organisers set and change them, those who take part join and leave."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from sessions.calendars import Answer, CalendarInvitee, EntryKind, find_entry
from sessions.regular.coming import join_regular_session
from sessions.regular.own_times import own_times
from sessions.regular.rows import Repeats, get_regular_session, guests_of, regular_sessions_of
from sessions.regular.setting import RegularWords, Rhythm, call_off_regular_time, set_regular_session
from sessions.replies import CalendarReply, ReplyVerb, answer_entry, find_entry_of
from tests.frontend.browser import Browser
from tests.makers import NOW, again, make_event, make_programme, make_registration

WORDS = {"title": "Open hour", "about": "Bring what is stuck.", "place": "Room 4"}
# The event's clock is Brussels'; Cy reads Lisbon's. NOW is Tuesday 2026-04-14, 11:00 in Brussels.
SET = WORDS | {"starts_at": "2026-04-15T15:00", "minutes": "30", "repeats": "weekly", "times": "3"}
LIST = "/e/food-match/regular"


@pytest.fixture
def event(db, ada, cy):
    programme = make_programme(db, ada)
    start = clock.now() + timedelta(days=5)
    event = make_event(db, again(db, ada), programme, template="matchmaking", name="Food Match", starts_at=start)
    make_registration(db, cy, event)
    return event


@pytest.fixture
def hour(db, ada, event):
    rhythm = Rhythm(NOW + timedelta(days=1), 30, Repeats.WEEKLY, times=3)
    found = set_regular_session(db, again(db, ada), event, words=RegularWords(**WORDS), rhythm=rhythm)
    db.commit()
    return found


def page_of(hour) -> str:
    return f"{LIST}/{hour.regular.public_id}"


def times(db, hour, ada) -> list[str]:
    db.expire_all()
    found = get_regular_session(db, again(db, ada), hour.event, hour.regular.public_id).times
    return [f"{one.starts_at:%d %H:%M}" if one.starts_at else "off" for one in found]


def test_an_organiser_sets_one_and_sees_all_its_times(db, event, ada):
    page = Browser(db, ada).send(LIST, **SET)

    assert page.status == 200
    assert all(part in page.text for part in ("Open hour", "Wed, 15 Apr 2026", "Wed, 22 Apr 2026", "Wed, 29 Apr 2026"))


def test_what_is_refused_stays_in_the_form_with_its_reasons(db, event, ada):
    page = Browser(db, ada).send(LIST, **SET | {"title": "", "times": "", "minutes": "31"})

    assert page.status == 422
    assert "Bring what is stuck." in page.html
    for sentence in (
        "Please write a title of at most 120 characters.",
        "Say either how many times or until which day, and not both.",
        "A session lasts from five minutes to a day, in steps of five minutes.",
    ):
        assert sentence in page.text


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"starts_at": "2026-04-13T15:00"}, "Choose a time that is to come."),
        ({"starts_at": "2026-04-15T15:02"}, "A session starts at a multiple of five minutes."),
        ({"times": "101"}, "Such a session is held from two to 53 times."),
        ({"times": "", "until": "2026-04-14"}, "Such a session is held from two to 53 times."),
        ({"repeats": "hourly"}, "Please choose among what is offered."),
        ({"times": "3", "until": "2026-05-01"}, "Say either how many times or until which day, and not both."),
        ({"repeats": "daily", "minutes": "1445"}, "A session lasts from five minutes to a day"),
    ],
)
def test_a_rhythm_that_cannot_be_is_refused_with_a_sentence(db, event, ada, given, sentence):
    page = Browser(db, ada).send(LIST, **SET | given)

    assert (page.status, sentence in page.text) == (422, True)


def test_who_takes_part_joins_and_leaves_and_reads_both_clocks(db, hour, cy):
    browser = Browser(db, cy)

    before = browser.get(page_of(hour))
    joined = browser.send(f"{page_of(hour)}/join")
    there = guests_of(db, hour.id)
    left = browser.send(f"{page_of(hour)}/leave")

    assert all(part in before.text for part in ("11:00 – 11:30 Europe/Brussels", "10:00 – 10:30 Europe/Lisbon"))
    assert (there, guests_of(db, hour.id)) == ({cy.person}, set())
    assert "You come." in joined.text
    assert "You do not come any more." in left.text


def test_times_are_moved_called_off_held_again_and_ended(db, hour, ada):
    browser, page = Browser(db, ada), page_of(hour)

    browser.send(f"{page}/times/1/move", which="1", starts_at="2026-04-23T16:00")
    moved = times(db, hour, ada)
    browser.send(f"{page}/times/1/off")
    off = times(db, hour, ada)
    browser.send(f"{page}/times/1/hold")
    held = times(db, hour, ada)
    browser.send(f"{page}/times/1/end")

    assert moved == ["15 09:00", "23 14:00", "29 09:00"]
    assert off == ["15 09:00", "off", "29 09:00"]
    assert held == ["15 09:00", "22 09:00", "29 09:00"]
    assert times(db, hour, ada) == ["15 09:00", "22 09:00"]


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("2026-04-29T10:45", "The time after begins on"),
        ("2026-04-15T11:15", "The time before ends only on"),
        ("2026-04-14T10:00", "Choose a time that is to come."),
    ],
)
def test_a_time_is_moved_between_its_neighbours_only_and_its_form_stays_open(db, hour, ada, at, sentence):
    page = Browser(db, ada).send(f"{page_of(hour)}/times/1/move", which="1", starts_at=at)

    assert (page.status, sentence in page.text) == (422, True)
    assert f'value="{at}"' in page.html
    assert times(db, hour, ada)[1] == "22 09:00"


def test_what_has_been_held_and_the_last_that_is_left_cannot_be_called_off(db, hour, ada):
    browser, page = Browser(db, ada), page_of(hour)
    with clock.frozen_at(NOW + timedelta(days=2)):
        over = Browser(db, ada).send(f"{page}/times/0/off")
    browser.send(f"{page}/times/1/off")
    browser.send(f"{page}/times/2/off")
    last = browser.send(f"{page}/times/0/off")

    assert (over.status, "This time is over already." in over.text) == (409, True)
    assert (last.status, "No other time is left." in last.text) == (409, True)


def test_the_whole_is_called_off_and_held_again(db, hour, ada, cy):
    join_regular_session(db, again(db, cy), hour)
    db.commit()

    off = Browser(db, ada).send(f"{page_of(hour)}/call-off")
    refused = Browser(db, ada).send(f"{page_of(hour)}/times/0/off")
    on = Browser(db, ada).send(f"{page_of(hour)}/reopen")

    assert "This session is called off." in off.text
    assert (refused.status, "Hold it again first." in refused.text) == (409, True)
    assert (on.status, "This session is called off." in on.text) == (200, False)
    assert guests_of(db, hour.id) == {cy.person}


def test_the_whole_is_changed_and_a_shorter_end_than_what_was_held_is_refused(db, hour, ada):
    kept = WORDS | {"starts_at": "2026-04-15T11:00", "minutes": "45", "repeats": "weekly"}

    changed = Browser(db, ada).send(page_of(hour), **kept, times="4")
    with clock.frozen_at(NOW + timedelta(days=20)):
        refused = Browser(db, ada).send(page_of(hour), **kept, times="2")

    assert (changed.status, len(times(db, hour, ada))) == (200, 4)
    assert (refused.status, "It has been held 3 times already." in refused.text) == (422, True)


def test_a_refused_button_empties_no_form(db, hour, ada):
    browser, page = Browser(db, ada), page_of(hour)
    browser.send(f"{page}/times/1/off")
    browser.send(f"{page}/times/2/off")

    refused = browser.send(f"{page}/times/0/off")
    typed = browser.send(page, **SET | {"about": "Bring cake.", "minutes": "31"})

    assert (refused.status, "No other time is left." in refused.text) == (409, True)
    assert all(part in refused.html for part in ('value="Room 4"', "\nBring what is stuck.</textarea>"))
    assert (typed.status, "\nBring cake.</textarea>" in typed.html) == (422, True)


def test_nobody_else_sees_them_and_only_organisers_change_them(db, hour, ada, cy, eve):
    stranger, guest = Browser(db, eve), Browser(db, cy)

    assert (stranger.get(LIST).status, stranger.get(page_of(hour)).status) == (403, 404)
    assert guest.send(f"{page_of(hour)}/times/0/off").status == 403
    assert guest.send(LIST, **SET).status == 403
    assert (LIST in guest.get(LIST).forms, LIST in Browser(db, ada).get(LIST).forms) == (False, True)


def test_an_event_without_any_says_so_and_the_events_page_shows_the_way_where_there_are(db, event, ada, cy):
    empty, before = Browser(db, cy).get(LIST), Browser(db, cy).get("/e/food-match")
    Browser(db, ada).send(LIST, **SET)
    after = Browser(db, cy).get("/e/food-match")

    assert "No regular sessions yet" in empty.text
    assert [f'href="{LIST}"' in one.html for one in (before, after)] == [False, True]
    assert [one.regular.title for one in regular_sessions_of(db, again(db, cy), event)] == ["Open hour"]


def test_whoever_comes_finds_its_times_in_their_agenda_and_on_home_on_that_day(db, hour, ada, cy):
    mine = again(db, cy)
    before = Browser(db, mine).get("/e/food-match/agenda/mine")
    join_regular_session(db, mine, seen(db, hour, ada))
    call_off_regular_time(db, again(db, ada), seen(db, hour, ada), number=1)
    db.commit()

    page = Browser(db, mine).get("/e/food-match/agenda/mine")
    with clock.frozen_at(NOW + timedelta(days=1, hours=-3)):
        today = Browser(db, mine).get("/")
    with clock.frozen_at(NOW + timedelta(days=8, hours=-3)):
        off = Browser(db, mine).get("/")

    assert "Open hour" not in before.text
    assert page.text.count("Open hour") == 2
    assert "2 times of regular sessions" in page.text
    assert all(part in page.text for part in ("Regular session · Room 4", "Wed, 15 Apr 2026", "Wed, 29 Apr 2026"))
    assert "Wed, 22 Apr 2026" not in page.text
    assert "Open hour" in today.text
    assert "Open hour" not in off.text


def test_a_time_that_somebody_said_no_to_by_calendar_is_not_in_their_agenda(db, hour, ada, cy):
    join_regular_session(db, again(db, cy), seen(db, hour, ada))
    subject = seen(db, hour, ada)
    entry = find_entry(db, EntryKind.REGULAR, subject.id)
    said = {"answer": Answer.DECLINED, "sequence": entry.sequence, "stamp": clock.now().isoformat()}
    [invitee] = db.exec(select(CalendarInvitee).where(CalendarInvitee.entry_id == entry.id))
    invitee.instance_answers = {subject.times[1].planned_at.isoformat(): said}
    db.add(invitee)
    db.commit()

    assert [one.starts_at.day for one in own_times(db, again(db, cy), event_id=subject.event.id)] == [15, 29]
    assert own_times(db, again(db, ada), event_id=subject.event.id) == []


def test_organisers_see_beside_a_time_who_asks_for_which_other_one(db, hour, ada, cy):
    join_regular_session(db, again(db, cy), seen(db, hour, ada))
    subject = seen(db, hour, ada)
    entry = find_entry(db, EntryKind.REGULAR, subject.id)
    reply = CalendarReply(
        ReplyVerb.COUNTER, entry.uid, entry.sequence, clock.now(), instance=subject.times[1].planned_at,
        starts_at=subject.times[1].planned_at + timedelta(hours=3),
    )  # fmt: skip
    answer_entry(db, again(db, cy), find_entry_of(db, entry.uid, cy.person), reply=reply)
    db.commit()

    theirs, own = (Browser(db, again(db, one)).get(f"{LIST}/{hour.regular.public_id}") for one in (ada, cy))

    assert "Cy Costa asks to have it instead: Wed, 22 Apr 2026" in theirs.text
    assert "asks to have it instead" not in own.text


def seen(db, hour, ada):
    return get_regular_session(db, again(db, ada), hour.event, hour.regular.public_id)
