"""The room of a review's meeting: the number of the last change in it, and the way in which those in it see each other.

A later state replaces an earlier one, so that a number is all that a page has to be told: it looks by itself, and is
asked each time whether it may.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import SYSTEM, Actor, command
from events.core.columns import word
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Invalid
from events.core.translation import _
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, runs_review, still_on
from sessions.peer_reviews.visits import count_in_call
from sessions.video import MOST_DIRECTLY, Chosen, Way, refuse_link, video_rules_of

FOR_REVIEWS = (Way.JANUS, Way.JITSI, Way.LIVEKIT, Way.BBB, Way.MESH, Way.LINK, Way.OFF)
# What comes next where a way fails. Directly from browser to browser last: most reviews are more than four people.
INSTEAD = (Way.JANUS, Way.LIVEKIT, Way.JITSI, Way.BBB, Way.MESH)


class ReviewRoom(SQLModel, table=True):
    """The room of one review. `number` is that of the last change, `board` that of the last change of its board. Of its
    call, `epoch` is the number of the last change of the way, `rev` of whatever those in it see; `passed_over` are the
    ways that have failed since one was chosen."""

    __tablename__ = "review_room"

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="peer_review.id", unique=True)
    number: int = 0
    board: int = 0
    epoch: int = 0
    rev: int = 0
    way: Way = word(Way, default=Way.OFF)
    link: str = Field(default="", max_length=500)
    passed_over: str = Field(default="", max_length=80)
    why_switched: str = Field(default="", max_length=200)


@dataclass(frozen=True)
class ReviewVideoSwitched(Fact):
    """A way of seeing each other failed, and everybody in a review's call was switched to another."""

    event_id: int
    review_id: int
    failed: str
    way: str


def note_review_change(db: Database, review_id: int) -> int:
    """Say that something changed in a review's room, in the transaction that changed it: the change's number.

    The row stays locked until the commit, so that numbers become visible in their order and without gaps.
    """
    room_of_review(db, review_id)
    raised = update(ReviewRoom).where(col(ReviewRoom.review_id) == review_id).values(number=ReviewRoom.number + 1)
    number: int = db.execute(
        raised.returning(col(ReviewRoom.number)), execution_options={"synchronize_session": False}
    ).scalar_one()
    db.info["tell"] = True
    return number


def note_board_change(db: Database, review_id: int, number: int) -> None:
    """Say that the board of a review has a new number; the rest of its room stays as it is."""
    room = room_of_review(db, review_id)
    room.board = number
    db.add(room)
    db.flush()
    db.info["tell"] = True


def room_of_review(db: Database, review_id: int) -> ReviewRoom:
    """The room of a review, made where there is none."""
    query = select(ReviewRoom).where(ReviewRoom.review_id == review_id).execution_options(populate_existing=True)
    row = db.exec(query).first()
    if row is not None:
        return row
    try:
        with db.begin_nested():
            db.add(ReviewRoom(review_id=review_id))
            db.flush()
    except IntegrityError:  # made by another at the same moment
        pass
    return db.exec(query).one()


def lock_review_room(db: Database, review_id: int) -> None:
    """Wait for our turn to change a room. Whatever changes one begins with this."""
    room_of_review(db, review_id)
    db.exec(select(ReviewRoom.id).where(ReviewRoom.review_id == review_id).with_for_update()).one()


def lock_review(db: Database, subject: Any) -> None:
    """Wait for our turn to change a review, and see it as it is then. What its state refuses is asked once more after
    this: somebody else may have held, cancelled or published it while we waited."""
    lock_review_room(db, subject.review.id or 0)
    db.refresh(subject.review)


