"""The next thing to do: what a page puts in front of somebody, with its reason, its deadline and one action."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from events.core.links import path
from events.core.translation import N_, At, Message, _
from events.events import EventKind, EventState, EventWithPhases
from events.phases import PHASE_NAMES, PhaseKind
from events.registration import Registration, RegistrationState


class Urgency(IntEnum):
    """What comes before what on somebody's home; within one of these the nearer deadline comes first."""

    NOW = 0
    SOMEBODY_WAITS = 1
    CLOSES = 2
    TO_DO = 3
    GOOD_TO_HAVE = 4


@dataclass(frozen=True)
class Step:
    """One thing to do. `headline` begins with a verb; `where` is the event's name; tone: calm, live or done."""

    headline: Message | str
    why: Message | str = ""
    action: Message | str = ""
    url: str = ""
    urgency: Urgency = Urgency.TO_DO
    deadline: datetime | None = None
    deadline_label: Message | None = None
    other: Message | str = ""
    other_url: str = ""
    tone: str = "calm"
    where: str = ""
    eyebrow: Message | str | None = None


@dataclass(frozen=True)
class Standing:
    """How somebody stands to an event, as far as its call to action has to know."""

    subject: EventWithPhases
    now: datetime
    organises: bool = False
    registration: Registration | None = None
    place_in_line: int = 0
    full: bool = False
    waiting: int = 0
    beside_teams: bool = False
    follower: tuple[str, str] | None = None

    @property
    def slug(self) -> str:
        """The event's address."""
        return self.subject.event.slug


def call_to_action(standing: Standing) -> Step:
    """What an event's page asks of this reader, or tells them."""
    event = standing.subject.event
    if event.state is EventState.DRAFT:
        return Step(
            _("Finish setting up this event"),
            _("Only its organisers see this page until it is published."),
            _("Go to the set-up"), path("set_up", event=event.slug), eyebrow=_("Draft"),
        )  # fmt: skip
    if event.state is EventState.CLOSED:
        return _over(standing)
    if standing.registration is not None and standing.registration.state is not RegistrationState.WITHDRAWN:
        return _registered(standing, standing.registration)
    return _look_after(standing) if standing.organises else _not_registered(standing)


def _look_after(standing: Standing) -> Step:
    slug = standing.slug
    why = _("You are one of its organisers. Registrations, letters and the set-up are yours to look after.")
    return Step(
        _("Look after this event"), why, _("Go to the registrations"), path("registrations", event=slug),
        other=_("Take part yourself"), other_url=path("register", event=slug), eyebrow=_("You organise"),
    )  # fmt: skip


def _over(standing: Standing) -> Step:
    if standing.follower is None:
        return Step(_("This event is over"), _("Its pages stay."), tone="done", eyebrow=_("Looking back"))
    name, slug = standing.follower
    why = _("What began here goes on: %(name)s follows it.", name=name)
    url = path("event", event=slug)
    return Step(_("This event is over"), why, name, url, tone="done", eyebrow=_("Looking back"))


def _registered(standing: Standing, registration: Registration) -> Step:
    mine = path("my_registration", event=standing.slug)
    look = _("Look at your registration")
    if registration.state is RegistrationState.APPLIED:
        why = _("The organisers decide on your registration. You get a letter as soon as they have.")
        return Step(_("Wait for the organisers’ answer"), why, look, mine, eyebrow=_("You have applied"))
    if registration.state is RegistrationState.WAITING:
        why = N_(
            "You are next in line. When somebody gives a place back, it is yours and you get a letter.",
            "You are number %(count)s in line. When places come free they go in this order, and you get a letter.",
            standing.place_in_line,
        )
        return Step(_("Wait for a place"), why, look, mine, eyebrow=_("You are on the waiting list"))
    if registration.state is RegistrationState.OFFERED:
        why = _(
            "A place became free and is kept for you. If you do not confirm it in time, it goes to the next in line."
        )
        return Step(_("Confirm your place"), why, _("Confirm it"), mine, Urgency.NOW,
                    deadline=registration.offer_ends_at, deadline_label=_("Kept for you for"),
                    eyebrow=_("A place is free"))  # fmt: skip
    if registration.state is RegistrationState.DECLINED:
        why = _("The organisers could not give you a place. Other events are open.")
        return Step(_("Find another event"), why, _("See all events"), path("events"), tone="done",
                    other=look, other_url=mine, eyebrow=_("Not this time"))  # fmt: skip
    return _taking_part(standing, look, mine)


# Where a participant goes first, by kind of event.
DOORS: dict[EventKind, tuple[Message, str]] = {
    EventKind.HACKATHON: (_("Go to the teams"), "teams"),
    EventKind.MATCHMAKING: (_("Find people to meet"), "participants"),
    EventKind.PITCH: (_("Go to the pitch rooms"), "stages"),
}


