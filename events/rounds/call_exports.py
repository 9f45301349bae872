"""A stage of a call as tables to take away: what was agreed on and by whom not, and what it comes to."""

from collections.abc import Mapping
from typing import Any

from events.core.sheets import Cell
from events.core.translation import _
from events.rounds.exports import Table
from events.rounds.inputs import Inputs

# Names of columns are what scripts read, so they are the same in every language.
CONSENSUS = ["submission", "title", "team", "version", "criterion", "criterion_name", "weight", "threshold", "points",
             "dissent"]  # fmt: skip
RANKING = ["rank", "submission", "title", "team", "sum", "value", "below", "below_sum", "requested", "fate",
           "tied_with", "decided_by", "dissent"]  # fmt: skip

CALL_TABLES = {
    "consensus": _("What evaluators agreed on"),
    "ranking": _("Thresholds, order and funding"),
}


def consensus_table(inputs: Inputs, names: Mapping[int, str]) -> Table:
    """One line for each agreed point; `dissent` names those who dissent from the report."""
    works = {one.number: one for one in inputs.submissions}
    criteria = {one.number: one for one in inputs.criteria}
    rows: list[list[Cell]] = []
    for report in inputs.consensus:
        work = works[report.submission]
        dissent = "; ".join(names.get(one, str(one)) for one in report.dissent)
        for key, points in sorted(report.points.items(), key=lambda each: int(each[0])):
            one = criteria[int(key)]
            rows.append(
                [work.number, work.title, work.team, report.number, one.number, one.name, one.weight, one.threshold,
                 points, dissent]
            )  # fmt: skip
    return CONSENSUS, rows


def ranking_table(inputs: Inputs, result: Mapping[str, Any], names: Mapping[int, str]) -> Table:
    """One line for each submission with a consensus, best first, with its fate and what it is made of."""
    call = result.get("call") or {"standings": (), "fates": (), "requested": ()}
    works = {one.number: one for one in inputs.submissions}
    fates, asked = dict(call["fates"]), dict(call["requested"])
    criteria = {one.number: one.name for one in inputs.criteria}
    rows: list[list[Cell]] = [
        [
            one["rank"], one["submission"], works[one["submission"]].title, works[one["submission"]].team, one["sum"],
            one["value"], "; ".join(criteria[number] for number in one["below"]), one["below_sum"],
            asked.get(one["submission"]), fates.get(one["submission"]), " ".join(map(str, one["tied_with"])),
            one["decided_by"], "; ".join(names.get(number, str(number)) for number in one["dissent"]),
        ]
        for one in call["standings"]
    ]  # fmt: skip
    return RANKING, rows
