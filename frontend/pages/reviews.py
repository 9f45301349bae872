"""Peer reviews: the list of an event's reviews, and one with its question and the people in it."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database, reading
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.events import EventKind, EventWithPhases, get_event
from events.programmes import programme_by_id
from events.roles import organiser_of_event
from frontend.review_tabs import review_tabs
from frontend.web import actor_of, page, render
from sessions.peer_reviews.asking import asking_in, earlier_words
from sessions.peer_reviews.attribution import topics_for, words_of_host
from sessions.peer_reviews.boards import host_of, review_cards, shown_places
from sessions.peer_reviews.places import open_place_of
from sessions.peer_reviews.reviews import (
    ROLE_NAMES,
    PlaceState,
    ReviewInEvent,
    ReviewState,
    ReviewStep,
    all_questions_of,
    get_review,
    inside_review,
    places_of,
    questions_of,
)
from sessions.peer_reviews.self_assessments import cases_of_colleagues
from sessions.peer_reviews.steps import all_steps, step_name
from sessions.peer_reviews.templates import StepKind
from sessions.peer_reviews.unheld import unheld_for
from sessions.reports.quotations import QuotingPlace

STATES: dict[ReviewState, tuple[Message, str, str]] = {
    ReviewState.PREPARING: (_("Being prepared"), "square", "plain"),
    ReviewState.HELD: (_("Held"), "half", "ok"),
    ReviewState.PUBLISHED: (_("Report published"), "check", "ok"),
    ReviewState.CLOSED: (_("Closed"), "bar", "plain"),
    ReviewState.CANCELLED: (_("Cancelled"), "cross", "problem"),
}
PLACE_STATES: dict[PlaceState, tuple[Message, str, str]] = {
    PlaceState.ASKED: (_("Invited"), "ring", "plain"),
    PlaceState.ACCEPTED: (_("Takes part"), "check", "ok"),
    PlaceState.DECLINED: (_("Declined"), "bar", "plain"),
    PlaceState.LEFT: (_("Dropped out"), "cross", "warn"),
}


def review_event(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    """The peer review event that is asked for; other events have none."""
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if event.event.kind is not EventKind.PEER_REVIEW:
        raise NotFound()
    return actor, event


def the_review(db: Database, request: Request) -> tuple[Actor, EventWithPhases, ReviewInEvent]:
    """The review that is asked for, for whoever may see it."""
    actor, event = review_event(db, request)
    return actor, event, get_review(db, actor, event.event, request.path_params["review"])


@page()
def show_reviews(request: Request) -> Response:
    """The reviews of an event that the actor may see."""
    with reading() as db:
        actor, event = review_event(db, request)
        now, steps = clock.now(), [one for one in all_steps(db, event.id) if one.is_on]
        place = open_place_of(db, actor, event.id)
        colleagues = cases_of_colleagues(db, actor, event.id) if actor.signed_in else []
        topics = topics_for(db, actor, [ReviewInEvent(one, event.event) for one in colleagues])
        return render(
            request, "peer_reviews/list.html", event=event, cards=review_cards(db, actor, event.event), states=STATES,
            steps=[_shown(one, now) for one in steps], organises=organiser_of_event(actor, event), asked=place,
            call=next((one for one in steps if one.kind is StepKind.CALL), None), now=now,
            peers=next((one for one in steps if one.kind is StepKind.PEERS), None),
            colleagues=colleagues, topics=topics,
            unheld={one.review.public_id for one in unheld_for(db, actor)} if actor.signed_in else set(),
        )  # fmt: skip


@dataclass(frozen=True)
class ShownStep:
    """A step as the timeline shows it."""

    name: Message | str
    starts: datetime
    ends: datetime
    state: str
    note: str


def _shown(step: ReviewStep, now: datetime) -> ShownStep:
    state = "next" if now < step.starts_at else "now" if now < step.ends_at else "past"
    return ShownStep(step_name(step), step.starts_at, step.ends_at, state, step.what)


@page()
def show_review(request: Request) -> Response:
    """One review: the case, its questions, and who has a place in it as far as the actor may know."""
    with reading() as db:
        actor, event, subject = the_review(db, request)
        programme, inside = programme_by_id(db, event.programme_id), inside_review(actor, subject)
        return render(
            request, "peer_reviews/review.html", event=event, subject=subject, review=subject.review, states=STATES,
            host=host_of(db, subject), questions=questions_of(db, subject.id), said=words_of_host(db, actor, subject),
            places=shown_places(db, actor, subject), place_states=PLACE_STATES, role_names=ROLE_NAMES,
            tabs_of_review=review_tabs(actor, subject, "peer_review"),
            mine=next((one for one in places_of(db, subject.id) if one.person_id == actor.person), None)
            if actor.signed_in else None,
            programme=programme.slug, inside=inside, changes=inside and _changes_questions(db, actor, subject),
            dropped=[one for one in all_questions_of(db, subject.id) if one.dropped_at is not None] if inside else [],
            earlier=earlier_words(db, subject.id) if inside else {},
            quotes=may(actor, "ask_for_quotation", QuotingPlace(programme, subject.review, subject.event)),
        )  # fmt: skip


def _changes_questions(db: Database, actor: Actor, subject: ReviewInEvent) -> bool:
    asking = asking_in(db, subject)
    return any(may(actor, one, asking) for one in ("change_review_questions", "correct_review_questions"))
