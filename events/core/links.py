"""Addresses of pages, for letters and calendars: filled from the routes at start-up, always from the public address."""

from collections.abc import Callable

from events.core.settings import settings

_paths: list[Callable[..., str]] = []
_patterns: dict[tuple[Callable[..., str], str, tuple[str, ...]], str] = {}


def know_routes(path_for: Callable[..., str]) -> None:
    """From now on `path_for(name, **ids)` says where pages are."""
    _paths[:] = [path_for]
    _patterns.clear()


def path(name: str, **ids: object) -> str:
    """The path of a page, such as '/e/food-hack'."""
    if not _paths:
        raise RuntimeError("the routes are not known yet: start through frontend.app")
    values = {key: str(value) for key, value in ids.items()}
    if not all(value and "/" not in value for value in values.values()):
        return _paths[0](name, **values)  # it says what is wrong with such an id, or knows what to do with it
    # The router looks through all routes for each link; a page has dozens, so the shape is asked for once.
    shape = (_paths[0], name, tuple(ids))
    if shape not in _patterns:
        _patterns[shape] = str(_paths[0](name, **{key: f"{{{key}}}" for key in ids}))
    return _patterns[shape].format_map(values)


def link(name: str, **ids: object) -> str:
    """The full address of a page. Never made from a request, whose Host header anybody can set."""
    return settings().public_url.rstrip("/") + path(name, **ids)
