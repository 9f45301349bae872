"""Prizes: who offers them, to whom they go, and when everybody knows."""

import threading

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from events.challenges import ChallengeInEvent
from events.core.access import Actor
from events.core.database import Database, transaction
from events.core.money import read_amount
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.translation import LANGUAGES, written_for
from events.events import event_by_id
from events.handing_in import hand_in
from events.prizes import (
    Offered,
    PrizeAward,
    PrizeInEvent,
    add_challenge_prize,
    add_prize,
    announce_winners,
    award_prize,
    change_prize,
    finals_of,
    get_prize,
    prize_money,
    prizes_of,
    remove_prize,
    take_prize_back,
    worth_of,
)
from events.submissions import save_draft, submission_of_team
from tests.events.makers_hackathon import DONE, make_team
from tests.events.test_submission_fields import taking, with_challenge
from tests.makers import again

FIRST = Offered("First place", "", "And a month at the plant.", "Bakery Brno", 1, "2,000", "EUR")


@pytest.fixture
def challenge(db: Database, ada: Actor, che: Actor, bo: Actor, cy: Actor) -> ChallengeInEvent:
    """Che's challenge, in a hackathon in which Bo and Cy take part."""
    return with_challenge(db, ada, che, bo, cy)[1]


def handed_in(db: Database, person: Actor, challenge: ChallengeInEvent, name: str, *, takes: bool = True) -> str:
    """The public id of what somebody's team has handed in."""
    event = challenge.event
    team = taking(db, person, event, challenge) if takes else make_team(db, person, event, name)
    hand_in(db, again(db, person), team, written=DONE, revision=0)
    row = submission_of_team(db, team.id)
    assert row is not None
    return row.public_id


def offered_to_all(db: Database, ada: Actor, challenge: ChallengeInEvent, offered: Offered = FIRST) -> PrizeInEvent:
    row = add_prize(db, again(db, ada), challenge.event, offered=offered)
    return get_prize(db, again(db, ada), challenge.event, row.public_id)


def winners(db: Database, actor: Actor, challenge: ChallengeInEvent) -> list[str]:
    event = event_by_id(db, challenge.event.id)
    return [winner.team for prize in prizes_of(db, again(db, actor), event) for winner in prize.winners]


def test_an_owner_offers_prizes_for_their_challenge_and_an_organiser_for_all(db, ada, che, bo, challenge):
    add_challenge_prize(db, again(db, che), challenge, offered=FIRST)
    offered_to_all(db, ada, challenge, Offered("Audience's prize"))

    found = prizes_of(db, again(db, bo), challenge.event)

    assert [(one.name, one.challenge) for one in found] == [("Audience's prize", ""), ("First place", "Trays")]
    with pytest.raises(NotAllowed):
        add_prize(db, again(db, che), challenge.event, offered=FIRST)
    with pytest.raises(NotAllowed):
        add_challenge_prize(db, again(db, bo), challenge, offered=FIRST)


@pytest.mark.parametrize(
    ("offered", "wrong"),
    [(Offered(" "), "name"), (Offered("x" * 121), "name"), (Offered("A", winners=0), "winners"),
     (Offered("A", value="x" * 81), "value"), (Offered("A", amount="a lot", currency="EUR"), "amount"),
     (Offered("A", amount="0", currency="EUR"), "amount"), (Offered("A", amount="3.50", currency="EUR"), "amount"),
     (Offered("A", amount="-5", currency="EUR"), "amount"), (Offered("A", amount="5", currency="XXX"), "currency"),
     (Offered("A", amount="1000000001", currency="EUR"), "amount")],
)  # fmt: skip
def test_what_is_no_prize_is_refused(db, ada, challenge, offered, wrong):
    with pytest.raises(Invalid) as refused:
        add_prize(db, again(db, ada), challenge.event, offered=offered)

    assert set(refused.value.fields) == {wrong}


