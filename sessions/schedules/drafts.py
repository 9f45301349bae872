"""Drafts of a schedule: asked for by an organiser, made by the worker, compared, published or thrown away.

A draft knows the last journal entry that was written when its problem was read; what came after makes it too old to
be published. docs/decisions/0013 says how one comes about.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Text, delete, func, update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.claims import Due
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import Event, EventKind, EventWithPhases, not_over
from events.roles import organiser_of_event
from sessions.blocks import blocks_of
from sessions.meetings import Meeting, MeetingState


class DraftState(StrEnum):
    """QUEUED until a worker takes it; DONE can be published; the others are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PUBLISHED = "published"


class Freedom(StrEnum):
    """What may become of meetings that stand: NONE moves, as FEW as possible do, or ANY. Locked ones never move."""

    NONE = "none"
    FEW = "few"
    ANY = "any"


class Failure(StrEnum):
    """Why a draft failed."""

    ENDED = "ended"  # the solver died, mostly for want of memory
    BROKEN = "broken"  # what was given to it could not be understood
    TOO_LONG = "too long"
    TOO_OFTEN = "too often"  # begun again and again by workers that did not live to finish it


class ScheduleDraft(Due, table=True):
    """One attempt at a schedule, which is also the work to be done: claimed, tried again, given up.

    While it runs, `placed` and `bound` are what the solver has said last, in weight; afterwards `placed` and `possible`
    are numbers of meetings. `number` counts an event's drafts from 1.
    """

    __tablename__ = "schedule_draft"
    __table_args__ = (Index("ix_schedule_draft_due", "done_at", "dead_at", "due_at"),)

    public_id: str = public_id("d")
    event_id: int = Field(foreign_key="event.id", index=True)
    number: int
    name: str = Field(default="", max_length=80)
    state: DraftState = word(DraftState, default=DraftState.QUEUED)
    freedom: Freedom = word(Freedom, default=Freedom.NONE)
    wishes: bool = False
    seconds: int = 30
    seed: int = 0
    based_on_id: int | None = Field(default=None, foreign_key="schedule_draft.id", ondelete="SET NULL")
    journal_number: int = 0
    phase: str = Field(default="", max_length=40)
    placed: float = 0
    bound: float = 0
    asked: int = 0
    possible: int = 0
    moved: int = 0
    asked_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    asked_at: datetime = moment()
    started_at: datetime | None = moment(default=None, nullable=True)
    finished_at: datetime | None = moment(default=None, nullable=True)
    published_at: datetime | None = moment(default=None, nullable=True)


class DraftContent(SQLModel, table=True):
    """What a finished draft holds, apart because it is large: `problem` and `plan` as `folkmoot schedule` reads them,
    what was known of the meetings when it was read, and what came out."""

    __tablename__ = "draft_content"

    draft_id: int = Field(primary_key=True, foreign_key="schedule_draft.id", ondelete="CASCADE")
    problem: str = Field(sa_type=Text)
    plan: str = Field(sa_type=Text)
    known: dict[str, Any] = listing(default_factory=dict)
    outcome: dict[str, Any] = listing(default_factory=dict)


personal_data(ScheduleDraft, "asked_by_id", "who asked for a schedule", "detach")


@dataclass(frozen=True)
class ScheduleAsked(Fact):
    """An organiser asked for a schedule of the whole event."""

    event_id: int
    draft_id: int


@dataclass(frozen=True)
class ScheduleMade(Fact):
    """A draft is there to be looked at."""

    event_id: int
    draft_id: int


@dataclass(frozen=True)
class ScheduleFailed(Fact):
    """A draft could not be made."""

    event_id: int
    draft_id: int


@dataclass(frozen=True)
class ScheduleCancelled(Fact):
    """An organiser stopped the making of a draft."""

    event_id: int
    draft_id: int


@dataclass(frozen=True)
class DraftDiscarded(Fact):
    """An organiser threw a draft away."""

    event_id: int
    draft_id: int


