"""Quotations: what somebody said, in their words, for as long as they agree.

A quotation stands nowhere but in its own row: whatever shows it asks for it each time. Who said it can take it back at
any time, and with that its words are gone, from every version of every report.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule
from events.core.columns import moment, public_id, word
from events.core.database import Database
from events.core.hooks import on_person_erased, personal_data
from events.core.journal import Fact, record
from events.core.paging import Paged, paged
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event
from events.people import Person, people_by_id
from events.programmes import Programme
from sessions.peer_reviews.attribution import said_by
from sessions.peer_reviews.reviews import (
    ROLE_NAMES,
    Attribution,
    PeerReview,
    ReviewPlace,
    ReviewRole,
    writes_up_review,
)
from sessions.reports.naming import Naming, naming_for
from sessions.reports.reports import starts_reports
from sessions.written import written

LONGEST = {"text": 1000, "about": 300}


class QuotationState(StrEnum):
    """What somebody said to being quoted. WITHDRAWN had agreed; its words are gone."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Quotation(SQLModel, table=True):
    """What a person said. `named` is whether they want their name with it, which a private review overrules."""

    __tablename__ = "quotation"
    # Reports name quotations by id: that of one whose person was erased is never given to another.
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("qu")
    programme_id: int = Field(foreign_key="programme.id", index=True)
    review_id: int | None = Field(default=None, foreign_key="peer_review.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    asked_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    state: QuotationState = word(QuotationState, default=QuotationState.ASKED)
    text: str = Field(default="", max_length=1000)
    about: str = Field(default="", max_length=300)
    named: bool = False
    asked_at: datetime = moment()
    answered_at: datetime | None = moment(default=None, nullable=True)


personal_data(Quotation, "person_id", "words of somebody that are quoted", "delete")
personal_data(Quotation, "asked_by_id", "who asked for a quotation", "detach")


@on_person_erased
def _words_are_gone(db: Database, person_id: int, name: str, email: str) -> None:
    db.execute(delete(Quotation).where(col(Quotation.person_id) == person_id))


@dataclass(frozen=True)
class QuotationInProgramme:
    """A quotation with its programme, as commands and rules need it."""

    quotation: Quotation
    programme: Programme

    @property
    def id(self) -> int:
        """The quotation's id."""
        assert self.quotation.id is not None
        return self.quotation.id


@dataclass(frozen=True)
class QuotingPlace:
    """Where something was said that is to be quoted: in a review, or anywhere in a programme."""

    programme: Programme
    review: PeerReview | None = None
    event: Event | None = None


@dataclass(frozen=True)
class QuotationShown:
    """A quotation as it may be read, and who said it, as it may be told: a name, or what they are in the review."""

    quotation: Quotation
    text: str
    by: Message | str
    about: str = ""


@dataclass(frozen=True)
class QuotationAsked(Fact):
    """Somebody was asked whether they agree to be quoted."""

    programme_id: int
    quotation_id: int
    person_id: int


@dataclass(frozen=True)
class QuotationAnswered(Fact):
    """Somebody agreed to be quoted, declined it, or took back that they agreed."""

    programme_id: int
    quotation_id: int
    state: str


@rule
def who_is_quoted(actor: Actor, subject: QuotationInProgramme) -> bool:
    return actor.person is not None and actor.person == subject.quotation.person_id


@rule
def see_quotation(actor: Actor, subject: QuotationInProgramme) -> bool:
    agreed = subject.quotation.state is QuotationState.AGREED
    asked = actor.person is not None and actor.person == subject.quotation.asked_by_id
    return agreed or asked or who_is_quoted(actor, subject) or starts_reports(actor, subject.programme)


@rule
def writes_up_what_was_said(actor: Actor, place: QuotingPlace) -> bool:
    if starts_reports(actor, place.programme):
        return True
    return place.review is not None and place.event is not None and writes_up_review(actor, place)


def is_asked(subject: QuotationInProgramme, now: datetime) -> None:
    """Refuse an answer that was given already."""
    if subject.quotation.state is not QuotationState.ASKED:
        raise Conflict(_("This was answered already."))


def is_agreed(subject: QuotationInProgramme, now: datetime) -> None:
    """Refuse to take back what was not agreed to."""
    if subject.quotation.state is not QuotationState.AGREED:
        raise Conflict(_("There is nothing to take back: this quotation is not used."))


@command(writes_up_what_was_said)
def ask_for_quotation(
    db: Database, actor: Actor, subject: QuotingPlace, *, person: Person, text: str, about: str = ""
) -> Quotation:
    """Ask somebody whether they agree to be quoted with these words; they get a letter and answer themselves.

    Refuses no words, and a person who has no place in the review that it comes from.
    """
    review, programme = subject.review, subject.programme
    texts = written({"text": text, "about": about}, LONGEST, text=_("Please write what they said."))
    if review is not None and role_in_review(db, review.id or 0, person.id or 0) is None:
        raise Invalid({"email": _("They have no place in this review.")})
    row = Quotation(
        programme_id=programme.id or 0, review_id=review.id if review else None, person_id=person.id or 0,
        asked_by_id=actor.person, text=texts["text"], about=texts["about"], asked_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    fact = QuotationAsked(programme_id=programme.id or 0, quotation_id=row.id or 0, person_id=row.person_id)
    record(db, actor, fact)
    return row


@command(who_is_quoted, when=is_asked)
def agree_to_quotation(db: Database, actor: Actor, subject: QuotationInProgramme, *, named: bool) -> None:
    """Let oneself be quoted, with one's name or without."""
    _answer(db, actor, subject, QuotationState.AGREED, named=named)


@command(who_is_quoted, when=is_asked)
def decline_quotation(db: Database, actor: Actor, subject: QuotationInProgramme) -> None:
    """Do not be quoted; the words are gone, with what they were about."""
    _answer(db, actor, subject, QuotationState.DECLINED, text="", about="")


@command(who_is_quoted, when=is_agreed)
def withdraw_quotation(db: Database, actor: Actor, subject: QuotationInProgramme) -> None:
    """Take back that one agreed: the words, and what they were about, are gone from here on, in all that shows or sends
    them."""
    _answer(db, actor, subject, QuotationState.WITHDRAWN, text="", about="")


def _answer(db: Database, actor: Actor, subject: QuotationInProgramme, state: QuotationState, **values: Any) -> None:
    row = subject.quotation
    changed = db.connection().execute(
        update(Quotation)
        .where(col(Quotation.id) == row.id, col(Quotation.state) == row.state)
        .values(state=state, answered_at=clock.now(), **values)
    )
    if changed.rowcount != 1:
        raise Conflict(_("This was answered already."))
    db.refresh(row)
    fact = QuotationAnswered(programme_id=subject.programme.id or 0, quotation_id=subject.id, state=state)
    record(db, actor, fact)


def role_in_review(db: Database, review_id: int, person_id: int) -> ReviewRole | None:
    """What somebody is in a review, whatever they answered; None without a place."""
    query = select(ReviewPlace.role).where(ReviewPlace.review_id == review_id, ReviewPlace.person_id == person_id)
    found = db.exec(query).first()
    return None if found is None else ReviewRole(found)


def get_quotation(db: Database, actor: Actor, programme: Programme, public: str) -> QuotationInProgramme:
    """A quotation that the actor may see; NotFound otherwise."""
    query = select(Quotation).where(Quotation.programme_id == programme.id, Quotation.public_id == public)
    row = db.exec(query).first()
    if row is None or not see_quotation(actor, found := QuotationInProgramme(row, programme)):
        raise NotFound()
    return found


def quotations_in(db: Database, actor: Actor, programme: Programme, page: int = 1) -> Paged[QuotationShown]:
    """One page of all quotations of a programme for who edits its reports, the newest first; for others of those of
    their own words, and of those that they asked for. Who said it is told as far as the reader may know."""
    query = select(Quotation).where(Quotation.programme_id == programme.id)
    if not starts_reports(actor, programme):
        me = actor.person or 0
        query = query.where(or_(col(Quotation.person_id) == me, col(Quotation.asked_by_id) == me))
    found = paged(db, query.order_by(col(Quotation.id).desc()), page, lambda row: row[0])
    naming = naming_for(db, actor, programme.id or 0)
    return Paged(_told(db, actor, found.rows, naming), found.page, found.count, found.size)


def quotation_told(db: Database, actor: Actor, subject: QuotationInProgramme) -> QuotationShown:
    """A quotation as somebody may read it who edits reports, asked for it or said it."""
    return _told(db, actor, [subject.quotation], naming_for(db, actor, subject.programme.id or 0))[0]


def _told(db: Database, actor: Actor, rows: Sequence[Quotation], naming: Naming) -> list[QuotationShown]:
    people = {one.person_id for one in rows}
    names = {id: one.name for id, one in people_by_id(db, people).items()}
    query = select(ReviewPlace.review_id, ReviewPlace.person_id, ReviewPlace.role)
    query = query.where(col(ReviewPlace.review_id).in_({one.review_id for one in rows} & naming.private))
    roles = {(review, person): ReviewRole(role) for review, person, role in db.exec(query)}
    found = []
    for row in rows:
        mine = actor.person is not None and actor.person in (row.person_id, row.asked_by_id)
        text, about = (one if mine else naming.of_review(one, row.review_id) for one in (row.text, row.about))
        name = names.get(row.person_id, "")
        by: Message | str = name
        if not mine and row.review_id in naming.private:
            role = roles.get((row.review_id or 0, row.person_id))
            by = said_by(name, role, shown=False) if role else _who(role)
        found.append(QuotationShown(row, text, by, about))
    return found


def agreed_quotations(db: Database, ids: Iterable[int]) -> dict[int, QuotationShown]:
    """Of these quotations those that may be shown now, with who said them as anybody may know it."""
    query = select(Quotation, Person.name, PeerReview.attribution, ReviewPlace.role)
    query = query.join(Person, col(Person.id) == col(Quotation.person_id))
    query = query.join(PeerReview, col(PeerReview.id) == col(Quotation.review_id), isouter=True)
    place = (col(ReviewPlace.review_id) == col(Quotation.review_id)) & (
        col(ReviewPlace.person_id) == col(Quotation.person_id)
    )
    query = query.join(ReviewPlace, place, isouter=True)
    query = query.where(col(Quotation.id).in_(list(ids)), Quotation.state == QuotationState.AGREED)
    found = {}
    for row, name, attribution, found_role in db.exec(query):
        role: ReviewRole | None = ReviewRole(found_role) if found_role else None
        private = attribution is Attribution.PRIVATE and role is not ReviewRole.HOST
        by = name if row.named and not private else _who(role)
        found[row.id or 0] = QuotationShown(row, row.text, by)
    return found


def _who(role: ReviewRole | None) -> Message:
    return ROLE_NAMES[role] if role is not None else _("Somebody who took part")
