"""Availability: in which slots of an event somebody can meet, as boxes to tick; one's own, or a participant's whom one
acts for."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from events.core import clock
from events.core.access import Actor
from events.core.clock import atoms
from events.core.database import Database, reading, transaction
from events.core.translation import Message, _, day_of
from events.events import EventWithPhases, event_by_id, get_event
from events.people import get_person
from events.registration import RegistrationInEvent, get_registration
from frontend.pages.busy_times import age_of
from frontend.showing import only_if_may
from frontend.slots import SlotChoice, choice, value_of
from frontend.web import NOTHING, Filled, Form, actor_of, page, redirect, render
from sessions.availability import absences_of, has_stated, set_availability, set_availability_for
from sessions.blocks import Block, Slot, blocks_of, slots_of
from sessions.booking_rules import is_awake, rules_of
from sessions.own_calendars import OwnCalendar, covers, find_own_calendar
from sessions.seats import kept_atoms


class AvailabilityForm(Form):
    """The slots in which one can meet, by their values; `all` and `none` are blocks to tick or to clear as a whole."""

    free: list[str] = Field(default_factory=list)
    all: str = ""
    none: str = ""


@dataclass(frozen=True)
class Whose:
    """Whose availability a page is about."""

    event: EventWithPhases
    person_id: int
    name: str
    zone: str
    place: RegistrationInEvent | None

    @property
    def own(self) -> bool:
        """Whether it is the reader's own."""
        return self.place is None


@dataclass(frozen=True)
class Part:
    """A block that is not over, with its coming slots on somebody's clock."""

    public_id: str
    day: str
    starts: datetime
    ends: datetime
    slots: list[SlotChoice]


@dataclass(frozen=True)
class Coming:
    """The slots that have not begun, by block; those of them with a meeting, those outside somebody's hours, the starts
    of those for which they said that they cannot, and those in which their own calendar has them busy, perhaps busy, or
    busy though they can meet."""

    blocks: list[tuple[Block, list[Slot]]]
    met: set[Slot]
    asleep: set[Slot]
    absent: set[datetime]
    read_at: datetime | None = None
    busy: frozenset[Slot] = frozenset()
    perhaps: frozenset[Slot] = frozenset()
    anyway: frozenset[Slot] = frozenset()

    @property
    def slots(self) -> list[Slot]:
        """All of them."""
        return [slot for _block, slots in self.blocks for slot in slots]


def _own(db: Database, request: Request) -> tuple[Actor, Whose]:
    actor = actor_of(db, request)
    event = get_event(db, actor, request.path_params["event"])
    only_if_may(actor, "set_availability", event)
    person = get_person(db, actor.person or 0)
    return actor, Whose(event, person.id or 0, person.name, person.zone, None)


def _of_participant(db: Database, request: Request) -> tuple[Actor, Whose]:
    actor = actor_of(db, request)
    get_event(db, actor, request.path_params["event"])
    place = get_registration(db, actor, request.path_params["registration"])
    only_if_may(actor, "set_availability_for", place)
    person = get_person(db, place.registration.person_id)
    return actor, Whose(event_by_id(db, place.event.id or 0), person.id or 0, person.name, person.zone, place)


def _coming(db: Database, whose: Whose) -> Coming:
    now, rules = clock.now(), rules_of(db, whose.event.id)
    pairs = [
        (block, [slot for slot in slots_of(block) if slot.starts_at > now]) for block in blocks_of(db, whose.event.id)
    ]
    blocks = [(block, slots) for block, slots in pairs if slots]
    slots = [slot for _block, found in blocks for slot in found]
    absent = absences_of(db, whose.event.id, {whose.person_id})
    if not slots:
        return Coming([], set(), set(), absent)
    own = find_own_calendar(db, whose.person_id)
    kept = kept_atoms(db, whose.person_id, Slot(slots[0].starts_at, slots[-1].ends_at))
    met = {slot for slot in slots if not kept.isdisjoint(atoms(slot.starts_at, slot.ends_at))}
    asleep = {slot for slot in slots if slot not in met and not is_awake(rules, whose.zone, slot)}
    return Coming(blocks, met, asleep, absent, *_by_calendar(own, set(slots) - met - asleep))


def _by_calendar(
    own: OwnCalendar | None, slots: set[Slot]
) -> tuple[datetime | None, frozenset[Slot], frozenset[Slot], frozenset[Slot]]:
    if own is None:
        return None, frozenset(), frozenset(), frozenset()
    busy, perhaps, anyway = (
        frozenset(slot for slot in slots if covers(pieces, slot)) for pieces in (own.busy, own.perhaps, own.free_anyway)
    )
    return own.read_at, busy, perhaps - busy, anyway & busy


