"""What organisers read about a draft: its figures, each move, why meetings have no time, and how two drafts differ."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotFound
from events.core.translation import Message, _, clock_of, day_of
from events.organisations import Organisation
from events.people import Person
from events.registration import ParticipationType, Registration
from events.roles import organiser_of_event
from sessions.blocks import Slot
from sessions.meetings import MeetingState
from sessions.schedules.contents import Contents, read_contents
from sessions.schedules.drafts import DraftInEvent
from sessions.schedules.fairness import Fared, Figures, figures_of
from sessions.scheduling.plan import Reason, Remedy, WayOut, WhyNot

SHOWN_NAMES = 3


@dataclass(frozen=True)
class Who:
    """A participant as organisers know them."""

    name: str
    organisation: str
    type: str


@dataclass(frozen=True)
class Shift:
    """What a draft does to a meeting, against what stood when it was made; None is no time."""

    meeting: str
    who: str
    before: Slot | None
    after: Slot | None


@dataclass(frozen=True)
class NotPlaced:
    """A meeting without a time: why, and what would make it possible."""

    meeting: str
    who: str
    why: Message
    is_wish: bool
    ways_out: tuple[Message, ...]


@dataclass(frozen=True)
class DraftReport:
    """All that a draft's page shows. `moves` are meetings that stood, `added` those that get their first time;
    `told` people have a letter written to them when it is published."""

    placed: int
    possible: int
    asked: int
    optimal: bool
    weight: float
    bound: float
    figures: Figures
    moves: tuple[Shift, ...]
    lost: tuple[Shift, ...]
    added: tuple[Shift, ...]
    unplaced: tuple[NotPlaced, ...]
    people: tuple[Fared, ...]
    told: int

    @property
    def missing(self) -> int:
        """How many meetings are between the plan and the bound."""
        return max(0, self.possible - self.placed)


@dataclass(frozen=True)
class Difference:
    """A meeting that two drafts put at different times; None is no time."""

    who: str
    one: Slot | None
    other: Slot | None


def report_on(db: Database, actor: Actor, subject: DraftInEvent) -> DraftReport:
    """What a draft says, for organisers of its event; refuses one that is not done."""
    if not organiser_of_event(actor, subject):
        raise NotFound()
    contents = read_contents(db, subject.draft)
    people = _people(db, subject.draft.event_id)
    named = _Names(contents, people, subject.event.zone)
    shifts = _shifts(contents, named)
    fared = [
        Fared(share, who.name, who.organisation, who.type)
        for share in contents.shares
        if (who := people.get(share.registration)) is not None
    ]
    return DraftReport(
        placed=len(contents.plan.meetings),
        possible=subject.draft.possible,
        asked=subject.draft.asked,
        optimal=bool(contents.figures["optimal"]),
        weight=float(contents.figures["weight"]),
        bound=float(contents.figures["bound"]),
        figures=figures_of(contents.shares),
        moves=tuple(one for one in shifts if one.before and one.after),
        lost=tuple(one for one in shifts if one.before and not one.after),
        added=tuple(one for one in shifts if not one.before),
        unplaced=tuple(_unplaced(contents, named, subject.draft.started_at)),
        told=len({person for one in shifts if one.after for person in contents.meetings[one.meeting].people}),
        people=tuple(sorted(fared, key=lambda one: one.name.casefold())),
    )


def differences(db: Database, actor: Actor, one: DraftInEvent, other: DraftInEvent) -> list[Difference]:
    """The meetings that two drafts of an event put at different times, in order of time."""
    if not (organiser_of_event(actor, one) and organiser_of_event(actor, other)):
        raise NotFound()
    mine, theirs = read_contents(db, one.draft), read_contents(db, other.draft)
    people = _people(db, one.draft.event_id)
    names = [_Names(contents, people, one.event.zone) for contents in (mine, theirs)]
    found = []
    for public in {**mine.meetings, **theirs.meetings}:
        first, second = _time(mine, public), _time(theirs, public)
        if first != second:
            called = names[0] if public in mine.meetings else names[1]
            found.append(Difference(called.meeting(public), first, second))
    return sorted(found, key=lambda one: _start(one.one or one.other))


def _time(contents: Contents, public: str) -> Slot | None:
    """When a meeting would be: by the plan, or where it stands outside of it."""
    if public not in contents.meetings:
        return None
    unplaced = {str(one.request) for one in contents.unplaced}
    return contents.slot_for(public) or (None if public in unplaced else contents.meetings[public].slot)


def _people(db: Database, event_id: int) -> dict[str, Who]:
    query = (
        select(
            col(Registration.public_id), col(Person.name), col(Person.email), col(Organisation.name),
            col(ParticipationType.name),
        )
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(ParticipationType, col(ParticipationType.id) == col(Registration.type_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Registration.organisation_id))
        .where(col(Registration.event_id) == event_id)
    )  # fmt: skip
    return {public: Who(name or email, home or "", type) for public, name, email, home, type in db.execute(query)}


class _Names:
    """How a draft's people and meetings are called."""

    def __init__(self, contents: Contents, people: Mapping[str, Who], zone: str) -> None:
        self.contents, self.people, self.zone = contents, people, zone
        self.registration = {person: public for public, person in contents.people.items()}

    def person(self, registration: str) -> str:
        who = self.people.get(registration)
        return who.name if who else str(_("Somebody"))

    def some(self, registrations: Iterable[object]) -> str:
        return _listed([self.person(str(one)) for one in registrations])

    def meeting(self, public: str) -> str:
        people = self.contents.meetings[public].people
        return " – ".join(self.person(self.registration.get(one, "")) for one in people)

    def time(self, slot: Slot) -> str:
        """When a slot begins, on the event's clock; its page names the zone."""
        return f"{day_of(slot.starts_at, self.zone)} {clock_of(slot.starts_at, self.zone)}"

    def meetings(self, publics: Iterable[object]) -> str:
        return _listed([self.meeting(str(one)) for one in publics])


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN_NAMES])
    left = len(names) - SHOWN_NAMES
    return str(_("%(names)s and %(count)s more", names=shown, count=left)) if left > 0 else shown


