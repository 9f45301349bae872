"""Letters about a team's turn on a stage, when who is in the team changes."""

import pytest

from events.core.database import Database
from events.joining import take_member_out
from events.teams import TeamInEvent, add_member
from sessions.calendars import EntryKind, find_entry, invitees_of
from tests.mailer.makers_letters import calendar_event_of, new_letters, sent
from tests.sessions.makers_pitches import Show, make_show, pitch_of


@pytest.fixture
def show(db: Database) -> Show:
    return make_show(db)


def lantern(db: Database, show: Show) -> TeamInEvent:
    return TeamInEvent(show.teams[0], show.event)


def test_who_comes_into_a_team_gets_its_turn_and_who_goes_has_it_taken_out(db, show):
    pitch = pitch_of(db, show, "Lantern")
    entry = find_entry(db, EntryKind.PITCH, pitch.id)
    known = sent(db)
    add_member(db, show.tam, lantern(db, show), show.eve.person, leads=False)
    joined = new_letters(db, known)
    known = sent(db)
    take_member_out(db, show.ada, lantern(db, show), show.eve.person)
    left = new_letters(db, known)

    of_pitch = [
        {name: (one.kind, one.method) for name, one in some.items() if one.uid == entry.uid} for some in (joined, left)
    ]
    assert of_pitch == [{"Eve": ("pitch_joined", "REQUEST")}, {"Eve": ("pitch_left", "CANCEL")}]
    assert calendar_event_of(joined["Eve"])["DTSTART"].dt == calendar_event_of(left["Eve"])["DTSTART"].dt
    assert invitees_of(db, entry) == {show.tam.person}
