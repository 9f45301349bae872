"""Amounts of money: whole ones, in a currency, read as people type them and written as the reader writes them."""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import format_currency, get_currency_name

from events.core.translation import reader

# Those of the network's countries, and two that funders reckon in.
CURRENCIES = (
    "EUR", "ALL", "BAM", "CHF", "CZK", "DKK", "GBP", "GEL", "HUF", "ILS", "ISK", "MDL", "MKD", "NOK", "PLN", "RON",
    "RSD", "SEK", "TRY", "UAH", "USD",
)  # fmt: skip
MOST = 1_000_000_000
# Whole: 3000, 3,000, 3.000, 3 000 or 3'000; what groups it is the same throughout, and followed by three digits.
WHOLE = re.compile(r"\d{1,10}|\d{1,3}(?:([., \u00a0\u202f'’])\d{3})(?:\1\d{3})*", re.ASCII)

CENTS = re.compile(r"(.+?)([.,])(\d{1,2})", re.ASCII)


def read_amount(typed: str) -> int | None:
    """A whole amount from 1 to 1,000,000,000 as people type it; None for anything else, cents too."""
    text = typed.strip()
    amount = int(re.sub(r"\D", "", text)) if WHOLE.fullmatch(text) else 0
    return amount if 1 <= amount <= MOST else None


def read_sum(typed: str) -> Decimal | None:
    """An amount as people type it, perhaps with cents: 250000, 250,000, 250.000, 250 000 or 250.000,50; None for all
    else. What stands before three digits groups them: 250,000 is never 250."""
    text = typed.strip()
    if whole := read_amount(text):
        return Decimal(whole)
    found = CENTS.fullmatch(text)
    if found is None or found[2] in found[1]:
        return None
    whole = read_amount(found[1])
    return Decimal(f"{whole}.{found[3]}") if whole else None


@cache
def _pattern(locale: str) -> str:
    return re.sub(r"\.00", "", str(Locale.parse(locale).currency_formats["standard"].pattern))


def in_money(amount: int, currency: str) -> str:
    """An amount as the reader writes it: '€3,000', '3.000 €' or '3 000 €'."""
    locale = reader().locale
    written = format_currency(amount, currency, format=_pattern(locale), locale=locale, currency_digits=False)
    return re.sub(r"(?<=[A-Za-z])(?=\d)", "\u00a0", written)  # CLDR says so of symbols that are letters; babel does not


def currency_name(currency: str) -> str:
    """A currency in the reader's language, with its letters: 'Euro (EUR)'."""
    return f"{get_currency_name(currency, locale=reader().locale)} ({currency})"


def totals(amounts: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """(amount, currency) added up for each currency, in the order of `CURRENCIES`."""
    found: dict[str, int] = {}
    for amount, currency in amounts:
        found[currency] = found.get(currency, 0) + amount
    return sorted(((amount, currency) for currency, amount in found.items()), key=lambda one: CURRENCIES.index(one[1]))
