"""Searches for peers: an organiser asks for a proposal, and a worker lets a child process find it.

Three reviews and thirty offers take tens of seconds of a processor, which no request and no transaction can wait for.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.children import Line, child, next_line
from events.core.claims import Due, claim_one
from events.core.columns import moment
from events.core.database import Database, is_broken, reading, transaction
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Refusal
from events.core.translation import _
from events.events import EventWithPhases, event_by_id, not_over
from events.roles import actor_for, organiser_of_event
from sessions.peer_choice.formats import write_problem
from sessions.peer_choice.problem import Pair
from sessions.peer_reviews.proposals import keep_proposal, problem_of

log = logging.getLogger("folkmoot.proposals")

WORK = 5.0  # for each aim, in the solver's own unit
LEASE = timedelta(seconds=20)
MOST_BEGUN = 3
BEAT = 1.0  # seconds between two looks
LONGEST = 900  # seconds until a child counts as stuck


class PeerSearch(Due, table=True):
    """One search for the peers of an event's reviews, which is also the work to be done; an event has one at a time.
    `problem` says why it was given up; `proven` whether there is no better proposal."""

    __tablename__ = "peer_search"
    __table_args__ = (
        Index("ix_peer_search_due", "done_at", "dead_at", "due_at"),
        Index(
            "uq_peer_search_event_id", "event_id", unique=True,
            sqlite_where=text("done_at IS NULL AND dead_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
        ),
    )  # fmt: skip

    event_id: int = Field(foreign_key="event.id", index=True)
    asked_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    asked_at: datetime = moment()
    proven: bool = False

    @property
    def is_on(self) -> bool:
        """Whether it waits or works."""
        return self.done_at is None and self.dead_at is None


personal_data(PeerSearch, "asked_by_id", "who asked for peers to be proposed", "detach")


@dataclass(frozen=True)
class PeersSought(Fact):
    """An organiser asked for peers to be proposed."""

    event_id: int


class SearchedAlready(Conflict):
    """One search at a time."""

    def __init__(self) -> None:
        super().__init__(_("Peers are being looked for already. The proposal appears here when it is found."))


@command(organiser_of_event, when=not_over)
def ask_for_peers(db: Database, actor: Actor, subject: EventWithPhases) -> PeerSearch:
    """Let peers be proposed for all reviews in preparation, by a worker. Refuses a second search while one is on, and
    one without reviews or without anybody who would come."""
    problem = problem_of(db, subject.event)
    if not problem.reviews or not any(one.most for one in problem.candidates):
        raise Conflict(_("Nobody offers to be a peer yet. Peers are proposed from those who offer."))
    row = PeerSearch(event_id=subject.id, asked_by_id=actor.person, asked_at=clock.now(), due_at=clock.now())
    try:
        with db.begin_nested():
            db.add(row)
            db.flush()
    except IntegrityError as error:
        if is_broken(error, "uq_peer_search_event_id"):
            raise SearchedAlready from error
        raise
    record(db, actor, PeersSought(event_id=subject.id))
    return row


def last_search(db: Database, event_id: int) -> PeerSearch | None:
    """The last search for peers in an event, whatever came of it."""
    query = select(PeerSearch).where(PeerSearch.event_id == event_id)
    return db.exec(query.order_by(col(PeerSearch.id).desc())).first()


# In the worker


class _GivenUp(Exception):
    """It was given back, or another worker has it."""


def search_next_peers(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Claim a search and do it; False when none is due. A worker that `is_stopping` ends the child at once and gives
    the search back."""
    row = claim_one(PeerSearch, lease=LEASE)
    if row is None:
        return False
    try:
        if row.attempts > MOST_BEGUN:
            _end(row, "too often")
        else:
            _search(row, is_stopping)
    except _GivenUp:
        log.info("search for peers %s was given up", row.id)
    except Refusal as refusal:
        log.warning("search for peers %s refused: %s", row.id, type(refusal).__name__)
        _end(row, "refused")
    return True


def _search(row: PeerSearch, is_stopping: Callable[[], bool]) -> None:
    with reading() as db:
        problem = problem_of(db, event_by_id(db, row.event_id).event)
    said = _found(row, {"problem": write_problem(problem), "work": WORK}, is_stopping)
    if said is None:
        _end(row, "ended")
        return
    places: list[Pair] = [(person, review) for person, review in said["places"]]
    with transaction() as db:
        if not _step(db, row, done_at=clock.now(), proven=said["proven"]):
            raise _GivenUp
        keep_proposal(db, actor_for(db, row.asked_by_id or 0), event_by_id(db, row.event_id), places=places)


def _found(row: PeerSearch, asked: Line, is_stopping: Callable[[], bool]) -> Line | None:
    """The child's answer; None from one that died or is stuck."""
    with child("sessions.peer_reviews.searching_apart", asked) as lines:
        begun = beaten = time.monotonic()
        while time.monotonic() - begun < LONGEST:
            line = next_line(lines, BEAT / 4)
            if line is not None:
                found: Line | None = line.get("answer")
                return found
            if is_stopping():
                _beat(row, due_at=clock.now(), attempts=row.attempts - 1)
                raise _GivenUp
            if time.monotonic() - beaten >= BEAT:
                beaten = time.monotonic()
                _beat(row, due_at=clock.now() + LEASE)
    return None


def _beat(row: PeerSearch, **values: object) -> None:
    with transaction() as db:
        if not _step(db, row, **values):
            raise _GivenUp


def _end(row: PeerSearch, why: str) -> None:
    log.warning("search for peers %s failed: %s", row.id, why)
    _beat(row, dead_at=clock.now(), problem=why)


def _step(db: Database, row: PeerSearch, **values: object) -> bool:
    mine = (col(PeerSearch.id) == row.id, col(PeerSearch.attempts) == row.attempts, col(PeerSearch.done_at).is_(None))
    return db.connection().execute(update(PeerSearch).where(*mine).values(**values)).rowcount == 1
