"""Letters about a team that has handed in and takes another challenge."""

from tests.events.conftest import trays, wax  # noqa: F401 - fixtures
from tests.events.test_team_pages import WHY, over, switch, team, with_prize  # noqa: F401 - a fixture
from tests.mailer.makers_letters import new_letters, sent, text_of


def test_both_owners_are_told_and_who_did_it_is_not(db, bo, team, wax):  # noqa: F811 - a fixture
    known = sent(db)

    switch(db, bo, team, wax)

    letters = new_letters(db, known)
    assert sorted(letters) == ["che", "dee"]
    assert ("Challenge now: Wax" in text_of(letters["che"]), "See your board" in text_of(letters["che"])) == (
        True,
        True,
    )


def test_the_team_reads_until_when_to_hand_in_again(db, ada, bo, team, wax):  # noqa: F811 - a fixture
    known = sent(db)

    switch(db, ada, team, wax)

    assert "Hand in again by" in text_of(new_letters(db, known)["bo"])


def test_after_the_end_all_read_the_reason(db, ada, team, wax):  # noqa: F811 - a fixture
    late = over(db, ada, team)
    known = sent(db)

    switch(db, ada, late, wax, why=WHY)

    letters = new_letters(db, known)
    assert sorted(letters) == ["bo", "che", "dee"]
    assert {WHY in text_of(one) for one in letters.values()} == {True}
    assert "Hand in again" not in text_of(letters["bo"])


def test_organisers_read_that_prizes_are_free_again_and_nobody_else(db, ada, bo, che, team, trays, wax):  # noqa: F811
    with_prize(db, ada, che, trays, team)
    known = sent(db)

    switch(db, bo, team, wax)

    letters = new_letters(db, known)
    assert {name: "awarded prizes" in text_of(one) for name, one in letters.items()} == {
        "ada": True, "che": False, "dee": False,
    }  # fmt: skip
