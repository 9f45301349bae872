"""Tables people bring along and take away: CSV and XLSX, read without trust and written without traps."""

import codecs
import csv
import json
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from math import isfinite
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from events.core.decoding import DecodersBusy, DecoderStopped, decode_apart
from events.core.refusals import Conflict, Invalid
from events.core.sheet_decoding import MAX_COLUMNS, MAX_ROWS
from events.core.translation import Message, _

log = logging.getLogger(__name__)

MAX_BYTES = 10 * 1024 * 1024
MAX_CELL = 32_767  # what a cell of Excel holds
DECODER = Path(__file__).with_name("sheet_decoding.py")
DECODER_SECONDS = 20
DELIMITERS = (",", ";", "\t")
_decoders = BoundedSemaphore(2)  # half a gigabyte each

Cell = str | int | float | Decimal | bool | date | datetime | None
Numbered = tuple[int, list[str]]


class UnreadableTable(Invalid):
    """The file is no table, or a broken one."""

    def __init__(self, message: Message | None = None) -> None:
        super().__init__(message or _("This file is not a table we can read. Save it as CSV or XLSX and try again."))


class TableTooLarge(Invalid):
    """The table has more in it than we read at once."""

    def __init__(self, message: Message | None = None) -> None:
        super().__init__(
            message or _("This table is too large to read. Leave out what is not needed, or split it, and try again."),
        )


class UnclearHeader(Invalid):
    """The first row does not name each column once."""


class ReadersBusy(Conflict):
    """Other people's tables are being read, and there is no room for one more."""


@dataclass(frozen=True)
class SheetRow:
    """One row: the line of the file it starts on, counted from 1, and its trimmed cells by column, '' where empty."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A table. `header` names its columns as programs do ('e_mail'), `titles` as its author did ('E-mail *')."""

    header: list[str]
    rows: list[SheetRow]
    titles: list[str]


Complete = Callable[[list[str], int], list[str]]


def read_sheet(content: bytes, filename: str, *, complete: Complete | None = None) -> Sheet:
    """The table in an uploaded CSV or XLSX file (of a workbook, the first sheet that is not hidden).

    Blank rows are left out; the first other one is the header. An apostrophe that `write_csv` put before a formula is
    taken away again. At most 10 MB, 20,000 rows below the header and 100 columns. May take 20 seconds: never call it
    inside a transaction. `complete(titles, columns)` may name what the header of a known programme leaves unnamed.
    Refuses with UnreadableTable, TableTooLarge, UnclearHeader or ReadersBusy, all of which name
    the way out.
    """
    ending = filename.rpartition(".")[2].lower()
    if len(content) > MAX_BYTES:
        raise TableTooLarge
    if ending == "xlsx" and content.startswith(b"PK\x03\x04"):
        return _sheet(_workbook_rows(content), complete)
    if ending in ("csv", "tsv", "txt"):
        return _sheet(_text_rows(_decoded(content)), complete)
    raise UnreadableTable


def column_name(title: str) -> str:
    """The name by which programs know a column: 'E-Mail *' is 'e_mail', 'First  name' is 'first_name'."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold())
    return re.sub(r"[\W_]+", "_", folded).strip("_") or " ".join(folded.split())


def _sheet(rows: Iterator[Numbered], complete: Complete | None = None) -> Sheet:
    _line, titles = next(rows, (0, []))
    if not titles:
        raise UnreadableTable(_("This table is empty. Name the columns in the first row and try again."))
    if complete is not None:
        there = list(rows)
        titles, rows = complete(titles, max((len(cells) for _at, cells in there), default=0)), iter(there)
    header = _header(titles)
    body = []
    for line, cells in rows:
        _check_named(cells, header)
        padded = cells + [""] * (len(header) - len(cells))
        body.append(SheetRow(line, {name: cell for name, cell in zip(header, padded, strict=False) if name}))
        if len(body) > MAX_ROWS:
            raise TableTooLarge
    named = [(name, title) for name, title in zip(header, titles, strict=True) if name]
    return Sheet([name for name, _title in named], body, [title for _name, title in named])


def _header(titles: list[str]) -> list[str]:
    if len(titles) > MAX_COLUMNS:
        raise TableTooLarge
    header = [column_name(title) for title in titles]
    twice = next((name for name, times in Counter(filter(None, header)).items() if times > 1), None)
    if twice is not None:
        title = titles[header.index(twice)][:80]
        raise UnclearHeader(_("Two columns are called “%(title)s”. Rename one of them and try again.", title=title))
    return header


def _check_named(cells: list[str], header: list[str]) -> None:
    if len(cells) > MAX_COLUMNS:
        raise TableTooLarge
    for place, cell in enumerate(cells):
        if cell and (place >= len(header) or not header[place]):
            column = place + 1
            raise UnclearHeader(
                _("Column %(column)s is used but has no name in the first row. Name it and try again.", column=column)
            )


def _cleaned(cells: Iterable[str]) -> list[str]:
    """The cells trimmed, without our own apostrophes and without empty ones at the end."""
    clean = [_unguarded(cell.strip()).strip() for cell in cells]
    while clean and not clean[-1]:
        clean.pop()
    return clean


# CSV


def _decoded(content: bytes) -> str:
    """The text of a file that does not say how it is encoded, or does so by a byte order mark."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_plain_text(text):
            return text
        break
    raise UnreadableTable


