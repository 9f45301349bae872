"""What the call of a peer review asks of the database: coming in, who is in it and in which way, who is out.

Whoever is inside the review may be in its call, up to fifteen people, and all in it see each other.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import col, select

from events.core import clock
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.settings import settings
from events.core.tokens import same, signature
from events.people import people_by_id
from events.roles import actor_for
from realtime.call_rows import Message, RoomNow, Seated
from realtime.video.provider import Guest, Part, RoomSpec
from realtime.video.ways import usable_ways
from sessions.meeting_rooms import RoomState
from sessions.peer_reviews.call_doors import (
    ReviewInCall,
    enter_review_call,
    get_review_call,
    not_put_out_of_call,
    review_call_by_id,
)
from sessions.peer_reviews.reviews import ReviewRole, runs_review
from sessions.peer_reviews.rooms import (
    ReviewRoom,
    call_changed,
    call_of_review,
    lock_review_room,
    room_of_review,
    switch_review_way,
)
from sessions.peer_reviews.visits import (
    ReviewVisit,
    ReviewVisitCard,
    count_in_call,
    is_over,
    lost_review_visits,
    visits_in_review,
)
from sessions.video import Chosen, Way
from sessions.visit_lines import AWAY, MOST_IN_ROOM, Lost, end_visits, note_line_broken, note_seen

# A meeting of days has no hard end: it is open as long as the review is, and tickets end two hours after its time.
LONGER = timedelta(hours=2)
# Who may write what is said for all to read: who leads and who keeps the record. None: an organiser without a place.
CAPTIONERS = {ReviewRole.MODERATOR, ReviewRole.RAPPORTEUR, None}


def proof_of(public: str, visit: str, person: int, epoch: int) -> str:
    """That a visit is somebody's own, so that they find it again after a restart and nobody else takes it."""
    return signature("visit of a review's call", f"{public}|{visit}|{person}|{epoch}")


def come_in(person: int, public: str, visit: str, proof: str) -> Seated:
    """Let somebody in, or back to their visit. The rules are asked again each time; NotFound for outsiders."""
    with transaction() as db:
        actor = actor_for(db, person)
        subject = get_review_call(db, actor, public)
        epoch = room_of_review(db, subject.id).epoch
        own = bool(visit) and same(proof, proof_of(public, visit, person, epoch))
        stay = enter_review_call(db, actor, subject, visit=visit if own else "")
        found = stay.visit.public_id
        part = Part.HOST if runs_review(actor, subject) else Part.SPEAKER
        return Seated(
            subject.id, found, proof_of(public, found, person, stay.visit.epoch), stay.visit.id or 0, stay.resumed,
            stay.replaced, Guest(found, people_by_id(db, {person})[person].name, part), _now(db, subject),
        )  # fmt: skip


def may_check(person: int, public: str) -> bool:
    """Whether somebody's call would be relayed only, for those who may come in now; NotFound for others, and where
    there is no call that a relay would serve."""
    with reading() as db:
        actor = actor_for(db, person)
        subject = get_review_call(db, actor, public)
        chosen = _chosen(db, subject)[0]
        if not not_put_out_of_call(actor, subject) or is_over(subject.in_event) or chosen.way in (Way.OFF, Way.LINK):
            raise NotFound()
        return chosen.relay_only


def _chosen(db: Database, subject: ReviewInCall) -> tuple[Chosen, int]:
    chosen, epoch = call_of_review(db, subject.in_event, usable_ways())
    return (replace(chosen, relay_only=True) if settings().relay_only else chosen), epoch


def room_now(review_id: int) -> RoomNow:
    """The call of a review as those in it see it at this moment; NotFound for one that is gone."""
    with reading() as db:
        subject = review_call_by_id(db, review_id)
        if subject is None:
            raise NotFound()
        return _now(db, subject)


