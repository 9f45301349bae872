"""Two ways to do what the machine does: by calling the commands in one transaction, and by sending forms."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import date, datetime
from itertools import count
from typing import Any

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, engines, reading, transaction
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from events.events import Event
from events.registration import RegistrationInEvent, withdraw_registration
from events.signin import open_sign_in
from frontend.slots import value_of
from sessions.answers import accept_meeting, decline_meeting
from sessions.attendance import mark_no_show
from sessions.availability import set_availability
from sessions.blocks import add_tables, get_block, slots_in, tables_of
from sessions.breaks import set_breaks
from sessions.colleagues import delegate_meeting
from sessions.limits import LimitReached
from sessions.meetings import Meeting, MeetingInEvent, get_meeting, meeting_in_event
from sessions.moves import cancel_meeting, lock_meeting, move_meeting, schedule_meeting, swap_meetings
from sessions.requests import request_meeting, withdraw_request
from sessions.schedules.drafts import Freedom, get_draft
from sessions.schedules.publishing import publish_schedule
from sessions.sides import side_of
from sessions.tables import TableInEvent, remove_table
from tests.asking import Asker
from tests.makers import make_organisation, make_person, person_of
from tests.sessions.booking.model import COLLEAGUES, MOST_OPEN, PEOPLE, SLOTS, TABLES, Rules
from tests.sessions.makers_meetings import Fair, make_colleague, make_fair, make_participant, place_of, with_rules
from tests.sessions.makers_schedules import make_draft_here

RUNS = count()  # what the run before committed is still there
Outcome = type[Refusal] | int | None
STATUS = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422}


def status_of(refusal: type[Refusal]) -> int:
    """What a browser gets for a refusal."""
    return next(status for kind, status in STATUS.items() if issubclass(refusal, kind))


def set_rules(db: Database, fair: Fair, rules: Rules) -> None:
    with_rules(db, fair, answering=rules.answering, timing=rules.timing, requests_hold=rules.holds)


def draft_of(db: Database, fair: Fair) -> str:
    return make_draft_here(db, fair.ada, fair.event, freedom=Freedom.ANY).draft.public_id


def publish_draft(db: Database, fair: Fair, draft: str) -> None:
    publish_schedule(db, fair.ada, get_draft(db, fair.ada, fair.event, draft))


def take_breaks(db: Database, fair: Fair, slots: Collection[int]) -> None:
    block = get_block(db, fair.ada, fair.block.public_id)
    set_breaks(db, fair.ada, block, breaks=[fair.slots[number] for number in sorted(slots)])


def have_second_table(db: Database, fair: Fair, there: bool) -> None:
    if there:
        add_tables(db, fair.ada, fair.event, count=1)
    else:
        remove_table(db, fair.ada, TableInEvent(tables_of(db, fair.event.id)[TABLES], fair.event.event))


class Ground:
    """An event with its people, on whatever database the settings name."""

    fair: Fair
    people: list[Actor]

    def set_up(self, db: Database, run: str = "") -> None:
        """Five people, four slots, one table; requests last two hours, and two may be open."""
        self.fair = make_fair(db, make_person(db, f"Ada{run} A"), slots=SLOTS, tables=TABLES, name=f"Match {run}")
        with_rules(db, self.fair, max_pending=MOST_OPEN, lasts_minutes=120)
        persons = [make_person(db, f"P{n}{run} B") for n in range(PEOPLE)]
        home = make_organisation(db, f"Dairy {run}")
        self.people = [
            make_colleague(db, one, self.fair, home) if n in COLLEAGUES else make_participant(db, one, self.fair)
            for n, one in enumerate(persons)
        ]

    def now(self) -> AbstractContextManager[Database]:
        """The database as it is now."""
        raise NotImplementedError

    def table(self, number: int) -> int | None:
        """The id of a table by its number from 0 on."""
        with self.now() as db:
            return tables_of(db, self.fair.event.id)[number].id


class ByCommand(Ground):
    """Everything in one transaction that is rolled back at the end."""

    checks_types = True

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.db = self.stack.enter_context(Database(engines().write, expire_on_commit=False))
        self.set_up(self.db)

    def go_by(self, rules: Rules) -> None:
        """Let meetings come about by these rules."""
        set_rules(self.db, self.fair, rules)

    def close(self) -> None:
        """Forget what was done."""
        self.db.rollback()
        self.stack.close()

    def now(self) -> AbstractContextManager[Database]:
        """The database as it is now."""
        return nullcontext(self.db)

    def _do(self, act: Callable[..., Any], *args: Any, **how: Any) -> tuple[Outcome, Any]:
        try:
            return None, act(self.db, *args, **how)
        except Refusal as refused:
            return type(refused), None

    def same(self, expected: type[Refusal] | None, found: Outcome) -> bool:
        """Whether it was refused exactly as it should be."""
        if expected is LimitReached and isinstance(found, type):
            return issubclass(found, LimitReached)
        return found is expected

    def meeting(self, public: str) -> MeetingInEvent:
        """A meeting as its page finds it."""
        return get_meeting(self.db, self.fair.ada, public)

    def request(self, asker: int, invitee: int, slot: int | None) -> tuple[Outcome, str]:
        place = place_of(self.db, self.people[invitee], self.fair)
        when = self.fair.slots[slot] if slot is not None else None
        refused, made = self._do(request_meeting, self.people[asker], self.fair.event, invitee=place, slot=when)
        return refused, made.public_id if made else ""

    def accept(self, who: int, public: str, slot: int | None) -> Outcome:
        when = self.fair.slots[slot] if slot is not None else None
        return self._do(accept_meeting, self.people[who], self.meeting(public), slot=when)[0]

    def decline(self, who: int, public: str) -> Outcome:
        return self._do(decline_meeting, self.people[who], self.meeting(public), reason="no")[0]

    def withdraw(self, who: int, public: str) -> Outcome:
        return self._do(withdraw_request, self.people[who], self.meeting(public))[0]

    def cancel(self, who: int, public: str) -> Outcome:
        return self._do(cancel_meeting, self.people[who], self.meeting(public))[0]

    def move(self, who: int, public: str, slot: int) -> Outcome:
        return self._do(move_meeting, self.people[who], self.meeting(public), slot=self.fair.slots[slot])[0]

    def swap(self, public: str, other: str) -> Outcome:
        return self._do(swap_meetings, self.fair.ada, self.meeting(public), other=self.meeting(other))[0]

    def no_show(self, who: int, public: str, absent: int) -> Outcome:
        return self._do(mark_no_show, self.people[who], self.meeting(public), absent=self.people[absent].person)[0]

    def delegate(self, who: int, public: str, to: int) -> Outcome:
        side = side_of(meeting_in_event(self.db, *self._rows(public)), self.people[who].person or 0)
        place = place_of(self.db, self.people[to], self.fair)
        return self._do(delegate_meeting, self.people[who], side, to=place)[0]

    def _rows(self, public: str) -> tuple[Meeting, Event]:
        found = self.meeting(public)
        return found.meeting, found.event

    def draft(self) -> str:
        """Schedule the whole event anew, everything free to move: the draft's id."""
        return draft_of(self.db, self.fair)

    def publish(self, draft: str) -> Outcome:
        return self._do(publish_draft, self.fair, draft)[0]

    def schedule(self, public: str, slot: int) -> Outcome:
        return self._do(schedule_meeting, self.fair.ada, self.meeting(public), slot=self.fair.slots[slot])[0]

    def cut(self, slots: Collection[int]) -> Outcome:
        """Let the event's one block have breaks in place of these slots, and no others."""
        return self._do(take_breaks, self.fair, slots)[0]

    def second_table(self, there: bool) -> Outcome:
        """Add a table to the first one, or take it away again."""
        return self._do(have_second_table, self.fair, there)[0]

    def lock(self, public: str) -> Outcome:
        return self._do(lock_meeting, self.fair.ada, self.meeting(public))[0]

    def be_away(self, who: int, absent: Collection[datetime]) -> Outcome:
        return self._do(set_availability, self.people[who], self.fair.event, absent=list(absent))[0]

    def leave(self, who: int) -> Outcome:
        place = RegistrationInEvent(place_of(self.db, self.people[who], self.fair), self.fair.event.event)
        return self._do(withdraw_registration, self.people[who], place)[0]


