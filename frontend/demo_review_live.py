"""The demo's live peer review: a light one of two hours that began fifty-five minutes ago and is in its middle."""

from datetime import timedelta
from typing import Any

from events.events import start_event
from frontend.demo import World, document, step
from frontend.demo_events import event_called
from frontend.demo_review_steps import (
    assess,
    hold_parts,
    note,
    review_event,
    review_seen_by,
    start_with,
    write_finding,
    write_on_boards,
)
from sessions.peer_reviews.agenda import agenda_of, get_part, plan_agenda
from sessions.peer_reviews.desk_notes import release_desk_notes
from sessions.peer_reviews.live import get_review_hand, give_review_floor, raise_review_hand, speakers_of, start_part
from sessions.peer_reviews.reviews import ReviewRole
from sessions.peer_reviews.writing_up import FindingInReview, agree_finding

LIVE = "Nordic Peer Review"
BEGAN = timedelta(minutes=55)
PEOPLE = {
    "Ola Olsson": ReviewRole.HOST, "Greta Lund": ReviewRole.HOST, "Mel Meyer": ReviewRole.MODERATOR,
    "Julien Faure": ReviewRole.RAPPORTEUR, "Dee Dumont": ReviewRole.PEER, "Joana Pinto": ReviewRole.PEER,
    "Marco Bianchi": ReviewRole.PEER, "Kristjan Kask": ReviewRole.PEER, "Bo Berg": ReviewRole.OBSERVER,
}  # fmt: skip


def live_review(world: World) -> None:
    """The first question is answered, the second nearly; two want to speak, and one does."""
    said: dict[str, Any] = document("reviews.json")["live"]
    live = world.start - BEGAN
    review_event(world, LIVE, live - timedelta(days=40), live, model="light")
    with step(live - timedelta(days=30)) as db:
        start_with(db, world, LIVE, "Nordic Sensor Cluster", said, PEOPLE)
    with step(live - timedelta(days=15)) as db:
        assess(db, world, LIVE, "Greta Lund", said["answers"])
    with step(live - timedelta(days=9)) as db:
        for one in said["notes"]:
            note(db, world, LIVE, one["name"], one)
    with step(live - timedelta(days=6)) as db:
        mel, subject = review_seen_by(db, world, LIVE, "Mel Meyer")
        release_desk_notes(db, mel, subject)
        plan_agenda(db, mel, subject, starts=[live])
    with step(live) as db:
        start_event(db, world.actor(db, "Ada Adler"), event_called(db, LIVE))
    _meet(world, said)


def _meet(world: World, said: dict[str, Any]) -> None:
    with step(world.start - timedelta(minutes=1)) as db:
        mel, subject = review_seen_by(db, world, LIVE, "Mel Meyer")
        [day] = agenda_of(db, subject.id)
        hold_parts(db, mel, subject, [one for one in day.lines if one.starts_at < world.start])
        write_on_boards(db, world, LIVE, [tuple(one) for one in said["board"]])
        julien, subject = review_seen_by(db, world, LIVE, "Julien Faure")
        rows = [write_finding(db, world, julien, subject, one) for one in said["findings"]]
        first = FindingInReview(rows[0], subject.review, subject.event)
        agree_finding(db, julien, first, version=rows[0].version)
        following = next(one for one in day.lines if one.starts_at == world.start)
        start_part(db, mel, get_part(db, mel, subject, following.part.public_id))
        for name in ("Marco Bianchi", "Ola Olsson", "Dee Dumont"):
            actor, subject = review_seen_by(db, world, LIVE, name)
            raise_review_hand(db, actor, subject)
        speaker = speakers_of(db, mel, subject)[0]
        give_review_floor(db, mel, get_review_hand(db, mel, subject, speaker.public_id))
