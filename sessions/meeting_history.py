"""What happened to a meeting: its lines of the journal, and who did it for whom, so that acting for others is seen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from events.core.database import Database
from events.core.journal import Fact, JournalEntry, fact_of
from events.core.translation import At, Message, _
from events.people import Person
from events.registration import Registration
from events.roles import Role, RoleGrant, Scope
from sessions.attendance import AttendanceCorrected, CheckedInToMeeting, MeetingFailed, MeetingHeld, NoShowMarked
from sessions.contradictions import AttendanceContradicted
from sessions.meetings import (
    MeetingAccepted,
    MeetingAgreed,
    MeetingCancelled,
    MeetingDeclined,
    MeetingDelegated,
    MeetingExpired,
    MeetingInEvent,
    MeetingJoined,
    MeetingLeft,
    MeetingLocked,
    MeetingMoved,
    MeetingRequested,
    MeetingScheduled,
    MeetingState,
    MeetingWithdrawn,
)

Leads = tuple[int, int]
Names = Mapping[int, str | Message]


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened. `who` is empty for what the clock did; `for_whom` names whose deed it was where somebody
    else did it, and `as_organiser` says that it was done for no one side."""

    at: datetime
    what: Message
    who: str | Message = ""
    for_whom: str | Message = ""
    as_organiser: bool = False


TOLD: dict[type[Fact], Message] = {
    MeetingRequested: _("Asked"),
    MeetingAgreed: _("Accepted, without a time yet"),
    MeetingAccepted: _("Accepted"),
    MeetingScheduled: _("Given a time"),
    MeetingDeclined: _("Declined"),
    MeetingWithdrawn: _("Withdrawn"),
    MeetingExpired: _("Expired"),
    MeetingMoved: _("Moved from %(old)s to %(new)s"),
    MeetingCancelled: _("Cancelled"),
    MeetingDelegated: _("%(joined)s comes in place of %(left)s"),
    MeetingJoined: _("%(name)s comes too"),
    MeetingLeft: _("%(name)s does not come any more"),
    MeetingLocked: _("Locked: it stays where it is"),
    CheckedInToMeeting: _("%(name)s is here"),
    MeetingHeld: _("It took place"),
    NoShowMarked: _("%(name)s did not come"),
    MeetingFailed: _("Technical failure"),
    AttendanceContradicted: _("%(name)s says that it was not so"),
    AttendanceCorrected: _("Corrected: it took place"),
}
UNLOCKED = _("Locked no longer: it may be given another place")
# One side says first how a meeting ended, the other reads here who did and may contradict; an organiser settles it.
CORRECTED: dict[str, Message] = {
    MeetingState.NO_SHOW: _("Corrected: somebody did not come"),
    MeetingState.FAILED: _("Corrected: technical failure"),
}

# Whose deed a fact is, as a place among the leads, whoever did it; of the others, whose desk did it.
ITS_LEAD: dict[type[Fact], int] = {MeetingRequested: 0, MeetingWithdrawn: 0, MeetingAccepted: 1, MeetingDeclined: 1}


def history_of(db: Database, subject: MeetingInEvent) -> list[HistoryLine]:
    """What happened to a meeting that the actor was given to see, in order; three queries, however much it was."""
    entries = _entries(db, subject)
    facts = [fact_of(entry) for entry in entries]
    doers = {entry.person_id for entry in entries if entry.person_id is not None}
    mentioned = {one for fact in facts for one in _people_in(fact)}
    names = _names(db, doers | mentioned | set(subject.leads))
    looked_after = looked_after_by(db, subject.meeting.event_id, doers, {*subject.leads, *mentioned})
    lines, leads = [], subject.leads
    # Backwards, since only the present says who leads: before a side was handed over, it was somebody else.
    for entry, fact in zip(reversed(entries), reversed(facts), strict=True):
        if isinstance(fact, MeetingDelegated):
            leads = _leads_before(leads, fact)
        lines.append(_line(entry, fact, leads, names, looked_after))
    return lines[::-1]


