"""Video: how an event's meetings are held, and how those who meet see each other."""

from starlette.requests import Request
from starlette.responses import Response

from events.core.access import why_not
from events.core.database import reading, transaction
from events.core.settings import settings
from events.core.translation import _
from frontend.meeting_room_shown import room_of, ways_offered
from frontend.pages.meeting_rooms import done, show_room
from frontend.pages.setup.shared import organised_event
from frontend.showing import only_if_may
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.video import FOR_MEETINGS, WAYS, Way, choose_video, set_video_rules, video_rules_of


class RulesForm(Form):
    """How meetings are held; sites one a line."""

    way: str = ""
    relay_only: str = ""
    link_hosts: str = ""


class WayForm(Form):
    """How those who meet see each other, '' as their event does."""

    way: str = ""
    link: str = ""


def way_called(word: str) -> Way | None:
    """A way by its word; None for none that there is."""
    return Way(word) if word in {one.value for one in Way} else None


@page(signed_in=True)
def show_rules(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        event = organised_event(db, request)
        rules = video_rules_of(db, event.id)
        refusal = why_not(actor_of(db, request), "set_video_rules", event)
    offered = ways_offered()
    kept = {"way": rules.way.value, "link_hosts": "\n".join(rules.link_hosts)}
    kept |= {"relay_only": "yes"} if rules.relay_only else {}
    return render(
        request, "meeting_rooms/rules.html", event=event, form=form.with_values(**kept), refusal=refusal,
        ways=offered, has_relay=bool(settings().turn_urls),
        missing=[str(WAYS[one]) for one in FOR_MEETINGS if (one.value, WAYS[one]) not in offered],
    )  # fmt: skip


@page(form=RulesForm, again=show_rules, signed_in=True)
def set_rules_now(request: Request, form: RulesForm) -> Response:
    with transaction() as db:
        event = organised_event(db, request)
        set_video_rules(
            db, actor_of(db, request), event, way=way_called(form.way) or Way.STREAM,
            relay_only=bool(form.relay_only), link_hosts=form.link_hosts.split("\n"),
        )  # fmt: skip
    return redirect(request, "video_rules", event=event.event.slug, flash=_("Saved. It holds from now on."))


@page(form=WayForm, again=show_room, signed_in=True)
def choose_now(request: Request, form: WayForm) -> Response:
    with transaction() as db:
        actor, _event, subject = room_of(db, request)
        only_if_may(actor, "choose_video", subject)
        choose_video(db, actor, subject, way=(way_called(form.way) or Way.STREAM) if form.way else None, link=form.link)
    return done(request, _("Chosen. Everybody in the room is switched together."))
