"""Following: the one step from a hackathon to its matchmaking event, with a preview of what comes over."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound
from events.core.translation import _
from events.core.wall import from_wall, to_wall
from events.events import EventWithPhases, follower_of, get_event
from events.following import make_following_event, organiser_of_its_programme, what_comes_over
from events.organisations import KIND_NAMES
from events.phases import PhaseKind
from events.planning import TEMPLATES
from events.reference.zones import is_zone
from frontend import choices
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render


class FollowForm(Form):
    """What the new event is called and when its first day begins."""

    name: str = ""
    starts_at: str = ""
    zone: str = ""
    tagline: str = ""


def _followed(db: Database, request: Request) -> EventWithPhases:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    if not organiser_of_its_programme(actor, event):
        raise NotFound()
    only_if_may(actor, "make_following_event", event)
    return event


def _first_day(event: EventWithPhases) -> str:
    """The first Tuesday three weeks after the hackathon ends, at nine: the booking phase needs two of them."""
    live = event.phase(PhaseKind.LIVE) or (event.phases[-1] if event.phases else None)
    begin = max(live.ends_at if live else clock.now(), clock.now()) + timedelta(days=21)
    begin += timedelta(days=(1 - begin.weekday()) % 7)
    return to_wall(begin, event.zone)[:10] + "T09:00"


@page(signed_in=True)
def show_following(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = _followed(db, request)
        follower = follower_of(db, event.id)
        coming = what_comes_over(db, actor_of(db, request), event)
    form = form.with_values(
        name=str(_("%(event)s: matchmaking", event=event.event.name)), starts_at=_first_day(event), zone=event.zone
    )
    types = dict(TEMPLATES["matchmaking"].types)
    return render(
        request, "following/follow.html", event=event, follower=follower, coming=coming, form=form,
        zones=choices.zones(), types=types, kind_names=KIND_NAMES,
    )  # fmt: skip


@page(form=FollowForm, again=show_following, signed_in=True)
def follow_now(request: Request, form: FollowForm) -> Response:
    with transaction() as db:
        event = _followed(db, request)
        starts_at = from_wall(form.starts_at, form.zone if is_zone(form.zone) else event.zone)
        made = make_following_event(
            db, actor_of(db, request), event, name=form.name, starts_at=starts_at, zone=form.zone, tagline=form.tagline
        )
    said = _("Made as a draft. Look through it, then publish it: whoever came over is then asked on their home.")
    return redirect(request, "set_up", event=made.event.slug, flash=said)
