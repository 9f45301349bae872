"""Rules of teams: sizes, working alone, the lock date, who leads, and what organisers may do at any time."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import EventWithPhases
from events.interventions import (
    Intervened,
    interventions_in,
    people_without_team,
    put_into_team,
    take_out_of_team,
)
from events.joining import hand_over_lead, invite_to_team, leave_team, remove_from_team
from events.phases import PhaseKind
from events.planning import move_phase
from events.registration import appoint
from events.roles import Role
from events.team_lists import Forming, forming_of
from events.team_rules import TeamsLocked, is_too_small, last_joining, set_team_rules
from events.teams import Team, TeamInEvent, TeamMember, add_member, form_team, members_of
from tests.events.makers_hackathon import make_hackathon, make_team
from tests.makers import NOW, again, person_of, reload_event
from tests.sessions.racing import kinds, race

LOCK = NOW + timedelta(hours=2)


@pytest.fixture
def event(db: Database, ada: Actor, bo: Actor, cy: Actor, tam: Actor) -> EventWithPhases:
    """A hackathon in which all is open; Bo, Cy and Tam take part."""
    return make_hackathon(db, ada, bo, cy, tam)


@pytest.fixture
def team(db: Database, bo: Actor, cy: Actor, event: EventWithPhases) -> TeamInEvent:
    """Bo's team, with Cy in it."""
    made = make_team(db, bo, event)
    add_member(db, bo, made, cy.person or 0, leads=False)
    return made


def rules(db: Database, ada: Actor, event: EventWithPhases, **how) -> None:
    set_team_rules(
        db, again(db, ada), event, **({"size_min": 2, "size_max": 6, "solo_allowed": False, "lock_at": None} | how)
    )


def lead(db: Database, team: TeamInEvent) -> list[str]:
    return [one.name.split()[0] for one in members_of(db, team.id) if one.leads]


def public(db: Database, actor: Actor) -> str:
    return person_of(db, actor).public_id


def test_sizes_and_the_lock_date_are_kept(db, ada, event):
    rules(db, ada, event, size_min=1, size_max=3, solo_allowed=True, lock_at=LOCK)

    row = reload_event(db, event).event
    assert (row.team_size_min, row.team_size_max, row.solo_allowed, row.teams_lock_at) == (1, 3, True, LOCK)
    assert last_joining(event) == LOCK


@pytest.mark.parametrize(
    ("how", "field"), [({"size_min": 0}, "size_min"), ({"size_max": 31}, "size_max"), ({"size_min": 7}, "size_max"),
                       ({"lock_at": NOW - timedelta(days=8)}, "lock_at")]
)  # fmt: skip
def test_rules_that_contradict_each_other_are_refused(db, ada, event, how, field):
    with pytest.raises(Invalid) as refused:
        rules(db, ada, event, **how)

    assert list(refused.value.fields) == [field]


def test_somebody_alone_is_too_few_unless_that_is_allowed(db, ada, tam, event, team):
    make_team(db, tam, event, "Husk")
    before = forming_of(db, event)

    rules(db, ada, event, size_min=3, solo_allowed=True)

    assert (before, forming_of(db, event)) == (Forming(2, 1, 3), Forming(2, 1, 3))
    assert [is_too_small(event.event, size) for size in (1, 2, 3)] == [False, True, False]


def test_after_the_lock_date_nobody_comes_or_goes_by_themselves(db, ada, bo, cy, tam, event, team):
    rules(db, ada, event, lock_at=LOCK)
    with clock.frozen_at(LOCK):
        for attempt in (
            lambda: leave_team(db, again(db, cy), team),
            lambda: remove_from_team(db, again(db, bo), team, person=public(db, cy)),
            lambda: invite_to_team(db, again(db, bo), team, email="new@example.org"),
            lambda: form_team(db, again(db, tam), event, name="Husk"),
        ):
            with pytest.raises(TeamsLocked, match="fixed since Tue, 14 Apr 2026, 11:00"):
                attempt()
        hand_over_lead(db, again(db, bo), team, person=public(db, cy))

    assert lead(db, team) == ["Cy"]


