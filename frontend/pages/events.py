"""Events: the list, an event's public page, and its phases for a calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.beside_teams import is_beside_teams
from events.challenges import challenges_of
from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database, reading
from events.core.files import content_of
from events.core.links import link, path
from events.core.paging import SIZE, Paged
from events.core.refusals import NotFound
from events.core.translation import Message, _, reader, set_reader
from events.events import Event, EventKind, EventState, EventWithPhases, follower_of, get_event, see_event
from events.overview import (
    Figures,
    figures_of,
    gatherings_seen_by,
    is_past,
    is_running,
    programmes_by_id,
    registrations_by_event,
    roles_in,
    stretch_of,
    ties_event,
)
from events.page_sections import SectionKind, get_picture
from events.people import Person
from events.programmes import clusters_in, programmes_of
from events.registration import HOLDS_A_PLACE, RegistrationState, find_registration
from events.registration_lists import place_in_line, registration_counts
from events.roles import ROLE_NAMES, Role, organiser_of_event
from frontend.calendar_files import phases_calendar
from frontend.event_cards import card_of, timeline_of
from frontend.event_sections import sections_shown
from frontend.json_ld import data_block, event_as_schema
from frontend.marks import marked
from frontend.steps import Standing, Step, call_to_action
from frontend.web import actor_of, page, render
from mailer.entries import published_to_all
from sessions.feeds import phases_in_calendars
from sessions.lessons import LessonPlace
from sessions.milestones import follows_milestones
from sessions.regular.rows import has_regular_sessions, see_regular_sessions
from sessions.timetable.released import agenda_of, last_release

SHOWN_ROLES = frozenset({Role.ORGANISER, Role.JUDGE, Role.MENTOR, Role.HOST})


@page()
def show_events(request: Request) -> Response:
    now = clock.now()
    with reading() as db:
        actor = actor_of(db, request)
        seen = gatherings_seen_by(db, actor)
        registered = registrations_by_event(db, actor.person)
        programmes = programmes_of(db, actor)
    mine = {one.id for one in seen if one.id in registered or ties_event(actor, one.event)}
    lists: dict[str, list[EventWithPhases]] = {"mine": [], "running": [], "coming": [], "past": []}
    for one in sorted(seen, key=_begins):
        lists[_list_of(one, one.id in mine, now)].append(one)
    past = _page_of(lists["past"][::-1], page_number(request))
    lists["past"] = past.rows
    cards = {name: [card_of(one, now, registered.get(one.id)) for one in found] for name, found in lists.items()}
    return render(request, "events/events.html", lists=cards, past=past, programmes=programmes, some=bool(seen))


def _list_of(subject: EventWithPhases, mine: bool, now: datetime) -> str:
    if is_past(subject, now):
        return "past"
    if mine:
        return "mine"
    return "running" if is_running(subject, now) else "coming"


def _begins(subject: EventWithPhases) -> datetime:
    stretch = stretch_of(subject)
    return stretch[0] if stretch else subject.event.created_at


def _page_of(found: Sequence[EventWithPhases], number: int) -> Paged[EventWithPhases]:
    number = min(number, max(1, -(-len(found) // SIZE)))
    return Paged(list(found[(number - 1) * SIZE : number * SIZE]), number, len(found))


def page_number(request: Request) -> int:
    """Which page of a list is asked for; 1 for anything that is no number."""
    text = request.query_params.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def standing_of(db: Database, actor: Actor, subject: EventWithPhases, now: datetime) -> Standing:
    """How the actor stands to an event."""
    registration = find_registration(db, subject.id, actor.person)
    follower = follower_of(db, subject.id)
    counts = registration_counts(db, subject.id)
    capacity = subject.event.capacity
    waits = registration is not None and registration.state is RegistrationState.WAITING
    return Standing(
        subject,
        now,
        organises=organiser_of_event(actor, subject),
        registration=registration,
        place_in_line=place_in_line(db, registration) if waits and registration is not None else 0,
        full=capacity is not None and sum(counts.get(one, 0) for one in HOLDS_A_PLACE) >= capacity,
        waiting=counts.get(RegistrationState.WAITING, 0),
        beside_teams=registration is not None and is_beside_teams(db, subject.id, actor.person),
        follower=(follower.name, follower.slug) if follower is not None and see_event(actor, follower) else None,
    )


@dataclass(frozen=True)
class Figure:
    """One number of an event."""

    value: int
    label: Message
    url: str = ""


def _figures(event: Event, found: Figures) -> list[Figure]:
    shown = [Figure(found.participants, _("participants")), Figure(found.organisations, _("organisations"))]
    if event.kind is EventKind.HACKATHON:
        shown += [
            Figure(found.challenges, _("challenges"), path("challenges", event=event.slug)),
            Figure(found.teams, _("teams"), path("teams", event=event.slug)),
        ]
    return [one for one in shown if one.value]


@page()
def show_event(request: Request) -> Response:
    now = clock.now()
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        if not actor.signed_in:
            set_reader(reader().locale, event.zone)
        step = call_to_action(standing_of(db, actor, event, now))
        shown = what_an_event_shows(db, actor, event)
        follows = follows_milestones(db, event.id, actor.person)
        has_regular = see_regular_sessions(actor, event) and has_regular_sessions(db, event.id)
    may_follow = may(actor, "unfollow_milestones" if follows else "follow_milestones", event)
    writes_lessons = may(actor, "note_lesson", LessonPlace(shown["programme"], event.event))
    return render_event(
        request, event, step, shown, follows=follows, may_follow=may_follow, writes_lessons=writes_lessons,
        has_regular=has_regular,
    )  # fmt: skip


def render_event(
    request: Request, event: EventWithPhases, step: Step, shown: Mapping[str, Any], **more: Any
) -> Response:
    """An event's public page with all that it shows."""
    now = clock.now()
    schema = event_as_schema(event, shown["programme"], shown["agenda"])
    return render(
        request, "events/event.html", event=event, step=step, card=card_of(event, now), phases=timeline_of(event, now),
        schema=data_block(schema), address=link("event", event=event.event.slug),
        **{"preview": None, "may_follow": False, "writes_lessons": False, "has_regular": False, **shown, **more},
    )  # fmt: skip


