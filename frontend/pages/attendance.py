"""Attendance: being here, missing the other, how it ended, and calling somebody who stands by."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import Database, transaction
from events.core.refusals import Invalid, NotFound
from events.core.translation import Message, _
from events.events import get_event
from events.participants import get_participant
from events.people import people_by_id
from frontend.buttons import NoForm
from frontend.meeting_shown import meeting_of
from frontend.pages.meetings import show_meeting, show_meetings
from frontend.showing import only_if_may
from frontend.web import Form, actor_of, page, redirect
from sessions.attendance import (
    ENDS,
    check_in_somebody,
    check_in_to_meeting,
    correct_attendance,
    mark_held,
    mark_no_show,
    mark_technical_failure,
)
from sessions.contradictions import contradict_attendance, contradict_attendance_for
from sessions.meetings import MeetingInEvent, MeetingState, get_meeting
from sessions.standby import call_standby, set_standby
from sessions.stepping_in import meet_now, meet_request_now


class PersonForm(Form):
    """One of those who meet, by their public id."""

    person: str = ""


class EndForm(Form):
    """How a meeting ended; a no-show is said as "asker", "invitee" or "both"."""

    end: str = ""


class ContradictForm(Form):
    """How a meeting ended instead, and what was otherwise."""

    says: str = ""
    reason: str = ""


class ContradictForForm(ContradictForm):
    """The same, and in whose name, by their public id."""

    person: str = ""


class StandbyForm(Form):
    """Whom to call, by their registration."""

    registration: str = ""


class RequestForm(Form):
    """Which request to have now, by its public id."""

    request: str = ""


class ReadyForm(Form):
    """Whether one stands by: "yes", or anything else for no."""

    ready: str = ""


def _called(db: Database, subject: MeetingInEvent, public: str) -> int:
    for id, person in people_by_id(db, set(subject.people)).items():
        if person.public_id == public:
            return id
    raise NotFound()


def _back(request: Request, subject: MeetingInEvent, said: Message) -> Response:
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)


def _say(request: Request, command: Any, said: Message) -> Response:
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        command(db, actor, subject)
    return _back(request, subject, said)


@page(form=NoForm, again=show_meeting, signed_in=True)
def check_in_now(request: Request, form: NoForm) -> Response:
    return _say(request, check_in_to_meeting, _("You are here. The other side sees it."))


@page(form=PersonForm, again=show_meeting, signed_in=True)
def check_in_somebody_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        only_if_may(actor, "check_in_somebody", subject)
        check_in_somebody(db, actor, subject, person=_called(db, subject, form.person))
    return _back(request, subject, _("Checked in."))


@page(form=PersonForm, again=show_meeting, signed_in=True)
def mark_no_show_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        only_if_may(actor, "mark_no_show", subject)
        mark_no_show(db, actor, subject, absent=_called(db, subject, form.person))
    return _back(request, subject, _("Noted. The time is free again."))


@page(form=NoForm, again=show_meeting, signed_in=True)
def mark_held_now(request: Request, form: NoForm) -> Response:
    return _say(request, mark_held, _("Noted: the meeting took place."))


@page(form=NoForm, again=show_meeting, signed_in=True)
def mark_failure_now(request: Request, form: NoForm) -> Response:
    return _say(request, mark_technical_failure, _("Noted. You can ask each other for another time."))


@page(form=ContradictForm, again=show_meeting, signed_in=True)
def contradict_now(request: Request, form: ContradictForm) -> Response:
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        only_if_may(actor, "contradict_attendance", subject)
        contradict_attendance(db, actor, subject, says=_end_in(form), reason=form.reason)
    return _back(request, subject, _("Noted. The organisers are told, and decide."))


@page(form=ContradictForForm, again=show_meeting, signed_in=True)
def contradict_for_now(request: Request, form: ContradictForForm) -> Response:
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        only_if_may(actor, "contradict_attendance_for", subject)
        person = _called(db, subject, form.person)
        contradict_attendance_for(db, actor, subject, person=person, says=_end_in(form), reason=form.reason)
    return _back(request, subject, _("Noted. They and the organisers are told; the organisers decide."))


def _end_in(form: ContradictForm) -> MeetingState | None:
    return MeetingState(form.says) if form.says in set(ENDS) else None


@page(form=EndForm, again=show_meeting, signed_in=True)
def correct_now(request: Request, form: EndForm) -> Response:
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        only_if_may(actor, "correct_attendance", subject)
        asker, invitee = subject.people[:2]
        absent = {"asker": {asker}, "invitee": {invitee}, "both": {asker, invitee}}.get(form.end, set())
        words = {one.value: one for one in ENDS if one is not MeetingState.NO_SHOW}
        end = MeetingState.NO_SHOW if absent else words.get(form.end)
        if end is None:
            raise Invalid({"end": _("Please choose how the meeting ended.")})
        correct_attendance(db, actor, subject, end=end, absent=absent)
    return _back(request, subject, _("Corrected. Both sides are told."))


@page(form=StandbyForm, again=show_meeting, signed_in=True)
def call_standby_now(request: Request, form: StandbyForm) -> Response:
    with transaction() as db:
        actor, event, subject = meeting_of(db, request)
        only_if_may(actor, "call_standby", subject)
        chosen = get_participant(db, actor, event, form.registration)
        made = call_standby(db, actor, subject, standby=chosen.registration).public_id
    said = _("%(name)s is called. You meet for the rest of this time.", name=chosen.card.name)
    return redirect(request, "meeting", meeting=made, flash=said)


@page(form=RequestForm, again=show_meeting, signed_in=True)
def take_request_now(request: Request, form: RequestForm) -> Response:
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        only_if_may(actor, "meet_request_now", subject)
        chosen = get_meeting(db, actor, form.request)
        stands = meet_request_now(db, actor, subject, request=chosen)
    if not stands:
        return _back(request, subject, _("They are asked whether they come now. You can ask others too meanwhile."))
    return _back(request, chosen, _("You meet now, for the rest of this time. The other side is told."))


@page(form=NoForm, again=show_meeting, signed_in=True)
def come_now(request: Request, form: NoForm) -> Response:
    return _say(request, meet_now, _("You meet now. The other side is told that you are coming."))


@page(form=ReadyForm, again=show_meetings, signed_in=True)
def set_standby_now(request: Request, form: ReadyForm) -> Response:
    ready = form.ready == "yes"
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        set_standby(db, actor, event, ready=ready)
    said = _("You stand by. Keep this page or your mail open on the day.") if ready else _("You stand by no more.")
    return redirect(request, "meetings", event=event.event.slug, flash=said)
