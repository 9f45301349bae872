"""Regions: the codes funders count by, found under whatever people type."""

import io
import unicodedata
from collections import Counter

import openpyxl
import pytest

from events.reference.countries import CANDIDATES, EFTA, EU
from events.reference.regions import _regions, is_region, path, region, regions_around, regions_like, regions_of
from events.reference.renewing import SOURCE, write_nuts


def codes(regions):
    return [found.code for found in regions]


def test_the_union_has_as_many_regions_as_nuts_2024():
    levels = Counter(found.level for found in _regions().values() if found.country in EU)

    assert levels == {1: 92, 2: 244, 3: 1165}


def test_every_region_lies_in_one_a_level_up():
    orphans = [found.code for found in _regions().values() if found.parent and not is_region(found.parent)]

    assert orphans == []


def test_every_country_has_regions_but_those_for_which_eurostat_draws_none():
    without = {country for country in (*EU, *EFTA, "GB", *CANDIDATES) if not regions_of(country, 1)}

    assert without == {"GB", "GE", "MD"}


def test_names_are_normalised_and_of_one_script():
    def scripts(name):
        return {unicodedata.name(letter).split()[0] for letter in name if letter.isalpha()}

    untidy = [
        found.code
        for found in _regions().values()
        if len(scripts(found.name)) != 1 or found.name != " ".join(unicodedata.normalize("NFC", found.name).split())
    ]

    assert untidy == []


def test_every_name_can_be_read_in_latin_letters():
    unreadable = [
        found.code
        for found in _regions().values()
        if not any("LATIN" in unicodedata.name(letter, "") for letter in found.name + found.latin)
    ]

    assert unreadable == []


def test_no_region_is_one_in_which_nobody_lives():
    assert [code for code in _regions() if code.endswith("Z")] == []


def test_a_country_is_cut_into_its_regions():
    assert codes(regions_of("AT", 1)) == ["AT1", "AT2", "AT3"]


@pytest.mark.parametrize("country", ["GR", "EL"])
def test_greece_is_found_under_both_of_its_codes(country):
    assert codes(regions_of(country, 1)) == ["EL3", "EL4", "EL5", "EL6"]


def test_a_region_of_greece_says_that_it_lies_in_gr():
    found = region("EL30")

    assert found is not None
    assert (found.country, found.level, found.parent) == ("GR", 2, "EL3")


@pytest.mark.parametrize(("country", "level"), [("AT", 0), ("AT", 4), ("XX", 1), ("", 1)])
def test_there_are_no_regions_where_there_is_nothing(country, level):
    assert regions_of(country, level) == ()


def test_a_code_is_found_however_it_is_typed():
    assert region(" at13 ") == region("AT13")


@pytest.mark.parametrize("code", ["at13", " AT13", "AT", "AT99", "", "GR30"])
def test_only_the_exact_code_is_a_region(code):
    assert not is_region(code)


@pytest.mark.parametrize(
    ("code", "shown"),
    [("AT13", "AT13 Wien"), ("EL30", "EL30 Αττική (Attiki)"), ("UKI3", "UKI3")],
)
def test_a_region_is_shown_with_its_name(code, shown):
    assert path(code) == shown


def test_a_region_knows_those_around_it():
    assert codes(regions_around("DE212")) == ["DE2", "DE21", "DE212"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("WIEN", ["AT13", "AT126", "AT127", "AT130"]),
        ("lodzk", ["PL71", "PL712"]),
        ("attiki", ["EL3", "EL30", "EL305", "EL306"]),
        ("αττικη", ["EL3", "EL30", "EL305", "EL306"]),
        ("at13", ["AT13", "AT130"]),
        ("wald viertel", []),
        ("umland nord", ["AT126"]),
        ("ien", []),
        ("", []),
        ("%_*", []),
    ],
)
def test_regions_are_found_by_the_beginnings_of_words(text, found):
    assert codes(regions_like(text)) == found


def test_a_search_can_stay_in_one_country_and_be_cut():
    assert codes(regions_like("n", country="GR", limit=2)) == codes(regions_like("n", country="GR"))[:2]
    assert {found.country for found in regions_like("n", country="GR")} == {"GR"}


def test_the_table_is_made_from_the_workbook_of_eurostat():
    book = openpyxl.Workbook()
    nuts = book.active
    nuts.title = "NUTS2024"
    for row in [("Country", "Code", "Label"), ("EL", "EL3", " Aττική "), ("EL", "ELZ", "Extra-Regio")]:
        nuts.append(row)
    book.create_sheet("Statistical Regions").append(("Country", "Code", "Label"))
    book["Statistical Regions"].append(("BA", "BA03", "Brčko district BiH"))
    book.create_sheet("Cyrillic & Greek to Latin").append(("Code", "Label", "Latin"))
    book["Cyrillic & Greek to Latin"].append(("EL3", "Αττική", "Attiki"))
    file = io.StringIO()

    write_nuts(book, file)

    assert file.getvalue() == f"{SOURCE}\ncode,name,latin\nBA03,Brčko district BiH,\nEL3,Αττική,Attiki\n"
