"""What docs/architecture.md says of the code, asked of the code. Each question has been seen to answer no."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_type_hints

import pytest
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import frontend.registry  # noqa: F401 - imports every slice, listener and announcement
import mailer.letters
import realtime.announcing
from events.core.hooks import PERSONAL_ADDRESSES, PERSONAL_DATA
from events.core.journal import FACTS, Fact
from events.core.settings import Settings
from tests.syntax import tree_of

ROOT = Path(__file__).parents[1]
PACKAGES = ("events", "sessions", "realtime", "mailer", "frontend")
DOMAIN = ("events", "sessions")
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 50
NO_NAMES_FOR_MODULES = {"models", "services", "repositories", "utils", "helpers", "helper", "manager", "common", "misc"}


@cache
def sources(*packages: str) -> dict[Path, str]:
    """Every Python file of our packages."""
    found = {}
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            found[path.relative_to(ROOT)] = path.read_text(encoding="utf-8")
    return found


@cache
def templates() -> dict[Path, str]:
    """Every template of pages."""
    folder = ROOT / "frontend" / "templates"
    return {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html"))}


def calls(text: str) -> Iterator[str]:
    """Everything that is called in a file, as it is written: 'db.commit', 'datetime.now'."""
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def code_lines(text: str) -> int:
    """The lines that are neither empty nor a comment."""
    return sum(1 for line in text.splitlines() if line.strip() and not line.strip().startswith("#"))


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def files_that_call(*names: str) -> set[str]:
    return {
        str(path) for path, text in sources().items() if any(call.split(".")[-len(name.split(".")):] == name.split(".")
                                                             for call in calls(text) for name in names)
    }  # fmt: skip


# One place for each thing


def test_only_the_transaction_commits():
    assert files_that_call("commit") == {"events/core/database.py"}


def test_only_the_clock_asks_what_time_it_is():
    asked = files_that_call("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")

    assert asked == {"events/core/clock.py"}


def test_no_template_is_made_from_a_string():
    assert files_that_call("from_string") == set()


def test_only_four_places_say_that_a_text_is_safe_html():
    marked = {
        str(path)
        for path, text in sources().items()
        for node in ast.walk(tree_of(text))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] == "Markup"
        and node.args
        and not isinstance(node.args[0], ast.Constant)
    }

    # markdown.py has cleaned it, the others have escaped each name that they put into it.
    assert marked == {"frontend/board_grid.py", "frontend/frames.py", "frontend/json_ld.py", "frontend/markdown.py"}


def test_only_the_command_line_starts_processes():
    starters = files_that_call("subprocess.run", "subprocess.Popen", "os.fork", "multiprocessing.Process", "os.system")

    # Sheets and pictures are decoded, and schedules and teams are worked out, in a child with limits.
    children = {"events/core/decoding.py", "events/core/children.py"}
    assert starters <= {"frontend/cli.py", *children}


def test_no_relation_has_relationships():
    assert files_that_call("Relationship", "relationship") == set()


def test_statuses_of_refusals_stand_in_one_place():
    assert [str(path) for path, text in sources(*DOMAIN).items() if "status_code" in text] == []


# Form


def test_files_fit_on_a_few_screens():
    long = {str(path): lines for path, text in sources().items() if (lines := code_lines(text)) > MOST_LINES}

    assert long == {}


def test_functions_fit_on_a_screen():
    long = {
        f"{path}:{node.name}": lines
        for path, text in sources().items()
        for node in functions(text)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }

    assert long == {}


def test_public_functions_of_the_domain_say_what_they_promise():
    silent = []
    for path, text in sources(*DOMAIN).items():
        for node in tree_of(text).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node) and not is_rule(node):
                silent.append(f"{path}:{node.name}")

    assert silent == []


def is_rule(node: ast.AST) -> bool:
    """A rule's name is its sentence."""
    return any(ast.unparse(one) in {"rule", "access.rule"} for one in getattr(node, "decorator_list", []))


def test_every_module_says_what_it_is_about():
    silent = [str(path) for path, text in sources().items() if not ast.get_docstring(tree_of(text))]

    assert silent == []


def test_packages_begin_with_a_sentence_and_nothing_else():
    begun = {str(path): len(tree_of(text).body) for path, text in sources().items() if path.name == "__init__.py"}

    # frontend/pages/setup is a page module that became a package: routes.py goes on importing it as one name.
    assert {path for path, statements in begun.items() if statements != 1} <= {"frontend/pages/setup/__init__.py"}


def test_modules_are_named_for_what_they_hold():
    assert [str(path) for path in sources() if path.stem in NO_NAMES_FOR_MODULES] == []


def test_there_is_no_sixth_package():
    expected = {*PACKAGES, "tests", "migrations", "bench"}

    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} <= expected


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_are_ours_and_not_the_ones_of_the_same_name_elsewhere(name):
    package = __import__(name)

    assert Path(package.__file__ or "").parent == ROOT / name


# Facts


def own_facts() -> list[type[Fact]]:
    return [kind for kind in FACTS.values() if kind.__module__.split(".")[0] in PACKAGES]


def test_every_fact_has_a_letter_or_is_silent():
    written = {occasion.fact for occasion in mailer.letters.OCCASIONS.values()}

    assert names(set(own_facts()) - written - mailer.letters.SILENT) == []
    assert names(written & mailer.letters.SILENT) == []


