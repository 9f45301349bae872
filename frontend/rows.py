"""Rows of a form that repeat, with three empty ones at the end: which are filled in, and what is wrong beside each."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from events.core.refusals import Invalid
from frontend.web import Filled

EMPTY = 3
MOST = 60


@dataclass(frozen=True)
class Row:
    """What was typed in a row: by the names of its fields, which in the form are called '<name>-<number>'."""

    number: int
    typed: dict[str, str]


def filled_rows(answers: Mapping[str, str], *names: str) -> list[Row]:
    """The rows of which any field is filled in, in the order of the form."""
    rows = [
        Row(number, {name: answers.get(f"{name}-{number}", "").strip() for name in names}) for number in range(MOST)
    ]
    return [row for row in rows if any(row.typed.values())]


@contextmanager
def beside(rows: list[Row]) -> Iterator[None]:
    """Inside the block a command counts the rows that it was given; its refusals go beside the rows of the form."""
    try:
        yield
    except Invalid as refusal:
        raise Invalid({_as_in_form(name, rows): why for name, why in refusal.fields.items()}) from refusal


def _as_in_form(name: str, rows: list[Row]) -> str:
    field, dash, number = name.rpartition("-")
    known = dash and number.isdecimal() and int(number) < len(rows) and field in rows[int(number)].typed
    return f"{field}-{rows[int(number)].number}" if known else name


def numbers_shown(values: Mapping[str, Any], name: str, kept: int, *, empty: int = EMPTY) -> range:
    """Which rows a page shows: those that are kept or were typed, and some `empty` ones."""
    typed = [number for number in range(MOST) if str(values.get(f"{name}-{number}", "")).strip()]
    return range(min(max(kept, max(typed, default=-1) + 1) + empty, MOST))


def typed_over(form: Filled, before: Mapping[str, Any], *fields: str) -> list[str]:
    """Where a form was refused, in which of these fields ('question', for 'question-0' and so on) something else was
    typed than stood there `before`: what a page without the form has to show."""
    return [
        name
        for name, text in form.values.items()
        if form.refused and (name.rpartition("-")[0] or name) in fields and text != before.get(name, "")
    ]
