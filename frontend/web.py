"""How pages are written: read, open, do, answer. Pages are plain functions; this wraps them for the event loop."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial, wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

import anyio
import anyio.to_thread
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, one_look, reading, transaction
from events.core.limits import TooOften
from events.core.links import path as path_of
from events.core.refusals import Conflict, Invalid, Refusal
from events.core.repeats import SentBefore, Taking, answer_to, give_back, once, remember_answer
from events.core.settings import settings
from events.core.tokens import digest, same
from events.core.translation import At, Message, _, set_reader
from events.people import Person
from events.roles import actor_for
from events.rounds.guest_signin import find_guest, note_guest_seen
from events.signin import find_sign_in, form_token, note_seen
from frontend.cookies import GUEST, SIGN_IN, cookie_of
from frontend.errors import status_of
from frontend.form_keys import note_keys
from frontend.forms import sentences
from frontend.kept_pages import keep_page
from frontend.languages import language_of
from frontend.rendering import remember_flash
from frontend.rendering import render as render

log = logging.getLogger("folkmoot.web")

MOST_FIELDS = 500
MOST_FILES = 10
SEEN_EVERY = 600


class Form(BaseModel):
    """What a form sends, stripped; fields that nobody asked for are refused. Commands say what is required."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, arbitrary_types_allowed=True)


@dataclass(frozen=True)
class Upload:
    """A file that came with a form."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Filled:
    """A form as a page shows it: what was typed, what is wrong with it, and why it was refused as a whole."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, list[Message | str]] = field(default_factory=dict)
    refused: bool = False

    def with_values(self, **values: Any) -> "Filled":
        """The form with these values, unless something was typed already."""
        return self if self.refused else Filled(values, self.errors)


NOTHING = Filled()

Page = Callable[..., Response]
Endpoint = Callable[[Request], Awaitable[Response]]
F = TypeVar("F", bound=Form)


class SignInFirst(Exception):
    """A page that only signed-in people can see was asked for by a visitor."""


_limiters: dict[str, anyio.CapacityLimiter] = {}


def limiter(kind: str) -> anyio.CapacityLimiter:
    """How many pages of a kind run at once. Writers wait for their turn on the loop, so they never starve readers."""
    if kind not in _limiters:
        _limiters[kind] = anyio.CapacityLimiter({"read": 16, "write": 4 if settings().sqlite else 12}[kind])
    return _limiters[kind]


def forget_limiters() -> None:
    """Limiters belong to one event loop; the next one makes its own."""
    _limiters.clear()


def page(
    *, form: type[Form] | None = None, again: Page | Endpoint | None = None, signed_in: bool = False,
    kept: bool = False, guests: bool = False,
) -> Callable[[Page], Endpoint]:  # fmt: skip
    """Make an endpoint of a plain page function.

    Without `form` it only reads. With `form` it is sent to: the form is read with limits, its origin token and its
    key are checked, and on a refusal the page `again` is shown with all that was typed. `kept`: the page is kept for
    the person as long as nothing happens (frontend/kept_pages.py says what that asks of it). `guests`: the page knows
    guest judges too, who are visitors everywhere else.
    """

    def wrap(run: Page) -> Endpoint:
        @wraps(run)
        async def endpoint(request: Request) -> Response:
            request.state.for_guests = guests
            if form is None:
                if kept:
                    note_keys()
                call = partial(_read_page, run, request, signed_in)
                response = await anyio.to_thread.run_sync(call, limiter=limiter("read"))
                if kept:
                    keep_page(request, request.state.version, response)
            else:
                sent = await _read_form(request)
                step = partial(_sent_page, run, request, form, sent, plain(again) if again else None, signed_in)
                response = await anyio.to_thread.run_sync(step, limiter=limiter("write"))
            if hasattr(request.state, "seen") or hasattr(request.state, "guest_seen"):
                await anyio.to_thread.run_sync(note_use, request, limiter=limiter("write"))
            return response

        endpoint.__folkmoot__ = PageNotes(run, form, signed_in, guests)  # type: ignore[attr-defined]  # for plain() and tests
        return endpoint

    return wrap


@dataclass(frozen=True)
class PageNotes:
    """What a page was made of; the lists of routes in the tests read it."""

    run: Page
    form: type[Form] | None
    signed_in: bool
    guests: bool


def plain(endpoint: Any) -> Page:
    """The page function inside an endpoint."""
    notes: PageNotes | None = getattr(endpoint, "__folkmoot__", None)
    return notes.run if notes else endpoint


