"""Availability: what somebody says about when they can meet, and when two people can meet each other."""

import pytest

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Invalid, NotAllowed
from sessions.availability import MeetingThen, absences_of, common_slots, free_slots, has_stated, set_availability
from sessions.blocks import tables_of
from tests.makers import NOW, again
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant, make_request, with_rules


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


def common(db: Database, fair: Fair, bo: Actor, cy: Actor) -> list[int]:
    found = common_slots(db, fair.event, bo.person or 0, cy.person or 0)
    return [fair.slots.index(slot) for slot in found]


def test_without_a_word_everybody_can_meet(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    assert common(db, fair, bo, cy) == [0, 1, 2, 3]
    assert not has_stated(db, fair.event.id, bo.person or 0)


def test_two_can_meet_where_neither_is_absent_or_taken(
    db: Database, fair: Fair, bo: Actor, cy: Actor, dee: Actor
) -> None:
    dee = make_participant(db, dee, fair)
    set_availability(db, bo, fair.event, absent=[fair.slots[0].starts_at])
    set_availability(db, cy, fair.event, absent=[fair.slots[1].starts_at])
    make_request(db, fair, asker=dee, invitee=cy, slot=2)

    assert common(db, fair, bo, cy) == [3]
    assert [fair.slots.index(slot) for slot in free_slots(db, fair.event, bo.person or 0)] == [1, 2, 3]


def test_a_seat_in_another_event_counts(db: Database, ada: Actor, fair: Fair, bo: Actor, cy: Actor, dee: Actor) -> None:
    other = make_fair(db, ada, name="Other Match")
    bo, dee = (make_participant(db, one, other) for one in (bo, dee))
    make_meeting(db, other, asker=bo, invitee=dee, slot=3)

    assert common(db, fair, bo, cy) == [0, 1, 2]


def test_an_expired_hold_does_not_count(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    with_rules(db, fair, lasts_minutes=30)
    request = make_request(db, fair, asker=bo, invitee=cy)

    with clock.frozen_at(request.meeting.expires_at):
        found = common(db, fair, bo, cy)

    assert found == [0, 1, 2, 3]


def test_a_time_at_which_all_tables_are_taken_is_not_offered(
    db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor, mel: Actor
) -> None:
    small = make_fair(db, ada, tables=1, name="Small Match")
    bo, cy, dee, mel = (make_participant(db, one, small) for one in (bo, cy, dee, mel))
    make_meeting(db, small, asker=dee, invitee=mel, slot=1)

    assert common(db, small, bo, cy) == [0, 2, 3]


def test_no_time_is_offered_to_those_for_whom_no_table_would_do(
    db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor, mel: Actor
) -> None:
    small = make_fair(db, ada, tables=2, name="Small Match")
    bo, cy, dee, mel = (make_participant(db, one, small) for one in (bo, cy, dee, mel))
    for table, keeper in zip(tables_of(db, small.event.id), (dee, mel), strict=True):
        table.kept_for_id = keeper.person
    db.flush()

    offered = [common(db, small, bo, other) for other in (cy, dee)]

    assert offered == [[], [0, 1, 2, 3]]


def test_times_that_have_passed_are_not_offered(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    with clock.frozen_at(fair.slots[1].starts_at):
        found = common(db, fair, bo, cy)

    assert found == [2, 3]


def test_what_is_said_replaces_what_was_said_before(db: Database, fair: Fair, bo: Actor) -> None:
    set_availability(db, bo, fair.event, absent=[fair.slots[0].starts_at, fair.slots[1].starts_at])
    set_availability(db, bo, fair.event, absent=[fair.slots[1].starts_at, fair.slots[1].starts_at])

    assert absences_of(db, fair.event.id, {bo.person or 0}) == {fair.slots[1].starts_at}
    assert has_stated(db, fair.event.id, bo.person or 0)


def test_absence_is_of_slots(db: Database, fair: Fair, bo: Actor) -> None:
    with pytest.raises(Invalid, match="among the event's times"):
        set_availability(db, bo, fair.event, absent=[NOW])


def test_nobody_is_away_while_they_meet(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    make_meeting(db, fair, asker=bo, invitee=cy, slot=1)

    with pytest.raises(MeetingThen, match="You have a meeting at 09:25"):
        set_availability(db, cy, fair.event, absent=[fair.slots[1].starts_at])


def test_somebody_may_be_away_when_they_are_only_asked(db: Database, fair: Fair, bo: Actor, cy: Actor) -> None:
    make_request(db, fair, asker=bo, invitee=cy, slot=1)

    set_availability(db, cy, fair.event, absent=[fair.slots[1].starts_at])

    assert absences_of(db, fair.event.id, {cy.person or 0}) == {fair.slots[1].starts_at}


def test_only_participants_say_when_they_can_meet(db: Database, fair: Fair, eve: Actor) -> None:
    with pytest.raises(NotAllowed):
        set_availability(db, again(db, eve), fair.event, absent=[])


def test_who_meets_where_they_had_said_that_they_are_away_says_anew_when_else_they_can(
    db: Database, ada: Actor, fair: Fair, bo: Actor, cy: Actor
) -> None:
    """Away from one event for the sake of another, which is at the same time."""
    other = make_fair(db, ada, name="Other Match")
    bo, cy = (make_participant(db, one, other) for one in (bo, cy))
    set_availability(db, bo, fair.event, absent=[fair.slots[1].starts_at])
    make_meeting(db, other, asker=cy, invitee=bo, slot=1)
    absent = {fair.slots[1].starts_at, fair.slots[3].starts_at}

    set_availability(db, bo, fair.event, absent=absent)

    assert absences_of(db, fair.event.id, {bo.person or 0}) == absent
