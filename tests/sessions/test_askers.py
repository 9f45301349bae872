"""Whoever asks to join an organisation sees no meeting of its people and takes none over before the yes; and can after.

The controls forget the state of a request on purpose, each in one place, and look whether that would be noticed.
"""

from collections.abc import Callable

import pytest
from sqlmodel import col

from events import registration, roles
from events.admission import agree_to_membership, take_back_membership_request, turn_down_membership
from events.core.access import Actor, may
from events.core.database import Database
from events.core.refusals import Refusal
from events.membership_requests import MembershipRequest
from events.organisations import Organisation, enter_member
from events.registration import Registration, find_registration, register
from sessions import meetings, organisation_meetings
from sessions.colleagues import delegate_meeting, take_over_meeting
from sessions.guests import add_to_meeting
from sessions.meetings import MeetingInEvent, get_meeting
from sessions.organisation_meetings import meetings_of_organisation
from sessions.sides import NotColleague, SideInMeeting, side_of
from tests.events.makers_network import asking
from tests.makers import again, make_member, make_organisation
from tests.sessions.makers_meetings import (
    Fair,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    place_of,
    seen_by,
)

SEES, LISTS, TAKES, IS_GIVEN, COMES = "sees it", "lists it", "takes it over", "is given it", "is brought along"
ALL = {SEES, LISTS, TAKES, IS_GIVEN, COMES}


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def mill(db: Database) -> Organisation:
    return make_organisation(db, "Nordmühle", country="SE")


@pytest.fixture
def mel(db: Database, mel: Actor, mill: Organisation) -> Actor:
    """Mel is the mill's contact."""
    return make_member(db, mel, mill)


@pytest.fixture
def meeting(db: Database, fair: Fair, bo: Actor, cy: Actor, mill: Organisation) -> MeetingInEvent:
    """A meeting of Bo's, who takes part for the mill, with Cy."""
    bo, cy = make_colleague(db, bo, fair, mill), make_participant(db, cy, fair)
    return make_meeting(db, fair, asker=bo, invitee=cy)


def registers(db: Database, eve: Actor, fair: Fair, mill: Organisation) -> Registration:
    """Eve registers with the mill, to which she belongs or not."""
    return register(
        db, again(db, eve), fair.event, type_code="traditional", answers={}, consent=True, organisation_id=mill.id
    )


def can(db: Database, eve: Actor, bo: Actor, fair: Fair, meeting: MeetingInEvent) -> set[str]:
    """What Eve, or Bo with Eve, can do about Bo's meeting; nothing of it stays."""
    eve, bo, public = again(db, eve), again(db, bo), meeting.meeting.public_id
    place = place_of(db, eve, fair)

    def side() -> SideInMeeting:
        return side_of(seen_by(db, meeting), bo.person or 0)

    attempts: dict[str, Callable[[], object]] = {
        SEES: lambda: get_meeting(db, eve, public),
        TAKES: lambda: take_over_meeting(db, eve, side(), own=place),
        IS_GIVEN: lambda: delegate_meeting(db, bo, side(), to=place),
        COMES: lambda: add_to_meeting(db, bo, side(), registration=place),
    }
    done = {name for name, attempt in attempts.items() if succeeds(db, attempt)}
    shared = meetings_of_organisation(db, eve, fair.event)
    listed = {one.public_id for holder in shared.holders for one in holder.coming}
    named = {holder.person_id for holder in meetings_of_organisation(db, bo, fair.event).holders}
    return done | ({LISTS} if public in listed or eve.person in named else set())


def succeeds(db: Database, attempt: Callable[[], object]) -> bool:
    """Whether this is not refused; it is undone."""
    point = db.begin_nested()
    try:
        attempt()
    except Refusal:
        return False
    finally:
        point.rollback()
    return True


def test_an_asker_has_no_part_in_colleagues_meetings_before_the_yes_and_has_after(
    db, fair, mill, meeting, bo, mel, eve
):
    asked = asking(db, eve, mill)
    registers(db, eve, fair, mill)
    before = can(db, eve, bo, fair, meeting)

    agree_to_membership(db, mel, asked)

    assert (before, can(db, eve, bo, fair, meeting)) == (set(), ALL)