def _parts(coming: Coming, whose: Whose, form: Filled) -> list[Part]:
    sent = form.values.get("free", []) if form.refused else None
    typed = {sent} if isinstance(sent, str) else set(sent or [])
    outside = _("Outside your hours") if whose.own else _("Outside their hours")

    def shown(slot: Slot) -> SlotChoice:
        if slot in coming.asleep:
            return choice(slot, taken=outside)
        shut = slot in coming.busy and slot not in coming.anyway
        if shut and not whose.own:
            return choice(slot, taken=_("Busy"))
        ticked = value_of(slot) in typed if form.refused else slot.starts_at not in coming.absent and not shut
        note = _("Busy in your calendar") if slot in coming.busy else ""
        if whose.own and slot in coming.perhaps:
            note = _("Perhaps busy")
        return choice(
            slot, taken=_("Meeting") if slot in coming.met else "", chosen=ticked or slot in coming.met,
            note=note if whose.own else "",
        )  # fmt: skip

    return [
        Part(
            block.public_id, day_of(slots[0].starts_at, whose.zone), slots[0].starts_at, slots[-1].ends_at,
            [shown(slot) for slot in slots],
        )
        for block, slots in coming.blocks
    ]  # fmt: skip


def _ticked(coming: Coming, form: AvailabilityForm) -> set[str]:
    """The values of the slots that are ticked, by hand or as whole blocks."""
    free = set(form.free)
    for block, slots in coming.blocks:
        values = {value_of(slot) for slot in slots}
        if block.public_id == form.all:
            free |= values
        if block.public_id == form.none:
            free -= values
    return free


def _absent(coming: Coming, form: AvailabilityForm, *, own: bool) -> set[datetime]:
    """What the ticks say, for times that can be ticked; the others stay as they were.

    What is not ticked because a calendar says busy is no absence: it is free again when the calendar says so.
    """
    free = _ticked(coming, form)
    shut = coming.busy - coming.anyway
    asked = [
        slot
        for slot in coming.slots
        if slot not in coming.met and slot not in coming.asleep and (own or slot not in shut)
    ]
    said = {slot.starts_at for slot in asked}
    gone = {slot.starts_at for slot in asked if value_of(slot) not in free}
    by_calendar = {slot.starts_at for slot in shut} - coming.absent
    return (gone - by_calendar) | (coming.absent - said)


def _free_anyway(coming: Coming, form: AvailabilityForm) -> set[datetime]:
    """The busy times that are ticked all the same."""
    free = _ticked(coming, form)
    return {slot.starts_at for slot in coming.busy if value_of(slot) in free}


def _page(request: Request, whose: Whose, coming: Coming, form: Filled, *, stated: bool) -> Response:
    return render(
        request, "availability/availability.html", event=whose.event, form=form, whose=whose, stated=stated,
        calendar_age=age_of(clock.now() - coming.read_at) if coming.read_at else "",
        parts=_parts(coming, whose, form), place=whose.place.registration.public_id if whose.place else "",
    )  # fmt: skip


def _known(db: Database, event_id: int, absent: set[datetime]) -> set[datetime]:
    """Without the starts of slots that are no more, since a block was cut anew."""
    return absent & {slot.starts_at for block in blocks_of(db, event_id) for slot in slots_of(block)}


@page(signed_in=True)
def show_availability(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        _actor, whose = _own(db, request)
        coming, stated = _coming(db, whose), has_stated(db, whose.event.id, whose.person_id)
    return _page(request, whose, coming, form, stated=stated)


@page(form=AvailabilityForm, again=show_availability, signed_in=True)
def set_availability_now(request: Request, form: AvailabilityForm) -> Response:
    with transaction() as db:
        actor, whose = _own(db, request)
        coming = _coming(db, whose)
        absent = _known(db, whose.event.id, _absent(coming, form, own=True))
        set_availability(db, actor, whose.event, absent=absent, free_anyway=_free_anyway(coming, form))
    said = _("Saved. Others are offered only the times at which you can meet.")
    return redirect(request, "availability", event=whose.event.event.slug, flash=said)


@page(signed_in=True)
def show_availability_for(request: Request, form: Filled = NOTHING) -> Response:
    with reading() as db:
        _actor, whose = _of_participant(db, request)
        coming, stated = _coming(db, whose), has_stated(db, whose.event.id, whose.person_id)
    return _page(request, whose, coming, form, stated=stated)


@page(form=AvailabilityForm, again=show_availability_for, signed_in=True)
def set_availability_for_now(request: Request, form: AvailabilityForm) -> Response:
    with transaction() as db:
        actor, whose = _of_participant(db, request)
        assert whose.place is not None
        absent = _known(db, whose.event.id, _absent(_coming(db, whose), form, own=False))
        set_availability_for(db, actor, whose.place, absent=absent)
        public = whose.place.registration.public_id
    said: Message = _("Saved. Others are offered only the times at which %(name)s can meet.", name=whose.name)
    return redirect(request, "availability_for", event=whose.event.event.slug, registration=public, flash=said)
