"""Countries and languages, by the names readers know and in the order they look for."""

import pytest
from babel import Locale

from events.core.translation import written_for
from events.reference.countries import (
    CANDIDATES,
    COUNTRIES,
    EFTA,
    EU,
    countries_by_name,
    country_name,
    is_country,
    iso_code,
)
from events.reference.languages import (
    EU_LANGUAGES,
    LANGUAGES,
    is_language,
    language_name,
    language_own_name,
    languages_by_name,
)


def test_the_area_is_the_union_its_neighbours_and_the_candidates():
    assert (len(EU), len(EFTA), len(CANDIDATES), len(COUNTRIES)) == (27, 4, 10, 42)


def test_a_country_has_its_name_in_the_language_of_the_reader():
    with written_for("de", "UTC"):
        assert country_name("GR") == "Griechenland"


@pytest.mark.parametrize(
    ("locale", "name"), [("en", "Greece"), ("fr", "Grèce"), ("el", "Ελλάδα"), ("pt-BR", "Grécia"), ("xx", "Greece")]
)
def test_a_country_has_a_name_in_any_language(locale, name):
    assert country_name("GR", locale) == name


def test_a_country_outside_our_list_has_a_name_and_a_code_that_nobody_knows_is_shown():
    assert (country_name("JP", "en"), country_name("QQ", "en")) == ("Japan", "QQ")


@pytest.mark.parametrize("code", ["EL", "UK", "gr", "US", ""])
def test_only_iso_codes_of_the_area_are_countries(code):
    assert not is_country(code)


def test_codes_of_eurostat_are_understood():
    assert [iso_code(code) for code in ("EL", "UK", "GR", "AT")] == ["GR", "GB", "GR", "AT"]


@pytest.mark.parametrize(
    ("locale", "some_in_order"),
    [
        ("de", ["NO", "AT", "PL"]),  # Norwegen, Österreich, Polen
        ("sv", ["UA", "HU", "AT"]),  # Ukraina, Ungern, Österrike
        ("da", ["UA", "HU", "AT"]),  # Ukraine, Ungarn, Østrig
        ("cs", ["GE", "HR", "IE"]),  # Gruzie, Chorvatsko, Irsko
        ("et", ["FI", "CH", "DK", "CZ"]),  # Soome, Šveits, Taani, Tšehhi
        ("fr", ["ES", "EE", "FI"]),  # Espagne, Estonie, Finlande
    ],
)
def test_countries_stand_where_the_dictionary_of_the_language_puts_them(locale, some_in_order):
    listed = [code for code, _name in countries_by_name(locale) if code in some_in_order]

    assert listed == some_in_order


@pytest.mark.parametrize("locale", [*EU_LANGUAGES, "no", "is", "uk", "tr", "sq", "mk", "sr", "bs", "ka"])
def test_every_language_names_every_country_once(locale):
    names = dict(countries_by_name(locale))

    assert set(names) == COUNTRIES
    assert all(name == Locale.parse(locale).territories[code] for code, name in names.items())


def test_there_are_the_24_languages_of_the_union_and_ten_more():
    assert (len(EU_LANGUAGES), len(LANGUAGES)) == (24, 34)


def test_a_language_has_a_name_for_others_and_one_of_its_own():
    assert (language_name("el", "de"), language_own_name("el")) == ("Griechisch", "Ελληνικά")


def test_every_language_has_its_own_name():
    assert [code for code in LANGUAGES if language_own_name(code) == code] == []


def test_languages_stand_in_the_order_of_the_reader():
    with written_for("fr", "UTC"):
        assert [code for code, _name in languages_by_name()][:3] == ["sq", "de", "en"]


@pytest.mark.parametrize("code", ["DE", "xx", "", "de-AT"])
def test_only_codes_of_our_list_are_languages(code):
    assert not is_language(code)
