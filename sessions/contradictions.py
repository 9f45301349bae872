"""Contradictions: one side has noted how a meeting ended, and the other says that it was not so.

That changes nothing by itself. The organisers and the desks are told, and the organisers decide by correcting it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from events.core import clock
from events.core.access import Actor, command
from events.core.database import Database
from events.core.journal import Fact, record
from events.core.refusals import Conflict, Invalid, Refusal
from events.core.translation import Message, _
from events.people import Person
from sessions.answers import checked_reason
from sessions.attendance import (
    ENDS,
    MeetingAttendance,
    has_ended_somehow,
    lock_meeting_row,
    note_of,
    said_in,
)
from sessions.meetings import (
    MeetingInEvent,
    MeetingState,
    acts_for_lead,
    desk_of_guest,
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
    refusal = why_no_contradiction(db, actor, subject)
    if refusal is not None:
        raise refusal
    note_of(
        db, subject.id, actor.person, says=says, said_at=clock.now(), contradicts=True, settled=False, reason=kept
    )  # fmt: skip
    ids = {"event_id": subject.meeting.event_id, "meeting_id": subject.id}
    record(db, actor, AttendanceContradicted(**ids, person_id=actor.person))


def why_no_contradiction(db: Database, actor: Actor, subject: MeetingInEvent) -> Refusal | None:
    """Why somebody who takes part has nothing to say against how a meeting ended; None where they may. One query."""
    rows = _rows(db, subject.id)
    said, own = said_in(rows), next((one for one in rows if one.person_id == actor.person), None)
    if own is not None and own.contradicts and not own.settled:
        return SaidAlready(_("You have said already that it was not so. The organisers decide."))
    if said is None:
        return NothingToContradict(
            _("This was not said by the other side. If it is wrong, ask an organiser to correct it.")
        )
    if said.person_id == actor.person or _own_side(subject, actor.person, said.person_id):
        return SaidAlready(_("Your own side has said so. If it is wrong, ask an organiser to correct it."))
    return None


def _own_side(subject: MeetingInEvent, person: int | None, lead: int) -> bool:
    """Whether somebody comes with a lead: as a guest from the same organisation."""
    home = subject.homes.get(person) if person is not None else None
    return person not in subject.leads and home is not None and home == subject.homes.get(lead)


def is_word_of_a_side(db: Database, meeting_id: int) -> bool:
    """Whether one side has noted how a meeting ended, so that the other can contradict."""
    return said_in(_rows(db, meeting_id)) is not None


def _rows(db: Database, meeting_id: int) -> list[MeetingAttendance]:
    query = select(MeetingAttendance).where(MeetingAttendance.meeting_id == meeting_id)
    return list(db.exec(query.order_by(col(MeetingAttendance.said_at), col(MeetingAttendance.id))))


def contradiction_by(db: Database, meeting_id: int, person: int) -> MeetingAttendance | None:
    """What somebody says against how a meeting ended; None when it has been decided."""
    query = select(MeetingAttendance).where(
        MeetingAttendance.meeting_id == meeting_id, MeetingAttendance.person_id == person,
        col(MeetingAttendance.contradicts).is_(True), col(MeetingAttendance.settled).is_(False),
    )  # fmt: skip
    return db.exec(query).first()


def contradictions_of(db: Database, actor: Actor, subject: MeetingInEvent) -> list[Contradiction]:
    """What is said against how a meeting ended and was not decided yet: to organisers and desks everybody's, to those
    who meet their own. Two queries."""
    sees_all = (acts_for_lead | desk_of_guest)(actor, subject)
    rows = [one for one in _rows(db, subject.id) if one.contradicts and not one.settled]
    rows = [one for one in rows if one.person_id == actor.person or sees_all]
    found = db.exec(select(Person.id, Person.name).where(col(Person.id).in_([one.person_id for one in rows])))
    names = dict(found.all())
    return [
        Contradiction(names.get(one.person_id) or str(_("Somebody")), one.says, one.reason, one.said_at)
        for one in rows
        if one.says is not None and one.said_at is not None
    ]
