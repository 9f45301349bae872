"""Booking at the same moment, with real threads and connections: one wins, the other gets a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict, Invalid
from events.core.timers import TIMERS
from events.registration import Registration, RegistrationInEvent, withdraw_registration
from events.roles import actor_for
from sessions.answers import accept_meeting, decline_meeting
from sessions.availability import set_availability
from sessions.blocks import BlockInUse, add_block, blocks_of, get_block, remove_block
from sessions.meetings import AnsweredAlready, Meeting, MeetingInEvent, MeetingState, get_meeting
from sessions.moves import cancel_meeting, move_meeting
from sessions.requests import AskedAlready, TooManyRequests, request_meeting, withdraw_request
from sessions.seats import NoTableFree, SlotTaken
from tests.makers import make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_fair,
    make_meeting,
    make_participant,
    make_request,
    problems_with_seats,
    seen_by,
    with_rules,
)
from tests.sessions.racing import ROUNDS, Step, kinds, race

NAMES = ("Bo Berg", "Cy Costa", "Dee Dumont", "Mel Meyer", "Tam Tamm", "Che Caruso")


@dataclass
class Ground:
    """A committed event with people in it, for many connections."""

    fair: Fair
    people: list[Actor]

    def place(self, db: Database, number: int) -> Registration:
        wanted = (Registration.event_id == self.fair.event.id, Registration.person_id == self.people[number].person)
        return db.exec(select(Registration).where(*wanted)).one()

    def ask(self, asker: int, invitee: int, slot: int = 0) -> Step:
        def step(db: Database) -> object:
            place, actor = self.place(db, invitee), self.people[asker]
            return request_meeting(db, actor, self.fair.event, invitee=place, slot=self.fair.slots[slot])

        return step

    def on(self, meeting: str, who: int, command: Callable[..., object], **how: object) -> Step:
        def step(db: Database) -> object:
            actor = actor_for(db, self.people[who].person)
            return command(db, actor, get_meeting(db, actor, meeting), **how)

        return step


@pytest.fixture
def ground(database_url: str) -> Ground:
    with transaction() as db:
        fair = make_fair(db, make_person(db, "Ada Adler"), slots=6, tables=3)
        people = [make_participant(db, make_person(db, name), fair) for name in NAMES]
    return Ground(fair, people)


def problems() -> list[str]:
    with reading() as db:
        return problems_with_seats(db)


def state_of(meeting: str) -> MeetingState:
    with reading() as db:
        return db.exec(select(Meeting.state).where(Meeting.public_id == meeting)).one()


def as_seen(ground: Ground, meeting: str) -> MeetingInEvent:
    """A meeting as it stands on somebody's page."""
    with reading() as db:
        return seen_by(db, get_meeting(db, ground.fair.ada, meeting))


def standing(ground: Ground, asker: int = 0, invitee: int = 1, slot: int = 0) -> str:
    with transaction() as db:
        people = ground.people
        made = make_meeting(db, ground.fair, asker=people[asker], invitee=people[invitee], slot=slot)
        return made.meeting.public_id


def requested(ground: Ground, asker: int = 0, invitee: int = 1, slot: int = 0) -> str:
    with transaction() as db:
        people = ground.people
        made = make_request(db, ground.fair, asker=people[asker], invitee=people[invitee], slot=slot)
        return made.meeting.public_id


def end_all(ground: Ground) -> None:
    """Clear the table for the next round."""
    with transaction() as db:
        for meeting in db.exec(select(Meeting)).all():
            subject = MeetingInEvent(meeting, ground.fair.event.event)
            if meeting.state is MeetingState.SCHEDULED:
                cancel_meeting(db, ground.fair.ada, subject)
            elif meeting.state is MeetingState.REQUESTED:
                withdraw_request(db, actor_for(db, meeting.asker_id), subject)


