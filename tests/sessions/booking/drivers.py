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
from sessions.colleagues import delegate_meeting
from sessions.limits import LimitReached
from sessions.meetings import Meeting, MeetingInEvent, get_meeting, meeting_in_event
from sessions.moves import cancel_meeting, lock_meeting, move_meeting, swap_meetings
from sessions.requests import request_meeting, withdraw_request
from sessions.schedules.drafts import Freedom
from sessions.schedules.publishing import publish_schedule
from sessions.sides import side_of
from tests.asking import Asker
from tests.makers import make_organisation, make_person, person_of
from tests.sessions.booking.model import COLLEAGUES, MOST_OPEN, PEOPLE, SLOTS, TABLES
from tests.sessions.makers_meetings import Fair, make_colleague, make_fair, make_participant, place_of, with_rules
from tests.sessions.makers_schedules import make_draft_here

RUNS = count()  # what the run before committed is still there
Outcome = type[Refusal] | int | None
STATUS = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422}


def status_of(refusal: type[Refusal]) -> int:
    """What a browser gets for a refusal."""
    return next(status for kind, status in STATUS.items() if issubclass(refusal, kind))


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


class ByCommand(Ground):
    """Everything in one transaction that is rolled back at the end."""

    checks_types = True

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.db = self.stack.enter_context(Database(engines().write, expire_on_commit=False))
        self.set_up(self.db)

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

    def request(self, asker: int, invitee: int, slot: int) -> tuple[Outcome, str]:
        place = place_of(self.db, self.people[invitee], self.fair)
        refused, made = self._do(
            request_meeting, self.people[asker], self.fair.event, invitee=place, slot=self.fair.slots[slot]
        )
        return refused, made.public_id if made else ""

    def accept(self, who: int, public: str) -> Outcome:
        return self._do(accept_meeting, self.people[who], self.meeting(public))[0]

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

    def publish(self) -> Outcome:
        """Schedule the whole event anew, everything free to move, and publish it."""
        draft = make_draft_here(self.db, self.fair.ada, self.fair.event, freedom=Freedom.ANY)
        return self._do(publish_schedule, self.fair.ada, draft)[0]

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

    def request(self, asker: int, invitee: int, slot: int) -> tuple[Outcome, str]:
        path = f"/e/{self.fair.event.event.slug}/participants/{self.places[invitee]}/ask"
        refused, where = self._post(self.people[asker], path, {"slot": value_of(self.fair.slots[slot])})
        return refused, where.rpartition("/meetings/")[2].partition("?")[0]

    def accept(self, who: int, public: str) -> Outcome:
        return self._on_meeting(who, public, "accept")

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

    def publish(self) -> Outcome:
        def make_and_publish(db: Database, ada: Actor) -> None:
            publish_schedule(db, ada, make_draft_here(db, ada, self.fair.event, freedom=Freedom.ANY))

        return self._by_command(make_and_publish)

    def swap(self, public: str, other: str) -> Outcome:
        return self._by_command(swap_meetings, self.meeting(public), other=self.meeting(other))

    def lock(self, public: str) -> Outcome:
        return self._by_command(lock_meeting, self.meeting(public))

    def _by_command(self, act: Callable[..., Any], *args: Any, **how: Any) -> Outcome:
        """What only the organiser's board does, which sends one form for many things."""
        try:
            with transaction() as db:
                act(db, self.fair.ada, *args, **how)
        except Refusal as refused:
            return status_of(type(refused))
        return None

    def be_away(self, who: int, absent: Collection[datetime]) -> Outcome:
        free = [value_of(slot) for slot in self.fair.slots if slot.starts_at not in absent]
        return self._post(self.people[who], f"/e/{self.fair.event.event.slug}/availability", {"free": free})[0]

    def leave(self, who: int) -> Outcome:
        path = f"/e/{self.fair.event.event.slug}/registrations/{self.places[who]}/withdraw"
        return self._post(self.people[who], path, {})[0]
