"""What calendars are told, at any moment of a second."""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import col, select

from events.core import clock
from sessions.calendars import (
    CalendarRevision,
    Content,
    EntryKind,
    cancel_entry,
    find_entry,
    invitees_of,
    new_uid,
    revise,
    revise_many,
    revision_at,
    take_out,
)
from tests.makers import NOW
from tests.sessions.racing import ROUNDS, race


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


def test_two_who_say_something_new_at_once_take_numbers_one_after_the_other(db, bo, cy):
    """Whoever waits says its own on top of the other's: all numbers are there once, and the last one counts."""
    revise(db, EntryKind.MEETING, 1, {bo.person, cy.person}, said(9))
    db.commit()

    for number in range(ROUNDS):
        outcomes = race(
            lambda other, hour=10 + number % 6: revise(other, EntryKind.MEETING, 1, set(), said(hour), anew=True),
            lambda other: revise_many(other, EntryKind.MEETING, {1: ((bo.person,), said(18))}),
            lambda other: take_out(other, EntryKind.MEETING, 1, cy.person),
        )
        assert outcomes == [None] * 3

    db.expire_all()
    entry = find_entry(db, EntryKind.MEETING, 1)
    rows = select(CalendarRevision.sequence).where(CalendarRevision.entry_id == entry.id)
    numbers = list(db.exec(rows.order_by(col(CalendarRevision.sequence))))
    assert numbers == list(range(entry.sequence + 1))
    assert entry.sequence >= 3 * ROUNDS


def test_two_who_say_the_first_of_an_entry_at_once_take_numbers_one_after_the_other(db, bo, cy):
    """One entry, whoever was first, with all that was said of it and everybody who was asked."""
    people = (bo.person, cy.person)
    db.commit()

    for number in range(ROUNDS):
        first, second = 2 * number, 2 * number + 1
        outcomes = race(
            lambda other, one=second: revise(other, EntryKind.MEETING, one, {people[0]}, said(10)),
            lambda other, one=second: revise(other, EntryKind.MEETING, one, {people[1]}, said(11)),
            lambda other, both=(second, first): revise_many(
                other, EntryKind.MEETING, {one: (people, said(12)) for one in both}
            ),
            lambda other, both=(first, second): revise_many(
                other, EntryKind.MEETING, {one: (people, said(13)) for one in both}
            ),
        )
        assert outcomes == [None] * 4

    for subject in range(2 * ROUNDS):
        entry = find_entry(db, EntryKind.MEETING, subject)
        rows = select(CalendarRevision.sequence).where(CalendarRevision.entry_id == entry.id)
        numbers = list(db.exec(rows.order_by(col(CalendarRevision.sequence))))
        assert numbers == list(range(entry.sequence + 1))
        assert entry.sequence == (3 if subject % 2 else 1)
        assert invitees_of(db, entry) == set(people)
