"""Colleagues at the same moment, with real threads and connections: one hands over, the other reads that they did."""

import pytest
from sqlmodel import select

from events.core.database import Database, reading, transaction
from events.core.refusals import Refusal
from events.registration import RegistrationInEvent, withdraw_registration
from sessions.answers import accept_meeting
from sessions.blocks import tables_of
from sessions.colleagues import delegate_meeting, take_over_meeting
from sessions.guests import add_to_meeting, leave_meeting
from sessions.meetings import AnsweredAlready, Meeting, MeetingInEvent, MeetingState, get_meeting
from sessions.moves import cancel_meeting, move_meeting
from sessions.sides import side_of
from tests.makers import make_organisation, make_person
from tests.sessions.makers_meetings import make_colleague, make_fair, make_participant
from tests.sessions.test_booking_races import (
    Ground,
    Step,
    as_seen,
    end_all,
    kinds,
    problems,
    race,
    requested,
    standing,
    state_of,
)

ROUNDS = 8
# Bo, Tam and Mel are from one organisation, Cy and Dee from none.
BO, CY, TAM, MEL, DEE = range(5)


@pytest.fixture
def ground(database_url: str) -> Ground:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=6, tables=3)
        mill = make_organisation(db, "Nordmühle")
        bo = make_colleague(db, make_person(db, "Bo Berg"), fair, mill)
        cy = make_participant(db, make_person(db, "Cy Costa"), fair)
        tam, mel = (make_colleague(db, make_person(db, name), fair, mill) for name in ("Tam Tamm", "Mel Meyer"))
        dee = make_participant(db, make_person(db, "Dee Dumont"), fair)
    return Ground(fair, [bo, cy, tam, mel, dee])


def hands_over(ground: Ground, seen: MeetingInEvent, who: int, to: int) -> Step:
    """Bo's side of a meeting, as it was seen, goes to another."""

    def step(db: Database) -> object:
        side = side_of(seen, ground.people[BO].person or 0)
        return delegate_meeting(db, ground.people[who], side, to=ground.place(db, to))

    return step


def takes_over(ground: Ground, seen: MeetingInEvent, who: int) -> Step:
    def step(db: Database) -> object:
        side = side_of(seen, ground.people[BO].person or 0)
        return take_over_meeting(db, ground.people[who], side, own=ground.place(db, who))

    return step


def brings(ground: Ground, meeting: str, lead: int, colleague: int) -> Step:
    def step(db: Database) -> object:
        actor = ground.people[lead]
        side = side_of(get_meeting(db, actor, meeting), actor.person or 0)
        return add_to_meeting(db, actor, side, registration=ground.place(db, colleague))

    return step


def asker_of(meeting: str) -> int:
    with reading() as db:
        return db.exec(select(Meeting.asker_id).where(Meeting.public_id == meeting)).one()


def test_two_who_take_a_meeting_over_at_once_have_one_winner(ground: Ground) -> None:
    for _round in range(ROUNDS):
        meeting = standing(ground)
        seen = [as_seen(ground, meeting), as_seen(ground, meeting)]

        outcomes = race(takes_over(ground, seen[0], TAM), takes_over(ground, seen[1], MEL))

        winner = TAM if outcomes[0] is None else MEL
        assert kinds(outcomes) == ["AnsweredAlready", "done"]
        assert asker_of(meeting) == ground.people[winner].person
        assert problems() == []
        end_all(ground)


def test_handing_over_and_moving_at_once_has_one_winner(ground: Ground) -> None:
    for _round in range(ROUNDS):
        meeting = standing(ground)
        seen = [as_seen(ground, meeting), as_seen(ground, meeting)]

        outcomes = race(
            hands_over(ground, seen[0], BO, TAM),
            lambda db, of=seen[1]: move_meeting(db, ground.people[CY], of, slot=ground.fair.slots[1]),
        )

        assert kinds(outcomes) == ["AnsweredAlready", "done"]
        assert (asker_of(meeting) == ground.people[TAM].person) == (outcomes[0] is None)
        assert problems() == []
        end_all(ground)


def test_handing_a_request_over_while_it_is_accepted_has_one_winner(ground: Ground) -> None:
    for _round in range(ROUNDS):
        meeting = requested(ground)
        seen = [as_seen(ground, meeting), as_seen(ground, meeting)]

        outcomes = race(
            hands_over(ground, seen[0], BO, TAM), lambda db, of=seen[1]: accept_meeting(db, ground.people[CY], of)
        )

        assert kinds(outcomes) == ["AnsweredAlready", "done"]
        assert (state_of(meeting) is MeetingState.SCHEDULED) == (outcomes[1] is None)
        assert problems() == []
        end_all(ground)


