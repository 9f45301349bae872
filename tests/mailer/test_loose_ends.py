"""What becomes of an entry or a letter when something else changes or ends meanwhile."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import VISITOR
from events.core.journal import settle
from events.core.settings import settings, use_settings
from events.core.timers import run_due_timers
from events.events import close_event, start_event
from events.phases import PhaseKind
from events.planning import move_phase
from events.signin import ask_for_link
from mailer.incoming.handling import Decision
from mailer.letters import LetterState
from mailer.writing import write_letters
from sessions.addresses import AddressChange, AddressTaken, ask_for_address, change_address, issue_address_token
from sessions.calendars import CalendarInvitee
from sessions.colleagues import delegate_meeting
from sessions.digest_wishes import Often, choose_digests
from sessions.invitation_wishes import choose_invitations
from sessions.milestones import follow_milestones
from sessions.moves import cancel_meeting, move_meeting
from sessions.notices import Segment, send_notice
from sessions.proposals import ProposalSettled, get_proposal, keep_time, propose_time, take_proposal
from sessions.regular.coming import join_regular_session
from sessions.regular.rows import Repeats, get_regular_session
from sessions.regular.setting import RegularWords, Rhythm, set_regular_session
from sessions.replies import CalendarReply, HeldReply, ReplyVerb, answer_entry, find_entry_of
from sessions.sides import side_of
from sessions.timetable.sessions import Wording, change_session
from sessions.timetable.stars import get_agenda_session, star_session
from tests.mailer.makers_incoming import SERVER, answer_to, reply_to_of
from tests.mailer.makers_letters import all_letters, calendar_event_of, new_letters, sent, written
from tests.mailer.test_incoming import comes
from tests.makers import (
    NOW,
    again,
    make_event,
    make_organisation,
    make_programme,
    make_registration,
    person_of,
    reload_event,
)
from tests.sessions.makers_agenda import address_of, make_agenda, make_session, move_to, released
from tests.sessions.makers_meetings import make_colleague, make_fair, make_meeting, make_participant, place_of, seen_by
from tests.sessions.makers_mentoring import make_clinic, make_mentoring
from tests.sessions.makers_pitches import make_show, order_of, pitch_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def fair(db, ada):
    use_settings(**{**settings().model_dump(), "mail_authserv": SERVER})
    return make_fair(db, ada)


@pytest.fixture
def meeting(db, fair, bo, cy):
    bo, cy = (make_participant(db, one, fair) for one in (bo, cy))
    found = make_meeting(db, fair, asker=bo, invitee=cy)
    sent(db)
    return found


def since(db, known):
    """What was written since, by address and method."""
    written(db)
    return [(one.address, one.method) for one in all_letters()[known:] if one.uid]


# Addresses


def asked_for(db, actor, address):
    ask_for_address(db, actor, person_of(db, actor), address=address)
    [change] = db.exec(select(AddressChange).where(AddressChange.new_address == address)).all()
    return issue_address_token(db, change.id)


def test_of_two_changes_of_address_the_second_takes_entries_from_where_they_are(db, meeting, cy):
    first, second = (asked_for(db, cy, f"cy@{name}.example") for name in ("first", "second"))
    change_address(db, cy, person_of(db, cy), token=second)
    known = sent(db)
    change_address(db, cy, person_of(db, cy), token=first)

    told = since(db, known)

    assert told == [("cy@second.example", "CANCEL"), ("cy@first.example", "REQUEST")]
    assert "cy@second.example" in {one.address for one in all_letters() if one.kind == "address_changed"}


def test_a_new_address_with_which_one_tried_to_sign_in_first_can_be_had(db, meeting, cy):
    ask_for_link(db, VISITOR, None, email="cy@new.example")
    token = asked_for(db, cy, "cy@new.example")

    change_address(db, cy, person_of(db, cy), token=token)

    assert person_of(db, cy).email == "cy@new.example"


def test_the_address_of_somebody_who_is_expected_cannot_be_had(db, fair, meeting, cy, dee):
    token = asked_for(db, cy, person_of(db, dee).email)

    with pytest.raises(AddressTaken):
        change_address(db, cy, person_of(db, cy), token=token)


# The agenda


@pytest.fixture
def agenda(db, ada, bo):
    return make_agenda(db, ada, bo)


def test_who_speaks_no_more_but_has_starred_the_session_has_it_in_their_calendar_again(db, agenda, bo, cy):
    session = make_session(db, agenda, "Opening", hours=7, speakers=address_of(db, bo))
    released(db, agenda)
    for one in (bo, cy):
        star_session(db, one, get_agenda_session(db, agenda.event, session.session.public_id))
    known = sent(db)
    change_session(
        db, agenda.ada, session, wording=Wording("Opening", abstract="About **it**.", minutes=60), place=None
    )
    move_to(db, agenda, session, 7)
    released(db, agenda, "2")

    assert since(db, known) == [("bo@example.org", "CANCEL"), ("bo@example.org", "REQUEST")]


def test_who_wishes_invitations_only_now_gets_the_sessions_they_had_starred_with_the_next_release(db, agenda, cy):
    session, other = make_session(db, agenda, "Opening", hours=7), make_session(db, agenda, "Talk", hours=9)
    released(db, agenda)
    choose_invitations(db, cy, person_of(db, cy), sessions=False)
    star_session(db, cy, get_agenda_session(db, agenda.event, session.session.public_id))
    choose_invitations(db, cy, person_of(db, cy), sessions=True)
    known = sent(db)
    move_to(db, agenda, other, 10)
    released(db, agenda, "2")

    assert since(db, known) == [("cy@example.org", "REQUEST")]
    assert len(db.exec(select(CalendarInvitee).where(CalendarInvitee.person_id == cy.person)).all()) == 1


# Answers that nobody vouches for


def declined(letter, **how):
    return answer_to(letter, says="DECLINED", results=None, **how)


def invitation_of_cy():
    return [one for one in all_letters() if one.uid and one.address.startswith("cy")][-1]


def test_nobody_is_asked_whether_a_no_to_what_is_called_off_is_theirs(db, fair, meeting, bo):
    letter = invitation_of_cy()
    cancel_meeting(db, again(db, bo), seen_by(db, meeting))
    known = sent(db)

    decision = comes(declined(letter), reply_to_of(letter))

    assert decision is Decision.IGNORED
    assert new_letters(db, known) == {}


def test_nobody_is_asked_whether_a_no_to_an_older_time_is_theirs(db, fair, meeting, bo):
    letter = invitation_of_cy()
    move_meeting(db, again(db, bo), seen_by(db, meeting), slot=fair.slots[-1])
    known = sent(db)

    decision = comes(declined(letter), reply_to_of(letter))

    assert decision is Decision.IGNORED
    assert new_letters(db, known) == {}


def test_what_was_held_is_asked_no_more_once_it_is_called_off(db, fair, meeting, bo):
    letter = invitation_of_cy()
    known = len(all_letters())
    comes(declined(letter), reply_to_of(letter))
    cancel_meeting(db, again(db, bo), seen_by(db, meeting))

    written(db)

    assert [one.state for one in all_letters()[known:] if one.kind == "reply_held"] == [LetterState.NOT_NEEDED]


def test_who_has_answered_anew_is_not_asked_about_what_came_before(db, fair, meeting):
    letter = invitation_of_cy()
    comes(answer_to(letter), reply_to_of(letter))

    decision = comes(declined(letter, at=NOW - timedelta(minutes=5)), reply_to_of(letter))

    assert decision is Decision.IGNORED
    assert db.exec(select(HeldReply)).all() == []


def test_a_speaker_whose_calendar_says_no_twice_is_told_of_once(db, agenda, bo):
    make_session(db, agenda, "Opening", hours=7, speakers=address_of(db, bo))
    released(db, agenda)
    known = sent(db)
    letter = all_letters()[-1]
    for minutes in (1, 2):
        entry = find_entry_of(db, letter.uid, bo.person)
        answer_entry(
            db, again(db, bo), entry, reply=CalendarReply(ReplyVerb.DECLINED, letter.uid, 0, at_minute(minutes))
        )
    written(db)

    assert [one.kind for one in all_letters()[known:]] == ["appearance_declined"]


def at_minute(minutes):
    return NOW + timedelta(minutes=minutes)


# Other times that are proposed


def test_the_same_other_time_asked_for_twice_is_one_letter(db, fair, meeting):
    letter = invitation_of_cy()
    known = len(all_letters())
    for minutes in (1, 2):
        raw = answer_to(letter, method="COUNTER", start=fair.slots[2].starts_at, at=at_minute(minutes))
        assert comes(raw, reply_to_of(letter)) is Decision.APPLIED
    written(db)

    assert [one.kind for one in all_letters()[known:]] == ["time_proposed"]


@pytest.fixture
def mill(db):
    return make_organisation(db, "Nordmühle", country="SE")


@pytest.fixture
def proposed(db, fair, mill, bo, tam, cy):
    """Bo meets Cy; Tam is Bo's colleague."""
    for one in (bo, tam):
        make_colleague(db, one, fair, mill)
    make_participant(db, cy, fair)
    found = make_meeting(db, fair, asker=again(db, bo), invitee=again(db, cy))
    sent(db)
    return found


