"""Places that became free and are kept for the next in line, who confirms them in time or lets them go."""

from dataclasses import dataclass
from datetime import datetime

from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict
from events.core.timers import set_timer, stop_timer, timer
from events.core.translation import At, _
from events.events import Event, EventClosedAlready, EventState
from events.registration import (
    Registration,
    RegistrationInEvent,
    RegistrationState,
    change_state,
    end_registration,
    give_free_places,
    own_registration,
)


@dataclass(frozen=True)
class PlaceConfirmed(Fact):
    """Somebody takes the place that was kept for them."""

    event_id: int
    registration_id: int


@dataclass(frozen=True)
class PlaceLapsed(Fact):
    """Nobody confirmed an offered place in time; it goes to the next in line."""

    event_id: int
    registration_id: int


class OfferOver(Conflict):
    """A place is confirmed while it is kept, and once."""


def kept_for_them(subject: RegistrationInEvent, now: datetime) -> None:
    """Refuse to confirm a place that is not offered, or not any more: the clock decides."""
    row = subject.registration
    if subject.event.state is EventState.CLOSED:
        raise EventClosedAlready
    if row.state is not RegistrationState.OFFERED or row.offer_ends_at is None:
        raise OfferOver(_("There is no place that waits for your answer."))
    if now >= row.offer_ends_at:
        raise OfferOver(_("This place was kept for you until %(when)s. It goes to the next in line now.",
                          when=At(row.offer_ends_at, "when")))  # fmt: skip


@command(own_registration, when=kept_for_them)
def confirm_place(db: Database, actor: Actor, subject: RegistrationInEvent) -> None:
    """Take the place that is kept for one."""
    change_state(db, subject, RegistrationState.ACCEPTED)
    stop_timer(db, "offered place lapses", subject.id)
    record(db, actor, PlaceConfirmed(event_id=subject.registration.event_id, registration_id=subject.id))


@timer("offered place lapses")
def _let_lapse(db: Database, registration_id: int) -> None:
    row = db.get(Registration, registration_id, with_for_update={"key_share": True})
    event = db.get(Event, row.event_id) if row else None
    if row is None or event is None or row.state is not RegistrationState.OFFERED or row.offer_ends_at is None:
        return
    if clock.now() < row.offer_ends_at:
        set_timer(db, "offered place lapses", registration_id, row.offer_ends_at)
        return
    if event.state is EventState.CLOSED:
        return  # nobody could confirm any more, and nobody is next
    ended_at = row.offer_ends_at
    end_registration(db, SYSTEM, RegistrationInEvent(row, event))
    row.offer_ends_at = ended_at  # kept, so that their page can say why
    db.add(row)
    record(db, SYSTEM, PlaceLapsed(event_id=row.event_id, registration_id=registration_id))
    give_free_places(db, SYSTEM, event)
