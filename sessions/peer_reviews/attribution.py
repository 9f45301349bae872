"""Attribution: whether what was said in a review is joined to who said it, for whoever is not inside.

The Chatham House rule lets people use what they heard, and not tell who said it. It is asked here, each time something
is shown, sent or exported, and never written down with a text: a review that is made private later is so for what was
written and published before.
"""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.hooks import on_organisation_renamed, on_person_renamed
from events.core.journal import record
from events.core.translation import Message
from events.organisations import Membership, Organisation
from events.people import Person
from events.rounds.blanking import Identity, blanker, is_fingerprint
from events.tombstones import NOBODYS_DOMAIN
from sessions.peer_reviews.reviews import (
    ROLE_NAMES,
    Attribution,
    AttributionChanged,
    PeerReview,
    ReviewInEvent,
    ReviewPlace,
    ReviewRole,
    asked_into_review,
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
    """Who said something, as it may be told: the name, or what they are in the review; that also of who was erased."""
    return name if name and (shown or role not in PROTECTED) else ROLE_NAMES[role]


def protected_in(db: Database, *reviews: int, known: Collection[int] = ()) -> Identity:
    """Whose names are protected in these reviews, and whom they come from (the rule protects affiliations too), also of
    people who declined or dropped out, and by names had before. Whoever belongs to several organisations comes from all
    of them. The host's own organisation is no secret, nor those `known` by id."""
    return _identity(_protected(db, reviews), known)


def _protected(db: Database, reviews: Collection[int]) -> list[Any]:
    """A line for each organisation of each person in these reviews who is protected: the review's id, then them."""
    columns: Any = (
        PeerReview.id, Person.name, Person.email, ReviewPlace.known_as, ReviewPlace.organisation_id,
        ReviewPlace.came_from, PeerReview.organisation_id, Organisation.id, Organisation.name,
    )  # fmt: skip
    query = select(*columns).join(ReviewPlace, col(ReviewPlace.person_id) == col(Person.id))
    query = query.join(PeerReview, col(PeerReview.id) == col(ReviewPlace.review_id))
    query = query.join(Membership, col(Membership.person_id) == col(ReviewPlace.person_id), isouter=True)
    theirs = (col(ReviewPlace.organisation_id), col(Membership.organisation_id))
    query = query.join(Organisation, col(Organisation.id).in_(theirs), isouter=True)
    query = query.where(col(ReviewPlace.review_id).in_(reviews), col(ReviewPlace.role).in_(PROTECTED))
    return list(db.execute(query))


def _identity(rows: Iterable[Any], known: Collection[int]) -> Identity:
    people: set[str] = set()
    emails: set[str] = set()
    organisations: set[str] = set()
    fingerprints: set[str] = set()
    for _review, name, email, known_as, home, came_from, host, belongs_to, called in rows:
        before = {one for one in known_as or () if is_fingerprint(one)}
        fingerprints.update(before)
        people.update({name, *(known_as or ())} - before)
        if email.endswith(NOBODYS_DOMAIN):
            email = ""
        if home is not None and home in (host, *known):
            emails.add(email.partition("@")[0] + "@")  # the host's own domain is no secret either
            continue
        emails.add(email)
        organisations.update(came_from or ())
        if belongs_to not in (host, *known):
            organisations.add(called or "")
    return Identity(
        people=tuple(sorted(people)),
        emails=tuple(sorted(emails)),
        organisations=tuple(sorted(organisations - {""})),
        fingerprints=tuple(sorted(fingerprints)),
    )


@on_person_renamed
def _was_called(db: Database, person_id: int, before: str) -> None:
    for place in db.exec(select(ReviewPlace).where(ReviewPlace.person_id == person_id)):
        place.known_as = [*(one for one in place.known_as if one != before), before]
        db.add(place)


@on_organisation_renamed
def _came_from(db: Database, organisation_id: int, before: str) -> None:
    for place in db.exec(select(ReviewPlace).where(ReviewPlace.organisation_id == organisation_id)):
        place.came_from = [*(one for one in place.came_from if one != before), before]
        db.add(place)


def without_names(text: str, protected: Identity, *, shown: bool) -> str:
    """A text that people wrote by hand, with what would tell who the protected are blanked where it may not be told."""
    return text if shown else blanker(protected)(text)


def words_of_host(db: Database, actor: Actor, subject: ReviewInEvent) -> Callable[[str], str]:
    """How this actor may read what the host wrote of its case: without the names of those who came to review it, as the
    published report says it. Whoever is asked to come reads all of it."""
    shown = _reads_case(actor, subject)
    protected = Identity() if shown else protected_in(db, subject.id)
    return partial(without_names, protected=protected, shown=shown)


def topics_for(db: Database, actor: Actor, subjects: Collection[ReviewInEvent]) -> dict[int, str]:
    """What reviews are about, by id, as this actor may read it (see `words_of_host`); one statement for all of them."""
    closed = {one.id for one in subjects if not _reads_case(actor, one)}
    lines: dict[int, list[Any]] = {one: [] for one in closed}
    for line in _protected(db, closed) if closed else []:
        lines[line[0]].append(line)
    return {
        one.id: without_names(one.review.topic, _identity(lines.get(one.id, ()), ()), shown=one.id not in closed)
        for one in subjects
    }


def _reads_case(actor: Actor, subject: ReviewInEvent) -> bool:
    return names_shown(actor, subject) or asked_into_review(actor, subject)


@command(runs_review)
def set_attribution(db: Database, actor: Actor, subject: ReviewInEvent, *, attribution: Attribution) -> None:
    """Set whether names are told outside; it holds for everything that was written and published before.

    A review is made private at any time, since what came of it can be read for long; refused is only to tell names of
    one that is over.
    """
    if attribution is Attribution.NAMED:
        still_on(subject, clock.now())
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
