"""People reported in the room of a peer review: who reports whom, who reads it, and what is done about it."""

import pytest

from events.core.refusals import NotAllowed, NotFound
from events.registration import appoint
from events.roles import Role
from sessions.moderation import Act
from sessions.peer_reviews.call_doors import (
    enter_review_call,
    get_review_call,
    leave_review_call,
    let_back_into_review_call,
    put_out_of_review_call,
)
from sessions.peer_reviews.endings import cancel_review
from sessions.peer_reviews.rooms import choose_review_video
from sessions.peer_reviews.visits import lost_review_visits
from sessions.person_reports import (
    Place,
    ReportedPerson,
    get_person_report,
    people_of_review,
    person_in_review,
    report_person,
    settle_person_reports,
)
from sessions.reported_people import acts_about_people, put_out_in, reported_people
from sessions.video import Way
from sessions.visit_lines import Lost
from tests.makers import again, make_person, person_of
from tests.sessions.makers_review_meetings import take_out
from tests.sessions.makers_reviews import make_review


@pytest.fixture
def review(db):
    made = make_review(db)
    choose_review_video(db, made.people["mo"], made.subject, way=Way.JANUS)
    return made


def call(db, review, actor):
    return get_review_call(db, actor, review.subject.review.public_id)


def come_in(db, review, name):
    return enter_review_call(db, review.people[name], call(db, review, review.people[name])).visit.public_id


def reported(db, review, by, whom, reason="Insults me."):
    here = person_in_review(db, by, review.subject, person_of(db, whom).public_id)
    return report_person(db, by, here, reason=reason)


def read_by(db, review, actor):
    return [(one.name, one.place, one.title, one.removable) for one in reported_people(db, actor, review.event)]


def test_organisers_read_a_report_from_a_review_and_nobody_else_does(db, review):
    mo, bo, cy = (review.people[name] for name in ("mo", "bo", "cy"))
    joe = make_person(db, "Joe Jung")
    appoint(db, review.ada, review.event, person_id=joe.person or 0, role=Role.HOST)

    row = reported(db, review, bo, cy)

    assert read_by(db, review, review.ada) == [("Cy Costa", Place.REVIEW, "Members that stay", False)]
    assert [read_by(db, review, one) for one in (mo, bo, again(db, joe))] == [[], [], []]
    for reader in (mo, bo, cy, again(db, joe)):
        with pytest.raises(NotFound):
            get_person_report(db, reader, review.event, row.public_id)
        with pytest.raises(NotAllowed):
            settle_person_reports(db, reader, ReportedPerson(row, person_of(db, cy), review.event.event))


def test_an_organiser_puts_the_reported_out_of_the_call_and_takes_it_back(db, review):
    visit = come_in(db, review, "cy")
    row = reported(db, review, review.people["bo"], review.people["cy"])
    cy = review.people["cy"].person or 0
    before = read_by(db, review, review.ada)

    put_out_of_review_call(db, review.ada, call(db, review, review.ada), person=cy)
    settle_person_reports(db, review.ada, get_person_report(db, review.ada, review.event, row.public_id))

    assert [one[3] for one in before] == [True]
    assert lost_review_visits(db, [visit]) == {visit: Lost.REMOVED}
    assert [(one.name, one.review) for one in put_out_in(db, review.ada, review.event)] == [
        ("Cy Costa", review.subject.review.public_id)
    ]
    let_back_into_review_call(db, review.ada, call(db, review, review.ada), person=cy)
    assert (put_out_in(db, review.ada, review.event), read_by(db, review, review.ada)) == ([], [])
    assert [(one.act, one.person) for one in acts_about_people(db, review.ada, review.event)] == [
        (Act.LET_BACK_IN, "Cy Costa"), (Act.REPORT_SETTLED, "Cy Costa"), (Act.REMOVED, "Cy Costa"),
    ]  # fmt: skip


def test_what_was_done_at_the_door_of_a_review_only_organisers_read(db, review):
    come_in(db, review, "cy")
    joe = make_person(db, "Joe Jung")
    appoint(db, review.ada, review.event, person_id=joe.person or 0, role=Role.HOST)

    put_out_of_review_call(
        db, review.people["mo"], call(db, review, review.people["mo"]), person=review.people["cy"].person
    )

    assert [one.person for one in acts_about_people(db, review.ada, review.event)] == ["Cy Costa"]
    assert acts_about_people(db, again(db, joe), review.event) == []
    assert put_out_in(db, again(db, joe), review.event) == []


def test_whoever_left_the_call_after_what_they_did_is_put_out_and_does_not_come_back(db, review):
    come_in(db, review, "cy")
    leave_review_call(db, review.people["cy"], call(db, review, review.people["cy"]))
    reported(db, review, review.people["bo"], review.people["cy"])

    removable = read_by(db, review, review.ada)[0][3]
    put_out_of_review_call(db, review.ada, call(db, review, review.ada), person=review.people["cy"].person)

    assert removable is True
    with pytest.raises(NotAllowed):
        come_in(db, review, "cy")


def test_who_leads_is_reported_and_has_no_button_beside_them_that_would_be_refused(db, review):
    come_in(db, review, "mo")

    reported(db, review, review.people["bo"], review.people["mo"])

    assert read_by(db, review, review.ada) == [("Mo Maier", Place.REVIEW, "Members that stay", False)]


def test_whoever_dropped_out_is_still_reported_and_reports_nobody_any_more(db, review):
    cy = take_out(db, review, "cy")

    reported(db, review, review.people["bo"], cy)

    assert [one[0] for one in read_by(db, review, review.ada)] == ["Cy Costa"]
    with pytest.raises(NotFound):
        person_in_review(db, cy, review.subject, person_of(db, review.people["bo"]).public_id)


def test_an_organiser_without_a_place_is_reported_too(db, review):
    here = person_in_review(db, review.people["bo"], review.subject, person_of(db, review.ada).public_id)

    assert (here.person.name, here.room) == ("Ada Adler", review.subject.review.public_id)


def test_nobody_from_elsewhere_reports_or_is_reported(db, review):
    xi, bo = make_person(db, "Xi Xu"), review.people["bo"]

    with pytest.raises(NotFound):
        person_in_review(db, bo, review.subject, person_of(db, xi).public_id)
    with pytest.raises(NotFound):
        person_in_review(db, xi, review.subject, person_of(db, bo).public_id)
    assert people_of_review(db, xi, review.subject) == []


def test_those_who_had_a_place_or_came_can_be_named_by_whoever_is_inside_but_not_themself(db, review):
    take_out(db, review, "cy")
    enter_review_call(db, review.ada, call(db, review, review.ada))

    names = [one.name for one in people_of_review(db, review.people["bo"], review.subject)]

    assert names == ["Ada Adler", "Cy Costa", "Di Dahl", "Ed Esser", "Hal Huber", "Mo Maier", "Ole Olin", "Ria Roth"]


def test_of_a_review_that_is_over_nobody_is_put_out_and_nothing_is_taken_back(db, review):
    for name in ("bo", "cy"):
        come_in(db, review, name)
    reported(db, review, review.people["bo"], review.people["cy"])
    put_out_of_review_call(db, review.ada, call(db, review, review.ada), person=review.people["bo"].person)

    cancel_review(db, review.ada, review.subject, reason="The host is ill.")

    assert (read_by(db, review, review.ada)[0][3], put_out_in(db, review.ada, review.event)) == (False, [])
