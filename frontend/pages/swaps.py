"""Swapping two sessions of the timetable: what would be where, what would be wrong then, and one button."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict, NotFound
from events.core.translation import _
from frontend.addresses import asked
from frontend.pages.timetable import CONFLICT_NAMES, planned
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.timetable.conflicts import Level, TimetableConflict
from sessions.timetable.rows import SessionInEvent, get_session, rooms_of, sessions_of
from sessions.timetable.swaps import NothingToSwap, swap_sessions, wrong_after_swap


class SwapForm(Form):
    """With which session (public id), and the numbers of both as they were on the page."""

    other: str = ""
    revision: int | None = None
    other_revision: int | None = None


@dataclass(frozen=True)
class Move:
    """A session with its place before and after."""

    title: str
    room: str
    starts_at: datetime
    new_room: str
    new_start: datetime


def _both(db: Database, request: Request, other: str) -> tuple[Actor, SessionInEvent, SessionInEvent]:
    actor, event = planned(db, request)
    subject = get_session(db, actor, event, request.path_params["session"])
    return actor, subject, get_session(db, actor, event, other)


@page(signed_in=True)
def show_swap(request: Request, form: Filled = NOTHING) -> Response:
    chosen = str(form.values.get("other", "")) or asked(request, "with")["with"]
    with reading() as db:
        actor, event = planned(db, request)
        subject = get_session(db, actor, event, request.path_params["session"])
        others = [one for one in sessions_of(db, event.id) if one.starts_at and one.id != subject.id]
        refusal: Conflict | None = None
        moves, wrong, other = list[Move](), list[TimetableConflict](), None
        if chosen:
            other = get_session(db, actor, event, chosen)
            try:
                wrong = wrong_after_swap(db, subject, other)
                moves = _moves(db, subject, other)
            except NothingToSwap as nothing:
                refusal = nothing
        closed = why_not(actor, "swap_sessions", subject)
    return render(
        request, "timetable/swap.html", event=event, form=form, subject=subject.session, moves=moves,
        other=other.session if other else None, refusal=closed or refusal,
        others=[(one.public_id, one.title) for one in others],
        wrong=[(CONFLICT_NAMES[one.kind], one) for one in wrong],
        stopped=any(one.level is Level.BLOCK for one in wrong),
    )  # fmt: skip


def _moves(db: Database, subject: SessionInEvent, other: SessionInEvent) -> list[Move]:
    rooms = {one.id: one.name for one in rooms_of(db, subject.event.id)}
    pairs = ((subject.session, other.session), (other.session, subject.session))
    return [
        Move(one.title, rooms[one.room_id], one.starts_at, rooms[there.room_id], there.starts_at)
        for one, there in pairs
        if one.starts_at and there.starts_at
    ]


@page(form=SwapForm, again=show_swap, signed_in=True)
def swap_now(request: Request, form: SwapForm) -> Response:
    if not form.other:
        raise NotFound()
    with transaction() as db:
        actor, subject, other = _both(db, request, form.other)
        swap_sessions(
            db, actor, subject, other=other, revision=form.revision, other_revision=form.other_revision
        )  # fmt: skip
        one, two = subject.session.title, other.session.title
    said = _("%(one)s and %(other)s have changed places.", one=one, other=two)
    return redirect(request, "timetable", event=request.path_params["event"], flash=said)
