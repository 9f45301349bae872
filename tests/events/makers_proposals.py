"""Makers for proposed teams: people who look for a team, and a proposal that was made without a child process."""

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.proposals.drafts import (
    Asked,
    PlaceState,
    ProposalInEvent,
    ProposedPlace,
    TeamProposal,
    ask_for_teams,
    places_in,
    teams_in,
)
from events.proposals.here import make_here
from events.proposals.places import PlaceInEvent, get_place
from events.seekers import look_for_team
from tests.makers import again, make_person, make_registration


def make_seekers(db: Database, event: EventWithPhases, *names: str, **how: object) -> list[Actor]:
    """People who take part and look for a team."""
    found = []
    for name in names:
        person = make_person(db, f"{name} Seeker", email=f"{name.lower()}@seek.example")
        make_registration(db, person, event)
        look_for_team(db, again(db, person), event, **({"skills": ["ai"], "languages": ["en"]} | how))  # type: ignore[arg-type]
        found.append(again(db, person))
    return found


def make_proposal(db: Database, ada: Actor, event: EventWithPhases, *, size: int = 2, **how: object) -> ProposalInEvent:
    """A proposal that is done, worked out here and now."""
    ada = again(db, ada)
    base = how.pop("based_on", None)
    row = ask_for_teams(db, ada, event, asked=Asked(size_wanted=size, **how), based_on=base)  # type: ignore[arg-type]
    return made_here(db, event, row)


def made_here(db: Database, event: EventWithPhases, row: TeamProposal) -> ProposalInEvent:
    """What the worker does, without a child."""
    make_here(db, event, row)
    return ProposalInEvent(row, event)


def place_of(db: Database, subject: ProposalInEvent, who: Actor) -> PlaceInEvent:
    """Somebody's place, as they read it now."""
    _look_again(db, subject)
    public = next(place.public_id for place, _person in places_in(db, subject.id) if place.person_id == who.person)
    return get_place(db, again(db, who), subject.event, public)


def _look_again(db: Database, subject: ProposalInEvent) -> None:
    """What statements have changed, the rows in memory do not know."""
    db.flush()
    db.refresh(subject.proposal)
    for row in (*teams_in(db, subject.id), *(place for place, _person in places_in(db, subject.id))):
        db.refresh(row)


def states(db: Database, subject: ProposalInEvent) -> dict[int, PlaceState]:
    """The state of each place, by person."""
    _look_again(db, subject)
    return {place.person_id: PlaceState(place.state) for place, _person in places_in(db, subject.id)}


def seated(db: Database, subject: ProposalInEvent) -> list[list[int]]:
    """Who is in which team of a proposal, by id; those in none last."""
    teams: dict[int, list[int]] = {}
    for place, _person in places_in(db, subject.id):
        teams.setdefault(place.proposed_team_id or 10**9, []).append(place.person_id)
    return [sorted(people) for _team, people in sorted(teams.items())]


def public_of(db: Database, subject: ProposalInEvent, who: Actor) -> str:
    """The public id of somebody's place, also before it was sent."""
    row: ProposedPlace = next(place for place, _person in places_in(db, subject.id) if place.person_id == who.person)
    return row.public_id
