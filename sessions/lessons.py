"""Lesson cards: what worked and what did not, in which context, and what to advise others.

A card comes from a programme, one of its events, a review or a meeting. It is its author's until they share it; from
then on everybody can read it, without the names that a private review protects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, cast, or_, update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import listing, moment, public_id, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.paging import Paged, paged
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event
from events.programmes import Programme
from events.reference.keywords import is_keyword
from events.roles import Role, Scope
from sessions.peer_reviews.attribution import names_shown, protected_in, without_names
from sessions.peer_reviews.findings import LEVEL_NAMES, Level
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, inside_review
from sessions.written import written

TEXTS = {"title": 160, "context": 3000, "worked": 3000, "not_worked": 3000, "advice": 3000, "ecosystem": 120}
MOST_TAGS = 12
MOST_WORDS = 8  # of a search
LONGEST_REASON = 500


class LessonState(StrEnum):
    """A DRAFT is its author's; SHARED is read by all; WITHDRAWN says only that it was."""

    DRAFT = "draft"
    SHARED = "shared"
    WITHDRAWN = "withdrawn"


class LessonCode(StrEnum):
    """What stands in the way of SMEs that want to innovate together, or helps them."""

    BARRIER_MONEY = "barrier: money"
    BARRIER_SKILLS = "barrier: skills"
    BARRIER_RULES = "barrier: rules"
    BARRIER_RIGHTS = "barrier: rights and data"
    BARRIER_TRUST = "barrier: trust across borders"
    BARRIER_TIME = "barrier: time of small companies"
    BARRIER_SUPPLY = "barrier: dependence on supply"
    OPPORTUNITY_MONEY = "opportunity: money"
    OPPORTUNITY_DEMAND = "opportunity: shared demand"
    OPPORTUNITY_TECHNOLOGY = "opportunity: technology at hand"
    OPPORTUNITY_NETWORK = "opportunity: network"
    OPPORTUNITY_BUYERS = "opportunity: public buyers"
    OPPORTUNITY_RULES = "opportunity: rules"


CODE_NAMES: dict[LessonCode, Message] = {
    LessonCode.BARRIER_MONEY: _("Barrier: access to money"),
    LessonCode.BARRIER_SKILLS: _("Barrier: skills"),
    LessonCode.BARRIER_RULES: _("Barrier: rules and procedures"),
    LessonCode.BARRIER_RIGHTS: _("Barrier: rights and data"),
    LessonCode.BARRIER_TRUST: _("Barrier: trust across borders"),
    LessonCode.BARRIER_TIME: _("Barrier: time of small companies"),
    LessonCode.BARRIER_SUPPLY: _("Barrier: dependence on supply from elsewhere"),
    LessonCode.OPPORTUNITY_MONEY: _("Opportunity: funding that fits"),
    LessonCode.OPPORTUNITY_DEMAND: _("Opportunity: shared demand"),
    LessonCode.OPPORTUNITY_TECHNOLOGY: _("Opportunity: technology at hand"),
    LessonCode.OPPORTUNITY_NETWORK: _("Opportunity: the network itself"),
    LessonCode.OPPORTUNITY_BUYERS: _("Opportunity: public buyers"),
    LessonCode.OPPORTUNITY_RULES: _("Opportunity: rules that help"),
}
# What is learned is about the world around the host, so that a card has no level of the host.
LESSON_LEVELS = {level: LEVEL_NAMES[level] for level in (Level.EU, Level.STATE, Level.REGION)}


class LessonCard(SQLModel, table=True):
    """What somebody learned. `tags` are keywords of ours; the texts of a card that comes from a private review are told
    to others without names."""

    __tablename__ = "lesson_card"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("lc")
    programme_id: int = Field(foreign_key="programme.id", index=True)
    event_id: int | None = Field(default=None, foreign_key="event.id", index=True)
    review_id: int | None = Field(default=None, foreign_key="peer_review.id", index=True)
    meeting_id: int | None = Field(default=None, foreign_key="meeting.id", index=True)
    state: LessonState = word(LessonState, default=LessonState.DRAFT)
    title: str = Field(max_length=160)
    context: str = Field(default="", max_length=3000)
    worked: str = Field(default="", max_length=3000)
    not_worked: str = Field(default="", max_length=3000)
    advice: str = Field(default="", max_length=3000)
    ecosystem: str = Field(default="", max_length=120)
    tags: list[str] = listing(default_factory=list)
    code: LessonCode | None = word(LessonCode, default=None, nullable=True)
    level: Level | None = word(Level, default=None, nullable=True)
    author_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    why_withdrawn: str = Field(default="", max_length=LONGEST_REASON)
    version: int = 1
    created_at: datetime = moment()
    shared_at: datetime | None = moment(default=None, nullable=True)