def review_room_numbers(db: Database, review_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """The numbers of the last change in each of these rooms, and of its board; 0 where nothing has happened."""
    columns: Any = (ReviewRoom.review_id, ReviewRoom.number, ReviewRoom.board)
    rows = db.execute(select(*columns).where(col(ReviewRoom.review_id).in_(review_ids)))
    return dict.fromkeys(review_ids, (0, 0)) | {id: (number, board) for id, number, board in rows}


def review_by_public_id(db: Database, public: str) -> PeerReview | None:
    """The review with this public id, whoever asks."""
    return db.exec(select(PeerReview).where(PeerReview.public_id == public)).first()


def call_of_review(db: Database, subject: ReviewInEvent, usable: Collection[Way]) -> tuple[Chosen, int]:
    """How those in a review's room see each other, and the call's epoch: as was chosen, or the next `usable` way where
    that has failed. What is not usable at all leaves them without a call."""
    room = db.exec(select(ReviewRoom).where(ReviewRoom.review_id == subject.id)).first()
    if room is None:
        return Chosen(Way.OFF), 0
    relay_only = video_rules_of(db, subject.event.id or 0).relay_only
    passed = [Way(one) for one in room.passed_over.split() if one in set(Way)]
    last, why = (passed[-1], room.why_switched) if passed else (None, "")
    possible = set(usable) | {Way.OFF, Way.LINK}
    order = [Way(room.way), *(INSTEAD if passed else ())]
    way = next((one for one in order if one in possible and one not in passed), Way.OFF)
    if way is Way.OFF and not passed and Way(room.way) is not Way.OFF:
        last = Way(room.way)
    return Chosen(way, room.link, relay_only, last, why, frozenset(passed)), room.epoch


def call_changed(db: Database, room: ReviewRoom) -> None:
    """Those in a review's call have something new to see."""
    room.rev += 1
    db.add(room)
    db.flush()


def switch_review_way(
    db: Database, subject: ReviewInEvent, *, failed: Way, why: str, here: int, usable: Collection[Way]
) -> Chosen:
    """A way has failed: everybody in the call goes to the next one that holds as many as are `here`, or to none. By the
    server itself; twice is once."""
    lock_review_room(db, subject.id)
    room = room_of_review(db, subject.id)
    before, _epoch = call_of_review(db, subject, usable)
    if before.way is not failed:
        return before
    small = [Way.MESH] if here > MOST_DIRECTLY and Way.MESH not in {*before.passed, failed} else []
    room.passed_over = " ".join([*room.passed_over.split(), *small, failed])
    room.why_switched = why[:200]
    room.epoch += 1
    call_changed(db, room)
    note_review_change(db, subject.id)
    found, _epoch = call_of_review(db, subject, usable)
    record(db, SYSTEM, ReviewVideoSwitched(subject.event.id or 0, subject.id, failed=failed, way=found.way))
    return found


@command(runs_review, when=still_on)
def choose_review_video(db: Database, actor: Actor, subject: ReviewInEvent, *, way: str, link: str = "") -> None:
    """Choose how those in the room see each other. A link has to be https, and lead to a site that the event allows.
    Refuses what is no way for a review, and to see each other directly while more are in the call than that holds."""
    if way not in {one.value for one in FOR_REVIEWS}:
        raise Invalid({"way": _("Please choose how you see each other.")})
    clean = link.strip() if way == Way.LINK else ""
    if way == Way.LINK:
        refuse_link(clean, video_rules_of(db, subject.event.id or 0).link_hosts)
    lock_review(db, subject)
    still_on(subject, clock.now())
    here = count_in_call(db, subject.id) if way == Way.MESH else 0
    if here > MOST_DIRECTLY:
        said = _(
            "Directly from browser to browser holds %(most)s people, and %(here)s are in the call. Choose another way.",
            most=MOST_DIRECTLY,
            here=here,
        )
        raise Invalid({"way": said})
    room = room_of_review(db, subject.id)
    if (room.way, room.link, room.passed_over) == (way, clean, ""):
        return
    room.way, room.link, room.passed_over, room.why_switched = Way(way), clean, "", ""
    room.epoch += 1
    call_changed(db, room)
    note_review_change(db, subject.id)
