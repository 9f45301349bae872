"""What comes back: an answer counts when it may be believed, and nothing that comes by mail adds anybody."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.database import reading, transaction
from events.core.settings import settings, use_settings
from events.people import Person, PersonState
from events.roles import actor_for
from mailer.delivery import envelope_sender
from mailer.incoming.handling import AN_HOUR, Decision, Envelope, IncomingLetter, handle, is_ours
from mailer.letters import Letter, LetterState
from sessions.calendars import (
    Answer,
    CalendarInvitee,
    EntryKind,
    content_of,
    find_entry,
    latest_revision,
    revise,
    take_out,
)
from sessions.forwarded import ForwardedText
from sessions.guests import add_to_meeting
from sessions.meetings import Meeting, MeetingState, meeting_in_event
from sessions.moves import cancel_meeting, move_meeting
from sessions.no_thanks import place_in, say_no_thanks
from sessions.peer_reviews.reviews import PlaceState, places_of
from sessions.proposals import TimeProposal, get_proposal, keep_time, nearest_free, take_proposal
from sessions.replies import HeldReply, ReplyOutcome, confirm_reply, disown_reply, get_held_reply
from sessions.sides import side_of
from sessions.timetable.stars import get_agenda_session, star_session
from tests.mailer.makers_incoming import PROGRAMS, SERVER, answer_to, dsn, reply_to_of, text_answer, vouched
from tests.mailer.makers_letters import all_letters, calendar_event_of, new_letters, sent, text_of
from tests.makers import NOW, make_organisation, make_person
from tests.sessions.makers_agenda import address_of, make_agenda, make_session, released
from tests.sessions.makers_meetings import make_colleague, make_fair, make_participant, place_of, seen_by, with_rules
from tests.sessions.makers_meetings import make_meeting as make_scheduled
from tests.sessions.makers_pitches import make_show
from tests.sessions.makers_review_meetings import FIRST, plan
from tests.sessions.makers_reviews import make_review


@pytest.fixture
def fair(db, ada):
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    return make_fair(db, ada)


@pytest.fixture
def meeting(db, fair, bo, cy):
    bo, cy = (make_participant(db, one, fair) for one in (bo, cy))
    found = make_scheduled(db, fair, asker=bo, invitee=cy).meeting
    sent(db)
    return found


def invitation_to(name: str) -> Letter:
    """The last letter with an entry to somebody."""
    return [one for one in all_letters() if one.uid and one.address.startswith(name)][-1]


def comes(raw: bytes, to: str = "", *, sender: str = "somebody@example.org") -> Decision:
    [decision] = handle(raw, Envelope(sender, (to or reply_to_of(invitation_to("cy")),)))
    return decision


def row_of(relation):
    with reading() as db:
        return db.exec(select(relation).order_by(relation.id)).first()


def state_of(meeting) -> MeetingState:
    with reading() as db:
        return db.get_one(Meeting, meeting.id).state


def answer_of(person) -> Answer:
    with reading() as db:
        return db.exec(select(CalendarInvitee.answer).where(CalendarInvitee.person_id == person.person)).one()


def record() -> list[tuple[Decision, str]]:
    with reading() as db:
        query = select(IncomingLetter.decision, IncomingLetter.why).order_by(IncomingLetter.id)
        return list(db.exec(query))


def test_a_yes_counts_whatever_program_says_it(meeting, cy):
    said = [(program, says) for program in PROGRAMS for says in ("ACCEPTED", "TENTATIVE")]
    for number, (program, says) in enumerate(said):
        raw = answer_to(invitation_to("cy"), says=says, program=program, at=NOW + timedelta(minutes=number))

        assert (program, comes(raw)) == (program, Decision.APPLIED)
        assert (answer_of(cy), state_of(meeting)) == (Answer(says), MeetingState.SCHEDULED)


@pytest.mark.parametrize("program", ["Outlook", "outlook.com"])
def test_a_no_calls_the_meeting_off_and_tells_the_other(db, meeting, program):
    known = len(all_letters())

    decision = comes(answer_to(invitation_to("cy"), says="DECLINED", program=program, comment="Ill\\, sorry"))

    assert (decision, state_of(meeting)) == (Decision.APPLIED, MeetingState.CANCELLED)
    to_bo = new_letters(db, known)["bo"]
    assert to_bo.method == "CANCEL"
    assert "> Ill, sorry" in text_of(to_bo)


def test_a_yes_without_anybody_vouching_counts_and_a_no_waits_for_a_click(db, meeting, cy):
    letter = invitation_to("cy")
    assert comes(answer_to(letter, results=None)) is Decision.APPLIED
    known = len(all_letters())

    decision = comes(answer_to(letter, says="DECLINED", results=None, at=NOW + timedelta(minutes=1)))

    assert (decision, state_of(meeting)) == (Decision.HELD, MeetingState.SCHEDULED)
    asked = new_letters(db, known)["cy"]
    assert asked.subject.startswith("Is this answer yours?")
    with transaction() as other:
        actor = actor_for(other, cy.person)
        held = get_held_reply(other, actor, row_of(HeldReply).public_id)
        assert confirm_reply(other, actor, held) is ReplyOutcome.APPLIED
    assert state_of(meeting) is MeetingState.CANCELLED


def test_an_answer_that_is_not_mine_does_nothing_when_i_say_so(db, meeting, cy):
    comes(answer_to(invitation_to("cy"), says="DECLINED", results=None))

    with transaction() as other:
        actor = actor_for(other, cy.person)
        disown_reply(other, actor, get_held_reply(other, actor, row_of(HeldReply).public_id))

    assert (state_of(meeting), answer_of(cy)) == (MeetingState.SCHEDULED, Answer.NONE)


def test_the_same_answer_twice_and_an_older_one_change_nothing(meeting, cy):
    letter = invitation_to("cy")
    late = answer_to(letter, says="TENTATIVE", at=NOW - timedelta(minutes=5))
    yes = answer_to(letter)

    decisions = [comes(one) for one in (yes, yes, late)]

    assert decisions == [Decision.APPLIED, Decision.IGNORED, Decision.IGNORED]
    assert answer_of(cy) is Answer.ACCEPTED
    assert row_of(IncomingLetter).times == 2


def test_a_yes_to_a_time_that_is_past_does_not_count_for_the_new_one(db, fair, meeting, cy):
    letter = invitation_to("cy")
    subject = meeting_in_event(db, meeting, fair.event.event)
    move_meeting(db, actor_for(db, cy.person), subject, slot=fair.slots[-1])
    sent(db)

    assert comes(answer_to(letter)) is Decision.IGNORED
    assert record()[-1][1] == ReplyOutcome.OLDER_TIME
    assert calendar_event_of(invitation_to("cy"))["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"


def test_a_yes_is_kept_in_an_update_that_changes_neither_time_nor_place(db, meeting, cy):
    from sessions.meetings import MeetingMoved

    comes(answer_to(invitation_to("cy")))
    entry = find_entry(db, EntryKind.MEETING, meeting.id)
    again = content_of(latest_revision(db, entry))
    number = revise(db, EntryKind.MEETING, meeting.id, set(), again, anew=True)
    from tests.mailer.makers_letters import letters_after

    start = meeting.starts_at
    letters_after(db, MeetingMoved(meeting.event_id, meeting.id, old_starts_at=start, starts_at=start, sequence=number))

    attendees = {name: calendar_event_of(invitation_to(name))["ATTENDEE"].params for name in ("cy", "bo")}
    assert (attendees["cy"]["PARTSTAT"], attendees["cy"].get("RSVP")) == ("ACCEPTED", None)
    assert (attendees["bo"]["PARTSTAT"], attendees["bo"]["RSVP"]) == ("NEEDS-ACTION", "TRUE")


def test_another_time_is_offered_to_the_other_side_who_takes_it_with_one_click(db, fair, meeting, bo):
    known = len(all_letters())
    wanted = fair.slots[2].starts_at + timedelta(minutes=7)

    decision = comes(answer_to(invitation_to("cy"), method="COUNTER", start=wanted, program="Outlook"))

    assert decision is Decision.APPLIED
    assert new_letters(db, known)["bo"].subject == "Cy Costa proposes another time"
    with transaction() as other:
        actor = actor_for(other, bo.person)
        found = get_proposal(other, actor, row_of(TimeProposal).public_id)
        near = nearest_free(other, found)
        assert fair.slots[2] in near
        take_proposal(other, actor, found, slot=fair.slots[2])
    assert row_of(Meeting).starts_at == fair.slots[2].starts_at


def test_who_keeps_the_time_tells_the_calendar_that_asked(db, fair, meeting, bo):
    invited = invitation_to("cy")
    comes(answer_to(invited, method="COUNTER", start=fair.slots[2].starts_at))
    known = sent(db)
    with transaction() as other:
        actor = actor_for(other, bo.person)
        keep_time(other, actor, get_proposal(other, actor, row_of(TimeProposal).public_id))

    letter = new_letters(db, known)["cy"]

    assert (letter.method, letter.sequence) == ("DECLINECOUNTER", invited.sequence)
    assert calendar_event_of(letter)["DTSTAMP"].dt >= calendar_event_of(invited)["DTSTAMP"].dt
    assert b"METHOD:DECLINECOUNTER" in letter_calendar(letter)


def letter_calendar(letter: Letter) -> bytes:
    from tests.mailer.makers_letters import parsed

    [part] = [part for part in parsed(letter).walk() if part.get_content_type() == "text/calendar"]
    return part.get_payload(decode=True)


def test_where_participants_do_not_move_meetings_the_time_is_kept_at_once(db, fair, meeting):
    with_rules(db, fair, participants_move=False)
    known = sent(db)

    comes(answer_to(invitation_to("cy"), method="COUNTER", start=fair.slots[2].starts_at))

    assert [one.method for one in new_letters(db, known).values()] == ["DECLINECOUNTER"]


def test_a_calendar_that_asks_gets_the_same_bytes_again_once_a_minute(db, meeting):
    letter = invitation_to("cy")
    decisions = []
    for minutes in (2, 2.2, 4):
        with clock.frozen_at(NOW + timedelta(minutes=minutes)):
            decisions.append(comes(answer_to(letter, method="REFRESH")))
            sent(db)

    assert decisions == [Decision.SENT_AGAIN, Decision.IGNORED, Decision.SENT_AGAIN]
    assert invitation_to("cy").raw == letter.raw


def test_after_the_time_was_kept_a_calendar_that_asks_gets_the_invitation(db, meeting, bo):
    invited = invitation_to("cy")
    comes(answer_to(invited, method="COUNTER", start=meeting.starts_at + timedelta(hours=1)))
    with transaction() as other:
        actor = actor_for(other, bo.person)
        keep_time(other, actor, get_proposal(other, actor, row_of(TimeProposal).public_id))
    sent(db)
    assert invitation_to("cy").method == "DECLINECOUNTER"

    with clock.frozen_at(NOW + timedelta(minutes=2)):
        decision = comes(answer_to(invited, method="REFRESH"))

    assert decision is Decision.SENT_AGAIN
    waiting = [one.method for one in all_letters() if one.state is LetterState.WAITING]
    assert waiting == ["REQUEST"]


@pytest.mark.parametrize(("says", "method"), [("DECLINED", "REPLY"), ("DELEGATED", "REPLY"), ("TENTATIVE", "COUNTER")])
@pytest.mark.parametrize("results", ["", None])
def test_what_is_said_of_one_time_is_only_noted(db, meeting, cy, says, method, results):
    letters = len(all_letters())
    extra = f"RECURRENCE-ID:{meeting.starts_at:%Y%m%dT%H%M%SZ}\r\n"

    decision = comes(answer_to(invitation_to("cy"), says=says, method=method, results=results, extra=extra))

    assert (decision, state_of(meeting), answer_of(cy)) == (Decision.APPLIED, MeetingState.SCHEDULED, Answer.NONE)
    assert (row_of(HeldReply), row_of(TimeProposal), new_letters(db, letters)) == (None, None, {})


def test_what_another_address_says_of_one_time_is_dropped(meeting):
    extra = f"RECURRENCE-ID:{meeting.starts_at:%Y%m%dT%H%M%SZ}\r\n"
    crashing = answer_to(invitation_to("cy"), says="DECLINED", attendee="eve@example.org", extra=extra)

    assert comes(crashing) is Decision.DROPPED
    assert (row_of(HeldReply), beside_answer_to(meeting)) == (None, {})


def test_an_older_answer_to_one_time_does_not_replace_a_newer_one(meeting):
    extra = f"RECURRENCE-ID:{meeting.starts_at:%Y%m%dT%H%M%SZ}\r\n"
    said = [("DECLINED", NOW), ("ACCEPTED", NOW - timedelta(minutes=5))]

    decisions = [comes(answer_to(invitation_to("cy"), says=says, at=at, extra=extra)) for says, at in said]

    assert decisions == [Decision.APPLIED, Decision.IGNORED]
    assert beside_answer_to(meeting) == {meeting.starts_at.isoformat(): "DECLINED"}


def beside_answer_to(meeting) -> dict[str, str]:
    """What Cy's calendar says beside its answer to the whole."""
    with reading() as db:
        query = select(CalendarInvitee).where(CalendarInvitee.person_id == meeting.invitee_id)
        return {of: said["answer"] for of, said in db.exec(query).one().instance_answers.items()}


