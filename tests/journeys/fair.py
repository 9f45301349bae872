"""A small matchmaking event for journeys: who takes part is there already, and each comes in with a browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from icalendar import Calendar
from playwright.sync_api import Browser
from sqlmodel import select

from events.core.access import Actor
from events.core.database import Database, forget_engines, transaction
from events.core.sheets import read_sheet
from events.desks import add_desk, add_desk_officer
from events.importing.participants import import_participants, preview_participants
from events.people import Person
from events.programmes import Programme
from events.signin import open_sign_in
from frontend.cookies import SIGN_IN, cookie_name
from sessions.blocks import MeetingTable, add_tables
from sessions.meetings import Meeting
from tests.journeys.house import House, Letter, open_house, soon
from tests.journeys.meeting import open_dialog
from tests.journeys.people import OnAPhone, Somebody
from tests.makers import again, make_organisation, make_person
from tests.sessions.makers_meetings import (
    Fair,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    problems_with_seats,
)

HERE = "/e/food-match"


@dataclass
class RunningFair:
    """The event while the product runs, and who came in."""

    fair: Fair
    house: House
    browser: Browser
    people: list[Somebody] = field(default_factory=list)

    def enter(self, name: str, *, phone: bool = False, **options: Any) -> Somebody:
        """Let somebody come in, signed in, with a browser of their own, perhaps on a phone."""
        somebody = (OnAPhone if phone else Somebody)(self.browser, self.house, name, **options)
        self.people.append(somebody)
        with transaction() as db:
            cookie = open_sign_in(db, db.exec(select(Person).where(Person.name == name)).one(), way="test")
        somebody.context.add_cookies([{"name": cookie_name(SIGN_IN), "value": cookie, "url": self.house.address}])
        return somebody

    def letters(self, somebody: str, about: str, count: int = 1) -> list[Letter]:
        """So many letters to somebody about something, once they have come."""
        address, post = somebody.split(maxsplit=1)[0].lower() + "@example.org", self.house.post
        return soon(
            lambda: found if len(found := post.letters_to(address, about)) >= count else [],
            f"letter {count} to {address} about {about!r}",
        )

    def chairs(self, public: str) -> int:
        """How many chairs the table of a meeting has; every seat in the event is as it should be."""
        with transaction() as db:
            assert problems_with_seats(db) == []
            meeting = db.exec(select(Meeting).where(Meeting.public_id == public)).one()
            return db.get_one(MeetingTable, meeting.table_id).chairs


def entry_of(letter: Letter) -> tuple[str, str, int]:
    """What the calendar object of a letter says: the method, the UID and the SEQUENCE."""
    calendar: Calendar | None = letter.invitation
    assert calendar is not None, letter.subject
    event = calendar.walk("VEVENT")[0]
    return str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"])


def set_up(db: Database) -> Fair:
    """Bo and Dee of one company, Cy of another, Mel whom a file brought and Ola's desk looks after.

    There is a table for two and one for four.
    """
    fair = make_fair(db, make_person(db, "Ada Adler", zone="Europe/Vienna"), slots=6, tables=0)
    for chairs in (2, 4):
        add_tables(db, fair.ada, fair.event, count=1, chairs=chairs)
    trays, press = (
        make_organisation(db, "Nordic Trays", country="SE"),
        make_organisation(db, "Costa Press", country="PT"),
    )
    make_colleague(db, make_person(db, "Bo Berg", zone="Europe/Stockholm"), fair, trays)
    make_colleague(db, make_person(db, "Dee Dumont", zone="Europe/Tallinn"), fair, trays)
    make_participant(db, make_person(db, "Cy Costa", zone="Europe/Lisbon"), fair, organisation=press)
    programme = db.get_one(Programme, fair.event.programme_id)
    desk = add_desk(db, fair.ada, programme, name="Desk Austria", countries=["AT"])
    add_desk_officer(db, fair.ada, desk, person_id=make_person(db, "Ola Olsson", zone="Europe/Vienna").person or 0)
    fair.ada = again(db, fair.ada)
    sheet = read_sheet(b"email,name,organisation,country\nmel@example.org,Mel Meyer,Meyer Molkerei,AT\n", "people.csv")
    import_participants(db, fair.ada, fair.event, rows=preview_participants(db, fair.ada, fair.event, sheet).rows)
    return fair


def actor_called(db: Database, name: str) -> Actor:
    """Somebody by name, with their ties."""
    return again(db, Actor(db.exec(select(Person.id).where(Person.name == name)).one()))


@contextmanager
def running_fair(browser: Browser, template: Path, folder: Path, start: datetime) -> Iterator[RunningFair]:
    """The event on SQLite in a running product; all leave at the end."""
    shutil.copy(template, folder / "folkmoot.db")
    made: list[Fair] = []

    def prepare() -> None:
        with transaction() as db:
            made.append(set_up(db))

    with open_house(f"sqlite:///{folder}/folkmoot.db", folder / "files", start, prepare=prepare) as house:
        running = RunningFair(made[0], house, browser)
        yield running
        for one in running.people:
            one.close()
    forget_engines()


# --- Chapters that both journeys with and without JavaScript have


def prepared_meeting(running: RunningFair) -> str:
    """A meeting of Bo and Cy that stands, in both calendars; answers its id."""
    with transaction() as db:
        bo, cy = actor_called(db, "Bo Berg"), actor_called(db, "Cy Costa")
        public = make_meeting(db, running.fair, asker=bo, invitee=cy).meeting.public_id
    for name in ("Bo Berg", "Cy Costa"):
        running.letters(name, "Invitation")
    assert running.chairs(public) == 2
    return public


def who_meets(person: Somebody) -> list[str]:
    """The names of those who meet, the one who asked first."""
    return person.page.locator("aside .row-title").all_inner_texts()


def bo_hands_over_to_dee(running: RunningFair, bo: Somebody, meeting: str, *, sequence: int = 0) -> None:
    """It leaves Bo's calendar and comes into Dee's, as the entry that it was; `sequence` is what it was before."""
    bo.open(f"/meetings/{meeting}").follow("Hand over to a colleague").arrives_at("Hand this meeting over")
    bo.tick("Dee Dumont").press("Hand it over")
    bo.sees("Dee Dumont has this meeting now. Everybody concerned gets a letter.")
    _method, uid, _first = entry_of(running.letters("Bo Berg", "Invitation")[0])
    gone = running.letters("Bo Berg", "Handed over: meeting with Cy Costa")[0]
    assert entry_of(gone) == ("CANCEL", uid, sequence + 1)
    told = running.letters("Dee Dumont", "Yours now: meeting with Cy Costa")[0]
    assert "in place of Bo Berg" in told.text
    assert entry_of(told) == ("REQUEST", uid, sequence + 2)


def cy_is_told_who_comes_now(running: RunningFair, cy: Somebody, meeting: str) -> None:
    """The other side reads it in a letter, which has the entry, and on the meeting's page."""
    letter = running.letters("Cy Costa", "Who comes has changed: meeting with Dee Dumont")[0]
    assert entry_of(letter) == entry_of(running.letters("Dee Dumont", "Yours now")[0])
    assert "Dee Dumont (Nordic Trays) comes to your meeting" in letter.text
    cy.open(f"/meetings/{meeting}")
    assert who_meets(cy) == ["Dee Dumont", "Cy Costa"]


def dee_brings_bo_along(running: RunningFair, dee: Somebody, meeting: str) -> None:
    """Bo has the entry again, and the other side is told."""
    dee.open(f"/meetings/{meeting}").follow("Add a colleague")
    dee.choose("Who comes too", "Bo Berg, Nordic Trays (Sweden)").press("Add")
    dee.sees("Bo Berg comes too. Everybody who comes gets a letter.")
    assert who_meets(dee) == ["Dee Dumont", "Cy Costa", "Bo Berg"]
    first, again_in = (entry_of(one) for one in running.letters("Bo Berg", "Invitation", 2))
    assert again_in[:2] == first[:2]
    assert again_in[2] > first[2]
    assert entry_of(running.letters("Cy Costa", "Bo Berg (Nordic Trays) comes too")[0]) == again_in


def cancel(person: Somebody, reason: str) -> None:
    """Call the meeting off whose page is open."""
    dialog = open_dialog(person, "Cancel the meeting")
    dialog.get_by_label("Reason").fill(reason)
    person.press("Cancel the meeting", within=dialog)
