"""The agenda of an event as everybody sees it: the list, one session, the change log, and one's own stars."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from events.challenges import challenge_owner_of_event
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.translation import reader, set_reader
from events.events import EventWithPhases, get_event
from events.registration import participant_of_event
from events.roles import host_of_event, judge_of_event, mentor_of_event, organiser_of_event
from frontend.addresses import asked
from frontend.agenda_shown import CHANGE_NAMES, change_lines, days_shown, event_time
from frontend.web import Form, actor_of, page, redirect, render
from sessions.calendar_answers import NOWHERE, in_calendars
from sessions.calendars import Answer, EntryKind
from sessions.timetable.released import AgendaSession, Release, agenda_of, agendas_of, get_release, releases_of
from sessions.timetable.releases import changes_between
from sessions.timetable.rows import SESSION_KINDS
from sessions.timetable.stars import (
    AgendaSessionInEvent,
    get_agenda_session,
    star_session,
    starred_by,
    unstar_session,
)

takes_part = (
    participant_of_event | organiser_of_event | judge_of_event | mentor_of_event | host_of_event
    | challenge_owner_of_event
)  # fmt: skip


class StarForm(Form):
    """A star, or one taken back; `back` is '' or 'agenda', where the button was."""

    back: str = ""


def _event(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if not actor.signed_in:
        set_reader(reader().locale, event.zone)
    return actor, event


def _list(request: Request, template: str) -> Response:
    given = asked(request, "track", "room", "starred")
    with reading() as db:
        actor, event = _event(db, request)
        release = get_release(db, event)
        agenda = agenda_of(db, release)
        starred = starred_by(db, actor, agenda)
    fitting = [one for one in agenda if _fits(one, given, starred)]
    return render(
        request, template, event=event, release=release_line(release), count=len(agenda), question=given,
        days=days_shown(fitting, event.zone, starred), tracks=_distinct(one.track for one in agenda),
        rooms=_distinct(one.room for one in agenda), filtered=any(given.values()), own_zone=reader().zone,
        organises=organiser_of_event(actor, event), stars=len(starred),
        view=f"?{request.url.query}" if request.url.query else "",
    )  # fmt: skip


@page()
def show_agenda(request: Request) -> Response:
    return _list(request, "agenda/agenda.html")


@page()
def agenda_fragment(request: Request) -> Response:
    return _list(request, "agenda/list.html")


def release_line(release: Release) -> dict[str, object]:
    """A release as pages name it."""
    return {"name": release.name, "at": release.released_at, "note": release.note}


def _fits(one: AgendaSession, given: dict[str, str], starred: set[int]) -> bool:
    return (
        (not given["track"] or one.track == given["track"])
        and (not given["room"] or one.room == given["room"])
        and (not given["starred"] or one.session_id in starred)
    )


def _distinct(names: object) -> list[tuple[str, str]]:
    return [(name, name) for name in dict.fromkeys(names) if name]  # type: ignore[call-overload]  # any iterable of names


def _load(db: Database, request: Request) -> tuple[Actor, AgendaSessionInEvent]:
    actor, event = _event(db, request)
    return actor, get_agenda_session(db, event, request.path_params["session"])


@page()
def show_session(request: Request) -> Response:
    with reading() as db:
        actor, subject = _load(db, request)
        starred = bool(starred_by(db, actor, [subject.session]))
        one, event = subject.session, subject.event
        organises = organiser_of_event(actor, event)
        answers = _answers(db, one) if organises or actor.person in one.people else []
    goes_there = takes_part(actor, event) or actor.person in one.people
    return render(
        request, "agenda/session.html", event=event, session=one, kind=SESSION_KINDS[one.kind], starred=starred,
        event_time=event_time(one.starts_at, one.ends_at, event.zone), may_star=may(actor, "star_session", subject),
        room_link=one.room_link if goes_there else "", organises=organises,
        signed_in=actor.signed_in, answers=answers,
    )  # fmt: skip


def _answers(db: Database, session: AgendaSession) -> list[tuple[str, Answer]]:
    """Who speaks and has the session in their calendar, with what it answered."""
    said = in_calendars(db, EntryKind.SESSION, [session.session_id]).get(session.session_id, NOWHERE).answers
    return [(one.name, said[one.person_id]) for one in session.speakers if one.person_id and one.person_id in said]


@page()
def show_changes(request: Request) -> Response:
    with reading() as db:
        _actor, event = _event(db, request)
        get_release(db, event)
        releases = releases_of(db, event.id)
        agendas = agendas_of(db, releases)
    shown = [
        (release_line(release), change_lines(changes_between(before, after)))
        for release, after, before in zip(releases, agendas, [*agendas[1:], []], strict=True)
    ]
    return render(request, "agenda/changes.html", event=event, releases=shown, names=CHANGE_NAMES)


def _back(request: Request, subject: AgendaSessionInEvent, form: StarForm) -> Response:
    """To where the button was; in the list to the session itself, so that nobody has to look for it again."""
    ids = {"event": subject.event.event.slug}
    if form.back == "agenda":
        return RedirectResponse(f"{path('agenda', **ids)}#{subject.session.public_id}", 303)
    return redirect(request, "agenda_session", session=subject.session.public_id, **ids)


@page(form=StarForm, again=show_session, signed_in=True)
def star_now(request: Request, form: StarForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        star_session(db, actor, subject)
    return _back(request, subject, form)


@page(form=StarForm, again=show_session, signed_in=True)
def unstar_now(request: Request, form: StarForm) -> Response:
    with transaction() as db:
        actor, subject = _load(db, request)
        unstar_session(db, actor, subject)
    return _back(request, subject, form)
