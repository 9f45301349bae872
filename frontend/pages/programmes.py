"""Programmes: the ones I organise, one with its clusters and events, and setting one up."""

from datetime import timedelta
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.clusters import all_clusters
from events.core import clock
from events.core.access import Actor, may
from events.core.database import Database, reading, transaction
from events.core.limits import take_turn
from events.core.links import path
from events.core.pictures import ready_picture
from events.core.refusals import Invalid
from events.core.translation import _
from events.events import events_of_programme
from events.overview import registrations_by_event, with_phases
from events.programme_logos import get_logo, remove_programme_logo, set_programme_logo
from events.programmes import (
    Programme,
    add_cluster,
    change_programme,
    clusters_in,
    create_programme,
    get_programme,
    programmes_of,
    remove_cluster,
)
from frontend.event_cards import card_of
from frontend.logos import logo_png
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, Upload, actor_of, page, redirect, render
from sessions.desk_figures import see_programme_figures


class ProgrammeForm(Form):
    """What a programme says about itself."""

    name: str = ""
    summary: str = ""
    funding: str = ""


class LogoForm(Form):
    """The picture that stands for a programme."""

    logo: list[Upload] = Field(default_factory=list)


class ClusterForm(Form):
    """A cluster that is meant, by public id."""

    cluster: str = ""


def _asked_for(db: Database, request: Request) -> tuple[Actor, Programme]:
    actor = actor_of(db, request)
    return actor, get_programme(db, request.path_params["programme"])


def _crumbs(programme: Programme | None = None) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = [(_("Programmes"), path("programmes"))]
    if programme is not None:
        found.append((programme.name, path("programme", programme=programme.slug)))
    return found


@page(signed_in=True)
def show_programmes(request: Request) -> Response:
    with reading() as db:
        mine = programmes_of(db, actor_of(db, request))
    return render(request, "programmes/list.html", programmes=mine)


@page()
def show_programme(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, programme = _asked_for(db, request)
        clusters = clusters_in(db, programme)
        events = with_phases(db, events_of_programme(db, actor, programme))
        mine = registrations_by_event(db, actor.person)
        others = [one for one in all_clusters(db) if one.id not in {cluster.id for cluster in clusters}]
    leads = may(actor, "change_programme", programme)
    return render(
        request, "programmes/programme.html", programme=programme, clusters=clusters, form=form,
        events=[card_of(one, clock.now(), mine.get(one.id)) for one in events],
        leads=leads, reads_figures=see_programme_figures(actor, programme),
        others=[(one.public_id, one.name) for one in others],
        crumbs=_crumbs(programme) if leads else [],
    )  # fmt: skip


@page(signed_in=True)
def new_programme(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor_of(db, request)
    return render(request, "programmes/edit.html", form=form, programme=None, crumbs=_crumbs())


@page(form=ProgrammeForm, again=new_programme, signed_in=True)
def create_now(request: Request, form: ProgrammeForm) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
    take_turn(f"create programme {actor.person}", times=5, per=timedelta(hours=1))
    with transaction() as db:
        actor = actor_of(db, request)
        made = create_programme(db, actor, None, name=form.name, summary=form.summary, funding=form.funding)
    return redirect(
        request, "programme", programme=made.slug, flash=_("%(name)s is set up. You organise it.", name=made.name)
    )


@page(signed_in=True)
def edit_programme(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, programme = _asked_for(db, request)
        only_if_may(actor, "change_programme", programme)
    form = form.with_values(name=programme.name, summary=programme.summary, funding=programme.funding)
    return render(request, "programmes/edit.html", form=form, programme=programme, crumbs=_crumbs(programme))


@page(form=ProgrammeForm, again=edit_programme, signed_in=True)
def change_now(request: Request, form: ProgrammeForm) -> Response:
    with transaction() as db:
        actor, programme = _asked_for(db, request)
        change_programme(db, actor, programme, name=form.name, summary=form.summary, funding=form.funding)
    return redirect(request, "programme", programme=programme.slug, flash=_("Saved."))


@page(form=LogoForm, again=edit_programme, signed_in=True)
def set_logo_now(request: Request, form: LogoForm) -> Response:
    if not form.logo:
        raise Invalid({"logo": _("Please choose a picture.")})
    with reading() as db:
        actor, programme = _asked_for(db, request)
        only_if_may(actor, "change_programme", programme)
    with ready_picture(form.logo[0].content, "logo") as picture, transaction() as db:
        assert picture is not None
        actor, programme = _asked_for(db, request)
        set_programme_logo(db, actor, programme, picture=picture)
    return redirect(request, "edit_programme", programme=programme.slug, flash=_("Saved."))


@page(form=LogoForm, again=edit_programme, signed_in=True)
def remove_logo_now(request: Request, form: LogoForm) -> Response:
    with transaction() as db:
        actor, programme = _asked_for(db, request)
        remove_programme_logo(db, actor, programme)
    return redirect(request, "edit_programme", programme=programme.slug, flash=_("Removed."))


@page()
def send_logo(request: Request) -> Response:
    """The logo for pages and letters. One address for everybody, so that nobody learns who has read a letter."""
    with reading() as db:
        found = get_logo(db, get_programme(db, request.path_params["programme"]))
    headers = {
        "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "cross-origin-resource-policy": "cross-origin",  # mail programs on the web show it too
        "cache-control": "public, max-age=86400",
        "etag": f'"{found.sha256[:32]}"',
    }
    if request.headers.get("if-none-match", "") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(logo_png(found), media_type="image/png", headers=headers)


def _cluster_id(db: Database, form: ClusterForm) -> int:
    found = next((one.id for one in all_clusters(db) if one.public_id == form.cluster), None)
    if found is None:
        raise Invalid({"cluster": _("Please choose a cluster from the list.")})
    return found


@page(form=ClusterForm, again=show_programme, signed_in=True)
def add_cluster_now(request: Request, form: ClusterForm) -> Response:
    with transaction() as db:
        actor, programme = _asked_for(db, request)
        add_cluster(db, actor, programme, organisation_id=_cluster_id(db, form))
    return redirect(request, "programme", programme=programme.slug, flash=_("The cluster works in this programme now."))


@page(form=ClusterForm, again=show_programme, signed_in=True)
def remove_cluster_now(request: Request, form: ClusterForm) -> Response:
    with transaction() as db:
        actor, programme = _asked_for(db, request)
        remove_cluster(db, actor, programme, organisation_id=_cluster_id(db, form))
    return redirect(request, "programme", programme=programme.slug, flash=_("The cluster was removed."))
