"""The lines of an imported file: what they hold, what is wrong with them, in the words their author used."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from events.core.refusals import Invalid
from events.core.sheets import Complete, Sheet, SheetRow, TableTooLarge, UnreadableTable, column_name, read_sheet
from events.core.translation import N_, Message, _
from events.reference.countries import countries_by_name, iso_code
from events.reference.keywords import FIELDS, TECHNOLOGIES, is_keyword
from events.reference.languages import is_language, languages_by_name

Row = TypeVar("Row")

MOST_LINES = 1000  # about three seconds in which nobody else can write, on SQLite
MOST_JSON = 2_000_000

# Columns that people call otherwise.
ALSO_CALLED = {
    "e_mail": "email", "mail": "email", "e_mail_address": "email", "email_address": "email", "full_name": "name",
    "organization": "organisation", "company": "organisation", "type": "participation_type", "lang": "language",
    "tags": "keywords", "nuts": "region",
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """What is wrong on a line, and in which column; '' is the whole line."""

    line: int
    field: str
    sentence: Message | str


@dataclass(frozen=True)
class Preview(Generic[Row]):
    """What an import would do: the lines that can be imported, how many of them are here already, and the problems."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    known: int = 0

    @property
    def wrong_lines(self) -> int:
        """How many lines cannot be imported."""
        return len({problem.line for problem in self.problems})

    @property
    def fresh(self) -> int:
        """How many lines would bring something new."""
        return len(self.rows) - self.known


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    added: int
    known: int

    def __str__(self) -> str:
        return f"{said_added(self.added)} {said_known(self.known)}"


def said_added(count: int) -> Message:
    """How many came in, as a sentence."""
    return N_("%(count)s line was imported.", "%(count)s lines were imported.", count)


def said_known(count: int) -> Message:
    """How many were there before, as a sentence."""
    return N_("%(count)s was here already.", "%(count)s were here already.", count)


def read_lines(content: bytes, filename: str, *, complete: Complete | None = None) -> Sheet:
    """The lines of a CSV, XLSX or JSON file with the names of columns that imports know; at most 1,000.

    May take 20 seconds: never call it inside a transaction. Refuses as `read_sheet` does.
    """
    is_json = filename.lower().endswith(".json")
    sheet = _json_lines(content) if is_json else read_sheet(content, filename, complete=complete)
    if len(sheet.rows) > MOST_LINES:
        raise TableTooLarge(
            _("This file has more than %(most)s lines. Split it and import the parts.", most=MOST_LINES)
        )
    if not sheet.rows:
        raise UnreadableTable(_("There are no lines in this file. Fill in at least one and try again."))
    rows = [SheetRow(row.line, _known_columns(row.cells)) for row in sheet.rows]
    return Sheet([ALSO_CALLED.get(name, name) for name in sheet.header], rows, sheet.titles)


def _known_columns(cells: dict[str, str]) -> dict[str, str]:
    return {ALSO_CALLED.get(name, name): _plain(value) for name, value in cells.items()}


def _plain(text: str) -> str:
    """`text` without characters that are no text: databases refuse some of them."""
    kept = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    return kept.encode("utf-8", "replace").decode().strip()


def _json_lines(content: bytes) -> Sheet:
    """A list of objects; each is said to stand on the line where it begins."""
    unreadable = UnreadableTable(_("This file is not a list of entries in JSON. Check it and try again."))
    if len(content) > MOST_JSON:
        raise TableTooLarge
    try:
        text = content.decode("utf-8-sig")
        rows = list(_objects(text))
    except (ValueError, RecursionError) as broken:
        raise unreadable from broken
    names = list(dict.fromkeys(name for row in rows for name in row.cells))
    return Sheet(names, rows, names)


def _objects(text: str) -> Iterable[SheetRow]:
    decoder, blank = json.JSONDecoder(), re.compile(r"\s*")
    place, line, counted = _after(blank, text, 0), 1, 0
    if text[place : place + 1] != "[":
        raise ValueError("no list")
    place = _after(blank, text, place + 1)
    while text[place : place + 1] != "]":
        line, counted = line + text.count("\n", counted, place), place
        entry, place = decoder.raw_decode(text, place)
        if not isinstance(entry, dict):
            raise ValueError("no object")
        yield SheetRow(line, {column_name(str(name)): _cell(value) for name, value in entry.items()})
        place = _after(blank, text, place)
        if text[place : place + 1] == ",":
            place = _after(blank, text, place + 1)
        elif text[place : place + 1] != "]":
            raise ValueError("no comma")