def test_another_time_that_comes_late_does_not_replace_a_newer_one(fair, meeting):
    wanted = [(fair.slots[2].starts_at, NOW), (fair.slots[1].starts_at, NOW - timedelta(minutes=5))]
    letter = invitation_to("cy")

    decisions = [comes(answer_to(letter, method="COUNTER", start=start, at=at)) for start, at in wanted]

    assert decisions == [Decision.APPLIED, Decision.IGNORED]
    assert open_proposals() == [fair.slots[2].starts_at]


def test_another_time_asked_for_before_a_yes_is_not_wanted_any_more(fair, meeting, cy):
    letter, start = invitation_to("cy"), fair.slots[2].starts_at
    comes(answer_to(letter))

    decisions = [
        comes(answer_to(letter, method="COUNTER", start=start, at=NOW + timedelta(minutes=minutes)))
        for minutes in (-5, 0)
    ]

    assert decisions == [Decision.IGNORED, Decision.APPLIED]  # in the same moment is not before
    assert answer_of(cy) is Answer.ACCEPTED


def test_another_time_counts_when_only_the_number_has_risen_since(db, fair, meeting, bo):
    """As when Bo takes another address: nobody else hears of it, and Cy's calendar keeps the number that it has."""
    letter = invitation_to("cy")
    with transaction() as other:
        content = content_of(latest_revision(other, find_entry(other, EntryKind.MEETING, meeting.id)))
        take_out(other, EntryKind.MEETING, meeting.id, bo.person)
        number = revise(other, EntryKind.MEETING, meeting.id, {bo.person}, content)

    decision = comes(answer_to(letter, method="COUNTER", start=fair.slots[2].starts_at))

    assert (letter.sequence, number) == (0, 2)
    assert (decision, open_proposals()) == (Decision.APPLIED, [fair.slots[2].starts_at])


