"""Proposals: another time for a meeting, asked for from a calendar; the other side takes one of the nearest free slots
with one click, or keeps the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, SQLModel, col, select

from events.core import clock
from events.core.access import Actor, command, may, rule
from events.core.columns import moment, public_id
from events.core.database import Database
from events.core.hooks import personal_data
from events.core.journal import Fact, record
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from events.events import Event
from events.roles import actor_for
from sessions.availability import offered_slots
from sessions.blocks import Slot
from sessions.calendars import EntryKind, find_entry
from sessions.meetings import Meeting, MeetingInEvent, lead_of_meeting, meeting_in_event
from sessions.moves import can_be_moved, move_meeting

OFFERED = 3


class TimeProposal(SQLModel, table=True):
    """That a lead of a meeting would rather meet at another time."""

    __tablename__ = "time_proposal"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id("tp")
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    wanted_at: datetime = moment()
    stands_at: datetime = moment()
    comment: str = Field(default="", max_length=1000)
    made_at: datetime = moment()
    settled_at: datetime | None = moment(default=None, nullable=True)


personal_data(TimeProposal, "person_id", "other times somebody proposed for meetings", "delete")


@dataclass(frozen=True)
class TimeProposed(Fact):
    """A lead would rather meet at another time; the other one is asked."""

    event_id: int
    meeting_id: int
    proposal_id: int


@dataclass(frozen=True)
class TimeKept(Fact):
    """A proposal came to nothing: the meeting stays when it is. `sequence` is its calendar revision."""

    event_id: int
    meeting_id: int
    proposal_id: int
    sequence: int


class ProposalSettled(Conflict):
    """A proposal was answered already, or the meeting has another time by now."""

    def __init__(self) -> None:
        super().__init__(_("This proposal is settled: the meeting is shown as it stands now."))


@dataclass(frozen=True)
class ProposalInMeeting:
    """A proposal with its meeting."""

    proposal: TimeProposal
    of: MeetingInEvent

    @property
    def event(self) -> Event:
        """The meeting's event."""
        return self.of.event


@rule
def lead_who_is_asked(actor: Actor, subject: ProposalInMeeting) -> bool:
    return actor.person in subject.of.leads and actor.person != subject.proposal.person_id


def still_waits(proposal: TimeProposal, meeting: Meeting) -> bool:
    """Whether nobody has answered a proposal, and its meeting is at the time that it is about, with whom made it."""
    is_lead = proposal.person_id in (meeting.asker_id, meeting.invitee_id)
    return proposal.settled_at is None and meeting.starts_at == proposal.stands_at and is_lead


def is_open_still(subject: ProposalInMeeting, now: datetime) -> None:
    """Refuse to answer what is settled, or about a time that the meeting does not have any more."""
    if not still_waits(subject.proposal, subject.of.meeting):
        raise ProposalSettled
    can_be_moved(subject.of, now)


@command(lead_of_meeting, when=can_be_moved)
def propose_time(
    db: Database, actor: Actor, subject: MeetingInEvent, *, starts_at: datetime, comment: str = ""
) -> TimeProposal:
    """Ask the other lead for another time. Where they could not move the meeting, or nothing is free, the time is kept
    at once. A newer proposal of the same person takes the place of an open one; the same one twice is once."""
    said = (starts_at, subject.slot.starts_at, comment[:1000])
    for old in _open_ones(db, subject.id, actor.person or 0):
        if (old.wanted_at, old.stands_at, old.comment) == said:
            return old
        old.settled_at = clock.now()
        db.add(old)
    proposal = TimeProposal(
        meeting_id=subject.id, person_id=actor.person or 0, wanted_at=starts_at, stands_at=subject.slot.starts_at,
        comment=comment[:1000], made_at=clock.now(),
    )  # fmt: skip
    db.add(proposal)
    db.flush()
    found = ProposalInMeeting(proposal, subject)
    other = actor_for(db, other_lead(subject, actor.person or 0))
    if may(other, "move_meeting", subject) and nearest_free(db, found):
        ids = {"event_id": subject.meeting.event_id, "meeting_id": subject.id, "proposal_id": proposal.id or 0}
        record(db, actor, TimeProposed(**ids))
    else:
        _keep_time(db, actor, found)
    return proposal


def _open_ones(db: Database, meeting_id: int, person_id: int) -> Sequence[TimeProposal]:
    mine = (TimeProposal.meeting_id == meeting_id, TimeProposal.person_id == person_id)
    waiting = select(TimeProposal).where(*mine, col(TimeProposal.settled_at).is_(None))
    return db.exec(waiting.order_by(col(TimeProposal.id)).with_for_update()).all()


def ask_new_lead(db: Database, actor: Actor, subject: MeetingInEvent, joined: int) -> None:
    """Ask whoever leads a side from now on what the one before them was asked; part of handing a meeting over."""
    asked = (TimeProposal.meeting_id == subject.id, col(TimeProposal.person_id) != joined)
    for one in db.exec(select(TimeProposal).where(*asked).order_by(col(TimeProposal.id))).all():
        if still_waits(one, subject.meeting):
            ids = {"event_id": subject.meeting.event_id, "meeting_id": subject.id, "proposal_id": one.id or 0}
            record(db, actor, TimeProposed(**ids))


def other_lead(subject: MeetingInEvent, person: int) -> int:
    """Whom somebody who leads a meeting meets."""
    asker, invitee = subject.leads
    return invitee if person == asker else asker


def nearest_free(db: Database, subject: ProposalInMeeting) -> list[Slot]:
    """The free slots nearest to the wanted time, in order of time."""
    slots = [one.slot for one in offered_slots(db, subject.of.meeting.event_id, subject.of.people) if one.free]
    near = sorted(slots, key=lambda slot: abs(slot.starts_at - subject.proposal.wanted_at))[:OFFERED]
    return sorted(near, key=lambda slot: slot.starts_at)


def get_proposal(db: Database, actor: Actor, public: str) -> ProposalInMeeting:
    """A proposal for the leads of its meeting; NotFound for others."""
    row = db.exec(
        select(TimeProposal, Meeting, Event).where(
            TimeProposal.public_id == public, Meeting.id == TimeProposal.meeting_id, Event.id == Meeting.event_id
        )
    ).first()
    found = ProposalInMeeting(row[0], meeting_in_event(db, row[1], row[2])) if row is not None else None
    if found is None or not lead_of_meeting(actor, found.of):
        raise NotFound()
    return found


@command(lead_who_is_asked, when=is_open_still)
def take_proposal(db: Database, actor: Actor, subject: ProposalInMeeting, *, slot: Slot) -> None:
    """Move the meeting to one of the times near the wanted one; refuses what `move_meeting` refuses."""
    subject.proposal.settled_at = clock.now()
    db.add(subject.proposal)
    move_meeting(db, actor, subject.of, slot=slot)


@command(lead_who_is_asked, when=is_open_still)
def keep_time(db: Database, actor: Actor, subject: ProposalInMeeting) -> None:
    """Leave the meeting when it is; the calendar of who asked is told so."""
    _keep_time(db, actor, subject)


def _keep_time(db: Database, actor: Actor, subject: ProposalInMeeting) -> None:
    subject.proposal.settled_at = clock.now()
    db.add(subject.proposal)
    entry = find_entry(db, EntryKind.MEETING, subject.of.id)
    assert entry is not None  # it has a time, hence an entry
    ids = {"event_id": subject.of.meeting.event_id, "meeting_id": subject.of.id}
    record(db, actor, TimeKept(**ids, proposal_id=subject.proposal.id or 0, sequence=entry.sequence))
