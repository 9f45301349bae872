"""Memberships: asking to join an organisation, taking that back, and answering it."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from events.admission import (
    RequestToJoin,
    agree_to_membership,
    get_membership_request,
    own_membership_request,
    take_back_membership_request,
    turn_down_membership,
)
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.refusals import NotFound
from events.core.translation import _
from events.membership_requests import ask_to_join
from events.organisations import get_organisation
from frontend.buttons import NoForm
from frontend.pages.organisations import asked_for, show_organisation
from frontend.web import Form, actor_of, page, redirect


class AnswerForm(Form):
    """What somebody is told who is turned down."""

    answer: str = ""


@page(form=NoForm, again=show_organisation, signed_in=True)
def ask_now(request: Request, form: NoForm) -> Response:
    with reading() as db:
        actor, organisation = asked_for(db, request)
    take_turn(f"join organisation {actor.person}", times=10, per=timedelta(hours=1))
    take_turn(f"join organisation {actor.person} {organisation.id}", times=3, per=timedelta(days=1))
    with transaction() as db:
        actor, organisation = asked_for(db, request)
        ask_to_join(db, actor, organisation)
    return redirect(
        request, "organisation", organisation=organisation.public_id,
        flash=_("You asked to join %(name)s. You get a letter when it is answered.", name=organisation.name),
    )  # fmt: skip


@page(form=NoForm, again=show_organisation, signed_in=True)
def take_back_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, organisation = asked_for(db, request)
        own = own_membership_request(db, actor, organisation)
        if own is None:
            raise NotFound(_("You have not asked to join this organisation."))
        take_back_membership_request(db, actor, own)
    return redirect(
        request, "organisation", organisation=organisation.public_id,
        flash=_("You do not ask to join %(name)s any more.", name=organisation.name),
    )  # fmt: skip


def _request_meant(db: Database, request: Request) -> tuple[Actor, RequestToJoin]:
    actor = actor_of(db, request)
    found = get_membership_request(db, actor, request.path_params["membership_request"])
    organisation = get_organisation(db, actor, request.path_params["organisation"])
    if found.organisation.id != organisation.id:
        raise NotFound()
    return actor, found


@page(form=NoForm, again=show_organisation, signed_in=True)
def agree_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, found = _request_meant(db, request)
        agree_to_membership(db, actor, found)
    said = _("%(person)s belongs to %(name)s now.", person=_name(found), name=found.organisation.name)
    return redirect(request, "organisation", organisation=found.organisation.public_id, flash=said)


@page(form=AnswerForm, again=show_organisation, signed_in=True)
def turn_down_now(request: Request, form: AnswerForm) -> Response:
    with transaction() as db:
        actor, found = _request_meant(db, request)
        turn_down_membership(db, actor, found, answer=form.answer)
    said = _("Turned down. %(person)s gets a letter.", person=_name(found))
    return redirect(request, "organisation", organisation=found.organisation.public_id, flash=said)


def _name(found: RequestToJoin) -> str:
    return found.person.name or found.person.email
