"""An event's texts: made from a template, and changed later."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from events.cloning import begins_at, clone_event
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.refusals import Invalid, NotAllowed
from events.core.translation import _
from events.core.wall import from_wall
from events.events import (
    Approval,
    change_event,
)
from events.planning import TEMPLATES, create_event_from_template
from events.programmes import Programme, get_programme
from events.reference.zones import is_zone
from events.roles import organiser_of_programme
from frontend.choices import zones
from frontend.pages.setup.shared import APPROVALS, WholeNumber, organised_event
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, person_of, redirect, render


def _programme(db: Database, actor: Actor, request: Request) -> Programme:
    programme = get_programme(db, request.path_params["programme"])
    if not organiser_of_programme(actor, programme):
        raise NotAllowed(_("New events are made by the organisers of %(programme)s.", programme=programme.name))
    return programme


@page(signed_in=True)
def new_event(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        programme = _programme(db, actor, request)
    person = person_of(request)
    form = form.with_values(
        template="hackathon", zone=person.zone if person else "Europe/Brussels", approval=Approval.AUTOMATIC
    )
    templates = [(code, one.name, one.what) for code, one in TEMPLATES.items()]
    crumbs = [(_("Events"), path("events")), (programme.name, "")]
    return render(
        request, "setup/new.html", form=form, programme=programme, templates=templates, zones=zones(),
        approvals=APPROVALS, crumbs=crumbs,
    )  # fmt: skip


class NewEventForm(Form):
    template: str = ""
    name: str = ""
    tagline: str = ""
    description: str = ""
    zone: str = ""
    starts_at: str = ""
    capacity: WholeNumber = None
    approval: Approval = Approval.AUTOMATIC


@page(form=NewEventForm, again=new_event, signed_in=True)
def create_now(request: Request, form: NewEventForm) -> Response:
    if not is_zone(form.zone):
        raise Invalid({"zone": _("%(zone)s is not a time zone we know. Choose one from the list.", zone=form.zone)})
    starts_at = from_wall(form.starts_at, form.zone)
    with transaction() as db:
        actor = actor_of(db, request)
        event = create_event_from_template(
            db, actor, _programme(db, actor, request), template=form.template, name=form.name, zone=form.zone,
            starts_at=starts_at, tagline=form.tagline, description=form.description, capacity=form.capacity,
            approval=form.approval,
        )  # fmt: skip
    return redirect(
        request,
        "set_up",
        event=event.event.slug,
        flash=_("A draft is there. Only organisers see it until you publish."),
    )


@page(signed_in=True)
def edit_texts(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
    row = event.event
    form = form.with_values(
        name=row.name, tagline=row.tagline, description=row.description, zone=row.zone,
        capacity=row.capacity or "", approval=row.approval,
    )  # fmt: skip
    return render(request, "setup/texts.html", event=event, form=form, zones=zones(), approvals=APPROVALS)


class TextsForm(Form):
    name: str = ""
    tagline: str = ""
    description: str = ""
    zone: str = ""
    capacity: WholeNumber = None
    approval: Approval = Approval.AUTOMATIC


@page(form=TextsForm, again=edit_texts, signed_in=True)
def change_texts(request: Request, form: TextsForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        change_event(
            db, actor_of(db, request), event, name=form.name, tagline=form.tagline, description=form.description,
            zone=form.zone, capacity=form.capacity, approval=form.approval,
        )  # fmt: skip
    return redirect(request, "set_up", event=event.event.slug, flash=_("Saved."))


@page(signed_in=True)
def clone_form(request: Request, form: Filled = NOTHING) -> Response:
    """Make another event like this one: its name, and the day on which it begins."""
    with reading() as db:
        event = organised_event(db, request)
        only_if_may(actor_of(db, request), "clone_event", event)
    form = form.with_values(name=event.event.name)
    return render(request, "setup/clone.html", event=event, form=form, begins=begins_at(event))


class CloneForm(Form):
    name: str = ""
    starts_on: str = ""


@page(form=CloneForm, again=clone_form, signed_in=True)
def clone_now(request: Request, form: CloneForm) -> Response:
    try:
        day = date.fromisoformat(form.starts_on)
    except ValueError as error:
        raise Invalid({"starts_on": _("Please choose the day on which it begins.")}) from error
    with transaction() as db:
        event = organised_event(db, request)
        made = clone_event(db, actor_of(db, request), event, name=form.name, starts_on=day)
    said = _("A draft like %(event)s is there. Look through its dates before you publish it.", event=event.event.name)
    return redirect(request, "set_up", event=made.event.slug, flash=said)
