"""Makers for mentoring: a hackathon with a mentor and a team, office hours of tomorrow, and bookings."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from events.core.access import Actor
from events.core.clock import atoms
from events.core.database import Database
from events.events import EventWithPhases
from events.registration import appoint
from events.roles import Role
from events.teams import TeamInEvent, add_member
from sessions.mentoring import Mentoring, MentoringInEvent, MentoringState, attendees_of, book_mentoring
from sessions.office_hours import HoursInEvent, OfficeHours, open_office_hours, slots_of_hours
from sessions.seats import Seat
from tests.events.makers_hackathon import make_hackathon, make_team
from tests.makers import again, make_person, make_registration
from tests.sessions.makers_meetings import tomorrow


@dataclass
class Clinic:
    """A hackathon of Ada's that Mel mentors, with Bo's team and Mel's office hours of tomorrow from 09:00 on."""

    ada: Actor
    mel: Actor
    bo: Actor
    event: EventWithPhases
    team: TeamInEvent
    hours: HoursInEvent


def make_mentor(db: Database, ada: Actor, event: EventWithPhases, name: str = "Mel Meyer") -> Actor:
    """Somebody who mentors in an event."""
    person = make_person(db, name)
    appoint(db, again(db, ada), event, person_id=person.person or 0, role=Role.MENTOR)
    return again(db, person)


def make_hours(
    db: Database, mentor: Actor, event: EventWithPhases, *, from_now: timedelta = timedelta(), slots: int = 3
) -> HoursInEvent:
    """Office hours of so many slots of 20 minutes, from tomorrow 09:00 and so much later."""
    start = tomorrow() + from_now
    row = open_office_hours(
        db, again(db, mentor), event, starts_at=start, ends_at=start + timedelta(minutes=20 * slots),
        topics="Law and money", place="Room 4",
    )  # fmt: skip
    return HoursInEvent(row, event)


def make_clinic(db: Database, *, slots: int = 3) -> Clinic:
    """Everything that mentoring needs."""
    ada, bo = make_person(db, "Ada Adler"), make_person(db, "Bo Berg")
    event = make_hackathon(db, ada, bo)
    mel = make_mentor(db, ada, event)
    team = make_team(db, bo, event)
    return Clinic(again(db, ada), mel, again(db, bo), event, team, make_hours(db, mel, event, slots=slots))


def make_member_of(db: Database, clinic: Clinic, name: str) -> Actor:
    """Somebody more in Bo's team."""
    person = make_person(db, name)
    make_registration(db, person, clinic.event)
    add_member(db, clinic.bo, clinic.team, person.person or 0, leads=False)
    return again(db, person)


def make_other_team(db: Database, clinic: Clinic, name: str) -> tuple[Actor, TeamInEvent]:
    """Another team of one in the same hackathon."""
    person = make_person(db, f"{name} Other")
    make_registration(db, person, clinic.event)
    team = make_team(db, person, clinic.event, name)
    return again(db, person), team


def make_mentoring(db: Database, clinic: Clinic, *, slot: int = 0, topic: str = "") -> MentoringInEvent:
    """Bo's team books the slot with this number."""
    found = slots_of_hours(clinic.hours.hours)[slot]
    row = book_mentoring(db, clinic.bo, clinic.team, hours=clinic.hours.hours, slot=found, topic=topic)
    return mentoring_seen(db, clinic, row)


def mentoring_seen(db: Database, clinic: Clinic, row: Mentoring) -> MentoringInEvent:
    """A mentoring as somebody sees it now, in an object of its own."""
    fresh = db.exec(select(Mentoring).where(Mentoring.id == row.id)).one()
    db.refresh(fresh)
    copy = Mentoring.model_validate(fresh.model_dump())
    return MentoringInEvent(copy, clinic.team.team, clinic.event, attendees_of(db, row.id or 0))


def problems_with_mentoring(db: Database) -> list[str]:
    """What is wrong between mentorings, their seats and their hours, computed without trusting the constraints.

    A mentoring that stands has exactly the seats of its mentor and of those who come, lies in office hours of its
    mentor as one of their slots, and nobody is in two things at once; one that was cancelled has none.
    """
    found, held = [], {}
    in_use: dict[tuple[int, int], int] = {}
    for seat in db.exec(select(Seat)):
        if seat.person_id is not None:
            key = (seat.person_id, seat.atom)
            in_use[key] = in_use.get(key, 0) + 1
        if seat.mentoring_id is not None:
            held.setdefault(seat.mentoring_id, set()).add((seat.person_id, seat.atom))
    found += [f"person {person} is in two at {atom}" for (person, atom), count in in_use.items() if count > 1]
    for row in db.exec(select(Mentoring).execution_options(populate_existing=True)):
        mine, people = held.pop(row.id or 0, set()), {row.mentor_id, *attendees_of(db, row.id or 0)}
        stands = row.state is MentoringState.BOOKED
        due = {(one, atom) for one in people for atom in atoms(row.starts_at, row.ends_at)} if stands else set()
        if mine != due:
            found.append(f"mentoring {row.id} ({row.state}) has {sorted(mine - due)}, lacks {sorted(due - mine)}")
        if stands and len(people) < 2:
            found.append(f"mentoring {row.id} has nobody who comes")
        hours = db.get(OfficeHours, row.hours_id) if row.hours_id else None
        times = [(one.starts_at, one.ends_at) for one in slots_of_hours(hours)] if hours else []
        if stands and (hours is None or hours.mentor_id != row.mentor_id or (row.starts_at, row.ends_at) not in times):
            found.append(f"mentoring {row.id} is in no office hours of its mentor")
        if not stands and row.hours_id is not None:
            found.append(f"mentoring {row.id} keeps office hours open")
    return [*found, *(f"seats of mentoring {id} that is not there" for id in held)]
