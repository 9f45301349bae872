"""Letters about how meetings went: who was marked as missing and who is asked to come instead, what failed, what one
side says against it, what was corrected, and what to assess; and about the time that was found for two who waited."""

from events.core import clock
from events.core.database import Database
from events.core.translation import N_, when
from events.events import Event
from events.people import Person
from events.registration import Registration, find_registration
from events.roles import Role, Scope, people_with_role
from mailer.letters import Recipient, Topic, Values, letter_for, name_of, page, page_at, recipients
from mailer.occasions.meetings import done_by, everybody_in, values_of_meeting
from mailer.occasions.peer_reviews import organisers_of
from sessions.assessments import AssessmentsAwaited, to_assess
from sessions.attendance import AttendanceCorrected, MeetingFailed, NoShowMarked
from sessions.blocks import Slot
from sessions.booking_rules import rules_of
from sessions.contradictions import AttendanceContradicted, contradiction_by, is_word_of_a_side
from sessions.meetings import Meeting, MeetingState, page_of
from sessions.outcomes import TOOK_PLACE, OutcomeAwaited, Result, outcome_by
from sessions.standby import rest_of
from sessions.stepping_in import RestOffered
from sessions.waiting import TimeFound


def _person(
    db: Database, fact: NoShowMarked | OutcomeAwaited | RestOffered | AttendanceContradicted
) -> list[Recipient]:
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
    if values is None or values["state"] is not MeetingState.NO_SHOW:
        return None
    return {**values, "can_contradict": is_word_of_a_side(db, fact.meeting_id)}


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


def _who_decides(db: Database, fact: AttendanceContradicted) -> list[Recipient]:
    """The organisers, and the desks of the two sides, without the one who says it."""
    meeting = db.get(Meeting, fact.meeting_id)
    leads = (meeting.asker_id, meeting.invitee_id) if meeting is not None else ()
    desks = {place.desk_id for one in leads if (place := find_registration(db, fact.event_id, one)) and place.desk_id}
    officers = {one for desk in desks for one in people_with_role(db, Role.DESK_OFFICER, Scope.DESK, desk)}
    return recipients(db, (organisers_of(db, fact.event_id) | officers) - {fact.person_id})


@letter_for(AttendanceContradicted, to=_who_decides)
def attendance_contradicted(db: Database, fact: AttendanceContradicted, to: Recipient) -> Values | None:
    meeting, event = db.get(Meeting, fact.meeting_id), db.get(Event, fact.event_id)
    said = contradiction_by(db, fact.meeting_id, fact.person_id)
    if meeting is None or event is None or said is None or to.doer == to.person_id:
        return None  # decided meanwhile, or the reader's own word
    return {
        "event": event.name, "who": name_of(db.get(Person, fact.person_id)), "noted": meeting.state, "says": said.says,
        "asker": name_of(db.get(Person, meeting.asker_id)), "invitee": name_of(db.get(Person, meeting.invitee_id)),
        "starts_at": meeting.starts_at, "ends_at": meeting.ends_at, "reason": said.reason,
        "organises": to.person_id in organisers_of(db, fact.event_id), "url": page_at(page_of(meeting)),
        **done_by(db, fact, meeting, to),
    }  # fmt: skip


@letter_for(AttendanceContradicted, to=_person, in_their_name=True)
def attendance_contradicted_for(db: Database, fact: AttendanceContradicted, to: Recipient) -> Values | None:
    values, said = values_of_meeting(db, fact, to), contradiction_by(db, fact.meeting_id, fact.person_id)
    if values is None or said is None:
        return None  # decided meanwhile
    return {**values, "noted": values["state"], "says": said.says, "reason": said.reason}


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
    if values is None or meeting is None or meeting.state not in TOOK_PLACE:
        return None  # an organiser has said since that they did not meet
    if said is not None and said.result is not Result.GOING_ON:
        return None
    ago = N_("%(count)s month ago", "%(count)s months ago", fact.months)
    return {**values, "ago": ago, "url": page("outcome", meeting=meeting.public_id)}
