"""Who has which role in an event."""

from starlette.requests import Request
from starlette.responses import Response

from events.appointments import take_role_back
from events.core.access import may
from events.core.database import Database, reading, transaction
from events.core.refusals import Invalid, NotFound
from events.core.translation import _
from events.events import EventWithPhases
from events.overview import roles_in
from events.people import Person, PersonState, find_person
from events.registration import (
    appoint,
)
from events.roles import ROLE_NAMES, Role, actor_for, organiser_of_event
from frontend.pages.setup.shared import organised_event
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render

GIVEN_ROLES = (
    (Role.JUDGE, ROLE_NAMES[Role.JUDGE], _("Scores what is assigned, alone or live.")),
    (Role.MENTOR, ROLE_NAMES[Role.MENTOR], _("Offers office hours to teams.")),
    (Role.HOST, ROLE_NAMES[Role.HOST], _("Runs a live room: opens it and calls the pitches.")),
    (Role.CHALLENGE_OWNER, ROLE_NAMES[Role.CHALLENGE_OWNER], _("Brings a need and answers the teams’ questions.")),
    (Role.ORGANISER, ROLE_NAMES[Role.ORGANISER], _("May do everything in this event that you may.")),
)


@page(signed_in=True)
def edit_roles(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        holders = [(role, ROLE_NAMES[role], person) for role, person in roles_in(db, event)]
    form = form.with_values(role=Role.JUDGE)
    return render(request, "setup/roles.html", event=event, form=form, holders=holders, roles=GIVEN_ROLES,
                  changeable=may(actor, "appoint", event), endable=may(actor, "take_role_back", event))  # fmt: skip


class AppointForm(Form):
    email: str = ""
    role: Role


@page(form=AppointForm, again=edit_roles, signed_in=True)
def appoint_now(request: Request, form: AppointForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        person = find_person(db, form.email)
        if person is None or person.state is PersonState.ERASED:
            sentence = _("Nobody here has this address. Ask them to sign in once, then appoint them.")
            raise Invalid({"email": sentence})
        appoint(db, actor_of(db, request), event, person_id=person.id or 0, role=form.role)
    said = _("%(name)s has a role now: %(role)s.", name=person.name or person.email, role=ROLE_NAMES[form.role])
    return redirect(request, "edit_roles", event=event.event.slug, flash=said)


class TakeBackForm(Form):
    person: str
    role: Role


def _holder(db: Database, event: EventWithPhases, form: TakeBackForm) -> Person:
    held = [person for role, person in roles_in(db, event) if role is form.role and person.public_id == form.person]
    if not held:
        raise NotFound(_("They do not have this role in the event any more."))
    return held[0]


@page(form=TakeBackForm, again=edit_roles, signed_in=True)
def take_role_back_now(request: Request, form: TakeBackForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        actor = actor_of(db, request)
        person = _holder(db, event, form)
        take_role_back(db, actor, event, person_id=person.id or 0, role=form.role)
        still = organiser_of_event(actor_for(db, actor.person), event)
    said = _("%(name)s has this role no more: %(role)s.", name=person.name or person.email, role=ROLE_NAMES[form.role])
    return redirect(request, "edit_roles" if still else "event", event=event.event.slug, flash=said)
