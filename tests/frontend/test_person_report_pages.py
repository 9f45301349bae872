"""Pages on which somebody in a live room is reported, and on which those who run the rooms read it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.programmes import programme_by_id
from events.roles import Role, RoleGrant, Scope
from sessions.lobby import be_shown_in_lobby
from sessions.meeting_rooms import get_meeting_room
from sessions.peer_reviews.call_doors import enter_review_call, get_review_call
from sessions.peer_reviews.rooms import choose_review_video
from sessions.person_reports import person_in_lobby, person_in_meeting, person_on_a_stage, report_person
from sessions.room_doors import put_out_of_room
from sessions.video import Way
from tests.frontend.browser import Browser
from tests.makers import again, make_organisation, person_of
from tests.sessions.makers_meetings import make_fair, make_meeting, make_participant
from tests.sessions.makers_networking import Evening, make_evening
from tests.sessions.makers_pitches import Show, make_show
from tests.sessions.makers_reviews import make_review


@pytest.fixture
def show(db: Database) -> Show:
    return make_show(db, opened=True)


@pytest.fixture
def evening(db: Database, ada: Actor) -> Evening:
    return make_evening(db, ada, people=3)


def form_for(db: Database, show: Show, whom: Actor) -> str:
    return f"/e/food-hack/report/stage/{show.stage.public_id}/{person_of(db, whom).public_id}"


def report_of_tam(db: Database, show: Show) -> str:
    found = person_on_a_stage(db, show.bo, show.room, person_of(db, show.tam).public_id)
    return report_person(db, show.bo, found, reason="Shouts at all.").public_id


def test_somebody_is_reported_with_a_reason_that_a_refusal_keeps(db, show):
    bo = Browser(db, show.bo)
    where = form_for(db, show, show.tam)

    page = bo.get(where)
    refused = bo.send(where, reason="x" * 1001)
    sent = bo.send(where, reason="Shouts at all.")
    again = bo.send(where, reason="And again.")

    assert (page.status, page.headline, where in page.forms) == (200, "Report Tam Tamm", True)
    assert (refused.status, "at most 1000 characters" in refused.text, "x" * 1001 in refused.html) == (422, True, True)
    assert ("Thank you." in sent.text, where in sent.forms) == (True, False)
    assert (again.status, "You have reported this person already." in again.text) == (409, True)


def test_the_page_has_no_form_about_oneself_and_is_for_those_in_the_room(db, show):
    own = Browser(db, show.bo).get(form_for(db, show, show.bo))

    assert (own.status, form_for(db, show, show.bo) in own.forms) == (200, False)
    assert Browser(db, show.eve).get(form_for(db, show, show.tam)).status == 404
    assert Browser(db, show.bo).get(form_for(db, show, show.tam).replace("/stage/", "/kitchen/")).status == 404


def test_a_stages_moderators_read_it_beside_reported_messages_and_act_there(db, show):
    number = report_of_tam(db, show)
    hal = Browser(db, show.hal)
    moderation = f"/e/food-hack/stages/{show.stage.public_id}/moderation"

    fragment = hal.get(f"{moderation}/now")
    control = hal.get(moderation.replace("/moderation", "/control"))
    silenced = hal.send(f"/e/food-hack/reported/{number}/silence")
    removed = hal.send(f"/e/food-hack/reported/{number}/remove")
    settled = hal.send(f"/e/food-hack/reported/{number}/settle")

    assert ("Shouts at all." in fragment.text, 'data-reports="1"' in fragment.html) == (True, True)
    assert ("Bo Berg" in fragment.text, "Reported: 1" in control.text) == (False, True)
    assert [page.path for page in (silenced, removed, settled)] == [moderation] * 3
    assert ("Nothing is reported." in settled.text, "Hal Hummel: settled a report: Tam Tamm" in settled.text) == (
        True, True,
    )  # fmt: skip
    assert "Tam Tamm · Removed" in settled.text
    assert Browser(db, show.tam).get(f"/e/food-hack/stages/{show.stage.public_id}").status == 404


def test_organisers_read_all_of_them_on_one_page_and_others_do_not_find_it(db, show):
    number = report_of_tam(db, show)
    ada = Browser(db, show.ada)

    page = ada.get("/e/food-hack/reported")
    settled = ada.send(f"/e/food-hack/reported/{number}/settle", all="yes")

    assert ("Shouts at all." in page.text, "Reported by Bo Berg" in page.text, "Main stage" in page.text) == (True,) * 3
    assert (settled.path, "Nobody is reported." in settled.text) == ("/e/food-hack/reported", True)
    assert [Browser(db, who).get("/e/food-hack/reported").status for who in (show.bo, show.tam)] == [404, 404]
    assert Browser(db, show.bo).send(f"/e/food-hack/reported/{number}/settle").status == 404


def test_in_the_lobby_people_are_reported_and_put_out(db: Database, evening: Evening):
    event, cy = evening.fair.event, person_of(db, evening.people["Cy"])
    be_shown_in_lobby(db, evening.actor("Cy"), event, shown=True)
    slug = event.event.slug
    where = f"/e/{slug}/report/lobby/{slug}/{cy.public_id}"
    number = report_person(
        db, evening.actor("Bo"), person_in_lobby(db, evening.actor("Bo"), event, cy.public_id), reason="Sells watches."
    ).public_id
    ada = Browser(db, evening.actor())

    assert "Your report waits to be looked at." in Browser(db, evening.actor("Bo")).get(where).text
    assert "Sells watches." in ada.get(f"/e/{slug}/lobby").text
    removed = ada.send(f"/e/{slug}/reported/{number}/remove")
    assert (removed.path, Browser(db, evening.actor("Cy")).get(f"/e/{slug}/lobby").status) == (f"/e/{slug}/lobby", 404)
    back = ada.send(f"/e/{slug}/reported/lobby/{cy.public_id}/back")
    assert "They can come back." in back.text
    assert Browser(db, evening.actor("Cy")).get(f"/e/{slug}/lobby").status == 200


def test_in_a_round_one_reports_the_other_and_the_control_page_shows_it(db: Database, evening: Evening):
    evening.come_in("Bo", "Cy")
    evening.start()
    evening.wait(12)
    slug, cy = evening.fair.event.event.slug, person_of(db, evening.people["Cy"]).public_id
    where = f"/e/{slug}/report/networking/{evening.public}/{cy}"
    bo, ada = Browser(db, evening.actor("Bo")), Browser(db, evening.actor())

    room = bo.get(f"/e/{slug}/networking/{evening.public}")
    sent = bo.send(where, reason="Rude.")
    control = ada.get(f"/e/{slug}/networking/{evening.public}/control")

    assert (where in room.links, "Thank you." in sent.text, "Rude." in control.text) == (True, True, True)


def test_from_a_meeting_organisers_are_told_and_put_somebody_out_and_take_it_back(db, ada, bo, cy):
    fair = make_fair(db, ada)
    bo = make_participant(db, bo, fair, organisation=make_organisation(db, "Nordmühle", country="SE"))
    cy = make_participant(db, cy, fair)
    slug, public = fair.event.event.slug, make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id
    person = person_of(db, cy).public_id
    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=5)):
        page = Browser(db, bo).get(f"/meetings/{public}/room")
        here = person_in_meeting(db, bo, get_meeting_room(db, bo, public), person)
        number = report_person(db, bo, here, reason="Insults me.").public_id
        organiser = Browser(db, fair.ada)

        read = organiser.get(f"/e/{slug}/reported")
        removed = organiser.send(f"/e/{slug}/reported/{number}/remove")
        outside = Browser(db, cy).get(f"/meetings/{public}/room")
        back = organiser.send(f"/e/{slug}/reported/meetings/{public}/{person}/back")

        assert f"/e/{slug}/report/meeting/{public}/{person}" in page.links
        assert ("Insults me." in read.text, "Put out" in removed.text) == (True, True)
        assert ("Who is here" in outside.text, "They can come back." in back.text) == (False, True)
        assert "Who is here" in Browser(db, cy).get(f"/meetings/{public}/room").text


def test_once_the_room_is_closed_no_button_puts_somebody_out_or_takes_it_back(db, ada, bo, cy):
    fair = make_fair(db, ada)
    bo = make_participant(db, bo, fair, organisation=make_organisation(db, "Nordmühle", country="SE"))
    cy = make_participant(db, cy, fair)
    public = make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id
    page = f"/e/{fair.event.event.slug}/reported"
    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=5)):
        found = [
            report_person(
                db, one, person_in_meeting(db, one, get_meeting_room(db, one, public), person_of(db, other).public_id),
                reason="Shouts.",
            ).public_id
            for one, other in ((bo, cy), (cy, bo))
        ]  # fmt: skip
        put_out_of_room(db, again(db, fair.ada), get_meeting_room(db, again(db, fair.ada), public), person=cy.person)
        during = Browser(db, again(db, fair.ada)).get(page)
    with clock.frozen_at(fair.slots[0].ends_at + timedelta(minutes=3)):
        after = Browser(db, again(db, fair.ada)).get(page)

    ways = [f"{page}/{one}/remove" for one in found]
    assert [one in during.forms for one in ways] == [False, True]
    assert [one in after.forms for one in ways] == [False, False]
    assert ("/back" in "".join(during.forms), "/back" in "".join(after.forms)) == (True, False)
    assert [f"{page}/{one}/settle" in after.forms for one in found] == [True, True]


def test_in_a_reviews_room_one_reports_another_and_organisers_put_them_out_of_its_call(db):
    review = make_review(db)
    choose_review_video(db, review.people["mo"], review.subject, way=Way.JANUS)
    public, cy = review.subject.review.public_id, person_of(db, review.people["cy"]).public_id
    enter_review_call(db, review.people["cy"], get_review_call(db, review.people["cy"], public))
    bo, ada, room = Browser(db, review.people["bo"]), Browser(db, review.ada), f"/e/peer-days/reviews/{public}/live"
    where = f"/e/peer-days/report/review/{public}/"

    page = bo.get(room)
    form = bo.get(where + cy)
    sent = bo.send(where + cy, reason="Insults me.")
    read = ada.get("/e/peer-days/reported")
    number = next(one for one in read.forms if one.endswith("/remove")).split("/")[4]
    removed = ada.send(f"/e/peer-days/reported/{number}/remove")
    back = ada.send(f"{room}/call/let-back", person=cy)

    own = person_of(db, review.people["bo"]).public_id
    assert (where + cy in page.links, where + own in page.links) == (True, False)
    assert "Those who organise this event read it." in form.text
    assert ("Thank you." in sent.text, "Insults me." in read.text, room in read.links) == (True, True, True)
    assert (removed.path, "Cy Costa · A peer review" in removed.text) == ("/e/peer-days/reported", True)
    assert f"{room}/call/let-back" in removed.forms
    assert "They can come into the call again." in back.text
    assert [Browser(db, review.people[one]).get("/e/peer-days/reported").status for one in ("mo", "bo")] == [404, 404]


def test_of_a_sole_organiser_the_page_says_that_nobody_would_read_it_and_whom_else_to_write_to(db, show):
    where = form_for(db, show, show.ada)
    for one in find_hosts(db, show):
        db.delete(one)
    db.flush()
    bo = Browser(db, show.bo)

    page = bo.get(where)
    sent = bo.send(where, reason="Shouts at all.")

    programme = "/p/" + programme_by_id(db, show.event.event.programme_id).slug
    assert ("Nobody would read your report here" in page.text, programme in page.links) == (True, True)
    assert ("run this room read it" in page.text, where in page.forms) == (False, True)
    assert ("look at it" in sent.text, "Noted. Nobody reads it here by now." in sent.text) == (False, True)
    assert "Your report is kept." in sent.text
    assert "Nobody would read" not in bo.get(form_for(db, show, show.tam)).text


def find_hosts(db: Database, show: Show) -> list[RoleGrant]:
    """What makes people hosts of the show's event."""
    query = select(RoleGrant).where(RoleGrant.role == Role.HOST, RoleGrant.scope == Scope.EVENT)
    return list(db.exec(query.where(RoleGrant.scope_id == show.event.id)))
