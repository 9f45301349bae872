"""A team's room, the progress of all teams, checkpoints and the help queue as pages."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.checkpoints import Checkpoint, set_checkpoint
from events.core.access import Actor
from events.core.database import Database
from events.help_queue import HelpRequest, HelpState, ask_for_help
from events.progress import ProgressEntry
from events.registration import appoint
from events.roles import Role
from events.rounds.setting_up import add_round
from events.team_pages import change_team
from tests.events.makers_rounds import plan
from tests.frontend.browser import Browser
from tests.makers import NOW
from tests.sessions.makers_mentoring import Clinic, make_clinic, make_member_of, make_mentoring, make_other_team

HACK = "/e/food-hack"


@pytest.fixture
def clinic(db: Database) -> Clinic:
    return make_clinic(db)


@pytest.fixture
def room(clinic: Clinic) -> str:
    return f"{HACK}/teams/{clinic.team.team.public_id}/room"


def browsers(db: Database, *people: Actor) -> list[Browser]:
    return [Browser(db, one) for one in people]


def test_a_member_writes_and_takes_back(db, clinic, room):
    point = set_checkpoint(db, clinic.ada, clinic.event, name="A draft", due_at=NOW + timedelta(hours=3))
    browser = Browser(db, clinic.bo)

    written = browser.send(f"{room}/log", body="Three trays pressed.", checkpoint=point.public_id)
    entry = db.exec(select(ProgressEntry)).one().public_id
    gone = browser.send(f"{room}/log/{entry}/take-back")

    assert all(part in written.text for part in ("Three trays pressed.", "Bo Berg", "Reached", "Written."))
    assert ("Three trays" in gone.text, "Not yet" in gone.text) == (False, True)


def test_what_cannot_be_written_stays_in_the_form(db, clinic, room):
    page = Browser(db, clinic.bo).send(f"{room}/log", body="x" * 601)

    assert (page.status, "1 to 600 characters" in page.text, "x" * 601 in page.html) == (422, True, True)


def test_mentors_and_organisers_read_and_do_not_write(db, clinic, room):
    other, _team = make_other_team(db, clinic, "Wax")
    pages = [browser.get(room) for browser in browsers(db, clinic.mel, clinic.ada, clinic.bo, other)]

    assert [one.status for one in pages] == [200, 200, 200, 404]
    assert [f"{room}/log" in one.forms for one in pages] == [False, False, True, False]


def test_the_room_has_the_way_to_where_they_meet_and_what_is_booked(db, clinic, room):
    change_team(
        db, clinic.bo, clinic.team, name="Straw", challenge=None, idea="", looking_for="",
        room="https://meet.example/straw",
    )  # fmt: skip
    booked = make_mentoring(db, clinic)

    page = Browser(db, clinic.bo).get(room)

    assert "https://meet.example/straw" in page.links
    assert f"{HACK}/mentoring/booked/{booked.mentoring.public_id}" in page.links


def test_a_team_asks_and_a_mentor_takes_and_finishes(db, clinic, room):
    bo, mel = browsers(db, clinic.bo, clinic.mel)

    asked = bo.send(f"{room}/help", topic="Is wax allowed?", details="We tried two.")
    again = bo.send(f"{room}/help", topic="And glue?")
    queue = mel.get(f"{HACK}/help")
    public = db.exec(select(HelpRequest)).one().public_id
    taken = mel.send(f"{HACK}/help/{public}/take")
    done = mel.send(f"{HACK}/help/{public}/finish")

    assert ("Next in the queue" in asked.text, again.status) == (True, 409)
    assert "asked for help already" in again.text
    assert all(part in queue.text for part in ("Is wax allowed?", "We tried two.", "Straw", "Bo Berg"))
    assert (taken.path, "Mel Meyer helps" in taken.text) == (room, True)
    assert (done.path, "Nobody waits for help" in done.text) == (f"{HACK}/help", True)


def test_who_is_slower_reads_it_in_the_queue_or_the_room(db, clinic, room):
    public = ask_for_help(db, clinic.bo, clinic.team, topic="Is wax allowed?").public_id
    bo, mel, ada = browsers(db, clinic.bo, clinic.mel, clinic.ada)
    mel.send(f"{HACK}/help/{public}/take")

    late = ada.send(f"{HACK}/help/{public}/take")
    back = bo.send(f"{HACK}/help/{public}/take-back")

    assert (late.status, "A mentor has taken this already" in late.text) == (409, True)
    assert (back.status, "A mentor has taken this already" in back.text, back.headline) == (409, True, "Room of Straw")


def test_a_request_is_given_back_and_taken_back(db, clinic, room):
    public = ask_for_help(db, clinic.bo, clinic.team, topic="Is wax allowed?").public_id
    bo, mel = browsers(db, clinic.bo, clinic.mel)

    mel.send(f"{HACK}/help/{public}/take")
    given = mel.send(f"{HACK}/help/{public}/give-back")
    gone = bo.send(f"{HACK}/help/{public}/take-back")

    assert (given.path, "Given back" in given.text) == (f"{HACK}/help", True)
    assert (gone.path, "Taken back" in gone.text) == (room, True)
    db.expire_all()
    assert db.exec(select(HelpRequest)).one().state is HelpState.TAKEN_BACK


def test_a_mentor_who_judges_blind_by_now_finishes_on_a_page_that_names_no_other_team(db, clinic, room):
    public = ask_for_help(db, clinic.bo, clinic.team, topic="Is wax allowed?").public_id
    lou, wax = make_other_team(db, clinic, "Wax")
    mel = Browser(db, clinic.mel)
    mel.send(f"{HACK}/help/{public}/take")
    ask_for_help(db, lou, wax, topic="Which glue?")
    appoint(db, clinic.ada, clinic.event, person_id=clinic.mel.person, role=Role.JUDGE)
    add_round(db, clinic.ada, clinic.event, plan=plan(blind=True))

    way, queue = mel.get(f"{HACK}/mentoring"), mel.get(f"{HACK}/help")
    done = mel.send(f"{HACK}/help/{public}/finish")
    after = mel.get(f"{HACK}/help")

    assert f"{HACK}/help" in way.links
    assert [part in queue.text for part in ("Is wax allowed?", "Straw", "Wax", "Which glue?")] == [
        True,
        True,
        False,
        False,
    ]
    assert room not in queue.links
    assert (done.path, "Well helped" in done.text) == (f"{HACK}/mentoring", True)
    assert (after.status, f"{HACK}/help" in done.links) == (403, False)


def test_a_team_to_which_nobody_came_asks_for_another_mentor(db, clinic, room):
    public = ask_for_help(db, clinic.bo, clinic.team, topic="Is wax allowed?").public_id
    bo, mel, ada = browsers(db, clinic.bo, clinic.mel, clinic.ada)
    mel.send(f"{HACK}/help/{public}/take")

    before, queue = bo.get(room), ada.get(f"{HACK}/help")
    given = bo.send(f"{HACK}/help/{public}/give-back")
    twice = bo.send(f"{HACK}/help/{public}/give-back")

    assert ("Nobody came: ask for another mentor" in before.text, "Put it back into the queue" in queue.text) == (
        True,
        True,
    )
    assert (given.path, "Next in the queue" in given.text) == (room, True)
    assert (twice.status, "Nobody has taken this yet" in twice.text) == (409, True)


def test_the_queue_is_not_for_participants(db, clinic):
    for path in (f"{HACK}/help", f"{HACK}/help/fragment", f"{HACK}/teams/progress"):
        assert Browser(db, clinic.bo).get(path).status == 404


def test_the_progress_of_all_teams_is_a_table(db, clinic, room):
    make_other_team(db, clinic, "Wax")
    set_checkpoint(db, clinic.ada, clinic.event, name="A draft", due_at=NOW - timedelta(hours=1))

    for browser in browsers(db, clinic.mel, clinic.ada):
        page = browser.get(f"{HACK}/teams/progress")
        assert all(part in page.text for part in ("Straw", "Wax", "A draft", "Overdue"))
        assert room in page.links


def test_an_organiser_sets_changes_and_removes_checkpoints(db, clinic):
    browser, page = Browser(db, clinic.ada), f"{HACK}/set-up/checkpoints"

    empty = browser.get(page)
    made = browser.send(page, name="A draft", what="One page.", due_at="2026-04-15T12:00")
    wrong = browser.send(page, name="", due_at="soon")
    point = db.exec(select(Checkpoint)).one()
    changed = browser.send(f"{page}/{point.public_id}", which=point.public_id, name="A page", due_at="2026-04-15T13:00")
    gone = browser.send(f"{page}/{point.public_id}/remove")

    assert "No checkpoints yet" in empty.text
    assert ("A draft" in made.text, 'value="2026-04-15T12:00"' in made.html) == (True, True)
    assert (wrong.status, "Please write a date and a time" in wrong.text) == (422, True)
    assert ("A page" in changed.text, 'value="2026-04-15T13:00"' in changed.html) == (True, True)
    assert "No checkpoints yet" in gone.text


def test_what_is_wrong_with_a_checkpoint_stands_at_its_own_fields(db, clinic):
    point = set_checkpoint(db, clinic.ada, clinic.event, name="A draft", due_at=NOW + timedelta(hours=3))

    page = Browser(db, clinic.ada).send(
        f"{HACK}/set-up/checkpoints/{point.public_id}", which=point.public_id, name="", due_at="2026-04-15T13:00"
    )

    assert page.status == 422
    assert f'href="#name-{point.public_id}"' in page.html


def test_the_member_of_another_team_cannot_write(db, clinic, room):
    cy = make_member_of(db, clinic, "Cy Costa")
    other, _team = make_other_team(db, clinic, "Wax")

    assert Browser(db, cy).send(f"{room}/log", body="Hello.").status == 200
    assert Browser(db, other).send(f"{room}/log", body="Hello.").status == 404
