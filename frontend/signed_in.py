"""Who holds a socket: the same sign-in cookie as on pages."""

from http.cookies import CookieError, SimpleCookie

from events.core.database import reading
from events.signin import find_holder
from frontend.cookies import SIGN_IN, cookie_name


def authenticate(cookie_header: str) -> tuple[int, int] | None:
    """(sign-in id, person id) for a Cookie header, None for visitors. Asks the database: call it in a thread."""
    try:
        cookies = SimpleCookie(cookie_header)
    except CookieError:
        return None
    morsel = cookies.get(cookie_name(SIGN_IN))
    if morsel is None:
        return None
    with reading() as db:
        return find_holder(db, morsel.value)
