"""Dot votes: whoever takes part spreads a few dots over findings or entries of the board; the sums come at the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint, delete, func
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import _
from events.events import Event
from sessions.peer_reviews.findings import FindingState, findings_of
from sessions.peer_reviews.reviews import (
    PeerReview,
    ReviewInEvent,
    host_of_review,
    inside_review,
    moderator_of_review,
    peer_of_review,
    rapporteur_of_review,
    runs_review,
    still_on,
)
from sessions.peer_reviews.rooms import lock_review, note_review_change
from sessions.peer_reviews.shared_board import entries_of_board

MOST_DOTS = 20
LONGEST_VOTE = 120
LABEL = 300


class DotVote(SQLModel, table=True):
    """A vote by dots: `dots` for each person, until `closes_at`, or `closed_at` if it was ended before."""

    __tablename__ = "review_dot_vote"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("dv")
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    dots: int
    closes_at: datetime = moment()
    closed_at: datetime | None = moment(default=None, nullable=True)


class DotChoice(SQLModel, table=True):
    """What can be given dots, with the words that it had when the vote began."""

    __tablename__ = "review_dot_choice"
    __table_args__ = (UniqueConstraint("vote_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    vote_id: int = Field(foreign_key="review_dot_vote.id", index=True)
    number: int
    label: str = Field(max_length=LABEL)
    finding_id: int | None = Field(default=None, foreign_key="review_finding.id", index=True)


class Dots(SQLModel, table=True):
    """How many dots a person gave to a choice."""

    __tablename__ = "review_dots"
    __table_args__ = (UniqueConstraint("choice_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    choice_id: int = Field(foreign_key="review_dot_choice.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    dots: int


personal_data(Dots, "person_id", "dots given in a peer review", "delete")


@dataclass(frozen=True)
class VoteInReview:
    """A vote by dots with its review and event, as commands and rules need it."""

    vote: DotVote
    review: PeerReview
    event: Event

    def is_open(self, now: datetime) -> bool:
        """Whether dots can be given: the clock says it, and who runs the review may end it before."""
        return self.vote.closed_at is None and now < self.vote.closes_at


@dataclass(frozen=True)
class ShownChoice:
    """A choice as a reader may know it: `mine` are their own dots, `dots` the sum, None as long as the vote is open."""

    number: int
    label: str
    mine: int
    dots: int | None


@dataclass(frozen=True)
class ShownVote:
    """A vote as a reader may know it, what has most dots first once it is closed."""

    vote: DotVote
    is_open: bool
    choices: list[ShownChoice]
    voters: int


@rule
def gives_dots(actor: Actor, subject: ReviewInEvent | VoteInReview) -> bool:
    return any(
        one(actor, subject) for one in (host_of_review, peer_of_review, moderator_of_review, rapporteur_of_review)
    )


def vote_open(subject: VoteInReview, now: datetime) -> None:
    """Refuse dots, and an end, once a vote is over."""
    still_on(subject, now)
    if not subject.is_open(now):
        raise Conflict(_("This vote is closed."))


def _turn_of(db: Database, subject: VoteInReview) -> None:
    lock_review(db, subject)
    db.refresh(subject.vote)
    vote_open(subject, clock.now())


@command(runs_review, when=still_on)
def open_dot_vote(
    db: Database, actor: Actor, subject: ReviewInEvent, *, about: str, dots: int, minutes: int
) -> DotVote:
    """Let everybody spread `dots` over what stands on the board now ("board"), or over the findings ("findings"), for
    so many minutes. Refuses fewer than two choices, and a second vote while one is open."""
    wrong = {}
    if not 1 <= dots <= MOST_DOTS:
        wrong["dots"] = _("Everybody has from 1 to %(most)s dots.", most=MOST_DOTS)
    if not 1 <= minutes <= LONGEST_VOTE:
        wrong["minutes"] = _("A vote lasts from 1 to %(most)s minutes.", most=LONGEST_VOTE)
    if wrong:
        raise Invalid(wrong)
    lock_review(db, subject)
    still_on(subject, clock.now())
    if open_vote(db, subject.id, clock.now()) is not None:
        raise Conflict(_("A vote is open already. Close it first."))
    if about == "findings":
        found = findings_of(db, subject.id, FindingState.DRAFT, FindingState.AGREED)
        choices = [(one.recommendation or one.finding, one.id) for one in found]
    else:
        choices = [(one.text.strip(), None) for one in entries_of_board(db, subject.id) if one.text.strip()]
    if len(choices) < 2:
        raise Conflict(_("There are no two things yet to choose from."))
    vote = DotVote(review_id=subject.id, dots=dots, closes_at=clock.now() + timedelta(minutes=minutes))
    db.add(vote)
    db.flush()
    for number, (label, finding) in enumerate(choices, 1):
        db.add(DotChoice(vote_id=vote.id or 0, number=number, label=label[:LABEL], finding_id=finding))
    db.flush()
    note_review_change(db, subject.id)
    return vote


@command(gives_dots, when=vote_open)
def give_dots(db: Database, actor: Actor, subject: VoteInReview, *, dots: Mapping[int, int]) -> None:
    """Spread one's dots over choices (by number); what was given before is replaced. Refuses more than one has."""
    assert actor.person is not None
    _turn_of(db, subject)
    choices = {one.number: one.id or 0 for one in _choices(db, subject.vote)}
    given = {number: count for number, count in dots.items() if count}
    if any(number not in choices or count < 0 for number, count in given.items()):
        raise Invalid({"dots": _("Please give dots to what can be chosen.")})
    if sum(given.values()) > subject.vote.dots:
        raise Invalid({"dots": _("You have %(most)s dots.", most=subject.vote.dots)})
    mine = (col(Dots.choice_id).in_(choices.values()), col(Dots.person_id) == actor.person)
    db.execute(delete(Dots).where(*mine))
    for number, count in given.items():
        db.add(Dots(choice_id=choices[number], person_id=actor.person, dots=count))
    db.flush()
    note_review_change(db, subject.review.id or 0)


