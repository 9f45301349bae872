"""Desks: those of a programme, for its organisers, and a desk officer's own participants in an event."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.completeness import Unfinished, ask_own_to_finish, count_unfinished, unfinished_in
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.links import path
from events.core.refusals import Invalid, NotFound
from events.core.translation import N_, Message, _
from events.desks import (
    Desk,
    add_desk,
    add_desk_officer,
    change_desk,
    desk_of_registration,
    get_desk,
    officers_of,
    remove_desk,
    remove_desk_officer,
)
from events.events import get_event
from events.looking_after import count_without_desk, desks_with_counts, gather_participants
from events.participants import see_participants
from events.people import Person, PersonState, find_person
from events.programmes import Programme, get_programme
from events.reachability import troubles_at
from events.registration import (
    RegistrationInEvent,
    RegistrationState,
    accept_registration,
    decline_registration,
    get_registration,
)
from frontend import choices
from frontend.addresses import asked, behind_question_mark, place_in_list
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.pages.registrations import STATE_NAMES
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.desk_lists import NOBODY, DeskRow, Lack, holds, lacks_in, own_counts, own_desks, own_participants
from sessions.nudges import SilentCount, ask_own_for_availability, count_silent


class DeskForm(Form):
    """What a desk is called and whom it covers."""

    name: str = ""
    countries: list[str] = Field(default_factory=list)


class OfficerForm(Form):
    """Somebody by their address."""

    email: str = ""


class OfficerMeant(Form):
    """An officer that is meant, by public id."""

    person: str = ""


def _asked_for(db: Database, request: Request) -> tuple[Actor, Programme]:
    actor = actor_of(db, request)
    return actor, get_programme(db, request.path_params["programme"])


def _desk(db: Database, request: Request) -> tuple[Actor, Programme, Desk]:
    actor, programme = _asked_for(db, request)
    return actor, programme, get_desk(db, actor, programme, request.path_params["desk"])


def _crumbs(programme: Programme, *, desks: bool = False) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = [
        (_("Programmes"), path("programmes")),
        (programme.name, path("programme", programme=programme.slug)),
    ]
    return [*found, (_("Desks"), path("desks", programme=programme.slug))] if desks else found


@page(signed_in=True)
def show_desks(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, programme = _asked_for(db, request)
        cards = desks_with_counts(db, actor, programme)
    taken = {code for card in cards for code in card.desk.countries}
    return render(
        request, "desks/list.html", programme=programme, cards=cards, form=form,
        countries=[option for option in choices.countries() if option[0] not in taken], crumbs=_crumbs(programme),
    )  # fmt: skip


@page(form=DeskForm, again=show_desks, signed_in=True)
def add_now(request: Request, form: DeskForm) -> Response:
    with transaction() as db:
        actor, programme = _asked_for(db, request)
        made = add_desk(db, actor, programme, name=form.name, countries=form.countries)
    told = _("%(name)s is set up. Add an officer, who looks after its participants.", name=made.name)
    return redirect(request, "desk", programme=programme.slug, desk=made.public_id, flash=told)


@page(signed_in=True)
def show_desk(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, programme, desk = _desk(db, request)
        only_if_may(actor, "change_desk", desk)
        officers, others = officers_of(db, desk), desks_with_counts(db, actor, programme)
        without = count_without_desk(db, desk)
    taken = {code for card in others if card.desk.id != desk.id for code in card.desk.countries}
    written = form if "name" in form.values else Filled({"name": desk.name, "countries": desk.countries})
    return render(
        request, "desks/desk.html", programme=programme, desk=desk, officers=officers, without=without, form=form,
        written=written, countries=[option for option in choices.countries() if option[0] not in taken],
        crumbs=_crumbs(programme, desks=True),
    )  # fmt: skip


@page(form=DeskForm, again=show_desk, signed_in=True)
def change_now(request: Request, form: DeskForm) -> Response:
    with transaction() as db:
        actor, programme, desk = _desk(db, request)
        change_desk(db, actor, desk, name=form.name, countries=form.countries)
    return redirect(request, "desk", programme=programme.slug, desk=desk.public_id, flash=_("Saved."))


@page(form=NoForm, again=show_desk, signed_in=True)
def remove_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, programme, desk = _desk(db, request)
        remove_desk(db, actor, desk)
    return redirect(request, "desks", programme=programme.slug, flash=_("%(name)s was removed.", name=desk.name))


@page(form=OfficerForm, again=show_desk, signed_in=True)
def add_officer_now(request: Request, form: OfficerForm) -> Response:
    with transaction() as db:
        actor, programme, desk = _desk(db, request)
        only_if_may(actor, "add_desk_officer", desk)
        person = find_person(db, form.email)
        if person is None or person.state is PersonState.ERASED:
            sentence = _("Nobody here has this address. Ask them to sign in once, then add them.")
            raise Invalid({"email": sentence})
        add_desk_officer(db, actor, desk, person_id=person.id or 0)
    told = _("%(name)s looks after this desk’s participants now, and is told.", name=person.name or person.email)
    return redirect(request, "desk", programme=programme.slug, desk=desk.public_id, flash=told)


@page(form=OfficerMeant, again=show_desk, signed_in=True)
def remove_officer_now(request: Request, form: OfficerMeant) -> Response:
    with transaction() as db:
        actor, programme, desk = _desk(db, request)
        person = _officer(db, desk, form.person)
        remove_desk_officer(db, actor, desk, person_id=person.id or 0)
    told = _("%(name)s is not an officer of this desk any more.", name=person.name or person.email)
    return redirect(request, "desk", programme=programme.slug, desk=desk.public_id, flash=told)


def _officer(db: Database, desk: Desk, public: str) -> Person:
    found = next((one for one in officers_of(db, desk) if one.public_id == public), None)
    if found is None:
        raise NotFound(_("They are not an officer of this desk any more."))
    return found


@page(form=NoForm, again=show_desk, signed_in=True)
def gather_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, programme, desk = _desk(db, request)
        count = gather_participants(db, actor, desk)
    told = N_(
        "%(count)s participant belongs to this desk now.", "%(count)s participants belong to this desk now.", count
    )
    return redirect(request, "desk", programme=programme.slug, desk=desk.public_id, flash=told)


LACK_NAMES: dict[Lack, Message] = {
    Lack.UNDECIDED: _("To decide on"),
    Lack.NOT_SIGNED_IN: _("Never signed in"),
    Lack.NOT_CONFIRMED: _("Not confirmed"),
    Lack.NO_AVAILABILITY: _("No times said"),
    Lack.NO_MEETINGS: _("No meetings"),
    Lack.UNANSWERED: _("Requests to answer"),
}


@dataclass(frozen=True)
class OwnRow:
    """A line of a desk's list, what its officer can do, and what is left open in the registration."""

    row: DeskRow
    state: Message
    acceptable: bool
    declinable: bool
    open: tuple[Message | str, ...]


