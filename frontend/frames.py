"""What stands around every page, written once for a reader and then only put together: the address of the page and
the tokens and keys of the forms are filled in anew each time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template
from markupsafe import Markup, escape

from events.core.links import path as path_of
from events.core.translation import Message, Reader, reader
from frontend.form_keys import HOLE, KEY_HOLE, TOKEN_HOLE, form_token, leaving_holes, new_key

PATH_HOLE = f"{HOLE}-path"
SECTIONS = ("events", "marketplace", "organisations")
MOST_PARTS = 2048

_HOLES = re.compile(f"({PATH_HOLE}|{TOKEN_HOLE}|{KEY_HOLE})")


@dataclass(frozen=True)
class PersonView:
    """The signed-in person, as templates show them."""

    public_id: str
    name: str
    initials: str


@dataclass(frozen=True)
class Around:
    """All that the parts around a page depend on, but for what is filled in."""

    locale: str
    zone: str
    person: PersonView | None
    demo: bool
    cast: tuple[tuple[str, str, str], ...]
    languages: tuple[tuple[str, str], ...]
    build: str
    section: str
    exactly: bool
    guest: bool


@lru_cache(maxsize=MOST_PARTS)
def _pieces(template: Template, around: Around) -> tuple[str, ...]:
    """A part as it was written, with every second piece a hole."""
    with leaving_holes():
        html = template.render({**vars(around), "path": PATH_HOLE})
    return tuple(_HOLES.split(html))


def section_of(path: str) -> tuple[str, bool]:
    """Which entry of the main menu a page belongs to, and whether it is that entry's own page."""
    if path == path_of("home"):
        return "home", True
    for name in SECTIONS:
        start = path_of(name)
        if path == start or path.startswith(start + "/"):
            return name, path == start
    return "", False


@lru_cache(maxsize=MOST_PARTS)
def _part_pieces(template: Template, _reader: Reader, given: tuple[tuple[str, Any], ...]) -> tuple[str, ...]:
    with leaving_holes():
        return tuple(_HOLES.split(template.render(dict(given))))


def kept_part(template: Template, **given: Any) -> Markup:
    """A part of a page that depends on nothing but the language and zone of the reader and what it is given, all of
    it hashable: written once, from then on put together with the token and keys of its forms."""
    pieces = _part_pieces(template, reader(), tuple([(name, _plain(value)) for name, value in given.items()]))
    if len(pieces) == 1:
        return _put_together(pieces)
    return _put_together([piece if at % 2 == 0 else _token_or_key(piece) for at, piece in enumerate(pieces)])


_PLAIN = frozenset({str, bool, int, type(None)})


def _plain(value: Any) -> Any:
    """What was given, to look a part up by: lists as tuples, messages as they read. Markup equals the text that it
    is made of, and one would be shown in the place of the other: it is refused."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Markup):
        raise TypeError("a kept part is given texts, not markup")
    if isinstance(value, list | tuple):
        return tuple([_plain(one) for one in value])
    return str(value) if isinstance(value, Message) else value


def _put_together(pieces: Iterable[str]) -> Markup:
    return Markup("".join(pieces))  # noqa: S704 - written by a template, and what fills its holes is ours or escaped


def _token_or_key(hole: str) -> str:
    return new_key() if hole == KEY_HOLE else form_token()


class Frame:
    """The parts around one page, for its template to put where they belong, in the order of the page."""

    def __init__(self, environment: Any, around: Around, path: str) -> None:
        self._environment, self._around = environment, around
        self._path = str(escape(path))

    def head(self) -> Markup:
        """What every page has in its head."""
        return self._part("frame/head.html")

    def top(self) -> Markup:
        """The main menu, and the person's own."""
        return self._part("frame/top.html")

    def below(self) -> Markup:
        """Where scripts say something."""
        return self._part("frame/below.html")

    def foot(self) -> Markup:
        """The zone and the languages."""
        return self._part("frame/foot.html")

    def _part(self, name: str) -> Markup:
        pieces = _pieces(self._environment.get_template(name), self._around)
        return _put_together([piece if at % 2 == 0 else self._fill(piece) for at, piece in enumerate(pieces)])

    def _fill(self, hole: str) -> str:
        if hole == PATH_HOLE:
            return self._path
        return _token_or_key(hole)
