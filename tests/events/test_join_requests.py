"""Asking to join a team: open roles, answers, and how a request ends without one."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.timers import run_due_timers
from events.events import EventClosedAlready, EventWithPhases, close_event
from events.join_requests import (
    AskedThisTeam,
    JoinRequest,
    JoinRequestAnswered,
    JoinRequestInEvent,
    JoinRequestState,
    agree_to_joining,
    ask_to_join_team,
    get_join_request,
    join_requests_to_answer,
    own_join_requests,
    requests_to_join,
    take_back_joining,
    turn_down_joining,
)
from events.joining import TeamFull, leave_team
from events.open_roles import close_role, open_role, roles_of
from events.registration import RegistrationInEvent, appoint, find_registration, withdraw_registration
from events.roles import Role
from events.team_lists import teams_of
from events.team_rules import set_team_rules
from events.teams import InTeamAlready, TeamInEvent, add_member, members_of
from tests.events.makers_hackathon import make_hackathon, make_team
from tests.makers import NOW, again, make_person, make_registration
from tests.sessions.racing import kinds, race

ASKED, EXPIRED, TAKEN_BACK = JoinRequestState.ASKED, JoinRequestState.EXPIRED, JoinRequestState.TAKEN_BACK


@pytest.fixture
def event(db: Database, ada: Actor, bo: Actor, cy: Actor, tam: Actor) -> EventWithPhases:
    """A hackathon in which all is open; Bo, Cy and Tam take part."""
    return make_hackathon(db, ada, bo, cy, tam)


@pytest.fixture
def team(db: Database, bo: Actor, event: EventWithPhases) -> TeamInEvent:
    """Bo's team."""
    return make_team(db, bo, event)


def ask(db: Database, who: Actor, team: TeamInEvent, **how: str) -> JoinRequestInEvent:
    row = ask_to_join_team(db, again(db, who), team, **how)
    return JoinRequestInEvent(row, team.team, team.event)


def states(db: Database) -> list[JoinRequestState]:
    query = select(JoinRequest.state).order_by(JoinRequest.id)
    return [JoinRequestState(one) for one in db.exec(query)]


def names(db: Database, team: TeamInEvent) -> list[str]:
    return [one.name.split()[0] for one in members_of(db, team.id)]


def test_who_asks_for_a_role_is_taken_in_and_the_role_has_one_place_less(db, bo, cy, tam, team):
    role = open_role(db, again(db, bo), team, title="A chemist", skills=["materials", "nonsense"], how_many=2)
    first, second = ask(db, cy, team, note="Straw!", role=role.public_id), ask(db, tam, team, role=role.public_id)
    shown = [(one.name, one.role, one.request.note) for one in requests_to_join(db, again(db, bo), team)]

    agree_to_joining(db, again(db, bo), first)
    left = [(one.title, one.how_many, one.skills) for one in roles_of(db, team.id)]
    agree_to_joining(db, again(db, bo), second)

    assert shown == [("Cy Costa", "A chemist", "Straw!"), ("Tam Tamm", "A chemist", "")]
    assert (left, roles_of(db, team.id)) == ([("A chemist", 1, ["materials"])], [])
    assert names(db, team) == ["Bo", "Cy", "Tam"]


def test_teams_are_found_by_the_skill_that_they_look_for(db, bo, cy, event, team):
    open_role(db, again(db, bo), team, title="A chemist", skills=["materials"])
    make_team(db, cy, event, "Husk")

    found = {
        skill: [one.name for one in teams_of(db, again(db, cy), event, skill=skill).rows]
        for skill in ("materials", "material", "law", "")
    }

    assert found == {"materials": ["Straw"], "material": [], "law": [], "": ["Husk", "Straw"]}


@pytest.mark.parametrize(
    ("how", "field"), [({"title": " "}, "title"), ({"title": "X", "how_many": 0}, "how_many"),
                       ({"title": "X", "how_many": 6}, "how_many")]
)  # fmt: skip
def test_a_role_needs_a_title_and_a_number_that_fits(db, bo, team, how, field):
    with pytest.raises(Invalid) as refused:
        open_role(db, again(db, bo), team, **how)

    assert list(refused.value.fields) == [field]


