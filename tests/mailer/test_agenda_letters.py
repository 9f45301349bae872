"""Letters about releases: a calendar entry with a growing number for who speaks, one letter for who has starred."""

import pytest

from events.core import clock
from events.letter_choices import Subscription, Topic, stop_letters
from events.roles import actor_for
from sessions.calendars import CalendarMethod, EntryKind, find_entry, latest_revision
from sessions.invitation_wishes import choose_invitations
from sessions.replies import CalendarReply, ReplyVerb, answer_entry, find_entry_of
from sessions.timetable.sessions import Place, Wording, change_session, take_session_off
from sessions.timetable.stars import get_agenda_session, star_session, unstar_session
from tests.mailer.makers_letters import all_letters, calendar_event_of, new_letters, sent, text_of, written
from tests.makers import person_of
from tests.sessions.makers_agenda import address_of, at, make_agenda, make_session, move_to, released


@pytest.fixture
def made(db, ada, bo):
    return make_agenda(db, ada, bo)


def test_letters_carry_the_same_entry_with_a_growing_number(db, made, bo):
    session = make_session(db, made, "Opening", hours=7, speakers=address_of(db, bo))
    made.event.event.zone = "Europe/Brussels"
    released(db, made)
    known = sent(db)
    move_to(db, made, session, 8, made.studio)
    released(db, made, "later")
    moved = new_letters(db, known)["bo"]
    known = sent(db)
    take_session_off(db, made.ada, session)
    released(db, made, "off")
    off = new_letters(db, known)["bo"]

    entry = find_entry(db, EntryKind.SESSION, session.id)
    assert [(calendar_event_of(one)["UID"], calendar_event_of(one)["SEQUENCE"]) for one in (moved, off)] == [
        (entry.uid, 1), (entry.uid, 2),
    ]  # fmt: skip
    assert latest_revision(db, entry).method is CalendarMethod.CANCEL
    assert moved.subject == "Updated: Opening at Food Hack"
    text = text_of(moved)
    assert "10:00–11:00 (Europe/Stockholm)" in text
    assert "09:00–10:00 (Europe/Stockholm)" in text
    assert "Studio" in text
    assert "Great Hall" in text
    assert off.subject == "Cancelled: Opening at Food Hack"


def stars(db, actor, made, *subjects):
    """Somebody who wants no invitations stars sessions."""
    choose_invitations(db, actor, person_of(db, actor), sessions=False)
    for one in subjects:
        star_session(db, actor, get_agenda_session(db, made.event, one.session.public_id))


@pytest.fixture
def starred(db, made, cy):
    session = make_session(db, made, "Opening", hours=7)
    released(db, made)
    known = sent(db)
    star_session(db, cy, get_agenda_session(db, made.event, session.session.public_id))
    return session, new_letters(db, known)["cy"]


def test_who_stars_a_session_has_it_in_their_calendar_until_they_take_the_star_back(db, made, cy, starred):
    session, invited = starred
    known = sent(db)
    unstar_session(db, cy, get_agenda_session(db, made.event, session.session.public_id))

    out = new_letters(db, known)["cy"]

    assert (invited.method, invited.sequence, invited.subject) == ("REQUEST", 0, "Invitation: Opening at Food Hack")
    assert (out.method, out.subject) == ("CANCEL", "Cancelled: Opening at Food Hack")
    assert calendar_event_of(out)["UID"] == calendar_event_of(invited)["UID"]
    assert out.sequence > invited.sequence


def test_a_starred_session_that_moves_moves_in_calendars_and_one_that_comes_back_is_open_again(db, made, cy, starred):
    session, _invited = starred
    seen = []
    for step in (
        lambda: move_to(db, made, session, 8),
        lambda: take_session_off(db, made.ada, session),
        lambda: move_to(db, made, session, 9),
    ):
        known = sent(db)
        step()
        released(db, made, f"release {known}")
        seen.append(new_letters(db, known)["cy"])

    assert [one.method for one in seen] == ["REQUEST", "CANCEL", "REQUEST"]
    assert [one.sequence for one in seen] == [1, 2, 3]
    assert [one.subject.partition(":")[0] for one in seen] == ["Updated", "Cancelled", "Updated"]


