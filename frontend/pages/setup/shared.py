"""What the set-up pages share: who may open them, and choices that several offer."""

from typing import Annotated

from pydantic import BeforeValidator
from starlette.requests import Request

from events.core.database import Database
from events.core.refusals import NotAllowed
from events.core.translation import _
from events.events import (
    Approval,
    EventWithPhases,
    get_event,
)
from events.roles import organiser_of_event
from frontend.web import actor_of

WholeNumber = Annotated[int | None, BeforeValidator(lambda given: given or None)]


APPROVALS = (
    (Approval.AUTOMATIC, _("Everybody gets a place"), _("As long as there are places; then the waiting list begins.")),
    (Approval.ORGANISER, _("You decide on each registration"), _("People apply, and you accept or decline.")),
)


def organised_event(db: Database, request: Request) -> EventWithPhases:
    """The event of this page, for its organisers; a sentence for everybody else."""
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if not organiser_of_event(actor, event):
        raise NotAllowed(_("The set-up of %(event)s is for its organisers.", event=event.event.name))
    return event
