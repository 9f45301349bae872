"""Letters about who takes part in a peer review: asked, answered, dropped out; started, moved, cancelled."""

from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.core.translation import At
from events.events import Event
from events.organisations import Organisation
from events.people import Person, PersonState
from events.roles import Role, Scope, actor_for, people_with_role
from mailer.letters import Recipient, Values, letter_for, name_of, page, recipients, silent
from sessions.peer_reviews import assessment_questions, hosting, peers, proposals, searches, selection, setting_up
from sessions.peer_reviews.asking import ReviewQuestionsChanged
from sessions.peer_reviews.attribution import names_published, protected_in, without_names, words_of_host
from sessions.peer_reviews.endings import HostWithdrew
from sessions.peer_reviews.hosting import ApplicationState, HostApplication
from sessions.peer_reviews.reviews import (
    ROLE_NAMES,
    AskedIntoReview,
    Attribution,
    AttributionChanged,
    PeerReview,
    PlaceState,
    ReviewCancelled,
    ReviewInEvent,
    ReviewLeft,
    ReviewPlace,
    ReviewPlaceAnswered,
    ReviewRole,
    ReviewStarted,
    ReviewState,
    ReviewStep,
    questions_of,
)
from sessions.peer_reviews.setting_up import ReviewStepMoved
from sessions.peer_reviews.steps import step_name

HERE = (PlaceState.ASKED, PlaceState.ACCEPTED)


def organisers_of(db: Database, event_id: int) -> set[int]:
    """Who organises an event, by itself or with its whole programme."""
    event = db.get_one(Event, event_id)
    return {
        *people_with_role(db, Role.ORGANISER, Scope.EVENT, event_id),
        *people_with_role(db, Role.ORGANISER, Scope.PROGRAMME, event.programme_id),
    }


def in_review(db: Database, review_id: int, *states: PlaceState, roles: tuple[ReviewRole, ...] = ()) -> set[int]:
    """Who has a place in a review in one of these states and roles (all, if none is named)."""
    query = select(ReviewPlace.person_id).where(
        ReviewPlace.review_id == review_id, col(ReviewPlace.state).in_(states or (PlaceState.ACCEPTED,))
    )
    return set(db.exec(query.where(col(ReviewPlace.role).in_(roles)) if roles else query))


def topic_for(db: Database, review: PeerReview, event: Event, to: Recipient) -> str:
    """What a review is about, as this reader may know it: who has left it reads it as everybody outside does."""
    return words_of_host(db, actor_for(db, to.person_id), ReviewInEvent(review, event))(review.topic)


def case_of(db: Database, review_id: int, to: Recipient) -> Values | None:
    """What letters about a review say in any case; None for one that is not there."""
    review = db.get(PeerReview, review_id)
    event = db.get(Event, review.event_id) if review is not None else None
    if review is None or event is None:
        return None
    return {
        "event": event.name,
        "topic": topic_for(db, review, event, to),
        "host": db.get_one(Organisation, review.organisation_id).name,
        "url": page("peer_review", event=event.slug, review=review.public_id),
    }


def _still(db: Database, review_id: int) -> bool:
    review = db.get(PeerReview, review_id)
    return review is not None and review.state not in (ReviewState.CANCELLED, ReviewState.CLOSED)


def _place(db: Database, fact: Any) -> ReviewPlace | None:
    query = select(ReviewPlace).where(ReviewPlace.review_id == fact.review_id, ReviewPlace.person_id == fact.person_id)
    return db.exec(query).first()