def _is_plain_text(text: str) -> bool:
    start = text[:200].lstrip().lower()
    marked_up = start.startswith(
        ("<!doctype", "<html", "<?xml", "<table", "<script", "<svg", "<body", "<head", "%pdf-")
    )
    return not marked_up and re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text) is None


def _text_rows(text: str) -> Iterator[Numbered]:
    hint = re.match(r"sep=([,;\t])(\r\n|\r|\n)", text)  # Excel writes and obeys this first line
    if hint:
        text = text[hint.end() :]
    delimiter = hint[1] if hint else _delimiter(text)
    lines_before = 1 if hint else 0
    for line, cells in _records(text, delimiter):
        clean = _cleaned(cells)
        if clean:
            yield line + lines_before, clean


def _records(text: str, delimiter: str) -> Iterator[Numbered]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as broken:
        raise UnreadableTable(
            _(
                "A quotation mark is missing or misplaced in the row on line %(line)s. Correct it and try again.",
                line=line,
            )
        ) from broken


def _delimiter(text: str) -> str:
    """The one that cuts most of the first rows into as many cells as the header; then the one that cuts it most."""

    def fit(delimiter: str) -> tuple[int, int]:
        widths: list[int] = []
        try:
            for _line, cells in _records(text, delimiter):
                widths += [len(cells)] if any(cells) else []
                if len(widths) == 20:
                    break
        except UnreadableTable:
            pass  # it may be the right one in a broken table: let the reading say where
        if not widths or widths[0] == 1:
            return 0, 1
        return widths.count(widths[0]), widths[0]

    return max(DELIMITERS, key=fit)  # the first of equals


# XLSX


def _workbook_rows(content: bytes) -> Iterator[Numbered]:
    for line, cells in _decode_apart(content):
        clean = _cleaned(cells)
        if clean:
            yield line, clean


def _decode_apart(content: bytes) -> list[Numbered]:
    try:
        said = decode_apart(DECODER, content, seconds=DECODER_SECONDS, places=_decoders)
    except DecodersBusy as busy:
        raise ReadersBusy(_("Other tables are being read just now. Try again in a minute.")) from busy
    except DecoderStopped as stopped:
        raise TableTooLarge from stopped
    return _answered(said)


def _answered(said: bytes) -> list[Numbered]:
    answer: dict[str, Any] = json.loads(said)
    if answer.get("refused") == "too_large":
        raise TableTooLarge
    if "refused" in answer:
        log.info("sheet decoder found a file unreadable: %s", answer.get("because", "by its directory"))
        raise UnreadableTable
    return [(line, cells) for line, cells in answer["rows"]]


# Writing

PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*%?|\+[ (]*[0-9][0-9 ()]*")
NOT_WRITTEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
INVISIBLE = ("Cf", "Cc", "Zs", "Zl", "Zp")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file (UTF-8 with byte order mark, commas, CRLF, every cell quoted) in which no cell acts as a formula.

    Text that a spreadsheet would run gets a leading apostrophe, which `read_sheet` takes away again; numbers such as
    '-5' and telephone numbers such as '+43 (1) 234' stay. Moments and days are written in ISO 8601, booleans as
    TRUE and FALSE. Control characters are left out.
    """
    file = StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow([guarded(title) for title in header])
    writer.writerows([_as_text(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig", "replace")


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]], title: str | None = None) -> bytes:
    """An XLSX file with one sheet and no formula: text as in `write_csv`, numbers, booleans and days as themselves.

    Moments are text in ISO 8601, since cells know no time zones. Cells are cut at the 32,767 letters Excel allows.
    """
    return write_workbook([(title or str(_("Table")), header, rows)])


def write_workbook(tables: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]) -> bytes:
    """An XLSX file with a sheet for each of these tables (title, header, rows), written as `write_xlsx` says."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, header, rows in tables:
        sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", NOT_WRITTEN.sub("", title))[:31])
        sheet.freeze_panes = "A2"
        for row in ([*header], *rows):
            sheet.append([_as_cell(sheet, value) for value in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def guarded(text: str) -> str:
    """`text` with an apostrophe before it if a spreadsheet would take it for a formula, without control characters."""
    text = NOT_WRITTEN.sub("", text)
    return f"'{text}" if _acts(text.lstrip("'")) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _acts(text.lstrip("'")) else text


def _acts(text: str) -> bool:
    """Whether a spreadsheet may run this; full-width signs count, since some programs fold them."""
    if text.startswith(("\t", "\r", "\n")):
        return True
    start = next((place for place, letter in enumerate(text) if unicodedata.category(letter) not in INVISIBLE), None)
    if start is None or PLAIN_NUMBER.fullmatch(text[start:].rstrip()):
        return False
    return unicodedata.normalize("NFKC", text[start]).startswith(("=", "+", "-", "@"))


def _as_text(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return guarded(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _as_cell(sheet: Any, value: Cell) -> Any:  # openpyxl is not typed closely enough here
    from openpyxl.cell import WriteOnlyCell

    is_day = isinstance(value, date) and not isinstance(value, datetime)
    if value is None or is_day or (isinstance(value, bool | int | float | Decimal) and isfinite(value)):
        return value
    cell = WriteOnlyCell(sheet, _as_text(value)[:MAX_CELL])
    cell.data_type = "s"
    return cell
