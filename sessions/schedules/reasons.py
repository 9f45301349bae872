"""Why a meeting got no time: kept when a schedule is published, and told to the two without telling on either."""

from collections.abc import Collection

from sqlalchemy import delete, insert
from sqlmodel import Field, SQLModel, col, select

from events.core.columns import word
from events.core.database import Database
from events.core.translation import Message, _
from sessions.meetings import Meeting, MeetingState
from sessions.schedules.contents import Contents
from sessions.schedules.drafts import ScheduleDraft
from sessions.scheduling.plan import Reason


class Unplaced(SQLModel, table=True):
    """That the published schedule has no time for a meeting, and why."""

    __tablename__ = "unplaced"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    meeting_id: int = Field(foreign_key="meeting.id", unique=True)
    reason: Reason = word(Reason)


def keep_reasons(db: Database, draft: ScheduleDraft, contents: Contents) -> None:
    """Remember why meetings have no time in the schedule that is being published, instead of what was said before."""
    db.execute(delete(Unplaced).where(col(Unplaced.event_id) == draft.event_id))
    reasons = dict(contents.left_out) | {str(one.request): one.reason for one in contents.unplaced}
    rows = [
        {"event_id": draft.event_id, "meeting_id": contents.meetings[public].id, "reason": reason}
        for public, reason in reasons.items()
        if contents.meetings[public].slot is None
    ]
    if rows:
        db.execute(insert(Unplaced), rows)


# Never who of the two, and never a no thanks: that reads as no time in common.
FOR_PARTICIPANTS: dict[Reason, Message] = {
    Reason.NO_COMMON_SLOT: _("There is no time at which both of you are free."),
    Reason.VETO: _("There is no time at which both of you are free."),
    Reason.LIMIT: _("One of you has as many meetings as this event allows."),
    Reason.FULLY_BOOKED: _("Other meetings took the times at which both of you are free."),
    Reason.DISPLACED: _("Other meetings took the times at which both of you are free."),
    Reason.TABLES_FULL: _("All tables were taken at the times at which both of you are free."),
    Reason.ORDER: _("Other meetings took the times at which both of you are free."),
}


def why_without_time(db: Database, publics: Collection[str]) -> dict[str, Message]:
    """Why agreed meetings got no time when the schedule was published, by public id, as those who meet may read it."""
    query = select(Meeting.public_id, Unplaced.reason).where(
        Unplaced.meeting_id == Meeting.id,
        Meeting.state == MeetingState.ACCEPTED,
        col(Meeting.public_id).in_(sorted(publics)),
    )
    return {public: FOR_PARTICIPANTS[Reason(reason)] for public, reason in db.exec(query)} if publics else {}
