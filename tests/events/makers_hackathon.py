"""Makers for hackathons: an event in which everything is open, teams, and what they write."""

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.phases import PhaseKind
from events.submission_texts import Written
from events.teams import Team, TeamInEvent, form_team
from tests.makers import again, make_event, make_programme, make_registration, open_phase

OPEN = (PhaseKind.REGISTRATION, PhaseKind.TEAM_FORMING, PhaseKind.BUILDING, PhaseKind.SUBMISSION)
BRIEF = "Trays of mixed plastic cannot be recycled; find one material that holds moist food for ten days."
DONE = Written(
    title="Trays from rapeseed straw",
    summary="A tray pressed from straw, sealed with a thin layer of wax that composts.",
    text="We pressed three trays and kept berries in them.",
    links=("https://example.org/trays",),
)


def make_hackathon(db: Database, ada: Actor, *people: Actor) -> EventWithPhases:
    """A hackathon of Ada's in which registration, team forming, building and submission are open, with these people.

    Load everybody again to have their ties.
    """
    programme = make_programme(db, ada)
    ada = again(db, ada)
    event = make_event(db, ada, programme)
    for kind in OPEN:
        event = open_phase(db, ada, event, kind)
    for person in people:
        make_registration(db, person, event)
    return event


def make_team(
    db: Database, leader: Actor, event: EventWithPhases, name: str = "Straw", *, challenge: str = ""
) -> TeamInEvent:
    """A team of one; load its leader again to have that tie."""
    team: Team = form_team(db, again(db, leader), event, name=name, challenge=challenge)
    return TeamInEvent(team, event)
