"""Peer reviews: settings and steps of a peer review event, the reviews of its hosts, and who has a place in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import String, UniqueConstraint, cast, literal
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.timers import set_timer
from events.core.translation import Message, _
from events.events import Event, EventWithPhases, not_over
from events.organisations import Organisation
from events.planning import on_template
from events.roles import organiser_of_event, tie_source, ties_as
from sessions.peer_reviews.templates import TEMPLATES, ReviewModel, StepKind

REVIEW = "peer review"  # the scope of ties to one review
ASKED = "asked into a review"  # a tie of who was asked and has not answered
AFTER_REVIEW = "after a review"  # the timer that looks once a day what the host owes
MEETING_OVER = "review meeting over"  # the timer that asks whether a meeting was held
IN_REVIEWS = "in a review"  # a tie to an event in one of whose reviews one has a place


class Attribution(StrEnum):
    """Whether outside a review words are joined to who said them: NAMED, or PRIVATE by the Chatham House rule."""

    NAMED = "named"
    PRIVATE = "private"


class ReviewState(StrEnum):
    """Where a review is. What its steps are about, and whether they are on, say their dates."""

    PREPARING = "preparing"
    HELD = "held"
    PUBLISHED = "published"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ReviewRole(StrEnum):
    """What somebody is in a review."""

    HOST = "host"
    PEER = "peer"
    MODERATOR = "moderator"
    RAPPORTEUR = "rapporteur"
    OBSERVER = "observer"
    STAKEHOLDER = "stakeholder"


class PlaceState(StrEnum):
    """What somebody answered when they were asked into a review; LEFT had accepted, and dropped out."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LEFT = "left"


ROLE_NAMES: dict[ReviewRole, Message] = {
    ReviewRole.HOST: _("Host of the review"),
    ReviewRole.PEER: _("Peer"),
    ReviewRole.MODERATOR: _("Moderator"),
    ReviewRole.RAPPORTEUR: _("Rapporteur"),
    ReviewRole.OBSERVER: _("Observer"),
    ReviewRole.STAKEHOLDER: _("Stakeholder"),
}


class ReviewRules(SQLModel, table=True):
    """How the reviews of an event are held: after which model, with how many peers from how many other countries."""

    __tablename__ = "review_rules"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", unique=True)
    model: ReviewModel = word(ReviewModel)
    peers_min: int = 3
    peers_max: int = 6
    countries_min: int = 2
    questions_min: int = 3
    questions_max: int = 5
    attribution: Attribution = word(Attribution, default=Attribution.PRIVATE)
    languages: list[str] = listing(default_factory=list)