def test_a_request_is_neither_answered_nor_taken_back_when_the_event_is_over(db, ada, bo, cy, team):
    asked = ask(db, cy, team)
    close_event(db, again(db, ada), team.event)

    for step, who in ((agree_to_joining, bo), (turn_down_joining, bo), (take_back_joining, cy)):
        with pytest.raises(EventClosedAlready):
            step(db, again(db, who), asked)

    assert states(db) == [ASKED]
    assert join_requests_to_answer(db, again(db, bo)) == []


def test_a_role_that_is_gone_is_closed_once_and_asked_for_no_more(db, bo, cy, team):
    role = open_role(db, again(db, bo), team, title="A chemist")
    asked = ask(db, cy, team, role=role.public_id)

    close_role(db, again(db, bo), team, role=role.public_id)

    with pytest.raises(Conflict, match="not open any more"):
        close_role(db, again(db, bo), team, role=role.public_id)
    db.refresh(asked.request)
    assert (asked.request.state, asked.request.role_id) == (ASKED, None)
    take_back_joining(db, again(db, cy), asked)
    with pytest.raises(Invalid, match="not open any more"):
        ask(db, cy, team, role=role.public_id)


def test_only_the_leader_answers_and_only_members_read(db, bo, cy, tam, eve, team):
    add_member(db, bo, team, tam.person or 0, leads=False)
    asked = ask(db, cy, team)

    for stranger in (tam, cy):
        with pytest.raises(NotAllowed):
            agree_to_joining(db, again(db, stranger), asked)
        with pytest.raises(NotAllowed):
            turn_down_joining(db, again(db, stranger), asked)
    assert [len(requests_to_join(db, again(db, one), team)) for one in (bo, tam, cy)] == [1, 1, 0]
    assert [len(join_requests_to_answer(db, again(db, one))) for one in (bo, tam)] == [1, 0]
    assert get_join_request(db, again(db, cy), team.event, asked.request.public_id).id == asked.id
    with pytest.raises(NotFound):
        get_join_request(db, eve, team.event, asked.request.public_id)


def test_who_was_turned_down_reads_why_and_does_not_ask_again(db, bo, cy, team):
    asked = ask(db, cy, team)
    with pytest.raises(Invalid, match="at most 500"):
        turn_down_joining(db, again(db, bo), asked, answer="x" * 501)

    turn_down_joining(db, again(db, bo), asked, answer="We have a chemist.")

    [line] = own_join_requests(db, again(db, cy), team.event)
    assert (line.request.state, line.request.answer) == (JoinRequestState.TURNED_DOWN, "We have a chemist.")
    with pytest.raises(Conflict, match="turned you down"):
        ask(db, cy, team)
    with pytest.raises(JoinRequestAnswered, match="turned down already"):
        agree_to_joining(db, again(db, bo), asked)


def test_one_asks_a_team_once_at_a_time_and_may_ask_again_after_taking_back(db, cy, team):
    asked = ask(db, cy, team)
    with pytest.raises(AskedThisTeam):
        ask(db, cy, team)

    take_back_joining(db, again(db, cy), asked)
    ask(db, cy, team)

    assert states(db) == [TAKEN_BACK, ASKED]


def test_somebody_in_a_team_or_with_too_much_to_say_does_not_ask(db, bo, cy, tam, event, team):
    husk = make_team(db, cy, event, "Husk")

    with pytest.raises(InTeamAlready):
        ask(db, bo, husk)
    with pytest.raises(Invalid, match="at most 600"):
        ask(db, tam, husk, note="x" * 601)


