"""What people's calendars answered, on the pages of those who look at who comes, and entries as files."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from mailer.letters import Letter
from sessions.calendar_answers import NOWHERE, in_calendars
from sessions.calendars import Answer, CalendarEntry, EntryKind, find_entry
from sessions.moves import cancel_meeting, move_meeting
from sessions.replies import CalendarReply, ReplyVerb, answer_entry, find_entry_of
from tests.frontend.browser import Browser, Page
from tests.mailer.makers_letters import all_letters, calendar_event_of, written
from tests.makers import again, make_person, person_of
from tests.sessions.makers_agenda import make_agenda, make_session, released
from tests.sessions.makers_meetings import Fair, make_fair, make_meeting, make_participant, seen_by
from tests.sessions.makers_mentoring import make_clinic, make_mentoring
from tests.sessions.makers_pitches import make_show, pitch_of
from tests.sessions.makers_review_meetings import FIRST, plan
from tests.sessions.makers_reviews import make_review

SAME = ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS")


def says(db: Database, actor: Actor, kind: EntryKind, subject: int, verb: ReplyVerb) -> None:
    """Somebody's calendar answers what it was asked last."""
    entry = find_entry(db, kind, subject)
    reply = CalendarReply(verb, entry.uid, entry.sequence, clock.now())
    answer_entry(db, again(db, actor), find_entry_of(db, entry.uid, actor.person), reply=reply)


@pytest.fixture(autouse=True)
def _routes(db: Database) -> None:
    Browser(db)  # letters point at pages, whose addresses it makes known


@pytest.fixture
def fair(db: Database, ada: Actor) -> Fair:
    return make_fair(db, ada)


@pytest.fixture
def meeting(db: Database, fair: Fair, bo: Actor, cy: Actor):
    bo, cy = (make_participant(db, one, fair) for one in (bo, cy))
    return make_meeting(db, fair, asker=bo, invitee=cy)


def page_of(meeting) -> str:
    return f"/meetings/{meeting.meeting.public_id}"


def answers_on(page: Page) -> list[str]:
    """The answers that a page shows, in its order."""
    words = {
        "Accepted in the calendar": "yes", "Perhaps, says the calendar": "perhaps", "Declined in the calendar": "no",
        "No answer from the calendar yet": "none",
    }  # fmt: skip
    return [words[one] for one in re.findall("|".join(words), page.text)]


def test_who_meets_and_who_organises_see_what_each_calendar_answered(db, meeting, ada, bo, cy):
    says(db, bo, EntryKind.MEETING, meeting.id, ReplyVerb.ACCEPTED)
    says(db, cy, EntryKind.MEETING, meeting.id, ReplyVerb.TENTATIVE)

    assert [answers_on(Browser(db, one).get(page_of(meeting))) for one in (bo, cy, ada)] == [["yes", "perhaps"]] * 3


def test_an_answer_to_another_time_is_none_to_the_present_one(db, fair, meeting, bo, cy):
    says(db, cy, EntryKind.MEETING, meeting.id, ReplyVerb.ACCEPTED)
    move_meeting(db, bo, seen_by(db, meeting), slot=fair.slots[1])

    assert in_calendars(db, EntryKind.MEETING, [meeting.id])[meeting.id].answers == dict.fromkeys(
        (bo.person, cy.person), Answer.NONE
    )
    assert answers_on(Browser(db, bo).get(page_of(meeting))) == []


def test_what_was_called_off_is_in_no_calendar(db, meeting, bo):
    cancel_meeting(db, bo, seen_by(db, meeting))

    assert in_calendars(db, EntryKind.MEETING, [meeting.id]).get(meeting.id, NOWHERE) == NOWHERE


def test_team_and_mentor_see_each_others_answers(db):
    clinic = make_clinic(db)
    booked = make_mentoring(db, clinic)
    says(db, clinic.mel, EntryKind.MENTORING, booked.id, ReplyVerb.ACCEPTED)
    path = f"/e/food-hack/mentoring/booked/{booked.mentoring.public_id}"

    assert [answers_on(Browser(db, one).get(path)) for one in (clinic.bo, clinic.mel)] == [["yes"], ["yes"]]


def test_who_runs_a_stage_sees_who_comes_the_team_its_own_answers_and_the_audience_none(db):
    show = make_show(db)
    says(db, show.tam, EntryKind.PITCH, pitch_of(db, show, "Lantern").id, ReplyVerb.ACCEPTED)
    room = f"/e/{show.event.event.slug}/stages/{show.stage.public_id}"

    assert answers_on(Browser(db, show.hal).get(f"{room}/control")) == ["yes"]
    assert answers_on(Browser(db, show.tam).get(room)) == ["yes"]
    assert answers_on(Browser(db, show.bo).get(room)) == []


def test_who_runs_a_review_sees_for_each_day_what_the_calendars_of_its_people_say(db):
    review = make_review(db)
    plan(db, review)
    entry = written_days(db)
    says(db, review.people["bo"], EntryKind.REVIEW, entry, ReplyVerb.TENTATIVE)
    path = f"/e/{review.event.event.slug}/reviews/{review.subject.review.public_id}/people"

    shown = answers_on(Browser(db, review.ada).get(path))

    assert (shown.count("perhaps"), set(shown)) == (1, {"perhaps", "none"})
    assert Browser(db, review.people["bo"]).get(path).status == 404


