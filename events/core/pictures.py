"""Pictures that people bring along: made anew from their pixels in a child process, so that nothing else comes in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from events.core.decoding import DecodersBusy, DecoderStopped, decode_apart
from events.core.files import ReadyFile, cleared_up, make_ready
from events.core.refusals import Conflict, Invalid
from events.core.translation import _

MOST_BYTES = 5_000_000
DECODER = Path(__file__).with_name("picture_decoding.py")
DECODER_SECONDS = 20
STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_decoders = BoundedSemaphore(2)  # half a gigabyte each


@dataclass(frozen=True)
class Picture:
    """A picture that we have made ourselves, ready to be stored."""

    file: ReadyFile
    width: int
    height: int


@dataclass(frozen=True)
class CleanPicture:
    """A picture that we have made ourselves: WebP without metadata, at most 1600 pixels long."""

    content: bytes
    width: int
    height: int

    def made_ready(self) -> Picture:
        """The same on the disk; never inside a transaction."""
        return Picture(make_ready("picture.webp", self.content), self.width, self.height)


@contextmanager
def ready_picture(content: bytes | None, field: str = "picture") -> Iterator[Picture | None]:
    """Around the transaction that stores it: the picture in an uploaded file, made anew, and cleared up behind it."""
    if content is None:
        yield None
        return
    picture = clean_picture(content, field).made_ready()
    with cleared_up([picture.file]):
        yield picture


def clean_picture(content: bytes, field: str = "picture") -> CleanPicture:
    """The picture in an uploaded JPEG, PNG or WebP file, made anew: at most 5 MB and 25 million pixels.

    May take 20 seconds: never call it inside a transaction. Refuses what is no such picture, at `field`.
    """
    if len(content) > MOST_BYTES:
        raise Invalid({field: _("This picture is larger than %(limit)s MB.", limit=MOST_BYTES // 1_000_000)})
    if not content.startswith(STARTS):
        raise _unreadable(field)
    try:
        answer = decode_apart(DECODER, content, seconds=DECODER_SECONDS, places=_decoders)
    except DecodersBusy as busy:
        raise Conflict(_("Other pictures are being read just now. Try again in a minute.")) from busy
    except DecoderStopped as stopped:
        raise _too_large(field) from stopped
    line, _newline, picture = answer.partition(b"\n")
    said = json.loads(line)
    if "refused" in said:
        raise _too_large(field) if said["refused"] == "too_large" else _unreadable(field)
    return CleanPicture(picture, int(said["width"]), int(said["height"]))


def _unreadable(field: str) -> Invalid:
    return Invalid({field: _("This is not a picture we can read. Save it as JPEG, PNG or WebP and try again.")})


def _too_large(field: str) -> Invalid:
    return Invalid({field: _("This picture has too many pixels. Make it smaller and try again.")})
