"""Templates: their environment, and what every page is given."""

import base64
import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from sqlmodel import SQLModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from events.core import journal, translation
from events.core.access import VISITOR, may
from events.core.links import path as path_of
from events.core.settings import settings
from events.core.translation import LANGUAGES, At, Message, own_name, reader, set_reader
from events.people import Person
from events.reference.countries import country_name
from events.reference.keywords import keyword_label
from events.signin import form_token as token_of
from frontend.assets import asset, build
from frontend.cookies import FLASH, GUEST, SIGN_IN, cookie_of, drop_cookie, set_cookie
from frontend.form_keys import form_token, new_key, set_form_token
from frontend.frames import Around, Frame, PersonView, kept_part, section_of
from frontend.markdown import markdown
from frontend.navigation import crumbs_of, event_nav_of

TEMPLATES = Path(__file__).parent / "templates"


def initials(name: str) -> str:
    """Up to two letters for a name."""
    parts = [part for part in name.split() if part[0].isalnum()]
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()


class _Template(Template):
    """A template whose macros are made once: none of ours has globals of its own, which each import would look for."""

    def _get_default_module(self, ctx: Any = None) -> Any:
        return super()._get_default_module()


class _Environment(Environment):
    """Where templates do not change while we run, each is looked up once; a page puts some twenty together."""

    template_class = _Template

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._found: dict[str, Template] = {}

    def get_template(self, name: Any, parent: Any = None, globals: Any = None) -> Template:
        found = self._found.get(name)
        if found is None:
            found = super().get_template(name, parent, globals)
            if not self.auto_reload:
                self._found[name] = found
        return found


@cache
def environment() -> Environment:
    """The templates' environment; made once."""
    made = _Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=settings().demo,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=_written,
    )
    made.install_gettext_callables(translation.gettext, translation.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        asset=asset, link=path_of, may=may, new_key=new_key, initials=initials, clock_of=translation.clock_of,
        day_of=translation.day_of, when_of=translation.when, zone_label=translation.zone_label, At=At,
        reader_zone=lambda: reader().zone, reader_locale=lambda: reader().locale, form_token=form_token,
        country_name=country_name, keyword_label=keyword_label,
        kept_part=lambda name, **given: kept_part(made.get_template(name), **given),
    )  # fmt: skip
    made.filters.update(
        when=when_tag, day=day_tag, date=date_tag, clock=clock_tag, markdown=markdown, iso=datetime.isoformat,
        figure=figure,
    )  # fmt: skip
    return made


def _written(value: Any) -> Any:
    """A Message is written in the reader's language at the moment it stands on a page; a whole row never is."""
    if isinstance(value, SQLModel):
        raise TypeError(f"a template shows columns of {type(value).__name__}, not the row with all that is in it")
    return str(value) if isinstance(value, Message | At) else value


def figure(number: float, digits: int | None = None, *, signed: bool = False) -> str:
    """A number as the reader writes it: 1,234.5 or 1.234,5; with so many digits after the point, or as many as it has,
    at most three."""
    rest = "###" if digits is None else "0" * digits
    pattern = "#,##0" + (f".{rest}" if rest else "")
    rounded = round(number, 3 if digits is None else digits) + 0  # no -0
    return str(format_decimal(rounded, f"+{pattern};-{pattern}" if signed else pattern, locale=reader().locale))


def when_tag(moment: datetime, zone: str | None = None) -> Markup:
    """A moment with date, time and zone, as a <time> element."""
    return _time_tag(moment, translation.when(moment, zone))


def day_tag(moment: datetime, zone: str | None = None) -> Markup:
    """A moment's day, as a <time> element."""
    return _time_tag(moment, translation.day_of(moment, zone))


def date_tag(day: date) -> Markup:
    """A day that is the same in every zone, as a <time> element."""
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), translation.date_of(day))


def clock_tag(moment: datetime, zone: str | None = None) -> Markup:
    """A moment's hours and minutes, as a <time> element; the zone stands near it on the page."""
    return _time_tag(moment, translation.clock_of(moment, zone))


def _time_tag(moment: datetime, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), text)


def render(request: Request, template: str, *, status: int = 200, event: Any = None, **context: Any) -> Response:
    """A page. Call it after the database was closed; `event` (with phases) gives the way back and the event's tabs."""
    person: Person | None = getattr(request.state, "person", None)
    if person is None and event is not None:
        set_reader(reader().locale, event.event.zone)
    actor = getattr(request.state, "actor", VISITOR)
    flashes = read_flash(request)
    guest = bool(getattr(request.state, "guest", False))
    set_form_token(token_of(cookie_of(request, GUEST if guest else SIGN_IN)))
    view = PersonView(person.public_id, person.name, initials(person.name)) if person else None
    around = _around(view, request.url.path, guest=guest)
    pieces = (
        environment()
        .get_template(template)
        .generate(
            request=request,
            status=status,
            event=event,
            locale=reader().locale,
            zone=reader().zone,
            actor=actor,
            person=view,
            guest=guest,
            demo=around.demo,
            frame=Frame(environment(), around, request.url.path),
            flashes=flashes,
            path=request.url.path,
            request_id=journal.request_id.get(),
            **(NO_WAYS if guest else _ways(event, actor, request.url.path)) | context,
        )
    )
    # One by one: most are plain ASCII, which is only copied, and a whole page seldom is.
    response = HTMLResponse(b"".join([piece.encode() for piece in pieces]), status)
    if flashes:
        drop_cookie(response, FLASH)
    if guest or cookie_of(request, SIGN_IN):
        response.headers["cache-control"] = "private, no-store"
    return response


# A guest has one round and no way anywhere else.
NO_WAYS: dict[str, Any] = {"crumbs": [], "event_nav": []}


def _ways(event: Any, actor: Any, path: str) -> dict[str, Any]:
    return {"crumbs": crumbs_of(event), "event_nav": event_nav_of(event, actor, path)}


def _around(person: PersonView | None, path: str, *, guest: bool) -> Around:
    demo, words = settings().demo, reader()
    return Around(
        str(words.locale),
        words.zone,
        person,
        demo,
        tuple(_cast) if demo else (),
        _languages(),
        build(),
        *section_of(path),
        guest,
    )


@cache
def _languages() -> tuple[tuple[str, str], ...]:
    return tuple((code, own_name(code)) for code in LANGUAGES)


def remember_flash(response: Response, kind: str, text: str) -> None:
    """Say something on the page that the browser is sent to."""
    packed = base64.urlsafe_b64encode(json.dumps([kind, text[:600]]).encode()).decode()
    set_cookie(response, FLASH, packed, seconds=60)


def read_flash(request: Request) -> list[tuple[str, str]]:
    """What was remembered for this page."""
    packed = cookie_of(request, FLASH)
    if not packed:
        return []
    try:
        kind, text = json.loads(base64.urlsafe_b64decode(packed.encode()))
    except (ValueError, TypeError):
        return []
    return [(kind, str(text))] if kind in {"ok", "info", "warn", "problem"} else []


_cast: list[tuple[str, str, str]] = []


def know_cast(cast: list[tuple[str, str, str]]) -> None:
    """The demo's people for the switcher: (public id, name, what they are)."""
    _cast[:] = cast
