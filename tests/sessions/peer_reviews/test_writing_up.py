"""Findings: who drafts, changes and agrees on them, what is refused, and what those outside read."""

from dataclasses import replace

import pytest
from sqlmodel import select

from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from sessions.peer_reviews.attribution import set_attribution
from sessions.peer_reviews.findings import FindingState
from sessions.peer_reviews.reviews import Attribution, ReviewState, questions_of
from sessions.peer_reviews.writing_up import (
    FindingInReview,
    FindingVersion,
    agree_finding,
    change_finding,
    get_finding,
    peers_of,
    record_finding,
    shown_findings,
    versions_of,
    withdraw_finding,
    wording_of,
)
from tests.makers import make_person
from tests.sessions.makers_review_meetings import WORDING, take_out
from tests.sessions.makers_reviews import make_review


@pytest.fixture
def review(db):
    return make_review(db)


def made(db, review, by="ria", **values):
    row = record_finding(db, review.people[by], review.subject, wording=replace(WORDING, **values))
    return FindingInReview(row, review.subject.review, review.event.event)


def published(db, review, attribution=Attribution.PRIVATE):
    set_attribution(db, review.ada, review.subject, attribution=attribution)
    row = review.subject.review
    row.state, row.published_at = ReviewState.PUBLISHED, row.created_at
    db.add(row)
    db.flush()


def test_findings_are_numbered_and_start_as_drafts(db, review):
    made(db, review)
    question = questions_of(db, review.subject.id)[1]
    second = made(db, review, "bo", question=question.public_id).finding

    assert (second.number, second.state, second.question_id) == (2, FindingState.DRAFT, question.id)
    assert wording_of(db, second) == replace(WORDING, question=question.public_id)


def test_versions_are_kept_with_who_wrote_them(db, review):
    subject = made(db, review)

    change_finding(db, review.people["mo"], subject, wording=replace(WORDING, finding="A third leaves."), version=1)
    change_finding(db, review.people["mo"], subject, wording=replace(WORDING, finding="A third leaves."), version=2)

    assert [(row.version, row.content["finding"], name) for row, name in versions_of(db, subject.finding.id)] == [
        (2, "A third leaves.", "Mo Maier"), (1, "Half of the members leave.", "Ria Roth"),
    ]  # fmt: skip


def test_who_was_slower_is_told(db, review):
    subject = made(db, review)
    change_finding(db, review.people["mo"], subject, wording=replace(WORDING, evidence="New"), version=1)

    for step in (agree_finding, withdraw_finding):
        with pytest.raises(Conflict, match="meanwhile"):
            step(db, review.people["ria"], subject, version=1)
    with pytest.raises(Conflict, match="meanwhile"):
        change_finding(db, review.people["ria"], subject, wording=WORDING, version=1)


def test_a_peer_changes_their_own_draft_and_nothing_else(db, review):
    own, other = made(db, review, "bo"), made(db, review, "cy")
    change_finding(db, review.people["bo"], own, wording=replace(WORDING, evidence="Seen"), version=1)

    with pytest.raises(NotAllowed):
        change_finding(db, review.people["bo"], other, wording=WORDING, version=1)
    with pytest.raises(NotAllowed):
        agree_finding(db, review.people["bo"], own, version=2)
    agree_finding(db, review.people["ria"], own, version=2)
    with pytest.raises(NotAllowed):
        change_finding(db, review.people["bo"], own, wording=WORDING, version=2)


@pytest.mark.parametrize("name", ["hal", "ole"])
def test_hosts_and_observers_write_no_findings(db, review, name):
    with pytest.raises(NotAllowed):
        made(db, review, name)


def test_an_agreed_finding_that_is_changed_has_to_be_agreed_anew(db, review):
    subject = made(db, review)
    agree_finding(db, review.people["mo"], subject, version=1)
    with pytest.raises(Conflict, match="already"):
        agree_finding(db, review.people["mo"], subject, version=1)

    change_finding(db, review.people["ria"], subject, wording=replace(WORDING, evidence="New"), version=1)

    assert subject.finding.state is FindingState.DRAFT


def test_without_a_recommendation_nothing_is_agreed_on(db, review):
    subject = made(db, review, recommendation="")

    with pytest.raises(Conflict, match="no recommendation"):
        agree_finding(db, review.people["mo"], subject, version=1)


def test_what_is_not_filled_in_or_not_of_this_review_is_refused(db, review):
    with pytest.raises(Invalid) as refused:
        made(
            db, review, finding=" ", evidence="x" * 4001, level="moon", effort="XXL", horizon="never", impact=6,
            question="rq_other", practice_by="rp_other", addressee="x" * 201,
        )  # fmt: skip

    assert set(refused.value.fields) == {
        "finding", "evidence", "level", "effort", "horizon", "impact", "question", "practice_by", "addressee",
    }  # fmt: skip


def test_the_source_of_a_practice_is_a_peer(db, review):
    peers = {name: place.public_id for place, name in peers_of(db, review.subject.id)}
    subject = made(db, review, practice="A visit each spring", practice_by=peers["Bo Berg"])
    take_out(db, review, "bo")

    [found] = shown_findings(db, review.ada, review.subject)

    assert set(peers) == {"Bo Berg", "Cy Costa", "Di Dahl", "Ed Esser"}
    assert (found.practice_from, found.practice_of) == ("Bo Berg", "Berg Cluster")
    assert wording_of(db, subject.finding).practice_by == peers["Bo Berg"]


def test_a_report_that_was_published_keeps_its_findings(db, review):
    subject = made(db, review)
    published(db, review)

    with pytest.raises(Conflict, match="published"):
        change_finding(db, review.ada, subject, wording=replace(WORDING, evidence="x"), version=1)
    with pytest.raises(Conflict, match="published"):
        withdraw_finding(db, review.ada, subject, version=1)


def test_who_is_outside_finds_no_finding_before_the_report_and_agreed_ones_after_it(db, review):
    xi = make_person(db, "Xi Xu")
    agreed, draft, withdrawn = made(db, review), made(db, review), made(db, review)
    agree_finding(db, review.ada, agreed, version=1)
    withdraw_finding(db, review.ada, withdrawn, version=1)

    before = shown_findings(db, xi, review.subject)
    published(db, review)

    assert before == []
    assert [one.finding.id for one in shown_findings(db, xi, review.subject)] == [agreed.finding.id]
    assert len(shown_findings(db, review.people["ole"], review.subject)) == 3
    with pytest.raises(NotFound):
        get_finding(db, xi, review.subject, draft.finding.public_id)


@pytest.mark.parametrize(("attribution", "told"), [(Attribution.NAMED, True), (Attribution.PRIVATE, False)])
def test_outside_a_private_review_nobody_learns_whose_practice_or_word_it_was(db, review, attribution, told):
    peer = next(place for place, name in peers_of(db, review.subject.id) if name == "Bo Berg")
    subject = made(
        db, review, practice="As Bo Berg does at Berg Cluster", practice_by=peer.public_id,
        evidence="Cy Costa said so, ask cy@example.org",
    )  # fmt: skip
    agree_finding(db, review.ada, subject, version=1)
    published(db, review, attribution)

    [found] = shown_findings(db, make_person(db, "Xi Xu"), review.subject)

    said = " ".join(map(str, (found.practice, found.evidence, found.practice_from, found.practice_of)))
    assert [word in said for word in ("Bo", "Berg", "Costa", "Berg Cluster")] == [told] * 4


def test_versions_belong_to_their_finding(db, review):
    made(db, review)
    made(db, review)

    assert len(db.exec(select(FindingVersion)).all()) == 2
