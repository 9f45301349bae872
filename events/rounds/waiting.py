"""What waits for somebody in rounds that are open: submissions to judge, a ballot to give."""

from collections.abc import Sequence

from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.registration import participant_of_event
from events.rounds.desk import Desk, desk_of
from events.rounds.rounds import JudgingRound, RoundInEvent, RoundState, Scheme, is_taking_votes, judge_of_round
from events.rounds.votes import RoundVote


def _open_in(db: Database, events: Sequence[EventWithPhases]) -> list[RoundInEvent]:
    known = {one.id: one for one in events}
    query = select(JudgingRound).where(col(JudgingRound.event_id).in_(known), JudgingRound.state == RoundState.OPEN)
    found = [RoundInEvent(row, known[row.event_id]) for row in db.exec(query.order_by(col(JudgingRound.id)))]
    return [one for one in found if is_taking_votes(one)]


def rounds_to_judge(db: Database, actor: Actor, events: Sequence[EventWithPhases]) -> list[tuple[RoundInEvent, Desk]]:
    """The open rounds of these events in which a judge has something left to do."""
    if not actor.ids("judge", "round"):
        return []
    mine = [one for one in _open_in(db, events) if judge_of_round(actor, one)]
    desks = [(one, desk_of(db, actor, one)) for one in mine]
    return [(one, desk) for one, desk in desks if desk.next is not None]


def ballots_to_give(db: Database, actor: Actor, events: Sequence[EventWithPhases]) -> list[RoundInEvent]:
    """The open audience votes of these events in which somebody who takes part has not voted yet."""
    there = [one for one in events if participant_of_event(actor, one)]
    found = [one for one in _open_in(db, there) if one.round.scheme is Scheme.AUDIENCE] if there else []
    voted = select(RoundVote.round_id).where(
        RoundVote.person_id == actor.person, col(RoundVote.round_id).in_([one.id for one in found])
    )
    done = set(db.exec(voted)) if found else set()
    return [one for one in found if one.id not in done]
