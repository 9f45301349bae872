"""The mail pages of organisers: what was sent, what came back, own words and notices."""

import re

import pytest
from sqlmodel import select

from events.core.database import reading, transaction
from events.letter_texts import LetterText
from events.reachability import note_hard_bounce, trouble_of
from mailer.letters import Letter, LetterState
from mailer.pace import OUT, note_failed
from sessions.notices import Notice
from tests.asking import Asker
from tests.permissions.world import World


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


def of(world: World) -> str:
    return f"/e/{world.hackathon.event.slug}/letters"


def the_letter() -> Letter:
    with reading() as db:
        return db.exec(select(Letter).where(Letter.message_id == "<0@folkmoot.invalid>")).one()


async def test_an_organiser_sees_why_a_letter_was_written_and_sends_it_again(world):
    asker, ada = Asker(), world.cookies["Ada"]
    page = await asker.get(of(world), cookie=ada)

    again = await asker.post(f"{of(world)}/{the_letter().public_id}/again", {}, cookie=ada)

    assert "Because of" in page.text
    assert (again.status_code, the_letter().state) == (303, LetterState.WAITING)
    twice = await asker.post(f"{of(world)}/{the_letter().public_id}/again", {}, cookie=ada)
    assert (twice.status_code, "waits to be sent" in twice.text) == (409, True)


async def test_what_could_not_be_delivered_stands_on_top_and_the_address_can_be_trusted_again(world):
    asker, ada = Asker(), world.cookies["Ada"]
    with transaction() as db:
        note_hard_bounce(db, "bo@example.org", "550 nobody")
        row = db.get_one(Letter, the_letter().id)
        row.state, row.dead_at, row.problem = LetterState.UNDELIVERABLE, row.done_at, "550 nobody"
        db.add(row)

    page = (await asker.get(of(world), cookie=ada)).text
    refused = await asker.post(f"{of(world)}/{the_letter().public_id}/again", {}, cookie=ada)
    trusted = await asker.post(f"{of(world)}/{the_letter().public_id}/trust", {"why": "He told us."}, cookie=ada)

    first = page[page.index("<tbody") : page.index("</tr>", page.index("<tbody"))]
    assert "550 nobody" in first
    assert "Addresses that take no letters" in page
    assert "Letters to this address come back" in refused.text
    with reading() as db:
        assert (trusted.status_code, trouble_of(db, "bo@example.org")) == (303, None)


async def test_when_no_letter_leaves_organisers_are_told_why(world):
    with transaction() as db:
        note_failed(db, OUT, "535 wrong password")

    page = await Asker().get(of(world), cookie=world.cookies["Ada"])

    assert "No letter leaves at the moment" in page.text
    assert "535 wrong password" in page.text


async def test_own_words_are_saved_and_a_broken_placeholder_loses_nothing_typed(world):
    asker, ada = Asker(), world.cookies["Ada"]
    fields = {"kind": "phase_moved", "locale": "de", "text": "Hallo {nmae}"}
    refused = await asker.post(f"{of(world)}/texts", fields, cookie=ada)
    saved = await asker.post(f"{of(world)}/texts", {**fields, "text": "Hallo {name}"}, cookie=ada)

    assert (refused.status_code, "Hallo {nmae}" in refused.text, "is no placeholder" in refused.text) == (
        422,
        True,
        True,
    )
    assert saved.status_code == 303
    with reading() as db:
        assert db.exec(select(LetterText.text)).all() == ["Hallo {name}"]


async def test_a_notice_is_looked_at_with_its_count_and_only_then_sent(world):
    asker, ada = Asker(), world.cookies["Ada"]
    fields = {"title": "News", "text": "The door opens at nine.", "segment": "participants"}
    looked = await asker.post(f"{of(world)}/notices/look", fields, cookie=ada)
    with reading() as db:
        assert db.exec(select(Notice)).all() == []
    [count] = {int(part.split(" ")[0]) for part in looked.text.split("Send it to ")[1:]}

    wrong = await asker.post(f"{of(world)}/notices", {**fields, "counted": str(count + 1)}, cookie=ada)
    sent = await asker.post(f"{of(world)}/notices", {**fields, "counted": str(count)}, cookie=ada)

    assert (wrong.status_code, "The door opens at nine." in wrong.text) == (409, True)
    assert sent.status_code == 303
    with reading() as db:
        assert db.exec(select(Notice.people)).all() == [count]


async def test_only_organisers_see_the_mail_pages(world):
    asker = Asker()
    for page in ("", "/in", "/texts", "/notices"):
        asked = [await asker.get(of(world) + page, cookie=world.cookies[name]) for name in ("Ada", "Tam")]

        assert [one.status_code for one in asked] == [200, 403]


async def test_own_words_are_looked_at_as_somebody_would_read_them_before_they_are_saved(world):
    asker, ada = Asker(), world.cookies["Ada"]
    fields = {"kind": "phase_moved", "locale": "en", "text": "Dear {name} of {event}", "reader": "Bo Berg"}
    looked = await asker.post(f"{of(world)}/texts/look", fields, cookie=ada)
    document = await asker.post(f"{of(world)}/texts/page", fields, cookie=ada)
    stranger = await asker.post(f"{of(world)}/texts/look", {**fields, "reader": "Nobody Known"}, cookie=ada)
    refused = await asker.post(f"{of(world)}/texts/look", fields, cookie=world.cookies["Tam"])

    name = world.hackathon.event.name
    assert (looked.status_code, f"Dear Bo Berg of {name}" in looked.text) == (200, True)
    assert (document.status_code, f"Dear Bo Berg of {name}" in document.text) == (200, True)
    assert "sandbox" in document.headers["content-security-policy"]
    assert (stranger.status_code, "Dear {name} of {event}" in stranger.text) == (422, True)
    assert "Nobody in this event is called so" in stranger.text
    assert refused.status_code == 403
    with reading() as db:
        assert db.exec(select(LetterText.text)).all() == []


async def test_how_often_digests_come_is_chosen_on_ones_own_page(world):
    asker, bo = Asker(), world.cookies["Bo"]
    saved = await asker.post("/account/calendar/digests", {"often": "weekly", "with_notices": "yes"}, cookie=bo)
    page = (await asker.get("/account/calendar", cookie=bo)).text
    refused = await asker.post("/account/calendar/digests", {"often": "hourly"}, cookie=bo)

    assert saved.status_code == 303
    [weekly] = re.findall(r'<input[^>]*value="weekly"[^>]*>', page)
    assert " checked" in weekly
    assert (refused.status_code, "Please choose among the times offered." in refused.text) == (422, True)
