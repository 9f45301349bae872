"""Admission: who agrees that somebody belongs to an organisation, when, once, and what follows."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import event as sql_event
from sqlmodel import select

from events.admission import (
    RequestAnswered,
    RequestToJoin,
    agree_to_membership,
    get_membership_request,
    membership_requests_to_answer,
    own_membership_request,
    people_who_answer,
    take_back_membership_request,
    turn_down_membership,
)
from events.core.access import VISITOR, Actor
from events.core.database import Database, transaction
from events.core.journal import JournalEntry, fact_of
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.directory import organisations_of
from events.events import EventWithPhases, close_event
from events.membership_requests import AskedAlready, MembershipRequest, MembershipRequestState, ask_to_join
from events.organisations import (
    MemberAlready,
    Membership,
    Organisation,
    OrganisationJoined,
    leave_organisation,
    name_contact,
    remove_member,
)
from events.people import PersonState
from events.phases import PhaseKind
from events.programmes import Programme
from events.registration import Registration, RegistrationInEvent, find_registration, register, withdraw_registration
from tests.events.makers_desks import make_desk
from tests.events.makers_network import added, asking, gathering, seen_by
from tests.events.test_importing import csv, people_in
from tests.makers import (
    again,
    let_join,
    make_event,
    make_organisation,
    make_person,
    make_programme,
    make_registration,
    open_phase,
    person_of,
)
from tests.sessions.racing import kinds, race

Ends = Callable[[Database, Actor, RequestToJoin], object]


def with_place(db: Database, actor: Actor, event: EventWithPhases, organisation: Organisation) -> Registration:
    """Register for an organisation that has yet to agree."""
    return register(
        db, again(db, actor), event, type_code="traditional", answers={}, consent=True,
        organisation_id=organisation.id,
    )  # fmt: skip


@pytest.fixture
def statements(db: Database) -> Iterator[list[str]]:
    """What is asked of the database."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sql_event.listen(db.get_bind(), "before_cursor_execute", note)
    yield asked
    sql_event.remove(db.get_bind(), "before_cursor_execute", note)


# The contacts answer


def test_a_contact_agrees_and_the_asker_is_a_member(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    asked = asking(db, eve, organisation)

    agree_to_membership(db, again(db, bo), asked)

    assert organisations_of(db, eve.person) == [organisation]
    assert not again(db, eve).is_("contact", "organisation", organisation.id)
    assert asked.request.state is MembershipRequestState.AGREED
    assert asked.request.answered_by_id == bo.person


def test_who_was_turned_down_is_no_member_and_reads_why(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)

    turn_down_membership(db, again(db, bo), asking(db, eve, organisation), answer=" We do not know you. ")

    own = own_membership_request(db, eve, organisation)
    assert own is not None
    assert (own.request.state, own.request.answer) == (MembershipRequestState.TURNED_DOWN, "We do not know you.")
    assert organisations_of(db, eve.person) == []


def test_an_answer_that_is_too_long_is_refused_at_its_field(db: Database, bo: Actor, eve: Actor) -> None:
    asked = asking(db, eve, added(db, bo))

    with pytest.raises(Invalid) as refused:
        turn_down_membership(db, again(db, bo), asked, answer="x" * 501)

    assert list(refused.value.fields) == ["answer"]


def test_members_askers_and_strangers_answer_nothing(
    db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor, eve: Actor
) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)
    asked = asking(db, eve, organisation)
    make_programme(db, ada)

    for somebody in (ada, cy, dee, eve, VISITOR):
        actor = again(db, somebody)
        assert membership_requests_to_answer(db, actor) == []
        for answer in (agree_to_membership, turn_down_membership):
            with pytest.raises(NotAllowed):
                answer(db, actor, asked)


def test_a_request_is_there_for_who_asked_and_who_answers(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)
    asked = asking(db, eve, organisation)

    assert seen_by(db, bo, asked).id == seen_by(db, eve, asked).id == asked.id
    for somebody in (cy, VISITOR):
        with pytest.raises(NotFound):
            get_membership_request(db, again(db, somebody), asked.request.public_id)


