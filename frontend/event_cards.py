"""Events as pages show them: cards, badges, and the timeline of their phases."""

from dataclasses import dataclass
from datetime import datetime

from events.core.links import path
from events.core.translation import Message, _, clock_of, day_of, reader, zone_label
from events.deadlines import in_stages
from events.events import EventKind, EventState, EventWithPhases
from events.overview import is_past, is_running, stretch_of
from events.phases import PHASE_NAMES, Phase, PhaseKind
from events.registration import Registration, RegistrationState

KIND_NAMES: dict[EventKind, Message] = {
    EventKind.HACKATHON: _("Hackathon"),
    EventKind.MATCHMAKING: _("Matchmaking event"),
    EventKind.PITCH: _("Pitch session"),
    EventKind.PEER_REVIEW: _("Peer review"),
}
KIND_ICONS: dict[EventKind, str] = {EventKind.PITCH: "pitch session"}

REGISTRATION_WORDS: dict[RegistrationState, Message] = {
    RegistrationState.APPLIED: _("You have applied"),
    RegistrationState.WAITING: _("You are on the waiting list"),
    RegistrationState.OFFERED: _("A place is kept for you"),
    RegistrationState.ACCEPTED: _("You take part"),
    RegistrationState.DECLINED: _("You got no place"),
    RegistrationState.WITHDRAWN: _("You withdrew"),
}


@dataclass(frozen=True)
class EventCard:
    """An event in a list: what it is, when, in which state, and what the reader has to do with it."""

    name: str
    url: str
    icon: str
    kind: Message
    tagline: str
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    phase: Phase | None
    phase_name: Message | str
    mine: Message | str
    takes_part: bool


def card_of(subject: EventWithPhases, now: datetime, registration: Registration | None = None) -> EventCard:
    """An event as lists show it."""
    event, stretch = subject.event, stretch_of(subject)
    phase = _phase_that_matters(subject, now, registration is not None)
    mine = REGISTRATION_WORDS[registration.state] if registration else ""
    return EventCard(
        name=event.name,
        url=path("event", event=event.slug),
        icon=KIND_ICONS.get(event.kind, event.kind),
        kind=_("Two-stage call") if in_stages(subject) else KIND_NAMES[event.kind],
        tagline=event.tagline,
        state=state_of(subject, now),
        starts_at=stretch[0] if stretch else None,
        ends_at=stretch[1] if stretch else None,
        phase=phase,
        phase_name=PHASE_NAMES[phase.kind] if phase else "",
        mine=mine,
        takes_part=registration is not None and registration.state is RegistrationState.ACCEPTED,
    )


def _phase_that_matters(subject: EventWithPhases, now: datetime, registered: bool) -> Phase | None:
    """Of the open phases: registration for those who have not registered, for others what closes next."""
    current = [one for one in subject.phases if subject.is_open(one.kind, now)]
    if not registered and (open_to_all := [one for one in current if one.kind is PhaseKind.REGISTRATION]):
        return open_to_all[0]
    return min(current, key=lambda one: (one.kind is PhaseKind.REGISTRATION, one.ends_at)) if current else None


def state_of(subject: EventWithPhases, now: datetime) -> str:
    """An event's state as its badge says it: draft, upcoming, open (to registration), running, live or over."""
    if subject.event.state is EventState.DRAFT:
        return "draft"
    if is_past(subject, now):
        return "over"
    if is_running(subject, now):
        return "live" if subject.is_open(PhaseKind.LIVE, now) else "running"
    return "open" if subject.is_open(PhaseKind.REGISTRATION, now) else "upcoming"


@dataclass(frozen=True)
class PhaseLine:
    """A phase on the timeline."""

    name: Message
    starts: datetime
    ends: datetime
    state: str
    note: str


def timeline_of(subject: EventWithPhases, now: datetime) -> list[PhaseLine]:
    """An event's phases in order, each with its hours in the event's zone, and in the reader's where that differs."""
    return [
        PhaseLine(PHASE_NAMES[one.kind], one.starts_at, one.ends_at, _phase_state(one, now), _hours(one, subject.zone))
        for one in subject.phases
    ]


def _phase_state(phase: Phase, now: datetime) -> str:
    if now >= phase.ends_at:
        return "past"
    return "now" if now >= phase.starts_at else "next"


def _hours(phase: Phase, zone: str) -> str:
    """When a phase opens and closes on the event's clocks, and on the reader's where they show something else.

    Its days stand above, as the reader's calendar has them; they are repeated only where the event's are others.
    """
    here = reader().zone
    same_days = _days(phase, zone) == _days(phase, here)
    there = f"{_clocks(phase, zone) if same_days else _both(phase, zone)} ({zone_label(zone)})"
    if same_days and _clocks(phase, zone) == _clocks(phase, here):
        return there
    yours = _("yours: %(clocks)s (%(zone)s)", clocks=_clocks(phase, here), zone=zone_label())
    return f"{there}, {yours}"


def _days(phase: Phase, zone: str) -> tuple[str, str]:
    return day_of(phase.starts_at, zone), day_of(phase.ends_at, zone)


def _clocks(phase: Phase, zone: str) -> str:
    return f"{clock_of(phase.starts_at, zone)} – {clock_of(phase.ends_at, zone)}"


def _both(phase: Phase, zone: str) -> str:
    first, last = _days(phase, zone)
    if first == last:
        return f"{first}, {_clocks(phase, zone)}"
    return f"{first}, {clock_of(phase.starts_at, zone)} – {last}, {clock_of(phase.ends_at, zone)}"
