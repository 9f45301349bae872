"""Languages people work in: the official ones of the Union and those of its neighbours, by ISO 639 code."""

from functools import cache

from babel import Locale

from events.core.translation import own_name, reader
from events.reference.collation import named_locale, order_in

EU_LANGUAGES = tuple("bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split())
NEIGHBOURS = tuple("bs is ka lb mk no sq sr tr uk".split())
LANGUAGES = frozenset((*EU_LANGUAGES, *NEIGHBOURS))


def is_language(code: str) -> bool:
    """Whether people may say they speak this: a code of our list, in small letters."""
    return code in LANGUAGES


def language_name(code: str, locale: str | None = None) -> str:
    """The name of any language, in `locale` or in the reader's language; the code if it has none."""
    return _names(locale or reader().locale).get(code, code)


@cache
def language_own_name(code: str) -> str:
    """The name of one of our languages in itself, for lists in which people look for it: 'Ελληνικά'."""
    return own_name(code)


def languages_by_name(locale: str | None = None) -> tuple[tuple[str, str], ...]:
    """(code, name) of all our languages, in the order of the alphabet of `locale` or of the reader's language."""
    return _by_name(locale or reader().locale)


@cache
def _by_name(locale: str) -> tuple[tuple[str, str], ...]:
    names = [(code, _names(locale)[code]) for code in LANGUAGES]
    return tuple(sorted(names, key=lambda pair: (order_in(pair[1], locale), pair[0])))


@cache
def _names(locale: str) -> dict[str, str]:
    english: dict[str, str] = dict(Locale("en").languages)
    return english | dict(named_locale(locale).languages)
