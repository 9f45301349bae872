"""What comes after peer reviews, in real browsers: one review to its last follow-up, and two to the reports that a
programme owes its funder."""

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import docx
import pypdf
import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select

from events.core.database import forget_engines, reading, transaction
from events.core.timers import Timer
from events.people import Person
from events.signin import open_sign_in
from frontend.cookies import SIGN_IN, cookie_name
from sessions.peer_reviews.findings import Level
from sessions.peer_reviews.reviews import AFTER_REVIEW, ReviewState, ReviewStep
from sessions.peer_reviews.templates import StepKind
from tests.journeys.conftest import START
from tests.journeys.house import House, open_house, soon
from tests.journeys.people import OnAPhone, Somebody
from tests.journeys.setting_up import confirm
from tests.makers import again, make_person
from tests.sessions.makers_reports import (
    hold,
    make_finding,
    make_lesson,
    make_second_review,
    programme_of,
)
from tests.sessions.makers_reviews import make_review

pytestmark = [pytest.mark.browser, pytest.mark.real_time]

FUNDING = "Funded by the European Union under grant 101000000. Views are those of the authors only."
SAID = "We lost a third of them before anybody asked why."
VISITOR = "Visitor"
TITLE = "What two reviews taught us"
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


def two_reviews() -> None:
    """A programme with two published reviews, five findings between them and two lessons."""
    with transaction() as db:
        first = make_review(db)
        programme = programme_of(db, first)
        programme.funding = FUNDING
        db.add(programme)
        second = make_second_review(db, first)
        for review in (first, second):
            hold(db, review, ReviewState.PUBLISHED)
        make_finding(db, first, recommendation="Call every member once a quarter.")
        make_finding(
            db, first, 2, level=Level.EU, recommendation="Pay for small steps too.", addressee="the Commission"
        )
        make_finding(db, second, practice_by_id=None, recommendation="Let data be lent.", level=Level.STATE)
        make_finding(db, second, 2, practice_by_id=None, recommendation="Name one person.", level=Level.HOST)
        make_lesson(db, first.people["hal"], programme, review=first, level=Level.REGION)
        make_lesson(db, again(db, first.ada), programme, title="Data are lent, not given", ecosystem="construction")
        make_person(db, "Edda Egger")


def one_review() -> None:
    """A review that was held, with two findings that its people agreed on."""
    with transaction() as db:
        review = make_review(db)
        hold(db, review)
        make_finding(db, review, recommendation="Call every member once a quarter.")
        make_finding(db, review, 2, level=Level.EU, recommendation="Pay for small steps too.")
        make_person(db, "Zoe Zander")


