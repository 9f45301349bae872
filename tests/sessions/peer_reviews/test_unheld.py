"""A meeting that nobody says was held: who is asked once, and where it stands until somebody says so."""

from datetime import timedelta

import pytest
from sqlalchemy.event import listen

from events.core import clock
from events.core.timers import run_due_timers
from sessions.peer_reviews.agenda import move_days
from sessions.peer_reviews.chasing import review_board
from sessions.peer_reviews.live import hold_review_meeting, start_next_part
from sessions.peer_reviews.reviews import PeerReview, ReviewState
from sessions.peer_reviews.unheld import unheld_for
from tests.frontend.browser import Browser
from tests.mailer.makers_letters import all_letters, text_of, written
from tests.makers import again
from tests.sessions.makers_review_meetings import DAY, FIRST, plan
from tests.sessions.makers_reviews import make_review

HOUR = timedelta(hours=1)


@pytest.fixture
def review(db):
    made = make_review(db)
    plan(db, made)
    return made


def asked(db, at):
    """Who is asked whether it was held, up to that moment."""
    db.commit()
    with clock.frozen_at(at):
        run_due_timers()
        written(db)
    return [one.address.partition("@")[0] for one in all_letters() if one.kind == "review_meeting_unheld"]


def owed(db, review):
    [row] = review_board(db, again(db, review.ada), review.event.event)
    return [str(one.what).partition("?")[0] for one in row.owed if not one.who]


def advice(db, review, who):
    """What the board says to do for who reads it."""
    [row] = review_board(db, who, review.event.event)
    return str(row.owed[0].what).partition("live room. ")[2]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_moderator_and_organisers_are_asked_once_after_its_end(db, review):
    Browser(db, review.ada).get("/")
    over = review.subject.review.ends_at

    assert asked(db, over + HOUR / 2) == []
    assert sorted(asked(db, over + HOUR)) == ["ada", "mo"]
    assert len(asked(db, over + 9 * DAY)) == 2
    [letter, _other] = [one for one in all_letters() if one.kind == "review_meeting_unheld"]
    assert "nobody has said that it was held" in text_of(letter)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_has_said_so_is_not_asked_nor_while_a_part_is_on_nor_when_it_was_moved(db, review):
    Browser(db, review.ada).get("/")
    before = review.subject.review.ends_at
    move_days(db, review.people["mo"], review.subject, starts=[FIRST + 5 * DAY, FIRST + 6 * DAY])
    over = review.subject.review.ends_at
    assert over > before + HOUR
    assert asked(db, before + HOUR) == []
    with clock.frozen_at(over - HOUR):
        start_next_part(db, review.people["mo"], review.subject, after="")
    assert asked(db, over + HOUR) == []
    with clock.frozen_at(over + HOUR):
        hold_review_meeting(db, review.people["mo"], review.subject)
    assert asked(db, over + 3 * HOUR) == []


def test_a_meeting_that_was_moved_is_asked_about_after_its_new_end(db, review):
    before = review.subject.review.ends_at
    move_days(db, review.people["mo"], review.subject, starts=[FIRST + 5 * DAY, FIRST + 6 * DAY])

    with clock.frozen_at(before + HOUR):
        assert unheld_for(db, again(db, review.ada)) == []
    with clock.frozen_at(before + 6 * DAY):
        assert len(unheld_for(db, again(db, review.ada))) == 1


def test_meetings_that_others_run_are_not_even_loaded(db, review):
    loaded = []
    listen(db, "loaded_as_persistent", lambda _db, row: loaded.append(type(row)))
    readers = {name: again(db, review.people[name]) for name in ("mo", "bo")}
    found = {}
    with clock.frozen_at(review.subject.review.ends_at):
        for name, reader in readers.items():
            db.flush()
            db.expunge_all()
            loaded.clear()
            unheld_for(db, reader)
            found[name] = PeerReview in loaded

    assert found == {"mo": True, "bo": False}


def test_it_stands_on_the_board_and_with_those_who_run_it_until_it_is_held(db, review):
    assert "Was it held" not in owed(db, review)

    with clock.frozen_at(review.subject.review.ends_at):
        assert owed(db, review)[0] == "Was it held"
        assert [one.id for one in unheld_for(db, again(db, review.people["mo"]))] == [review.subject.id]
        assert unheld_for(db, again(db, review.people["bo"])) == []
        hold_review_meeting(db, review.people["mo"], review.subject)

        assert unheld_for(db, again(db, review.people["mo"])) == []
    assert review.subject.review.state is ReviewState.HELD


def test_who_may_not_cancel_is_not_told_to_and_what_has_begun_is_not_moved(db, review):
    readers = [again(db, review.ada), again(db, review.people["mo"])]
    with clock.frozen_at(review.subject.review.ends_at):
        planned = [advice(db, review, one) for one in readers]
        start_next_part(db, review.people["mo"], review.subject, after="")
        begun = [advice(db, review, one) for one in readers]

    assert planned == [
        "If it was not held, move its days or cancel the review.",
        "If it was not held, move its days, or ask an organiser to cancel the review.",
    ]
    assert begun == [
        "If it was not held, cancel the review.", "If it was not held, ask an organiser to cancel the review."
    ]  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_letter_and_live_room_say_the_same_to_each_of_them(db, review):
    Browser(db, review.ada).get("/")
    at, over = review.subject.review.public_id, review.subject.review.ends_at
    asked(db, over + HOUR)
    letters = {one.address.partition("@")[0]: text_of(one) for one in all_letters()
               if one.kind == "review_meeting_unheld"}  # fmt: skip
    with clock.frozen_at(over + HOUR):
        pages = {
            name: Browser(db, actor).get(f"/e/peer-days/reviews/{at}/live").text
            for name, actor in (("ada", review.ada), ("mo", review.people["mo"]))
        }

    for said in (letters, pages):
        found = {name: "ask an organiser to cancel" in " ".join(text.split()) for name, text in said.items()}
        assert found == {"ada": False, "mo": True}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_home_the_list_and_the_live_room_ask_who_runs_it_and_nobody_else(db, review):
    at = review.subject.review.public_id
    with clock.frozen_at(review.subject.review.ends_at):
        for name, is_asked in (("mo", True), ("ada", True), ("bo", False), ("hal", False)):
            browser = Browser(db, review.ada if name == "ada" else review.people[name])
            pages = [browser.get(url).text for url in ("/", "/e/peer-days/reviews", f"/e/peer-days/reviews/{at}/live")]

            said = ["Say whether the review" in pages[0], *("Was it held?" in one for one in pages[1:])]
            assert said == [is_asked] * 3, name
        browser = Browser(db, review.people["mo"])
        browser.send(f"/e/peer-days/reviews/{at}/live/held")
        assert "Say whether the review" not in browser.get("/").text
