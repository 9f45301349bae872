"""Steps that all peer reviews of the demo take: an event, people in their places, texts, the meeting, findings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import publish_event
from events.people import Person
from events.planning import create_event_from_template
from events.programmes import Programme
from frontend.demo import World, step
from frontend.demo_events import event_called
from sessions.peer_reviews.agenda import AgendaLine, get_part
from sessions.peer_reviews.assessment_questions import assessment_questions_of
from sessions.peer_reviews.desk_notes import GENERAL, hand_in_desk_notes
from sessions.peer_reviews.findings import Finding
from sessions.peer_reviews.live import start_part
from sessions.peer_reviews.places import accept_review_place, ask_into_review
from sessions.peer_reviews.reviews import (
    PlaceInReview,
    ReviewInEvent,
    ReviewRole,
    get_review,
    places_of,
    questions_of,
    reviews_of,
    start_review,
)
from sessions.peer_reviews.self_assessments import hand_in_self_assessment
from sessions.peer_reviews.shared_board import add_board_entry
from sessions.peer_reviews.steps import review_in_step
from sessions.peer_reviews.templates import StepKind
from sessions.peer_reviews.writing_up import Wording, record_finding

NETWORK = "Green Shift Network"
ABOUT = (
    "A host lays a case open to managers of clusters from other countries, who read it, ask, and say what they would "
    "do. Everybody takes something home: the host a plan, the peers an idea or two."
)
SAID_IN_FINDINGS = (
    "finding", "evidence", "recommendation", "addressee", "level", "effort", "impact", "horizon", "practice",
)  # fmt: skip


def programme_of_demo(db: Database) -> Programme:
    """The demo's programme."""
    return db.exec(select(Programme).where(Programme.name == NETWORK)).one()


def review_event(world: World, name: str, made: datetime, live: datetime, *, model: str = "online") -> None:
    """A published peer review event whose meeting begins at `live`."""
    with step(made) as db:
        ada = world.actor(db, "Ada Adler")
        event = create_event_from_template(
            db, ada, programme_of_demo(db), template=f"peer review {model}", name=name, zone="Europe/Vienna",
            starts_at=live, tagline="Critical friends for one case", description=ABOUT,
        )  # fmt: skip
        publish_event(db, ada, event)


def review_seen_by(db: Database, world: World, event: str, name: str) -> tuple[Actor, ReviewInEvent]:
    """Somebody, and the only review of an event."""
    actor, found = world.actor(db, name), event_called(db, event)
    [row] = reviews_of(db, actor, found.event)
    return actor, get_review(db, actor, found.event, row.public_id)


def person_called(db: Database, world: World, name: str) -> Person:
    """Somebody by name."""
    return db.get_one(Person, world.people[name])


def start_with(
    db: Database, world: World, event: str, host: str, case: Mapping[str, Any], people: Mapping[str, ReviewRole]
) -> None:
    """A review without a call: Ada asks a host and others whom she knows, and all of them accept."""
    ada = world.actor(db, "Ada Adler")
    subject = start_review(
        db, ada, event_called(db, event), organisation=world.organisations[host], topic=case["topic"],
        case_text=case["case"], ecosystem=case["ecosystem"], questions=case["questions"],
    )  # fmt: skip
    for name, role in people.items():
        place = ask_into_review(db, ada, subject, person=person_called(db, world, name), role=role)
        accept_review_place(db, world.actor(db, name), PlaceInReview(place, subject.review, subject.event))


def assess(db: Database, world: World, event: str, name: str, answers: Sequence[str]) -> None:
    """The host hands its self-assessment in."""
    actor, subject = review_seen_by(db, world, event, name)
    questions = assessment_questions_of(db, subject.event.id or 0)
    said = {one.public_id: text for one, text in zip(questions, answers, strict=False)}
    hand_in_self_assessment(
        db, actor, review_in_step(db, subject, StepKind.SELF_ASSESSMENT), answers=said, revision=1
    )  # fmt: skip


def note(db: Database, world: World, event: str, name: str, said: Mapping[str, str]) -> None:
    """A peer hands desk notes in, on the first question and in general."""
    actor, subject = review_seen_by(db, world, event, name)
    texts = {
        questions_of(db, subject.id)[0].public_id: said,
        GENERAL: {"strengths": "The figures are honest.", "doubts": "", "questions": ""},
    }
    hand_in_desk_notes(db, actor, review_in_step(db, subject, StepKind.DESK_NOTES), texts=texts, revision=1)


def hold_parts(db: Database, actor: Actor, subject: ReviewInEvent, lines: Iterable[AgendaLine]) -> None:
    """Hold parts of the meeting, each at the time for which it is planned."""
    for line in lines:
        with clock.frozen_at(line.starts_at):
            start_part(db, actor, get_part(db, actor, subject, line.part.public_id))


def write_on_boards(db: Database, world: World, event: str, entries: Iterable[tuple[str, str, int, str]]) -> None:
    """What people put on the shared board, one every two minutes up to now: who, what it is, on which question, and
    the words."""
    there = list(entries)
    for place, (name, kind, question, text) in enumerate(there):
        with clock.frozen_at(clock.now() - timedelta(minutes=2 * (len(there) - place - 1))):
            actor, subject = review_seen_by(db, world, event, name)
            add_board_entry(db, actor, subject, kind=kind, text=text, question=question)


def write_finding(
    db: Database, world: World, actor: Actor, subject: ReviewInEvent, said: Mapping[str, Any]
) -> Finding:  # fmt: skip
    """A finding of the demo's texts, with the peer whose practice it names."""
    by = world.people.get(said["by"])
    source = next((one.public_id for one in places_of(db, subject.id) if one.person_id == by), "")
    question = next(one.public_id for one in questions_of(db, subject.id) if one.number == said["question"])
    wording = Wording(question=question, practice_by=source, **{name: said[name] for name in SAID_IN_FINDINGS})
    return record_finding(db, actor, subject, wording=wording)