def _entries(db: Database, subject: MeetingInEvent) -> list[JournalEntry]:
    kinds = [kind.__name__ for kind in TOLD]
    query = select(JournalEntry).where(
        JournalEntry.event_id == subject.meeting.event_id,
        JournalEntry.at >= subject.meeting.requested_at,
        col(JournalEntry.kind).in_(kinds),
        col(JournalEntry.particulars)["meeting_id"].as_integer() == subject.id,
    )
    return list(db.exec(query.order_by(col(JournalEntry.id))))


def _people_in(fact: Any) -> set[int]:
    found = (getattr(fact, name, None) for name in ("left_id", "joined_id", "person_id"))
    return {one for one in found if one is not None}


def _names(db: Database, people: Collection[int]) -> dict[int, str | Message]:
    found: dict[int, str | Message] = {person: _("Somebody") for person in people}
    rows = db.exec(select(Person.id, Person.name).where(col(Person.id).in_(sorted(people))))
    return found | {person or 0: name for person, name in rows if name}


def looked_after_by(
    db: Database, event_id: int, doers: Collection[int], people: Collection[int]
) -> dict[int, set[int]]:
    """Whom of `people` in an event each of `doers` looks after, as an officer of their desk."""
    granted = (
        RoleGrant.role == Role.DESK_OFFICER,
        RoleGrant.scope == Scope.DESK,
        RoleGrant.scope_id == Registration.desk_id,
        col(RoleGrant.person_id).in_(sorted(doers)),
    )
    query = select(RoleGrant.person_id, Registration.person_id).where(
        *granted, Registration.event_id == event_id, col(Registration.person_id).in_(sorted(people))
    )
    found: dict[int, set[int]] = {}
    for doer, person in db.exec(query):
        found.setdefault(doer, set()).add(person)
    return found


def _leads_before(leads: Leads, fact: MeetingDelegated) -> Leads:
    asker, invitee = (fact.left_id if lead == fact.joined_id else lead for lead in leads)
    return asker, invitee


def _what(fact: Any, names: Names) -> Message:
    said = TOLD[type(fact)]
    values: dict[str, Any] = {}
    if isinstance(fact, MeetingMoved):
        values = {"old": At(fact.old_starts_at, "when"), "new": At(fact.starts_at, "when")}
    elif isinstance(fact, MeetingDelegated):
        values = {"joined": names[fact.joined_id], "left": names[fact.left_id]}
    elif isinstance(fact, MeetingJoined | MeetingLeft | CheckedInToMeeting | NoShowMarked | AttendanceContradicted):
        values = {"name": names[fact.person_id]}
    elif isinstance(fact, MeetingLocked) and not fact.locked:
        said = UNLOCKED
    elif isinstance(fact, AttendanceCorrected):
        said = CORRECTED.get(fact.state, said)
    return replace(said, values=tuple(values.items()))


def _line(
    entry: JournalEntry, fact: Fact, leads: Leads, names: Names, looked_after: Mapping[int, set[int]]
) -> HistoryLine:
    what, doer = _what(fact, names), entry.person_id
    if doer is None:
        return HistoryLine(entry.at, what)
    whose = done_for(fact, leads, doer, looked_after.get(doer, set()))
    own = is_own_deed(fact, leads, doer)
    return HistoryLine(entry.at, what, names[doer], names[whose] if whose else "", not own and whose is None)


def is_own_deed(fact: Fact, leads: Leads, doer: int) -> bool:
    """Whether somebody did in a meeting what was theirs to do, as one of those whom the fact concerns."""
    return doer in leads or doer in _people_in(fact)


def done_for(fact: Fact, leads: Leads, doer: int, looked_after: Collection[int]) -> int | None:
    """For whom somebody else did something in a meeting; None for one's own deed and for what was done for no side."""
    if is_own_deed(fact, leads, doer):
        return None
    if isinstance(fact, MeetingDelegated):
        return fact.left_id
    if isinstance(fact, CheckedInToMeeting | AttendanceContradicted):
        return fact.person_id
    if type(fact) in ITS_LEAD:
        return leads[ITS_LEAD[type(fact)]]
    theirs = [lead for lead in leads if lead in looked_after]
    return theirs[0] if len(theirs) == 1 else None
