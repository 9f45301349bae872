"""Desks: their countries and officers, whom they look after, and what officers may do for their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import select

from events.core.access import Actor, may
from events.core.database import Database, transaction
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from events.desks import (
    Desk,
    OfficerAlready,
    add_desk,
    add_desk_officer,
    change_desk,
    desk_for,
    desks_of,
    get_desk,
    officer_in_programme,
    officers_of,
    remove_desk,
    remove_desk_officer,
)
from events.events import Approval, EventClosedAlready, EventWithPhases, close_event
from events.following import make_following_event
from events.importing.lines import read_lines
from events.importing.participants import import_participants, preview_participants
from events.looking_after import (
    DeskCard,
    assign_desk,
    count_without_desk,
    desks_with_counts,
    gather_participants,
)
from events.organisations import OrganisationKind
from events.participants import participants_seen_by
from events.phases import PhaseKind
from events.programmes import Programme
from events.registration import (
    Registration,
    RegistrationInEvent,
    RegistrationState,
    accept_registration,
    decline_registration,
    get_registration,
    types_of,
    withdraw_registration,
)
from events.roles import RoleGrant
from tests.events.makers_desks import make_desk, make_participant, place_of
from tests.events.makers_hackathon import make_hackathon
from tests.events.makers_network import gathering
from tests.makers import (
    NOW,
    again,
    make_event,
    make_organisation,
    make_person,
    make_programme,
    make_registration,
    open_phase,
)


@dataclass
class House:
    """A programme of Ada's with a matchmaking event, whose Alpine desk Ola runs."""

    ada: Actor
    ola: Actor
    programme: Programme
    event: EventWithPhases
    desk: Desk


@pytest.fixture
def house(db: Database, ada: Actor) -> House:
    ada, event = gathering(db, ada)
    programme = db.exec(select(Programme).where(Programme.id == event.programme_id)).one()
    ola = make_person(db, "Ola Olsen")
    return House(ada, ola, programme, event, make_desk(db, ada, programme, officer=ola))


def desk_after(db: Database, registration: Registration) -> int | None:
    """Whose desk somebody is in the database."""
    db.flush()
    db.expire(registration)
    return registration.desk_id


# A programme's desks


def test_desks_of_a_programme_stand_by_name(db: Database, house: House) -> None:
    add_desk(db, house.ada, house.programme, name="  Adria   desk ", countries=["IT", "SI", "IT"])

    found = [(desk.name, desk.countries) for desk in desks_of(db, house.programme.id or 0)]

    assert found == [("Adria desk", ["IT", "SI"]), ("Alpine desk", ["AT"])]


@pytest.mark.parametrize(
    ("field", "sentence", "values"),
    [
        ("name", "give the desk a name", {"name": " ?! "}),
        ("name", "too long", {"name": "x" * 121}),
        ("countries", "countries from the list", {"countries": ["AQ"]}),
        ("countries", "Alpine desk covers Austria already", {"countries": ["SE", "AT"]}),
    ],
)
def test_a_desk_needs_a_name_and_countries_of_its_own(
    db: Database, house: House, field: str, sentence: str, values: dict[str, Any]
) -> None:
    said = {"name": "Other desk", "countries": ["DE"], **values}
    other = add_desk(db, house.ada, house.programme, name="Third", countries=["NO"])

    with pytest.raises(Invalid, match=sentence) as added:
        add_desk(db, house.ada, house.programme, **said)
    with pytest.raises(Invalid, match=sentence) as changed:
        change_desk(db, house.ada, other, **said)

    assert [list(one.value.fields) for one in (added, changed)] == [[field], [field]]


def test_a_desk_keeps_its_own_countries_when_it_is_changed(db: Database, house: House) -> None:
    change_desk(db, house.ada, house.desk, name="Alps", countries=["AT", "CH"])

    assert (house.desk.name, house.desk.countries) == ("Alps", ["AT", "CH"])


