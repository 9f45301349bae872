"""Certificates as PDF: one page each, in the event's colour and its reader's language.

The letters come from Noto Sans as the package pymupdf-fonts brings it: Latin, Greek and Cyrillic with all their marks.
A name in another script is written as far as these letters go.
"""

import atexit
import io
import logging
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from events.certificates import Certificate, CertificateKind, Look
from events.core.files import content_of
from events.core.translation import Message, _, day_of, reader, written_for

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of tables that it drops, for every page

WIDTH, HEIGHT = 297, 210  # A4 lying, in millimetres
LEFT, RIGHT = 40, 25
INK, SOFT = (32, 32, 30), (92, 90, 84)

TITLES: dict[CertificateKind, Message] = {
    CertificateKind.PARTICIPANT: _("Certificate of participation"),
    CertificateKind.MENTOR: _("Certificate of mentoring"),
    CertificateKind.JUDGE: _("Certificate of jury service"),
    CertificateKind.WINNER: _("Award"),
}
SENTENCES: dict[CertificateKind, Message] = {
    CertificateKind.PARTICIPANT: _("has taken part in %(event)s."),
    CertificateKind.MENTOR: _("has mentored the teams of %(event)s."),
    CertificateKind.JUDGE: _("has served on the jury of %(event)s."),
    CertificateKind.WINNER: _("has won at %(event)s, with the team %(team)s:"),
}


@cache
def _fonts() -> tuple[Path, Path]:
    """The regular and the bold letters as files, written once per process."""
    from pymupdf_fonts import fontbuffers

    folder = Path(tempfile.mkdtemp(prefix="folkmoot-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    paths = folder / "regular.ttf", folder / "bold.ttf"
    for path, name in zip(paths, ("notos", "notosbo"), strict=True):
        letters: bytes = fontbuffers[name]()  # type: ignore[no-untyped-call]  # the package ships no types
        path.write_bytes(letters)
    return paths


def lettered(pdf: Any) -> None:
    """Give a document our letters, as the font "Noto"."""
    for style, path in zip(("", "B"), _fonts(), strict=True):
        pdf.add_font("Noto", style, path)


def certificate_pdf(look: Look, certificate: Certificate) -> bytes:
    """A certificate in the language of the person it is for."""
    from fpdf import FPDF

    with written_for(certificate.locale, certificate.zone):
        pdf = FPDF(orientation="landscape", unit="mm", format="A4")
        pdf.set_auto_page_break(False)
        pdf.c_margin = 0
        lettered(pdf)
        title = str(TITLES[certificate.kind])
        pdf.set_lang(reader().locale)
        pdf.set_title(f"{title}: {certificate.name}")
        pdf.set_author(look.programme)
        pdf.set_creator("Folkmoot")
        pdf.add_page()
        _draw(pdf, look, certificate, title)
        return bytes(pdf.output())


def _draw(pdf: Any, look: Look, certificate: Certificate, title: str) -> None:  # fpdf2 is not typed closely enough
    colour = tuple(int(look.colour[at : at + 2], 16) for at in (1, 3, 5))
    pdf.set_fill_color(*colour)
    pdf.rect(0, 0, 14, HEIGHT, style="F")
    pdf.rect(LEFT, 62, 26, 1.2, style="F")
    _logo(pdf, look)
    _line(pdf, 24, 13, look.programme, SOFT)
    _line(pdf, 38, 28, title, colour, bold=True)
    _line(pdf, 74, 34, certificate.name, INK, bold=True)
    said = (("event", look.event), ("team", certificate.team))
    y = _paragraph(pdf, 96, 15, str(Message(SENTENCES[certificate.kind].text, said)), INK)
    if certificate.prize:
        _line(pdf, y + 2, 20, certificate.prize, colour, bold=True)
        y += 14
        if certificate.challenge:
            y = _paragraph(pdf, y, 12, str(_("Challenge: %(title)s", title=certificate.challenge)), SOFT)
    y = _paragraph(pdf, y + 3, 12, _dates(look), SOFT)
    if look.words:
        _paragraph(pdf, y + 2, 12, look.words, INK, most=3)
    _signature(pdf, look)
    if look.funding:
        _paragraph(pdf, 196, 8, look.funding, SOFT, most=2)


def _dates(look: Look) -> str:
    if look.begins is None or look.ends is None:
        return ""
    first, last = day_of(look.begins, look.zone), day_of(look.ends, look.zone)
    return first if first == last else f"{first} – {last}"


def _logo(pdf: Any, look: Look) -> None:
    if look.logo is not None:
        pdf.image(io.BytesIO(content_of(look.logo)), x=WIDTH - RIGHT - 60, y=18, w=60, h=30, keep_aspect_ratio=True)


def _signature(pdf: Any, look: Look) -> None:
    if look.signed_by or look.signed_as:
        pdf.set_draw_color(*SOFT)
        pdf.line(LEFT, 174, LEFT + 80, 174)
        _line(pdf, 175, 11, look.signed_by, INK, most=120)
        _line(pdf, 181, 10, look.signed_as, SOFT, most=120)


def _line(
    pdf: Any, y: float, size: float, text: str, colour: tuple[int, ...], *, bold: bool = False, most: float = 0
) -> None:
    """One line, made smaller until it fits."""
    room = most or WIDTH - LEFT - RIGHT - (65 if y < 50 else 0)
    pdf.set_text_color(*colour)
    pdf.set_font("Noto", "B" if bold else "", size)
    while size > 7 and pdf.get_string_width(text) > room:
        size -= 0.5
        pdf.set_font_size(size)
    pdf.set_xy(LEFT, y)
    pdf.cell(room, size * 0.5, text)


def _paragraph(pdf: Any, y: float, size: float, text: str, colour: tuple[int, ...], *, most: int = 2) -> float:
    """Some lines; answers where they end."""
    if not text:
        return y
    pdf.set_text_color(*colour)
    pdf.set_font("Noto", "", size)
    step = size * 0.5
    lines = pdf.multi_cell(WIDTH - LEFT - RIGHT, step, text, dry_run=True, output="LINES")
    for number, line in enumerate(lines[:most]):
        pdf.set_xy(LEFT, y + number * step)
        pdf.cell(WIDTH - LEFT - RIGHT, step, line)
    return float(y + min(len(lines), most) * step)


class _Pieces(io.RawIOBase):
    """A file that a ZIP is written into, and that gives back what has come since the last time."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.waiting.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        found, self.waiting = b"".join(self.waiting), []
        return found


def certificates_zip(look: Look, certificates: list[Certificate]) -> Iterator[bytes]:
    """A ZIP of all certificates, piece by piece as they are made: a thousand take half a minute."""
    pieces, names = _Pieces(), dict[str, int]()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_STORED) as archive:  # PDFs are small already
        for one in certificates:
            archive.writestr(_file_name(one, names), certificate_pdf(look, one))
            yield pieces.take()
    yield pieces.take()


def _file_name(certificate: Certificate, taken: dict[str, int]) -> str:
    """'Bo Berg, participant.pdf'; the second of the same name is numbered."""
    name = "".join(letter if letter.isalnum() or letter in " -'" else "_" for letter in certificate.name).strip()
    base = f"{name}, {certificate.prize or certificate.kind}".replace("/", "_").replace("\\", "_")[:120]
    taken[base] = taken.get(base, 0) + 1
    return f"{base}.pdf" if taken[base] == 1 else f"{base} ({taken[base]}).pdf"
