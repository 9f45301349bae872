"""Teams: forming, sizes, invitations, who leads, and what is left when people go."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from events.challenges import publish_challenge
from events.core import clock
from events.core.access import VISITOR, Actor
from events.core.database import Database, transaction
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.joining import (
    InvitationNotValid,
    InvitationSeen,
    TeamFull,
    accept_invitation,
    decline_invitation,
    get_invitation,
    invitations_for,
    invitations_of,
    invite_to_team,
    issue_invitation_token,
    leave_team,
    look_at_invitation,
    remove_from_team,
    take_back_invitation,
)
from events.phases import PhaseKind, PhaseNotOpen
from events.registration import RegistrationInEvent, appoint, find_registration, withdraw_registration
from events.roles import Role
from events.submission_texts import Written
from events.submissions import save_draft
from events.team_lists import teams_of
from events.team_pages import change_team
from events.teams import (
    InTeamAlready,
    Team,
    TeamInEvent,
    TeamInvitationSent,
    TeamMember,
    form_team,
    get_team,
    members_of,
    team_of,
)
from tests.events.makers_hackathon import BRIEF, make_hackathon, make_team
from tests.makers import NOW, again, make_person, make_registration, person_of, shut_phase


def facts(db: Database, kind: str) -> int:
    return len(db.exec(select(JournalEntry).where(JournalEntry.kind == kind)).all())


def names(db: Database, team: TeamInEvent) -> list[tuple[str, bool]]:
    return [(one.name.split()[0], one.leads) for one in members_of(db, team.id)]


def invite(db: Database, inviter: Actor, team: TeamInEvent, email: str) -> str:
    """Ask somebody; answers the token that the letter's writer would put into the letter."""
    row = invite_to_team(db, again(db, inviter), team, email=email)
    db.flush()
    return issue_invitation_token(db, TeamInvitationSent(team.event.id, team.id, row.id or 0))


def join(db: Database, actor: Actor, team: TeamInEvent) -> None:
    leader = members_of(db, team.id)[0]
    token = invite(db, Actor(leader.person_id), team, person_of(db, actor).email)
    accept_invitation(db, again(db, actor), look_at_invitation(db, token))


def test_whoever_forms_a_team_leads_it(db, ada, bo):
    event = make_hackathon(db, ada, bo)

    team = make_team(db, bo, event)

    assert names(db, team) == [("Bo", True)]
    assert again(db, bo).is_("leader", "team", team.id)
    assert team_of(db, bo.person, event.id) == team.team


def test_nobody_forms_a_second_team(db, ada, bo):
    event = make_hackathon(db, ada, bo)
    make_team(db, bo, event)

    with pytest.raises(InTeamAlready, match="in a team of this event already"):
        make_team(db, bo, event, "Husk")


