"""Arranging a meeting that has no time yet: giving it one, perhaps that of a meeting which was cancelled."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import reading, transaction
from events.core.translation import _
from frontend.meeting_shown import meeting_of, whom_they_meet
from frontend.pages.meetings import show_meeting
from frontend.showing import only_if_may
from frontend.slots import SlotForm, grid_of, slot_called
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.availability import offered_slots
from sessions.meeting_lists import people_in
from sessions.meetings import get_meeting
from sessions.moves import schedule_meeting
from sessions.schedules.openings import meet_instead


class InsteadForm(Form):
    """Which request gets the time of a cancelled meeting, and why beyond a limit."""

    other: str = ""
    override: str = ""


@page(signed_in=True)
def choose_first_time(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = meeting_of(db, request)
        if not form.refused:
            only_if_may(actor, "schedule_meeting", subject)
        people = people_in(db, subject)
        slots = offered_slots(db, event.id, subject.people)
    me = next((one for one in people if one.person_id == actor.person), None)
    other = whom_they_meet(subject, people, me)
    shown = other or people[1]
    return render(
        request, "meetings/first_time.html", event=event, form=form, public=subject.meeting.public_id,
        asker=people[0], invitee=people[1], other=other, grid=grid_of(slots, shown.zone, shown.name),
    )  # fmt: skip


@page(form=SlotForm, again=choose_first_time, signed_in=True)
def schedule_now(request: Request, form: SlotForm) -> Response:
    with transaction() as db:
        actor, event, subject = meeting_of(db, request)
        only_if_may(actor, "schedule_meeting", subject)
        schedule_meeting(db, actor, subject, slot=slot_called(db, event.id, form.slot), override=form.override)
    said = _("The meeting stands. It is on its way to all calendars.")
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)


@page(form=InsteadForm, again=show_meeting, signed_in=True)
def meet_instead_now(request: Request, form: InsteadForm) -> Response:
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        other = get_meeting(db, actor, form.other)
        meet_instead(db, actor, subject, other, override=form.override)
    said = _("The meeting stands. It is on its way to all calendars.")
    return redirect(request, "meeting", meeting=other.meeting.public_id, flash=said)
