"""Times as people type them become moments, and what is no time in that zone is refused."""

from datetime import UTC, datetime

import pytest

from events.core.refusals import Invalid
from events.core.wall import from_wall, to_wall


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-03-04T14:20", "Europe/Vienna", datetime(2026, 3, 4, 13, 20, tzinfo=UTC)),
        ("2026-07-04 14:20", "Europe/Vienna", datetime(2026, 7, 4, 12, 20, tzinfo=UTC)),
        ("2026-07-04T14:20", "Asia/Kathmandu", datetime(2026, 7, 4, 8, 35, tzinfo=UTC)),
        ("2026-03-29T01:59", "Europe/Brussels", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29T03:00", "Europe/Brussels", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25T01:59", "Europe/Brussels", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25T03:00", "Europe/Brussels", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_its_zone_and_shown_as_it_was_typed(text, zone, moment):
    assert from_wall(text, zone) == moment
    assert to_wall(moment, zone) == text.replace(" ", "T")


@pytest.mark.parametrize(
    ("text", "zone", "sentence"),
    [
        ("2026-03-29T02:30", "Europe/Brussels", "The clocks skip this time on that day in Europe/Brussels."),
        ("2026-10-25T02:30", "Europe/Brussels", "This time comes twice on that day in Europe/Brussels."),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "The clocks skip this time on that day in Australia/Lord_Howe."),
        ("2026-04-05T01:45", "Australia/Lord_Howe", "This time comes twice on that day in Australia/Lord_Howe."),
    ],
)
def test_a_time_that_does_not_exist_or_comes_twice_is_refused(text, zone, sentence):
    with pytest.raises(Invalid) as refusal:
        from_wall(text, zone, "ends_at")

    said = {field: str(said) for field, said in refusal.value.fields.items()}
    assert said == {"ends_at": sentence + " Choose another."}


NO_TIMES = (
    "",
    "soon",
    "2026-13-01T10:00",
    "2026-02-30T10:00",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "2026-03-04T25:00",
)


@pytest.mark.parametrize("text", NO_TIMES)
@pytest.mark.parametrize("zone", ["Europe/Vienna", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_what_is_no_time_is_refused_in_a_sentence(text, zone):
    with pytest.raises(Invalid) as refusal:
        from_wall(text, zone)

    assert str(refusal.value) == "Please write a date and a time, such as 2026-03-04 14:20."
