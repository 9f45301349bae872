"""The organisers' and desks' board: people or tables by slots, live, and the list of all meetings beside it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading
from events.core.links import path
from events.core.translation import Message, Reader, _, clock_of, day_of, reader, zone_label
from events.events import EventWithPhases
from events.roles import organiser_of_event
from frontend.addresses import asked as asked_for
from frontend.addresses import page_base
from frontend.board_grid import (
    MOST_KEPT,
    as_written,
    both_names,
    kept_boards,
    minute_of,
    view_of,
    who_meets,
    write_grid,
)
from frontend.pages.events import page_number
from frontend.rendering import environment
from frontend.web import actor_of, page, render
from sessions.blocks import blocks_of
from sessions.boards.board import (
    Board,
    BoardQuestion,
    By,
    Filter,
    Stretch,
    board_of,
    counts_of,
    desks_on_board,
    get_board_event,
    stretches_of,
)
from sessions.boards.lists import MeetingLine, MeetingsQuestion, all_meetings
from sessions.meetings import MeetingState

FILTERS: dict[Filter | None, Message] = {
    None: _("Everybody"),
    Filter.WITHOUT: _("Without meetings"),
    Filter.UNANSWERED: _("Unanswered"),
    Filter.OVERLOADED: _("Overloaded"),
    Filter.UNSTATED: _("Have not said when"),
}
NOBODY: dict[Filter | None, Message] = {
    None: _("Nobody takes part yet"),
    Filter.WITHOUT: _("Everybody has a meeting"),
    Filter.UNANSWERED: _("Everybody has answered"),
    Filter.OVERLOADED: _("Nobody has too much"),
    Filter.UNSTATED: _("Everybody has said when they can meet"),
}
STATE_NAMES: dict[MeetingState, Message] = {
    MeetingState.REQUESTED: _("Requested"),
    MeetingState.ACCEPTED: _("Accepted, without a time yet"),
    MeetingState.SCHEDULED: _("Scheduled"),
    MeetingState.DECLINED: _("Declined"),
    MeetingState.WITHDRAWN: _("Withdrawn"),
    MeetingState.EXPIRED: _("Expired"),
    MeetingState.CANCELLED: _("Cancelled"),
    MeetingState.HELD: _("Held"),
    MeetingState.NO_SHOW: _("No-show"),
    MeetingState.FAILED: _("Technical failure"),
}
CONTRADICTED = "contradicted"


def question_of(request: Request) -> BoardQuestion:
    """What the address asks the board for; what is no such thing is left out."""
    given = asked_for(request, "by", "when", "filter", "q")
    return BoardQuestion(
        by=By(given["by"]) if given["by"] in set(By) else By.PEOPLE,
        when=given["when"][:40],
        filter=Filter(given["filter"]) if given["filter"] in set(Filter) else None,
        query=given["q"],
        page=page_number(request),
    )


def _key(actor: Actor, event: EventWithPhases, stamp: int, asked: BoardQuestion) -> tuple[Any, ...]:
    """All that a board depends on: what was asked, by whose rights, what has happened, and in whose words and hours."""
    desks, words = desks_on_board(actor, event), reader()
    return event.id, stamp, minute_of(clock.now()), asked, desks, words.locale, words.zone


def _fragment(db: Database, request: Request, key: tuple[Any, ...], actor: Actor, event: EventWithPhases) -> Markup:
    kept, asked = kept_boards(request.app), question_of(request)
    found = kept.get(key)
    if found is None:
        found = kept.keep(key, _write(board_of(db, actor, event, asked), actor, event, asked))
    return found


def _write(board: Board, actor: Actor, event: EventWithPhases, asked: BoardQuestion) -> Markup:
    organises = organiser_of_event(actor, event)
    slug = event.event.slug
    rows = {row.person_id: row.key for row in board.rows if row.person_id is not None}
    pieces = environment().get_template("board/fragment.html").generate(
        board=board, event=event, locale=reader().locale, zone=reader().zone, slug=slug, asked=asked,
        grid=write_grid(board, asked, organises=organises) if board.rows and board.slots else "",
        top=_top(slug, asked, board.stretches, board.chosen, board.everybody, tuple(board.counts.items()), reader()),
        zone_name=zone_label(), organises=organises, nobody=NOBODY[asked.filter], who_meets=who_meets,
        rows_of=lambda one: " ".join(rows[person] for person in one.everybody if person in rows),
        back=_question_mark(view_of(asked)), base=_base(path("board", event=slug), asked),
        people=asked.by is By.PEOPLE,
    )  # fmt: skip
    # As ASCII, which pages are made of without being encoded anew each time.
    return as_written(b"".join([piece.encode("ascii", "xmlcharrefreplace") for piece in pieces]).decode("ascii"))


@lru_cache(maxsize=MOST_KEPT)
def _top(
    slug: str, asked: BoardQuestion, stretches: tuple[Stretch, ...], chosen: Stretch | None, everybody: int,
    counts: tuple[tuple[Filter, int], ...], _reader: Reader,
) -> Markup:  # fmt: skip
    """What stands above the grid, as long as it finds as many. Its form only looks, so that it carries no key."""
    here, people = path("board", event=slug), asked.by is By.PEOPLE
    by = [
        (_("People"), here + _question_mark(view_of(_only(asked, By.PEOPLE))), people),
        (_("Tables"), here + _question_mark(view_of(_only(asked, By.TABLES))), not people),
    ]
    # The counts that came with the rows: all of them with a filter, else none but that of everybody shown.
    return as_written(
        environment().get_template("board/top.html").render(
            slug=slug, people=people, by=by, filter=asked.filter.value if asked.filter else "", query=asked.query,
            stretches=[(one.value, called(one)) for one in stretches], chosen=chosen.value if chosen else "",
            filters=_filters({None: everybody, **dict(counts)}, here, asked),
        )
    )  # fmt: skip


def _only(asked: BoardQuestion, by: By) -> BoardQuestion:
    return BoardQuestion(by=by, when=asked.when)


def _question_mark(view: str) -> str:
    return f"?{view}" if view else ""


def _base(here: str, asked: BoardQuestion) -> str:
    view = view_of(BoardQuestion(asked.by, asked.when, asked.filter, asked.query))
    return f"{here}?{view}{'&' if view else ''}page="


def _filters(counts: Mapping[Filter | None, int], here: str, asked: BoardQuestion) -> list[tuple[Message, str, bool]]:
    found = []
    for one, name in FILTERS.items():
        view = view_of(BoardQuestion(asked.by, asked.when, one, asked.query))
        label = _("%(filter)s: %(count)s", filter=name, count=counts[one]) if one in counts else name
        found.append((label, here + _question_mark(view), one is asked.filter))
    return found


def called(stretch: Stretch) -> str:
    """A day by its date, a block by its hours."""
    if stretch.whole_day:
        return day_of(stretch.starts_at)
    return f"{day_of(stretch.starts_at)}, {clock_of(stretch.starts_at)} – {clock_of(stretch.ends_at)}"


@page(signed_in=True, kept=True)
def show_board(request: Request) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event, stamp = get_board_event(db, actor, request.path_params["event"])
        asked = question_of(request)
        fragment = _fragment(db, request, _key(actor, event, stamp, asked), actor, event)
    return render(
        request, "board/board.html", event=event, fragment=fragment, view=_question_mark(view_of(asked)),
        organises=organiser_of_event(actor, event), people=asked.by is By.PEOPLE,
    )  # fmt: skip


@page(signed_in=True)
def board_fragment(request: Request) -> Response:
    """The part that changes; whoever has it already gets 304."""
    with reading() as db:
        actor = actor_of(db, request)
        event, stamp = get_board_event(db, actor, request.path_params["event"])
        key = _key(actor, event, stamp, question_of(request))
        tag = f'"{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}"'
        headers = {"etag": tag, "cache-control": "private, no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(_fragment(db, request, key, actor, event), headers=headers)


@page(signed_in=True, kept=True)
def board_counts(request: Request) -> Response:
    """The filters with how many each finds. Apart from the board: to count goes through all meetings of the event, and
    whoever opens the board wants its grid first."""
    with reading() as db:
        actor = actor_of(db, request)
        event, _stamp = get_board_event(db, actor, request.path_params["event"])
        asked = question_of(request)
        counts = counts_of(db, actor, event, asked)
    here = path("board", event=event.event.slug)
    html = environment().get_template("board/filters.html").render(filters=_filters(counts, here, asked))
    return HTMLResponse(html, headers={"cache-control": "private, no-cache"})


def _times(lines: list[MeetingLine], zone: str) -> dict[datetime, Markup]:
    """When meetings are, on the event's clock, by their start: many begin at once, and to write a date takes long."""
    return {
        start: Markup('<time datetime="{}">{}, {} – {}</time>').format(
            start.isoformat(), day_of(start, zone), clock_of(start, zone), clock_of(end, zone)
        )
        for start, end in {(one.starts_at, one.ends_at) for one in lines}
        if start is not None and end is not None
    }


@page(signed_in=True)
def show_all_meetings(request: Request) -> Response:
    given = asked_for(request, "q", "state", "when")
    untimed = given["when"] == "none"
    with reading() as db:
        actor = actor_of(db, request)
        event, _stamp = get_board_event(db, actor, request.path_params["event"])
        stretches = stretches_of(blocks_of(db, event.id), event.zone)
        within = next((one for one in stretches if one.value == given["when"]), None)
        state = MeetingState(given["state"]) if given["state"] in set(MeetingState) else None
        asked = MeetingsQuestion(
            state, given["q"], within, untimed, page_number(request), contradicted=given["state"] == CONTRADICTED
        )
        found = all_meetings(db, actor, event, asked)
    return render(
        request, "board/meetings.html", event=event, found=found, question=given, filtered=any(given.values()),
        base=page_base(request, given), event_zone=event.zone, times=_times(found.rows, event.zone),
        who_meets=both_names,
        states=[*((one.value, str(name)) for one, name in STATE_NAMES.items()), (CONTRADICTED, str(_("Contradicted")))],
        stretches=[("none", str(_("Without a time"))), *((one.value, called(one)) for one in stretches)],
    )  # fmt: skip
