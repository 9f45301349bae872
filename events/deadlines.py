"""Until when submissions are taken: the end of the phase, the same grace for all, and an exception for a named team.

What decides is the moment at which a request began to arrive, so that nobody is late because their line is slow.

A call has two stages: all hand in a concept note in its own phase; whoever is invited after its evaluation hands in a
full proposal in the submission phase (decision 0021).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid
from events.core.translation import At, _
from events.events import EventState, EventWithPhases, not_over, touch
from events.phases import Phase, PhaseKind, refuse_unless_open
from events.roles import organiser_of_event

MOST_GRACE = 60  # minutes
FIRST_STAGE, SECOND_STAGE = 1, 2
LONGEST_UPLOAD = timedelta(minutes=15)


@dataclass(frozen=True)
class GraceSet(Fact):
    """An organiser said how many minutes after the deadline submissions are still taken from everybody."""

    event_id: int
    minutes: int


class DeadlinePassed(Conflict):
    """Something was written or handed in after the end. What was typed can be kept as a late version."""

    def __init__(self, ended_at: datetime | None) -> None:
        super().__init__(
            _("Submission closed on %(when)s.", when=At(ended_at, "when")) if ended_at else _("This event is over.")
        )


class NotInvited(Conflict):
    """Full proposals are taken by now, and this team was not invited to hand one in."""

    def __init__(self) -> None:
        super().__init__(
            _("Full proposals are taken from those only who were invited after the evaluation of the concept notes.")
        )


def in_stages(event: EventWithPhases) -> bool:
    """Whether this is a call in two stages: a concept note first, then a full proposal."""
    return event.phase(PhaseKind.CONCEPT_NOTE) is not None


def hands_in_during(subject: Any) -> PhaseKind:
    """In which phase this team (with its event) hands in what is its turn."""
    return kind_of_stage(subject.event, subject.team.stage)


def kind_of_stage(event: EventWithPhases, stage: int) -> PhaseKind:
    """In which phase this stage of an event is handed in."""
    return PhaseKind.CONCEPT_NOTE if in_stages(event) and stage == FIRST_STAGE else PhaseKind.SUBMISSION


def deadline_of(subject: Any) -> Phase | None:
    """The phase in which this team hands in."""
    found: Phase | None = subject.event.phase(hands_in_during(subject))
    return found


def refuse_not_invited(subject: Any, now: datetime) -> None:
    """Refuse a team that was not invited once full proposals are taken."""
    second = subject.event.phase(PhaseKind.SUBMISSION)
    if hands_in_during(subject) is PhaseKind.CONCEPT_NOTE and second is not None and now >= second.starts_at:
        late = subject.team.late_until
        if late is None or counts_from(now) >= late:
            raise NotInvited()


def counts_from(now: datetime) -> datetime:
    """The moment by which something that is done now is in time or late: when its request began to arrive.

    A request that takes longer than fifteen minutes to arrive counts from fifteen minutes ago: otherwise somebody could
    keep one open and write on.
    """
    return max(min(clock.asked_at(), now), now - LONGEST_UPLOAD)


def grace_ends(event: EventWithPhases, kind: PhaseKind = PhaseKind.SUBMISSION) -> datetime | None:
    """Until when submissions (or concept notes) are taken from everybody; None where there is no phase for them."""
    phase = event.phase(kind)
    return phase.ends_at + timedelta(minutes=event.event.grace_minutes) if phase else None


def taken_until(subject: Any) -> datetime | None:
    """Until when this team (with its event) can write and hand in; the moment itself is too late."""
    until, late = grace_ends(subject.event, hands_in_during(subject)), subject.team.late_until
    return max(until, late) if until and late else until


def before_the_deadline(subject: Any, now: datetime) -> None:
    """Refuse to write when a team's time is over; drafts can be written before the phase starts."""
    phase, state = deadline_of(subject), subject.event.event.state
    refuse_not_invited(subject, now)
    until = taken_until(subject)
    if phase is not None and until is not None and counts_from(now) >= until:
        raise DeadlinePassed(subject.team.late_until if until == subject.team.late_until else phase.ends_at)
    if state is EventState.CLOSED:
        raise DeadlinePassed(None)
    if phase is None or state is EventState.DRAFT:
        refuse_unless_open(phase, hands_in_during(subject), False, now)


def submission_open(subject: Any, now: datetime) -> None:
    """Refuse to hand in before the submission phase and when the team's time is over."""
    before_the_deadline(subject, now)
    phase = deadline_of(subject)
    refuse_unless_open(phase, hands_in_during(subject), phase is not None and phase.starts_at <= now, now)


def deadline_passed(subject: Any, now: datetime) -> None:
    """Refuse late versions while there is time to hand in, and where a full proposal is not this team's to write."""
    refuse_not_invited(subject, now)
    until, over = taken_until(subject), subject.event.event.state is EventState.CLOSED
    if until is None or not (over or counts_from(now) >= until):
        raise Conflict(_("Submission is still open: save or hand in as usual."))


def deadline_to_come(subject: EventWithPhases, now: datetime) -> None:
    """Refuse to change for all what has been decided for some."""
    not_over(subject, now)
    phase = subject.phase(PhaseKind.SUBMISSION)
    if phase is not None and now >= phase.ends_at:
        raise Conflict(
            _("The deadline has passed. Let a team in late by name, or move the end of the submission phase.")
        )


def grace_undecided(subject: EventWithPhases, now: datetime) -> None:
    """Refuse another grace once a deadline has passed to which it belongs: in a call also that of concept notes."""
    deadline_to_come(subject, now)
    first = subject.phase(PhaseKind.CONCEPT_NOTE)
    if first is not None and now >= first.ends_at:
        raise Conflict(
            _("The deadline of the concept notes has passed, and both stages have the same grace. Let a team in late "
              "by name, or move the end of the submission phase.")
        )  # fmt: skip


@command(organiser_of_event, when=grace_undecided)
def set_grace(db: Database, actor: Actor, subject: EventWithPhases, *, minutes: int) -> None:
    """Say how many minutes (0 to 60) after the deadline submissions are still taken, from everybody alike, in both
    stages of a call. Refused once the first of these deadlines has passed."""
    if not 0 <= minutes <= MOST_GRACE:
        raise Invalid({"minutes": _("Choose from no minutes to sixty.")})
    subject.event.grace_minutes = minutes
    touch(db, subject.event)
    record(db, actor, GraceSet(event_id=subject.id, minutes=minutes))
