"""What the style guide shows its components with: made up, in every state. For the demo only."""

from datetime import timedelta
from types import SimpleNamespace

from events.core import clock
from frontend.qr_codes import qr_of
from frontend.slots import grid_of
from frontend.web import Filled
from sessions.availability import OfferedSlot
from sessions.blocks import Slot


def sample() -> SimpleNamespace:
    """A form with errors, an empty one, phases, slots, a QR code and a checklist, around the present moment."""
    now = clock.now()
    first = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=24)
    times = [first + timedelta(days=day, minutes=20 * n) for day in range(2) for n in range(6)]
    slots = [OfferedSlot(Slot(at, at + timedelta(minutes=20)), n not in {0, 3}) for n, at in enumerate(times)]
    return SimpleNamespace(
        form=_wrong_form(),
        empty_form=Filled(),
        phases=[
            _phase("Registration", -30, -12, "past"),
            _phase("Team forming", -12, -3, "past"),
            _phase("Building", -3, 2, "now"),
            _phase("Judging", 2, 4, "next"),
            _phase("Live", 5, 6, "next"),
        ],
        grid=grid_of(slots, "Europe/Lisbon", "Bo"),
        starts=now + timedelta(hours=24),
        ends=now + timedelta(hours=24, minutes=20),
        deadline=now + timedelta(hours=30),
        started=now - timedelta(seconds=70),
        drawing=qr_of("https://folkmoot.example"),
        checklist=[
            SimpleNamespace(label="Name and dates", done=True),
            SimpleNamespace(label="Phases", done=True, note="Five phases"),
            SimpleNamespace(label="Write the description", done=False, url="#", note="Everybody reads it first."),
            SimpleNamespace(label="Publish", done=False),
        ],
    )


def _wrong_form() -> Filled:
    return Filled(
        {"title": "Seeing arms", "email": "bo@", "topics": ["a", "c"], "visibility": "members", "kind": "startup"},
        {
            "": ["Booking closes in an hour."],
            "email": ["Give an address such as bo@example.org."],
            "summary": ["Say in a sentence what you look for."],
            "terms": ["Please read the rules and tick the box."],
            "visibility": ["Choose who may read it."],
        },
        refused=True,
    )


def _phase(name: str, first: int, last: int, state: str) -> SimpleNamespace:
    now = clock.now()
    return SimpleNamespace(name=name, starts=now + timedelta(days=first), ends=now + timedelta(days=last), state=state)
