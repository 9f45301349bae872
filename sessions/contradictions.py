"""Contradictions: one side has noted how a meeting ended, and the other says that it was not so.

That changes nothing by itself. The organisers and the desks are told, and the organisers decide by correcting it. A
desk can say it in the name of whom it looks after, who is told.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, NotFound, Refusal
from events.core.translation import Message, _
from events.people import Person
from events.roles import Role, Scope
from sessions.answers import checked_reason
from sessions.attendance import (
    ENDS,
    MeetingAttendance,
    has_ended_somehow,
    lock_meeting_row,
    name_of,
    note_of,
    said_in,
)
from sessions.meetings import (
    MeetingInEvent,
    MeetingState,
    acts_for_lead,
    desk_of_asker,
    desk_of_guest,
    desk_of_invitee,
    guest_of_meeting,
    lead_of_meeting,
)


@dataclass(frozen=True)
class AttendanceContradicted(Fact):
    """One side said that a meeting did not end as the other has noted."""

    event_id: int
    meeting_id: int
    person_id: int


class SaidAlready(Conflict):
    """Somebody says a second time how a meeting ended."""


class NothingToContradict(Conflict):
    """How a meeting ended is not the word of one side."""


@dataclass(frozen=True)
class Contradiction:
    """Who says that a meeting ended otherwise: how, why and when."""

    name: str
    says: MeetingState
    reason: str
    at: datetime


@command(lead_of_meeting | guest_of_meeting, when=has_ended_somehow)
def contradict_attendance(
    db: Database, actor: Actor, subject: MeetingInEvent, *, says: MeetingState | None, reason: str
) -> None:
    """Say how a meeting ended where the other side has noted something else, and why; nothing changes by that, and the
    organisers decide.

    Refuses what is no end or the one that was noted, no reason or more than 500 characters, with SaidAlready to say it
    twice and against one's own side, with NothingToContradict what no side has said, and with AnsweredAlready when it
    has been corrected meanwhile.
    """
    assert actor.person is not None
    _contradict(db, actor, subject, actor.person, says, reason)


@command(desk_of_asker | desk_of_invitee | desk_of_guest, when=has_ended_somehow)
def contradict_attendance_for(
    db: Database, actor: Actor, subject: MeetingInEvent, *, person: int, says: MeetingState | None, reason: str
) -> None:
    """Say in the name of somebody who takes part and whom the actor's desk looks after how a meeting ended. They are
    told. Refuses what `contradict_attendance` refuses, with NotFound whom the desk does not look after."""
    if not looks_after(actor, subject, person):
        raise NotFound()
    _contradict(db, actor, subject, person, says, reason)


def looks_after(actor: Actor, subject: MeetingInEvent, person: int) -> bool:
    """Whether the actor's desk looks after somebody who takes part."""
    return person in subject.people and actor.is_(Role.DESK_OFFICER, Scope.DESK, subject.desks.get(person))


def _contradict(
    db: Database, actor: Actor, subject: MeetingInEvent, person: int, says: MeetingState | None, reason: str
) -> None:
    wrong: dict[str, Message | str] = {}
    if says not in ENDS:
        wrong["says"] = _("Please choose how the meeting ended.")
    elif says is subject.meeting.state and says is not MeetingState.NO_SHOW:
        wrong["says"] = _("This is what was noted. Choose how it was instead.")
    if not reason.strip():
        wrong["reason"] = _("Please say what was otherwise.")
    if wrong:
        raise Invalid(wrong)
    kept = checked_reason("reason", reason)
    lock_meeting_row(db, subject)
    refusal = why_no_contradiction(db, actor, subject, person)
    if refusal is not None:
        raise refusal
    note_of(db, subject.id, person, says=says, said_at=clock.now(), contradicts=True, settled=False, reason=kept)
    ids = {"event_id": subject.meeting.event_id, "meeting_id": subject.id}
    record(db, actor, AttendanceContradicted(**ids, person_id=person))


def why_no_contradiction(
    db: Database, actor: Actor, subject: MeetingInEvent, person: int, *, rows: list[MeetingAttendance] | None = None
) -> Refusal | None:
    """Why somebody who takes part, the actor or whom their desk looks after, has nothing to say against how a meeting
    ended; None where they may. One query, which `rows` (of `sayings_of`) spares, and one for a name."""
    rows = sayings_of(db, subject.id) if rows is None else rows
    said, own = said_in(rows), next((one for one in rows if one.person_id == person), None)
    if own is not None and own.contradicts and not own.settled:
        if person != actor.person:
            name = name_of(db, person) or _("Somebody")
            return SaidAlready(_("%(name)s says already that it was not so. The organisers decide.", name=name))
        return SaidAlready(_("You have said already that it was not so. The organisers decide."))
    if said is None:
        return NothingToContradict(
            _("This was not said by the other side. If it is wrong, ask an organiser to correct it.")
        )
    if said.person_id == person or _own_side(subject, person, said.person_id):
        if person != actor.person:
            return SaidAlready(_("Their own side has said so. If it is wrong, ask an organiser to correct it."))
        return SaidAlready(_("Your own side has said so. If it is wrong, ask an organiser to correct it."))
    return None


def _own_side(subject: MeetingInEvent, person: int, lead: int) -> bool:
    """Whether somebody comes with a lead: as a guest from the same organisation."""
    home = subject.homes.get(person)
    return person not in subject.leads and home is not None and home == subject.homes.get(lead)


def is_word_of_a_side(db: Database, meeting_id: int) -> bool:
    """Whether one side has noted how a meeting ended, so that the other can contradict."""
    return said_in(sayings_of(db, meeting_id)) is not None


def sayings_of(db: Database, meeting_id: int) -> list[MeetingAttendance]:
    """What was said of who came to a meeting and how it ended, the first first."""
    query = select(MeetingAttendance).where(MeetingAttendance.meeting_id == meeting_id)
    return list(db.exec(query.order_by(col(MeetingAttendance.said_at), col(MeetingAttendance.id))))


def contradiction_by(db: Database, meeting_id: int, person: int) -> MeetingAttendance | None:
    """What somebody says against how a meeting ended; None when it has been decided."""
    query = select(MeetingAttendance).where(
        MeetingAttendance.meeting_id == meeting_id, MeetingAttendance.person_id == person,
        col(MeetingAttendance.contradicts).is_(True), col(MeetingAttendance.settled).is_(False),
    )  # fmt: skip
    return db.exec(query).first()


def contradictions_of(
    db: Database, actor: Actor, subject: MeetingInEvent, *, rows: list[MeetingAttendance] | None = None
) -> list[Contradiction]:
    """What is said against how a meeting ended and was not decided yet: to organisers and desks everybody's, to those
    who meet their own. Two queries, of which `rows` (of `sayings_of`) spares one."""
    sees_all = (acts_for_lead | desk_of_guest)(actor, subject)
    rows = sayings_of(db, subject.id) if rows is None else rows
    rows = [one for one in rows if one.contradicts and not one.settled]
    rows = [one for one in rows if one.person_id == actor.person or sees_all]
    found = db.exec(select(Person.id, Person.name).where(col(Person.id).in_([one.person_id for one in rows])))
    names = dict(found.all())
    return [
        Contradiction(names.get(one.person_id) or str(_("Somebody")), one.says, one.reason, one.said_at)
        for one in rows
        if one.says is not None and one.said_at is not None
    ]
