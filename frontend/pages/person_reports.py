"""Reports of people in live rooms: saying what is wrong with somebody, and what those who run the rooms do about it."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.events import EventWithPhases, get_event
from events.people import find_by_public_id
from events.programmes import programme_by_id
from frontend.buttons import NoForm
from frontend.navigation import crumbs_of
from frontend.pages.moderating import ACTS
from frontend.reported import address_of_room, reports_context
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.lobby import run_lobby
from sessions.meeting_rooms import get_meeting_room
from sessions.moderation import PersonOnStage, remove_from_room, silence_person
from sessions.networking.rows import get_networking
from sessions.networking.visits import take_out_of_networking
from sessions.peer_reviews.call_doors import get_review_call, put_out_of_review_call
from sessions.person_reports import (
    LONGEST_REASON,
    PRIVATE,
    PersonHere,
    PersonInLobby,
    Place,
    ReportedPerson,
    get_person_report,
    has_reported,
    let_back_into_lobby,
    person_in_lobby,
    person_in_meeting,
    person_in_networking,
    person_in_review,
    person_on_a_stage,
    remove_from_lobby,
    report_person,
    settle_person_reports,
    who_reads_reports,
)
from sessions.reported_people import acts_about_people, put_out_in
from sessions.room_doors import let_back_into_meeting, put_out_of_room
from sessions.stages import get_stage

REPORTS, REPORTS_PER = 10, timedelta(minutes=10)


class ReasonForm(Form):
    """What somebody did."""

    reason: str = ""


class PlaceForm(Form):
    """Where the button was pressed: on the page of all reports, or in the room."""

    all: str = ""


def _event(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    return actor, get_event(db, actor, request.path_params["event"])


def _here(db: Database, request: Request) -> tuple[Actor, EventWithPhases, PersonHere]:
    actor, event = _event(db, request)
    where, spot, person = (request.path_params[name] for name in ("where", "spot", "person"))
    if where == Place.LOBBY and spot == event.event.slug:
        found = person_in_lobby(db, actor, event, person)
    elif where == Place.STAGE:
        found = person_on_a_stage(db, actor, get_stage(db, actor, spot), person)
    elif where == Place.NETWORKING:
        found = person_in_networking(db, actor, get_networking(db, actor, spot), person)
    elif where == Place.MEETING:
        found = person_in_meeting(db, actor, get_meeting_room(db, actor, spot), person)
    elif where == Place.REVIEW:
        found = person_in_review(db, actor, get_review_call(db, actor, spot).in_event, person)
    else:
        raise NotFound()
    if found.event.id != event.id:
        raise NotFound()
    return actor, event, found


@page(signed_in=True)
def show_form(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, found = _here(db, request)
        done, is_me = has_reported(db, actor, found), found.person.id == actor.person
        is_read = bool(who_reads_reports(db, found.event, found.place) - {found.person.id})
        programme = programme_by_id(db, found.event.programme_id)
    back = address_of_room(event, found.place, found.room)
    return render(
        request, "person_reports/form.html", event=event, form=form, about=found.person, done=done, is_me=is_me,
        back=back, most=LONGEST_REASON, to_organisers=found.place in PRIVATE, here=request.path_params,
        is_read=is_read, programme=programme, crumbs=crumbs_of(event),
    )  # fmt: skip


@page(form=ReasonForm, again=show_form, signed_in=True)
def report_now(request: Request, form: ReasonForm) -> Response:
    with reading() as db:
        actor, _event, _found = _here(db, request)
    take_turn(f"report person {actor.person}", times=REPORTS, per=REPORTS_PER)
    with transaction() as db:
        actor, _event, found = _here(db, request)
        report_person(db, actor, found, reason=form.reason)
        is_read = who_reads_reports(db, found.event, found.place) - {found.person.id}
    said = _("Thank you. Those who run this room look at it.") if is_read else _("Noted. Nobody reads it here by now.")
    ids = {name: request.path_params[name] for name in ("event", "where", "spot", "person")}
    return redirect(request, "person_to_report", flash=said, **ids)


def _reported(request: Request, template: str, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = _event(db, request)
        if not run_lobby(actor, event):
            raise NotFound()
        context = reports_context(db, actor, event) | {
            "put_out": put_out_in(db, actor, event),
            "acts": acts_about_people(db, actor, event),
        }
    return render(request, template, event=event, form=form, acts_in_words=ACTS, **context)


@page(signed_in=True)
def show_reported(request: Request, form: Filled = NOTHING) -> Response:
    return _reported(request, "person_reports/people.html", form)


@page(signed_in=True)
def reported_fragment(request: Request) -> Response:
    return _reported(request, "person_reports/fragment.html")


def _back(request: Request, form: PlaceForm, report: ReportedPerson, said: Message) -> Response:
    """To where it was pressed: the page on which whoever runs that room reads its reports, or the page of all."""
    place, room, ids = Place(report.report.place), report.report.room, {"event": request.path_params["event"]}
    if not form.all and place is Place.STAGE:
        return redirect(request, "stage_moderation", stage=room, flash=said, **ids)
    if not form.all and place is Place.NETWORKING:
        return redirect(request, "networking_control", networking=room, flash=said, **ids)
    return redirect(request, "lobby" if not form.all and place is Place.LOBBY else "reported_people", flash=said, **ids)


@page(form=PlaceForm, again=show_reported, signed_in=True)
def settle_now(request: Request, form: PlaceForm) -> Response:
    with transaction() as db:
        actor, event = _event(db, request)
        found = get_person_report(db, actor, event, request.path_params["person_report"])
        settle_person_reports(db, actor, found)
    return _back(request, form, found, _("Settled."))


def _remove(db: Database, actor: Actor, event: EventWithPhases, found: ReportedPerson) -> None:
    room, person = found.report.room, found.report.person_id
    if found.report.place is Place.STAGE:
        stage = get_stage(db, actor, room).stage
        remove_from_room(db, actor, PersonOnStage(found.person, stage, event))
    elif found.report.place is Place.NETWORKING:
        take_out_of_networking(db, actor, get_networking(db, actor, room), person=person)
    elif found.report.place is Place.MEETING:
        put_out_of_room(db, actor, get_meeting_room(db, actor, room), person=person)
    elif found.report.place is Place.REVIEW:
        put_out_of_review_call(db, actor, get_review_call(db, actor, room), person=person)
    else:
        remove_from_lobby(db, actor, PersonInLobby(found.person, event))


@page(form=PlaceForm, again=show_reported, signed_in=True)
def remove_now(request: Request, form: PlaceForm) -> Response:
    with transaction() as db:
        actor, event = _event(db, request)
        found = get_person_report(db, actor, event, request.path_params["person_report"])
        _remove(db, actor, event, found)
    return _back(request, form, found, _("They are out of the room, and are let in no more."))


@page(form=PlaceForm, again=show_reported, signed_in=True)
def silence_now(request: Request, form: PlaceForm) -> Response:
    with transaction() as db:
        actor, event = _event(db, request)
        found = get_person_report(db, actor, event, request.path_params["person_report"])
        if found.report.place is not Place.STAGE:
            raise NotFound()
        stage = get_stage(db, actor, found.report.room).stage
        silence_person(db, actor, PersonOnStage(found.person, stage, event))
    return _back(request, form, found, _("They can read, vote and react, and say nothing."))


def _called(db: Database, request: Request) -> Any:
    person = find_by_public_id(db, request.path_params["person"])
    if person is None:
        raise NotFound()
    return person


@page(form=NoForm, again=show_reported, signed_in=True)
def back_into_lobby_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = _event(db, request)
        let_back_into_lobby(db, actor, PersonInLobby(_called(db, request), event))
    return redirect(request, "reported_people", event=event.event.slug, flash=_("They can come back."))


@page(form=NoForm, again=show_reported, signed_in=True)
def back_into_meeting_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = _event(db, request)
        subject = get_meeting_room(db, actor, request.path_params["meeting"])
        if subject.event.id != event.id:
            raise NotFound()
        let_back_into_meeting(db, actor, subject, person=_called(db, request).id)
    return redirect(request, "reported_people", event=event.event.slug, flash=_("They can come back."))
