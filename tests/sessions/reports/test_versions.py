"""Versions of a review's own report: what has to be true to publish one, and what follows when it is withdrawn."""

import pytest

from events.core.access import VISITOR
from events.core.refusals import Conflict, NotFound
from frontend.app import make_app
from sessions.lessons import withdraw_lesson
from sessions.peer_reviews.endings import cancel_review
from sessions.peer_reviews.findings import Finding, FindingState, Response
from sessions.peer_reviews.records import get_finding
from sessions.peer_reviews.responses import respond_to_finding
from sessions.peer_reviews.reviews import ReviewRole, ReviewState, see_review
from sessions.peer_reviews.writing_up import (
    FindingInReview,
    agree_finding,
    change_finding,
    withdraw_finding,
    wording_of,
)
from sessions.reports.documents import Heading
from sessions.reports.editing import fill_report
from sessions.reports.reports import name_report_editor, report_with_sources, start_review_report
from sessions.reports.versions import (
    approve_report,
    draft_document,
    hand_report_in,
    send_report_back,
    version_document,
    withdraw_report,
)
from tests.makers import again, make_person, person_of
from tests.sessions.makers_reports import (
    hold,
    make_finding,
    make_lesson,
    make_report,
    make_second_review,
    programme_of,
    version_in,
)
from tests.sessions.makers_review_hosts import place_of
from tests.sessions.makers_reviews import give_place, make_review


@pytest.fixture
def review(db):
    found = make_review(db)
    hold(db, found)
    return found


@pytest.fixture
def finding(db, review):
    record = make_finding(db, review)
    return FindingInReview(record.finding, record.review, record.event)


@pytest.fixture
def report(db, review, finding):
    """A report of Ria's with a finding and a lesson in it, of which a version waits."""
    ria = review.people["ria"]
    row = start_review_report(db, ria, review.subject, title="Members that stay", language="en")
    found = report_with_sources(db, row, programme_of(db, review))
    fill_report(db, ria, found)
    hand_report_in(db, ria, found)
    return found


def reworded(db, review, finding, text="Half of the members leave."):
    """Somebody writes a finding anew."""
    wording = wording_of(db, finding.finding)
    changed = type(wording)(**vars(wording) | {"finding": text})
    change_finding(db, review.people["ria"], finding, wording=changed, version=finding.finding.version)


def test_a_version_that_quotes_a_finding_which_was_changed_since_is_not_published(db, review, finding, report):
    mo = review.people["mo"]
    reworded(db, review, finding)

    with pytest.raises(Conflict, match="Finding 1 of Straw was changed or withdrawn"):
        approve_report(db, mo, version_in(db, mo, report))
    agree_finding(db, mo, finding, version=finding.finding.version)
    with pytest.raises(Conflict, match="Finding 1 of Straw was changed or withdrawn"):
        approve_report(db, mo, version_in(db, mo, report))
    send_report_back(db, mo, version_in(db, mo, report), reason="The finding says more by now.")
    hand_report_in(db, review.people["ria"], report)
    approve_report(db, mo, version_in(db, mo, report, 2))

    shown = get_finding(db, VISITOR, review.subject, finding.finding.public_id)
    assert (shown.finding.finding, shown.finding.state) == ("Half of the members leave.", FindingState.AGREED)


@pytest.mark.parametrize(("name", "value"), [
    ("level", "EU"), ("effort", "L"), ("impact", 5), ("horizon", "3 years"), ("practice_by", "cy"),
])  # fmt: skip
def test_nor_one_of_which_something_else_was_chosen_since(db, review, finding, report, name, value):
    mo = review.people["mo"]
    if value == "cy":
        value = place_of(db, review.subject, review.people["cy"]).place.public_id
    wording = wording_of(db, finding.finding)
    changed = type(wording)(**vars(wording) | {name: value})
    change_finding(db, review.people["ria"], finding, wording=changed, version=finding.finding.version)
    agree_finding(db, mo, finding, version=finding.finding.version)

    with pytest.raises(Conflict, match="Finding 1 of Straw was changed or withdrawn"):
        approve_report(db, mo, version_in(db, mo, report))


def test_a_version_that_quotes_what_was_withdrawn_since_is_not_published(db, review, finding, report):
    mo = review.people["mo"]
    withdraw_finding(db, mo, finding, version=finding.finding.version)

    with pytest.raises(Conflict, match="Finding 1 of Straw was changed or withdrawn"):
        approve_report(db, mo, version_in(db, mo, report))


def test_a_version_with_a_lesson_that_was_withdrawn_since_is_not_published(db, review, report):
    mo = review.people["mo"]
    lesson = make_lesson(db, mo, programme_of(db, review), review=review)
    send_report_back(db, mo, version_in(db, mo, report), reason="There is a lesson.")
    fill_report(db, mo, report)
    hand_report_in(db, review.people["ria"], report)
    withdraw_lesson(db, mo, lesson, why="It was wrong.")

    with pytest.raises(Conflict, match="A lesson in it was withdrawn"):
        approve_report(db, mo, version_in(db, mo, report, 2))


