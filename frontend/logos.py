"""Logos as mail programs can show them: PNG, which Outlook reads while it reads no WebP, and not larger than needed."""

import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from events.core.database import Database
from events.core.files import StoredFile, content_of
from events.programme_logos import logo_of
from events.programmes import Programme

# Twice what is shown, for screens with small dots.
MOST = (640, 160)


@dataclass(frozen=True)
class Logo:
    """A programme's logo as PNG, and in words."""

    png: bytes
    alt: str

    @property
    def size(self) -> tuple[int, int]:
        """How wide and how high it is, in dots, as every PNG says at its beginning."""
        return int.from_bytes(self.png[16:20], "big"), int.from_bytes(self.png[20:24], "big")


def logo_for(db: Database, programme: Programme) -> Logo | None:
    """The logo that stands on a programme's documents, if it has one."""
    found = logo_of(db, programme)
    return Logo(logo_png(found), programme.name) if found is not None else None


def logo_png(file: StoredFile) -> bytes:
    """A stored logo as PNG; made once per process. It is a picture of our own making, so that it opens here."""
    return _made(file.sha256, content_of(file))


@lru_cache(maxsize=64)
def _made(_mark: str, content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGBA")
        picture.thumbnail(MOST)
        written = io.BytesIO()
        picture.save(written, "PNG", optimize=True)
    return written.getvalue()
