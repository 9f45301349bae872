"""Proposals of peers: made of offers and rules by the choice of peers, changed by organisers, then asked."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint, delete
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.columns import moment, word
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound
from events.core.translation import Message, _
from events.events import Event, EventWithPhases, not_over
from events.organisations import ClusterMembership, Organisation
from events.people import Person, PersonState, people_by_id
from events.roles import organiser_of_event
from sessions.peer_choice import problem as choice
from sessions.peer_choice.problem import Bar, Candidate, Pair, Problem, bar_of
from sessions.peer_reviews.peers import (
    Stance,
    find_offer,
    hosts_to_review,
    offers_in,
    organisations_by_person,
    stances_in,
)
from sessions.peer_reviews.places import ask_into_review
from sessions.peer_reviews.reviews import (
    PeerReview,
    PlaceState,
    ReviewInEvent,
    ReviewPlace,
    ReviewRole,
    ReviewState,
    rules_of,
    runs_review,
    still_on,
)

BARS: dict[Stance, Bar] = {
    Stance.COMPETITOR: Bar.COMPETITOR,
    Stance.PARTNER: Bar.PARTNER,
    Stance.SAME_GROUP: Bar.SAME_GROUP,
    Stance.OTHER: Bar.CONFLICT,
}
BAR_WORDS: dict[Bar, Message] = {
    Bar.SAME_ORGANISATION: _("Belongs to the host’s own organisation."),
    Bar.SAME_CLUSTER: _("Belongs to the host’s own cluster."),
    Bar.COMPETITOR: _("Declared a conflict of interest: a competitor of the host."),
    Bar.PARTNER: _("Declared a conflict of interest: a partner of the host."),
    Bar.SAME_GROUP: _("Declared a conflict of interest: the same group as the host."),
    Bar.CONFLICT: _("Declared a conflict of interest."),
    Bar.OTHER_ROLE: _("Has another role in this review."),
    Bar.DECLINED: _("Was asked, and declined."),
    Bar.LEFT: _("Dropped out of this review."),
    Bar.TAKEN_OUT: _("Taken out of the proposal by the organisers."),
    Bar.NO_LANGUAGE: _("Does not speak the language of this review."),
}


class ProposedState(StrEnum):
    """TAKEN_OUT is kept, so that the next proposal does not bring them back."""

    PROPOSED = "proposed"
    TAKEN_OUT = "taken out"


class ProposedPeer(SQLModel, table=True):
    """That somebody is proposed as a peer of a review, and was not asked yet."""

    __tablename__ = "proposed_peer"
    __table_args__ = (UniqueConstraint("review_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="peer_review.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    state: ProposedState = word(ProposedState, default=ProposedState.PROPOSED)
    by_hand: bool = False
    made_at: datetime = moment()


personal_data(ProposedPeer, "person_id", "being proposed as a peer", "delete")


@dataclass(frozen=True)
class PeersProposed(Fact):
    """Peers were proposed for the reviews of an event."""

    event_id: int


@dataclass(frozen=True)
class PeerProposalChanged(Fact):
    """An organiser put somebody into a proposal, or took somebody out."""

    event_id: int
    review_id: int
    person_id: int
    act: str


class Barred(Conflict):
    """Somebody may not be a peer of this review; the message says why."""

    def __init__(self, bar: Bar) -> None:
        super().__init__(BAR_WORDS[bar])


def problem_of(db: Database, event: Event) -> Problem:
    """Which reviews of an event need peers, who would come, and what stands between them."""
    rules = rules_of(db, event.id or 0)
    hosts = hosts_to_review(db, event.id or 0)
    places = _places(db, {review.id or 0 for review, _host in hosts})
    offers = {one.person_id: one for one in offers_in(db, event.id or 0)}
    asked = {one.person_id for one in places if one.role is ReviewRole.PEER}
    people = {
        id: one for id, one in people_by_id(db, set(offers) | asked).items() if one.state is not PersonState.ERASED
    }
    belongs = organisations_by_person(db, set(people))
    whence = {one.organisation_id for one in offers.values()} | {one.organisation_id for one in places}
    countries = _countries(db, {one for one in whence if one is not None})
    busy = _busy(db, event.id or 0)
    came_from = {one.person_id: one.organisation_id for one in places}
    candidates = []
    for id, person in sorted(people.items()):
        offer = offers.get(id)
        whose = offer.organisation_id if offer else came_from.get(id)
        candidates.append(
            Candidate(
                id=id, organisations=belongs[id], country=countries.get(whose or 0, ""),
                languages=frozenset(offer.languages if offer else person.languages),
                competences=frozenset(offer.competences if offer else person.keywords),
                load=busy.get(id, 0), most=offer.most if offer else 0,
            )
        )  # fmt: skip
    return Problem(
        rules=choice.Rules(rules.peers_min, rules.peers_max, rules.countries_min) if rules else choice.Rules(),
        reviews=tuple(_review(db, review, host) for review, host in hosts),
        candidates=tuple(candidates),
        taken=frozenset(
            (one.person_id, one.review_id)
            for one in places
            if one.role is ReviewRole.PEER
            and one.state in (PlaceState.ASKED, PlaceState.ACCEPTED)
            and one.person_id in people
        ),
        said=_said(db, event.id or 0, hosts, places),
        wishes=_wishes(db, event.id or 0, hosts, set(people)),
    )


def _places(db: Database, reviews: set[int]) -> list[ReviewPlace]:
    query = select(ReviewPlace).where(col(ReviewPlace.review_id).in_(reviews)).order_by(col(ReviewPlace.id))
    return list(db.exec(query))


def _countries(db: Database, ids: Iterable[int]) -> dict[int, str]:
    query = select(Organisation.id, Organisation.country).where(col(Organisation.id).in_(list(ids)))
    return {id or 0: country for id, country in db.exec(query)}


def _busy(db: Database, event_id: int) -> dict[int, int]:
    """In how many reviews of the event that are held or over people are peers: they count as what is asked of them."""
    query = select(ReviewPlace.person_id).join(PeerReview, col(PeerReview.id) == col(ReviewPlace.review_id))
    query = query.where(
        PeerReview.event_id == event_id, ReviewPlace.role == ReviewRole.PEER,
        ReviewPlace.state == PlaceState.ACCEPTED,
        col(PeerReview.state).not_in([ReviewState.PREPARING, ReviewState.CANCELLED]),
    )  # fmt: skip
    found: dict[int, int] = {}
    for person in db.exec(query):
        found[person] = found.get(person, 0) + 1
    return found


def _review(db: Database, review: PeerReview, host: Organisation) -> choice.Review:
    members = db.exec(select(ClusterMembership.organisation_id).where(ClusterMembership.cluster_id == host.id)).all()
    clusters = db.exec(select(ClusterMembership.cluster_id).where(ClusterMembership.organisation_id == host.id)).all()
    fellows = db.exec(
        select(ClusterMembership.organisation_id).where(col(ClusterMembership.cluster_id).in_(clusters))
    ).all()
    return choice.Review(
        id=review.id or 0, organisation=host.id or 0, country=host.country, language=review.language,
        needs=frozenset(review.needs), related=frozenset({*members, *clusters, *fellows}) - {host.id or 0},
    )  # fmt: skip


Hosts = list[tuple[PeerReview, Organisation]]


def _said(db: Database, event_id: int, hosts: Hosts, places: list[ReviewPlace]) -> dict[Pair, Bar]:
    found: dict[Pair, Bar] = {}
    ids = [review.id or 0 for review, _host in hosts]
    rows = db.exec(
        select(ProposedPeer).where(col(ProposedPeer.review_id).in_(ids), ProposedPeer.state == ProposedState.TAKEN_OUT)
    )
    found |= {(one.person_id, one.review_id): Bar.TAKEN_OUT for one in rows}
    gone = {PlaceState.DECLINED: Bar.DECLINED, PlaceState.LEFT: Bar.LEFT}
    for place in places:
        if place.state in gone:
            found[place.person_id, place.review_id] = gone[place.state]
        elif place.role is not ReviewRole.PEER:
            found[place.person_id, place.review_id] = Bar.OTHER_ROLE
    for stance in stances_in(db, event_id):
        if stance.stance in BARS:
            found |= {
                (stance.person_id, review.id or 0): BARS[stance.stance]
                for review, host in hosts
                if host.id == stance.organisation_id
            }
    return found


def _wishes(db: Database, event_id: int, hosts: Hosts, people: set[int]) -> frozenset[Pair]:
    return frozenset(
        (one.person_id, review.id or 0)
        for one in stances_in(db, event_id)
        for review, host in hosts
        if one.stance is Stance.WISH and host.id == one.organisation_id and one.person_id in people
    )


def proposed_in(db: Database, reviews: Collection[int]) -> list[ProposedPeer]:
    """Who is proposed and not asked yet, in order of the people."""
    query = select(ProposedPeer).where(
        col(ProposedPeer.review_id).in_(reviews), ProposedPeer.state == ProposedState.PROPOSED
    )
    return list(db.exec(query.order_by(col(ProposedPeer.review_id), col(ProposedPeer.person_id))))


@command(organiser_of_event, when=not_over)
def keep_proposal(db: Database, actor: Actor, subject: EventWithPhases, *, places: Collection[Pair]) -> int:
    """Keep what the choice of peers found (pairs of person and review) as the proposal of all reviews in preparation,
    in place of the one before; answers how many are proposed. What became impossible meanwhile is left out."""
    problem = problem_of(db, subject.event)
    reviews = {one.id: one for one in problem.reviews}
    people = {one.id: one for one in problem.candidates}
    db.connection().execute(
        delete(ProposedPeer).where(
            col(ProposedPeer.review_id).in_(list(reviews)), col(ProposedPeer.state) == ProposedState.PROPOSED
        )
    )
    count = 0
    for person, review in sorted(set(places) - problem.taken):
        if review in reviews and person in people and bar_of(problem, people[person], reviews[review]) is None:
            db.add(ProposedPeer(review_id=review, person_id=person, made_at=clock.now()))
            count += 1
    db.flush()
    record(db, actor, PeersProposed(event_id=subject.id))
    return count


def _proposed_row(db: Database, review_id: int, person_id: int) -> ProposedPeer | None:
    query = select(ProposedPeer).where(ProposedPeer.review_id == review_id, ProposedPeer.person_id == person_id)
    return db.exec(query).first()


@command(organiser_of_event, when=still_on)
def add_to_proposal(db: Database, actor: Actor, subject: ReviewInEvent, *, person: Person) -> None:
    """Propose somebody by hand, also somebody who was taken out. Refuses whoever may not be a peer here."""
    problem = problem_of(db, subject.event)
    candidate = next((one for one in problem.candidates if one.id == person.id), None)
    if candidate is None or all(one.id != subject.id for one in problem.reviews):
        raise NotFound()
    if (candidate.id, subject.id) in problem.taken:
        raise Conflict(_("This person was asked into this review already."))
    bar = bar_of(problem, candidate, problem.review(subject.id))
    if bar is not None and bar is not Bar.TAKEN_OUT:
        raise Barred(bar)
    row = _proposed_row(db, subject.id, candidate.id) or ProposedPeer(
        review_id=subject.id, person_id=candidate.id, made_at=clock.now()
    )
    row.state, row.by_hand = ProposedState.PROPOSED, True
    _keep(db, actor, subject, row, "added")


@command(organiser_of_event, when=still_on)
def remove_from_proposal(db: Database, actor: Actor, subject: ReviewInEvent, *, person: Person) -> None:
    """Take somebody out of a proposal; the next one does not bring them back."""
    row = _proposed_row(db, subject.id, person.id or 0)
    if row is None or row.state is not ProposedState.PROPOSED:
        raise Conflict(_("This person is not proposed any more."))
    row.state = ProposedState.TAKEN_OUT
    _keep(db, actor, subject, row, "taken out")


def _keep(db: Database, actor: Actor, subject: ReviewInEvent, row: ProposedPeer, act: str) -> None:
    db.add(row)
    db.flush()
    fact = PeerProposalChanged(
        event_id=subject.event.id or 0, review_id=subject.id, person_id=row.person_id, act=act
    )  # fmt: skip
    record(db, actor, fact)


@command(runs_review, when=still_on)
def ask_peer(
    db: Database, actor: Actor, subject: ReviewInEvent, *,
    person: Person, why: str = "", stands_in_for: ReviewPlace | None = None,
) -> ReviewPlace:  # fmt: skip
    """Ask somebody to be a peer, perhaps in place of one who declined or dropped out. Refuses whoever belongs to the
    host's organisation or cluster or has a conflict of interest with it, and one more than the rules say."""
    problem = problem_of(db, subject.event)
    review = next((one for one in problem.reviews if one.id == subject.id), None)
    if review is None:
        raise Conflict(_("The peers of this review are found."))
    candidate = next((one for one in problem.candidates if one.id == person.id), None) or Candidate(
        person.id or 0, organisations_by_person(db, {person.id or 0})[person.id or 0], "", frozenset(person.languages)
    )
    bar = bar_of(problem, candidate, review)
    if bar is not None and bar not in {Bar.NO_LANGUAGE, Bar.DECLINED, Bar.LEFT, Bar.TAKEN_OUT}:
        raise Barred(bar)
    if sum(1 for _person, there in problem.taken if there == subject.id) >= problem.rules.peers_max:
        raise Invalid({"": _("A review has at most %(most)s peers.", most=problem.rules.peers_max)})
    row = _proposed_row(db, subject.id, person.id or 0)
    if row is not None:
        db.delete(row)
        db.flush()
    found = find_offer(db, subject.event, person.id)
    stands = found is not None and found.offer.taken_back_at is None
    return ask_into_review(
        db, actor, subject, person=person, role=ReviewRole.PEER, why=why, stands_in_for=stands_in_for,
        comes_from=found.offer.organisation_id if found and stands else None,
    )  # fmt: skip


@command(organiser_of_event, when=still_on)
def ask_proposed(db: Database, actor: Actor, subject: ReviewInEvent, *, why: str = "") -> int:
    """Ask everybody who is proposed for a review; answers how many. Refuses when nobody is."""
    waiting = proposed_in(db, {subject.id})
    if not waiting:
        raise Conflict(_("Nobody is proposed for this review."))
    people = people_by_id(db, {one.person_id for one in waiting})
    for one in waiting:
        ask_peer(db, actor, subject, person=people[one.person_id], why=why)
    return len(waiting)
