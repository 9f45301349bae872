"""What organisers and desks do to a meeting from the board, on behalf of those who take part."""

from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.core import clock
from events.core.access import Actor, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotFound
from events.core.translation import At, Message, _
from events.events import EventWithPhases
from frontend.board_grid import view_of
from frontend.buttons import NoForm
from frontend.pages.board import question_of
from frontend.showing import only_if_may
from frontend.slots import SlotForm, slot_called, slot_options
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render, wants_json
from sessions.answers import accept_meeting, decline_meeting
from sessions.availability import free_slots
from sessions.boards.board import get_board_event
from sessions.boards.lists import MeetingsQuestion, all_meetings
from sessions.meeting_lists import Party, parties_of, place_of
from sessions.meetings import MeetingInEvent, MeetingState, clock_state, get_meeting
from sessions.moves import cancel_meeting, lock_meeting, move_meeting, schedule_meeting, swap_meetings
from sessions.requests import withdraw_request
from sessions.table_moves import get_table, move_to_table

SWAPS_SHOWN = 20


class MoveForm(Form):
    """Another time, perhaps beyond a limit, and perhaps at a certain table."""

    slot: str = ""
    override: str = ""
    other: str = ""
    table: str = ""


class SwapForm(Form):
    """With which meeting, and why beyond a limit."""

    other: str = ""
    override: str = ""
    slot: str = ""
    table: str = ""


class ReasonForm(Form):
    """Why not; may be left empty."""

    reason: str = ""


class LockForm(Form):
    """Locked or not."""

    locked: str = ""


Load = tuple[Actor, EventWithPhases, MeetingInEvent]


def _load(db: Database, request: Request) -> Load:
    actor = actor_of(db, request)
    event, _stamp = get_board_event(db, actor, request.path_params["event"])
    subject = get_meeting(db, actor, request.path_params["meeting"])
    if subject.meeting.event_id != event.id:
        raise NotFound()
    return actor, event, subject


def view_in(request: Request) -> str:
    """The board's view that this page was opened from, with its question mark."""
    view = view_of(question_of(request))
    return f"?{view}" if view else ""


def done(request: Request, said: Message) -> Response:
    """Back to the board as it was looked at; a script reads the sentence only."""
    if wants_json(request):
        return JSONResponse({"ok": True, "message": str(said)})
    view = dict(parse_qsl(view_of(question_of(request))))
    return redirect(request, "board", event=request.path_params["event"], query=view, flash=said)


def _names(parties: tuple[Party, Party]) -> Message:
    return _("%(one)s and %(two)s", one=parties[0].name, two=parties[1].name)


@page(signed_in=True)
def show_on_board(request: Request, form: Filled = NOTHING) -> Response:
    """All that can be done to a meeting, without a script: one form for each."""
    with reading() as db:
        actor, event, subject = _load(db, request)
        parties, place = parties_of(db, subject), place_of(db, subject)
        state = clock_state(subject, clock.now())
        needs_slot = state is MeetingState.ACCEPTED or (state is MeetingState.REQUESTED and not subject.has_time)
        movable = why_not(actor, "move_meeting", subject) is None
        slots = free_slots(db, event, *subject.people) if needs_slot or movable else []
        other = form.values.get("other") or request.query_params.get("other", "")
        swaps = _swaps(db, actor, event, subject, request, str(other))
    given = form.with_values(slot=request.query_params.get("slot", "")[:20], other=other)
    return render(
        request, "board/meeting.html", event=event, form=given, subject=subject, meeting=subject.meeting, state=state,
        asker=parties[0], invitee=parties[1], place=place, swaps=swaps, view=view_in(request), needs_slot=needs_slot,
        slots=slot_options(slots, str(given.values.get("slot", ""))), find=request.query_params.get("find", ""),
    )  # fmt: skip


