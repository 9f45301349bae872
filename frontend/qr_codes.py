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
    size, runs = dark_runs(text)
    return QrDrawing(size, "".join(f"M{x} {y}h{length}v1H{x}z" for x, y, length in runs))


def dark_runs(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """How many modules a code has on each side, and its dark stretches: column, row, length."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    return len(rows), [run for y, row in enumerate(rows) for run in _runs(y, row)]


def _runs(y: int, row: list[bool]) -> list[tuple[int, int, int]]:
    drawn, start = list[tuple[int, int, int]](), None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            drawn.append((start, y, x - start))
            start = None
    return drawn