def handed_to_tam(db, fair, meeting, bo, tam):
    side = side_of(seen_by(db, meeting), bo.person)
    delegate_meeting(db, again(db, bo), side, to=place_of(db, tam, fair))
    db.expire_all()


def test_who_takes_a_side_over_is_asked_about_the_other_time_that_is_proposed(db, fair, proposed, bo, tam, cy):
    proposal = propose_time(db, again(db, cy), seen_by(db, proposed), starts_at=fair.slots[2].starts_at)
    known = sent(db)
    handed_to_tam(db, fair, proposed, bo, tam)
    written(db)

    asked = [one.address for one in all_letters()[known:] if one.kind == "time_proposed"]
    take_proposal(db, again(db, tam), get_proposal(db, again(db, tam), proposal.public_id), slot=fair.slots[2])

    assert asked == ["tam@example.org"]
    assert seen_by(db, proposed).meeting.starts_at == fair.slots[2].starts_at


def test_what_somebody_proposed_who_is_out_of_the_meeting_is_settled(db, fair, proposed, bo, tam, cy):
    proposal = propose_time(db, again(db, bo), seen_by(db, proposed), starts_at=fair.slots[2].starts_at)
    known = sent(db)
    handed_to_tam(db, fair, proposed, bo, tam)

    for other in (tam, cy):
        actor = again(db, other)
        with pytest.raises(ProposalSettled):
            keep_time(db, actor, get_proposal(db, actor, proposal.public_id))
    written(db)
    assert [one.kind for one in all_letters()[known:] if one.method == "DECLINECOUNTER"] == []


