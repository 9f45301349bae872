"""A booked mentoring is a conflict of interest of the mentor, should they judge; one that was called off is none."""

import pytest
from sqlmodel import select

from events.core import clock
from events.core.clock import frozen_at
from events.judging.votes import Conflict, Kind
from events.registration import appoint
from events.roles import Role
from events.rounds.conflicts import conflicts_among, conflicts_of, team_of_submission
from events.rounds.setting_up import add_round
from events.rounds.standings import works_of
from events.submissions import Submission, save_draft
from sessions.mentoring import ChangedMeanwhile, Mentoring, MentoringState, cancel_mentoring, get_mentoring
from tests.events.makers_hackathon import DONE as WRITTEN
from tests.events.makers_rounds import make_contest, make_round, plan
from tests.makers import again
from tests.sessions.makers_mentoring import make_clinic, make_mentoring, mentoring_seen


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


def team_conflicts(db, clinic, work):
    return conflicts_among(db, clinic.event.id, [clinic.mel.person], [work.id], [Kind.MENTOR])


def test_what_was_held_stays_a_conflict_and_what_was_called_off_before_is_none_any_more(db):
    clinic = make_clinic(db)
    save_draft(db, clinic.bo, clinic.team, written=WRITTEN, revision=0)
    work = db.exec(select(Submission).where(Submission.team_id == clinic.team.id)).one()
    interest = frozenset({Conflict(clinic.mel.person, work.id, Kind.MENTOR)})

    called_off = make_mentoring(db, clinic)
    to_come = team_conflicts(db, clinic, work)
    cancel_mentoring(db, clinic.bo, called_off)
    without = team_conflicts(db, clinic, work)
    held = make_mentoring(db, clinic, slot=1)
    with frozen_at(held.mentoring.ends_at):
        with pytest.raises(ChangedMeanwhile):
            cancel_mentoring(db, clinic.bo, mentoring_seen(db, clinic, held.mentoring))
        afterwards = team_conflicts(db, clinic, work)

    assert [to_come, without, afterwards] == [interest, frozenset(), interest]


@pytest.mark.parametrize("who", ["mel", "ada"])
def test_a_mentoring_to_come_of_who_judges_blind_by_now_can_be_called_off(db, who):
    clinic = make_clinic(db)
    booked = make_mentoring(db, clinic)
    appoint(db, clinic.ada, clinic.event, person_id=clinic.mel.person, role=Role.JUDGE)
    add_round(db, clinic.ada, clinic.event, plan=plan(blind=True))
    actor = again(db, getattr(clinic, who))

    cancel_mentoring(db, actor, get_mentoring(db, actor, clinic.event, booked.mentoring.public_id))

    assert mentoring_seen(db, clinic, booked.mentoring).mentoring.state is MentoringState.CANCELLED
