"""Files that people handed in, sent to be saved and never to be shown."""

from urllib.parse import quote

from starlette.responses import Response


def attachment(content: bytes, name: str, media_type: str) -> Response:
    """Only ever to be saved: a file that somebody handed in never runs as a page of ours."""
    plain = "".join(letter if (letter.isascii() and letter.isalnum()) or letter in "._-" else "_" for letter in name)
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
            "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "cache-control": "private, no-store",
        },
    )
