"""Letters to those in whose name somebody else acted, where the other letters go to the other side only."""

from events.core.database import Database
from mailer.letters import Recipient, Values, letter_for
from mailer.occasions.meetings import asker_of, invitee_of, values_of_meeting
from sessions.meetings import MeetingDeclined, MeetingRequested, MeetingWithdrawn


def _unless_oneself(db: Database, fact: object, to: Recipient) -> Values | None:
    """None where the reader did it themselves, or nobody did but the clock."""
    return None if to.doer in {None, to.person_id} else values_of_meeting(db, fact, to)


@letter_for(MeetingRequested, to=asker_of)
def meeting_requested_for(db: Database, fact: MeetingRequested, to: Recipient) -> Values | None:
    return _unless_oneself(db, fact, to)


@letter_for(MeetingDeclined, to=invitee_of)
def meeting_declined_for(db: Database, fact: MeetingDeclined, to: Recipient) -> Values | None:
    return _unless_oneself(db, fact, to)


@letter_for(MeetingWithdrawn, to=asker_of)
def meeting_withdrawn_for(db: Database, fact: MeetingWithdrawn, to: Recipient) -> Values | None:
    return _unless_oneself(db, fact, to)
