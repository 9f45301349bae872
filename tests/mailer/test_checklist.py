"""The checklist of the notes on calendars and mail (section 7), line by line and in its order.

Where a line has its own tests elsewhere, they are asked again here, so that whoever reads the list finds the proof.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from icalendar import Calendar
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading
from events.core.refusals import NotFound
from events.events import Event
from events.people import Person
from events.tombstones import erase
from mailer.delivery import envelope_sender
from mailer.letters import Letter, LetterState, raw_of
from sessions.calendars import Answer, CalendarInvitee, EntryKind, find_entry
from sessions.colleagues import delegate_meeting
from sessions.feeds import make_feed, whose_feed
from sessions.invitation_wishes import choose_invitations
from sessions.meetings import MeetingInEvent
from sessions.moves import cancel_meeting, move_meeting
from sessions.sides import SideInMeeting, side_of
from tests.mailer import (
    test_agenda_letters,
    test_busy_reading,
    test_delivery,
    test_feeds,
    test_fetching,
    test_imap,
    test_incoming,
    test_letter_choices,
    test_letters,
    test_pace,
    test_signing,
    test_suppression,
    test_zones,
)
from tests.mailer.calendar_host import PUBLIC, Network, calendar_host
from tests.mailer.makers_incoming import PROGRAMS, answer_to, dsn, reply_to_of
from tests.mailer.makers_letters import (
    all_letters,
    calendar_event_of,
    html_of,
    new_letters,
    parsed,
    sent,
    text_of,
    written,
)
from tests.mailer.test_incoming import Decision, comes, invitation_to
from tests.makers import make_organisation, person_of
from tests.prove import test_post
from tests.sessions.makers_meetings import (
    Fair,
    make_colleague,
    make_fair,
    make_meeting,
    make_participant,
    place_of,
    seen_by,
)

fair, meeting = test_incoming.fair, test_incoming.meeting
event = test_letters.event
made, starred = test_agenda_letters.made, test_agenda_letters.starred
pytestmark = [
    pytest.mark.usefixtures("database_url"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

Letters = dict[str, Letter]
WORDS = {
    "REQUEST": ("Invitation:", "Updated:", "Yours now:", "Who comes has changed:"),
    "CANCEL": ("Cancelled:", "Handed over:"),
}


@dataclass
class Life:
    """A meeting of Bo, whose colleague is Tam, with Cy; what happens to it, and the letters after each step."""

    db: Database
    fair: Fair
    bo: Actor
    tam: Actor
    cy: Actor
    meeting: MeetingInEvent | None = None

    def after(self, act: Callable[[], object]) -> Letters:
        """What is written to whom because of `act`; all of it is sent."""
        known = sent(self.db)
        act()
        found = new_letters(self.db, known)
        sent(self.db)
        return found

    def booked(self) -> Letters:
        def book() -> None:
            self.meeting = make_meeting(self.db, self.fair, asker=self.bo, invitee=self.cy)

        return self.after(book)

    def seen(self) -> MeetingInEvent:
        assert self.meeting is not None
        return seen_by(self.db, self.meeting)

    def seen_event(self) -> Event:
        assert self.meeting is not None
        return self.meeting.event

    def side(self, lead: Actor) -> SideInMeeting:
        return side_of(self.seen(), lead.person or 0)

    def moved(self, slot: int = 1) -> Letters:
        return self.after(lambda: move_meeting(self.db, self.bo, self.seen(), slot=self.fair.slots[slot]))

    def cancelled(self) -> Letters:
        return self.after(lambda: cancel_meeting(self.db, self.cy, self.seen()))

    def handed_over(self) -> Letters:
        to = place_of(self.db, self.tam, self.fair)
        return self.after(lambda: delegate_meeting(self.db, self.bo, self.side(self.bo), to=to))


@pytest.fixture
def life(db, ada, bo, tam, cy):
    fair = make_fair(db, ada)
    mill = make_organisation(db, "Nordmühle", country="SE")
    tam = make_colleague(db, tam, fair, mill)
    return Life(db, fair, make_colleague(db, bo, fair, mill), tam, make_participant(db, cy, fair))


def entries(letters: list[Letters], name: str):
    return [calendar_event_of(one[name]) for one in letters]


def stamps(letters: list[Letters]) -> list[datetime]:
    return [calendar_event_of(one["cy"])["DTSTAMP"].dt for one in letters]


def calendars(letter: Letter) -> tuple[str, str, bytes, bytes]:
    """The method that the type names, that in the calendar, the calendar and its copy."""
    parts = {part.get_content_type(): part for part in parsed(letter).walk()}
    inside, copy = (parts[kind].get_payload(decode=True) for kind in ("text/calendar", "application/ics"))
    return (
        parts["text/calendar"]["Content-Type"].params["method"],
        str(Calendar.from_ical(inside)["METHOD"]),
        inside,
        copy,
    )


def test_01_uid_created_organiser_and_token_stay_and_two_people_share_uid_and_sequence_not_tokens(life):
    steps = [life.booked(), life.moved(), life.moved(2), life.cancelled()]

    theirs = {name: entries(steps, name) for name in ("bo", "cy")}
    lasting = {
        name: {(str(one["UID"]), one["CREATED"].dt, str(one["ORGANIZER"])) for one in some}
        for name, some in theirs.items()
    }
    assert [len(one) for one in lasting.values()] == [1, 1]
    [bo], [cy] = lasting.values()
    assert (bo[:2], bo[2] == cy[2]) == (cy[:2], False)
    assert [one["SEQUENCE"] for one in theirs["bo"]] == [one["SEQUENCE"] for one in theirs["cy"]] == [0, 1, 2, 3]
    assert [{parsed(one[name])["Reply-To"].addresses[0].addr_spec for one in steps} for name in ("bo", "cy")] == [
        {bo[2].removeprefix("mailto:")}, {cy[2].removeprefix("mailto:")},
    ]  # fmt: skip


def test_02_sequence_rises_by_one_for_each_change_and_not_for_others_and_dtstamp_strictly_grows(life, db):
    steps = [life.booked(), life.moved(), life.moved(2)]
    choose_invitations(db, life.cy, person_of(db, life.cy), reminders=[60])
    db.commit()
    reminded = test_feeds.reminders_at(db, life.fair.slots[2].starts_at - timedelta(minutes=60))
    letter = invitation_to("cy")
    db.commit()
    with clock.frozen_at(clock.now() + timedelta(minutes=2)):
        answered = [comes(answer_to(letter)), comes(answer_to(letter, method="REFRESH"))]
    db.rollback()
    still = find_entry(db, EntryKind.MEETING, life.meeting.id).sequence
    steps.append(life.cancelled())

    assert (reminded, answered, still) == (["cy@example.org"], [Decision.APPLIED, Decision.SENT_AGAIN], 2)
    assert [one["cy"].sequence for one in steps] == [0, 1, 2, 3]
    assert all(one < other for one, other in pairwise(stamps(steps)))


def test_03_method_is_parameter_and_subject_word_with_three_alternatives_and_an_identical_copy(life):
    for letters in (life.booked(), life.moved(), life.handed_over(), life.cancelled()):
        for letter in letters.values():
            named, said, inside, copy = calendars(letter)

            assert (named, said, copy) == (letter.method, letter.method, inside)
            assert letter.subject.startswith(WORDS[letter.method]), letter.subject
            [mixed] = [part for part in parsed(letter).walk() if part.get_content_type() == "multipart/alternative"]
            kinds = [part.get_content_type() for part in mixed.iter_parts()]
            assert kinds == ["text/plain", "text/html", "text/calendar"]


def test_04_cancel_for_whole_for_one_and_for_an_instance_none_for_strangers_and_reopening_works(
    life, db, made, cy, starred
):
    life.booked()
    for_one = life.handed_over()
    whole = life.cancelled()
    test_zones.test_one_instance_is_cancelled_by_a_message_of_its_own()
    test_agenda_letters.test_a_starred_session_that_moves_moves_in_calendars_and_one_that_comes_back_is_open_again(
        db, made, cy, starred
    )

    assert {name for name, one in for_one.items() if one.method == "CANCEL"} == {"bo"}
    assert {name: one.method for name, one in whole.items()} == {"tam": "CANCEL", "cy": "CANCEL"}


def test_05_a_replaced_attendee_gets_cancel_the_new_one_request_and_others_keep_their_entry(life):
    booked = life.booked()

    letters = life.handed_over()

    assert [(name, letters[name].method) for name in ("bo", "tam")] == [("bo", "CANCEL"), ("tam", "REQUEST")]
    before, after = (calendar_event_of(one["cy"]) for one in (booked, letters))
    # Cy is told who comes instead, in an update of the same entry that asks nothing anew.
    assert [before[name] for name in ("UID", "DTSTART", "LOCATION")] == [
        after[name] for name in ("UID", "DTSTART", "LOCATION")
    ]


def test_06_an_address_changed_in_the_profile_has_cancel_to_the_old_and_request_to_the_new(db, meeting, cy):
    test_feeds.test_a_change_of_address_takes_entries_from_the_old_and_puts_them_into_the_new(db, meeting, cy)


def test_07_no_other_persons_address_stands_anywhere_in_a_message(life):
    steps = [life.booked(), life.moved(), life.handed_over(), life.cancelled()]

    found = [
        (letter.address, other)
        for letters in steps
        for letter in letters.values()
        for part in [raw_of(letter), *(one.get_payload(decode=True) or b"" for one in parsed(letter).walk())]
        for other in ("bo@example.org", "cy@example.org", "tam@example.org", "ada@example.org")
        if other != letter.address and other.encode() in part
    ]
    assert found == []


def test_08_texts_name_the_zone_in_the_recipients_language_and_the_page_needs_no_pictures(life, db):
    person = db.get_one(Person, life.cy.person)
    person.zone, person.locale = "Asia/Tokyo", "fr"
    db.add(person)

    letters = life.booked()

    assert "(Asia/Tokyo)" in text_of(letters["cy"])
    assert "(Asia/Tokyo)" in html_of(letters["cy"])
    assert "(Europe/Stockholm)" in text_of(letters["bo"])
    assert '<html lang="fr">' in html_of(letters["cy"])
    assert "<img" not in html_of(letters["cy"])
    assert "Bo Berg" in html_of(letters["cy"])


def test_09_reminders_carry_no_imip_part_stop_after_cancel_or_decline_and_come_once(db, fair, meeting, bo, cy):
    test_feeds.test_reminders_come_when_one_wishes_once_each_and_carry_no_calendar(db, fair, meeting, bo, cy)
    test_feeds.test_nobody_is_reminded_of_what_is_off_moved_or_declined(db, fair, meeting, bo, cy)


def test_10_superseded_revisions_are_skipped_and_request_and_cancel_before_sending_send_nothing(life, db):
    known = sent(db)
    life.meeting = make_meeting(db, life.fair, asker=life.bo, invitee=life.cy)
    written(db)
    move_meeting(db, life.bo, life.seen(), slot=life.fair.slots[1])
    written(db)
    moved = {(one.sequence, one.state) for one in all_letters()[known:] if one.uid}
    cancel_meeting(db, life.bo, life.seen())

    waiting = new_letters(db, known)

    assert moved == {(0, LetterState.SUPERSEDED), (1, LetterState.WAITING)}
    assert [one for one in waiting.values() if one.uid] == []


async def test_11a_4xx_is_retried_with_jitter(sqlite_url):
    for attempts, longest in ((1, 30), (2, 60), (3, 120)):
        test_delivery.test_pauses_double_from_half_a_minute_to_an_hour(attempts, longest)
    await test_delivery.test_a_letter_that_cannot_go_now_goes_later_with_the_same_bytes()


async def test_11b_5xx_is_suppressed(sqlite_url):
    await test_suppression.test_after_a_hard_bounce_nothing_is_sent_to_the_address()


async def test_11c_421_backs_off(sqlite_url):
    await test_pace.test_when_the_server_says_goodbye_no_try_counts_and_the_alarm_says_why()


async def test_11d_our_own_fault_stops_the_queue_with_an_alarm(sqlite_url):
    await test_delivery.test_when_no_letter_is_taken_tries_do_not_count()


async def test_12a_two_workers_never_send_one_row_twice(sqlite_url):
    await test_delivery.test_two_workers_send_each_letter_once()


async def test_12b_the_end_of_a_lease_recovers(sqlite_url):
    await test_delivery.test_a_claimed_letter_is_nobody_elses_until_its_lease_ends()


async def test_12c_shutting_down_finishes_the_message_in_hand(sqlite_url):
    await test_delivery.test_the_worker_finishes_the_letter_in_hand_before_it_stops()


def test_13a_rates_hold_for_the_account(sqlite_url):
    test_pace.test_the_account_sends_no_more_letters_a_minute_than_it_may()


def test_13b_rates_hold_for_each_domain(sqlite_url):
    test_pace.test_a_domain_gets_no_more_than_it_may_and_holds_up_no_other()


async def test_13c_one_stuck_domain_delays_no_other(sqlite_url):
    await test_pace.test_a_domain_that_is_stuck_is_held_and_letters_to_others_go()


@pytest.mark.real_time
async def test_14a_dkim_verifies_by_another_program_after_a_trip_through_postfix(db, ada, tmp_path):
    await test_post.prove(db, ada, tmp_path, count=10)


key = test_signing.key
with_key = test_signing.with_key


@pytest.mark.usefixtures("with_key")
def test_14b_list_unsubscribe_is_signed(key):
    change = test_signing.letter_bytes(list_unsubscribe="https://folkmoot.example/letters/off/1")
    raw = test_signing.signed(change)

    assert test_signing.dkim.verify(raw, dnsfunc=test_signing.published(key))
    for header in (b"List-Unsubscribe:", b"List-Unsubscribe-Post:"):
        gone = raw.replace(header, b"X-" + header)
        assert not test_signing.dkim.verify(gone, dnsfunc=test_signing.published(key))


async def test_14c_its_post_works_without_cookies_and_its_get_changes_nothing(db, bo):
    await test_letter_choices.test_one_click_of_a_mail_program_works_without_a_sign_in_and_a_look_changes_nothing(
        db, bo
    )


@pytest.mark.parametrize("kind", test_incoming.BOUNCES)
def test_15a_a_bounce_is_mapped_to_its_person_as_hard_or_soft(meeting, kind):
    test_incoming.test_a_bounce_is_counted_for_its_letter_and_a_hard_one_ends_letters_to_the_address(meeting, kind)


def test_15b_one_without_a_report_too(meeting):
    text = "The following address failed:\n\n  cy@example.org\n    550 5.1.1 unknown user"
    test_incoming.test_a_bounce_in_nobodys_format_is_understood_as_far_as_it_goes(meeting, text, suppressed=True)


def test_15c_soft_ones_are_counted_until_they_are_hard(sqlite_url):
    test_suppression.test_three_soft_bounces_within_three_days_are_one_hard_one()


@pytest.mark.parametrize("program", PROGRAMS)
def test_16a_replies_of_each_program_are_applied_and_their_comment_is_shown_escaped(db, meeting, program):
    known = len(all_letters())

    comes(answer_to(invitation_to("cy"), says="DECLINED", program=program, comment="<b>Ill</b>\\, sorry"))

    to_bo = new_letters(db, known)["bo"]
    assert (to_bo.method, "&lt;b&gt;Ill&lt;/b&gt;" in html_of(to_bo), "<b>Ill" in html_of(to_bo)) == (
        "CANCEL",
        True,
        False,
    )


def test_16b_a_reply_to_an_instance_is_of_that_instance_only(meeting, cy):
    letter = invitation_to("cy")
    instance = calendar_event_of(letter)["DTSTART"].dt
    extra = f"RECURRENCE-ID:{instance:%Y%m%dT%H%M%SZ}\r\n"

    comes(answer_to(letter, says="TENTATIVE", extra=extra))

    with reading() as db:
        row = db.exec(select(CalendarInvitee).where(CalendarInvitee.person_id == cy.person)).one()
    assert row.answer is Answer.NONE
    assert {when: said["answer"] for when, said in row.instance_answers.items()} == {
        instance.isoformat(): Answer.TENTATIVE.value
    }


def test_17a_a_counter_becomes_a_proposal_and_then_a_request(db, fair, meeting, bo):
    test_incoming.test_another_time_is_offered_to_the_other_side_who_takes_it_with_one_click(db, fair, meeting, bo)

    written(db)
    assert (invitation_to("cy").method, invitation_to("cy").sequence) == ("REQUEST", 1)


def test_17b_or_a_declinecounter(db, fair, meeting, bo):
    test_incoming.test_who_keeps_the_time_tells_the_calendar_that_asked(db, fair, meeting, bo)


def test_17c_a_refresh_is_answered_once_a_minute_at_most(db, meeting):
    test_incoming.test_a_calendar_that_asks_gets_the_same_bytes_again_once_a_minute(db, meeting)


def test_18a_delegating_adds_nobody_by_itself(db, meeting, cy):
    test_incoming.test_handing_on_is_noted_and_told_and_adds_nobody(db, meeting, cy)


def test_18b_nor_does_somebody_who_was_not_asked(db, eve, meeting):
    test_incoming.test_somebody_who_was_not_asked_is_never_added(db, eve, meeting)


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "auto_reply"}])
def test_19a_out_of_office_never_leads_to_a_mail(db, meeting, headers):
    test_incoming.test_who_is_out_of_office_starts_no_conversation(db, meeting, headers)


def test_19b_nor_does_a_bounce_and_what_comes_twice_is_ignored(db, meeting, cy):
    letters = len(all_letters())
    to = envelope_sender(invitation_to("cy"))
    bounce = dsn(to, action="delayed", status="4.4.1", code="451 4.4.1 away")

    for _twice in range(2):
        comes(bounce, to, sender="")

    assert new_letters(db, letters) == {}


shelf = test_imap.shelf


def test_20a_imap_connecting_again_loses_and_doubles_nothing(shelf):
    test_imap.test_a_connection_that_breaks_loses_nothing_and_repeats_nothing(shelf)


async def test_20b_bye_while_idling_neither(meeting, monkeypatch):
    await test_imap.test_a_server_that_hangs_up_is_called_again(meeting, monkeypatch)


def test_20c_another_uidvalidity_neither(shelf):
    test_imap.test_a_mailbox_that_was_made_anew_is_read_from_its_beginning_and_nothing_counts_twice(shelf)


def test_21a_a_feeds_token_can_be_rotated_and_revoked_and_is_not_guessed(db, cy):
    test_feeds.test_the_secret_is_kept_as_a_hash_and_dies_when_a_new_one_is_made_or_the_feed_ends(db, cy)


async def test_21b_it_is_not_logged_and_answers_304_and_head(db, meeting, cy, capsys):
    await test_feeds.test_a_program_reads_the_feed_without_a_sign_in_and_is_told_when_nothing_changed(
        db, meeting, cy, capsys
    )


def test_21c_cancelled_events_are_shown_as_such(db, fair, meeting, cy):
    test_feeds.test_a_feed_changes_with_what_it_says_and_in_one_entry_only(db, fair, meeting, cy)


def test_21d_there_is_no_attendee_in_it(db, meeting, cy):
    test_feeds.test_a_feed_has_the_dates_of_ones_events_and_meetings_only_by_wish_and_no_attendee(db, meeting, cy)


def test_22a_busy_import_refuses_private_addresses_after_a_redirect_and_a_change_of_dns(sqlite_url, tmp_path):
    test_fetching.use_settings(
        database_url=sqlite_url, secret=test_fetching.SECRET, calendar_hosts=["calendar.example"]
    )
    with calendar_host() as host:
        network = Network(host, {"calendar.example": [[PUBLIC]]})
        test_fetching.test_a_redirect_is_checked_like_any_address(host, network, "https://inside.example/")
    with calendar_host() as host:
        network = Network(host, {})
        test_fetching.test_a_name_that_means_another_place_a_moment_later_is_asked_once(host, network, tmp_path)


def test_22b_bombs_html_and_ten_megabytes(sqlite_url):
    test_fetching.use_settings(
        database_url=sqlite_url, secret=test_fetching.SECRET, calendar_hosts=["calendar.example"]
    )
    with calendar_host() as host:
        network = Network(host, {"calendar.example": [[PUBLIC]]})
        test_fetching.test_a_bomb_is_not_unpacked(host, network)
        test_fetching.test_ten_megabytes_are_too_many(host, network)
    test_busy_reading.test_what_is_no_calendar_is_refused(b"<!doctype html><title>Sign in</title>")


def test_22c_dst_and_whole_days_are_right(sqlite_url):
    test_busy_reading.test_a_weekly_series_keeps_its_hour_over_both_switches()
    test_busy_reading.test_whole_days_count_only_where_they_say_so_and_have_the_hours_of_their_day()


def test_23_of_a_deleted_person_tokens_die_and_mails_stop_and_cancel_reaches_the_counterpart(life, db):
    life.booked()
    token = make_feed(db, life.cy, person_of(db, life.cy))
    answer, token_of_cy = answer_to(invitation_to("cy")), reply_to_of(invitation_to("cy"))
    erase(db, db.get_one(Person, life.cy.person))
    db.refresh(life.seen_event())

    letters = life.after(lambda: cancel_meeting(db, life.bo, life.seen()))

    assert {name: one.method for name, one in letters.items()} == {"bo": "CANCEL"}
    assert comes(answer, to=token_of_cy) is Decision.DROPPED
    with pytest.raises(NotFound):
        whose_feed(db, token)


def test_24_dtstamp_never_goes_back_when_the_hosts_clock_does(life):
    steps = [life.booked()]
    with clock.frozen_at(clock.now() - timedelta(hours=1)):
        steps.append(life.moved())
        steps.append(life.moved(2))

    found = stamps(steps)
    assert [one - found[0] for one in found] == [timedelta(seconds=number) for number in range(3)]
