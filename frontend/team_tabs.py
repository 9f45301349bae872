"""The tabs of an event's teams: the teams, who looks for one, and what organisers and mentors see besides."""

from events.core.access import Actor
from events.core.links import path
from events.core.translation import Message, _
from events.events import EventWithPhases
from events.roles import organiser_of_event

Tab = tuple[Message, str, bool]


def team_tabs(actor: Actor, event: EventWithPhases, here: str) -> list[Tab]:
    """The tabs for this actor; `here` is the name of the page's route."""
    found = [(_("Teams"), "teams"), (_("Looking for a team"), "seekers")]
    if organiser_of_event(actor, event):
        found.append((_("Team builder"), "team_builder"))
    return [(label, path(name, event=event.event.slug), name == here) for label, name in found]
