"""The demo's speed networking and lobby: the evening after the pitches, for which some are there already."""

from datetime import timedelta

from events.registration import participants_of
from frontend.demo import World, step
from frontend.demo_events import HACKATHON, actor_of_person, event_called
from sessions.lobby import announce_in_lobby, be_shown_in_lobby
from sessions.networking.rows import get_networking
from sessions.networking.setting_up import Settings, plan_networking
from sessions.networking.visits import join_networking

TITLE = "Meet the makers"


def speed_networking(world: World) -> None:
    """It begins in twenty minutes; a dozen say that they are there, and most of them are shown in the lobby."""
    with step(world.start - timedelta(hours=3)) as db:
        ada, event = world.actor(db, "Ada Adler"), event_called(db, HACKATHON)
        wish = Settings(TITLE, world.start + timedelta(minutes=20), round_seconds=300, pause_seconds=30, rounds=8)
        public = plan_networking(db, ada, event, wish=wish).public_id
    with step(world.start - timedelta(minutes=5)) as db:
        ola, event = world.actor(db, "Ola Olsson"), event_called(db, HACKATHON)
        announce_in_lobby(db, ola, event, text="The last pitches are on. Speed networking begins right after them.")
        there = sorted(one.person_id for one in participants_of(db, event.id))
        for place, person in enumerate(world.chance.sample(there, min(12, len(there)))):
            actor = actor_of_person(db, person)
            join_networking(db, actor, get_networking(db, actor, public))
            if place % 4:
                be_shown_in_lobby(db, actor, event, shown=True)
