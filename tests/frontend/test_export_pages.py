"""Exports and the import from Devpost as pages."""

import re
import zipfile
from io import BytesIO

import pytest
from openpyxl import load_workbook

from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases
from events.signin import form_token
from tests.events.makers_hackathon import make_hackathon, make_team
from tests.events.test_devpost import HEADER, HUSK, STRAW
from tests.frontend.browser import ADDRESS, Browser, Page

EXPORTS, DEVPOST = "/e/food-hack/exports", "/e/food-hack/import/devpost"


@pytest.fixture
def event(db: Database, ada: Actor, bo: Actor) -> EventWithPhases:
    """A hackathon in which Bo leads a team."""
    event = make_hackathon(db, ada, bo)
    make_team(db, bo, event, "=Straw()")
    return event


def test_every_table_is_fetched_alone_and_all_at_once(db, ada, event):
    browser = Browser(db, ada)
    page = browser.get(EXPORTS)
    files = [one for one in page.links if one.startswith(f"{EXPORTS}/")]

    answers = {one.removeprefix(f"{EXPORTS}/"): browser.get(one) for one in files}

    assert len(files) == 34 and {one.status for one in answers.values()} == {200}
    assert b"'=Straw()" in answers["teams.csv"].content
    book = load_workbook(BytesIO(answers["everything.xlsx"].content))
    assert "Teams" in book.sheetnames and book["Teams"]["A2"].value == "'=Straw()"
    with zipfile.ZipFile(BytesIO(answers["everything.zip"].content)) as archive:
        assert "submissions.csv" in archive.namelist()
    assert answers["teams.xlsx"].headers["cache-control"] == "private, no-store"


def test_exports_are_for_organisers(db, ada, bo, event):
    for path in (EXPORTS, f"{EXPORTS}/teams.csv", f"{EXPORTS}/everything.xlsx", f"{EXPORTS}/everything.zip"):
        assert Browser(db, bo).get(path).status == 403
        assert Browser(db).get(path).path == "/sign-in"
    assert Browser(db, ada).get(f"{EXPORTS}/passwords.csv").status == 404


def sent(browser: Browser, content: bytes) -> Page:
    browser.db.commit()
    return Page(
        browser.client.post(
            DEVPOST, data={"csrf_token": form_token(browser.cookie)}, files=[("file", ("projects.csv", content))],
            headers={"origin": ADDRESS},
        )
    )  # fmt: skip


def test_a_file_of_devpost_is_looked_at_and_then_imported(db, ada, event):
    browser = Browser(db, ada)
    bad = STRAW.replace("Straw tray", "").replace("software/straw", "software/none")
    page = sent(browser, "\n".join([HEADER, STRAW, HUSK, bad]).encode())

    carried = re.search(r'name="carried" value="([^"]+)"', page.html)
    assert carried is not None
    done = browser.send(f"{DEVPOST}/now", carried=carried[1])

    assert "2 good, 0 of them here already" in page.text and "This project has no title." in page.text
    assert "Straw tray" in page.text and "Zoe Zander, Yan Yilmaz, Xia Xu" in page.text
    assert "2 lines were imported" in done.text and "Straw tray" in done.text


def test_another_file_is_refused_on_the_page_of_the_form(db, ada, bo, event):
    browser = Browser(db, ada)

    page = sent(browser, b"e-mail,name\nzoe@example.org,Zoe\n")

    assert (page.status, "no list of projects from Devpost" in page.text) == (422, True)
    assert browser.send(f"{DEVPOST}/now", carried="forged").status == 422
    assert Browser(db, bo).get(DEVPOST).status == 403
