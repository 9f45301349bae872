"""Tables: adding them on the page of blocks, and one table's own page."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import why_not
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid
from events.core.translation import N_, _
from events.events import EventWithPhases
from events.registration import Registration, get_registration
from frontend.buttons import NoForm
from frontend.pages.blocks import organised, show_blocks, whole_number
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.blocks import TableKind, add_tables, place_name
from sessions.tables import TableInEvent, change_table, get_table, keepers_in, remove_table


class TablesForm(Form):
    """How many tables, of which kind, with how many chairs each."""

    count: str = ""
    kind: TableKind = TableKind.NUMBERED
    chairs: str = "4"


class TableForm(Form):
    """A table's name, its chairs, and the registration of whoever it is kept for."""

    name: str = ""
    chairs: str = ""
    kept_for: str = ""


@page(form=TablesForm, again=show_blocks, signed_in=True)
def add_tables_now(request: Request, form: TablesForm) -> Response:
    with transaction() as db:
        event = organised(db, request)
        added = add_tables(
            db, actor_of(db, request), event, count=whole_number(form.count, "count"), kind=form.kind,
            chairs=whole_number(form.chairs, "chairs"),
        )  # fmt: skip
    said = N_("%(count)s table added.", "%(count)s tables added.", len(added))
    return redirect(request, "blocks", event=event.event.slug, flash=said)


def _table(db: Database, request: Request) -> tuple[EventWithPhases, TableInEvent]:
    event = organised(db, request)
    return event, get_table(db, actor_of(db, request), event, request.path_params["table"])


@page(signed_in=True)
def show_table(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event, subject = _table(db, request)
        keepers = keepers_in(db, event.id)
        refusal = why_not(actor_of(db, request), "change_table", subject)
    table = subject.table
    mine = next((one.registration for one in keepers if one.person_id == table.kept_for_id), "")
    options = [
        (one.registration, f"{one.name} ({one.organisation})" if one.organisation else one.name) for one in keepers
    ]
    return render(
        request, "blocks/table.html", event=event, number=table.id, place=place_name(table.kind, table.name),
        form=form.with_values(name=table.name, chairs=table.chairs, kept_for=mine), keepers=options, refusal=refusal,
    )  # fmt: skip


def _keeper(db: Database, request: Request, event: EventWithPhases, public: str) -> Registration | None:
    if not public:
        return None
    found = get_registration(db, actor_of(db, request), public).registration
    if found.event_id != event.id:
        raise Invalid({"kept_for": _("Please choose somebody who takes part in this event.")})
    return found


@page(form=TableForm, again=show_table, signed_in=True)
def change_table_now(request: Request, form: TableForm) -> Response:
    with transaction() as db:
        event, subject = _table(db, request)
        change_table(
            db, actor_of(db, request), subject, name=form.name, chairs=whole_number(form.chairs, "chairs"),
            kept_for=_keeper(db, request, event, form.kept_for),
        )  # fmt: skip
    return redirect(request, "blocks", event=event.event.slug, flash=_("Saved."))


@page(form=NoForm, again=show_table, signed_in=True)
def remove_table_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        event, subject = _table(db, request)
        remove_table(db, actor_of(db, request), subject)
    return redirect(request, "blocks", event=event.event.slug, flash=_("The table is gone."))