def what_an_event_shows(db: Database, actor: Actor, event: EventWithPhases) -> dict[str, Any]:
    """What an event's public page shows to this reader, but for the dates and what they can do next."""
    programme = programmes_by_id(db, {event.programme_id})[event.programme_id]
    challenges = challenges_of(db, actor, event).rows[:6] if event.event.kind is EventKind.HACKATHON else []
    partners = clusters_in(db, programme)
    before = db.get(Event, event.event.follows_id) if event.event.follows_id else None
    filled = {SectionKind.ABOUT} | ({SectionKind.CHALLENGES} if challenges else set())
    filled |= {SectionKind.PARTNERS} if partners else set()
    agenda = agenda_of(db, last_release(db, event.id)) if event.event.has_agenda else []
    return {
        "programme": programme,
        "figures": _figures(event.event, figures_of(db, event)),
        "challenges": challenges,
        "partners": partners,
        "team": _team(actor, roles_in(db, event)),
        "before": before if before is not None and before.state is not EventState.DRAFT else None,
        "around": _around(db, actor, event),
        "agenda": agenda,
        "sections": sections_shown(db, actor, event, filled, agenda),
    }


@page()
def send_picture(request: Request) -> Response:
    with reading() as db:
        event = get_event(db, actor_of(db, request), request.path_params["event"])
        stored = get_picture(db, event, request.path_params["picture"])
    return Response(
        content_of(stored),
        media_type=stored.media_type,
        headers={
            "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "cache-control": "private, max-age=86400",
        },
    )


def _team(actor: Actor, found: list[tuple[Role, Person]]) -> list[tuple[Message, str]]:
    """Who looks after an event, by name: visitors read of its organisers only."""
    shown = SHOWN_ROLES if actor.signed_in else {Role.ORGANISER}
    return [(ROLE_NAMES[role], person.name) for role, person in found if role in shown and person.name]


def _around(db: Database, actor: Actor, event: EventWithPhases) -> Event | None:
    follower = follower_of(db, event.id)
    return follower if follower is not None and see_event(actor, follower) else None


@page()
def event_calendar(request: Request) -> Response:
    with reading() as db:
        event = get_event(db, actor_of(db, request), request.path_params["event"])
        said = [one for _entry, one in published_to_all(db, phases_in_calendars(db, event.id))]
    if not said:
        raise NotFound()
    return marked(
        request,
        phases_calendar(event.event.name, said),
        media_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={
            "content-disposition": f'attachment; filename="{event.event.slug}.ics"',
            "cache-control": "private, no-cache",
        },
    )
