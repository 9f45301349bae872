"""Feeds and changes of address: one's own calendar behind a secret, and entries that follow somebody."""

import uuid
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlmodel import select

from events.core import clock
from events.core.database import reading, transaction
from events.core.refusals import NotFound
from events.core.timers import run_due_timers
from events.core.tokens import Token
from events.people import Person
from events.roles import actor_for
from mailer.delivery import Outcome, send_next
from mailer.feeds import feed_bytes, feed_mark, invitations_in
from mailer.letters import Letter, LetterState
from mailer.transport import transport_for
from sessions.addresses import ask_for_address, change_address
from sessions.answers import accept_meeting
from sessions.calendars import Answer, CalendarInvitee, Content, EntryKind, cancel_entry, find_entry, revise
from sessions.feeds import contents_of_feed, end_feed, make_feed, whose_feed
from sessions.invitation_wishes import choose_invitations
from sessions.meetings import MeetingGuest, meeting_in_event
from sessions.mentoring import Mentoring, MentoringAttendee
from sessions.moves import cancel_meeting, move_meeting
from sessions.peer_reviews.agenda import ReviewDay
from sessions.peer_reviews.reviews import PeerReview
from sessions.regular.rows import RegularSession
from sessions.replies import CalendarReply, ReplyOutcome, ReplyVerb, answer_entry, find_entry_of
from sessions.timetable.rows import Session
from tests.asking import Asker
from tests.frontend.conftest import queries as queries
from tests.mailer import test_incoming
from tests.mailer.makers_letters import (
    all_letters,
    calendar_event_of,
    make_meeting,
    make_team,
    new_letters,
    parsed,
    sent,
    text_of,
    written,
)
from tests.makers import make_organisation, make_person, make_registration, person_of
from tests.sessions.makers_meetings import make_participant, make_request

fair, meeting = test_incoming.fair, test_incoming.meeting


def events_in(raw: bytes):
    return Calendar.from_ical(raw).walk("VEVENT")


def feed_of(db, actor) -> bytes:
    contents = contents_of_feed(db, person_of(db, actor))
    return feed_bytes(contents, invitations_in(db, contents), "http://folkmoot.example/cal/x.ics")


def mark_of(db, actor) -> str:
    contents = contents_of_feed(db, person_of(db, actor))
    return feed_mark(contents, invitations_in(db, contents))


def test_a_feed_has_the_dates_of_ones_events_and_meetings_only_by_wish_and_no_attendee(db, meeting, cy):
    without = events_in(feed_of(db, cy))
    choose_invitations(db, cy, person_of(db, cy), feed_meetings=True)
    with_them = events_in(feed_of(db, cy))

    [invited] = [one for one in with_them if one not in without]
    letter = next(calendar_event_of(one) for one in all_letters() if one.uid and one.address.startswith("cy"))
    for name in ("UID", "SEQUENCE", "SUMMARY", "LOCATION", "ORGANIZER"):
        assert invited[name] == letter[name], name
    assert (invited["DTSTART"].dt, invited["DTSTAMP"].dt) == (letter["DTSTART"].dt, letter["DTSTAMP"].dt)
    assert {str(one["SUMMARY"]) for one in without} >= {"Food Match: Live", "Food Match: Booking"}
    # METHOD:PUBLISH names an organiser and no attendee (RFC 5546 section 3.2.1).
    assert [one for one in with_them if "ORGANIZER" not in one] == []
    assert b"ATTENDEE" not in feed_of(db, cy)


def test_a_feed_changes_with_what_it_says_and_in_one_entry_only(db, fair, meeting, cy):
    choose_invitations(db, cy, person_of(db, cy), feed_meetings=True)
    before, mark = feed_of(db, cy), mark_of(db, cy)
    with clock.frozen_at(clock.now() + timedelta(minutes=7)):
        assert (feed_of(db, cy), mark_of(db, cy)) == (before, mark)
        subject = meeting_in_event(db, meeting, fair.event.event)
        move_meeting(db, actor_for(db, cy.person), subject, slot=fair.slots[-1])
        moved = feed_of(db, cy)
        assert mark_of(db, cy) != mark
        cancel_meeting(db, actor_for(db, cy.person), meeting_in_event(db, meeting, fair.event.event))
        cancelled = feed_of(db, cy)

    changed = [one for one in events_in(moved) if one not in events_in(before)]
    assert [one["SEQUENCE"] for one in changed] == [1]
    [off] = [one for one in events_in(cancelled) if one["STATUS"] == "CANCELLED"]
    assert (off["UID"], off["SEQUENCE"]) == (changed[0]["UID"], 2)
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        assert [one for one in events_in(feed_of(db, cy)) if one["STATUS"] == "CANCELLED"] == []


