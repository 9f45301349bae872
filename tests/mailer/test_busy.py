"""The whole way: a calendar is fetched, understood in a child, and its times are not offered."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.settings import settings
from mailer import busy
from mailer.busy import read_next_calendar
from sessions.availability import free_slots
from sessions.calendars import EntryKind, find_entry
from sessions.colleagues import delegate_meeting
from sessions.own_calendars import CalendarTrouble, forget_calendar, give_calendar, own_calendar_of
from sessions.sides import side_of
from tests.mailer.calendar_host import bomb, calendar_host, ok, says
from tests.mailer.makers_letters import sent
from tests.makers import again, make_member, make_organisation, person_of
from tests.sessions.makers_meetings import (
    Fair,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    place_of,
    seen_by,
)


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


@pytest.fixture
def host(db, bo):
    """Bo's calendar, on a host of the operator's own."""
    settings().calendar_hosts.append("127.0.0.1")
    with calendar_host() as found:
        give_calendar(db, bo, person_of(db, bo), address=f"http://127.0.0.1:{found.port}/secret.ics")
        db.commit()
        yield found


def calendar_of(fair: Fair, *numbers: int, more: str = "", uid: str = "x") -> bytes:
    parts = [
        f"BEGIN:VEVENT\r\nUID:{uid}{number}\r\nSUMMARY:Canary\r\nDTSTART:{fair.slots[number].starts_at:%Y%m%dT%H%M%SZ}\r\n"
        f"DTEND:{fair.slots[number].ends_at:%Y%m%dT%H%M%SZ}\r\nEND:VEVENT\r\n"
        for number in numbers
    ]
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(parts) + more + "END:VCALENDAR\r\n").encode()


def offered(db: Database, fair: Fair, actor: Actor) -> list[int]:
    db.rollback()
    return [fair.slots.index(slot) for slot in free_slots(db, fair.event, actor.person)]


def trouble(db: Database, actor: Actor) -> CalendarTrouble:
    db.rollback()
    return own_calendar_of(db, actor.person).trouble


def test_busy_times_are_not_offered_once_they_are_read(db, fair, bo, host):
    host.answer = says(ok(calendar_of(fair, 0, 2), 'ETag: "1"'))

    assert (read_next_calendar(), read_next_calendar()) == (True, False)
    assert offered(db, fair, bo) == [1, 3]
    assert own_calendar_of(db, bo.person).read_at == clock.now()


def test_nothing_but_times_is_kept(db, fair, bo, host):
    host.answer = says(ok(calendar_of(fair, 0)))

    read_next_calendar()

    db.rollback()
    assert "Canary" not in repr(own_calendar_of(db, bo.person).model_dump())


def test_what_did_not_change_is_asked_for_with_its_mark_and_stays(db, fair, bo, host):
    host.answer = says(ok(calendar_of(fair, 0), 'ETag: "1"'))
    read_next_calendar()
    host.answer = says(b"HTTP/1.1 304 Not Modified\r\n\r\n")

    with clock.frozen_at(clock.now() + timedelta(hours=1)):
        read_next_calendar()

        assert own_calendar_of(db, bo.person).read_at == clock.now()
    assert 'If-None-Match: "1"' in host.asked[1]
    assert offered(db, fair, bo) == [1, 2, 3]


def test_after_a_day_all_of_it_is_read_again(db, fair, bo, host):
    host.answer = says(ok(calendar_of(fair, 0), 'ETag: "1"'))
    read_next_calendar()

    with clock.frozen_at(clock.now() + timedelta(hours=25)):
        read_next_calendar()

    assert "If-None-Match" not in host.asked[1]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ok(b"<!doctype html>"), CalendarTrouble.NO_CALENDAR),
        (ok(b"", status="404 Not Found"), CalendarTrouble.GONE),
        (bomb(), CalendarTrouble.TOO_LARGE),
        (ok(b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 30_000), CalendarTrouble.TOO_LABORIOUS),
    ],
)
def test_what_was_read_last_stays_when_something_else_comes(db, fair, bo, host, answer, expected):
    host.answer = says(ok(calendar_of(fair, 0)))
    read_next_calendar()
    host.answer = says(answer)

    with clock.frozen_at(clock.now() + timedelta(hours=1)):
        read_next_calendar()

    assert trouble(db, bo) is expected
    assert offered(db, fair, bo) == [1, 2, 3]


def test_a_child_that_is_killed_is_the_calendars_fault(db, fair, bo, host, monkeypatch):
    host.answer = says(ok(calendar_of(fair, 0)))
    monkeypatch.setattr(busy, "CHILD_SECONDS", 0)

    read_next_calendar()

    assert trouble(db, bo) is CalendarTrouble.TOO_LABORIOUS


def test_our_own_invitation_in_it_is_no_conflict(db, fair, bo, cy, host):
    meeting = make_meeting(db, fair, asker=bo, invitee=cy, slot=1)
    entry = find_entry(db, EntryKind.MEETING, meeting.id)
    db.commit()
    theirs = calendar_of(fair, 1, uid="y").replace(b"UID:y1", f"UID:{entry.uid}".encode())
    host.answer = says(ok(theirs))

    read_next_calendar()

    db.rollback()
    assert own_calendar_of(db, bo.person).busy == []


def test_nor_is_one_to_a_meeting_that_they_have_handed_over(db, fair, bo, cy, tam, host):
    mill = make_organisation(db, "Nordmühle", country="SE")
    make_member(db, bo, mill)
    place_of(db, bo, fair).organisation_id = mill.id
    make_colleague(db, tam, fair, mill)
    meeting = make_meeting(db, fair, asker=again(db, bo), invitee=cy, slot=1)
    sent(db)
    side = side_of(seen_by(db, meeting), bo.person)
    delegate_meeting(db, again(db, bo), side, to=place_of(db, tam, fair))
    entry = find_entry(db, EntryKind.MEETING, meeting.id)
    db.commit()
    theirs = calendar_of(fair, 1, uid="y").replace(b"UID:y1", f"UID:{entry.uid}".encode())
    db.rollback()
    host.answer = says(ok(theirs))

    read_next_calendar()

    db.rollback()
    assert own_calendar_of(db, bo.person).busy == []


def test_what_is_forgotten_while_it_is_read_is_not_kept(db, fair, bo, host):
    def forgetting(sock, _asked):
        forget_calendar(db, bo, person_of(db, bo))
        db.commit()
        sock.sendall(ok(calendar_of(fair, 0)))

    host.answer = forgetting

    read_next_calendar()

    assert offered(db, fair, bo) == [0, 1, 2, 3]


def test_a_calendar_that_fails_is_tried_again_later_and_stops_nobody_elses(db, fair, bo, cy, host):
    host.answer = says(ok(b"", status="500 Oh"))
    read_next_calendar()
    give_calendar(db, cy, person_of(db, cy), address=f"http://127.0.0.1:{host.port}/other.ics")
    db.commit()
    host.answer = says(ok(calendar_of(fair, 3)))

    read_next_calendar()

    assert (trouble(db, bo), trouble(db, cy)) == (CalendarTrouble.BROKEN, CalendarTrouble.NONE)
    assert offered(db, fair, cy) == [0, 1, 2]
