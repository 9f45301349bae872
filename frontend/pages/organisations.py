"""Organisations: the directory, one organisation with its people, entering it, and leaving."""

from datetime import timedelta
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.admission import membership_requests_to_answer, own_membership_request
from events.browsing import items_of_organisations
from events.clusters import add_to_cluster, all_clusters, clusters_of, remove_from_cluster
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.links import path
from events.core.refusals import Invalid
from events.core.translation import _
from events.directory import members_of, organisations_seen_by
from events.organisations import (
    KIND_NAMES,
    Organisation,
    OrganisationKind,
    Portrait,
    add_organisation,
    change_organisation,
    get_organisation,
    leave_organisation,
    name_contact,
    organisations_like,
    problems_of,
    remove_member,
)
from events.people import find_by_public_id
from events.reference.countries import country_name
from events.reference.keywords import keyword_label
from events.reference.languages import language_name
from events.reference.regions import path as region_label
from events.reference.sectors import sector_label
from frontend import choices
from frontend.addresses import asked, page_base
from frontend.buttons import NoForm
from frontend.pages.events import page_number
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


class OrganisationForm(Form):
    """What an organisation says about itself."""

    name: str = ""
    kind: str = ""
    country: str = ""
    region: str = ""
    sector: str = ""
    city: str = ""
    website: str = ""
    about: str = ""
    languages: list[str] = Field(default_factory=list)
    keywords: list[str] = Field(default_factory=list)
    although_similar: str = ""

    def portrait(self) -> Portrait:
        """The same for the domain; refuses what is no kind of organisation."""
        known = self.kind in KIND_NAMES
        said = Portrait(
            name=self.name, kind=OrganisationKind(self.kind) if known else OrganisationKind.OTHER,
            country=self.country, region=self.region.upper(), sector=self.sector, city=self.city,
            website=self.website, about=self.about, languages=tuple(self.languages), keywords=tuple(self.keywords),
        )  # fmt: skip
        if not known:
            wrong = {"kind": _("Please choose what kind of organisation this is."), **problems_of(said)}
            raise Invalid(wrong)
        return said


class PersonForm(Form):
    """A person who is meant, by public id."""

    person: str = ""


class MemberForm(Form):
    """An organisation that is meant, by public id."""

    organisation: str = ""


def _menus() -> dict[str, Any]:
    return {
        "countries": choices.countries(), "kinds": choices.kinds(), "sectors": choices.sectors(),
        "regions": choices.regions(), "languages_spoken": choices.languages(), "groups": choices.keyword_groups(),
    }  # fmt: skip


def asked_for(db: Database, request: Request) -> tuple[Actor, Organisation]:
    """Who asks, and the organisation whose page it is."""
    actor = actor_of(db, request)
    return actor, get_organisation(db, actor, request.path_params["organisation"])


@page()
def show_organisations(request: Request) -> Response:
    question = asked(request, "q", "kind", "country", "cluster")
    kind = OrganisationKind(question["kind"]) if question["kind"] in KIND_NAMES else None
    with reading() as db:
        actor = actor_of(db, request)
        clusters = {one.public_id: one for one in all_clusters(db)}
        cluster = clusters.get(question["cluster"])
        found = organisations_seen_by(
            db, actor, query=question["q"], kind=kind, country=question["country"],
            cluster_id=cluster.id if cluster else None, page=page_number(request),
        )  # fmt: skip
    return render(
        request, "organisations/list.html", found=found, question=question, base=page_base(request, question),
        clusters=[(one.public_id, one.name) for one in clusters.values()], countries=choices.countries(),
        kinds=choices.kinds(), kind_names=KIND_NAMES, filtered=any(question.values()),
    )  # fmt: skip


