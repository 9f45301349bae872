"""Problems and plans as files: `b2b-instance/1` and `b2b-schedule/1`, JSON. docs/scheduling.md has all the keys."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from sessions.scheduling.plan import Certificate, Placed, Plan
from sessions.scheduling.problem import BadProblem, Id, Participant, Problem, Request, Rules, quoted

INSTANCE = "b2b-instance/1"
SCHEDULE = "b2b-schedule/1"
RULES = {"require_all", "max_break_spread", "min_meetings", "vetoes"}
MOST_BYTES = 200_000_000

Row = Mapping[str, Any]


def read_problem(source: str | Path) -> Problem:
    """The problem in a file or a JSON text; BadProblem with a sentence for whatever is not a valid instance."""
    found = _opened(source, INSTANCE)
    slots = _number(found, "slots", "The problem")
    if slots is None:
        raise BadProblem('The problem does not say how many "slots" there are.')
    names = {} if found.get("sessions") is None else found["sessions"]
    if not isinstance(names, dict):
        raise BadProblem('"sessions" is not an object. Give each session\'s name with a list of slots.')
    return Problem(
        slots=slots,
        participants=tuple(_participant(one) for one in _rows(found, "participants")),
        requests=tuple(_request(one) for one in _rows(found, "requests")),
        tables=_tables(found.get("tables"), slots),
        blocks=tuple(tuple(_numbers(one, "A block")) for one in _list(found.get("blocks"), "blocks")),
        sessions={name: frozenset(_numbers(one, f"Session {quoted(name)}")) for name, one in names.items()},
        rules=_rules({} if found.get("rules") is None else found["rules"]),
        name=_text(found, "name", "The problem") or "",
    )


def read_plan(source: str | Path) -> Plan:
    """The plan in a file or a JSON text; BadProblem with a sentence for whatever is not a valid plan."""
    found = _opened(source, SCHEDULE)
    prices = {} if found.get("certificate") is None else found["certificate"]
    if not isinstance(prices, dict):
        raise BadProblem('"certificate" is not an object.')
    return Plan(
        meetings=tuple(_placed(one) for one in _rows(found, "meetings")),
        certificate=Certificate(
            y=_prices(prices.get("y")),
            z=_price(prices.get("z", 0)),
            sessions={
                (name, one): price
                for name, people in _object(prices.get("sessions")).items()
                for one, price in _prices(people).items()
            },
            tables=_prices(prices.get("tables")),
        ),
        instance=_text(found, "instance", "The plan") or "",
        infeasible=found.get("status") == "infeasible",
    )


def write_problem(problem: Problem) -> str:
    """The problem as JSON that `read_problem` reads back as an equal one."""
    rules = problem.rules
    return _written(
        {
            "format": INSTANCE,
            "name": problem.name,
            "slots": problem.slots,
            "blocks": [list(block) for block in problem.blocks] or None,
            "sessions": {name: sorted(slots) for name, slots in problem.sessions.items()} or None,
            "tables": None if problem.tables is None else list(problem.tables),
            "participants": [_participant_row(one) for one in problem.participants],
            "requests": [_request_row(one) for one in problem.requests],
            "rules": _kept(
                require_all=rules.require_all or None,
                max_break_spread=rules.max_break_spread,
                min_meetings=rules.min_meetings or None,
                vetoes=[list(pair) for pair in rules.vetoes] or None,
            ),
        }
    )


def write_plan(plan: Plan) -> str:
    """The plan as JSON that `read_plan` reads back as an equal one."""
    prices = plan.certificate
    sessions: dict[str, dict[str, float]] = {}
    for (name, one), price in prices.sessions.items():
        sessions.setdefault(name, {})[str(one)] = price
    return _written(
        {
            "format": SCHEDULE,
            "instance": plan.instance,
            "status": "infeasible" if plan.infeasible else None,
            "meetings": [
                _kept(
                    request=one.request,
                    slot=one.slot,
                    table=one.table,
                    confirmed=one.confirmed or None,
                    locked=one.locked or None,
                )
                for one in plan.meetings
            ],
            "certificate": _kept(
                y={str(one): price for one, price in prices.y.items()},
                z=prices.z,
                sessions=sessions or None,
                tables=dict(prices.tables) or None,
            ),
        }
    )


# Reading


def _opened(source: str | Path, form: str) -> dict[str, Any]:
    try:
        found = json.loads(_text_of(source) if isinstance(source, Path) else source)
    except BadProblem:
        raise
    except ValueError as error:
        where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadProblem(f"This is not valid JSON: a mistake was found{where}.") from None
    except RecursionError:
        raise BadProblem("This JSON is nested too deeply to be a problem or a plan.") from None
    if not isinstance(found, dict):
        raise BadProblem(f"This is not a {form} file: it does not hold an object.")
    if found.get("format", form) != form:
        raise BadProblem(f"This is not a {form} file: its format is given as {found['format']!r}.")
    return found


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadProblem(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB. Leave out what is not needed.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadProblem(f"{path.name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadProblem(f"{path.name} is not a text in UTF-8. Save it as JSON in UTF-8.") from None


def _rows(found: Row, name: str) -> list[Row]:
    rows = _list(found.get(name), name)
    if name not in found:
        raise BadProblem(f'"{name}" is missing. Give a list, if need be an empty one.')
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise BadProblem(f'Entry {number} of "{name}" is not an object.')
    return cast(list[Row], rows)  # each of them was looked at


def _list(value: object, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadProblem(f'"{name}" is not a list.')
    return value


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(row: Row, name: str, whose: str) -> int | None:
    value = row.get(name)
    if value is not None and not _is_whole(value):
        raise BadProblem(f'{whose} has a "{name}" that is not a whole number.')
    return cast(int | None, value)  # just looked at


def _numbers(value: object, whose: str) -> list[int]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(_is_whole(one) for one in value):
        raise BadProblem(f"{whose} has slots that are not a list of whole numbers.")
    return value


def _text(row: Row, name: str, whose: str) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise BadProblem(f'{whose} has a "{name}" that is not a text.')
    return value


def _flag(row: Row, name: str, whose: str) -> bool:
    value = row.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadProblem(f'{whose} has a "{name}" that is neither true nor false.')
    return bool(value)


def _id(value: object, what: str) -> Id:
    if not (_is_whole(value) or isinstance(value, str)):
        raise BadProblem(f"{what} has no id that is a whole number or a text.")
    return cast(Id, value)  # just looked at


def _ids(value: object, whose: str, name: str) -> tuple[Id, ...]:
    return tuple(_id(one, f'An entry of "{name}" of {whose}') for one in _list(value, f"{name}"))


def _participant(row: Row) -> Participant:
    one = _id(row.get("id"), "A participant")
    who = f"Participant {quoted(one)}"
    table = row.get("table")
    return Participant(
        id=one,
        unavailable=frozenset(_numbers(row.get("unavailable"), who)),
        max_meetings=_number(row, "max_meetings", who),
        min_meetings=_number(row, "min_meetings", who),
        max_per_block=_number(row, "max_per_block", who),
        target=_number(row, "target", who),
        prefer=_text(row, "prefer", who),
        table=None if table is None else str(_id(table, f"The table of participant {quoted(one)}")),
    )


def _request(row: Row) -> Request:
    one = _id(row.get("id"), "A request")
    what = f"Request {quoted(one)}"
    if "people" in row:
        people = _ids(row["people"], what, "people")
    else:
        people = (
            _id(row.get("a"), f'"a" of request {quoted(one)}'),
            _id(row.get("b"), f'"b" of request {quoted(one)}'),
        )
    weight = row.get("weight")
    if weight is not None and (isinstance(weight, bool) or not isinstance(weight, int | float)):
        raise BadProblem(f'{what} has a "weight" that is not a number.')
    return Request(
        id=one,
        people=people,
        weight=1 if weight is None else weight,
        required=_flag(row, "required", what),
        locked=_flag(row, "locked", what),
        fixed=_number(row, "fixed", what),
        session=_text(row, "session", what),
        forbidden_slots=frozenset(_numbers(row.get("forbidden_slots"), what)),
        prefer_slots=frozenset(_numbers(row.get("prefer_slots"), what)),
        after=_ids(row.get("after"), what, "after"),
    )


def _tables(value: object, slots: int) -> tuple[int, ...] | None:
    if value is None:
        return None
    if _is_whole(value):
        return (cast(int, value),) * min(slots, 1_000_000)  # more slots are refused by the problem itself
    if not isinstance(value, list) or not all(_is_whole(one) for one in value):
        raise BadProblem('"tables" is neither null, nor a whole number, nor a list of one whole number for each slot.')
    return tuple(value)


def _rules(row: object) -> Rules:
    if not isinstance(row, dict):
        raise BadProblem('"rules" is not an object.')
    if strange := sorted(set(row) - RULES):
        raise BadProblem(f'The rule "{strange[0]}" is not known. Known rules are {", ".join(sorted(RULES))}.')
    vetoes = [_ids(pair, "the rules", "vetoes") for pair in _list(row.get("vetoes"), "vetoes")]
    if any(len(pair) != 2 for pair in vetoes):
        raise BadProblem("A veto does not name two people.")
    return Rules(
        require_all=_flag(row, "require_all", "The rules"),
        max_break_spread=_number(row, "max_break_spread", "The rules"),
        min_meetings=_number(row, "min_meetings", "The rules") or 0,
        vetoes=tuple((pair[0], pair[1]) for pair in vetoes),
    )


def _placed(row: Row) -> Placed:
    one = _id(row.get("request"), "A meeting")
    what = f"The meeting of request {quoted(one)}"
    slot, table = _number(row, "slot", what), row.get("table")
    if slot is None:
        raise BadProblem(f"{what} has no slot.")
    if table is not None and not (_is_whole(table) or isinstance(table, str)):
        raise BadProblem(f"{what} has a table that is neither a number nor a name.")
    return Placed(one, slot, table, _flag(row, "confirmed", what), _flag(row, "locked", what))


def _object(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadProblem("The certificate's prices are not an object.")
    return value


def _prices(value: object) -> dict[str, float]:
    return {one: _price(price) for one, price in _object(value).items()}


def _price(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise BadProblem("The certificate has a price that is not a number of 0 or more.")
    return float(value)


# Writing


def _kept(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _participant_row(one: Participant) -> dict[str, object]:
    return _kept(
        id=one.id,
        unavailable=sorted(one.unavailable) or None,
        max_meetings=one.max_meetings,
        min_meetings=one.min_meetings,
        max_per_block=one.max_per_block,
        target=one.target,
        prefer=one.prefer,
        table=one.table,
    )


def _request_row(one: Request) -> dict[str, object]:
    pair = {"a": one.people[0], "b": one.people[1]} if len(one.people) == 2 else {"people": list(one.people)}
    return {"id": one.id, **pair} | _kept(
        weight=None if one.weight == 1 else one.weight,
        required=one.required or None,
        locked=one.locked or None,
        fixed=one.fixed,
        session=one.session,
        forbidden_slots=sorted(one.forbidden_slots) or None,
        prefer_slots=sorted(one.prefer_slots) or None,
        after=list(one.after) or None,
    )


def _written(value: dict[str, Any]) -> str:
    """JSON with one line for each row of a list, so that two files can be compared by eye."""
    lines = []
    for name, part in value.items():
        if part is None or part == {}:
            continue
        rows = part if isinstance(part, list) and part and isinstance(part[0], dict) else None
        text = json.dumps(part, ensure_ascii=False) if rows is None else _one_a_line(rows)
        lines.append(f"{json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _one_a_line(rows: list[Any]) -> str:
    return "[\n" + ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"
