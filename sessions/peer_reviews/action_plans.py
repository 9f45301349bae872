"""Action plans: what a host does about the findings of its review, who does it until when, and how far it is."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint, update
from sqlmodel import Field, SQLModel, col, func, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.files import ReadyFile, StoredFile, store_file
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event
from events.people import Person
from events.roles import organiser_of_event
from sessions.peer_reviews.findings import Finding
from sessions.peer_reviews.records import FindingRecord, finding_agreed, not_closed
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, host_of_review, inside_review
from sessions.reports.naming import naming_for
from sessions.written import written

LONGEST = {"action": 2000, "owner": 200, "proof": 2000, "reason": 1000}


class ActionState(StrEnum):
    """How far an action is; what was dropped says why."""

    OPEN = "open"
    IN_WORK = "in work"
    DONE = "done"
    DROPPED = "dropped"


ACTION_STATE_NAMES: dict[ActionState, Message] = {
    ActionState.OPEN: _("Open"),
    ActionState.IN_WORK: _("In work"),
    ActionState.DONE: _("Done"),
    ActionState.DROPPED: _("Dropped"),
}
UNFINISHED = (ActionState.OPEN, ActionState.IN_WORK)


class ReviewAction(SQLModel, table=True):
    """What a host does about a finding. Its owner is a person here (`owner_id`), or named in words (`owner`)."""

    __tablename__ = "review_action"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("ra")
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    finding_id: int = Field(foreign_key="review_finding.id", index=True)
    number: int
    action: str = Field(max_length=2000)
    owner: str = Field(default="", max_length=200)
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    due_on: date
    state: ActionState = word(ActionState, default=ActionState.OPEN)
    reason: str = Field(default="", max_length=1000)
    proof: str = Field(default="", max_length=2000)
    proof_id: int | None = Field(default=None, foreign_key="stored_file.id")
    version: int = 1
    created_at: datetime = moment()


personal_data(ReviewAction, "owner_id", "who does what a review led to", "detach")


@dataclass(frozen=True)
class ActionInReview:
    """An action with its review and event, as commands and rules need it."""

    action: ReviewAction
    review: PeerReview
    event: Event

    @property
    def id(self) -> int:
        """The action's id."""
        assert self.action.id is not None
        return self.action.id

    @property
    def in_event(self) -> ReviewInEvent:
        """The review without the action."""
        return ReviewInEvent(self.review, self.event)


@dataclass(frozen=True)
class ActionPlanned(Fact):
    """A host plans to do something about a finding; `person_id` is who does it, if they are here."""

    event_id: int
    review_id: int
    action_id: int
    person_id: int | None


@dataclass(frozen=True)
class ActionChanged(Fact):
    """What a host does about a finding was changed, or is further than before; `person_id` is somebody new who does
    it."""

    event_id: int
    review_id: int
    action_id: int
    state: str
    person_id: int | None


@rule
def owner_of_action(actor: Actor, subject: ActionInReview) -> bool:
    return actor.person is not None and actor.person == subject.action.owner_id


keeps_plan = host_of_review | organiser_of_event


