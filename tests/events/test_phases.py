"""Phases: the clock opens and closes them; the fact follows once; an event runs from its first working phase."""

from datetime import timedelta

from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.journal import JournalEntry
from events.core.timers import run_due_timers
from events.events import EventState
from events.phases import PhaseKind
from tests.makers import NOW, again, make_event, make_programme, reload_event


def kinds(db: Database, *wanted: str) -> list[str]:
    """The facts of these kinds that were recorded, in order."""
    rows = db.exec(select(JournalEntry).where(JournalEntry.kind.in_(wanted)).order_by(JournalEntry.id))
    return [f"{one.kind} {one.particulars.get('phase', '')}".strip() for one in rows]


def test_an_event_runs_by_itself_once_building_begins(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    event = make_event(db, again(db, ada), programme, starts_at=NOW + timedelta(days=1))
    db.commit()
    before = reload_event(db, event).event.state
    db.commit()

    with clock.frozen_at(NOW + timedelta(days=1, minutes=1)):
        run_due_timers()

    db.expire_all()
    assert (before, reload_event(db, event).event.state) == (EventState.PUBLISHED, EventState.RUNNING)


def test_registration_alone_does_not_make_an_event_run(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    event = make_event(db, again(db, ada), programme, starts_at=NOW + timedelta(days=2))
    db.commit()

    run_due_timers()

    db.expire_all()
    assert reload_event(db, event).event.state is EventState.PUBLISHED


def test_an_opening_and_a_closing_are_told_once_each(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    event = make_event(db, again(db, ada), programme, starts_at=NOW - timedelta(days=30))
    db.commit()

    run_due_timers()
    run_due_timers()

    opened = kinds(db, "PhaseOpened")
    assert sorted(opened) == sorted(set(opened))
    assert len(opened) == len(reload_event(db, event).phases)


def test_what_is_open_the_clock_says_not_the_timer(db: Database, ada: Actor) -> None:
    programme = make_programme(db, ada)
    event = make_event(db, again(db, ada), programme, starts_at=NOW - timedelta(hours=1))
    building = event.phase(PhaseKind.BUILDING)
    assert building is not None

    states = [event.is_open(PhaseKind.BUILDING, moment) for moment in (
        building.starts_at - timedelta(seconds=1), building.starts_at,
        building.ends_at - timedelta(seconds=1), building.ends_at,
    )]  # fmt: skip

    assert states == [False, True, True, False]
