"""The timetable of an event: tracks, rooms and sessions in a draft, its conflicts, and the agenda released from it."""
