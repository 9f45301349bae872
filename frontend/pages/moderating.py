"""Moderating a live room: reports, who is silenced or removed, manners, polls, hands, and what was done by whom."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import Database, reading, transaction
from events.core.links import link
from events.core.refusals import NotAllowed, NotFound
from events.core.translation import Message, _
from frontend.buttons import NoForm
from frontend.pages.live import done
from frontend.reported import reports_context
from frontend.rooms import RoomSeen, open_room, see_room
from frontend.web import NOTHING, Filled, Form, page, render
from sessions.chat import get_message
from sessions.hall_guests import hall_questions_in, let_hall_guest_speak, silence_hall_guest
from sessions.hands import get_hand, give_the_floor, lower_hand_of
from sessions.live_scoring import join_scoring, live_round_of, rounds_to_join
from sessions.manners import SanctionKind, unwanted_words
from sessions.moderated import acts_in, pass_to_stage, person_on_stage, reports_in, sanctions_in
from sessions.moderation import (
    Act,
    let_back_in,
    let_speak_again,
    make_pass,
    put_message_back,
    remove_from_room,
    set_manners,
    set_unwanted_words,
    settle_reports,
    silence_person,
    take_message_off,
    take_pass_back,
)
from sessions.passes import passes_of
from sessions.person_reports import Place
from sessions.polls import Results, close_poll, draft_poll, get_poll, open_poll, show_poll_results
from sessions.running import pitch_on_stage
from sessions.stage_agenda import join_agenda, room_of_stage
from sessions.stages import get_question, run_stage
from sessions.timetable.rows import rooms_of

ACTS: dict[Act, Message] = {
    Act.MESSAGE_OFF: _("took off a message"),
    Act.MESSAGE_BACK: _("put a message back"),
    Act.SILENCED: _("silenced"),
    Act.SPEAKS_AGAIN: _("let speak again"),
    Act.REMOVED: _("removed"),
    Act.LET_BACK_IN: _("let back in"),
    Act.MANNERS: _("changed how people take part"),
    Act.REPORT_SETTLED: _("settled a report"),
    Act.PASS_MADE: _("made a link for the hall"),
    Act.PASS_TAKEN_BACK: _("took a link for the hall back"),
    Act.HALL_GUEST_SILENCED: _("silenced somebody in the hall"),
    Act.HALL_GUEST_SPEAKS_AGAIN: _("let somebody in the hall ask again"),
}
SANCTIONS: dict[SanctionKind, Message] = {
    SanctionKind.SILENCED: _("Silenced"),
    SanctionKind.REMOVED: _("Removed"),
}
RESULTS: dict[Results, Message] = {
    Results.CLOSED: _("When the poll is closed"),
    Results.LIVE: _("All the time"),
    Results.HELD: _("When I show them"),
}


def _to_moderate(db: Database, request: Request) -> tuple[RoomSeen, dict[str, Any]]:
    """The room for those who run it, with what they have to know of at once."""
    seen = see_room(db, request)
    if not run_stage(seen.actor, seen.room):
        raise NotAllowed()
    return seen, {
        "reports": reports_in(db, seen.room.id),
        "sanctions": sanctions_in(db, seen.room.id),
        "from_the_hall": hall_questions_in(db, seen.room.id),
        "sanctions_in_words": SANCTIONS,
        **reports_context(db, seen.actor, seen.event, Place.STAGE, seen.room.stage.public_id),
    }


@page(signed_in=True)
def moderation_fragment(request: Request) -> Response:
    with reading() as db:
        seen, now = _to_moderate(db, request)
    return render(request, "live/moderation_fragment.html", **seen.context() | now)


@page(signed_in=True)
def show_moderation(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        seen, now = _to_moderate(db, request)
        joined = live_round_of(db, seen.room.id)
        context: dict[str, Any] = {
            "acts": acts_in(db, seen.actor, seen.room),
            "words": unwanted_words(db, seen.event.id),
            "passes": [(one, link("hall", code=one.code)) for one in passes_of(db, seen.room.id)],
            "rounds": rounds_to_join(db, seen.event.id),
            "joined": joined,
            "agenda_rooms": rooms_of(db, seen.event.id),
            "agenda_room": room_of_stage(db, seen.room.stage),
        }
    context |= now | {
        "acts_in_words": ACTS,
        "results": [(one.value, text) for one, text in RESULTS.items()],
    }
    return render(request, "live/moderation.html", form=form, **seen.context() | context)


def _done(request: Request, flash: Message | str = "") -> Response:
    return done(request, "stage_moderation", flash)


def _message(request: Request, command: Any) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        if not run_stage(actor, room):
            raise NotAllowed()
        command(db, actor, get_message(db, room, request.path_params["message"]))
    return _done(request)


@page(form=NoForm, again=show_moderation, signed_in=True)
def message_off_now(request: Request, form: NoForm) -> Response:
    return _message(request, take_message_off)


@page(form=NoForm, again=show_moderation, signed_in=True)
def message_back_now(request: Request, form: NoForm) -> Response:
    return _message(request, put_message_back)


@page(form=NoForm, again=show_moderation, signed_in=True)
def settle_message_now(request: Request, form: NoForm) -> Response:
    return _message(request, settle_reports)


def _question(request: Request, command: Any, said: Message | str = "") -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        command(db, actor, get_question(db, actor, room, request.path_params["question"]))
    return _done(request, said)


@page(form=NoForm, again=show_moderation, signed_in=True)
def settle_question_now(request: Request, form: NoForm) -> Response:
    return _question(request, settle_reports)


@page(form=NoForm, again=show_moderation, signed_in=True)
def silence_hall_guest_now(request: Request, form: NoForm) -> Response:
    return _question(request, silence_hall_guest, _("They can read, vote and react, and ask nothing more."))


@page(form=NoForm, again=show_moderation, signed_in=True)
def hall_guest_speaks_now(request: Request, form: NoForm) -> Response:
    return _question(request, let_hall_guest_speak, _("They can ask again."))


def _person(request: Request, command: Any, said: Message) -> Response:
    with transaction() as db:
        actor, event, room = open_room(db, request)
        command(db, actor, person_on_stage(db, actor, room, event, request.path_params["person"]))
    return _done(request, said)


@page(form=NoForm, again=show_moderation, signed_in=True)
def silence_now(request: Request, form: NoForm) -> Response:
    return _person(request, silence_person, _("They can read, vote and react, and say nothing."))


@page(form=NoForm, again=show_moderation, signed_in=True)
def speak_again_now(request: Request, form: NoForm) -> Response:
    return _person(request, let_speak_again, _("They can speak again."))


@page(form=NoForm, again=show_moderation, signed_in=True)
def remove_now(request: Request, form: NoForm) -> Response:
    return _person(request, remove_from_room, _("They are out of the room, and are let in no more."))


@page(form=NoForm, again=show_moderation, signed_in=True)
def let_in_now(request: Request, form: NoForm) -> Response:
    return _person(request, let_back_in, _("They can come back."))


class MannersForm(Form):
    """How people may take part."""

    chat: str = ""
    questions_wait: str = ""
    slow_seconds: int = 0
    stream: str | None = None


@page(form=MannersForm, again=show_moderation, signed_in=True)
def manners_now(request: Request, form: MannersForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        set_manners(
            db, actor, room, chat=bool(form.chat), questions_wait=bool(form.questions_wait),
            slow_seconds=form.slow_seconds, stream=form.stream,
        )  # fmt: skip
    return _done(request, _("Saved. Everybody in the room has it now."))


class AgendaForm(Form):
    """The agenda's room that a stage is, and the session that is on where the host says it."""

    room: str = ""
    session: str = ""


