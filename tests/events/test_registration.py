"""Registration: places, approval, the waiting list and withdrawal."""

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Invalid
from events.phases import PhaseKind, PhaseNotOpen
from events.registration import (
    RegisteredAlready,
    RegistrationInEvent,
    RegistrationState,
    register,
    withdraw_registration,
)
from tests.makers import again, make_event, make_programme, make_registration, open_phase, shut_phase


def test_the_last_place_goes_to_one_and_the_next_waits(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = open_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)
    event.event.capacity = 1

    states = [make_registration(db, person, event).state for person in (bo, cy)]

    assert states == [RegistrationState.ACCEPTED, RegistrationState.WAITING]


def test_a_place_that_is_given_back_goes_to_the_next_in_line(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = open_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)
    event.event.capacity = 1
    first, second = make_registration(db, bo, event), make_registration(db, cy, event)

    withdraw_registration(db, bo, RegistrationInEvent(first, event.event))

    assert second.state == RegistrationState.ACCEPTED


def test_nobody_registers_twice(db: Database, ada: Actor, bo: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = open_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)
    make_registration(db, bo, event)

    with pytest.raises(RegisteredAlready, match="registered for this event already"):
        make_registration(db, bo, event)


def test_a_closed_registration_says_when_it_closed(db: Database, ada: Actor, bo: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = shut_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)

    with pytest.raises(PhaseNotOpen) as refused:
        make_registration(db, bo, event)

    assert str(refused.value) == "Registration closed on Tue, 14 Apr 2026, 08:00 (UTC)."


def test_missing_consent_and_type_are_named_together(db: Database, ada: Actor, bo: Actor) -> None:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = open_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)

    with pytest.raises(Invalid) as refused:
        register(db, bo, event, type_code="", answers={}, consent=False)

    assert set(refused.value.fields) == {"type", "consent"}
