"""How routes are made, one method each, and found by the shape of an address instead of one after the other."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import Receive, Scope, Send

Shape = tuple[int, str, str]


class Shelf(BaseRoute):
    """Routes that are looked up: of some four hundred patterns, an address is tried against the few that have as many
    parts as it and agree with it in the first and the third. The order among them is kept."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self.routes = list(routes)
        plain = [route for route in self.routes if isinstance(route, Route) and ":path}" not in route.path]
        if any(route.path.startswith("/{") for route in plain):
            raise ValueError("an address begins with a word, by which it is found")
        own = {id(route): _shape(route.path) for route in plain}  # not by the routes: they are compared by their values
        wanted = {shape: {shape, _any_third(shape)} for one in own.values() for shape in (one, _any_third(one))}
        shapes = [(route, own.get(id(route))) for route in self.routes]
        self._shapes: dict[Shape, list[BaseRoute]] = {
            shape: [route for route, its in shapes if its is None or its in fitting]
            for shape, fitting in wanted.items()
        }
        self._others = [route for route, its in shapes if its is None]

    def _candidates(self, path: str) -> list[BaseRoute]:
        shape = _shape(path)
        found = self._shapes.get(shape)
        return found if found is not None else self._shapes.get(_any_third(shape), self._others)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        partial: tuple[Match, Scope] = Match.NONE, {}
        for route in self._candidates(scope["path"].removeprefix(scope.get("root_path", ""))):
            match, child = route.matches(scope)
            if match is Match.FULL:
                return match, {**child, "route": route}
            if match is Match.PARTIAL and partial[0] is Match.NONE:
                partial = match, {**child, "route": route}
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["route"].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        for route in self.routes:
            try:
                return route.url_path_for(name, **path_params)
            except NoMatchFound:
                continue
        raise NoMatchFound(name, path_params)


def _shape(path: str) -> Shape:
    """How many parts a path has, and its first and third; a part that is a parameter is told as an empty one."""
    parts = ["" if part.startswith("{") else part for part in (path or "/").split("/")[1:]]
    return len(parts), parts[0], parts[2] if len(parts) > 2 else ""


def _any_third(shape: Shape) -> Shape:
    return (*shape[:2], "")


def get(path: str, page: Callable[..., Any], name: str) -> Route:
    """A page that only reads."""
    return Route(path, page, methods=["GET"], name=name)


def post(path: str, page: Callable[..., Any], name: str) -> Route:
    """Something that is done."""
    return Route(path, page, methods=["POST"], name=name)
