"""Openings: who waits for a time and could have the one that a cancelled meeting has left, with nobody else moved."""

from collections import Counter
from dataclasses import dataclass, replace

from sqlalchemy import and_, case, exists, or_, select
from sqlmodel import col

from events.core import clock
from events.core.access import Actor, may
from events.core.clock import atoms
from events.core.database import Database
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.events import EventState
from events.registration import Registration
from sessions.answers import accept_meeting
from sessions.availability import Absence
from sessions.blocks import Slot
from sessions.meeting_lists import Party, parties_among
from sessions.meetings import Meeting, MeetingInEvent, MeetingState, acts_for_lead
from sessions.moves import schedule_meeting
from sessions.own_calendars import busy_at
from sessions.schedules.drafts import DraftState, Freedom, ScheduleDraft
from sessions.schedules.placing import place_at_tables
from sessions.schedules.problems import task_of
from sessions.schedules.situation import NOTICE, Situation, read_situation
from sessions.scheduling.openings import fill_opening
from sessions.scheduling.plan import Placed, Plan
from sessions.scheduling.problem import BadProblem, Participant, Problem, Request, table_of
from sessions.seats import SEAT, held_now

MOST_SHOWN = 10
MOST_LOOKED_AT = 50
SECONDS = 1.0


@dataclass(frozen=True)
class Instead:
    """A request that waits for a time and could have a freed one. `accepted`: both want to meet; if not, whoever gives
    it the time says yes for the invitee. `more` counts who comes besides the two."""

    public_id: str
    asker: Party
    invitee: Party
    more: int
    accepted: bool


def who_could_meet_instead(db: Database, actor: Actor, subject: MeetingInEvent) -> list[Instead] | None:
    """The open requests of which each would fit into the time and a table that a cancelled meeting has left; ten at
    most, agreed ones first and of each the oldest.

    Those only to which the actor may give a time. None where nobody is asked: for those who act for none of its sides,
    before a schedule of the event was published, and for what was not cancelled or is too soon. A dozen queries.
    """
    if not _is_opening(subject) or not acts_for_lead(actor, subject) or not _has_schedule(db, subject):
        return None
    waiting = {row.public_id: row for row in _waiting(db, subject)}
    if not waiting:
        return []
    people = {person for row in waiting.values() for person in (row.asker_id, row.invitee_id)}
    situation = read_situation(db, subject.meeting.event_id, freedom=Freedom.NONE, wishes=True, among=people)
    number = situation.number_of(subject.slot)
    if number is None:
        return []
    guests = {one.public_id: one.people[2:] for one in situation.meetings}
    desks = _desks(db, subject, people)
    allowed = []
    for public in _fitting(situation, subject, number, set(waiting)):
        row = waiting[public]
        of = MeetingInEvent(row, subject.event, guests[public], desks=desks, timing=situation.rules.timing)
        if may(actor, command_for(of), of):
            allowed.append(of)
    return _shown(db, allowed[:MOST_SHOWN])


def command_for(subject: MeetingInEvent) -> str:
    """The command that gives an open request without a time one: of the invitee, or once both want to meet."""
    return "accept_meeting" if subject.meeting.state is MeetingState.REQUESTED else "schedule_meeting"


def meet_instead(
    db: Database, actor: Actor, subject: MeetingInEvent, other: MeetingInEvent, *, override: str = ""
) -> None:
    """Give an open request the time of a cancelled meeting, by the command for it, which asks its own rule.

    Refuses what that refuses, a meeting that was not cancelled, and a request of another event or for a certain time.
    """
    if subject.meeting.state is not MeetingState.CANCELLED or not subject.has_time:
        raise Conflict(_("This meeting was not cancelled, so its time is not free."))
    if other.meeting.event_id != subject.meeting.event_id:
        raise NotFound()
    if other.has_time and other.meeting.state is MeetingState.REQUESTED:
        raise Conflict(_("This request is for a certain time. Answer it on its own page."))
    if command_for(other) == "accept_meeting":
        accept_meeting(db, actor, other, slot=subject.slot, override=override)
    else:
        schedule_meeting(db, actor, other, slot=subject.slot, override=override)


def _is_opening(subject: MeetingInEvent) -> bool:
    open_event = subject.event.state is not EventState.CLOSED
    cancelled = subject.meeting.state is MeetingState.CANCELLED and subject.has_time
    return open_event and cancelled and subject.slot.starts_at > clock.now() + NOTICE


def _has_schedule(db: Database, subject: MeetingInEvent) -> bool:
    published = select(col(ScheduleDraft.id)).where(
        col(ScheduleDraft.event_id) == subject.meeting.event_id, col(ScheduleDraft.state) == DraftState.PUBLISHED
    )
    return db.execute(published.limit(1)).first() is not None


