"""The entrance of an event: codes that are used so often and no oftener, and places that are kept to be confirmed."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from events.check_in import Scan
from events.codes import CodeUnusable, RegistrationCode
from events.core import clock
from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.refusals import Invalid
from events.core.timers import run_due_timers
from events.entrance import CodeInEvent, end_code, make_code, set_entrance
from events.events import Approval, EventWithPhases, close_event
from events.offered_places import OfferOver, PlaceLapsed, confirm_place
from events.phases import PhaseKind
from events.registration import (
    PlaceOffered,
    Registration,
    RegistrationInEvent,
    RegistrationState,
    accept_registration,
    find_registration,
    places_taken,
    register,
    withdraw_registration,
)
from tests.events.test_registration import full_event, give_places, told
from tests.makers import (
    again,
    make_event,
    make_person,
    make_programme,
    make_registration,
    open_phase,
    reload_event,
)
from tests.sessions.racing import kinds, race


@pytest.fixture
def event(db: Database, ada: Actor) -> EventWithPhases:
    return full_event(db, ada)


@pytest.fixture
def organiser(db: Database, ada: Actor, event: EventWithPhases) -> Actor:
    return again(db, ada)


def enter(
    db: Database, actor: Actor, event: EventWithPhases, code: str = "", kind: str = "team member"
) -> Registration:
    return register(db, actor, event, type_code=kind, answers={}, consent=True, code=code)


def test_a_code_lets_in_so_often_and_no_oftener(db, organiser, bo, cy, event):
    code = make_code(db, organiser, event, name="Speakers", most_uses=1, skips_capacity=True)

    place = enter(db, bo, event, f" {code.code.lower()} ")
    with pytest.raises(CodeUnusable) as refused:
        enter(db, cy, event, code.code)

    assert (place.state, place.code_id, code.used) == (RegistrationState.ACCEPTED, code.id, 1)
    assert "as often as it may be" in str(refused.value.fields["code"])


@pytest.mark.parametrize("how", ["ended", "too old", "unknown", "of another type"])
def test_a_code_that_lets_in_nobody_says_why(db, organiser, bo, event, how):
    code = make_code(db, organiser, event, name="Jury", type_code="jury", valid_until=clock.now() + timedelta(hours=1))
    if how == "ended":
        end_code(db, organiser, CodeInEvent(code, event))
    if how == "too old":
        code.valid_until = clock.now()
    kind = "team member" if how == "of another type" else "jury"

    with pytest.raises(Invalid) as refused:
        enter(db, bo, event, "NOTHINGSO" if how == "unknown" else code.code, kind)

    assert list(refused.value.fields) == ["type" if how == "of another type" else "code"]


def test_a_code_spares_approval_and_capacity_each_for_itself(db, organiser, bo, cy, dee, event):
    make_registration(db, bo, event)
    event.event.approval = Approval.ORGANISER
    quick = make_code(db, organiser, event, name="Partners", skips_approval=True)
    roomy = make_code(db, organiser, event, name="Speakers", skips_capacity=True)

    waits, applied = enter(db, cy, event, quick.code), enter(db, dee, event, roomy.code)
    first = (waits.state, applied.state)
    accept_registration(db, organiser, RegistrationInEvent(applied, event.event))

    assert first == (RegistrationState.WAITING, RegistrationState.APPLIED)
    assert applied.state is RegistrationState.ACCEPTED


def test_an_event_can_be_for_those_with_a_code_only(db, organiser, bo, event):
    set_entrance(db, organiser, event, by_code_only=True, confirm_hours=None)
    code = make_code(db, organiser, event, name="Members")

    with pytest.raises(Invalid) as refused:
        enter(db, bo, event)

    assert list(refused.value.fields) == ["code"]
    assert enter(db, bo, event, code.code).state is RegistrationState.ACCEPTED


def test_who_withdraws_and_comes_back_uses_a_code_once(db, organiser, bo, event):
    code = make_code(db, organiser, event, name="Speakers", most_uses=1)
    withdraw_registration(db, bo, RegistrationInEvent(enter(db, bo, event, code.code), event.event))

    assert enter(db, bo, event, code.code).state is RegistrationState.ACCEPTED
    db.refresh(code)
    assert code.used == 1


def test_a_place_that_is_given_back_unused_lets_somebody_else_use_its_code(db, organiser, bo, cy, dee, event):
    code = make_code(db, organiser, event, name="Speakers", most_uses=1)
    place = enter(db, bo, event, code.code)
    withdraw_registration(db, bo, RegistrationInEvent(place, event.event))

    db.refresh(code)
    assert (code.used, place.code_id) == (0, None)
    assert enter(db, cy, event, code.code).state is RegistrationState.ACCEPTED
    with pytest.raises(CodeUnusable):
        enter(db, bo, event, code.code)


def test_who_came_and_left_has_used_the_code(db, organiser, bo, cy, event):
    code = make_code(db, organiser, event, name="Speakers", most_uses=1)
    place = RegistrationInEvent(enter(db, bo, event, code.code), event.event)
    db.add(
        Scan(event_id=event.id, registration_id=place.id, scan_id="door-1", counts=True, scanned_at=clock.now(),
             received_at=clock.now())
    )  # fmt: skip
    db.flush()

    withdraw_registration(db, bo, place)

    db.refresh(code)
    assert (code.used, place.registration.code_id) == (1, code.id)
    with pytest.raises(CodeUnusable):
        enter(db, cy, event, code.code)


def test_a_place_that_lapses_gives_its_code_back(db, organiser, bo, cy, event):
    set_entrance(db, organiser, event, by_code_only=False, confirm_hours=24)
    give_places(db, organiser, event, 1)
    code = make_code(db, organiser, event, name="Speakers", most_uses=1)
    first = RegistrationInEvent(enter(db, cy, event), event.event)
    waiting = enter(db, bo, event, code.code)
    withdraw_registration(db, cy, first)
    assert waiting.state is RegistrationState.OFFERED

    with clock.frozen_at(clock.now() + timedelta(hours=25)):
        db.commit()
        run_due_timers()

    db.expire_all()
    assert (waiting.state, waiting.code_id, code.used) == (RegistrationState.WITHDRAWN, None, 0)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "A", "most_uses": 0}, "most_uses"),
        ({"name": "A", "type_code": "king"}, "type"),
        ({"name": "A", "valid_until": clock.now() - timedelta(days=9999)}, "valid_until"),
    ],
)
def test_a_code_that_makes_no_sense_is_refused(db, organiser, event, values, field):
    with pytest.raises(Invalid) as refused:
        make_code(db, organiser, event, **values)

    assert list(refused.value.fields) == [field]


# Races


def _gathering(name: str = "Ada Adler") -> tuple[Actor, EventWithPhases]:
    with transaction() as db:
        ada = make_person(db, name)
        programme = make_programme(db, ada)
        ada = again(db, ada)
        return ada, open_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)


def test_the_last_use_of_a_code_is_taken_once_by_those_who_race(database_url: str) -> None:
    ada, event = _gathering()
    for number in range(4):
        with transaction() as db:
            code = make_code(db, ada, reload_event(db, event), name="Last", most_uses=1).code
            people = [make_person(db, f"P{n}", email=f"p{n}.{number}@example.org") for n in range(3)]
        said = race(*[lambda db, one=one, code=code: enter(db, one, reload_event(db, event), code) for one in people])

        assert kinds(said) == ["CodeUnusable", "CodeUnusable", "done"]
        with transaction() as db:
            assert db.exec(select(RegistrationCode.used).where(RegistrationCode.code == code)).one() == 1


def leaving(event: EventWithPhases, actor: Actor):
    def leave(db: Database) -> None:
        row = find_registration(db, event.id, actor.person)
        assert row is not None
        withdraw_registration(db, actor, RegistrationInEvent(row, reload_event(db, event).event))

    return leave


def uses_left_over(event: EventWithPhases, ada: Actor, number: int) -> tuple[list[str], int]:
    """Somebody leaves twice at once, in two windows: what that answered, and how often the code counts as used then."""
    with transaction() as db:
        code = make_code(db, ada, reload_event(db, event), name="Two", most_uses=2).code
        bo, cy = (make_person(db, name, email=f"{name}.{number}@example.org") for name in ("Bo", "Cy"))
        for one in (bo, cy):
            enter(db, one, reload_event(db, event), code)
    said = race(leaving(event, bo), leaving(event, bo))
    with transaction() as db:
        return kinds(said), db.exec(select(RegistrationCode.used).where(RegistrationCode.code == code)).one()


def test_leaving_twice_at_once_gives_one_use_back(database_url: str) -> None:
    ada, event = _gathering()

    for number in range(4):
        assert uses_left_over(event, ada, number) == (["Conflict", "done"], 1)


def test_a_use_that_leaving_gives_back_is_taken_once_by_those_who_race(database_url: str) -> None:
    ada, event = _gathering()
    with transaction() as db:
        code = make_code(db, ada, reload_event(db, event), name="Last", most_uses=1).code
        bo, cy, dee = (make_person(db, name, email=f"{name}@example.org") for name in ("Bo", "Cy", "Dee"))
        enter(db, bo, reload_event(db, event), code)

    said = race(
        leaving(event, bo), *[lambda db, one=one: enter(db, one, reload_event(db, event), code) for one in (cy, dee)]
    )

    with transaction() as db:
        used = db.exec(select(RegistrationCode.used).where(RegistrationCode.code == code)).one()
        holders = db.exec(select(Registration).where(col(Registration.code_id).is_not(None))).all()
    assert "done" in kinds(said)
    assert (used, len(holders)) == (kinds(said).count("done") - 1, used)


def test_coming_back_in_two_windows_at_once_takes_one_use(database_url: str) -> None:
    ada, event = _gathering()
    with transaction() as db:
        code = make_code(db, ada, reload_event(db, event), name="Many", most_uses=9).code
        bo = make_person(db, "Bo")
        enter(db, bo, reload_event(db, event), code)
    with transaction() as db:
        leaving(event, bo)(db)

    said = race(*[lambda db: enter(db, bo, reload_event(db, event), code) for _window in range(2)])

    assert kinds(said) == ["RegisteredAlready", "done"]
    with transaction() as db:
        assert db.exec(select(RegistrationCode.used).where(RegistrationCode.code == code)).one() == 1


def test_two_who_leave_at_once_promote_two_and_nobody_twice(database_url: str) -> None:
    ada, event = _gathering()
    with transaction() as db:
        people = [make_person(db, f"P{n}", email=f"p{n}@example.org") for n in range(5)]
        seen = reload_event(db, event)
        seen.event.capacity = 2
        set_entrance(db, ada, seen, by_code_only=False, confirm_hours=24)
        for one in people:
            enter(db, one, seen)

    def leave(db: Database, actor: Actor) -> None:
        seen = reload_event(db, event)
        row = find_registration(db, event.id, actor.person)
        assert row is not None
        withdraw_registration(db, actor, RegistrationInEvent(row, seen.event))

    said = race(*[lambda db, one=one: leave(db, one) for one in people[:2]])

    assert kinds(said) == ["done", "done"]
    with transaction() as db:
        states = [find_registration(db, event.id, one.person).state for one in people[2:]]  # type: ignore[union-attr]  # they registered
        assert states == [RegistrationState.OFFERED, RegistrationState.OFFERED, RegistrationState.WAITING]
        assert len(told(db, PlaceOffered)) == 2


def test_confirming_a_place_twice_at_once_is_confirming_it_once(database_url: str) -> None:
    ada, event = _gathering()
    with transaction() as db:
        bo, cy = make_person(db, "Bo Berg"), make_person(db, "Cy Costa")
        seen = reload_event(db, event)
        seen.event.capacity = 1
        set_entrance(db, ada, seen, by_code_only=False, confirm_hours=1)
        first = enter(db, bo, seen)
        enter(db, cy, seen)
        withdraw_registration(db, bo, RegistrationInEvent(first, seen.event))

    def confirm(db: Database) -> None:
        row = find_registration(db, event.id, cy.person)
        assert row is not None
        confirm_place(db, cy, RegistrationInEvent(row, reload_event(db, event).event))

    said = race(confirm, confirm)

    assert kinds(said).count("done") == 1
    with transaction() as db:
        assert places_taken(db, event.id) == 1


# Places to confirm


def waiting_with_offer(db: Database, ada: Actor, event: EventWithPhases, *people: Actor) -> list[Registration]:
    """The first has the only place and gives it back; the next has a day to confirm it."""
    set_entrance(db, ada, event, by_code_only=False, confirm_hours=24)
    rows = [make_registration(db, one, event) for one in people]
    withdraw_registration(db, people[0], RegistrationInEvent(rows[0], event.event))
    return rows


def test_a_free_place_is_kept_for_the_next_in_line_who_confirms_it(db, organiser, bo, cy, dee, event):
    _first, second, third = waiting_with_offer(db, organiser, event, bo, cy, dee)
    before = (second.state, third.state, places_taken(db, event.id))

    confirm_place(db, cy, RegistrationInEvent(second, event.event))

    assert before == (RegistrationState.OFFERED, RegistrationState.WAITING, 1)
    assert (second.state, third.state) == (RegistrationState.ACCEPTED, RegistrationState.WAITING)


def test_a_place_that_nobody_confirms_goes_to_the_next(db, organiser, bo, cy, dee, event):
    _first, second, third = waiting_with_offer(db, organiser, event, bo, cy, dee)
    db.commit()

    with clock.frozen_at(clock.now() + timedelta(hours=25)):
        with pytest.raises(OfferOver, match="goes to the next in line"):
            confirm_place(db, cy, RegistrationInEvent(second, event.event))
        db.commit()
        run_due_timers()

    db.expire_all()
    assert (second.state, third.state) == (RegistrationState.WITHDRAWN, RegistrationState.OFFERED)
    assert second.offer_ends_at is not None


def test_more_places_are_offered_too_and_in_order(db, organiser, bo, cy, dee, event):
    set_entrance(db, organiser, event, by_code_only=False, confirm_hours=24)
    rows = [make_registration(db, one, event) for one in (bo, cy, dee)]

    give_places(db, organiser, event, 2)

    assert [one.state for one in rows] == [
        RegistrationState.ACCEPTED, RegistrationState.OFFERED, RegistrationState.WAITING,
    ]  # fmt: skip
    assert told(db, PlaceOffered) == [rows[1].id]


def test_a_place_that_was_offered_does_not_lapse_once_the_event_is_over(db, organiser, bo, cy, event):
    _first, second = waiting_with_offer(db, organiser, event, bo, cy)
    offered = second.state
    close_event(db, organiser, event)
    db.commit()

    with clock.frozen_at(clock.now() + timedelta(hours=25)):
        run_due_timers()

    db.expire_all()
    assert (offered, told(db, PlaceLapsed)) == (RegistrationState.OFFERED, [])
