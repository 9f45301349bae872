"""Sentences wait for their reader: language, zone and plural are his."""

from datetime import UTC, datetime

import pytest
from babel.messages.catalog import Catalog

from events.core import translation
from events.core.refusals import Invalid
from events.core.translation import N_, At, _, best_locale, clock_of, day_of, own_name, reader, when, written_for

AFTERNOON = datetime(2026, 3, 4, 13, 20, tzinfo=UTC)


@pytest.fixture
def german(monkeypatch):
    """A small German catalogue of the test's own."""
    book = Catalog(locale="de")
    book.add("%(name)s is not free at %(time)s.", "%(name)s hat um %(time)s keine Zeit.")
    book.add("100 %% of it", "100 %% davon")
    book.add(("One guest.", "%(count)s guests."), ("Ein Gast.", "%(count)s Gäste."))
    book.add("Only English", "")
    translation.forget_translations()
    monkeypatch.setattr(translation, "catalogue", lambda locale: book if locale == "de" else None)
    yield
    translation.forget_translations()


def test_a_sentence_is_written_for_its_reader(german):
    sentence = _("%(name)s is not free at %(time)s.", name="Bo", time=At(AFTERNOON))

    with written_for("de", "Europe/Vienna"):
        german_text = str(sentence)

    assert german_text == "Bo hat um 14:20 keine Zeit."
    assert str(sentence) == "Bo is not free at 13:20."


def test_a_sentence_without_values_may_hold_a_percent_sign(german):
    with written_for("de", "UTC"):
        german_text = str(_("100 %% of it"))

    assert (german_text, str(_("100 %% of it"))) == ("100 % davon", "100 % of it")


def test_a_name_with_a_percent_sign_does_no_harm():
    assert str(_("%(name)s is here.", name="100 %(count)s %s Ltd")) == "100 %(count)s %s Ltd is here."


def test_what_nobody_translated_stays_english(german):
    with written_for("de", "UTC"):
        assert (str(_("Only English")), str(_("Nowhere"))) == ("Only English", "Nowhere")


@pytest.mark.parametrize(
    ("locale", "count", "text"),
    [("en", 1, "One guest."), ("en", 0, "0 guests."), ("de", 1, "Ein Gast."), ("de", 2, "2 Gäste.")],
)
def test_plurals_follow_the_language(german, locale, count, text):
    with written_for(locale, "UTC"):
        assert str(N_("One guest.", "%(count)s guests.", count)) == text


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Wed, 4 Mar 2026, 14:20 (Europe/Vienna)"),
        ("de", "Mi., 4. März 2026, 14:20 (Europe/Vienna)"),
        ("fr", "mer. 4 mars 2026, 14:20 (Europe/Vienna)"),
    ],
)
def test_a_moment_is_written_in_the_readers_zone_which_is_named(locale, text):
    with written_for(locale, "Europe/Vienna"):
        assert when(AFTERNOON) == text


def test_another_zone_can_be_asked_for():
    assert when(AFTERNOON, "America/New_York") == "Wed, 4 Mar 2026, 08:20 (America/New York)"
    assert (clock_of(AFTERNOON, "Asia/Tokyo"), day_of(AFTERNOON, "Asia/Tokyo")) == ("22:20", "Wed, 4 Mar 2026")


def test_readers_do_not_mix():
    with written_for("de", "Europe/Vienna"):
        with written_for("fr", "Europe/Paris"):
            inner = reader().locale
        outer = reader().locale

    assert (inner, outer, reader().locale) == ("fr", "de", "en")


def test_an_unknown_language_is_read_as_english():
    with written_for("tlh", "UTC"):
        assert reader().locale == "en"


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("en;q=0.3, fr;q=0.8", "fr"),
        ("nl, pt", "en"),
        ("pt, fr-CA;q=0.1", "fr"),
        ("de;q=nonsense, fr;q=0.2", "fr"),
        (";;;,,,;q=", "en"),
        ("de;q=0," * 500, "de"),
        ("*", "en"),
    ],
)
def test_the_browsers_wish_is_read(header, locale):
    assert best_locale(header) == locale


def test_languages_are_named_in_themselves():
    assert [own_name(code) for code in translation.LANGUAGES] == ["English", "Deutsch", "Français"]


def test_a_refusal_is_written_when_it_is_shown(german):
    refusal = Invalid({"start": _("%(name)s is not free at %(time)s.", name="Bo", time=At(AFTERNOON))})

    with written_for("de", "Europe/Vienna"):
        assert str(refusal) == "Bo hat um 14:20 keine Zeit."