personal_data(LessonCard, "author_id", "lessons somebody wrote down", "detach")


@dataclass(frozen=True)
class LessonPlace:
    """Where a lesson comes from. `people` are those who met, where it comes from a meeting."""

    programme: Programme
    event: Event | None = None
    review: PeerReview | None = None
    meeting_id: int | None = None
    people: tuple[int, ...] = ()


@dataclass(frozen=True)
class LessonInProgramme:
    """A card with its programme, and the review and event that it comes from, as commands and rules need it."""

    lesson: LessonCard
    programme: Programme
    event: Event | None = None
    review: PeerReview | None = None

    @property
    def id(self) -> int:
        """The card's id."""
        assert self.lesson.id is not None
        return self.lesson.id


@dataclass(frozen=True)
class LessonShown:
    """A card as it may be told to somebody: its texts by field, and what is not text from the card itself."""

    lesson: LessonCard
    texts: dict[str, str]


@dataclass(frozen=True)
class LessonNoted(Fact):
    """Somebody wrote down what they learned, for themselves so far."""

    programme_id: int
    lesson_id: int


@dataclass(frozen=True)
class LessonChanged(Fact):
    """A card was written anew."""

    programme_id: int
    lesson_id: int


@dataclass(frozen=True)
class LessonShared(Fact):
    """Everybody can read a card."""

    programme_id: int
    lesson_id: int


@dataclass(frozen=True)
class LessonWithdrawn(Fact):
    """A card does not stand any more."""

    programme_id: int
    lesson_id: int


@rule
def organises_programme(actor: Actor, subject: Any) -> bool:
    return actor.is_(Role.ORGANISER, Scope.PROGRAMME, subject.programme.id)


@rule
def takes_part_there(actor: Actor, place: LessonPlace) -> bool:
    if place.meeting_id is not None:
        return actor.person is not None and actor.person in place.people
    if place.review is not None and place.event is not None:
        return inside_review(actor, ReviewInEvent(place.review, place.event))
    if place.event is None:
        return actor.is_(Role.DESK_OFFICER, Scope.PROGRAMME, place.programme.id)
    there = ("participant", *(role.value for role in Role))
    return any(actor.is_(role, Scope.EVENT, place.event.id) for role in there)


@rule
def author_of_lesson(actor: Actor, subject: LessonInProgramme) -> bool:
    return actor.person is not None and actor.person == subject.lesson.author_id


@rule
def see_lesson(actor: Actor, subject: LessonInProgramme) -> bool:
    if subject.lesson.state is LessonState.DRAFT:
        return author_of_lesson(actor, subject)
    return True


def is_not_withdrawn(subject: LessonInProgramme, now: datetime) -> None:
    """Refuse to change what does not stand any more."""
    if subject.lesson.state is LessonState.WITHDRAWN:
        raise Conflict(_("This lesson was withdrawn."))


def is_draft(subject: LessonInProgramme, now: datetime) -> None:
    """Refuse to share what is not a draft."""
    if subject.lesson.state is not LessonState.DRAFT:
        raise Conflict(_("This lesson was shared already."))


@command(organises_programme | takes_part_there)
def note_lesson(
    db: Database, actor: Actor, subject: LessonPlace, *, texts: dict[str, str], tags: Sequence[str] = (),
    code: LessonCode | None = None, level: Level | None = None,
) -> LessonCard:  # fmt: skip
    """Write down what one learned, as a draft that only oneself can see; `texts` are title, context, worked,
    not_worked, advice and ecosystem.

    Refuses no title, no advice, what is too long, and tags that are no keywords of ours.
    """
    row = LessonCard(
        programme_id=subject.programme.id or 0, event_id=subject.event.id if subject.event else None,
        review_id=subject.review.id if subject.review else None, meeting_id=subject.meeting_id, title="",
        author_id=actor.person, created_at=clock.now(),
    )  # fmt: skip
    _fill(row, texts, tags, code, level)
    db.add(row)
    db.flush()
    record(db, actor, LessonNoted(programme_id=row.programme_id, lesson_id=row.id or 0))
    return row