def test_another_programme_may_cover_the_same_country(db: Database, house: House) -> None:
    other = make_programme(db, house.ada, "Blue Sea Network")

    assert add_desk(db, again(db, house.ada), other, name="Alpine desk", countries=["AT"]).countries == ["AT"]


def test_only_organisers_of_the_programme_change_its_desks(db: Database, house: House, bo: Actor) -> None:
    for actor in (again(db, house.ola), bo):
        for refused in (
            lambda actor=actor: add_desk(db, actor, house.programme, name="Mine", countries=[]),
            lambda actor=actor: change_desk(db, actor, house.desk, name="Mine", countries=[]),
            lambda actor=actor: remove_desk(db, actor, house.desk),
            lambda actor=actor: add_desk_officer(db, actor, house.desk, person_id=bo.person or 0),
            lambda actor=actor: remove_desk_officer(db, actor, house.desk, person_id=house.ola.person or 0),
            lambda actor=actor: gather_participants(db, actor, house.desk),
            lambda actor=actor: desks_with_counts(db, actor, house.programme),
        ):
            with pytest.raises(NotAllowed):
                refused()


def test_a_desk_is_found_by_its_officers_and_organisers_in_its_own_programme(
    db: Database, house: House, bo: Actor
) -> None:
    other = make_programme(db, house.ada, "Blue Sea Network")

    found = [get_desk(db, actor, house.programme, house.desk.public_id) for actor in (house.ada, again(db, house.ola))]

    assert found == [house.desk, house.desk]
    with pytest.raises(NotFound):
        get_desk(db, bo, house.programme, house.desk.public_id)
    with pytest.raises(NotFound):
        get_desk(db, again(db, house.ada), other, house.desk.public_id)


# Officers


def test_officers_come_and_go(db: Database, house: House, bo: Actor) -> None:
    add_desk_officer(db, house.ada, house.desk, person_id=bo.person or 0)
    both = [person.name for person in officers_of(db, house.desk)]

    remove_desk_officer(db, house.ada, house.desk, person_id=house.ola.person or 0)

    assert both == ["Bo Berg", "Ola Olsen"]
    assert [person.name for person in officers_of(db, house.desk)] == ["Bo Berg"]
    assert [officer_in_programme(again(db, one), house.event) for one in (bo, house.ola)] == [True, False]


def test_an_officer_is_added_once_and_removed_once(db: Database, house: House) -> None:
    with pytest.raises(OfficerAlready, match="officer of this desk already"):
        add_desk_officer(db, house.ada, house.desk, person_id=house.ola.person or 0)

    remove_desk_officer(db, house.ada, house.desk, person_id=house.ola.person or 0)

    with pytest.raises(NotFound, match="not an officer of this desk"):
        remove_desk_officer(db, house.ada, house.desk, person_id=house.ola.person or 0)


def test_a_desk_that_goes_leaves_its_participants_and_officers_without_one(db: Database, house: House) -> None:
    place = make_participant(db, house.event, "Nia Novak")
    before = place.desk_id

    remove_desk(db, house.ada, house.desk)

    assert (before, desk_after(db, place)) == (house.desk.id, None)
    assert db.exec(select(RoleGrant.scope).where(RoleGrant.person_id == house.ola.person)).all() == []


# Whose participants


def test_whoever_registers_belongs_to_the_desk_of_their_organisations_country(db: Database, house: House) -> None:
    make_desk(db, house.ada, house.programme, name="Nordic desk", countries=["SE", "NO"])
    desks = {desk.name: desk.id for desk in desks_of(db, house.programme.id or 0)}

    places = [make_participant(db, house.event, f"{code} Somebody", country=code) for code in ("AT", "NO", "PT")]

    assert [one.desk_id for one in places] == [desks["Alpine desk"], desks["Nordic desk"], None]


def test_who_registers_for_no_organisation_has_no_desk(db: Database, house: House, bo: Actor) -> None:
    assert make_registration(db, bo, house.event).desk_id is None


