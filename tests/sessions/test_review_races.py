"""A peer review's meeting and report at the same moment, with real threads and connections: who comes second reads
what the first has done, also where their page had shown it as it was before."""

from dataclasses import replace

import pytest
from sqlmodel import select

from events.core.database import Database, reading, transaction
from events.roles import actor_for
from sessions.peer_reviews.endings import cancel_review
from sessions.peer_reviews.findings import Finding, FindingState
from sessions.peer_reviews.live import (
    HandInReview,
    ReviewHand,
    give_review_floor,
    hold_review_meeting,
    lower_review_hand,
    lower_review_hand_of,
    raise_review_hand,
    speakers_of,
    start_next_part,
)
from sessions.peer_reviews.reviews import PeerReview, ReviewInEvent, ReviewState
from sessions.peer_reviews.writing_up import FindingInReview, change_finding, wording_of
from sessions.reports.editing import fill_report
from sessions.reports.reports import Report, report_with_sources, start_review_report
from sessions.reports.versions import ReportVersion, VersionState, approve_report, get_version, hand_report_in
from tests.sessions.makers_reports import hold, make_finding, programme_of
from tests.sessions.makers_review_meetings import plan
from tests.sessions.makers_reviews import Review, make_review
from tests.sessions.racing import Step, kinds, race

ROUNDS = 3


@pytest.fixture
def review(database_url: str) -> Review:
    """A review whose meeting is on."""
    with transaction() as db:
        made = make_review(db, peers=2)
        made.ada = actor_for(db, made.ada.person)
        plan(db, made)
        start_next_part(db, made.people["mo"], made.subject, after="")
    return made


@pytest.fixture
def report(review: Review) -> Report:
    """A report of a review that was held, with a finding in it, of which a version waits."""
    with transaction() as db:
        row = db.get_one(PeerReview, review.subject.id)
        review.subject = ReviewInEvent(row, review.event.event)
        hold(db, review)
        make_finding(db, review, practice_by_id=None)
        ria = review.people["ria"]
        made = start_review_report(db, ria, review.subject, title="The case", language="en")
        fill_report(db, ria, report_with_sources(db, made, programme_of(db, review)))
        hand_report_in(db, ria, report_with_sources(db, made, programme_of(db, review)))
    return made


def as_seen(db: Database, review: Review) -> ReviewInEvent:
    """The review as it stands on somebody's page, whatever has become of it since."""
    return ReviewInEvent(db.merge(review.subject.review, load=False), review.event.event)


def back_to(review: Review, state: ReviewState) -> None:
    """Make ready for the next round, and let everybody look at the page."""
    with transaction() as db:
        row = db.get_one(PeerReview, review.subject.id)
        row.state, row.published_at = state, None
        db.add(row)
        for version in db.exec(select(ReportVersion)):
            version.state = VersionState.IN_REVIEW
            db.add(version)
    with reading() as db:
        review.subject = ReviewInEvent(db.get_one(PeerReview, review.subject.id), review.event.event)


def state_of(review: Review) -> ReviewState:
    with reading() as db:
        return db.get_one(PeerReview, review.subject.id).state


def finding_of(db: Database, review: Review) -> Finding:
    return db.exec(select(Finding).where(Finding.review_id == review.subject.id)).one()


def holding(review: Review) -> Step:
    return lambda db: hold_review_meeting(db, review.people["mo"], as_seen(db, review))


def cancelling(review: Review) -> Step:
    return lambda db: cancel_review(db, review.ada, as_seen(db, review), reason="The host was merged.")


def approving(review: Review, report: Report) -> Step:
    def step(db: Database) -> object:
        found = report_with_sources(db, db.get_one(Report, report.id), programme_of(db, review))
        seen = replace(found, review=as_seen(db, review).review)
        mo = review.people["mo"]
        return approve_report(db, mo, get_version(db, mo, seen, 1))

    return step


def test_a_review_that_is_cancelled_while_it_is_held_stays_cancelled(review):
    for _round in range(ROUNDS):
        back_to(review, ReviewState.PREPARING)

        outcomes = race(holding(review), cancelling(review))

        assert kinds(outcomes) in (["ReviewOver", "done"], ["done", "done"])
        assert state_of(review) is ReviewState.CANCELLED


def test_of_two_who_hold_a_meeting_one_does(review):
    for _round in range(ROUNDS):
        back_to(review, ReviewState.PREPARING)

        outcomes = race(holding(review), holding(review))

        assert (kinds(outcomes), state_of(review)) == (["Conflict", "done"], ReviewState.HELD)


def test_a_review_is_cancelled_or_its_report_published_and_not_both(review, report):
    for _round in range(ROUNDS):
        back_to(review, ReviewState.HELD)

        outcomes = race(approving(review, report), cancelling(review))

        with reading() as db:
            found = db.get_one(PeerReview, review.subject.id), db.exec(select(ReportVersion.state)).one()
        assert kinds(outcomes) == ["Conflict", "done"]
        assert (found[0].state, found[0].published_at is not None, found[1]) in (
            (ReviewState.PUBLISHED, True, VersionState.PUBLISHED),
            (ReviewState.CANCELLED, False, VersionState.IN_REVIEW),
        )  # fmt: skip


def test_a_finding_is_changed_or_published_and_not_both(review, report):
    with reading() as db:
        finding_id = finding_of(db, review).id
    for number in range(ROUNDS):
        back_to(review, ReviewState.HELD)

        def changing(db: Database, number: int = number) -> object:
            seen = as_seen(db, review)
            row = db.get_one(Finding, finding_id)
            wording = replace(wording_of(db, row), finding=f"Half of them leave, {number}.")
            subject = FindingInReview(row, seen.review, seen.event)
            return change_finding(db, review.people["ria"], subject, wording=wording, version=row.version)

        outcomes = race(approving(review, report), changing)

        with reading() as db:
            is_draft = finding_of(db, review).state is FindingState.DRAFT
        assert kinds(outcomes) == ["Conflict", "done"]
        assert (state_of(review) is ReviewState.PUBLISHED) is not is_draft
        if is_draft:
            break  # from now on the version cannot be published any more


@pytest.mark.parametrize("by", ["themselves", "the moderator"])
def test_a_hand_that_goes_down_while_it_is_called_on_is_no_error(review, by):
    mo, bo = review.people["mo"], review.people["bo"]
    for _round in range(ROUNDS):
        back_to(review, ReviewState.PREPARING)
        with transaction() as db:
            raise_review_hand(db, bo, as_seen(db, review))
        with reading() as db:
            hand = db.exec(select(ReviewHand)).one()

        def calling(db: Database, hand: ReviewHand = hand) -> object:
            seen = as_seen(db, review)
            return give_review_floor(db, mo, HandInReview(db.merge(hand, load=False), seen.review, seen.event))

        def lowering(db: Database, hand: ReviewHand = hand) -> object:
            seen = as_seen(db, review)
            if by == "themselves":
                return lower_review_hand(db, bo, seen)
            return lower_review_hand_of(db, mo, HandInReview(db.merge(hand, load=False), seen.review, seen.event))

        outcomes = race(calling, lowering, lowering)

        with reading() as db:
            assert speakers_of(db, mo, review.subject) == []
        assert kinds(outcomes) in (["Conflict", "done", "done"], ["done", "done", "done"])