def test_two_clicks_on_accept_are_one_meeting(ground: Ground) -> None:
    for _round in range(ROUNDS):
        meeting = requested(ground)

        outcomes = race(ground.on(meeting, 1, accept_meeting), ground.on(meeting, 1, accept_meeting))

        assert kinds(outcomes) == ["AnsweredAlready", "done"]
        assert (state_of(meeting), problems()) == (MeetingState.SCHEDULED, [])
        end_all(ground)


@pytest.mark.parametrize(("who", "other"), [(0, withdraw_request), (1, decline_meeting)])
def test_accepting_and_ending_a_request_at_once_has_one_winner(
    ground: Ground, who: int, other: Callable[..., object]
) -> None:
    for _round in range(ROUNDS):
        meeting = requested(ground)

        outcomes = race(ground.on(meeting, 1, accept_meeting), ground.on(meeting, who, other))

        assert kinds(outcomes) == ["AnsweredAlready", "done"]
        assert (state_of(meeting) is MeetingState.SCHEDULED) == (outcomes[0] is None)
        assert problems() == []
        end_all(ground)


def test_two_who_move_a_meeting_at_once_have_one_winner(ground: Ground) -> None:
    slots = ground.fair.slots
    for _round in range(ROUNDS):
        meeting = standing(ground)

        outcomes = race(
            ground.on(meeting, 0, move_meeting, slot=slots[1]), ground.on(meeting, 1, move_meeting, slot=slots[2])
        )

        with reading() as db:
            start = db.exec(select(Meeting.starts_at).where(Meeting.public_id == meeting)).one()
        # Who read the meeting after the first move had ended moves it once more: both are done, one after the other.
        assert start in {slots[1].starts_at, slots[2].starts_at}
        assert all(outcome is None or isinstance(outcome, AnsweredAlready) for outcome in outcomes)
        assert None in outcomes
        assert problems() == []
        end_all(ground)


def test_two_who_saw_the_same_meeting_move_it_once(ground: Ground) -> None:
    slots = ground.fair.slots
    for _round in range(ROUNDS):
        meeting = standing(ground)
        seen = [as_seen(ground, meeting), as_seen(ground, meeting)]

        outcomes = race(
            lambda db, of=seen[0]: move_meeting(db, ground.people[0], of, slot=slots[1]),
            lambda db, of=seen[1]: move_meeting(db, ground.people[1], of, slot=slots[2]),
        )

        assert kinds(outcomes) == ["AnsweredAlready", "done"]
        assert "has just been moved to" in str(next(one for one in outcomes if one is not None))
        assert problems() == []
        end_all(ground)


def test_moving_and_cancelling_at_once_leaves_no_seat_over(ground: Ground) -> None:
    for _round in range(ROUNDS):
        meeting = standing(ground)
        seen = [as_seen(ground, meeting), as_seen(ground, meeting)]

        outcomes = race(
            lambda db, of=seen[0]: move_meeting(db, ground.people[0], of, slot=ground.fair.slots[1]),
            lambda db, of=seen[1]: cancel_meeting(db, ground.people[1], of),
        )

        assert kinds(outcomes) == ["AnsweredAlready", "done"]
        assert (state_of(meeting) is MeetingState.SCHEDULED) == (outcomes[0] is None)
        assert problems() == []
        end_all(ground)


def test_two_who_cancel_at_once_cancel_once(ground: Ground) -> None:
    for _round in range(ROUNDS):
        meeting = standing(ground)

        outcomes = race(ground.on(meeting, 0, cancel_meeting), ground.on(meeting, 1, cancel_meeting))

        assert kinds(outcomes) == ["AnsweredAlready", "done"]
        assert str(next(one for one in outcomes if one is not None)) == "This meeting was cancelled."
        assert problems() == []


