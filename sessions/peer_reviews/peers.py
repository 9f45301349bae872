"""Who would be a peer: what they know, which languages they speak, which hosts they wish for, and what conflicts of
interest they declare."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, rule, signed_in
from events.core.columns import listing, moment, word
from events.core.database import Database, is_broken
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import At, Message, _
from events.events import Event, EventState, not_over
from events.organisations import Membership, Organisation
from events.reference.keywords import is_keyword
from events.reference.languages import is_language
from sessions.peer_reviews.reviews import PeerReview, ReviewNotOn, ReviewState, ReviewStep
from sessions.peer_reviews.steps import step_name, step_of
from sessions.peer_reviews.templates import StepKind

MOST_REVIEWS = 5


class Stance(StrEnum):
    """How somebody stands to a host: they WISH to review it, or have a conflict of interest, whose kind it says."""

    NONE = "none"
    WISH = "wish"
    COMPETITOR = "competitor"
    PARTNER = "partner"
    SAME_GROUP = "same group"
    OTHER = "other"


STANCE_NAMES: dict[Stance, Message] = {
    Stance.NONE: _("Neither"),
    Stance.WISH: _("I would like to review it"),
    Stance.COMPETITOR: _("Conflict: we compete"),
    Stance.PARTNER: _("Conflict: we are partners, or were lately"),
    Stance.SAME_GROUP: _("Conflict: we belong to the same group"),
    Stance.OTHER: _("Conflict: something else"),
}


class PeerOffer(SQLModel, table=True):
    """That somebody would be a peer in at most `most` reviews of an event; `available` are their own words."""

    __tablename__ = "peer_offer"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    competences: list[str] = listing(default_factory=list)
    languages: list[str] = listing(default_factory=list)
    available: str = Field(default="", max_length=500)
    about: str = Field(default="", max_length=1000)
    most: int = 1
    offered_at: datetime = moment()
    taken_back_at: datetime | None = moment(default=None, nullable=True)


class PeerStance(SQLModel, table=True):
    """How somebody who would be a peer stands to a host, in every review of the event."""

    __tablename__ = "peer_stance"
    __table_args__ = (UniqueConstraint("event_id", "person_id", "organisation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    stance: Stance = word(Stance)
    why: str = Field(default="", max_length=500)
    said_at: datetime = moment()


personal_data(PeerOffer, "person_id", "offering to be a peer in a peer review", "delete")
personal_data(PeerStance, "person_id", "wishes and conflicts of interest of a peer", "delete")


@dataclass(frozen=True)
class Offered:
    """What somebody says who would be a peer; the organisation is one to which they belong, None for themselves."""

    organisation_id: int | None = None
    competences: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    available: str = ""
    about: str = ""
    most: int = 1


@dataclass(frozen=True)
class PeersWanted:
    """A peer review event with its step in which peers are found."""

    event: Event
    step: ReviewStep | None

    @property
    def id(self) -> int:
        """The event's id."""
        assert self.event.id is not None
        return self.event.id


@dataclass(frozen=True)
class OfferInEvent:
    """Somebody's offer with its event, as commands and rules need it."""

    offer: PeerOffer
    event: Event


@dataclass(frozen=True)
class PeerOffered(Fact):
    """Somebody would be a peer, or changed what they offer."""

    event_id: int
    person_id: int


@dataclass(frozen=True)
class PeerOfferTakenBack(Fact):
    """Somebody would be a peer no more."""

    event_id: int
    person_id: int


@dataclass(frozen=True)
class PeerStancesSaid(Fact):
    """Somebody said which hosts they wish for, and with which they have a conflict of interest."""

    event_id: int
    person_id: int


@rule
def own_offer(actor: Actor, subject: OfferInEvent) -> bool:
    return actor.person is not None and actor.person == subject.offer.person_id


def peers_wanted(subject: PeersWanted, now: datetime) -> None:
    """Refuse an offer in an event that is not public or over, that finds no peers, and after it has found them."""
    not_over(subject, now)
    if subject.step is None or subject.event.state is EventState.DRAFT:
        raise ReviewNotOn(_("No peers are looked for in this event."))
    if now >= subject.step.ends_at:
        ended = At(subject.step.ends_at, "when")
        raise ReviewNotOn(_("%(step)s ended on %(when)s.", step=step_name(subject.step), when=ended))


def offer_stands(subject: OfferInEvent, now: datetime) -> None:
    """Refuse what is about an offer that was taken back."""
    not_over(subject, now)
    if subject.offer.taken_back_at is not None:
        raise Conflict(_("You have taken your offer back. Offer again first."))


def peers_wanted_in(db: Database, event: Event) -> PeersWanted:
    """The event with its step in which peers are found."""
    return PeersWanted(event, step_of(db, event.id or 0, StepKind.PEERS))


def find_offer(db: Database, event: Event, person_id: int | None) -> OfferInEvent | None:
    """Somebody's offer in an event, one that was taken back included."""
    query = select(PeerOffer).where(PeerOffer.event_id == event.id, PeerOffer.person_id == person_id)
    row = db.exec(query).first()
    return OfferInEvent(row, event) if row is not None else None


def own_offer_in(db: Database, actor: Actor, event: Event) -> OfferInEvent:
    """The actor's own offer; NotFound where they have made none."""
    found = find_offer(db, event, actor.person)
    if found is None:
        raise NotFound()
    return found


def offers_in(db: Database, event_id: int) -> list[PeerOffer]:
    """The offers that stand, in the order in which they were made."""
    query = select(PeerOffer).where(PeerOffer.event_id == event_id, col(PeerOffer.taken_back_at).is_(None))
    return list(db.exec(query.order_by(col(PeerOffer.id))))


