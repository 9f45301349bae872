"""Schedules: the whole event's meetings placed at once, as drafts that are compared and published."""
