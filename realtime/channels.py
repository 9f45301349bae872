"""Names of channels, which Socket.IO calls rooms. They are made here from ids of ours, never taken from a client."""

# Nobody is in it: what is said there, the web processes hear from each other.
PROCESSES = "processes"


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


def call_channel(kind: str, row_id: int) -> str:
    """Everybody in a call: the room of a meeting, or a speed networking."""
    return f"call:{kind}:{row_id}"


def visit_channel(visit: str) -> str:
    """The one window of one visit; the id was found among the visits of a room of ours before it comes here."""
    return f"visit:{visit}"


def review_channel(review_id: int) -> str:
    """Everybody in the room of a review; it hears numbers, and nothing else."""
    return f"review:{review_id}"


def times_channel(person_id: int) -> str:
    """Whoever looks at the free times of one person; it hears that they may have changed, and nothing else."""
    return f"times:{person_id}"


def lobby_channel(event_id: int) -> str:
    """Whoever has the lobby of an event open; it hears how many are there."""
    return f"lobby:{event_id}"
