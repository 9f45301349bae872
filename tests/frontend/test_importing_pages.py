"""Importing on the page: choose, look, say yes; and the same from the command line."""

import re
from pathlib import Path

import pytest
from sqlmodel import func, select

from events.browsing import items_in
from events.core.access import VISITOR, Actor
from events.core.database import Database
from events.events import close_event
from events.marketplace import Item
from events.registration import Registration
from events.signin import form_token
from events.submissions import Submission
from frontend.importing import import_file
from tests.events.makers_network import FIXTURES, gathering
from tests.events.test_devpost import HEADER, HUSK, STRAW
from tests.events.test_submission_fields import with_challenge
from tests.frontend.browser import ADDRESS, Browser, Page

PEOPLE = "/e/food-match/import/participants"
ITEMS = "/e/food-match/import/items"


def upload(browser: Browser, path: str, name: str, content: bytes = b"", **fields: str) -> Page:
    """Send a file as the form does."""
    content = content or (FIXTURES / name).read_bytes()
    data = {"csrf_token": form_token(browser.cookie), **fields}
    return Page(browser.client.post(path, data=data, files={"file": (name, content)}, headers={"origin": ADDRESS}))


def yes(browser: Browser, path: str, page: Page, **fields: str) -> Page:
    """Say yes to a preview."""
    found = re.search(r'name="carried" value="([^"]+)"', page.html)
    assert found
    return browser.send(f"{path}/now", carried=found[1], **fields)


def count(db: Database, kind: type) -> int:
    db.expire_all()
    return db.exec(select(func.count()).select_from(kind)).one()


def test_participants_are_looked_at_before_they_come_in(db: Database, ada: Actor) -> None:
    gathering(db, ada)
    browser = Browser(db, ada)

    form = browser.get(PEOPLE)
    preview = upload(browser, PEOPLE, "participants.csv")
    before = count(db, Registration)
    done = yes(browser, PEOPLE, preview)

    assert PEOPLE in form.forms
    assert (preview.status, "5 lines cannot be imported" in preview.text, before) == (200, True, 0)
    assert "This address stands on line 2 already." in preview.text
    assert "Import 3 lines" in preview.text
    assert (done.path, "3 lines were imported." in done.html) == ("/e/food-match/registrations", True)
    assert count(db, Registration) == 3


def test_the_same_file_again_has_nothing_new(db: Database, ada: Actor) -> None:
    gathering(db, ada)
    browser = Browser(db, ada)
    yes(browser, PEOPLE, upload(browser, PEOPLE, "participants.csv"))

    preview = upload(browser, PEOPLE, "participants.csv")

    assert "There is nothing new in this file." in preview.text


def test_items_come_in_and_are_shown_in_the_event(db: Database, ada: Actor) -> None:
    _ada, event = gathering(db, ada)
    browser = Browser(db, ada)

    preview = upload(browser, ITEMS, "items.json", kind="")
    done = yes(browser, ITEMS, preview, kind="")

    assert "Galwanizernia chce odzyskiwać nikiel." in preview.text
    assert (done.path, "2 items" in done.text) == ("/e/food-match/marketplace", True)
    assert items_in(db, VISITOR, event).count == 2