def _fill(
    row: LessonCard, texts: dict[str, str], tags: Sequence[str], code: LessonCode | None, level: Level | None
) -> None:
    if len(tags) > MOST_TAGS or not all(map(is_keyword, tags)) or (level is not None and level not in LESSON_LEVELS):
        raise Invalid({"tags": _("Please choose at most %(most)s keywords from the list.", most=MOST_TAGS)})
    said = written(
        {name: texts.get(name, "") for name in TEXTS}, TEXTS, title=_("Please give the lesson a title."),
        advice=_("Please write what you advise others."),
    )  # fmt: skip
    for name, text in said.items():
        setattr(row, name, text)
    row.tags, row.code, row.level = list(dict.fromkeys(tags)), code, level


@command(author_of_lesson | organises_programme, when=is_not_withdrawn)
def change_lesson(
    db: Database, actor: Actor, subject: LessonInProgramme, *, texts: dict[str, str], tags: Sequence[str] = (),
    code: LessonCode | None = None, level: Level | None = None, version: int,
) -> None:  # fmt: skip
    """Write a card anew. Refuses what `note_lesson` refuses, and a card that was changed since."""
    if subject.lesson.state is LessonState.DRAFT and not author_of_lesson(actor, subject):
        raise NotFound()
    _move(db, subject.lesson, version=version)
    _fill(subject.lesson, texts, tags, code, level)
    db.add(subject.lesson)
    db.flush()
    record(db, actor, LessonChanged(programme_id=subject.programme.id or 0, lesson_id=subject.id))


@command(author_of_lesson, when=is_draft)
def share_lesson(db: Database, actor: Actor, subject: LessonInProgramme) -> None:
    """Let everybody read a card."""
    _move(db, subject.lesson, state=LessonState.SHARED, shared_at=clock.now())
    record(db, actor, LessonShared(programme_id=subject.programme.id or 0, lesson_id=subject.id))


@command(author_of_lesson | organises_programme, when=is_not_withdrawn)
def withdraw_lesson(db: Database, actor: Actor, subject: LessonInProgramme, *, why: str = "") -> None:
    """Say that a card does not stand any more; a shared one needs a reason, which stands in its place."""
    if subject.lesson.state is LessonState.DRAFT and not author_of_lesson(actor, subject):
        raise NotFound()
    shared = subject.lesson.state is LessonState.SHARED
    required = {"why": _("Please say why.")} if shared else {}
    text = written({"why": why}, {"why": LONGEST_REASON}, **required)["why"]
    _move(db, subject.lesson, state=LessonState.WITHDRAWN, why_withdrawn=text)
    record(db, actor, LessonWithdrawn(programme_id=subject.programme.id or 0, lesson_id=subject.id))


def _move(db: Database, row: LessonCard, *, version: int | None = None, **values: Any) -> None:
    there = (
        col(LessonCard.id) == row.id,
        col(LessonCard.version) == (version or row.version),
        col(LessonCard.state) == row.state,
    )
    changed = db.connection().execute(
        update(LessonCard).where(*there).values(version=LessonCard.version + 1, **values)
    )  # fmt: skip
    if changed.rowcount != 1:
        raise Conflict(_("Somebody else has just changed this. Look at it again, then save."))
    db.refresh(row)


def lesson_with_sources(db: Database, lesson: LessonCard, programme: Programme) -> LessonInProgramme:
    """A card with what it comes from."""
    return LessonInProgramme(
        lesson,
        programme,
        db.get(Event, lesson.event_id) if lesson.event_id else None,
        db.get(PeerReview, lesson.review_id) if lesson.review_id else None,
    )


def get_lesson(db: Database, actor: Actor, programme: Programme, public: str) -> LessonInProgramme:
    """A card that the actor may read; NotFound otherwise."""
    query = select(LessonCard).where(LessonCard.programme_id == programme.id, LessonCard.public_id == public)
    row = db.exec(query).first()
    if row is None or not see_lesson(actor, found := lesson_with_sources(db, row, programme)):
        raise NotFound()
    return found


def lesson_shown(db: Database, actor: Actor, subject: LessonInProgramme) -> LessonShown:
    """A card as this actor may read it."""
    texts = {name: getattr(subject.lesson, name) for name in (*TEXTS, "why_withdrawn")}
    if subject.review is not None and subject.event is not None and not author_of_lesson(actor, subject):
        shown = names_shown(actor, ReviewInEvent(subject.review, subject.event))
        protected = protected_in(db, subject.review.id or 0)
        texts = {name: without_names(text, protected, shown=shown) for name, text in texts.items()}
    return LessonShown(subject.lesson, texts)


