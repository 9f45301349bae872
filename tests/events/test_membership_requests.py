"""Asking to belong to an organisation: what an asker has of it before the answer, which is nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import Select
from sqlmodel import col, select

from events import registration, roles
from events.acquaintance import get_person_card
from events.admission import own_membership_request
from events.challenges import publish_challenge
from events.core.access import VISITOR, Actor
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed, NotFound, Refusal
from events.directory import members_of, organisations_of
from events.events import EventWithPhases
from events.following import what_comes_over
from events.marketplace import withdraw_item
from events.membership_requests import (
    AskedAlready,
    MembershipRequest,
    MembershipRequestState,
    ask_to_join,
    organisations_asked_by,
)
from events.organisations import (
    MemberAlready,
    Membership,
    Organisation,
    change_organisation,
    leave_organisation,
    remove_member,
)
from events.participants import participants_seen_by
from events.phases import PhaseKind
from events.programmes import Programme
from events.registration import Registration, register, types_of
from events.registration_lists import registrations_of
from events.roles import Role, Scope, give_role
from tests.events.makers_desks import make_desk
from tests.events.makers_hackathon import BRIEF
from tests.events.makers_network import added, asking, gathering, portrait, published
from tests.makers import (
    again,
    let_join,
    make_event,
    make_organisation,
    make_programme,
    make_registration,
    open_phase,
    person_of,
)


def take_part(db: Database, actor: Actor, event: EventWithPhases, organisation: Organisation) -> Registration:
    """Register for an organisation as somebody does who may or may not belong to it."""
    code = types_of(db, event.id)[0].code
    return register(
        db, again(db, actor), event, type_code=code, answers={}, consent=True, organisation_id=organisation.id
    )


def test_asking_makes_nobody_a_member(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)

    row = ask_to_join(db, eve, organisation)

    assert row.state is MembershipRequestState.ASKED
    assert again(db, eve).ties == eve.ties == frozenset()
    assert organisations_of(db, eve.person) == []


def test_who_asks_first_in_an_organisation_without_people_is_not_its_contact(db: Database, eve: Actor) -> None:
    ask_to_join(db, eve, make_organisation(db, "Norrsken"))

    assert again(db, eve).ties == frozenset()


def test_an_asker_is_shown_to_nobody_as_a_member(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)
    ask_to_join(db, eve, organisation)

    seen = [[one.name for one in members_of(db, again(db, reader), organisation)] for reader in (bo, cy, eve)]

    assert seen == [["Bo Berg", "Cy Costa"]] * 3


def test_asker_and_members_see_nothing_of_each_others_cards(db: Database, bo: Actor, eve: Actor) -> None:
    ask_to_join(db, eve, added(db, bo))

    for reader, shown in ((eve, bo), (bo, eve)):
        with pytest.raises(NotFound):
            get_person_card(db, again(db, reader), person_of(db, shown).public_id)


def test_an_asker_knows_for_what_they_wait(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    ask_to_join(db, eve, organisation)

    assert organisations_asked_by(db, eve.person) == [organisation]
    assert organisations_asked_by(db, cy.person) == organisations_asked_by(db, None) == []


def test_a_visitor_asks_for_nothing(db: Database, bo: Actor) -> None:
    with pytest.raises(NotAllowed):
        ask_to_join(db, VISITOR, added(db, bo))


def test_members_have_nothing_to_ask_for(db: Database, bo: Actor) -> None:
    with pytest.raises(MemberAlready, match="belong to this organisation already"):
        ask_to_join(db, bo, added(db, bo))


def test_who_has_asked_waits_for_the_answer(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    ask_to_join(db, eve, organisation)

    with pytest.raises(AskedAlready, match="asked to join this organisation already"):
        ask_to_join(db, eve, organisation)


def test_one_may_ask_two_organisations_and_two_may_ask_one(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    first, second = added(db, bo, "Alpenkäse"), added(db, bo, "Bergmilch")

    for person, organisation in ((eve, first), (eve, second), (cy, first)):
        ask_to_join(db, person, organisation)

    assert len(db.exec(select(MembershipRequest)).all()) == 3


def test_an_organisation_that_is_gone_is_asked_for_nothing(db: Database, eve: Actor) -> None:
    organisation = make_organisation(db, "Norrsken")
    db.delete(organisation)
    db.flush()

    with pytest.raises(NotFound, match="not there any more"):
        ask_to_join(db, eve, organisation)


# Registering with an organisation


def test_registering_need_not_wait_for_the_answer_but_taking_part_for_it_does(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    _ada, event = gathering(db, ada)
    organisation = added(db, bo)
    ask_to_join(db, eve, organisation)

    place = take_part(db, eve, event, organisation)

    assert (place.state, place.organisation_id, place.asked_organisation_id) == ("accepted", None, organisation.id)


def test_members_take_part_for_their_organisation_at_once(db: Database, ada: Actor, bo: Actor) -> None:
    _ada, event = gathering(db, ada)
    organisation = added(db, bo)

    place = take_part(db, bo, event, organisation)

    assert (place.organisation_id, place.asked_organisation_id) == (organisation.id, None)


def test_nobody_registers_for_an_organisation_that_they_never_asked(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    _ada, event = gathering(db, ada)

    with pytest.raises(Invalid, match="do not belong to this organisation"):
        take_part(db, eve, event, added(db, bo))


def test_the_desk_of_the_organisation_looks_after_an_asker_at_once(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    desk = make_desk(db, ada, _programme(db, event))
    organisation = added(db, bo)
    ask_to_join(db, eve, organisation)

    assert take_part(db, eve, event, organisation).desk_id == desk.id


def _programme(db: Database, event: EventWithPhases) -> Programme:
    return db.get_one(Programme, event.programme_id)


def test_organisers_read_for_whom_an_asker_wants_to_take_part(db: Database, ada: Actor, bo: Actor, eve: Actor) -> None:
    ada, event = gathering(db, ada)
    organisation = added(db, bo)
    ask_to_join(db, eve, organisation)
    take_part(db, eve, event, organisation)

    [row] = registrations_of(db, ada, event).rows

    assert (row.organisation, row.asked) == ("", "Alpenkäse GmbH")


def test_what_was_asked_comes_over_into_the_event_that_follows(db: Database, ada: Actor, bo: Actor, eve: Actor) -> None:
    ada, event = gathering(db, ada)
    hack = open_phase(db, ada, make_event(db, ada, _programme(db, event)), PhaseKind.REGISTRATION)
    organisation = added(db, bo)
    ask_to_join(db, eve, organisation)
    make_registration(db, eve, hack).asked_organisation_id = organisation.id

    [coming] = what_comes_over(db, ada, hack).people

    assert (coming.organisation, coming.asked_organisation_id) == (None, organisation.id)


# No right comes of having asked, and a state that somebody forgot to look at would be noticed.

Attempt = Callable[[Database, Actor, Organisation, EventWithPhases], object]


def publishes(db: Database, eve: Actor, organisation: Organisation, event: EventWithPhases) -> object:
    return published(db, eve, organisation, "Sold in your name")


def withdraws_an_item(db: Database, eve: Actor, organisation: Organisation, event: EventWithPhases) -> object:
    contact = db.exec(select(Membership.person_id).where(Membership.organisation_id == organisation.id)).one()
    item = published(db, again(db, Actor(contact)), organisation)
    item.person_id = eve.person
    return withdraw_item(db, eve, item)


def changes_the_page(db: Database, eve: Actor, organisation: Organisation, event: EventWithPhases) -> object:
    return change_organisation(db, eve, organisation, portrait=portrait("Evekäse"))


def removes_somebody(db: Database, eve: Actor, organisation: Organisation, event: EventWithPhases) -> object:
    return remove_member(db, eve, organisation, person_id=0)


def leaves(db: Database, eve: Actor, organisation: Organisation, event: EventWithPhases) -> object:
    return leave_organisation(db, eve, organisation)


def brings_a_challenge(db: Database, eve: Actor, organisation: Organisation, event: EventWithPhases) -> object:
    return publish_challenge(db, eve, event, title="Trays", brief=BRIEF, organisation_id=organisation.id)


def is_listed_as_one_of_its_people(
    db: Database, eve: Actor, organisation: Organisation, event: EventWithPhases
) -> object:
    take_part(db, eve, event, organisation)
    named = [one.organisation for one in participants_seen_by(db, again(db, eve), event).rows if one.organisation]
    if not named:
        raise NotAllowed
    return named


ATTEMPTS: tuple[Attempt, ...] = (
    publishes, withdraws_an_item, changes_the_page, removes_somebody, leaves, brings_a_challenge,
    is_listed_as_one_of_its_people,
)  # fmt: skip


def done_by_an_asker(db: Database, ada: Actor, bo: Actor, eve: Actor) -> set[str]:
    """What somebody achieves whose request is open."""
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = open_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)
    organisation = added(db, bo)
    give_role(db, ada, person_id=eve.person or 0, role=Role.CHALLENGE_OWNER, scope=Scope.EVENT, scope_id=event.id)
    ask_to_join(db, eve, organisation)
    done = set()
    for attempt in ATTEMPTS:
        try:
            with db.begin_nested():
                attempt(db, again(db, eve), organisation, event)
        except Refusal:
            continue
        done.add(attempt.__name__)
    return done


def test_an_asker_can_do_nothing_that_members_or_contacts_can(db: Database, ada: Actor, bo: Actor, eve: Actor) -> None:
    assert done_by_an_asker(db, ada, bo, eve) == set()


def test_ties_that_forgot_the_state_would_be_noticed(
    db: Database, ada: Actor, bo: Actor, eve: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(person: int) -> Select:
        return roles.ties_as("member", "organisation", MembershipRequest.organisation_id).where(
            col(MembershipRequest.person_id) == person
        )

    monkeypatch.setattr(roles, "TIE_SOURCES", [*roles.TIE_SOURCES, careless])

    done = done_by_an_asker(db, ada, bo, eve)

    assert {"publishes", "withdraws_an_item", "brings_a_challenge"} <= done


def test_registrations_that_forgot_the_state_would_be_noticed(
    db: Database, ada: Actor, bo: Actor, eve: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registration, "is_member_yet", lambda *_asked: True)

    assert done_by_an_asker(db, ada, bo, eve) == {"is_listed_as_one_of_its_people"}


def test_nobody_reads_the_request_of_another_as_their_own(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    asked = asking(db, eve, organisation)

    assert own_membership_request(db, eve, organisation) == asked
    assert own_membership_request(db, cy, organisation) is None
    assert own_membership_request(db, VISITOR, organisation) is None