def _read_page(run: Page, request: Request, signed_in: bool) -> Response:
    greet(request)
    if not signed_in:
        return run(request)
    with one_look() as look:
        if not actor_of(look(), request).signed_in:
            raise SignInFirst
        return run(request)


def _demand_sign_in(request: Request) -> None:
    with reading() as db:
        if not actor_of(db, request).signed_in:
            raise SignInFirst


@dataclass(frozen=True)
class Sent:
    """A form as it arrived: single values, lists, files, and what we put into it ourselves."""

    fields: dict[str, list[str]]
    files: dict[str, list[Upload]]
    token: str
    key: str


async def _read_form(request: Request) -> Sent:
    try:
        data = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    except ClientDisconnect as error:  # gone, or cut off by the door for sending more than it said
        raise HTTPException(413) from error
    except (HTTPException, ValueError, KeyError) as error:
        raise HTTPException(400) from error
    fields, files = await _sort(data)
    token = (fields.pop("csrf_token", None) or [request.headers.get("x-csrf-token", "")])[-1]
    key = (fields.pop("key", None) or [""])[-1]
    return Sent(fields, files, token, key[:64])


async def _sort(data: FormData) -> tuple[dict[str, list[str]], dict[str, list[Upload]]]:
    fields: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files.setdefault(name, []).append(Upload(value.filename, await value.read()))
        elif "\0" in value or "\0" in name:
            raise HTTPException(400)
        else:
            fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return fields, files


def _sent_page(
    run: Page, request: Request, form: type[Form], sent: Sent, again: Page | None, signed_in: bool
) -> Response:
    greet(request)
    check_token(request, sent.token)
    if signed_in:
        _demand_sign_in(request)
    try:
        return _answer_once(request, sent, partial(run, request, _filled_in(form, sent)))
    except (Invalid, Conflict) as refusal:
        if again is None or wants_json(request):
            raise
        response = again(request, form=_refused(sent, refusal))
        response.status_code = status_of(refusal)
        if isinstance(refusal, TooOften):
            response.headers["retry-after"] = str(refusal.wait)
        return response


class SentAlready(Conflict):
    """What this form does was done."""

    def __init__(self) -> None:
        super().__init__(_("This was sent already. Reload the page to see what came of it."))


def check_token(request: Request, token: str) -> None:
    """Refuse a form of a signed-in browser without its token; visitors' forms rely on their origin."""
    cookies = _cookies_of(request)
    if cookies and not any(same(token, form_token(one)) for one in cookies):
        raise Conflict(_("This page was open for too long. Reload it and send it again."))


def _cookies_of(request: Request) -> list[str]:
    """The sign-ins of this browser that the page may know: a page for guests may be sent by either."""
    names = (SIGN_IN, GUEST) if is_for_guests(request) else (SIGN_IN,)
    return [cookie for name in names if (cookie := cookie_of(request, name))]


def is_for_guests(request: Request) -> bool:
    """Whether the page that was asked for is one of the few that know guest judges."""
    return bool(getattr(request.state, "for_guests", False))


def _answer_once(request: Request, sent: Sent, run: Callable[[], Response]) -> Response:
    # A form with an id of the sender's own is known again by what it does, with all that stands in it: the key alone
    # would take other words, sent from the same page, for the same form.
    if not sent.key or sent.fields.get("client_id"):
        return run()
    cookies = _cookies_of(request)
    sender = digest(cookies[0])[:32] if cookies else "visitor"
    try:
        with once(sender, sent.key) as taking:
            response = _run_or_give_back(run, taking, sender, sent.key)
    except SentBefore:
        if wants_json(request):  # a script that has not got our answer, and wants to know no more than this
            raise SentAlready() from None
        answer = _earlier_answer(sender, sent.key)
        if not answer:
            raise SentAlready() from None
        return RedirectResponse(answer, 303)
    if taking.taken and response.status_code == 303:
        remember_answer(sender, sent.key, response.headers["location"])
    return response


def _run_or_give_back(run: Callable[[], Response], taking: Taking, sender: str, key: str) -> Response:
    try:
        return run()
    except Refusal:
        if taking.taken:  # by a transaction that only counted the try: the same form may be sent again
            give_back(sender, key)
        raise


def _earlier_answer(sender: str, key: str) -> str:
    for _wait in range(20):
        if found := answer_to(sender, key):
            return found
        time.sleep(0.1)
    return ""


