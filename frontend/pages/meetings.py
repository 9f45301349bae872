"""Meetings: asking for one, one's own in an event, a meeting's page with all that can be done to it."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.browsing import get_item
from events.consents import waiting_for_consent
from events.core import clock
from events.core.access import Actor, why_not
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import NotFound
from events.core.translation import N_, Message, _
from events.events import EventWithPhases, event_by_id, get_event
from events.participants import Participant, get_participant
from events.reference.countries import country_name
from frontend.attending import attendance_shown, waiting_shown
from frontend.showing import only_if_may
from frontend.slots import by_day, choice, slot_called
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.answers import accept_meeting, decline_meeting
from sessions.availability import common_slots, has_stated
from sessions.booking_rules import rules_of
from sessions.meeting_lists import my_meetings, parties_of, place_of
from sessions.meetings import MeetingInEvent, get_meeting, state_at
from sessions.moves import cancel_meeting, move_meeting
from sessions.requests import request_meeting, withdraw_request


class RequestForm(Form):
    """What goes with a request."""

    slot: str = ""
    note: str = ""
    item: str = ""


class SlotForm(Form):
    """Another time."""

    slot: str = ""


class ReasonForm(Form):
    """Why not; may be left empty."""

    reason: str = ""


class NoForm(Form):
    """A button."""


def _lasting(minutes: int) -> Message:
    if minutes % 1440 == 0:
        return N_("%(count)s day", "%(count)s days", minutes // 1440)
    if minutes % 60 == 0:
        return N_("%(count)s hour", "%(count)s hours", minutes // 60)
    return N_("%(count)s minute", "%(count)s minutes", minutes)


def _invitee(db: Database, request: Request) -> tuple[Actor, EventWithPhases, Participant]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    return actor, event, get_participant(db, actor, event, request.path_params["registration"])


def _about(db: Database, actor: Actor, item: str) -> str:
    """The first words of a note about a need or an offer."""
    if not item:
        return ""
    try:
        return str(_("About “%(item)s”:", item=get_item(db, actor, item).item.summary)) + " "
    except NotFound:
        return ""


def _is_unconfirmed(db: Database, actor: Actor, event: EventWithPhases) -> bool:
    return event.id in {one.event.id for one in waiting_for_consent(db, actor)}


@page(signed_in=True)
def ask_for_meeting(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, shown = _invitee(db, request)
        only_if_may(actor, "request_meeting", event)
        slots = common_slots(db, event, actor.person or 0, shown.card.person_id)
        item = request.query_params.get("item", "")[:40]
        about = _about(db, actor, item)
        unconfirmed = _is_unconfirmed(db, actor, event)
        rules = rules_of(db, event.id)
    return render(
        request, "meetings/ask.html", event=event, unconfirmed=unconfirmed, shown=shown,
        form=form.with_values(note=about, item=item),
        days=by_day(choice(slot) for slot in slots), lasting=_lasting(rules.lasts_minutes), rules=rules,
    )  # fmt: skip


@page(form=RequestForm, again=ask_for_meeting, signed_in=True)
def request_now(request: Request, form: RequestForm) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
    take_turn(f"request meeting {actor.person}", times=60, per=timedelta(hours=1))
    with transaction() as db:
        actor, event, shown = _invitee(db, request)
        only_if_may(actor, "request_meeting", event)
        slot = slot_called(db, event.id, form.slot)
        made = request_meeting(db, actor, event, invitee=shown.registration, slot=slot, note=form.note)
        public = made.public_id
    said = _("%(name)s was asked. We tell you when they answer.", name=shown.card.name)
    return redirect(request, "meeting", meeting=public, flash=said)


def _mine(request: Request, template: str, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        mine = my_meetings(db, actor, event)
        stated = has_stated(db, event.id, actor.person or 0)
        unconfirmed = _is_unconfirmed(db, actor, event)
        waiting = waiting_shown(db, actor, event)
    refusal = why_not(actor, "request_meeting", event)
    return render(
        request, template, event=event, mine=mine, stated=stated, form=form, country_name=country_name,
        refusal=refusal, unconfirmed=unconfirmed, waiting=waiting,
    )  # fmt: skip


@page(signed_in=True)
def show_meetings(request: Request) -> Response:
    return _mine(request, "meetings/mine.html")


@page(signed_in=True)
def meetings_fragment(request: Request) -> Response:
    return _mine(request, "meetings/mine_fragment.html")


def _load(db: Database, request: Request) -> tuple[Actor, EventWithPhases, MeetingInEvent]:
    actor = actor_of(db, request)
    subject = get_meeting(db, actor, request.path_params["meeting"])
    return actor, event_by_id(db, subject.meeting.event_id), subject


def _shown(request: Request, template: str, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = _load(db, request)
        parties, place = parties_of(db, subject), place_of(db, subject)
    return render(request, template, event=event, form=form, **_particulars(actor, subject, parties), place=place)


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
        "country_name": country_name,
        "attendance": attendance_shown(actor, subject),
    }


@page(signed_in=True)
def show_meeting(request: Request, form: Filled = NOTHING) -> Response:
    return _shown(request, "meetings/meeting.html", form)


@page(signed_in=True)
def meeting_fragment(request: Request) -> Response:
    return _shown(request, "meetings/meeting_fragment.html")


@page(form=NoForm, again=show_meeting, signed_in=True)
def accept_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _load(db, request)
        accept_meeting(db, actor, subject)
    said = _("The meeting stands. It is on its way to both calendars.")
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)


@page(form=ReasonForm, again=show_meeting, signed_in=True)
def decline_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, event, subject = _load(db, request)
        decline_meeting(db, actor, subject, reason=form.reason)
    return redirect(request, "meetings", event=event.event.slug, flash=_("Declined. The time is free again."))


@page(form=NoForm, again=show_meeting, signed_in=True)
def withdraw_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject = _load(db, request)
        withdraw_request(db, actor, subject)
    return redirect(request, "meetings", event=event.event.slug, flash=_("Withdrawn. The time is free again."))


@page(form=ReasonForm, again=show_meeting, signed_in=True)
def cancel_now(request: Request, form: ReasonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = _load(db, request)
        cancel_meeting(db, actor, subject, reason=form.reason)
    said = _("Cancelled. It is taken out of both calendars.")
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)


@page(signed_in=True)
def choose_other_time(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = _load(db, request)
        if not form.refused:
            only_if_may(actor, "move_meeting", subject)
        parties = parties_of(db, subject)
        slots = common_slots(db, event, *subject.people)
    return render(
        request, "meetings/move.html", event=event, form=form, **_particulars(actor, subject, parties),
        days=by_day(choice(slot) for slot in slots),
    )  # fmt: skip


@page(form=SlotForm, again=choose_other_time, signed_in=True)
def move_now(request: Request, form: SlotForm) -> Response:
    with transaction() as db:
        actor, event, subject = _load(db, request)
        only_if_may(actor, "move_meeting", subject)
        move_meeting(db, actor, subject, slot=slot_called(db, event.id, form.slot))
    said = _("Moved. Both calendars get the new time.")
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)