def own_rows(actor: Actor, rows: Iterable[DeskRow], unfinished: Iterable[Unfinished]) -> list[OwnRow]:
    """The lines of a list of a desk's participants."""
    lacking = {one.registration.id: one for one in unfinished}
    return [
        OwnRow(one, STATE_NAMES[one.registration.state], may(actor, "accept_registration", one.subject),
               may(actor, "decline_registration", one.subject), _open(lacking.get(one.registration.id)))
        for one in rows
    ]  # fmt: skip


def _open(found: Unfinished | None) -> tuple[Message | str, ...]:
    if found is None:
        return ()
    return (*found.questions, *([_("No organisation named")] if found.lacks_organisation else []))


def own_url(slug: str, lack: Lack) -> str:
    """Where those of a desk's participants are who lack this."""
    return f"{path('own_participants', event=slug)}?{urlencode({'lack': lack})}"


@page(signed_in=True)
def show_own(request: Request, form: Filled = NOTHING) -> Response:
    question = asked(request, "lack")
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        lack = next((one for one in lacks_in(event) if one == question["lack"]), None)
        found = own_participants(db, actor, event, lack=lack, page=page_number(request))
        counts = own_counts(db, actor, [event.id]).get(event.id, NOBODY)
        desks = own_desks(db, actor, event.programme_id)
        open_ones = unfinished_in(db, event.event) if found.rows else []
        troubled = troubles_at(db, [one.person.email for one in found.rows])
        ids = [one.id or 0 for one in desks]
        to_finish = count_unfinished(db, event.event, ids)
        silent = count_silent(db, event.id, ids) if holds(event).meetings else SilentCount(0, 0)
    base = path("own_participants", event=event.event.slug)
    filters = [(_("All %(count)s", count=counts.participants), base, lack is None)]
    filters += [
        (_("%(state)s: %(count)s", state=LACK_NAMES[one], count=counts.lacking[one]), own_url(event.event.slug, one),
         one is lack)
        for one in lacks_in(event)
        if counts.lacking[one] or one is lack
    ]  # fmt: skip
    return render(
        request, "desks/own.html", event=event, form=form, found=found, rows=own_rows(actor, found.rows, open_ones),
        filters=filters, desks=desks, anybody=counts.participants > 0, holds=holds(event),
        opens_profiles=see_participants(actor, event), troubled=troubled,
        base=f"{base}?{urlencode({'lack': lack, 'page': ''} if lack else {'page': ''})}",
        place=behind_question_mark(place_in_list(request, "lack")),
        to_finish=to_finish, silent=silent, asks_to_finish=may(actor, "ask_own_to_finish", event),
        has_not_finished=N_(
            "%(count)s of your participants has not finished their registration.",
            "%(count)s of your participants have not finished their registration.", to_finish.all,
        ),
        has_not_said=N_(
            "%(count)s of your participants has not said when they can meet.",
            "%(count)s of your participants have not said when they can meet.", silent.all,
        ),
    )  # fmt: skip