def test_no_desk_is_guessed_when_two_cover_a_country(db: Database, house: House) -> None:
    company = make_organisation(db, "Mill", country="AT")
    db.add(Desk(programme_id=house.programme.id or 0, name="Twin", countries=["AT"], added_at=NOW))
    db.flush()

    assert desk_for(db, house.programme.id or 0, company.id) is None


def test_who_comes_back_for_another_organisation_changes_desks(db: Database, house: House, bo: Actor) -> None:
    first = make_registration(db, bo, house.event, organisation=make_organisation(db, "Mill", country="AT"))
    before = first.desk_id
    withdraw_registration(db, again(db, bo), place_of(db, bo, house.event))

    again_here = make_registration(db, bo, house.event, organisation=make_organisation(db, "Quinta", country="PT"))

    assert (before, again_here.desk_id) == (house.desk.id, None)


def test_imported_people_belong_to_the_desk_of_their_country(db: Database, house: House) -> None:
    lines = (
        "email,name,organisation,country\nnia@a.example,Nia,Mill,AT\nrui@a.example,Rui,Quinta,PT\nsol@a.example,Sol,,AT"
    )
    sheet = read_lines(lines.encode(), "people.csv")

    import_participants(db, house.ada, house.event, rows=preview_participants(db, house.ada, house.event, sheet).rows)

    found = db.exec(select(Registration.desk_id).order_by(Registration.id)).all()
    assert found == [house.desk.id, None, None]


def test_who_is_taken_over_keeps_their_desk_or_gets_that_of_their_country(
    db: Database, ada: Actor, bo: Actor, cy: Actor, tam: Actor
) -> None:
    hackathon = make_hackathon(db, ada)
    ada = again(db, ada)
    programme = db.exec(select(Programme).where(Programme.id == hackathon.programme_id)).one()
    for person, country in ((bo, "AT"), (cy, "PT"), (tam, "SE")):
        company = make_organisation(db, country, kind=OrganisationKind.START_UP, country=country)
        make_registration(db, person, hackathon, organisation=company)
    alpine = make_desk(db, ada, programme)
    nordic = make_desk(db, ada, programme, name="Nordic desk", countries=["SE"])
    assign_desk(db, ada, place_of(db, tam, hackathon), desk=alpine)

    match = make_following_event(db, ada, hackathon, name="Food Match", starts_at=NOW)

    came = [place_of(db, one, match).registration.desk_id for one in (bo, cy, tam)]
    assert (came, nordic.id in came) == ([alpine.id, None, alpine.id], False)


def test_organisers_assign_and_clear_a_desk(db: Database, house: House, bo: Actor) -> None:
    make_registration(db, bo, house.event)
    subject = place_of(db, bo, house.event)

    assign_desk(db, house.ada, subject, desk=house.desk)
    assigned = subject.registration.desk_id
    assign_desk(db, house.ada, subject, desk=None)

    assert (assigned, subject.registration.desk_id) == (house.desk.id, None)


def test_a_desk_of_another_programme_is_not_assigned(db: Database, house: House, bo: Actor) -> None:
    make_registration(db, bo, house.event)
    other = make_desk(db, house.ada, make_programme(db, house.ada, "Blue Sea Network"), name="Sea desk")

    with pytest.raises(Invalid, match="one of the programme's desks"):
        assign_desk(db, house.ada, place_of(db, bo, house.event), desk=other)


def test_no_desk_is_assigned_by_an_officer_or_when_the_event_is_over(db: Database, house: House) -> None:
    place = make_participant(db, house.event, "Nia Novak")
    subject = get_registration(db, again(db, house.ola), place.public_id)

    with pytest.raises(NotAllowed):
        assign_desk(db, again(db, house.ola), subject, desk=None)
    close_event(db, house.ada, house.event)
    with pytest.raises(EventClosedAlready):
        assign_desk(db, house.ada, subject, desk=None)


