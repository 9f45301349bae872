"""A programme's logo: on its page, in letters about its events and on certificates; and everything reads without it."""

import io
import zipfile

import pypdf
from PIL import Image
from sqlmodel import select

from events.certificates import look_of
from events.core.access import Actor
from events.core.database import Database
from events.core.pictures import clean_picture
from events.programme_logos import remove_programme_logo, set_programme_logo
from events.programmes import Programme
from events.signin import form_token
from frontend.logos import Logo
from frontend.report_files.docx import report_docx
from frontend.report_files.pdf import report_pdf
from sessions.meetings import MeetingDeclined
from sessions.reports.documents import Document, Heading, numbered
from tests.events.test_certificates import picture
from tests.frontend.browser import ADDRESS, Browser
from tests.mailer.makers_letters import all_letters, html_of, letters_after, make_meeting, text_of
from tests.makers import again
from tests.sessions.makers_meetings import make_fair, make_participant

PAGE, LOGO = "/p/network-of-food-match", "/p/network-of-food-match/logo.png"


def with_logo(db: Database, ada: Actor) -> Programme:
    programme = db.exec(select(Programme)).one()
    set_programme_logo(db, again(db, ada), programme, picture=clean_picture(picture(1200, 300)).made_ready())
    db.commit()
    return programme


def upload(browser: Browser, content: bytes) -> int:
    fields = {"csrf_token": form_token(browser.cookie)}
    answer = browser.client.post(
        f"{PAGE}/logo", data=fields, files=[("logo", ("logo.png", content))], headers={"origin": ADDRESS},
        follow_redirects=False,
    )  # fmt: skip
    return int(answer.status_code)


def test_it_is_put_on_and_taken_off_by_the_programmes_organisers_only(db: Database, ada: Actor, bo: Actor) -> None:
    make_fair(db, ada)
    browser, stranger = Browser(db, ada), Browser(db, bo)
    db.commit()

    tries = [upload(browser, one) for one in (b"GIF89a", picture())]
    others = [upload(stranger, picture()), stranger.send(f"{PAGE}/logo/remove").status]
    shown = browser.get(PAGE).html
    removed = browser.send(f"{PAGE}/logo/remove")

    assert (tries, others) == ([422, 303], [403, 403])
    assert f'<img src="{LOGO}" alt="The logo of Network of Food Match">' in shown
    assert (removed.status, Browser(db).get(LOGO).status) == (200, 404)


def test_everybody_gets_the_same_small_png_from_one_address(db: Database, ada: Actor) -> None:
    make_fair(db, ada)
    with_logo(db, ada)

    answer = Browser(db).get(LOGO)
    again_asked = Browser(db).client.get(LOGO, headers={"if-none-match": answer.headers["etag"]})

    with Image.open(io.BytesIO(answer.content)) as opened:
        assert (opened.format, opened.size) == ("PNG", (640, 160))
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "set-cookie" not in answer.headers
    assert (again_asked.status_code, again_asked.content) == (304, b"")


def test_letters_carry_it_with_the_programmes_name_where_pictures_are_off(
    db: Database, ada: Actor, bo: Actor, cy: Actor
) -> None:
    fair = make_fair(db, ada)
    for one in (bo, cy):
        make_participant(db, one, fair)
    programme = with_logo(db, ada)
    meeting = make_meeting(db, fair.event, bo, cy)
    fact = MeetingDeclined(event_id=fair.event.id, meeting_id=meeting.id or 0)
    known = len(letters_after(db))
    [with_it, *_others] = letters_after(db, fact)[known:]
    remove_programme_logo(db, again(db, ada), programme)
    known = len(all_letters())
    [without, *_others] = letters_after(db, fact)[known:]

    [image] = [line for line in html_of(with_it).splitlines() if "<img" in line]
    assert f'src="http://folkmoot.example{LOGO}" alt="Network of Food Match"' in image
    assert "background: #fff" in image  # drawn for paper: it stands on white in the dark too
    assert "bo@" not in image
    assert ("<img" in html_of(without), "Network of Food Match" in html_of(without)) == (False, True)
    assert text_of(with_it) == text_of(without)


def test_reports_carry_it_as_pdf_and_docx_with_its_name_in_words() -> None:
    document = Document("Lessons", "en", "A", ("x",), "Contents", numbered([Heading(2, "One")]))
    logo = Logo(picture(640, 160), "Network of Food Match")

    word = zipfile.ZipFile(io.BytesIO(report_docx(document, logo)))
    pdf = pypdf.PdfReader(io.BytesIO(report_pdf(document, logo)))
    without = pypdf.PdfReader(io.BytesIO(report_pdf(document)))

    text = word.read("word/document.xml").decode()
    assert text.index('descr="Network of Food Match"') < text.index("Lessons")
    assert word.read("word/media/figure1.png") == logo.png
    assert logo.size == (640, 160)
    assert [sum(len(page.images) for page in one.pages) for one in (pdf, without)] == [1, 0]


def test_certificates_without_a_logo_of_their_own_have_the_programmes(db: Database, ada: Actor) -> None:
    fair = make_fair(db, ada)
    before = look_of(db, fair.event)
    with_logo(db, ada)
    after = look_of(db, fair.event)

    assert (before.logo, after.logo is not None, after.has_own_logo) == (None, True, False)
    assert "The programme’s logo stands on them." in Browser(db, ada).get("/e/food-match/set-up/certificates").html
