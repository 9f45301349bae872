"""The demo: a network that feels real, built by calling the same commands as pages do, for a given start time."""

import csv
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import func, select

from events.clusters import add_to_cluster
from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.journal import record, settle
from events.core.timers import run_due_timers
from events.desks import add_desk, add_desk_officer
from events.marketplace import ItemKind, Wording, publish_item
from events.organisations import (
    Organisation,
    OrganisationKind,
    Portrait,
    add_organisation,
    enter_member,
    name_contact,
)
from events.people import Person, PersonJoined, PersonState, new_person
from events.programmes import Programme, add_cluster, create_programme
from events.roles import actor_for
from frontend.demo_cast import load_cast

HERE = Path(__file__).parent / "demo_network"
SEED = 2026

CAST = {
    "Ada Adler": "organiser",
    "Bo Berg": "participant",
    "Cy Costa": "participant",
    "Dee Dumont": "judge",
    "Mel Meyer": "mentor",
    "Ola Olsson": "desk officer, host of the pitch room",
    "Che Caruso": "challenge owner",
    "Tam Tamm": "in a team, on stage today",
    "Pat Petrov": "new here",
    "Eve Ek": "organiser elsewhere",
}


# Whose the needs are that become challenges; the others go to somebody of their country.
KEEPERS = {
    "N041": "Che Caruso",
    "N073": "Hugo Lefebvre",
    "N063": "Giulia Ferrari",
    "N020": "Petra Kessler",
    "N067": "Bastien Colin",
}


@dataclass
class World:
    """What the demo knows about what it has made so far: ids by name."""

    start: datetime
    people: dict[str, int] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    organisation_of: dict[str, str] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    needs: dict[str, int] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - a demo, the same each time

    def actor(self, db: Database, name: str) -> Actor:
        """Somebody by name, with the ties of now."""
        return actor_for(db, self.people[name])

    def names_at(self, kinds: set[OrganisationKind]) -> list[str]:
        """The people of organisations of these kinds, in order."""
        return [name for name, place in self.organisation_of.items() if self.organisations[place].kind in kinds]


@contextmanager
def step(moment: datetime) -> Iterator[Database]:
    """One step of the story: at its own time, in its own transaction, with what follows from it told at that time."""
    with clock.frozen_at(moment):
        with transaction() as db:
            yield db
        settle("worker")


