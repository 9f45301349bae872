"""Regular sessions in calendars: the whole series in one entry, single times moved or off, and answers to either."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlmodel import select

from events.core import clock
from events.core.journal import JournalEntry, fact_of
from events.core.settings import settings, use_settings
from events.registration import RegistrationInEvent, find_registration, withdraw_registration
from mailer.feeds import feed_bytes, invitations_in
from mailer.incoming.handling import Decision
from mailer.letters import LetterState
from sessions.addresses import AddressChange, ask_for_address, change_address, issue_address_token
from sessions.calendars import Answer, EntryKind, find_entry
from sessions.feeds import contents_of_feed
from sessions.invitation_wishes import choose_invitations
from sessions.regular.coming import join_regular_session, leave_regular_session, own_answers, who_comes
from sessions.regular.rows import Repeats, get_regular_session
from sessions.regular.setting import (
    RegularWords,
    Rhythm,
    call_off_regular_session,
    call_off_regular_time,
    change_regular_session,
    end_regular_session,
    hold_regular_time,
    move_regular_time,
    reopen_regular_session,
    set_regular_session,
)
from sessions.replies import (
    CalendarReply,
    HeldReply,
    ReplyOutcome,
    ReplyVerb,
    answer_entry,
    confirm_reply,
    find_entry_of,
    get_held_reply,
)
from tests.mailer.makers_incoming import SERVER, answer_to, reply_to_of
from tests.mailer.makers_letters import all_letters, new_letters, parsed, sent, text_of, written
from tests.mailer.parsers import by_icalendar, by_node, by_vobject, needs_node
from tests.mailer.test_feeds import reminders_at
from tests.mailer.test_incoming import comes
from tests.makers import again, make_event, make_programme, make_registration, person_of

WORDS = RegularWords("Open hour", "Bring what is stuck.", "Room 4")
ZONE = "Europe/Brussels"
# From Wednesday 2026-10-07 each week at ten; the clocks go back on 2026-10-25.
TEN = datetime(2026, 10, 7, 10, tzinfo=ZoneInfo(ZONE))
WEEKLY = Rhythm(TEN, 45, Repeats.WEEKLY, times=6)


@pytest.fixture
def event(db, ada, cy, bo):
    start = clock.now() + timedelta(days=5)
    programme = make_programme(db, ada)
    event = make_event(db, again(db, ada), programme, template="matchmaking", name="Food Match", starts_at=start)
    for one in (bo, cy):
        make_registration(db, one, event)
    return event


@pytest.fixture
def hour(db, ada, event, cy):
    """An open hour to which Cy comes."""
    found = set_regular_session(db, again(db, ada), event, words=WORDS, rhythm=WEEKLY)
    join_regular_session(db, again(db, cy), found)
    sent(db)
    return found


def now_of(db, hour, actor):
    return get_regular_session(db, again(db, actor), hour.event, hour.regular.public_id)


def raw_of_calendar(letter) -> bytes:
    [part] = [part for part in parsed(letter).walk() if part.get_content_type() == "text/calendar"]
    return part.get_payload(decode=True)


def wall(*moments: str) -> list[str]:
    """Hours on the event's clock, as parsers answer them."""
    local = (datetime.fromisoformat(one).replace(tzinfo=ZoneInfo(ZONE)) for one in moments)
    return [f"{one.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for one in local]


AT_TEN = wall(*(f"2026-{day}T10:00" for day in ("10-07", "10-14", "10-21", "10-28", "11-04", "11-11")))


def told(db, known):
    """By whom it is for: kind, method, number, and what is held by what icalendar and vobject read."""
    found = {}
    for name, letter in new_letters(db, known).items():
        raw = raw_of_calendar(letter)
        read = by_icalendar(raw)
        assert by_vobject(raw)["starts"] == read["starts"]
        found[name] = (letter.kind, letter.method, letter.sequence, read["starts"])
    return found


def do(db, command, hour, actor, **more):
    known = sent(db)
    command(db, again(db, actor), now_of(db, hour, actor), **more)
    return told(db, known)


def test_who_joins_gets_one_entry_that_stays_at_its_hour_over_the_switch(db, ada, event, cy):
    hour = set_regular_session(db, again(db, ada), event, words=WORDS, rhythm=WEEKLY)

    letters = do(db, join_regular_session, hour, cy)

    assert letters == {"cy": ("regular_session_joined", "REQUEST", 0, AT_TEN)}
    raw = raw_of_calendar(all_letters()[-1]).decode()
    assert "RRULE:FREQ=WEEKLY;COUNT=6;INTERVAL=1" in raw
    assert "DTSTART;TZID=Europe/Brussels:20261007T100000" in raw
    assert "BEGIN:VTIMEZONE" in raw
    assert "Every week, 10:00–10:45 (Europe/Brussels), from Wed, 7 Oct 2026 to Wed, 11 Nov 2026" in text_of(
        all_letters()[-1]
    )


@needs_node
def test_two_more_programs_read_the_same_times(db, hour, ada):
    letters = do(db, move_regular_time, hour, ada, number=3, starts_at=TEN + timedelta(days=22))

    [(ical_js, node_ical)] = by_node([raw_of_calendar(all_letters()[-1])])

    assert ical_js["starts"] == node_ical["starts"] == letters["cy"][3]


def test_one_time_is_moved_and_all_others_stay(db, hour, ada):
    later = datetime(2026, 10, 29, 15, tzinfo=ZoneInfo(ZONE))

    letters = do(db, move_regular_time, hour, ada, number=3, starts_at=later)

    starts = [*AT_TEN[:3], *wall("2026-10-29T15:00"), *AT_TEN[4:]]
    assert letters == {"cy": ("regular_time_moved", "REQUEST", 1, starts)}
    raw = raw_of_calendar(all_letters()[-1]).decode()
    assert "RECURRENCE-ID;TZID=Europe/Brussels:20261028T100000" in raw
    assert "Before: Wed, 28 Oct 2026, 09:00–09:45 (Europe/Lisbon)" in text_of(all_letters()[-1])


def test_one_time_is_called_off_and_held_after_all(db, hour, ada):
    off = do(db, call_off_regular_time, hour, ada, number=1)
    on = do(db, hold_regular_time, hour, ada, number=1)

    assert off == {"cy": ("regular_time_called_off", "REQUEST", 1, [AT_TEN[0], *AT_TEN[2:]])}
    assert on == {"cy": ("regular_time_moved", "REQUEST", 2, AT_TEN)}


def test_the_whole_is_moved_and_what_was_said_of_single_times_holds_no_more(db, hour, ada):
    do(db, call_off_regular_time, hour, ada, number=1)
    rhythm = Rhythm(TEN + timedelta(days=1, hours=4), 60, Repeats.WEEKLY, until=date(2026, 11, 5))

    letters = do(db, change_regular_session, hour, ada, words=WORDS, rhythm=rhythm)

    starts = wall(*(f"2026-{day}T14:00" for day in ("10-08", "10-15", "10-22", "10-29", "11-05")))
    assert letters == {"cy": ("regular_session_changed", "REQUEST", 2, starts)}


def test_it_ends_early_with_a_shorter_rule(db, hour, ada):
    do(db, call_off_regular_time, hour, ada, number=1)

    letters = do(db, end_regular_session, hour, ada, number=2)

    assert letters == {"cy": ("regular_session_changed", "REQUEST", 2, [AT_TEN[0], AT_TEN[2]])}


def test_the_whole_is_called_off_for_all_and_held_again(db, hour, ada):
    off = do(db, call_off_regular_session, hour, ada)
    on = do(db, reopen_regular_session, hour, ada)

    assert off == {"cy": ("regular_session_called_off", "CANCEL", 1, AT_TEN)}
    assert on == {"cy": ("regular_session_changed", "REQUEST", 2, AT_TEN)}


def test_who_leaves_gets_a_cancellation_and_who_comes_later_a_higher_number(db, hour, cy, bo):
    left = do(db, leave_regular_session, hour, cy)
    joined = do(db, join_regular_session, hour, bo)
    back = do(db, join_regular_session, hour, cy)

    assert left == {"cy": ("regular_session_left", "CANCEL", 1, AT_TEN)}
    assert joined == {"bo": ("regular_session_joined", "REQUEST", 2, AT_TEN)}
    assert back == {"cy": ("regular_session_joined", "REQUEST", 2, AT_TEN)}


def test_who_left_while_it_was_off_hears_nothing_when_it_is_on_again(db, hour, ada, cy, bo):
    do(db, join_regular_session, hour, bo)
    do(db, call_off_regular_session, hour, ada)
    do(db, leave_regular_session, hour, cy)

    assert set(do(db, reopen_regular_session, hour, ada)) == {"bo"}


def test_who_leaves_the_event_leaves_its_regular_sessions(db, hour, cy):
    known = sent(db)
    place = find_registration(db, hour.event.id, cy.person)
    withdraw_registration(db, again(db, cy), RegistrationInEvent(place, hour.event.event))
    written(db)

    assert [(one.kind, one.method) for one in all_letters()[known:] if one.uid] == [("regular_session_left", "CANCEL")]


def answer(db, hour, actor, verb, *, instance=None, sequence=0, after=0):
    uid = find_entry(db, EntryKind.REGULAR, hour.id).uid
    stamp = clock.now() + timedelta(seconds=after)
    reply = CalendarReply(verb, uid, sequence, stamp, instance=instance)
    return answer_entry(db, again(db, actor), find_entry_of(db, uid, actor.person), reply=reply)


def answers(db, hour, actor):
    return [one.value for one in own_answers(db, again(db, actor), now_of(db, hour, actor)).values()]


def test_an_answer_to_one_time_counts_for_that_one_only(db, hour, cy):
    third = hour.times[2].planned_at

    whole = answer(db, hour, cy, ReplyVerb.ACCEPTED)
    one = answer(db, hour, cy, ReplyVerb.DECLINED, instance=third, after=1)

    assert (whole, one) == (ReplyOutcome.APPLIED, ReplyOutcome.APPLIED)
    assert answers(db, hour, cy) == ["ACCEPTED", "ACCEPTED", "DECLINED", "ACCEPTED", "ACCEPTED", "ACCEPTED"]
    coming = who_comes(db, now_of(db, hour, cy))
    assert [(one.yes, one.no) for one in list(coming.values())[1:3]] == [(("Cy Costa",), ()), ((), ("Cy Costa",))]


def test_a_later_answer_to_the_whole_counts_for_all(db, hour, cy):
    answer(db, hour, cy, ReplyVerb.DECLINED, instance=hour.times[2].planned_at)
    answer(db, hour, cy, ReplyVerb.TENTATIVE, after=1)

    assert answers(db, hour, cy) == ["TENTATIVE"] * 6


def test_an_answer_to_a_time_that_is_none_of_them_is_none(db, hour, cy):
    found = answer(db, hour, cy, ReplyVerb.DECLINED, instance=hour.times[2].planned_at + timedelta(hours=1))

    assert found is ReplyOutcome.NOT_ASKED
    assert answers(db, hour, cy) == ["NEEDS-ACTION"] * 6


def test_a_time_that_is_moved_is_asked_about_anew_and_what_was_said_of_the_others_stays(db, hour, ada, cy):
    answer(db, hour, cy, ReplyVerb.ACCEPTED)
    answer(db, hour, cy, ReplyVerb.DECLINED, instance=hour.times[2].planned_at, after=1)

    do(db, move_regular_time, hour, ada, number=3, starts_at=TEN + timedelta(days=22))

    assert answers(db, hour, cy) == ["ACCEPTED", "ACCEPTED", "DECLINED", "NEEDS-ACTION", "ACCEPTED", "ACCEPTED"]
    events = Calendar.from_ical(raw_of_calendar(all_letters()[-1])).walk("VEVENT")
    said = {one["RECURRENCE-ID"].dt.date() if "RECURRENCE-ID" in one else None: one["ATTENDEE"] for one in events}
    assert {day: one.params["PARTSTAT"] for day, one in said.items()} == {
        None: Answer.ACCEPTED, date(2026, 10, 21): Answer.DECLINED, date(2026, 10, 28): Answer.NONE,
    }  # fmt: skip


def in_feed(db, actor) -> bytes:
    contents = contents_of_feed(db, person_of(db, actor))
    return feed_bytes(contents, invitations_in(db, contents), "https://folkmoot.example/c.ics")


SAME = ("UID", "SEQUENCE", "DTSTAMP", "CREATED", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "LOCATION")


def test_feed_and_letter_say_the_same_of_every_time(db, hour, ada, cy):
    choose_invitations(db, again(db, cy), person_of(db, cy), feed_meetings=True)
    do(db, move_regular_time, hour, ada, number=3, starts_at=TEN + timedelta(days=22))
    do(db, call_off_regular_time, hour, ada, number=1)
    raw = raw_of_calendar(all_letters()[-1])

    def entries(of: bytes):
        found = [one for one in Calendar.from_ical(of).walk("VEVENT") if str(one["SUMMARY"]) == "Open hour"]
        return [{name: getattr(one[name], "dt", one[name]) for name in SAME} for one in found]

    with clock.frozen_at(datetime(2026, 11, 10, tzinfo=UTC)):  # when the first time is a month ago
        feed = in_feed(db, cy)
    assert len(entries(raw)) == 2
    assert entries(feed) == entries(raw)
    assert feed.count(b"BEGIN:VTIMEZONE") == 1


def test_reminders_come_before_each_time_but_not_for_one_that_was_declined(db, hour, cy):
    answer(db, hour, cy, ReplyVerb.DECLINED, instance=hour.times[1].planned_at)

    db.commit()
    reminded = [len(reminders_at(db, one.planned_at - timedelta(days=1))) for one in hour.times[:3]]

    assert reminded == [1, 0, 1]


def test_a_no_to_one_time_that_nobody_vouches_for_waits_for_a_click_about_that_time(db, hour, cy):
    [invitation] = [one for one in all_letters() if one.kind == "regular_session_joined"]
    extra = f"RECURRENCE-ID:{hour.times[2].planned_at:%Y%m%dT%H%M%SZ}\r\n"
    db.commit()

    decision = comes(answer_to(invitation, says="DECLINED", results=None, extra=extra), reply_to_of(invitation))
    before = answers(db, hour, cy)
    written(db)
    asked = text_of(all_letters()[-1])
    held = get_held_reply(db, again(db, cy), db.exec(select(HeldReply)).one().public_id)
    confirm_reply(db, again(db, cy), held)

    assert decision is Decision.HELD
    assert before == ["NEEDS-ACTION"] * 6
    assert "When: Wed, 21 Oct 2026, 09:00–09:45 (Europe/Lisbon)" in asked
    assert answers(db, hour, cy) == [*before[:2], "DECLINED", *before[3:]]


def asks_for(db, hour, number, wanted, **how) -> Decision:
    """What becomes of it when Cy's calendar asks to have one time (by its number) at another moment."""
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    [invitation] = [one for one in all_letters() if one.kind == "regular_session_joined"]
    extra = f"RECURRENCE-ID:{hour.times[number].planned_at:%Y%m%dT%H%M%SZ}\r\n"
    raw = answer_to(invitation, says="TENTATIVE", method="COUNTER", start=wanted, extra=extra, **how)
    db.commit()
    return comes(raw, reply_to_of(invitation))


def asked_for(db, hour, ada):
    """What organisers see beside the times: by the number of the time, who asks for which moment."""
    seen = now_of(db, hour, ada)
    coming = who_comes(db, seen)
    return {one.number: coming[one.planned_at].asked for one in seen.times if coming[one.planned_at].asked}


def test_another_time_asked_for_one_of_a_series_stays_and_who_organises_hears_who_asks_for_which(db, hour, ada, cy):
    wanted = hour.times[2].planned_at + timedelta(hours=4)
    answer(db, hour, cy, ReplyVerb.ACCEPTED, instance=hour.times[2].planned_at)
    known = sent(db)

    decision = asks_for(db, hour, 2, wanted, comment="The train is late")

    told = new_letters(db, known)
    assert (decision, {name: (one.kind, one.method) for name, one in told.items()}) == (
        Decision.APPLIED, {"cy": ("time_fixed", "DECLINECOUNTER"), "ada": ("other_time_asked", "")},
    )  # fmt: skip
    [event] = Calendar.from_ical(raw_of_calendar(told["cy"])).walk("VEVENT")
    assert [event[name].dt for name in ("RECURRENCE-ID", "DTSTART")] == [hour.times[2].planned_at] * 2
    assert (event["SEQUENCE"], "RRULE" in event) == (0, False)
    for said in ("Stays: Wed, 21 Oct 2026, 09:00–09:45 (Europe/Lisbon)", "Proposed: Wed, 21 Oct 2026, 13:00",
                 "The organisers were told which time you propose."):  # fmt: skip
        assert said in text_of(told["cy"])
    assert told["ada"].subject == "Cy Costa asks for another time: Open hour"
    for said in ("> The train is late", "Stands: Wed, 21 Oct 2026, 10:00–10:45 (Europe/Vienna)",
                 "Proposed: Wed, 21 Oct 2026, 14:00"):  # fmt: skip
        assert said in text_of(told["ada"])
    assert asked_for(db, hour, ada) == {2: (("Cy Costa", wanted),)}
    assert answers(db, hour, cy)[2] == "ACCEPTED"  # until they say something else
    [kept] = db.exec(select(JournalEntry).where(JournalEntry.kind == "OtherTimeAsked")).all()
    assert fact_of(kept).instance == hour.times[2].planned_at


def test_who_organises_hears_of_each_time_that_is_asked_for_once(db, hour, ada):
    third = hour.times[2].planned_at
    known = sent(db)
    for minutes, hours in ((0, 4), (1, 4), (2, 5)):
        with clock.frozen_at(clock.now() + timedelta(minutes=minutes)):
            asks_for(db, hour, 2, third + timedelta(hours=hours))
            written(db)

    kinds = [one.kind for one in all_letters()[known:]]
    assert (kinds.count("time_fixed"), kinds.count("other_time_asked")) == (3, 2)
    assert asked_for(db, hour, ada) == {2: (("Cy Costa", third + timedelta(hours=5)),)}


def test_once_that_time_is_moved_or_they_answer_nobody_sees_what_was_asked_for(db, hour, ada, cy):
    for number in (2, 3):
        asks_for(db, hour, number, hour.times[number].planned_at + timedelta(hours=4))
    db.expire_all()
    before = sorted(asked_for(db, hour, ada))
    move_regular_time(db, again(db, ada), now_of(db, hour, ada), number=2, starts_at=TEN + timedelta(days=15))
    answer(db, hour, cy, ReplyVerb.ACCEPTED, instance=hour.times[3].planned_at, after=60)
    known = len(all_letters())
    written(db)

    assert (before, asked_for(db, hour, ada)) == ([2, 3], {})
    fate = [one.state for one in all_letters()[known:] if one.kind == "other_time_asked"]
    assert fate == [LetterState.NOT_NEEDED, LetterState.WAITING]
    late = asks_for(db, hour, 2, hour.times[2].planned_at + timedelta(hours=6), at=clock.now() + timedelta(minutes=9))
    assert late is Decision.IGNORED  # it is to a moment that does not hold any more


def test_of_a_time_that_has_begun_nobody_else_is_told(db, hour):
    known = sent(db)
    with clock.frozen_at(hour.times[2].planned_at + timedelta(minutes=5)):
        asks_for(db, hour, 2, hour.times[2].planned_at + timedelta(hours=4))
        told = new_letters(db, known)

    assert {name: one.kind for name, one in told.items()} == {"cy": "time_fixed"}
    assert "were told which" not in text_of(told["cy"])


def test_another_time_for_one_that_nobody_vouches_for_waits_for_a_click(db, hour, ada, cy):
    known, wanted = sent(db), hour.times[2].planned_at + timedelta(hours=4)

    decision = asks_for(db, hour, 2, wanted, results=None)
    first = {name: one.kind for name, one in new_letters(db, known).items()}
    held = get_held_reply(db, again(db, cy), db.exec(select(HeldReply)).one().public_id)
    before = asked_for(db, hour, ada)
    confirm_reply(db, again(db, cy), held)

    assert (decision, first, before) == (Decision.HELD, {"cy": "reply_held"}, {})
    assert asked_for(db, hour, ada) == {2: (("Cy Costa", wanted),)}
    written(db)
    assert {one.kind for one in all_letters()[known:]} == {"reply_held", "time_fixed", "other_time_asked"}


def test_a_yes_to_one_time_counts_at_once_and_one_to_no_time_is_dropped(db, hour, cy):
    [invitation] = [one for one in all_letters() if one.kind == "regular_session_joined"]
    db.commit()
    decisions = []
    for start in (hour.times[2].planned_at, hour.times[2].planned_at + timedelta(hours=1)):
        extra = f"RECURRENCE-ID:{start:%Y%m%dT%H%M%SZ}\r\n"
        raw = answer_to(invitation, says="ACCEPTED", results=None, extra=extra)
        decisions.append(comes(raw, reply_to_of(invitation)))

    db.expire_all()
    assert decisions == [Decision.APPLIED, Decision.DROPPED]
    assert answers(db, hour, cy).count("ACCEPTED") == 1


def test_who_takes_another_address_when_it_has_begun_gets_the_series_there(db, hour, cy):
    known = sent(db)
    with clock.frozen_at(hour.times[2].planned_at):
        actor, person = again(db, cy), person_of(db, cy)
        ask_for_address(db, actor, person, address="cy@costa.example")
        change = db.exec(select(AddressChange)).one()
        change_address(db, actor, person, token=issue_address_token(db, change.id))
        written(db)

    told = [(one.address, one.method, one.sequence) for one in all_letters()[known:] if one.uid]
    assert told == [("cy@example.org", "CANCEL", 1), ("cy@costa.example", "REQUEST", 2)]
    assert by_icalendar(raw_of_calendar(all_letters()[-1]))["starts"] == AT_TEN


def test_one_message_may_answer_the_whole_and_a_time_of_it(db, hour, cy):
    [invitation] = [one for one in all_letters() if one.kind == "regular_session_joined"]
    stamp = f"UID:{invitation.uid}\r\nDTSTAMP:{clock.now():%Y%m%dT%H%M%SZ}\r\nSEQUENCE:0\r\n"
    alone = f"RECURRENCE-ID:{hour.times[2].planned_at:%Y%m%dT%H%M%SZ}\r\n"
    both = f"{stamp}END:VEVENT\r\nBEGIN:VEVENT\r\nATTENDEE;PARTSTAT=TENTATIVE:mailto:{invitation.address}\r\n{alone}"
    db.commit()

    decision = comes(answer_to(invitation, says="ACCEPTED", results=None, extra=both), reply_to_of(invitation))

    db.expire_all()
    assert decision is Decision.APPLIED
    assert answers(db, hour, cy) == ["ACCEPTED", "ACCEPTED", "TENTATIVE", "ACCEPTED", "ACCEPTED", "ACCEPTED"]


def test_what_another_attendee_says_in_the_same_message_is_not_read(db, hour, cy):
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    [invitation] = [one for one in all_letters() if one.kind == "regular_session_joined"]
    stamp = f"UID:{invitation.uid}\r\nDTSTAMP:{clock.now():%Y%m%dT%H%M%SZ}\r\nSEQUENCE:0\r\n"
    alone = f"RECURRENCE-ID:{hour.times[2].planned_at:%Y%m%dT%H%M%SZ}\r\n"
    both = f"{stamp}END:VEVENT\r\nBEGIN:VEVENT\r\nATTENDEE;PARTSTAT=DECLINED:mailto:{invitation.address}\r\n{alone}"
    db.commit()

    raw = answer_to(invitation, says="ACCEPTED", attendee="eve@example.org", sender="eve@example.org", extra=both)
    comes(raw, reply_to_of(invitation))

    db.expire_all()
    assert answers(db, hour, cy) == ["NEEDS-ACTION"] * 6
