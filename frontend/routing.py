"""How an address is written down: path, page function, name; and a route that is quickly passed over."""

from typing import Any

from starlette.routing import Match, Route
from starlette.types import Scope


class OurRoute(Route):
    """A route that sees by the beginning and the end of an address that it is not meant: of a hundred and fifty
    patterns, nearly all."""

    def __init__(self, path: str, *given: Any, **options: Any) -> None:
        super().__init__(path, *given, **options)
        self.begins, self.ends = path.partition("{")[0], path.rpartition("}")[2]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope["path"]
        if path.endswith(self.ends) and (path.startswith(self.begins) or scope.get("root_path")):
            return super().matches(scope)
        return Match.NONE, {}


def get(path: str, page: object, name: str) -> Route:
    """A page that only reads."""
    return OurRoute(path, page, methods=["GET"], name=name)


def post(path: str, page: object, name: str) -> Route:
    """Something that is done."""
    return OurRoute(path, page, methods=["POST"], name=name)
