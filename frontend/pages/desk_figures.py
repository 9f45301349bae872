"""Figures of desks, side by side for organisers and one's own for desk officers, with the list behind each number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from events.completeness import unfinished_in
from events.core.access import Actor
from events.core.database import Database, reading
from events.core.links import path
from events.core.refusals import NotFound
from events.core.sheets import Cell, write_csv, write_xlsx
from events.core.translation import Message, _
from events.desks import Desk, desks_of
from events.events import EventWithPhases, get_event
from events.participants import see_participants
from events.programmes import get_programme, programme_by_id
from events.reachability import troubles_at
from events.roles import organiser_of_event
from frontend.addresses import asked, page_base
from frontend.pages.desks import own_rows
from frontend.pages.events import page_number
from frontend.pages.exports import XLSX, sent_table
from frontend.web import actor_of, page, render
from sessions.desk_figures import (
    BEHIND,
    REGISTERED,
    DeskFigures,
    Figure,
    Sum,
    figures_in_event,
    figures_in_programme,
    figures_of,
)
from sessions.desk_lists import EVERYBODY, Everybody, holds, participants_of_desk

WITHOUT = "none"  # stands in addresses for those whom no desk looks after

NAMES: dict[Figure | Sum, Message] = {
    Figure.ALL: _("Registrations"),
    Figure.APPLIED: _("Wait for a decision"),
    Figure.WAITING: _("On the waiting list"),
    Figure.OFFERED: _("Have to confirm a place"),
    Figure.ACCEPTED: _("Have a place"),
    Figure.DECLINED: _("Declined"),
    Figure.WITHDRAWN: _("Withdrawn"),
    Figure.FINISHED: _("Registration complete"),
    Figure.UNFINISHED: _("Registration not complete"),
    Figure.NOT_SIGNED_IN: _("Never signed in"),
    Figure.NOT_CONFIRMED: _("Not confirmed"),
    Figure.IN_TEAM: _("In a team"),
    Figure.NO_TEAM: _("Without a team"),
    Figure.HANDED_IN: _("Their team has handed in"),
    Figure.NO_AVAILABILITY: _("Have not said when they can meet"),
    Figure.ASKED: _("Have asked for meetings"),
    Figure.UNANSWERED: _("Have requests to answer"),
    Figure.MEETS: _("Have meetings"),
    Figure.HELD: _("Have held meetings"),
    Figure.NO_MEETINGS: _("Without a meeting"),
    Figure.CHECKED_IN: _("Checked in"),
    Sum.SUBMISSIONS: _("Submissions handed in"),
    Sum.REQUESTS: _("Requests sent"),
    Sum.MEETINGS: _("Meetings"),
    Sum.HELD_MEETINGS: _("Meetings held"),
}
GROUPS: dict[Figure | Sum, Message] = {
    Figure.ALL: _("Registrations"),
    Figure.FINISHED: _("Completeness"),
    Figure.IN_TEAM: _("Teams and submissions"),
    Figure.NO_AVAILABILITY: _("Requests and meetings"),
    Figure.CHECKED_IN: _("At the door"),
}


@dataclass(frozen=True)
class Column:
    """A desk or an event beside others: what is counted in it, and where the list behind a figure is."""

    name: Message | str
    desks: tuple[int | None, ...]
    events: tuple[int | None, ...]
    url: str
    sums: bool = True


@dataclass(frozen=True)
class Number:
    """A count; nobody is behind a nought, and a sum over several desks is not known."""

    count: int | None
    url: str


@dataclass(frozen=True)
class Line:
    """A figure and what it is in each column."""

    name: Message
    numbers: list[Number]


def _groups(figures: DeskFigures, columns: Sequence[Column]) -> list[tuple[Message, list[Line]]]:
    groups = figures_of({one.kind for one in figures.events})
    return [(GROUPS[group[0]], [_line(figures, columns, one) for one in group if _is_shown(figures, one)])
            for group in groups]  # fmt: skip


def _line(figures: DeskFigures, columns: Sequence[Column], figure: Figure | Sum) -> Line:
    return Line(NAMES[figure], [_number(figures, one, figure) for one in columns])


def _is_shown(figures: DeskFigures, figure: Figure | Sum) -> bool:
    """Of the states of registrations, those in which somebody is."""
    seldom = figure in REGISTERED and figure is not Figure.ACCEPTED
    return not seldom or any(one[figure] for one in figures.counts.values())


def _number(figures: DeskFigures, column: Column, figure: Figure | Sum) -> Number:
    if isinstance(figure, Sum) and not column.sums:
        return Number(None, "")
    behind = BEHIND[figure] if isinstance(figure, Sum) else figure
    count = figures.count(figure, column.desks, column.events)
    return Number(count, column.url + (f"?{urlencode({'show': behind})}" if "?" not in column.url else ""))


def _heads(columns: Iterable[Column]) -> list[tuple[Message | str, str]]:
    return [(one.name, "num") for one in columns]


def _beside(figures: DeskFigures, url: Any) -> list[Column]:
    """The desks side by side; for organisers those without a desk too, and everybody."""
    events = tuple(one.id for one in figures.events)
    found = [Column(one.name, (one.id,), events, url(one.public_id)) for one in figures.desks]
    if figures.organises:
        every = (*(one.id for one in figures.desks), None)
        found.append(Column(_("No desk"), (None,), events, url(WITHOUT)))
        if figures.desks:
            found.append(Column(_("All"), every, events, url(EVERYBODY), sums=False))
    return found


def _of_event(db: Database, request: Request) -> tuple[EventWithPhases, DeskFigures]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    return event, figures_in_event(db, actor, event)


@page(signed_in=True)
def show_in_event(request: Request) -> Response:
    with reading() as db:
        event, figures = _of_event(db, request)
        programme = programme_by_id(db, event.programme_id)
    slug = event.event.slug
    columns = _beside(figures, lambda desk: path("desk_participants", event=slug, desk=desk))
    return render(
        request, "desks/figures.html", event=event, programme=programme, whose="", columns=columns,
        groups=_groups(figures, columns), organises=figures.organises, choices=[], heads=_heads(columns),
        csv=path("desk_figures_csv", event=slug), xlsx=path("desk_figures_xlsx", event=slug),
    )  # fmt: skip


@page(signed_in=True)
def show_in_programme(request: Request) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        programme = get_programme(db, request.path_params["programme"])
        figures = figures_in_programme(db, actor, programme)
    base, public = path("programme_figures", programme=programme.slug), asked(request, "desk")["desk"]
    desk = next((one for one in figures.desks if one.public_id == public), None)
    if len(figures.desks) == 1 and not figures.organises:
        desk = figures.desks[0]
    without = figures.organises and public == WITHOUT
    if public and public not in {EVERYBODY, WITHOUT} and desk is None:
        raise NotFound()
    if desk is not None or without:
        here = desk.public_id if desk else WITHOUT
        columns = [
            Column(one.name, (desk.id if desk else None,), (one.id,),
                   path("desk_participants", event=one.slug, desk=here)) for one in figures.events
        ]  # fmt: skip
    else:
        columns = [one for one in _beside(figures, lambda desk: f"{base}?desk={desk}") if one.sums]
    choices: list[tuple[Message | str, str, bool]] = [(_("Side by side"), base, desk is None and not without)]
    choices += [(one.name, f"{base}?desk={one.public_id}", one is desk) for one in figures.desks]
    if figures.organises:
        choices.append((_("No desk"), f"{base}?desk={WITHOUT}", without))
    whose: Message | str = desk.name if desk else (_("No desk") if without else "")
    return render(
        request, "desks/figures.html", event=None, programme=programme, whose=whose, columns=columns,
        groups=_groups(figures, columns) if columns else [], organises=figures.organises,
        choices=choices if len(choices) > 2 else [], heads=_heads(columns),
        csv=path("programme_figures_csv", programme=programme.slug),
        xlsx=path("programme_figures_xlsx", programme=programme.slug), crumbs=_crumbs(programme),
    )  # fmt: skip


def _crumbs(programme: Any) -> list[tuple[Any, str]]:
    return [(_("Programmes"), path("programmes")), (programme.name, path("programme", programme=programme.slug))]


# --- Files --------------------------------------------------------------------------------------------------------


def _table(figures: DeskFigures) -> tuple[list[str], list[list[Cell]]]:
    """One row per event and desk, so that a spreadsheet can sum it up as it likes."""
    wanted = [one for group in figures_of({one.kind for one in figures.events}) for one in group]
    header = [str(_("Event")), str(_("Desk")), *(str(NAMES[one]) for one in wanted)]
    desks: list[tuple[int | None, str]] = [(one.id, one.name) for one in figures.desks]
    if figures.organises:
        desks.append((None, str(_("No desk"))))
    rows: list[list[Cell]] = [
        [event.name, name, *(figures.count(one, [desk], [event.id]) for one in wanted)]
        for event in figures.events
        for desk, name in desks
    ]
    return header, rows


def _sent(figures: DeskFigures, name: str, *, as_xlsx: bool) -> Response:
    header, rows = _table(figures)
    if as_xlsx:
        return sent_table(write_xlsx(header, rows, str(_("Desks"))), f"{name}-desks.xlsx", XLSX)
    return sent_table(write_csv(header, rows), f"{name}-desks.csv", "text/csv; charset=utf-8")


def _event_file(request: Request, *, as_xlsx: bool) -> Response:
    with reading() as db:
        event, figures = _of_event(db, request)
    return _sent(figures, event.event.slug, as_xlsx=as_xlsx)


def _programme_file(request: Request, *, as_xlsx: bool) -> Response:
    with reading() as db:
        programme = get_programme(db, request.path_params["programme"])
        figures = figures_in_programme(db, actor_of(db, request), programme)
    return _sent(figures, programme.slug, as_xlsx=as_xlsx)


@page(signed_in=True)
def send_event_csv(request: Request) -> Response:
    return _event_file(request, as_xlsx=False)


@page(signed_in=True)
def send_event_xlsx(request: Request) -> Response:
    return _event_file(request, as_xlsx=True)


@page(signed_in=True)
def send_programme_csv(request: Request) -> Response:
    return _programme_file(request, as_xlsx=False)


@page(signed_in=True)
def send_programme_xlsx(request: Request) -> Response:
    return _programme_file(request, as_xlsx=True)


# --- The list behind a number -------------------------------------------------------------------------------------


def _desk_meant(desks: Iterable[Desk], public: str) -> Desk | Everybody | None:
    if public in {WITHOUT, EVERYBODY}:
        return EVERYBODY if public == EVERYBODY else None
    found = next((one for one in desks if one.public_id == public), None)
    if found is None:
        raise NotFound()
    return found


@page(signed_in=True)
def show_list(request: Request) -> Response:
    question = asked(request, "show")
    with reading() as db:
        actor: Actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        desk = _desk_meant(desks_of(db, event.programme_id), request.path_params["desk"])
        counted = {one for group in figures_of({event.event.kind}) for one in group if isinstance(one, Figure)}
        figure = next((one for one in counted if one == question["show"]), Figure.ALL)
        found = participants_of_desk(db, actor, event, desk=desk, figure=figure, page=page_number(request))
        open_ones = unfinished_in(db, event.event) if found.rows else []
        troubled = troubles_at(db, [one.person.email for one in found.rows])
    whose = desk.name if isinstance(desk, Desk) else (_("No desk") if desk is None else _("All desks"))
    return render(
        request, "desks/participants.html", event=event, found=found, rows=own_rows(actor, found.rows, open_ones),
        whose=whose, what=NAMES[figure], holds=holds(event), opens_profiles=see_participants(actor, event),
        decides=not organiser_of_event(actor, event), base=page_base(request, question),
        troubled=troubled,
    )  # fmt: skip