def test_contacts_of_another_organisation_answer_their_own_requests_only(
    db: Database, bo: Actor, cy: Actor, eve: Actor
) -> None:
    first, second = added(db, bo, "Alpenkäse"), added(db, cy, "Bergmilch")
    asked = asking(db, eve, first), asking(db, eve, second)

    found = [membership_requests_to_answer(db, again(db, actor)) for actor in (bo, cy)]

    assert [[one.id for one in requests] for requests in found] == [[asked[0].id], [asked[1].id]]
    with pytest.raises(NotAllowed):
        agree_to_membership(db, again(db, cy), asked[0])


def test_requests_to_answer_come_in_order_and_of_one_organisation_when_it_is_named(
    db: Database, bo: Actor, cy: Actor, eve: Actor
) -> None:
    first, second = added(db, bo, "Alpenkäse"), added(db, bo, "Bergmilch")
    for person, organisation in ((eve, second), (eve, first), (cy, first)):
        ask_to_join(db, person, organisation)
    bo = again(db, bo)

    names = [one.person.name for one in membership_requests_to_answer(db, bo, first)]

    assert names == ["Eve Ek", "Cy Costa"]
    assert len(membership_requests_to_answer(db, bo)) == 3


def test_the_list_asks_as_often_for_three_as_for_one(
    db: Database, ada: Actor, bo: Actor, cy: Actor, eve: Actor, statements: list[str]
) -> None:
    ada, event = gathering(db, ada)
    organisation = make_organisation(db, "Norrsken")
    counts = []
    for person in (bo, cy, eve):
        ask_to_join(db, person, organisation)
        with_place(db, person, event, organisation)
        statements.clear()
        membership_requests_to_answer(db, ada)
        counts.append(len(statements))

    assert counts == [2, 2, 2]


# Once


def agrees(db: Database, actor: Actor, asked: RequestToJoin) -> object:
    return agree_to_membership(db, again(db, actor), asked)


def turns_down(db: Database, actor: Actor, asked: RequestToJoin) -> object:
    return turn_down_membership(db, again(db, actor), asked)


@pytest.mark.parametrize("second", [agrees, turns_down])
@pytest.mark.parametrize(
    ("first", "said"),
    [(agrees, "Somebody has agreed to this request already"), (turns_down, "This request was turned down already")],
)
def test_a_request_is_answered_once(db: Database, bo: Actor, eve: Actor, first: Ends, second: Ends, said: str) -> None:
    asked = asking(db, eve, added(db, bo))
    stale = seen_by(db, bo, asked)
    first(db, bo, asked)

    for seen in (stale, asked):
        with pytest.raises(RequestAnswered, match=said):
            second(db, bo, seen)
    assert len(organisations_of(db, eve.person)) == (first is agrees)


def test_a_request_is_taken_back(db: Database, bo: Actor, eve: Actor) -> None:
    asked = asking(db, eve, added(db, bo))
    stale = seen_by(db, bo, asked)

    take_back_membership_request(db, eve, asked)

    assert membership_requests_to_answer(db, again(db, bo)) == []
    for seen in (stale, asked):
        with pytest.raises(RequestAnswered, match="taken back by the one who asked"):
            agree_to_membership(db, again(db, bo), seen)
    assert organisations_of(db, eve.person) == []


@pytest.mark.parametrize("answer", [agrees, turns_down])
def test_what_was_answered_is_not_taken_back(db: Database, bo: Actor, eve: Actor, answer: Ends) -> None:
    asked = asking(db, eve, added(db, bo))
    stale = seen_by(db, eve, asked)
    answer(db, bo, asked)

    with pytest.raises(RequestAnswered, match="already"):
        take_back_membership_request(db, eve, stale)


