"""What pages show of reviews: cards in a list, and who has a place, as far as somebody may know."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_
from sqlmodel import col, func, select

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.translation import Message
from events.events import Event
from events.organisations import Organisation
from events.people import Person
from sessions.peer_reviews.attribution import names_shown, said_by, topics_for
from sessions.peer_reviews.reviews import (
    PeerReview,
    PlaceState,
    ReviewInEvent,
    ReviewPlace,
    ReviewRole,
    inside_review,
    reviews_of,
)


@dataclass(frozen=True)
class ReviewCard:
    """A review in a list, with its host, how many people take part, and its topic as the actor may read it."""

    review: PeerReview
    host: Organisation
    people: int
    topic: str


@dataclass(frozen=True)
class ShownPlace:
    """A place as it may be told: `name` is the person's name or, where that may not be told, their role; `country` and
    `organisation` are '' then."""

    place: ReviewPlace
    name: Message | str
    organisation: str
    country: str


def review_cards(db: Database, actor: Actor, event: Event) -> list[ReviewCard]:
    """The reviews of an event that the actor may see, in the order in which they were started."""
    rows = reviews_of(db, actor, event)
    ids = [one.id for one in rows]
    hosts = _by_id(db, [one.organisation_id for one in rows])
    query = select(ReviewPlace.review_id, func.count()).where(
        col(ReviewPlace.review_id).in_(ids), ReviewPlace.state == PlaceState.ACCEPTED
    )
    counts: dict[int, int] = dict(db.exec(query.group_by(col(ReviewPlace.review_id))).all())
    topics = topics_for(db, actor, [ReviewInEvent(one, event) for one in rows])
    return [
        ReviewCard(one, hosts[one.organisation_id], counts.get(one.id or 0, 0), topics[one.id or 0]) for one in rows
    ]


def _by_id(db: Database, ids: Sequence[int]) -> dict[int, Organisation]:
    return {one.id or 0: one for one in db.exec(select(Organisation).where(col(Organisation.id).in_(ids)))}


def host_of(db: Database, subject: ReviewInEvent) -> Organisation:
    """The cluster whose case it is."""
    return db.exec(select(Organisation).where(Organisation.id == subject.review.organisation_id)).one()


def shown_places(db: Database, actor: Actor, subject: ReviewInEvent) -> list[ShownPlace]:
    """Who has a place: for who is inside all, whatever they answered; for others who takes part, without names where
    the review is private."""
    query = select(ReviewPlace, Person.name, Organisation.name, Organisation.country)
    query = query.join(Person, col(Person.id) == col(ReviewPlace.person_id))
    query = query.join(Organisation, col(Organisation.id) == col(ReviewPlace.organisation_id), isouter=True)
    query = query.where(ReviewPlace.review_id == subject.id).order_by(col(ReviewPlace.id))
    if not inside_review(actor, subject):
        query = query.where(ReviewPlace.state == PlaceState.ACCEPTED)
    shown = names_shown(actor, subject)
    found = []
    for place, name, organisation, country in db.exec(query):
        told = said_by(name, place.role, shown=shown)
        known = told == name
        found.append(ShownPlace(place, told, (organisation or "") if known else "", (country or "") if known else ""))
    return found


@dataclass(frozen=True)
class Present:
    """Somebody in the room of a review; `person` is a public id, `role` None for an organiser without a place."""

    person: str
    name: str
    role: ReviewRole | None


def present_in_room(db: Database, actor: Actor, subject: ReviewInEvent, people: Sequence[str]) -> list[Present]:
    """Of these people (public ids) who is in the room, by role and name; for who is inside, who know all names.
    NotFound for others."""
    if not inside_review(actor, subject):
        raise NotFound()
    mine = (col(ReviewPlace.review_id) == subject.id) & (col(ReviewPlace.state) == PlaceState.ACCEPTED)
    query = select(Person.public_id, Person.name, ReviewPlace.role).join(
        ReviewPlace, and_(mine, col(ReviewPlace.person_id) == col(Person.id)), isouter=True
    )
    rows = db.exec(query.where(col(Person.public_id).in_(people))).all()
    found = [Present(person, name, ReviewRole(role) if role else None) for person, name, role in rows]
    order = list(ReviewRole)
    return sorted(found, key=lambda one: (order.index(one.role) if one.role else len(order), one.name))


def zones_of(db: Database, review_id: int) -> dict[str, list[str]]:
    """By time zone, who of those who take part lives by it; for who is inside."""
    query = select(Person.zone, Person.name).join(ReviewPlace, col(ReviewPlace.person_id) == col(Person.id))
    query = query.where(ReviewPlace.review_id == review_id, ReviewPlace.state == PlaceState.ACCEPTED)
    found: dict[str, list[str]] = {}
    for zone, name in db.exec(query.order_by(col(Person.zone), col(ReviewPlace.id))):
        found.setdefault(zone, []).append(name)
    return found
