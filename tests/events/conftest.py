"""Two challenges of one hackathon, between which its teams may choose."""

import pytest

from events.challenges import ChallengeInEvent, publish_challenge
from events.core.access import Actor
from events.core.database import Database
from events.registration import appoint
from events.roles import Role
from tests.events.makers_hackathon import BRIEF
from tests.events.test_submission_fields import with_challenge
from tests.makers import again


@pytest.fixture
def trays(db: Database, ada: Actor, che: Actor, bo: Actor, cy: Actor) -> ChallengeInEvent:
    """Che's challenge, in a hackathon in which Bo and Cy take part."""
    return with_challenge(db, ada, che, bo, cy)[1]


@pytest.fixture
def wax(db: Database, ada: Actor, dee: Actor, trays: ChallengeInEvent) -> ChallengeInEvent:
    """Another challenge, which is Dee's."""
    appoint(db, again(db, ada), trays.event, person_id=dee.person or 0, role=Role.CHALLENGE_OWNER)
    return ChallengeInEvent(publish_challenge(db, again(db, dee), trays.event, title="Wax", brief=BRIEF), trays.event)