@page(form=NoForm, again=show_own, signed_in=True)
def ask_to_finish_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        asked_now = ask_own_to_finish(db, actor, event)
    told = N_("%(count)s person is asked to finish.", "%(count)s people are asked to finish.", asked_now)
    nobody = _("Nobody has to be asked: those who have not finished were asked within three days.")
    return redirect(request, "own_participants", event=event.event.slug, flash=told if asked_now else nobody)


@page(form=NoForm, again=show_own, signed_in=True)
def ask_for_availability_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        asked_now = ask_own_for_availability(db, actor, event)
    told = N_(
        "%(count)s person is asked when they can meet.", "%(count)s people are asked when they can meet.", asked_now
    )
    nobody = _("Nobody has to be asked: those who have said nothing were asked within a day.")
    return redirect(request, "own_participants", event=event.event.slug, flash=told if asked_now else nobody)


def _own(db: Database, request: Request) -> tuple[Actor, RegistrationInEvent]:
    actor = actor_of(db, request)
    found = get_registration(db, actor, request.path_params["registration"])
    if found.event.slug != request.path_params["event"] or not desk_of_registration(actor, found):
        raise NotFound()
    return actor, found


@page(form=NoForm, again=show_own, signed_in=True)
def accept_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _own(db, request)
        accept_registration(db, actor, subject)
    accepted = subject.registration.state is RegistrationState.ACCEPTED
    told = _("Accepted. They are told.") if accepted else _("No place is free, so they wait for one now. They know.")
    return redirect(
        request, "own_participants", event=subject.event.slug, flash=told, query=place_in_list(request, "lack")
    )


@page(form=NoForm, again=show_own, signed_in=True)
def decline_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, subject = _own(db, request)
        decline_registration(db, actor, subject)
    return redirect(
        request, "own_participants", event=subject.event.slug, flash=_("Declined. They are told."),
        query=place_in_list(request, "lack"),
    )  # fmt: skip
