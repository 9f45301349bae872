"""Everything with a start and an end: blocks, meetings, pitches, stages, calendars."""
