"""Certificates as pages and as PDF: in everybody's language, their own only, and all at once."""

import zipfile
from io import BytesIO

import pytest
from sqlmodel import select

from events.certificates import Certificate, CertificateKind, issue_certificates, look_of
from events.core.access import Actor
from events.core.database import Database
from events.events import EventWithPhases, start_event
from events.people import Person
from events.registration import appoint
from events.roles import Role
from frontend.certificates import certificate_pdf
from tests.events.makers_hackathon import make_hackathon
from tests.events.test_certificates import picture
from tests.frontend.browser import ADDRESS, Browser
from tests.frontend.pdf_text import words_in
from tests.frontend.test_challenge_material_pages import letters
from tests.makers import again

MANAGE, OWN = "/e/food-hack/set-up/certificates", "/e/food-hack/certificate"


@pytest.fixture
def event(db: Database, ada: Actor, bo: Actor, cy: Actor, dee: Actor) -> EventWithPhases:
    """A hackathon that runs, with Bo and Cy in it, which Dee judges."""
    event = make_hackathon(db, ada, bo, cy)
    appoint(db, again(db, ada), event, person_id=dee.person or 0, role=Role.JUDGE)
    start_event(db, again(db, ada), event)
    return event


def certificate(name: str, locale: str = "en", kind: CertificateKind = CertificateKind.PARTICIPANT) -> Certificate:
    return Certificate(kind.value, kind, 1, name, locale, "Europe/Vienna", "Straw", "First place", "Better trays")


def test_certificates_are_issued_and_fetched_by_who_gets_one(db, ada, bo, dee, eve, event):
    early = Browser(db, bo).get(OWN)
    issued = Browser(db, ada).send(f"{MANAGE}/issue")
    own = Browser(db, bo).get(OWN)
    pdf = Browser(db, bo).get(f"{OWN}/participant")

    assert "No certificates yet" in early.text and "Everybody gets a letter" in issued.text
    assert f"{OWN}/participant" in own.links
    assert pdf.content.startswith(b"%PDF") and pdf.headers["content-type"] == "application/pdf"
    assert Browser(db, dee).get(f"{OWN}/judge").content.startswith(b"%PDF")
    assert [Browser(db, one).get(f"{OWN}/judge").status for one in (bo, eve)] == [404, 404]
    assert "There is no certificate for you" in Browser(db, eve).get(OWN).text
    assert letters(db, "certificates_issued") == ["bo@example.org", "cy@example.org", "dee@example.org"]
    assert "Fetch yours" in Browser(db, bo).get("/e/food-hack/registration").text


def test_the_look_is_saved_with_a_logo_and_what_is_wrong_comes_back(db, ada, bo, event):
    browser = Browser(db, ada)
    wrong = browser.send(MANAGE, what="look", colour="blue", signed_by="Ada Adler")
    right = browser.send(MANAGE, what="look", colour="#aa3300", signed_by="Ada Adler")
    db.commit()
    from events.signin import form_token

    fields = {"csrf_token": form_token(browser.cookie), "what": "logo"}
    for content, status in ((picture(), 303), (b"GIF89a", 422)):
        answer = browser.client.post(
            f"{MANAGE}/logo", data=fields, files=[("logo", ("logo.png", content))], headers={"origin": ADDRESS},
            follow_redirects=False,
        )  # fmt: skip
        assert answer.status_code == status

    assert (wrong.status, 'value="Ada Adler"' in wrong.html, right.status) == (422, True, 200)
    assert browser.get(f"{MANAGE}/sample.pdf").content.startswith(b"%PDF")
    assert [Browser(db, bo).get(path).status for path in (MANAGE, f"{MANAGE}/sample.pdf", f"{MANAGE}/all.zip")] == [
        403, 403, 403,
    ]  # fmt: skip


def test_all_come_in_one_file_with_one_name_each(db, ada, bo, cy, event):
    for person in db.exec(select(Person).where(Person.id.in_([bo.person, cy.person]))):  # type: ignore[union-attr]
        person.name = "Jo Łuk/../asz"
        db.add(person)
    db.flush()

    answer = Browser(db, ada).get(f"{MANAGE}/all.zip")

    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert all(archive.read(name).startswith(b"%PDF") for name in names)
    assert sorted(names) == [
        "Dee Dumont, judge.pdf", "Jo Łuk____asz, participant (2).pdf", "Jo Łuk____asz, participant.pdf",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Łukasz Żółć", "Αθηνά Παππά", "Здравка Ъглова", "Dee d'Ivøire-Müller", "X" * 120])
def test_every_name_of_europe_stands_on_its_certificate(db, event, name):
    text = words_in(certificate_pdf(look_of(db, event), certificate(name)))

    assert name in text and "has taken part in Food Hack." in text


def test_an_award_names_team_prize_and_challenge(db, event):
    text = words_in(certificate_pdf(look_of(db, event), certificate("Bo Berg", kind=CertificateKind.WINNER)))

    assert "with the team Straw" in text and "First place" in text and "Better trays" in text


def test_a_certificate_says_in_which_language_it_is_and_whose(db, ada, event):
    issue_certificates(db, again(db, ada), event)

    pdf = certificate_pdf(look_of(db, event), certificate("Bo Berg", "de"))

    assert b"/Lang (de)" in pdf
