"""Consent of those who did not register themselves: asked once, at their first visit."""

import pytest
from sqlalchemy import delete
from sqlmodel import select

from events.consents import ConsentMissing, agree_to_take_part, refuse_unless_agreed, waiting_for_consent
from events.core.access import VISITOR, Actor
from events.core.database import Database
from events.core.refusals import Conflict, NotAllowed
from events.events import EventWithPhases, close_event
from events.phases import PhaseKind
from events.registration import Consent, RegistrationInEvent, RegistrationState
from tests.makers import again, make_event, make_programme, make_registration, open_phase


@pytest.fixture
def event(db: Database, ada: Actor) -> EventWithPhases:
    programme = make_programme(db, ada)
    ada = again(db, ada)
    return open_phase(db, ada, make_event(db, ada, programme, template="matchmaking"), PhaseKind.REGISTRATION)


@pytest.fixture
def entered(db: Database, bo: Actor, event: EventWithPhases) -> RegistrationInEvent:
    """Bo has a place that he did not ask for."""
    place = make_registration(db, bo, event)
    db.execute(delete(Consent))
    return RegistrationInEvent(place, event.event)


def test_who_was_entered_is_asked_until_they_agree(db: Database, bo: Actor, entered: RegistrationInEvent) -> None:
    before = [one.id for one in waiting_for_consent(db, bo)]

    agree_to_take_part(db, bo, entered, locale="de")

    assert (before, waiting_for_consent(db, bo)) == ([entered.id], [])
    assert [row.locale for row in db.exec(select(Consent))] == ["de"]


def test_agreeing_twice_is_one_consent(db: Database, bo: Actor, entered: RegistrationInEvent) -> None:
    agree_to_take_part(db, bo, entered)
    agree_to_take_part(db, bo, entered)

    assert len(db.exec(select(Consent)).all()) == 1


def test_nobody_agrees_for_somebody_else(db: Database, ada: Actor, entered: RegistrationInEvent) -> None:
    with pytest.raises(NotAllowed):
        agree_to_take_part(db, again(db, ada), entered)


def test_without_a_place_there_is_nothing_to_agree_to(db: Database, bo: Actor, entered: RegistrationInEvent) -> None:
    entered.registration.state = RegistrationState.WITHDRAWN

    with pytest.raises(Conflict, match="do not have a place"):
        agree_to_take_part(db, bo, entered)


def test_who_registered_has_agreed(db: Database, cy: Actor, event: EventWithPhases) -> None:
    make_registration(db, cy, event)

    refuse_unless_agreed(db, event.event, cy)

    assert waiting_for_consent(db, cy) == []


def test_who_has_not_agreed_is_told(db: Database, bo: Actor, entered: RegistrationInEvent) -> None:
    with pytest.raises(ConsentMissing, match="Please confirm first that you take part in Food Hack"):
        refuse_unless_agreed(db, entered.event, bo)


def test_an_event_that_is_over_asks_nobody(
    db: Database, ada: Actor, bo: Actor, event: EventWithPhases, entered: RegistrationInEvent
) -> None:
    close_event(db, again(db, ada), event)

    assert waiting_for_consent(db, bo) == []
    assert waiting_for_consent(db, VISITOR) == []