def test_another_time_than_one_that_holds_no_more_does_not_count(db, fair, meeting, cy):
    letter = invitation_to("cy")
    move_meeting(db, actor_for(db, cy.person), meeting_in_event(db, meeting, fair.event.event), slot=fair.slots[-1])
    sent(db)

    decision = comes(answer_to(letter, method="COUNTER", start=fair.slots[2].starts_at))

    assert (decision, open_proposals()) == (Decision.IGNORED, [])


def open_proposals():
    with reading() as db:
        return list(db.exec(select(TimeProposal.wanted_at).where(TimeProposal.settled_at.is_(None))))


def test_the_click_is_for_the_last_time_asked_for(db, fair, meeting, cy):
    letter, (first, second) = invitation_to("cy"), (fair.slots[1].starts_at, fair.slots[2].starts_at)
    asked = [(first, 0), (second, 5), (second, 6), (first, 1)]

    decisions = [
        comes(answer_to(letter, method="COUNTER", start=start, at=NOW + timedelta(minutes=minutes), results=None))
        for start, minutes in asked
    ]

    assert decisions == [Decision.HELD, Decision.HELD, Decision.IGNORED, Decision.IGNORED]
    with transaction() as other:
        actor = actor_for(other, cy.person)
        [waits] = other.exec(select(HeldReply).where(HeldReply.settled_at.is_(None)))
        confirm_reply(other, actor, get_held_reply(other, actor, waits.public_id))
    assert open_proposals() == [second]


