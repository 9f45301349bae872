"""The hall: a short link without signing in, on a phone without JavaScript."""

import pytest
from sqlmodel import select

from events.core.database import Database
from sessions.moderated import pass_to_stage
from sessions.moderation import make_pass, take_pass_back
from sessions.passes import PassHolder, StagePass
from sessions.polls import Results, draft_poll, get_poll, open_poll
from sessions.rooms import room_snapshot
from sessions.running import start_pitch
from sessions.stages import ask_question
from tests.frontend.browser import Browser
from tests.sessions.makers_pitches import Show, make_show

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def show(db: Database) -> Show:
    made = make_show(db, opened=True)
    start_pitch(db, made.hal, made.room)
    return made


@pytest.fixture
def hall(db: Database, show: Show) -> StagePass:
    return make_pass(db, show.hal, show.room)


def test_somebody_in_the_hall_comes_in_asks_votes_and_reacts(db, show, hall):
    theirs = ask_question(db, show.tam, show.room, body="How long does it hold?")
    poll = draft_poll(
        db, show.hal, show.room, question="Would you buy it?", choices=["Yes", "No"], results=Results.LIVE
    )
    open_poll(db, show.hal, get_poll(db, show.hal, show.room, poll.public_id))
    choice = room_snapshot(db, show.bo, show.room).polls[0].choices[0].id
    phone, where = Browser(db), f"/r/{hall.code}"

    before = phone.get(where)
    inside = phone.send(where)
    phone.send(f"{where}/questions", body="Can I touch it?")
    phone.send(f"{where}/questions/{theirs.public_id}/vote")
    phone.send(f"{where}/polls/{poll.public_id}/vote", choice=choice)
    page = phone.send(f"{where}/reactions", kind="heart")

    db.expire_all()
    shown = room_snapshot(db, show.bo, show.room)
    assert ("Come in" in before.text, "Lantern" in inside.text, page.status) == (True, True, 200)
    assert sorted((card.body, card.name, card.votes) for card in shown.questions) == [
        ("Can I touch it?", "", 0),
        ("How long does it hold?", "Tam Tamm", 1),
    ]
    assert (shown.polls[0].choices[0].votes, shown.reactions["heart"]) == (1, 1)


def test_one_phone_takes_one_place_however_often_it_comes_in(db, show, hall):
    hall.most = 2
    db.add(hall)
    db.commit()
    phone, other, third, where = Browser(db), Browser(db), Browser(db), f"/r/{hall.code}"
    for _press in range(3):
        phone.send(where)
    inside = other.send(where)
    late = third.send(where)

    assert (inside.status, late.status) == (200, 409)
    assert len(db.exec(select(PassHolder)).all()) == 2


def test_a_link_that_was_taken_back_or_never_was_leads_nowhere(db, show, hall):
    phone, where = Browser(db), f"/r/{hall.code}"
    phone.send(where)
    take_pass_back(db, show.hal, pass_to_stage(db, show.room, show.event, hall.code))
    db.commit()

    found = [
        phone.get(where).status,
        phone.get("/r/aaaaaaa").status,
        phone.send(f"{where}/questions", body="Hm?").status,
    ]

    assert found == [404, 404, 404]


def test_without_coming_in_nothing_is_done(db, show, hall):
    page = Browser(db).send(f"/r/{hall.code}/questions", body="May I?")

    assert (page.status, room_snapshot(db, show.bo, show.room).questions) == (409, ())


def test_an_empty_question_from_the_hall_is_refused_beside_its_field(db, show, hall):
    phone = Browser(db)
    phone.send(f"/r/{hall.code}")

    page = phone.send(f"/r/{hall.code}/questions", body="")

    assert (page.status, "Please write your question." in page.text) == (422, True)


def test_whoever_tries_codes_without_end_waits(db, show, hall):
    phone = Browser(db)

    answers = [phone.get(f"/r/aaaaa{number:02}").status for number in range(65)]

    assert set(answers[:60]) == {404}
    assert set(answers[61:]) == {429} or set(answers[61:]) == {409}
