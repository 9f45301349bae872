"""The agenda of a review's meeting: its days and parts, built from the host's questions after the template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.exc import InvalidRequestError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import set_timer
from events.core.translation import Message, _
from events.events import Event
from sessions.peer_reviews.reviews import (
    MEETING_OVER,
    PeerReview,
    ReviewInEvent,
    ReviewQuestion,
    ReviewState,
    inside_review,
    questions_of,
    rules_of,
    runs_review,
    still_on,
)
from sessions.peer_reviews.rooms import lock_review, note_review_change
from sessions.peer_reviews.templates import OF_A_QUESTION, TEMPLATES, PartKind, PartPlan

MOST_DAYS = 5
MOST_MINUTES = 240
AFTER_THE_END = timedelta(hours=1)  # a meeting may run late
LONGEST_DAY = timedelta(hours=12)
BREAK_AFTER, BREAK = 90, 15


class ReviewDay(SQLModel, table=True):
    """A day of a review's meeting; one that was dropped is kept, since calendars know it."""

    __tablename__ = "review_day"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    number: int
    starts_at: datetime = moment()
    is_on: bool = True


class ReviewPart(SQLModel, table=True):
    """A part of a review's meeting: `minutes` as planned; `seconds` from `started_at` on once it is on."""

    __tablename__ = "review_part"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("pt")
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    day_id: int = Field(foreign_key="review_day.id", index=True)
    question_id: int | None = Field(default=None, foreign_key="review_question.id", index=True)
    kind: PartKind = word(PartKind)
    position: int
    minutes: int
    seconds: int = 0
    started_at: datetime | None = moment(default=None, nullable=True)
    paused_at: datetime | None = moment(default=None, nullable=True)
    ended_at: datetime | None = moment(default=None, nullable=True)


@dataclass(frozen=True)
class PartInReview:
    """A part with its review and event, as commands and rules need it."""

    part: ReviewPart
    review: PeerReview
    event: Event

    @property
    def in_event(self) -> ReviewInEvent:
        """The review without the part."""
        return ReviewInEvent(self.review, self.event)


@dataclass(frozen=True)
class AgendaLine:
    """A part with when it is held as planned, and the question it is about."""

    part: ReviewPart
    starts_at: datetime
    ends_at: datetime
    question: ReviewQuestion | None


@dataclass(frozen=True)
class AgendaDay:
    """A day with its parts in order."""

    day: ReviewDay
    lines: list[AgendaLine]

    @property
    def ends_at(self) -> datetime:
        """When its last part ends."""
        return self.lines[-1].ends_at if self.lines else self.day.starts_at


@dataclass(frozen=True)
class ReviewAgendaPlanned(Fact):
    """The agenda of a review's meeting was built from its questions."""

    event_id: int
    review_id: int


@dataclass(frozen=True)
class ReviewAgendaChanged(Fact):
    """Order or lengths of the parts of a review's meeting were changed, or when its days begin."""

    event_id: int
    review_id: int


class MeetingBegun(Conflict):
    """What was begun is not planned anew."""

    def __init__(self) -> None:
        super().__init__(_("The meeting has begun. Its parts can be started and ended, but not planned anew."))


def agenda_open(subject: Any, now: datetime) -> None:
    """Refuse to plan a meeting that was held, or whose review is over."""
    still_on(subject, now)
    if subject.review.state is not ReviewState.PREPARING:
        raise Conflict(_("This meeting was held. Its agenda stays as it is."))


def part_waits(subject: PartInReview, now: datetime) -> None:
    """Refuse a change to a part that was started, and to the agenda of a meeting that was held."""
    agenda_open(subject, now)
    if subject.part.started_at is not None:
        raise Conflict(_("This part was started already."))


def days_of(db: Database, review_id: int) -> list[ReviewDay]:
    """The days of a review's meeting that are on, in order."""
    query = select(ReviewDay).where(ReviewDay.review_id == review_id, col(ReviewDay.is_on))
    return list(db.exec(query.order_by(col(ReviewDay.number))))


