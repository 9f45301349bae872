"""Sectors and keywords: few enough to read, and with ids that last."""

import re

from events.core.translation import Message
from events.reference.keywords import FIELDS, TECHNOLOGIES, group_of, is_keyword, keyword_label
from events.reference.sectors import SECTORS, is_sector, sector_label

GROUPS = (*TECHNOLOGIES, *FIELDS)
IDS = [group.id for group in GROUPS] + [keyword.id for group in GROUPS for keyword in group.keywords]


def test_sectors_are_the_sections_of_nace_2_1():
    assert "".join(SECTORS) == "ABCDEFGHIJKLMNOPQRSTUV"


def test_a_sector_has_a_label_and_an_unknown_one_is_shown():
    assert (str(sector_label("C")), str(sector_label("Z"))) == ("Manufacturing", "Z")
    assert (is_sector("C"), is_sector("c"), is_sector("")) == (True, False, False)


def test_no_id_is_used_twice_and_all_are_plain():
    assert len(IDS) == len(set(IDS))
    assert [word for word in IDS if not re.fullmatch(r"[a-z]+(\.[a-z]+)?", word)] == []


def test_the_lists_are_as_long_as_a_person_reads():
    assert (len(TECHNOLOGIES), sum(len(group.keywords) for group in TECHNOLOGIES)) == (16, 61)
    assert (len(FIELDS), sum(len(group.keywords) for group in FIELDS)) == (12, 38)


def test_no_two_keywords_of_a_group_read_alike_and_all_can_be_translated():
    labels = [keyword_label(word) for word in IDS]

    assert all(isinstance(label, Message) for label in labels)
    assert len({str(label) for label in labels}) == len(labels)


def test_keywords_and_groups_have_a_label_and_an_unknown_id_is_shown():
    assert [str(keyword_label(word)) for word in ("ai", "ai.vision", "gone")] == [
        "Artificial intelligence",
        "Computer vision",
        "gone",
    ]


def test_a_keyword_knows_its_group():
    found = group_of("ai.vision")

    assert found is not None
    assert (found.id, group_of("ai"), group_of("ai.gone")) == ("ai", found, None)


def test_only_ids_are_keywords():
    assert [word for word in ("ai", "ai.vision", "vision", "AI", "ai.", "") if is_keyword(word)] == ["ai", "ai.vision"]
