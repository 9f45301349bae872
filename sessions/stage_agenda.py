"""A live room joined to the agenda: to one of its rooms, whose sessions are on by the clock, or as the host says."""

from typing import Any

from sqlmodel import col, select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.refusals import Invalid
from events.core.translation import _
from sessions.on_now import programme_of
from sessions.stages import Stage, StageInEvent, lock_stage, note_change, run_stage
from sessions.timetable.rows import Room


@command(run_stage)
def join_agenda(db: Database, actor: Actor, subject: StageInEvent, *, room: str, session: str = "") -> None:
    """Join a live room to a room of the agenda (public id, "" for none). From then on what is asked, said, polled and
    shown belongs to the session that is on: by the clock, or `session` (public id) until the host takes it back.

    Refuses a room of another event, and a session that the agenda does not show there.
    """
    lock_stage(db, subject.stage)
    found = db.exec(select(Room).where(Room.public_id == room, Room.event_id == subject.event_id)).first()
    if room and found is None:
        raise Invalid({"room": _("Please choose one of the agenda's rooms.")})
    stage = subject.stage
    stage.room_id, stage.session_id = found.id if found else None, None
    shown = {one.id: one.session_id for one in programme_of(db, stage).sessions}
    if session and session not in shown:
        raise Invalid({"session": _("Please choose one of the sessions that the agenda shows in this room.")})
    stage.session_id = shown.get(session)
    db.add(stage)
    db.flush()
    note_change(db, stage, "programme")


def room_of_stage(db: Database, stage: Stage) -> str:
    """The public id of the agenda's room that a stage is joined to, "" for none."""
    query: Any = select(Room.public_id).where(Room.id == stage.room_id)
    return db.exec(query).first() or "" if stage.room_id is not None else ""


def tell_stages(db: Database, event_id: int) -> None:
    """Everybody sees a new agenda: the live rooms joined to it show it."""
    query = select(Stage).where(Stage.event_id == event_id, col(Stage.room_id).is_not(None)).order_by(col(Stage.id))
    for stage in db.exec(query).all():
        lock_stage(db, stage)
        note_change(db, stage, "programme")


def leave_room(db: Database, room_id: int) -> None:
    """A room of the agenda goes: the live rooms joined to it are joined to none."""
    for stage in db.exec(select(Stage).where(Stage.room_id == room_id).order_by(col(Stage.id))).all():
        lock_stage(db, stage)
        stage.room_id = stage.session_id = None
        db.add(stage)
        db.flush()
        note_change(db, stage, "programme")
