"""The timetable: the organisers' grid of rooms and times, its conflicts, and one session in a form."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from events.core.access import Actor, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotFound
from events.core.translation import Message, _, clock_of, day_of
from events.core.wall import from_wall, to_wall
from events.events import EventWithPhases, get_event
from events.people import people_by_id
from frontend.addresses import asked
from frontend.buttons import NoForm
from frontend.rendering import environment
from frontend.timetable_grid import STEPS, grid_of
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render, wants_json
from sessions.timetable.conflicts import ConflictKind, conflicts_of
from sessions.timetable.released import agenda_of, last_release
from sessions.timetable.releases import changes_between, draft_of
from sessions.timetable.rows import (
    SESSION_KINDS,
    SessionInEvent,
    SessionKind,
    get_session,
    rooms_of,
    see_timetable,
    sessions_of,
    tracks_of,
)
from sessions.timetable.sessions import (
    Place,
    Wording,
    add_session,
    change_session,
    place_session,
    remove_session,
    speakers_in,
    take_session_off,
)

CONFLICT_NAMES: dict[ConflictKind, Message] = {
    ConflictKind.ROOM: _("Two sessions in one room"),
    ConflictKind.SPEAKER: _("A speaker in two sessions"),
    ConflictKind.MEETING: _("A speaker in a one-to-one meeting"),
    ConflictKind.DAYS: _("Outside of the days of the event"),
    ConflictKind.CAPACITY: _("Fewer seats than participants"),
    ConflictKind.BREAK: _("No break for three hours"),
}


class SessionForm(Form):
    """A session; its start is on the event's clock, and without a room and a start it waits for a time."""

    title: str = ""
    kind: SessionKind = SessionKind.TALK
    abstract: str = ""
    track: str = ""
    minutes: str = "30"
    speakers: str = ""
    room: str = ""
    starts_at: str = ""
    revision: int | None = None


class PlaceForm(Form):
    """Where and when on the event's clock; without a room the session is taken off."""

    room: str = ""
    starts_at: str = ""
    revision: int | None = None


