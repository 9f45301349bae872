"""Calendar objects: what section 1 of the calendar notes asks, read back by a parser."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from icalendar import Calendar

from mailer.cleaning import UnusableAddress, clean_header, clean_text, unlinked
from mailer.invitations import Invitation, calendar_bytes
from tests.mailer.hostile import typed, unhurried

FIRST = Invitation(
    uid="6f1d2c3a-0b4e-4c55-9a77-2f6f5a0e9d11",
    sequence=0,
    method="REQUEST",
    dtstamp=datetime(2026, 11, 1, 9, tzinfo=UTC),
    created=datetime(2026, 11, 1, 8, 59, tzinfo=UTC),
    starts_at=datetime(2026, 12, 1, 9, tzinfo=UTC),
    ends_at=datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
    summary="Acme GmbH meets Borealis",
    description="Table 12, Hall 3\nJoin: https://folkmoot.example/m/abc",
    location="Hall 3, table 12",
    url="https://folkmoot.example/m/6f1d",
    organiser_name="Folkmoot",
    organiser_address="meet+k7Qw@folkmoot.example",
    attendee_name="Anna Schmidt",
    attendee_address="anna@acme.example",
)
AS_THE_NOTES_HAVE_IT = r"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Folkmoot//Calendar 1.0//EN
CALSCALE:GREGORIAN
METHOD:REQUEST
BEGIN:VEVENT
UID:6f1d2c3a-0b4e-4c55-9a77-2f6f5a0e9d11
SEQUENCE:0
DTSTAMP:20261101T090000Z
CREATED:20261101T085900Z
LAST-MODIFIED:20261101T090000Z
DTSTART:20261201T090000Z
DTEND:20261201T093000Z
SUMMARY:Acme GmbH meets Borealis
LOCATION:Hall 3\, table 12
URL:https://folkmoot.example/m/6f1d
DESCRIPTION:Table 12\, Hall 3\nJoin: https://folkmoot.example/m/abc
ORGANIZER;CN="Folkmoot":mailto:meet+k7Qw@folkmoot.example
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Anna Schmidt":mailto:anna@acme.example
STATUS:CONFIRMED
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""  # noqa: E501 - a content line before folding


def event_of(raw):
    [event] = Calendar.from_ical(raw).walk("VEVENT")
    return event


def unfolded(raw):
    return raw.decode().replace("\r\n ", "").split("\r\n")


def names_of(raw):
    return [line.partition(":")[0].partition(";")[0] for line in unfolded(raw)]


def test_an_invitation_is_written_as_the_notes_have_it():
    assert unfolded(calendar_bytes(FIRST)) == AS_THE_NOTES_HAVE_IT.split("\n")


def test_the_same_invitation_gives_the_same_bytes():
    assert calendar_bytes(replace(FIRST)) == calendar_bytes(FIRST)


def test_an_update_keeps_uid_created_and_organiser_and_counts_up():
    moved = replace(
        FIRST, sequence=1, dtstamp=FIRST.dtstamp + timedelta(hours=1), starts_at=FIRST.starts_at + timedelta(minutes=5)
    )

    before, after = event_of(calendar_bytes(FIRST)), event_of(calendar_bytes(moved))

    assert [after[name] for name in ("UID", "ORGANIZER")] == [before[name] for name in ("UID", "ORGANIZER")]
    assert after["CREATED"].dt == before["CREATED"].dt
    assert (after["SEQUENCE"], after["LAST-MODIFIED"].dt) == (1, moved.dtstamp)
    assert after["ATTENDEE"].params["RSVP"] == "TRUE"


def test_a_cancellation_has_the_method_and_the_status_and_asks_for_no_answer():
    raw = calendar_bytes(replace(FIRST, method="CANCEL", sequence=2))

    assert Calendar.from_ical(raw)["METHOD"] == "CANCEL"
    assert event_of(raw)["STATUS"] == "CANCELLED"
    assert event_of(raw)["ATTENDEE"] == "mailto:anna@acme.example"
    assert "RSVP" not in event_of(raw)["ATTENDEE"].params


def test_times_are_written_in_utc_whatever_zone_they_come_in():
    vienna = timezone(timedelta(hours=1))

    raw = calendar_bytes(replace(FIRST, starts_at=FIRST.starts_at.astimezone(vienna)))

    assert raw == calendar_bytes(FIRST)


@unhurried
@given(typed, typed, typed, typed, typed)
@example("C:\\New\\nothing;,", "\\\\n", "\\N", "a^nb", 'a";:x')
def test_whatever_is_typed_no_content_line_is_added_and_the_text_comes_back(
    summary, description, location, name, organiser
):
    hostile = replace(
        FIRST,
        summary="x" + summary,
        description="x" + description,
        location="x" + location,
        attendee_name="x" + name,
        organiser_name="x" + organiser,
    )

    raw = calendar_bytes(hostile)

    assert names_of(raw) == names_of(calendar_bytes(FIRST))
    assert event_of(raw)["SUMMARY"] == unlinked(clean_header("x" + summary))
    assert event_of(raw)["LOCATION"] == unlinked(clean_header("x" + location))
    assert event_of(raw)["DESCRIPTION"] == clean_text("x" + description)
    assert set(event_of(raw)["ATTENDEE"].params["CN"]) & set('";:,^\\') == set()


@unhurried
@given(typed, typed)
def test_lines_end_in_crlf_and_hold_at_most_75_octets_of_whole_characters(summary, description):
    raw = calendar_bytes(replace(FIRST, summary=summary, description=description * 5))

    lines = raw.split(b"\r\n")
    assert lines[-1] == b""
    assert [line for line in lines if b"\r" in line or b"\n" in line] == []
    assert max(len(line) for line in lines) <= 75
    assert [line.decode() for line in lines] != []


def test_empty_texts_and_a_link_that_is_none_are_left_out():
    raw = calendar_bytes(replace(FIRST, location="", description=" \x00", url="javascript:alert(1)"))

    assert {"LOCATION", "DESCRIPTION", "URL"} & set(names_of(raw)) == set()


def test_a_percent_sign_in_an_address_is_written_as_a_uri_wants_it():
    raw = calendar_bytes(replace(FIRST, attendee_address="anna%x?y#z+w@acme.example"))

    assert event_of(raw)["ATTENDEE"] == "mailto:anna%25x%3Fy%23z+w@acme.example"


def test_a_text_without_end_is_cut():
    raw = calendar_bytes(replace(FIRST, description="long " * 100_000))

    assert len(raw) < 10_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"uid": "a\r\nb"},
        {"uid": ""},
        {"sequence": -1},
        {"sequence": 2**31},
        {"ends_at": FIRST.starts_at},
        {"created": FIRST.dtstamp + timedelta(seconds=1)},
        {"starts_at": FIRST.starts_at.replace(tzinfo=None)},
    ],
)
def test_what_cannot_stand_in_a_calendar_is_refused(wrong):
    with pytest.raises(ValueError):
        calendar_bytes(replace(FIRST, **wrong))


def test_an_address_with_a_line_break_is_refused():
    with pytest.raises(UnusableAddress):
        calendar_bytes(replace(FIRST, attendee_address="anna@acme.example\r\nX:y"))
