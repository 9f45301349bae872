"""Meeting rooms: the room of a meeting with its call, notes, clock and door, and all that is done in it."""

from datetime import timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import NotFound
from events.core.translation import Message, _
from events.people import find_by_public_id
from frontend.buttons import NoForm, button
from frontend.call_headers import with_call
from frontend.meeting_room_shown import room_of, room_shown, ways_offered
from frontend.web import NOTHING, Filled, Form, page, redirect, render, wants_json
from sessions.meeting_notes import TEXT_LIMIT, get_meeting_note, take_back_note, write_meeting_note
from sessions.meeting_rooms import RoomInMeeting
from sessions.meeting_visits import close_meeting_room, leave_meeting_room
from sessions.more_time import extend_meeting
from sessions.room_doors import answer_knock, ask_to_mute, choose_captioner, knock_at_room, put_out_of_room


class NoteForm(Form):
    """A note for all in the room or, with `own`, for one's side."""

    text: str = ""
    own: str = ""


class PersonForm(Form):
    """Somebody in the room or at its door, by their public id."""

    person: str = ""


class AnswerForm(PersonForm):
    """Whether somebody at the door may come in."""

    admit: str = ""


class CaptionerForm(PersonForm):
    """Whether somebody writes captions from now on."""

    writes: str = ""


def _shown(request: Request, template: str, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = room_of(db, request)
        if not subject.of.has_time:
            raise NotFound()
        shown = room_shown(db, actor, subject)
    response = render(
        request, template, event=event, form=form, shown=shown, subject=subject, meeting=subject.meeting,
        times=subject.clock, most=TEXT_LIMIT, ways=ways_offered(),
    )  # fmt: skip
    return with_call(response, shown.chosen, inside=shown.inside)


@page(signed_in=True)
def show_room(request: Request, form: Filled = NOTHING) -> Response:
    return _shown(request, "meeting_rooms/room.html", form)


@page(signed_in=True)
def room_fragment(request: Request) -> Response:
    return _shown(request, "meeting_rooms/fragment.html")


@page(signed_in=True)
def notes_fragment(request: Request) -> Response:
    return _shown(request, "meeting_rooms/notes.html")


def done(request: Request, said: Message | str = "", *, to: str = "meeting_room") -> Response:
    """The answer to something done in a meeting room: for a script that it was done, for a browser the way back."""
    if wants_json(request):
        return JSONResponse({"ok": True, "message": str(said)})
    return redirect(request, to, meeting=request.path_params["meeting"], flash=said)


@page(form=NoteForm, again=show_room, signed_in=True)
def write_note_now(request: Request, form: NoteForm) -> Response:
    with transaction() as db:
        actor, _event, subject = room_of(db, request)
        write_meeting_note(db, actor, subject, text=form.text, own=bool(form.own))
    return done(request, "" if wants_json(request) else _("Written."))


@page(form=NoForm, again=show_room, signed_in=True)
def take_back_note_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, _event, subject = room_of(db, request)
        take_back_note(db, actor, get_meeting_note(db, actor, subject, request.path_params["note"]))
    return done(request, _("Taken back."))


leave_now = button(
    leave_meeting_room,
    finds=room_of,
    again=show_room,
    answers=partial(done, to="meeting"),
    said=_("You have left the room. You can come back while it is open."),
)
close_now = button(
    close_meeting_room,
    finds=room_of,
    again=show_room,
    answers=done,
    said=_("The meeting is over. Thank you for meeting."),
)


@page(form=NoForm, again=show_room, signed_in=True)
def extend_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, _event, subject = room_of(db, request)
        given = extend_meeting(db, actor, subject)
    said = _("Five minutes more.") if given else _("You get five minutes more as soon as the other side agrees.")
    return done(request, said)


@page(form=NoForm, again=show_room, signed_in=True)
def knock_now(request: Request, form: NoForm) -> Response:
    with reading() as db:
        actor, _event, _subject = room_of(db, request)
    take_turn(f"knock {actor.person}", times=5, per=timedelta(minutes=1))
    with transaction() as db:
        actor, _event, subject = room_of(db, request)
        knock_at_room(db, actor, subject)
    return done(request, _("You have knocked. Keep this page open."))


def _called(db: Database, public: str) -> int:
    person = find_by_public_id(db, public)
    if person is None or person.id is None:
        raise NotFound()
    return person.id


def _about(db: Database, request: Request, public: str) -> tuple[Actor, RoomInMeeting, int]:
    actor, _event, subject = room_of(db, request)
    return actor, subject, _called(db, public)


@page(form=AnswerForm, again=show_room, signed_in=True)
def answer_knock_now(request: Request, form: AnswerForm) -> Response:
    admit = form.admit == "yes"
    with transaction() as db:
        actor, subject, person = _about(db, request, form.person)
        answer_knock(db, actor, subject, person=person, admit=admit)
    return done(request, _("They can come in.") if admit else _("They are turned away."))


@page(form=PersonForm, again=show_room, signed_in=True)
def put_out_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        actor, subject, person = _about(db, request, form.person)
        put_out_of_room(db, actor, subject, person=person)
    return done(request, _("They are out of the room."))


@page(form=PersonForm, again=show_room, signed_in=True)
def ask_to_mute_now(request: Request, form: PersonForm) -> Response:
    with reading() as db:
        actor, _event, _subject = room_of(db, request)
    take_turn(f"mute {actor.person}", times=20, per=timedelta(minutes=1))
    with transaction() as db:
        actor, subject, person = _about(db, request, form.person)
        ask_to_mute(db, actor, subject, person=person)
    return done(request, _("They are asked to switch their microphone off."))


@page(form=CaptionerForm, again=show_room, signed_in=True)
def choose_captioner_now(request: Request, form: CaptionerForm) -> Response:
    writes = form.writes == "yes"
    with transaction() as db:
        actor, subject, person = _about(db, request, form.person)
        choose_captioner(db, actor, subject, person=person, writes=writes)
    return done(request, _("They write captions now.") if writes else _("They write no captions any more."))
