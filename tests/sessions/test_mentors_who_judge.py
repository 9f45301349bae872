"""A booked mentoring is a conflict of interest of the mentor, should they judge; one that was called off is none."""

import pytest

from events.core import clock
from events.judging.votes import Conflict, Kind
from events.rounds.conflicts import conflicts_of, team_of_submission
from events.rounds.standings import works_of
from sessions.mentoring import Mentoring, MentoringState
from tests.events.makers_rounds import make_contest, make_round


@pytest.mark.parametrize(("state", "conflicts"), [(MentoringState.BOOKED, 1), (MentoringState.CANCELLED, 0)])
def test_who_mentors_a_team_does_not_judge_it(db, ada, state, conflicts):
    contest = make_contest(db, ada)
    made, judge = make_round(db, contest), contest.judges[0].person
    work = works_of(db, made.id)[1].submission
    team = team_of_submission(db, contest.event, work.id).team
    now = clock.now()
    times = {"starts_at": now, "ends_at": now, "booked_at": now}
    db.add(Mentoring(event_id=contest.event.id, mentor_id=judge, team_id=team.id, state=state, **times))
    db.flush()

    found = conflicts_of(db, made.round)

    assert found == frozenset([Conflict(judge, work.id, Kind.MENTOR)] * conflicts)