def test_who_registers_after_the_yes_has_a_part_too(db, fair, mill, meeting, bo, mel, eve):
    agree_to_membership(db, mel, asking(db, eve, mill))

    registers(db, eve, fair, mill)

    assert can(db, eve, bo, fair, meeting) == ALL


@pytest.mark.parametrize("end", [
    lambda db, mel, eve, asked: turn_down_membership(db, mel, asked),
    lambda db, mel, eve, asked: take_back_membership_request(db, eve, asked),
], ids=["turned down", "taken back"])  # fmt: skip
def test_a_no_gives_no_part_either(db, fair, mill, meeting, bo, mel, eve, end):
    asked = asking(db, eve, mill)
    registers(db, eve, fair, mill)

    end(db, mel, eve, asked)

    assert can(db, eve, bo, fair, meeting) == set()


def test_an_asker_is_offered_no_button(db, fair, mill, meeting, bo, eve):
    asking(db, eve, mill)
    registers(db, eve, fair, mill)

    assert not may(again(db, eve), "take_over_meeting", side_of(seen_by(db, meeting), bo.person or 0))


def test_members_see_no_meeting_of_an_asker(db, fair, mill, meeting, bo, cy, dee, eve):
    asking(db, eve, mill)
    registers(db, eve, fair, mill)
    own = make_meeting(db, fair, asker=again(db, eve), invitee=make_participant(db, dee, fair), slot=1)

    assert not succeeds(db, lambda: get_meeting(db, again(db, bo), own.meeting.public_id))


def test_who_was_entered_for_an_organisation_without_belonging_to_it_is_no_colleague(db, fair, mill, meeting, bo, eve):
    """As an import does with people who have an account: it gives them a place and no more."""
    make_participant(db, eve, fair)
    place_of(db, eve, fair).organisation_id = mill.id
    db.flush()

    assert can(db, eve, bo, fair, meeting) == set()
    with pytest.raises(NotColleague):
        delegate_meeting(db, again(db, bo), side_of(seen_by(db, meeting), bo.person or 0), to=place_of(db, eve, fair))


# Controls


def forget_at_asking(monkeypatch, db, eve, fair, mill):
    """As it was: whoever asks belongs at once."""
    enter_member(db, eve, mill, person_id=eve.person)


def forget_in_ties(monkeypatch, db, eve, fair, mill):
    """An actor is loaded as a member of whatever they asked, and registrations and lists believe it."""
    asked = col(MembershipRequest.person_id)
    careless = roles.ties_as("member", "organisation", MembershipRequest.organisation_id)
    monkeypatch.setattr(roles, "TIE_SOURCES", [*roles.TIE_SOURCES, lambda person: careless.where(asked == person)])
    forget_in_registrations(monkeypatch, db, eve, fair, mill)


def forget_in_registrations(monkeypatch, db, eve, fair, mill):
    """Whoever asked takes part for the organisation at once."""
    monkeypatch.setattr(registration, "is_member_yet", lambda *_asked: True)


def forget_in_meetings(monkeypatch, db, eve, fair, mill):
    """Whoever takes part for an organisation is taken for a member of it."""
    forget_in_registrations(monkeypatch, db, eve, fair, mill)
    for module in (meetings, organisation_meetings):
        monkeypatch.setattr(module, "belongs_there", lambda: col(Registration.organisation_id).is_not(None))


@pytest.mark.parametrize(("forget", "noticed"), [
    (forget_at_asking, ALL),
    (forget_in_ties, {LISTS}),
    (forget_in_meetings, {LISTS, IS_GIVEN, COMES}),
])  # fmt: skip
def test_a_state_that_somebody_forgot_would_be_noticed(
    db, fair, mill, meeting, bo, mel, eve, monkeypatch, forget, noticed
):
    asking(db, eve, mill)
    forget(monkeypatch, db, eve, fair, mill)
    registers(db, eve, fair, mill)
    assert find_registration(db, fair.event.id, eve.person).organisation_id == mill.id

    assert can(db, eve, bo, fair, meeting) == noticed


def test_all_three_forgotten_at_once_would_be_noticed(db, fair, mill, meeting, bo, mel, eve, monkeypatch):
    asking(db, eve, mill)
    for forget in (forget_in_ties, forget_in_meetings):
        forget(monkeypatch, db, eve, fair, mill)
    registers(db, eve, fair, mill)

    assert can(db, eve, bo, fair, meeting) == ALL
