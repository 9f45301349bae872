"""Addresses of pages, for letters and calendars: filled from the routes at start-up, always from the public address."""

from collections.abc import Callable

from events.core.settings import settings

_paths: list[Callable[..., str]] = []


def know_routes(path_for: Callable[..., str]) -> None:
    """From now on `path_for(name, **ids)` says where pages are."""
    _paths[:] = [path_for]


def path(name: str, **ids: object) -> str:
    """The path of a page, such as '/e/food-hack'."""
    if not _paths:
        raise RuntimeError("the routes are not known yet: start through frontend.app")
    return _paths[0](name, **{key: str(value) for key, value in ids.items()})


def link(name: str, **ids: object) -> str:
    """The full address of a page. Never made from a request, whose Host header anybody can set."""
    return settings().public_url.rstrip("/") + path(name, **ids)
