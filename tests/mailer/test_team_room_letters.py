"""Letters about a team's work: a checkpoint that is due, and a mentor who comes."""

from datetime import timedelta

import pytest

from events.checkpoints import set_checkpoint
from events.core import clock
from events.core.database import Database
from events.core.journal import settle
from events.core.timers import run_due_timers
from events.help_queue import HelpInEvent, ask_for_help, give_back_help_request, take_help_request
from events.progress import note_progress
from mailer.letters import Letter, LetterState
from tests.mailer.makers_letters import all_letters, text_of, written
from tests.makers import NOW
from tests.sessions.makers_mentoring import Clinic, make_clinic, make_member_of, make_other_team


@pytest.fixture
def clinic(db: Database) -> Clinic:
    return make_clinic(db)


def about(db: Database, kind: str) -> list[Letter]:
    written(db)
    return [one for one in all_letters() if one.kind == kind]


def test_teams_that_are_not_there_are_reminded(db, clinic):
    dee, wax = make_other_team(db, clinic, "Wax")
    due = NOW + timedelta(hours=30)
    point = set_checkpoint(db, clinic.ada, clinic.event, name="A draft", what="One page.", due_at=due)
    note_progress(db, dee, wax, body="Done.", checkpoint=point.public_id)
    db.commit()

    with clock.frozen_at(NOW + timedelta(hours=6)):
        run_due_timers()
        [letter] = about(db, "checkpoint_near")

    assert (letter.address, letter.subject) == ("bo@example.org", "Due soon at Food Hack: A draft")
    assert all(
        part in text_of(letter) for part in ("One page.", "Straw", f"/team_room/food-hack/{clinic.team.team.public_id}")
    )


def test_who_is_there_before_the_letter_was_written_gets_none(db, clinic):
    point = set_checkpoint(db, clinic.ada, clinic.event, name="A draft", due_at=NOW + timedelta(hours=30))
    db.commit()

    with clock.frozen_at(NOW + timedelta(hours=6)):
        run_due_timers()
        settle()
        note_progress(db, clinic.bo, clinic.team, body="Done.", checkpoint=point.public_id)
        [letter] = about(db, "checkpoint_near")

    assert letter.state is LetterState.NOT_NEEDED


def test_the_team_reads_who_comes_to_help_it(db, clinic):
    make_member_of(db, clinic, "Cy Costa")
    row = ask_for_help(db, clinic.bo, clinic.team, topic="Is wax allowed?")

    take_help_request(db, clinic.mel, HelpInEvent(row, clinic.team.team, clinic.event))
    letters = about(db, "help_taken")

    assert sorted(one.address for one in letters) == ["bo@example.org", "cy@example.org"]
    assert letters[0].subject == "Mel Meyer comes to help you"
    assert "Is wax allowed?" in text_of(letters[0])


def test_nobody_is_told_of_help_that_was_given_back(db, clinic):
    row = ask_for_help(db, clinic.bo, clinic.team, topic="Is wax allowed?")
    subject = HelpInEvent(row, clinic.team.team, clinic.event)
    take_help_request(db, clinic.mel, subject)
    db.commit()
    settle()
    db.refresh(row)
    give_back_help_request(db, clinic.mel, subject)

    assert {one.state for one in about(db, "help_taken")} == {LetterState.NOT_NEEDED}
