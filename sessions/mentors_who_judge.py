"""Who mentored a team has a conflict of interest with it as a judge: from the day on which its time is booked, unless
it was called off before it began."""

from collections.abc import Collection, Iterable

from sqlmodel import col, select

from events.core.database import Database
from events.rounds.conflicts import mentor_source
from sessions.mentoring import Mentoring, MentoringState


@mentor_source
def _mentors_of(db: Database, team_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    query = select(Mentoring.team_id, Mentoring.mentor_id).where(
        col(Mentoring.team_id).in_(team_ids), Mentoring.state == MentoringState.BOOKED
    )
    return [(team, mentor) for team, mentor in db.exec(query.distinct())]
