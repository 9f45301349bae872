"""What stands around every page, written once for a reader and then only put together: the address of the page and
the tokens and keys of the forms are filled in anew each time."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template
from markupsafe import Markup, escape

from events.core.links import path as path_of
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
        filled = [piece if at % 2 == 0 else self._fill(piece) for at, piece in enumerate(pieces)]
        return Markup("".join(filled))  # noqa: S704 - written by a template; the path was escaped above

    def _fill(self, hole: str) -> str:
        if hole == PATH_HOLE:
            return self._path
        return new_key() if hole == KEY_HOLE else form_token()
