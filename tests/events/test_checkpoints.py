"""Checkpoints, and the log in which teams say how far they are."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from events.checkpoints import (
    CheckpointInEvent,
    CheckpointNear,
    change_checkpoint,
    checkpoints_of,
    get_checkpoint,
    remove_checkpoint,
    set_checkpoint,
)
from events.cloning import clone_event
from events.core import clock
from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.timers import run_due_timers
from events.progress import (
    behind,
    checkpoints_for,
    get_entry,
    log_of,
    note_progress,
    progress_in,
    take_back_entry,
)
from tests.makers import NOW
from tests.sessions.makers_meetings import make_fair
from tests.sessions.makers_mentoring import Clinic, make_clinic, make_member_of, make_other_team
from tests.sessions.racing import kinds, race


@pytest.fixture
def clinic(db: Database) -> Clinic:
    return make_clinic(db)


def make_point(db: Database, clinic: Clinic, name: str = "A draft", *, hours: float = 30) -> CheckpointInEvent:
    row = set_checkpoint(db, clinic.ada, clinic.event, name=name, due_at=clock.now() + timedelta(hours=hours))
    return CheckpointInEvent(row, clinic.event)


def told(db: Database, *, hours: float) -> int:
    """How often teams have been reminded so many hours from now."""
    db.commit()
    with clock.frozen_at(NOW + timedelta(hours=hours)):
        run_due_timers()
    return len(db.exec(select(JournalEntry).where(JournalEntry.kind == CheckpointNear.__name__)).all())


def test_checkpoints_stand_in_order_of_time(db: Database, clinic: Clinic) -> None:
    late, early = make_point(db, clinic, "A rehearsal", hours=40), make_point(db, clinic, "A draft", hours=10)

    change_checkpoint(db, clinic.ada, late, name="A dress rehearsal", due_at=NOW + timedelta(hours=5), what="Aloud.")

    assert [(one.name, one.what) for one in checkpoints_of(db, clinic.event.id)] == [
        ("A dress rehearsal", "Aloud."), ("A draft", ""),
    ]  # fmt: skip
    remove_checkpoint(db, clinic.ada, early)
    assert len(checkpoints_of(db, clinic.event.id)) == 1
    with pytest.raises(NotFound):
        remove_checkpoint(db, clinic.ada, early)


@pytest.mark.parametrize(("values", "field"), [({"name": " "}, "name"), ({"name": "x" * 121}, "name"),
                                               ({"what": "x" * 501}, "what")])  # fmt: skip
def test_what_cannot_be_a_checkpoint_is_refused(
    db: Database, clinic: Clinic, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        set_checkpoint(db, clinic.ada, clinic.event, **({"name": "A draft"} | values), due_at=NOW)

    assert list(refused.value.fields) == [field]


def test_there_are_twenty_at_most_and_only_in_hackathons(db: Database, clinic: Clinic) -> None:
    for number in range(20):
        make_point(db, clinic, f"Step {number}")

    with pytest.raises(Conflict, match="at most 20"):
        make_point(db, clinic, "One more")
    fair = make_fair(db, clinic.ada)
    with pytest.raises(Conflict, match="Only a hackathon"):
        set_checkpoint(db, fair.ada, fair.event, name="A draft", due_at=NOW)


def test_teams_are_reminded_a_day_before_and_once(db: Database, clinic: Clinic) -> None:
    make_point(db, clinic, hours=30)

    assert told(db, hours=5) == 0
    assert told(db, hours=7) == 1
    assert told(db, hours=8) == 1


def test_a_checkpoint_that_was_moved_reminds_then(db: Database, clinic: Clinic) -> None:
    point = make_point(db, clinic, hours=30)
    change_checkpoint(db, clinic.ada, point, name="A draft", due_at=NOW + timedelta(hours=60))

    assert told(db, hours=7) == 0
    assert told(db, hours=37) == 1


def test_one_that_was_removed_or_is_past_reminds_nobody(db: Database, clinic: Clinic) -> None:
    remove_checkpoint(db, clinic.ada, make_point(db, clinic, hours=30))
    make_point(db, clinic, hours=-1)

    assert told(db, hours=31) == 0


def test_a_member_writes_and_reaches_a_checkpoint_once(db: Database, clinic: Clinic) -> None:
    cy = make_member_of(db, clinic, "Cy Costa")
    point = make_point(db, clinic)
    note_progress(db, clinic.bo, clinic.team, body="Three trays pressed.")

    note_progress(db, cy, clinic.team, body="It stands.", checkpoint=point.checkpoint.public_id)
    with pytest.raises(Invalid, match="already"):
        note_progress(db, clinic.bo, clinic.team, body="Me too.", checkpoint=point.checkpoint.public_id)

    assert {(one.name, one.entry.body, one.checkpoint) for one in log_of(db, clinic.mel, clinic.team)} == {
        ("Bo Berg", "Three trays pressed.", ""), ("Cy Costa", "It stands.", "A draft"),
    }  # fmt: skip
    [line] = checkpoints_for(db, clinic.event.id, clinic.team.id)
    assert (line.reached_at, line.is_late) == (NOW, False)


@pytest.mark.parametrize("body", ["", "  ", "x" * 601])
def test_an_entry_has_words_and_not_too_many(db: Database, clinic: Clinic, body: str) -> None:
    with pytest.raises(Invalid, match="1 to 600"):
        note_progress(db, clinic.bo, clinic.team, body=body)


def test_a_checkpoint_of_nowhere_is_refused(db: Database, clinic: Clinic) -> None:
    with pytest.raises(Invalid, match="one of the checkpoints"):
        note_progress(db, clinic.bo, clinic.team, body="Done.", checkpoint="cp_nothing")


def test_what_is_taken_back_is_not_reached(db: Database, clinic: Clinic) -> None:
    cy = make_member_of(db, clinic, "Cy Costa")
    point = make_point(db, clinic)
    row = note_progress(db, clinic.bo, clinic.team, body="Done.", checkpoint=point.checkpoint.public_id)
    entry = get_entry(db, cy, clinic.team, row.public_id)

    with pytest.raises(NotAllowed):
        take_back_entry(db, cy, entry)
    take_back_entry(db, clinic.bo, entry)

    assert log_of(db, clinic.bo, clinic.team) == []
    assert checkpoints_for(db, clinic.event.id, clinic.team.id)[0].reached_at is None
    with pytest.raises(Conflict):
        take_back_entry(db, clinic.bo, entry)


def test_what_teams_wrote_stays_when_a_checkpoint_goes(db: Database, clinic: Clinic) -> None:
    point = make_point(db, clinic)
    note_progress(db, clinic.bo, clinic.team, body="Done.", checkpoint=point.checkpoint.public_id)

    remove_checkpoint(db, clinic.ada, point)
    db.expire_all()

    assert [(one.entry.body, one.checkpoint) for one in log_of(db, clinic.bo, clinic.team)] == [("Done.", "")]


def test_late_is_what_comes_after_its_moment(db: Database, clinic: Clinic) -> None:
    point = make_point(db, clinic, hours=2)

    with clock.frozen_at(NOW + timedelta(hours=3)):
        assert checkpoints_for(db, clinic.event.id, clinic.team.id)[0].is_late
        note_progress(db, clinic.bo, clinic.team, body="At last.", checkpoint=point.checkpoint.public_id)

    assert checkpoints_for(db, clinic.event.id, clinic.team.id)[0].is_late


def test_organisers_and_mentors_see_how_far_all_are(db: Database, clinic: Clinic) -> None:
    dee, wax = make_other_team(db, clinic, "Wax")
    point = make_point(db, clinic)
    note_progress(db, dee, wax, body="Done.", checkpoint=point.checkpoint.public_id)
    note_progress(db, dee, wax, body="More.")

    for actor in (clinic.ada, clinic.mel):
        rows = progress_in(db, actor, clinic.event).rows
        assert [(one.name, one.size, one.entries, one.checkpoints[0].reached_at) for one in rows] == [
            ("Straw", 1, 0, None), ("Wax", 1, 2, NOW),
        ]  # fmt: skip
    assert behind(db, point.checkpoint) == {clinic.bo.person}
    for reads in (
        lambda: progress_in(db, clinic.bo, clinic.event),
        lambda: log_of(db, dee, clinic.team),
        lambda: get_checkpoint(db, Actor(), clinic.event, "cp_nothing"),
    ):
        with pytest.raises(NotFound):
            reads()


def test_a_checkpoint_is_reached_once_by_two_at_once(database_url: str) -> None:
    with transaction() as db:
        clinic = make_clinic(db)
        cy = make_member_of(db, clinic, "Cy Costa")
        point = make_point(db, clinic).checkpoint.public_id

    outcomes = race(
        lambda db: note_progress(db, clinic.bo, clinic.team, body="Done.", checkpoint=point),
        lambda db: note_progress(db, cy, clinic.team, body="Done!", checkpoint=point),
    )

    assert kinds(outcomes) == ["Invalid", "done"]


def test_an_event_that_is_cloned_has_its_checkpoints(db: Database, clinic: Clinic) -> None:
    make_point(db, clinic, hours=30)
    copy = clone_event(db, clinic.ada, clinic.event, name="Food Hack II", starts_on=date(2027, 4, 14))

    assert [one.name for one in checkpoints_of(db, copy.id)] == ["A draft"]
