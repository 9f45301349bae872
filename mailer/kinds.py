"""What kinds of letters are called where organisers choose among them: their subjects, with gaps for names."""

from collections import Counter
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, Undefined

from events.core import translation
from events.letter_texts import LETTER_KINDS
from mailer.writing import TEMPLATES

GAP = "…"


class _No(Undefined):
    """A value that nobody has yet; where a subject depends on it, it is not so."""

    def __str__(self) -> str:
        return GAP


class _Yes(_No):
    """The same, and it is so."""

    def __bool__(self) -> bool:
        return True


def kind_names() -> dict[str, str]:
    """What kinds of letters are called in the reader's language, such as 'Cancelled: meeting with …', ordered by that.
    Those of which the subject says too little have their own name behind it, so that no two are called alike."""
    return dict(_names(str(translation.reader().locale)))


@lru_cache(maxsize=8)
def _names(_locale: str) -> tuple[tuple[str, str], ...]:
    ways = [_environment(_Yes), _environment(_No)]
    found = {kind: " / ".join(dict.fromkeys(_subject(kind, way) for way in ways)) for kind in LETTER_KINDS}
    often = Counter(found.values())
    clear = {kind for kind, name in found.items() if often[name] == 1 and any(map(str.isalpha, name))}
    named = {kind: name if kind in clear else f"{name} ({kind.replace('_', ' ')})" for kind, name in found.items()}
    return tuple(sorted(named.items(), key=lambda one: one[1].casefold()))


def _subject(kind: str, way: Environment) -> str:
    return " ".join(way.get_template(f"{kind}/subject.txt").render().split())


def _environment(gap: type[_No]) -> Environment:
    # Subjects are plain text; nothing that somebody typed is in them here.
    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=gap, autoescape=False)  # noqa: S701
    environment.globals.update(_=translation._, ngettext=_counted, span=_gap)
    environment.filters.update(when=_gap, day=_gap, clock=_gap, zone=_gap)
    return environment


def _gap(*_values: Any) -> str:
    return GAP


def _counted(one: str, many: str, _count: Any) -> str:
    return translation.ngettext(one, many, 2) % {"num": GAP}