@dataclass(frozen=True)
class Wanted:
    """Which cards a list shows: those with these words in them, of a kind, and from somewhere; '' and None for all."""

    words: str = ""
    tag: str = ""
    code: LessonCode | None = None
    level: Level | None = None
    event_id: int | None = None
    review_id: int | None = None


def lessons_in(
    db: Database, actor: Actor, programme: Programme, wanted: Wanted = Wanted(), page: int = 1
) -> Paged[LessonShown]:
    """One page of the cards of a programme that are shared, and of one's own drafts, the newest first. Words are looked
    for in all texts; where a review is private, a name cannot be looked for."""
    query = select(LessonCard).where(LessonCard.programme_id == programme.id)
    mine = (col(LessonCard.state) == LessonState.DRAFT) & (col(LessonCard.author_id) == (actor.person or 0))
    query = query.where(or_(col(LessonCard.state) == LessonState.SHARED, mine))
    query = _narrowed(query, wanted).order_by(col(LessonCard.created_at).desc(), col(LessonCard.id).desc())
    if wanted.words:
        query = _without_guesses(db, actor, query, wanted.words)
    found = paged(db, query, page, lambda row: row[0])
    texts = _protected_texts(db, actor, found.rows)
    return Paged([texts.shown(one) for one in found.rows], found.page, found.count, found.size)


def _without_guesses(db: Database, actor: Actor, query: Any, words: str) -> Any:
    """Without cards that hold the words only in names that the reader may not know: a search would tell them."""
    rows = [row[0] for row in db.execute(query.where(col(LessonCard.review_id).is_not(None)))]
    texts, guessed = _protected_texts(db, actor, rows), []
    for one in rows:
        told = "\n".join(texts.shown(one).texts.values()).casefold()
        if not all(each.casefold() in told for each in words.split()[:MOST_WORDS]):
            guessed.append(one.id)
    return query.where(col(LessonCard.id).not_in(guessed)) if guessed else query


def _protected_texts(db: Database, actor: Actor, rows: Sequence[LessonCard]) -> "_Protected":
    reviews, events = _sources(db, rows)
    return _Protected(db, actor, reviews, events)


def _narrowed(query: Any, wanted: Wanted) -> Any:
    for each in wanted.words.split()[:MOST_WORDS]:
        pattern = "%" + each.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = (col(getattr(LessonCard, name)) for name in TEXTS)
        query = query.where(or_(*(one.ilike(pattern, escape="\\") for one in columns)))
    if wanted.tag:
        query = query.where(cast(col(LessonCard.tags), String).like(f'%"{wanted.tag}"%'))
    for column, value in (
        (LessonCard.code, wanted.code), (LessonCard.level, wanted.level), (LessonCard.event_id, wanted.event_id),
        (LessonCard.review_id, wanted.review_id),
    ):  # fmt: skip
        if value is not None:
            query = query.where(col(column) == value)
    return query


def _sources(db: Database, rows: Sequence[LessonCard]) -> tuple[dict[int, PeerReview], dict[int, Event]]:
    wanted = [one.review_id for one in rows if one.review_id]
    reviews = {one.id or 0: one for one in db.exec(select(PeerReview).where(col(PeerReview.id).in_(wanted)))}
    ids = [one.event_id for one in reviews.values()]
    return reviews, {one.id or 0: one for one in db.exec(select(Event).where(col(Event.id).in_(ids)))}


class _Protected:
    """The texts of several cards, with what is protected in each review looked up once."""

    def __init__(self, db: Database, actor: Actor, reviews: dict[int, PeerReview], events: dict[int, Event]) -> None:
        self.db, self.actor, self.reviews, self.events = db, actor, reviews, events
        self.known: dict[int, Any] = {}

    def shown(self, lesson: LessonCard) -> LessonShown:
        """One card as the actor may read it."""
        texts = {name: getattr(lesson, name) for name in TEXTS}
        review = self.reviews.get(lesson.review_id or 0)
        own = self.actor.person is not None and self.actor.person == lesson.author_id
        if review is None or own or names_shown(self.actor, ReviewInEvent(review, self.events[review.event_id])):
            return LessonShown(lesson, texts)
        if review.id not in self.known:
            self.known[review.id or 0] = protected_in(self.db, review.id or 0)
        protected = self.known[review.id or 0]
        return LessonShown(lesson, {name: without_names(text, protected, shown=False) for name, text in texts.items()})