def handed_on_to(addr: str) -> dict[str, str]:
    """How programs write that somebody else comes, by RFC 5546 section 4.2.5."""
    theirs = f'ATTENDEE;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:cy@example.org":mailto:{addr}\r\n'
    return {"says": f'DELEGATED;DELEGATED-TO="mailto:{addr}"', "extra": theirs}


def test_handing_on_is_noted_and_told_and_adds_nobody(db, meeting, cy):
    letters, invitees = len(all_letters()), _invitees()

    decision = comes(answer_to(invitation_to("cy"), **handed_on_to("eve@example.org")))

    assert (decision, answer_of(cy), _invitees()) == (Decision.APPLIED, Answer.DELEGATED, invitees)
    assert state_of(meeting) is MeetingState.SCHEDULED
    told = new_letters(db, letters)
    assert {name: one.kind for name, one in told.items()} == {"ada": "appearance_handed_on", "cy": "handing_on_noted"}
    assert "eve@example.org" in text_of(told["ada"]).replace("\u200b", "")
    assert "Until then you are expected." in text_of(told["cy"])


def test_handing_on_without_anybody_vouching_waits_for_a_click_and_still_says_to_whom(db, meeting, cy):
    held = comes(answer_to(invitation_to("cy"), results=None, **handed_on_to("eve@example.org")))
    waits = row_of(HeldReply)
    with transaction() as other:
        actor = actor_for(other, cy.person)
        confirm_reply(other, actor, get_held_reply(other, actor, waits.public_id))

    assert (held, answer_of(cy)) == (Decision.HELD, Answer.DELEGATED)
    with reading() as other:
        assert other.exec(select(CalendarInvitee.delegate).where(CalendarInvitee.person_id == cy.person)).one() == (
            "eve@example.org"
        )


@pytest.mark.parametrize("named", ["", "nobody", "a@b@c", "x@example.org%0d%0aBcc: y@example.org", "=" * 300])
def test_handing_on_to_what_is_no_address_is_noted_without_it(meeting, cy, named):
    assert comes(answer_to(invitation_to("cy"), says=f'DELEGATED;DELEGATED-TO="mailto:{named}"')) is Decision.APPLIED
    with reading() as db:
        rows = db.exec(select(CalendarInvitee.answer, CalendarInvitee.delegate)).all()
    assert (Answer.DELEGATED, "") in rows


def test_a_later_yes_takes_back_that_somebody_else_comes(meeting, cy):
    comes(answer_to(invitation_to("cy"), **handed_on_to("eve@example.org")))
    comes(answer_to(invitation_to("cy"), at=clock.now() + timedelta(minutes=1)))

    assert answer_of(cy) is Answer.ACCEPTED
    with reading() as db:
        assert set(db.exec(select(CalendarInvitee.delegate))) == {""}


def test_who_asks_for_another_time_of_a_pitch_is_told_that_it_stays_and_its_host_who_asks(db):
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    make_show(db)
    letter = invitation_to_after(db, "Tam")
    known = sent(db)
    wanted = calendar_event_of(letter)["DTSTART"].dt + timedelta(hours=2)

    decision = comes(answer_to(letter, method="COUNTER", start=wanted, comment="At two"), reply_to_of(letter))

    told = new_letters(db, known)
    assert (decision, {name: (one.kind, one.method) for name, one in told.items()}) == (
        Decision.APPLIED,
        {"Tam": ("time_fixed", "DECLINECOUNTER"), "Hal": ("other_time_asked", "")},
    )
    assert told["Hal"].subject.startswith("Tam Tamm asks for another time: ")
    assert "> At two" in text_of(told["Hal"])
    assert "Those who host the stage were told which time you propose." in text_of(told["Tam"])
    answer, asked = calendar_event_of(told["Tam"]), calendar_event_of(letter)
    assert [answer[name] for name in ("UID", "SEQUENCE", "DTSTART")] == [
        asked[name] for name in ("UID", "SEQUENCE", "DTSTART")
    ]
    assert b"METHOD:DECLINECOUNTER" in letter_calendar(told["Tam"])
    assert "decline the invitation" in text_of(told["Tam"])


def invitation_to_after(db, name: str) -> Letter:
    """The last letter with an entry to somebody, once all that happened was told and sent."""
    sent(db)
    return invitation_to(name)


