"""Meeting rooms: nobody is written about what happens inside. Whoever is concerned is there, or sees it on the page."""

from mailer.letters import silent
from sessions import meeting_notes, meeting_visits, more_time, room_doors, video

silent(
    meeting_visits.MeetingRoomLeft,
    meeting_visits.MeetingRoomClosed,
    meeting_notes.MeetingNoteWritten,
    meeting_notes.MeetingNoteTakenBack,
    more_time.MoreTimeAsked,
    more_time.MeetingExtended,
    room_doors.RoomKnocked,
    room_doors.RoomEntryAnswered,
    room_doors.MuteAsked,
    room_doors.CaptionerChosen,
    video.VideoRulesChanged,
    video.MeetingVideoChosen,
    video.MeetingVideoSwitched,
)
