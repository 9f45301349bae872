"""Letters that people may do without say how to stop them, and one click does."""

import pytest

from events.core.access import VISITOR
from events.core.database import reading
from events.core.refusals import NotFound
from events.letter_choices import Topic, get_subscription, has_stopped, resume_letters, stop_letters, stop_token
from events.people import Person
from mailer.letters import LetterState
from sessions.outcomes import OutcomeAwaited
from tests.asking import Asker
from tests.mailer.makers_letters import letters_after, make_meeting, parsed, text_of
from tests.makers import again, make_event, make_programme, person_of


@pytest.fixture
def asked(db, ada, bo, cy):
    programme = make_programme(db, ada)
    event = make_event(db, again(db, ada), programme, template="matchmaking", name="Food Match")
    meeting = make_meeting(db, event, bo, cy)
    return OutcomeAwaited(event_id=event.id, meeting_id=meeting.id, person_id=bo.person, months=1)


def test_a_reminder_says_in_header_and_text_how_to_stop_reminders_and_a_confirmation_does_not(db, asked, bo):
    [letter] = letters_after(db, asked)

    link = f"http://folkmoot.example/stop_letters/{stop_token(person_of(db, bo), Topic.REMINDERS)}"
    assert parsed(letter)["List-Unsubscribe"] == f"<{link}>"
    assert "List-Unsubscribe-Post" not in parsed(letter)  # the public address is http here
    assert f"Stop letters of this kind:\n{link}" in text_of(letter)


def test_who_stopped_them_gets_none_until_they_want_them_again(db, asked, bo):
    subject = get_subscription(db, stop_token(person_of(db, bo), Topic.REMINDERS))
    stop_letters(db, VISITOR, subject)
    stop_letters(db, VISITOR, subject)

    [letter] = letters_after(db, asked)

    assert letter.state is LetterState.NOT_NEEDED
    resume_letters(db, VISITOR, subject)
    assert not has_stopped(db, bo.person, Topic.REMINDERS)


def test_a_link_that_we_did_not_make_is_nothing(db, bo, cy):
    mine, theirs = (stop_token(person_of(db, one), Topic.REMINDERS) for one in (bo, cy))
    other_kind = mine.replace("reminders", "digests")

    one_off = mine[:-1] + ("1" if mine.endswith("0") else "0")
    exchanged = theirs.rpartition(".")[0] + "." + mine.rpartition(".")[2]

    for forged in ("", "x", one_off, other_kind, exchanged):
        with pytest.raises(NotFound):
            get_subscription(db, forged)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_click_of_a_mail_program_works_without_a_sign_in_and_a_look_changes_nothing(db, bo):
    token = stop_token(person_of(db, bo), Topic.DIGESTS)
    db.commit()
    asker = Asker()

    looked = await asker.get(f"/letters/stop/{token}")
    with reading() as other:
        assert not has_stopped(other, bo.person, Topic.DIGESTS)
    clicked = {"List-Unsubscribe": "One-Click"}
    answer = await asker.ask("POST", f"/letters/stop/{token}", form=clicked, honest=False)

    assert (looked.status_code, answer.status_code) == (200, 303)
    with reading() as other:
        assert has_stopped(other, bo.person, Topic.DIGESTS)
        assert other.get(Person, bo.person) is not None
