"""Badges and tickets as PDF: what stands on the printed pages, to be sent to a printer as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from events.core.translation import reader
from frontend.certificates import lettered
from frontend.qr_codes import dark_runs

# A4 standing, in millimetres: ten badges of 90 by 55, the size that sleeves are sold for.
MARGIN_X, MARGIN_Y, BADGE_WIDTH, BADGE_HEIGHT, COLUMNS, ROWS = 15, 11, 90, 55, 2, 5
INK, SOFT, LINE = (32, 32, 30), (92, 90, 84), (200, 198, 190)


@dataclass(frozen=True)
class Badge:
    """What stands on a badge; `address` is what its code leads to, `short` is to be typed."""

    event: str
    name: str
    organisation: str
    type: str
    short: str
    address: str


def badges_pdf(title: str, badges: Sequence[Badge]) -> bytes:
    """Badges on A4, ten on a page, with lines to cut along."""
    pdf = _started(title, "A4")
    for number, badge in enumerate(badges):
        at = number % (COLUMNS * ROWS)
        if at == 0:
            pdf.add_page()
        _draw(pdf, badge, MARGIN_X + (at % COLUMNS) * BADGE_WIDTH, MARGIN_Y + (at // COLUMNS) * BADGE_HEIGHT)
    return bytes(pdf.output())


def ticket_pdf(title: str, badge: Badge) -> bytes:
    """One ticket on a page of its own, the size of a postcard, its code as large as a camera likes it."""
    pdf = _started(title, (105, 148))
    pdf.add_page()
    _line(pdf, 10, 12, 85, 11, badge.event, SOFT)
    _code(pdf, badge.address, 20, 24, 65)
    _line(pdf, 10, 94, 85, 16, badge.short, INK, bold=True)
    _line(pdf, 10, 108, 85, 20, badge.name, INK, bold=True)
    _line(pdf, 10, 121, 85, 11, badge.organisation, INK)
    _line(pdf, 10, 128, 85, 10, badge.type, SOFT)
    return bytes(pdf.output())


def _started(title: str, size: str | tuple[float, float]) -> Any:  # fpdf2 is not typed closely enough
    from fpdf import FPDF

    pdf = FPDF(unit="mm", format=size)
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0
    lettered(pdf)
    pdf.set_lang(reader().locale)
    pdf.set_title(title)
    pdf.set_creator("Folkmoot")
    return pdf


def _draw(pdf: Any, badge: Badge, left: float, top: float) -> None:
    pdf.set_draw_color(*LINE)
    pdf.rect(left, top, BADGE_WIDTH, BADGE_HEIGHT)
    _line(pdf, left + 5, top + 5, 80, 8, badge.event, SOFT)
    _line(pdf, left + 5, top + 15, 49, 17, badge.name, INK, bold=True)
    _line(pdf, left + 5, top + 28, 49, 10, badge.organisation, INK)
    _line(pdf, left + 5, top + 46, 49, 9, badge.type, SOFT)
    _code(pdf, badge.address, left + 57, top + 12, 28)
    _line(pdf, left + 57, top + 44, 28, 10, badge.short, INK, bold=True)


def _line(
    pdf: Any, x: float, y: float, room: float, size: float, text: str, colour: tuple[int, ...], *, bold: bool = False
) -> None:
    """One line, made smaller until it fits, and cut when it never does."""
    pdf.set_text_color(*colour)
    pdf.set_font("Noto", "B" if bold else "", size)
    while size > 7 and pdf.get_string_width(text) > room:
        size -= 0.5
        pdf.set_font_size(size)
    while text and pdf.get_string_width(text) > room:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    pdf.set_xy(x, y)
    pdf.cell(room, size * 0.5, text)


def _code(pdf: Any, address: str, left: float, top: float, side: float) -> None:
    size, runs = dark_runs(address)
    step = side / size
    pdf.set_fill_color(0, 0, 0)
    for x, y, length in runs:
        pdf.rect(left + x * step, top + y * step, length * step, step, style="F")
