"""Registration: places, approval, the waiting list and withdrawal."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.core.journal import Fact, JournalEntry
from events.core.refusals import Invalid
from events.events import Approval, EventClosedAlready, EventWithPhases, change_event, close_event
from events.phases import PhaseKind, PhaseNotOpen
from events.registration import (
    RegisteredAlready,
    RegistrationAccepted,
    RegistrationInEvent,
    RegistrationMadeToWait,
    RegistrationPromoted,
    RegistrationState,
    accept_registration,
    decline_registration,
    register,
    withdraw_registration,
)
from tests.makers import again, make_event, make_programme, make_registration, open_phase, shut_phase


def full_event(db: Database, ada: Actor, *, there: tuple[Actor, ...] = ()) -> EventWithPhases:
    """An event with one place, open for registration; those `there` have registered."""
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = open_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)
    event.event.capacity = 1
    for person in there:
        make_registration(db, person, event)
    return event


def give_places(db: Database, ada: Actor, event: EventWithPhases, capacity: int | None) -> None:
    """Change how many places the event has, and nothing else."""
    row = event.event
    change_event(
        db, ada, event, name=row.name, tagline=row.tagline, description=row.description, zone=row.zone,
        capacity=capacity, approval=row.approval,
    )  # fmt: skip


def told(db: Database, fact: type[Fact]) -> list[int]:
    """The registrations that facts of this kind are about."""
    rows = db.exec(select(JournalEntry).where(JournalEntry.kind == fact.__name__).order_by(col(JournalEntry.id)))
    return [row.particulars["registration_id"] for row in rows]


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


def test_more_places_go_to_those_who_wait(db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor) -> None:
    event = full_event(db, ada, there=(bo,))
    waiting = [make_registration(db, person, event) for person in (cy, dee)]

    give_places(db, again(db, ada), event, 2)

    assert [row.state for row in waiting] == [RegistrationState.ACCEPTED, RegistrationState.WAITING]
    assert told(db, RegistrationPromoted) == [waiting[0].id]


def test_without_a_limit_nobody_waits_any_more(db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor) -> None:
    event = full_event(db, ada, there=(bo,))
    waiting = [make_registration(db, person, event) for person in (cy, dee)]

    give_places(db, again(db, ada), event, None)

    assert [row.state for row in waiting] == [RegistrationState.ACCEPTED, RegistrationState.ACCEPTED]


def test_an_event_that_is_over_gives_nobody_a_place(db: Database, ada: Actor, bo: Actor, cy: Actor) -> None:
    event = full_event(db, ada)
    first, second = make_registration(db, bo, event), make_registration(db, cy, event)
    close_event(db, again(db, ada), event)

    withdraw_registration(db, bo, RegistrationInEvent(first, event.event))

    assert second.state is RegistrationState.WAITING


@pytest.mark.parametrize("decide", [accept_registration, decline_registration])
@pytest.mark.parametrize("state", [RegistrationState.APPLIED, RegistrationState.WAITING, RegistrationState.DECLINED])
def test_nobody_is_let_in_or_turned_away_when_the_event_is_over(
    db: Database, ada: Actor, bo: Actor, decide: Callable[..., None], state: RegistrationState
) -> None:
    event = full_event(db, ada)
    place = RegistrationInEvent(make_registration(db, bo, event), event.event)
    place.registration.state = state
    close_event(db, again(db, ada), event)

    with pytest.raises(EventClosedAlready):
        decide(db, again(db, ada), place)

    assert place.registration.state is state


def test_who_is_approved_while_the_event_is_full_is_told_once_that_they_wait(
    db: Database, ada: Actor, bo: Actor, cy: Actor
) -> None:
    event = full_event(db, ada, there=(bo,))
    event.event.approval = Approval.ORGANISER
    place = RegistrationInEvent(make_registration(db, cy, event), event.event)

    accept_registration(db, again(db, ada), place)
    accept_registration(db, again(db, ada), place)

    assert place.registration.state is RegistrationState.WAITING
    assert told(db, RegistrationMadeToWait) == [place.id]


def test_who_was_declined_can_be_let_in_after_all_while_a_place_is_free(
    db: Database, ada: Actor, bo: Actor, cy: Actor
) -> None:
    event = full_event(db, ada)
    event.event.approval = Approval.ORGANISER
    first, second = (
        RegistrationInEvent(make_registration(db, person, event), event.event) for person in (bo, cy)
    )  # fmt: skip
    for place in (first, second):
        decline_registration(db, again(db, ada), place)

    accept_registration(db, again(db, ada), first)
    accept_registration(db, again(db, ada), second)

    states = [first.registration.state, second.registration.state]
    assert states == [RegistrationState.ACCEPTED, RegistrationState.WAITING]
    assert told(db, RegistrationAccepted) == [first.id]


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