def _after(blank: "re.Pattern[str]", text: str, place: int) -> int:
    found = blank.match(text, place)
    return found.end() if found else place


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_cell(one) for one in value)
    return "" if value is None or isinstance(value, dict) else str(value)


class Line:
    """One line being read: hands out its cells as they are needed and remembers what was wrong."""

    def __init__(self, row: SheetRow) -> None:
        self.number = row.line
        self.cells = row.cells
        self.problems: list[Problem] = []

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")

    def wrong(self, field: str, sentence: Message | str) -> None:
        """Remember a problem with a column, the first for each."""
        if all(problem.field != field for problem in self.problems):
            self.problems.append(Problem(self.number, field, sentence))

    def all_wrong(self, found: dict[str, Message | str], **renamed: str) -> None:
        """Remember what a form would have refused; `renamed` says what its fields are called in the file."""
        for field, sentence in found.items():
            self.wrong(renamed.get(field, field), sentence)

    def refused(self, refusal: Invalid) -> None:
        """Remember what a function refused."""
        self.all_wrong(refusal.fields)

    def several(self, name: str) -> list[str]:
        """The parts of a cell that holds several things: 'de; en' is ['de', 'en']."""
        return [part.strip() for part in re.split(r"[;,|\n]", self[name]) if part.strip()]

    def country(self, name: str = "country") -> str:
        """A country as ISO code, whether written so or by its English name; what is unknown stays and is refused."""
        return country_called(self[name])

    def languages(self, name: str) -> tuple[str, ...]:
        """Languages as codes, whether written so or by their English names."""
        found = [language_called(part) for part in self.several(name)]
        unknown = next((code for code in found if not is_language(code)), None)
        if unknown is not None:
            self.wrong(name, _("%(code)s is not a language we know. Write it as two letters: de.", code=unknown[:40]))
        return tuple(dict.fromkeys(found))

    def keywords(self, name: str = "keywords") -> tuple[str, ...]:
        """Keywords: those of our list by id or English label, others as they are written."""
        found = tuple(dict.fromkeys(keyword_called(part) for part in self.several(name)))
        if len(found) > 12 or any(len(word) > 60 for word in found):
            self.wrong(name, _("Please give at most twelve keywords, each of a word or two."))
        return found

    def number_in(self, name: str) -> int | None:
        """A whole number, blanks and full stops between thousands aside; None for an empty cell."""
        if not self[name]:
            return None
        plain = re.sub(r"(?<=\d)[\s.,'](?=\d{3}(\D|$))", "", self[name]).removeprefix("€").removesuffix("€").strip()
        if not re.fullmatch(r"[0-9]{1,10}", plain, re.ASCII):
            self.wrong(name, _("Please write a whole number."))
            return None
        return int(plain)


def keyword_called(text: str) -> str:
    """The id of a keyword that is written by its English label; any other word in small letters."""
    return text if is_keyword(text) else _labels().get(text.casefold(), text.casefold())


def country_called(text: str) -> str:
    """The ISO code of a country written by its code or its English name; anything else as it is."""
    return _countries().get(text.casefold(), iso_code(text.upper()))


def language_called(text: str) -> str:
    """The code of a language written by its code or its English name; anything else as it is."""
    return _languages().get(text.casefold(), text.casefold())


@cache
def _labels() -> dict[str, str]:
    groups = (*TECHNOLOGIES, *FIELDS)
    inside = {keyword.label.text.casefold(): keyword.id for group in groups for keyword in group.keywords}
    return inside | {group.label.text.casefold(): group.id for group in groups}


@cache
def _countries() -> dict[str, str]:
    return {name.casefold(): code for code, name in countries_by_name("en")}


@cache
def _languages() -> dict[str, str]:
    return {name.casefold(): code for code, name in languages_by_name("en")}
