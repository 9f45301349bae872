"""Where a person is: the way back through programme and event, and the tabs of an event."""

from typing import Any

from events.core.access import Actor, Rule
from events.core.links import path
from events.core.translation import Message, _
from events.desks import officer_in_programme
from events.events import EventKind, EventWithPhases
from events.participants import see_participants
from events.registration import participant_of_event
from events.roles import organiser_of_event
from events.rounds.rounds import see_judging
from events.tickets import at_open_door
from sessions.boards.board import see_board
from sessions.lobby import run_lobby, see_lobby
from sessions.office_hours import see_mentoring
from sessions.stages import see_stage
from sessions.timetable.released import agenda_released

Tab = tuple[Message, str, Rule | None]

TABS: dict[EventKind, tuple[Tab, ...]] = {
    EventKind.HACKATHON: (
        (_("Overview"), "event", None),
        (_("Challenges"), "challenges", None),
        (_("Teams"), "teams", None),
        (_("Mentoring"), "mentoring", see_mentoring),
        (_("Submissions"), "submissions", None),
        (_("Judging"), "judging", see_judging),
        (_("Gallery"), "gallery", None),
        (_("Pitches"), "stages", see_stage),
    ),
    EventKind.MATCHMAKING: (
        (_("Overview"), "event", None),
        (_("Participants"), "participants", see_participants),
        (_("Needs and offers"), "event_marketplace", None),
        (_("Meetings"), "meetings", participant_of_event),
        (_("Availability"), "availability", participant_of_event),
        (_("Board"), "board", see_board),
        (_("Schedule"), "schedule", organiser_of_event),
    ),
    EventKind.PITCH: ((_("Overview"), "event", None), (_("Pitches"), "stages", see_stage)),
    EventKind.PEER_REVIEW: ((_("Overview"), "event", None), (_("Reviews"), "reviews", None)),
}

AGENDA_TAB: Tab = (_("Agenda"), "agenda", agenda_released)
LOBBY_TAB: Tab = (_("Lobby"), "lobby", see_lobby)

STAFF_TABS: tuple[Tab, ...] = (
    (_("Check-in"), "check_in", at_open_door),
    (_("Your participants"), "own_participants", officer_in_programme),
    (_("Registrations"), "registrations", organiser_of_event),
    (_("Letters"), "letters", organiser_of_event),
    (_("Reported"), "reported_people", run_lobby),
    (_("Set-up"), "set_up", organiser_of_event),
)


def event_nav_of(event: EventWithPhases | None, actor: Actor, here: str) -> tuple[tuple[str, str, bool], ...]:
    """The tabs of an event that this actor can use: (label, path, whether it is the present one)."""
    if event is None:
        return ()
    first, *others = TABS[event.event.kind]
    all_tabs = (first, AGENDA_TAB, LOBBY_TAB, *others, *STAFF_TABS)
    tabs = [tab for tab in all_tabs if tab[2] is None or tab[2](actor, event)]
    found = [(str(label), path(name, event=event.event.slug)) for label, name, _rule in tabs]
    here = _under_its_tab(event, here)
    if f"{here}/".startswith(path("desk_figures", event=event.event.slug) + "/"):
        here = path("registrations" if organiser_of_event(actor, event) else "own_participants", event=event.event.slug)
    best = max((url for _label, url in found if here == url or here.startswith(url + "/")), key=len, default="")
    return tuple((label, url, url == best) for label, url in found)


def _under_its_tab(event: EventWithPhases, here: str) -> str:
    """Where a page belongs whose address does not begin with that of its tab: a meeting, an import."""
    slug = event.event.slug
    if here.startswith("/meetings/") or here in {path("turned_down", event=slug)}:
        return path("meetings", event=slug)
    if here.startswith(path("all_meetings", event=slug)):
        return path("board", event=slug)
    if here in {path("agendas", event=slug), path("table_agendas", event=slug)}:
        return path("set_up", event=slug)
    if here.startswith(path("import_participants", event=slug)):
        return path("registrations", event=slug)
    if here.startswith((path("meeting_rules", event=slug), path("video_rules", event=slug))):
        return path("set_up", event=slug)
    if here.startswith(path("timetable", event=slug)):
        return path("set_up", event=slug)
    if here == path("wishes", event=slug):
        return path("schedule", event=slug)
    if here == path("badges", event=slug):
        return path("check_in", event=slug)
    if here == path("my_agenda", event=slug) and event.event.kind is EventKind.MATCHMAKING:
        return path("meetings", event=slug)
    if here.startswith(path("import_devpost", event=slug)):
        return path("submissions", event=slug)
    if here.startswith(path("exports", event=slug)):
        return path("set_up", event=slug)
    if here.startswith(path("screening", event=slug)):
        return path("judging", event=slug)
    if here.startswith(path("help_queue", event=slug)):
        return path("mentoring", event=slug)
    if here in {path("review_rules", event=slug), path("assessment_questions", event=slug)}:
        return path("set_up", event=slug)
    if here.startswith(path("networkings", event=slug)):
        return path("lobby", event=slug)
    if here.startswith(path("import_items", event=slug)):
        return path("event_marketplace", event=slug)
    return here


def crumbs_of(event: EventWithPhases | None) -> list[tuple[Any, str]]:
    """The way back from a page of an event."""
    if event is None:
        return []
    return [(_("Events"), path("events")), (event.event.name, path("event", event=event.event.slug))]
