"""Follow-up: after a review its host is asked for responses, and after 3, 6 and 12 months how far each action is.

The clock says what is asked for: a review is looked at once a day until it is closed, so that a step that was moved is
noticed. Who owes something is reminded every week, until it is there, the next follow-up begins or the review is over;
of the responses also shortly before their date, as of every step.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint, update
from sqlmodel import Field, SQLModel, col, func, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import moment, word
from events.core.database import Database
from events.core.files import ReadyFile
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict
from events.core.timers import set_timer, timer
from events.core.translation import _
from events.events import Event
from events.roles import organiser_of_event
from sessions.peer_reviews.action_plans import (
    LONGEST,
    UNFINISHED,
    ActionInReview,
    ActionState,
    ReviewAction,
    keeps_plan,
    owner_of_action,
    set_state,
)
from sessions.peer_reviews.chasing import debtors_in
from sessions.peer_reviews.findings import Finding, FindingState, Response
from sessions.peer_reviews.records import not_closed
from sessions.peer_reviews.responses import unanswered
from sessions.peer_reviews.reviews import (
    AFTER_REVIEW,
    PeerReview,
    PlaceState,
    ReviewInEvent,
    ReviewNotOn,
    ReviewPlace,
    ReviewRole,
    ReviewState,
    ReviewStep,
    steps_of,
)
from sessions.peer_reviews.templates import StepKind
from sessions.written import written

LOOK_EVERY, REMIND_EVERY = timedelta(days=1), timedelta(days=7)
FOLLOW_UPS = (StepKind.FOLLOW_UP_3, StepKind.FOLLOW_UP_6, StepKind.FOLLOW_UP_12)
LONGEST_NOTE = 2000


class AwaitedOfHost(SQLModel, table=True):
    """That a host was asked for its responses, or for a follow-up, and how often. `settled_at` is when nothing was
    owed any more, or nobody asked any more."""

    __tablename__ = "awaited_of_host"
    __table_args__ = (UniqueConstraint("review_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    kind: StepKind = word(StepKind)
    asked_at: datetime = moment()
    times: int = 1
    settled_at: datetime | None = moment(default=None, nullable=True)


class ActionReport(SQLModel, table=True):
    """What a host says of an action in a follow-up."""

    __tablename__ = "action_report"
    __table_args__ = (UniqueConstraint("action_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    action_id: int = Field(foreign_key="review_action.id", index=True)
    kind: StepKind = word(StepKind)
    state: ActionState = word(ActionState)
    note: str = Field(default="", max_length=LONGEST_NOTE)
    by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime = moment()


personal_data(ActionReport, "by_id", "what hosts report of their action plans", "detach")


@dataclass(frozen=True)
class HostAwaited(Fact):
    """A host owes responses or reports; `times` is how often it was asked, 1 the first time."""

    event_id: int
    review_id: int
    what: str
    times: int


@dataclass(frozen=True)
class ActionReported(Fact):
    """A host said in a follow-up how far an action is."""

    event_id: int
    review_id: int
    action_id: int
    what: str


@dataclass(frozen=True)
class FollowUpComplete(Fact):
    """A host has reported on every action of its plan."""

    event_id: int
    review_id: int
    what: str


@dataclass(frozen=True)
class ReviewClosed(Fact):
    """A review is over, with its follow-up."""

    event_id: int
    review_id: int


@dataclass(frozen=True)
class Owed:
    """What a host owes in a step: how many answers, since when, and how often it was asked."""

    kind: StepKind
    count: int
    since: datetime
    times: int


def current_follow_up(steps: list[ReviewStep], now: datetime) -> StepKind | None:
    """The follow-up that began last; None before the first."""
    begun = [one.kind for one in steps if one.kind in FOLLOW_UPS and one.starts_at <= now]
    return begun[-1] if begun else None


def owed(db: Database, review_id: int, kind: StepKind) -> int:
    """How much a host owes in a step: responses, and accepted recommendations without an action; or actions that are
    not finished and on which nothing was reported in this follow-up."""
    if kind is StepKind.RESPONSE:
        planned = select(ReviewAction.finding_id).where(ReviewAction.review_id == review_id)
        agreed = (Finding.review_id == review_id, Finding.state == FindingState.AGREED)
        promised = col(Finding.response).in_((Response.ACCEPT, Response.ADAPT))
        query = select(func.count()).select_from(Finding).where(*agreed, promised, col(Finding.id).not_in(planned))
        return unanswered(db, review_id) + int(db.exec(query).one())
    reported = select(ActionReport.action_id).where(ActionReport.kind == kind)
    query = select(func.count()).select_from(ReviewAction).where(ReviewAction.review_id == review_id)
    query = query.where(col(ReviewAction.state).in_(UNFINISHED), col(ReviewAction.id).not_in(reported))
    return int(db.exec(query).one())


@timer(AFTER_REVIEW)
def _look(db: Database, review_id: int) -> None:
    row, now = db.get(PeerReview, review_id), clock.now()
    if row is None or row.state in (ReviewState.CANCELLED, ReviewState.CLOSED):
        return
    subject = ReviewInEvent(row, db.get_one(Event, row.event_id))
    due = {kind for kind, _since in _due(db, subject, now)}
    for kind in (StepKind.RESPONSE, *FOLLOW_UPS):
        _ask(db, subject, kind, is_on=kind in due)
    set_timer(db, AFTER_REVIEW, review_id, now + LOOK_EVERY)


def _due(db: Database, subject: ReviewInEvent, now: datetime) -> list[tuple[StepKind, datetime]]:
    """What a host is asked for now, and since when: responses after their step, and the follow-up that is on. Nothing
    before the meeting was held, whatever the dates of the steps say."""
    if subject.review.state is ReviewState.PREPARING:
        return []
    steps = steps_of(db, subject.event.id or 0)
    follow_up = current_follow_up(steps, now)
    found = [(one.kind, one.ends_at) for one in steps if one.kind is StepKind.RESPONSE and one.ends_at <= now]
    return [*found, *((one.kind, one.starts_at) for one in steps if one.kind is follow_up)]


def _ask(db: Database, subject: ReviewInEvent, kind: StepKind, *, is_on: bool) -> None:
    row, now = awaited_in(db, subject.id, kind), clock.now()
    if not is_on or not owed(db, subject.id, kind):
        _settle(db, row)
        return
    if row is not None and row.settled_at is None and now - row.asked_at < REMIND_EVERY:
        return
    if row is None:
        row = AwaitedOfHost(review_id=subject.id, kind=kind, asked_at=now)
    else:
        row.asked_at, row.times, row.settled_at = now, row.times + 1, None
    db.add(row)
    db.flush()
    fact = HostAwaited(event_id=subject.event.id or 0, review_id=subject.id, what=kind, times=row.times)
    record(db, SYSTEM, fact)


def _settle(db: Database, row: AwaitedOfHost | None) -> None:
    if row is not None and row.settled_at is None:
        row.settled_at = clock.now()
        db.add(row)
        db.flush()


@debtors_in(StepKind.RESPONSE)
def without_responses(db: Database, reviews: Collection[int]) -> dict[int, set[int]]:
    """The host's people of reviews that were held, where answers or actions are missing."""
    query = select(ReviewPlace.review_id, ReviewPlace.person_id)
    query = query.join(PeerReview, col(PeerReview.id) == col(ReviewPlace.review_id)).where(
        col(PeerReview.id).in_(reviews), col(PeerReview.state).in_((ReviewState.HELD, ReviewState.PUBLISHED)),
        ReviewPlace.role == ReviewRole.HOST, ReviewPlace.state == PlaceState.ACCEPTED,
    )  # fmt: skip
    found: dict[int, set[int]] = {}
    for review, person in db.exec(query):
        if owed(db, review, StepKind.RESPONSE):
            found.setdefault(review, set()).add(person)
    return found


