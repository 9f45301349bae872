"""A round as tables to take away: per judge and per submission, with everything that the formulae work with.

`votes` has the last word of every judge, one line for each number that the engine is given, and whether it counts;
`result` what came out; `judges` what the votes say of judges. docs/judging.md has the formulae.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from events.core.sheets import Cell
from events.core.translation import _
from events.rounds.inputs import Inputs, VoteIn, best_by_category, best_by_challenge, lines_of

Table = tuple[list[str], list[list[Cell]]]

# Names of columns are what scripts read, so they are the same in every language.
VOTES = ["judge", "judge_name", "submission", "title", "team", "kind", "version", "criterion", "criterion_name",
         "weight", "points", "place", "against", "better", "amount", "counts",
         "version_judged", "version_now", "changed_since"]  # fmt: skip
RESULT = ["rank", "submission", "title", "team", "value", "raw", "adjusted", "votes", "spread", "error", "tied_with",
          "decided_by", "challenge", "rank_in_challenge", "ranks_in_categories"]  # fmt: skip
JUDGES = ["judge", "judge_name", "votes", "severity", "reliability", "say", "alone", "counts"]
SETTINGS = ["setting", "value"]


def votes_table(inputs: Inputs, result: Mapping[str, Any], names: Mapping[int, str]) -> Table:
    """One line for each point, place, comparison or amount; `counts` is yes, or why not. Judges by number and name;
    nobody's name is given for the audience. `changed_since` says that another version counts now than was judged."""
    left_out = {(one["judge"], one["submission"]): one["reason"] for one in result["left_out"]}
    works = {one.number: (one.title, one.team) for one in inputs.submissions}
    criteria = {one.number: one for one in inputs.criteria}
    now = {one.number: one.version for one in inputs.submissions}
    rows: list[list[Cell]] = []
    for vote in inputs.votes:
        for line in _lines(vote):
            work = line["submission"]
            others = [work, *([line["against"]] if "against" in line else [])]
            reason = next((left_out[vote.judge, one] for one in others if (vote.judge, one) in left_out), "yes")
            criterion = criteria.get(line.get("criterion", 0))
            title, team = works.get(work, ("", ""))
            rows.append(
                [
                    vote.judge, names.get(vote.judge, ""), work, title, team, vote.kind, vote.number,
                    criterion.number if criterion else None, criterion.name if criterion else None,
                    criterion.weight if criterion else None, line.get("points"), line.get("place"),
                    line.get("against"), line.get("better"), line.get("amount"), reason,
                    *_versions(vote, others, now),
                ]
            )  # fmt: skip
    return VOTES, rows


def _versions(vote: VoteIn, works: Sequence[int], now: Mapping[int, int]) -> list[Cell]:
    """The versions of these submissions (of a pair both, apart by a blank) that were judged, those that count now, and
    whether they differ; nothing where nobody knows, as of the audience."""
    read = [vote.read.get(str(one), 0) for one in works]
    if not all(read):
        return [None, None, None]
    counts = [now.get(one, 0) for one in works]
    if len(works) == 1:
        return [read[0], counts[0], read != counts]
    return [" ".join(map(str, read)), " ".join(map(str, counts)), read != counts]


def _lines(vote: VoteIn) -> Iterable[dict[str, Any]]:
    said = vote.content
    match vote.kind:
        case "score":
            work = int(vote.about[1:])
            return [{"submission": work, "criterion": int(one), "points": points}
                    for one, points in sorted(said["points"].items(), key=lambda each: int(each[0]))]  # fmt: skip
        case "skip":
            return [{"submission": int(vote.about[1:])}]
        case "list":
            return [{"submission": one, "place": at} for at, place in enumerate(said["places"], 1) for one in place]
        case "comparison":
            return [{"submission": said["first"], "against": said["second"], "better": said["better"]}]
        case "ballot":
            return [{"submission": work, "amount": amount} for work, amount in said["choices"]]
        case _:
            return []


def result_table(inputs: Inputs, result: Mapping[str, Any]) -> Table:
    """One line for each submission, best first."""
    lines = lines_of(inputs, result)
    inside = {one.number: rank for each in best_by_challenge(lines, places=len(lines)) for rank, one in each.places}
    in_categories: dict[int, list[str]] = {}
    for asked, found in best_by_category(lines, places=len(lines)).items():
        for each in found:
            for rank, one in each.places:
                in_categories.setdefault(one.number, []).append(f"{asked}: {each.name} {rank}")
    rows: list[list[Cell]] = [
        [
            one.rank, one.number, one.title, one.team, one.value, one.raw, one.adjusted, one.votes, one.spread,
            one.error, " ".join(map(str, one.tied_with)), one.decided_by, one.challenge, inside.get(one.number),
            "; ".join(in_categories.get(one.number, ())),
        ]
        for one in lines
    ]  # fmt: skip
    return RESULT, rows


def judges_table(inputs: Inputs, result: Mapping[str, Any], names: Mapping[int, str]) -> Table:
    """One line for each judge who gave anything that counts, then those who did not."""
    counts = {one.number: one.counts for one in inputs.judges}
    rows: list[list[Cell]] = [
        [
            one["judge"], names.get(one["judge"], ""), one["votes"], one["severity"], one["reliability"], one["say"],
            one["alone"], counts.get(one["judge"], False),
        ]
        for one in result["judges"]
    ]  # fmt: skip
    there = {one["judge"] for one in result["judges"]}
    rows += [
        [one.number, names.get(one.number, ""), 0, None, None, None, None, one.counts]
        for one in inputs.judges
        if one.number not in there
    ]
    return JUDGES, rows


def settings_table(inputs: Inputs) -> Table:
    """How the round counts: every setting, criterion, conflict of interest and decision that a result depends on."""
    rows: list[list[Cell]] = [["scheme", inputs.scheme]]
    rows += [[name, _plain(value)] for name, value in inputs.rule.items()]
    rows += [[f"weight of criterion {one.number}", one.weight] for one in inputs.criteria]
    rows += [
        [f"threshold of criterion {one.number}", one.threshold] for one in inputs.criteria if one.threshold is not None
    ]
    rows += [[f"funding asked for by submission {number}", amount] for number, amount in inputs.requested]
    rows += [["submission taken out", one.number] for one in inputs.submissions if not one.inside]
    rows += [["judge not counted", one.number] for one in inputs.judges if not one.counts]
    rows += [[f"why judge {one.number}, who runs the event, judged blind", one.why] for one in inputs.judges if one.why]
    rows += [[f"conflict of judge {one.judge} ({one.kind})", one.submission] for one in inputs.conflicts]
    rows += [["decision", " ".join(map(str, one))] for one in inputs.decisions]
    return SETTINGS, rows


def _plain(value: Any) -> Cell:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


TABLE_NAMES = {
    "votes": _("What each judge gave"),
    "result": _("The result for each submission"),
    "judges": _("What the votes say of judges"),
    "settings": _("How it is counted"),
}
