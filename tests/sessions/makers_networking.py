"""Makers for speed networking: an event whose people are there, and what they do."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.timers import TIMERS, Timer
from sessions.networking.pairing import Pair
from sessions.networking.rounds import CLOCK
from sessions.networking.rows import (
    NetworkingInEvent,
    NetworkingPair,
    NetworkingPartner,
    NetworkingRound,
    NetworkingVisit,
    get_networking,
)
from sessions.networking.running import start_networking
from sessions.networking.setting_up import Settings, plan_networking
from sessions.networking.visits import SOON, enter_networking, join_networking
from sessions.visit_lines import note_seen
from tests.makers import again, make_organisation, make_person
from tests.sessions.makers_meetings import Fair, make_fair, make_participant

NAMES = ("Bo", "Cy", "Gil", "Hana", "Ivo", "Jo", "Kim", "Lou", "Nia", "Olek")


@dataclass
class Evening:
    """A speed networking in which Ada organises; its people by their first names, each of an organisation of their
    own."""

    db: Database
    fair: Fair
    public: str
    people: dict[str, Actor] = field(default_factory=dict)

    def subject(self, name: str = "") -> NetworkingInEvent:
        """It as somebody sees it now, Ada without a name."""
        return get_networking(self.db, self.actor(name), self.public)

    def actor(self, name: str = "") -> Actor:
        """Somebody with the ties of now."""
        return again(self.db, self.people[name] if name else self.fair.ada)

    def do(self, command: Any, name: str = "", **values: Any) -> Any:
        """Somebody does something, Ada without a name."""
        return command(self.db, self.actor(name), self.subject(name), **values)

    def come_in(self, *names: str) -> None:
        """They are in the call."""
        for name in names:
            self.do(enter_networking, name)

    def say_here(self, *names: str) -> None:
        """They say that they are there, and no more."""
        for name in names:
            self.do(join_networking, name)

    def start(self) -> None:
        """Ada starts it, and everybody comes to the first round's start."""
        self.do(start_networking)

    def wait(self, seconds: float) -> None:
        """Time goes by, second by second as far as timers go: whatever falls due is done at its moment. Windows that
        are open are seen all the while."""
        target = clock.now() + timedelta(seconds=seconds)
        for _step in range(200):
            query = select(Timer).where(Timer.done_at.is_(None), Timer.due_at <= target)  # type: ignore[union-attr]  # a column
            query = query.where(Timer.kind.in_([CLOCK, SOON]))  # type: ignore[attr-defined]  # a column
            due = self.db.exec(query.order_by(Timer.due_at, Timer.id)).first()  # type: ignore[arg-type]  # columns
            self._go_to(max(clock.now(), due.due_at) if due else target)
            if due is None:
                return
            due.done_at = clock.now()
            self.db.add(due)
            self.db.flush()
            TIMERS[due.kind](self.db, due.subject_id)
            self.db.flush()
        raise AssertionError("timers without end")

    def _go_to(self, moment: datetime) -> None:
        clock._frozen[-1] = moment
        windows = select(NetworkingVisit.public_id).where(NetworkingVisit.left_at.is_(None))  # type: ignore[union-attr]  # a column
        note_seen(self.db, NetworkingVisit, list(self.db.exec(windows)))

    def named(self, person: int) -> str:
        """Somebody's first name."""
        return next(name for name, one in self.people.items() if one.person == person)

    def pairs(self) -> list[str]:
        """Who talks with whom now: "Bo+Cy", in order."""
        query = select(NetworkingPartner.pair_id, NetworkingPartner.person_id).where(
            NetworkingPair.id == NetworkingPartner.pair_id, NetworkingPair.ended_at.is_(None),  # type: ignore[union-attr]  # a column
            NetworkingPartner.gone_at.is_(None),  # type: ignore[union-attr]  # a column
        )  # fmt: skip
        groups: dict[int, list[str]] = {}
        for pair, person in self.db.exec(query):
            groups.setdefault(pair, []).append(self.named(person))
        return sorted("+".join(sorted(group)) for group in groups.values())

    def pair(self, one: str, other: str) -> Pair:
        """Two people as terms name them."""
        ids = sorted(self.people[name].person or 0 for name in (one, other))
        return ids[0], ids[1]

    def rounds(self) -> list[NetworkingRound]:
        """Its rounds."""
        return list(self.db.exec(select(NetworkingRound).order_by(NetworkingRound.number)))  # type: ignore[arg-type]  # a column


def make_evening(db: Database, ada: Actor, *, people: int = 4, starts_in: int = 20, **settings: Any) -> Evening:
    """A speed networking that begins in so many minutes, with so many participants, of whom nobody is there yet."""
    fair = make_fair(db, ada)
    values = {"round_seconds": 120, "pause_seconds": 20} | settings
    wish = Settings("Meet and greet", clock.now() + timedelta(minutes=starts_in), **values)
    row = plan_networking(db, fair.ada, fair.event, wish=wish)
    evening = Evening(db, fair, row.public_id)
    for name in NAMES[:people]:
        add_somebody(evening, name)
    return evening


def add_somebody(evening: Evening, name: str) -> Actor:
    """One participant more, of an organisation of their own."""
    db = evening.db
    house = make_organisation(db, f"{name} and daughters")
    person = make_person(db, f"{name} Nomad", email=f"{name.lower()}@nomads.example.org")
    evening.people[name] = make_participant(db, person, evening.fair, organisation=house)
    return evening.people[name]
