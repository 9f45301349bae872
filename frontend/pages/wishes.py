"""Wishes to meet teams, from the pitches before a matchmaking event: its organiser makes requests of them."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.database import reading, transaction
from events.core.refusals import NotAllowed
from events.core.translation import N_, Message, _
from events.events import EventWithPhases, get_event
from events.roles import organiser_of_event
from frontend.buttons import NoForm
from frontend.web import NOTHING, Filled, actor_of, page, redirect, render
from sessions.networking.touch import turn_connections_into_requests, waiting_connections
from sessions.turning import Turned
from sessions.wishes import turn_wishes_into_requests, waiting_by_team, waiting_wishes


@page(signed_in=True)
def show_wishes(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        if not organiser_of_event(actor, event):
            raise NotAllowed()
        teams, waiting = waiting_by_team(db, event), len(waiting_wishes(db, event))
        connections = len(waiting_connections(db, event))
    return render(
        request, "live/wishes.html", event=event, form=form, teams=teams, waiting=waiting, connections=connections
    )  # fmt: skip


@page(form=NoForm, again=show_wishes, signed_in=True)
def turn_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        turned = turn_wishes_into_requests(db, actor, event)
    return _told(request, event, turned)


@page(form=NoForm, again=show_wishes, signed_in=True)
def turn_connections_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor = actor_of(db, request)
        event = get_event(db, actor, request.path_params["event"])
        turned = turn_connections_into_requests(db, actor, event)
    return _told(request, event, turned)


def _told(request: Request, event: EventWithPhases, turned: Turned) -> Response:
    told: list[Message | str] = []
    if turned.made:
        told.append(N_("One request was made.", "%(count)s requests were made.", turned.made))
    if turned.left:
        told.append(N_("One is left for the next time:", "%(count)s are left for the next time:", turned.left))
        told += list(turned.why)[:3]
    elif not told:
        told.append(_("Nothing waits any more."))
    return redirect(request, "wishes", event=event.event.slug, flash=" ".join(map(str, told)))
