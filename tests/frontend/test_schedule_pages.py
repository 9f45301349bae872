"""The organisers' pages on schedules, and what participants read afterwards."""

import json

import pytest
from sqlmodel import col, select

from events.core.access import Actor
from events.core.database import Database
from events.core.sheets import read_sheet
from sessions.moves import cancel_meeting
from sessions.schedules.drafts import ScheduleDraft, ask_for_schedule
from sessions.schedules.publishing import publish_schedule
from tests.frontend.browser import Browser
from tests.sessions.makers_meetings import Fair
from tests.sessions.makers_schedules import (
    make_agreed,
    make_central_fair,
    make_draft_here,
    make_people,
    row_of,
)

HERE = "/e/food-match/schedule"


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_central_fair(db, ada, slots=2)


@pytest.fixture
def people(db: Database, fair: Fair) -> list[Actor]:
    return make_people(db, fair, 4)


@pytest.fixture
def crowded(db: Database, fair: Fair, people: list[Actor]):
    """Three want to meet the same person, who has time for two."""
    return [make_agreed(db, fair, people[0], other) for other in people[1:]]


def address(draft: ScheduleDraft) -> str:
    return f"{HERE}/{draft.public_id}"


def test_an_event_without_drafts_says_what_a_draft_is(db, fair):
    page = Browser(db, fair.ada).get(HERE)

    assert page.headline == "Schedule"
    assert "No drafts yet" in page.text


def test_participants_find_no_schedule_page(db, fair, people):
    assert Browser(db, people[0]).get(HERE).status == 404


def test_an_organiser_asks_for_a_draft_and_sees_it_wait(db, fair, crowded):
    page = Browser(db, fair.ada).send(HERE, name="First", freedom="few", wishes="yes", seconds="15")

    assert page.headline == "Draft 1: First"
    assert "It is begun as soon as a worker is free." in page.text
    assert "data-unfinished" in page.html


def test_what_was_typed_stays_when_a_draft_is_refused(db, fair):
    page = Browser(db, fair.ada).send(HERE, name="x" * 81, freedom="any", seconds="30")

    assert page.status == 422
    assert "x" * 81 in page.html
    assert "Please write at most 80 characters." in page.text


def test_a_draft_in_the_making_can_be_cancelled(db, fair):
    draft = ask_for_schedule(db, fair.ada, fair.event)
    browser = Browser(db, fair.ada)

    page = browser.send(f"{address(draft)}/cancel")

    assert page.path == HERE
    assert "Cancelled" in page.text
    assert "Try again" in browser.get(address(draft)).text


def test_a_done_draft_shows_how_many_of_how_many_possible(db, fair, crowded):
    draft = make_draft_here(db, fair.ada, fair.event).draft

    page = Browser(db, fair.ada).get(address(draft))

    assert "2 of at most 2 possible" in page.text
    assert "3 were asked for" in page.text


def test_every_part_of_a_draft_can_be_read(db, fair, crowded):
    browser, draft = Browser(db, fair.ada), make_draft_here(db, fair.ada, fair.event).draft

    texts = {part: browser.get(f"{address(draft)}?show={part}").text for part in ("changes", "unplaced", "people")}

    assert texts["changes"].count("New") == 2
    assert "Person0 Number0: other meetings at every time that would do." in texts["unplaced"]
    assert "if this made way" in texts["unplaced"]
    assert "Person3 Number3" in texts["people"]
    assert "By participation type" in browser.get(f"{address(draft)}?show=groups").text


def test_the_files_of_a_draft_hold_problem_plan_and_fairness(db, fair, crowded):
    browser, draft = Browser(db, fair.ada), make_draft_here(db, fair.ada, fair.event).draft

    problem, plan = (json.loads(browser.get(f"{address(draft)}/{name}.json").content) for name in ("problem", "plan"))
    table = read_sheet(browser.get(f"{address(draft)}/fairness.csv").content, "fairness.csv")

    assert (problem["format"], plan["format"]) == ("b2b-instance/1", "b2b-schedule/1")
    assert len(plan["meetings"]) == 2
    assert sorted(row.cells["has_a_time"] for row in table.rows) == ["0", "1", "1", "2"]