def test_every_fact_is_announced_or_quiet():
    announced = set(realtime.announcing.LISTENER.handlers)

    assert names(set(own_facts()) - announced - realtime.announcing.QUIET) == []
    assert names(announced & realtime.announcing.QUIET) == []


def test_a_new_fact_is_noticed(monkeypatch):
    class TeaServed(Fact):
        """Tea was served."""

    try:
        monkeypatch.setattr(TeaServed, "__module__", "events.tea")
        assert names(set(own_facts()) - set(realtime.announcing.LISTENER.handlers) - realtime.announcing.QUIET) == [
            "TeaServed"
        ]
    finally:
        del FACTS["TeaServed"]


def names(kinds: set[type[Fact]]) -> list[str]:
    return sorted(kind.__name__ for kind in kinds)


# Facts outlive a person's erasure, so what they hold in words is one of these: kinds of ours, hashes, paths of ours.
WORDS_IN_FACTS = {"role", "scope", "way", "browser", "onward", "phase", "code", "kind", "template", "what", "state",
                  "failed", "topic", "fate", "act", "attribution"}  # fmt: skip


def test_facts_hold_no_names_and_no_free_text():
    worded = {
        (kind.__name__, name)
        for kind in own_facts()
        for name, hint in get_type_hints(kind).items()
        if "str" in str(hint) and "ClassVar" not in str(hint) and name not in WORDS_IN_FACTS
    }

    assert worded == set()


def test_facts_are_frozen():
    assert names({kind for kind in own_facts() if not kind.__dataclass_params__.frozen}) == []


# Personal data


def undeclared() -> list[str]:
    """Columns that point at a person, and about which nobody has said why and what becomes of them."""
    declared = {(one.relation.__tablename__, one.column) for one in PERSONAL_DATA}
    pointing = {
        (table.name, column.name)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if any(key.target_fullname == "person.id" for key in column.foreign_keys)
    }
    return sorted(".".join(one) for one in pointing - declared)


def test_every_column_that_points_at_a_person_is_declared():
    assert undeclared() == []


def test_an_undeclared_column_is_noticed(monkeypatch):
    kept = [one for one in PERSONAL_DATA if one.relation.__tablename__ != "sign_in"]
    monkeypatch.setattr("tests.test_architecture.PERSONAL_DATA", kept)

    assert undeclared() == ["sign_in.person_id"]


def test_what_is_declared_exists():
    gone = [
        f"{one.relation.__tablename__}.{one.column}"
        for one in PERSONAL_DATA
        if one.column not in SQLModel.metadata.tables[str(one.relation.__tablename__)].columns
    ]

    assert gone == []


def undeclared_addresses() -> list[str]:
    """Columns with addresses of people, about which nobody has said why and what becomes of them."""
    declared = {(one.relation.__tablename__, one.column) for one in PERSONAL_ADDRESSES}
    there = {
        (table.name, column.name)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if re.search("address(?!ee)|email", column.name) and isinstance(column.type, AutoString)
    }
    return sorted(".".join(one) for one in there - declared)


def test_every_column_with_addresses_of_people_is_declared():
    assert undeclared_addresses() == []


def test_an_undeclared_address_is_noticed(monkeypatch):
    kept = [one for one in PERSONAL_ADDRESSES if one.relation.__tablename__ != "letter"]
    monkeypatch.setattr("tests.test_architecture.PERSONAL_ADDRESSES", kept)

    assert undeclared_addresses() == ["letter.address"]


# Settings


def test_every_setting_is_described_and_nothing_else():
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `FOLKMOOT_([A-Z_]+)` \|", text, re.M))

    assert described == {name.upper() for name in Settings.model_fields}


def test_every_setting_says_what_it_is_for():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


# Templates


def test_nothing_is_written_into_pages_that_the_policy_would_stop():
    script = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)", re.I)
    patterns = {
        "a style element": re.compile(r"<style\b", re.I),
        "a style attribute": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.I),
        "an inline script": script,
        "an event handler": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", re.I),
        "a script address": re.compile(r"javascript:", re.I),
        "htmx that evaluates": re.compile(r"\bhx-(on|vals=['\"]js|vars)\b", re.I),
        "another origin": re.compile(r"<(script|link|img|iframe|source)[^<>]*(src|href)=\"(https?:)?//", re.I),
        "text marked as safe": re.compile(r"(?<![\"'])(?<!SHAPES\[shape\])\|\s*safe\b|{%-?\s*autoescape\s+false"),
    }
    found = [
        f"{path}: {what}" for path, text in templates().items() for what, how in patterns.items() if how.search(text)
    ]

    assert found == []


def test_no_module_of_ours_evaluates_or_writes_html_from_text():
    risky = re.compile(r"\beval\(|new Function\(|document\.write|insertAdjacentHTML|\.outerHTML\s*=|\.innerHTML\s*=")
    scripts = sorted((ROOT / "frontend" / "static").rglob("*.js"))

    # These put a fragment in place that the server has rendered for them.
    assert [path.name for path in scripts if risky.search(path.read_text(encoding="utf-8"))] == [
        "hall.js",
        "refresh.js",
    ]


def test_style_sheets_come_from_here():
    sheets = sorted((ROOT / "frontend" / "static").rglob("*.css"))

    assert [path.name for path in sheets if re.search(r"url\(['\"]?(https?:)?//|@import\s+url", path.read_text())] == []


# The documents name what is there


@pytest.mark.parametrize("name", ["architecture.md", "operations.md", "permissions.md", "routes.md"])
def test_a_document_stands_where_others_point_to(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8").startswith("# ")