def _whose(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _who_runs_it(db: Database, fact: Any) -> list[Recipient]:
    moderators = in_review(db, fact.review_id, roles=(ReviewRole.MODERATOR,))
    return recipients(db, (organisers_of(db, fact.event_id) | moderators) - {getattr(fact, "person_id", None)})


@letter_for(AskedIntoReview, to=_whose)
def asked_into_review(db: Database, fact: AskedIntoReview, to: Recipient) -> Values | None:
    case, place = case_of(db, fact.review_id, to), _place(db, fact)
    if case is None or place is None or place.state is not PlaceState.ASKED or not _still(db, fact.review_id):
        return None
    subject = ReviewInEvent(db.get_one(PeerReview, fact.review_id), db.get_one(Event, fact.event_id))
    ids = {"event": subject.event.slug, "review": subject.review.public_id, "place": place.public_id}
    before = db.get(ReviewPlace, place.stands_in_for_id) if place.stands_in_for_id else None
    return {
        **case,
        "role": ROLE_NAMES[place.role],
        "why_you": place.why,
        "stands_in": before is not None,
        "begins": At(subject.review.starts_at, "when") if subject.review.starts_at else "",
        "url": page("review_place", **ids),
    }


@letter_for(ReviewPlaceAnswered, to=_who_runs_it)
def review_place_answered(db: Database, fact: ReviewPlaceAnswered, to: Recipient) -> Values | None:
    case, place = case_of(db, fact.review_id, to), _place(db, fact)
    if case is None or place is None:
        return None
    return {
        **case,
        "who": _name(db, fact.person_id),
        "role": ROLE_NAMES[ReviewRole(fact.role)],
        "accepted": fact.accepted,
        "reason": place.reason,
        "url": _people_page(db, fact.review_id),
    }


def _name(db: Database, person_id: int) -> str:
    person = db.get(Person, person_id)
    return name_of(None if person is None or person.state is PersonState.ERASED else person)


def _people_page(db: Database, review_id: int) -> Any:
    review = db.get_one(PeerReview, review_id)
    event = db.get_one(Event, review.event_id)
    return page("review_people", event=event.slug, review=review.public_id)


@letter_for(ReviewLeft, to=_who_runs_it)
def review_left(db: Database, fact: ReviewLeft, to: Recipient) -> Values | None:
    case, place = case_of(db, fact.review_id, to), _place(db, fact)
    if case is None or place is None:
        return None
    return {
        **case,
        "who": _name(db, fact.person_id),
        "role": ROLE_NAMES[ReviewRole(fact.role)],
        "reason": place.reason,
        "url": _people_page(db, fact.review_id),
    }


@letter_for(ReviewLeft, to=_whose, in_their_name=True)
def taken_out_of_review(db: Database, fact: ReviewLeft, to: Recipient) -> Values | None:
    case, place = case_of(db, fact.review_id, to), _place(db, fact)
    if case is None or place is None:
        return None
    event = db.get_one(Event, fact.event_id)
    return {**case, "reason": place.reason, "url": page("event", event=event.slug)}


def _hosts(db: Database, fact: Any) -> list[Recipient]:
    """Hosts whose review was started without an application; the others are told that they are chosen."""
    applied = select(HostApplication.id).where(HostApplication.review_id == fact.review_id)
    if db.exec(applied).first() is not None:
        return []
    return recipients(db, in_review(db, fact.review_id, roles=(ReviewRole.HOST,)))


@letter_for(ReviewStarted, to=_hosts)
def review_started(db: Database, fact: ReviewStarted, to: Recipient) -> Values | None:
    case = case_of(db, fact.review_id, to)
    if case is None or not _still(db, fact.review_id):
        return None
    review, event = db.get_one(PeerReview, fact.review_id), db.get_one(Event, fact.event_id)
    return {**case, "url": page("self_assessment", event=event.slug, review=review.public_id)}


def _everybody_in_it(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, in_review(db, fact.review_id, *HERE) | organisers_of(db, fact.event_id))


@letter_for(ReviewCancelled, to=_everybody_in_it)
def review_cancelled(db: Database, fact: ReviewCancelled, to: Recipient) -> Values | None:
    case = case_of(db, fact.review_id, to)
    if case is None:
        return None
    event = db.get_one(Event, fact.event_id)
    reason = db.get_one(PeerReview, fact.review_id).cancelled_why
    return {**case, "reason": reason, "url": page("event", event=event.slug)}


def _inside(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, in_review(db, fact.review_id))


@letter_for(AttributionChanged, to=_inside)
def attribution_changed(db: Database, fact: AttributionChanged, to: Recipient) -> Values | None:
    case, review = case_of(db, fact.review_id, to), db.get(PeerReview, fact.review_id)
    if case is None or review is None or review.attribution.value != fact.attribution:
        return None  # it was changed again meanwhile
    return {**case, "named": review.attribution is Attribution.NAMED}


@letter_for(ReviewQuestionsChanged, to=_inside)
def review_questions_changed(db: Database, fact: ReviewQuestionsChanged, to: Recipient) -> Values | None:
    case = case_of(db, fact.review_id, to)
    if case is None or not _still(db, fact.review_id) or (to.doer is not None and to.doer == to.person_id):
        return None
    # Letters are passed on: those inside read the names, if there are any, on the page.
    subject = ReviewInEvent(db.get_one(PeerReview, fact.review_id), db.get_one(Event, fact.event_id))
    protected, told = protected_in(db, fact.review_id), names_published(subject)
    asked = [(str(one.number), one.text) for one in questions_of(db, fact.review_id)]
    return {**case, "questions": [(number, without_names(text, protected, shown=told)) for number, text in asked]}


@letter_for(HostWithdrew, to=_who_runs_it)
def host_withdrew(db: Database, fact: HostWithdrew, to: Recipient) -> Values | None:
    case = case_of(db, fact.review_id, to)
    if case is None or not _still(db, fact.review_id):
        return None
    query = select(ReviewPlace.reason).where(
        ReviewPlace.review_id == fact.review_id, ReviewPlace.role == ReviewRole.HOST,
        ReviewPlace.state == PlaceState.LEFT,
    )  # fmt: skip
    reason = db.exec(query.order_by(col(ReviewPlace.answered_at).desc())).first() or ""
    return {**case, "reason": reason, "url": _people_page(db, fact.review_id)}


def _concerned(db: Database, fact: ReviewStepMoved) -> list[Recipient]:
    reviews = select(PeerReview.id).where(
        PeerReview.event_id == fact.event_id,
        col(PeerReview.state).not_in([ReviewState.CANCELLED, ReviewState.CLOSED]),
    )
    places = select(ReviewPlace.person_id).where(
        col(ReviewPlace.review_id).in_(reviews), col(ReviewPlace.state).in_(HERE)
    )
    applicants = select(HostApplication.person_id).where(
        HostApplication.event_id == fact.event_id, HostApplication.state != ApplicationState.WITHDRAWN
    )
    offers = [one.person_id for one in peers.offers_in(db, fact.event_id)]
    return recipients(db, {*db.exec(places), *db.exec(applicants), *offers})


@letter_for(ReviewStepMoved, to=_concerned)
def review_step_moved(db: Database, fact: ReviewStepMoved, to: Recipient) -> Values | None:
    event, step = db.get(Event, fact.event_id), db.get(ReviewStep, fact.step_id)
    if event is None or step is None or (step.starts_at, step.ends_at) != (fact.starts_at, fact.ends_at):
        return None  # it was moved again, and that is told
    return {
        "event": event.name,
        "step": step_name(step),
        "old_start": fact.old_starts_at,
        "old_end": fact.old_ends_at,
        "new_start": fact.starts_at,
        "new_end": fact.ends_at,
        "url": page("reviews", event=event.slug),
    }


# Organisers set up and choose alone; whoever offers to be a peer sees it on the page; drafts are nobody's business.
silent(
    setting_up.ReviewRulesChanged,
    setting_up.ReviewStepChanged,
    assessment_questions.AssessmentQuestionsChanged,
    hosting.ApplicationBegun,
    selection.ApplicationJudged,
    peers.PeerOffered,
    peers.PeerOfferTakenBack,
    peers.PeerStancesSaid,
    proposals.PeersProposed,
    searches.PeersSought,
    proposals.PeerProposalChanged,
)