def _swaps(
    db: Database, actor: Actor, event: EventWithPhases, subject: MeetingInEvent, request: Request, other: str
) -> list[tuple[str, str]]:
    """With which meetings it can change places: the one that was chosen, or those whose people somebody looks for."""
    if why_not(actor, "swap_meetings", subject) is not None:
        return []
    if other:
        chosen = get_meeting(db, actor, other)
        parties = parties_of(db, chosen)
        return [(other, _called(parties[0].name, parties[1].name, chosen.meeting.starts_at))]
    find = request.query_params.get("find", "")[:100]
    if not find:
        return []
    asked = MeetingsQuestion(state=MeetingState.SCHEDULED, query=find)
    return [
        (one.public_id, _called(one.asker, one.invitee, one.starts_at))
        for one in all_meetings(db, actor, event, asked).rows
        if one.starts_at and one.ends_at and one.starts_at > clock.now()
        if one.starts_at != subject.meeting.starts_at and one.ends_at - one.starts_at == subject.length
    ][:SWAPS_SHOWN]


def _called(one: str, two: str, starts_at: Any) -> str:
    when = At(starts_at, "when") if starts_at else ""
    return str(_("%(one)s and %(two)s, %(when)s", one=one, two=two, when=when))


def _command(form: MoveForm, timed: bool) -> str:
    if not timed:
        return "schedule_meeting"
    return "move_to_table" if form.table else "move_meeting"


@page(form=MoveForm, again=show_on_board, signed_in=True)
def move_now(request: Request, form: MoveForm) -> Response:
    with transaction() as db:
        actor, event, subject = _load(db, request)
        timed = subject.has_time
        only_if_may(actor, _command(form, timed), subject)
        slot = slot_called(db, event.id, form.slot)
        if form.table and timed:
            table = get_table(db, event.id, form.table)
            move_to_table(db, actor, subject, slot=slot, table=table, override=form.override)
        elif timed:
            move_meeting(db, actor, subject, slot=slot, override=form.override)
        else:
            schedule_meeting(db, actor, subject, slot=slot, override=form.override)
        who = _names(parties_of(db, subject))
    moved = _("Meeting of %(who)s moved to %(time)s.", who=who, time=At(slot.starts_at))
    placed = _("Meeting of %(who)s placed at %(time)s.", who=who, time=At(slot.starts_at))
    return done(request, moved if timed else placed)


@page(form=SwapForm, again=show_on_board, signed_in=True)
def swap_now(request: Request, form: SwapForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _load(db, request)
        only_if_may(actor, "swap_meetings", subject)
        if not form.other:
            raise Invalid({"other": _("Please choose the other meeting.")})
        other = get_meeting(db, actor, form.other)
        swap_meetings(db, actor, subject, other=other, override=form.override)
        who, others = _names(parties_of(db, subject)), _names(parties_of(db, other))
    said = _(
        "Swapped: %(who)s now meet at %(time)s, %(others)s at %(then)s.", who=who, time=At(subject.slot.starts_at),
        others=others, then=At(other.slot.starts_at),
    )  # fmt: skip
    return done(request, said)


@page(form=SlotForm, again=show_on_board, signed_in=True)
def accept_now(request: Request, form: SlotForm) -> Response:
    with transaction() as db:
        actor, event, subject = _load(db, request)
        slot = slot_called(db, event.id, form.slot) if form.slot else None
        accept_meeting(db, actor, subject, slot=slot, override=form.override)
        who = _names(parties_of(db, subject))
    return done(request, _("Meeting of %(who)s accepted.", who=who))


@page(form=ReasonForm, again=show_on_board, signed_in=True)
def decline_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _load(db, request)
        decline_meeting(db, actor, subject, reason=form.reason)
        who = _names(parties_of(db, subject))
    return done(request, _("Request of %(who)s declined.", who=who))


@page(form=NoForm, again=show_on_board, signed_in=True)
def withdraw_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _load(db, request)
        withdraw_request(db, actor, subject)
        who = _names(parties_of(db, subject))
    return done(request, _("Request of %(who)s withdrawn.", who=who))


@page(form=ReasonForm, again=show_on_board, signed_in=True)
def cancel_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _load(db, request)
        cancel_meeting(db, actor, subject, reason=form.reason)
        who = _names(parties_of(db, subject))
    return done(request, _("Meeting of %(who)s cancelled.", who=who))


@page(form=LockForm, again=show_on_board, signed_in=True)
def lock_now(request: Request, form: LockForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _load(db, request)
        lock_meeting(db, actor, subject, locked=form.locked == "yes")
        who = _names(parties_of(db, subject))
    locked, unlocked = _("Meeting of %(who)s locked.", who=who), _("Meeting of %(who)s unlocked.", who=who)
    return done(request, locked if form.locked == "yes" else unlocked)
