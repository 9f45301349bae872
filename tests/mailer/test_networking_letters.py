"""The one letter of speed networking: two who both wish to stay in touch."""

from events.core.access import Actor
from events.core.database import Database
from sessions.networking.touch import stay_in_touch
from tests.mailer.makers_letters import new_letters, sent, text_of
from tests.sessions.makers_networking import make_evening


def test_both_are_told_where_the_others_address_is_and_nobody_before(db: Database, ada: Actor) -> None:
    evening = make_evening(db, ada, people=2)
    evening.come_in("Bo", "Cy")
    evening.start()
    evening.wait(30)
    db.commit()
    known = sent(db)
    evening.do(stay_in_touch, "Bo", other=evening.people["Cy"].person)
    db.commit()
    first = new_letters(db, known)
    evening.do(stay_in_touch, "Cy", other=evening.people["Bo"].person)
    db.commit()

    letters = new_letters(db, known)

    assert first == {}
    assert sorted(letters) == ["bo", "cy"]
    assert letters["bo"].subject == "You and Cy Nomad stay in touch"
    told = text_of(letters["bo"])
    assert "Cy and daughters" in told and "nomads" not in told  # an address in a letter could not be copied
    assert evening.public in told
