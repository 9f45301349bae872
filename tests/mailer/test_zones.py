"""Series in zones: what was booked is what every program shows, on both sides of both switches, in every zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from mailer.invitations import Invitation, calendar_bytes
from mailer.zones import parsed_rule, vtimezone, zone_rule
from sessions.series import Series
from tests.mailer.parsers import by_icalendar, by_node, by_vobject, needs_node
from tests.mailer.test_invitations import FIRST, names_of

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
BEGIN = datetime(2026, 12, 7, 10, 0)  # noqa: DTZ001 - ten o'clock in whatever zone


def weekly(zone: str, *, hour: int = 10, **more) -> Invitation:
    """A weekly meeting over a year and more, so that it stands before and after both switches."""
    start = BEGIN.replace(hour=hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    series = Series(zone, 7, 56, **more)
    return replace(FIRST, starts_at=start, ends_at=start + timedelta(minutes=30), series=series)


def planned(invitation: Invitation) -> list[str]:
    """The booked starts: ten o'clock by the zone's clock, each week."""
    zone = ZoneInfo(invitation.series.zone)
    local = [BEGIN + timedelta(weeks=number) for number in range(invitation.series.count)]
    return [f"{one.replace(tzinfo=zone).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for one in local]


def one_zone_for_each_rule() -> list[str]:
    """Of zones that go by one rule for good, one; each of those that do not."""
    found: dict[object, str] = {}
    for zone in ZONES:
        rule = zone_rule(zone)
        year = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=10 * number) for number in range(37)]
        ahead = tuple(one.astimezone(ZoneInfo(zone)).utcoffset() for one in year)
        found.setdefault((rule and tuple((half.offset, half.begins) for half in rule.halves), ahead), zone)
    return sorted(found.values())


@needs_node
def test_every_zone_shows_what_was_booked_on_both_sides_of_both_switches_in_ical_js_and_node_ical():
    series = [weekly(zone) for zone in ZONES]

    read = by_node([calendar_bytes(one) for one in series])

    wrong = [
        (one.series.zone, program)
        for one, pair in zip(series, read, strict=True)
        for program, found in zip(("ical.js", "node-ical"), pair, strict=True)
        if found.get("starts") != planned(one)
    ]
    assert wrong == []


@pytest.mark.parametrize("reads", [by_icalendar, by_vobject])
def test_every_zones_rule_shows_what_was_booked_on_both_sides_of_both_switches(reads):
    series = [weekly(zone) for zone in one_zone_for_each_rule()]

    wrong = [one.series.zone for one in series if reads(calendar_bytes(one))["starts"] != planned(one)]

    assert wrong == []


def test_icalendars_own_generator_would_be_an_hour_off_in_vobject():
    """The control of the two above: what other products ship."""
    from icalendar import Calendar

    invitation = weekly("Europe/Berlin")
    calendar = Calendar.from_ical(calendar_bytes(invitation))
    calendar.subcomponents = [one for one in calendar.subcomponents if one.name != "VTIMEZONE"]
    calendar.add_missing_timezones()

    assert by_vobject(calendar.to_ical())["starts"] != planned(invitation)


@pytest.mark.parametrize("zone", ["Europe/Dublin", "Australia/Lord_Howe", "America/Nuuk", "Asia/Gaza"])
def test_standard_time_is_the_one_that_is_less_ahead_whatever_the_rule_calls_it(zone):
    component = vtimezone(zone, [])

    offsets = {part.name: part["TZOFFSETTO"].td for part in component.subcomponents}

    assert offsets["STANDARD"] < offsets["DAYLIGHT"]


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "Africa/El_Aaiun"])
def test_a_zone_whose_clock_follows_no_rule_is_written_in_utc_with_exceptions(zone):
    raw = calendar_bytes(weekly(zone))

    assert "BEGIN:VTIMEZONE" not in raw.decode()
    assert by_icalendar(raw)["starts"] == planned(weekly(zone))


def test_an_hour_that_is_doubled_or_left_out_is_written_in_utc():
    for hour in (2, 3):
        raw = calendar_bytes(weekly("Europe/Berlin", hour=hour))
        gap = datetime(2026, 12, 6, hour, 30)  # noqa: DTZ001 - a wall clock
        on_switch = replace(weekly("Europe/Berlin"), starts_at=gap.replace(tzinfo=ZoneInfo("Europe/Berlin")))

        assert "BEGIN:VTIMEZONE" in raw.decode()
        assert ("BEGIN:VTIMEZONE" in calendar_bytes(on_switch).decode()) is (hour == 3)


def test_instances_are_moved_and_called_off_one_by_one():
    whole = weekly("Europe/Vienna")
    third, fourth = (whole.starts_at + timedelta(weeks=number) for number in (2, 3))
    changed = weekly("Europe/Vienna", changed=((third, None), (fourth, fourth + timedelta(hours=2))))

    for reads in (by_icalendar, by_vobject):
        starts = reads(calendar_bytes(changed))["starts"]

        assert len(starts) == 55
        assert f"{fourth + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}" in starts
        assert f"{third:%Y-%m-%dT%H:%M:%SZ}" not in starts
        assert f"{fourth:%Y-%m-%dT%H:%M:%SZ}" not in starts


def test_one_instance_is_cancelled_by_a_message_of_its_own():
    whole = weekly("Europe/Vienna")
    third = whole.starts_at + timedelta(weeks=2)

    raw = calendar_bytes(
        replace(whole, method="CANCEL", sequence=1, instance=third, starts_at=third, ends_at=third + timedelta(hours=1))
    )

    assert "RECURRENCE-ID:20261221T090000Z" in raw.decode().replace("\r\n ", "").split("\r\n")
    assert "RRULE" not in names_of(raw)


def test_a_single_meeting_is_in_utc_and_needs_no_zone():
    assert b"VTIMEZONE" not in calendar_bytes(FIRST)
    assert b"TZID" not in calendar_bytes(FIRST)


@pytest.mark.parametrize("text", ["", "nonsense", "EST5EDT,J60,J300", "CET-1CEST,M13.1.0,M10.5.0/3", "CET-1CEST"])
def test_rules_without_words_in_calendars_are_none(text):
    assert parsed_rule(text) is None