def parts_of(db: Database, review_id: int) -> list[ReviewPart]:
    """The parts of a review's meeting in their order over all days."""
    query = select(ReviewPart).join(ReviewDay, col(ReviewDay.id) == ReviewPart.day_id)
    query = query.where(ReviewPart.review_id == review_id)
    return list(db.exec(query.order_by(col(ReviewDay.number), col(ReviewPart.position), col(ReviewPart.id))))


def agenda_of(db: Database, review_id: int) -> list[AgendaDay]:
    """The agenda as planned: each part after the other from the start of its day on."""
    questions = {one.id: one for one in db.exec(select(ReviewQuestion).where(ReviewQuestion.review_id == review_id))}
    parts = parts_of(db, review_id)
    found = []
    for day in days_of(db, review_id):
        at, lines = day.starts_at, []
        for part in (one for one in parts if one.day_id == day.id):
            ends = at + timedelta(minutes=part.minutes)
            lines.append(AgendaLine(part, at, ends, questions.get(part.question_id)))
            at = ends
        found.append(AgendaDay(day, lines))
    return found


def get_part(db: Database, actor: Actor, subject: ReviewInEvent, public: str) -> PartInReview:
    """A part of a review's meeting, for who is inside; NotFound otherwise."""
    query = select(ReviewPart).where(ReviewPart.review_id == subject.id, ReviewPart.public_id == public)
    row = db.exec(query).first() if inside_review(actor, subject) else None
    if row is None:
        raise NotFound()
    return PartInReview(row, subject.review, subject.event)


def planned_parts(plans: Sequence[PartPlan], questions: Sequence[int]) -> list[list[PartPlan | tuple[PartPlan, int]]]:
    """The parts of each day: those of a question once for each question in turn, and a break after an hour and a half
    wherever something follows."""
    found = []
    for number in range(1, max((one.day for one in plans), default=1) + 1):
        day: list[PartPlan | tuple[PartPlan, int]] = []
        mine = [one for one in plans if one.day == number]
        about = [one for one in mine if one.kind in OF_A_QUESTION]
        for plan in mine:
            if plan.kind not in OF_A_QUESTION:
                day.append(plan)
            elif plan is about[0]:
                day += [(one, question) for question in questions for one in about]
        found.append(_with_breaks(day))
    return found


def _with_breaks(day: list[PartPlan | tuple[PartPlan, int]]) -> list[PartPlan | tuple[PartPlan, int]]:
    found: list[PartPlan | tuple[PartPlan, int]] = []
    plans = (one[0] if isinstance(one, tuple) else one for one in day)
    for one, is_wanted in zip(day, breaks_wanted((plan.kind, plan.minutes, True) for plan in plans), strict=True):
        found += [PartPlan(PartKind.BREAK, BREAK), one] if is_wanted else [one]
    return found


def breaks_wanted(day: Iterable[tuple[PartKind, int, bool]]) -> list[bool]:
    """Before which parts of a day a break belongs: after an hour and a half, wherever something new makes a stretch
    longer. Of each part its kind, its minutes, and whether it is new."""
    found = []
    since, makes_longer = 0, False
    for kind, minutes, is_new in day:
        makes_longer |= is_new
        is_wanted = kind is not PartKind.BREAK and since > 0 and since + minutes > BREAK_AFTER and makes_longer
        if kind is PartKind.BREAK:
            since, makes_longer = 0, False
        elif is_wanted:
            since, makes_longer = minutes, is_new
        else:
            since += minutes
        found.append(is_wanted)
    return found


def _our_turn(db: Database, subject: ReviewInEvent) -> None:
    lock_review(db, subject)
    agenda_open(subject, clock.now())


