"""Dropping out at each step, cancelling, reminders, and the board of who owes what."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.timers import run_due_timers
from sessions.peer_reviews.chasing import review_board, without_desk_notes
from sessions.peer_reviews.desk_notes import GENERAL, hand_in_desk_notes
from sessions.peer_reviews.endings import ask_substitute, cancel_review, withdraw_as_host
from sessions.peer_reviews.places import (
    accept_review_place,
    ask_into_review,
    decline_review_place,
    leave_review,
    open_place_of,
    take_out_of_review,
)
from sessions.peer_reviews.reviews import (
    PlaceState,
    ReviewOver,
    ReviewRole,
    ReviewState,
    host_of_review,
    moderator_of_review,
    places_of,
)
from sessions.peer_reviews.setting_up import change_step, get_step
from sessions.peer_reviews.templates import StepKind
from tests.makers import again, make_member, make_person, person_of
from tests.sessions.makers_reports import hold
from tests.sessions.makers_review_hosts import in_step, open_step, place_of
from tests.sessions.makers_reviews import make_review


@pytest.fixture
def review(db):
    return make_review(db)


def facts(db, kind):
    return [one.particulars for one in db.exec(select(JournalEntry)) if one.kind == kind]


def owed(db, review):
    [row] = review_board(db, again(db, review.ada), review.event.event)
    return [f"{one.who} {one.what}".strip() for one in row.owed]


def test_a_cancelled_review_takes_nothing_more_and_keeps_its_reason(db, review):
    cancel_review(db, again(db, review.ada), review.subject, reason="The host was merged.")

    assert (review.subject.review.state, review.subject.review.cancelled_why) == (
        ReviewState.CANCELLED, "The host was merged.",
    )  # fmt: skip
    with pytest.raises(ReviewOver):
        cancel_review(db, again(db, review.ada), review.subject, reason="Again.")
    with pytest.raises(ReviewOver):
        leave_review(db, review.people["bo"], place_of(db, review.subject, review.people["bo"]), reason="Ill.")


def test_only_organisers_cancel_with_a_reason_and_not_what_is_published(db, review):
    with pytest.raises(NotAllowed):
        cancel_review(db, review.people["mo"], review.subject, reason="No.")
    with pytest.raises(Invalid):
        cancel_review(db, again(db, review.ada), review.subject, reason=" ")
    review.subject.review.state = ReviewState.PUBLISHED
    with pytest.raises(Conflict):
        cancel_review(db, again(db, review.ada), review.subject, reason="No.")


def test_a_host_withdraws_and_somebody_of_the_same_organisation_goes_on(db, review):
    hal = review.people["hal"]
    colleague = make_member(db, make_person(db, "Col League"), review.host)
    withdraw_as_host(db, hal, review.subject, reason="I change jobs.")
    place = place_of(db, review.subject, hal)

    with pytest.raises(Invalid):
        ask_substitute(db, again(db, review.ada), place, person=person_of(db, make_person(db, "Xi Xu")))
    made = ask_substitute(db, again(db, review.ada), place, person=person_of(db, colleague))

    assert place.place.state is PlaceState.LEFT
    assert not host_of_review(again(db, hal), review.subject)
    assert (made.role, made.state, made.organisation_id) == (ReviewRole.HOST, PlaceState.ASKED, review.host.id)


def test_only_the_host_withdraws_the_case(db, review):
    with pytest.raises(NotAllowed):
        withdraw_as_host(db, review.people["bo"], review.subject, reason="No.")
    review.subject.review.state = ReviewState.HELD
    with pytest.raises(Conflict):
        withdraw_as_host(db, review.people["hal"], review.subject, reason="No.")


@pytest.mark.parametrize("who", ["mo", "ria", "ole"])
def test_moderator_rapporteur_and_observer_are_replaced_in_their_role(db, review, who):
    gone, nia = review.people[who], make_person(db, "Nia Novak")
    take_out_of_review(db, again(db, review.ada), place_of(db, review.subject, gone), reason="Ill.")
    before = place_of(db, review.subject, gone)

    made = ask_substitute(db, again(db, review.ada), before, person=person_of(db, nia))

    assert (made.role, made.stands_in_for_id) == (before.place.role, before.place.id)
    assert not moderator_of_review(again(db, gone), review.subject)


def test_somebody_asked_again_keeps_for_whom_they_come(db, review):
    bo, cy = review.people["bo"], review.people["cy"]
    leave_review(db, bo, place_of(db, review.subject, bo), reason="Ill.")
    leave_review(db, cy, place_of(db, review.subject, cy), reason="Ill too.")
    before = place_of(db, review.subject, cy).place

    made = ask_into_review(
        db, again(db, review.ada), review.subject, person=person_of(db, bo), role=ReviewRole.PEER,
        stands_in_for=before,
    )  # fmt: skip

    assert (made.state, made.stands_in_for_id) == (PlaceState.ASKED, before.id)
    assert len(places_of(db, review.subject.id)) == 8


def test_the_board_says_who_owes_what(db, review):
    open_step(db, review.ada, review.event, StepKind.DESK_NOTES)
    texts = {GENERAL: {"doubts": "Fees?"}}
    hand_in_desk_notes(
        db, review.people["bo"], in_step(db, review.subject, StepKind.DESK_NOTES), texts=texts, revision=1
    )
    take_out_of_review(
        db, again(db, review.ada), place_of(db, review.subject, review.people["ria"]), reason="Ill."
    )  # fmt: skip

    found = owed(db, review)

    assert found == [
        "There is no rapporteur", "Hal Huber has not handed in the self-assessment",
        "Cy Costa has not handed in desk notes", "Di Dahl has not handed in desk notes",
        "Ed Esser has not handed in desk notes", "Desk notes wait to be released",
    ]  # fmt: skip


def test_the_board_counts_peers_and_countries(db):
    few = make_review(db, peers=1)

    [row] = review_board(db, again(db, few.ada), few.event.event)

    assert (row.peers, row.countries, row.asked) == (1, 1, 0)
    assert "1 of at least 3 peers take part" in owed(db, few)


def test_those_who_have_not_done_their_part_are_reminded_once_before_the_end(db, review):
    now = clock.now()
    subject = get_step(db, review.event, "desk notes")
    change_step(db, again(db, review.ada), subject, starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=10))
    hand_in_desk_notes(
        db, review.people["bo"], in_step(db, review.subject, StepKind.DESK_NOTES), texts={GENERAL: {"doubts": "?"}},
        revision=1,
    )  # fmt: skip
    db.commit()

    for days in (7, 9, 9.5):
        with clock.frozen_at(now + timedelta(days=days)):
            run_due_timers()
        db.expire_all()
    reminded = {one["person_id"] for one in facts(db, "ReviewPartDue") if one["step_id"] == subject.step.id}

    wanted = {review.people[name].person for name in ("cy", "di", "ed")}
    assert reminded == wanted == without_desk_notes(db, {review.subject.id})[review.subject.id]
    assert len([one for one in facts(db, "ReviewPartDue") if one["step_id"] == subject.step.id]) == 3


def test_nobody_is_reminded_of_a_review_that_was_cancelled(db, review):
    now = clock.now()
    cancel_review(db, again(db, review.ada), review.subject, reason="Merged.")
    subject = get_step(db, review.event, "desk notes")
    change_step(db, again(db, review.ada), subject, starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=3))
    db.commit()

    with clock.frozen_at(now + timedelta(days=2)):
        run_due_timers()

    db.expire_all()
    assert facts(db, "ReviewPartDue") == []


def test_who_was_asked_to_be_a_peer_cannot_accept_once_the_meeting_was_held_and_others_can(db, review):
    late, other = make_person(db, "Nia Novak"), make_person(db, "Uwe Ulm")
    ask_into_review(db, review.ada, review.subject, person=person_of(db, late), role=ReviewRole.PEER)
    ask_into_review(db, review.ada, review.subject, person=person_of(db, other), role=ReviewRole.OBSERVER)
    hold(db, review)

    with pytest.raises(Conflict, match="The meeting was held"):
        accept_review_place(db, again(db, late), place_of(db, review.subject, late))
    with pytest.raises(Conflict, match="The meeting was held"):
        ask_into_review(db, review.ada, review.subject, person=person_of(db, late), role=ReviewRole.PEER)
    accept_review_place(db, again(db, other), place_of(db, review.subject, other))
    decline_review_place(db, again(db, late), place_of(db, review.subject, late))

    assert open_place_of(db, again(db, late), review.event.id) is None
    assert place_of(db, review.subject, other).place.state is PlaceState.ACCEPTED
