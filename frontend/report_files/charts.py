"""Charts of reports as pictures: bars with their names and numbers. What they say stands in words beside them."""

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from sessions.reports.documents import Figure

WIDTH, LINE, LEFT, GAP = 1200, 56, 420, 16
INK, BAR = (32, 32, 30), (27, 73, 101)


@cache
def _letters() -> bytes:
    from pymupdf_fonts import fontbuffers

    letters: bytes = fontbuffers["notos"]()  # type: ignore[no-untyped-call]  # the package ships no types
    return letters


def chart_png(figure: Figure) -> bytes:
    """A PNG of a bar chart, 1200 dots wide."""
    font = ImageFont.truetype(io.BytesIO(_letters()), 26)
    picture = Image.new("RGB", (WIDTH, GAP * 2 + LINE * len(figure.bars)), (255, 255, 255))
    pen, most = ImageDraw.Draw(picture), max((count for _name, count in figure.bars), default=1) or 1
    for number, (name, count) in enumerate(figure.bars):
        top = GAP + number * LINE
        pen.text((0, top + 8), _cut(name, font), fill=INK, font=font)
        end = LEFT + int((WIDTH - LEFT - 90) * count / most)
        pen.rectangle((LEFT, top + 6, end, top + LINE - 10), fill=BAR)
        pen.text((end + 14, top + 8), str(count), fill=INK, font=font)
    found = io.BytesIO()
    picture.save(found, "PNG", optimize=True)
    return found.getvalue()


def _cut(name: str, font: ImageFont.FreeTypeFont) -> str:
    while len(name) > 4 and font.getlength(name) > LEFT - GAP:
        name = name[:-2].rstrip("…") + "…"
    return name