def test_two_teams_of_an_event_have_two_names(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    make_team(db, bo, event, "Straw")

    with pytest.raises(Invalid, match="There is a team called Straw already"):
        make_team(db, cy, event, "Straw")


def test_a_team_needs_a_name_and_a_challenge_of_this_event(db, ada, bo):
    event = make_hackathon(db, ada, bo)

    with pytest.raises(Invalid, match="give the team a name"):
        form_team(db, again(db, bo), event, name="\u202e ")
    with pytest.raises(Invalid, match="one of the challenges"):
        form_team(db, again(db, bo), event, name="Straw", challenge="c_nowhere")


def test_teams_are_formed_while_team_forming_is_open(db, ada, bo):
    event = make_hackathon(db, ada, bo)
    event = shut_phase(db, again(db, ada), event, PhaseKind.TEAM_FORMING)

    with pytest.raises(PhaseNotOpen, match="Team forming closed on Tue, 14 Apr 2026, 08:00"):
        make_team(db, bo, event)


def test_judges_and_outsiders_form_no_team(db, ada, bo, eve):
    event = make_hackathon(db, ada, bo)
    appoint(db, again(db, ada), event, person_id=bo.person, role=Role.JUDGE)

    for person in (bo, eve):
        with pytest.raises(NotAllowed):
            make_team(db, person, event)


def test_an_invitation_is_looked_at_without_being_spent_and_joins_once(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)
    token = invite(db, bo, team, "CY@example.org ")

    look_at_invitation(db, token)
    accept_invitation(db, again(db, cy), look_at_invitation(db, token))

    assert names(db, team) == [("Bo", True), ("Cy", False)]
    with pytest.raises(InvitationNotValid):
        look_at_invitation(db, token)


def test_an_invitation_can_be_accepted_with_another_account_that_holds_its_letter(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)
    token = invite(db, bo, team, "cy.at.home@example.org")

    accept_invitation(db, again(db, cy), look_at_invitation(db, token))

    assert names(db, team) == [("Bo", True), ("Cy", False)]


def test_without_the_letter_only_the_invited_address_finds_the_invitation(db, ada, bo, cy, eve):
    event = make_hackathon(db, ada, bo, cy, eve)
    team = make_team(db, bo, event)
    row = invite_to_team(db, again(db, bo), team, email="cy@example.org")

    assert [one.team.name for one in invitations_for(db, cy, event)] == ["Straw"]
    assert get_invitation(db, cy, row.public_id).invited_by == "Bo Berg"
    assert invitations_for(db, eve, event) == []
    for stranger in (eve, VISITOR):
        with pytest.raises(NotFound):
            get_invitation(db, stranger, row.public_id)


def test_who_holds_neither_letter_nor_address_may_not_answer(db, ada, bo, cy, eve):
    event = make_hackathon(db, ada, bo, cy, eve)
    team = make_team(db, bo, event)
    row = invite_to_team(db, again(db, bo), team, email="cy@example.org")
    seen = InvitationSeen(row, team.team, event, "Bo", None, cy.person)

    with pytest.raises(NotAllowed):
        accept_invitation(db, again(db, eve), seen)
    with pytest.raises(NotAllowed):
        decline_invitation(db, again(db, eve), seen)


def test_who_is_not_registered_can_look_and_decline_but_not_join(db, ada, bo, eve):
    event = make_hackathon(db, ada, bo)
    token = invite(db, bo, make_team(db, bo, event), "eve@example.org")

    with pytest.raises(NotAllowed):
        accept_invitation(db, eve, look_at_invitation(db, token))
    decline_invitation(db, VISITOR, look_at_invitation(db, token))

    assert look_at_invitation(db, token).invitation.accepted is False


def test_who_declined_is_not_asked_again_and_can_still_join(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)
    token = invite(db, bo, team, "cy@example.org")
    decline_invitation(db, cy, look_at_invitation(db, token))

    with pytest.raises(Invalid, match="was declined"):
        invite_to_team(db, again(db, bo), team, email="cy@example.org")
    accept_invitation(db, again(db, cy), look_at_invitation(db, token))

    assert names(db, team) == [("Bo", True), ("Cy", False)]


def test_asking_again_sends_one_letter_in_ten_minutes(db, ada, bo):
    event = make_hackathon(db, ada, bo)
    team = make_team(db, bo, event)
    for _time in range(3):
        invite_to_team(db, again(db, bo), team, email="new@example.org")
    sent_at_once = facts(db, "TeamInvitationSent")

    with clock.frozen_at(NOW + timedelta(minutes=11)):
        invite_to_team(db, again(db, bo), team, email="new@example.org")

    assert (sent_at_once, facts(db, "TeamInvitationSent"), len(invitations_of(db, team))) == (1, 2, 1)


def test_a_team_invites_twenty_at_most(db, ada, bo):
    event = make_hackathon(db, ada, bo)
    team = make_team(db, bo, event)
    for number in range(20):
        invite_to_team(db, again(db, bo), team, email=f"p{number}@example.org")

    with pytest.raises(Conflict, match="twenty people"):
        invite_to_team(db, again(db, bo), team, email="one.more@example.org")


def test_members_are_not_invited_and_strangers_do_not_invite(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)

    with pytest.raises(Invalid, match="in the team already"):
        invite_to_team(db, again(db, bo), team, email="bo@example.org")
    with pytest.raises(NotAllowed):
        invite_to_team(db, again(db, cy), team, email="eve@example.org")


def test_an_invitation_that_was_taken_back_is_worth_nothing(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)
    token = invite(db, bo, team, "cy@example.org")

    take_back_invitation(db, again(db, bo), team, invitation=invitations_of(db, team)[0].public_id)

    with pytest.raises(InvitationNotValid):
        look_at_invitation(db, token)
    with pytest.raises(Conflict, match="not open any more"):
        take_back_invitation(db, again(db, bo), team, invitation="ti_nowhere")


def test_a_full_team_takes_nobody(db, ada, bo, cy, tam):
    event = make_hackathon(db, ada, bo, cy, tam)
    event.event.team_size_max = 2
    team = make_team(db, bo, event)
    for_cy, for_tam = invite(db, bo, team, "cy@example.org"), invite(db, bo, team, "tam@example.org")
    accept_invitation(db, again(db, cy), look_at_invitation(db, for_cy))

    with pytest.raises(TeamFull, match="at most 2 members"):
        accept_invitation(db, again(db, tam), look_at_invitation(db, for_tam))


def test_who_is_in_a_team_leaves_it_before_joining_another(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)
    make_team(db, cy, event, "Husk")
    token = invite(db, bo, team, "cy@example.org")

    with pytest.raises(InTeamAlready):
        accept_invitation(db, again(db, cy), look_at_invitation(db, token))


def test_people_join_after_team_forming_until_building_ends(db, ada, bo, cy, tam):
    event = make_hackathon(db, ada, bo, cy, tam)
    team = make_team(db, bo, event)
    for_tam = invite(db, bo, team, "tam@example.org")
    event = shut_phase(db, again(db, ada), event, PhaseKind.TEAM_FORMING)
    join(db, cy, TeamInEvent(team.team, event))

    shut_phase(db, again(db, ada), event, PhaseKind.BUILDING)

    with pytest.raises(PhaseNotOpen, match="Teams have been fixed since Tue, 14 Apr 2026, 08:00"):
        accept_invitation(db, again(db, tam), look_at_invitation(db, for_tam))
    assert names(db, team) == [("Bo", True), ("Cy", False)]


def test_when_the_leader_leaves_whoever_was_there_longest_leads(db, ada, bo, cy, tam):
    event = make_hackathon(db, ada, bo, cy, tam)
    team = make_team(db, bo, event)
    join(db, cy, team)
    join(db, tam, team)

    leave_team(db, again(db, bo), team)

    assert names(db, team) == [("Cy", True), ("Tam", False)]


def test_an_empty_team_disappears_with_its_invitations(db, ada, bo):
    event = make_hackathon(db, ada, bo)
    team = make_team(db, bo, event)
    token = invite(db, bo, team, "cy@example.org")
    seen = look_at_invitation(db, token)

    leave_team(db, again(db, bo), team)

    assert db.exec(select(Team)).all() == []
    with pytest.raises(InvitationNotValid):
        look_at_invitation(db, token)
    make_registration(db, cy := make_person(db, "Cy Costa", email="cy2@example.org"), event)
    with pytest.raises(NotFound, match="not there any more"):
        accept_invitation(db, again(db, cy), seen)


def test_an_empty_team_with_a_submission_stays_and_can_be_revived(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)
    token = invite(db, bo, team, "cy@example.org")
    save_draft(db, again(db, bo), team, written=Written(title="Trays"), revision=0)
    leave_team(db, again(db, bo), team)
    unseen = teams_of(db, again(db, cy), event).rows
    seen = [card.name for card in teams_of(db, again(db, ada), event).rows]

    accept_invitation(db, again(db, cy), look_at_invitation(db, token))

    assert (unseen, seen) == ([], ["Straw"])
    assert names(db, team) == [("Cy", True)]


def test_the_leader_takes_somebody_out_and_others_do_not(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)
    join(db, cy, team)

    with pytest.raises(NotAllowed):
        remove_from_team(db, again(db, cy), team, person=person_of(db, bo).public_id)
    remove_from_team(db, again(db, bo), team, person=person_of(db, cy).public_id)
    with pytest.raises(Conflict, match="not in the team any more"):
        remove_from_team(db, again(db, bo), team, person=person_of(db, cy).public_id)

    assert names(db, team) == [("Bo", True)]


def test_who_withdraws_from_the_event_leaves_the_team(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    team = make_team(db, bo, event)
    join(db, cy, team)

    withdraw_registration(db, bo, RegistrationInEvent(find_registration(db, event.id, bo.person), event.event))

    assert names(db, team) == [("Cy", True)]


def test_a_team_changes_its_page_and_its_challenge_until_submission_ends(db, ada, bo):
    event = make_hackathon(db, ada, bo)
    challenge = publish_challenge(db, again(db, ada), event, title="Trays", brief=BRIEF)
    team = make_team(db, bo, event)
    event = shut_phase(db, again(db, ada), event, PhaseKind.SUBMISSION)
    values = {"idea": "Straw", "looking_for": "A chemist"}

    change_team(db, again(db, bo), team, name="Straw works", challenge="", **values)

    assert (team.team.name, team.team.looking_for) == ("Straw works", "A chemist")
    with pytest.raises(Conflict, match="cannot be changed any more: submission closed on"):
        change_team(
            db, again(db, bo), TeamInEvent(team.team, event), name="Straw", challenge=challenge.public_id, **values
        )


def test_a_team_does_not_take_the_name_of_another(db, ada, bo, cy):
    event = make_hackathon(db, ada, bo, cy)
    make_team(db, bo, event, "Straw")
    husk = make_team(db, cy, event, "Husk")

    with pytest.raises(Invalid, match="There is a team called Straw already"):
        change_team(db, again(db, cy), husk, name="Straw", challenge="", idea="", looking_for="")


def test_teams_are_seen_by_who_takes_part_or_runs_the_event(db, ada, bo, cy, dee, eve):
    event = make_hackathon(db, ada, bo, cy)
    appoint(db, again(db, ada), event, person_id=dee.person, role=Role.JUDGE)
    team = make_team(db, bo, event)

    for person in (ada, bo, cy, dee):
        assert get_team(db, again(db, person), event, team.team.public_id).team == team.team
        assert [card.members for card in teams_of(db, again(db, person), event).rows] == [("Bo Berg",)]
    for stranger in (eve, VISITOR):
        assert teams_of(db, stranger, event).rows == []
        with pytest.raises(NotFound):
            get_team(db, stranger, event, team.team.public_id)


def test_two_who_race_for_the_last_place_do_not_both_get_it(db, ada, bo, cy, tam):
    event = make_hackathon(db, ada, bo, cy, tam)
    event.event.team_size_max = 2
    team = make_team(db, bo, event)
    tokens = [(cy, invite(db, bo, team, "cy@example.org")), (tam, invite(db, bo, team, "tam@example.org"))]
    db.commit()
    start, answers = threading.Barrier(2), []

    def accept(actor: Actor, token: str) -> None:
        try:
            with transaction() as other:
                seen, who = look_at_invitation(other, token), again(other, actor)
                if other.get_bind().dialect.name == "postgresql":
                    start.wait(10)
                accept_invitation(other, who, seen)
            answers.append("in")
        except TeamFull:
            answers.append("full")

    threads = [threading.Thread(target=accept, args=one) for one in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(answers) == ["full", "in"]
    assert len(db.exec(select(TeamMember).where(TeamMember.team_id == team.id)).all()) == 2
