"""Pages of speed networking: what stands there when and for whom, without a script."""

import pytest

from events.core.access import Actor
from events.core.database import Database
from events.registration import types_of
from sessions.networking.rows import PlaceState, TypeWeight
from sessions.networking.setting_up import pair_rules_of, type_weights_of
from sessions.networking.visits import take_out_of_networking
from tests.frontend.browser import Browser
from tests.makers import make_person, person_of
from tests.sessions.makers_meetings import place_of
from tests.sessions.makers_networking import Evening, add_somebody, make_evening


@pytest.fixture
def evening(db: Database, ada: Actor) -> Evening:
    return make_evening(db, ada, people=3)


def here(evening: Evening, more: str = "") -> str:
    return f"/e/{evening.fair.event.event.slug}/networking/{evening.public}{more}"


def browser_of(evening: Evening, name: str = "") -> Browser:
    return Browser(evening.db, evening.actor(name))


def test_a_participant_says_that_they_are_here_and_leaves_again(evening: Evening) -> None:
    bo = browser_of(evening, "Bo")
    page = bo.get(here(evening))
    assert page.headline == "Meet and greet"
    assert page.headers["permissions-policy"].startswith("camera=(self), microphone=(self)")

    joined = bo.send(here(evening, "/room/here"))
    state = evening.subject().places[evening.people["Bo"].person or 0]
    left = bo.send(here(evening, "/room/leave"))

    assert "You are on the list." in joined.text
    assert state is PlaceState.HERE
    assert "You have left." in left.html
    assert here(evening, "/room/here") in left.forms


def test_before_the_doors_open_it_is_said_when_they_do(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=1, starts_in=60)
    bo = browser_of(evening, "Bo")

    page = bo.get(here(evening))
    refused = bo.send(here(evening, "/room/here"))

    assert "The doors open half an hour before the start." in page.text
    assert here(evening, "/room/here") not in page.forms
    assert (refused.status, "half an hour before the start" in refused.text) == (409, True)


def test_in_a_round_one_reads_with_whom_one_talks_and_wishes_to_stay_in_touch(evening: Evening) -> None:
    evening.come_in("Bo", "Cy")
    evening.start()
    evening.wait(12)
    bo, cy = browser_of(evening, "Bo"), browser_of(evening, "Cy")

    page = bo.get(here(evening))
    assert "You talk with Cy Nomad." in page.text and "Cy and daughters (Austria)" in page.text
    pressed = bo.send(here(evening, "/room/touch"), person=person_of(evening.db, evening.people["Cy"]).public_id)
    unknowing = cy.get(here(evening))
    both = cy.send(here(evening, "/room/touch"), person=person_of(evening.db, evening.people["Bo"]).public_id)

    assert "You wish to stay in touch" in pressed.text
    assert "wish to stay in touch" not in unknowing.text.replace("If you both wish to stay in touch", "")
    assert "You stay in touch" in both.text and "bo@nomads.example.org" in both.text
    assert "cy@nomads.example.org" not in unknowing.text


def test_those_who_run_it_have_the_buttons_of_the_moment(evening: Evening) -> None:
    evening.come_in("Bo", "Cy", "Gil")
    ada = browser_of(evening)

    def buttons() -> set[str]:
        page, start = ada.get(here(evening, "/control")), here(evening, "/control/")
        return {one.removeprefix(start) for one in page.forms if one.startswith(start)}

    assert buttons() == {"start", "end", "take-out"}
    ada.send(here(evening, "/control/start"))
    evening.wait(12)
    running = buttons()
    for step in ("longer", "pause", "next"):
        assert ada.send(here(evening, f"/control/{step}")).status == 200
    paused = buttons()
    ada.send(here(evening, "/control/go-on"))
    person = person_of(evening.db, evening.people["Bo"]).public_id
    out = ada.send(here(evening, "/control/take-out"), person=person)
    over = ada.send(here(evening, "/control/end"))

    assert running == {"longer", "next", "pause", "end", "take-out"}
    assert paused == {"go-on", "end", "take-out"}
    assert "Taken out" in out.text
    assert "It is over for everybody." in over.html and here(evening, "/control/end") not in over.forms


