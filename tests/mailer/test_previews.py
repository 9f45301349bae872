"""Previews: organisers read a letter as one real person would, and nothing that is private."""

import pytest
from sqlmodel import select

from events.core.database import reading
from events.core.refusals import Invalid, NotAllowed, NotFound
from events.letter_texts import find_letter_text, set_letter_text
from events.people import Person
from events.phases import PhaseKind
from mailer.letters import OCCASIONS
from mailer.previews import OPEN, preview_letter
from sessions.notices import Segment, send_notice
from tests.mailer.makers_letters import all_letters, sent
from tests.makers import again, make_person, make_registration, open_phase
from tests.sessions.makers_meetings import make_fair, make_meeting, make_participant, make_request


@pytest.fixture
def fair(db, ada, bo, cy):
    """Bo reads German in Tokyo; Cy reads English in Lisbon."""
    person = db.get_one(Person, bo.person)
    person.locale, person.zone = "de", "Asia/Tokyo"
    db.add(person)
    fair = make_fair(db, ada)
    for one in (bo, cy):
        make_participant(db, one, fair)
    sent(db)
    return fair


def looked_at(db, fair, actor=None, **values):
    asked = {"kind": "registration_confirmed", "locale": "en", "text": "", "reader": "Bo Berg"} | values
    return preview_letter(db, actor or fair.ada, fair.event, **asked)


def test_a_letter_is_shown_as_its_reader_would_get_it_with_the_words_that_are_tried(db, fair):
    shown = looked_at(db, fair, locale="de", text="Liebe(r) {name}, bis bald bei {event}.")

    assert (shown.reader.locale, shown.reader.zone, shown.is_open, shown.about is not None) == (
        "de", "Asia/Tokyo", True, True,
    )  # fmt: skip
    for said in ("Liebe(r) Bo Berg, bis bald bei Food Match.", "Network of Food Match"):
        assert (said in shown.text, said in shown.html) == (True, True)
    assert '<html lang="de">' in shown.html


def test_it_is_what_was_sent_to_that_person(db, fair, bo, cy):
    make_meeting(db, fair, asker=again(db, bo), invitee=again(db, cy))
    sent(db)
    letter = next(one for one in all_letters() if one.kind == "meeting_accepted" and one.person_id == bo.person)

    shown = looked_at(db, fair, kind="meeting_accepted", reader="bo@example.org")

    assert shown.subject == letter.subject
    assert ("Cy Costa" in shown.text, "Wed" in shown.text or "Mi" in shown.text) == (True, True)
    assert "(Asia/Tokyo)" in shown.text


def test_nothing_is_saved_and_nothing_is_sent(db, fair):
    known = sent(db)

    with reading() as other:
        looked_at(other, fair, text="Words that are tried.")

    assert sent(db) == known
    assert find_letter_text(db, fair.event.id, "registration_confirmed", "en") is None


def test_words_for_readers_of_another_language_are_not_put_before_this_one(db, fair):
    set_letter_text(db, fair.ada, fair.event, kind="registration_confirmed", locale="de", text="Gespeichertes.")

    in_english, in_french = (looked_at(db, fair, locale=one, text="Tried.") for one in ("en", "fr"))
    for_cy = looked_at(db, fair, locale="en", text="Tried.", reader="Cy Costa")

    assert ["Tried." in one.text for one in (in_english, in_french, for_cy)] == [False, False, True]
    assert "Gespeichertes." in in_english.text


def test_where_nothing_has_happened_yet_the_words_stand_in_the_frame(db, fair):
    shown = looked_at(db, fair, kind="prize_won", text="Well done, {name}.", reader="Cy Costa")

    assert (shown.is_open, shown.about) == (True, None)
    assert "Well done, Cy Costa.\n\nWhat the letter itself says follows here." in shown.text


def test_what_is_between_participants_or_secret_is_not_shown(db, fair, bo, cy):
    make_request(db, fair, asker=again(db, cy), invitee=again(db, bo), note="Between the two of us")
    sent(db)

    shown = looked_at(db, fair, kind="meeting_requested")

    assert (shown.is_open, shown.about) == (False, None)
    assert ("Between the two of us" in shown.text, "Cy Costa" in shown.text) == (False, False)


def test_nothing_that_carries_a_secret_or_what_others_wrote_is_among_those_that_are_shown():
    from mailer.writing import TEMPLATES

    quoting = {one for one in OPEN if "quote(" in (TEMPLATES / one / "body.txt").read_text()}

    assert set(OCCASIONS) >= OPEN
    assert {one for one in OPEN if OCCASIONS[one].secret} == set()
    # Why a meeting of a pitch or a prize came about was written by organisers themselves.
    assert quoting <= {"pitch_cancelled", "prize_won", "prizes_won", "taken_out_of_team"}
    assert OPEN & {"digest", "connection_made", "text_forwarded", "conflict_declared", "comments_released"} == set()


def test_the_link_in_a_preview_stops_nobodys_letters(db, fair):
    send_notice(db, fair.ada, fair.event, title="News", text="Hello.", segment=Segment.PARTICIPANTS, counted=2)
    sent(db)

    shown = looked_at(db, fair, kind="notice")

    assert ("stop_letters" in shown.text + shown.html, "own_calendar" in shown.html) == (False, True)


def test_only_organisers_look_and_only_at_people_of_their_event(db, fair, bo):
    open_phase(db, fair.ada, fair.event, PhaseKind.REGISTRATION)
    make_person(db, "Eve Ek")
    for name in ("Eve Ek", "eve@example.org", "", "o@", "%"):
        with pytest.raises(Invalid) as refused:
            looked_at(db, fair, reader=name)
        assert list(refused.value.fields) == ["reader"]
    with pytest.raises(NotAllowed):
        looked_at(db, fair, again(db, bo))


def test_of_several_who_are_called_so_one_is_asked_for(db, fair):
    for number in (1, 2):
        make_registration(db, make_person(db, "Bo Berger", email=f"berger{number}@example.org"), fair.event)

    with pytest.raises(Invalid, match=r"."):
        looked_at(db, fair, reader="berger")
    assert looked_at(db, fair, reader="bo berg").reader.address == "bo@example.org"
    assert looked_at(db, fair, reader="Berger2@example.org").reader.address == "berger2@example.org"


def test_what_saving_refuses_is_refused(db, fair):
    for wrong in ({"text": "Dear {nmae}"}, {"locale": "xx"}):
        with pytest.raises(Invalid):
            looked_at(db, fair, **wrong)
    with pytest.raises(NotFound):
        looked_at(db, fair, kind="no_such_letter")


def test_every_letter_that_is_shown_can_be_made_again_for_those_who_got_one(db, fair, bo, cy):
    make_meeting(db, fair, asker=again(db, bo), invitee=again(db, cy))
    sent(db)
    people = {one.id: one for one in db.exec(select(Person))}
    told = {(one.kind, one.person_id) for one in all_letters() if one.kind in OPEN and one.subject}

    shown = [looked_at(db, fair, kind=kind, reader=people[who].email) for kind, who in sorted(told)]

    assert told
    assert [one.about is None for one in shown] == [False] * len(told)
