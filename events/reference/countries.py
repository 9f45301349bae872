"""Countries of the European Research Area and those on their way into the Union, by ISO 3166 code."""

from collections.abc import Iterable
from functools import cache

from babel import Locale

from events.core.translation import reader
from events.reference.collation import named_locale, order_in

EU = tuple("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
EFTA = tuple("CH IS LI NO".split())
CANDIDATES = tuple("AL BA GE MD ME MK RS TR UA XK".split())  # XK: Kosovo, a potential candidate
COUNTRIES = frozenset((*EU, *EFTA, "GB", *CANDIDATES))

EUROSTAT_CODES = {"GR": "EL", "GB": "UK"}
"""Where Eurostat and VAT numbers write something else than ISO."""


def iso_code(code: str) -> str:
    """The ISO code of a country written as ISO or Eurostat write it: 'EL' is 'GR'."""
    return {"EL": "GR", "UK": "GB"}.get(code, code)


def is_country(code: str) -> bool:
    """Whether people may say they are from here: an ISO code of our list, in capitals."""
    return code in COUNTRIES


def country_name(code: str, locale: str | None = None) -> str:
    """The name of any country of the world, in `locale` or in the reader's language; the code if it has none."""
    return _names(locale or reader().locale).get(code, code)


def countries_by_name(locale: str | None = None) -> tuple[tuple[str, str], ...]:
    """(code, name) of all our countries, in the order of the alphabet of `locale` or of the reader's language."""
    return _by_name(locale or reader().locale)


@cache
def _by_name(locale: str) -> tuple[tuple[str, str], ...]:
    return tuple(_sorted(((code, _names(locale)[code]) for code in COUNTRIES), locale))


def _sorted(names: Iterable[tuple[str, str]], locale: str) -> list[tuple[str, str]]:
    return sorted(names, key=lambda pair: (order_in(pair[1], locale), pair[0]))


@cache
def _names(locale: str) -> dict[str, str]:
    english: dict[str, str] = dict(Locale("en").territories)
    return english | dict(named_locale(locale).territories)
