"""Everything that people read is there in every language, with the same places for names and numbers."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file

from events.core.translation import LANGUAGES, LOCALES, SOURCE, catalogue

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": (1, 2)}
OTHERS = [language for language in LANGUAGES if language != SOURCE]
PLACE = re.compile(r"%\((\w+)\)[sd]|%%|%")
REFRESH = "run `make messages`, then translate what is empty in events/core/locales/{}/LC_MESSAGES/folkmoot.po"


@cache
def wanted() -> Catalog:
    """Every text that our code and templates show, as `make messages` finds it."""
    found = Catalog()
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]["mappings"]
    for mapping in mappings:
        patterns = mapping["pattern"] if isinstance(mapping["pattern"], list) else [mapping["pattern"]]
        options = {name: value for name, value in mapping.items() if name not in {"method", "pattern"}}
        for path in sorted({path for pattern in patterns for path in files_like(pattern)}):
            for line, text, comments, _context in extract_from_file(mapping["method"], path, KEYWORDS, (), options):
                found.add(text, locations=[(str(path.relative_to(ROOT)), line)], auto_comments=comments)
    return found


def files_like(pattern: str) -> list[Path]:
    """What Babel means by 'events/**.py': any depth."""
    folder, _stars, ending = pattern.partition("/**")
    return [path for path in (ROOT / folder).rglob("*" + ending) if path.is_file() and "__pycache__" not in path.parts]


def in_braces(tree: ast.AST) -> list[int]:
    """The lines on which a text is translated inside the braces of an f-string, where Babel finds none."""
    filled = [one for one in ast.walk(tree) if isinstance(one, ast.JoinedStr)]
    calls = [each for one in filled for each in ast.walk(one) if isinstance(each, ast.Call)]
    return [one.lineno for one in calls if isinstance(one.func, ast.Name) and one.func.id in KEYWORDS]


def test_no_text_hides_in_the_braces_of_an_f_string() -> None:
    hidden = {
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("events", "sessions", "mailer", "realtime", "frontend")
        for path in (ROOT / folder).rglob("*.py")
        for line in in_braces(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert in_braces(ast.parse("f'{_(1)}'")) == [1]
    assert hidden == set()


def translation_of(language: str, message: Message) -> tuple[str, ...]:
    """What stands in a catalogue for a text; one for each plural form."""
    book = catalogue(language)
    found = book.get(message.id) if book else None
    if found is None or found.fuzzy:
        return ("",)
    return found.string if isinstance(found.string, tuple) else (found.string,)


def texts() -> list[Message]:
    return [message for message in wanted() if message.id]


def places(text: str) -> set[str]:
    """Where values go into a text: '%(name)s'."""
    return {found[0] for found in PLACE.finditer(text) if found[0] != "%%"}


def short(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return f"{message.locations[0][0]}: {text[:60]}"


def test_texts_are_found_in_code_and_in_templates():
    places_of_origin = {path.partition("/")[0] for message in texts() for path, _line in message.locations}

    assert places_of_origin >= {"events", "sessions", "mailer", "frontend"}
    assert len(texts()) > 300


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language):
    missing = [short(message) for message in texts() if not all(translation_of(language, message))]

    assert missing == [], REFRESH.format(language)


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_same_places_for_values(language):
    wrong = []
    for message in texts():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        allowed = set().union(*(places(one) for one in ids))
        # A plural form may say 'one' in words, so it may leave the count out; it may not ask for what is not given.
        needed = allowed - {"%(count)s", "%(num)s"} if isinstance(message.id, tuple) else allowed
        for form in translation_of(language, message):
            if form and not needed <= places(form) <= allowed:
                wrong.append(short(message))

    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_for_a_text_that_is_gone(language):
    book = catalogue(language)
    gone = [short_id(message) for message in (book or []) if message.id and wanted().get(message.id) is None]

    assert gone == []


def short_id(message: Message) -> str:
    return str(message.id)[:60]


@pytest.mark.parametrize("language", OTHERS)
def test_translations_bring_no_markup_of_their_own(language):
    tag = re.compile(r"</?[a-z][^>]*>")
    wrong = []
    for message in texts():
        source = message.id if isinstance(message.id, str) else " ".join(message.id)
        for form in translation_of(language, message):
            if set(tag.findall(form)) - set(tag.findall(source)):
                wrong.append(short(message))

    assert wrong == []


def test_source_texts_have_no_stray_percent_sign():
    stray = []
    for message in texts():
        for text in message.id if isinstance(message.id, tuple) else (message.id,):
            if any(found[0] == "%" for found in PLACE.finditer(text)):
                stray.append(short(message))

    assert stray == []


def test_there_is_a_catalogue_for_each_language_and_no_other():
    assert sorted(path.name for path in LOCALES.iterdir() if path.is_dir()) == sorted(OTHERS)