@command(keeps_plan, when=finding_agreed)
def plan_action(
    db: Database, actor: Actor, subject: FindingRecord, *, action: str, due_on: date | None, owner: str = "",
    owner_person: Person | None = None,
) -> ReviewAction:  # fmt: skip
    """Plan to do something about an agreed finding; who is named gets a letter.

    Refuses no action, nobody who does it, and no day until when.
    """
    texts = _texts(action, owner, owner_person, due_on)
    # Locked on PostgreSQL, so that two who plan at once take two numbers.
    db.exec(select(PeerReview.id).where(PeerReview.id == subject.in_event.id).with_for_update()).one()
    last = db.exec(select(func.max(ReviewAction.number)).where(ReviewAction.review_id == subject.in_event.id)).one()
    assert due_on is not None
    row = ReviewAction(
        review_id=subject.in_event.id, finding_id=subject.id, number=(last or 0) + 1, due_on=due_on,
        action=texts["action"], owner=texts["owner"],
        owner_id=owner_person.id if owner_person else None, created_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    fact = ActionPlanned(
        event_id=subject.event.id or 0, review_id=row.review_id, action_id=row.id or 0, person_id=row.owner_id
    )
    record(db, actor, fact)
    return row


def _texts(action: str, owner: str, person: Person | None, due_on: date | None) -> dict[str, str]:
    wrong: dict[str, Message | str] = {}
    if not owner.strip() and person is None:
        wrong["owner"] = _("Please say who does it.")
    if due_on is None:
        wrong["due_on"] = _("Please say until when.")
    try:
        texts = written(
            {"action": action, "owner": owner}, LONGEST, action=_("Please say what is to be done.")
        )  # fmt: skip
    except Invalid as refusal:
        raise Invalid(refusal.fields | wrong) from refusal
    if wrong:
        raise Invalid(wrong)
    return texts


@command(keeps_plan, when=not_closed)
def change_action(
    db: Database, actor: Actor, subject: ActionInReview, *, action: str, due_on: date | None, owner: str = "",
    owner_person: Person | None = None, version: int,
) -> None:  # fmt: skip
    """Say otherwise what is done, by whom and until when; refused where somebody else has changed it since."""
    texts = _texts(action, owner, owner_person, due_on)
    row, before = subject.action, subject.action.owner_id
    _count_up(db, row, version)
    row.action, row.owner, row.due_on = texts["action"], texts["owner"], due_on or row.due_on
    row.owner_id = owner_person.id if owner_person else None
    _kept(db, actor, subject, new_owner=row.owner_id if row.owner_id != before else None)


@command(keeps_plan | owner_of_action, when=not_closed)
def move_action(
    db: Database, actor: Actor, subject: ActionInReview, *, state: ActionState, reason: str = "", proof: str = "",
    file: ReadyFile | None = None, version: int,
) -> None:  # fmt: skip
    """Say how far an action is. What is dropped needs a reason, and what is done a proof, in words or as a file."""
    set_state(db, actor, subject, state=state, reason=reason, proof=proof, file=file, version=version)
    _kept(db, actor, subject)


def set_state(
    db: Database, actor: Actor, subject: ActionInReview, *, state: ActionState, reason: str, proof: str,
    file: ReadyFile | None, version: int,
) -> None:  # fmt: skip
    """Write down how far an action is; part of commands that asked their own rule. Who read the proof without names
    that a private review protects, and leaves its lines alone, leaves the names in it."""
    row = subject.action
    naming = naming_for(db, actor, subject.event.programme_id)
    proof = naming.kept_with_links(proof, row.proof, subject.in_event.id)
    required = {"reason": _("Please say why it is dropped.")} if state is ActionState.DROPPED else {}
    texts = written({"reason": reason, "proof": proof}, LONGEST, **required)
    if state is ActionState.DONE and not texts["proof"] and file is None and row.proof_id is None:
        raise Invalid({"proof": _("Please say what shows that it is done, or add a file.")})
    _count_up(db, row, version)
    row.state, row.reason, row.proof = state, texts["reason"] if state is ActionState.DROPPED else "", texts["proof"]
    if file is not None:
        row.proof_id = store_file(db, actor, file).id
    db.add(row)
    db.flush()


def _count_up(db: Database, row: ReviewAction, version: int) -> None:
    changed = db.connection().execute(
        update(ReviewAction)
        .where(col(ReviewAction.id) == row.id, col(ReviewAction.version) == version)
        .values(version=version + 1)
    )
    if changed.rowcount != 1:
        raise Conflict(_("Somebody else has just changed this. Look at it again, then save."))
    db.refresh(row)


def _kept(db: Database, actor: Actor, subject: ActionInReview, *, new_owner: int | None = None) -> None:
    db.add(subject.action)
    db.flush()
    fact = ActionChanged(
        event_id=subject.event.id or 0, review_id=subject.in_event.id, action_id=subject.id,
        state=subject.action.state, person_id=new_owner,
    )  # fmt: skip
    record(db, actor, fact)


def actions_of(db: Database, review_id: int) -> list[ReviewAction]:
    """The actions of a review, in the order of its findings."""
    query = select(ReviewAction).join(Finding, col(Finding.id) == col(ReviewAction.finding_id))
    query = query.where(ReviewAction.review_id == review_id)
    return list(db.exec(query.order_by(col(Finding.number), col(ReviewAction.number))))


def get_action(db: Database, actor: Actor, subject: ReviewInEvent, public: str) -> ActionInReview:
    """An action, for who is inside the review and for who does it; NotFound otherwise."""
    query = select(ReviewAction).where(ReviewAction.review_id == subject.id, ReviewAction.public_id == public)
    row = db.exec(query).first()
    if row is None:
        raise NotFound()
    found = ActionInReview(row, subject.review, subject.event)
    if not (inside_review(actor, subject) or owner_of_action(actor, found)):
        raise NotFound()
    return found


def proof_of(db: Database, subject: ActionInReview) -> StoredFile:
    """The file that shows that an action is done; NotFound where there is none."""
    found = db.get(StoredFile, subject.action.proof_id) if subject.action.proof_id else None
    if found is None:
        raise NotFound()
    return found


def owner_ids(actions: list[ReviewAction]) -> set[Any]:
    """The people here who do something of these."""
    return {one.owner_id for one in actions if one.owner_id is not None}
