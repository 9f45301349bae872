"""Whoever drops out, at whatever step: somebody can take over, and the step can be ended."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import may
from events.core.refusals import Conflict
from events.organisations import leave_organisation
from events.people import Person
from events.roles import actor_for
from sessions.calendars import CalendarMethod, EntryKind, find_entry, invitees_of, latest_revision
from sessions.peer_reviews.agenda import days_of
from sessions.peer_reviews.endings import ask_substitute, cancel_review, withdraw_as_host
from sessions.peer_reviews.hosting import (
    ApplicationState,
    Choice,
    begin_application,
    get_application,
    hand_in_application,
    hosting_of,
    writes_application,
)
from sessions.peer_reviews.live import hold_review_meeting, part_on, speakers_of
from sessions.peer_reviews.places import ask_into_review, leave_review
from sessions.peer_reviews.reviews import PlaceState, ReviewRole, ReviewState, inside_review, places_of, reviews_of
from sessions.peer_reviews.selection import decide_application, release_selection
from sessions.peer_reviews.templates import StepKind
from sessions.reports.versions import without_a_report
from tests.makers import again, make_member, make_person, person_of
from tests.sessions.makers_review_hosts import CASE, make_applicant, make_application, open_step, place_of
from tests.sessions.makers_review_meetings import FIRST
from tests.sessions.makers_review_story import AFTER_THE_MEETING, STEPS, at, up_to
from tests.sessions.makers_reviews import make_review_event

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ROLES = [one for one in ReviewRole if one is not ReviewRole.STAKEHOLDER]


def has_in_calendar(db, review_id, person):
    entries = [find_entry(db, EntryKind.REVIEW, day.id or 0) for day in days_of(db, review_id)]
    return [person in invitees_of(db, one) for one in entries if one is not None]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", STEPS)
def test_who_drops_out_is_replaced_and_the_step_ends(db, step, role):
    story = up_to(db, step)
    gone = story.of(role)
    before = len(places_of(db, story.review.subject.id))

    with at(step):
        place = story.drops_out(role)
        inside = inside_review(again(db, gone), story.review.subject)
        if role is ReviewRole.PEER and step in AFTER_THE_MEETING:
            new = None  # a peer of a meeting that was held cannot be replaced, and need not be
            assert not may(story.ada, "ask_substitute", place)
        else:
            new = story.somebody_stands_in(place)
        STEPS[step][1](story)

    assert not inside
    assert place.place.state is PlaceState.LEFT
    assert len(places_of(db, story.review.subject.id)) == before + (new is not None)
    if step == "meeting":
        assert has_in_calendar(db, story.review.subject.id, gone.person) == [False, False]
        assert has_in_calendar(db, story.review.subject.id, new.person) == [True, True]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", AFTER_THE_MEETING)
def test_what_follows_a_meeting_goes_on_after_its_event_was_closed(db, step, role):
    story = up_to(db, step)
    story.close_the_event()

    with at(step):
        place = story.drops_out(role)
        if role is not ReviewRole.PEER:
            story.somebody_stands_in(place)
        STEPS[step][1](story)

    assert place.place.state is PlaceState.LEFT


def test_a_peer_of_a_meeting_that_was_held_is_told_why_nobody_stands_in(db):
    story = up_to(db, "findings")
    place = story.drops_out(ReviewRole.PEER)

    with pytest.raises(Conflict, match="The meeting was held"):
        ask_substitute(db, story.ada, place, person=person_of(db, story.newcomer(ReviewRole.PEER)))


def test_without_a_moderator_the_organiser_leads_the_meeting_to_its_end(db):
    story = up_to(db, "meeting")

    with at("meeting"):
        story.drops_out(ReviewRole.MODERATOR)
        story.who[ReviewRole.MODERATOR] = [story.ada]
        STEPS["meeting"][1](story)

    assert story.review.subject.review.state is ReviewState.HELD


def test_who_left_in_the_meeting_is_no_speaker_any_more(db):
    story = up_to(db, "meeting")
    before = len(speakers_of(db, story.ada, story.review.subject))

    with at("meeting"):
        story.drops_out(ReviewRole.PEER)

    assert (before, len(speakers_of(db, story.ada, story.review.subject))) == (5, 4)


@pytest.mark.parametrize("step", ["agenda", "meeting"])
def test_a_host_that_withdraws_is_out_of_calendars_and_off_the_list_of_speakers(db, step):
    story = up_to(db, step)
    STEPS["agenda"][1](story) if step == "agenda" else None
    hal, subject = story.of(ReviewRole.HOST), story.review.subject

    with at(step):
        withdraw_as_host(db, hal, subject, reason="We were merged.")
        story.told()

    assert has_in_calendar(db, subject.id, hal.person) == [False, False]
    assert [one.name for one in speakers_of(db, story.ada, subject) if one.name == "Hal Huber"] == []


def test_somebody_who_leaves_after_the_meeting_keeps_in_the_calendar_what_was(db):
    story = up_to(db, "findings")
    gone = story.of(ReviewRole.PEER)

    with clock.frozen_at(FIRST + timedelta(days=3)):
        story.drops_out(ReviewRole.PEER)

    assert has_in_calendar(db, story.review.subject.id, gone.person) == [True, True]


def test_in_the_call_a_colleague_goes_on_with_the_application_of_who_left(db):
    event, applicant, colleague, cluster = a_call(db)
    made = begin_application(db, applicant, hosting_of(db, event.event, cluster))
    leave_organisation(db, again(db, applicant), cluster)

    found = get_application(db, colleague, event.event, made.application.public_id)
    handed = hand_in_application(db, colleague, found, case=CASE, revision=found.application.revision)

    assert handed.state is ApplicationState.HANDED_IN
    assert not writes_application(again(db, applicant), found)


def test_who_left_the_organisation_before_the_selection_is_no_host_and_its_contact_is_asked(db):
    event, applicant, colleague, cluster = a_call(db)
    made = make_application(db, event, applicant, cluster)
    leave_organisation(db, again(db, applicant), cluster)
    ada = again(db, person_actor(db, "Ada Adler"))

    decide_application(
        db, ada, get_application(db, ada, event.event, made.application.public_id), decision=Choice.CHOSEN, why="Good."
    )
    release_selection(db, ada, event)
    places = places_of(db, reviews_of(db, ada, event.event)[0].id or 0)

    assert [(one.person_id, one.role, one.state) for one in places] == [
        (colleague.person, ReviewRole.HOST, PlaceState.ASKED)
    ]  # fmt: skip


def a_call(db):
    """An event that looks for hosts, somebody who applies, and their colleague."""
    ada = make_person(db, "Ada Adler")
    event = make_review_event(db, ada)
    open_step(db, again(db, ada), event, StepKind.CALL)
    applicant, cluster = make_applicant(db, "Pat Petrov")
    return event, applicant, make_member(db, make_person(db, "Col League"), cluster), cluster


def person_actor(db, name):
    person = db.exec(select(Person).where(Person.name == name)).one()
    return actor_for(db, person.id or 0)


# Cancelled


def methods(db, review_id):
    entries = [find_entry(db, EntryKind.REVIEW, day.id or 0) for day in days_of(db, review_id)]
    return [latest_revision(db, one).method for one in entries if one is not None]


@pytest.mark.parametrize("step", [one for one in STEPS if one != "follow-up"])
def test_a_review_can_be_cancelled_at_each_step_and_is_out_of_calendars(db, step):
    story = up_to(db, step)
    subject = story.review.subject

    with at(step):
        cancel_review(db, story.ada, subject, reason="The host was merged.")
        story.told()

    assert subject.review.state is ReviewState.CANCELLED
    planned = step in ("meeting", *AFTER_THE_MEETING)
    assert methods(db, subject.id) == ([CalendarMethod.CANCEL] * 2 if planned else [])
    assert (part_on(db, subject.id), speakers_of(db, story.ada, subject)) == (None, [])


def test_a_review_that_its_event_left_behind_can_still_be_cancelled(db):
    story = up_to(db, "meeting")
    story.close_the_event()

    cancel_review(db, story.ada, story.review.subject, reason="It was never held.")
    story.told()

    assert methods(db, story.review.subject.id) == [CalendarMethod.CANCEL] * 2


def test_in_a_review_that_is_prepared_nothing_is_possible_once_its_event_is_closed(db):
    story = up_to(db, "agenda")
    story.close_the_event()
    bo = story.of(ReviewRole.PEER)

    with pytest.raises(Conflict):
        leave_review(db, bo, place_of(db, story.review.subject, bo), reason="Ill.")
    with pytest.raises(Conflict):
        ask_into_review(
            db, story.ada, story.review.subject, person=person_of(db, story.newcomer(ReviewRole.OBSERVER)),
            role=ReviewRole.OBSERVER,
        )  # fmt: skip


def test_without_a_rapporteur_the_moderator_is_reminded_of_the_report_and_then_the_organiser(db):
    story = up_to(db, "report")
    id, mo = story.review.subject.id, story.of(ReviewRole.MODERATOR)
    ria = story.of(ReviewRole.RAPPORTEUR)

    reminded = [without_a_report(db, {id})]
    for role in (ReviewRole.RAPPORTEUR, ReviewRole.MODERATOR):
        with at("report"):
            story.drops_out(role)
        reminded.append(without_a_report(db, {id}))

    assert reminded == [{id: {ria.person}}, {id: {mo.person}}, {id: {story.ada.person}}]


def test_a_meeting_can_be_said_to_be_held_after_its_event_was_closed(db):
    story = up_to(db, "meeting")
    story.close_the_event()
    mo = story.of(ReviewRole.MODERATOR)

    with at("meeting"):
        hold_review_meeting(db, mo, story.seen_by(mo))
        STEPS["findings"][1](story)

    assert story.review.subject.review.state is ReviewState.HELD


def test_a_meeting_that_did_not_begin_is_not_held_after_its_event_was_closed(db):
    story = up_to(db, "agenda")
    story.close_the_event()
    mo = story.of(ReviewRole.MODERATOR)

    with pytest.raises(Conflict, match="No part of this meeting"):
        hold_review_meeting(db, mo, story.seen_by(mo))
