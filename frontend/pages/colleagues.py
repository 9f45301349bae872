"""Colleagues: an organisation's meetings, handing one over, taking one over, bringing others along."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.core.translation import _
from events.events import get_event
from events.registration import Registration, find_registration
from events.roles import organiser_of_event
from frontend.buttons import NoForm
from frontend.meeting_shown import meeting_of
from frontend.pages.meetings import show_meeting
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.colleagues import delegate_meeting, take_over_meeting
from sessions.guests import add_to_meeting, leave_meeting, remove_from_meeting
from sessions.meeting_lists import Party, people_in, who_could_come
from sessions.meetings import MeetingInEvent
from sessions.organisation_meetings import meetings_of_organisation
from sessions.sides import SideInMeeting, sides_of


class ColleagueForm(Form):
    """Who comes, for which side, and why beyond a limit where somebody acts for others."""

    side: str = ""
    who: str = ""
    override: str = ""


class SideForm(Form):
    """One of the two sides, by the place of who leads it."""

    side: str = ""


class GuestForm(Form):
    """One of those who come besides the two leads, and for which side they go."""

    side: str = ""
    who: str = ""


def _side(db: Database, actor: Actor, subject: MeetingInEvent, command: str, named: str) -> tuple[SideInMeeting, Party]:
    """The side that was named, else the first for which the actor may do this; a refusal where there is none."""
    leads = dict(zip(people_in(db, subject)[:2], sides_of(subject), strict=True))
    chosen = [(side, lead) for lead, side in leads.items() if lead.registration == named]
    allowed = [(side, lead) for lead, side in leads.items() if may(actor, command, side)]
    if chosen or allowed:
        return (chosen or allowed)[0]
    raise NotAllowed()


def _place(db: Database, people: list[Party], event_id: int, named: str) -> Registration:
    """The place of the one who was chosen among `people`; refuses a missing choice."""
    chosen = next((one for one in people if one.registration == named), None)
    found = find_registration(db, event_id, chosen.person_id) if chosen else None
    if found is None:
        raise Invalid({"who": _("Please choose somebody from the list.")})
    return found


@page(signed_in=True)
def show_organisation_meetings(request: Request) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        shared = meetings_of_organisation(db, actor, event)
    return render(request, "meetings/organisation.html", event=event, shared=shared)


@page(signed_in=True)
def choose_colleague(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = meeting_of(db, request)
        side, lead = _side(db, actor, subject, "delegate_meeting", _named(request, form))
        if not form.refused:
            only_if_may(actor, "delegate_meeting", side)
        colleagues = who_could_come(db, subject, side.colleagues) + _guests_of(db, subject, side)
    return render(
        request, "meetings/hand_over.html", event=event, form=form, public=subject.meeting.public_id, lead=lead,
        mine=lead.person_id == actor.person, meeting=subject.meeting, colleagues=colleagues,
    )  # fmt: skip


def _named(request: Request, form: Filled) -> str:
    named = form.values.get("side", "") if form.refused else request.query_params.get("side", "")
    return str(named)[:40]


def _guests_of(db: Database, subject: MeetingInEvent, side: SideInMeeting) -> list[Party]:
    return [one for one in people_in(db, subject)[2:] if one.person_id in side.colleagues]


@page(form=ColleagueForm, again=choose_colleague, signed_in=True)
def hand_over_now(request: Request, form: ColleagueForm) -> Response:
    with transaction() as db:
        actor, event, subject = meeting_of(db, request)
        side, lead = _side(db, actor, subject, "delegate_meeting", form.side)
        only_if_may(actor, "delegate_meeting", side)  # before anything of theirs is shown again
        colleagues = who_could_come(db, subject, side.colleagues) + _guests_of(db, subject, side)
        to = _place(db, colleagues, event.id, form.who)
        delegate_meeting(db, actor, side, to=to, override=form.override)
        name = next(one.name for one in colleagues if one.person_id == to.person_id)
    said = _("%(name)s has this meeting now. Everybody concerned gets a letter.", name=name)
    if actor.person == lead.person_id:  # whoever is out of a meeting need not be able to see it any more
        return redirect(request, "meetings", event=event.event.slug, flash=said)
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)


@page(form=SideForm, again=show_meeting, signed_in=True)
def take_over_now(request: Request, form: SideForm) -> Response:
    with transaction() as db:
        actor, event, subject = meeting_of(db, request)
        side, lead = _side(db, actor, subject, "take_over_meeting", form.side)
        only_if_may(actor, "take_over_meeting", side)
        own = find_registration(db, event.id, actor.person)
        if own is None:
            raise NotFound()
        take_over_meeting(db, actor, side, own=own)
    said = _("You have this meeting now, in place of %(name)s. They get a letter.", name=lead.name)
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)


@page(signed_in=True)
def choose_guest(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event, subject = meeting_of(db, request)
        side, lead = _side(db, actor, subject, "add_to_meeting", _named(request, form))
        if not form.refused:
            only_if_may(actor, "add_to_meeting", side)
        anybody = organiser_of_event(actor, subject)
        people = who_could_come(db, subject, None if anybody else side.colleagues)
    return render(
        request, "meetings/add.html", event=event, form=form, public=subject.meeting.public_id, lead=lead,
        meeting=subject.meeting, people=people, anybody=anybody,
    )  # fmt: skip


@page(form=ColleagueForm, again=choose_guest, signed_in=True)
def add_now(request: Request, form: ColleagueForm) -> Response:
    with transaction() as db:
        actor, event, subject = meeting_of(db, request)
        side, _lead = _side(db, actor, subject, "add_to_meeting", form.side)
        only_if_may(actor, "add_to_meeting", side)
        people = who_could_come(db, subject, None if organiser_of_event(actor, subject) else side.colleagues)
        place = _place(db, people, event.id, form.who)
        add_to_meeting(db, actor, side, registration=place, override=form.override)
        name = next(one.name for one in people if one.person_id == place.person_id)
    said = _("%(name)s comes too. Everybody who comes gets a letter.", name=name)
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)


@page(form=NoForm, again=show_meeting, signed_in=True)
def leave_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event, subject = meeting_of(db, request)
        leave_meeting(db, actor, subject)
    said = _("The meeting goes on without you. It is taken out of your calendar.")
    return redirect(request, "meetings", event=event.event.slug, flash=said)


@page(form=GuestForm, again=show_meeting, signed_in=True)
def remove_now(request: Request, form: GuestForm) -> Response:
    with transaction() as db:
        actor, _event, subject = meeting_of(db, request)
        side, _lead = _side(db, actor, subject, "remove_from_meeting", form.side)
        guest = next((one for one in people_in(db, subject)[2:] if one.registration == form.who), None)
        remove_from_meeting(db, actor, side, person_id=guest.person_id if guest else 0)
        name = guest.name if guest else ""
    said = _("The meeting goes on without %(name)s. They get a letter.", name=name)
    return redirect(request, "meeting", meeting=subject.meeting.public_id, flash=said)