def test_publishing_from_the_page_says_what_it_did(db, fair, crowded):
    draft = make_draft_here(db, fair.ada, fair.event).draft

    page = Browser(db, fair.ada).send(f"{address(draft)}/publish")

    assert page.path == address(draft)
    assert "Published on" in page.text


def test_a_draft_that_is_too_old_says_who_cancelled_and_offers_to_plan_again(db, fair, people, crowded):
    draft = make_draft_here(db, fair.ada, fair.event).draft
    cancel_meeting(db, people[1], crowded[0])
    browser = Browser(db, fair.ada)

    page = browser.get(address(draft))

    assert "Person0 Number0 – Person1 Number1: cancelled." in page.text
    assert "Plan again from here" in page.text
    assert f"{address(draft)}/publish" not in page.forms
    assert browser.send(f"{address(draft)}/publish").status == 409


def test_planning_again_from_a_draft_begins_with_it(db, fair, people, crowded):
    draft = make_draft_here(db, fair.ada, fair.event).draft
    cancel_meeting(db, people[1], crowded[0])

    Browser(db, fair.ada).send(HERE, freedom="none", seconds="30", based_on=draft.public_id)

    db.expire_all()
    drafts = db.exec(select(ScheduleDraft).order_by(col(ScheduleDraft.number)))
    assert [one.based_on_id for one in drafts] == [None, draft.id]


def test_two_drafts_stand_side_by_side(db, fair, crowded):
    one, other = (make_draft_here(db, fair.ada, fair.event, name=name).draft for name in ("Early", "Late"))

    page = Browser(db, fair.ada).get(f"{HERE}/compare?one={one.public_id}&other={other.public_id}")

    assert "Draft 1: Early" in page.text
    assert "Draft 2: Late" in page.text
    assert "Breaks between meetings" in page.text


def test_a_comparison_needs_two_drafts(db, fair):
    assert "There are not two drafts to compare" in Browser(db, fair.ada).get(f"{HERE}/compare").text


def test_drafts_of_another_event_are_not_found(db, fair, crowded):
    draft = make_draft_here(db, fair.ada, fair.event).draft

    assert Browser(db, fair.ada).get(f"/e/elsewhere/schedule/{draft.public_id}").status == 404


def test_before_publication_participants_read_that_the_organisers_choose(db, fair, people, crowded):
    browser = Browser(db, people[0])

    assert "The organisers choose the time." in browser.get("/e/food-match/meetings").text
    assert "The organisers choose the time." in browser.get(f"/meetings/{crowded[0].meeting.public_id}").text


def test_after_publication_participants_read_why_a_meeting_has_no_time(db, fair, people, crowded):
    publish_schedule(db, fair.ada, make_draft_here(db, fair.ada, fair.event))
    left = next(one for one in crowded if row_of(db, one).starts_at is None)
    invitee = Actor(left.meeting.invitee_id)
    why = "Other meetings took the times at which both of you are free."

    for asked in (people[0], invitee):
        browser = Browser(db, asked)
        assert why in browser.get(f"/meetings/{left.meeting.public_id}").text
        assert why in browser.get("/e/food-match/meetings").text


def test_lists_of_drafts_ask_as_often_for_three_as_for_one(db, fair, crowded, queries):
    browser = Browser(db, fair.ada)
    make_draft_here(db, fair.ada, fair.event)
    browser.get(HERE)
    queries.clear()
    browser.get(HERE)
    one = len(queries)
    for _more in range(2):
        make_draft_here(db, fair.ada, fair.event)
    browser.get(HERE)
    queries.clear()

    browser.get(HERE)

    assert len(queries) == one
