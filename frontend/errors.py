"""What goes wrong has a page: refusals become statuses here and nowhere else; anything else is a bug with an id."""

import logging
from collections.abc import Callable
from urllib.parse import quote

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from events.core import journal
from events.core.database import reading
from events.core.limits import TooOften
from events.core.links import path
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from events.core.translation import Message, _
from frontend.cookies import GUEST, cookie_of

log = logging.getLogger("folkmoot.errors")

STATUSES: tuple[tuple[type[Refusal], int], ...] = (
    (TooOften, 429),
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Invalid, 422),
)

HEADLINES: dict[int, Message] = {
    400: _("This could not be read"),
    403: _("Not yours to open"),
    404: _("Nothing here"),
    405: _("This does not work that way"),
    409: _("Not now"),
    413: _("Too large"),
    422: _("Something is missing"),
    429: _("A little too fast"),
    500: _("Something broke"),
    503: _("Just a moment"),
}

SENTENCES: dict[int, Message] = {
    400: _("Your browser sent something we cannot read. Go back, reload the page and try again."),
    403: _("This was sent from another site, so nothing was done. Open the page here and try again."),
    404: _("There is nothing at this address. It may have been moved or taken away."),
    405: _("This address is not a page. Go back and use the button there."),
    413: _("This is larger than we can take. Hand in a smaller file."),
    429: _("That was a little too fast. Wait a minute and try again; nothing was lost."),
    500: _("This is our fault, and it was written down. Nothing was changed; try again in a minute."),
    503: _("The database is busy. Nothing was changed; try again in a minute."),
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return next(status for kind, status in STATUSES if isinstance(refusal, kind))


def plain_problem(status: int) -> Response:
    """A problem told before any page is reached, in plain text."""
    response = PlainTextResponse(str(SENTENCES[status]) + "\n", status)
    if status == 429:
        response.headers["retry-after"] = "60"
    return response


def problem(request: Request, status: int, sentence: Message | str, *, sent: bool = False) -> Response:
    """The page for what went wrong: headline, sentence, ways out, and the id of the request. Scripts read whether it
    was `sent` already, so that what they wanted is done."""
    from frontend.rendering import render
    from frontend.web import actor_of, greet, wants_json  # the wrapper of pages uses this module too

    greet(request)
    try:
        with reading() as db:
            actor_of(db, request)
    except Exception:
        log.exception("the reader of a problem could not be loaded")
    if wants_json(request):
        said = {"ok": False, "message": str(sentence), "ref": journal.request_id.get()}
        return JSONResponse(said | {"sent": True} if sent else said, status)
    headline = HEADLINES.get(status, HEADLINES[500])
    return render(request, "problem.html", status=status, headline=headline, sentence=sentence, ways=_ways(request))


def _ways(request: Request) -> list[tuple[Message, str]]:
    if getattr(request.state, "guest", False):
        return [(_("Go to your submissions"), path("guest_desk"))]
    ways = [(_("Go to your home"), path("home")), (_("See all events"), path("events"))]
    signed_in = getattr(request.state, "person", None) is not None
    return ways if signed_in else [*ways, (_("Sign in"), path("sign_in"))]


def _in_thread(make: Callable[[Request, Exception], Response]) -> Callable[[Request, Exception], object]:
    async def handler(request: Request, error: Exception) -> Response:
        return await anyio.to_thread.run_sync(make, request, error)

    return handler


def _refused(request: Request, error: Exception) -> Response:
    from frontend.web import SentAlready  # as above

    assert isinstance(error, Refusal)
    response = problem(request, status_of(error), error.message, sent=isinstance(error, SentAlready))
    if isinstance(error, TooOften):
        response.headers["retry-after"] = str(error.wait)
    return response


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    response = problem(request, status, SENTENCES.get(status, SENTENCES[400]))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _sign_in_first(request: Request, error: Exception) -> Response:
    if getattr(request.state, "for_guests", False) and cookie_of(request, GUEST):
        return RedirectResponse(path("guest_desk"), 303)  # which says that they are signed in no more
    here = request.url.path + ("?" + request.url.query if request.url.query else "")
    door = path("sign_in")
    return RedirectResponse(f"{door}?next={quote(here)}" if request.method == "GET" else door, 303)


def _bug(request: Request, error: Exception) -> Response:
    log.error("unexpected error in request %s", journal.request_id.get(), exc_info=error)
    return problem(request, 500, SENTENCES[500])


def handlers() -> dict[object, object]:
    """The exception handlers of the application."""
    from frontend.web import SignInFirst

    return {
        Refusal: _in_thread(_refused),
        HTTPException: _in_thread(_http),
        SignInFirst: _in_thread(_sign_in_first),
        Exception: _in_thread(_bug),
    }
