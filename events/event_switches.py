"""What an organiser switches on and off for a whole event, kept as the moment since when it is on."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from events.core.database import Database
from events.core.refusals import Conflict
from events.core.translation import _
from events.events import Event, EventWithPhases, touch


def switch_event(db: Database, subject: EventWithPhases, name: str, since: datetime | None) -> None:
    """Set the event's moment of this name; None switches off. Refused when somebody else has done it at the same time.

    Part of commands that asked their own rule.
    """
    is_on = col(getattr(Event, name)).is_not(None)
    switched = db.connection().execute(
        update(Event).where(col(Event.id) == subject.id, is_on if since is None else ~is_on).values({name: since})
    )
    if switched.rowcount != 1:
        raise Conflict(_("Somebody else has just done this."))
    db.refresh(subject.event)
    touch(db, subject.event)