def test_what_the_host_answers_meanwhile_does_not_stand_in_the_way(db, review, finding, report):
    mo = review.people["mo"]
    record = get_finding(db, mo, review.subject, finding.finding.public_id)
    respond_to_finding(db, review.people["hal"], record, response=Response.ADAPT, why="Later.")

    approve_report(db, mo, version_in(db, mo, report))

    assert review.subject.review.state is ReviewState.PUBLISHED


def test_the_report_of_a_review_is_handed_in_and_published_after_its_meeting(db, review, report):
    mo, row = review.people["mo"], review.subject.review
    hold(db, review, ReviewState.PREPARING)

    with pytest.raises(Conflict, match="was not held yet"):
        approve_report(db, mo, version_in(db, mo, report))
    send_report_back(db, mo, version_in(db, mo, report), reason="It is too early.")
    with pytest.raises(Conflict, match="was not held yet"):
        hand_report_in(db, mo, report)

    assert (row.state, row.published_at) == (ReviewState.PREPARING, None)


def test_with_its_last_version_a_review_is_withdrawn_and_can_be_put_right_and_published_anew(
    db, review, finding, report
):
    mo, ria = review.people["mo"], review.people["ria"]
    approve_report(db, mo, version_in(db, mo, report))
    hand_report_in(db, ria, report)
    approve_report(db, mo, version_in(db, mo, report, 2))

    withdraw_report(db, mo, version_in(db, mo, report, 2), reason="A wrong figure.")
    still = see_review(VISITOR, review.subject)
    withdraw_report(db, mo, version_in(db, mo, report, 1), reason="A wrong figure.")

    assert (still, see_review(VISITOR, review.subject)) == (True, False)
    assert review.subject.review.state is ReviewState.HELD
    with pytest.raises(NotFound):
        get_finding(db, VISITOR, review.subject, finding.finding.public_id)
    reworded(db, review, finding)
    agree_finding(db, mo, finding, version=finding.finding.version)
    hand_report_in(db, ria, report)
    approve_report(db, mo, version_in(db, mo, report, 3))
    assert review.subject.review.state is ReviewState.PUBLISHED
    assert get_finding(db, VISITOR, review.subject, finding.finding.public_id).finding.finding.startswith("Half")


def test_a_closed_review_stays_closed_when_its_report_is_withdrawn(db, review, report):
    mo = review.people["mo"]
    approve_report(db, mo, version_in(db, mo, report))
    review.subject.review.state = ReviewState.CLOSED
    db.flush()

    withdraw_report(db, mo, version_in(db, mo, report), reason="A wrong figure.")

    assert (review.subject.review.state, see_review(VISITOR, review.subject)) == (ReviewState.CLOSED, False)


def test_what_is_not_published_any_more_stands_in_no_report_over_all_reviews(db, review, finding, report):
    make_app()  # documents link to pages
    mo, ada = review.people["mo"], again(db, review.ada)
    approve_report(db, mo, version_in(db, mo, report))
    over_all = make_report(db, review)
    fill_report(db, ada, over_all)
    edda = make_person(db, "Edda Egger")
    name_report_editor(db, ada, programme_of(db, review), person=person_of(db, edda))
    hand_report_in(db, again(db, edda), over_all)
    approve_report(db, ada, version_in(db, ada, over_all))

    before = headings(db, over_all)
    withdraw_report(db, mo, version_in(db, mo, report), reason="A wrong figure.")

    assert ("Finding 1 of Straw" in before, "Finding 1 of Straw" in headings(db, over_all)) == (True, False)


def test_a_draft_and_a_version_that_waits_name_their_own_host_and_no_peer(db, review, finding):
    make_app()  # documents link to pages
    second = make_second_review(db, review)
    give_place(db, second, again(db, review.people["hal"]), ReviewRole.PEER)
    ria, mo = review.people["ria"], review.people["mo"]
    row = start_review_report(db, ria, review.subject, title="Straw and Berg Cluster agree", language="en")
    found = report_with_sources(db, row, programme_of(db, review))
    fill_report(db, ria, found)
    hand_report_in(db, ria, found)

    documents = draft_document(db, found), version_document(db, mo, version_in(db, mo, found))

    assert [one.title for one in documents] == ["Straw and […] agree"] * 2


def headings(db, report):
    document = version_document(db, VISITOR, version_in(db, VISITOR, report))
    return [one.text for one in document.blocks if isinstance(one, Heading)]


def test_a_withdrawn_review_can_be_cancelled(db, review, finding, report):
    mo, ada = review.people["mo"], again(db, review.ada)
    approve_report(db, mo, version_in(db, mo, report))
    with pytest.raises(Conflict, match="is published"):
        cancel_review(db, ada, review.subject, reason="It was all wrong.")
    withdraw_report(db, mo, version_in(db, mo, report), reason="A wrong figure.")

    cancel_review(db, ada, review.subject, reason="It was all wrong.")

    assert review.subject.review.state is ReviewState.CANCELLED
    assert db.get(Finding, finding.finding.id).state is FindingState.AGREED