def test_accept_move_and_cancel_all_at_once_keep_the_seats_right(ground: Ground) -> None:
    slot = ground.fair.slots[3]
    for _round in range(ROUNDS):
        meeting = requested(ground)

        outcomes = race(
            ground.on(meeting, 1, accept_meeting),
            ground.on(meeting, 0, move_meeting, slot=slot),
            ground.on(meeting, 0, cancel_meeting),
            ground.on(meeting, 1, move_meeting, slot=ground.fair.slots[4]),
        )

        assert all(outcome is None or isinstance(outcome, Conflict) for outcome in outcomes)
        assert outcomes[0] is None
        assert problems() == []
        end_all(ground)


def test_two_who_ask_each_other_at_once_have_one_request(ground: Ground) -> None:
    for _round in range(ROUNDS):
        outcomes = race(ground.ask(0, 1), ground.ask(1, 0))

        assert kinds(outcomes) == ["AskedAlready", "done"]
        assert problems() == []
        end_all(ground)


def test_many_who_ask_one_for_one_slot_have_one_winner(ground: Ground) -> None:
    for _round in range(ROUNDS):
        outcomes = race(*[ground.ask(asker, 5) for asker in range(5)])

        assert kinds(outcomes) == ["SlotTaken"] * 4 + ["done"]
        assert problems() == []
        end_all(ground)


def test_a_pair_cannot_make_two_requests_at_once(ground: Ground) -> None:
    for _round in range(ROUNDS):
        outcomes = race(ground.ask(0, 1, slot=0), ground.ask(0, 1, slot=1), ground.ask(1, 0, slot=2))

        assert kinds(outcomes) == ["AskedAlready", "AskedAlready", "done"]
        end_all(ground)


def test_the_limit_of_open_requests_holds_at_once(ground: Ground) -> None:
    with transaction() as db:
        with_rules(db, ground.fair, max_pending=2)
    for _round in range(ROUNDS):
        outcomes = race(*[ground.ask(0, invitee, slot=invitee) for invitee in range(1, 6)])

        assert kinds(outcomes) == ["TooManyRequests"] * 3 + ["done"] * 2
        assert isinstance(next(one for one in outcomes if one is not None), TooManyRequests)
        end_all(ground)


def test_the_last_table_goes_to_one(ground: Ground) -> None:
    for _round in range(ROUNDS):
        standing(ground, 4, 5, slot=0)
        with transaction() as db:
            extra = make_meeting(
                db,
                ground.fair,
                asker=make_participant(db, make_person(db, "X", email=f"x{_round}@example.org"), ground.fair),
                invitee=make_participant(db, make_person(db, "Y", email=f"y{_round}@example.org"), ground.fair),
            )
        one, other = requested(ground, 0, 1), requested(ground, 2, 3)

        outcomes = race(ground.on(one, 1, accept_meeting), ground.on(other, 3, accept_meeting))

        assert extra.meeting.table_id is not None
        assert kinds(outcomes) == ["NoTableFree", "done"]
        assert isinstance(next(one for one in outcomes if one is not None), NoTableFree)
        assert problems() == []
        end_all(ground)


def test_three_who_accept_at_once_have_three_tables(ground: Ground) -> None:
    for _round in range(ROUNDS):
        asked = [requested(ground, *pair) for pair in ((0, 1), (2, 3), (4, 5))]

        outcomes = race(*[ground.on(one, who, accept_meeting) for one, who in zip(asked, (1, 3, 5), strict=True)])

        assert outcomes == [None, None, None]
        assert problems() == []
        end_all(ground)


def test_two_meetings_that_swap_their_slots_do_not_wait_for_each_other(ground: Ground) -> None:
    slots = ground.fair.slots
    for _round in range(ROUNDS):
        one, other = standing(ground, 0, 1, slot=0), standing(ground, 0, 2, slot=1)

        outcomes = race(
            ground.on(one, 1, move_meeting, slot=slots[1]), ground.on(other, 2, move_meeting, slot=slots[0])
        )

        assert kinds(outcomes) == ["SlotTaken", "SlotTaken"]
        assert problems() == []
        end_all(ground)


