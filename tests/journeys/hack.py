"""A hackathon for journeys: who is in it is there already, comes in signed in, and acts by commands where that is not
what the journey is about."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database, forget_engines, transaction
from events.events import Event, EventWithPhases, event_by_id
from events.people import Person
from events.phases import PhaseKind
from events.signin import open_sign_in
from frontend.cookies import SIGN_IN, cookie_name
from tests.journeys.house import House, Letter, open_house
from tests.journeys.people import OnAPhone, Somebody
from tests.makers import again

HERE = "/e/food-hack"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


@dataclass
class Acting:
    """Somebody in a transaction."""

    db: Database
    actor: Actor

    @property
    def event(self) -> EventWithPhases:
        """The hackathon as it is now."""
        row = self.db.exec(select(Event).where(Event.slug == "food-hack")).one()
        return event_by_id(self.db, row.id or 0)


@dataclass
class RunningHack:
    """The product while it runs, and who came in."""

    house: House
    browser: Browser
    people: list[Somebody] = field(default_factory=list)

    def enter(self, name: str, *, phone: bool = False, **options: Any) -> Somebody:
        """Let somebody come in, signed in, with a browser of their own, perhaps on a phone."""
        somebody = (OnAPhone if phone else Somebody)(self.browser, self.house, name, **options)
        self.people.append(somebody)
        self.sign_in(somebody)
        return somebody

    def sign_in(self, somebody: Somebody) -> None:
        """Once more, after so much time that one was signed out."""
        with transaction() as db:
            cookie = open_sign_in(db, db.exec(select(Person).where(Person.name == somebody.name)).one(), way="test")
        somebody.context.add_cookies([{"name": cookie_name(SIGN_IN), "value": cookie, "url": self.house.address}])

    def go_to(self, moment: datetime) -> None:
        """Let time pass."""
        self.house.clock.move(moment)
        for one in self.people:
            self.sign_in(one)

    def go_to_phase(self, kind: PhaseKind) -> None:
        """Let time pass until a phase has just begun, unless it has."""
        with transaction() as db:
            row = db.exec(select(Event).where(Event.slug == "food-hack")).one()
            phase = event_by_id(db, row.id or 0).phase(kind)
        assert phase is not None, kind
        if phase.starts_at > self.house.clock.now:
            self.go_to(phase.starts_at + timedelta(minutes=1))

    @contextmanager
    def acting(self, name: str) -> Iterator[Acting]:
        """Somebody does something by a command."""
        with transaction() as db:
            person = db.exec(select(Person.id).where(Person.name == name)).one()
            yield Acting(db, again(db, Actor(person)))

    def letter(self, name: str, about: str) -> Letter:
        """The newest letter to somebody about something, once it has come."""
        return self.house.post.wait_for(name.split(maxsplit=1)[0].lower() + "@example.org", about)


@contextmanager
def running_hack(
    browser: Browser, template: Path, folder: Path, start: datetime, prepare: Callable[[Database], object]
) -> Iterator[RunningHack]:
    """The product on SQLite, with what `prepare` makes; all leave at the end."""
    shutil.copy(template, folder / "folkmoot.db")

    def make() -> None:
        with transaction() as db:
            prepare(db)

    with open_house(f"sqlite:///{folder}/folkmoot.db", folder / "files", start, prepare=make) as house:
        running = RunningHack(house, browser)
        yield running
        for one in running.people:
            one.close()
    forget_engines()