class ReviewStep(SQLModel, table=True):
    """A step of an event's reviews from `starts_at` to `ends_at`; `title` is what organisers call it, '' as usual."""

    __tablename__ = "review_step"
    __table_args__ = (UniqueConstraint("event_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    kind: StepKind = word(StepKind)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    is_on: bool = True
    title: str = Field(default="", max_length=120)
    what: str = Field(default="", max_length=2000)


class PeerReview(SQLModel, table=True):
    """The review of one host's case. `starts_at` and `ends_at` are those of its meeting, once they are known;
    `published_at` is when its report was published; `needs` are keywords of what its peers should know."""

    __tablename__ = "peer_review"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rv")
    event_id: int = Field(foreign_key="event.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    topic: str = Field(max_length=200)
    case_text: str = Field(default="", max_length=8000)
    ecosystem: str = Field(default="", max_length=120)
    needs: list[str] = listing(default_factory=list)
    language: str = Field(default="en", max_length=5)
    state: ReviewState = word(ReviewState, default=ReviewState.PREPARING)
    attribution: Attribution = word(Attribution, default=Attribution.PRIVATE)
    starts_at: datetime | None = moment(default=None, nullable=True)
    ends_at: datetime | None = moment(default=None, nullable=True)
    published_at: datetime | None = moment(default=None, nullable=True)
    cancelled_why: str = Field(default="", max_length=1000)
    version: int = 1
    created_at: datetime = moment()


class ReviewQuestion(SQLModel, table=True):
    """What a host asks its peers; a question that was dropped is kept."""

    __tablename__ = "review_question"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rq")
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    number: int
    text: str = Field(max_length=500)
    about: str = Field(default="", max_length=2000)
    dropped_at: datetime | None = moment(default=None, nullable=True)


class ReviewPlace(SQLModel, table=True):
    """That somebody was asked into a review, and what they answered. `organisation_id` is whom they come from;
    `stands_in_for_id` is the place of who dropped out, if they came for somebody else. `known_as` and `came_from` are
    names that they and their organisation had before, since what was written then still names them."""

    __tablename__ = "review_place"
    __table_args__ = (UniqueConstraint("review_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("rp")
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    role: ReviewRole = word(ReviewRole)
    state: PlaceState = word(PlaceState, default=PlaceState.ASKED)
    stands_in_for_id: int | None = Field(default=None, foreign_key="review_place.id")
    known_as: list[str] = listing(default_factory=list)
    came_from: list[str] = listing(default_factory=list)
    why: str = Field(default="", max_length=1000)
    reason: str = Field(default="", max_length=1000)
    asked_at: datetime = moment()
    answered_at: datetime | None = moment(default=None, nullable=True)


# What they wrote hangs on their place, and so does who stands in for them.
personal_data(ReviewPlace, "person_id", "places in peer reviews", "keep")


@dataclass(frozen=True)
class ReviewInEvent:
    """A review with its event, as commands and rules need it."""

    review: PeerReview
    event: Event

    @property
    def id(self) -> int:
        """The review's id."""
        assert self.review.id is not None
        return self.review.id


@dataclass(frozen=True)
class PlaceInReview:
    """A place with its review and event, as commands and rules need it."""

    place: ReviewPlace
    review: PeerReview
    event: Event

    @property
    def in_event(self) -> ReviewInEvent:
        """The review without the place."""
        return ReviewInEvent(self.review, self.event)


@dataclass(frozen=True)
class ReviewStarted(Fact):
    """A host's case is reviewed."""

    event_id: int
    review_id: int


@dataclass(frozen=True)
class ReviewCancelled(Fact):
    """A review does not take place, or not to its end; the reason stands with it."""

    event_id: int
    review_id: int


@dataclass(frozen=True)
class AskedIntoReview(Fact):
    """Somebody was asked to take part in a review."""

    event_id: int
    review_id: int
    person_id: int
    role: str


@dataclass(frozen=True)
class ReviewPlaceAnswered(Fact):
    """Somebody who was asked into a review accepted or declined."""

    event_id: int
    review_id: int
    person_id: int
    role: str
    accepted: bool


@dataclass(frozen=True)
class ReviewLeft(Fact):
    """Somebody who had a place in a review dropped out, or was taken out."""

    event_id: int
    review_id: int
    person_id: int
    role: str


@dataclass(frozen=True)
class AttributionChanged(Fact):
    """A review's rule of attribution was changed; it holds for what was written before as well."""

    event_id: int
    review_id: int
    attribution: str


class AskedAlready(Conflict):
    """One is asked into a review once."""

    def __init__(self) -> None:
        super().__init__(_("This person was asked into this review already."))


class ReviewOver(Conflict):
    """A review that was cancelled or closed takes nothing more."""

    def __init__(self) -> None:
        super().__init__(_("This review is over."))


class ReviewNotOn(Conflict):
    """Something is possible in a step that is not on now."""


@tie_source
def _places(person: int) -> Any:
    query = select(cast(col(ReviewPlace.role), String), literal(REVIEW), ReviewPlace.review_id)
    return query.where(ReviewPlace.person_id == person, ReviewPlace.state == PlaceState.ACCEPTED)


@tie_source
def _asked(person: int) -> Any:
    query = ties_as(ASKED, REVIEW, ReviewPlace.review_id)
    return query.where(col(ReviewPlace.person_id) == person, col(ReviewPlace.state) == PlaceState.ASKED)


@tie_source
def _in_events(person: int) -> Any:
    there = (PlaceState.ASKED, PlaceState.ACCEPTED)
    query = ties_as(IN_REVIEWS, "event", PeerReview.event_id)
    query = query.join(ReviewPlace, col(ReviewPlace.review_id) == col(PeerReview.id))
    return query.where(col(ReviewPlace.person_id) == person, col(ReviewPlace.state).in_(there))


def _is(actor: Actor, subject: Any, *roles: ReviewRole) -> bool:
    return any(actor.is_(role, REVIEW, subject.review.id) for role in roles)


@rule
def host_of_review(actor: Actor, subject: Any) -> bool:
    return _is(actor, subject, ReviewRole.HOST)


@rule
def peer_of_review(actor: Actor, subject: Any) -> bool:
    return _is(actor, subject, ReviewRole.PEER)


@rule
def moderator_of_review(actor: Actor, subject: Any) -> bool:
    return _is(actor, subject, ReviewRole.MODERATOR)


@rule
def rapporteur_of_review(actor: Actor, subject: Any) -> bool:
    return _is(actor, subject, ReviewRole.RAPPORTEUR)


@rule
def runs_review(actor: Actor, subject: Any) -> bool:
    return organiser_of_event(actor, subject) or moderator_of_review(actor, subject)


@rule
def writes_up_review(actor: Actor, subject: Any) -> bool:
    return runs_review(actor, subject) or rapporteur_of_review(actor, subject)


@rule
def inside_review(actor: Actor, subject: Any) -> bool:
    return organiser_of_event(actor, subject) or _is(actor, subject, *ReviewRole)


@rule
def asked_into_review(actor: Actor, subject: Any) -> bool:
    return actor.is_(ASKED, REVIEW, subject.review.id)


@rule
def see_review(actor: Actor, subject: Any) -> bool:
    published = subject.review.published_at is not None and subject.review.state is not ReviewState.CANCELLED
    return published or inside_review(actor, subject) or asked_into_review(actor, subject)


@rule
def own_place(actor: Actor, subject: PlaceInReview) -> bool:
    return actor.person is not None and subject.place.person_id == actor.person


def still_on(subject: Any, now: datetime) -> None:
    """Refuse a change to a review that was cancelled or closed, or is prepared in an event that is over. What follows a
    meeting outlives its event: it is written up, and who drops out is replaced, for a year and more."""
    if subject.review.state in (ReviewState.CANCELLED, ReviewState.CLOSED):
        raise ReviewOver
    if subject.review.state is ReviewState.PREPARING:
        not_over(subject, now)


def is_unheld(review: PeerReview, now: datetime) -> bool:
    """Whether the time of its meeting is over, and nobody has said that it was held."""
    return review.state is ReviewState.PREPARING and review.ends_at is not None and review.ends_at <= now


def _begin(model: ReviewModel) -> None:
    @on_template(f"peer review {model}")
    def begin(db: Database, actor: Actor, event: EventWithPhases) -> None:
        """Settings and steps after the template; the meeting's first day is that of the live phase."""
        template = TEMPLATES[model]
        day = min((one.starts_at for one in event.phases if one.kind == "live"), default=clock.now())
        db.add(
            ReviewRules(
                event_id=event.id, model=model, peers_min=template.peers[0], peers_max=template.peers[1],
                countries_min=template.countries, questions_min=template.questions[0],
                questions_max=template.questions[1], languages=["en"],
            )
        )  # fmt: skip
        for plan in template.steps:
            starts, ends = (day + timedelta(days=one) for one in (plan.begins, plan.ends))
            db.add(ReviewStep(event_id=event.id, kind=plan.kind, starts_at=starts, ends_at=ends))
        db.flush()


for _model in ReviewModel:
    _begin(_model)


def rules_of(db: Database, event_id: int) -> ReviewRules | None:
    """How the reviews of an event are held; None for an event that is no peer review."""
    return db.exec(select(ReviewRules).where(ReviewRules.event_id == event_id)).first()


def steps_of(db: Database, event_id: int) -> list[ReviewStep]:
    """The steps of an event's reviews that are on, in the order in which they are taken."""
    rows = db.exec(select(ReviewStep).where(ReviewStep.event_id == event_id, col(ReviewStep.is_on))).all()
    return sorted(rows, key=lambda one: list(StepKind).index(one.kind))


def find_review(db: Database, event: Event, public: str) -> PeerReview | None:
    """A review of an event by its public id, whoever asks; None where there is none."""
    return db.exec(select(PeerReview).where(PeerReview.event_id == event.id, PeerReview.public_id == public)).first()


def get_review(db: Database, actor: Actor, event: Event, public: str) -> ReviewInEvent:
    """A review that the actor may see; NotFound for one that is not there, or not for them."""
    row = find_review(db, event, public)
    if row is None or not see_review(actor, ReviewInEvent(row, event)):
        raise NotFound()
    return ReviewInEvent(row, event)


def reviews_of(db: Database, actor: Actor, event: Event) -> list[PeerReview]:
    """The reviews of an event that the actor may see, in the order in which they were started."""
    rows = db.exec(select(PeerReview).where(PeerReview.event_id == event.id).order_by(col(PeerReview.id)))
    return [one for one in rows if see_review(actor, ReviewInEvent(one, event))]


def questions_of(db: Database, review_id: int) -> list[ReviewQuestion]:
    """What the host asks, in order, without what was dropped."""
    query = select(ReviewQuestion).where(
        ReviewQuestion.review_id == review_id, col(ReviewQuestion.dropped_at).is_(None)
    )
    return list(db.exec(query.order_by(col(ReviewQuestion.number))))


def all_questions_of(db: Database, review_id: int) -> list[ReviewQuestion]:
    """What the host asks, in order, and then what was dropped."""
    query = select(ReviewQuestion).where(ReviewQuestion.review_id == review_id)
    rows = db.exec(query.order_by(col(ReviewQuestion.number))).all()
    return sorted(rows, key=lambda one: one.dropped_at is not None)


def places_of(db: Database, review_id: int) -> list[ReviewPlace]:
    """All places of a review, whatever was answered, in the order in which people were asked."""
    return list(db.exec(select(ReviewPlace).where(ReviewPlace.review_id == review_id).order_by(col(ReviewPlace.id))))


def get_place(db: Database, actor: Actor, subject: ReviewInEvent, public: str) -> PlaceInReview:
    """A place of a review, for who is inside it and for the person themselves; NotFound otherwise."""
    query = select(ReviewPlace).where(ReviewPlace.review_id == subject.id, ReviewPlace.public_id == public)
    row = db.exec(query).first()
    if row is None:
        raise NotFound()
    place = PlaceInReview(row, subject.review, subject.event)
    if not (inside_review(actor, subject) or own_place(actor, place)):
        raise NotFound()
    return place


@command(organiser_of_event, when=not_over)
def start_review(
    db: Database, actor: Actor, subject: EventWithPhases, *,
    organisation: Organisation, topic: str, questions: Sequence[str], case_text: str = "", ecosystem: str = "",
) -> ReviewInEvent:  # fmt: skip
    """Start the review of a host's case, with its questions; how many there are is for the selection to say.

    Refuses an event without rules of reviews, no topic, and no question.
    """
    rules = rules_of(db, subject.id)
    if rules is None:
        raise Conflict(_("This event is no peer review."))
    asked = [" ".join(one.split()) for one in questions if one.strip()]
    wrong: dict[str, Message | str] = {}
    if not topic.strip() or len(topic.strip()) > 200:
        wrong["topic"] = _("Please name the topic in at most %(most)s characters.", most=200)
    if not asked or max(map(len, asked)) > 500:
        wrong["questions"] = _("Please write at least one question, each of at most %(most)s characters.", most=500)
    if wrong:
        raise Invalid(wrong)
    row = PeerReview(
        event_id=subject.id, organisation_id=organisation.id or 0, topic=topic.strip(), case_text=case_text.strip(),
        ecosystem=ecosystem.strip(), attribution=rules.attribution, created_at=clock.now(),
        language=(rules.languages or ["en"])[0],
    )  # fmt: skip
    db.add(row)
    db.flush()
    for number, text in enumerate(asked, 1):
        db.add(ReviewQuestion(review_id=row.id or 0, number=number, text=text))
    db.flush()
    record(db, actor, ReviewStarted(event_id=subject.id, review_id=row.id or 0))
    set_timer(db, AFTER_REVIEW, row.id or 0, clock.now() + timedelta(days=1))
    return ReviewInEvent(row, subject.event)