def lock_part(db: Database, subject: PartInReview) -> None:
    """Wait for our turn to change a part, and see it and its review as they are then; refused where it was taken off
    the agenda while we waited. What its state refuses is asked once more after this."""
    lock_review(db, subject)
    try:
        db.refresh(subject.part)
    except InvalidRequestError as error:
        raise Conflict(_("This part is not on the agenda any more.")) from error


def _turn_of(db: Database, subject: PartInReview) -> None:
    lock_part(db, subject)
    part_waits(subject, clock.now())


@command(runs_review, when=agenda_open)
def plan_agenda(db: Database, actor: Actor, subject: ReviewInEvent, *, starts: Sequence[datetime]) -> None:
    """Build the agenda from the questions after the event's template; its days begin at `starts`, the last of which
    count for no more days than the template has. What was planned before goes. Refuses a meeting that has begun."""
    _our_turn(db, subject)
    rules = rules_of(db, subject.event.id or 0)
    questions = [one.id or 0 for one in questions_of(db, subject.id)]
    if rules is None or not questions:
        raise Conflict(_("There are no questions yet to build the agenda from."))
    before = parts_of(db, subject.id)
    if any(one.started_at is not None for one in before):
        raise MeetingBegun
    planned = planned_parts(TEMPLATES[rules.model].parts, questions)
    if len(starts) != len(planned):
        text = _("This meeting has %(days)s days. Please say when each begins.", days=len(planned))
        raise Invalid({"starts": text if len(planned) > 1 else _("Please say when the meeting begins.")})
    for part in before:
        db.delete(part)
    db.flush()
    for day, plans in zip(_days(db, subject, starts), planned, strict=True):
        for position, one in enumerate(plans):
            plan, question = one if isinstance(one, tuple) else (one, None)
            db.add(
                ReviewPart(
                    review_id=subject.id, day_id=day.id or 0, question_id=question, kind=plan.kind, position=position,
                    minutes=plan.minutes,
                )
            )  # fmt: skip
    db.flush()
    settle_agenda(db, subject)
    record(db, actor, ReviewAgendaPlanned(event_id=subject.event.id or 0, review_id=subject.id))


@command(runs_review, when=agenda_open)
def move_days(db: Database, actor: Actor, subject: ReviewInEvent, *, starts: Sequence[datetime]) -> None:
    """Let the days of the meeting begin at other times. Refuses times that are over, in another order than the days,
    or on top of each other."""
    _our_turn(db, subject)
    if not (days := days_of(db, subject.id)):
        raise Conflict(_("There is no agenda yet."))
    if len(starts) != len(days):
        raise Invalid({"starts": _("Please say for each day when it begins.")})
    if any(one.started_at is not None for one in parts_of(db, subject.id)):
        raise MeetingBegun
    if [one.starts_at for one in days] == list(starts):
        return
    _days(db, subject, starts)
    settle_agenda(db, subject)
    record(db, actor, ReviewAgendaChanged(event_id=subject.event.id or 0, review_id=subject.id))


def _days(db: Database, subject: ReviewInEvent, starts: Sequence[datetime]) -> list[ReviewDay]:
    if any(one <= clock.now() for one in starts):
        raise Invalid({"starts": _("Please choose times that are still to come.")})
    there = {one.number: one for one in db.exec(select(ReviewDay).where(ReviewDay.review_id == subject.id))}
    found = []
    for number, at in enumerate(starts, 1):
        row = there.pop(number, None) or ReviewDay(
            review_id=subject.id, event_id=subject.event.id or 0, number=number, starts_at=at
        )
        row.starts_at, row.is_on = at, True
        found.append(row)
    for row in there.values():
        row.is_on = False
    db.add_all([*found, *there.values()])
    db.flush()
    return found