def _shifts(contents: Contents, named: _Names) -> list[Shift]:
    unplaced = {str(one.request) for one in contents.unplaced}
    found = []
    for public, was in contents.meetings.items():
        after = contents.slot_for(public)
        if after != was.slot and (after is not None or public in unplaced) and (after or was.slot):
            found.append(Shift(public, named.meeting(public), was.slot, after))
    return sorted(found, key=lambda one: _start(one.after or one.before))


def _start(slot: Slot | None) -> str:
    return slot.starts_at.isoformat() if slot else ""


def _unplaced(contents: Contents, named: _Names, since: datetime | None) -> list[NotPlaced]:
    found = [
        NotPlaced(
            str(one.request), named.meeting(str(one.request)), _why(one, named), _is_wish(contents, str(one.request)),
            tuple(_ways(one, contents, named, since)),
        )
        for one in contents.unplaced
    ]  # fmt: skip
    left_out = [
        NotPlaced(public, named.meeting(public), _why(WhyNot(public, reason), named), _is_wish(contents, public), ())
        for public, reason in contents.left_out.items()
    ]
    return sorted(found + left_out, key=lambda one: one.who.casefold())


def _is_wish(contents: Contents, public: str) -> bool:
    return contents.meetings[public].state is MeetingState.REQUESTED


def _why(one: WhyNot, named: _Names) -> Message:
    names = named.some(one.participants)
    match one.reason:
        case Reason.LIMIT:
            return _("%(names)s: as many meetings as allowed.", names=names)
        case Reason.FULLY_BOOKED if names:
            return _("%(names)s: other meetings at every time that would do.", names=names)
        case Reason.TABLES_FULL:
            return _("All tables are taken at the times at which they are free.")
        case Reason.FULLY_BOOKED | Reason.DISPLACED | Reason.ORDER:
            return _("Other meetings are at each time that would do.")
        case _other:
            # A no thanks reads like this too.
            return _("There is no time at which all of them are free.")


def _ways(one: WhyNot, contents: Contents, named: _Names, since: datetime | None) -> Iterator[Message]:
    """What would make a meeting possible, one of each kind, at times that had not begun when the draft was made."""
    kinds = set()
    for out in one.ways_out:
        if out.slot is None or out.remedy in kinds or (since and contents.slots[out.slot].starts_at <= since):
            continue
        way = _way(out, contents, named)
        if way is not None:
            kinds.add(out.remedy)
            yield way


def _way(out: WayOut, contents: Contents, named: _Names) -> Message | None:
    """What would make a meeting possible; None for what only a solver would say."""
    if out.slot is None:
        return None
    when, names = named.time(contents.slots[out.slot]), named.some(out.participants)
    match out.remedy:
        case Remedy.FREE_PARTICIPANT:
            return _("%(names)s would have to be free on %(when)s.", names=names, when=when)
        case Remedy.ONE_MORE_TABLE:
            return _("One more table on %(when)s would do.", when=when)
        case Remedy.RAISE_LIMIT:
            return _("A higher limit for %(names)s would do; there is room on %(when)s.", names=names, when=when)
        case Remedy.MOVE_MEETING:
            others = named.meetings(out.meetings)
            return _("It could be on %(when)s if this made way: %(meetings)s.", when=when, meetings=others)
        case _other:
            return None
