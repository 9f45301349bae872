"""Addresses of pages, for letters and calendars: filled from the routes at start-up, always from the public address."""

from collections.abc import Callable
from functools import lru_cache

from events.core.settings import settings

_paths: list[Callable[..., str]] = []
MOST_KEPT = 4096


def know_routes(path_for: Callable[..., str]) -> None:
    """From now on `path_for(name, **ids)` says where pages are."""
    _paths[:] = [path_for]
    _path.cache_clear()
    _pattern.cache_clear()


def path(name: str, **ids: object) -> str:
    """The path of a page, such as '/e/food-hack'."""
    if not _paths:
        raise RuntimeError("the routes are not known yet: start through frontend.app")
    return _path(_paths[0], name, **ids)


@lru_cache(maxsize=MOST_KEPT, typed=True)  # a page has dozens, most of them on all pages of an event
def _path(path_for: Callable[..., str], name: str, /, **ids: object) -> str:
    values = {key: str(value) for key, value in ids.items()}
    if not all(value and "/" not in value for value in values.values()):
        return path_for(name, **values)  # it says what is wrong with such an id, or knows what to do with it
    return _pattern(path_for, name, tuple(ids)).format_map(values)


@lru_cache(maxsize=MOST_KEPT)  # the router looks through all routes for each link, so the shape is asked for once
def _pattern(path_for: Callable[..., str], name: str, keys: tuple[str, ...]) -> str:
    return str(path_for(name, **{key: f"{{{key}}}" for key in keys}))


def link(name: str, **ids: object) -> str:
    """The full address of a page. Never made from a request, whose Host header anybody can set."""
    return settings().public_url.rstrip("/") + path(name, **ids)