def test_a_meeting_that_is_asked_for_becomes_the_same_entry_when_it_is_agreed(db, fair, bo, cy):
    bo, cy = (make_participant(db, one, fair) for one in (bo, cy))
    asked = make_request(db, fair, asker=bo, invitee=cy)
    choose_invitations(db, cy, person_of(db, cy), feed_meetings=True)
    [before] = [one for one in events_in(feed_of(db, cy)) if one["STATUS"] == "TENTATIVE"]
    with clock.frozen_at(clock.now() + timedelta(minutes=7)):
        accept_meeting(db, cy, asked)
        written(db)
        letter = next(calendar_event_of(one) for one in all_letters() if one.uid and one.address.startswith("cy"))
        same = [one for one in events_in(feed_of(db, cy)) if one["UID"] == before["UID"]]

    assert [(one["UID"], one["SEQUENCE"], one["STATUS"]) for one in (*same, letter)] == [
        (before["UID"], 0, "CONFIRMED")
    ] * 2
    assert same[0]["DTSTAMP"].dt > before["DTSTAMP"].dt
    assert uuid.UUID(before["UID"]).version == 4


def test_the_secret_is_kept_as_a_hash_and_dies_when_a_new_one_is_made_or_the_feed_ends(db, cy):
    first = make_feed(db, cy, person_of(db, cy))
    assert first not in str(db.exec(select(Token.digest)).all())
    second = make_feed(db, cy, person_of(db, cy))

    assert whose_feed(db, second).id == cy.person
    with pytest.raises(NotFound):
        whose_feed(db, first)
    end_feed(db, cy, person_of(db, cy))
    for dead in (second, "", "guess"):
        with pytest.raises(NotFound):
            whose_feed(db, dead)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_program_reads_the_feed_without_a_sign_in_and_is_told_when_nothing_changed(db, meeting, cy, capsys):
    secret = make_feed(db, cy, person_of(db, cy))
    db.commit()
    asker = Asker()
    first = await asker.get(f"/cal/{secret}.ics")
    again = await asker.get(f"/cal/{secret}.ics", headers={"if-none-match": first.headers["etag"]})
    head = await asker.ask("HEAD", f"/cal/{secret}.ics")
    unknown = await asker.get("/cal/guess.ics")

    assert [one.status_code for one in (first, again, head, unknown)] == [200, 304, 200, 404]
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert (again.content, head.content) == (b"", b"")
    assert first.headers["cache-control"] == "private, max-age=300"
    assert first.headers["x-robots-tag"] == "noindex"
    assert "content-encoding" not in first.headers
    assert secret not in capsys.readouterr().out


def fill(db, event, reader, ada, number) -> None:
    """One more entry of each kind in somebody's calendar, about people, organisations, teams and tables that no other
    is about."""
    start = clock.now() + timedelta(days=2, minutes=5 * number)
    home = make_organisation(db, f"Mill {number}")
    other, mate = (make_person(db, f"{name}{number} Oak") for name in ("Other", "Mate"))
    for one in (other, mate):
        place = make_registration(db, one, event)
        place.organisation_id = home.id
        db.add(place)
    meeting = make_meeting(db, event, reader, other, table_name=f"Table {number}")
    team = make_team(db, event, other, name=f"Team {number}", title=f"Work {number}")
    mentoring = Mentoring(
        event_id=event.id, mentor_id=mate.person, team_id=team.team.id, starts_at=start,
        ends_at=start + timedelta(minutes=20), booked_at=clock.now(),
    )  # fmt: skip
    review = PeerReview(event_id=event.id, organisation_id=home.id, topic=f"Case {number}", created_at=clock.now())
    hour = RegularSession(event_id=event.id, title="Hour", first="2026-04-20T11:00", zone="UTC", minutes=30, days=0)
    session = Session(event_id=event.id, title=f"Talk {number}", minutes=30)
    db.add_all([mentoring, review, hour, session])
    db.flush()
    day = ReviewDay(review_id=review.id, event_id=event.id, number=1, starts_at=start)
    guest = MeetingGuest(meeting_id=meeting.id, person_id=mate.person, added_at=clock.now())
    attendee = MentoringAttendee(mentoring_id=mentoring.id, person_id=other.person)
    db.add_all([day, guest, attendee])
    db.flush()
    content = Content(start, start + timedelta(minutes=20), "Entry", "Somewhere", "/somewhere")
    subjects = {
        EntryKind.MEETING: meeting.id, EntryKind.MENTORING: mentoring.id, EntryKind.PITCH: team.pitch.id,
        EntryKind.REVIEW: day.id, EntryKind.REGULAR: hour.id, EntryKind.SESSION: session.id,
    }  # fmt: skip
    for kind, subject in subjects.items():
        revise(db, kind, subject, {reader.person}, content)


