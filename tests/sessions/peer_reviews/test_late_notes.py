"""Desk notes of peers who come late: how long they have, and when they are reminded."""

from datetime import timedelta

import pytest

from events.core import clock
from events.core.refusals import Conflict
from events.core.timers import run_due_timers
from events.organisations import OrganisationKind
from sessions.peer_reviews.agenda import move_days
from sessions.peer_reviews.desk_notes import find_notes, hand_in_desk_notes, own_notes_step
from sessions.peer_reviews.live import start_next_part
from sessions.peer_reviews.places import leave_review
from sessions.peer_reviews.reviews import ReviewRole
from sessions.peer_reviews.setting_up import change_step, get_step
from tests.frontend.browser import Browser
from tests.mailer.makers_letters import all_letters, text_of, written
from tests.makers import NOW, again, make_member, make_organisation, make_person
from tests.sessions.makers_review_hosts import place_of
from tests.sessions.makers_review_meetings import DAY, plan
from tests.sessions.makers_reviews import give_place, make_review

ENDS = NOW + 6 * DAY
SAID = {"general": {"doubts": "Fees?"}}


@pytest.fixture
def review(db):
    made = make_review(db, peers=1)
    step = get_step(db, made.event, "desk notes")
    change_step(db, again(db, made.ada), step, starts_at=NOW - DAY, ends_at=ENDS)
    return made


def joins(db, review, name, at):
    """A peer from Norway who accepts at that moment."""
    with clock.frozen_at(at):
        home = make_organisation(db, f"{name.split()[1]} Net", kind=OrganisationKind.CLUSTER_ORGANISATION, country="NO")
        return give_place(db, review, make_member(db, make_person(db, name), home), ReviewRole.PEER)


def reminded(db, until):
    """Who was reminded of their desk notes by then, hour by hour."""
    db.commit()
    Browser(db).get("/")  # letters link to pages
    with clock.frozen_at(until):
        run_due_timers()
        written(db)
    return [one.address.partition("@")[0] for one in all_letters() if one.kind == "review_part_due"]


def test_who_comes_after_the_step_has_a_week_and_not_after_the_meeting_begins(db, review):
    nia, late, bo = joins(db, review, "Nia Novak", ENDS + DAY), ENDS + 7 * DAY, review.people["bo"]

    with clock.frozen_at(late):
        hand_in_desk_notes(db, nia, own_notes_step(db, nia, review.subject), texts=SAID, revision=1)
        with pytest.raises(Conflict, match="ended on"):
            hand_in_desk_notes(db, bo, own_notes_step(db, bo, review.subject), texts=SAID, revision=1)
    with clock.frozen_at(late + DAY), pytest.raises(Conflict, match="ended on"):
        hand_in_desk_notes(db, nia, own_notes_step(db, nia, review.subject), texts=SAID, revision=2)

    assert find_notes(db, place_of(db, review.subject, nia).place.id).handed["general"]["doubts"] == "Fees?"


def test_a_meeting_that_is_nearer_ends_it(db, review):
    plan(db, review, ENDS + 3 * DAY, ENDS + 4 * DAY)

    nia = joins(db, review, "Nia Novak", ENDS + DAY)

    assert own_notes_step(db, nia, review.subject).step.ends_at == ENDS + 3 * DAY


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_substitute_is_reminded_by_when_they_accepted_and_told_their_own_end(db, review):
    assert reminded(db, ENDS) == []  # nobody was asked before its time came
    joins(db, review, "Nia Novak", ENDS + DAY)

    assert reminded(db, ENDS + 5 * DAY) == []
    assert reminded(db, ENDS + 6 * DAY) == ["nia"]
    [letter] = [one for one in all_letters() if one.kind == "review_part_due"]
    assert f"{(ENDS + 8 * DAY).day} " in text_of(letter)
    assert reminded(db, ENDS + 9 * DAY) == ["nia"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_came_in_time_is_reminded_once(db, review):
    joins(db, review, "Nia Novak", NOW + timedelta(hours=1))

    assert sorted(reminded(db, ENDS - timedelta(hours=1))) == ["bo", "nia"]
    assert len(reminded(db, ENDS + 9 * DAY)) == 2


@pytest.mark.parametrize("how", ["begun", "moved", "handed in", "left"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_reminded_once_the_meeting_has_begun_or_nothing_is_owed(db, review, how):
    plan(db, review, ENDS + 6 * DAY, ENDS + 7 * DAY)
    nia = joins(db, review, "Nia Novak", ENDS + DAY)
    with clock.frozen_at(ENDS + 2 * DAY):
        if how == "begun":
            start_next_part(db, review.people["mo"], review.subject, after="")
        elif how == "moved":
            starts = [ENDS + 3 * DAY, ENDS + 4 * DAY]
            move_days(db, review.people["mo"], review.subject, starts=starts)
        elif how == "handed in":
            hand_in_desk_notes(db, nia, own_notes_step(db, nia, review.subject), texts=SAID, revision=1)
        else:
            leave_review(db, nia, place_of(db, review.subject, nia), reason="Ill.")

    assert reminded(db, ENDS + 6 * DAY - timedelta(hours=1)) == []
