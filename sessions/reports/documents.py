"""Documents: what a report is made of before it becomes a page, a PDF or a DOCX. Plain values, no database."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Run:
    """Letters that look alike; with `href`, a link."""

    text: str
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    href: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; the title of the document alone is of level 1, and no level is left out on the way down."""

    level: int
    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    runs: Runs


@dataclass(frozen=True)
class Listing:
    """A list, numbered or not; each point holds blocks."""

    points: tuple[tuple["Block", ...], ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a head row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True)
class Quote:
    """What somebody said, and who; '' where nobody is named."""

    runs: Runs
    by: str = ""


@dataclass(frozen=True)
class Figure:
    """A bar chart: what each bar stands for and how long it is; `alt` says it in words."""

    caption: str
    alt: str
    bars: tuple[tuple[str, int], ...]


Block = Heading | Paragraph | Listing | Table | Quote | Figure


@dataclass(frozen=True)
class Document:
    """A report as a whole. `about` are the lines below the title; `contents` is what the list of contents is called."""

    title: str
    language: str
    author: str
    about: tuple[str, ...]
    contents: str
    blocks: tuple[Block, ...] = field(default=())


NOT_WRITTEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """A text without what no file format takes: control characters, halves of letters, and turns of direction."""
    return NOT_WRITTEN.sub("", text)


def run(text: str, **looks: bool | str) -> Run:
    """Letters as a document holds them."""
    return Run(plain(text), **looks)  # type: ignore[arg-type]  # looks are those of Run


def paragraph(text: str, *, label: str = "") -> list[Block]:
    """A text that people wrote without marks, as paragraphs; `label` stands before the first in bold."""
    parts = [" ".join(one.split()) for one in text.split("\n\n") if one.strip()]
    blocks: list[Block] = []
    for number, part in enumerate(parts):
        named = (run(f"{label} ", strong=True),) if label and number == 0 else ()
        blocks.append(Paragraph((*named, run(part))))
    return blocks


def numbered(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with an anchor for each heading."""
    found: list[Block] = []
    for number, one in enumerate(blocks, 1):
        found.append(Heading(one.level, one.text, f"part-{number}") if isinstance(one, Heading) else one)
    return tuple(found)


def headings(document: Document) -> list[Heading]:
    """The headings below the title, in order."""
    return [one for one in document.blocks if isinstance(one, Heading)]


def _inside(blocks: Iterable[Block]) -> Iterator[Run]:
    for one in blocks:
        if isinstance(one, Paragraph | Quote):
            yield from one.runs
        elif isinstance(one, Listing):
            for point in one.points:
                yield from _inside(point)
        elif isinstance(one, Table):
            for row in one.rows:
                for cell in row:
                    yield from cell


def links_in(document: Document) -> list[str]:
    """Where the links of a document lead, in order."""
    return [one.href for one in _inside(document.blocks) if one.href]
