"""The tabs of an event's teams, of one team, and of mentoring: what the actor can use."""

from events.core.access import Actor
from events.core.links import path
from events.core.translation import Message, _
from events.events import EventWithPhases
from events.progress import see_progress, see_team_room
from events.roles import organiser_of_event
from events.teams import TeamInEvent

Tab = tuple[Message, str, bool]


def team_tabs(actor: Actor, event: EventWithPhases, here: str) -> list[Tab]:
    """The tabs for this actor; `here` is the name of the page's route."""
    found = [(_("Teams"), "teams"), (_("Looking for a team"), "seekers")]
    if see_progress(actor, event):
        found.append((_("Progress"), "progress"))
    if organiser_of_event(actor, event):
        found.append((_("Team builder"), "team_builder"))
    return [(label, path(name, event=event.event.slug), name == here) for label, name in found]


def room_tabs(actor: Actor, subject: TeamInEvent, here: str) -> list[Tab]:
    """A team's page and, for its members, mentors and organisers, its room."""
    found = [(_("The team"), "team")]
    if see_team_room(actor, subject):
        found.append((_("Team room"), "team_room"))
    ids = {"event": subject.event.event.slug, "team": subject.team.public_id}
    return [(label, path(name, **ids), name == here) for label, name in found] if len(found) > 1 else []


def mentoring_tabs(event: EventWithPhases, here: str, *, queue: bool) -> list[Tab]:
    """Office hours, and for those to whom it shows something the help queue."""
    found = [(_("Office hours"), "mentoring")]
    if queue:
        found.append((_("Help queue"), "help_queue"))
    return [(label, path(name, event=event.event.slug), name == here) for label, name in found]