def test_whoever_joins_a_team_asks_no_other(db, bo, cy, tam, event, team):
    husk = make_team(db, tam, event, "Husk")
    here, there = ask(db, cy, team), ask(db, cy, husk)

    agree_to_joining(db, again(db, bo), here)

    assert states(db) == [JoinRequestState.AGREED, TAKEN_BACK]
    db.refresh(there.request)
    with pytest.raises(JoinRequestAnswered, match="taken back"):
        agree_to_joining(db, again(db, tam), there)


def test_a_team_that_is_full_ends_what_others_have_asked(db, bo, cy, tam, event, team):
    event.event.team_size_max = 2
    first, second = ask(db, cy, team), ask(db, tam, team)

    agree_to_joining(db, again(db, bo), first)

    assert states(db) == [JoinRequestState.AGREED, EXPIRED]
    with pytest.raises(TeamFull):
        ask(db, tam, team)
    db.refresh(second.request)
    with pytest.raises(JoinRequestAnswered, match="full or locked"):
        take_back_joining(db, again(db, tam), second)


def test_a_team_that_is_gone_and_somebody_who_withdraws_end_requests(db, bo, cy, tam, event, team):
    husk = make_team(db, tam, event, "Husk")
    ask(db, cy, team)
    ask(db, cy, husk)

    leave_team(db, again(db, bo), team)
    withdraw_registration(db, cy, RegistrationInEvent(find_registration(db, event.id, cy.person), event.event))

    assert states(db) == [EXPIRED, TAKEN_BACK]
    assert [one.team_id for one in db.exec(select(JoinRequest).order_by(JoinRequest.id))] == [None, husk.id]


def test_the_lock_date_ends_what_nobody_has_answered(db, ada, bo, cy, event, team):
    lock = NOW + timedelta(hours=2)
    set_team_rules(db, again(db, ada), event, size_min=2, size_max=6, solo_allowed=False, lock_at=lock)
    asked = ask(db, cy, team)
    db.commit()

    run_due_timers()
    before = states(db)
    db.commit()
    with clock.frozen_at(lock):
        run_due_timers()
        db.refresh(asked.request)
        with pytest.raises(JoinRequestAnswered, match="has ended"):
            agree_to_joining(db, again(db, bo), asked)

    assert (before, states(db)) == ([ASKED], [EXPIRED])


def test_two_answers_at_once_and_two_teams_at_once_take_somebody_in_once(db, ada, bo, cy, tam, event, team):
    husk = make_team(db, tam, event, "Husk")
    here, there = ask(db, cy, team).request.public_id, ask(db, cy, husk).request.public_id
    db.commit()

    def agree(leader: Actor, public: str):
        return lambda other: agree_to_joining(
            other, again(other, leader), get_join_request(other, again(other, leader), event, public)
        )

    outcomes = race(agree(bo, here), agree(bo, here), agree(tam, there))

    assert kinds(outcomes).count("done") == 1
    assert len(names(db, team)) + len(names(db, husk)) == 3


def test_nobody_has_more_than_five_requests_open(db, ada, cy, event, team):
    for number in range(5):
        leader = make_person(db, f"P{number} Leader", email=f"p{number}@example.org")
        make_registration(db, leader, event)
        ask(db, cy, make_team(db, leader, event, f"Team {number}"))

    with pytest.raises(Conflict, match="asked 5 teams already"):
        ask(db, cy, team)


def test_who_came_to_judge_since_they_asked_is_not_taken_in(db, ada, bo, cy, event, team):
    asked = ask(db, cy, team)
    appoint(db, again(db, ada), event, person_id=cy.person, role=Role.JUDGE)

    with pytest.raises(Conflict, match="Judges do not take part in teams"):
        agree_to_joining(db, again(db, bo), asked)

    assert [one.person_id for one in members_of(db, team.id)] == [bo.person]


def test_a_team_that_is_full_by_other_rules_takes_nobody_who_asked(db, ada, cy, tam, event, team):
    add_member(db, again(db, tam), team, tam.person, leads=False)
    ask(db, cy, team)

    set_team_rules(db, again(db, ada), event, size_min=2, size_max=2, solo_allowed=False, lock_at=None)

    assert states(db) == [EXPIRED]