def awaited_in(db: Database, review_id: int, kind: StepKind) -> AwaitedOfHost | None:
    """That a host was asked for something in a step; None where it was not."""
    query = select(AwaitedOfHost).where(AwaitedOfHost.review_id == review_id, AwaitedOfHost.kind == kind)
    return db.exec(query).first()


def owed_by_host(db: Database, subject: ReviewInEvent) -> list[Owed]:
    """What a host owes now, for who runs the review: responses after their step, and the follow-up that is on."""
    found = []
    for kind, since in _due(db, subject, clock.now()):
        row = awaited_in(db, subject.id, kind)
        if count := owed(db, subject.id, kind):
            found.append(Owed(kind, count, since, row.times if row else 0))
    return found


@command(keeps_plan | owner_of_action, when=not_closed)
def report_on_action(
    db: Database, actor: Actor, subject: ActionInReview, *, state: ActionState, note: str, proof: str = "",
    file: ReadyFile | None = None, version: int,
) -> ActionReport:  # fmt: skip
    """Say in the follow-up that is on how far an action is; what was said in it before is replaced.

    Refuses it before the first follow-up, no words, and what `move_action` refuses.
    """
    kind = current_follow_up(steps_of(db, subject.event.id or 0), clock.now())
    if kind is None:
        raise ReviewNotOn(_("No follow-up has begun. Change the action's state instead."))
    text = written({"note": note}, {"note": LONGEST["reason"]}, note=_("Please say how it stands."))["note"]
    before = owed(db, subject.in_event.id, kind)
    set_state(db, actor, subject, state=state, reason=text, proof=proof, file=file, version=version)
    row = report_in(db, subject.id, kind) or ActionReport(action_id=subject.id, kind=kind, state=state, at=clock.now())
    row.state, row.note, row.by_id, row.at = state, text, actor.person, clock.now()
    db.add(row)
    db.flush()
    ids = {"event_id": subject.event.id or 0, "review_id": subject.in_event.id}
    record(db, actor, ActionReported(**ids, action_id=subject.id, what=kind))
    if before and not owed(db, subject.in_event.id, kind):
        _settle(db, awaited_in(db, subject.in_event.id, kind))
        record(db, actor, FollowUpComplete(**ids, what=kind))
    return row


