"""Names of channels, which Socket.IO calls rooms. They are made here from ids of ours, never taken from a client."""


def person_channel(person_id: int) -> str:
    """All browsers of one person."""
    return f"person:{person_id}"


def event_channel(event_id: int) -> str:
    """The participants of an event."""
    return f"event:{event_id}"


def board_channel(event_id: int) -> str:
    """Whoever may see an event's board: its organisers, and desk officers with participants in it."""
    return f"board:{event_id}"


def crew_channel(event_id: int) -> str:
    """Who runs an event: its organisers and hosts, who work on its timetable and stand at its door."""
    return f"crew:{event_id}"


def stage_channel(stage_id: int) -> str:
    """Everybody in a pitch room."""
    return f"stage:{stage_id}"


def times_channel(person_id: int) -> str:
    """Whoever looks at the free times of one person; it hears that they may have changed, and nothing else."""
    return f"times:{person_id}"
