"""Makers for peer reviews: an event of a programme, a host with its case, and the people who have a place in it."""

from dataclasses import dataclass, field
from datetime import timedelta

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases, event_by_id, publish_event
from events.organisations import Organisation, OrganisationKind
from events.planning import create_event_from_template
from sessions.peer_reviews.places import accept_review_place, ask_into_review
from sessions.peer_reviews.reviews import (
    PlaceInReview,
    PlaceState,
    ReviewInEvent,
    ReviewRole,
    places_of,
    start_review,
)
from tests.makers import again, make_member, make_organisation, make_person, make_programme, person_of

QUESTIONS = ("How do we win members?", "Who pays for services?", "How do we show results?")
PEERS = {"Bo Berg": "FI", "Cy Costa": "PT", "Di Dahl": "SE", "Ed Esser": "BE"}


@dataclass
class Review:
    """A review of Ada's, of the case of the cluster Straw (AT), with whoever has a place in it by first name."""

    ada: Actor
    event: EventWithPhases
    subject: ReviewInEvent
    host: Organisation
    people: dict[str, Actor] = field(default_factory=dict)


def make_review_event(db: Database, ada: Actor, *, model: str = "online", name: str = "Peer Days") -> EventWithPhases:
    """A published peer review event that meets in thirty days."""
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = create_event_from_template(
        db, ada, programme, template=f"peer review {model}", name=name, zone="Europe/Vienna",
        starts_at=clock.now() + timedelta(days=30),
        description="Clusters look at each other's practice and say what they would do, and learn from it themselves.",
    )  # fmt: skip
    publish_event(db, ada, event)
    found = event_by_id(db, event.id)
    assert found is not None
    return found


def make_review(db: Database, *, model: str = "online", peers: int = 4) -> Review:
    """A review with a host (Hal Huber), moderator (Mo Maier), rapporteur (Ria Roth), observer (Ole Olin) and peers from
    other countries."""
    ada = make_person(db, "Ada Adler")
    event = make_review_event(db, ada, model=model)
    ada = again(db, ada)
    straw = make_organisation(db, "Straw", kind=OrganisationKind.CLUSTER_ORGANISATION, country="AT")
    subject = start_review(
        db, ada, event, organisation=straw, topic="Members that stay", questions=QUESTIONS,
        case_text="Half of our members leave within three years.", ecosystem="agri-food",
    )  # fmt: skip
    review = Review(ada, event, subject, straw)
    hal = make_member(db, make_person(db, "Hal Huber"), straw)
    give_place(db, review, hal, ReviewRole.HOST)
    for name, role in (
        ("Mo Maier", ReviewRole.MODERATOR), ("Ria Roth", ReviewRole.RAPPORTEUR), ("Ole Olin", ReviewRole.OBSERVER)
    ):  # fmt: skip
        give_place(db, review, make_person(db, name), role)
    for name, country in list(PEERS.items())[:peers]:
        cluster = make_organisation(
            db, f"{name.split()[1]} Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION, country=country
        )
        give_place(db, review, make_member(db, make_person(db, name), cluster), ReviewRole.PEER)
    return review


def give_place(db: Database, review: Review, actor: Actor, role: ReviewRole) -> Actor:
    """Ask somebody into the review and let them accept; answers, and keeps, the actor with that tie."""
    person = person_of(db, actor)
    ask_into_review(db, review.ada, review.subject, person=person, role=role)
    place = next(one for one in places_of(db, review.subject.id) if one.person_id == actor.person)
    assert place.state is PlaceState.ASKED
    accept_review_place(db, actor, PlaceInReview(place, review.subject.review, review.event.event))
    review.people[person.name.split(maxsplit=1)[0].lower()] = again(db, actor)
    return review.people[person.name.split(maxsplit=1)[0].lower()]
