"""What calendars are told, at any moment of a second."""

from dataclasses import replace
from datetime import timedelta

from events.core import clock
from sessions.calendars import (
    Content,
    EntryKind,
    cancel_entry,
    find_entry,
    invitees_of,
    new_uid,
    revise,
    revise_many,
    revision_at,
)
from tests.makers import NOW


def test_an_entry_is_not_older_than_its_creation_at_any_moment_of_a_second(db, bo):
    content = Content(NOW + timedelta(days=1), NOW + timedelta(days=1, minutes=20), "One-to-one", "Table 1", "/m")

    with clock.frozen_at(NOW + timedelta(microseconds=999_999)):
        sequence = revise(db, EntryKind.MEETING, 1, {bo.person or 0}, content)

    entry, revision = revision_at(db, EntryKind.MEETING, 1, sequence or 0)
    assert entry.created_at <= revision.dtstamp


def said(hour: int) -> Content:
    start = NOW.replace(hour=hour)
    return Content(start, start + timedelta(minutes=20), "Meeting", "Table 1", "/meetings/m_1")


def test_many_entries_are_revised_like_one_after_the_other(db, bo, cy):
    one, other, gone = 1, 2, 3
    revise(db, EntryKind.MEETING, one, {bo.person}, said(10))
    revise(db, EntryKind.MEETING, other, {bo.person}, said(11))
    revise(db, EntryKind.MEETING, gone, {bo.person}, said(12))
    cancel_entry(db, EntryKind.MEETING, gone)

    shown = new_uid()

    found = revise_many(
        db, EntryKind.MEETING,
        {
            one: ((bo.person, cy.person), said(10)),  # cy is new, nothing else
            other: ((bo.person,), said(15)),
            gone: ((bo.person,), said(12)),
            4: ((cy.person,), replace(said(16), uid=shown)),
        },
    )  # fmt: skip

    assert found == {one: 0, other: 1, gone: 2, 4: 0}
    assert find_entry(db, EntryKind.MEETING, 4).uid == shown
    entries = {subject: find_entry(db, EntryKind.MEETING, subject) for subject in found}
    assert {subject: entry.sequence for subject, entry in entries.items() if entry} == found
    assert invitees_of(db, entries[one]) == {bo.person, cy.person}
    assert revision_at(db, EntryKind.MEETING, other, 1)[1].starts_at == said(15).starts_at
