"""Running speed networking: start, pause, a minute more, the next round at once, the end."""

from dataclasses import dataclass
from datetime import timedelta

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.translation import _
from sessions.networking.rounds import begin, close_round, do_what_is_due, end, next_start
from sessions.networking.rows import (
    FIRST,
    NetworkingInEvent,
    NetworkingRound,
    NetworkingState,
    NotNow,
    changed,
    has_begun,
    is_over,
    is_paused,
    is_running,
    last_round,
    locked,
    not_begun,
    not_ended,
    run_networking,
)

MINUTE = timedelta(minutes=1)
LONGEST_ROUND = timedelta(minutes=30)


@dataclass(frozen=True)
class NetworkingPaused(Fact):
    """The clock stands still until it goes on: no round begins, and the one that is on keeps the time it has left."""

    event_id: int
    networking_id: int


@dataclass(frozen=True)
class NetworkingResumed(Fact):
    """Rounds go on."""

    event_id: int
    networking_id: int


@dataclass(frozen=True)
class NetworkingRoundLengthened(Fact):
    """The round that is on lasts a minute longer."""

    event_id: int
    networking_id: int
    number: int


@dataclass(frozen=True)
class NetworkingRoundCut(Fact):
    """The round that was on was ended before its time."""

    event_id: int
    networking_id: int
    number: int


@command(run_networking, when=not_begun)
def start_networking(db: Database, actor: Actor, subject: NetworkingInEvent) -> None:
    """Begin now, before its time or with it: the first round starts in ten seconds, if two are there."""
    row = locked(db, subject)
    if row.state is NetworkingState.PLANNED:
        begin(db, actor, row)
        do_what_is_due(db, subject.id)


@command(run_networking, when=is_running)
def pause_networking(db: Database, actor: Actor, subject: NetworkingInEvent) -> None:
    """Stop the clock: the round that is on keeps the time it has left, with its pairs as they are, and no other
    begins."""
    row, found = locked(db, subject), last_round(db, subject.id)
    row.state = NetworkingState.PAUSED
    if found is not None and not is_over(found):
        found.paused_at = clock.now()
        db.add(found)
    changed(db, row)
    record(db, actor, NetworkingPaused(event_id=row.event_id, networking_id=subject.id))


@command(run_networking, when=is_paused)
def resume_networking(db: Database, actor: Actor, subject: NetworkingInEvent) -> None:
    """Go on: with the time that the round has left, else the next one starts in ten seconds, or after its pause."""
    row, found = locked(db, subject), last_round(db, subject.id)
    row.state, row.go_on_at = NetworkingState.RUNNING, None
    if found is not None and found.paused_at is not None:
        stood = clock.now() - found.paused_at
        found.starts_at, found.ends_at, found.paused_at = found.starts_at + stood, found.ends_at + stood, None
        db.add(found)
    row.go_on_at = max(clock.now() + FIRST, next_start(row, found)) if is_over(found) else None
    changed(db, row)
    record(db, actor, NetworkingResumed(event_id=row.event_id, networking_id=subject.id))
    do_what_is_due(db, subject.id)


def _round_on(db: Database, subject: NetworkingInEvent) -> NetworkingRound:
    found = last_round(db, subject.id)
    if found is None or is_over(found) or found.starts_at > (found.paused_at or clock.now()):
        raise NotNow(_("No round is on now."))
    return found


@command(run_networking, when=has_begun)
def lengthen_round(db: Database, actor: Actor, subject: NetworkingInEvent) -> None:
    """Give the round that is on a minute more. Refuses beyond half an hour, and between rounds."""
    row = locked(db, subject)
    found = _round_on(db, subject)
    if found.ends_at + MINUTE - found.starts_at > LONGEST_ROUND:
        raise NotNow(_("A round lasts half an hour at most."))
    found.ends_at += MINUTE
    db.add(found)
    changed(db, row)
    fact = NetworkingRoundLengthened(event_id=row.event_id, networking_id=subject.id, number=found.number)
    record(db, actor, fact)
    do_what_is_due(db, subject.id)


@command(run_networking, when=has_begun)
def cut_round(db: Database, actor: Actor, subject: NetworkingInEvent) -> None:
    """End the round that is on; the next one starts in ten seconds, unless it is paused. Refuses between rounds."""
    row = locked(db, subject)
    found = _round_on(db, subject)
    found.ends_at = found.paused_at or clock.now()
    close_round(db, row, found)
    row.go_on_at = clock.now() + FIRST
    db.add(row)
    record(db, actor, NetworkingRoundCut(event_id=row.event_id, networking_id=subject.id, number=found.number))
    do_what_is_due(db, subject.id)


@command(run_networking, when=not_ended)
def end_networking(db: Database, actor: Actor, subject: NetworkingInEvent) -> None:
    """End it for all at once, also before it has begun."""
    row = locked(db, subject)
    if row.state is not NetworkingState.ENDED:
        end(db, actor, row)
