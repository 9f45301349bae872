"""The steps of a peer review event as commands need them: which is on, how it is called, when reminders are due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.timers import set_timer, stop_timer
from events.core.translation import At, Message, _
from events.events import Event, EventState, EventWithPhases, not_over
from events.planning import on_template
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, ReviewNotOn, ReviewStep, still_on
from sessions.peer_reviews.templates import STEP_NAMES, ReviewModel, StepKind

NEAR = "review step near"
AHEAD = timedelta(days=2)


@dataclass(frozen=True)
class EventInStep:
    """A peer review event with one of its steps (None: it has none of this kind), as commands and rules need it."""

    event: Event
    step: ReviewStep | None

    @property
    def id(self) -> int:
        """The event's id."""
        assert self.event.id is not None
        return self.event.id


@dataclass(frozen=True)
class ReviewInStep:
    """A review with one of the steps of its event (None: it has none of this kind)."""

    review: PeerReview
    event: Event
    step: ReviewStep | None

    @property
    def id(self) -> int:
        """The review's id."""
        assert self.review.id is not None
        return self.review.id

    @property
    def in_event(self) -> ReviewInEvent:
        """The review without the step."""
        return ReviewInEvent(self.review, self.event)


def step_of(db: Database, event_id: int, kind: StepKind) -> ReviewStep | None:
    """The step of this kind, if the event has one that is on."""
    query = select(ReviewStep).where(ReviewStep.event_id == event_id, ReviewStep.kind == kind)
    row = db.exec(query).first()
    return row if row is not None and row.is_on else None


def event_in_step(db: Database, event: Event, kind: StepKind) -> EventInStep:
    """The event with its step of this kind."""
    return EventInStep(event, step_of(db, event.id or 0, kind))


def review_in_step(db: Database, subject: ReviewInEvent, kind: StepKind) -> ReviewInStep:
    """The review with the step of this kind."""
    return ReviewInStep(subject.review, subject.event, step_of(db, subject.event.id or 0, kind))


def step_name(step: ReviewStep) -> Message | str:
    """What organisers call a step, or its usual name."""
    return step.title or STEP_NAMES[step.kind]


def is_now(step: ReviewStep | None, now: datetime) -> bool:
    """Whether a step is on by the clock: start <= now < end."""
    return step is not None and step.starts_at <= now < step.ends_at


def refuse_outside(subject: Any, now: datetime) -> None:
    """Refuse what belongs to a step (`subject.step`) that is not on now; the sentence says when it is, or was."""
    step: ReviewStep | None = subject.step
    if step is None:
        raise ReviewNotOn(_("This step is not part of this peer review."))
    if subject.event.state not in {EventState.PUBLISHED, EventState.RUNNING}:
        raise ReviewNotOn(_("The event is not public yet."))
    if now < step.starts_at:
        raise ReviewNotOn(_("%(step)s begins on %(when)s.", step=step_name(step), when=At(step.starts_at, "when")))
    if now >= step.ends_at:
        raise ReviewNotOn(_("%(step)s ended on %(when)s.", step=step_name(step), when=At(step.ends_at, "when")))


def event_step_on(subject: Any, now: datetime) -> None:
    """Refuse what belongs to a step of an event that is not on now, or of an event that is over."""
    not_over(subject, now)
    refuse_outside(subject, now)


def review_step_on(subject: Any, now: datetime) -> None:
    """The same of a step of a review, and of a review that is over."""
    still_on(subject, now)
    refuse_outside(subject, now)


def remind_of(db: Database, step: ReviewStep) -> None:
    """See to it that those who have not done their part are reminded: two days before the end, of a short step after
    two thirds of it."""
    if step.is_on and step.ends_at > clock.now():
        set_timer(db, NEAR, step.id or 0, near_end(step.starts_at, step.ends_at))
    else:
        stop_timer(db, NEAR, step.id or 0)


def near_end(starts_at: datetime, ends_at: datetime) -> datetime:
    """When those are reminded who have from `starts_at` to `ends_at`."""
    return ends_at - min(AHEAD, (ends_at - starts_at) / 3)


def all_steps(db: Database, event_id: int) -> list[ReviewStep]:
    """All steps of an event in the order in which they are taken, those that are off included."""
    rows = db.exec(select(ReviewStep).where(ReviewStep.event_id == event_id)).all()
    return sorted(rows, key=lambda one: list(StepKind).index(one.kind))


def _reminded(model: ReviewModel) -> Callable[[Database, Actor, EventWithPhases], None]:
    @on_template(f"peer review {model}")
    def begin(db: Database, actor: Actor, event: EventWithPhases) -> None:
        for step in all_steps(db, event.id):
            remind_of(db, step)

    return begin


for _model in ReviewModel:
    _reminded(_model)
