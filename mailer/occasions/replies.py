"""Letters about what calendars and people answer: another time, a reply to confirm, a text that is handed on."""

from events.core.database import Database
from events.events import Event
from mailer.letters import Recipient, Values, letter_for, page, recipients
from mailer.occasions.meetings import values_of_meeting
from sessions.calendars import CalendarEntry, EntryKind, latest_revision
from sessions.forwarded import ForwardedText, TextForwarded
from sessions.meetings import Meeting
from sessions.proposals import TimeKept, TimeProposal, TimeProposed
from sessions.replies import HeldReply, ReplyHeld

ENTRY = (EntryKind.MEETING, "meeting_id")


def _other_than(db: Database, meeting_id: int, person: int) -> list[Recipient]:
    meeting = db.get(Meeting, meeting_id)
    leads = {meeting.asker_id, meeting.invitee_id} if meeting is not None else set()
    return recipients(db, leads - {person})


def _who_is_asked(db: Database, fact: TimeProposed) -> list[Recipient]:
    proposal = db.get(TimeProposal, fact.proposal_id)
    return _other_than(db, fact.meeting_id, proposal.person_id) if proposal is not None else []


@letter_for(TimeProposed, to=_who_is_asked)
def time_proposed(db: Database, fact: TimeProposed, to: Recipient) -> Values | None:
    values, proposal = values_of_meeting(db, fact, to), db.get(TimeProposal, fact.proposal_id)
    if values is None or proposal is None or proposal.settled_at is not None:
        return None
    return {
        **values,
        "wanted_at": proposal.wanted_at,
        "comment": proposal.comment,
        "answer": page("time_proposal", proposal=proposal.public_id),
    }


def _who_asked(db: Database, fact: TimeKept) -> list[Recipient]:
    proposal = db.get(TimeProposal, fact.proposal_id)
    return recipients(db, {proposal.person_id}) if proposal is not None else []


@letter_for(TimeKept, to=_who_asked, entry=ENTRY, method="DECLINECOUNTER")
def time_kept(db: Database, fact: TimeKept, to: Recipient) -> Values | None:
    values, proposal = values_of_meeting(db, fact, to), db.get(TimeProposal, fact.proposal_id)
    return {**values, "wanted_at": proposal.wanted_at} if values is not None and proposal is not None else None


@letter_for(ReplyHeld, to=lambda db, fact: recipients(db, {fact.person_id}))
def reply_held(db: Database, fact: ReplyHeld, to: Recipient) -> Values | None:
    held, event = db.get(HeldReply, fact.held_id), db.get(Event, fact.event_id)
    entry = db.get(CalendarEntry, held.entry_id) if held is not None else None
    revision = latest_revision(db, entry) if entry is not None else None
    if held is None or event is None or revision is None or held.settled_at is not None:
        return None
    return {
        "event": event.name,
        "title": revision.summary,
        "starts_at": revision.starts_at,
        "ends_at": revision.ends_at,
        "verb": held.verb.value,
        "answer": page("held_reply", held=held.public_id),
    }


def _reader(db: Database, fact: TextForwarded) -> list[Recipient]:
    row = db.get(ForwardedText, fact.forwarded_id)
    return _other_than(db, fact.meeting_id, row.person_id) if row is not None else []


@letter_for(TextForwarded, to=_reader)
def text_forwarded(db: Database, fact: TextForwarded, to: Recipient) -> Values | None:
    values, row = values_of_meeting(db, fact, to), db.get(ForwardedText, fact.forwarded_id)
    return {**values, "text": row.text} if values is not None and row is not None else None