FEW, MANY = 5, 50


def test_a_feed_with_many_entries_of_each_kind_asks_as_often_as_one_with_few(db, fair, bo, ada, queries):
    bo = make_participant(db, bo, fair)
    choose_invitations(db, bo, person_of(db, bo), feed_meetings=True)
    asked, shown = {}, {}
    for count in (FEW, MANY):
        for number in range(*{FEW: (0, FEW), MANY: (FEW, MANY)}[count]):
            fill(db, fair.event, bo, ada, number)
        db.commit()
        with reading() as other:
            queries.clear()
            contents = contents_of_feed(other, person_of(other, bo))
            raw = feed_bytes(contents, invitations_in(other, contents), "http://folkmoot.example/cal/x.ics")
        asked[count], shown[count] = list(queries), events_in(raw)

    phases = len(shown[FEW]) - 6 * FEW
    assert len(shown[MANY]) == phases + 6 * MANY
    assert len(asked[MANY]) == len(asked[FEW])
    texts = [str(one.get("DESCRIPTION", "")) for one in shown[MANY]]
    for said in ("With Other49 Oak (Mill 49)", "Also there: Mate49 Oak (Mill 49)", "Team 49 with Mate49 Oak",
                 "Team 49 pitches: Work 49", "Case 49\nMill 49"):  # fmt: skip
        assert [one for one in texts if said in one] != [], said


def test_a_change_of_address_takes_entries_from_the_old_and_puts_them_into_the_new(db, meeting, cy):
    person = person_of(db, cy)
    known = sent(db)
    ask_for_address(db, cy, person, address="cy@new.example")
    asked = {one.kind: one for one in _written_since(db, known)}
    assert (asked["address_to_confirm"].address, asked["address_change_asked"].address) == (
        "cy@new.example", "cy@example.org",
    )  # fmt: skip
    token = text_of(asked["address_to_confirm"]).split("new_address/")[1].split()[0]
    known = sent(db)
    change_address(db, cy, person, token=token)

    letters = [one for one in _written_since(db, known) if one.uid]

    assert [(one.method, one.address) for one in letters] == [
        ("CANCEL", "cy@example.org"), ("REQUEST", "cy@new.example"),
    ]  # fmt: skip
    entries = [calendar_event_of(one) for one in letters]
    assert len({(entry["UID"], entry["ORGANIZER"]) for entry in entries}) == 1
    assert [str(entry["ATTENDEE"]) for entry in entries] == ["mailto:cy@example.org", "mailto:cy@new.example"]
    assert letters[0].sequence < letters[1].sequence
    # As every letter about a meeting does, also this one says with whom it is.
    assert ["With Bo Berg" in entry["DESCRIPTION"] for entry in entries] == [True, True]
    with pytest.raises(NotFound):
        change_address(db, cy, person, token=token)


def _written_since(db, known):
    written(db)
    return all_letters()[known:]


def test_a_new_zone_and_language_show_in_the_letters_that_follow(db, fair, meeting, cy, bo):
    person = db.get_one(Person, cy.person)
    person.zone, person.locale = "Asia/Tokyo", "de"
    db.add(person)
    known = sent(db)
    subject = meeting_in_event(db, meeting, fair.event.event)
    move_meeting(db, actor_for(db, bo.person), subject, slot=fair.slots[-1])

    letter = new_letters(db, known)["cy"]

    assert "(Asia/Tokyo)" in text_of(letter)
    assert "Hallo Cy Costa" in text_of(letter) or "Guten Tag" in text_of(letter)


def reminders_at(db, moment) -> list[str]:
    known = len(all_letters())
    with clock.frozen_at(moment):
        run_due_timers()
        written(db)
        return sorted(one.address for one in all_letters()[known:] if one.state is LetterState.WAITING)


