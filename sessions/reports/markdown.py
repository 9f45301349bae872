"""What editors write in Markdown, as blocks of a document: no HTML, no pictures, and links to the web and mail only."""

from collections.abc import Callable, Iterable
from functools import cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from sessions.reports.documents import Block, Heading, Listing, Paragraph, Quote, Run, Runs, Table, plain, run

SCHEMES = ("http", "https", "mailto")


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("js-default", {"html": False, "linkify": False}).disable(["image"])


def blocks_of(text: str, *, below: int, table_name: str) -> list[Block]:
    """The blocks of a text. Its headings stand below the level `below`, whatever it began with, and leave none out;
    a table is called `table_name`."""
    tree = SyntaxTreeNode(_parser().parse(text))
    used = sorted({int(one.tag[1]) for one in tree.walk() if one.type == "heading"})
    return _blocks(tree.children, lambda level: min(6, below + 1 + used.index(level)), table_name)


def _blocks(nodes: Iterable[SyntaxTreeNode], level: Callable[[int], int], table_name: str) -> list[Block]:
    found: list[Block] = []
    for one in nodes:
        if one.type == "heading":
            found.append(Heading(level(int(one.tag[1])), plain("".join(each.text for each in _runs(one)))))
        elif one.type == "paragraph":
            found.append(Paragraph(_runs(one)))
        elif one.type in ("bullet_list", "ordered_list"):
            points = tuple(tuple(_no_headings(_blocks(each.children, level, table_name))) for each in one.children)
            found.append(Listing(points, numbered=one.type == "ordered_list"))
        elif one.type == "blockquote":
            inside = _blocks(one.children, level, table_name)
            found += [Quote(each.runs) if isinstance(each, Paragraph) else each for each in _no_headings(inside)]
        elif one.type in ("fence", "code_block"):
            found.append(Paragraph((run(one.content.rstrip("\n"), code=True),)))
        elif one.type == "table":
            found.append(_table(one, table_name))
    return found


def _no_headings(blocks: Iterable[Block]) -> list[Block]:
    """In lists and quotations a heading is a line in bold."""
    return [Paragraph((run(one.text, strong=True),)) if isinstance(one, Heading) else one for one in blocks]


def _table(node: SyntaxTreeNode, name: str) -> Table:
    rows = [[_runs(cell) for cell in row.children] for part in node.children for row in part.children]
    header = tuple("".join(each.text for each in cell) for cell in rows[0])
    return Table(name, header, tuple(tuple(row) for row in rows[1:]))


def _runs(node: SyntaxTreeNode) -> Runs:
    found: list[Run] = []
    for one in node.children:
        _into(one, {}, found)
    return tuple(found)


def _into(node: SyntaxTreeNode, looks: dict[str, bool | str], found: list[Run]) -> None:
    if node.type in ("text", "code_inline"):
        code: dict[str, bool | str] = {"code": True} if node.type == "code_inline" else {}
        found.append(run(node.content, **(looks | code)))
        return
    if node.type in ("softbreak", "hardbreak"):
        found.append(run(" " if node.type == "softbreak" else "\n"))
        return
    more: dict[str, bool | str] = {}
    if node.type in ("strong", "em"):
        more = {"strong" if node.type == "strong" else "emphasis": True}
    elif node.type == "link" and urlsplit(str(node.attrs.get("href", ""))).scheme in SCHEMES:
        more = {"href": plain(str(node.attrs["href"]))}
    for one in node.children:
        _into(one, looks | more, found)