def settle_agenda(db: Database, subject: ReviewInEvent) -> None:
    """Write the meeting's times to the review, and tell those in the live room."""
    days = agenda_of(db, subject.id)
    for before, after in pairwise(days):
        if after.day.starts_at < before.ends_at:
            raise Invalid({"starts": _("A day begins before the day before it is over.")})
    if any(one.ends_at - one.day.starts_at > LONGEST_DAY for one in days):
        raise Invalid(_("A day of more than twelve hours is too long for anybody."))
    subject.review.starts_at, subject.review.ends_at = days[0].day.starts_at, days[-1].ends_at
    db.add(subject.review)
    db.flush()
    if days[-1].ends_at > clock.now():
        set_timer(db, MEETING_OVER, subject.id, days[-1].ends_at + AFTER_THE_END)
    note_review_change(db, subject.id)


def _record_change(db: Database, actor: Actor, subject: PartInReview) -> None:
    settle_agenda(db, subject.in_event)
    record(db, actor, ReviewAgendaChanged(event_id=subject.event.id or 0, review_id=subject.in_event.id))


@command(runs_review, when=part_waits)
def change_part_length(db: Database, actor: Actor, subject: PartInReview, *, minutes: int) -> None:
    """Give a part more or fewer minutes; what follows moves with it."""
    _turn_of(db, subject)
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid({"minutes": _("A part lasts from 1 to %(most)s minutes.", most=MOST_MINUTES)})
    if subject.part.minutes == minutes:
        return
    subject.part.minutes = minutes
    db.add(subject.part)
    db.flush()
    _record_change(db, actor, subject)


@command(runs_review, when=part_waits)
def move_part(db: Database, actor: Actor, subject: PartInReview, *, up: bool) -> None:
    """Hold a part before the one before it, or after the one after it; over the edge of a day it changes days. Refuses
    to move it before a part that was started."""
    _turn_of(db, subject)
    order = parts_of(db, subject.in_event.id)
    days = [one.id or 0 for one in days_of(db, subject.in_event.id)]
    at = [one.id for one in order].index(subject.part.id)
    beside = at - 1 if up else at + 1
    same_day = 0 <= beside < len(order) and order[beside].day_id == subject.part.day_id
    if same_day:
        if order[beside].started_at is not None:
            raise Conflict(_("The part before it was started already."))
        order[at], order[beside] = order[beside], order[at]
    else:
        day = days.index(subject.part.day_id) + (-1 if up else 1)
        if not 0 <= day < len(days):
            return
        subject.part.day_id = days[day]
    for position, part in enumerate(order):
        part.position = position
        db.add(part)
    db.flush()
    _record_change(db, actor, subject)


@command(runs_review, when=part_waits)
def add_break_after(db: Database, actor: Actor, subject: PartInReview, *, minutes: int) -> None:
    """Put a break after a part."""
    _turn_of(db, subject)
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid({"minutes": _("A part lasts from 1 to %(most)s minutes.", most=MOST_MINUTES)})
    for position, part in enumerate(parts_of(db, subject.in_event.id)):
        part.position = 2 * position
        db.add(part)
    db.flush()
    db.add(
        ReviewPart(
            review_id=subject.in_event.id, day_id=subject.part.day_id, kind=PartKind.BREAK,
            position=subject.part.position + 1, minutes=minutes,
        )
    )  # fmt: skip
    db.flush()
    _record_change(db, actor, subject)


@command(runs_review, when=part_waits)
def drop_part(db: Database, actor: Actor, subject: PartInReview) -> None:
    """Take a part off the agenda. Refuses the last one of a day."""
    _turn_of(db, subject)
    on_that_day = [one for one in parts_of(db, subject.in_event.id) if one.day_id == subject.part.day_id]
    if len(on_that_day) == 1:
        raise Conflict(_("A day needs at least one part."))
    db.delete(subject.part)
    db.flush()
    _record_change(db, actor, subject)


def part_label(line: AgendaLine, names: dict[PartKind, Message]) -> Message:
    """What a part is called: its kind, with the number of its question."""
    if line.question is None:
        return names[PartKind(line.part.kind)]
    return _("Question %(number)s: %(part)s", number=line.question.number, part=names[PartKind(line.part.kind)])
