"""Pictures that people bring along: made anew from their pixels in a child process, so that nothing else comes in."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from events.core.refusals import Conflict, Invalid
from events.core.translation import _

log = logging.getLogger(__name__)

MOST_BYTES = 5_000_000
DECODER = Path(__file__).with_name("picture_decoding.py")
DECODER_SECONDS = 20
STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_decoders = BoundedSemaphore(2)  # half a gigabyte each


@dataclass(frozen=True)
class Picture:
    """A picture that we have made ourselves: WebP without metadata, at most 1600 pixels long."""

    content: bytes
    width: int
    height: int


def clean_picture(content: bytes, field: str = "picture") -> Picture:
    """The picture in an uploaded JPEG, PNG or WebP file, made anew: at most 5 MB and 25 million pixels.

    May take 20 seconds: never call it inside a transaction. Refuses what is no such picture, at `field`.
    """
    if len(content) > MOST_BYTES:
        raise Invalid({field: _("This picture is larger than %(limit)s MB.", limit=MOST_BYTES // 1_000_000)})
    if not content.startswith(STARTS):
        raise _unreadable(field)
    if not _decoders.acquire(timeout=DECODER_SECONDS):
        raise Conflict(_("Other pictures are being read just now. Try again in a minute."))
    try:
        child = subprocess.run(  # noqa: S603 - our own program, no words of the file among its arguments
            [sys.executable, "-I", str(DECODER)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=DECODER_SECONDS,
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ},
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        log.warning("picture decoder stopped after %s seconds", DECODER_SECONDS)
        raise _too_large(field) from expired
    finally:
        _decoders.release()
    if child.returncode:  # killed by a limit, mostly SIGXCPU
        log.warning("picture decoder ended with %s", child.returncode)
        raise _too_large(field)
    line, _newline, picture = child.stdout.partition(b"\n")
    said = json.loads(line)
    if "refused" in said:
        raise _too_large(field) if said["refused"] == "too_large" else _unreadable(field)
    return Picture(picture, int(said["width"]), int(said["height"]))


def _unreadable(field: str) -> Invalid:
    return Invalid({field: _("This is not a picture we can read. Save it as JPEG, PNG or WebP and try again.")})


def _too_large(field: str) -> Invalid:
    return Invalid({field: _("This picture has too many pixels. Make it smaller and try again.")})