def _now(db: Database, subject: ReviewInCall) -> RoomNow:
    room = db.exec(select(ReviewRoom).where(ReviewRoom.review_id == subject.id)).first()
    here, now = visits_in_review(db, subject.id), clock.now()
    chosen, epoch = _chosen(db, subject)
    rev = room.rev if room is not None else 0
    begins, ends = subject.review.starts_at or now, max(subject.review.ends_at or now, now)
    message: Message = {
        "meeting": subject.review.public_id,
        "rev": rev,
        "epoch": epoch,
        "state": (RoomState.ENDED if is_over(subject.in_event) else RoomState.LIVE).value,
        "way": chosen.way.value,
        "switched": chosen.switched_from.value if chosen.switched_from else "",
        "clock": {
            "now": _ms(now),
            "opens": _ms(begins),
            "starts": _ms(begins),
            "ends": _ms(ends),
            "closes": _ms(ends + LONGER),
        },
        "peers": [_peer(one) for one in here],
    }
    name = signature("name of a review's call", f"{subject.review.public_id}|{epoch}")[:32]
    return RoomNow(
        message, rev, epoch, ends + LONGER, frozenset(one.public_id for one in here),
        frozenset(one.person_id for one in here if one.role in CAPTIONERS), chosen,
        RoomSpec(name, ends + LONGER, MOST_IN_ROOM, chosen.link),
    )  # fmt: skip


def _peer(one: ReviewVisitCard) -> Message:
    return {
        "id": one.public_id, "name": one.name, "side": "", "online": one.online, "order": one.order,
        "person": one.person, "captions": one.role in CAPTIONERS,
    }  # fmt: skip


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def revs_of(reviews: Collection[int]) -> dict[int, int]:
    """The numbers of what there is to see in these calls."""
    with reading() as db:
        query = select(ReviewRoom.review_id, ReviewRoom.rev).where(col(ReviewRoom.review_id).in_(sorted(reviews)))
        return dict(db.exec(query).all())


def lost_now(visits: Collection[str]) -> dict[str, Lost]:
    """Which of these visits are over, and why. Whoever is not inside the review any more is shown no longer."""
    with reading() as db:
        found = lost_review_visits(db, visits)
    if removed := sorted(visit for visit, why in found.items() if why is Lost.REMOVED):
        _end_visits(removed)
    return found


def _end_visits(visits: Collection[str]) -> None:
    with transaction() as db:
        standing = select(ReviewVisit.review_id).where(
            col(ReviewVisit.public_id).in_(visits), col(ReviewVisit.left_at).is_(None)
        )
        reviews = sorted(set(db.exec(standing)))
        for review_id in reviews:
            lock_review_room(db, review_id)
            call_changed(db, room_of_review(db, review_id))
        end_visits(db, ReviewVisit, visits)


def seen_now(visits: Collection[str]) -> None:
    """The lines of these visits hold."""
    with transaction() as db:
        note_seen(db, ReviewVisit, visits)


def line_broke(review_id: int, visit: str) -> None:
    """The line of a visit is broken: the others see it."""
    with transaction() as db:
        lock_review_room(db, review_id)
        note_line_broken(db, ReviewVisit, visit)
        call_changed(db, room_of_review(db, review_id))


def give_up(review_id: int, visit: str) -> bool:
    """End a visit whose line is still broken after its time; whether it was."""
    with transaction() as db:
        lock_review_room(db, review_id)
        query = select(ReviewVisit).where(ReviewVisit.public_id == visit, col(ReviewVisit.left_at).is_(None))
        row = db.exec(query).first()
        if row is None or row.away_at is None or row.away_at + AWAY > clock.now():
            return False
        end_visits(db, ReviewVisit, [visit])
        call_changed(db, room_of_review(db, review_id))
        return True


def switch(review_id: int, failed: Way, why: str) -> RoomNow:
    """A way has failed: everybody goes to the next one."""
    with transaction() as db:
        subject = review_call_by_id(db, review_id)
        if subject is None:
            raise NotFound()
        here = count_in_call(db, review_id)
        switch_review_way(db, subject.in_event, failed=failed, why=why, here=here, usable=usable_ways())
        return _now(db, subject)
