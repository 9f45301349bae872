"""The child process that opens an uploaded XLSX file: bytes on stdin, one JSON object on stdout.

It runs as a file of its own, apart from the application (`python -I sheet_decoding.py`), because a small file can
cost minutes and gigabytes; here it has 512 MB and ten seconds. It says either
`{"rows": [[line, [cell, ...]], ...]}` or `{"refused": "unreadable" | "too_large", "because": "BadZipFile"}`.
"""

import json
import os
import resource
import stat
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 10
MAX_ENTRIES = 1_000
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100
MAX_ROWS = 20_000  # below the header
MAX_COLUMNS = 100
MAX_LETTERS = 10_000_000  # one shared string can stand in every cell


class Refused(Exception):
    """The file will not be read; the message is the word for the parent."""


def confine() -> None:
    """Give this process little memory and time, and no right to write files."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # macOS refuses RLIMIT_AS; the other limits still hold
            continue


def check_directory(content: bytes) -> None:
    """Refuse what its table of contents already gives away, before anything is unpacked."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Refused("too_large")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1):
        raise Refused("too_large")
    if not all(_is_plain(entry) for entry in entries):
        raise Refused("unreadable")


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.replace("\\", "/").split("/")
    climbs = ".." in parts or parts[0] == "" or ":" in parts[0]
    encrypted = bool(entry.flag_bits & 1)
    known = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return known and not climbs and not encrypted and not stat.S_ISLNK(entry.external_attr >> 16)


def rows_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row that says something, of the first sheet that is not hidden."""
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl looks for it, and it alone takes the memory
    import openpyxl

    if not openpyxl.DEFUSEDXML or openpyxl.LXML:
        raise RuntimeError("openpyxl would read XML without defusedxml")
    book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not shown:
        raise Refused("unreadable")
    shown[0].reset_dimensions()  # what the file claims about its size may be wrong, or a trap
    yield from _within_limits(shown[0].iter_rows(values_only=True))


def _within_limits(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[int, list[str]]]:
    found = letters = 0
    for line, values in enumerate(rows, start=1):
        cells = [written(value) for value in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        found += 1
        letters += sum(map(len, cells))
        if found > 1 + MAX_ROWS or len(cells) > MAX_COLUMNS or letters > MAX_LETTERS:
            raise Refused("too_large")
        yield line, cells


def written(value: object) -> str:
    """A cell as a person would type it: 3.0 is '3', dates are ISO 8601, and a day has no midnight."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "minutes")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)


def answer(content: bytes) -> dict[str, object]:
    """What to tell the parent; hostile files make libraries fail in every way, so that each failure is a refusal."""
    try:
        check_directory(content)
        return {"rows": list(rows_of(content))}
    except Refused as refused:
        return {"refused": str(refused)}
    except MemoryError:
        return {"refused": "too_large"}
    except Exception as failure:
        return {"refused": "unreadable", "because": type(failure).__name__}


def main() -> None:
    """Read a sheet from standard input and write what it holds, as JSON, to standard output."""
    confine()
    os.environ["OPENPYXL_LXML"] = "False"
    said = json.dumps(answer(sys.stdin.buffer.read()), ensure_ascii=False)
    sys.stdout.buffer.write(said.encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
