"""Letters: what was written to whom about an event, and what became of it, for its organisers."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import reading
from events.core.links import path
from events.core.translation import Message, _
from events.events import get_event
from events.registration_lists import refuse_strangers
from frontend.pages.events import page_number
from frontend.web import actor_of, page, render
from mailer.letter_lists import letter_counts, letters_of
from mailer.letters import LetterState

LETTER_STATES: dict[LetterState, Message] = {
    LetterState.WAITING: _("Waits to be sent"),
    LetterState.SENT: _("Sent"),
    LetterState.SUPERSEDED: _("Replaced by a newer one"),
    LetterState.NOT_NEEDED: _("Not needed any more"),
    LetterState.UNDELIVERABLE: _("Could not be delivered"),
}


@page(signed_in=True)
def show_letters(request: Request) -> Response:
    asked = request.query_params.get("state", "")
    state = LetterState(asked) if asked in set(LetterState) else None
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        refuse_strangers(actor, event)
        found = letters_of(db, event.id, state, page=page_number(request))
        counts = letter_counts(db, event.id)
    base = path("letters", event=event.event.slug)
    filters = [(_("All %(count)s", count=sum(counts.values())), base, state is None)]
    filters += [
        (_("%(state)s: %(count)s", state=name, count=counts.get(one, 0)), f"{base}?{urlencode({'state': one})}",
         state is one)
        for one, name in LETTER_STATES.items()
        if counts.get(one) or state is one
    ]  # fmt: skip
    more = f"{base}?{urlencode({'state': state})}&page=" if state else f"{base}?page="
    return render(request, "letters/letters.html", event=event, found=found, filters=filters, base=more,
                  state_names=LETTER_STATES)  # fmt: skip
