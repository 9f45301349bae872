"""Letters about how meetings went: who was marked as missing and who is asked to come instead, what failed, what was
corrected, and what to assess; and about the time that was found for two who waited."""

from events.core import clock
from events.core.database import Database
from events.core.translation import N_, when
from events.events import Event
from events.registration import Registration
from mailer.letters import Recipient, Topic, Values, letter_for, page, recipients
from mailer.occasions.meetings import everybody_in, values_of_meeting
from sessions.assessments import AssessmentsAwaited, to_assess
from sessions.attendance import AttendanceCorrected, MeetingFailed, NoShowMarked
from sessions.blocks import Slot
from sessions.booking_rules import rules_of
from sessions.meetings import Meeting, MeetingState
from sessions.outcomes import OutcomeAwaited, Result, outcome_by
from sessions.standby import rest_of
from sessions.stepping_in import RestOffered
from sessions.waiting import TimeFound


def _person(db: Database, fact: NoShowMarked | OutcomeAwaited | RestOffered) -> list[Recipient]:
    return recipients(db, {fact.person_id})


def _asker(db: Database, fact: TimeFound) -> list[Recipient]:
    meeting = db.get(Meeting, fact.meeting_id)
    return recipients(db, {meeting.asker_id if meeting else None})


def _participant(db: Database, fact: AssessmentsAwaited) -> list[Recipient]:
    place = db.get(Registration, fact.registration_id)
    return recipients(db, {place.person_id if place else None})


@letter_for(NoShowMarked, to=_person)
def no_show_marked(db: Database, fact: NoShowMarked, to: Recipient) -> Values | None:
    values = values_of_meeting(db, fact, to)
    return values if values and values["state"] is MeetingState.NO_SHOW else None


@letter_for(RestOffered, to=_person)
def rest_offered(db: Database, fact: RestOffered, to: Recipient) -> Values | None:
    values, missed = values_of_meeting(db, fact, to), db.get(Meeting, fact.instead_of_id)
    if values is None or missed is None or missed.ends_at is None or values["state"] is not MeetingState.REQUESTED:
        return None
    rest = rest_of(Slot(missed.starts_at or missed.ends_at, missed.ends_at), clock.now())
    return {**values, "starts_at": rest.starts_at, "ends_at": rest.ends_at} if rest else None  # else it comes too late


@letter_for(MeetingFailed, to=everybody_in)
def meeting_failed(db: Database, fact: MeetingFailed, to: Recipient) -> Values | None:
    values = values_of_meeting(db, fact, to)
    return values if values and values["state"] is MeetingState.FAILED else None


@letter_for(AttendanceCorrected, to=everybody_in)
def attendance_corrected(db: Database, fact: AttendanceCorrected, to: Recipient) -> Values | None:
    return values_of_meeting(db, fact, to)


@letter_for(TimeFound, to=_asker)
def time_found(db: Database, fact: TimeFound, to: Recipient) -> Values | None:
    values = values_of_meeting(db, fact, to)
    if values is None or values["state"] is not MeetingState.REQUESTED:
        return None  # a meeting that stands at once, or does by now, has a letter of its own
    return {**values, "held": rules_of(db, fact.event_id).requests_hold}


@letter_for(AssessmentsAwaited, to=_participant, topic=Topic.REMINDERS)
def assessments_awaited(db: Database, fact: AssessmentsAwaited, to: Recipient) -> Values | None:
    event = db.get(Event, fact.event_id)
    found = to_assess(db, to.person_id, fact.event_id)
    if event is None or not found:
        return None
    meetings = "\n".join(f"{one.other}: {when(one.meeting.starts_at)}" for one in found if one.meeting.starts_at)
    return {"event": event.name, "meetings": meetings, "url": page("meetings", event=event.slug)}


@letter_for(OutcomeAwaited, to=_person, topic=Topic.REMINDERS)
def outcome_awaited(db: Database, fact: OutcomeAwaited, to: Recipient) -> Values | None:
    said = outcome_by(db, fact.meeting_id, to.person_id)
    values, meeting = values_of_meeting(db, fact, to), db.get(Meeting, fact.meeting_id)
    if values is None or meeting is None or (said is not None and said.result is not Result.GOING_ON):
        return None
    ago = N_("%(count)s month ago", "%(count)s months ago", fact.months)
    return {**values, "ago": ago, "url": page("outcome", meeting=meeting.public_id)}
