"""When somebody is busy by their calendar: repetitions, zones, days, answers, and what is hostile."""

from datetime import UTC, datetime, timedelta

import pytest

from mailer.busy_reading import NoCalendar, Reader, TooMuch, busy_in, pieces_of

START = datetime(2026, 3, 1, tzinfo=UTC)
READER = Reader("Europe/Berlin", frozenset({"bo@example.org"}), frozenset({"ours"}), START, START + timedelta(days=400))


def event(*lines: str, uid: str = "1") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"]) + "\r\n"


def calendar(*parts: str) -> bytes:
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + "".join(parts) + "END:VCALENDAR\r\n").encode()


def told(spans: list[tuple[datetime, datetime]]) -> list[str]:
    return [f"{start:%m-%d %H:%M}/{end:%m-%d %H:%M}" for start, end in sorted(spans)]


def busy(*lines: str, reader: Reader = READER) -> list[str]:
    found = busy_in(calendar(event(*lines)), reader)
    assert (found.left_out, found.perhaps) == (0, [])
    return told(found.busy)


TIMED = ("DTSTART:20260414T090000Z", "DTEND:20260414T100000Z")
ONCE = ["04-14 09:00/04-14 10:00"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), ONCE),
        (("TRANSP:OPAQUE",), ONCE),
        (("TRANSP:TRANSPARENT",), []),
        (("STATUS:CANCELLED",), []),
        (("ATTENDEE;PARTSTAT=DECLINED:mailto:Bo@Example.org",), []),
        (("ATTENDEE;PARTSTAT=DECLINED:mailto:cy@example.org",), ONCE),
        (("ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:bo@example.org",), ONCE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE",), []),
    ],
)
def test_busy_is_what_is_opaque_and_stands_and_is_not_declined(lines, expected):
    assert busy(*TIMED, *lines) == expected


@pytest.mark.parametrize(
    "line",
    [
        "STATUS:TENTATIVE",
        "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",
        "ATTENDEE;PARTSTAT=TENTATIVE:mailto:bo@example.org",
        "ATTENDEE:mailto:bo@example.org",
    ],
)
def test_what_is_tentative_or_not_answered_is_perhaps(line):
    found = busy_in(calendar(event(*TIMED, line)), READER)

    assert (told(found.busy), told(found.perhaps)) == ([], ONCE)


def test_whole_days_count_only_where_they_say_so_and_have_the_hours_of_their_day():
    whole = ("DTSTART;VALUE=DATE:20260329", "DTEND;VALUE=DATE:20260330")

    assert busy(*whole) == []
    assert busy(*whole, "TRANSP:OPAQUE") == ["03-28 23:00/03-29 22:00"]  # 23 hours: the clocks go forward
    assert busy("DTSTART;VALUE=DATE:20261025", "TRANSP:OPAQUE") == ["10-24 22:00/10-25 23:00"]  # 25
    assert busy("DTSTART;VALUE=DATE:20260414", "DURATION:P2D", "X-MICROSOFT-CDO-BUSYSTATUS:OOF") == [
        "04-13 22:00/04-15 22:00"
    ]


def test_a_weekly_series_keeps_its_hour_over_both_switches():
    spring = busy("DTSTART;TZID=Europe/Berlin:20260323T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")
    autumn = busy("DTSTART;TZID=Europe/Berlin:20261019T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")

    assert spring == ["03-23 09:00/03-23 10:00", "03-30 08:00/03-30 09:00"]
    assert autumn == ["10-19 08:00/10-19 09:00", "10-26 09:00/10-26 10:00"]


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("Europe/Berlin", "20260329T023000", "03-29 01:30/03-29 02:30"),  # in the gap: the offset before it
        ("Europe/Berlin", "20261025T023000", "10-25 00:30/10-25 01:30"),  # the doubled hour: its first time
        ("Europe/Dublin", "20260701T100000", "07-01 09:00/07-01 10:00"),  # summer is Dublin's standard time
        ("Africa/Casablanca", "20260310T100000", "03-10 10:00/03-10 11:00"),  # Ramadan
        ("Africa/Casablanca", "20260414T100000", "04-14 09:00/04-14 10:00"),
        ("Australia/Lord_Howe", "20260401T100000", "03-31 23:00/04-01 00:00"),
        ("Australia/Lord_Howe", "20260601T100000", "05-31 23:30/06-01 00:30"),  # half an hour
        ("Romance Standard Time", "20260701T100000", "07-01 08:00/07-01 09:00"),
        ("/mozilla.org/20050126_1/Europe/Paris", "20260701T100000", "07-01 08:00/07-01 09:00"),
        ("Nowhere/At_All", "20260701T100000", "07-01 08:00/07-01 09:00"),  # the reader's
    ],
)
def test_times_are_those_of_the_zone_that_is_named(zone, wall, expected):
    assert busy(f"DTSTART;TZID={zone}:{wall}", "DURATION:PT1H") == [expected]


def test_floating_times_are_the_readers():
    assert busy("DTSTART:20260701T100000", "DTEND:20260701T110000") == ["07-01 08:00/07-01 09:00"]


def test_a_zone_of_the_calendars_own_is_taken_from_it():
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:House time\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0130\r\n"
        "TZOFFSETTO:+0130\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )

    found = busy_in(calendar(zone, event("DTSTART;TZID=House time:20260701T100000", "DURATION:PT1H")), READER)

    assert told(found.busy) == ["07-01 08:30/07-01 09:30"]


