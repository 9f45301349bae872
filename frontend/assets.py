"""Style sheets, modules and pictures, from our own origin: their addresses change when any of them does."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

STATIC = Path(__file__).parent / "static"
NODE_MODULES = Path(__file__).parent.parent / "node_modules"
VENDOR = {
    "vendor/htmx.min.js": NODE_MODULES / "htmx.org" / "dist" / "htmx.min.js",
    "vendor/socket.io.esm.min.js": NODE_MODULES / "socket.io-client" / "dist" / "socket.io.esm.min.js",
}
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}


@cache
def files() -> dict[str, Path]:
    """Everything that is served, by its path under /static/<build>/."""
    own = {str(path.relative_to(STATIC)): path for path in STATIC.rglob("*") if path.suffix in TYPES}
    return own | {name: path for name, path in VENDOR.items() if path.exists()}


@cache
def build() -> str:
    """One name for the present state of all files. It stands in the path, so that modules find each other in it."""
    total = hashlib.sha256()
    for name, path in sorted(files().items()):
        total.update(name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file: asset('css/base.css')."""
    return f"/static/{build()}/{name}"


async def serve_asset(request: Request) -> Response:
    """A file; kept for a year by browsers when asked for under its present build."""
    path = files().get(request.path_params["path"])
    if path is None:
        raise HTTPException(404)
    fresh = request.path_params["build"] == build()
    return FileResponse(
        path,
        media_type=TYPES[path.suffix],
        headers={"cache-control": "public, max-age=31536000, immutable" if fresh else "no-cache"},
    )


def forget_build() -> None:
    """Look at the files again; for development."""
    files.cache_clear()
    build.cache_clear()
