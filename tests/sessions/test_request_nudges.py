"""Requests that nobody answered: one reminder while there is time, and none once there is nothing to answer."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.timers import run_due_timers
from events.events import close_event
from events.letter_choices import Subscription, Topic, stop_letters
from frontend.app import make_app
from mailer.letters import Letter, LetterState
from sessions.answers import accept_meeting, decline_meeting
from sessions.request_nudges import reminded_at
from sessions.requests import withdraw_request
from tests.mailer.makers_letters import text_of, written
from tests.makers import NOW, make_person, person_of
from tests.sessions.makers_meetings import Fair, make_fair, make_participant, make_request, with_rules


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    make_app()  # letters link to pages
    return make_fair(db, ada)


@pytest.mark.parametrize(
    ("lasts", "left"),
    [
        (timedelta(hours=4), timedelta(minutes=80)),
        (timedelta(hours=48), timedelta(hours=16)),
        (timedelta(days=10), timedelta(hours=24)),
        (timedelta(hours=4) - timedelta(minutes=1), None),
        (timedelta(minutes=15), None),
    ],
)
def test_a_third_of_its_time_before_the_end_and_a_day_at_most(lasts: timedelta, left: timedelta | None) -> None:
    assert reminded_at(NOW, NOW + lasts) == (None if left is None else NOW + lasts - left)


def asked(db: Database, fair: Fair, *, hours: int = 6):
    """Bo asks Cy; the request lasts so many hours."""
    with_rules(db, fair, lasts_minutes=hours * 60)
    bo, cy = (make_participant(db, make_person(db, name), fair) for name in ("Bo Berg", "Cy Costa"))
    return bo, cy, make_request(db, fair, asker=bo, invitee=cy, note="Your cheese and our caves")


def letters_at(db: Database, hours: float) -> list[Letter]:
    """The reminders that are to be sent when the worker has looked so long after the request."""
    db.commit()
    with clock.frozen_at(NOW + timedelta(hours=hours)):
        run_due_timers()
        written(db)
        db.expire_all()
        query = select(Letter).where(Letter.kind == "request_unanswered", Letter.state == LetterState.WAITING)
        return list(db.exec(query))


def test_whoever_has_not_answered_is_reminded_once_with_what_was_asked(db: Database, fair: Fair) -> None:
    asked(db, fair)
    early, [letter], later = (letters_at(db, hours) for hours in (3.9, 4.1, 5))

    assert (early, len(later)) == ([], 1)
    assert letter.address == "cy@example.org"
    for words in ("Bo Berg waits for your answer", "Your cheese and our caves", "Please answer by"):
        assert words in text_of(letter)


@pytest.mark.parametrize("end", ["accepted", "declined", "withdrawn"])
def test_nobody_is_reminded_of_what_has_an_end(db: Database, fair: Fair, end: str) -> None:
    bo, cy, meeting = asked(db, fair)
    if end == "accepted":
        accept_meeting(db, cy, meeting)
    elif end == "declined":
        decline_meeting(db, cy, meeting)
    else:
        withdraw_request(db, bo, meeting)

    assert letters_at(db, 4.1) == []


def test_a_worker_that_was_away_says_nothing_too_late(db: Database, fair: Fair) -> None:
    asked(db, fair)

    assert letters_at(db, 7) == []


def test_who_wants_no_reminders_gets_none(db: Database, fair: Fair) -> None:
    _bo, cy, _meeting = asked(db, fair)
    person = person_of(db, cy)
    stop_letters(db, cy, Subscription(person, Topic.REMINDERS))

    assert letters_at(db, 4.1) == []


def test_nobody_is_reminded_of_what_cannot_be_accepted_any_more(db: Database, fair: Fair) -> None:
    asked(db, fair)
    close_event(db, fair.ada, fair.event)

    assert letters_at(db, 4.1) == []


def test_a_reminder_that_waits_is_not_written_once_the_event_is_over(db: Database, fair: Fair) -> None:
    asked(db, fair)
    db.commit()
    with clock.frozen_at(NOW + timedelta(hours=4.1)):
        run_due_timers()
    close_event(db, fair.ada, fair.event)

    assert letters_at(db, 4.1) == []