@dataclass(frozen=True)
class SchedulePublished(Fact):
    """A draft became the schedule: `placed` meetings got their first time, `moved` another one."""

    event_id: int
    draft_id: int
    placed: int
    moved: int


SECONDS = (5, 15, 30, 60, 120)
MOST_UNFINISHED = 2
MOST_DRAFTS = 20
UNFINISHED = (DraftState.QUEUED, DraftState.RUNNING)


@dataclass(frozen=True)
class DraftInEvent:
    """A draft with its event, as commands and rules need it."""

    draft: ScheduleDraft
    event: Event

    @property
    def id(self) -> int:
        """The draft's id."""
        assert self.draft.id is not None
        return self.draft.id

    @property
    def programme_id(self) -> int:
        """The id of the event's programme."""
        return self.event.programme_id


def get_draft(db: Database, actor: Actor, event: EventWithPhases, public: str) -> DraftInEvent:
    """A draft of an event that the actor organises; NotFound for others."""
    row = db.exec(select(ScheduleDraft).where(ScheduleDraft.event_id == event.id, ScheduleDraft.public_id == public))
    draft = row.first()
    if draft is None or not organiser_of_event(actor, event):
        raise NotFound()
    return DraftInEvent(draft, event.event)


def drafts_of(db: Database, actor: Actor, event: EventWithPhases) -> list[ScheduleDraft]:
    """The drafts of an event that the actor organises, newest first; NotFound for others."""
    if not organiser_of_event(actor, event):
        raise NotFound()
    query = select(ScheduleDraft).where(ScheduleDraft.event_id == event.id)
    return list(db.exec(query.order_by(col(ScheduleDraft.number).desc())))


def content_of(db: Database, draft: ScheduleDraft) -> DraftContent | None:
    """What a draft holds once it is done."""
    return db.get(DraftContent, draft.id)


def for_meetings(subject: EventWithPhases, now: datetime) -> None:
    """Refuse an event that is over, and one in which nobody meets."""
    not_over(subject, now)
    if subject.event.kind is not EventKind.MATCHMAKING:
        raise Conflict(_("One-to-one meetings are scheduled in matchmaking events. This is another kind of event."))


@command(organiser_of_event, when=for_meetings)
def ask_for_schedule(
    db: Database,
    actor: Actor,
    subject: EventWithPhases,
    *,
    name: str = "",
    freedom: Freedom = Freedom.NONE,
    wishes: bool = False,
    seconds: int = 30,
    seed: int = 0,
    based_on: ScheduleDraft | None = None,
) -> ScheduleDraft:
    """Have a draft made: the meetings without a time are given one, and `wishes` counts open requests too.

    It starts from the schedule that stands, or from the draft `based_on`. Refuses a third draft before two are done,
    more than 20 kept besides the published ones, an event without blocks, and a time that is none of the offered ones.
    """
    if len(name.strip()) > 80:
        raise Invalid({"name": _("Please write at most 80 characters.")})
    if seconds not in SECONDS:
        raise Invalid({"seconds": _("Please choose one of the offered times.")})
    if based_on is not None and based_on.event_id != subject.id:
        raise NotFound()
    # Locks the event's row on PostgreSQL, so that drafts asked for at once are counted one after the other.
    db.exec(select(Event.id).where(Event.id == subject.id).with_for_update(key_share=True)).one()
    number = _room_for_one_more(db, subject.id)
    draft = ScheduleDraft(
        event_id=subject.id, number=number, name=name.strip(), freedom=freedom, wishes=wishes, seconds=seconds,
        seed=seed, based_on_id=based_on.id if based_on else None, asked_by_id=actor.person, asked_at=clock.now(),
        due_at=clock.now(),
    )  # fmt: skip
    db.add(draft)
    db.flush()
    record(db, actor, ScheduleAsked(event_id=subject.id, draft_id=draft.id or 0))
    return draft


