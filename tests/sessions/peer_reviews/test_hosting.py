"""Applying as a host, and being chosen: drafts, deadlines, reasons, reserves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from events.core import clock
from events.core.files import ready
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from sessions.peer_reviews.endings import take_next_host, withdraw_as_host
from sessions.peer_reviews.hosting import (
    ApplicationState,
    AppliedAlready,
    Case,
    Choice,
    Told,
    add_application_files,
    applications_by,
    begin_application,
    get_application,
    hand_in_application,
    hosting_of,
    save_application,
    withdraw_application,
)
from sessions.peer_reviews.papers import files_of_application, files_of_review
from sessions.peer_reviews.peers import hosts_to_review
from sessions.peer_reviews.reviews import (
    PlaceState,
    ReviewInEvent,
    ReviewNotOn,
    ReviewRole,
    ReviewState,
    host_of_review,
    places_of,
    questions_of,
)
from sessions.peer_reviews.selection import decide_application, handed_in_to, move_up, release_selection, reserves_of
from sessions.peer_reviews.templates import StepKind
from tests.makers import again, make_member, make_person
from tests.sessions.makers_review_hosts import CASE, make_applicant, make_application, open_step, shut_step
from tests.sessions.makers_reviews import make_review_event


@pytest.fixture
def ada(db):
    return make_person(db, "Ada Adler")


@pytest.fixture
def event(db, ada):
    made = make_review_event(db, ada)
    open_step(db, ada, made, StepKind.CALL)
    return made


@pytest.fixture
def cy(db):
    return make_applicant(db, "Cy Costa", "PT")


def decide(db, ada, event, application, decision, *, why="Fits the call.", rank=0):
    ada = again(db, ada)
    subject = get_application(db, ada, event.event, application.application.public_id)
    return decide_application(db, ada, subject, decision=decision, why=why, rank=rank)


def release(db, ada, event):
    return release_selection(db, again(db, ada), event)


def test_a_draft_is_seen_by_its_writer_and_contacts_and_not_by_organisers(db, ada, event, cy):
    actor, cluster = cy
    contact = make_member(db, make_person(db, "Con Tact"), cluster)
    colleague = make_member(db, make_person(db, "Col League"), cluster, is_contact=False)
    made = begin_application(db, actor, hosting_of(db, event.event, cluster))
    public = made.application.public_id

    assert [one.public_id for one in applications_by(db, contact, event.id)] == [public]
    assert applications_by(db, colleague, event.id) == []
    for one in (again(db, ada), colleague, make_person(db, "Xi Xu")):
        with pytest.raises(NotFound):
            get_application(db, one, event.event, public)


def test_an_organisation_applies_once_and_only_for_itself(db, event, cy):
    actor, cluster = cy
    begin_application(db, actor, hosting_of(db, event.event, cluster))

    with pytest.raises(AppliedAlready):
        begin_application(db, actor, hosting_of(db, event.event, cluster))
    with pytest.raises(NotAllowed):
        begin_application(db, make_person(db, "Xi Xu"), hosting_of(db, event.event, cluster))


def test_nothing_is_begun_or_handed_in_before_or_after_the_call(db, ada, event, cy):
    actor, cluster = cy
    made = make_application(db, event, actor, cluster)
    shut_step(db, ada, event, StepKind.CALL)

    with pytest.raises(ReviewNotOn) as refused:
        save_application(
            db, actor, get_application(db, actor, event.event, made.application.public_id), case=CASE, revision=2
        )
    assert "ended on" in str(refused.value)
    with clock.frozen_at(clock.now() - timedelta(days=30)), pytest.raises(ReviewNotOn) as early:
        begin_application(db, actor, hosting_of(db, event.event, cluster))
    assert "begins on" in str(early.value)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"topic": " "}, "topic"), ({"why": "Because."}, "why"), ({"questions": ("One?",)}, "questions"),
     ({"questions": ("a?", "b?", "c?", "d?", "e?", "f?")}, "questions"), ({"needs": ("magic",)}, "needs")],
)  # fmt: skip
def test_what_is_not_finished_is_not_handed_in(db, event, cy, change, field):
    actor, cluster = cy
    made = begin_application(db, actor, hosting_of(db, event.event, cluster))

    with pytest.raises(Invalid) as refused:
        hand_in_application(db, actor, made, case=replace(CASE, **change), revision=1)

    assert list(refused.value.fields) == [field]


def test_what_is_typed_after_handing_in_organisers_see_when_it_is_handed_in_again(db, ada, event, cy):
    made = make_application(db, event, *cy)
    save_application(db, cy[0], made, case=replace(CASE, topic="Other"), revision=made.application.revision)

    [card] = handed_in_to(db, event.id)
    before = card.application.handed["topic"]
    hand_in_application(db, cy[0], made, case=replace(CASE, topic="Other"), revision=made.application.revision)

    assert (before, made.application.handed["topic"]) == ("Members that stay", "Other")


def test_two_windows_do_not_write_over_each_other(db, event, cy):
    made = begin_application(db, cy[0], hosting_of(db, event.event, cy[1]))
    save_application(db, cy[0], made, case=CASE, revision=1)

    with pytest.raises(Conflict):
        save_application(db, cy[0], made, case=Case("Other"), revision=1)
    assert made.application.topic == "Members that stay"


def test_who_withdraws_can_begin_again_while_the_call_is_on(db, event, cy):
    made = make_application(db, event, *cy)
    withdraw_application(db, cy[0], made)
    nobody = handed_in_to(db, event.id)

    again_ = begin_application(db, cy[0], hosting_of(db, event.event, cy[1]))

    assert nobody == []
    assert (again_.application.state, again_.application.topic) == (ApplicationState.DRAFT, "Members that stay")


def test_nobody_knows_a_decision_before_it_is_released_and_a_reason_is_needed(db, ada, event, cy):
    made = make_application(db, event, *cy)

    with pytest.raises(Invalid) as refused:
        decide(db, ada, event, made, Choice.CHOSEN, why=" ")
    decide(db, ada, event, made, Choice.NOT_CHOSEN)

    assert list(refused.value.fields) == ["why"]
    assert (made.application.decision, made.application.told) == (Choice.NOT_CHOSEN, Told.NONE)
    assert hosts_to_review(db, event.id) == []


def test_releasing_starts_the_reviews_of_those_chosen_with_the_applicant_as_host(db, ada, event, cy):
    made = make_application(db, event, *cy)
    with ready([("data.csv", b"year,members\n2025,80\n")]) as files:
        add_application_files(db, cy[0], made, files=files)
        decide(db, ada, event, made, Choice.CHOSEN)

        count = release(db, ada, event)

        [(review, host)] = hosts_to_review(db, event.id)
        subject = ReviewInEvent(review, event.event)
        assert (count, host.name, review.topic, review.needs) == (1, "Costa Cluster", "Members that stay", ["ai"])
        assert [one.text for one in questions_of(db, subject.id)] == ["How?", "Who pays?", "What next?"]
        assert [(one.role, one.state) for one in places_of(db, subject.id)] == [(ReviewRole.HOST, PlaceState.ACCEPTED)]
        assert host_of_review(again(db, cy[0]), subject)
        assert [one.name for one in files_of_review(db, subject.id)] == ["data.csv"]
        assert [one.name for one in files_of_application(db, made.id)] == ["data.csv"]
        db.commit()
    with pytest.raises(Conflict):
        release(db, ada, event)


def test_what_was_decided_is_not_changed_by_its_writer_any_more(db, ada, event, cy):
    made = make_application(db, event, *cy)
    decide(db, ada, event, made, Choice.RESERVE)
    release(db, ada, event)

    with pytest.raises(Conflict) as refused:
        save_application(db, cy[0], made, case=CASE, revision=made.application.revision)
    assert "was decided" in str(refused.value)


def test_the_next_on_reserve_takes_the_place_of_a_host_who_withdraws(db, ada, event, cy):
    first = make_application(db, event, *cy)
    others = [make_application(db, event, *make_applicant(db, name)) for name in ("Di Dahl", "Ed Esser")]
    decide(db, ada, event, first, Choice.CHOSEN)
    decide(db, ada, event, others[0], Choice.RESERVE, rank=2)
    decide(db, ada, event, others[1], Choice.RESERVE, rank=1)
    release(db, ada, event)
    [(review, _host)] = hosts_to_review(db, event.id)
    withdraw_as_host(db, again(db, cy[0]), ReviewInEvent(review, event.event), reason="Our manager left.")

    follower = reserves_of(db, event.id)[0].application
    subject = get_application(db, again(db, ada), event.event, follower.public_id)
    started = take_next_host(
        db, again(db, ada), ReviewInEvent(review, event.event), application=subject, reason="The host withdrew."
    )

    assert follower.id == others[1].id
    assert (review.state, review.cancelled_why) == (ReviewState.CANCELLED, "The host withdrew.")
    assert first.application.state is ApplicationState.WITHDRAWN
    assert [one.id for one, _host in hosts_to_review(db, event.id)] == [started.id]
    assert [one.application.id for one in reserves_of(db, event.id)] == [others[0].id]


def test_who_is_not_on_reserve_does_not_move_up(db, ada, event, cy):
    made = make_application(db, event, *cy)
    decide(db, ada, event, made, Choice.RESERVE)

    with pytest.raises(Conflict):
        move_up(
            db, again(db, ada), get_application(db, again(db, ada), event.event, made.application.public_id), why="Now."
        )


def test_only_organisers_decide_and_release(db, event, cy):
    made = make_application(db, event, *cy)

    with pytest.raises(NotAllowed):
        decide_application(db, cy[0], made, decision=Choice.CHOSEN, why="We are good.")
    with pytest.raises(NotAllowed):
        release_selection(db, cy[0], event)
