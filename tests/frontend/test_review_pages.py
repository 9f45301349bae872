"""Peer reviews as pages: who finds what, and what a visitor is told."""

import pytest

from sessions.peer_reviews.attribution import set_attribution
from sessions.peer_reviews.places import ask_into_review
from sessions.peer_reviews.reviews import Attribution, PlaceState, ReviewRole, ReviewState, places_of
from tests.frontend.browser import Browser
from tests.makers import again, make_person, person_of
from tests.sessions.makers_reports import hold
from tests.sessions.makers_reviews import make_review


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_takes_part_finds_the_review_and_others_do_not(db):
    review = make_review(db)
    address = f"/e/peer-days/reviews/{review.subject.review.public_id}"

    inside = Browser(db, review.people["bo"]).get("/e/peer-days/reviews")
    page = Browser(db, review.people["bo"]).get(address)
    outside = Browser(db, make_person(db, "Xi Xu")).get("/e/peer-days/reviews")
    refused = Browser(db).get(address)

    assert "Members that stay" in inside.text
    assert "How do we win members?" in page.text
    assert "Cy Costa" in page.text
    assert "No reviews yet" in outside.text
    assert refused.status == 404


@pytest.mark.parametrize(("attribution", "told"), [(Attribution.NAMED, True), (Attribution.PRIVATE, False)])
def test_a_published_review_names_its_peers_to_all_only_where_it_is_not_private(db, attribution, told):
    review = make_review(db)
    set_attribution(db, review.ada, review.subject, attribution=attribution)
    row = review.subject.review
    row.state, row.published_at = ReviewState.PUBLISHED, row.created_at
    db.add(row)

    page = Browser(db).get(f"/e/peer-days/reviews/{row.public_id}").text

    assert ("Cy Costa" in page) is told
    assert ("Costa Cluster" in page) is told
    assert "Hal Huber" in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_closed_review_that_names_its_peers_is_made_private_and_not_open_again(db):
    review = make_review(db)
    set_attribution(db, review.ada, review.subject, attribution=Attribution.NAMED)
    hold(db, review, ReviewState.PUBLISHED)
    hold(db, review, ReviewState.CLOSED)
    here = f"/e/peer-days/reviews/{review.subject.review.public_id}"
    ada, visitor = Browser(db, again(db, review.ada)), Browser(db)

    before = visitor.get(here).text, ada.get(here + "/people").text
    ada.send(here + "/attribution", attribution="private")
    after = visitor.get(here).text, ada.get(here + "/people").text
    refused = ada.send(here + "/attribution", attribution="named")

    assert ("Cy Costa" in before[0], "Tell no names outside" in before[1]) == (True, True)
    assert ("Cy Costa" in after[0], "Tell names outside" in after[1]) == (False, False)
    assert (refused.status, "This review is over." in refused.text) == (409, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_did_not_answer_before_the_meeting_reads_why_they_cannot_come_any_more_and_can_decline(db):
    review, nia = make_review(db), make_person(db, "Nia Novak")
    ask_into_review(db, review.ada, review.subject, person=person_of(db, nia), role=ReviewRole.PEER)
    here = f"/e/peer-days/reviews/{review.subject.review.public_id}"
    place = f"{here}/places/{places_of(db, review.subject.id)[-1].public_id}"
    browser = Browser(db, again(db, nia))

    open_page = browser.get(place)
    hold(db, review)
    late = browser.get(place)
    refused = browser.send(place + "/accept")
    declined = browser.send(place + "/decline", reason="I was away.")

    assert (place + "/accept" in open_page.forms, place + "/accept" in late.forms) == (True, False)
    assert "The meeting was held. Nobody can be a peer of it afterwards." in late.text
    assert (refused.status, declined.status) == (409, 200)
    assert places_of(db, review.subject.id)[-1].state is PlaceState.DECLINED
