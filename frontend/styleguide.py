"""What the style guide shows its components with: made up, in every state. For the demo only."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from events.core import clock
from frontend.qr_codes import qr_of
from frontend.rendering import day_tag
from frontend.web import Filled


def sample() -> SimpleNamespace:
    """A form with errors, an empty one, phases, slots, a QR code and a checklist, around the present moment."""
    now = clock.now()
    slots = [_slot(f"s{n}", now + timedelta(hours=24, minutes=20 * n), n in {0, 3}) for n in range(7)]
    later = [_slot(f"t{n}", now + timedelta(hours=48, minutes=20 * n), False) for n in range(4)]
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
        days=[(day_tag(slots[0].starts), slots), (day_tag(later[0].starts), later)],
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


def _slot(value: str, starts: datetime, taken: bool) -> SimpleNamespace:
    more = {"taken": "Bo is not free"} if taken else {}
    return SimpleNamespace(value=value, starts=starts, ends=starts + timedelta(minutes=20), **more)