def test_planning_it_keeps_what_was_typed_when_it_is_refused(evening: Evening) -> None:
    ada = browser_of(evening)
    form = {
        "title": "Late greet", "starts_at": "2026-04-20T10:00", "round_minutes": "0.1", "pause_seconds": "30",
        "rounds": "3", "odd": "three", "languages": "needed", "avoid_met": "yes",
    }  # fmt: skip

    refused = ada.send("/e/food-match/networking", **form)
    done = ada.send("/e/food-match/networking", **form | {"round_minutes": "2.5"})
    listed = browser_of(evening, "Bo").get("/e/food-match/networking")

    assert "A round lasts from twenty seconds to half an hour." in refused.text and 'value="Late greet"' in refused.html
    assert done.headline == "Late greet"
    assert "Rounds of 2.5 minutes." in listed.text
    assert "/e/food-match/networking" not in listed.forms


def test_rules_about_types_and_people_are_made_and_taken_away(evening: Evening) -> None:
    ada = browser_of(evening)
    (kind, *_others) = types_of(evening.db, evening.fair.event.id)
    bo, cy = (place_of(evening.db, evening.people[name], evening.fair).public_id for name in ("Bo", "Cy"))

    page = ada.send(here(evening, "/rules/types"), one=str(kind.id), other=str(kind.id), weight="never")
    ada.send(here(evening, "/rules/pairs"), one=bo, other=cy, must="yes")
    refused = ada.send(here(evening, "/rules/pairs"), one=bo, other=bo, must="yes")
    (rule,) = pair_rules_of(evening.db, evening.subject())
    weights = type_weights_of(evening.db, evening.subject())
    ada.send(here(evening, f"/rules/pairs/{rule.public_id}/take-away"))
    changed = ada.send(
        here(evening, "/rules"), title="Other", starts_at="2026-04-20T10:00", round_minutes="3", pause_seconds="10",
        rounds="0", odd="waits", languages="any",
    )  # fmt: skip

    assert "Must not meet" in page.text
    assert weights == {(kind.id, kind.id): TypeWeight.NEVER}
    assert "Please choose two participants." in refused.text
    assert pair_rules_of(evening.db, evening.subject()) == []
    assert "Saved." in changed.html
    assert (evening.subject().networking.title, evening.subject().networking.apart) == ("Other", False)


def test_others_find_nothing_and_participants_no_control(evening: Evening) -> None:
    eve, bo = make_person(evening.db, "Eve Elsewhere"), browser_of(evening, "Bo")

    for address in ("", "/room/fragment", "/control", "/rules"):
        assert Browser(evening.db, eve).get(here(evening, address)).status == 404
    assert [bo.get(here(evening, one)).status for one in ("/control", "/rules", "/control/fragment")] == [403] * 3
    assert bo.send(here(evening, "/control/start")).status == 403
    assert bo.get(f"/e/nowhere/networking/{evening.public}").status == 404


def test_whoever_was_taken_out_is_told_and_has_no_call(evening: Evening) -> None:
    evening.come_in("Bo")
    evening.do(take_out_of_networking, person=evening.people["Bo"].person)

    page = browser_of(evening, "Bo").get(here(evening))

    assert "have taken you out of it" in page.text
    assert 'id="call"' not in page.html
    assert page.headers["permissions-policy"].startswith("camera=()")


def test_pages_ask_as_much_for_many_as_for_one(evening: Evening, queries) -> None:
    """Whether one has met one person or three, and whether one or three are there."""
    evening.come_in("Bo", "Cy")
    evening.start()
    evening.wait(12)
    ada, bo = browser_of(evening), browser_of(evening, "Bo")

    def counts() -> list[int]:
        found = []
        for browser, address in ((ada, "/control"), (bo, ""), (ada, "/rules")):
            browser.get(here(evening, address))
            queries.clear()
            browser.get(here(evening, address))
            found.append(len(queries))
        return found

    one = counts()
    for name in ("Hana", "Ivo"):
        add_somebody(evening, name)
    evening.come_in("Gil", "Hana", "Ivo")
    evening.wait(300)
    many = counts()

    assert many == one
