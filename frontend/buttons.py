"""Pages that a button is sent to: one command on what the address names, then the way back."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.translation import Message
from events.events import EventWithPhases
from frontend.web import Form, page


class NoForm(Form):
    """A button alone."""


def _nothing_more(request: Request) -> dict[str, Any]:
    return {}


def button(
    step: Callable[..., Any],
    *,
    finds: Callable[[Database, Request], tuple[Actor, EventWithPhases, Any]],
    again: Callable[..., Any],
    answers: Callable[..., Response],
    said: Message | str = "",
    names: Callable[[Request], Mapping[str, Any]] = _nothing_more,
) -> Callable[..., Any]:
    """A page that does one thing: `step` on what `finds` names. `again` is shown when it is refused, `answers` says
    what was done, `names` what the step is told by name besides."""

    def pressed(request: Request, form: NoForm) -> Response:
        with transaction() as db:
            actor, _event, subject = finds(db, request)
            step(db, actor, subject, **names(request))
        return answers(request, said)

    pressed.__name__ = pressed.__qualname__ = f"{step.__name__}_now"
    return page(form=NoForm, again=again, signed_in=True)(pressed)