def report_in(db: Database, action_id: int, kind: StepKind) -> ActionReport | None:
    """What was said of an action in a follow-up."""
    return db.exec(select(ActionReport).where(ActionReport.action_id == action_id, ActionReport.kind == kind)).first()


def reports_of(db: Database, review_id: int) -> dict[int, list[ActionReport]]:
    """All that was reported of a review's actions, by action, in order of time."""
    query = select(ActionReport).join(ReviewAction, col(ReviewAction.id) == col(ActionReport.action_id))
    found: dict[int, list[ActionReport]] = {}
    for one in db.exec(query.where(ReviewAction.review_id == review_id).order_by(col(ActionReport.at))):
        found.setdefault(one.action_id, []).append(one)
    return found


def was_held(subject: ReviewInEvent, now: datetime) -> None:
    """Refuse to close a review that was not held, or is over already."""
    not_closed(subject, now)
    if subject.review.state is ReviewState.PREPARING:
        raise ReviewNotOn(_("This review was not held yet. Cancel it if it does not take place."))


@command(organiser_of_event, when=was_held)
def close_review(db: Database, actor: Actor, subject: ReviewInEvent) -> None:
    """End a review with its follow-up; nobody is reminded any more, and nothing in it can be changed.

    Refused while actions are unfinished and a follow-up is still to come.
    """
    steps = [one for one in steps_of(db, subject.event.id or 0) if one.kind in FOLLOW_UPS]
    unfinished = select(func.count()).where(
        ReviewAction.review_id == subject.id, col(ReviewAction.state).in_(UNFINISHED)
    )
    to_come = any(one.ends_at > clock.now() for one in steps)
    if to_come and db.exec(unfinished).one():
        raise Conflict(_("Actions are unfinished, and a follow-up is still to come. Close the review after it."))
    closed = db.connection().execute(
        update(PeerReview)
        .where(col(PeerReview.id) == subject.id, col(PeerReview.state) == subject.review.state)
        .values(state=ReviewState.CLOSED, version=PeerReview.version + 1)
    )
    if closed.rowcount != 1:
        raise Conflict(_("Somebody else has just changed this. Look at it again, then save."))
    db.refresh(subject.review)
    record(db, actor, ReviewClosed(event_id=subject.event.id or 0, review_id=subject.id))
