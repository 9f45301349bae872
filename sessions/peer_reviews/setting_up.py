"""Setting up the reviews of an event: its rules, and the dates and texts of its steps; both come along when the event
is made again on other dates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.hooks import cloned_with_event
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, EventState, EventWithPhases, not_over
from events.reference.languages import is_language
from events.roles import organiser_of_event
from sessions.peer_reviews.reviews import Attribution, ReviewRules, ReviewStep, rules_of
from sessions.peer_reviews.steps import all_steps, remind_of
from sessions.peer_reviews.templates import AFTER_THE_MEETING, StepKind

MOST_PEERS = 12
MOST_QUESTIONS = 10


@dataclass(frozen=True)
class RulesPlan:
    """How the reviews of an event are to be held; languages are ISO 639 codes, the first is that of the reviews."""

    peers_min: int
    peers_max: int
    countries_min: int
    questions_min: int
    questions_max: int
    attribution: Attribution
    languages: tuple[str, ...]


@dataclass(frozen=True)
class StepInEvent:
    """A step with its event, as commands and rules need it."""

    step: ReviewStep
    event: Event


@dataclass(frozen=True)
class ReviewRulesChanged(Fact):
    """An organiser changed how the reviews of an event are held."""

    event_id: int


@dataclass(frozen=True)
class ReviewStepChanged(Fact):
    """A step was called otherwise, or switched on or off."""

    event_id: int
    step_id: int


@dataclass(frozen=True)
class ReviewStepMoved(Fact):
    """A step was given other dates after the event had been published."""

    event_id: int
    step_id: int
    old_starts_at: datetime
    old_ends_at: datetime
    starts_at: datetime
    ends_at: datetime


def has_reviews(db: Database, event_id: int) -> ReviewRules:
    """The rules of a peer review event; Conflict for another event."""
    rules = rules_of(db, event_id)
    if rules is None:
        raise Conflict(_("This event is no peer review."))
    return rules


@command(organiser_of_event, when=not_over)
def set_review_rules(db: Database, actor: Actor, subject: EventWithPhases, *, plan: RulesPlan) -> ReviewRules:
    """Say how reviews are held; those that were started keep their language and their rule of attribution.

    Refuses a least above its most, more countries than peers, and languages that are none.
    """
    row = has_reviews(db, subject.id)
    wrong = _wrong(plan)
    if wrong:
        raise Invalid(wrong)
    row.peers_min, row.peers_max, row.countries_min = plan.peers_min, plan.peers_max, plan.countries_min
    row.questions_min, row.questions_max = plan.questions_min, plan.questions_max
    row.attribution, row.languages = plan.attribution, list(plan.languages)
    db.add(row)
    db.flush()
    record(db, actor, ReviewRulesChanged(event_id=subject.id))
    return row


def _wrong(plan: RulesPlan) -> dict[str, Message | str]:
    wrong: dict[str, Message | str] = {}
    if not 1 <= plan.peers_min <= MOST_PEERS:
        wrong["peers_min"] = _("A review has between 1 and %(most)s peers.", most=MOST_PEERS)
    if not plan.peers_min <= plan.peers_max <= MOST_PEERS:
        wrong["peers_max"] = _("The most is at least the least, and at most %(most)s.", most=MOST_PEERS)
    if not 0 <= plan.countries_min <= plan.peers_min:
        wrong["countries_min"] = _("There cannot be more other countries than the least number of peers.")
    if not 1 <= plan.questions_min <= MOST_QUESTIONS:
        wrong["questions_min"] = _("A host asks between 1 and %(most)s questions.", most=MOST_QUESTIONS)
    if not plan.questions_min <= plan.questions_max <= MOST_QUESTIONS:
        wrong["questions_max"] = _("The most is at least the least, and at most %(most)s.", most=MOST_QUESTIONS)
    if not plan.languages or not all(is_language(one) for one in plan.languages):
        wrong["languages"] = _("Please choose the language in which reviews are held.")
    return wrong


def get_step(db: Database, event: EventWithPhases, kind: str) -> StepInEvent:
    """A step of an event by its kind; NotFound where there is none."""
    if kind not in set(StepKind):
        raise NotFound()
    query = select(ReviewStep).where(ReviewStep.event_id == event.id, ReviewStep.kind == StepKind(kind))
    row = db.exec(query).first()
    if row is None:
        raise NotFound()
    return StepInEvent(row, event.event)


def step_can_change(subject: StepInEvent, now: datetime) -> None:
    """Refuse a change to a step of an event that is over, except to what is due after its meetings."""
    if subject.step.kind not in AFTER_THE_MEETING:
        not_over(subject, now)


@command(organiser_of_event, when=step_can_change)
def change_step(
    db: Database, actor: Actor, subject: StepInEvent, *,
    starts_at: datetime, ends_at: datetime, title: str = "", what: str = "", is_on: bool = True,
) -> ReviewStep:  # fmt: skip
    """Give a step other dates (aware) or a name and text of its own, or switch it off or on. Those concerned are told
    of other dates once the event is public.

    Refuses an end before the start, a step of more than two years, and texts that are too long.
    """
    wrong: dict[str, Message | str] = {}
    if ends_at <= starts_at:
        wrong["ends_at"] = _("The end has to be after the start.")
    elif ends_at - starts_at > timedelta(days=731):
        wrong["ends_at"] = _("A step lasts two years at most.")
    if len(title.strip()) > 120:
        wrong["title"] = _("Please write at most %(most)s characters.", most=120)
    if len(what.strip()) > 2000:
        wrong["what"] = _("Please write at most %(most)s characters.", most=2000)
    if wrong:
        raise Invalid(wrong)
    row, event_id, step_id = subject.step, subject.event.id or 0, subject.step.id or 0
    old, said = (row.starts_at, row.ends_at), (row.title, row.what, row.is_on)
    row.starts_at, row.ends_at = starts_at, ends_at
    row.title, row.what, row.is_on = title.strip(), what.strip(), is_on
    db.add(row)
    db.flush()
    remind_of(db, row)
    if said != (row.title, row.what, row.is_on):
        record(db, actor, ReviewStepChanged(event_id=event_id, step_id=step_id))
    if old != (starts_at, ends_at) and is_on and subject.event.state is not EventState.DRAFT:
        fact = ReviewStepMoved(
            event_id=event_id, step_id=step_id, old_starts_at=old[0], old_ends_at=old[1], starts_at=starts_at,
            ends_at=ends_at,
        )  # fmt: skip
        record(db, actor, fact)
    return row


@cloned_with_event
def _clone_rules_and_steps(db: Database, from_event: int, to_event: int, moved: Callable[[datetime], datetime]) -> None:
    rules = rules_of(db, from_event)
    if rules is None:
        return
    db.add(ReviewRules(**rules.model_dump(exclude={"id", "event_id"}), event_id=to_event))
    for one in all_steps(db, from_event):
        says = one.model_dump(exclude={"id", "event_id", "starts_at", "ends_at"})
        copy = ReviewStep(
            **says, event_id=to_event, starts_at=moved(one.starts_at), ends_at=moved(one.ends_at)
        )  # fmt: skip
        db.add(copy)
        db.flush()
        remind_of(db, copy)
