"""Style sheets, modules and pictures, from our own origin: their addresses change when any of them does."""

import hashlib
import re
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
    "vendor/yjs/yjs.js": NODE_MODULES / "yjs" / "dist" / "yjs.mjs",
}
# What Yjs stands on: small modules that import each other.
LIB0 = "vendor/lib0/"
# Yjs and lib0 name lib0's modules without a path, which browsers do not know; there is no bundler that would.
IMPORTED = re.compile(r"(?:from|import) '((?:lib0/|\./|\.\./)[^']+)'")
BARE = re.compile(rb"(?<=from ')lib0/([a-z0-9./-]+?)(?:\.js)?(?=')")
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}


@cache
def files() -> dict[str, Path]:
    """Everything that is served, by its path under /static/<build>/."""
    own = {str(path.relative_to(STATIC)): path for path in STATIC.rglob("*") if path.suffix in TYPES}
    theirs = {name: path for name, path in VENDOR.items() if path.exists()}
    return own | theirs | _imported_by(theirs.get("vendor/yjs/yjs.js"))


def _imported_by(module: Path | None) -> dict[str, Path]:
    """The modules of lib0 that Yjs imports, and that those import."""
    found: dict[str, Path] = {}
    waiting = [module] if module else []
    lib0 = NODE_MODULES / "lib0"
    while waiting:
        path = waiting.pop()
        for named in IMPORTED.findall(path.read_text(encoding="utf-8")):
            bare = named.startswith("lib0/")
            other = (lib0 / named.removeprefix("lib0/") if bare else path.parent / named).resolve()
            other = other if other.suffix == ".js" else other.with_name(other.name + ".js")
            name = f"{LIB0}{other.relative_to(lib0.resolve()).as_posix()}"
            if name not in found:
                found[name] = other
                waiting.append(other)
    return found


@cache
def with_paths(name: str) -> bytes:
    """A module of Yjs or lib0 with the paths of what it imports."""
    up = "../" * name.removeprefix("vendor/").count("/")
    return BARE.sub(f"{up}lib0/".encode() + rb"\1.js", files()[name].read_bytes())


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
    headers = {"cache-control": "public, max-age=31536000, immutable" if fresh else "no-cache"}
    name = request.path_params["path"]
    if name.startswith((LIB0, "vendor/yjs/")):
        return Response(with_paths(name), media_type=TYPES[".js"], headers=headers)
    return FileResponse(path, media_type=TYPES[path.suffix], headers=headers)
