"""Speed networking as its pages show it: the moment by the clock, with whom one talks, whom one has met."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.settings import settings
from events.core.translation import Message, _
from events.events import EventWithPhases, event_by_id
from frontend.web import actor_of
from sessions.networking.rows import (
    Languages,
    NetworkingInEvent,
    OddOne,
    PlaceState,
    TypeWeight,
    get_networking,
    last_round,
    run_networking,
)
from sessions.networking.shown import Moments, Partner, moments_of, pairs_now, partners_of
from sessions.networking.touch import Contact, contacts_of
from sessions.video import Chosen, Way, video_rules_of

LANGUAGE_RULES: Mapping[Languages, Message] = {
    Languages.ANY: _("It does not matter"),
    Languages.WANTED: _("Better with one in common"),
    Languages.NEEDED: _("Never without one in common"),
}
ODD_RULES: Mapping[OddOne, Message] = {
    OddOne.THREE: _("Becomes the third in a pair"),
    OddOne.WAITS: _("Waits, and is first in the next round"),
}
WEIGHTS: Mapping[TypeWeight, Message] = {
    TypeWeight.ALLOWED: _("May meet"),
    TypeWeight.PREFERRED: _("Should meet"),
    TypeWeight.NEVER: _("Must not meet"),
}


@dataclass(frozen=True)
class Countdown:
    """A clock of whole seconds that ends at a moment: the same in every window, whenever it was opened."""

    seconds: int
    started: datetime


@dataclass(frozen=True)
class NetworkingShown:
    """What the page of a speed networking shows to one reader."""

    moments: Moments
    partners: list[Partner]
    contacts: list[Contact]
    place: PlaceState | None
    countdown: Countdown | None
    takes_part: bool
    runs: bool
    round_has_others: bool
    chosen: Chosen
    now: datetime

    @property
    def phase(self) -> str:
        """The phase as a word."""
        return self.moments.phase.value

    @property
    def is_here(self) -> bool:
        """Whether the reader is planned in."""
        return self.place is PlaceState.HERE


def countdown_to(until: datetime | None, since: datetime) -> Countdown | None:
    """A clock that ends at `until`, and began at `since` or less than a second before."""
    if until is None:
        return None
    seconds = max(0, math.ceil((until - since).total_seconds()))
    return Countdown(seconds, until - timedelta(seconds=seconds))


def networking_of(db: Database, request: Request) -> tuple[Actor, EventWithPhases, NetworkingInEvent]:
    """The reader, and the speed networking that an address names with its event; NotFound where it is not theirs."""
    actor = actor_of(db, request)
    subject = get_networking(db, actor, request.path_params["networking"])
    event = event_by_id(db, subject.event_id)
    if event.event.slug != request.path_params["event"]:
        raise NotFound()
    return actor, event, subject


def networking_shown(db: Database, actor: Actor, subject: NetworkingInEvent) -> NetworkingShown:
    """What the page of a speed networking shows to this reader."""
    now, found = clock.now(), last_round(db, subject.id)
    moments = moments_of(subject.networking, found, now)
    place = subject.places.get(actor.person or 0)
    mine = actor.person if place is PlaceState.HERE else None
    relayed = settings().relay_only or video_rules_of(db, subject.event_id).relay_only
    takes_part = actor.is_("participant", "event", subject.event_id) and place is not PlaceState.REMOVED
    return NetworkingShown(
        moments=moments,
        partners=partners_of(db, subject, mine, found) if mine is not None else [],
        contacts=contacts_of(db, actor, subject) if place is not None else [],
        place=place,
        countdown=countdown_to(moments.until, moments.since if moments.phase == "round" else now),
        takes_part=takes_part,
        runs=run_networking(actor, subject),
        round_has_others=bool(pairs_now(db, subject.id, found)),
        chosen=Chosen(Way.MESH, relay_only=relayed),
        now=now,
    )