def stances_in(db: Database, event_id: int, person_id: int | None = None) -> list[PeerStance]:
    """How people stand to hosts: all in an event, or one person."""
    query = select(PeerStance).where(PeerStance.event_id == event_id).order_by(col(PeerStance.id))
    return list(db.exec(query if person_id is None else query.where(PeerStance.person_id == person_id)))


def hosts_to_review(db: Database, event_id: int) -> list[tuple[PeerReview, Organisation]]:
    """The reviews that are being prepared with their hosts: what whoever offers to be a peer is told of them."""
    query = select(PeerReview, Organisation).join(Organisation, col(Organisation.id) == col(PeerReview.organisation_id))
    query = query.where(PeerReview.event_id == event_id, PeerReview.state == ReviewState.PREPARING)
    return list(db.exec(query.order_by(col(PeerReview.id))))


@command(signed_in, when=peers_wanted)
def offer_as_peer(db: Database, actor: Actor, subject: PeersWanted, *, offered: Offered) -> PeerOffer:
    """Offer to be a peer, or change the offer; whoever took it back makes it anew.

    Refuses no language, what is in no list, an organisation that is not the actor's own, and texts that are too long.
    """
    wrong: dict[str, Message | str] = {}
    if not offered.languages or not all(is_language(one) for one in offered.languages):
        wrong["languages"] = _("Please choose the languages in which you can review.")
    if not all(is_keyword(one) for one in offered.competences):
        wrong["competences"] = _("Please choose keywords from the list.")
    if not 1 <= offered.most <= MOST_REVIEWS:
        wrong["most"] = _("Please say a number between 1 and %(most)s.", most=MOST_REVIEWS)
    if len(offered.available.strip()) > 500:
        wrong["available"] = _("Please write at most %(most)s characters.", most=500)
    if len(offered.about.strip()) > 1000:
        wrong["about"] = _("Please write at most %(most)s characters.", most=1000)
    if offered.organisation_id is not None and not actor.is_("member", "organisation", offered.organisation_id):
        wrong["organisation"] = _("Please choose an organisation to which you belong.")
    if wrong:
        raise Invalid(wrong)
    row = _offer_row(db, actor, subject)
    row.organisation_id, row.most, row.taken_back_at = offered.organisation_id, offered.most, None
    row.competences, row.languages = list(offered.competences), list(offered.languages)
    row.available, row.about = offered.available.strip(), offered.about.strip()
    db.add(row)
    db.flush()
    record(db, actor, PeerOffered(event_id=subject.id, person_id=actor.person or 0))
    return row


def _offer_row(db: Database, actor: Actor, subject: PeersWanted) -> PeerOffer:
    row = PeerOffer(event_id=subject.id, person_id=actor.person or 0, offered_at=clock.now())
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if not is_broken(error, "uq_peer_offer_event_id_person_id"):
            raise
        found = find_offer(db, subject.event, actor.person)
        assert found is not None
        row = found.offer
    return row


@command(own_offer, when=offer_stands)
def take_offer_back(db: Database, actor: Actor, subject: OfferInEvent) -> None:
    """Be no candidate any more. Places that were accepted stay: those are left on the page of the review."""
    subject.offer.taken_back_at = clock.now()
    db.add(subject.offer)
    db.flush()
    record(db, actor, PeerOfferTakenBack(event_id=subject.event.id or 0, person_id=subject.offer.person_id))


@command(own_offer, when=offer_stands)
def say_stances(
    db: Database, actor: Actor, subject: OfferInEvent, *, stances: Mapping[int, tuple[Stance, str]]
) -> None:
    """Say how one stands to hosts (organisation ids): a wish, or a conflict of interest of a kind and in own words,
    after which one is not proposed there. Hosts that are not named stay as they were said.

    Refuses a host that is none in this event, and a conflict of another kind without a word about it.
    """
    known = {organisation.id for _review, organisation in hosts_to_review(db, subject.event.id or 0)}
    wrong: dict[str, Message | str] = {}
    for organisation, (stance, why) in stances.items():
        if organisation not in known:
            raise NotFound()
        if stance is Stance.OTHER and not why.strip():
            wrong[f"why-{organisation}"] = _("Please say what the conflict is.")
        elif len(why.strip()) > 500:
            wrong[f"why-{organisation}"] = _("Please write at most %(most)s characters.", most=500)
    if wrong:
        raise Invalid(wrong)
    event_id, person_id = subject.event.id or 0, subject.offer.person_id
    mine = (col(PeerStance.event_id) == event_id, col(PeerStance.person_id) == person_id)
    db.connection().execute(delete(PeerStance).where(*mine, col(PeerStance.organisation_id).in_(list(stances))))
    for organisation, (stance, why) in stances.items():
        if stance is not Stance.NONE:
            row = PeerStance(
                event_id=event_id, person_id=person_id, organisation_id=organisation, stance=stance, why=why.strip(),
                said_at=clock.now(),
            )  # fmt: skip
            db.add(row)
    db.flush()
    record(db, actor, PeerStancesSaid(event_id=event_id, person_id=person_id))


def organisations_by_person(db: Database, people: set[int]) -> dict[int, frozenset[int]]:
    """To which organisations people belong."""
    rows = db.exec(
        select(Membership.person_id, Membership.organisation_id).where(col(Membership.person_id).in_(people))
    ).all()
    return {one: frozenset(whose for person, whose in rows if person == one) for one in people}
