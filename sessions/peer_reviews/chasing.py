"""Who owes what in reviews: reminders before the end of each step, and the board for those who run them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import col, func, select

from events.core import clock
from events.core.access import SYSTEM, Actor
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.timers import timer
from events.core.translation import Message, _
from events.events import Event, EventState, event_by_id
from events.organisations import Organisation
from events.people import Person
from sessions.peer_reviews.desk_notes import DeskNotes, notes_until
from sessions.peer_reviews.feedback import ReviewFeedback
from sessions.peer_reviews.hosting import ApplicationState, HostApplication, Told
from sessions.peer_reviews.reviews import (
    PeerReview,
    PlaceState,
    ReviewInEvent,
    ReviewPlace,
    ReviewRole,
    ReviewRules,
    ReviewState,
    ReviewStep,
    is_unheld,
    rules_of,
)
from sessions.peer_reviews.self_assessments import SelfAssessmentVersion
from sessions.peer_reviews.steps import NEAR, all_steps
from sessions.peer_reviews.templates import AFTER_THE_MEETING, StepKind
from sessions.peer_reviews.unheld import way_on

ON = (EventState.PUBLISHED, EventState.RUNNING)

# Who has not done their part in a step, by review: `(db, review ids) -> {review id: person ids}`.
Debtors = Callable[[Database, Collection[int]], dict[int, set[int]]]
DEBTORS: dict[StepKind, Debtors] = {}


def debtors_in(kind: StepKind) -> Callable[[Debtors], Debtors]:
    """Register who has not done their part in a step of this kind; they are reminded before it ends."""

    def register(find: Debtors) -> Debtors:
        DEBTORS[kind] = find
        return find

    return register


@dataclass(frozen=True)
class ReviewPartDue(Fact):
    """A step ends soon in which somebody has not done their part."""

    event_id: int
    review_id: int
    step_id: int
    person_id: int


@dataclass(frozen=True)
class ApplicationUnfinished(Fact):
    """The call for hosts ends soon, and an application was begun but not handed in."""

    event_id: int
    application_id: int
    step_id: int


@dataclass(frozen=True)
class SelectionDue(Fact):
    """The selection of hosts ends soon, and applicants wait for an answer."""

    event_id: int
    step_id: int


@dataclass(frozen=True)
class Owed:
    """What somebody owes a review, and whether its step is over; nobody is named where nobody is there to do it."""

    who: str
    what: Message
    late: bool = False


@dataclass
class BoardRow:
    """How far a review is."""

    review: PeerReview
    host: Organisation
    peers: int = 0
    asked: int = 0
    countries: int = 0
    version: int = 0
    notes: int = 0
    released: int = 0
    owed: list[Owed] = field(default_factory=list)


def _places_in(db: Database, reviews: Collection[int], *states: PlaceState) -> list[ReviewPlace]:
    query = select(ReviewPlace).where(col(ReviewPlace.review_id).in_(reviews), col(ReviewPlace.state).in_(states))
    return list(db.exec(query.order_by(col(ReviewPlace.id))))


def _by_review(pairs: Collection[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for review, person in pairs:
        found.setdefault(review, set()).add(person)
    return found


@debtors_in(StepKind.PEERS)
def without_an_answer(db: Database, reviews: Collection[int]) -> dict[int, set[int]]:
    """Whoever was asked into a review and has not answered."""
    return _by_review([(one.review_id, one.person_id) for one in _places_in(db, reviews, PlaceState.ASKED)])


@debtors_in(StepKind.SELF_ASSESSMENT)
def without_self_assessment(db: Database, reviews: Collection[int]) -> dict[int, set[int]]:
    """Hosts who have not handed in their self-assessment."""
    done = set(_versions(db, reviews))
    hosts = (one for one in _places_in(db, reviews, PlaceState.ACCEPTED) if one.role is ReviewRole.HOST)
    return _by_review([(one.review_id, one.person_id) for one in hosts if one.review_id not in done])


@debtors_in(StepKind.DESK_NOTES)
def without_desk_notes(db: Database, reviews: Collection[int]) -> dict[int, set[int]]:
    """Peers who have not handed in their desk notes."""
    done = {one.place_id for one in _notes(db, reviews) if one.handed_in_at is not None}
    peers = (one for one in _places_in(db, reviews, PlaceState.ACCEPTED) if one.role is ReviewRole.PEER)
    return _by_review([(one.review_id, one.person_id) for one in peers if one.id not in done])


@debtors_in(StepKind.FEEDBACK)
def without_feedback(db: Database, reviews: Collection[int]) -> dict[int, set[int]]:
    """Whoever takes part in a review that has met, and has not said what they think of it."""
    met = or_(col(PeerReview.state) != ReviewState.PREPARING, col(PeerReview.ends_at) <= clock.now())
    there = set(db.exec(select(PeerReview.id).where(col(PeerReview.id).in_(reviews), met)))
    query = select(ReviewFeedback.review_id, ReviewFeedback.person_id).where(col(ReviewFeedback.review_id).in_(there))
    given, places = set(db.exec(query)), _places_in(db, reviews, PlaceState.ACCEPTED)
    pairs = [(one.review_id, one.person_id) for one in places if one.review_id in there]
    return _by_review([one for one in pairs if one not in given])


def _versions(db: Database, reviews: Collection[int]) -> dict[int, int]:
    query = select(SelfAssessmentVersion.review_id, func.max(SelfAssessmentVersion.number))
    query = query.where(col(SelfAssessmentVersion.review_id).in_(reviews))
    return dict(db.exec(query.group_by(col(SelfAssessmentVersion.review_id))).all())


def _notes(db: Database, reviews: Collection[int]) -> list[DeskNotes]:
    return list(db.exec(select(DeskNotes).where(col(DeskNotes.review_id).in_(reviews))))


@timer(NEAR)
def _remind(db: Database, step_id: int) -> None:
    step, now = db.get(ReviewStep, step_id), clock.now()
    if step is None or not step.is_on or now >= step.ends_at:
        return
    state = event_by_id(db, step.event_id).event.state
    if state not in ON and not (state is EventState.CLOSED and step.kind in AFTER_THE_MEETING):
        return
    if step.kind is StepKind.CALL:
        _remind_applicants(db, step)
    elif step.kind is StepKind.SELECTION:
        _remind_organisers(db, step)
    elif step.kind in DEBTORS:
        query = select(PeerReview.id).where(
            PeerReview.event_id == step.event_id,
            col(PeerReview.state).not_in([ReviewState.CANCELLED, ReviewState.CLOSED]),
        )
        ids = {one or 0 for one in db.exec(query)}
        for review, people in sorted(DEBTORS[step.kind](db, ids).items()):
            for person in sorted(people):
                fact = ReviewPartDue(event_id=step.event_id, review_id=review, step_id=step_id, person_id=person)
                record(db, SYSTEM, fact)


def _remind_applicants(db: Database, step: ReviewStep) -> None:
    query = select(HostApplication.id).where(
        HostApplication.event_id == step.event_id, HostApplication.state == ApplicationState.DRAFT
    )
    for id in db.exec(query.order_by(col(HostApplication.id))).all():
        fact = ApplicationUnfinished(event_id=step.event_id, application_id=id or 0, step_id=step.id or 0)
        record(db, SYSTEM, fact)


def _remind_organisers(db: Database, step: ReviewStep) -> None:
    query = select(HostApplication.id).where(
        HostApplication.event_id == step.event_id, HostApplication.state == ApplicationState.HANDED_IN,
        HostApplication.told == Told.NONE,
    )  # fmt: skip
    if db.exec(query).first() is not None:
        record(db, SYSTEM, SelectionDue(event_id=step.event_id, step_id=step.id or 0))


def review_board(db: Database, actor: Actor, event: Event, only: int | None = None) -> list[BoardRow]:
    """How far each review of an event is (or one), and who owes what, for an actor who runs them; cancelled ones are
    left out."""
    query = select(PeerReview, Organisation).join(Organisation, col(Organisation.id) == col(PeerReview.organisation_id))
    query = query.where(PeerReview.event_id == event.id, PeerReview.state != ReviewState.CANCELLED)
    if only is not None:
        query = query.where(PeerReview.id == only)
    rows = {review.id or 0: BoardRow(review, host) for review, host in db.exec(query.order_by(col(PeerReview.id)))}
    ids = set(rows)
    places = _places_in(db, ids, PlaceState.ASKED, PlaceState.ACCEPTED)
    versions, notes = _versions(db, ids), _notes(db, ids)
    countries = _countries(db, {one.organisation_id for one in places})
    known = _names(db, {one.person_id for one in places})
    steps = {one.kind: one for one in all_steps(db, event.id or 0) if one.is_on}
    rules = rules_of(db, event.id or 0)
    for id, row in rows.items():
        there = [one for one in places if one.review_id == id]
        peers = [one for one in there if one.role is ReviewRole.PEER and one.state is PlaceState.ACCEPTED]
        mine = [one for one in notes if one.place_id in {each.id for each in peers}]
        row.peers, row.asked = len(peers), sum(one.state is PlaceState.ASKED for one in there)
        row.countries = len({countries.get(one.organisation_id or 0, "") for one in peers} - {"", row.host.country})
        row.version = versions.get(id, 0)
        row.notes = sum(one.handed_in_at is not None for one in mine)
        row.released = sum(one.released_at is not None for one in mine)
        if row.review.state is ReviewState.PREPARING and rules is not None:
            row.owed = [*_unheld(db, actor, row, event), *_owed(row, there, mine, known, steps, rules)]
    return list(rows.values())


def _unheld(db: Database, actor: Actor, row: BoardRow, event: Event) -> list[Owed]:
    if not is_unheld(row.review, clock.now()):
        return []
    way = way_on(db, actor, ReviewInEvent(row.review, event))
    return [Owed("", _("Was it held? Its meeting is over. Say so in its live room. %(way)s", way=way), late=True)]


def _owed(
    row: BoardRow, places: list[ReviewPlace], notes: list[DeskNotes], names: dict[int, str],
    steps: dict[StepKind, ReviewStep], rules: ReviewRules,
) -> list[Owed]:  # fmt: skip
    now = clock.now()
    taken = {one.role for one in places if one.state is PlaceState.ACCEPTED}
    asked = {one.role for one in places if one.state is PlaceState.ASKED}
    found = [Owed("", what) for role, what in _MISSING.items() if role not in taken | asked]
    late = _is_over(steps, StepKind.PEERS, now)
    found += [
        Owed(names[one.person_id], _("has not answered yet"), late) for one in places if one.state is PlaceState.ASKED
    ]
    if row.peers < rules.peers_min:
        what = _("%(count)s of at least %(least)s peers take part", count=row.peers, least=rules.peers_min)
        found.append(Owed("", what, late))
    elif row.countries < rules.countries_min:
        what = _("Peers come from %(count)s of at least %(least)s other countries", count=row.countries,
                 least=rules.countries_min)  # fmt: skip
        found.append(Owed("", what, late))
    accepted = [one for one in places if one.state is PlaceState.ACCEPTED]
    if not row.version and StepKind.SELF_ASSESSMENT in steps:
        late = _is_over(steps, StepKind.SELF_ASSESSMENT, now)
        what = _("has not handed in the self-assessment")
        found += [Owed(names[one.person_id], what, late) for one in accepted if one.role is ReviewRole.HOST]
    if StepKind.DESK_NOTES in steps:
        step, done = steps[StepKind.DESK_NOTES], {one.place_id for one in notes if one.handed_in_at}
        what, meeting = _("has not handed in desk notes"), steps.get(StepKind.MEETING)
        peers = (one for one in accepted if one.role is ReviewRole.PEER and one.id not in done)
        found += [Owed(names[one.person_id], what, now >= notes_until(step, meeting, row.review, one)) for one in peers]
        if any(one.handed_in_at is not None and one.handed != one.released for one in notes):
            found.append(Owed("", _("Desk notes wait to be released")))
    return found


_MISSING: dict[ReviewRole, Message] = {
    ReviewRole.HOST: _("There is no host"),
    ReviewRole.MODERATOR: _("There is no moderator"),
    ReviewRole.RAPPORTEUR: _("There is no rapporteur"),
}


def _is_over(steps: dict[StepKind, ReviewStep], kind: StepKind, now: datetime) -> bool:
    return kind in steps and now >= steps[kind].ends_at


def _countries(db: Database, ids: Collection[int | None]) -> dict[int, str]:
    query = select(Organisation.id, Organisation.country).where(col(Organisation.id).in_(ids))
    return {id or 0: country for id, country in db.exec(query)}


def _names(db: Database, ids: Collection[int]) -> dict[int, str]:
    return {id or 0: name for id, name in db.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids)))}
