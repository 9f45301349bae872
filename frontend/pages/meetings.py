"""Meetings: one's own in an event, and a meeting's page with all that can be done to it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.consents import waiting_for_consent
from events.core import clock
from events.core.access import Actor, may, why_not
from events.core.database import Database, reading, transaction
from events.core.translation import _
from events.events import EventWithPhases, get_event
from events.programmes import programme_by_id
from frontend.attending import attendance_shown, waiting_shown
from frontend.buttons import NoForm
from frontend.meeting_shown import meeting_of, meeting_shown
from frontend.slots import SlotForm, slot_called
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.answers import accept_meeting, decline_meeting
from sessions.availability import has_stated
from sessions.booking_rules import Timing, rules_of
from sessions.lessons import LessonPlace
from sessions.meeting_lists import my_meetings, parties_of, place_of
from sessions.meetings import MeetingInEvent, MeetingState, state_at
from sessions.moves import cancel_meeting
from sessions.no_thanks import place_in, say_no_thanks
from sessions.requests import withdraw_request
from sessions.schedules.reasons import why_without_time
from sessions.stepping_in import rest_offered


class ReasonForm(Form):
    """Why not; may be left empty."""

    reason: str = ""


class DeclineForm(ReasonForm):
    """Why not, and perhaps that the two shall never be put together."""

    never: str = ""


def _is_unconfirmed(db: Database, actor: Actor, event: EventWithPhases) -> bool:
    return event.id in {one.event.id for one in waiting_for_consent(db, actor)}


def _mine(request: Request, template: str, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        mine = my_meetings(db, actor, event)
        stated = has_stated(db, event.id, actor.person or 0)
        unconfirmed = _is_unconfirmed(db, actor, event)
        rules = rules_of(db, event.id)
        reasons = why_without_time(db, [one.public_id for one in mine.untimed])
        waiting = waiting_shown(db, actor, event, rules)
    refusal = why_not(actor, "request_meeting", event)
    return render(
        request, template, event=event, mine=mine, stated=stated, form=form,
        refusal=refusal, unconfirmed=unconfirmed, by_organiser=rules.timing is Timing.BY_ORGANISER, reasons=reasons,
        waiting=waiting,
    )  # fmt: skip


@page(signed_in=True)
def show_meetings(request: Request) -> Response:
    return _mine(request, "meetings/mine.html")


@page(signed_in=True)
def meetings_fragment(request: Request) -> Response:
    return _mine(request, "meetings/mine_fragment.html")


def _shown(request: Request, template: str, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = meeting_of(db, request)
        parties, place = parties_of(db, subject), place_of(db, subject)
        reasons = why_without_time(db, [subject.meeting.public_id])
        shown = meeting_shown(db, request, actor, event, subject, form)
        programme = _learns_in(db, actor, subject)
        offered = rest_offered(db, actor, subject)
    return render(
        request, template, event=event, form=form, place=place, shown=shown, programme=programme, rest_offered=offered,
        **_particulars(actor, subject, parties) | {"other": shown.other},
        by_organiser=subject.timing is Timing.BY_ORGANISER, reasons=reasons,
    )  # fmt: skip


def _learns_in(db: Database, actor: Actor, subject: MeetingInEvent) -> str:
    """The slug of the programme in which the reader may write down what they learned from a meeting that is over."""
    if subject.meeting.ends_at is None or subject.meeting.ends_at > clock.now():
        return ""
    programme = programme_by_id(db, subject.programme_id)
    place = LessonPlace(programme, subject.event, None, subject.id, subject.people)
    return programme.slug if may(actor, "note_lesson", place) else ""


def _particulars(actor: Actor, subject: MeetingInEvent, parties: Any) -> dict[str, Any]:
    asker, invitee = parties
    others = {asker.person_id: invitee, invitee.person_id: asker}
    meeting = subject.meeting
    return {
        "subject": subject,
        "meeting": meeting,
        "state": state_at(meeting.state, meeting.expires_at, clock.now()),
        "asker": asker,
        "invitee": invitee,
        "other": others.get(actor.person or 0),
        "is_over": meeting.ends_at is not None and meeting.ends_at <= clock.now(),
        "attendance": attendance_shown(actor, subject),
    }


@page(signed_in=True)
def show_meeting(request: Request, form: Filled = NOTHING) -> Response:
    return _shown(request, "meetings/meeting.html", form)


@page(signed_in=True)
def meeting_fragment(request: Request) -> Response:
    return _shown(request, "meetings/meeting_fragment.html")


@page(form=SlotForm, again=show_meeting, signed_in=True)
def accept_now(request: Request, form: SlotForm) -> Response:
    with transaction() as db:
        actor, event, subject = meeting_of(db, request)
        slot = slot_called(db, event.id, form.slot) if form.slot else None
        accept_meeting(db, actor, subject, slot=slot, override=form.override)
    said = _("The meeting stands. It is on its way to both calendars.")
    if subject.meeting.state is MeetingState.ACCEPTED:
        said = _("Accepted. The organisers choose the time, and we tell you when they have.")
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)


@page(form=DeclineForm, again=show_meeting, signed_in=True)
def decline_now(request: Request, form: DeclineForm) -> Response:
    with transaction() as db:
        actor, event, subject = meeting_of(db, request)
        decline_meeting(db, actor, subject, reason=form.reason)
        if form.never and actor.person == subject.meeting.invitee_id:
            say_no_thanks(db, actor, event, other=place_in(db, event.id, subject.meeting.asker_id))
    return redirect(request, "meetings", event=event.event.slug, flash=_("Declined. The time is free again."))


@page(form=NoForm, again=show_meeting, signed_in=True)
def withdraw_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject = meeting_of(db, request)
        withdraw_request(db, actor, subject)
    return redirect(request, "meetings", event=event.event.slug, flash=_("Withdrawn. The time is free again."))


@page(form=ReasonForm, again=show_meeting, signed_in=True)
def cancel_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        cancel_meeting(db, actor, subject, reason=form.reason)
    said = _("Cancelled. It is taken out of both calendars.")
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)
