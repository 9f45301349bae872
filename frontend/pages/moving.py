"""Moving a meeting: another time at which all its people are free."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from events.core.access import may
from events.core.database import reading, transaction
from events.core.refusals import NotAllowed
from events.core.translation import _
from frontend.meeting_shown import meeting_of
from frontend.showing import only_if_may
from frontend.slots import SlotForm, grid_of, slot_called, value_of
from frontend.web import NOTHING, Filled, page, redirect, render
from sessions.availability import offered_slots
from sessions.meeting_lists import parties_of
from sessions.moves import move_meeting

GIVE_A_TIME = ("accept_meeting", "schedule_meeting", "move_meeting")


@page(signed_in=True)
def choose_other_time(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = meeting_of(db, request)
        if not form.refused:
            only_if_may(actor, "move_meeting", subject)
        asker, invitee = parties_of(db, subject)
        slots = offered_slots(db, event.id, subject.people)
    other = {asker.person_id: invitee, invitee.person_id: asker}.get(actor.person or 0)
    shown = other or invitee
    return render(
        request, "meetings/move.html", event=event, form=form, meeting=subject.meeting, asker=asker, invitee=invitee,
        other=other, grid=grid_of(slots, shown.zone, shown.name),
    )  # fmt: skip


@page(signed_in=True)
def times_of_meeting(request: Request) -> Response:
    """In which slots all people of a meeting are free now, for a page that is open."""
    with reading() as db:
        actor, event, subject = meeting_of(db, request)
        if not any(may(actor, name, subject) for name in GIVE_A_TIME):
            raise NotAllowed()
        slots = offered_slots(db, event.id, subject.people)
    return JSONResponse({"free": [value_of(one.slot) for one in slots if one.free]})


@page(form=SlotForm, again=choose_other_time, signed_in=True)
def move_now(request: Request, form: SlotForm) -> Response:
    with transaction() as db:
        actor, event, subject = meeting_of(db, request)
        only_if_may(actor, "move_meeting", subject)
        move_meeting(db, actor, subject, slot=slot_called(db, event.id, form.slot), override=form.override)
    said = _("Moved. Both calendars get the new time.")
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)
