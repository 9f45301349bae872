"""Peer reviews as pages: who finds what, and what a visitor is told."""

import pytest

from sessions.peer_reviews.attribution import set_attribution
from sessions.peer_reviews.reviews import Attribution, ReviewState
from tests.frontend.browser import Browser
from tests.makers import make_person
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
