"""The agenda for other programs: iCalendar, frab's schedule.xml and schedule.json, and a page to embed elsewhere."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from events.core.access import VISITOR
from events.core.database import Database, reading
from events.core.translation import LANGUAGES, reader, written_for
from events.events import EventWithPhases, get_event
from frontend.agenda_shown import days_shown
from frontend.assets import asset
from frontend.calendar_files import agenda_calendar
from frontend.languages import language_of
from frontend.marks import marked
from frontend.middleware import headers_for_frames
from frontend.rendering import environment
from frontend.schedule_files import as_frab_json, as_frab_xml
from frontend.web import actor_of, page
from mailer.entries import published_to_all
from sessions.feeds import sessions_in_calendars
from sessions.timetable.released import AgendaSession, Release, agenda_of, get_release

# Other sites may read what everybody sees; nothing here depends on who asks.
FOR_ALL = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}


def _agenda(db: Database, request: Request) -> tuple[EventWithPhases, Release, list[AgendaSession]]:
    event = get_event(db, actor_of(db, request), request.path_params["event"])
    release = get_release(db, event)
    return event, release, agenda_of(db, release)


@page()
def agenda_ics(request: Request) -> Response:
    """All sessions, those that were called off of late as such; or one of them."""
    only = request.query_params.get("session", "")
    with reading() as db:
        event, _release, agenda = _agenda(db, request)
        sessions = {one.session_id: one for one in agenda if only in {"", one.public_id}}
        shown = [one for one in sessions_in_calendars(db, event.id) if not only or one.entry.subject_id in sessions]
        with written_for(language_of(request), event.zone):
            said = [(one, sessions.get(entry.entry.subject_id)) for entry, one in published_to_all(db, shown)]
    return marked(
        request,
        agenda_calendar(event.event.name, said),
        media_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={
            "content-disposition": f'attachment; filename="{event.event.slug}-agenda.ics"',
            "cache-control": "private, no-cache",
        }
        | FOR_ALL,
    )


@page()
def schedule_xml(request: Request) -> Response:
    with reading() as db:
        event, release, agenda = _agenda(db, request)
    return Response(as_frab_xml(event, release, agenda), media_type="application/xml", headers=FOR_ALL)


@page()
def schedule_json(request: Request) -> Response:
    with reading() as db:
        event, release, agenda = _agenda(db, request)
    return JSONResponse(as_frab_json(event, release, agenda), headers=FOR_ALL)


@page()
def show_widget(request: Request) -> Response:
    """The agenda for a frame on another site: for everybody the same, so it knows nobody and keeps nothing."""
    with reading() as db:
        event = get_event(db, VISITOR, request.path_params["event"])
        release = get_release(db, event)
        agenda = agenda_of(db, release)
    wanted = request.query_params.get("language", "")
    with written_for(wanted if wanted in LANGUAGES else language_of(request), event.zone):
        html = environment().get_template("agenda/widget.html").render(
            event=event, release=release.name, days=days_shown(agenda, event.zone), locale=reader().locale, asset=asset,
        )  # fmt: skip
    return HTMLResponse(html, headers=headers_for_frames())