def test_exceptions_of_a_series_are_left_out_moved_and_added():
    master = event(
        "DTSTART;TZID=Europe/Berlin:20260406T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20260410T080000Z",
        "EXDATE;TZID=Europe/Berlin:20260407T100000", "RDATE:20260420T080000Z",
        "RDATE;VALUE=PERIOD:20260421T080000Z/PT30M",
    )  # fmt: skip
    moved = event("RECURRENCE-ID:20260408T080000Z", "DTSTART:20260408T150000Z", "DURATION:PT1H")
    dropped = event("RECURRENCE-ID:20260409T080000Z", "DTSTART:20260409T080000Z", "STATUS:CANCELLED")

    found = busy_in(calendar(master, moved, dropped), READER)

    assert told(found.busy) == [
        "04-06 08:00/04-06 09:00", "04-08 15:00/04-08 16:00", "04-10 08:00/04-10 09:00", "04-20 08:00/04-20 09:00",
        "04-21 08:00/04-21 08:30",
    ]  # fmt: skip


def test_a_series_since_long_ago_is_as_one_that_begins_now():
    old = ("DTSTART;TZID=Europe/Berlin:19700105T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;INTERVAL=2")
    new = ("DTSTART;TZID=Europe/Berlin:20260302T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;INTERVAL=2")

    every = busy(*old)

    assert every == busy(*new)
    assert len(every) == 29


def test_our_own_entries_are_no_conflicts():
    found = busy_in(calendar(event(*TIMED, uid="ours")), READER)

    assert (found.busy, found.perhaps) == ([], [])


def test_published_free_and_busy_times_are_read():
    part = (
        "BEGIN:VFREEBUSY\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nFREEBUSY:20260414T090000Z/20260414T100000Z,"
        "20260415T090000Z/PT30M\r\nFREEBUSY;FBTYPE=FREE:20260416T090000Z/PT30M\r\n"
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260417T090000Z/PT30M\r\nEND:VFREEBUSY\r\n"
    )

    found = busy_in(calendar(part), READER)

    assert told(found.busy) == [*ONCE, "04-15 09:00/04-15 09:30"]
    assert told(found.perhaps) == ["04-17 09:00/04-17 09:30"]


@pytest.mark.parametrize("raw", [b"", b"<!doctype html><title>Sign in</title>", b"PK\x03\x04", b"BEGIN:VCARD\r\n"])
def test_what_is_no_calendar_is_refused(raw):
    with pytest.raises(NoCalendar):
        busy_in(raw, READER)


def test_a_calendar_with_a_mark_of_its_encoding_and_bare_line_ends_is_read():
    raw = b"\xef\xbb\xbf" + calendar(event(*TIMED)).replace(b"\r\n", b"\n")

    assert told(busy_in(raw, READER).busy) == ONCE


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20260414T090000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"),
        ("DTSTART:20260414T090000Z", "DURATION:PT1S", "RRULE:FREQ=HOURLY;COUNT=100000"),
        ("DTSTART:20260414T090000Z", "DURATION:PT1S", "RRULE:FREQ=DAILY;BYSECOND=0,1,2,3;BYMINUTE=0,1,2"),
        ("DTSTART:20260414T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
        ("DTSTART:20260414T090000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;INTERVAL=0"),
        ("DTSTART:00010101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=100000000"),
        ("DTSTART:20260414T090000Z", "DURATION:PT1H", "RRULE:FREQ=NEVERLY"),
        ("DTSTART:20260414T090000Z", "DURATION:P9999999999D"),
        ("DTSTART:nonsense", "DTEND:20260414T100000Z"),
        ("DTEND:20260414T100000Z",),
        ("DTSTART:20260414T090000Z", "DURATION:PT1H",
         "RDATE:" + ",".join(f"{START + timedelta(minutes=n):%Y%m%dT%H%M%SZ}" for n in range(20_000))),
    ],
)  # fmt: skip
def test_an_entry_that_asks_too_much_or_means_nothing_is_left_out_and_the_others_count(lines):
    found = busy_in(calendar(event(*lines, uid="bad"), event(*TIMED, uid="good")), READER)

    assert (told(found.busy), found.left_out) == (ONCE, 1)


def test_a_hundred_thousand_recurrences_are_those_of_the_window():
    daily = ("DTSTART:20260301T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=100000")

    assert len(busy(*daily)) == 400


@pytest.mark.parametrize(
    "inside",
    [
        "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nRRULE:FREQ=SECONDLY\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:STANDARD\r\n",
        "BEGIN:STANDARD\r\nDTSTART:never\r\nTZOFFSETFROM:+9900\r\nTZOFFSETTO:soon\r\nEND:STANDARD\r\n",
        "",
        "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nEND:STANDARD\r\n",
    ],
)
@pytest.mark.parametrize("name", ["Europe/Berlin", "Garden time"])
def test_a_bad_zone_of_a_calendar_is_not_believed(name, inside):
    zone = f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\n{inside}END:VTIMEZONE\r\n"

    found = busy_in(calendar(zone, event(f"DTSTART;TZID={name}:20260701T100000", "DURATION:PT1H")), READER)

    assert told(found.busy) == ["07-01 08:00/07-01 09:00"]


def test_more_entries_than_anybody_has_are_refused():
    with pytest.raises(TooMuch):
        busy_in(calendar(*(event(*TIMED, uid=str(number)) for number in range(20_001))), READER)


def test_pieces_are_merged_and_cover_what_they_touch():
    nine = datetime(2026, 4, 14, 9, tzinfo=UTC)
    minutes = [timedelta(minutes=number) for number in (0, 3, 5, 17, 60, 120)]
    first = int(nine.timestamp()) // 300

    found = pieces_of(
        [(nine + minutes[2], nine + minutes[3]), (nine, nine + minutes[1]), (nine + minutes[4], nine + minutes[4] * 2)]
    )

    assert found == [[first, first + 4], [first + 12, first + 24]]
