"""Letters about mentoring: to the mentor and to all of the team who come, with the entry in the right calendars."""

import pytest
from starlette.routing import Router

from events.core.database import Database
from frontend.routes import routes
from sessions.calendars import EntryKind, find_entry
from sessions.mentoring import cancel_mentoring, leave_mentoring, move_mentoring, page_of
from sessions.office_hours import slots_of_hours
from tests.mailer.makers_letters import calendar_event_of, new_letters, parsed, sent, text_of
from tests.makers import person_of
from tests.sessions.makers_mentoring import Clinic, make_clinic, make_member_of, make_mentoring, mentoring_seen


@pytest.fixture
def clinic(db: Database) -> Clinic:
    return make_clinic(db)


@pytest.fixture
def cy(db: Database, clinic: Clinic):
    return make_member_of(db, clinic, "Cy Costa")


def test_a_booking_stands_in_the_calendars_of_all_who_come(db, clinic, cy):
    known = sent(db)
    booked = make_mentoring(db, clinic, topic="Is it legal?")

    letters = new_letters(db, known)

    entries = [calendar_event_of(one) for one in letters.values()]
    assert sorted(letters) == ["bo", "cy", "mel"]
    assert {(one.kind, one.method, one.sequence) for one in letters.values()} == {("mentoring_booked", "REQUEST", 0)}
    assert len({str(one["UID"]) for one in entries}) == 1
    assert {str(one["SUMMARY"]) for one in entries} == {"Mentoring at Food Hack"}
    assert {one["DTSTART"].dt for one in entries} == {booked.mentoring.starts_at}
    assert {str(one["LOCATION"]) for one in entries} == {"Room 4"}
    assert "The team Straw has booked you at Food Hack." in text_of(letters["mel"])
    assert "Your team Straw has booked Mel Meyer at Food Hack." in text_of(letters["bo"])
    assert "Is it legal?" in text_of(letters["mel"])


def test_who_gave_no_name_is_called_somebody_and_never_by_their_address(db, clinic, cy):
    for one in (clinic.mel, cy):
        person = person_of(db, one)
        person.name = ""
        db.add(person)
    known = sent(db)
    booked = make_mentoring(db, clinic)
    letters = list(new_letters(db, known).values())
    known = sent(db)
    leave_mentoring(db, cy, booked)
    letters += list(new_letters(db, known).values())

    for other in (clinic.mel, cy, clinic.bo):
        address = person_of(db, other).email
        assert [one.kind for one in letters if one.address != address and address.encode() in whole(one)] == []
    assert "Your team Straw has booked Somebody at Food Hack." in text_of(letters[0])


def whole(letter):
    """All that a letter says, in no encoding."""
    return b"".join(part.get_payload(decode=True) or b"" for part in parsed(letter).walk())


def test_a_move_is_a_revision_for_all(db, clinic, cy):
    booked = make_mentoring(db, clinic)
    known = sent(db)
    slot = slots_of_hours(clinic.hours.hours)[2]

    move_mentoring(db, clinic.mel, booked, hours=clinic.hours.hours, slot=slot)
    letters = new_letters(db, known)

    assert {(one.kind, one.method, one.sequence) for one in letters.values()} == {("mentoring_moved", "REQUEST", 1)}
    assert {calendar_event_of(one)["DTSTART"].dt for one in letters.values()} == {slot.starts_at}
    assert len(letters) == 3


def test_a_cancellation_takes_it_out_of_all_calendars_with_the_reason(db, clinic, cy):
    booked = make_mentoring(db, clinic)
    known = sent(db)

    cancel_mentoring(db, clinic.mel, booked, reason="I am ill.")
    letters = new_letters(db, known)

    assert {(one.kind, one.method, one.sequence) for one in letters.values()} == {("mentoring_cancelled", "CANCEL", 1)}
    assert sorted(letters) == ["bo", "cy", "mel"]
    assert "I am ill." in text_of(letters["bo"])


def test_who_does_not_come_has_it_taken_out_and_the_others_know(db, clinic, cy):
    booked = make_mentoring(db, clinic)
    known = sent(db)

    leave_mentoring(db, cy, booked)
    letters = new_letters(db, known)

    assert {name: (one.kind, one.method) for name, one in letters.items()} == {
        "cy": ("mentoring_left", "CANCEL"),
        "mel": ("mentoring_without", "REQUEST"), "bo": ("mentoring_without", "REQUEST"),
    }  # fmt: skip
    assert "Cy Costa does not come" in text_of(letters["mel"])
    known = sent(db)
    cancel_mentoring(db, clinic.bo, mentoring_seen(db, clinic, booked.mentoring))
    assert sorted(new_letters(db, known)) == ["bo", "mel"]


def test_when_the_last_does_not_come_it_is_cancelled_for_both(db, clinic):
    booked = make_mentoring(db, clinic)
    known = sent(db)

    leave_mentoring(db, clinic.bo, booked)

    letters = new_letters(db, known)
    assert {name: one.kind for name, one in letters.items()} == {
        "bo": "mentoring_cancelled", "mel": "mentoring_cancelled",
    }  # fmt: skip


def test_the_page_in_the_calendar_is_the_page_of_the_booking(db, clinic):
    booked = make_mentoring(db, clinic)
    entry = find_entry(db, EntryKind.MENTORING, booked.id)
    router = Router(routes(demo=False))

    here = router.url_path_for("booked_mentoring", event="food-hack", mentoring=booked.mentoring.public_id)

    assert page_of(clinic.event, booked.mentoring) == here
    assert entry is not None