def test_a_guest_who_asks_for_another_time_is_told_that_it_stays_and_the_two_who_meet_who_asks(db, ada):
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    fair, _meeting = with_guest(db, ada)
    letter = invitation_to_after(db, "gus")
    known = sent(db)

    decision = comes(answer_to(letter, method="COUNTER", start=fair.slots[2].starts_at), reply_to_of(letter))

    asked = dict.fromkeys(("bo", "cy"), "other_time_asked")
    told = {name: one.kind for name, one in new_letters(db, known).items()}
    assert (decision, told) == (Decision.REFUSED, {"gus": "time_fixed", **asked})


def with_guest(db, ada):
    """A meeting of Bo and Cy to which Bo brings Gus."""
    fair = make_fair(db, ada)
    mill = make_organisation(db, "Nordmühle", country="SE")
    bo, gus = (make_colleague(db, make_person(db, name), fair, mill) for name in ("Bo Berg", "Gus Grün"))
    cy = make_participant(db, make_person(db, "Cy Costa"), fair)
    meeting = seen_by(db, make_scheduled(db, fair, asker=bo, invitee=cy))
    add_to_meeting(db, bo, side_of(meeting, bo.person), registration=place_of(db, gus, fair))
    return fair, meeting


def _invitees() -> list[int]:
    with reading() as db:
        return list(db.exec(select(CalendarInvitee.person_id)))


def test_somebody_who_was_not_asked_is_never_added(db, eve, meeting):
    db.commit()
    before = _invitees()

    crashing = answer_to(invitation_to("cy"), attendee="eve@example.org", sender="eve@example.org")

    assert comes(crashing) is Decision.HELD  # Cy is asked whether it was them
    assert comes(crashing, to="meet@folkmoot.invalid") is Decision.DROPPED
    assert (_invitees(), state_of(meeting)) == (before, MeetingState.SCHEDULED)


def test_without_a_token_only_an_address_that_our_server_vouches_for_is_believed(meeting, cy):
    believed = answer_to(invitation_to("cy"))
    doubted = answer_to(invitation_to("cy"), says="TENTATIVE", results=None, at=NOW + timedelta(minutes=1))

    decisions = [comes(one, to="meet@folkmoot.invalid") for one in (doubted, believed)]

    assert decisions == [Decision.DROPPED, Decision.APPLIED]
    assert answer_of(cy) is Answer.ACCEPTED


PASSED = "dmarc=pass header.from=example.org"


@pytest.mark.parametrize(
    "results",
    [
        None,
        f"{SERVER}; dmarc=fail header.from=example.org",
        f"{SERVER}; dmarc=pass header.from=evil.example",
        f"{SERVER}; dkim=pass header.d=evil.example",
        f"{SERVER}; dkim=pass header.d=org",
        "mx.evil.example; dmarc=pass header.from=example.org",
        f"x{SERVER}; dmarc=pass header.from=example.org",
        f"{SERVER}; none (dmarc=pass header.from=example.org)",
        f"mx.evil.example {SERVER}; dmarc=pass header.from=example.org",
        # What a sender chose, as a server copies it: an envelope address, a reason, a selector, a comment.
        f'{SERVER}; dmarc=fail header.from=example.org; spf=pass smtp.mailfrom="a; {PASSED} "@evil.example',
        f'{SERVER}; spf=pass smtp.mailfrom="a\\"; {PASSED} "@evil.example',
        f'{SERVER}; spf=pass smtp.mailfrom="a =?utf-8?q?=22=3B_dmarc=3Dpass_header.from=3Dexample.org?= "@evil.example',
        f'{SERVER}; dkim=pass reason="x header.d=example.org" header.d=evil.example',
        f'{SERVER}; dkim=pass reason="x header.d=example.org"',
        f'{SERVER}; dkim=pass header.s="x header.d=example.org "',
        f"{SERVER}; spf=pass (a (b) ; {PASSED}) smtp.mailfrom=evil.example",
        f"{SERVER}; spf=pass (a \\) ; {PASSED}) smtp.mailfrom=evil.example",
        f'{SERVER}; {PASSED}; spf=pass smtp.mailfrom="a',
        f"{SERVER}; dmarc=fail header.from=example.org; dkim=pass header.d=example.org",
        f"{SERVER}; dmarc=none header.from=example.org; {PASSED}",
        f"{SERVER}; dkim=pass header.d=evil.example header.d=example.org",
    ],
)
def test_results_that_do_not_vouch_for_the_sender_do_not_count(meeting, results):
    decision = comes(answer_to(invitation_to("cy"), says="DECLINED", results=results))

    assert (decision, state_of(meeting)) == (Decision.HELD, MeetingState.SCHEDULED)


def test_results_that_the_message_brought_along_stand_below_ours_and_do_not_count(meeting):
    forged = answer_to(invitation_to("cy"), says="DECLINED")
    ours = f"Authentication-Results: {SERVER}; dmarc=fail header.from=example.org\r\n".encode()

    assert comes(ours + forged) is Decision.HELD


def test_a_line_that_does_not_end_may_be_ours_and_what_is_below_it_does_not_count(meeting):
    forged = answer_to(invitation_to("cy"), says="DECLINED")
    ours = f'Authentication-Results: {SERVER}; spf=fail smtp.mailfrom="a\r\n'.encode()

    assert comes(ours + forged) is Decision.HELD


