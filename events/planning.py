"""Planning an event: templates with dated phases, and moving a phase when life intervenes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import At, Message, _
from events.events import (
    Approval,
    EventChanged,
    EventKind,
    EventState,
    EventWithPhases,
    create_event,
    not_over,
    touch,
)
from events.phases import Phase, PhaseKind, phases_of, set_phase_timers
from events.programmes import Programme
from events.registration import add_participation_type, set_consent_text
from events.roles import organiser_of_event, organiser_of_programme


@dataclass(frozen=True)
class Template:
    """What an event of a kind begins with: phases as (kind, days from the start, days it lasts), and types."""

    kind: EventKind
    name: Message
    what: Message
    phases: tuple[tuple[PhaseKind, float, float], ...]
    types: tuple[tuple[str, str], ...]


def _review(name: Message, what: Message, days: float, follow_up: float) -> Template:
    """A peer review that meets for `days`; its steps between the phases are those of its model."""
    return Template(
        EventKind.PEER_REVIEW,
        name,
        what,
        (
            (PhaseKind.REGISTRATION, -90, 60),
            (PhaseKind.LIVE, 0, days),
            (PhaseKind.FOLLOW_UP, days, follow_up),
        ),
        (("host", "Host"), ("peer", "Peer"), ("observer", "Observer"), ("stakeholder", "Stakeholder")),
    )


TEMPLATES: dict[str, Template] = {
    "hackathon": Template(
        EventKind.HACKATHON,
        _("Hackathon"),
        _("Teams take a challenge, build, hand in and pitch: a call of three weeks and a weekend of building."),
        (
            (PhaseKind.REGISTRATION, -21, 20),
            (PhaseKind.TEAM_FORMING, -7, 7.5),
            (PhaseKind.BUILDING, 0, 2),
            (PhaseKind.SUBMISSION, 1, 1),
            (PhaseKind.JUDGING, 2, 2),
            (PhaseKind.LIVE, 4, 0.5),
        ),
        (
            ("team member", "Team member"),
            ("challenge owner", "Challenge owner"),
            ("jury", "Jury"),
            ("mentor", "Mentor"),
        ),
    ),
    "call": Template(
        EventKind.HACKATHON,
        _("Two-stage call"),
        _(
            "Applicants hand in a concept note, and whoever passes its evaluation a full proposal. Experts agree on "
            "points, thresholds and the budget decide: about five months."
        ),
        (
            (PhaseKind.REGISTRATION, 0, 45),
            (PhaseKind.TEAM_FORMING, 0, 45),
            (PhaseKind.CONCEPT_NOTE, 0, 45),
            (PhaseKind.FIRST_EVALUATION, 45, 21),
            (PhaseKind.SUBMISSION, 70, 45),
            (PhaseKind.JUDGING, 115, 21),
            (PhaseKind.RESULTS, 140, 30),
        ),
        (("applicant", "Applicant"), ("expert", "Expert")),
    ),
    "matchmaking": Template(
        EventKind.MATCHMAKING,
        _("Matchmaking event"),
        _("Participants ask each other for one-to-one meetings in the two weeks before one or two days of meetings."),
        (
            (PhaseKind.REGISTRATION, -21, 21),
            (PhaseKind.BOOKING, -14, 15),
            (PhaseKind.LIVE, 0, 2),
            (PhaseKind.FOLLOW_UP, 2, 90),
        ),
        (
            ("traditional", "Looks for technology"),
            ("tech-savvy", "Offers technology"),
            ("intermediary", "Intermediary"),
        ),
    ),
    "pitch": Template(
        EventKind.PITCH,
        _("Pitch session"),
        _("One evening of pitches in a live room, with questions from the audience."),
        ((PhaseKind.REGISTRATION, -14, 14), (PhaseKind.LIVE, 0, 0.25)),
        (("pitcher", "Pitches"), ("audience", "Audience"), ("jury", "Jury")),
    ),
    "peer review light": _review(
        _("Light peer review of two hours"),
        _("One host, a few peers and two hours in one live room: for one question that is pressing."),
        0.5,
        270,
    ),
    "peer review online": _review(
        _("Two-day peer review, online"),
        _("One host and up to six peers, two half days in one live room, an initial report and desk notes before."),
        2,
        400,
    ),
    "peer review visit": _review(
        _("Peer review on site"),
        _("Peers travel to the host for two or three days of talks and visits; the report follows a month later."),
        3,
        400,
    ),
    "peer review round": _review(
        _("Round of hosts against one template"),
        _("Several hosts assess themselves by the same template and review each other, one meeting after another."),
        14,
        400,
    ),
}


Beginning = Callable[[Database, Actor, EventWithPhases], None]
BEGINNINGS: dict[str, list[Beginning]] = {}


def on_template(template: str) -> Callable[[Beginning], Beginning]:
    """Run `(db, actor, event)` in the transaction in which an event is made from this template."""

    def register(step: Beginning) -> Beginning:
        BEGINNINGS.setdefault(template, []).append(step)
        return step

    return register


@dataclass(frozen=True)
class PhaseMoved(Fact):
    """A phase was given other dates after the event had been published."""

    event_id: int
    phase_id: int
    phase: str
    old_starts_at: datetime
    old_ends_at: datetime
    starts_at: datetime
    ends_at: datetime


@command(organiser_of_programme)
def create_event_from_template(
    db: Database,
    actor: Actor,
    programme: Programme,
    *,
    template: str,
    name: str,
    zone: str,
    starts_at: datetime,
    tagline: str = "",
    description: str = "",
    capacity: int | None = None,
    approval: Approval = Approval.AUTOMATIC,
    follows_id: int | None = None,
) -> EventWithPhases:
    """Make a draft with the phases of a template around `starts_at` (aware), participation types and a consent text."""
    chosen = TEMPLATES.get(template)
    if chosen is None:
        raise Invalid({"template": _("Choose one of the templates.")})
    event = create_event(
        db, actor, programme, kind=chosen.kind, name=name, zone=zone, tagline=tagline, description=description,
        capacity=capacity, approval=approval, follows_id=follows_id,
    )  # fmt: skip
    for kind, offset, days in chosen.phases:
        start = starts_at + timedelta(days=offset)
        db.add(Phase(event_id=event.id, kind=kind, starts_at=start, ends_at=start + timedelta(days=days)))
    db.flush()
    event = EventWithPhases(event.event, phases_of(db, event.id))
    for position, (code, label) in enumerate(chosen.types):
        add_participation_type(db, actor, event, code=code, name=label, position=position)
    set_consent_text(db, actor, event, text=str(CONSENT))
    for step in BEGINNINGS.get(template, ()):
        step(db, actor, event)
    return event


CONSENT = _(
    "I agree that my name, organisation and profile are shown to the other participants of this event, "
    "and that the organisers write to me about it. I can withdraw at any time."
)


@command(organiser_of_event, when=not_over)
def move_phase(
    db: Database, actor: Actor, subject: EventWithPhases, *, kind: PhaseKind, starts_at: datetime, ends_at: datetime
) -> EventWithPhases:
    """Give a phase other dates (aware), or add one the event lacks. Everybody concerned is told once it is public.

    Refuses an end before its start, more than two years, and team forming that begins when teams are locked already.
    """
    if ends_at <= starts_at:
        raise Invalid({"ends_at": _("The end has to be after the start.")})
    if ends_at - starts_at > timedelta(days=731):
        raise Invalid({"ends_at": _("A phase lasts two years at most.")})
    lock_at = subject.event.teams_lock_at
    if kind is PhaseKind.TEAM_FORMING and lock_at is not None and lock_at <= starts_at:
        when = At(lock_at, "when")
        raise Invalid({"starts_at": _("Teams are locked on %(when)s. Choose a later lock date first.", when=when)})
    phase = subject.phase(kind)
    if phase is None:
        phase = Phase(event_id=subject.id, kind=kind, starts_at=starts_at, ends_at=ends_at)
        db.add(phase)
        db.flush()
        if subject.event.state is not EventState.DRAFT:
            record(db, actor, EventChanged(event_id=subject.id))
    elif (phase.starts_at, phase.ends_at) != (starts_at, ends_at):
        _move(db, actor, subject, phase, starts_at, ends_at)
    moved = EventWithPhases(subject.event, phases_of(db, subject.id))
    touch(db, subject.event)
    if subject.event.state is not EventState.DRAFT:
        set_phase_timers(db, (phase,), clock.now())
    return moved


def _move(db: Database, actor: Actor, subject: EventWithPhases, phase: Phase, starts: datetime, ends: datetime) -> None:
    old_starts, old_ends = phase.starts_at, phase.ends_at
    phase.starts_at, phase.ends_at = starts, ends
    if starts > clock.now():
        phase.opening_told_at = None
    if ends > clock.now():
        phase.closing_told_at = None
    db.add(phase)
    db.flush()
    if subject.event.state is not EventState.DRAFT:
        record(
            db,
            actor,
            PhaseMoved(
                event_id=subject.id,
                phase_id=phase.id or 0,
                phase=phase.kind,
                old_starts_at=old_starts,
                old_ends_at=old_ends,
                starts_at=starts,
                ends_at=ends,
            ),
        )


def still_a_draft(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to drop phases of an event that people have seen."""
    if subject.event.state is not EventState.DRAFT:
        raise Conflict(_("A published event keeps its phases. Move this one instead."))


@command(organiser_of_event, when=still_a_draft)
def drop_phase(db: Database, actor: Actor, subject: EventWithPhases, *, kind: PhaseKind) -> EventWithPhases:
    """Take a phase out of a draft; refused once the event is public, when a phase can only be moved."""
    phase = subject.phase(kind)
    if phase is not None:
        db.delete(phase)
        db.flush()
    return EventWithPhases(subject.event, phases_of(db, subject.id))
