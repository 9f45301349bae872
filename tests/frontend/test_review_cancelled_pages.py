"""A review that was cancelled: its pages say so, to everybody in it, and have no button that would be refused."""

import re

import pytest

from mailer.letters import LetterState
from sessions.peer_reviews.endings import cancel_review
from sessions.peer_reviews.reviews import ReviewRole
from tests.frontend.browser import Browser
from tests.mailer.makers_letters import all_letters, sent, written
from tests.makers import again
from tests.sessions.makers_review_story import STEPS, at, up_to

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGES = (
    "", "/self-assessment", "/desk-notes", "/agenda", "/live", "/findings", "/plan", "/feedback", "/report", "/people",
)  # fmt: skip
REASON = "The host was merged with another cluster."


def buttons_of(page):
    """Where what a person can press on a page leads, besides the frame around it."""
    main = page.html.partition("<main")[2].partition("</main>")[0]
    main = re.sub(r"<template.*?</template>", "", main, flags=re.S)
    forms = re.findall(r"<form [^>]*>", main)
    return [one for one in forms if 'method="post"' in one]


@pytest.mark.parametrize("step", [one for one in STEPS if one != "follow-up"])
def test_nothing_can_be_pressed_in_a_review_that_was_cancelled(db, step):
    story = up_to(db, step)
    address = f"/e/peer-days/reviews/{story.review.subject.review.public_id}"
    with at(step):
        cancel_review(db, story.ada, story.review.subject, reason=REASON)
        story.told()
        pressed, silent = {}, []
        for name, actor in {"ada": story.ada, **{role.value: story.of(role) for role in story.who}}.items():
            browser = Browser(db, again(db, actor))
            for page in PAGES:
                found = browser.get(address + page)
                assert found.status in (200, 404), (name, page, found.status)
                if found.status == 200 and buttons_of(found):
                    pressed[name, page] = buttons_of(found)
                if found.status == 200 and "This review is cancelled" not in found.text:
                    silent.append((name, page))

    assert pressed == {}
    assert silent == []


def test_before_it_is_cancelled_there_is_much_to_press(db):
    story = up_to(db, "meeting")
    address = f"/e/peer-days/reviews/{story.review.subject.review.public_id}"

    with at("meeting"):
        page = Browser(db, story.ada).get(address + "/live")

    assert len(buttons_of(page)) > 5


@pytest.mark.parametrize("step", ["peers", "agenda", "meeting", "findings"])
def test_everybody_is_told_that_it_is_cancelled_and_calendars_with_them(db, step):
    story = up_to(db, step)
    known = sent(db)

    with at(step):
        cancel_review(db, story.ada, story.review.subject, reason=REASON)
        written(db)

    fresh = [one for one in all_letters()[known:] if one.state is LetterState.WAITING]
    told = sorted(one.address.partition("@")[0] for one in fresh if one.kind == "review_cancelled")
    assert told == ["ada", "bo", "cy", "di", "hal", "mo", "ole", "ria"]
    days = [(one.kind, one.method) for one in fresh if one.kind != "review_cancelled"]
    assert days == ([("review_day_freed", "CANCEL")] * 14 if step in ("meeting", "findings") else [])
    assert len(story.who[ReviewRole.PEER]) == 3