@page(form=AgendaForm, again=show_moderation, signed_in=True)
def join_agenda_now(request: Request, form: AgendaForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        join_agenda(db, actor, room, room=form.room, session=form.session)
    return _done(request, _("Saved. What is asked and said now belongs to the session that is on."))


class WordsForm(Form):
    """Words that an event does not want, one on each line."""

    words: str = ""


@page(form=WordsForm, again=show_moderation, signed_in=True)
def words_now(request: Request, form: WordsForm) -> Response:
    with transaction() as db:
        actor, event, _room = open_room(db, request)
        set_unwanted_words(db, actor, event, words=form.words.splitlines())
    return _done(request, _("Saved. It counts in all rooms of this event."))


class PollForm(Form):
    """A new poll; one choice on each line."""

    question: str = ""
    choices: str = ""
    results: str = Results.CLOSED.value
    open: str = ""


@page(form=PollForm, again=show_moderation, signed_in=True)
def draft_now(request: Request, form: PollForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        pitch = pitch_on_stage(db, room.stage)
        poll = draft_poll(
            db, actor, room, question=form.question, choices=form.choices.splitlines(), results=_results(form.results),
            pitch_id=pitch.id if pitch else None,
        )  # fmt: skip
        if form.open:
            open_poll(db, actor, get_poll(db, actor, room, poll.public_id))
    return _done(request, _("The poll is open.") if form.open else _("The poll is a draft. Open it when it is time."))


def _results(text: str) -> Results:
    if text not in {one.value for one in Results}:
        raise NotFound()
    return Results(text)


def _poll(request: Request, command: Any, **values: Any) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        command(db, actor, get_poll(db, actor, room, request.path_params["poll"]), **values)
    return _done(request)


@page(form=NoForm, again=show_moderation, signed_in=True)
def open_poll_now(request: Request, form: NoForm) -> Response:
    return _poll(request, open_poll)


@page(form=NoForm, again=show_moderation, signed_in=True)
def close_poll_now(request: Request, form: NoForm) -> Response:
    return _poll(request, close_poll)


class ResultsForm(Form):
    """When everybody sees the result of a poll."""

    results: str = Results.LIVE.value


@page(form=ResultsForm, again=show_moderation, signed_in=True)
def results_now(request: Request, form: ResultsForm) -> Response:
    return _poll(request, show_poll_results, results=_results(form.results))


def _hand(request: Request, command: Any) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        command(db, actor, get_hand(db, room, request.path_params["hand"]))
    return done(request, "stage_control")


@page(form=NoForm, again=show_moderation, signed_in=True)
def floor_now(request: Request, form: NoForm) -> Response:
    return _hand(request, give_the_floor)


@page(form=NoForm, again=show_moderation, signed_in=True)
def lower_now(request: Request, form: NoForm) -> Response:
    return _hand(request, lower_hand_of)


class PassForm(Form):
    """For how many people in the hall."""

    most: int = 500


@page(form=PassForm, again=show_moderation, signed_in=True)
def make_pass_now(request: Request, form: PassForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        make_pass(db, actor, room, most=form.most)
    return _done(request, _("The link is on the big screen now. The one before does not work any more."))


@page(form=NoForm, again=show_moderation, signed_in=True)
def take_pass_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, room = open_room(db, request)
        take_pass_back(db, actor, pass_to_stage(db, room, event, request.path_params["code"]))
    return _done(request, _("The link does not work any more."))


class ScoringForm(Form):
    """The round that is scored live, and until when."""

    round: str = ""
    minutes_after: int = 10


@page(form=ScoringForm, again=show_moderation, signed_in=True)
def join_scoring_now(request: Request, form: ScoringForm) -> Response:
    with transaction() as db:
        actor, _event, room = open_room(db, request)
        join_scoring(db, actor, room, round_public=form.round, minutes_after=form.minutes_after)
    return _done(request, _("Saved. The jury's forms follow the stage.") if form.round else _("Saved."))
