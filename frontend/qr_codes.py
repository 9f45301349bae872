"""QR codes as a path on a grid, which templates put into an SVG element."""

from dataclasses import dataclass
from functools import lru_cache

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode


@dataclass(frozen=True)
class QrDrawing:
    """A square of `size` modules, the dark ones drawn as one path."""

    size: int
    path: str


@lru_cache(maxsize=512)
def qr_of(text: str) -> QrDrawing:
    """The QR code of a text, with a seventh of it to spare for dirt and folds."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    return QrDrawing(len(rows), "".join(_runs(y, row) for y, row in enumerate(rows)))


def _runs(y: int, row: list[bool]) -> str:
    """The dark stretches of a row as rectangles of one module's height."""
    drawn, start = [], None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            drawn.append(f"M{start} {y}h{x - start}v1H{start}z")
            start = None
    return "".join(drawn)
