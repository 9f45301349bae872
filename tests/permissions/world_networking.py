"""Speed networking in the world: one in ten minutes, and one in whose round Bo talks with Tam; what both are about."""

from dataclasses import dataclass
from datetime import timedelta

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from sessions.lobby import announce_in_lobby
from sessions.networking.rows import (
    NetworkingInEvent,
    NetworkingPair,
    NetworkingPartner,
    NetworkingRound,
    get_networking,
)
from sessions.networking.running import start_networking
from sessions.networking.setting_up import Settings, plan_networking, rule_on_pair
from sessions.networking.visits import join_networking
from tests.makers import again

MINUTE = timedelta(minutes=1)


@dataclass
class Evenings:
    """One that is planned and one that is on."""

    planned: NetworkingInEvent
    running: NetworkingInEvent
    rule: str
    announcement: str

    @property
    def ids(self) -> dict[str, str]:
        """What stands in addresses."""
        return {
            "networking": self.running.public_id, "planned_networking": self.planned.public_id, "rule": self.rule,
            "announcement": self.announcement,
        }  # fmt: skip


def make_evenings(
    db: Database, people: dict[str, Actor], hackathon: EventWithPhases, places: tuple[str, str]
) -> Evenings:
    """Both, made by commands; the round by hand, since no time goes by here. `places` are two registrations."""
    ada, now = again(db, people["Ada"]), clock.now()
    planned, running = (
        plan_networking(db, ada, hackathon, wish=Settings(title, now + 10 * MINUTE)).public_id
        for title in ("Late greet", "Meet and greet")
    )
    rule = rule_on_pair(db, ada, get_networking(db, ada, running), one=places[0], other=places[1], must=True)
    for name in ("Bo", "Tam"):
        actor = again(db, people[name])
        join_networking(db, actor, get_networking(db, actor, running))
    subject = get_networking(db, ada, running)
    start_networking(db, ada, subject)
    found = NetworkingRound(networking_id=subject.id, number=1, starts_at=now - MINUTE, ends_at=now + 3 * MINUTE)
    db.add(found)
    db.flush()
    pair = NetworkingPair(networking_id=subject.id, round_id=found.id or 0, since=now - MINUTE)
    db.add(pair)
    db.flush()
    db.add_all(
        NetworkingPartner(
            networking_id=subject.id, pair_id=pair.id or 0, person_id=people[name].person or 0, since=now - MINUTE,
            came_at=now,
        )
        for name in ("Bo", "Tam")
    )  # fmt: skip
    db.flush()
    announced = announce_in_lobby(db, ada, hackathon, text="The doors are open.")
    return Evenings(
        get_networking(db, ada, planned), get_networking(db, ada, running), rule.public_id, announced.public_id
    )  # fmt: skip