# Events that begin and end


@pytest.fixture
def food_match(db, ada, cy):
    start, programme = clock.now() + 5 * DAY, make_programme(db, ada)
    event = make_event(db, again(db, ada), programme, template="matchmaking", starts_at=start)
    make_registration(db, cy, event)
    return event


def test_a_phase_that_ends_early_ends_in_calendars_too(db, ada, food_match, cy):
    follow_milestones(db, again(db, cy), food_match)
    known = sent(db)
    phase = food_match.phase(PhaseKind.REGISTRATION)
    start, end = phase.starts_at, clock.now() - HOUR
    move_phase(db, again(db, ada), food_match, kind=PhaseKind.REGISTRATION, starts_at=start, ends_at=end)
    written(db)

    [letter] = [one for one in all_letters()[known:] if one.address == "cy@example.org"]
    assert (letter.kind, letter.method) == ("milestone_moved", "REQUEST")
    assert calendar_event_of(letter)["DTEND"].dt == end


def test_a_notice_that_waits_for_a_weekly_digest_goes_when_the_event_begins(db, fair, bo, cy):
    for one in (bo, cy):
        make_participant(db, one, fair)
    choose_digests(db, bo, person_of(db, bo), often=Often.WEEKLY, with_notices=True)
    known = sent(db)
    everybody = {"segment": Segment.PARTICIPANTS, "counted": 2}
    send_notice(db, fair.ada, fair.event, title="News", text="We meet in another hall.", **everybody)
    written(db)
    before = [one.address for one in all_letters()[known:]]
    start_event(db, again(db, fair.ada), reload_event(db, fair.event))
    db.commit()
    settle()
    settle()
    write_letters()

    assert before == ["cy@example.org"]
    assert [(one.address, one.kind) for one in all_letters()[known + 1 :]] == [("bo@example.org", "kept_notice")]


