"""How mentoring ends before its time: its mentor gives their place in the event back, or the event is closed."""

from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.hooks import on_event_closed, on_withdrawn
from events.core.journal import record
from events.events import event_by_id
from events.registration import Registration
from events.teams import Team
from sessions.mentoring import Mentoring, MentoringInEvent, MentoringState, attendees_of, call_off
from sessions.office_hours import OfficeHours, OfficeHoursClosed, slots_of_hours


@on_withdrawn
def _leave_with_registration(db: Database, actor: Actor, registration_id: int) -> None:
    """Teams do not wait for a mentor who has left the event, and nobody books them any more."""
    gone = db.get_one(Registration, registration_id)
    theirs = (OfficeHours.event_id == gone.event_id, OfficeHours.mentor_id == gone.person_id)
    # Locked before what is booked in them, as by whoever books: nobody does so meanwhile.
    query = select(OfficeHours).where(*theirs, OfficeHours.ends_at > clock.now()).order_by(col(OfficeHours.id))
    hours = db.exec(query.with_for_update()).all()
    _call_off_all(db, actor, gone.event_id, Mentoring.mentor_id == gone.person_id)
    for row in hours:
        _end_hours(db, actor, row)


def _end_hours(db: Database, actor: Actor, row: OfficeHours) -> None:
    """Hours to come go; those under way end with the slot that has begun, which somebody may have booked."""
    begun = [slot for slot in slots_of_hours(row) if slot.starts_at <= clock.now()]
    if begun:
        row.ends_at = begun[-1].ends_at
        db.add(row)
        db.flush()
        return
    db.execute(delete(OfficeHours).where(col(OfficeHours.id) == row.id))
    record(db, actor, OfficeHoursClosed(event_id=row.event_id, hours_id=row.id or 0))


@on_event_closed
def _end_with_the_event(db: Database, actor: Actor, event_id: int) -> None:
    """What is to come when an event is closed is called off with it: after that nobody could, and its people would
    stay taken at that time for other events."""
    _call_off_all(db, actor, event_id)


def _call_off_all(db: Database, actor: Actor, event_id: int, *wanted: Any) -> None:
    query = (
        select(Mentoring, Team)
        .join(Team, col(Team.id) == col(Mentoring.team_id))
        .where(Mentoring.event_id == event_id, Mentoring.state == MentoringState.BOOKED, *wanted)
        .where(col(Mentoring.starts_at) > clock.now())
        .order_by(col(Mentoring.id))
        .with_for_update(of=Mentoring)
    )
    event = event_by_id(db, event_id)
    for row, team in db.exec(query).all():
        call_off(db, actor, MentoringInEvent(row, team, event, attendees_of(db, row.id or 0)), "")
