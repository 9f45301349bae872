"""A hundred hostile names in every letter and every language: no header, content line, link or tag more."""

import pytest

from events.core.translation import LANGUAGES
from mailer import writing
from mailer.letters import OCCASIONS
from tests.mailer import conftest
from tests.mailer.hostile import HUNDRED
from tests.mailer.test_writing import PLAIN, harm_done, letter_saying, seen_in

pages = conftest.pages  # every route is known by its name


def harmed(kinds: list[str], locales: list[str], names: tuple[str, ...]) -> list[tuple[str, str, str, list[str]]]:
    """The letters that say more than they should: kind, language, name, and where."""
    found = []
    for kind in kinds:
        for locale in locales:
            plain = seen_in(letter_saying(kind, PLAIN, locale))
            harm = [(kind, locale, name, harm_done(kind, name, locale, plain)) for name in names]
            found += [one for one in harm if one[3]]
    return found


def test_there_are_a_hundred_of_them():
    assert len(set(HUNDRED)) == 100


def test_a_hundred_names_do_no_harm_in_an_invitation():
    assert harmed(["meeting_accepted"], ["en"], HUNDRED) == []


@pytest.mark.parametrize("kind", ["meeting_accepted", "meeting_requested"])
def test_letters_that_took_names_as_they_are_would_be_harmed(monkeypatch, kind):
    monkeypatch.setattr(writing, "said", lambda text: text)

    assert harmed([kind], ["en"], HUNDRED[:20]) != []


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("locale", [str(one) for one in LANGUAGES])
def test_a_hundred_names_do_no_harm_in_any_letter_in_any_language(locale):
    found = harmed(sorted(OCCASIONS), [locale], HUNDRED)

    count = len(OCCASIONS) * len(HUNDRED)
    print(f"\n{count} letters of {len(OCCASIONS)} kinds in {locale}: {len(found)} harmed")  # noqa: T201 - the figure
    assert found == []
