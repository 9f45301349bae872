"""What organisers write: passages in letters, and notices to a part of their people."""

import pytest

from events.core.refusals import Invalid, NotAllowed
from events.letter_texts import send_test_letter, set_letter_text
from events.people import Person
from events.placeholders import checked_text, filled
from events.programmes import Programme
from events.signin import PasswordSet
from mailer.letters import LetterState
from sessions.meetings import MeetingDeclined
from sessions.notices import OthersMeant, Segment, people_in, send_notice
from tests.mailer.makers_letters import (
    all_letters,
    html_of,
    letters_after,
    make_meeting,
    new_letters,
    parsed,
    sent,
    text_of,
)
from tests.makers import again
from tests.sessions.makers_meetings import make_fair, make_participant


@pytest.fixture
def fair(db, ada, bo, cy):
    fair = make_fair(db, ada)
    for person in (bo, cy):
        make_participant(db, person, fair)
    sent(db)
    return fair


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dear {nmae}", "{nmae} is no placeholder. There are: {name}, {event}, {programme}."),
        ("{{ event }}", "{ event } is no placeholder. There are: {name}, {event}, {programme}."),
        ("{{event}}", "A brace stands alone. Write placeholders as {name}, and leave other braces out."),
        ("{event", "A brace stands alone. Write placeholders as {name}, and leave other braces out."),
        ("{event.name}", "{event.name} is no placeholder. There are: {name}, {event}, {programme}."),
        ("x" * 2001, "Please write at most 2000 characters."),
    ],
)
def test_a_text_with_a_broken_or_unknown_placeholder_is_refused_on_saving(text, said):
    with pytest.raises(Invalid) as refused:
        checked_text("text", text, most=2000)

    assert [str(one) for one in refused.value.fields.values()] == [said]


def test_what_is_filled_in_is_never_looked_at_again():
    assert filled("Hello {name} at {event}", {"name": "{event} {0.__class__}", "event": "Food"}) == (
        "Hello {event} {0.__class__} at Food"
    )


def test_letters_of_a_kind_begin_with_the_organisers_words_in_the_readers_language(db, fair, bo, cy):
    person = db.get_one(Person, bo.person)
    person.locale = "de"
    db.add(person)
    for locale, text in (("en", "Dear {name}, see you at {event}."), ("de", "Bis bald, {name}.\n\nIhr {programme}")):
        set_letter_text(db, fair.ada, fair.event, kind="meeting_declined", locale=locale, text=text)
    meeting = make_meeting(db, fair.event, bo, cy)
    known = len(all_letters())
    letters_after(db, MeetingDeclined(event_id=fair.event.id, meeting_id=meeting.id))

    letter = all_letters()[known]

    assert "Bis bald, Bo Berg.\n\nIhr Network of Food Match" in text_of(letter)
    assert "<p>" in html_of(letter)
    assert "Bis bald, Bo Berg." in html_of(letter)


def test_an_empty_text_takes_it_away_and_another_kind_has_none(db, fair, bo, cy):
    set_letter_text(db, fair.ada, fair.event, kind="meeting_declined", locale="en", text="Words of ours.")
    set_letter_text(db, fair.ada, fair.event, kind="meeting_declined", locale="en", text="")
    meeting = make_meeting(db, fair.event, bo, cy)
    known = len(all_letters())
    letters_after(db, MeetingDeclined(event_id=fair.event.id, meeting_id=meeting.id))

    assert "Words of ours." not in text_of(all_letters()[known])


def test_a_test_goes_to_whoever_asks_for_it_and_to_nobody_else(db, fair):
    set_letter_text(db, fair.ada, fair.event, kind="notice", locale="en", text="Hello {name}.")
    known = sent(db)
    send_test_letter(db, fair.ada, fair.event, kind="notice", locale="en")

    letters = new_letters(db, known)

    assert set(letters) == {"ada"}
    assert "Hello Ada Adler." in text_of(letters["ada"])


def test_letters_about_an_event_name_the_programme_and_its_funding_and_others_do_not(db, fair, bo, cy):
    programme = db.get_one(Programme, fair.event.programme_id)
    programme.funding = "Funded by the European Union"
    db.add(programme)
    meeting = make_meeting(db, fair.event, bo, cy)
    known = len(all_letters())
    letters_after(
        db, MeetingDeclined(event_id=fair.event.id, meeting_id=meeting.id), PasswordSet(person_id=bo.person)
    )  # fmt: skip

    about_event, about_nothing = all_letters()[known:]

    assert text_of(about_event).endswith(
        "Network of Food Match\nFunded by the European Union\nhttp://folkmoot.example/\n"
    )
    assert "Funded by" in html_of(about_event)
    assert "Funded by" not in text_of(about_nothing)


def test_a_notice_goes_to_its_segment_once_each_and_says_how_to_stop_them(db, fair):
    known = sent(db)
    send_notice(
        db, fair.ada, fair.event, title="News of {event}", text="Dear {name},\n\nthe door opens at nine.",
        segment=Segment.PARTICIPANTS, counted=2,
    )  # fmt: skip

    letters = new_letters(db, known)

    assert set(letters) == {"bo", "cy"}
    assert letters["bo"].subject == "News of Food Match"
    assert "Dear Bo Berg,\n\nthe door opens at nine." in text_of(letters["bo"])
    assert parsed(letters["bo"])["List-Unsubscribe"].startswith("<http://folkmoot.example/")


def test_a_notice_is_refused_when_others_are_meant_than_the_writer_saw(db, fair):
    with pytest.raises(OthersMeant):
        send_notice(
            db, fair.ada, fair.event, title="News", text="Text", segment=Segment.PARTICIPANTS, counted=3
        )  # fmt: skip
    with pytest.raises(Invalid):
        send_notice(db, fair.ada, fair.event, title="News", text="Text", segment=Segment.JUDGES, counted=0)


def test_segments_are_who_they_say(db, fair, bo, cy):
    found = {one: people_in(db, fair.event.id, one) for one in Segment if one is not Segment.TYPE}

    both = sorted([bo.person, cy.person])
    assert {one for one, people in found.items() if people == both} == {
        Segment.PARTICIPANTS, Segment.WITHOUT_TEAM, Segment.SILENT, Segment.WITHOUT_MEETING,
    }  # fmt: skip
    assert people_in(db, fair.event.id, Segment.TYPE, "traditional") == both


def test_participants_write_to_nobody(db, fair, bo):
    with pytest.raises(NotAllowed):
        send_notice(
            db, again(db, bo), fair.event, title="News", text="Text", segment=Segment.PARTICIPANTS, counted=2
        )  # fmt: skip
    assert [one for one in all_letters() if one.state is LetterState.WAITING] == []
