"""For the demo only: the switcher of persons, the mailbox, and the style guide."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import cast

from icalendar import Calendar
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from events.core.access import VISITOR
from events.core.database import reading, transaction
from events.core.refusals import NotFound
from events.people import find_by_public_id
from events.signin import safe_path, sign_in_as_cast
from frontend.cookies import SIGN_IN, drop_cookie, set_cookie
from frontend.styleguide import sample
from frontend.web import Form, actor_of, page, render
from mailer.mailbox import letter_with, letters_newest_first, raw_of


class SwitchForm(Form):
    person: str = ""
    next: str = ""


@page(form=SwitchForm)
def switch_person(request: Request, form: SwitchForm) -> Response:
    response = RedirectResponse(safe_path(form.next) or "/", 303)
    if not form.person:
        drop_cookie(response, SIGN_IN)
        return response
    with transaction() as db:
        person = find_by_public_id(db, form.person)
        if person is None:
            raise NotFound()
        cookie = sign_in_as_cast(db, VISITOR, person)
    set_cookie(response, SIGN_IN, cookie, seconds=24 * 3600)
    return response


@page()
def show_mail(request: Request) -> Response:
    with reading() as db:
        actor_of(db, request)
        letters = letters_newest_first(db, to=request.query_params.get("to", ""), most=100)
    return render(request, "development/mail.html", letters=letters, to=request.query_params.get("to", ""))


@page()
def show_letter(request: Request) -> Response:
    with reading() as db:
        actor_of(db, request)
        letter = letter_with(db, request.path_params["letter"])
    message = BytesParser(policy=policy.default).parsebytes(raw_of(letter))
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    headers = [(name, str(value)) for name, value in message.items()]
    return render(
        request, "development/letter.html", letter=letter, headers=headers, text=text, calendar=calendar_of(message),
        attachments=[part.get_filename() for part in message.iter_attachments() if part.get_filename()],
    )  # fmt: skip


def calendar_of(message: EmailMessage) -> list[tuple[str, str]]:
    """What the calendar part of a letter says, line by line; empty without one."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            payload = cast("bytes", part.get_payload(decode=True))
            calendar = Calendar.from_ical(payload.decode())
            found = [("METHOD", str(calendar["METHOD"]))]
            for event in calendar.walk("VEVENT"):
                for name, value in event.property_items(recursive=False):
                    found.append((name, value.to_ical().decode() if hasattr(value, "to_ical") else str(value)))
            return [pair for pair in found if pair[0] not in {"BEGIN", "END"}]
    return []


@page()
def show_styleguide(request: Request) -> Response:
    with reading() as db:
        actor_of(db, request)
    return render(request, "styleguide.html", sample=sample())
