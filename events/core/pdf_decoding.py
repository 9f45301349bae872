"""The child process that counts the pages of an uploaded PDF: bytes on stdin; on stdout a line of JSON.

It runs as a file of its own, apart from the application (`python -I pdf_decoding.py`), with 512 MB and ten seconds. It
says either `{"pages": 12}` or `{"refused": "locked" | "unreadable"}`. Pages are found by walking through them: what a
file says about its own length need not be true.
"""

import json
import logging
import resource
import sys
from io import BytesIO

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 10


def confine() -> None:
    """Give this process little memory and time, and no right to write files."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # macOS refuses RLIMIT_AS; the other limits still hold
            continue


def counted(content: bytes) -> dict[str, object]:
    """How many pages a PDF has. One that is locked without a password of its own is opened, as every reader does."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        return {"refused": "locked"}
    pages = len(reader.pages)
    return {"pages": pages} if pages else {"refused": "unreadable"}


def answer(content: bytes) -> dict[str, object]:
    """What to tell the parent; hostile files make libraries fail in every way, so that each failure is a refusal."""
    try:
        return counted(content)
    except Exception:
        return {"refused": "unreadable"}


def main() -> None:
    """Read, count, answer."""
    confine()
    sys.stdout.write(json.dumps(answer(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