def test_a_new_desk_gathers_those_who_came_before_it(db: Database, house: House) -> None:
    for name, country in (("Nia Novak", "SE"), ("Sol Svensson", "SE"), ("Rui Reis", "PT")):
        make_participant(db, house.event, name, country=country)
    nordic = make_desk(db, house.ada, house.programme, name="Nordic desk", countries=["SE"])
    waiting = count_without_desk(db, nordic)

    gathered = gather_participants(db, house.ada, nordic)

    desks = db.exec(select(Registration.desk_id).order_by(Registration.id)).all()
    assert (waiting, gathered, count_without_desk(db, nordic), desks) == (2, 2, 0, [nordic.id, nordic.id, None])


def test_gathering_leaves_alone_who_has_a_desk_and_what_is_over(db: Database, house: House) -> None:
    other = make_event(db, house.ada, house.programme, name="Old Match", template="matchmaking")
    other = open_phase(db, house.ada, other, PhaseKind.REGISTRATION)
    make_participant(db, other, "Rui Reis", country="SE")
    make_participant(db, house.event, "Nia Novak", country="SE")
    nordic = make_desk(db, house.ada, house.programme, name="Nordic desk", countries=["SE"])
    nia = db.exec(select(Registration).where(Registration.event_id == house.event.id)).one()
    nia.desk_id = house.desk.id
    close_event(db, house.ada, other)

    assert gather_participants(db, house.ada, nordic) == 0


def test_a_list_of_desks_counts_officers_and_people(db: Database, house: House, bo: Actor) -> None:
    second = make_event(db, house.ada, house.programme, name="Second Match", template="matchmaking")
    second = open_phase(db, house.ada, second, PhaseKind.REGISTRATION)
    mill = make_organisation(db, "Mill", country="AT")
    for event in (house.event, second):
        make_registration(db, bo, event, organisation=mill)
    gone = make_person(db, "Nia Novak")
    make_registration(db, gone, second, organisation=mill)
    withdraw_registration(db, again(db, gone), place_of(db, gone, second))

    assert desks_with_counts(db, house.ada, house.programme) == [DeskCard(house.desk, officers=1, participants=1)]


# What officers may do for their own


def test_officers_see_and_decide_on_their_own_participants_only(db: Database, house: House) -> None:
    house.event.event.approval = Approval.ORGANISER
    own = make_participant(db, house.event, "Nia Novak")
    other = make_participant(db, house.event, "Rui Reis", country="PT")
    ola = again(db, house.ola)

    accept_registration(db, ola, get_registration(db, ola, own.public_id))

    assert own.state is RegistrationState.ACCEPTED
    with pytest.raises(NotFound):
        get_registration(db, ola, other.public_id)
    with pytest.raises(NotAllowed):
        accept_registration(db, ola, get_registration(db, house.ada, other.public_id))


def test_an_officer_declines_and_nobody_says_the_same_twice(db: Database, house: House) -> None:
    house.event.event.approval = Approval.ORGANISER
    own = make_participant(db, house.event, "Nia Novak")
    ola = again(db, house.ola)
    subject = get_registration(db, ola, own.public_id)

    decline_registration(db, ola, subject)

    assert own.state is RegistrationState.DECLINED
    with pytest.raises(Conflict, match="decided already"):
        decline_registration(db, ola, subject)
    accept_registration(db, ola, subject)
    assert own.state is RegistrationState.ACCEPTED
    with pytest.raises(Conflict, match="decided already"):
        accept_registration(db, ola, subject)


def test_an_officer_does_not_withdraw_for_others(db: Database, house: House) -> None:
    place = make_participant(db, house.event, "Nia Novak")
    ola = again(db, house.ola)

    assert not may(ola, "withdraw_registration", get_registration(db, ola, place.public_id))


def test_officers_see_participants_where_they_have_some(db: Database, house: House) -> None:
    make_participant(db, house.event, "Rui Reis", country="PT")
    with pytest.raises(NotFound):
        participants_seen_by(db, again(db, house.ola), house.event)

    make_participant(db, house.event, "Nia Novak")

    seen = participants_seen_by(db, again(db, house.ola), house.event)
    assert [card.name for card in seen.rows] == ["Nia Novak", "Rui Reis"]


