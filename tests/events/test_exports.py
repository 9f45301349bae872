"""Everything of an event as tables: nothing forgotten, nothing that a spreadsheet runs, nobody else's."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from events.challenge_annex import agree_to_terms, get_annex, open_annex, write_annex
from events.challenge_questions import ask_about_challenge
from events.challenges import ChallengeInEvent
from events.check_in import check_in
from events.checkpoints import set_checkpoint
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import NotAllowed, NotFound
from events.core.sheets import read_sheet, write_csv, write_workbook
from events.deadlines import grace_ends
from events.entrance import make_code
from events.exports import TABLES, table_of, tables_of
from events.handing_in import hand_in
from events.help_queue import ask_for_help, get_help_request, take_help_request
from events.late_entries import give_late_entry
from events.prizes import Offered, add_prize, award_prize, get_prize
from events.progress import note_progress
from events.registration import RegistrationInEvent, appoint, find_registration
from events.roles import Role
from events.submission_fields import Asking, add_field_for_all
from events.submission_texts import Written
from events.submissions import submission_of_team
from events.team_pages import change_team
from events.teams import TeamInEvent
from tests.events.makers_hackathon import DONE, make_team
from tests.events.test_challenge_material import TERMS
from tests.events.test_submission_fields import taking, with_challenge
from tests.makers import NOW, again, make_event, make_programme
from tests.sessions.makers_agenda import at, make_session, with_rooms

EVIL = '=HYPERLINK("https://evil.example","Prize")'


@pytest.fixture
def challenge(db: Database, ada: Actor, che: Actor, bo: Actor, cy: Actor) -> ChallengeInEvent:
    """Che's challenge, in a hackathon in which Bo and Cy take part."""
    return with_challenge(db, ada, che, bo, cy)[1]


@pytest.fixture
def team(db: Database, ada: Actor, bo: Actor, challenge: ChallengeInEvent) -> TeamInEvent:
    """Bo's team with a formula for an idea, which has handed in, with two fields of one name."""
    fields = [add_field_for_all(db, again(db, ada), challenge.event, asking=Asking("Cost")) for _n in range(2)]
    team = taking(db, bo, challenge.event, challenge)
    change_team(db, again(db, bo), team, name="Straw", challenge=challenge.challenge.public_id, idea=EVIL,
                looking_for="+43 1 234")  # fmt: skip
    answers = {field.public_id: text for field, text in zip(fields, ("-5", EVIL), strict=True)}
    hand_in(
        db, again(db, bo), team, written=Written(DONE.title, DONE.summary, keywords=("wax",), answers=answers),
        revision=0,
    )  # fmt: skip
    return team


def by_column(db: Database, ada: Actor, challenge: ChallengeInEvent, name: str) -> list[dict[str, object]]:
    table = table_of(db, again(db, ada), challenge.event, name)
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def test_a_team_stands_there_with_each_member_and_one_without_any_too(db, ada, bo, cy, challenge, team):
    make_team(db, cy, challenge.event, "Husk")

    rows = by_column(db, ada, challenge, "teams")

    assert [(row["Team"], row["Member"], row["E-mail"], row["Leads"]) for row in rows] == [
        ("Husk", "Cy Costa", "cy@example.org", True),
        ("Straw", "Bo Berg", "bo@example.org", True),
    ]


def test_a_submission_stands_there_with_its_fields_told_apart(db, ada, bo, challenge, team):
    row = add_prize(db, again(db, ada), challenge.event, offered=Offered("First place"))
    submission = submission_of_team(db, team.id)
    assert submission is not None
    prize = get_prize(db, again(db, ada), challenge.event, row.public_id)
    award_prize(db, again(db, ada), prize, submission=submission.public_id)

    found = by_column(db, ada, challenge, "submissions")[0]

    assert (found["Team"], found["Challenge"], found["State"], found["Title"]) == (
        "Straw", "Trays", "final", DONE.title,
    )  # fmt: skip
    assert (found["Cost"], found["Cost (2)"], found["Keywords"], found["Prizes"]) == ("-5", EVIL, "wax", "First place")
    assert (found["Version"], found["Late entry"], len(str(found["SHA-256"]))) == (1, False, 64)


def test_questions_challenges_prizes_and_readers_stand_there(db, ada, che, bo, challenge, team):
    ask_about_challenge(db, again(db, bo), challenge, body="May it be brown?")
    write_annex(db, again(db, che), challenge, terms=TERMS, text="173 degrees")
    agree_to_terms(db, again(db, bo), get_annex(db, again(db, bo), challenge), version=1)
    open_annex(db, again(db, bo), get_annex(db, again(db, bo), challenge))
    add_prize(
        db,
        again(db, ada),
        challenge.event,
        offered=Offered("First place", "and a stand", amount="2000", currency="EUR"),
    )

    names = ("questions", "challenges", "prizes", "annexes", "registrations")
    found = {name: by_column(db, ada, challenge, name) for name in names}

    assert [(row["Question"], row["Asked by"], row["Team"]) for row in found["questions"]] == [
        ("May it be brown?", "Bo Berg", "Straw")
    ]
    assert [(row["Challenge"], row["Owner"]) for row in found["challenges"]] == [("Trays", "Che Caruso")]
    [prize] = found["prizes"]
    assert [prize[name] for name in ("Prize", "Prize money", "Currency", "Worth, in words", "Winner")] == [
        "First place", 2000, "EUR", "and a stand", "",
    ]  # fmt: skip
    assert [(row["Name"], row["What"]) for row in found["annexes"]] == [
        ("Bo Berg", "Agreed to the terms, version 1"), ("Bo Berg", "Opened the annex"),
    ]  # fmt: skip
    assert len(found["registrations"]) == 2


