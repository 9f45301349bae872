"""A fair and four who take part in it: what a test means by `bo`, `cy`, `dee` and `mel` here."""

import pytest

from events.core.access import Actor
from events.core.database import Database
from sessions.meetings import MeetingInEvent, get_meeting
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def bo(db: Database, bo: Actor, fair: Fair) -> Actor:
    return make_participant(db, bo, fair)


@pytest.fixture
def cy(db: Database, cy: Actor, fair: Fair) -> Actor:
    return make_participant(db, cy, fair)


@pytest.fixture
def dee(db: Database, dee: Actor, fair: Fair) -> Actor:
    return make_participant(db, dee, fair)


@pytest.fixture
def mel(db: Database, mel: Actor, fair: Fair) -> Actor:
    return make_participant(db, mel, fair)


@pytest.fixture
def meeting(db: Database, fair: Fair, bo: Actor, cy: Actor) -> MeetingInEvent:
    """Bo meets Cy in the first slot."""
    return get_meeting(db, bo, make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id)
