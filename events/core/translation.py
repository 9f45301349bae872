"""Sentences for people: written in English where they are raised, shown in the reader's language and zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from gettext import c2py
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent / "locales"
SOURCE = "en"
LANGUAGES = ("en", "de", "fr")


@dataclass(frozen=True)
class Reader:
    """For whom we write: a language and an IANA time zone."""

    locale: str = SOURCE
    zone: str = "UTC"


_reader: ContextVar[Reader] = ContextVar("reader", default=Reader())  # noqa: B039 - Reader is frozen


def reader() -> Reader:
    """Whoever reads what is being written now."""
    return _reader.get()


def set_reader(locale: str, zone: str) -> None:
    """From now on, in this request or task, write for a person with this language and zone."""
    _reader.set(Reader(locale if locale in LANGUAGES else SOURCE, zone))


@contextmanager
def written_for(locale: str, zone: str) -> Iterator[None]:
    """Write for a person with this language and zone inside the block."""
    token = _reader.set(Reader(locale if locale in LANGUAGES else SOURCE, zone))
    try:
        yield
    finally:
        _reader.reset(token)


@cache
def catalogue(locale: str) -> Catalog | None:
    """The catalogue of one language, read once; None for the source language."""
    path = LOCALES / locale / "LC_MESSAGES" / "folkmoot.po"
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def gettext(text: str) -> str:
    """`text` in the reader's language, or as it is where nobody has translated it."""
    return _translated(text, _reader.get().locale)


@lru_cache(maxsize=20_000)
def _translated(text: str, locale: str) -> str:
    found = catalogue(locale)
    message = found.get(text) if found else None
    return str(message.string) if message and message.string else text


def forget_translations() -> None:
    """Look each text up anew; for tests with a catalogue of their own."""
    _translated.cache_clear()


def ngettext(one: str, many: str, count: int) -> str:
    """The right plural form for `count` in the reader's language."""
    found = catalogue(reader().locale)
    message = found.get(one) if found else None
    if found and message and isinstance(message.string, tuple) and all(message.string):
        return str(message.string[_plural_form(found.plural_expr, count)])
    return one if count == 1 else many


@cache
def _plural_form(expression: str, count: int) -> int:
    return int(c2py(expression)(count))


@dataclass(frozen=True)
class Message:
    """A sentence that waits for its reader; `str()` writes it."""

    text: str
    values: tuple[tuple[str, Any], ...] = ()
    many: str | None = None
    count: int = 0

    def __str__(self) -> str:
        written = gettext(self.text) if self.many is None else ngettext(self.text, self.many, self.count)
        return written % dict(self.values) if self.values else written.replace("%%", "%")


def _(text: str, **values: Any) -> Message:
    """A translatable sentence: `_("%(name)s is not free at %(time)s.", name=..., time=At(start))`."""
    return Message(text, tuple(values.items()))


def N_(one: str, many: str, count: int, **values: Any) -> Message:  # noqa: N802 - the usual name of a plural marker
    """A translatable sentence with a number, available in it as %(count)s."""
    return Message(one, (("count", count), *values.items()), many, count)


@dataclass(frozen=True)
class At:
    """A moment inside a sentence, written in the reader's zone: '14:20' on the same page as its zone's name."""

    moment: datetime
    form: str = "clock"

    def __str__(self) -> str:
        return {"clock": clock_of, "day": day_of, "when": when}[self.form](self.moment)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(moment: datetime, zone: str | None = None) -> datetime:
    """`moment` on the reader's clock, or on the clock of `zone`."""
    return moment.astimezone(_zone(zone or reader().zone))


def clock_of(moment: datetime, zone: str | None = None) -> str:
    """Hours and minutes, as in '14:20'."""
    there = local(moment, zone)
    return f"{there.hour:02}:{there.minute:02}"  # the same in all our languages


def day_of(moment: datetime, zone: str | None = None) -> str:
    """Day, date and month, as in 'Wed, 4 Mar 2026'."""
    return _day_in(local(moment, zone).date(), reader().locale)


def date_of(day: date) -> str:
    """A day that is the same in every zone, written as `day_of` writes one."""
    return _day_in(day, reader().locale)


@lru_cache(maxsize=4000)
def _day_in(day: date, locale: str) -> str:
    pattern = {"en": "EEE, d MMM y", "fr": "EEE d MMM y"}.get(locale, "EEE, d. MMM y")
    return dates.format_date(day, pattern, locale=locale)


def zone_label(zone: str | None = None) -> str:
    """The zone as people know it: 'Europe/Vienna'."""
    return (zone or reader().zone).replace("_", " ")


def when(moment: datetime, zone: str | None = None) -> str:
    """Date, time and the zone's name, as in 'Wed, 4 Mar 2026, 14:20 (Europe/Vienna)'."""
    return f"{day_of(moment, zone)}, {clock_of(moment, zone)} ({zone_label(zone)})"


def own_name(locale: str) -> str:
    """A language's name in itself, for the language menu."""
    name = Locale.parse(locale).get_display_name(locale) or locale
    return name[:1].upper() + name[1:]


def best_locale(accept_language: str) -> str:
    """The first language of an Accept-Language header that we have, else English."""
    wanted: list[tuple[float, str]] = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _sep, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        wanted.append((-weight - (20 - position) * 1e-6, tag.split("-")[0].lower()))
    return next((tag for _weight, tag in sorted(wanted) if tag in LANGUAGES), SOURCE)