def test_handing_over_and_cancelling_at_once_leaves_no_seat_over(ground: Ground) -> None:
    for _round in range(ROUNDS):
        meeting = standing(ground)
        seen = [as_seen(ground, meeting), as_seen(ground, meeting)]

        outcomes = race(
            hands_over(ground, seen[0], BO, TAM), lambda db, of=seen[1]: cancel_meeting(db, ground.people[CY], of)
        )

        assert kinds(outcomes) == ["AnsweredAlready", "done"]
        assert problems() == []
        end_all(ground)


def test_a_colleague_is_not_booked_elsewhere_while_they_are_handed_a_meeting(ground: Ground) -> None:
    for _round in range(ROUNDS):
        meeting = standing(ground)

        outcomes = race(hands_over(ground, as_seen(ground, meeting), BO, TAM), ground.ask(DEE, TAM))

        assert kinds(outcomes) == ["SlotTaken", "done"]
        assert problems() == []
        end_all(ground)


def test_two_colleagues_who_exchange_their_meetings_do_not_wait_for_each_other(ground: Ground) -> None:
    for _round in range(ROUNDS):
        one, other = standing(ground, BO, CY), standing(ground, TAM, DEE)
        theirs = as_seen(ground, other)

        outcomes = race(
            hands_over(ground, as_seen(ground, one), BO, TAM),
            lambda db, of=theirs: delegate_meeting(
                db, ground.people[TAM], side_of(of, of.meeting.asker_id), to=ground.place(db, BO)
            ),
        )

        assert kinds(outcomes) == ["SlotTaken", "SlotTaken"]
        assert problems() == []
        end_all(ground)


def test_the_last_chair_is_given_once(ground: Ground) -> None:
    with transaction() as db:
        for table in tables_of(db, ground.fair.event.id):
            table.chairs = 3
            db.add(table)
    for _round in range(ROUNDS):
        meeting = standing(ground)

        outcomes = race(brings(ground, meeting, BO, TAM), brings(ground, meeting, BO, MEL))

        assert kinds(outcomes) == ["TableTooSmall", "done"]
        assert problems() == []
        end_all(ground)


def test_a_guest_who_comes_along_while_all_move_moves_too(ground: Ground) -> None:
    for _round in range(ROUNDS):
        meeting = standing(ground)

        outcomes = race(
            brings(ground, meeting, BO, TAM), ground.on(meeting, CY, move_meeting, slot=ground.fair.slots[1])
        )

        assert all(one is None or isinstance(one, AnsweredAlready) for one in outcomes)
        assert problems() == []
        end_all(ground)


def test_a_guest_who_leaves_while_all_move_keeps_no_seat(ground: Ground) -> None:
    for _round in range(2 * ROUNDS):
        meeting = standing(ground)
        with transaction() as db:
            brings(ground, meeting, BO, TAM)(db)
        seen = as_seen(ground, meeting)

        outcomes = race(
            lambda db, of=seen: leave_meeting(db, ground.people[TAM], of),
            ground.on(meeting, CY, move_meeting, slot=ground.fair.slots[1]),
        )

        assert all(one is None or isinstance(one, AnsweredAlready) for one in outcomes)
        assert None in outcomes
        assert problems() == []
        end_all(ground)


def test_a_guest_who_leaves_twice_at_once_leaves_once(ground: Ground) -> None:
    for _round in range(ROUNDS):
        meeting = standing(ground)
        with transaction() as db:
            brings(ground, meeting, BO, TAM)(db)

        outcomes: list[Refusal | None] = race(
            ground.on(meeting, TAM, leave_meeting), ground.on(meeting, TAM, leave_meeting)
        )

        # Whoever reads the meeting after the first has left is no guest any more, and it may not be theirs to see.
        assert sorted(one is None for one in outcomes) == [False, True]
        assert problems() == []
        end_all(ground)


def test_a_colleague_who_leaves_the_event_at_that_moment_gets_no_meeting(ground: Ground) -> None:
    meeting = standing(ground)
    seen = as_seen(ground, meeting)

    def leave(db: Database) -> object:
        place = RegistrationInEvent(ground.place(db, TAM), ground.fair.event.event)
        return withdraw_registration(db, ground.people[TAM], place)

    outcomes = race(hands_over(ground, seen, BO, TAM), leave)

    cancelled = state_of(meeting) is MeetingState.CANCELLED
    assert outcomes[1] is None
    assert cancelled == (outcomes[0] is None)
    assert problems() == []
