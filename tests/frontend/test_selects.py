"""A menu that has to be answered lets itself be sent only with something chosen: browsers refuse its blank."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "frontend/templates"
FIELD = re.compile(r"field\((?:[^(){}]|\([^(){}]*\))*\"select\"(?:[^(){}]|\([^(){}]*\))*\)")
ASKS = re.compile(r"blank=_\(\"(Choose|Please choose)")


def test_a_blank_that_is_an_answer_is_not_required() -> None:
    """With required=True an organiser could make no round and filter no list of teams, in any browser."""
    found = [
        f"{path.relative_to(TEMPLATES)}: {one[:80]}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for one in FIELD.findall(path.read_text(encoding="utf-8"))
        if "required=True" in one and ("blank_counts" in one or ("blank=" in one and not ASKS.search(one)))
    ]

    assert found == []


def test_the_look_finds_menus() -> None:
    fields = [one for path in TEMPLATES.rglob("*.html") for one in FIELD.findall(path.read_text(encoding="utf-8"))]

    assert len([one for one in fields if ASKS.search(one) and "required=True" in one]) > 5