@pytest.mark.parametrize("typed", ["3000", " 3000 ", "3,000", "3.000", "3 000", "3\u202f000", "3'000", "3’000"])
def test_an_amount_is_read_as_people_type_it_and_written_as_the_reader_writes_it(db, ada, challenge, typed):
    prize = offered_to_all(db, ada, challenge, Offered("First", amount=typed, currency="EUR")).prize

    assert (prize.amount, prize.currency) == (3000, "EUR")
    written = []
    for locale in LANGUAGES:
        with written_for(locale, "UTC"):
            written.append(worth_of(prize).replace("\u202f", " ").replace("\xa0", " "))
    assert written == ["€3,000", "3.000 €", "3 000 €"]


@pytest.mark.parametrize(
    "typed", ["3,00", "30,00", "3,000.50", "3.000,000 ", "1,0000", "3 00", "1e3", "٣٠٠٠", "³", "12.34.567"]
)
def test_what_is_no_whole_amount_is_not_guessed_at(typed):
    assert read_amount(typed) is None


def test_what_is_given_in_all_is_added_up_for_each_currency_and_place(db, ada, bo, challenge):
    for offered in (
        Offered("First", amount="3000", currency="EUR"), Offered("Next", winners=4, amount="500", currency="EUR"),
        Offered("Alps", "and a ticket", amount="1500", currency="CHF"), Offered("Fun", "A month at our plant"),
    ):  # fmt: skip
        offered_to_all(db, ada, challenge, offered)

    found = prizes_of(db, again(db, bo), challenge.event)

    assert [one.worth for one in found] == ["€3,000", "€500", "CHF\u00a01,500, and a ticket", "A month at our plant"]
    assert prize_money(found) == ["€5,000", "CHF\u00a01,500"]


def test_the_database_keeps_no_amount_without_its_currency(db, ada, challenge):
    prize = offered_to_all(db, ada, challenge).prize

    prize.currency = ""

    with pytest.raises(IntegrityError), db.begin_nested():
        db.flush()


def test_nobody_but_organisers_knows_the_winners_until_they_are_announced(db, ada, che, bo, cy, challenge):
    submission = handed_in(db, bo, challenge, "Straw")
    award_prize(db, again(db, ada), offered_to_all(db, ada, challenge), submission=submission)

    before = [winners(db, one, challenge) for one in (ada, che, bo, cy)]
    announce_winners(db, again(db, ada), challenge.event)
    after = [winners(db, one, challenge) for one in (ada, che, bo, cy)]

    assert before == [["Straw"], [], [], []]
    assert after == [["Straw"]] * 4


def test_winners_are_announced_once_and_only_when_there_are_some(db, ada, bo, challenge):
    with pytest.raises(Conflict, match="No prize is awarded yet"):
        announce_winners(db, again(db, ada), challenge.event)
    submission = handed_in(db, bo, challenge, "Straw")
    award_prize(db, again(db, ada), offered_to_all(db, ada, challenge), submission=submission)
    announce_winners(db, again(db, ada), challenge.event)

    with pytest.raises(Conflict, match="announced already"):
        announce_winners(db, again(db, ada), challenge.event)


def test_what_was_offered_stays_once_winners_are_announced(db, ada, bo, challenge):
    prize = offered_to_all(db, ada, challenge)
    award_prize(db, again(db, ada), prize, submission=handed_in(db, bo, challenge, "Straw"))
    announce_winners(db, again(db, ada), challenge.event)

    for change in (
        lambda: change_prize(db, again(db, ada), prize, offered=Offered("Second place")),
        lambda: remove_prize(db, again(db, ada), prize),
        lambda: add_prize(db, again(db, ada), challenge.event, offered=FIRST),
    ):
        with pytest.raises(Conflict, match="prizes stay as they are"):
            change()


