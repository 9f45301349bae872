"""Makers for those who wait for a time: getting onto the list, and the worker that tells and looks."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import settle
from events.core.timers import run_due_timers
from sessions.meetings import Meeting
from sessions.waiting import WaitingPair, wait_for_time
from tests.sessions.makers_meetings import Fair, place_of


def waits(db: Database, fair: Fair, asker: Actor, invitee: Actor, note: str = "") -> WaitingPair:
    """One participant gets onto the list for another."""
    return wait_for_time(db, asker, fair.event, invitee=place_of(db, invitee, fair), note=note)


def later(minutes: float = 1) -> AbstractContextManager[None]:
    """So many minutes from now."""
    return clock.frozen_at(clock.now() + timedelta(minutes=minutes))


def ring(db: Database) -> None:
    """Keep what was done, tell it, and run what is due until nothing is, as the worker does."""
    db.commit()
    while settle() + run_due_timers():
        pass
    db.expire_all()


def calm(db: Database) -> None:
    """Have everything told and looked at, so that what is found afterwards has another cause. Takes half a minute."""
    for minutes in (0.25, 0.5):
        with later(minutes):
            ring(db)


def open_between(db: Database, one: Actor, other: Actor) -> list[Meeting]:
    """What one participant asked another for, whatever became of it."""
    query = select(Meeting).where(Meeting.asker_id == one.person, Meeting.invitee_id == other.person)
    return list(db.exec(query))


def times_asked(db: Database, one: Actor, other: Actor) -> list[datetime | None]:
    """The starts of what one participant asked another for."""
    return [meeting.starts_at for meeting in open_between(db, one, other)]
