"""Time zones: those a person can choose, and what a browser calls them."""

from zoneinfo import ZoneInfo

import pytest

from events.reference.countries import COUNTRIES
from events.reference.zones import is_zone, zone_called, zone_groups, zones_of


def test_every_zone_that_can_be_chosen_exists_and_is_in_one_group():
    listed = [zone for group in zone_groups() for zone in group.zones]

    assert len(listed) == len(set(listed)) > 400
    assert all(is_zone(zone) and ZoneInfo(zone).key == zone for zone in listed)


def test_europe_comes_first_and_by_alphabet():
    europe = zone_groups()[0]

    assert str(europe.label) == "Europe"
    assert europe.zones[:3] == ("Europe/Amsterdam", "Europe/Andorra", "Europe/Astrakhan")


@pytest.mark.parametrize("name", ["Etc/GMT+3", "EST", "CET", "Europe/Kiev", "Factory", "Mars/Olympus", "", "../x"])
def test_what_is_no_place_cannot_be_chosen(name):
    assert not is_zone(name)


@pytest.mark.parametrize("name", ["UTC", "Europe/Vienna", "Europe/Oslo", "Atlantic/Azores"])
def test_places_and_utc_can_be_chosen(name):
    assert is_zone(name)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Europe/Vienna", "Europe/Vienna"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT+3", None),
        ("Mars/Olympus", None),
    ],
)
def test_a_zone_is_known_by_the_names_that_browsers_give_it(said, meant):
    assert zone_called(said) == meant


@pytest.mark.parametrize(
    ("country", "likely"),
    [
        ("AT", ("Europe/Vienna",)),
        ("NO", ("Europe/Oslo",)),
        ("ES", ("Europe/Madrid", "Africa/Ceuta", "Atlantic/Canary")),
        ("XK", ("Europe/Belgrade",)),
        ("QQ", ()),
    ],
)
def test_a_country_has_its_likely_zones_the_likeliest_first(country, likely):
    assert zones_of(country) == likely


def test_every_country_of_ours_has_a_zone():
    assert [country for country in COUNTRIES if not zones_of(country)] == []
