"""Swapping two sessions of the draft: each gets the other's room and start, and what is wrong then is known before."""

from collections.abc import Sequence
from dataclasses import replace

from events.challenges import its_event_not_over
from events.core.access import Actor, command
from events.core.database import Database
from events.core.refusals import Conflict
from events.core.translation import _
from events.roles import organiser_of_event
from sessions.timetable.conflicts import (
    InTheWay,
    Level,
    Placed,
    Situation,
    TimetableConflict,
    found_in,
    placed_sessions,
    situation_of,
)
from sessions.timetable.rows import SessionInEvent
from sessions.timetable.sessions import locked, raise_revision, record_place


class NothingToSwap(Conflict):
    """A session and itself, or one that waits for a time."""


@command(organiser_of_event, when=its_event_not_over)
def swap_sessions(
    db: Database,
    actor: Actor,
    subject: SessionInEvent,
    *,
    other: SessionInEvent,
    revision: int | None = None,
    other_revision: int | None = None,
) -> None:
    """Let two sessions change places; each keeps its length. Refuses with NothingToSwap, with InTheWay where a conflict
    would stop either, and with ChangedMeanwhile where one is not at its revision any more."""
    one, two = locked(db, subject, revision), locked(db, other, other_revision)
    _refuse_nothing(subject, other)
    with db.begin_nested():
        here, there = (one.room_id, one.starts_at), (two.room_id, two.starts_at)
        (one.room_id, one.starts_at), (two.room_id, two.starts_at) = there, here
        raise_revision(db, one)
        raise_revision(db, two)
        record_place(db, actor, subject)
        record_place(db, actor, other)
        for conflict in _about(situation_of(db, subject.event), subject, other):
            if conflict.level is Level.BLOCK:
                raise InTheWay(conflict.reason)


def _refuse_nothing(subject: SessionInEvent, other: SessionInEvent) -> None:
    if subject.id == other.id:
        raise NothingToSwap(_("Choose another session to swap this one with."))
    for one in (subject, other):
        if one.session.starts_at is None:
            raise NothingToSwap(_("%(title)s waits for a time. Give it one first.", title=one.session.title))


def wrong_after_swap(db: Database, subject: SessionInEvent, other: SessionInEvent) -> list[TimetableConflict]:
    """What would be wrong with either session if they changed places. Refuses with NothingToSwap."""
    _refuse_nothing(subject, other)
    sessions = swapped(placed_sessions(db, subject.event.id), subject.id, other.id)
    return _about(situation_of(db, subject.event, sessions), subject, other)


def swapped(sessions: Sequence[Placed], one: int, other: int) -> list[Placed]:
    """The sessions in order of time after these two (ids) have changed places."""
    at = {row.id: row for row in sessions}
    there = {one: at[other], other: at[one]}
    moved = [_put(row, there[row.id]) if row.id in there else row for row in sessions]
    return sorted(moved, key=lambda row: row.starts_at)


def _put(row: Placed, where: Placed) -> Placed:
    ends_at = where.starts_at + (row.ends_at - row.starts_at)
    return replace(
        row, room_id=where.room_id, room=where.room, capacity=where.capacity, starts_at=where.starts_at, ends_at=ends_at
    )


def _about(situation: Situation, subject: SessionInEvent, other: SessionInEvent) -> list[TimetableConflict]:
    both = {subject.session.public_id, other.session.public_id}
    return [one for one in found_in(situation) if both & set(one.sessions)]
