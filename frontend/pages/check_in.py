"""The door of an event: tickets, badges, and the page on a phone that checks people in, with or without a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.check_in import (
    DoorLine,
    Outcome,
    check_in,
    check_in_by_kept_scan,
    counts_at_door,
    door_list,
    find_heard,
    latest_there,
    undo_check_in,
)
from events.core.access import Actor
from events.core.columns import random_id
from events.core.database import Database, reading, transaction
from events.core.links import link, path
from events.core.paging import page_of
from events.core.refusals import Invalid, NotFound, Refusal
from events.core.translation import Message, _, clock_of, day_of
from events.events import EventWithPhases, get_event
from events.organisations import Organisation
from events.registration import RegistrationState, find_registration
from events.registration_lists import type_of
from events.roles import organiser_of_event
from events.tickets import (
    Ticket,
    crew_of_event,
    event_of_ticket,
    find_by_code,
    get_at_door,
    get_by_ticket,
    ticket_for,
    ticket_of,
)
from frontend.addresses import asked, page_base
from frontend.badges import Badge, badges_pdf, ticket_pdf
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.qr_codes import QrDrawing, qr_of
from frontend.sent_files import attachment
from frontend.web import NOTHING, Filled, Form, actor_of, page, person_of, redirect, render, wants_json

CAMERA = {"permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=()"}
MOST_FOUND = 20
MOST_AT_ONCE = 50
BADGES_AT_ONCE = 60
BADGES_IN_A_FILE = 120
PDF = "application/pdf"


class DoorForm(Form):
    """What was typed or scanned, or whose name was found (a registration's public id)."""

    code: str = ""
    registration: str = ""


class ScansForm(Form):
    """Scans that a phone has kept, each as 'name of the scan|milliseconds since 1970|code'."""

    scan: list[str] = Field(default_factory=list)


def _door(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    """The event of this page for those at its door; nothing is there for others."""
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if not crew_of_event(actor, event):
        raise NotFound()
    return actor, event


def _state(db: Database, actor: Actor, event: EventWithPhases) -> dict[str, Any]:
    return {"counts": counts_at_door(db, event.id), "latest": latest_there(db, actor, event)}


@page(signed_in=True)
def show_door(request: Request, form: Filled = NOTHING) -> Response:
    given = asked(request, "q", "ticket")
    with reading() as db:
        actor, event = _door(db, request)
        state = _state(db, actor, event)
        found = _named(door_list(db, actor, event), given["q"])[:MOST_FOUND] if given["q"] else []
    response = render(
        request, "check_in/door.html", event=event, form=form.with_values(code=given["ticket"]), found=found,
        question=given["q"], organises=organiser_of_event(actor, event), **state,
    )  # fmt: skip
    response.headers.update(CAMERA)
    return response


def _named(lines: Sequence[DoorLine], words: str) -> list[DoorLine]:
    wanted = words.casefold()
    return [one for one in lines if wanted in f"{one.name} {one.organisation}".casefold()]


@page(signed_in=True)
def door_fragment(request: Request) -> Response:
    with reading() as db:
        actor, event = _door(db, request)
        state = _state(db, actor, event)
    return render(request, "check_in/state.html", event=event, **state)


@page(signed_in=True)
def send_door_list(request: Request) -> Response:
    """Everybody who takes part, for the page to go on with while there is no network."""
    with reading() as db:
        actor, event = _door(db, request)
        lines = door_list(db, actor, event)
    people = [
        {"id": one.public_id, "name": one.name, "about": one.organisation or one.type, "short": one.short,
         "there": one.scanned_at is not None}
        for one in lines
    ]  # fmt: skip
    return JSONResponse({"people": people}, headers={"cache-control": "private, no-store"})


def _said(outcome: Outcome, event: EventWithPhases) -> Message:
    if outcome.is_new:
        return _("%(name)s is checked in.", name=outcome.name)
    when = f"{day_of(outcome.scanned_at, event.zone)}, {clock_of(outcome.scanned_at, event.zone)}"
    if not outcome.by:
        return _("%(name)s is there already, since %(when)s.", name=outcome.name, when=when)
    return _("%(name)s is there already, since %(when)s: checked in by %(by)s.", name=outcome.name, when=when,
             by=outcome.by)  # fmt: skip


@page(form=DoorForm, again=show_door, signed_in=True)
def check_in_now(request: Request, form: DoorForm) -> Response:
    with transaction() as db:
        actor, event = _door(db, request)
        by_name = form.registration
        subject = get_at_door(db, actor, event, by_name) if by_name else _by_ticket(db, actor, event, form)
        outcome = check_in(db, actor, subject, scan_id=random_id("scan"))
    return redirect(request, "check_in", event=event.event.slug, flash=_said(outcome, event))


def _by_ticket(db: Database, actor: Actor, event: EventWithPhases, form: DoorForm) -> Any:
    try:
        return get_by_ticket(db, actor, event, form.code)
    except NotFound as unknown:
        raise Invalid({"code": unknown.message}) from unknown


@dataclass(frozen=True)
class KeptScan:
    """A scan as a phone sends it."""

    id: str
    at: datetime | None
    code: str


def _read(text: str) -> KeptScan:
    name, _bar, rest = text.partition("|")
    moment, _bar, code = rest.partition("|")
    at = None
    if moment.isascii() and moment.isdecimal() and len(moment) <= 14:
        at = datetime.fromtimestamp(int(moment) / 1000, UTC)
    return KeptScan(name[:60], at, code[:300])


@page(form=ScansForm, signed_in=True)
def send_scans(request: Request, form: ScansForm) -> Response:
    """Take in what a phone has kept, each scan in a transaction of its own, and say what became of each."""
    with reading() as db:
        _actor, event = _door(db, request)
    results = [_take(request, _read(text)) for text in form.scan[:MOST_AT_ONCE]]
    with reading() as db:
        counts = counts_at_door(db, event.id)
    return JSONResponse({"ok": True, "results": results, "there": counts.there, "expected": counts.expected})


def _take(request: Request, scan: KeptScan) -> dict[str, str]:
    try:
        with transaction() as db:
            actor, event = _door(db, request)
            subject = get_by_ticket(db, actor, event, scan.code)
            # First of all: a phone whose answer was lost sends again, however late.
            outcome = find_heard(db, actor, subject, scan.id) or check_in_by_kept_scan(
                db, actor, subject, scan_id=scan.id, scanned_at=scan.at
            )
    except Refusal as refusal:
        return {"id": scan.id, "state": "refused", "message": str(refusal.message)}
    return {"id": scan.id, "state": "in" if outcome.is_new else "again", "message": str(_said(outcome, event))}


@page(form=NoForm, again=show_door, signed_in=True)
def undo_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = _door(db, request)
        undo_check_in(db, actor, get_at_door(db, actor, event, request.path_params["registration"]))
    said = _("Taken back: they are not checked in any more.")
    if wants_json(request):
        return JSONResponse({"ok": True, "message": str(said)})
    return redirect(request, "check_in", event=event.event.slug, flash=said)


def ticket_drawing(code: str) -> QrDrawing:
    """The QR code of a ticket: its address, which any phone's camera can open."""
    return qr_of(link("open_ticket", code=code))


@dataclass(frozen=True)
class OwnTicket:
    """Somebody's ticket with all that stands on it."""

    event: EventWithPhases
    ticket: Ticket
    name: str
    organisation: str
    type: str


def _own_ticket(request: Request) -> OwnTicket:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        mine = find_registration(db, event.id, actor.person)
        if mine is None or mine.state is not RegistrationState.ACCEPTED:
            raise NotFound()
        kind = type_of(db, mine)
        organisation = db.get(Organisation, mine.organisation_id) if mine.organisation_id else None
    person = person_of(request)
    return OwnTicket(
        event, ticket_of(mine), person.name if person else "", organisation.name if organisation else "", kind.name
    )


@page(signed_in=True)
def show_ticket(request: Request) -> Response:
    own = _own_ticket(request)
    return render(
        request, "check_in/ticket.html", event=own.event, ticket=own.ticket, drawing=ticket_drawing(own.ticket.code),
        name=own.name, organisation=own.organisation, type=own.type,
    )  # fmt: skip


@page(signed_in=True)
def send_ticket(request: Request) -> Response:
    own = _own_ticket(request)
    event = own.event.event
    badge = Badge(
        event.name, own.name, own.organisation, own.type, own.ticket.short, link("open_ticket", code=own.ticket.code)
    )  # fmt: skip
    title = str(_("Your ticket for %(event)s", event=event.name))
    return attachment(ticket_pdf(title, badge), f"{event.slug}-ticket.pdf", PDF)


@page(signed_in=True)
def open_ticket(request: Request) -> Response:
    """Where a ticket's QR code leads: those at the door to their page, its owner to the ticket, nobody else."""
    code = request.path_params["code"]
    with reading() as db:
        actor = actor_of(db, request)
        row = find_by_code(db, code)
        if row is None:
            raise NotFound()
        event = event_of_ticket(db, row)
        at_door = crew_of_event(actor, event)
        if not at_door and row.person_id != actor.person:
            raise NotFound()
    if at_door:
        return redirect(request, "check_in", event=event.slug, query={"ticket": code})
    return redirect(request, "ticket", event=event.slug)


@page(signed_in=True)
def show_badges(request: Request) -> Response:
    question = asked(request, "q")
    with reading() as db:
        actor, event = _door(db, request)
        lines = door_list(db, actor, event)
    fitting = _named(lines, question["q"])
    found = page_of(fitting, page_number(request), size=BADGES_AT_ONCE)
    return render(
        request, "check_in/badges.html", event=event, found=found, question=question["q"],
        badges=[(one, ticket_drawing(ticket_for(one.public_id).code)) for one in found.rows],
        base=page_base(request, question), files=_files(event, question["q"], len(fitting)),
    )  # fmt: skip


def _files(event: EventWithPhases, words: str, count: int) -> list[tuple[str, Message]]:
    """(address, name) of each PDF of at most 120 badges: these take two seconds."""
    base, several = path("badges_pdf", event=event.event.slug), count > BADGES_IN_A_FILE
    return [
        (
            f"{base}?{urlencode({'q': words, 'page': first // BADGES_IN_A_FILE + 1})}",
            _("Badges %(first)s to %(last)s as PDF", first=first + 1, last=min(first + BADGES_IN_A_FILE, count))
            if several
            else _("As PDF"),
        )
        for first in range(0, count, BADGES_IN_A_FILE)
    ]


@page(signed_in=True)
def send_badges(request: Request) -> Response:
    question = asked(request, "q")
    with reading() as db:
        actor, event = _door(db, request)
        lines = door_list(db, actor, event)
    found = page_of(_named(lines, question["q"]), page_number(request), size=BADGES_IN_A_FILE)
    badges = [
        Badge(event.event.name, one.name, one.organisation, one.type, one.short,
              link("open_ticket", code=ticket_for(one.public_id).code))
        for one in found.rows
    ]  # fmt: skip
    if not badges:
        raise NotFound()
    title = str(_("Badges of %(event)s", event=event.event.name))
    return attachment(badges_pdf(title, badges), f"{event.event.slug}-badges-{found.page}.pdf", PDF)