@pytest.mark.parametrize(
    "results",
    [
        vouched("cy@example.org"),
        f"{SERVER}; dkim=pass header.d=example.org",
        f"{SERVER}; dmarc=none header.from=example.org; dkim=pass (2048-bit (rsa) key) header.d=example.org",
        f'{SERVER} 1; dmarc = pass (p=none) reason="a; (b" header.from="Example.org"; spf=pass smtp.mailfrom="o;("@x.y',
    ],
)
def test_results_of_our_server_that_vouch_for_the_sender_count(meeting, results):
    assert comes(answer_to(invitation_to("cy"), says="DECLINED", results=results)) is Decision.APPLIED


def test_200_forged_replies_change_nothing_and_are_all_on_record(db, meeting, bo, cy):
    mine, theirs = invitation_to("cy"), invitation_to("bo")
    token = reply_to_of(mine)
    ways = [
        lambda n: (answer_to(mine, says="DECLINED", at=_later(n)), f"meet+{n:032x}@folkmoot.invalid"),
        lambda n: (answer_to(mine, says="DECLINED", at=_later(n), uid=f"no-such-{n}"), token),
        lambda n: (answer_to(mine, says="DECLINED", at=_later(n), attendee=f"e{n}@evil.example"), token),
        lambda n: (answer_to(mine, says="DECLINED", at=_later(n), results=None), token),
        lambda n: (answer_to(mine, method="COUNTER", at=_later(n), results=None), token),
        lambda n: (answer_to(mine, says="DECLINED", at=_later(n), sender=f"e{n}@evil.example"), token),
        lambda n: (answer_to(mine, says="DECLINED", at=_later(n), sequence=40 + n), token),
        lambda n: (answer_to(mine, says="ACCEPTED", at=_later(n), results=None), "meet@folkmoot.invalid"),
        lambda n: (answer_to(theirs, says="DECLINED", at=_later(n), results=vouched("x@evil.example")), token),
        lambda n: (text_answer(mine, f"call it off {n}", sender=f"e{n}@evil.example"), token),
    ]
    decisions = []
    for number in range(200):
        raw, to = ways[number % len(ways)](number)
        with clock.frozen_at(NOW + timedelta(minutes=number)):
            decisions.append(comes(raw, to))

    assert {Decision.APPLIED, Decision.FORWARDED, Decision.SENT_AGAIN, Decision.TOO_OFTEN} & set(decisions) == set()
    assert len(record()) == 200
    assert (state_of(meeting), answer_of(cy), answer_of(bo)) == (MeetingState.SCHEDULED, Answer.NONE, Answer.NONE)
    assert row_of(TimeProposal) is None


def _later(minutes: int):
    return NOW + timedelta(minutes=minutes)


def test_the_same_replies_with_the_right_token_and_sender_would_count(meeting, cy):
    """The control of the one above."""
    assert comes(answer_to(invitation_to("cy"), says="DECLINED", at=_later(1))) is Decision.APPLIED


def test_what_somebody_writes_goes_to_whom_they_meet_once_without_their_address(db, meeting):
    known = len(all_letters())
    raw = text_answer(invitation_to("cy"), "I bring samples.\n\n> old words\nOn Monday Bo wrote:")

    assert [comes(raw), comes(raw)] == [Decision.FORWARDED, Decision.IGNORED]

    letter = new_letters(db, known)["bo"]
    assert "> I bring samples." in text_of(letter)
    assert "old words" not in text_of(letter)
    assert b"cy@example.org" not in letter.raw
    assert comes(text_answer(letter, "Good"), reply_to_of(letter)) is Decision.FORWARDED
    assert row_of(ForwardedText).text == "I bring samples."


def test_after_a_cancellation_nobody_writes_to_the_other_any_more(db, fair, meeting, bo):
    raw = text_answer(invitation_to("cy"), "Why?")
    cancel_meeting(db, actor_for(db, bo.person), meeting_in_event(db, meeting, fair.event.event))
    letters = sent(db)

    assert comes(raw) is Decision.REFUSED
    assert (row_of(ForwardedText), new_letters(db, letters)) == (None, {})


@pytest.mark.parametrize("who", ["bo", "cy"])
def test_whoever_of_the_two_said_no_thanks_there_are_no_more_words_between_them(db, fair, meeting, bo, cy, who):
    raw, (one, other) = text_answer(invitation_to("cy"), "Hello again"), ((bo, cy) if who == "bo" else (cy, bo))
    with clock.frozen_at(meeting.ends_at + timedelta(hours=1)):
        with transaction() as same:
            place = place_in(same, meeting.event_id, other.person)
            say_no_thanks(same, actor_for(same, one.person), fair.event, other=place)
        letters = sent(db)

        assert comes(raw) is Decision.REFUSED
    assert (row_of(ForwardedText), new_letters(db, letters)) == (None, {})
    assert record()[-1][1] == "AnsweredAlready"  # as after a cancellation


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"List_Id": "<x.example>"},
        {"X_Auto_Response_Suppress": "All"},
    ],
)
def test_who_is_out_of_office_starts_no_conversation(db, meeting, headers):
    letters = len(all_letters())

    assert comes(text_answer(invitation_to("cy"), "I am away", **headers)) is Decision.IGNORED
    assert comes(text_answer(invitation_to("cy"), "I am away"), sender="<>") is Decision.IGNORED
    assert new_letters(db, letters) == {}