def written_days(db: Database) -> int:
    """Let what follows the agenda happen; the first day's id."""
    written(db)
    entry = next(one for one in all_letters() if one.kind == "review_day_invited")
    return db.exec(select(CalendarEntry.subject_id).where(CalendarEntry.uid == entry.uid)).one()


# Files


def letter_to(name: str) -> Letter:
    return next(one for one in reversed(all_letters()) if one.uid and one.address.lower().startswith(name))


def said_in(entry) -> dict[str, object]:
    return {name: getattr(entry[name], "dt", entry[name]) for name in SAME if name in entry}


def the_file_on(page: Page) -> str:
    [found] = [one for one in page.links if one.endswith(".ics")]
    return found


def file_of(db: Database, actor: Actor, page: str):
    browser = Browser(db, actor)
    return browser.get(the_file_on(browser.get(page)))


def test_the_file_of_a_meeting_is_the_entry_that_the_letter_brought_and_invites_nobody(db, fair, meeting, bo, cy):
    move_meeting(db, bo, seen_by(db, meeting), slot=fair.slots[1])
    written(db)

    found = file_of(db, cy, page_of(meeting))
    [entry] = Calendar.from_ical(found.content).walk("VEVENT")

    assert found.headers["content-disposition"] == 'attachment; filename="meeting.ics"'
    assert found.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert said_in(entry) == said_in(calendar_event_of(letter_to("cy")))
    # METHOD:PUBLISH names the organiser, whom an answer to the letter goes to, and no attendee (RFC 5546 3.2.1).
    assert (b"ATTENDEE" in found.content, entry["ORGANIZER"]) == (
        False,
        calendar_event_of(letter_to("cy"))["ORGANIZER"],
    )


def a_mentoring(db: Database) -> tuple[Actor, EntryKind, int, str]:
    clinic = make_clinic(db)
    booked = make_mentoring(db, clinic)
    page = f"/e/{clinic.event.event.slug}/mentoring/booked/{booked.mentoring.public_id}"
    return clinic.mel, EntryKind.MENTORING, booked.id, page


def a_pitch(db: Database) -> tuple[Actor, EntryKind, int, str]:
    show = make_show(db)
    page = f"/e/{show.event.event.slug}/stages/{show.stage.public_id}"
    return show.tam, EntryKind.PITCH, pitch_of(db, show, "Lantern").id or 0, page


def a_review(db: Database) -> tuple[Actor, EntryKind, int, str]:
    review = make_review(db, model="light")
    plan(db, review, FIRST)
    page = f"/e/{review.event.event.slug}/reviews/{review.subject.review.public_id}/agenda"
    return review.people["cy"], EntryKind.REVIEW, written_days(db), page


@pytest.mark.parametrize("made", [a_mentoring, a_pitch, a_review])
def test_the_file_on_their_pages_says_what_the_letter_says(db, made):
    actor, kind, subject, page = made(db)
    written(db)

    [entry] = Calendar.from_ical(file_of(db, actor, page).content).walk("VEVENT")

    uid = find_entry(db, kind, subject).uid
    letter = next(one for one in all_letters() if (one.uid, one.person_id) == (uid, actor.person))
    assert said_in(entry) == said_in(calendar_event_of(letter))


def test_only_those_who_were_asked_have_a_file(db, meeting, ada, cy):
    uid = find_entry(db, EntryKind.MEETING, meeting.id).uid
    stranger = make_person(db, "Di Drum")

    asked = [Browser(db, one).get(f"/account/calendar/{uid}.ics").status for one in (cy, ada, stranger)]
    unknown = Browser(db, cy).get("/account/calendar/nothing.ics").status

    assert (asked, unknown) == ([200, 404, 404], 404)
    assert ".ics" not in Browser(db, ada).get(page_of(meeting)).html


def test_a_file_of_what_was_called_off_says_so(db, meeting, bo, cy):
    cancel_meeting(db, bo, seen_by(db, meeting))
    uid = find_entry(db, EntryKind.MEETING, meeting.id).uid

    with clock.frozen_at(clock.now() + timedelta(minutes=1)):
        [entry] = Calendar.from_ical(Browser(db, cy).get(f"/account/calendar/{uid}.ics").content).walk("VEVENT")

    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CANCELLED", 1)


def test_who_organises_and_who_speaks_see_what_speakers_calendars_answered_and_others_do_not(db, ada, bo, cy):
    made = make_agenda(db, ada, bo)
    session = make_session(db, made, "Opening", hours=7, speakers=f"{person_of(db, bo).email}\nDr Zed")
    released(db, made)
    page = f"/e/food-hack/agenda/sessions/{session.session.public_id}"
    before = answers_on(Browser(db, ada).get(page))
    says(db, bo, EntryKind.SESSION, session.id, ReplyVerb.DECLINED)

    shown = [answers_on(Browser(db, one).get(page)) for one in (ada, bo, cy)]

    assert (before, shown) == (["none"], [["no"], ["no"], []])
    assert answers_on(Browser(db).get(page)) == []