def _room_for_one_more(db: Database, event_id: int) -> int:
    """The next draft's number; refuses where it would be one too many."""
    if not blocks_of(db, event_id):
        raise Conflict(_("This event has no meeting blocks yet. Add one first, so that there are times to give."))
    rows = db.exec(select(ScheduleDraft.state, ScheduleDraft.number).where(ScheduleDraft.event_id == event_id)).all()
    if sum(1 for state, _number in rows if state in UNFINISHED) >= MOST_UNFINISHED:
        raise Conflict(_("Two drafts are being made already. Wait for one of them, or cancel it."))
    # What was published stays as a record: it is nobody's to discard, so it takes no room either.
    if sum(1 for state, _number in rows if state is not DraftState.PUBLISHED) >= MOST_DRAFTS:
        raise Conflict(_("There are 20 drafts already. Discard one that you do not need any more."))
    return max((number for _state, number in rows), default=0) + 1


def being_made(subject: DraftInEvent, now: datetime) -> None:
    """Refuse to stop what does not run."""
    if subject.draft.state not in UNFINISHED:
        raise Conflict(_("This draft is not being made any more. Reload the page to see what became of it."))


@command(organiser_of_event, when=being_made)
def cancel_schedule(db: Database, actor: Actor, subject: DraftInEvent) -> None:
    """Stop the making of a draft; a worker that has begun it notices within a second. What it found is lost."""
    ended = {"state": DraftState.CANCELLED, "finished_at": clock.now(), "done_at": clock.now()}
    if not step_draft(db, subject.draft, UNFINISHED, ended):
        raise Conflict(_("This draft is not being made any more. Reload the page to see what became of it."))
    record(db, actor, ScheduleCancelled(event_id=subject.draft.event_id, draft_id=subject.id))


def can_be_discarded(subject: DraftInEvent, now: datetime) -> None:
    """Refuse to throw away what is being made, and what people's agendas come from."""
    if subject.draft.state in UNFINISHED:
        raise Conflict(_("This draft is being made. Cancel it first."))
    if subject.draft.state is DraftState.PUBLISHED:
        raise Conflict(_("This draft was published, so it stays as the record of what was decided."))


@command(organiser_of_event, when=can_be_discarded)
def discard_draft(db: Database, actor: Actor, subject: DraftInEvent) -> None:
    """Throw a draft away that was not published; nothing else changes."""
    db.execute(delete(DraftContent).where(col(DraftContent.draft_id) == subject.id))
    gone = db.execute(
        delete(ScheduleDraft).where(
            col(ScheduleDraft.id) == subject.id, col(ScheduleDraft.state) == subject.draft.state
        )
    )
    if gone.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE always answers with a cursor
        raise Conflict(_("Somebody else was quicker. Reload the page to see what became of this draft."))
    record(db, actor, DraftDiscarded(event_id=subject.draft.event_id, draft_id=subject.id))


def step_draft(
    db: Database, draft: ScheduleDraft, states: tuple[DraftState, ...], values: dict[str, Any], *conditions: Any
) -> bool:
    """From one of `states` to other values, by compare-and-set: whether this was the one that did it."""
    where = (col(ScheduleDraft.id) == draft.id, col(ScheduleDraft.state).in_(states), *conditions)
    changed = db.execute(
        update(ScheduleDraft).where(*where).values(**values), execution_options={"synchronize_session": False}
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE always answers with a cursor


@dataclass(frozen=True)
class Standing:
    """How an event's meetings stand: with a time, agreed without one, and asked for without an answer."""

    timed: int
    untimed: int
    asked: int


def standing_of(db: Database, actor: Actor, event: EventWithPhases) -> Standing:
    """How the meetings of an event that the actor organises stand now; NotFound for others."""
    if not organiser_of_event(actor, event):
        raise NotFound()
    query = select(Meeting.state, func.count()).where(Meeting.event_id == event.id).group_by(col(Meeting.state))
    counts = dict(db.exec(query).all())
    timed = counts.get(MeetingState.SCHEDULED, 0) + counts.get(MeetingState.HELD, 0)
    return Standing(timed, counts.get(MeetingState.ACCEPTED, 0), counts.get(MeetingState.REQUESTED, 0))