def weekly(db, ada, event, cy):
    words, rhythm = RegularWords("Open hour"), Rhythm(clock.now() + HOUR, 45, Repeats.WEEKLY, times=6)
    found = set_regular_session(db, again(db, ada), event, words=words, rhythm=rhythm)
    join_regular_session(db, again(db, cy), found)
    return found


def closed(db, ada, event):
    close_event(db, again(db, ada), reload_event(db, event))


def test_a_regular_session_that_has_not_begun_is_called_off_with_its_event(db, ada, food_match, cy):
    weekly(db, ada, food_match, cy)
    known = sent(db)

    closed(db, ada, food_match)

    assert since(db, known) == [("cy@example.org", "CANCEL")]


def test_one_that_was_held_ends_with_its_event_and_what_was_held_stays(db, ada, food_match, cy):
    hour = weekly(db, ada, food_match, cy)
    known = sent(db)
    with clock.frozen_at(NOW + 9 * DAY):
        closed(db, ada, food_match)
        told = since(db, known)

    now = get_regular_session(db, again(db, ada), food_match, hour.regular.public_id)
    assert told == [("cy@example.org", "REQUEST")]
    assert (len(now.times), now.regular.called_off_at) == (2, None)
    assert calendar_event_of(all_letters()[-1])["RRULE"]["COUNT"] == [2]


def test_one_that_is_over_is_left_alone_when_its_event_ends(db, ada, food_match, cy):
    weekly(db, ada, food_match, cy)
    known = sent(db)
    with clock.frozen_at(NOW + 60 * DAY):
        closed(db, ada, food_match)

        assert since(db, known) == []


def test_turns_that_are_to_come_are_off_when_the_event_ends(db):
    show = make_show(db)
    pitch_of(db, show, "Lantern")
    known = sent(db)
    closed(db, show.ada, show.event)

    assert {state for _team, state in order_of(db, show.stage)} == {"cancelled"}
    assert [method for _address, method in since(db, known)] == ["CANCEL"]


def test_mentoring_that_is_to_come_is_called_off_when_the_event_ends(db):
    clinic = make_clinic(db)
    make_mentoring(db, clinic)
    known = sent(db)
    closed(db, clinic.ada, clinic.event)

    assert sorted(since(db, known)) == [("bo@example.org", "CANCEL"), ("mel@example.org", "CANCEL")]


# Reminders


def test_a_letter_about_an_entry_takes_no_reminder_away_that_is_due_in_that_moment(db, agenda, bo, cy):
    session = make_session(db, agenda, "Opening", hours=55)
    released(db, agenda)
    star_session(db, cy, get_agenda_session(db, agenda.event, session.session.public_id))
    known = sent(db)
    with clock.frozen_at(session.session.starts_at - DAY + timedelta(minutes=1)):
        star_session(db, bo, get_agenda_session(db, agenda.event, session.session.public_id))
        written(db)
        run_due_timers()
        run_due_timers()
        written(db)

    assert "cy@example.org" in [one.address for one in all_letters()[known:] if one.kind == "reminder"]
    assert len([one for one in all_letters() if one.kind == "reminder"]) == 2
