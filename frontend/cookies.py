"""Our cookies: host-only, HttpOnly, and Secure wherever people reach us by https."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from events.core.settings import settings

HALL = "folkmoot-hall"
SIGN_IN = "folkmoot"
GUEST = "folkmoot-guest"
BROWSER = "folkmoot-browser"
LANGUAGE = "folkmoot-language"
FLASH = "folkmoot-flash"


def cookie_name(name: str) -> str:
    """The name with the prefix that browsers enforce, where they can."""
    return f"__Host-{name}" if settings().https else name


def cookie_of(request: HTTPConnection, name: str) -> str:
    """A cookie's value, '' if there is none."""
    return request.cookies.get(cookie_name(name), "")[:4000]


def set_cookie(response: Response, name: str, value: str, *, seconds: int) -> None:
    """Give the browser a cookie for so long."""
    response.set_cookie(
        cookie_name(name), value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=settings().https
    )


def drop_cookie(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(cookie_name(name), path="/", httponly=True, samesite="lax", secure=settings().https)
