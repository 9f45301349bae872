"""Phases: dated stretches of an event in which certain things are possible. The clock opens and closes them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import SYSTEM
from events.core.columns import moment, word
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict
from events.core.timers import set_timers, timer
from events.core.translation import At, Message, _


class PhaseKind(StrEnum):
    """What is possible in a phase."""

    REGISTRATION = "registration"
    TEAM_FORMING = "team forming"
    BUILDING = "building"
    CONCEPT_NOTE = "concept note"
    FIRST_EVALUATION = "first evaluation"
    SUBMISSION = "submission"
    JUDGING = "judging"
    RESULTS = "results"
    BOOKING = "booking"
    LIVE = "live"
    FOLLOW_UP = "follow-up"


class Phase(SQLModel, table=True):
    """A dated stretch of an event; an event has each kind at most once."""

    __table_args__ = (UniqueConstraint("event_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    kind: PhaseKind = word(PhaseKind)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    opening_told_at: datetime | None = moment(default=None, nullable=True)
    closing_told_at: datetime | None = moment(default=None, nullable=True)


@dataclass(frozen=True)
class PhaseOpened(Fact):
    """A phase began; told once, perhaps late. Whether it is open now, the clock says."""

    event_id: int
    phase_id: int
    phase: str


@dataclass(frozen=True)
class PhaseClosed(Fact):
    """A phase ended; told once, perhaps late."""

    event_id: int
    phase_id: int
    phase: str


class PhaseNotOpen(Conflict):
    """Something is possible in a phase that is not on now."""


PHASE_NAMES: dict[PhaseKind, Message] = {
    PhaseKind.REGISTRATION: _("Registration"),
    PhaseKind.TEAM_FORMING: _("Team forming"),
    PhaseKind.BUILDING: _("Building"),
    PhaseKind.CONCEPT_NOTE: _("Concept note"),
    PhaseKind.FIRST_EVALUATION: _("Evaluation of concept notes"),
    PhaseKind.SUBMISSION: _("Submission"),
    PhaseKind.JUDGING: _("Judging"),
    PhaseKind.RESULTS: _("Results"),
    PhaseKind.BOOKING: _("Booking"),
    PhaseKind.LIVE: _("Live"),
    PhaseKind.FOLLOW_UP: _("Follow-up"),
}


def phases_of(db: Database, event_id: int) -> tuple[Phase, ...]:
    """An event's phases in order of time."""
    query = select(Phase).where(Phase.event_id == event_id).order_by(col(Phase.starts_at), col(Phase.id))
    return tuple(db.exec(query))


def refuse_unless_open(phase: Phase | None, kind: PhaseKind, is_open: bool, now: datetime) -> None:
    """Refuse with a sentence that says when the phase opens or when it closed."""
    if is_open:
        return
    name = PHASE_NAMES[kind]
    if phase is None:
        raise PhaseNotOpen(_("%(phase)s is not part of this event.", phase=name))
    if now < phase.starts_at:
        raise PhaseNotOpen(_("%(phase)s opens on %(when)s.", phase=name, when=At(phase.starts_at, "when")))
    if now >= phase.ends_at:
        raise PhaseNotOpen(_("%(phase)s closed on %(when)s.", phase=name, when=At(phase.ends_at, "when")))
    raise PhaseNotOpen(_("%(phase)s is not open: the event is not running.", phase=name))


def set_phase_timers(db: Database, phases: tuple[Phase, ...], now: datetime) -> None:
    """See to it that openings and closings are told when their time comes."""
    opens = {phase.id or 0: max(phase.starts_at, now) for phase in phases if phase.opening_told_at is None}
    closes = {phase.id or 0: max(phase.ends_at, now) for phase in phases if phase.closing_told_at is None}
    set_timers(db, "phase opens", opens)
    set_timers(db, "phase closes", closes)
    for step in DATINGS:
        step(db, phases, now)


Dating = Callable[[Database, tuple[Phase, ...], datetime], None]
DATINGS: list[Dating] = []


def on_dated(step: Dating) -> Dating:
    """Run `(db, phases, now)` in the transaction in which phases of one public event get their dates, or others."""
    DATINGS.append(step)
    return step


Opening = Callable[[Database, Phase], None]
OPENINGS: list[Opening] = []


def on_opening(step: Opening) -> Opening:
    """Run `(db, phase)` in the transaction in which the opening of a phase is told."""
    OPENINGS.append(step)
    return step


@timer("phase opens")
def _tell_opening(db: Database, phase_id: int) -> None:
    phase = db.get(Phase, phase_id)
    if phase is None or phase.opening_told_at or clock.now() < phase.starts_at:
        return
    phase.opening_told_at = clock.now()
    db.add(phase)
    record(db, SYSTEM, PhaseOpened(event_id=phase.event_id, phase_id=phase_id, phase=phase.kind))
    for step in OPENINGS:
        step(db, phase)


@timer("phase closes")
def _tell_closing(db: Database, phase_id: int) -> None:
    phase = db.get(Phase, phase_id)
    if phase is None or phase.closing_told_at or clock.now() < phase.ends_at:
        return
    phase.closing_told_at = clock.now()
    db.add(phase)
    record(db, SYSTEM, PhaseClosed(event_id=phase.event_id, phase_id=phase_id, phase=phase.kind))
