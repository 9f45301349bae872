"""New meetings on behalf of others: organisers book one, organisers and desks ask for one in a participant's name."""

from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid
from events.core.translation import At, _
from events.events import EventWithPhases, get_event
from events.participants import Participant, get_participant
from events.registration import RegistrationInEvent
from frontend.pages.board_actions import done, view_in
from frontend.showing import only_if_may
from frontend.slots import slot_called, slot_options, value_of
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.availability import free_slots
from sessions.blocks import Slot, slots_in
from sessions.boards.board import get_board_event
from sessions.boards.lists import participants_called, people_to_choose
from sessions.booking_rules import Timing, rules_of
from sessions.requests import book_meeting, request_meeting_for

MOST_PEOPLE = 12


class BookForm(Form):
    """Who meets, when, about what, and why beyond a limit."""

    person: list[str] = Field(default_factory=list)
    slot: str = ""
    note: str = ""
    override: str = ""


class AskForForm(Form):
    """Whom to ask in somebody's name, when, about what, and why beyond a limit."""

    invitee: str = ""
    slot: str = ""
    note: str = ""
    override: str = ""


def _given(form: Filled, request: Request, name: str) -> list[str]:
    """What a form was sent with, else what the address says."""
    found: Any = form.values.get(name, []) if form.refused else request.query_params.getlist(name)
    return [str(one)[:40] for one in ([found] if isinstance(found, str) else found)][:MOST_PEOPLE]


def _slot_of(db: Database, event: EventWithPhases, value: str) -> Slot | None:
    return next((slot for slot in slots_in(db, event.id) if value_of(slot) == value), None)


@page(signed_in=True)
def show_booking(request: Request, form: Filled = NOTHING) -> Response:
    """First the people, one after the other, then the time: each step is an address, so it works without a script."""
    find, value = request.query_params.get("find", "")[:100], (_given(form, request, "slot") or [""])[0]
    with reading() as db:
        actor = actor_of(db, request)
        event, _stamp = get_board_event(db, actor, request.path_params["event"])
        if not form.refused:
            only_if_may(actor, "book_meeting", event)
        chosen = [one for one, _row in participants_called(db, event, _given(form, request, "person"))]
        people = [one.person_id for one in chosen]
        slot = _slot_of(db, event, value)
        slots = free_slots(db, event, *people) if len(people) > 1 else []
        found = people_to_choose(db, event, query=find, slot=slot, but=frozenset(people))
    return render(
        request, "board/book.html", event=event, form=form.with_values(slot=value if slot else ""), chosen=chosen,
        found=found, find=find, slot=slot, value=value if slot else "", view=view_in(request), most=MOST_PEOPLE,
        slots=slot_options(slots, value if slot else ""),
    )  # fmt: skip


@page(form=BookForm, again=show_booking, signed_in=True)
def book_now(request: Request, form: BookForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event, _stamp = get_board_event(db, actor, request.path_params["event"])
        only_if_may(actor, "book_meeting", event)
        people = [row for _one, row in participants_called(db, event, form.person[:MOST_PEOPLE])]
        slot = slot_called(db, event.id, form.slot)
        book_meeting(db, actor, event, people=people, slot=slot, note=form.note, override=form.override)
    return done(request, _("Booked at %(time)s. Everybody who takes part is told.", time=At(slot.starts_at)))


# --- Asking in somebody's name ------------------------------------------------------------------------------------


def _theirs(db: Database, request: Request) -> tuple[Actor, EventWithPhases, Participant]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    theirs = get_participant(db, actor, event, request.path_params["registration"])
    return actor, event, theirs


@page(signed_in=True)
def show_asking_for(request: Request, form: Filled = NOTHING) -> Response:
    find, value = request.query_params.get("find", "")[:100], (_given(form, request, "slot") or [""])[0]
    with reading() as db:
        actor, event, theirs = _theirs(db, request)
        if not form.refused:
            only_if_may(actor, "request_meeting_for", RegistrationInEvent(theirs.registration, event.event))
        me, rules = theirs.registration.person_id, rules_of(db, event.id)
        invitee = next(iter(participants_called(db, event, _given(form, request, "invitee")[:1])), None)
        slot = _slot_of(db, event, value)
        found = [] if invitee else people_to_choose(db, event, query=find, slot=slot, but=frozenset({me}))
        timed = rules.timing is Timing.AT_REQUEST
        slots = free_slots(db, event, me, invitee[0].person_id) if invitee and timed else []
    return render(
        request, "board/ask_for.html", event=event, form=form.with_values(slot=value if slot else ""), theirs=theirs,
        invitee=invitee[0] if invitee else None, found=found, find=find, slot=slot, value=value if slot else "",
        timed=timed, slots=slot_options(slots, value if slot and timed else ""),
    )  # fmt: skip


@page(form=AskForForm, again=show_asking_for, signed_in=True)
def ask_for_them_now(request: Request, form: AskForForm) -> Response:
    with transaction() as db:
        actor, event, theirs = _theirs(db, request)
        subject = RegistrationInEvent(theirs.registration, event.event)
        only_if_may(actor, "request_meeting_for", subject)
        found = participants_called(db, event, [form.invitee])
        if not found:
            raise Invalid({"invitee": _("Please choose whom to ask.")})
        slot = slot_called(db, event.id, form.slot) if form.slot else None
        meeting = request_meeting_for(
            db, actor, subject, invitee=found[0][1], slot=slot, note=form.note, override=form.override
        )
        public = meeting.public_id
    said = _("%(name)s was asked in the name of %(who)s.", name=found[0][0].name, who=theirs.card.name)
    return redirect(request, "meeting", meeting=public, flash=said)