@command(runs_review, when=vote_open)
def close_dot_vote(db: Database, actor: Actor, subject: VoteInReview) -> None:
    """End a vote before its time; everybody inside sees the sums."""
    _turn_of(db, subject)
    subject.vote.closed_at = clock.now()
    db.add(subject.vote)
    db.flush()
    note_review_change(db, subject.review.id or 0)


def open_vote(db: Database, review_id: int, now: datetime) -> DotVote | None:
    """The vote that is open, if one is."""
    query = select(DotVote).where(DotVote.review_id == review_id, col(DotVote.closed_at).is_(None))
    return db.exec(query.where(DotVote.closes_at > now).order_by(col(DotVote.id).desc())).first()


def get_dot_vote(db: Database, actor: Actor, subject: ReviewInEvent, public: str) -> VoteInReview:
    """A vote of this review, for who is inside; NotFound otherwise."""
    query = select(DotVote).where(DotVote.review_id == subject.id, DotVote.public_id == public)
    row = db.exec(query).first() if inside_review(actor, subject) else None
    if row is None:
        raise NotFound()
    return VoteInReview(row, subject.review, subject.event)


def dot_votes_of(db: Database, actor: Actor, subject: ReviewInEvent) -> list[ShownVote]:
    """The votes of a review, the newest first; none for who is not inside. Who gave what is told to nobody."""
    if not inside_review(actor, subject):
        return []
    rows = db.exec(select(DotVote).where(DotVote.review_id == subject.id).order_by(col(DotVote.id).desc())).all()
    ids = [one.id for one in rows]
    sums = select(Dots.choice_id, func.sum(Dots.dots)).join(DotChoice, col(DotChoice.id) == Dots.choice_id)
    counted: dict[int, int] = dict(
        db.exec(sums.where(col(DotChoice.vote_id).in_(ids)).group_by(col(Dots.choice_id))).all()
    )
    own = select(Dots.choice_id, Dots.dots).join(DotChoice, col(DotChoice.id) == Dots.choice_id)
    mine = dict(db.exec(own.where(col(DotChoice.vote_id).in_(ids), Dots.person_id == actor.person)).all())
    people = select(DotChoice.vote_id, func.count(func.distinct(Dots.person_id)))
    people = people.join(Dots, col(Dots.choice_id) == DotChoice.id).where(col(DotChoice.vote_id).in_(ids))
    voters: dict[int, int] = dict(db.exec(people.group_by(col(DotChoice.vote_id))).all())
    query = select(DotChoice).where(col(DotChoice.vote_id).in_(ids)).order_by(col(DotChoice.number))
    choices = db.exec(query).all()
    found = []
    for vote in rows:
        is_open = VoteInReview(vote, subject.review, subject.event).is_open(clock.now())
        shown = [
            ShownChoice(
                one.number, one.label, mine.get(one.id or 0, 0), None if is_open else counted.get(one.id or 0, 0)
            )
            for one in choices
            if one.vote_id == vote.id
        ]
        shown = shown if is_open else sorted(shown, key=lambda one: -(one.dots or 0))
        found.append(ShownVote(vote, is_open, shown, voters.get(vote.id or 0, 0)))
    return found


def _choices(db: Database, vote: DotVote) -> list[DotChoice]:
    return list(db.exec(select(DotChoice).where(DotChoice.vote_id == vote.id).order_by(col(DotChoice.number))))
