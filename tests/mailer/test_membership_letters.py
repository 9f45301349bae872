"""Letters about joining an organisation: to who answers, and the answer to who asked."""

import pytest
from sqlmodel import select

from events.admission import (
    agree_to_membership,
    get_membership_request,
    take_back_membership_request,
    turn_down_membership,
)
from events.core.journal import settle
from events.membership_requests import MembershipRequest
from events.organisations import Organisation, name_contact, remove_member
from events.people import PersonState
from mailer.letters import LetterState
from mailer.writing import write_letters
from tests.events.makers_network import added, asking, gathering
from tests.mailer.makers_letters import all_letters, html_of, text_of
from tests.makers import again, let_join, make_organisation, make_person, make_registration, person_of


def written(db):
    """Tell what happened and write what follows: kind, address and state of each letter about joining."""
    db.commit()
    settle()
    write_letters()
    return [letter for letter in all_letters() if letter.kind.startswith("membership_")]


def said(letters):
    return [(one.kind, one.address.partition("@")[0], one.state) for one in letters]


@pytest.fixture
def dairy(db, bo) -> Organisation:
    return added(db, bo)


def test_every_contact_is_asked_and_no_other_member(db, bo, cy, dee, eve, dairy):
    for person in (cy, dee):
        let_join(db, person, dairy)
    name_contact(db, again(db, bo), dairy, person_id=cy.person)
    person_of(db, eve).job_title = "Cheesemonger"
    asking(db, eve, dairy)

    letters = written(db)

    waiting = LetterState.WAITING
    assert said(letters) == [("membership_asked", "bo", waiting), ("membership_asked", "cy", waiting)]
    assert letters[0].subject == "Eve Ek asks to join Alpenkäse GmbH"
    text = text_of(letters[0]).replace("\u200b", "")  # it is to be read, not to become a link
    assert "Eve Ek says that they belong to Alpenkäse GmbH and asks you to agree." in text
    assert "eve@example.org" in text and "Cheesemonger" in text
    assert f"http://folkmoot.example/organisation/{dairy.public_id}" in text
    assert "because you are a contact of Alpenkäse GmbH" in text
    assert "because you are a contact of Alpenkäse GmbH" in html_of(letters[0])


def test_contacts_who_have_yet_to_sign_in_are_not_asked_but_the_organisers(db, ada, bo, eve, dairy):
    ada, event = gathering(db, ada)
    make_registration(db, again(db, bo), event, organisation=dairy)
    person_of(db, bo).state = PersonState.NEW
    asking(db, eve, dairy)

    letters = written(db)

    assert said(letters) == [("membership_asked", "ada", LetterState.WAITING)]
    assert "has no contact who could answer" in text_of(letters[0])


def test_where_nobody_could_answer_nobody_is_written_to(db, eve):
    asking(db, eve, make_organisation(db, "Norrsken"))

    assert written(db) == []


@pytest.mark.parametrize("end", ["answered", "taken back", "gone", "contact gone"])
def test_what_waits_for_nobody_any_more_is_not_written(db, bo, cy, eve, dairy, end):
    let_join(db, cy, dairy)
    name_contact(db, again(db, bo), dairy, person_id=cy.person)
    asked = asking(db, eve, dairy)
    db.commit()
    settle()
    if end == "answered":
        turn_down_membership(db, again(db, bo), asked)
    elif end == "taken back":
        take_back_membership_request(db, eve, asked)
    elif end == "gone":
        db.delete(db.exec(select(MembershipRequest)).one())
    else:
        remove_member(db, again(db, bo), dairy, person_id=cy.person)

    letters = [one for one in written(db) if one.kind == "membership_asked"]

    still = LetterState.WAITING if end == "contact gone" else LetterState.NOT_NEEDED
    assert said(letters) == [
        ("membership_asked", "bo", still),
        ("membership_asked", "cy", LetterState.NOT_NEEDED),
    ]


def test_who_was_agreed_to_reads_that_they_belong(db, bo, eve, dairy):
    agree_to_membership(db, again(db, bo), asking(db, eve, dairy))

    [letter] = written(db)

    assert said([letter]) == [("membership_agreed", "eve", LetterState.WAITING)]
    assert letter.subject == "You belong to Alpenkäse GmbH now"
    assert f"http://folkmoot.example/organisation/{dairy.public_id}" in text_of(letter)


def test_who_was_taken_out_again_before_the_letter_is_not_told_that_they_belong(db, bo, eve, dairy):
    agree_to_membership(db, again(db, bo), asking(db, eve, dairy))
    remove_member(db, again(db, bo), dairy, person_id=eve.person)

    assert said(written(db)) == [("membership_agreed", "eve", LetterState.NOT_NEEDED)]


def test_who_was_turned_down_reads_why_as_it_was_written(db, bo, eve, dairy):
    turn_down_membership(db, again(db, bo), asking(db, eve, dairy), answer="Write to <b>Bo</b>.\nWe know no Eve.")

    [letter] = written(db)

    assert said([letter]) == [("membership_turned_down", "eve", LetterState.WAITING)]
    assert letter.subject == "Your request to join Alpenkäse GmbH was turned down"
    assert "Write to <b>Bo</b>.\nWe know no Eve." in text_of(letter).replace("> ", "")
    assert "<b>Bo</b>" not in html_of(letter) and "We know no Eve." in html_of(letter)


def test_a_second_request_after_a_no_is_asked_about_again(db, bo, eve, dairy):
    turn_down_membership(db, again(db, bo), asking(db, eve, dairy))
    db.commit()
    settle()
    again_asked = asking(db, eve, dairy)

    letters = written(db)

    assert [one.kind for one in letters] == ["membership_turned_down", "membership_asked"]
    assert get_membership_request(db, again(db, bo), again_asked.request.public_id).id == again_asked.id


def test_the_erased_are_not_written_to(db, bo, dairy):
    mia = make_person(db, "Mia Mann")
    agree_to_membership(db, again(db, bo), asking(db, mia, dairy))
    person_of(db, mia).state = PersonState.ERASED

    assert written(db) == []
