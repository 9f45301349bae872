"""Agendas: one's own on the phone and on paper, everybody's and every table's to be printed by the organisers.

One's own has the meetings, the sessions of the event's agenda that somebody has starred or speaks in, and the times of
the regular sessions to which they come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.database import Database, reading
from events.core.refusals import NotFound
from events.core.translation import N_, Message, _, day_of
from events.events import EventKind, get_event
from events.participants import ParticipantCard, participants_seen_by
from events.people import people_by_id
from events.registration import participant_of_event
from events.roles import organiser_of_event
from frontend.addresses import asked, page_base
from frontend.pages.events import page_number
from frontend.web import actor_of, page, render
from sessions.event_agendas import AgendaEntry, Attendee, agendas_in, my_agenda, table_agendas
from sessions.regular.own_times import OwnTime, own_times
from sessions.timetable.released import AgendaSession
from sessions.timetable.stars import own_sessions

# Shorter stretches between meetings are the pauses that the event makes.
SHORTEST_GAP = timedelta(minutes=15)


Entry = AgendaEntry | AgendaSession | OwnTime

KINDS: dict[type[Entry], str] = {AgendaEntry: "meeting", AgendaSession: "session", OwnTime: "regular"}


@dataclass(frozen=True)
class Line:
    """A meeting, a session or a regular session in somebody's day; `gap` is the free stretch before it, `when` '',
    'now', 'next' or 'past'."""

    entry: Entry
    others: tuple[Attendee, ...]
    gap: Message | str
    when: str

    @property
    def kind(self) -> str:
        """What it is: 'meeting', 'session' or 'regular'."""
        return KINDS[type(self.entry)]


@dataclass(frozen=True)
class Day:
    """A day of somebody's agenda, on their clock."""

    name: str
    lines: list[Line]


@dataclass(frozen=True)
class Sheet:
    """The agenda of one person, on their own clock."""

    person: ParticipantCard
    zone: str
    days: list[Day]


def _gap(since: datetime | None, until: datetime) -> Message | str:
    if since is None or until - since < SHORTEST_GAP:
        return ""
    minutes = int((until - since).total_seconds()) // 60
    if minutes < 60:
        return N_("Free for %(count)s minute", "Free for %(count)s minutes", minutes)
    return _("Free for %(hours)s h %(minutes)s min", hours=minutes // 60, minutes=f"{minutes % 60:02}")


def _when(entry: Entry, first_to_come: Entry | None, now: datetime) -> str:
    if entry.ends_at <= now:
        return "past"
    if entry.starts_at <= now:
        return "now"
    return "next" if entry is first_to_come else ""


def days_of(entries: Sequence[Entry], person_id: int, zone: str | None = None) -> list[Day]:
    """What somebody's agenda has, which is in order of time, by day on the reader's clock, or on that of `zone`,
    with the gaps between them."""
    now = clock.now()
    to_come = next((entry for entry in entries if entry.starts_at > now), None)
    before = {id(after): one.ends_at for one, after in pairwise(entries)}
    days = []
    for name, group in groupby(entries, key=lambda entry: day_of(entry.starts_at, zone)):
        lines: list[Line] = []
        for entry in group:
            since = before.get(id(entry)) if lines else None
            others = entry.others(person_id) if isinstance(entry, AgendaEntry) else ()
            lines.append(Line(entry, others, _gap(since, entry.starts_at), _when(entry, to_come, now)))
        days.append(Day(name, lines))
    return days


def _mine(request: Request, template: str) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        takes_part = participant_of_event(actor, event)
        if not takes_part and not event.event.has_agenda:
            raise NotFound()
        meetings = my_agenda(db, actor, event) if takes_part else []
        sessions = own_sessions(db, actor, event)
        regular = own_times(db, actor, event_id=event.id) if takes_part else []
    entries: list[Entry] = sorted([*meetings, *sessions, *regular], key=lambda one: one.starts_at)
    days = days_of(entries, actor.person or 0)
    meets = takes_part and event.event.kind is EventKind.MATCHMAKING
    return render(
        request, template, event=event, days=days, meetings=len(meetings), sessions=len(sessions), meets=meets,
        regular=len(regular),
    )  # fmt: skip


@page(signed_in=True)
def show_mine(request: Request) -> Response:
    return _mine(request, "agendas/mine.html")


@page(signed_in=True)
def mine_fragment(request: Request) -> Response:
    return _mine(request, "agendas/mine_fragment.html")


def _sheets(db: Database, cards: list[ParticipantCard], agendas: dict[int, list[AgendaEntry]]) -> list[Sheet]:
    people = people_by_id(db, {card.person_id for card in cards})
    zones = {card.person_id: people[card.person_id].zone for card in cards}
    return [
        Sheet(card, zones[card.person_id], days_of(agendas[card.person_id], card.person_id, zones[card.person_id]))
        for card in cards
    ]


@page(signed_in=True)
def show_agendas(request: Request) -> Response:
    question = asked(request, "q", "country")
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        if not organiser_of_event(actor, event):
            raise NotFound()
        found = participants_seen_by(
            db, actor, event, query=question["q"], country=question["country"], page=page_number(request)
        )
        agendas = agendas_in(db, actor, event, {card.person_id for card in found.rows})
        sheets = _sheets(db, found.rows, agendas)
    return render(
        request, "agendas/all.html", event=event, found=found, sheets=sheets, question=question,
        filtered=any(question.values()), base=page_base(request, question),
    )  # fmt: skip


@page(signed_in=True)
def show_table_agendas(request: Request) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        tables = table_agendas(db, actor, event)
    shown = [
        (
            table.name,
            [
                (day, list(group))
                for day, group in groupby(table.entries, key=lambda one: day_of(one.starts_at, event.zone))
            ],
        )
        for table in tables
    ]
    return render(request, "agendas/tables.html", event=event, tables=shown)