def _waiting(db: Database, subject: MeetingInEvent) -> list[Meeting]:
    """The open requests without a time whose two people are there then and have no seat; first those of the people
    whose meeting was cancelled, then what both want, then the oldest."""
    now, slot, freed = clock.now(), subject.slot, subject.people
    pieces = atoms(slot.starts_at, slot.ends_at)
    leads = (col(Meeting.asker_id), col(Meeting.invitee_id))
    seated = exists().where(SEAT.c.person_id.in_(leads), SEAT.c.atom.between(pieces[0], pieces[-1]), held_now(now))
    away = exists().where(
        col(Absence.event_id) == col(Meeting.event_id),
        col(Absence.person_id).in_(leads),
        col(Absence.starts_at) == slot.starts_at,
    )
    waits = and_(col(Meeting.state) == MeetingState.REQUESTED, col(Meeting.expires_at) > now)
    theirs = or_(*(lead.in_(freed) for lead in leads))
    query = (
        select(Meeting)
        .where(col(Meeting.event_id) == subject.meeting.event_id, col(Meeting.starts_at).is_(None))
        .where(or_(waits, col(Meeting.state) == MeetingState.ACCEPTED), ~seated, ~away, ~busy_at(leads, slot))
        .order_by(case((theirs, 0), else_=1), case((waits, 1), else_=0), col(Meeting.id))
    )
    return list(db.execute(query.limit(MOST_LOOKED_AT)).scalars())


def _fitting(situation: Situation, subject: MeetingInEvent, number: int, waiting: set[str]) -> list[str]:
    """Which of those that wait could have the slot with this number, each by itself, at a table with enough chairs."""
    try:
        task = task_of(situation, Freedom.NONE)
        problem, cancelled = _with_cancelled(situation, task.problem, subject, waiting)
    except BadProblem:  # bookings that contradict each other: the schedule's page says so
        return []
    standing = _standing(problem)
    there = [one for one in standing if one.slot == number]
    around = replace(situation, meetings=tuple(one for one in situation.meetings if _is_then(one.slot, subject.slot)))
    plan = Plan((*standing, Placed(cancelled, number)))
    found = fill_opening(problem, plan, cancelled, within=frozenset({number}), together=False, seconds=SECONDS)
    return [str(one.request) for one in found if not place_at_tables(around, Plan((*there, one)))[1]]


def _is_then(slot: Slot | None, then: Slot) -> bool:
    """Whether something has no time yet or touches a stretch of time."""
    return slot is None or (slot.starts_at < then.ends_at and slot.ends_at > then.starts_at)


def _with_cancelled(
    situation: Situation, problem: Problem, subject: MeetingInEvent, waiting: set[str]
) -> tuple[Problem, str]:
    """The problem of what stands and what waits, with the cancelled meeting in it, and what that is called there."""
    places = {one.person: one.public_id for one in situation.places}
    people = tuple(places.get(person, f"gone {person}") for person in subject.people)
    gone = tuple(Participant(one) for one in people if one not in places.values())
    requests = tuple(one for one in problem.requests if one.fixed is not None or one.id in waiting)
    cancelled = Request(subject.meeting.public_id, people)
    whole = replace(problem, participants=(*problem.participants, *gone), requests=(*requests, cancelled))
    return whole, subject.meeting.public_id


def _standing(problem: Problem) -> list[Placed]:
    """What is fixed, each at its own table or a number of its own among the others."""
    people = {one.id: one for one in problem.participants}
    used: Counter[int] = Counter()
    found = []
    for one in problem.requests:
        if one.fixed is None:
            continue
        own = table_of(people[person] for person in one.people)
        used[one.fixed] += own is None
        found.append(Placed(one.id, one.fixed, own or used[one.fixed], locked=True))
    return found


def _desks(db: Database, subject: MeetingInEvent, people: set[int]) -> dict[int, int | None]:
    query = select(col(Registration.person_id), col(Registration.desk_id)).where(
        col(Registration.event_id) == subject.meeting.event_id, col(Registration.person_id).in_(sorted(people))
    )
    return dict(db.execute(query).all())


def _shown(db: Database, found: list[MeetingInEvent]) -> list[Instead]:
    if not found:
        return []
    people = parties_among(db, found[0], {lead for one in found for lead in one.leads})
    return [
        Instead(
            one.meeting.public_id, people[one.meeting.asker_id], people[one.meeting.invitee_id], len(one.guests),
            accepted=one.meeting.state is MeetingState.ACCEPTED,
        )
        for one in found
    ]  # fmt: skip
