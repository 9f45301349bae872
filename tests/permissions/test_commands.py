"""Every command, everybody, every state: as docs/permissions.md says, and no command left out."""

from events.core import access
from events.core.access import COMMANDS, anybody
from tests.permissions import cases_person_reports, cases_review_reports, cases_reviews  # noqa: F401 - say their cases
from tests.permissions.cases import CASES
from tests.permissions.tables import DOCS, REWRITE, permission_lines, permissions_page


def commands_without_cases() -> list[str]:
    return sorted(set(COMMANDS) - set(CASES))


def test_every_command_has_its_cases():
    assert commands_without_cases() == [], "add them to tests/permissions/cases.py"


def test_no_case_is_for_a_command_that_is_gone():
    assert sorted(set(CASES) - set(COMMANDS)) == []


def test_a_new_command_without_cases_is_noticed(monkeypatch):
    monkeypatch.delitem(CASES, "publish_event")

    assert commands_without_cases() == ["publish_event"]


def test_everybody_may_do_what_the_table_says(world):
    page = DOCS / "permissions.md"

    assert permissions_page(world).splitlines() == page.read_text(encoding="utf-8").splitlines(), REWRITE


def test_a_rule_that_is_too_wide_is_noticed(sqlite_world, monkeypatch):
    before = permission_lines(sqlite_world)["publish_event"]
    monkeypatch.setitem(COMMANDS, "publish_event", access.Command("publish_event", anybody, None, print))

    assert permission_lines(sqlite_world)["publish_event"] != before


def test_somebody_may_at_some_time_and_somebody_never(sqlite_world):
    odd = []
    for name, lines in permission_lines(sqlite_world).items():
        answers = {one for _state, line in lines for one in line}
        if "yes" not in answers or ("no" not in answers and COMMANDS[name].rule is not anybody):
            odd.append(name)

    assert odd == []
