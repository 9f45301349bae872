"""Letters to those in whose name somebody else acted, where the other letters go to the other side only."""

from events.core.database import Database
from mailer.letters import Recipient, Values, letter_for
from mailer.occasions.meetings import asker_of, invitee_of, values_of_meeting
from sessions.meetings import MeetingDeclined, MeetingRequested, MeetingWithdrawn


@letter_for(MeetingRequested, to=asker_of, in_their_name=True)
def meeting_requested_for(db: Database, fact: MeetingRequested, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingDeclined, to=invitee_of, in_their_name=True)
def meeting_declined_for(db: Database, fact: MeetingDeclined, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(MeetingWithdrawn, to=asker_of, in_their_name=True)
def meeting_withdrawn_for(db: Database, fact: MeetingWithdrawn, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)