def _filled_in(form: type[F], sent: Sent) -> F:
    values: dict[str, Any] = {}
    for name, info in form.model_fields.items():
        many = "list" in str(info.annotation)
        found: list[Any] = sent.files.get(name) or sent.fields.get(name) or []
        if found:
            values[name] = found if many else found[-1]
    unknown = {name: value[-1] for name, value in sent.fields.items() if name not in form.model_fields}
    if getattr(form, "takes_answers", False):
        values["answers"], unknown = unknown, {}
    if getattr(form, "takes_several", False):  # what repeats is an answer of several lines
        several = {name: "\n".join(value) for name, value in sent.fields.items() if len(value) > 1}
        values["answers"] |= {name: text for name, text in several.items() if name in values["answers"]}
    if "answer_files" in form.model_fields:  # files can be answers too
        values["answer_files"] = {name: one[-1] for name, one in sent.files.items() if name not in form.model_fields}
    try:
        return form(**values, **unknown)
    except ValidationError as error:
        raise Invalid(sentences(error)) from error


def _refused(sent: Sent, refusal: Invalid | Conflict) -> Filled:
    values = {name: found if len(found) > 1 else found[0] for name, found in sent.fields.items()}
    wrong: Mapping[str, Message | str] = refusal.fields if isinstance(refusal, Invalid) else {"": refusal.message}
    return Filled(values, {name: [sentence] for name, sentence in wrong.items()}, refused=True)


def greet(request: Request) -> None:
    """Write for whoever asks, as far as the request alone tells; `actor_of` knows better once somebody is signed in."""
    set_reader(language_of(request), "Europe/Brussels")


def actor_of(db: Database, request: Request) -> Actor:
    """Who asks, with all their ties; loaded once per request. From here on pages are written in their language."""
    if not hasattr(request.state, "actor"):
        _load(db, request)
    elif request.state.person is not None:
        # A page of refusal may have greeted anew since.
        set_reader(request.state.person.locale, request.state.person.zone)
    actor: Actor = request.state.actor
    return actor


def person_of(request: Request) -> Person | None:
    """The signed-in person, after `actor_of`."""
    found: Person | None = getattr(request.state, "person", None)
    return found


def _load(db: Database, request: Request) -> None:
    cookie = cookie_of(request, SIGN_IN)
    found = find_sign_in(db, cookie) if cookie else None
    if found is None and is_for_guests(request) and _load_guest(db, request):
        return
    person = found.person if found else None
    if person is not None:
        db.expunge(person)  # the page that says why something was refused shows the person after the rollback
    request.state.person = person
    request.state.version = found.version if found else 0
    request.state.actor = actor_for(db, person.id if person else None)
    if found and person:
        set_reader(person.locale, person.zone)
        if (clock.now() - found.seen_at).total_seconds() > SEEN_EVERY:
            request.state.seen = found.id


def _load_guest(db: Database, request: Request) -> bool:
    guest = find_guest(db, cookie_of(request, GUEST))
    if guest is None:
        return False
    db.expunge(guest.person)
    request.state.person, request.state.actor, request.state.version = guest.person, guest.actor, 0
    request.state.guest = True
    set_reader(guest.person.locale, guest.person.zone)
    if (clock.now() - guest.seen_at).total_seconds() > SEEN_EVERY:
        request.state.guest_seen = guest.sign_in_id
    return True


def is_guest(request: Request) -> bool:
    """Whether a guest judge asks, after `actor_of`."""
    return bool(getattr(request.state, "guest", False))


def note_use(request: Request) -> None:
    """Remember that a sign-in is in use; a page does not fail for it."""
    try:
        with transaction(lasting=False) as db:
            if hasattr(request.state, "guest_seen"):
                note_guest_seen(db, request.state.guest_seen)
            else:
                note_seen(db, request.state.seen)
    except Exception:
        log.exception("the use of a sign-in could not be noted")


def redirect(request: Request, name: str, *, flash: Message | str = "", query: Any = None, **ids: Any) -> Response:
    """Send the browser on to a page after something was done, with a sentence about it."""
    response = RedirectResponse(path_of(name, **ids) + ("?" + urlencode(query) if query else ""), 303)
    if flash:
        remember_flash(response, "ok", str(flash))
    return response


def wants_json(request: Request) -> bool:
    """Whether a script asks, that reads JSON."""
    return "application/json" in request.headers.get("accept", "")


def saved(at: datetime, revision: int) -> Response:
    """The answer to what a page saves by itself while somebody types: when, and the revision to save upon next."""
    told = _("Saved at %(time)s", time=At(at))
    return JSONResponse({"ok": True, "revision": revision, "message": str(told)})
