"""Letters about people reported in live rooms: organisers hear of a report from a meeting, and nobody whom."""

from datetime import timedelta

import pytest

from events.core import clock
from events.registration import appoint
from events.roles import Role
from mailer.letter_lists import letter_counts, letters_of
from sessions.meeting_rooms import get_meeting_room
from sessions.person_reports import (
    ReportedPerson,
    person_in_meeting,
    person_in_review,
    person_on_a_stage,
    report_person,
    settle_person_reports,
)
from tests.mailer.makers_letters import letters_after, parsed, text_of
from tests.makers import again, make_organisation, make_person, person_of
from tests.sessions.makers_meetings import make_fair, make_meeting, make_participant
from tests.sessions.makers_pitches import make_show
from tests.sessions.makers_reviews import make_review


@pytest.fixture
def fair(db, ada):
    return make_fair(db, ada)


@pytest.fixture
def bo(db, bo, fair):
    return make_participant(db, bo, fair, organisation=make_organisation(db, "Nordmühle", country="SE"))


@pytest.fixture
def cy(db, cy, fair):
    return make_participant(db, cy, fair)


@pytest.fixture
def public(db, fair, bo, cy):
    """The public id of Bo's and Cy's meeting, five minutes into it."""
    public = make_meeting(db, fair, asker=bo, invitee=cy).meeting.public_id
    with clock.frozen_at(fair.slots[0].starts_at + timedelta(minutes=5)):
        yield public


@pytest.fixture
def show(db):
    return make_show(db, opened=True)


def reported(db, public, by, whom):
    here = person_in_meeting(db, by, get_meeting_room(db, by, public), person_of(db, whom).public_id)
    return report_person(db, by, here, reason="Insults me.")


def told(db):
    """To whom letters about reports were written."""
    letters = [one for one in letters_after(db) if one.kind == "person_reported" and one.raw is not None]
    return [(parsed(one)["To"].addresses[0].addr_spec, one) for one in letters]


def test_the_organisers_are_written_to_about_a_report_from_a_meeting_without_a_word_of_whom(db, public, bo, cy):
    reported(db, public, bo, cy)

    ((address, letter),) = told(db)

    text = text_of(letter)
    assert (address, letter.subject) == ("ada@example.org", "A person was reported at Food Match")
    assert "http://folkmoot.example/reported_people/food-match" in text
    assert [word for word in ("Cy", "Bo", "Insults", public) if word in text + letter.subject] == []


def test_what_was_settled_before_the_letter_is_written_is_told_to_nobody(db, fair, public, bo, cy):
    report = reported(db, public, bo, cy)
    settle_person_reports(db, fair.ada, ReportedPerson(report, person_of(db, cy), fair.event.event))

    assert told(db) == []


def listed(db, event, reader):
    """The letters of an event as one of its organisers finds them, and how many those are."""
    found = letters_of(db, event.id, reader=reader.person)
    reports = [one.address for one in found.rows if one.kind == "person_reported"]
    return reports, sum(letter_counts(db, event.id, reader=reader.person).values()) - len(found.rows)


def test_where_an_organiser_was_reported_the_others_are_told_and_they_find_no_trace_of_it(db, fair, public, bo, cy):
    joe = make_person(db, "Joe Jung")
    for one in (cy, joe):
        appoint(db, fair.ada, fair.event, person_id=one.person or 0, role=Role.ORGANISER)
    reported(db, public, bo, again(db, cy))

    letters = told(db)

    assert sorted(address for address, _letter in letters) == ["ada@example.org", "joe@example.org"]
    assert sorted(listed(db, fair.event, fair.ada)[0]) == ["ada@example.org", "joe@example.org"]
    assert (listed(db, fair.event, fair.ada)[1], listed(db, fair.event, cy)) == (0, ([], 0))


def test_letters_about_somebody_else_an_organiser_who_was_reported_still_finds(db, fair, public, bo, cy):
    appoint(db, fair.ada, fair.event, person_id=cy.person or 0, role=Role.ORGANISER)
    reported(db, public, bo, again(db, cy))
    reported(db, public, again(db, cy), bo)
    told(db)

    assert [listed(db, fair.event, one)[0] for one in (fair.ada, cy)] == [["ada@example.org"] * 2, ["ada@example.org"]]


def test_a_sole_organiser_who_was_reported_gets_no_letter(db, show):
    here = person_on_a_stage(db, show.bo, show.room, person_of(db, show.ada).public_id)

    report_person(db, show.bo, here, reason="Shouts.")

    assert told(db) == []


def test_the_other_organisers_are_told_of_one_wherever_they_were_reported(db, show):
    joe = make_person(db, "Joe Jung")
    appoint(db, show.ada, show.event, person_id=joe.person or 0, role=Role.ORGANISER)
    here = person_on_a_stage(db, show.bo, show.room, person_of(db, show.ada).public_id)

    report_person(db, show.bo, here, reason="Shouts.")

    assert [address for address, _letter in told(db)] == ["joe@example.org"]


def test_the_organisers_are_written_to_about_a_report_from_a_review(db):
    review = make_review(db)
    here = person_in_review(db, review.people["bo"], review.subject, person_of(db, review.people["cy"]).public_id)
    report_person(db, review.people["bo"], here, reason="Insults me.")

    ((address, letter),) = told(db)

    text = text_of(letter)
    assert (address, letter.subject) == ("ada@example.org", "A person was reported at Peer Days")
    assert [word for word in ("Cy", "Bo", "Insults", "Members that stay") if word in text] == []


def test_who_runs_a_stage_reads_there_of_a_report_and_in_no_letter(db, show):
    here = person_on_a_stage(db, show.bo, show.room, person_of(db, show.tam).public_id)

    report_person(db, show.bo, here, reason="Shouts.")

    assert told(db) == []
