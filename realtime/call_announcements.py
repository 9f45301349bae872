"""Who hears of what happens in a meeting room: those in it, who refetch its parts, and the call that is held there."""

from typing import Any

from realtime.announcing import Concerned, announced, changing_times, quiet
from realtime.calls import look_at_calls
from realtime.channels import person_channel
from sessions import meeting_notes, meeting_rooms, meeting_visits, meetings, more_time, room_doors, video


@announced(
    meeting_visits.MeetingRoomLeft,
    meeting_visits.MeetingRoomClosed,
    meeting_notes.MeetingNoteWritten,
    meeting_notes.MeetingNoteTakenBack,
    more_time.MoreTimeAsked,
    more_time.MeetingExtended,
    room_doors.RoomKnocked,
    room_doors.RoomEntryAnswered,
    room_doors.CaptionerChosen,
    video.MeetingVideoChosen,
    video.MeetingVideoSwitched,
)
def _room(db: Any, fact: Any) -> Concerned:
    meeting = db.get_one(meetings.Meeting, fact.meeting_id)
    room = meeting_rooms.room_by_meeting(db, fact.meeting_id)
    people = {*room.of.people, *room.entries} if room else set()
    look_at_calls()
    return {person_channel(person) for person in people}, {"meeting": meeting.public_id}


@announced(room_doors.MuteAsked)
def _mute(db: Any, fact: room_doors.MuteAsked) -> Concerned:
    meeting = db.get_one(meetings.Meeting, fact.meeting_id)
    return {person_channel(fact.person_id)}, {"call": meeting.public_id}


@changing_times(more_time.MeetingExtended)
def _longer(db: Any, fact: more_time.MeetingExtended) -> set[int]:
    room = meeting_rooms.room_by_meeting(db, fact.meeting_id)
    return set(room.of.people) if room else set()


quiet(video.VideoRulesChanged)
