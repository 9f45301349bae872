"""Attribution: whether what was said in a review is joined to who said it, for whoever is not inside.

The Chatham House rule lets people use what they heard, and not tell who said it. It is asked here, each time something
is shown, sent or exported, and never written down with a text: a review that is made private later is so for what was
written and published before.
"""

from sqlmodel import col, select

from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import record
from events.core.translation import Message
from events.organisations import Organisation
from events.people import Person
from events.rounds.blanking import Identity, blanker
from sessions.peer_reviews.reviews import (
    ROLE_NAMES,
    Attribution,
    AttributionChanged,
    ReviewInEvent,
    ReviewPlace,
    ReviewRole,
    inside_review,
    runs_review,
    still_on,
)

# Whose words and names are protected; the host is the case itself, and known.
PROTECTED = frozenset({ReviewRole.PEER, ReviewRole.OBSERVER, ReviewRole.STAKEHOLDER})


def names_shown(actor: Actor, subject: ReviewInEvent) -> bool:
    """Whether this actor may know who said what: inside always, outside where the review is not private."""
    return inside_review(actor, subject) or subject.review.attribution is Attribution.NAMED


def names_published(subject: ReviewInEvent) -> bool:
    """Whether what leaves the review for anybody (a report, an export, a feed) may say who said what."""
    return subject.review.attribution is Attribution.NAMED


def said_by(name: str, role: ReviewRole, *, shown: bool) -> Message | str:
    """Who said something, as it may be told: the name, or what they are in the review."""
    return name if shown or role not in PROTECTED else ROLE_NAMES[role]


def protected_in(db: Database, review_id: int) -> Identity:
    """Whose names are protected in a review, and whom they come from (the rule protects affiliations too); those of
    people who declined or dropped out included."""
    query = select(Person.name, Person.email, Organisation.name)
    query = query.join(ReviewPlace, col(ReviewPlace.person_id) == col(Person.id))
    query = query.join(Organisation, col(Organisation.id) == col(ReviewPlace.organisation_id), isouter=True)
    rows = db.exec(query.where(ReviewPlace.review_id == review_id, col(ReviewPlace.role).in_(PROTECTED))).all()
    return Identity(
        people=tuple(name for name, _email, _from in rows), emails=tuple(email for _name, email, _from in rows),
        organisations=tuple(sorted({come_from for _name, _email, come_from in rows if come_from})),
    )  # fmt: skip


def without_names(text: str, protected: Identity, *, shown: bool) -> str:
    """A text that people wrote by hand, with what would tell who the protected are blanked where it may not be told."""
    return text if shown else blanker(protected)(text)


@command(runs_review, when=still_on)
def set_attribution(db: Database, actor: Actor, subject: ReviewInEvent, *, attribution: Attribution) -> None:
    """Set whether names are told outside; it holds for everything that was written and published before."""
    if subject.review.attribution is attribution:
        return
    subject.review.attribution = attribution
    subject.review.version += 1
    db.add(subject.review)
    db.flush()
    record(
        db,
        actor,
        AttributionChanged(event_id=subject.event.id or 0, review_id=subject.id, attribution=attribution),
    )