def test_two_who_leave_at_once_end_their_meeting_once(ground: Ground) -> None:
    event = ground.fair.event.event

    def leave(number: int) -> Step:
        def step(db: Database) -> object:
            place = ground.place(db, number)
            return withdraw_registration(db, ground.people[number], RegistrationInEvent(place, event))

        return step

    meeting = standing(ground)

    outcomes = race(leave(0), leave(1), ground.on(meeting, 0, move_meeting, slot=ground.fair.slots[2]))

    assert outcomes[:2] == [None, None]
    assert (state_of(meeting), problems()) == (MeetingState.CANCELLED, [])


def test_nobody_is_asked_while_they_leave(ground: Ground) -> None:
    event = ground.fair.event.event

    def leave(db: Database) -> object:
        return withdraw_registration(db, ground.people[1], RegistrationInEvent(ground.place(db, 1), event))

    race(leave, ground.ask(0, 1), ground.ask(2, 1, slot=1), ground.ask(1, 3, slot=2))

    with reading() as db:
        left = db.exec(select(Meeting).where(Meeting.state == MeetingState.REQUESTED)).all()
    assert (left, problems()) == ([], [])


def test_a_block_is_not_removed_under_a_request(ground: Ground) -> None:
    public, ada = ground.fair.block.public_id, ground.fair.ada
    start, end = ground.fair.block.starts_at, ground.fair.block.ends_at
    for _round in range(ROUNDS):
        outcomes = race(ground.ask(0, 1), lambda db, it=public: remove_block(db, ada, get_block(db, ada, it)))

        assert kinds(outcomes) in (["BlockInUse", "done"], ["Invalid", "done"])
        assert isinstance(outcomes[0], Invalid | None)
        assert isinstance(outcomes[1], BlockInUse | None)
        end_all(ground)
        with transaction() as db:
            if not blocks_of(db, ground.fair.event.id):
                public = add_block(db, ada, ground.fair.event, starts_at=start, ends_at=end).public_id


def test_two_blocks_that_overlap_are_not_added_at_once(ground: Ground) -> None:
    start = ground.fair.block.ends_at + timedelta(hours=1)

    def add(db: Database) -> object:
        end = start + timedelta(hours=1)
        return add_block(db, ground.fair.ada, ground.fair.event, starts_at=start, ends_at=end)

    assert kinds(race(add, add, add)) == ["Invalid", "Invalid", "done"]


def test_an_absence_and_a_request_at_once_do_not_both_pass(ground: Ground) -> None:
    start = ground.fair.slots[0].starts_at

    def away(db: Database) -> object:
        return set_availability(db, ground.people[1], ground.fair.event, absent=[start])

    def back() -> None:
        with transaction() as db:
            set_availability(db, ground.people[1], ground.fair.event, absent=[])

    for _round in range(ROUNDS):
        outcomes = race(ground.ask(0, 1), away)

        # Either the request came first, which an absence may follow, or the absence did and refused it.
        assert outcomes[1] is None
        assert isinstance(outcomes[0], SlotTaken | None)
        end_all(ground)
        back()


def test_expiry_and_acceptance_at_once_agree(ground: Ground) -> None:
    for _round in range(ROUNDS):
        public = requested(ground)
        meeting = as_seen(ground, public)
        with clock.frozen_at(meeting.meeting.expires_at - timedelta(seconds=1)):
            seen = ground.on(public, 1, accept_meeting)
            outcomes = race(seen, lambda db, it=meeting.id: TIMERS["meeting request expires"](db, it))

        assert outcomes == [None, None]
        assert (state_of(public), problems()) == (MeetingState.SCHEDULED, [])
        end_all(ground)


def test_the_second_request_of_a_pair_reads_a_sentence(ground: Ground) -> None:
    outcomes = race(ground.ask(0, 1), ground.ask(1, 0, slot=1))

    refused = next(one for one in outcomes if one is not None)

    assert isinstance(refused, AskedAlready)
    assert str(refused) == "There is an open request or a meeting between the two of you already."
