"""A document as PDF/UA-1: tagged, with its language, headings, links and what pictures show in words (decision 32).

Typst gets our template and the document as JSON, in a folder of its own in which nothing else is.
"""

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from frontend.logos import Logo
from frontend.report_files.charts import chart_png
from sessions.reports.documents import Block, Document, Figure, Heading, Listing, Paragraph, Quote, Run, Table

TEMPLATE = Path(__file__).with_name("report.typ")
FACES = ("notos", "notosbo", "notosit", "notosbi")


@cache
def _fonts() -> Path:
    """The letters as files, written once per process."""
    from pymupdf_fonts import fontbuffers

    folder = Path(tempfile.mkdtemp(prefix="folkmoot-report-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in FACES:
        letters: bytes = fontbuffers[name]()  # type: ignore[no-untyped-call]  # the package ships no types
        (folder / f"{name}.ttf").write_bytes(letters)
    return folder


def report_pdf(document: Document, logo: Logo | None = None) -> bytes:
    """The bytes of a PDF. Takes a second for hundreds of pages, without keeping other threads waiting."""
    import typst

    with tempfile.TemporaryDirectory(prefix="folkmoot-report-") as place:
        folder = Path(place)
        writing = _Writing(folder)
        content = {
            "title": document.title, "language": document.language, "author": document.author,
            "about": list(document.about), "contents": document.contents, "blocks": writing.blocks(document.blocks),
            "logo": writing.logo(logo) if logo is not None else None,
        }  # fmt: skip
        (folder / "document.json").write_text(json.dumps(content), encoding="utf-8")
        shutil.copy(TEMPLATE, folder / "report.typ")
        return bytes(
            typst.compile(
                str(folder / "report.typ"), root=place, font_paths=[str(_fonts())], ignore_system_fonts=True,
                format="pdf", pdf_standards=["ua-1"],
            )
        )  # fmt: skip


class _Writing:
    """Blocks as the template reads them; pictures become files beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pictures = folder, 0

    def blocks(self, blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
        """In order."""
        return [self.block(one) for one in blocks]

    def block(self, one: Block) -> dict[str, Any]:
        """One of them; the title is none of the headings, which begin at 1 here."""
        if isinstance(one, Heading):
            return {"kind": "heading", "level": one.level - 1, "text": one.text, "anchor": one.anchor or "unnamed"}
        if isinstance(one, Paragraph):
            return {"kind": "paragraph", "runs": _runs(one.runs)}
        if isinstance(one, Listing):
            return {"kind": "list", "numbered": one.numbered, "points": [self.blocks(each) for each in one.points]}
        if isinstance(one, Quote):
            return {"kind": "quote", "by": one.by, "runs": _runs(one.runs)}
        if isinstance(one, Table):
            rows = [[{"runs": _runs(cell)} for cell in row] for row in one.rows]
            return {"kind": "table", "caption": one.caption, "columns": len(one.header), "header": list(one.header),
                    "rows": rows}  # fmt: skip
        return self.figure(one)

    def logo(self, one: Logo) -> dict[str, str]:
        """The programme's logo."""
        (self.folder / "logo.png").write_bytes(one.png)
        return {"file": "logo.png", "alt": one.alt}

    def figure(self, one: Figure) -> dict[str, Any]:
        """A chart, as a picture."""
        self.pictures += 1
        name = f"figure-{self.pictures}.png"
        (self.folder / name).write_bytes(chart_png(one))
        return {"kind": "figure", "file": name, "alt": one.alt, "caption": one.caption}


def _runs(runs: tuple[Run, ...]) -> list[dict[str, Any]]:
    return [
        {"text": one.text, "strong": one.strong, "emphasis": one.emphasis, "code": one.code, "href": one.href}
        for one in runs
    ]
