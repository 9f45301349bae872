"""Booking mentors at the same moment, with real threads and connections: one wins, the other gets a sentence. And what
would happen without the seats."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict
from events.joining import leave_team
from events.roles import actor_for
from events.teams import TeamInEvent
from sessions import mentoring
from sessions.meetings import Meeting, MeetingInEvent, MeetingState
from sessions.mentoring import (
    Mentoring,
    MentoringState,
    book_mentoring,
    cancel_mentoring,
    get_mentoring,
    leave_mentoring,
    move_mentoring,
)
from sessions.moves import cancel_meeting
from sessions.office_hours import HoursInEvent, close_office_hours, open_office_hours, slots_of_hours
from tests.makers import make_person
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant
from tests.sessions.makers_mentoring import (
    Clinic,
    make_clinic,
    make_hours,
    make_member_of,
    make_mentor,
    make_mentoring,
    make_other_team,
    mentoring_seen,
    problems_with_mentoring,
)
from tests.sessions.racing import ROUNDS, Step, kinds, race


@dataclass
class Ground:
    """A committed hackathon with office hours of two mentors at the same time, three teams, and a fair beside it."""

    clinic: Clinic
    cy: Actor  # in Bo's team
    dee: Actor
    wax: TeamInEvent
    eve: Actor
    salt: TeamInEvent
    others: HoursInEvent
    fair: Fair
    guest: Actor

    def book(self, who: Actor, team: TeamInEvent, slot: int, hours: HoursInEvent | None = None) -> Step:
        def step(db: Database) -> object:
            at = (hours or self.clinic.hours).hours
            return book_mentoring(db, who, team, hours=at, slot=slots_of_hours(at)[slot])

        return step

    def on(self, public: str, who: Actor, command: Callable[..., object], **how: object) -> Step:
        def step(db: Database) -> object:
            actor = actor_for(db, who.person)
            return command(db, actor, get_mentoring(db, actor, self.clinic.event, public), **how)

        return step

    def to(self, slot: int) -> dict[str, object]:
        """How to move to a slot of the first mentor."""
        return {"hours": self.clinic.hours.hours, "slot": slots_of_hours(self.clinic.hours.hours)[slot]}


@pytest.fixture
def ground(database_url: str) -> Ground:
    with transaction() as db:
        clinic = make_clinic(db, slots=6)
        cy = make_member_of(db, clinic, "Cy Costa")
        (dee, wax), (eve, salt) = make_other_team(db, clinic, "Wax"), make_other_team(db, clinic, "Salt")
        nia = make_mentor(db, clinic.ada, clinic.event, "Nia Novak")
        others = make_hours(db, nia, clinic.event, slots=6)
        fair = make_fair(db, clinic.ada, slots=6)
        guest = make_participant(db, make_person(db, "Gus Gran"), fair)
        clinic.bo = make_participant(db, clinic.bo, fair)
    return Ground(clinic, cy, dee, wax, eve, salt, others, fair, guest)


def problems() -> list[str]:
    with reading() as db:
        return problems_with_mentoring(db)


def booked(ground: Ground, slot: int = 0) -> str:
    with transaction() as db:
        return make_mentoring(db, ground.clinic, slot=slot).mentoring.public_id


def end_all(ground: Ground) -> None:
    """Clear the table for the next round."""
    with transaction() as db:
        for row in db.exec(select(Mentoring).where(Mentoring.state == MentoringState.BOOKED)).all():
            cancel_mentoring(db, ground.clinic.ada, mentoring_seen(db, ground.clinic, row))
        for meeting in db.exec(select(Meeting).where(Meeting.state == MeetingState.SCHEDULED)).all():
            cancel_meeting(db, ground.fair.ada, MeetingInEvent(meeting, ground.fair.event.event))


def test_three_teams_that_want_one_slot_have_one_winner(ground: Ground) -> None:
    clinic = ground.clinic
    for _round in range(ROUNDS):
        outcomes = race(
            ground.book(clinic.bo, clinic.team, 0), ground.book(ground.dee, ground.wax, 0),
            ground.book(ground.eve, ground.salt, 0),
        )  # fmt: skip

        assert kinds(outcomes) == ["SlotTaken", "SlotTaken", "done"]
        assert problems() == []
        end_all(ground)


def test_a_team_that_books_two_mentors_for_one_time_has_one(ground: Ground) -> None:
    clinic = ground.clinic
    for _round in range(ROUNDS):
        outcomes = race(ground.book(clinic.bo, clinic.team, 0), ground.book(ground.cy, clinic.team, 0, ground.others))

        assert kinds(outcomes) == ["SlotTaken", "done"]
        assert problems() == []
        end_all(ground)


def test_a_meeting_and_a_mentoring_at_once_have_one_winner(ground: Ground) -> None:
    clinic, fair = ground.clinic, ground.fair

    def meet(db: Database) -> object:
        return make_meeting(db, fair, asker=ground.guest, invitee=clinic.bo, slot=0)

    for _round in range(ROUNDS):
        outcomes = race(meet, ground.book(clinic.bo, clinic.team, 0))

        assert kinds(outcomes) == ["SlotTaken", "done"]
        assert problems() == []
        end_all(ground)


def test_three_bookings_to_come_are_the_most_at_once_too(ground: Ground) -> None:
    clinic = ground.clinic
    for _round in range(ROUNDS):
        outcomes = race(*[ground.book(clinic.bo, clinic.team, slot) for slot in range(5)])

        assert kinds(outcomes) == ["Conflict", "Conflict", "done", "done", "done"]
        assert problems() == []
        end_all(ground)


def test_moving_and_cancelling_at_once_leaves_no_seat_over(ground: Ground) -> None:
    clinic = ground.clinic
    for _round in range(ROUNDS):
        public = booked(ground)

        outcomes = race(
            ground.on(public, clinic.bo, move_mentoring, **ground.to(3)),
            ground.on(public, clinic.mel, cancel_mentoring),
        )

        assert all(one is None or isinstance(one, Conflict) for one in outcomes)
        assert None in outcomes
        assert problems() == []
        end_all(ground)


def test_two_who_move_it_at_once_leave_it_in_one_place(ground: Ground) -> None:
    clinic = ground.clinic
    for _round in range(ROUNDS):
        public = booked(ground)

        outcomes = race(
            ground.on(public, clinic.bo, move_mentoring, **ground.to(3)),
            ground.on(public, clinic.mel, move_mentoring, **ground.to(4)),
        )

        assert None in outcomes
        assert problems() == []
        end_all(ground)


def test_teams_that_swap_their_slots_do_not_wait_for_each_other(ground: Ground) -> None:
    clinic = ground.clinic
    for _round in range(ROUNDS):
        one = booked(ground)
        with transaction() as db:
            other = ground.book(ground.dee, ground.wax, 1)(db)
            assert isinstance(other, Mentoring)
            other_id = other.public_id

        outcomes = race(
            ground.on(one, clinic.bo, move_mentoring, **ground.to(1)),
            ground.on(other_id, ground.dee, move_mentoring, **ground.to(0)),
        )

        assert kinds(outcomes) == ["SlotTaken", "SlotTaken"]
        assert problems() == []
        end_all(ground)


def test_two_who_cannot_come_at_once_cancel_it(ground: Ground) -> None:
    clinic = ground.clinic
    for _round in range(ROUNDS):
        public = booked(ground)

        outcomes = race(ground.on(public, clinic.bo, leave_mentoring), ground.on(public, ground.cy, leave_mentoring))

        assert outcomes == [None, None]
        assert problems() == []
        with reading() as db:
            state = db.exec(select(Mentoring.state).where(Mentoring.public_id == public)).one()
        assert state is MentoringState.CANCELLED


def test_leaving_the_team_while_it_moves_leaves_no_seat_over(ground: Ground) -> None:
    clinic = ground.clinic
    public = booked(ground)

    outcomes = race(
        lambda db: leave_team(db, ground.cy, clinic.team), ground.on(public, clinic.mel, move_mentoring, **ground.to(3))
    )

    assert outcomes[0] is None
    assert isinstance(outcomes[1], Conflict | None)
    assert problems() == []


def test_leaving_the_team_while_it_books_leaves_no_seat_over(ground: Ground) -> None:
    clinic = ground.clinic

    outcomes = race(lambda db: leave_team(db, ground.cy, clinic.team), ground.book(clinic.bo, clinic.team, 0))

    assert outcomes[0] is None
    assert problems() == []
    with reading() as db:
        coming = db.exec(select(mentoring.MentoringAttendee.person_id)).all()
    assert ground.cy.person not in coming


def test_office_hours_are_not_closed_under_a_booking(ground: Ground) -> None:
    clinic = ground.clinic
    with transaction() as db:
        hours = make_hours(db, clinic.mel, clinic.event, from_now=timedelta(hours=4))
    for _round in range(ROUNDS):
        outcomes = race(
            ground.book(clinic.bo, clinic.team, 0, hours),
            lambda db, it=hours: close_office_hours(db, clinic.mel, it),
        )

        assert kinds(outcomes) in (["HoursInUse", "done"], ["Conflict", "done"])
        assert problems() == []
        end_all(ground)
        with transaction() as db:
            if outcomes[1] is None:
                hours = make_hours(db, clinic.mel, clinic.event, from_now=timedelta(hours=4))


def test_office_hours_that_overlap_are_not_opened_at_once(ground: Ground) -> None:
    clinic = ground.clinic
    start = clinic.hours.hours.ends_at + timedelta(hours=6)

    def open_(db: Database) -> object:
        return open_office_hours(db, clinic.mel, clinic.event, starts_at=start, ends_at=start + timedelta(hours=1))

    assert kinds(race(open_, open_, open_)) == ["Invalid", "Invalid", "done"]


def test_without_seats_the_same_races_book_twice(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it is the seats that the tests above see, and `problems` finds what they keep away."""
    clinic = ground.clinic
    taken: list[object] = []
    monkeypatch.setattr(mentoring, "take_mentoring_seats", lambda *_at, **what: taken.append(what))

    outcomes = race(ground.book(clinic.bo, clinic.team, 0), ground.book(ground.dee, ground.wax, 0))

    assert (kinds(outcomes), len(taken)) == (["done", "done"], 2)
    assert len(problems()) == 2
