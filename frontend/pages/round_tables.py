"""The tables of a round to take away, as it stands or as it was published: each as CSV, all of them as XLSX."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, reading
from events.core.refusals import Conflict, NotFound
from events.core.sheets import write_csv, write_workbook
from events.core.translation import Message, _
from events.rounds.boards import report_of
from events.rounds.call_exports import CALL_TABLES, consensus_table, ranking_table
from events.rounds.exports import (
    TABLE_NAMES,
    Table,
    judges_table,
    result_table,
    settings_table,
    votes_table,
)
from events.rounds.inputs import Inputs, result_as_json
from events.rounds.judges import judges_of
from events.rounds.publishing import get_result, inputs_of
from events.rounds.rounds import RoundInEvent, Scheme
from frontend.pages.exports import XLSX, sent_table
from frontend.pages.round_results import number_in
from frontend.pages.rounds import organised_round
from frontend.web import page


def names_of_tables(subject: RoundInEvent) -> dict[str, Message]:
    """The tables that a round has, and what they hold."""
    return TABLE_NAMES | (CALL_TABLES if subject.round.scheme is Scheme.CALL else {})


def _asked(request: Request) -> tuple[RoundInEvent, dict[str, Table], str]:
    """The round, its tables, and how a file of them is called; with `version` those of a published result."""
    asked = request.query_params.get("version", "")
    with reading() as db:
        actor, subject = organised_round(db, request)
        inputs, result = _as_asked(db, actor, subject, asked)
        names = {one.number: one.name for one in judges_of(db, subject.id)}
    if subject.round.scheme is Scheme.AUDIENCE:
        names = {}
    tables = {
        "votes": votes_table(inputs, result, names),
        "result": result_table(inputs, result),
        "judges": judges_table(inputs, result, names),
        "settings": settings_table(inputs),
    }
    if subject.round.scheme is Scheme.CALL:
        tables |= {"consensus": consensus_table(inputs, names), "ranking": ranking_table(inputs, result, names)}
    version = f"-version-{asked}" if asked else ""
    return subject, tables, f"{subject.event.event.slug}-round-{subject.id}%s{version}"


def _as_asked(db: Database, actor: Actor, subject: RoundInEvent, asked: str) -> tuple[Inputs, dict[str, Any]]:
    if asked:
        row = get_result(db, actor, subject, number_in(asked))
        return inputs_of(row), row.result
    report = report_of(db, actor, subject)
    if report is None or report.standing.outcome is None:
        raise Conflict(_("People still vote. The result is worked out when voting is closed."))
    return report.standing.inputs, result_as_json(report.standing.outcome)


@page(signed_in=True)
def send_table(request: Request) -> Response:
    what = request.path_params["what"]
    if what not in TABLE_NAMES | CALL_TABLES:
        raise NotFound()
    _subject, tables, name = _asked(request)
    if what not in tables:
        raise NotFound()
    return sent_table(write_csv(*tables[what]), f"{name % ('-' + what)}.csv", "text/csv; charset=utf-8")


@page(signed_in=True)
def send_workbook(request: Request) -> Response:
    subject, tables, name = _asked(request)
    titles = names_of_tables(subject)
    content = write_workbook([(str(titles[what]), header, rows) for what, (header, rows) in tables.items()])
    return sent_table(content, f"{name % ''}.xlsx", XLSX)