@pytest.fixture
def house(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    shutil.copy(sqlite_template, tmp_path / "folkmoot.db")
    url = f"sqlite:///{tmp_path}/folkmoot.db"
    with open_house(url, tmp_path / "files", START, prepare=request.param) as found:
        yield found
    forget_engines()


Enter = Callable[..., Somebody]


@pytest.fixture
def enter(browser: Browser, house: House) -> Iterator[Enter]:
    here: list[Somebody] = []

    def come_in(name: str, *, phone: bool = False) -> Somebody:
        here.append((OnAPhone if phone else Somebody)(browser, house, name))
        return signed_in(here[-1]) if name != VISITOR else here[-1]

    yield come_in
    for one in here:
        one.close()


def signed_in(somebody: Somebody) -> Somebody:
    """Sign somebody in, again where their sign-in has run out."""
    with transaction() as db:
        cookie = open_sign_in(db, db.exec(select(Person).where(Person.name == somebody.name)).one(), way="test")
    address = somebody.house.address
    somebody.context.add_cookies([{"name": cookie_name(SIGN_IN), "value": cookie, "url": address}])
    return somebody


# --- Two reviews, and what they teach


@pytest.mark.parametrize("house", [two_reviews], indirect=True)
def test_two_reviews_become_a_report_that_everybody_reads_and_words_can_be_taken_back(
    house: House, enter: Enter
) -> None:
    ada, edda, hal, visitor = enter("Ada Adler"), enter("Edda Egger"), enter("Hal Huber"), enter(VISITOR, phone=True)
    ada.open("/p/green-food-network/reports").sees("No reports yet")
    ada.write("Their e-mail address", edda.email).press("Name an editor")
    hal_agrees_to_be_quoted(house, ada, hal)
    report = edda_writes(house, edda)
    ada_approves(house, ada, edda)
    base = everybody_reads(visitor)
    assert base.startswith(report)
    before = everywhere(visitor, base)
    assert {name: SAID in text for name, text in before.items()} == {"page": True, "PDF": True, "DOCX": True}

    confirm(hal, "Take it back")
    hal.sees("The words are deleted.")

    after = everywhere(visitor, base)
    assert {name: SAID in text for name, text in after.items()} == {"page": False, "PDF": False, "DOCX": False}
    left = "Call every member once a quarter."
    assert {name: left in text for name, text in after.items()} == dict.fromkeys(after, True)
    edda.open(report + "/edit").sees("This may not be shown any more").does_not_see(SAID)
    recommendations_go_by_level(edda)


def hal_agrees_to_be_quoted(house: House, ada: Somebody, hal: Somebody) -> None:
    """Ada asks from the page of the review; Hal finds the way by a letter."""
    ada.open("/e/peer-days/reviews").follow("Members that stay").follow("Ask for a quotation")
    ada.write("Their e-mail address", "edda@example.org").write("Their words", SAID).press("Ask them")
    ada.sees("They have no place in this review.")
    ada.write("Their e-mail address", hal.email).press("Ask them").sees("Waits for an answer")
    letter = house.post.wait_for(hal.email, "quote you")
    [link] = [one for one in letter.links if "/quotations/" in one]
    hal.open(link).sees(SAID).tick("With my name").press("Agree")
    hal.sees("Hal Huber")


def edda_writes(house: House, edda: Somebody) -> str:
    letter = house.post.wait_for(edda.email, "You edit the reports")
    edda.open(next(one for one in letter.links if one.endswith("/reports"))).follow("New report")
    edda.tick("Guidelines and lessons learned").write("Title", TITLE).press("Begin")
    edda.arrives_at(TITLE).sees("Not used yet")
    report = edda.path.removesuffix("/edit")

    confirm(edda, "Hand in for approval")
    edda.sees("The report is empty.")
    unused = edda.page.locator("fieldset#f-material")
    assert unused.get_by_role("checkbox").count() == 7
    edda.tick("Finding 2 of Clay").tick("Quotation").choose("Into which chapter?", "Practices that can be transferred")
    edda.press("Put there").sees("2 stand there now.")
    assert unused.get_by_role("checkbox").count() == 5
    edda.press("Put all where it fits").sees("5 were put in place.")
    edda.sees("Everything that can stand in this report does.")

    box = edda.main.locator("section", has=edda.page.get_by_role("heading", name="Practices that can be transferred"))
    up = box.last.locator("li", has_text=SAID).get_by_role("button", name=re.compile(r"^Up\s*: Quotation$"))
    edda._hit(up)
    edda.look()
    expect(box.last.locator("li").first).to_contain_text(SAID)
    edda.follow("Write the chapter", within=box.last)
    edda.write("Title", "Practices to take over").write("Text", "Two clusters do **this** already.").press("Save")
    edda.sees("Practices to take over")
    edda.write("Summary", "Members stay where somebody *calls* them.\n\n- Call\n- Lend").press("Save")
    edda.follow("Preview").sees("Members stay where somebody calls them.").sees(SAID)
    edda.follow("Edit the report")
    confirm(edda, "Hand in for approval")
    edda.sees("Somebody else approves it").does_not_see("Approve and publish")
    return report


def ada_approves(house: House, ada: Somebody, edda: Somebody) -> None:
    letter = house.post.wait_for(ada.email, "waits for approval")
    ada.open(next(one for one in letter.links if "/versions/1" in one)).sees("Is it right?")
    confirm(ada, "Approve and publish")
    ada.sees("Version 1: Published")
    house.post.wait_for(edda.email, f"Published: {TITLE}")


def everybody_reads(visitor: Somebody) -> str:
    """A visitor finds the report on a phone; its links lead somewhere, and each record says what the report says."""
    visitor.open("/p/green-food-network").follow("Reports").follow(TITLE).arrives_at(TITLE)
    article = visitor.main.locator("article.report")
    links = article.locator("a").evaluate_all("all => all.map(one => one.href)")
    inside = {one for one in links if one.startswith(visitor.house.address)}
    assert links
    assert inside == set(links)
    records = {one for one in inside if re.search(r"/(records|lessons|quotations)/", one)}
    assert len(records) == 7
    pages = {one: visitor.context.request.get(one) for one in records}
    assert {one: page.status for one, page in pages.items() if page.status != 200} == {}
    told = " ".join(page.text() for page in pages.values())
    for words in ("Call every member once a quarter.", "Let data be lent.", "Data are lent, not given", SAID):
        assert words in told
        expect(article).to_contain_text(words)
    for one in visitor.main.locator("nav.prose a").evaluate_all("all => all.map(one => one.hash)"):
        assert visitor.page.locator(one).count() == 1
    return urlsplit(visitor.page.url).path


def everywhere(visitor: Somebody, report: str) -> dict[str, str]:
    """The words of the report on its page, and in the files that the page's buttons fetch."""
    visitor.open(report)
    page = visitor.main.inner_text()
    files = {}
    for button in ("As PDF", "As DOCX"):
        with visitor.page.expect_download() as waited:
            visitor.main.get_by_role("link", name=button).tap()
        files[button] = waited.value.path().read_bytes()
    return {"page": page, "PDF": words_of_pdf(files["As PDF"]), "DOCX": words_of_docx(files["As DOCX"])}


def words_of_pdf(content: bytes) -> str:
    """What a PDF says, after a look at its contents, its tags and its funding statement."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    text = " ".join(" ".join(one.extract_text() for one in reader.pages).split())
    chapters = [one.title for one in reader.outline if not isinstance(one, list)]
    assert chapters == ["Summary", "What we learned", "Practices to take over", "Sources", "Funding"]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "Contents" in text
    assert FUNDING in text
    return text


def words_of_docx(content: bytes) -> str:
    """What a DOCX says, its hidden parts included, after a look at its contents and its funding statement."""
    document = docx.Document(io.BytesIO(content))
    chapters = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert chapters == ["Summary", "What we learned", "Practices to take over", "Sources", "Funding"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = "".join(archive.read(one).decode() for one in archive.namelist() if one.endswith((".xml", ".rels")))
    assert "TOC \\o" in parts
    text = " ".join(re.sub(r"<[^>]+>", "", parts).split())
    assert FUNDING in text
    return text


def recommendations_go_by_level(edda: Somebody) -> None:
    """The second report that a programme owes: what is recommended, by whom it addresses."""
    edda.open("/p/green-food-network/reports/new").tick("Policy recommendations").write("Title", "What we recommend")
    edda.press("Begin").press("Put all where it fits").follow("Preview")
    at = [edda.page.locator("article.report").inner_text().index(one) for one in (
        "To the European Union", "Pay for small steps too.", "To states", "Let data be lent.", "To regions",
        "Call every member once a quarter.",
    )]  # fmt: skip
    assert at == sorted(at)


# --- One review, until it is closed


@pytest.mark.parametrize("house", [one_review], indirect=True)
def test_a_review_is_written_up_answered_and_followed_until_it_is_closed(house: House, enter: Enter) -> None:
    ria, mo, hal, zoe = (enter(name) for name in ("Ria Roth", "Mo Maier", "Hal Huber", "Zoe Zander"))
    ada, visitor = enter("Ada Adler"), enter(VISITOR)
    review = ria_and_mo_publish(house, ria, mo, visitor)
    hal_answers_and_plans(house, hal, zoe, review)
    the_report_is_published_anew(house, ria, mo, visitor, review)

    follow_up_begins(house, StepKind.FOLLOW_UP_3)
    the_host_is_reminded_until_it_has_reported(house, hal, zoe, ada)
    follow_up_begins(house, StepKind.FOLLOW_UP_6)
    hal_reports(house, hal, "Follow-up after 6 months", "Half of them are called.", "In work")
    follow_up_begins(house, StepKind.FOLLOW_UP_12)
    what_is_done_has_to_be_shown(house, hal)
    it_is_closed(house, ada, hal, review)


def ria_and_mo_publish(house: House, ria: Somebody, mo: Somebody, visitor: Somebody) -> str:
    ria.open("/e/peer-days/reviews").follow("Members that stay")
    review = ria.path
    ria.follow("Report").press("Begin the report").arrives_at("Peer review of Straw")
    ria.press("Put all where it fits").sees("2 were put in place.")
    assert visitor.page.request.get(house.address + ria.path.removesuffix("/edit")).status == 404
    confirm(ria, "Hand in for approval")
    letter = house.post.wait_for(mo.email, "waits for approval")
    mo.open(next(one for one in letter.links if "/versions/1" in one))
    confirm(mo, "Approve and publish")
    for name in ("bo", "hal", "ria"):
        house.post.wait_for(f"{name}@example.org", "Published: Peer review of Straw")
    visitor.open(review + "/report").follow("Read the report").arrives_at("Peer review of Straw")
    visitor.sees("Call every member once a quarter.").sees("No action is planned yet.")
    return review


def hal_answers_and_plans(house: House, hal: Somebody, zoe: Somebody, review: str) -> None:
    hal.open(review + "/plan").follow("Finding 1")
    hal.tick("Accepted with changes").press("Save the response").sees("Please say why.")
    hal.write("Why?", "Once a year is what we can do.").press("Save the response").sees(
        "Once a year is what we can do."
    )
    hal.write("What is to be done?", "Call each member.").write("Until when?", "2026-12-31")
    hal.write("Who does it?", "The secretary").write("Their e-mail address", "nobody@example.org")
    hal.press("Plan this action").sees("Nobody here has this address.")
    hal.write("Their e-mail address", zoe.email).press("Plan this action").sees("Call each member.")
    hal.open(review + "/plan").follow("Finding 2").tick("Rejected").write("Why?", "It is not ours to pay.")
    hal.press("Save the response")
    house.post.wait_for("bo@example.org", "Straw has answered all recommendations")
    letter = house.post.wait_for(zoe.email, "You are to do something for Straw")
    [link] = [one for one in letter.links if "/actions/" in one]
    zoe.open(link).sees("Call each member.").does_not_see("The whole action plan")


def the_report_is_published_anew(house: House, ria: Somebody, mo: Somebody, visitor: Somebody, review: str) -> None:
    """With the host's responses and its plan; the first version stays, and says that there is a newer one."""
    ria.open(review + "/report").follow("Edit the report")
    confirm(ria, "Hand in for approval")
    letter = house.post.wait_for(mo.email, "Version 2")
    mo.open(next(one for one in letter.links if "/versions/2" in one))
    confirm(mo, "Approve and publish")
    visitor.page.reload()
    visitor.look().sees("Once a year is what we can do.").sees("It is not ours to pay.").sees("Call each member.")
    visitor.follow("Version 1").sees("There is a newer version").does_not_see("Once a year is what we can do.")


def follow_up_begins(house: House, kind: StepKind) -> None:
    """Go to the moment in which a follow-up begins; everybody's sign-in has run out by then."""
    with reading() as db:
        moment = db.exec(select(ReviewStep.starts_at).where(ReviewStep.kind == kind)).one()
    house.clock.move(moment + HOUR)


def asked_of_hal(house: House, step: str) -> int:
    return len(house.post.letters_to("hal@example.org", f"{step}: Members that stay"))


def the_host_is_reminded_until_it_has_reported(house: House, hal: Somebody, zoe: Somebody, ada: Somebody) -> None:
    step = "Follow-up after 3 months"
    first = house.post.wait_for(hal.email, step)
    assert "1 action waits for a word of yours." in first.text
    house.clock.move(house.clock.now + WEEK)
    soon(lambda: asked_of_hal(house, step) == 2, "a reminder after a week")
    assert "every week" in house.post.letters_to(hal.email, step)[-1].text
    zoe.open("/account")
    assert "/sign-in" in zoe.path
    signed_in(zoe).open(house.post.wait_for(zoe.email, "You are to do something").links[0])
    zoe.tick("In work").write("How does it stand?", "Ten are called.").press("Report").sees("Ten are called.")
    house.post.wait_for(ada.email, "Straw has reported on its action plan")
    house.clock.move(house.clock.now + WEEK + HOUR)
    house.clock.move(house.clock.now + WEEK)
    told = house.clock.now
    quiet(house, told)
    assert asked_of_hal(house, step) == 2


def quiet(house: House, since: datetime) -> None:
    """Wait until the timers of now have run: the review is looked at each day."""

    def looked() -> bool:
        with reading() as db:
            return all(one > since for one in db.exec(select(Timer.due_at).where(Timer.kind == AFTER_REVIEW)))

    soon(looked, "a look at the review")


def hal_reports(house: House, hal: Somebody, step: str, note: str, state: str) -> None:
    letter = house.post.wait_for(hal.email, step)
    signed_in(hal).open(next(one for one in letter.links if one.endswith("/plan"))).follow("Call each member.")
    hal.sees(step).tick(state).write("How does it stand?", note).press("Report").sees(note)


def what_is_done_has_to_be_shown(house: House, hal: Somebody) -> None:
    letter = house.post.wait_for(hal.email, "Follow-up after 12 months")
    signed_in(hal).open(next(one for one in letter.links if one.endswith("/plan"))).follow("Call each member.")
    hal.tick("Done").write("How does it stand?", "All are called.").press("Report")
    hal.sees("Please say what shows that it is done")
    assert hal.field("How does it stand?").input_value() == "All are called."
    hal.write("What shows that it is done?", "A list of 200 calls.").press("Report").sees("A list of 200 calls.")
    hal.follow("Feedback").tick("5: Very satisfied").write("What should stay as it is?", "The questions.")
    hal.press("Give feedback").sees("Nobody sees who said what").follow("Action plan")


def it_is_closed(house: House, ada: Somebody, hal: Somebody, review: str) -> None:
    signed_in(ada).open(review + "/plan").sees("Ten are called.").sees("All are called.").does_not_see(
        "What the host owes"
    )
    confirm(ada, "Close the review")
    ada.sees("The review is closed.").does_not_see("Close the review")
    house.post.wait_for("bo@example.org", "is closed")
    hal.open(review + "/plan").follow("Call each member.").sees("All are called.")
    assert hal.main.get_by_role("button", name="Report", exact=True).count() == 0
