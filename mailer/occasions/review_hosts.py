"""Letters about what hosts and peers write before a review's meeting: applications and their fate, the self-assessment,
desk notes, and reminders of each."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.core.translation import At, Message, _
from events.events import Event
from events.organisations import Membership, Organisation
from mailer.letters import Recipient, Topic, Values, letter_for, page, recipients, silent
from mailer.occasions.peer_reviews import case_of, in_review, organisers_of
from sessions.peer_reviews import desk_notes
from sessions.peer_reviews.chasing import DEBTORS, ApplicationUnfinished, ReviewPartDue, SelectionDue
from sessions.peer_reviews.desk_notes import DeskNotesReleased, notes_until
from sessions.peer_reviews.hosting import (
    ApplicationHandedIn,
    ApplicationState,
    ApplicationWithdrawn,
    HostApplication,
    Told,
)
from sessions.peer_reviews.reviews import PeerReview, PlaceState, ReviewPlace, ReviewRole, ReviewStep
from sessions.peer_reviews.selection import ApplicationDecided
from sessions.peer_reviews.self_assessments import SelfAssessmentHandedIn
from sessions.peer_reviews.steps import step_name, step_of
from sessions.peer_reviews.templates import StepKind


def _applicants(db: Database, fact: Any) -> list[Recipient]:
    """Whoever began an application, and the contacts of its organisation."""
    row = db.get(HostApplication, fact.application_id)
    if row is None:
        return []
    contacts = select(Membership.person_id).where(
        Membership.organisation_id == row.organisation_id, col(Membership.is_contact).is_(True)
    )
    return recipients(db, {row.person_id, *db.exec(contacts)})


def _application(db: Database, fact: Any) -> tuple[HostApplication, Values] | None:
    row, event = db.get(HostApplication, fact.application_id), db.get(Event, fact.event_id)
    if row is None or event is None:
        return None
    return row, {
        "event": event.name,
        "host": db.get_one(Organisation, row.organisation_id).name,
        "topic": row.handed.get("topic") or row.topic,
        "url": page("host_application", event=event.slug, application=row.public_id),
    }


@letter_for(ApplicationHandedIn, to=_applicants)
def host_application_received(db: Database, fact: ApplicationHandedIn, to: Recipient) -> Values | None:
    found = _application(db, fact)
    if found is None or found[0].state is not ApplicationState.HANDED_IN:
        return None
    return {**found[1], "until": _end_of(db, fact.event_id, StepKind.CALL)}


def _end_of(db: Database, event_id: int, kind: StepKind) -> At | str:
    step = db.exec(select(ReviewStep).where(ReviewStep.event_id == event_id, ReviewStep.kind == kind)).first()
    return At(step.ends_at, "when") if step is not None else ""


def _organisers(db: Database, fact: Any) -> list[Recipient]:
    return recipients(db, organisers_of(db, fact.event_id))


@letter_for(ApplicationWithdrawn, to=_organisers)
def host_application_withdrawn(db: Database, fact: ApplicationWithdrawn, to: Recipient) -> Values | None:
    found = _application(db, fact)
    if found is None or found[0].state is not ApplicationState.WITHDRAWN or found[0].handed_in_at is None:
        return None  # begun again, or never handed in
    event = db.get_one(Event, fact.event_id)
    return {**found[1], "url": page("host_selection", event=event.slug)}


@letter_for(ApplicationDecided, to=_applicants)
def host_application_decided(db: Database, fact: ApplicationDecided, to: Recipient) -> Values | None:
    found = _application(db, fact)
    if found is None or found[0].told.value != fact.fate or found[0].state is not ApplicationState.HANDED_IN:
        return None  # it was decided otherwise meanwhile, and told
    row, values = found
    review = db.get(PeerReview, row.review_id) if row.review_id else None
    event = db.get_one(Event, fact.event_id)
    if row.told is Told.CHOSEN and review is not None:
        values["url"] = page("self_assessment", event=event.slug, review=review.public_id)
    return {**values, "fate": fact.fate, "reason": row.told_why}


@letter_for(ApplicationUnfinished, to=_applicants, topic=Topic.REMINDERS)
def host_application_unfinished(db: Database, fact: ApplicationUnfinished, to: Recipient) -> Values | None:
    found = _application(db, fact)
    if found is None or found[0].state is not ApplicationState.DRAFT:
        return None
    return {**found[1], "until": _end_of(db, fact.event_id, StepKind.CALL)}


@letter_for(SelectionDue, to=_organisers, topic=Topic.REMINDERS)
def host_selection_due(db: Database, fact: SelectionDue, to: Recipient) -> Values | None:
    event, step = db.get_one(Event, fact.event_id), db.get(ReviewStep, fact.step_id)
    if step is None:
        return None
    return {
        "event": event.name,
        "until": At(step.ends_at, "when"),
        "url": page("host_selection", event=event.slug),
    }


READERS = (ReviewRole.PEER, ReviewRole.MODERATOR, ReviewRole.RAPPORTEUR)


def _readers(db: Database, fact: SelfAssessmentHandedIn) -> list[Recipient]:
    return recipients(db, in_review(db, fact.review_id, roles=READERS))


@letter_for(SelfAssessmentHandedIn, to=_readers)
def self_assessment_handed_in(db: Database, fact: SelfAssessmentHandedIn, to: Recipient) -> Values | None:
    case, review = case_of(db, fact.review_id, to), db.get(PeerReview, fact.review_id)
    if case is None or review is None:
        return None
    event = db.get_one(Event, fact.event_id)
    return {
        **case,
        "again": fact.number > 1,
        "until": _end_of(db, fact.event_id, StepKind.DESK_NOTES),
        "url": page("self_assessment", event=event.slug, review=review.public_id),
    }


def _inside(db: Database, fact: DeskNotesReleased) -> list[Recipient]:
    return recipients(db, in_review(db, fact.review_id))


@letter_for(DeskNotesReleased, to=_inside)
def desk_notes_released(db: Database, fact: DeskNotesReleased, to: Recipient) -> Values | None:
    case, review = case_of(db, fact.review_id, to), db.get(PeerReview, fact.review_id)
    if case is None or review is None:
        return None
    event = db.get_one(Event, fact.event_id)
    return {**case, "url": page("desk_notes", event=event.slug, review=review.public_id)}


WHAT_IS_DUE: dict[StepKind, tuple[Message, str]] = {
    StepKind.PEERS: (_("You were asked to take part and have not answered yet."), "review_place"),
    StepKind.SELF_ASSESSMENT: (_("Your self-assessment is not handed in yet."), "self_assessment"),
    StepKind.DESK_NOTES: (_("Your desk notes are not handed in yet."), "own_desk_notes"),
    StepKind.REPORT: (_("Its report is not handed in yet."), "review_report"),
    StepKind.RESPONSE: (_("Answers to its findings, or actions for what you accepted, are missing."), "review_plan"),
    StepKind.FEEDBACK: (_("You have not said yet what you think of it. Nobody sees who said what."), "review_feedback"),
}


def _debtor(db: Database, fact: ReviewPartDue) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _until(db: Database, step: ReviewStep, review: PeerReview, fact: ReviewPartDue) -> datetime:
    query = select(ReviewPlace).where(ReviewPlace.review_id == fact.review_id, ReviewPlace.person_id == fact.person_id)
    place = db.exec(query).first() if step.kind is StepKind.DESK_NOTES else None
    meeting = step_of(db, fact.event_id, StepKind.MEETING)
    return step.ends_at if place is None else notes_until(step, meeting, review, place)


@letter_for(ReviewPartDue, to=_debtor, topic=Topic.REMINDERS)
def review_part_due(db: Database, fact: ReviewPartDue, to: Recipient) -> Values | None:
    case, step = case_of(db, fact.review_id, to), db.get(ReviewStep, fact.step_id)
    if case is None or step is None or step.kind not in WHAT_IS_DUE:
        return None
    if fact.person_id not in DEBTORS[step.kind](db, {fact.review_id}).get(fact.review_id, set()):
        return None  # done meanwhile
    event, review = db.get_one(Event, fact.event_id), db.get_one(PeerReview, fact.review_id)
    what, route = WHAT_IS_DUE[step.kind]
    ids: dict[str, object] = {"event": event.slug, "review": review.public_id}
    if route == "review_place":
        query = select(ReviewPlace.public_id).where(
            ReviewPlace.review_id == fact.review_id, ReviewPlace.person_id == fact.person_id,
            ReviewPlace.state == PlaceState.ASKED,
        )  # fmt: skip
        ids["place"] = db.exec(query).one()
    return {
        **case,
        "what": what,
        "step": step_name(step),
        "until": At(_until(db, step, review, fact), "when"),
        "url": page(route, **ids),
    }


# The board shows it to who runs the review; the others read the notes once they are released.
silent(desk_notes.DeskNotesHandedIn)
