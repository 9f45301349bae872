"""The child process that opens an uploaded picture: bytes on stdin; on stdout a line of JSON, then the new picture.

It runs as a file of its own, apart from the application (`python -I picture_decoding.py`), with 512 MB and ten seconds.
What it writes is made of pixels only: no metadata, no colour profile, no second frame. The line says either
`{"width": 640, "height": 480}` or `{"refused": "unreadable" | "too_large"}`.
"""

import json
import resource
import sys
from io import BytesIO

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 10
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP")


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


def made_anew(content: bytes) -> tuple[dict[str, object], bytes]:
    """The picture as WebP, at most 1600 pixels long; its size is read from the header before it is decoded."""
    from PIL import Image, ImageOps

    with Image.open(BytesIO(content), formats=FORMATS) as opened:
        width, height = opened.size
        if width * height > MOST_PIXELS:
            return {"refused": "too_large"}, b""
        upright = ImageOps.exif_transpose(opened)
        clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
        picture = upright.convert("RGBA" if clear else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    written = BytesIO()
    plain.save(written, "WEBP", quality=84)
    return {"width": plain.width, "height": plain.height}, written.getvalue()


def answer(content: bytes) -> tuple[dict[str, object], bytes]:
    """What to tell the parent; hostile files make libraries fail in every way, so that each failure is a refusal."""
    try:
        return made_anew(content)
    except MemoryError:
        return {"refused": "too_large"}, b""
    except Exception:
        return {"refused": "unreadable"}, b""


def main() -> None:
    """Read, make anew, answer."""
    confine()
    said, picture = answer(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + picture)


if __name__ == "__main__":
    main()