def rows_of(name: str) -> list[dict[str, str]]:
    """A table of the demo."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def document(name: str) -> Any:
    """A document of the demo."""
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def load_demo_once(start: datetime | None = None) -> str:
    """Load the demo into an empty database; one with people in it is left as it is. Answers a sentence."""
    with reading() as db:
        there = db.exec(select(func.count()).select_from(Person)).one()
    if there:
        load_cast()
        return "The demo's data is there already."
    begin = start or clock.now()
    begin = begin.replace(minute=begin.minute - begin.minute % 5, second=0, microsecond=0)
    world = World(begin)
    for chapter in chapters():
        chapter(world)
    run_due_timers()
    load_cast()
    return f"The demo network is loaded: {len(world.organisations)} organisations, {len(world.people)} people."


def chapters() -> list[Callable[[World], None]]:
    """The story in order."""
    from frontend.demo_agenda import agenda
    from frontend.demo_call import pilot_call
    from frontend.demo_events import call_for_teams, draft_of_ada, elsewhere, pitch_room, weekend
    from frontend.demo_handing import after_the_deadline, challenges_in_full
    from frontend.demo_judging import judging
    from frontend.demo_live import live_rooms
    from frontend.demo_meetings import matchmaking, meetings
    from frontend.demo_networking import speed_networking
    from frontend.demo_reports import reports
    from frontend.demo_review_held import held_review
    from frontend.demo_review_live import live_review
    from frontend.demo_reviews import reviews
    from frontend.demo_teams import repair_weekend

    return [
        people,
        network,
        marketplace,
        call_for_teams,
        challenges_in_full,
        weekend,
        judging,
        after_the_deadline,
        pitch_room,
        agenda,
        matchmaking,
        meetings,
        live_rooms,
        repair_weekend,
        pilot_call,
        held_review,
        reviews,
        live_review,
        draft_of_ada,
        elsewhere,
        speed_networking,
        reports,
    ]


def people(world: World) -> None:
    """Ninety people with accounts."""
    with step(world.start - timedelta(days=150)) as db:
        for row in rows_of("people.csv"):
            first, _space, last = row["name"].partition(" ")
            address = f"{_plain(first)}.{_plain(last)}@{_plain(row['organisation'])}.example"
            if row["name"] in CAST:
                address = f"{_plain(first)}@folkmoot.example"
            person = new_person(db, email=address, name=row["name"], locale=row["locale"], zone=row["zone"])
            person.state, person.job_title = PersonState.ACTIVE, row["job"]
            person.cast_as = CAST.get(row["name"], "")
            person.languages = sorted({"en", row["locale"]})
            db.add(person)
            record(db, Actor(person.id), PersonJoined(person_id=person.id or 0))
            world.people[row["name"]] = person.id or 0
            world.organisation_of[row["name"]] = row["organisation"]


def _plain(text: str) -> str:
    import unicodedata

    letters = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("ł", "l").replace("ß", "ss"))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


def network(world: World) -> None:
    """Sixty organisations, entered by their people, and the programme with its clusters."""
    with step(world.start - timedelta(days=148)) as db:
        for row in rows_of("organisations.csv"):
            staff = [name for name, place in world.organisation_of.items() if place == row["name"]]
            _enter(db, world, row, staff)
        ada = world.actor(db, "Ada Adler")
        programme = create_programme(
            db,
            ada,
            None,
            name="Green Shift Network",
            summary="Clusters from six countries bring makers of food, wood, machines and cloth together with those "
            "who have the technology.",
            funding="A demonstration. No funder was asked.",
        )
        _clusters(db, world, programme)
        _desks(db, world, programme)


def _enter(db: Database, world: World, row: dict[str, str], staff: list[str]) -> None:
    portrait = Portrait(
        name=row["name"],
        kind=OrganisationKind(row["kind"]),
        country=row["country"],
        region=row["region"],
        sector=row["sector"],
        city=row["city"],
        website=f"https://{_plain(row['name'])}.example",
        about=row["about"],
        languages=("en",),
    )
    founder = staff[0] if staff else "Ada Adler"
    organisation = add_organisation(db, world.actor(db, founder), None, portrait=portrait, although_similar=True)
    for name in staff[1:]:
        enter_member(db, world.actor(db, founder), organisation, person_id=world.people[name])
        name_contact(db, world.actor(db, founder), organisation, person_id=world.people[name])
    world.organisations[row["name"]] = organisation


def _clusters(db: Database, world: World, programme: Programme) -> None:
    ada = world.actor(db, "Ada Adler")
    clusters = [one for one in world.organisations.values() if one.kind is OrganisationKind.CLUSTER_ORGANISATION]
    for cluster in clusters:
        add_cluster(db, ada, programme, organisation_id=cluster.id or 0)
    makers = {OrganisationKind.TRADITIONAL_SME, OrganisationKind.TECH_SAVVY_SME, OrganisationKind.START_UP}
    for number, member in enumerate(one for one in world.organisations.values() if one.kind in makers):
        cluster = next((one for one in clusters if one.country == member.country), clusters[number % len(clusters)])
        manager = next(name for name, place in world.organisation_of.items() if place == cluster.name)
        add_to_cluster(db, world.actor(db, manager), cluster, organisation=member)


DESKS = (
    ("Nordic and Baltic desk", "Ola Olsson", ("DK", "EE", "FI", "LT", "LV", "NO", "SE")),
    ("France and Benelux desk", "Julien Faure", ("BE", "FR", "LU", "NL")),
)


def _desks(db: Database, world: World, programme: Programme) -> None:
    ada = world.actor(db, "Ada Adler")
    for name, officer, countries in DESKS:
        desk = add_desk(db, ada, programme, name=name, countries=countries)
        add_desk_officer(db, ada, desk, person_id=world.people[officer])


def marketplace(world: World) -> None:
    """Thirty needs and thirty offers in six languages, each of an organisation of its country where there is one."""
    with step(world.start - timedelta(days=45)) as db:
        needing = {OrganisationKind.TRADITIONAL_SME, OrganisationKind.LARGE_COMPANY}
        offering = {OrganisationKind.TECH_SAVVY_SME, OrganisationKind.START_UP, OrganisationKind.TECHNOLOGY_CENTRE}
        for kind, file, kinds in ((ItemKind.NEED, "needs.json", needing), (ItemKind.OFFER, "offers.json", offering)):
            served: dict[str, int] = {}
            for entry in document(file):
                name = KEEPERS.get(entry["id"]) or _keeper(world, entry["country"], world.names_at(kinds), served)
                _publish(db, world, kind, entry, name)


def _keeper(world: World, country: str, names: list[str], served: dict[str, int]) -> str:
    """Whoever of that country has published least so far; of any country where nobody is from there."""
    at_home = [name for name in names if world.organisations[world.organisation_of[name]].country == country]
    chosen = min(at_home or names, key=lambda name: (served.get(name, 0), names.index(name)))
    served[chosen] = served.get(chosen, 0) + 1
    return chosen


def _publish(db: Database, world: World, kind: ItemKind, entry: dict[str, Any], name: str) -> None:
    summary = entry["text"] if len(entry["text"]) <= 140 else entry["text"][:137].rsplit(" ", 1)[0] + " …"
    wording = Wording(
        kind=kind,
        summary=summary,
        language=entry["lang"],
        text=entry["text"],
        text_en=entry["text_en"],
        keywords=tuple(entry["tags"]),
        sector=entry["sector"],
        country=entry["country"],
        speaks=tuple(entry["speaks"]),
        budget_eur=entry.get("budget_eur"),
    )
    item = publish_item(db, world.actor(db, name), world.organisations[world.organisation_of[name]], wording=wording)
    world.needs[entry["id"]] = item.id or 0
