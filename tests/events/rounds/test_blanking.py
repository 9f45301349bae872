"""What tells whose a text is goes out of it, however it is written; the words around it stay."""

import pytest

from events.rounds.blanking import BLANK, Identity, blanker

WHO = Identity(
    teams=("Green-Food Heroes",),
    people=("Jörg Müller-Łuc", "Bo Li", "María José Núñez"),
    organisations=("Alpenkäse GmbH & Co. KG", "Open Science Network e.V.", "Zed S.r.l."),
    emails=("j.mueller@alpenkaese.example", "info@zed.example", "trayfan99@gmail.com"),
    websites=("https://www.quokka-lab.example/en",),
)
BLANKED = [
    "Jörg Müller-Łuc", "JÖRG MÜLLER-ŁUC", "Joerg Mueller Luc", "jorg muller luc", "Jo\u0308rg", "Mu\u0308ller",
    "Müller", "Mueller", "muller", "J. Müller-Łuc", "Müller-Łuc, Jörg", "J.M.Ł.", "Núñez", "nunez", "MARIA",
    "María José N.",    "Bo Li", "Li, Bo", "B. Li", "BoLi", "bo_li", "Jö\u00adrg", "Jörg\u200b",
    "Green-Food Heroes", "Green Food Heroes", "GREENFOODHEROES", "green_food_heroes", "GreenFood Heroes",
    "Alpenkäse GmbH & Co. KG", "Alpenkäse", "ALPENKAESE", "alpenkase", "Open Science Network e.V.", "OSN",
    "open science network", "Zed", "Zed Srl", "j.mueller", "j_mueller", "@j.mueller", "trayfan99", "@trayfan99",
    "alpenkaese.example", "shop.alpenkaese.example/straw", "quokka-lab.example", "Quokka-Lab", "QuokkaLab",
    "https://elsewhere.example/team", "www.elsewhere.example", "bo@elsewhere.example", "github.com/quokka/tray",
    "zed.example",
]  # fmt: skip
KEPT = [
    "A tray from straw that rots in ten days.", "OSB panels and cosmic dust", "bold lines, a bolt and a link",
    "green food, heroes of none", "see e.g. version 2.1 or node.js", "a mule at a mill",
    "gmail.com is where most have their mail", "info about it", "and/or, km/h, 3/4", "b. of life; J. of all trades",
]  # fmt: skip


@pytest.mark.parametrize("said", BLANKED)
def test_a_name_goes_out_however_it_is_written(said):
    text = f"Made by {said} in May."

    left = blanker(WHO)(text)

    assert set(left.replace("Made by", "").replace("in May.", "")) <= set(BLANK + " @,./&-'\u200b")
    assert BLANK in left


@pytest.mark.parametrize("said", KEPT)
def test_other_words_stay(said):
    assert blanker(WHO)(said) == said


def test_the_words_around_a_name_stay_as_they_are():
    said = "Die Käserei Alpenkäse (gegründet von Jo\u0308rg) presst’s – für Öfen."

    assert blanker(WHO)(said) == f"Die Käserei {BLANK} (gegründet von {BLANK}) presst’s – für Öfen."


def test_a_possessive_and_a_plural_do_not_hide_a_name():
    assert blanker(WHO)("Alpenkäse's, Jörg’s") == f"{BLANK}'s, {BLANK}’s"


def test_without_the_rule_for_accents_the_names_would_stay(monkeypatch):
    monkeypatch.setattr("events.rounds.blanking._spellings", lambda word: {word})

    assert blanker(WHO)("Mueller and alpenkase") == "Mueller and alpenkase"


def test_nobody_behind_it_leaves_all_but_addresses():
    assert blanker(Identity())("Bo at https://x.example") == f"Bo at {BLANK}"