def test_the_chosen_kind_goes_with_the_file(db: Database, ada: Actor) -> None:
    gathering(db, ada)
    browser = Browser(db, ada)
    file = b"id,country,text\nX1,AT,We mend pumps.\n"

    unclear = upload(browser, ITEMS, "x.csv", file, kind="")
    offers = upload(browser, ITEMS, "x.csv", file, kind="offer")
    done = yes(browser, ITEMS, offers, kind="offer")

    assert "Say whether this is a need or an offer." in unclear.text
    assert "We mend pumps." in done.text


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("people.pdf", b"%PDF-1.7", "This file is not a table we can read."),
        ("people.csv", b"\n", "This table is empty."),
        ("people.csv", b"a,a\n1,2\n", "Two columns are called"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(
    db: Database, ada: Actor, name: str, content: bytes, sentence: str
) -> None:
    gathering(db, ada)

    page = upload(Browser(db, ada), PEOPLE, name, content)

    assert (page.status, sentence in page.text) == (422, True)


def test_no_file_is_said_so(db: Database, ada: Actor) -> None:
    gathering(db, ada)

    page = Browser(db, ada).send(PEOPLE)

    assert (page.status, "Please choose a file." in page.text) == (422, True)


def test_a_preview_of_somebody_else_or_made_up_is_worth_nothing(db: Database, ada: Actor) -> None:
    gathering(db, ada)
    browser = Browser(db, ada)
    preview = upload(browser, PEOPLE, "participants.csv")

    made_up = browser.send(f"{PEOPLE}/now", carried="made up")
    other_place = yes(browser, ITEMS, preview)

    assert (made_up.status, other_place.status) == (422, 422)
    assert "This preview is not valid any more." in made_up.text
    assert count(db, Registration) == 0


def test_only_organisers_import(db: Database, ada: Actor, bo: Actor) -> None:
    gathering(db, ada)
    browser = Browser(db, bo)

    statuses = [browser.get(path).status for path in (PEOPLE, ITEMS)]
    statuses += [upload(browser, path, "participants.csv").status for path in (PEOPLE, ITEMS)]
    statuses += [browser.send(f"{path}/now", carried="x").status for path in (PEOPLE, ITEMS)]

    assert statuses == [403] * 6
    assert Browser(db).get(PEOPLE).path == "/sign-in"


def test_an_event_that_is_over_takes_no_file(db: Database, ada: Actor) -> None:
    ada, event = gathering(db, ada)
    close_event(db, ada, event)
    browser = Browser(db, ada)

    page = browser.get(PEOPLE)

    assert ("This event is over." in page.text, PEOPLE in page.forms) == (True, False)
    assert upload(browser, PEOPLE, "participants.csv").status == 409


# The command line


def run(db: Database, path: Path, **wishes: str) -> tuple[bool, list[str]]:
    """What `folkmoot import` says."""
    db.commit()
    said: list[str] = []
    wanted = {"event_slug": "food-match", "what": "participants", "as_email": "ada@example.org", **wishes}
    return import_file(path, **wanted, say=said.append), said


def test_the_command_line_names_each_wrong_line_and_imports_the_others(db: Database, ada: Actor) -> None:
    gathering(db, ada)

    good, said = run(db, FIXTURES / "participants.csv")

    assert not good
    assert said[0] == "line 6, email: This is not an e-mail address. Write it as name@example.org."
    assert said[-2:] == ["3 lines were imported. 0 were here already.", "5 lines were left out."]
    assert count(db, Registration) == 3


def test_the_command_line_imports_items_once(db: Database, ada: Actor) -> None:
    gathering(db, ada)

    answers = [run(db, FIXTURES / "items.json", what="items") for _time in range(2)]

    assert answers == [
        (True, ["2 lines were imported. 0 were here already."]),
        (True, ["0 lines were imported. 2 were here already."]),
    ]
    assert count(db, Item) == 2


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"what": "cheese"}, "There is no import of cheese. Choose participants, needs, offers, items or devpost."),
        ({"as_email": "nobody@example.org"}, "Nobody signs in here with the address nobody@example.org."),
        ({"as_email": "bo@example.org"}, "You may not do that here. Ask the organiser if you think you should."),
        ({"event_slug": "nothing"}, "There is no event at the address nothing."),
    ],
)
def test_the_command_line_says_what_stands_in_the_way(
    db: Database, ada: Actor, bo: Actor, wishes: dict[str, str], sentence: str
) -> None:
    gathering(db, ada)

    assert run(db, FIXTURES / "participants.csv", **wishes) == (False, [sentence])


def test_the_command_line_imports_projects_from_devpost_once(
    db: Database, ada: Actor, che: Actor, tmp_path: Path
) -> None:
    with_challenge(db, ada, che)
    file = tmp_path / "projects.csv"
    file.write_text("\n".join([HEADER, STRAW, HUSK]), encoding="utf-8")

    answers = [run(db, file, what="devpost", event_slug="food-hack") for _time in range(2)]

    assert answers == [
        (True, ["2 lines were imported. 0 were here already."]),
        (True, ["0 lines were imported. 2 were here already."]),
    ]
    assert count(db, Submission) == 2


def test_the_command_line_says_what_is_no_list_of_projects(db: Database, ada: Actor, che: Actor) -> None:
    with_challenge(db, ada, che)

    assert run(db, FIXTURES / "participants.csv", what="devpost", event_slug="food-hack") == (
        False, ["This is no list of projects from Devpost: it has no column “Project Title”."],
    )  # fmt: skip
