"""Exports: every table of an event as CSV and XLSX, one by one or all at once."""

import io
import zipfile

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, reading
from events.core.sheets import write_csv, write_workbook, write_xlsx
from events.events import EventKind, EventWithPhases, get_event
from events.exports import Table, table_of, tables_of
from frontend.web import actor_of, page, render

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _asked_for(db: Database, request: Request) -> tuple[Actor, EventWithPhases]:
    actor = actor_of(db, request)
    return actor, get_event(db, actor, request.path_params["event"])


@page(signed_in=True)
def show_exports(request: Request) -> Response:
    with reading() as db:
        actor, event = _asked_for(db, request)
        tables = tables_of(db, actor, event)
    return render(
        request, "exports/exports.html", event=event, tables=tables, imports=event.event.kind is EventKind.HACKATHON
    )


def _one(request: Request) -> tuple[EventWithPhases, Table]:
    with reading() as db:
        actor, event = _asked_for(db, request)
        return event, table_of(db, actor, event, request.path_params["table"])


def _all(request: Request) -> tuple[EventWithPhases, list[Table]]:
    with reading() as db:
        actor, event = _asked_for(db, request)
        return event, [table_of(db, actor, event, name) for name, _title in tables_of(db, actor, event)]


def sent_table(content: bytes, name: str, media_type: str) -> Response:
    """A table as a file to be saved."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "private, no-store",
            "x-content-type-options": "nosniff",
        },
    )


@page(signed_in=True)
def send_csv(request: Request) -> Response:
    event, table = _one(request)
    content = write_csv(table.header, table.rows)
    return sent_table(content, f"{event.event.slug}-{table.name}.csv", "text/csv; charset=utf-8")


@page(signed_in=True)
def send_xlsx(request: Request) -> Response:
    event, table = _one(request)
    content = write_xlsx(table.header, table.rows, str(table.title))
    return sent_table(content, f"{event.event.slug}-{table.name}.xlsx", XLSX)


@page(signed_in=True)
def send_workbook(request: Request) -> Response:
    event, tables = _all(request)
    content = write_workbook([(str(one.title), one.header, one.rows) for one in tables])
    return sent_table(content, f"{event.event.slug}.xlsx", XLSX)


@page(signed_in=True)
def send_zip(request: Request) -> Response:
    event, tables = _all(request)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in tables:
            archive.writestr(f"{one.name}.csv", write_csv(one.header, one.rows))
    return sent_table(file.getvalue(), f"{event.event.slug}-csv.zip", "application/zip")
