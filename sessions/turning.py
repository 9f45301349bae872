"""Wishes of one event that become requests in the matchmaking event after it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlmodel import col, or_, select

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Conflict, Refusal
from events.core.translation import _
from events.events import EventWithPhases
from events.registration import Registration, RegistrationState
from sessions.availability import free_slots
from sessions.blocks import Slot
from sessions.booking_rules import Timing, rules_of
from sessions.meetings import Meeting, MeetingState
from sessions.seats import not_free


class NotHereYet(Conflict):
    """A meeting needs both of them."""

    def __init__(self) -> None:
        super().__init__(_("One of the two does not take part here yet."))


@dataclass
class Turned:
    """How many wishes became requests, how many could not yet, and why, each reason once."""

    made: int = 0
    left: int = 0
    why: dict[str, None] = field(default_factory=dict)

    def turn(self, db: Database, ask: Callable[[], Meeting]) -> int | None:
        """Try one more; the meeting's id, or None where `ask` refused."""
        try:
            with db.begin_nested():
                meeting = ask()
        except Refusal as refusal:
            self.left += 1
            self.why.setdefault(str(refusal.message))
            return None
        self.made += 1
        return meeting.id


def here(found: Registration | None) -> Registration:
    """The registration of somebody who takes part. Refuses NotHereYet."""
    if found is None or found.state is not RegistrationState.ACCEPTED:
        raise NotHereYet
    return found


def time_to_ask_for(db: Database, actor: Actor, event: EventWithPhases, one: int, other: int) -> Slot | None:
    """The time for a request that comes of a wish: the first that suits both and that nobody has asked either for, so
    that twenty who wish to meet one team do not all ask for the same; else the first. None in events where requests
    have no time. Refuses SlotTaken where the two have no time left."""
    if rules_of(db, event.id).timing is not Timing.AT_REQUEST:
        return None
    free = free_slots(db, event, one, other)
    if not free:
        raise not_free(db, actor, {other}, None)
    open_ones = select(Meeting.starts_at).where(
        Meeting.event_id == event.id, Meeting.state == MeetingState.REQUESTED,
        or_(col(Meeting.asker_id).in_((one, other)), col(Meeting.invitee_id).in_((one, other))),
    )  # fmt: skip
    asked = set(db.exec(open_ones))
    return next((slot for slot in free if slot.starts_at not in asked), free[0])