BOUNCES = {
    "Postfix": ({"code": "550 5.1.1 <x>: Recipient address rejected: User unknown"}, LetterState.UNDELIVERABLE, True),
    "Exchange": (
        {"status": "5.1.10", "code": "550 5.1.10 RecipientNotFound"},
        LetterState.UNDELIVERABLE,
        True,
    ),
    "full": ({"status": "5.2.2", "code": "552 5.2.2 mailbox full"}, LetterState.UNDELIVERABLE, False),
    "policy": ({"status": "5.7.1", "code": "550 5.7.1 blocked"}, LetterState.UNDELIVERABLE, False),
    "delayed": ({"action": "delayed", "status": "4.4.1", "code": "451 4.4.1 away"}, LetterState.SENT, False),
    "delivered": ({"action": "delivered", "status": "2.0.0", "code": "250 ok"}, LetterState.SENT, False),
}


@pytest.mark.parametrize("kind", BOUNCES)
def test_a_bounce_is_counted_for_its_letter_and_a_hard_one_ends_letters_to_the_address(meeting, kind):
    from events.reachability import trouble_of

    fields, fate, suppressed = BOUNCES[kind]
    letter = invitation_to("cy")
    to = envelope_sender(letter)

    assert comes(dsn(to, **fields), to, sender="") is Decision.COUNTED
    assert invitation_to("cy").state is fate
    with reading() as db:
        assert (trouble_of(db, "cy@example.org") is not None) is suppressed


@pytest.mark.parametrize(
    ("text", "suppressed"),
    [
        ("The following address failed:\n\n  cy@example.org\n    550 5.1.1 unknown user", True),
        ("This message could not be delivered: mailbox is full", False),
        ("Your message was rejected", False),
    ],
)
def test_a_bounce_in_nobodys_format_is_understood_as_far_as_it_goes(meeting, text, suppressed):
    from events.reachability import trouble_of

    to = envelope_sender(invitation_to("cy"))
    raw = f"From: mailer@exim.example\r\nX-Failed-Recipients: cy@example.org\r\nSubject: failed\r\n\r\n{text}\r\n"

    assert comes(raw.encode(), to, sender="") is Decision.COUNTED
    with reading() as db:
        assert (trouble_of(db, "cy@example.org") is not None) is suppressed


NESTED = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: =?utf-8?q?=0D=0A?= <cy@example.org>\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 50,
        b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n",
        b"Content-Type: text/calendar\r\n\r\nMETHOD:REPLY\r\n" + b"BEGIN:VEVENT\r\n" * 3000,
        b"Content-Type: text/calendar; charset=nonsense\r\nSubject: \xe4\r\n\r\nMETHOD:REPLY\r\nEND:VCALENDAR",
    ],
)
def test_whatever_arrives_is_on_record_and_breaks_nothing(meeting, raw):
    assert comes(raw) in {Decision.DROPPED, Decision.IGNORED}
    assert len(record()) == 1


def test_a_bomb_of_repetitions_is_not_expanded(meeting):
    extra = "RRULE:FREQ=SECONDLY;COUNT=2147483647\r\nRDATE:" + ",".join(["20260101T000000Z"] * 2000) + "\r\n"

    assert comes(answer_to(invitation_to("cy"), extra=extra)) is Decision.APPLIED


def test_a_token_of_somebody_who_is_gone_is_dead(db, meeting, cy):
    letter = invitation_to("cy")
    person = db.get_one(Person, cy.person)
    person.state, person.email = PersonState.ERASED, "erased@folkmoot.invalid"
    db.add(person)
    db.commit()

    assert comes(answer_to(letter)) is Decision.DROPPED


def test_our_mail_server_learns_at_once_which_addresses_are_ours(meeting):
    letter = invitation_to("cy")

    known = [is_ours(one) for one in (reply_to_of(letter), envelope_sender(letter), "meet@folkmoot.invalid")]
    unknown = [is_ours(f"{one}@folkmoot.invalid") for one in ("meet+" + "0" * 32, "bounce+0", "me", "")]

    assert (known, unknown) == ([True] * 3, [False] * 4)
    assert not is_ours(reply_to_of(letter).replace("folkmoot.invalid", "evil.example"))


def test_an_answer_over_the_rate_counts_when_it_is_brought_again(meeting, cy):
    late, first = answer_to(invitation_to("cy"), says="DECLINED"), answer_to(invitation_to("cy"), uid="unknown")
    decisions = [comes(first.replace(b"theirs.example", b"%d.example" % number)) for number in range(AN_HOUR)]
    tried = [comes(late), comes(late)]
    with clock.frozen_at(NOW + timedelta(hours=1)):
        again = [comes(late), comes(late)]

    assert (set(decisions), tried) == ({Decision.DROPPED}, [Decision.TOO_OFTEN, Decision.TOO_OFTEN])
    assert (again, state_of(meeting)) == ([Decision.APPLIED, Decision.IGNORED], MeetingState.CANCELLED)
    with reading() as db:
        [row] = db.exec(select(IncomingLetter).where(IncomingLetter.verb == "DECLINED", IncomingLetter.times > 1))
    assert (row.decision, row.times) == (Decision.APPLIED, 4)


