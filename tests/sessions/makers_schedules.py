"""Makers for schedules: an event whose organisers choose the times, agreed meetings, and drafts that are done."""

from typing import Any

from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from sessions.answers import accept_meeting
from sessions.booking_rules import Timing
from sessions.meetings import Meeting, MeetingInEvent
from sessions.requests import request_meeting
from sessions.schedules.apart import answer
from sessions.schedules.drafts import DraftInEvent, ScheduleDraft, ask_for_schedule
from sessions.schedules.problems import task_of
from sessions.schedules.runs import make_next_schedule, outcome_of
from sessions.schedules.situation import read_situation
from sessions.scheduling.formats import write_plan, write_problem
from tests.makers import make_person
from tests.sessions.makers_meetings import Fair, make_fair, make_participant, place_of, with_rules


def make_central_fair(db: Database, ada: Actor, *, slots: int = 4, tables: int = 3, name: str = "Food Match") -> Fair:
    """A matchmaking event in which the organisers choose the times."""
    fair = make_fair(db, ada, slots=slots, tables=tables, name=name)
    with_rules(db, fair, timing=Timing.BY_ORGANISER)
    return fair


def make_people(db: Database, fair: Fair, count: int, *, called: str = "Person") -> list[Actor]:
    """So many participants: Person0 Number0, Person1 Number1 and so on."""
    return [make_participant(db, make_person(db, f"{called}{n} Number{n}"), fair) for n in range(count)]


def make_agreed(db: Database, fair: Fair, asker: Actor, invitee: Actor) -> MeetingInEvent:
    """A meeting that both want and that has no time yet."""
    meeting = make_wish(db, fair, asker, invitee)
    accept_meeting(db, invitee, meeting)
    return meeting


def make_wish(db: Database, fair: Fair, asker: Actor, invitee: Actor) -> MeetingInEvent:
    """A request that nobody has answered."""
    place = place_of(db, invitee, fair)
    meeting = request_meeting(db, asker, fair.event, invitee=place, slot=None)
    return MeetingInEvent(meeting, fair.event.event)


def make_draft(db: Database, fair: Fair, **options: Any) -> DraftInEvent:
    """A draft made by a worker; commits what was done before."""
    draft = ask_for_schedule(db, fair.ada, fair.event, **options)
    draft.seconds = 1  # less than anybody is offered: these events are small
    db.commit()
    assert make_next_schedule()
    return again(db, fair.event, draft)


def make_draft_here(db: Database, ada: Actor, event: EventWithPhases, **options: Any) -> DraftInEvent:
    """A draft made in this process and transaction, for what is not about workers."""
    draft = ask_for_schedule(db, ada, event, **options)
    situation = read_situation(db, event.id, freedom=draft.freedom, wishes=draft.wishes)
    task = task_of(situation, draft.freedom)
    problem = write_problem(task.problem)
    previous = write_plan(task.previous) if task.previous else None
    said = answer({"problem": problem, "previous": previous, "seconds": 1, "seed": 0}, lambda _progress: True)
    content, values = outcome_of(draft, situation, task, problem, said)
    for name, value in values.items():
        setattr(draft, name, value)
    draft.journal_number = situation.journal_number
    draft.asked = len(task.problem.requests) + len(task.left_out)
    draft.started_at = draft.asked_at
    db.add_all([draft, content])
    db.flush()
    return DraftInEvent(draft, event.event)


def again(db: Database, event: EventWithPhases, draft: ScheduleDraft) -> DraftInEvent:
    """A draft as it is now."""
    db.expire_all()
    return DraftInEvent(db.exec(select(ScheduleDraft).where(ScheduleDraft.id == draft.id)).one(), event.event)


def row_of(db: Database, meeting: MeetingInEvent) -> Meeting:
    """A meeting's row as it is now."""
    db.expire_all()
    return db.exec(select(Meeting).where(Meeting.id == meeting.id)).one()
