"""The call of a review as rows: who is in it, whose visit is over, and what follows a way that fails."""

import pytest
from sqlmodel import select

from events.core import clock
from events.core.refusals import NotAllowed, NotFound
from events.roles import Role, RoleGrant
from sessions.peer_reviews.call_doors import (
    ask_to_mute_in_review,
    enter_review_call,
    get_review_call,
    leave_review_call,
    let_back_into_review_call,
    put_out_of_review_call,
)
from sessions.peer_reviews.reviews import ReviewRole
from sessions.peer_reviews.rooms import call_of_review, choose_review_video, room_of_review, switch_review_way
from sessions.peer_reviews.visits import UNSEEN, lost_review_visits, visits_in_review
from sessions.video import Way
from sessions.visit_lines import MOST_IN_ROOM, Lost, RoomFull
from tests.makers import again, make_person
from tests.sessions.makers_reviews import Review, give_place, make_review

WITH_JANUS, ENGINES = frozenset({Way.MESH, Way.JANUS}), frozenset({Way.MESH, Way.JANUS, Way.JITSI})


@pytest.fixture
def review(db) -> Review:
    made = make_review(db)
    choose_review_video(db, made.people["mo"], made.subject, way=Way.JANUS)
    return made


def come_in(db, review, actor, **values):
    return enter_review_call(db, actor, get_review_call(db, actor, review.subject.review.public_id), **values)


def do(db, review, command, name, **values):
    actor = review.people[name]
    command(db, actor, get_review_call(db, actor, review.subject.review.public_id), **values)


def switched(db, review, usable, *, here, failed=Way.JANUS):
    return switch_review_way(db, review.subject, failed=failed, why="it is gone", here=here, usable=usable)


def test_who_leads_and_keeps_the_record_is_shown_with_their_role_in_the_order_they_came(db, review):
    for actor in (review.people["ria"], review.ada, review.people["bo"]):
        come_in(db, review, actor)

    assert [(one.name, one.role) for one in visits_in_review(db, review.subject.id)] == [
        ("Ria Roth", ReviewRole.RAPPORTEUR), ("Ada Adler", None), ("Bo Berg", ReviewRole.PEER)
    ]  # fmt: skip


def test_who_was_not_seen_for_half_a_minute_is_not_in_it(db, review):
    stay = come_in(db, review, review.people["bo"])
    stay.visit.seen_at = clock.now() - UNSEEN
    db.add(stay.visit)
    db.flush()

    assert visits_in_review(db, review.subject.id) == []


def test_the_sixteenth_is_refused_and_another_window_is_not(db, review):
    people = [give_place(db, review, make_person(db, f"Wyn{n} Ward"), ReviewRole.OBSERVER) for n in range(MOST_IN_ROOM)]
    for actor in people:
        come_in(db, review, actor)

    with pytest.raises(RoomFull, match=r"This room is full\. Somebody has to leave it first\."):
        come_in(db, review, review.people["bo"])
    assert len(come_in(db, review, people[0]).replaced) == 1


def test_an_organiser_is_out_with_their_role(db, review):
    visit = come_in(db, review, review.ada).visit.public_id
    before = lost_review_visits(db, [visit])
    for role in db.exec(select(RoleGrant).where(RoleGrant.role == Role.ORGANISER)):
        db.delete(role)
    db.flush()

    assert (before, lost_review_visits(db, [visit])) == ({}, {visit: Lost.REMOVED})


def test_leaving_being_replaced_and_being_put_out_are_three_things(db, review):
    left, first, out = (come_in(db, review, review.people[name]).visit.public_id for name in ("bo", "cy", "di"))
    second = come_in(db, review, review.people["cy"]).visit.public_id
    do(db, review, leave_review_call, "bo")
    do(db, review, put_out_of_review_call, "mo", person=review.people["di"].person)

    assert lost_review_visits(db, [left, first, second, out, "vr_none"]) == {
        left: Lost.LEFT, first: Lost.REPLACED, out: Lost.REMOVED, "vr_none": Lost.ENDED
    }  # fmt: skip


def test_only_who_leads_puts_out_asks_to_mute_and_lets_back_in(db, review):
    di = review.people["di"].person
    come_in(db, review, review.people["di"])
    for command in (put_out_of_review_call, ask_to_mute_in_review, let_back_into_review_call):
        with pytest.raises(NotAllowed):
            do(db, review, command, "bo", person=di)
    for command in (put_out_of_review_call, ask_to_mute_in_review):
        with pytest.raises(NotFound):
            do(db, review, command, "mo", person=review.people["ed"].person)  # who is not in it

    do(db, review, put_out_of_review_call, "mo", person=di)
    with pytest.raises(NotAllowed):
        come_in(db, review, review.people["di"])
    do(db, review, let_back_into_review_call, "mo", person=di)

    assert come_in(db, review, again(db, review.people["di"])).resumed is False


def test_after_an_engine_comes_the_next_one_and_last_what_holds_four(db, review):
    assert [switched(db, review, ENGINES, here=5).way, switched(db, review, ENGINES, here=5).way] == [Way.JITSI] * 2

    again_failed = switched(db, review, ENGINES, here=3, failed=Way.JITSI)

    assert again_failed.way is Way.OFF  # five were in it when Janus failed, and whoever lost their line comes back


def test_three_go_on_directly_and_five_have_no_call(db, review):
    found = switched(db, review, WITH_JANUS, here=3)

    assert (found.way, found.switched_from, found.why) == (Way.MESH, Way.JANUS, "it is gone")

    choose_review_video(db, review.people["mo"], review.subject, way=Way.JANUS)
    assert call_of_review(db, review.subject, ENGINES)[0].passed == frozenset()
    assert switched(db, review, WITH_JANUS, here=5).way is Way.OFF


def test_what_failed_already_fails_once_for_all(db, review):
    epochs = [room_of_review(db, review.subject.id).epoch]
    for _twice in range(2):
        switched(db, review, WITH_JANUS, here=2)
        epochs.append(room_of_review(db, review.subject.id).epoch)

    assert epochs == [1, 2, 2]