def test_what_was_too_often_is_on_record_with_its_event_and_person(meeting, cy):
    raw = answer_to(invitation_to("cy"), uid="unknown")
    for number in range(AN_HOUR + 1):
        last = comes(raw.replace(b"theirs.example", b"%d.example" % number))

    with reading() as db:
        [row] = db.exec(select(IncomingLetter).where(IncomingLetter.decision == Decision.TOO_OFTEN))
    assert (last, row.event_id, row.person_id) == (Decision.TOO_OFTEN, meeting.event_id, cy.person)


def test_who_writes_without_a_token_does_not_do_so_all_the_time(meeting):
    mine = answer_to(invitation_to("cy"), uid="unknown")
    theirs = answer_to(invitation_to("bo"))
    decisions = [
        comes(mine.replace(b"theirs.example", b"%d.example" % number), "meet@folkmoot.invalid")
        for number in range(AN_HOUR + 1)
    ]

    assert decisions == [Decision.DROPPED] * AN_HOUR + [Decision.TOO_OFTEN]
    assert comes(theirs, "meet@folkmoot.invalid") is Decision.APPLIED


def test_after_a_cancellation_a_yes_changes_nothing(db, fair, meeting, bo):
    letter = invitation_to("cy")
    cancel_meeting(db, actor_for(db, bo.person), meeting_in_event(db, meeting, fair.event.event))
    sent(db)

    assert comes(answer_to(letter)) is Decision.IGNORED
    assert record()[-1][1] == ReplyOutcome.CANCELLED


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_no_to_a_review_waits_for_a_click_unless_somebody_vouches_for_it(db):
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    review = make_review(db, model="light")
    plan(db, review, FIRST)
    sent(db)

    def state(name):
        with reading() as other:
            places = places_of(other, review.subject.id)
            return next(one.state for one in places if one.person_id == review.people[name].person)

    to_bo, to_cy = invitation_to("bo"), invitation_to("cy")
    held = comes(answer_to(to_bo, says="DECLINED", results=None), reply_to_of(to_bo))
    applied = comes(answer_to(to_cy, says="DECLINED"), reply_to_of(to_cy))
    waiting = state("bo")
    with transaction() as other:
        actor = actor_for(other, review.people["bo"].person)
        confirm_reply(other, actor, get_held_reply(other, actor, row_of(HeldReply).public_id))

    assert (held, waiting, state("bo")) == (Decision.HELD, PlaceState.ACCEPTED, PlaceState.LEFT)
    assert (applied, state("cy")) == (Decision.APPLIED, PlaceState.LEFT)


def comes_from(name: str, **how) -> Decision:
    """What becomes of an answer to the last letter with an entry that somebody has."""
    letter = invitation_to(name)
    return comes(answer_to(letter, **how), reply_to_of(letter))


def test_a_no_of_a_speaker_is_told_to_the_organisers(db, ada, bo, cy):
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    made = make_agenda(db, ada, bo, cy)
    opening = make_session(db, made, "Opening", hours=7, speakers=address_of(db, bo))
    released(db, made)
    star_session(db, cy, get_agenda_session(db, made.event, opening.session.public_id))
    known = sent(db)

    decisions = [comes_from(name, says="DECLINED", comment="Ill") for name in ("bo", "cy")]

    letters = new_letters(db, known)
    assert (decisions, set(letters)) == ([Decision.APPLIED] * 2, {"ada"})  # of the audience nobody is missed
    assert letters["ada"].subject == "Bo Berg will miss “Opening”"
    assert "> Ill" in text_of(letters["ada"])


def test_another_time_that_a_speaker_asks_for_is_told_to_the_organisers_and_of_an_audience_to_nobody(db, ada, bo, cy):
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    made = make_agenda(db, ada, bo, cy)
    opening = make_session(db, made, "Opening", hours=12, speakers=address_of(db, bo))
    released(db, made)
    star_session(db, cy, get_agenda_session(db, made.event, opening.session.public_id))
    known = sent(db)
    wanted = NOW + timedelta(days=2)

    decisions = [comes_from(name, method="COUNTER", start=wanted) for name in ("bo", "cy")]

    told = new_letters(db, known)
    kinds = {name: one.kind for name, one in told.items()}
    assert decisions == [Decision.APPLIED] * 2
    assert kinds == {"bo": "time_fixed", "cy": "time_fixed", "ada": "other_time_asked"}
    assert told["ada"].subject == "Bo Berg asks for another time: Opening"
    assert ["were told which" in text_of(told[name]) for name in ("bo", "cy")] == [True, False]


def test_a_yes_of_a_speaker_leads_to_no_letter(db, ada, bo):
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    made = make_agenda(db, ada, bo)
    make_session(db, made, "Opening", hours=7, speakers=address_of(db, bo))
    released(db, made)
    known = sent(db)

    assert comes_from("bo") is Decision.APPLIED
    assert new_letters(db, known) == {}


def test_a_no_of_somebody_who_pitches_is_told_to_the_host(db):
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    make_show(db)
    known = sent(db)

    assert comes_from("Tam", says="DECLINED") is Decision.APPLIED
    letters = new_letters(db, known)
    assert [(name, letter.subject.split(" will miss ")[0]) for name, letter in letters.items()] == [("Hal", "Tam Tamm")]
