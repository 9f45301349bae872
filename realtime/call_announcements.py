"""Who hears of what happens in a meeting room or the call of a review: those in it, and the call that is held there."""

from typing import Any

from realtime.announcing import Concerned, announced, changing_times, quiet
from realtime.calls import look_at_calls
from realtime.channels import person_channel
from sessions import meeting_notes, meeting_rooms, meeting_visits, meetings, more_time, room_doors, video
from sessions.peer_reviews import call_doors, rooms
from sessions.peer_reviews.reviews import PeerReview


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


@announced(call_doors.ReviewCallLeft, call_doors.PutOutOfReviewCall, call_doors.LetBackIntoReviewCall)
def _review(db: Any, fact: Any) -> Concerned:
    look_at_calls()
    return {person_channel(fact.person_id)}, {"review": db.get_one(PeerReview, fact.review_id).public_id}


@announced(call_doors.AskedToMuteInReview)
def _mute_in_review(db: Any, fact: call_doors.AskedToMuteInReview) -> Concerned:
    return {person_channel(fact.person_id)}, {"call": db.get_one(PeerReview, fact.review_id).public_id}


@announced(rooms.ReviewVideoSwitched)
def _switched(db: Any, fact: rooms.ReviewVideoSwitched) -> Concerned:
    """Whoever is in the call hears it from the call, and the rest by the room's number."""
    look_at_calls()
    return set(), {}


quiet(video.VideoRulesChanged)
