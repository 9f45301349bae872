"""Arranging a meeting that was accepted without a time: giving it one."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.translation import _
from events.events import EventWithPhases, event_by_id
from frontend.meeting_shown import whom_they_meet
from frontend.showing import only_if_may
from frontend.slots import by_day, choice, slot_called
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.availability import free_slots
from sessions.meeting_lists import people_in
from sessions.meetings import MeetingInEvent, get_meeting
from sessions.moves import schedule_meeting


class TimeForm(Form):
    """A time, and why beyond a limit where somebody acts for others."""

    slot: str = ""
    override: str = ""


def _load(db: Database, request: Request) -> tuple[Actor, EventWithPhases, MeetingInEvent]:
    actor = actor_of(db, request)
    subject = get_meeting(db, actor, request.path_params["meeting"])
    return actor, event_by_id(db, subject.meeting.event_id), subject


@page(signed_in=True)
def choose_first_time(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = _load(db, request)
        if not form.refused:
            only_if_may(actor, "schedule_meeting", subject)
        people = people_in(db, subject)
        slots = free_slots(db, event, *subject.people)
    me = next((one for one in people if one.person_id == actor.person), None)
    return render(
        request, "meetings/first_time.html", event=event, form=form, public=subject.meeting.public_id,
        asker=people[0], invitee=people[1], other=whom_they_meet(subject, people, me),
        days=by_day(choice(slot) for slot in slots),
    )  # fmt: skip


@page(form=TimeForm, again=choose_first_time, signed_in=True)
def schedule_now(request: Request, form: TimeForm) -> Response:
    with transaction() as db:
        actor, event, subject = _load(db, request)
        only_if_may(actor, "schedule_meeting", subject)
        schedule_meeting(db, actor, subject, slot=slot_called(db, event.id, form.slot), override=form.override)
    said = _("The meeting stands. It is on its way to all calendars.")
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)