def _taking_part(standing: Standing, look: Message, mine: str) -> Step:
    subject, now = standing.subject, standing.now
    label, name = DOORS.get(subject.event.kind, (look, "my_registration"))
    url = path(name, event=standing.slug)
    here = {"other": look, "other_url": mine, "eyebrow": _("You take part")}
    current = [one for one in subject.phases if one.starts_at <= now < one.ends_at and one.kind != "registration"]
    coming = [one for one in subject.phases if one.starts_at > now]
    if current:
        phase = min(current, key=lambda one: one.ends_at)
        words = _OPEN_NOW | _BESIDE_TEAMS if standing.beside_teams else _OPEN_NOW
        headline, why = words[phase.kind], _("%(phase)s is open now.", phase=PHASE_NAMES[phase.kind])
        if phase.kind is PhaseKind.LIVE and subject.event.kind is EventKind.HACKATHON:
            label, url = DOORS[EventKind.PITCH][0], path("stages", event=standing.slug)
        return Step(headline, why, label, url, deadline=phase.ends_at, deadline_label=_("Closes in"), **here)  # type: ignore[arg-type]  # texts and an address
    if coming:
        phase = min(coming, key=lambda one: one.starts_at)
        why = _("%(phase)s comes next.", phase=PHASE_NAMES[phase.kind])
        return Step(_("Look around before it begins"), why, label, url, deadline=phase.starts_at,
                    deadline_label=_("Opens in"), **here)  # type: ignore[arg-type]  # as above  # fmt: skip
    return Step(_("Look back at what came of it"), "", label, url, **here)  # type: ignore[arg-type]  # as above


_OPEN_NOW: dict[PhaseKind, Message] = {
    PhaseKind.REGISTRATION: _("Tell others about it"),
    PhaseKind.TEAM_FORMING: _("Find your team"),
    PhaseKind.BUILDING: _("Build with your team"),
    PhaseKind.CONCEPT_NOTE: _("Hand in a concept note"),
    PhaseKind.FIRST_EVALUATION: _("Concept notes are evaluated"),
    PhaseKind.SUBMISSION: _("Hand in with your team"),
    PhaseKind.JUDGING: _("Follow the judging"),
    PhaseKind.RESULTS: _("Look at the results"),
    PhaseKind.BOOKING: _("Ask for your meetings"),
    PhaseKind.LIVE: _("Join, it is live"),
    PhaseKind.FOLLOW_UP: _("Follow up on what you began"),
}


# For challenge owners, the jury and mentors.
_BESIDE_TEAMS: dict[PhaseKind, Message] = {
    PhaseKind.TEAM_FORMING: _("See which teams form"),
    PhaseKind.BUILDING: _("See which teams build"),
    PhaseKind.SUBMISSION: _("The teams hand in"),
}


def _not_registered(standing: Standing) -> Step:
    subject, now = standing.subject, standing.now
    phase = subject.phase(PhaseKind.REGISTRATION)
    if phase is None or now >= phase.ends_at:
        closed = At(phase.ends_at, "when") if phase else ""
        why = _("Registration closed on %(when)s.", when=closed) if phase else _("This event takes no registrations.")
        return Step(_("Look at the other events"), why, _("See all events"), path("events"), tone="done",
                    eyebrow=_("Registration is closed"))  # fmt: skip
    if now < phase.starts_at:
        why = _("Registration opens on %(when)s.", when=At(phase.starts_at, "when"))
        return Step(_("Come back when registration opens"), why, _("Put the dates into your calendar"),
                    path("event_calendar", event=standing.slug), deadline=phase.starts_at,
                    deadline_label=_("Opens in"), eyebrow=_("Not open yet"))  # fmt: skip
    if subject.event.by_code_only:
        why = _("This event is open to those who have a code. Whoever was invited has it in their letter.")
        return Step(_("Take part with your code"), why, _("Register with a code"),
                    path("register", event=standing.slug), deadline=phase.ends_at,
                    deadline_label=_("Registration closes in"), eyebrow=_("By invitation"))  # fmt: skip
    if standing.full:
        return Step(_("Join the waiting list"), full_sentence(standing.waiting), _("Register for the waiting list"),
                    path("register", event=standing.slug), deadline=phase.ends_at,
                    deadline_label=_("Registration closes in"), eyebrow=_("All places are taken"))  # fmt: skip
    return Step(_("Take part"), _("It takes three minutes."), _("Register"), path("register", event=standing.slug),
                deadline=phase.ends_at, deadline_label=_("Registration closes in"),
                eyebrow=_("Registration is open"))  # fmt: skip


def full_sentence(waiting: int) -> Message:
    """What somebody should know before they register for a full event."""
    if waiting == 0:
        return _("All places are taken. You would be first on the waiting list; free places go to it in order.")
    return N_(
        "All places are taken and %(count)s person waits. Free places go to the waiting list in order.",
        "All places are taken and %(count)s people wait. Free places go to the waiting list in order.",
        waiting,
    )