def test_a_prize_goes_to_as_many_as_it_says_and_to_each_once(db, ada, bo, cy, challenge):
    first, second = handed_in(db, bo, challenge, "Straw"), handed_in(db, cy, challenge, "Husk", takes=False)
    prize = offered_to_all(db, ada, challenge)
    award_prize(db, again(db, ada), prize, submission=first)

    with pytest.raises(Conflict, match="all its winners"):
        award_prize(db, again(db, ada), prize, submission=second)
    change_prize(db, again(db, ada), prize, offered=Offered("First place", winners=2))
    with pytest.raises(Conflict, match="has this prize already"):
        award_prize(db, again(db, ada), prize, submission=first)
    award_prize(db, again(db, ada), prize, submission=second)
    with pytest.raises(Invalid, match="awarded to more teams"):
        change_prize(db, again(db, ada), prize, offered=Offered("First place", winners=1))
    assert winners(db, ada, challenge) == ["Straw", "Husk"]


def test_the_prize_of_a_challenge_goes_to_its_teams(db, ada, che, bo, cy, challenge):
    row = add_challenge_prize(db, again(db, che), challenge, offered=FIRST)
    prize = get_prize(db, again(db, ada), challenge.event, row.public_id)
    stranger = handed_in(db, cy, challenge, "Husk", takes=False)

    with pytest.raises(Invalid, match="took its challenge"):
        award_prize(db, again(db, ada), prize, submission=stranger)
    award_prize(db, again(db, ada), prize, submission=handed_in(db, bo, challenge, "Straw"))


def test_what_was_not_handed_in_wins_nothing(db, ada, bo, challenge):
    team = make_team(db, bo, challenge.event)
    row = save_draft(db, again(db, bo), team, written=DONE, revision=0)

    with pytest.raises(Invalid, match="was handed in"):
        award_prize(db, again(db, ada), offered_to_all(db, ada, challenge), submission=row.public_id)
    assert finals_of(db, challenge.event.id) == []


def test_a_prize_is_taken_back_and_then_removed(db, ada, che, bo, challenge):
    prize, submission = offered_to_all(db, ada, challenge), handed_in(db, bo, challenge, "Straw")
    award_prize(db, again(db, ada), prize, submission=submission)

    with pytest.raises(Conflict, match="Take it back"):
        remove_prize(db, again(db, ada), prize)
    take_prize_back(db, again(db, ada), prize, submission=submission)
    with pytest.raises(Conflict, match="any more"):
        take_prize_back(db, again(db, ada), prize, submission=submission)
    remove_prize(db, again(db, ada), prize)

    assert prizes_of(db, again(db, ada), challenge.event) == []


def test_only_organisers_award(db, ada, che, bo, challenge):
    row = add_challenge_prize(db, again(db, che), challenge, offered=FIRST)
    prize, submission = get_prize(db, again(db, che), challenge.event, row.public_id), handed_in(db, bo, challenge, "S")

    for person in (che, bo):
        with pytest.raises(NotAllowed):
            award_prize(db, again(db, person), prize, submission=submission)


def test_two_who_award_the_last_place_at_once_are_one_award_and_one_sentence(db, ada, bo, cy, challenge):
    prize = offered_to_all(db, ada, challenge)
    finals = [handed_in(db, bo, challenge, "Straw"), handed_in(db, cy, challenge, "Husk", takes=False)]
    organiser, public = again(db, ada), prize.prize.public_id
    db.commit()
    answers: list[str] = []
    start = threading.Barrier(2)

    def award(submission: str) -> None:
        start.wait(10)
        try:
            with transaction() as other:
                there = get_prize(other, organiser, event_by_id(other, challenge.event.id), public)
                award_prize(other, organiser, there, submission=submission)
            answers.append("awarded")
        except Conflict:
            answers.append("told")

    threads = [threading.Thread(target=award, args=(one,)) for one in finals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(answers) == ["awarded", "told"]
    assert len(db.exec(select(PrizeAward)).all()) == 1