def test_organisers_change_a_locked_and_full_team_with_a_reason(db, ada, bo, cy, tam, event, team):
    rules(db, ada, event, size_max=2, lock_at=LOCK)
    with clock.frozen_at(LOCK):
        put_into_team(db, again(db, ada), team, person=public(db, tam), reason=" Tam came late. ")
        take_out_of_team(db, again(db, ada), team, person=public(db, cy), reason="Cy is ill.")

    done = [(one.what, one.name, one.reason, one.by) for one in interventions_in(db, again(db, ada), team)]
    assert [one.name for one in members_of(db, team.id)] == ["Bo Berg", "Tam Tamm"]
    assert done == [(Intervened.TAKEN_OUT, "Cy Costa", "Cy is ill.", "Ada Adler"),
                    (Intervened.PUT_IN, "Tam Tamm", "Tam came late.", "Ada Adler")]  # fmt: skip
    with pytest.raises(NotFound):
        interventions_in(db, again(db, bo), team)


def test_organisers_need_a_reason_and_somebody_who_can_be_in_a_team(db, ada, bo, cy, tam, dee, eve, event, team):
    appoint(db, again(db, ada), event, person_id=tam.person, role=Role.JUDGE)

    with pytest.raises(Invalid, match="give a reason"):
        take_out_of_team(db, again(db, ada), team, person=public(db, cy), reason=" ")
    for person, sentence in ((cy, "are in the team Straw"), (tam, "Judges do not"), (eve, "who takes part")):
        with pytest.raises(Invalid, match=sentence):
            put_into_team(db, again(db, ada), team, person=public(db, person), reason="Because.")
    with pytest.raises(NotAllowed):
        put_into_team(db, again(db, bo), team, person=public(db, tam), reason="Because.")
    assert people_without_team(db, again(db, ada), event) == []


def test_taking_the_last_one_out_folds_the_team_and_keeps_the_reason(db, ada, tam, event):
    team = make_team(db, tam, event, "Husk")

    take_out_of_team(db, again(db, ada), team, person=public(db, tam), reason="Never came.")

    assert db.exec(select(Team).where(Team.name == "Husk")).all() == []


def test_a_leader_hands_over_to_a_member_and_not_to_others(db, bo, cy, tam, team):
    with pytest.raises(Conflict, match="not in the team"):
        hand_over_lead(db, again(db, bo), team, person=public(db, tam))
    with pytest.raises(Invalid, match="lead the team already"):
        hand_over_lead(db, again(db, bo), team, person=public(db, bo))
    with pytest.raises(NotAllowed):
        hand_over_lead(db, again(db, cy), team, person=public(db, cy))

    before = again(db, bo)
    hand_over_lead(db, before, team, person=public(db, cy))

    assert lead(db, team) == ["Cy"]
    with pytest.raises(Conflict, match="Somebody else leads"):
        hand_over_lead(db, before, team, person=public(db, cy))


def test_the_database_knows_one_leader_per_team(db, cy, team):
    db.flush()
    all_lead = update(TeamMember).where(col(TeamMember.team_id) == team.id).values(leads=True)

    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(all_lead)


def test_handing_over_and_leaving_at_once_leaves_one_leader(db, bo, cy, tam, event, team):
    add_member(db, bo, team, tam.person or 0, leads=False)
    to_cy = public(db, cy)
    db.commit()

    outcomes = race(
        lambda other: hand_over_lead(other, again(other, bo), team, person=to_cy),
        lambda other: leave_team(other, again(other, cy), team),
    )

    assert set(kinds(outcomes)) <= {"done", "Conflict"}
    assert len(lead(db, team)) == 1


def test_teams_are_locked_by_the_phases_where_there_is_no_date(db, event):
    building = event.phase(PhaseKind.BUILDING)

    assert building is not None
    assert last_joining(event) == building.ends_at


def test_team_forming_is_not_moved_behind_the_lock_date(db, ada, event):
    rules(db, ada, event, lock_at=LOCK)
    starts, ends = LOCK + timedelta(days=1), LOCK + timedelta(days=3)
    later = {"kind": PhaseKind.TEAM_FORMING, "starts_at": starts, "ends_at": ends}

    with pytest.raises(Invalid) as refused:
        move_phase(db, again(db, ada), event, **later)
    rules(db, ada, event, lock_at=ends)
    moved = move_phase(db, again(db, ada), event, **later)

    assert (list(refused.value.fields), moved.phase(PhaseKind.TEAM_FORMING).starts_at) == (["starts_at"], starts)