def test_an_officer_whose_last_participant_left_sees_the_others_no_more(db: Database, house: House) -> None:
    place = make_participant(db, house.event, "Nia Novak")
    nia = again(db, Actor(place.person_id))
    withdraw_registration(db, nia, place_of(db, nia, house.event))

    with pytest.raises(NotFound):
        participants_seen_by(db, again(db, house.ola), house.event)


def test_a_removed_officer_may_nothing_any_more(db: Database, house: House) -> None:
    place = make_participant(db, house.event, "Nia Novak")
    remove_desk_officer(db, house.ada, house.desk, person_id=house.ola.person or 0)

    with pytest.raises(NotFound):
        get_registration(db, again(db, house.ola), place.public_id)


# At once


def at_once(*steps: Callable[[Database], object]) -> list[str]:
    """Each step in a transaction of its own, all begun at the same moment; answers the names of what came of them."""
    start = Barrier(len(steps))

    def run(step: Callable[[Database], object]) -> str:
        start.wait(timeout=20)
        try:
            with transaction() as own:
                return type(step(own)).__name__
        except Refusal as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(len(steps)) as pool:
        return sorted(pool.map(run, steps))


def test_two_desks_that_are_added_at_once_do_not_cover_one_country(db: Database, house: House) -> None:
    db.commit()

    def add(own: Database) -> Desk:
        return add_desk(own, house.ada, house.programme, name="Nordic desk", countries=["SE"])

    assert at_once(add, add) == ["Desk", "Invalid"]


def test_an_officer_who_is_added_twice_at_once_is_added_once(db: Database, house: House, bo: Actor) -> None:
    db.commit()

    def add(own: Database) -> None:
        add_desk_officer(own, house.ada, house.desk, person_id=bo.person or 0)

    assert at_once(add, add) == ["NoneType", "OfficerAlready"]


def test_a_desk_that_goes_waits_for_those_who_are_coming_to_it(db: Database, house: House, bo: Actor) -> None:
    mill = make_organisation(db, "Mill", country="AT")
    kind = types_of(db, house.event.id)[0]
    db.commit()

    def remove(own: Database) -> None:
        remove_desk(own, house.ada, own.exec(select(Desk).where(Desk.id == house.desk.id)).one())

    with ThreadPoolExecutor(1) as pool:
        with transaction() as own:
            desk_id = desk_for(own, house.programme.id or 0, mill.id)
            leaving = pool.submit(at_once, remove)
            wait([leaving], timeout=0.5)
            own.add(
                Registration(
                    event_id=house.event.id,
                    person_id=bo.person or 0,
                    type_id=kind.id or 0,
                    desk_id=desk_id,
                    state=RegistrationState.ACCEPTED,
                    registered_at=NOW,
                )
            )
        went = leaving.result()

    assert (desk_id, went) == (house.desk.id, ["NoneType"])
    assert db.exec(select(Registration.person_id, Registration.desk_id)).all() == [(bo.person, None)]


def test_a_desk_that_was_removed_is_refused_to_all_who_still_hold_it(db: Database, house: House, bo: Actor) -> None:
    place = make_registration(db, bo, house.event)
    desk = house.desk.model_copy()
    remove_desk(db, house.ada, house.desk)

    for refused in (
        lambda: change_desk(db, house.ada, desk, name="Alps", countries=[]),
        lambda: remove_desk(db, house.ada, desk),
        lambda: add_desk_officer(db, house.ada, desk, person_id=bo.person or 0),
        lambda: gather_participants(db, house.ada, desk),
        lambda: assign_desk(db, house.ada, RegistrationInEvent(place, house.event.event), desk=desk),
    ):
        with pytest.raises(NotFound, match="This desk was removed"):
            refused()
