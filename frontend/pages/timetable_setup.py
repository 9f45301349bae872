"""What a timetable is made of: its rooms, its tracks, and which conflicts stop."""

from typing import ClassVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core.access import why_not
from events.core.database import reading, transaction
from events.core.refusals import Invalid
from events.core.translation import Message, _
from frontend.buttons import NoForm
from frontend.pages.timetable import CONFLICT_NAMES, planned
from frontend.web import NOTHING, Filled, Form, page, redirect, render
from sessions.timetable.conflicts import USUAL, ConflictKind, Level, levels_of, set_conflict_levels
from sessions.timetable.rooms import (
    add_room,
    add_track,
    change_room,
    change_track,
    remove_room,
    remove_track,
)
from sessions.timetable.rows import TrackTone, get_room, get_track, rooms_of, tracks_of

LEVEL_NAMES: dict[Level, Message] = {
    Level.BLOCK: _("Stop it"),
    Level.WARN: _("Warn"),
    Level.IGNORE: _("Leave it alone"),
}
TONE_NAMES: dict[TrackTone, Message] = {
    TrackTone.WOAD: _("Blue"),
    TrackTone.MADDER: _("Red"),
    TrackTone.WELD: _("Yellow"),
    TrackTone.MOSS: _("Green"),
    TrackTone.PLUM: _("Purple"),
    TrackTone.SLATE: _("Grey"),
}


class RoomForm(Form):
    """A room; `what` says which form of the page was sent."""

    what: str = ""
    name: str = ""
    capacity: str = ""
    link: str = ""


class TrackForm(Form):
    """A track."""

    what: str = ""
    name: str = ""
    tone: TrackTone = TrackTone.WOAD


class LevelsForm(Form):
    """For each kind of conflict a level, in `answers`."""

    takes_answers: ClassVar[bool] = True
    answers: dict[str, str] = Field(default_factory=dict)


@page(signed_in=True)
def show_parts(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        actor, event = planned(db, request)
        rooms, tracks, levels = rooms_of(db, event.id), tracks_of(db, event.id), levels_of(db, event.id)
        refusal = why_not(actor, "add_room", event)
    ids = request.path_params
    sent = str(form.values.get("what", "")) or str(ids.get("room", ids.get("track", "")))
    return render(
        request, "timetable/parts.html", event=event, form=form, rooms=rooms, tracks=tracks, refusal=refusal,
        sent=sent, tones=list(TONE_NAMES.items()), tone_names=TONE_NAMES,
        levels=[(kind, CONFLICT_NAMES[kind], levels[kind], USUAL[kind]) for kind in ConflictKind],
        level_options=[(level.value, str(name)) for level, name in LEVEL_NAMES.items()], level_names=LEVEL_NAMES,
    )  # fmt: skip


def _capacity(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise Invalid({"capacity": _("Please write a whole number.")})
    return int(text)


@page(form=RoomForm, again=show_parts, signed_in=True)
def add_room_now(request: Request, form: RoomForm) -> Response:
    with transaction() as db:
        actor, event = planned(db, request)
        add_room(db, actor, event, name=form.name, capacity=_capacity(form.capacity), link=form.link)
    return redirect(request, "timetable_parts", event=event.event.slug, flash=_("Added."))


@page(form=RoomForm, again=show_parts, signed_in=True)
def change_room_now(request: Request, form: RoomForm) -> Response:
    with transaction() as db:
        actor, event = planned(db, request)
        subject = get_room(db, actor, event, request.path_params["room"])
        change_room(db, actor, subject, name=form.name, capacity=_capacity(form.capacity), link=form.link)
    return redirect(request, "timetable_parts", event=event.event.slug, flash=_("Saved."))


@page(form=NoForm, again=show_parts, signed_in=True)
def remove_room_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = planned(db, request)
        remove_room(db, actor, get_room(db, actor, event, request.path_params["room"]))
    return redirect(request, "timetable_parts", event=event.event.slug, flash=_("The room is gone."))


@page(form=TrackForm, again=show_parts, signed_in=True)
def add_track_now(request: Request, form: TrackForm) -> Response:
    with transaction() as db:
        actor, event = planned(db, request)
        add_track(db, actor, event, name=form.name, tone=form.tone)
    return redirect(request, "timetable_parts", event=event.event.slug, flash=_("Added."))


@page(form=TrackForm, again=show_parts, signed_in=True)
def change_track_now(request: Request, form: TrackForm) -> Response:
    with transaction() as db:
        actor, event = planned(db, request)
        subject = get_track(db, actor, event, request.path_params["track"])
        change_track(db, actor, subject, name=form.name, tone=form.tone)
    return redirect(request, "timetable_parts", event=event.event.slug, flash=_("Saved."))


@page(form=NoForm, again=show_parts, signed_in=True)
def remove_track_now(request: Request, form: NoForm) -> Response:
    with transaction() as db:
        actor, event = planned(db, request)
        remove_track(db, actor, get_track(db, actor, event, request.path_params["track"]))
    return redirect(
        request, "timetable_parts", event=event.event.slug, flash=_("The track is gone. Its sessions stay.")
    )


@page(form=LevelsForm, again=show_parts, signed_in=True)
def set_levels_now(request: Request, form: LevelsForm) -> Response:
    with transaction() as db:
        actor, event = planned(db, request)
        chosen = {kind: form.answers.get(kind.value, "") for kind in ConflictKind}
        wrong: dict[str, Message | str] = {
            kind.value: _("Please choose one of the answers.") for kind, one in chosen.items() if one not in set(Level)
        }
        if wrong:
            raise Invalid(wrong)
        set_conflict_levels(db, actor, event, levels={kind: Level(one) for kind, one in chosen.items()})
    return redirect(request, "timetable_parts", event=event.event.slug, flash=_("Saved."))