def test_only_the_asker_takes_a_request_back(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    asked = asking(db, eve, added(db, bo))

    for somebody in (bo, cy, VISITOR):
        with pytest.raises(NotAllowed):
            take_back_membership_request(db, again(db, somebody), asked)


@pytest.mark.parametrize("end", [turns_down, lambda db, actor, asked: take_back_membership_request(
    db, Actor(asked.request.person_id), asked)])  # fmt: skip
def test_one_may_ask_again_and_be_agreed_to(db: Database, bo: Actor, eve: Actor, end: Ends) -> None:
    organisation = added(db, bo)
    end(db, bo, asking(db, eve, organisation))

    agree_to_membership(db, again(db, bo), asking(db, eve, organisation))

    assert organisations_of(db, eve.person) == [organisation]


def test_who_left_asks_anew(db: Database, bo: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    agree_to_membership(db, again(db, bo), asking(db, eve, organisation))
    leave_organisation(db, again(db, eve), organisation)

    ask_to_join(db, eve, organisation)

    assert organisations_of(db, eve.person) == []


def test_agreeing_to_somebody_who_came_in_otherwise_in_between_ends_the_request(
    db: Database, bo: Actor, eve: Actor
) -> None:
    organisation = added(db, bo)
    asked = asking(db, eve, organisation)
    let_join(db, eve, organisation)

    agree_to_membership(db, again(db, bo), asked)

    joined = [row for row in db.exec(select(JournalEntry)) if isinstance(fact_of(row), OrganisationJoined)]
    assert len(db.exec(select(Membership).where(Membership.person_id == eve.person)).all()) == 1
    assert len(joined) == 2  # Bo and Eve, once each


def test_a_request_of_somebody_who_is_gone_is_there_for_nobody(db: Database, bo: Actor, eve: Actor) -> None:
    asked = asking(db, eve, added(db, bo))
    db.delete(asked.request)
    db.flush()

    with pytest.raises(NotFound, match="not there any more"):
        agree_to_membership(db, again(db, bo), asked)


def test_requests_of_erased_people_are_not_shown(db: Database, bo: Actor, eve: Actor) -> None:
    asking(db, eve, added(db, bo))
    person_of(db, eve).state = PersonState.ERASED
    db.flush()

    assert membership_requests_to_answer(db, again(db, bo)) == []


def test_two_contacts_who_answer_at_once_have_one_answer(database_url: str) -> None:
    for number in range(8):
        with transaction() as db:
            bo, cy, eve = (make_person(db, name, email=f"{name}{number}@example.org") for name in ("Bo", "Cy", "Eve"))
            organisation = added(db, bo, f"Company {number}")
            let_join(db, cy, organisation)
            name_contact(db, again(db, bo), organisation, person_id=cy.person or 0)
            bo, cy = again(db, bo), again(db, cy)
            asked = asking(db, eve, organisation)
        said = race(
            lambda db, actor=bo, seen=asked: agree_to_membership(db, actor, get_again(db, actor, seen)),
            lambda db, actor=cy, seen=asked: turn_down_membership(db, actor, get_again(db, actor, seen)),
            lambda db, actor=eve, seen=asked: take_back_membership_request(db, actor, get_again(db, actor, seen)),
        )

        assert kinds(said) == ["RequestAnswered", "RequestAnswered", "done"]


def get_again(db: Database, actor: Actor, asked: RequestToJoin) -> RequestToJoin:
    return get_membership_request(db, actor, asked.request.public_id)


def test_asking_twice_at_once_is_asking_once(database_url: str) -> None:
    with transaction() as db:
        bo, eve = make_person(db, "Bo Berg"), make_person(db, "Eve Ek")
        organisation = added(db, bo)

    said = race(*[lambda db: ask_to_join(db, eve, db.get_one(Organisation, organisation.id))] * 3)

    assert kinds(said) == ["AskedAlready", "AskedAlready", "done"]


def test_registering_while_a_contact_agrees_never_waits_for_an_answer_that_was_given(database_url: str) -> None:
    with transaction() as db:
        _ada, event = gathering(db, make_person(db, "Ada Adler"))
    for number in range(8):
        with transaction() as db:
            bo, eve = (make_person(db, name, email=f"{name}{number}@example.org") for name in ("Bo", "Eve"))
            organisation = added(db, bo, f"Company {number}")
            asked, bo = asking(db, eve, organisation), again(db, bo)
        said = race(
            lambda db, actor=bo, seen=asked: agree_to_membership(db, actor, get_again(db, actor, seen)),
            lambda db, actor=eve, home=organisation: with_place(db, actor, event, home),
        )

        assert kinds(said) == ["done", "done"]
        with transaction() as db:
            place = find_registration(db, event.id, eve.person)
            assert place is not None
            assert (place.organisation_id, place.asked_organisation_id) == (organisation.id, None)


def test_asking_again_while_a_contact_agrees_leaves_no_request_of_a_member(database_url: str) -> None:
    for number in range(8):
        with transaction() as db:
            bo, eve = (make_person(db, name, email=f"{name}{number}@example.org") for name in ("Bo", "Eve"))
            organisation = added(db, bo, f"Company {number}")
            asked, bo = asking(db, eve, organisation), again(db, bo)
        said = race(
            lambda db, actor=bo, seen=asked: agree_to_membership(db, actor, get_again(db, actor, seen)),
            *[lambda db, actor=eve, home=organisation.id: ask_to_join(db, actor, db.get_one(Organisation, home))] * 3,
        )

        assert said[0] is None
        assert {type(one) for one in said[1:]} <= {AskedAlready, MemberAlready}
        with transaction() as db:
            states = db.exec(select(MembershipRequest.state).where(MembershipRequest.person_id == eve.person)).all()
            assert states == [MembershipRequestState.AGREED]


# Where there is no contact


def imported(db: Database, ada: Actor, event: EventWithPhases) -> Organisation:
    """An organisation that came in from a file, with somebody who has yet to sign in as its contact."""
    people_in(db, ada, event, csv("e-mail,name,organisation,country\nina@example.org,Ina Ik,Norrsken,SE\n"))
    return db.exec(select(Organisation).where(Organisation.name == "Norrsken")).one()


def test_nobody_is_asked_about_those_whom_an_organiser_brings(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)

    organisation = imported(db, ada, event)

    [row] = db.exec(select(Membership).where(Membership.organisation_id == organisation.id)).all()
    assert (row.is_contact, db.exec(select(MembershipRequest)).all()) == (True, [])


def test_organisers_answer_for_an_organisation_of_which_nobody_has_signed_in(
    db: Database, ada: Actor, bo: Actor, cy: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    asked = asking(db, eve, imported(db, ada, event))

    assert people_who_answer(db, asked) == {ada.person}
    assert [one.id for one in membership_requests_to_answer(db, ada)] == [asked.id]
    agree_to_membership(db, ada, asked)
    assert len(organisations_of(db, eve.person)) == 1


def test_a_contact_who_signs_in_answers_from_then_on_and_organisers_do_not(
    db: Database, ada: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    organisation = imported(db, ada, event)
    asked = asking(db, eve, organisation)
    contact = db.exec(select(Membership.person_id).where(Membership.organisation_id == organisation.id)).one()
    person_of(db, Actor(contact)).state = PersonState.ACTIVE
    db.flush()

    asked = get_membership_request(db, eve, asked.request.public_id)
    assert people_who_answer(db, asked) == {contact}
    assert membership_requests_to_answer(db, ada) == []
    with pytest.raises(NotAllowed):
        agree_to_membership(db, ada, asked)
    agree_to_membership(db, again(db, Actor(contact)), asked)


def test_a_contact_who_left_in_between_answers_no_more_and_organisers_do(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    organisation = added(db, bo)
    asked = asking(db, eve, organisation)
    with_place(db, eve, event, organisation)
    leave_organisation(db, again(db, bo), organisation)

    with pytest.raises(NotAllowed):
        agree_to_membership(db, again(db, bo), asked)
    with pytest.raises(NotFound):
        get_membership_request(db, again(db, bo), asked.request.public_id)
    agree_to_membership(db, ada, get_membership_request(db, ada, asked.request.public_id))
    assert again(db, eve).is_("contact", "organisation", organisation.id)


def test_a_removed_contact_answers_no_more(db: Database, bo: Actor, cy: Actor, eve: Actor) -> None:
    organisation = added(db, bo)
    let_join(db, cy, organisation)
    name_contact(db, again(db, bo), organisation, person_id=cy.person or 0)
    asked = asking(db, eve, organisation)
    remove_member(db, again(db, bo), organisation, person_id=cy.person or 0)

    with pytest.raises(NotAllowed):
        agree_to_membership(db, again(db, cy), asked)


def test_where_an_organisation_takes_part_its_organisers_answer_and_those_of_other_events_do_not(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    organisation = imported(db, ada, event)
    other = make_programme(db, bo, name="Elsewhere")
    elsewhere = make_event(db, again(db, bo), other, name="Elsewhere Match", template="matchmaking")
    elsewhere = open_phase(db, again(db, bo), elsewhere, PhaseKind.REGISTRATION)
    asked = asking(db, eve, organisation)
    with_place(db, eve, elsewhere, organisation)

    found = get_membership_request(db, eve, asked.request.public_id)

    assert people_who_answer(db, found) == {ada.person}
    with pytest.raises(NotAllowed):
        agree_to_membership(db, again(db, bo), found)


def test_while_an_organisation_takes_part_nowhere_the_askers_own_event_decides(
    db: Database, ada: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    organisation = make_organisation(db, "Norrsken")
    asked = asking(db, eve, organisation)
    before = people_who_answer(db, asked)
    with_place(db, eve, event, organisation)

    after = get_membership_request(db, ada, asked.request.public_id)

    assert (before, people_who_answer(db, after)) == (set(), {ada.person})
    assert (asked.answerers.is_nobody, after.answerers.is_nobody) == (True, False)
    agree_to_membership(db, ada, after)
    assert again(db, eve).is_("contact", "organisation", organisation.id)


def test_the_desk_of_the_asker_answers_where_there_is_no_contact_and_another_desk_does_not(
    db: Database, ada: Actor, bo: Actor, cy: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    programme = db.get_one(Programme, event.programme_id)
    make_desk(db, ada, programme, name="Desk North", countries=["SE"], officer=bo)
    make_desk(db, ada, programme, name="Alpine desk", countries=["AT"], officer=cy)
    organisation = make_organisation(db, "Norrsken", country="SE")
    asked = asking(db, eve, organisation)
    with_place(db, eve, event, organisation)
    bo, cy = again(db, bo), again(db, cy)

    found = get_membership_request(db, bo, asked.request.public_id)

    assert people_who_answer(db, found) == {ada.person, bo.person}
    assert [len(membership_requests_to_answer(db, actor)) for actor in (bo, cy)] == [1, 0]
    with pytest.raises(NotAllowed):
        turn_down_membership(db, cy, found)
    agree_to_membership(db, bo, found)


def test_desks_of_others_and_of_other_events_do_not_answer(
    db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    make_desk(db, ada, db.get_one(Programme, event.programme_id), countries=["SE"], officer=cy)
    other = make_programme(db, bo, name="Elsewhere")
    elsewhere = make_event(db, again(db, bo), other, name="Elsewhere Match", template="matchmaking")
    elsewhere = open_phase(db, again(db, bo), elsewhere, PhaseKind.REGISTRATION)
    make_desk(db, bo, other, countries=["SE"], officer=dee)
    organisation = imported(db, ada, event)
    asked = asking(db, eve, organisation)
    places = [find_registration(db, event.id, contact) for contact in _members(db, organisation)]
    places.append(with_place(db, eve, elsewhere, organisation))

    found = get_membership_request(db, eve, asked.request.public_id)

    assert [place.desk_id is not None for place in places if place] == [True, True]
    assert people_who_answer(db, found) == {ada.person}


def _members(db: Database, organisation: Organisation) -> list[int]:
    return list(db.exec(select(Membership.person_id).where(Membership.organisation_id == organisation.id)))


def test_beside_a_contact_organisers_never_answer(db: Database, ada: Actor, bo: Actor, eve: Actor) -> None:
    ada, event = gathering(db, ada)
    asked = asking(db, eve, added(db, bo))
    around = replace(asked.answerers, events=frozenset({event.id}), programmes=frozenset({event.programme_id}))

    for answer in (agree_to_membership, turn_down_membership):
        with pytest.raises(NotAllowed):
            answer(db, ada, replace(asked, answerers=around))


def test_a_desk_and_organisers_answer_nothing_while_there_is_a_contact(
    db: Database, ada: Actor, bo: Actor, cy: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    make_desk(db, ada, db.get_one(Programme, event.programme_id), officer=cy)
    organisation = added(db, bo)
    asked = asking(db, eve, organisation)
    with_place(db, eve, event, organisation)

    for somebody in (ada, again(db, cy)):
        assert membership_requests_to_answer(db, somebody) == []
        with pytest.raises(NotAllowed):
            agree_to_membership(db, somebody, asked)


def test_whoever_gave_their_place_back_is_decided_on_by_nobody_there(db: Database, ada: Actor, eve: Actor) -> None:
    ada, event = gathering(db, ada)
    organisation = make_organisation(db, "Norrsken")
    asked = asking(db, eve, organisation)
    place = with_place(db, eve, event, organisation)
    withdraw_registration(db, again(db, eve), RegistrationInEvent(place, event.event))

    found = get_membership_request(db, eve, asked.request.public_id)

    assert people_who_answer(db, found) == set()
    assert membership_requests_to_answer(db, ada) == []


def test_an_event_that_is_over_decides_nothing(db: Database, ada: Actor, eve: Actor) -> None:
    ada, event = gathering(db, ada)
    asked = asking(db, eve, imported(db, ada, event))
    close_event(db, ada, event)

    found = get_membership_request(db, eve, asked.request.public_id)

    assert people_who_answer(db, found) == set()
    assert membership_requests_to_answer(db, ada) == []


# What follows in events


def test_who_was_agreed_to_takes_part_for_the_organisation_in_events_that_go_on(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    ada, event = gathering(db, ada)
    organisation = added(db, bo)
    asked = asking(db, eve, organisation)
    place = with_place(db, eve, event, organisation)

    agree_to_membership(db, again(db, bo), asked)

    db.refresh(place)
    assert (place.organisation_id, place.asked_organisation_id) == (organisation.id, None)


def test_an_event_that_is_over_is_left_as_it_was(db: Database, ada: Actor, bo: Actor, eve: Actor) -> None:
    ada, event = gathering(db, ada)
    organisation = added(db, bo)
    asked = asking(db, eve, organisation)
    place = with_place(db, eve, event, organisation)
    close_event(db, ada, event)

    agree_to_membership(db, again(db, bo), asked)

    db.refresh(place)
    assert (place.organisation_id, place.asked_organisation_id) == (None, None)


def test_registrations_for_another_organisation_stay_as_they_are(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    _ada, event = gathering(db, ada)
    home, other = make_organisation(db, "Home"), added(db, bo)
    place = make_registration(db, eve, event, organisation=home)

    agree_to_membership(db, again(db, bo), asking(db, eve, other))

    db.refresh(place)
    assert place.organisation_id == home.id


def test_who_was_turned_down_takes_part_as_themselves_until_they_are_agreed_to(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    _ada, event = gathering(db, ada)
    organisation = added(db, bo)
    asked = asking(db, eve, organisation)
    place = with_place(db, eve, event, organisation)
    turn_down_membership(db, again(db, bo), asked)
    db.refresh(place)
    alone = place.organisation_id

    agree_to_membership(db, again(db, bo), asking(db, eve, organisation))

    db.refresh(place)
    assert (alone, place.organisation_id) == (None, organisation.id)


def test_who_takes_a_request_back_takes_part_as_themselves_for_good(
    db: Database, ada: Actor, bo: Actor, eve: Actor
) -> None:
    _ada, event = gathering(db, ada)
    organisation = added(db, bo)
    asked = asking(db, eve, organisation)
    place = with_place(db, eve, event, organisation)

    take_back_membership_request(db, eve, asked)

    db.refresh(place)
    assert (place.organisation_id, place.asked_organisation_id) == (None, None)
