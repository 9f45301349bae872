"""What kinds of letters are called: words, in each language, and no two alike."""

import pytest

from events.core.translation import LANGUAGES, written_for
from events.letter_texts import LETTER_KINDS
from mailer.kinds import kind_names


@pytest.mark.parametrize("locale", [str(one) for one in LANGUAGES])
def test_each_kind_has_a_name_of_its_own_in_words(locale):
    with written_for(locale, "Europe/Vienna"):
        names = kind_names()

    assert set(names) == LETTER_KINDS
    assert len(set(names.values())) == len(names)
    assert [name for name in names.values() if "_" in name or "%" in name or "{" in name or not name.strip("… :")] == []


def test_names_and_times_are_gaps_and_what_depends_on_them_stands_both_ways():
    with written_for("en", "Europe/Vienna"):
        names = kind_names()

    assert names["meeting_cancelled"] == "Cancelled: meeting with …"
    assert names["eligibility_released"] == "Your submission to … is eligible / Your submission to … is not eligible"
    assert names["meeting_joined"] == "Invitation: meeting with … (meeting joined)"
    assert names["notice"] == "… (notice)"


def test_they_stand_in_the_order_of_their_names_in_each_language():
    with written_for("de", "Europe/Vienna"):
        names = list(kind_names().values())

    assert names == sorted(names, key=str.casefold)
    assert "Einladung: Treffen mit … (meeting joined)" in names
