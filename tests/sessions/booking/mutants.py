"""Bugs that booking products have had, each put into ours for a while: the machine has to find every one of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, union_all, update
from sqlmodel import col

import sessions.answers
import sessions.attendance
import sessions.availability
import sessions.colleagues
import sessions.leaving
import sessions.limits
import sessions.meetings
import sessions.moves
import sessions.requests
import sessions.schedules.changes
import sessions.transitions
from events.core import hooks
from sessions.blocks import TableAdded
from sessions.breaks import BreaksSet
from sessions.meetings import Meeting, MeetingState
from sessions.seats import SEAT, free_seats, take_seats
from sessions.tables import TableRemoved

Mutant = Callable[[pytest.MonkeyPatch], None]
MUTANTS: dict[str, Mutant] = {}


def mutant(bug: str) -> Callable[[Mutant], Mutant]:
    """Register a bug under the sentence that says what it does."""

    def register(change: Mutant) -> Mutant:
        MUTANTS[bug] = change
        return change

    return register


@contextmanager
def bug_in_place(bug: str) -> Iterator[None]:
    """Run with the bug."""
    with pytest.MonkeyPatch.context() as patch:
        MUTANTS[bug](patch)
        yield


def _nothing(*_args: Any, **_how: Any) -> None:
    return None


@mutant("a declined or cancelled meeting keeps its seats")
def _keeps_seats(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sessions.transitions, "free_seats", _nothing)


@mutant("a move gives the old seats back before it has the new ones, and stays half done when they are taken")
def _half_a_move(patch: pytest.MonkeyPatch) -> None:
    def shift(db: Any, actor: Any, subject: Any, slot: Any, besides: Any = None) -> None:
        free_seats(db, subject.id)
        take_seats(db, actor, meeting_id=subject.id, people=subject.people, slot=slot, held_until=None)
        real(db, actor, subject, slot, besides)

    real = sessions.moves.shift
    patch.setattr(sessions.moves, "shift", shift)


@mutant("only the asker is given seats")
def _half_the_seats(patch: pytest.MonkeyPatch) -> None:
    def take(db: Any, actor: Any, *, people: Any, **how: Any) -> None:
        take_seats(db, actor, people=[next(iter(people))], **how)

    patch.setattr(sessions.requests, "take_seats", take)


@mutant("a request that has expired can still be accepted")
def _late_yes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sessions.meetings, "state_at", lambda state, _expires, _now: state)


@mutant("an answer is written whatever the meeting has become")
def _no_compare(patch: pytest.MonkeyPatch) -> None:
    def change(db: Any, subject: Any, values: dict[str, Any]) -> None:
        db.execute(update(Meeting).where(col(Meeting.id) == subject.id).values(**values))
        sessions.transitions.reads_now(subject, values)

    patch.setattr(sessions.transitions, "change_meeting", change)
    patch.setattr(sessions.answers, "change_meeting", change)
    patch.setattr(sessions.meetings, "clock_state", lambda _subject, _now: MeetingState.REQUESTED)


@mutant("accepting takes no table, so that more meet than there are tables")
def _no_table(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sessions.answers, "give_table", _nothing)


@mutant("one request more than allowed may be open")
def _off_by_one(patch: pytest.MonkeyPatch) -> None:
    real = sessions.limits.limit_reached

    def reached(actor: Any, bounds: Any, *rest: Any, **how: Any) -> Any:
        rules = bounds.rules
        more = type(rules)(**rules.model_dump() | {"max_pending": (rules.max_pending or 0) + 1})
        return real(actor, replace(bounds, rules=more), *rest, **how)

    patch.setattr(sessions.limits, "limit_reached", reached)


@mutant("absences are forgotten when a meeting is moved")
def _moves_into_absence(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sessions.moves, "refuse_in_block", lambda *_args, **_how: ((), {}))


@mutant("an expired hold is never removed, and blocks the next request")
def _stale_holds(patch: pytest.MonkeyPatch) -> None:
    import sessions.seats

    never = delete(SEAT).where(SEAT.c.id < 0)
    patch.setattr(sessions.seats, "_EXPIRED", never)


@mutant("whoever leaves keeps their meetings")
def _leaves_meetings(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hooks, "WITHDRAWALS", [])
    import events.registration

    patch.setattr(events.registration, "WITHDRAWALS", [])


@mutant("two exchange their times, and one of them keeps the seats it had")
def _half_a_swap(patch: pytest.MonkeyPatch) -> None:
    # By its number and not in turns: what happens in one run must not depend on the runs before it.
    def free(db: Any, meeting_id: int, **how: Any) -> None:
        if meeting_id % 2:
            free_seats(db, meeting_id, **how)

    patch.setattr(sessions.moves, "free_seats", free)


@mutant("times are offered at which somebody else holds a seat")
def _offers_held(patch: pytest.MonkeyPatch) -> None:
    without_seats = union_all(*sessions.availability.AGAINST_MEETING[:3])
    patch.setattr(sessions.availability, "_AGAINST_MEETING", without_seats)


@mutant("two people can have two requests open at once")
def _twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sessions.requests, "is_between", lambda *_args: False)


@mutant("a no-show keeps the table and the seats")
def _no_show_keeps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sessions.attendance, "free_seats", _nothing)


@mutant("whoever hands a meeting over keeps their seats")
def _hands_over_half(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sessions.colleagues, "free_seats_of", _nothing)


@mutant("a colleague can be put into two meetings at once with the same person")
def _stands_in_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sessions.colleagues, "is_between", lambda *_args: False)


@mutant("a move forgets to give the old seats back")
def _keeps_old(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sessions.moves, "free_seats", _nothing)


@mutant("a draft is published although a break or the tables have changed since")
def _old_hours(patch: pytest.MonkeyPatch) -> None:
    real, unseen = sessions.schedules.changes.watched, {BreaksSet, TableAdded, TableRemoved}
    patch.setattr(sessions.schedules.changes, "watched", lambda wishes: [it for it in real(wishes) if it not in unseen])
