"""The regions of Europe: NUTS 2024 of the European Union, and the statistical regions of its neighbours."""

import csv
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from events.reference.collation import UNACCENTED
from events.reference.countries import EUROSTAT_CODES, iso_code

TABLE = Path(__file__).parent / "nuts.csv"


@dataclass(frozen=True)
class Region:
    """A region of level 1, 2 or 3. `country` is the ISO code (Greece is GR here, EL in `code`)."""

    code: str
    name: str
    latin: str
    """The name in Latin letters where `name` is Greek or Cyrillic, else ''."""

    @property
    def level(self) -> int:
        return len(self.code) - 2

    @property
    def country(self) -> str:
        return iso_code(self.code[:2])

    @property
    def parent(self) -> str | None:
        """The code of the region around this one; None at level 1."""
        return self.code[:-1] if self.level > 1 else None

    @property
    def label(self) -> str:
        """As people read it: 'AT13 Wien', 'EL30 Αττική (Attiki)'."""
        return f"{self.code} {self.name}" + (f" ({self.latin})" if self.latin else "")


@cache
def _regions() -> dict[str, Region]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["code"]: Region(row["code"], row["name"], row["latin"]) for row in rows}


@cache
def _searchable() -> tuple[tuple[str, Region], ...]:
    return tuple((normalised(f"{region.code} {region.name} {region.latin}"), region) for region in _regions().values())


def normalised(text: str) -> str:
    """`text` as search compares it: without case, accents and punctuation, in single spaces."""
    split = unicodedata.normalize("NFKD", text.casefold()).translate(UNACCENTED)
    kept = "".join(letter if letter.isalnum() else " " for letter in split if not unicodedata.combining(letter))
    return " ".join(kept.split())


def region(code: str) -> Region | None:
    """The region with this code, in capitals or not; None if there is none."""
    return _regions().get(code.strip().upper())


def is_region(code: str) -> bool:
    """Whether `code` is, exactly as written, a region we know."""
    return code in _regions()


@cache
def regions_of(country: str, level: int) -> tuple[Region, ...]:
    """The regions of `country` (ISO or Eurostat code) at `level` 1, 2 or 3, by code; none where Eurostat draws none."""
    start = EUROSTAT_CODES.get(country, country)
    return tuple(found for found in _regions().values() if found.code[:2] == start and found.level == level)


def path(code: str) -> str:
    """A region for display, 'AT13 Wien'; a code that we do not know, or no longer, is shown as it is."""
    found = region(code)
    return found.label if found else code


def regions_around(code: str) -> tuple[Region, ...]:
    """The region with this code and those that contain it, the widest first; none for an unknown code."""
    wanted = code.strip().upper()
    return tuple(found for end in (3, 4, 5) if end <= len(wanted) and (found := region(wanted[:end])))


def regions_like(text: str, *, country: str | None = None, limit: int = 20) -> list[Region]:
    """Regions in whose code or name every word of `text` begins a word, accents or not; wide ones first."""
    words = normalised(text[:100]).split()
    if not words:
        return []
    fitting = (
        found
        for written, found in _searchable()
        if country in (None, found.country) and all(f" {word}" in f" {written}" for word in words)
    )
    return sorted(fitting, key=lambda found: (found.level, found.code))[:limit]