def test_no_cell_of_a_workbook_is_a_formula(db, ada, challenge, team):
    names = [name for name, _title in tables_of(db, again(db, ada), challenge.event)]
    tables = [table_of(db, again(db, ada), challenge.event, name) for name in names]

    book = load_workbook(BytesIO(write_workbook([(str(one.title), one.header, one.rows) for one in tables])))

    assert len(book.sheetnames) == len(tables) == len(TABLES) - 1  # meetings are for matchmaking events
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_a_csv_comes_back_as_it_was_and_runs_nothing(db, ada, challenge, team):
    table = table_of(db, again(db, ada), challenge.event, "teams")

    content = write_csv(table.header, table.rows)

    assert b"\"'=HYPERLINK" in content and b'"+43 1 234"' in content
    assert read_sheet(content, "teams.csv").rows[0].cells["idea"] == EVIL


def test_they_are_for_organisers_only(db, ada, che, bo, challenge, team):
    for person in (che, bo):
        with pytest.raises(NotAllowed):
            tables_of(db, again(db, person), challenge.event)
        for name in TABLES:
            with pytest.raises(NotAllowed):
                table_of(db, again(db, person), challenge.event, name)
    with pytest.raises(NotFound):
        table_of(db, again(db, ada), challenge.event, "passwords")


def test_another_kind_of_event_has_its_registrations(db, ada):
    programme = make_programme(db, ada, name="Another")
    event = make_event(db, again(db, ada), programme, name="Food Match", template="matchmaking")

    assert [name for name, _title in tables_of(db, again(db, ada), event)] == [
        "registrations", "codes", "check-ins", "live", "timetable", "meetings",
    ]  # fmt: skip


def test_entrance_and_timetable_stand_there_too(db, ada, bo, challenge, team):
    code = make_code(db, again(db, ada), challenge.event, name="Speakers", most_uses=3)
    made = with_rooms(db, again(db, ada), challenge.event)
    make_session(db, made, "Opening", hours=9, speakers=f"{EVIL}\nDr Zed", track=made.track.public_id)
    make_session(db, made, "Waits")
    row, end = find_registration(db, challenge.event.id, bo.person), grace_ends(challenge.event)
    assert row is not None
    assert end is not None
    check_in(db, again(db, ada), RegistrationInEvent(row, challenge.event.event), scan_id="door-0001")
    give_late_entry(db, again(db, ada), team, until=end + timedelta(hours=1), why="A long cut.")

    found = {name: by_column(db, ada, challenge, name) for name in ("codes", "check-ins", "late-entries", "timetable")}

    assert [(row["Code"], row["Used"], row["At most"]) for row in found["codes"]] == [(code.code, 0, 3)]
    assert [(row["Name"], row["Checked in at"]) for row in found["check-ins"]] == [("Bo Berg", NOW)]
    assert [(row["Team"], row["Let in by"]) for row in found["late-entries"]] == [("Straw", "Ada Adler")]
    assert [(row["Session"], row["Room"], row["Track"], row["Starts at"]) for row in found["timetable"]] == [
        ("Opening", "Great Hall", "Packaging", at(9)), ("Waits", "", "", None),
    ]  # fmt: skip
    assert str(found["timetable"][0]["Speakers"]).endswith("Dr Zed")


def test_checkpoints_progress_and_the_help_queue_stand_there_too(db, ada, bo, mel, challenge, team):
    organiser, event = again(db, ada), challenge.event
    appoint(db, organiser, event, person_id=mel.person, role=Role.MENTOR)
    first = set_checkpoint(db, organiser, event, name=EVIL, due_at=NOW + timedelta(hours=1))
    set_checkpoint(db, organiser, event, name="Pitch", due_at=NOW + timedelta(hours=2))
    note_progress(db, again(db, bo), team, body="+1 wheel turns", checkpoint=first.public_id)
    asked = ask_for_help(db, again(db, bo), team, topic="@wax", details="It melts.")
    take_help_request(db, again(db, mel), get_help_request(db, again(db, mel), event, asked.public_id))
    db.expire_all()

    found = {name: by_column(db, ada, challenge, name) for name in ("checkpoints", "progress", "help")}

    assert [(row["Checkpoint"], row["Team"], row["Reached at"], row["Late"]) for row in found["checkpoints"]] == [
        (EVIL, "Straw", NOW, False), ("Pitch", "Straw", None, False),
    ]  # fmt: skip
    assert [(row["Name"], row["Checkpoint"], row["What was written"]) for row in found["progress"]] == [
        ("Bo Berg", EVIL, "+1 wheel turns")
    ]
    assert [(row["Team"], row["Topic"], row["State"], row["Asked by"], row["Taken by"]) for row in found["help"]] == [
        ("Straw", "@wax", "taken", "Bo Berg", "Mel Meyer")
    ]


@pytest.mark.parametrize("name", ["checkpoints", "progress", "help"])
def test_no_cell_of_these_is_a_formula_in_either_file(db, ada, bo, challenge, team, name):
    first = set_checkpoint(db, again(db, ada), challenge.event, name=EVIL, due_at=NOW + timedelta(hours=1))
    note_progress(db, again(db, bo), team, body=EVIL, checkpoint=first.public_id)
    ask_for_help(db, again(db, bo), team, topic=EVIL)
    table = table_of(db, again(db, ada), challenge.event, name)

    book = load_workbook(BytesIO(write_workbook([(str(table.title), table.header, table.rows)])))
    plain = write_csv(table.header, table.rows).decode()

    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert ("'=HYPERLINK" in plain, ',"=HYPERLINK' in plain or ",=HYPERLINK" in plain) == (True, False)
