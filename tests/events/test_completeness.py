"""Who has not finished their registration is asked to, once in three days, by button and by the clock."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.answering import answer_questions
from events.completeness import ask_to_finish, asked_then, count_unfinished, unfinished_in
from events.core import clock
from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.journal import JournalEntry
from events.core.timers import run_due_timers
from events.events import EventWithPhases
from events.form_building import add_question
from events.phases import PhaseKind
from events.registration import RegistrationInEvent, withdraw_registration
from tests.makers import (
    again,
    make_event,
    make_organisation,
    make_person,
    make_programme,
    make_registration,
    open_phase,
    reload_event,
)
from tests.sessions.racing import kinds, race


@pytest.fixture
def event(db: Database, ada: Actor) -> EventWithPhases:
    """A hackathon that is open for registration for a week."""
    programme = make_programme(db, ada)
    return open_phase(db, again(db, ada), make_event(db, again(db, ada), programme), PhaseKind.REGISTRATION)


@pytest.fixture
def organiser(db: Database, ada: Actor, event: EventWithPhases) -> Actor:
    return again(db, ada)


def test_who_lacks_an_answer_is_asked_once_in_three_days(db, organiser, bo, cy, event):
    for one in (bo, cy):
        make_registration(db, one, event)
    add_question(db, organiser, event, label="Diet?", required=True)

    asked = [ask_to_finish(db, organiser, event), ask_to_finish(db, organiser, event)]
    with clock.frozen_at(clock.now() + timedelta(days=3)):
        asked.append(ask_to_finish(db, organiser, event))

    assert asked == [2, 0, 2]


def test_two_who_ask_at_once_ask_once(database_url: str) -> None:
    with transaction() as db:
        ada, bo = make_person(db, "Ada Adler"), make_person(db, "Bo Berg")
        programme = make_programme(db, ada)
        ada = again(db, ada)
        event = open_phase(db, ada, make_event(db, ada, programme), PhaseKind.REGISTRATION)
        make_registration(db, bo, event)
        add_question(db, ada, event, label="Diet?", required=True)

    said = race(*[lambda db: ask_to_finish(db, ada, reload_event(db, event))] * 3)

    assert kinds(said) == ["done", "done", "done"]
    with transaction() as db:
        assert len(db.exec(select(JournalEntry).where(JournalEntry.kind == "CompletionAsked")).all()) == 1


def test_who_finishes_or_leaves_is_not_asked(db, organiser, bo, cy, event):
    finishes, leaves = make_registration(db, bo, event), make_registration(db, cy, event)
    question = add_question(db, organiser, event, label="Diet?", required=True)
    answer_questions(db, bo, RegistrationInEvent(finishes, event.event), answers={str(question.id): "Vegan"})
    withdraw_registration(db, cy, RegistrationInEvent(leaves, event.event))

    assert unfinished_in(db, event.event) == []
    assert ask_to_finish(db, organiser, event) == 0


def test_in_a_matchmaking_event_an_organisation_is_needed(db, ada, bo, cy):
    programme = make_programme(db, ada)
    fair = make_event(db, again(db, ada), programme, name="Fair", template="matchmaking")
    fair = open_phase(db, again(db, ada), fair, PhaseKind.REGISTRATION)
    make_registration(db, bo, fair)
    make_registration(db, cy, fair, organisation=make_organisation(db, "Berg Dairy"))

    found = unfinished_in(db, fair.event)

    assert [(one.registration.person_id, one.lacks_organisation) for one in found] == [(bo.person, True)]


def test_the_clock_asks_two_days_before_registration_closes_but_not_those_just_asked(db, organiser, bo, cy, event):
    make_registration(db, bo, event)
    make_registration(db, cy, event)
    add_question(db, organiser, event, label="Diet?", required=True)
    db.commit()
    run_due_timers()

    before = count_unfinished(db, event.event)
    db.commit()
    with clock.frozen_at(clock.now() + timedelta(days=5, minutes=1)):
        run_due_timers()
        now = clock.now()

    assert (before.all, before.to_ask) == (2, 2)
    db.expire_all()
    assert sorted(asked_then(db, event.id, now)) == sorted([bo.person or 0, cy.person or 0])
