"""Somebody's home as its parts see it: whose it is, when, and which events are theirs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.core.access import Actor
from events.core.database import Database
from events.core.translation import Message
from events.events import EventKind, EventWithPhases
from events.overview import is_past, ties_event
from events.people import Person
from events.registration import Registration, RegistrationState
from frontend.steps import Step

SOON = timedelta(minutes=30)


@dataclass(frozen=True)
class Look:
    """Whose home it is, when, and which events are theirs: registered for, or with a role in them."""

    actor: Actor
    person: Person
    now: datetime
    seen: list[EventWithPhases]
    registrations: dict[int, Registration]

    @property
    def mine(self) -> list[EventWithPhases]:
        """The events in which they have a place or a role, and that are not over."""
        return [
            one for one in self.seen if not is_past(one, self.now)
            and (self.has_place(one) or ties_event(self.actor, one.event))
        ]  # fmt: skip

    def has_place(self, event: EventWithPhases) -> bool:
        """Whether they take part in this event."""
        found = self.registrations.get(event.id)
        return found is not None and found.state is RegistrationState.ACCEPTED

    def of_kind(self, kind: EventKind) -> list[EventWithPhases]:
        """Their events of a kind in which they have a place."""
        return [one for one in self.mine if one.event.kind is kind and self.has_place(one)]


Provider = Callable[[Database, Look], Iterable[Step]]


@dataclass(frozen=True)
class AgendaLine:
    """Something of today."""

    starts_at: datetime
    ends_at: datetime | None
    what: Message | str
    where: str
    url: str