def test_who_declined_a_session_is_asked_anew_when_it_moves_and_not_when_its_title_changes(db, made, cy, starred):
    session, first = starred
    sent(db)
    reply = CalendarReply(ReplyVerb.DECLINED, first.uid, first.sequence, clock.now())
    answer_entry(db, actor_for(db, cy.person), find_entry_of(db, first.uid, cy.person), reply=reply)
    db.commit()
    other, seen = Wording("Opening of it all", abstract="About **it**.", minutes=60), []
    for number, step in enumerate((
        lambda: change_session(db, made.ada, session, wording=other, place=Place(made.hall.public_id, at(7))),
        lambda: move_to(db, made, session, 8, made.studio),
        lambda: move_to(db, made, session, 7, made.hall),
    )):  # fmt: skip
        known = sent(db)
        step()
        released(db, made, f"release {number}")
        seen.append("cy" in new_letters(db, known))

    # The way back is told too: their calendar knows of the move.
    assert seen == [False, True, True]


def test_a_star_that_is_taken_back_before_its_letter_goes_sends_nothing(db, made, cy):
    session = make_session(db, made, "Opening", hours=7)
    released(db, made)
    known = sent(db)
    subject = get_agenda_session(db, made.event, session.session.public_id)
    star_session(db, cy, subject)
    unstar_session(db, cy, subject)

    assert new_letters(db, known) == {}


def test_who_wishes_no_invitations_and_who_speaks_gets_none_for_a_star(db, made, bo, cy):
    choose_invitations(db, cy, person_of(db, cy), sessions=False)
    session = make_session(db, made, "Opening", hours=7, speakers=address_of(db, bo))
    released(db, made)
    known = sent(db)
    for person in (bo, cy):
        star_session(db, person, get_agenda_session(db, made.event, session.session.public_id))

    assert new_letters(db, known) == {}


def test_a_speaker_who_leaves_but_has_starred_the_session_keeps_it(db, made, bo):
    session = make_session(db, made, "Opening", hours=7, speakers=address_of(db, bo))
    released(db, made)
    star_session(db, bo, get_agenda_session(db, made.event, session.session.public_id))
    wording = Wording("Opening, without Bo", minutes=60)
    change_session(db, made.ada, session, wording=wording, place=None)
    move_to(db, made, session, 7)
    known = sent(db)
    released(db, made, "2")

    written(db)
    assert sorted((one.kind, one.method) for one in all_letters()[known:]) == [
        ("session_called_off", "CANCEL"), ("starred_session_moved", "REQUEST"),
    ]  # fmt: skip


def test_who_wishes_no_invitations_reads_in_one_letter_what_of_their_stars_moved(db, made, bo, cy):
    opening = make_session(db, made, "Opening", hours=7)
    lunch = make_session(db, made, "Lunch", hours=9, room=made.studio)
    stays = make_session(db, made, "Talk", hours=11)
    released(db, made)
    stars(db, cy, made, opening, lunch, stays)
    known = sent(db)
    move_to(db, made, opening, 8)
    take_session_off(db, made.ada, lunch)
    released(db, made, "2")

    letters = new_letters(db, known)

    text = text_of(letters["cy"])
    assert set(letters) == {"cy"}
    assert (letters["cy"].kind, letters["cy"].method) == ("starred_sessions_changed", "")
    assert "- Opening: " in text
    assert "Lunch is not on the agenda any more." in text
    assert "Talk" not in text


def test_who_stopped_announcements_gets_no_letter_of_a_move(db, made, cy):
    session = make_session(db, made, "Opening", hours=7)
    released(db, made)
    stars(db, cy, made, session)
    stop_letters(db, cy, Subscription(person_of(db, cy), Topic.ANNOUNCEMENTS))
    known = sent(db)
    move_to(db, made, session, 8)
    released(db, made, "2")

    assert new_letters(db, known) == {}


def test_a_release_that_moves_nothing_starred_tells_nobody_plainly(db, made, cy):
    session, other = make_session(db, made, "Opening", hours=7), make_session(db, made, "Talk", hours=11)
    released(db, made)
    stars(db, cy, made, session)
    known = sent(db)
    move_to(db, made, other, 12)
    released(db, made, "2")

    assert new_letters(db, known) == {}