class ByForm(Ground):
    """As browsers do it: each step a form to the application, each in a transaction of its own."""

    checks_types = False

    def __init__(self) -> None:
        with transaction() as db:
            self.set_up(db, run=f"r{next(RUNS)}")
            self.places = [place_of(db, one, self.fair).public_id for one in self.people]
        self.cookies: dict[tuple[int | None, date], str] = {}
        self.runner, self.asker = asyncio.Runner(), Asker()

    def go_by(self, rules: Rules) -> None:
        """Let meetings come about by these rules."""
        with transaction() as db:
            set_rules(db, self.fair, rules)

    def close(self) -> None:
        """Let go of the event loop; rows stay, whoever made the database puts it back."""
        self.runner.close()

    def now(self) -> AbstractContextManager[Database]:
        """The database as it is now."""
        return reading()

    def same(self, expected: type[Refusal] | None, found: Outcome) -> bool:
        """Whether the status is that of the refusal it should be."""
        return found == (status_of(expected) if expected else None)

    def meeting(self, public: str) -> MeetingInEvent:
        """A meeting as it is now."""
        with reading() as db:
            return get_meeting(db, self.fair.ada, public)

    def _cookie(self, actor: Actor) -> str:
        """A sign-in of this day: one that idles for two ends, and the machine waits longer."""
        today = (actor.person, clock.now().date())
        if today not in self.cookies:
            with transaction() as db:
                self.cookies[today] = open_sign_in(db, person_of(db, actor), way="test")
        return self.cookies[today]

    def _post(self, actor: Actor, path: str, form: dict[str, Any]) -> tuple[Outcome, str]:
        answer = self.runner.run(self.asker.post(path, form, cookie=self._cookie(actor)))
        done = answer.status_code == 303
        return (None if done else answer.status_code), answer.headers.get("location", "")

    def _on_meeting(self, sender: int, public: str, what: str, **form: str) -> Outcome:
        return self._post(self.people[sender], f"/meetings/{public}/{what}", form)[0]

    def request(self, asker: int, invitee: int, slot: int | None) -> tuple[Outcome, str]:
        path = f"/e/{self.fair.event.event.slug}/participants/{self.places[invitee]}/ask"
        refused, where = self._post(self.people[asker], path, self._when(slot))
        return refused, where.rpartition("/meetings/")[2].partition("?")[0]

    def _when(self, slot: int | None) -> dict[str, str]:
        return {"slot": value_of(self.fair.slots[slot])} if slot is not None else {}

    def accept(self, who: int, public: str, slot: int | None) -> Outcome:
        return self._on_meeting(who, public, "accept", **self._when(slot))

    def decline(self, who: int, public: str) -> Outcome:
        return self._on_meeting(who, public, "decline", reason="no")

    def withdraw(self, who: int, public: str) -> Outcome:
        return self._on_meeting(who, public, "withdraw")

    def cancel(self, who: int, public: str) -> Outcome:
        return self._on_meeting(who, public, "cancel")

    def move(self, who: int, public: str, slot: int) -> Outcome:
        return self._on_meeting(who, public, "move", slot=value_of(self.fair.slots[slot]))

    def no_show(self, who: int, public: str, absent: int) -> Outcome:
        with reading() as db:
            person = person_of(db, self.people[absent])
        return self._on_meeting(who, public, "no-show", person=person.public_id)

    def delegate(self, who: int, public: str, to: int) -> Outcome:
        return self._on_meeting(who, public, "hand-over", side=self.places[who], who=self.places[to])

    def draft(self) -> str:
        with transaction() as db:
            return draft_of(db, self.fair)

    def publish(self, draft: str) -> Outcome:
        return self._by_command(publish_draft, self.fair, draft)

    def schedule(self, public: str, slot: int) -> Outcome:
        return self._as_ada(schedule_meeting, self.meeting(public), slot=self.fair.slots[slot])

    def cut(self, slots: Collection[int]) -> Outcome:
        return self._by_command(take_breaks, self.fair, slots)

    def second_table(self, there: bool) -> Outcome:
        return self._by_command(have_second_table, self.fair, there)

    def swap(self, public: str, other: str) -> Outcome:
        return self._as_ada(swap_meetings, self.meeting(public), other=self.meeting(other))

    def lock(self, public: str) -> Outcome:
        return self._as_ada(lock_meeting, self.meeting(public))

    def _as_ada(self, act: Callable[..., Any], *args: Any, **how: Any) -> Outcome:
        return self._by_command(act, self.fair.ada, *args, **how)

    def _by_command(self, act: Callable[..., Any], *args: Any, **how: Any) -> Outcome:
        """What only the organiser's board does, which sends one form for many things."""
        try:
            with transaction() as db:
                act(db, *args, **how)
        except Refusal as refused:
            return status_of(type(refused))
        return None

    def be_away(self, who: int, absent: Collection[datetime]) -> Outcome:
        with reading() as db:
            slots = slots_in(db, self.fair.event.id)
        free = [value_of(slot) for slot in slots if slot.starts_at not in absent]
        return self._post(self.people[who], f"/e/{self.fair.event.event.slug}/availability", {"free": free})[0]

    def leave(self, who: int) -> Outcome:
        path = f"/e/{self.fair.event.event.slug}/registrations/{self.places[who]}/withdraw"
        return self._post(self.people[who], path, {})[0]
