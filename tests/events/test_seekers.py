"""Looking for a team: what people bring, how teams find them, and wishes that nobody is shown."""

import pytest
from sqlmodel import select

from events.challenges import publish_challenge
from events.core.access import VISITOR, Actor
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.events import EventWithPhases
from events.joining import invitations_for, invitations_of, leave_team
from events.phases import PhaseKind, PhaseNotOpen
from events.registration import RegistrationInEvent, appoint, find_registration, withdraw_registration
from events.roles import Role
from events.seekers import (
    OwnWishes,
    TeamWish,
    Wishes,
    find_seeker,
    invite_seeker,
    look_for_team,
    own_wishes,
    people_to_wish_for,
    seekers_of,
    skills_in_teams,
    stop_looking,
    wishes_in,
)
from events.teams import InTeamAlready, add_member
from tests.events.makers_hackathon import BRIEF, make_hackathon, make_team
from tests.makers import again, person_of, shut_phase


@pytest.fixture
def event(db: Database, ada: Actor, bo: Actor, cy: Actor, tam: Actor) -> EventWithPhases:
    """A hackathon in which all is open; Bo, Cy and Tam take part."""
    return make_hackathon(db, ada, bo, cy, tam)


def look(db: Database, who: Actor, event: EventWithPhases, **how) -> None:
    look_for_team(db, again(db, who), event, **({"skills": ["ai"], "languages": ["en"]} | how))


def found(db: Database, who: Actor, event: EventWithPhases, **how: str) -> list[str]:
    return [one.name.split()[0] for one in seekers_of(db, again(db, who), event, **how).rows]


def test_people_are_found_by_skill_and_language_by_those_who_see_teams(db, bo, cy, tam, eve, event):
    look(db, bo, event, skills=["law", "ai"], languages=["sv", "en"])
    look(db, cy, event, skills=["law"], languages=["pt"])

    assert found(db, tam, event) == ["Cy", "Bo"]
    assert found(db, tam, event, skill="ai") == ["Bo"]
    assert found(db, tam, event, skill="law", language="pt") == ["Cy"]
    assert (found(db, eve, event), seekers_of(db, VISITOR, event).rows) == ([], [])


@pytest.mark.parametrize(
    ("how", "field"), [({"skills": ["nonsense"]}, "skills"), ({"languages": ["xx"]}, "languages"),
                       ({"about": "x" * 601}, "about"), ({"challenges": ["c_nowhere"]}, "challenge_1")]
)  # fmt: skip
def test_what_is_none_of_ours_is_refused(db, bo, event, how, field):
    with pytest.raises(Invalid) as refused:
        look(db, bo, event, **how)

    assert list(refused.value.fields) == [field]


def test_wishes_keep_their_order_and_are_replaced_as_a_whole(db, ada, bo, cy, tam, event):
    straw, wax = (publish_challenge(db, again(db, ada), event, title=title, brief=BRIEF) for title in ("Straw", "Wax"))
    other, unloved = person_of(db, cy).public_id, person_of(db, tam).public_id
    look(db, bo, event, challenges=[wax.public_id, straw.public_id], people=[other], apart=[unloved])
    first = wishes_in(db, event.id)
    own = own_wishes(db, again(db, bo), event)

    look(db, bo, event, challenges=[straw.public_id])

    assert first == {bo.person: Wishes((wax.id, straw.id), (cy.person,), (tam.person,))}
    assert own == OwnWishes((wax.public_id, straw.public_id), (other,), (unloved,))
    assert wishes_in(db, event.id) == {bo.person: Wishes((straw.id,))}


def test_nobody_is_wished_for_twice_or_by_themselves_or_from_elsewhere(db, bo, cy, eve, event):
    other, self, stranger = (person_of(db, one).public_id for one in (cy, bo, eve))

    for people, apart in (([other, other], []), ([other], [other]), ([self], []), ([stranger], [])):
        with pytest.raises(Invalid):
            look(db, bo, event, people=people, apart=apart)
    assert db.exec(select(TeamWish)).all() == []


def test_lists_show_challenges_wished_for_and_no_person(db, ada, bo, cy, event):
    straw = publish_challenge(db, again(db, ada), event, title="Straw", brief=BRIEF)
    look(db, bo, event, challenges=[straw.public_id], apart=[person_of(db, cy).public_id])

    [card] = seekers_of(db, again(db, cy), event).rows

    assert card.wished == ("Straw",)
    assert "Cy" not in repr(card) and "example.org" not in repr(card)


def test_whoever_is_in_a_team_looks_no_more_and_keeps_what_they_said(db, bo, cy, event):
    look(db, cy, event, skills=["law"])
    team = make_team(db, bo, event)

    add_member(db, bo, team, cy.person or 0, leads=False)

    assert (found(db, bo, event), skills_in_teams(db, team.id)) == ([], {cy.person: ("law",)})
    with pytest.raises(InTeamAlready):
        look(db, cy, event)
    leave_team(db, again(db, cy), team)
    look(db, cy, event)
    assert found(db, bo, event) == ["Cy"]


def test_one_stops_looking_oneself_and_by_withdrawing(db, bo, cy, tam, event):
    look(db, bo, event)
    look(db, cy, event)

    stop_looking(db, again(db, bo), event)
    stop_looking(db, again(db, bo), event)
    withdraw_registration(db, cy, RegistrationInEvent(find_registration(db, event.id, cy.person), event.event))

    assert found(db, tam, event) == []
    assert find_seeker(db, event.id, bo.person) is not None


def test_judges_outsiders_and_latecomers_do_not_look(db, ada, bo, cy, eve, event):
    appoint(db, again(db, ada), event, person_id=cy.person, role=Role.JUDGE)
    for person in (cy, eve):
        with pytest.raises(NotAllowed):
            look(db, person, event)
    offered = [name for _public, name in people_to_wish_for(db, again(db, bo), event)]
    event = shut_phase(db, again(db, ada), event, PhaseKind.BUILDING)

    with pytest.raises(PhaseNotOpen, match="have been fixed since"):
        look(db, bo, event)
    assert offered == ["Tam Tamm"]


def test_a_team_asks_a_seeker_without_learning_their_address(db, bo, cy, event):
    look(db, cy, event)
    team = make_team(db, bo, event)

    name = invite_seeker(db, again(db, bo), team, person=person_of(db, cy).public_id)

    [sent] = invitations_of(db, team)
    assert (name, sent.invited_id) == ("Cy Costa", cy.person)
    assert [one.team.name for one in invitations_for(db, again(db, cy), event)] == ["Straw"]
    stop_looking(db, again(db, cy), event)
    with pytest.raises(Conflict, match="does not look for a team any more"):
        invite_seeker(db, again(db, bo), team, person=person_of(db, cy).public_id)
