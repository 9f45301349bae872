"""Makers for what hosts and peers do before a review's meeting: steps that are on, applications, offers, notes."""

from datetime import timedelta

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.organisations import Organisation, OrganisationKind
from sessions.peer_reviews.hosting import (
    ApplicationInEvent,
    Case,
    begin_application,
    get_application,
    hand_in_application,
    hosting_of,
)
from sessions.peer_reviews.peers import Offered, PeerOffer, offer_as_peer, peers_wanted_in
from sessions.peer_reviews.reviews import PlaceInReview, ReviewInEvent, places_of
from sessions.peer_reviews.setting_up import change_step, get_step
from sessions.peer_reviews.steps import ReviewInStep, review_in_step
from sessions.peer_reviews.templates import StepKind
from tests.makers import again, make_member, make_organisation, make_person

WHY = "We lose half of our members within three years and do not know why they go."
CASE = Case("Members that stay", WHY, "Half of them leave.", "agri-food", ("How?", "Who pays?", "What next?"), ("ai",))


def open_step(db: Database, ada: Actor, event: EventWithPhases, kind: StepKind) -> None:
    """Let a step be on now: from an hour ago to a week from now."""
    now = clock.now()
    subject = get_step(db, event, kind.value)
    change_step(
        db, again(db, ada), subject, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=7),
        title=subject.step.title, what=subject.step.what,
    )  # fmt: skip


def shut_step(db: Database, ada: Actor, event: EventWithPhases, kind: StepKind) -> None:
    """Let a step be over since an hour ago."""
    now = clock.now()
    subject = get_step(db, event, kind.value)
    change_step(
        db, again(db, ada), subject, starts_at=now - timedelta(days=7), ends_at=now - timedelta(hours=1)
    )  # fmt: skip


def make_applicant(db: Database, name: str, country: str = "AT") -> tuple[Actor, Organisation]:
    """Somebody with a cluster of their own, whose contact they are."""
    cluster = make_organisation(
        db, f"{name.rsplit(maxsplit=1)[-1]} Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION, country=country
    )
    return make_member(db, make_person(db, name), cluster), cluster


def make_application(
    db: Database, event: EventWithPhases, applicant: Actor, cluster: Organisation, case: Case = CASE
) -> ApplicationInEvent:
    """An application that is handed in, while the call is on."""
    made = begin_application(db, applicant, hosting_of(db, event.event, cluster))
    hand_in_application(db, applicant, made, case=case, revision=made.application.revision)
    return get_application(db, applicant, event.event, made.application.public_id)


def make_offer(
    db: Database, event: EventWithPhases, name: str, country: str, *competences: str, most: int = 1
) -> tuple[Actor, PeerOffer]:
    """Somebody of a cluster abroad who would be a peer in English, while peers are looked for."""
    actor, cluster = make_applicant(db, name, country)
    offered = Offered(cluster.id, competences, ("en",), most=most)
    return actor, offer_as_peer(db, actor, peers_wanted_in(db, event.event), offered=offered)


def in_step(db: Database, subject: ReviewInEvent, kind: StepKind) -> ReviewInStep:
    """The review in a step."""
    return review_in_step(db, subject, kind)


def place_of(db: Database, subject: ReviewInEvent, actor: Actor) -> PlaceInReview:
    """Somebody's place in a review."""
    row = next(one for one in places_of(db, subject.id) if one.person_id == actor.person)
    return PlaceInReview(row, subject.review, subject.event)