def planned(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    """The event of this page for its organisers; nothing is there for others."""
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if not see_timetable(actor, event):
        raise NotFound()
    return actor, event


def _shown(db: Database, request: Request, actor: Actor, event: EventWithPhases) -> dict[str, Any]:
    sessions, draft, rooms = sessions_of(db, event.id), draft_of(db, event), rooms_of(db, event.id)
    conflicts = conflicts_of(db, event)
    release = last_release(db, event.id)
    given = asked(request, "day", "step")
    revisions = {one.public_id: one.revision for one in sessions}
    return {
        "grid": grid_of(event, rooms, draft, revisions, conflicts, given),
        "rooms": rooms,
        "waiting": [one for one in sessions if one.starts_at is None],
        "conflicts": [(CONFLICT_NAMES[one.kind], one) for one in conflicts],
        "titles": {one.public_id: one.title for one in sessions},
        "steps": [(str(step), str(_("%(minutes)s minutes", minutes=step))) for step in STEPS],
        "release": release,
        "unreleased": len(changes_between(agenda_of(db, release), draft)),
        "changeable": why_not(actor, "add_session", event) is None,
        "view": f"?day={given['day']}&step={given['step']}" if given["day"] or given["step"] else "",
    }


@page(signed_in=True)
def show_timetable(request: Request) -> Response:
    with reading() as db:
        actor, event = planned(db, request)
        shown = _shown(db, request, actor, event)
    return render(request, "timetable/timetable.html", event=event, **shown)


@page(signed_in=True)
def timetable_fragment(request: Request) -> Response:
    with reading() as db:
        actor, event = planned(db, request)
        shown = _shown(db, request, actor, event)
    template = environment().get_template("timetable/fragment.html")
    html = template.render(event=event, slug=event.event.slug, own=event.zone, **shown)
    return HTMLResponse(html, headers={"cache-control": "private, no-store"})


def _options(db: Database, event: EventWithPhases) -> dict[str, Any]:
    return {
        "kinds": list(SESSION_KINDS.items()),
        "tracks": [(one.public_id, one.name) for one in tracks_of(db, event.id)],
        "rooms": [(one.public_id, one.name) for one in rooms_of(db, event.id)],
    }


@page(signed_in=True)
def new_session(request: Request, form: Filled = NOTHING) -> Response:
    given = asked(request, "room", "at")
    with reading() as db:
        actor, event = planned(db, request)
        options = _options(db, event)
        refusal = why_not(actor, "add_session", event)
    form = form.with_values(room=given["room"], starts_at=given["at"][:16])
    return render(request, "timetable/new.html", event=event, form=form, refusal=refusal, **options)


@page(form=SessionForm, again=new_session, signed_in=True)
def add_now(request: Request, form: SessionForm) -> Response:
    with transaction() as db:
        actor, event = planned(db, request)
        add_session(db, actor, event, wording=_wording(form), place=_place(form, event))
    return redirect(request, "timetable", event=event.event.slug, flash=_("Added: %(title)s.", title=form.title))


def _wording(form: SessionForm) -> Wording:
    if not (form.minutes.isascii() and form.minutes.isdecimal() and len(form.minutes) <= 5):
        raise Invalid({"minutes": _("Please write a whole number.")})
    return Wording(form.title, form.kind, form.abstract, form.track, int(form.minutes), form.speakers)


def _place(form: SessionForm | PlaceForm, event: EventWithPhases) -> Place | None:
    if not form.room and not form.starts_at:
        return None
    if not form.room:
        raise Invalid({"room": _("Choose a room too, or leave both empty.")})
    if not form.starts_at:
        raise Invalid({"starts_at": _("Choose a start too, or leave both empty.")})
    return Place(form.room, from_wall(form.starts_at, event.zone, "starts_at"))


def _load(db: Database, request: Request) -> tuple[Actor, SessionInEvent]:
    actor, event = planned(db, request)
    return actor, get_session(db, actor, event, request.path_params["session"])


@page(signed_in=True)
def edit_session(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, subject = _load(db, request)
        event, row = subject.event, subject.session
        options = _options(db, event)
        values, stands = _values(db, subject), _told(db, subject)
        reasons = [one for one in conflicts_of(db, event) if row.public_id in one.sessions]
        refusal = why_not(actor, "change_session", subject)
    # With the revision of now: whoever sends it again has read what somebody else has changed meanwhile.
    shown = Filled({**values, **form.values, "revision": values["revision"]}, form.errors, form.refused)
    return render(
        request, "timetable/edit.html", event=event, form=shown, subject=subject, public_id=row.public_id,
        stands=stands if form.refused else "", title=row.title, placed=row.starts_at is not None, reasons=reasons,
        refusal=refusal, **options,
    )  # fmt: skip


def _values(db: Database, subject: SessionInEvent) -> dict[str, Any]:
    row, zone = subject.session, subject.event.zone
    track = next((one.public_id for one in tracks_of(db, row.event_id) if one.id == row.track_id), "")
    room = next((one.public_id for one in rooms_of(db, row.event_id) if one.id == row.room_id), "")
    return {
        "title": row.title, "kind": row.kind, "abstract": row.abstract, "track": track, "minutes": row.minutes,
        "speakers": _speakers(db, subject), "room": room, "revision": row.revision,
        "starts_at": to_wall(row.starts_at, zone) if row.starts_at else "",
    }  # fmt: skip


def _speakers(db: Database, subject: SessionInEvent) -> str:
    rows = speakers_in(db, subject.id)
    people = people_by_id(db, {one.person_id for one in rows if one.person_id is not None})
    lines = []
    for one in rows:
        person = people.get(one.person_id or 0)
        lines.append(f"{person.name} <{person.email}>" if person is not None else one.name)
    return "\n".join(lines)


@page(form=SessionForm, again=edit_session, signed_in=True)
def change_now(request: Request, form: SessionForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        place = _place(form, subject.event)
        change_session(db, actor, subject, wording=_wording(form), place=place, revision=form.revision)
        said = _told(db, subject)
    return redirect(request, "timetable", event=request.path_params["event"], flash=said)


def _told(db: Database, subject: SessionInEvent) -> Message:
    """Where a session is now, and what is to be minded there."""
    row, zone = subject.session, subject.event.zone
    if row.starts_at is None:
        return _("%(title)s waits for a time.", title=row.title)
    room = next(one.name for one in rooms_of(db, row.event_id) if one.id == row.room_id)
    told = {"title": row.title, "room": room, "day": day_of(row.starts_at, zone), "time": clock_of(row.starts_at, zone)}
    mind = [one.reason for one in conflicts_of(db, subject.event) if row.public_id in one.sessions]
    if not mind:
        return _("%(title)s is in %(room)s on %(day)s at %(time)s.", **told)
    return _("%(title)s is in %(room)s on %(day)s at %(time)s. Mind: %(reason)s", reason=mind[0], **told)


def _done(request: Request, said: Message) -> Response:
    if wants_json(request):
        return JSONResponse({"ok": True, "message": str(said)})
    return redirect(request, "timetable", event=request.path_params["event"], flash=said)


@page(form=PlaceForm, again=edit_session, signed_in=True)
def place_now(request: Request, form: PlaceForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        place = _place(form, subject.event)
        if place is None:
            take_session_off(db, actor, subject, revision=form.revision)
        else:
            place_session(db, actor, subject, place=place, revision=form.revision)
        said = _told(db, subject)
    return _done(request, said)


@page(form=NoForm, again=edit_session, signed_in=True)
def remove_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        title = subject.session.title
        remove_session(db, actor, subject)
    return _done(request, _("Removed: %(title)s.", title=title))
