"""What calendars are told, at any moment of a second."""

from datetime import timedelta

from events.core import clock
from sessions.calendars import Content, EntryKind, revise, revision_at
from tests.makers import NOW


def test_an_entry_is_not_older_than_its_creation_at_any_moment_of_a_second(db, bo):
    content = Content(NOW + timedelta(days=1), NOW + timedelta(days=1, minutes=20), "One-to-one", "Table 1", "/m")

    with clock.frozen_at(NOW + timedelta(microseconds=999_999)):
        sequence = revise(db, EntryKind.MEETING, 1, {bo.person or 0}, content)

    entry, revision = revision_at(db, EntryKind.MEETING, 1, sequence or 0)
    assert entry.created_at <= revision.dtstamp
