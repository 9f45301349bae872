"""The dates of an event in one's calendar, kept right by mail."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import transaction
from events.core.translation import _
from events.events import get_event
from frontend.pages.events import show_event
from frontend.web import Form, actor_of, page, redirect
from sessions.milestones import follow_milestones, unfollow_milestones


class MilestoneForm(Form):
    """A button."""


@page(form=MilestoneForm, again=show_event, signed_in=True)
def follow_now(request: Request, form: MilestoneForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        follow_milestones(db, actor, event)
    flash = _("Each date that is to come is on its way to you as an invitation.")
    return redirect(request, "event", event=event.event.slug, flash=flash)


@page(form=MilestoneForm, again=show_event, signed_in=True)
def unfollow_now(request: Request, form: MilestoneForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        unfollow_milestones(db, actor, event)
    flash = _("Your calendar takes the dates out when it reads our letters.")
    return redirect(request, "event", event=event.event.slug, flash=flash)
