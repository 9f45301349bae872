"""Marks: by them a program knows that the file which it has is the newest (RFC 9110 sections 8.8.3 and 13.1.2)."""

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response


def knows(request: Request, mark: str) -> bool:
    """Whether whoever asks has what this mark stands for."""
    asked = request.headers.get("if-none-match", "").split(",")
    return mark in {one.strip().removeprefix("W/") for one in asked}


def marked(request: Request, body: bytes, *, media_type: str, headers: Mapping[str, str]) -> Response:
    """A file with its mark; only that it is still the same for who has it."""
    mark = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
    with_mark = {**headers, "etag": mark}
    if knows(request, mark):
        return Response(status_code=304, headers=with_mark)
    return Response(body, media_type=media_type, headers=with_mark)