@page()
def show_organisation(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, organisation = asked_for(db, request)
        members = members_of(db, actor, organisation)
        clusters = clusters_of(db, organisation.id or 0)
        items = items_of_organisations(db, actor, [organisation.id or 0])
        is_cluster = organisation.kind is OrganisationKind.CLUSTER_ORGANISATION
        of_cluster = organisations_seen_by(db, actor, cluster_id=organisation.id) if is_cluster else None
        belongs = actor.is_("member", "organisation", organisation.id)
        own = None if belongs else own_membership_request(db, actor, organisation)
        asking = membership_requests_to_answer(db, actor, organisation)
    known = [
        (_("Country"), country_name(organisation.country)),
        (_("Region"), region_label(organisation.region)),
        (_("City"), organisation.city),
        (_("Sector"), sector_label(organisation.sector)),
        (_("Languages"), ", ".join(map(language_name, organisation.languages))),
    ]
    return render(
        request, "organisations/organisation.html", organisation=organisation, members=members, clusters=clusters,
        items=items, known=known, belongs=belongs, of_cluster=of_cluster, kind_names=KIND_NAMES, form=form,
        keywords=[keyword_label(word) for word in organisation.keywords],
        leads=may(actor, "change_organisation", organisation), crumbs=_crumbs(organisation),
        nobody_yet=not members and actor.signed_in, own=own, asking=asking,
        answering=request.path_params.get("membership_request", "") if form.refused else "",
    )  # fmt: skip


def _crumbs(organisation: Organisation | None = None) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = [(_("Organisations"), path("organisations"))]
    if organisation is not None:
        found.append((organisation.name, path("organisation", organisation=organisation.public_id)))
    return found


@page(signed_in=True)
def new_organisation(request: Request, form: Filled = NOTHING) -> Response:
    similar: list[Organisation] = []
    with reading() as db:
        actor_of(db, request)
        if form.refused:
            similar = organisations_like(db, str(form.values.get("name", "")), str(form.values.get("country", "")))
    return render(
        request, "organisations/edit.html", form=form, similar=similar, organisation=None, crumbs=_crumbs(),
        **_menus(),
    )  # fmt: skip


@page(form=OrganisationForm, again=new_organisation, signed_in=True)
def add_now(request: Request, form: OrganisationForm) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
    take_turn(f"add organisation {actor.person}", times=20, per=timedelta(hours=1))
    with transaction() as db:
        row = add_organisation(
            db, actor_of(db, request), None, portrait=form.portrait(), although_similar=bool(form.although_similar)
        )
    return redirect(
        request, "organisation", organisation=row.public_id,
        flash=_("%(name)s is entered, and you are its contact.", name=row.name),
    )  # fmt: skip


@page(signed_in=True)
def edit_organisation(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, organisation = asked_for(db, request)
        only_if_may(actor, "change_organisation", organisation)
    values = organisation.model_dump(include=set(OrganisationForm.model_fields) - {"although_similar"})
    return render(
        request, "organisations/edit.html", form=form.with_values(**values), organisation=organisation, similar=[],
        crumbs=_crumbs(organisation), **_menus(),
    )  # fmt: skip


@page(form=OrganisationForm, again=edit_organisation, signed_in=True)
def change_now(request: Request, form: OrganisationForm) -> Response:
    with transaction() as db:
        actor, organisation = asked_for(db, request)
        change_organisation(db, actor, organisation, portrait=form.portrait())
    return redirect(request, "organisation", organisation=organisation.public_id, flash=_("Saved."))


@page(form=NoForm, again=show_organisation, signed_in=True)
def leave_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, organisation = asked_for(db, request)
        leave_organisation(db, actor, organisation)
    return redirect(
        request, "organisation", organisation=organisation.public_id,
        flash=_("You do not belong to %(name)s any more.", name=organisation.name),
    )  # fmt: skip


@page(form=PersonForm, again=show_organisation, signed_in=True)
def remove_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        actor, organisation = asked_for(db, request)
        person = find_by_public_id(db, form.person)
        remove_member(db, actor, organisation, person_id=person.id or 0 if person else 0)
    return redirect(request, "organisation", organisation=organisation.public_id, flash=_("Removed."))


@page(form=PersonForm, again=show_organisation, signed_in=True)
def name_contact_now(request: Request, form: PersonForm) -> Response:
    with transaction() as db:
        actor, organisation = asked_for(db, request)
        person = find_by_public_id(db, form.person)
        name_contact(db, actor, organisation, person_id=person.id or 0 if person else 0)
    return redirect(
        request, "organisation", organisation=organisation.public_id,
        flash=_("%(name)s is a contact now.", name=person.name if person else ""),
    )  # fmt: skip


@page(form=MemberForm, again=show_organisation, signed_in=True)
def add_to_cluster_now(request: Request, form: MemberForm) -> Response:
    with transaction() as db:
        actor, cluster = asked_for(db, request)
        member = get_organisation(db, actor, form.organisation.rstrip("/").rpartition("/")[2])
        add_to_cluster(db, actor, cluster, organisation=member)
    return redirect(
        request, "organisation", organisation=cluster.public_id,
        flash=_("%(name)s is a member of the cluster now.", name=member.name),
    )  # fmt: skip


@page(form=MemberForm, again=show_organisation, signed_in=True)
def remove_from_cluster_now(request: Request, form: MemberForm) -> Response:
    with transaction() as db:
        actor, cluster = asked_for(db, request)
        member = get_organisation(db, actor, form.organisation)
        remove_from_cluster(db, actor, cluster, organisation=member)
    return redirect(
        request, "organisation", organisation=cluster.public_id,
        flash=_("%(name)s is not a member of the cluster any more.", name=member.name),
    )  # fmt: skip
