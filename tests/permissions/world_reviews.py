"""A peer review, as commands and routes can be about it: Cy's cluster is the host, Bo a peer, Dee the moderator, Mel
the rapporteur and Pat an observer; Che was asked to be a peer and has not answered."""

from dataclasses import dataclass
from datetime import timedelta

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases, event_by_id, publish_event
from events.organisations import Organisation
from events.planning import create_event_from_template
from events.programmes import Programme
from sessions.peer_reviews.places import accept_review_place, ask_into_review
from sessions.peer_reviews.reviews import PlaceInReview, ReviewInEvent, ReviewPlace, ReviewRole, start_review
from tests.makers import again, person_of
from tests.permissions.world_review_hosts import BeforeTheMeeting, build_before


@dataclass
class Reviewing:
    """The event, its review, and places in it by first name."""

    event: EventWithPhases
    subject: ReviewInEvent
    places: dict[str, ReviewPlace]
    before: BeforeTheMeeting

    @property
    def ids(self) -> dict[str, str]:
        """What stands in addresses."""
        return {
            "review_event": self.event.event.slug,
            "review": self.subject.review.public_id,
            "review_place": self.places["Che"].public_id,
            **self.before.ids,
        }

    def place(self, name: str) -> PlaceInReview:
        """Somebody's place in the review."""
        return PlaceInReview(self.places[name], self.subject.review, self.subject.event)


ROLES = {
    "Cy": ReviewRole.HOST, "Bo": ReviewRole.PEER, "Dee": ReviewRole.MODERATOR, "Mel": ReviewRole.RAPPORTEUR,
    "Pat": ReviewRole.OBSERVER, "Che": ReviewRole.PEER,
}  # fmt: skip


def build_reviewing(db: Database, people: dict[str, Actor], programme: Programme, cluster: Organisation) -> Reviewing:
    """All of it, made by commands."""
    ada = again(db, people["Ada"])
    event = create_event_from_template(
        db, ada, programme, template="peer review online", name="Peer Days", zone="Europe/Brussels",
        starts_at=clock.now() + timedelta(days=30),
        description="Clusters look at each other's practice and say what they would do, and learn from it themselves.",
    )  # fmt: skip
    publish_event(db, ada, event)
    found = event_by_id(db, event.id)
    assert found is not None
    subject = start_review(
        db, ada, found, organisation=cluster, topic="Members that stay",
        questions=["How do we win members?", "Who pays for services?", "How do we show results?"],
    )  # fmt: skip
    places = {}
    for name, role in ROLES.items():
        places[name] = ask_into_review(db, ada, subject, person=person_of(db, people[name]), role=role)
        if name != "Che":
            place = PlaceInReview(places[name], subject.review, subject.event)
            accept_review_place(db, again(db, people[name]), place)
    before = build_before(db, people, found, subject)
    return Reviewing(found, subject, places, before)
