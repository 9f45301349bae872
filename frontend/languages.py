"""In which language a page is written: the person's, else the one chosen in this browser, else what it asks for."""

from starlette.requests import HTTPConnection

from events.core.translation import LANGUAGES, best_locale
from frontend.cookies import LANGUAGE, cookie_of


def language_of(request: HTTPConnection) -> str:
    """The language for somebody we do not know by name."""
    chosen = cookie_of(request, LANGUAGE)
    return chosen if chosen in LANGUAGES else best_locale(request.headers.get("accept-language", ""))
