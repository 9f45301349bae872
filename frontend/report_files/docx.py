"""A document as DOCX (ECMA-376): styles for headings, contents, a language, and what pictures show in words.

Written as XML without a library (decision 32): the one there is takes a minute for hundreds of pages, holding up other
threads, and knows neither links nor contents nor what pictures show.
"""

import io
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from events.core import clock
from frontend.logos import Logo
from frontend.report_files import docx_parts
from frontend.report_files.charts import WIDTH, chart_png
from sessions.reports.documents import (
    Block,
    Document,
    Figure,
    Heading,
    Listing,
    Paragraph,
    Quote,
    Run,
    Runs,
    Table,
    headings,
)

DEEPEST_IN_CONTENTS = 3
SHOWN_WIDTH = 5_040_000  # of a picture, in English metric units: 14 cm
LOGO_HEIGHT = 504_000  # 14 mm


def report_docx(document: Document, logo: Logo | None = None) -> bytes:
    """The bytes of a DOCX."""
    writing = _Writing()
    body = "".join(
        (
            writing.logo(logo) if logo is not None else "",
            _styled("Title", _letters(document.title)),
            *(_styled("Subtitle", _letters(line)) for line in document.about),
            _styled("TOCHeading", _letters(document.contents)),
            *_contents([one for one in headings(document) if one.level <= DEEPEST_IN_CONTENTS]),
            writing.blocks(document.blocks),
        )
    )
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in docx_parts.around(document, clock.now(), writing.numbered).items():
            archive.writestr(name, text)
        archive.writestr("word/document.xml", docx_parts.document(body))
        for number, png in enumerate(writing.pictures, 1):
            archive.writestr(f"word/media/figure{number}.png", png)
        archive.writestr("word/_rels/document.xml.rels", docx_parts.relations(writing.links, len(writing.pictures)))
    return found.getvalue()


class _Writing:
    """A file on its way: its links, its pictures, and how many numbered lists it has."""

    def __init__(self) -> None:
        self.links: dict[str, str] = {}
        self.pictures: list[bytes] = []
        self.numbered = 0
        self.marks = 0

    def blocks(self, blocks: Iterable[Block], *, depth: int = 0) -> str:
        """In order; `depth` is in how many lists they are."""
        return "".join(self.block(one, depth) for one in blocks)

    def block(self, one: Block, depth: int) -> str:
        """One of them. Level 1 is the title, so that headings begin at 1 here."""
        if isinstance(one, Heading):
            return self.heading(one)
        if isinstance(one, Paragraph):
            return _paragraph(self.runs(one.runs), '<w:pStyle w:val="ListContinue"/>' if depth else "")
        if isinstance(one, Listing):
            return self.listing(one, depth)
        if isinstance(one, Quote):
            by = _styled("Caption", _letters(f"– {one.by}")) if one.by else ""
            return _styled("Quote", self.runs(one.runs)) + by
        if isinstance(one, Table):
            return self.table(one)
        return self.figure(one)

    def heading(self, one: Heading) -> str:
        """A heading with the mark that the contents lead to."""
        self.marks += 1
        mark = f'<w:bookmarkStart w:id="{self.marks}" w:name={quoteattr(one.anchor or "unnamed")}/>'
        end = f'<w:bookmarkEnd w:id="{self.marks}"/>'
        return _styled(f"Heading{min(6, one.level - 1)}", mark + _letters(one.text) + end)

    def listing(self, one: Listing, depth: int) -> str:
        """A list; each that is numbered has a count of its own, which begins at 1."""
        count = docx_parts.BULLETS
        if one.numbered:
            self.numbered += 1
            count = docx_parts.BULLETS + self.numbered
        place = f'<w:numPr><w:ilvl w:val="{min(2, depth)}"/><w:numId w:val="{count}"/></w:numPr>'
        found = []
        for point in one.points:
            first, rest = (point[0], point[1:]) if point and isinstance(point[0], Paragraph) else (Paragraph(()), point)
            assert isinstance(first, Paragraph)
            found.append(_paragraph(self.runs(first.runs), f'<w:pStyle w:val="ListParagraph"/>{place}'))
            found.append(self.blocks(rest, depth=depth + 1))
        return "".join(found)

    def table(self, one: Table) -> str:
        """A table whose head is repeated on each page."""
        head = "".join(_cell(_paragraph(_letters(name, "<w:b/>"))) for name in one.header)
        rows = "".join(
            f"<w:tr>{''.join(_cell(_paragraph(self.runs(cell))) for cell in row)}</w:tr>" for row in one.rows
        )
        grid = "<w:gridCol/>" * len(one.header)
        return (
            _styled("Caption", _letters(one.caption))
            + '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/>'
            + f'<w:tblLook w:firstRow="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
            + f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
            + _paragraph("")
        )

    def logo(self, one: Logo) -> str:
        """The programme's logo, in words too."""
        self.pictures.append(one.png)
        width, height = one.size
        shown = min(SHOWN_WIDTH, LOGO_HEIGHT * width // height)
        return _paragraph(docx_parts.picture(len(self.pictures), one.alt, shown, shown * height // width))

    def figure(self, one: Figure) -> str:
        """A chart, as a picture with its words."""
        png = chart_png(one)
        self.pictures.append(png)
        height = SHOWN_WIDTH * int.from_bytes(png[20:24], "big") // WIDTH
        picture = docx_parts.picture(len(self.pictures), one.alt, SHOWN_WIDTH, height)
        return _paragraph(picture) + _styled("Caption", _letters(one.caption))

    def runs(self, runs: Runs) -> str:
        """Letters, and links around them."""
        return "".join(self.run(one) for one in runs)

    def run(self, one: Run) -> str:
        """Some letters."""
        looks = '<w:rStyle w:val="Hyperlink"/>' if one.href else ""
        looks += '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/>' if one.code else ""
        looks += ("<w:b/>" if one.strong else "") + ("<w:i/>" if one.emphasis else "")
        letters = _letters(one.text, looks)
        if not one.href:
            return letters
        reference = self.links.setdefault(one.href, f"link{len(self.links) + 1}")
        return f'<w:hyperlink r:id="{reference}" w:history="1">{letters}</w:hyperlink>'


def _contents(shown: list[Heading]) -> list[str]:
    """A field that word processors can renew, filled already; each entry leads to its heading."""
    if not shown:
        return []
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o '
        f'"1-{DEEPEST_IN_CONTENTS - 1}" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    found = []
    for number, one in enumerate(shown):
        link = f"<w:hyperlink w:anchor={quoteattr(one.anchor)}>{_letters(one.text)}</w:hyperlink>"
        around = (begin if number == 0 else "") + link + (end if number == len(shown) - 1 else "")
        found.append(_styled(f"TOC{one.level - 1}", around))
    return found


def _letters(text: str, looks: str = "") -> str:
    lines = f"</w:t><w:br/>{_T}".join(escape(line) for line in text.split("\n"))
    return f"<w:r>{f'<w:rPr>{looks}</w:rPr>' if looks else ''}{_T}{lines}</w:t></w:r>"


_T = '<w:t xml:space="preserve">'


def _paragraph(inside: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inside}</w:p>"


def _styled(style: str, inside: str) -> str:
    return _paragraph(inside, f'<w:pStyle w:val="{style}"/>')


def _cell(inside: str) -> str:
    return f"<w:tc><w:tcPr/>{inside}</w:tc>"
