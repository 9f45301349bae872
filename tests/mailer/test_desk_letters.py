"""The letter to a new desk officer."""

from events.core.journal import settle
from events.desks import remove_desk_officer
from mailer.writing import write_letters
from tests.events.makers_desks import make_desk
from tests.mailer.makers_letters import all_letters, text_of
from tests.makers import again, make_programme


def test_a_new_officer_is_told_whom_they_look_after(db, ada, bo):
    make_desk(db, ada, make_programme(db, ada), officer=bo)
    db.commit()

    settle()
    write_letters()

    (letter,) = all_letters()
    assert (letter.kind, letter.address) == ("desk_officer_added", "bo@example.org")
    assert letter.subject == "You look after the participants of Alpine desk"
    assert "You look after the participants of Alpine desk in Green Food Network" in text_of(letter)


def test_an_officer_who_was_removed_before_the_letter_is_not_written_to(db, ada, bo):
    desk = make_desk(db, ada, make_programme(db, ada), officer=bo)
    remove_desk_officer(db, again(db, ada), desk, person_id=bo.person)
    db.commit()

    settle()
    write_letters()

    assert [letter.state for letter in all_letters()] == ["not needed"]