def test_reminders_come_when_one_wishes_once_each_and_carry_no_calendar(db, fair, meeting, bo, cy):
    choose_invitations(db, cy, person_of(db, cy), reminders=[60, 10])
    db.commit()
    start = meeting.starts_at

    day, hour, again, ten = (
        reminders_at(db, start - timedelta(minutes=minutes)) for minutes in (60 * 24 - 1, 60, 59, 10)
    )

    assert (hour, again, ten) == (["cy@example.org"], [], ["cy@example.org"])
    assert day in ([], ["bo@example.org"])  # booked less than a day before, there is nothing to remind of
    letter = all_letters()[-1]
    assert "text/calendar" not in [part.get_content_type() for part in parsed(letter).walk()]
    assert parsed(letter)["List-Unsubscribe"]


async def what_became_of_the_reminder(db, meeting, cy, tmp_path, between) -> Letter:
    """A reminder of ten minutes before is written, then `between` happens, then letters go out."""
    choose_invitations(db, cy, person_of(db, cy), reminders=[10])
    sent(db)
    with clock.frozen_at(meeting.starts_at - timedelta(minutes=10)):
        run_due_timers()
        written(db)
    later = between() or meeting.starts_at - timedelta(minutes=9)
    db.commit()
    with clock.frozen_at(later):
        while await send_next(transport_for(f"file:{tmp_path}/out")) is not Outcome.NOTHING_DUE:
            pass
    return next(one for one in all_letters() if one.kind == "reminder")


async def test_a_reminder_has_its_turn_by_what_it_reminds_of(db, meeting, cy, tmp_path):
    letter = await what_became_of_the_reminder(db, meeting, cy, tmp_path, lambda: None)

    assert letter.state is LetterState.SENT
    assert (letter.urgent_at, letter.matters_until) == (meeting.starts_at, meeting.starts_at)


@pytest.mark.parametrize("why", ["off", "begun", "declined"])
async def test_a_reminder_that_waits_is_not_sent_once_there_is_nothing_to_remind_of(db, meeting, cy, tmp_path, why):
    things = {
        "off": lambda: cancel_entry(db, EntryKind.MEETING, meeting.id) and None,
        "begun": lambda: meeting.starts_at,
        "declined": lambda: declined(db, meeting, cy, sequence=0),
    }

    letter = await what_became_of_the_reminder(db, meeting, cy, tmp_path, things[why])

    assert letter.state is LetterState.NOT_NEEDED


def declined(db, meeting, person, *, sequence) -> None:
    entry = find_entry(db, EntryKind.MEETING, meeting.id)
    mine = (CalendarInvitee.entry_id == entry.id, CalendarInvitee.person_id == person.person)
    row = db.exec(select(CalendarInvitee).where(*mine)).one()
    row.answer, row.answered_sequence = Answer.DECLINED, sequence
    db.add(row)


def test_a_no_to_an_older_time_keeps_nobody_from_being_reminded_of_the_new_one(db, fair, meeting, bo, cy):
    for person in (bo, cy):
        choose_invitations(db, person, person_of(db, person), reminders=[60])
    move_meeting(db, actor_for(db, bo.person), meeting_in_event(db, meeting, fair.event.event), slot=fair.slots[-1])
    sent(db)
    uid = find_entry(db, EntryKind.MEETING, meeting.id).uid

    late = CalendarReply(ReplyVerb.DECLINED, uid, 0, clock.now())
    outcome = answer_entry(db, actor_for(db, cy.person), find_entry_of(db, uid, cy.person), reply=late)
    db.commit()

    assert outcome is ReplyOutcome.OLDER_TIME
    assert reminders_at(db, fair.slots[-1].starts_at - timedelta(minutes=60)) == ["bo@example.org", "cy@example.org"]


def test_nobody_is_reminded_of_what_is_off_moved_or_declined(db, fair, meeting, bo, cy):
    for person in (bo, cy):
        choose_invitations(db, person, person_of(db, person), reminders=[60])
    old = meeting.starts_at
    move_meeting(db, actor_for(db, bo.person), meeting_in_event(db, meeting, fair.event.event), slot=fair.slots[-1])
    sent(db)
    with transaction() as other:
        row = other.exec(select(CalendarInvitee).where(CalendarInvitee.person_id == cy.person)).one()
        row.answer, row.answered_sequence = Answer.DECLINED, 1
        other.add(row)

    assert reminders_at(db, old - timedelta(minutes=60)) == []
    assert reminders_at(db, fair.slots[-1].starts_at - timedelta(minutes=60)) == ["bo@example.org"]
    with reading() as other:
        assert other.get(Person, bo.person) is not None
