"""Decoding what people bring along in a child process with limits: a small hostile file can cost minutes of work."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

log = logging.getLogger(__name__)


class DecodersBusy(Exception):
    """As many as may decode at once are at it, and none has become free."""


class DecoderStopped(Exception):
    """The child took too long, or was ended by one of its limits."""


def decode_apart(program: Path, content: bytes, *, seconds: float, places: BoundedSemaphore) -> bytes:
    """What `program` (of our own, run alone) answers to a file on its standard input.

    Waits at most `seconds` for one of the `places`, and as long again for the answer. Raises DecodersBusy and
    DecoderStopped.
    """
    if not places.acquire(timeout=seconds):
        raise DecodersBusy
    try:
        child = subprocess.run(  # noqa: S603 - our own program, no words of the file among its arguments
            [sys.executable, "-I", str(program)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ},
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        log.warning("%s stopped after %s seconds", program.stem, seconds)
        raise DecoderStopped from expired
    finally:
        places.release()
    if child.returncode:  # killed by a limit, mostly SIGXCPU
        log.warning("%s ended with %s", program.stem, child.returncode)
        raise DecoderStopped
    return child.stdout
