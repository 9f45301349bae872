"""Making `nuts.csv` anew from Eurostat's workbook; see docs/decisions/0002-reference-data.md.

python -m events.reference.renewing NUTS2021-NUTS2024.xlsx > events/reference/nuts.csv
"""

import csv
import sys
import unicodedata
from collections.abc import Iterator
from typing import TextIO

from openpyxl import Workbook, load_workbook

SOURCE = (
    "# Source: Eurostat, NUTS 2024 (NUTS 2021/2024 workbook) and statistical regions 2024, "
    "https://ec.europa.eu/eurostat/web/nuts; reuse authorised with source. Changed: see ADR 0002."
)
LATIN_LOOKALIKES = str.maketrans("ABEHIKMNOPTXYZvo", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖνο")


def tidied(name: str) -> str:
    """`name` in NFC with single spaces, and with Greek letters where Eurostat typed Latin ones among Greek."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if any("GREEK" in unicodedata.name(letter, "") for letter in name):
        return name.translate(LATIN_LOOKALIKES)
    return name


def nuts_rows(workbook: Workbook) -> Iterator[tuple[str, str, str]]:
    """(code, name, name in Latin letters or '') of every region in which an address can lie, by code."""
    spelled = {
        str(code).strip(): tidied(str(latin))
        for code, _name, latin in _columns(workbook, "Cyrillic & Greek to Latin", 3)
        if latin
    }
    names = {
        str(code).strip(): tidied(str(name))
        for sheet in ("NUTS2024", "Statistical Regions")
        for _country, code, name in _columns(workbook, sheet, 3)
    }
    for code, name in sorted(names.items()):
        if not code.endswith("Z"):  # Extra-Regio: embassies, oil platforms and the like
            yield code, name, spelled.get(code, "")


def _columns(workbook: Workbook, sheet: str, count: int) -> Iterator[tuple[object, ...]]:
    for row in workbook[sheet].iter_rows(min_row=2, max_col=count, values_only=True):
        if row[0] and row[1]:
            yield row


def write_nuts(workbook: Workbook, file: TextIO) -> None:
    """Write what `regions.py` reads."""
    file.write(SOURCE + "\n")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("code", "name", "latin"))
    writer.writerows(nuts_rows(workbook))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a console is a TextIOWrapper
    write_nuts(load_workbook(sys.argv[1], read_only=True), sys.stdout)
