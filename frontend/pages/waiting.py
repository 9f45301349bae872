"""The waiting list for meetings: joining it where there is no common time, and leaving it."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import reading, transaction
from events.core.limits import take_turn
from events.core.translation import _
from events.events import get_event
from events.participants import get_participant
from frontend.buttons import NoForm
from frontend.pages.asking import ask_for_meeting
from frontend.pages.meetings import show_meetings
from frontend.showing import only_if_may
from frontend.web import Form, actor_of, page, redirect
from sessions.waiting import get_waiting_pair, stop_waiting, wait_for_time


class WaitForm(Form):
    """What goes with the request that is made when a time becomes free."""

    note: str = ""


@page(form=WaitForm, again=ask_for_meeting, signed_in=True)
def wait_now(request: Request, form: WaitForm) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
    take_turn(f"wait for time {actor.person}", times=60, per=timedelta(hours=1))
    with transaction() as db:
        event = get_event(db, actor, request.path_params["event"])
        shown = get_participant(db, actor, event, request.path_params["registration"])
        only_if_may(actor, "wait_for_time", event)
        wait_for_time(db, actor, event, invitee=shown.registration, note=form.note)
    said = _("You are on the list. As soon as both of you are free, we ask %(name)s for you.", name=shown.card.name)
    return redirect(request, "meetings", event=event.event.slug, flash=said)


@page(form=NoForm, again=show_meetings, signed_in=True)
def stop_waiting_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        stop_waiting(db, actor, get_waiting_pair(db, actor, request.path_params["pair"]))
    return redirect(request, "meetings", event=event.event.slug, flash=_("You wait for this no more."))
