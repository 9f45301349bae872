"""What a challenge gives its teams: resources, an annex in confidence, answers for all; and its owner's board."""

from datetime import timedelta

import pytest

from events.challenge_annex import (
    AnnexInEvent,
    agree_to_terms,
    fetch_from_annex,
    get_annex,
    open_annex,
    read_annex,
    readers_of,
    write_annex,
)
from events.challenge_board import board_of
from events.challenge_questions import (
    answer_about_challenge,
    ask_about_challenge,
    get_challenge_question,
    hide_challenge_question,
    questions_about,
    take_question_back,
)
from events.challenge_resources import (
    add_challenge_file,
    add_link,
    file_of,
    get_resource,
    remove_resource,
    resources_of,
)
from events.challenges import ChallengeInEvent, publish_challenge
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.files import make_ready
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import close_event
from events.handing_in import hand_in
from events.phases import PhaseKind
from events.registration import appoint
from events.roles import Role
from events.submission_texts import Written
from events.submissions import save_draft
from events.team_pages import change_team
from events.teams import TeamInEvent, add_member
from tests.events.makers_hackathon import BRIEF, DONE, make_team
from tests.events.test_submission_fields import taking, with_challenge
from tests.makers import NOW, again, shut_phase

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
TERMS = "You keep to yourself what you read here, for two years, and give the drawings back."
SECRET = "The press runs at 173 degrees."
QUESTION = "May the tray be made of two parts?"


@pytest.fixture
def challenge(db: Database, ada: Actor, che: Actor, bo: Actor, cy: Actor, tam: Actor) -> ChallengeInEvent:
    """Che's challenge in a hackathon of Ada's, in which Bo, Cy and Tam take part."""
    return with_challenge(db, ada, che, bo, cy, tam)[1]


@pytest.fixture
def team(db: Database, bo: Actor, challenge: ChallengeInEvent) -> TeamInEvent:
    """Bo's team, which has taken it."""
    return taking(db, bo, challenge.event, challenge)


def annex_of(db: Database, person: Actor, challenge: ChallengeInEvent) -> AnnexInEvent:
    return get_annex(db, again(db, person), challenge)


# Resources


def test_resources_are_links_and_files_in_order(db, che, challenge):
    add_link(db, again(db, che), challenge, title="A film of the press", url="example.org/film")
    add_challenge_file(db, again(db, che), challenge, file=make_ready("press.pdf", PDF))

    found = resources_of(db, challenge.id)
    assert [(one.title, one.url, one.size) for one in found] == [
        ("A film of the press", "https://example.org/film", 0),
        ("press.pdf", "", len(PDF)),
    ]
    assert file_of(db, get_resource(db, challenge, found[1].public_id, confidential=False)).name == "press.pdf"


def test_a_resource_is_taken_away_once(db, che, challenge):
    row = add_link(db, again(db, che), challenge, title="Film", url="https://example.org")
    resource = get_resource(db, challenge, row.public_id, confidential=False)

    remove_resource(db, again(db, che), resource)

    assert resources_of(db, challenge.id) == []
    with pytest.raises(Conflict):
        remove_resource(db, again(db, che), resource)


@pytest.mark.parametrize(("title", "url", "wrong"), [("", "https://a.example", "title"), ("A", "ftp://a", "url")])
def test_a_link_needs_a_title_and_an_address(db, che, challenge, title, url, wrong):
    with pytest.raises(Invalid) as refused:
        add_link(db, again(db, che), challenge, title=title, url=url)

    assert set(refused.value.fields) == {wrong}


def test_a_challenge_takes_twenty_resources(db, che, challenge):
    for number in range(20):
        add_link(db, again(db, che), challenge, title=f"Link {number}", url="https://example.org")

    with pytest.raises(Invalid):
        add_link(db, again(db, che), challenge, title="One more", url="https://example.org")


def test_others_than_owner_and_organisers_add_nothing(db, bo, challenge, team):
    with pytest.raises(NotAllowed):
        add_link(db, again(db, bo), challenge, title="Mine", url="https://example.org")
    with pytest.raises(NotAllowed):
        write_annex(db, again(db, bo), challenge, terms=TERMS, text=SECRET)


# The annex


def test_only_who_took_the_challenge_and_agreed_reads_the_annex(db, ada, che, bo, cy, tam, challenge, team):
    write_annex(db, again(db, che), challenge, terms=TERMS, text=SECRET)
    make_team(db, cy, challenge.event, "Husk")

    for stranger in (cy, tam):
        with pytest.raises(NotFound):
            annex_of(db, stranger, challenge)
    before = annex_of(db, bo, challenge)
    assert read_annex(db, again(db, bo), before) is None
    with pytest.raises(NotAllowed):
        open_annex(db, again(db, bo), before)
    agree_to_terms(db, again(db, bo), before, version=1)
    assert read_annex(db, again(db, bo), annex_of(db, bo, challenge)) is None

    open_annex(db, again(db, bo), annex_of(db, bo, challenge))

    read = read_annex(db, again(db, bo), annex_of(db, bo, challenge))
    assert read is not None
    assert read.text == SECRET


def test_each_member_agrees_for_themselves(db, che, bo, cy, challenge, team):
    write_annex(db, again(db, che), challenge, terms=TERMS, text=SECRET)
    add_member(db, again(db, bo), team, cy.person or 0, leads=False)
    agree_to_terms(db, again(db, bo), annex_of(db, bo, challenge), version=1)

    with pytest.raises(NotAllowed):
        open_annex(db, again(db, cy), annex_of(db, cy, challenge))


def test_who_read_what_stands_on_record_for_owner_and_organisers(db, ada, che, bo, challenge, team):
    write_annex(db, again(db, che), challenge, terms=TERMS, text=SECRET)
    row = add_challenge_file(db, again(db, che), challenge, file=make_ready("press.pdf", PDF), confidential=True)
    agree_to_terms(db, again(db, bo), annex_of(db, bo, challenge), version=1)
    agree_to_terms(db, again(db, bo), annex_of(db, bo, challenge), version=1)
    open_annex(db, again(db, bo), annex_of(db, bo, challenge))
    resource = get_resource(db, challenge, row.public_id, confidential=True)
    fetch_from_annex(db, again(db, bo), annex_of(db, bo, challenge), resource=resource)
    open_annex(db, again(db, ada), annex_of(db, ada, challenge))
    open_annex(db, again(db, che), annex_of(db, che, challenge))

    agreed, looked = readers_of(db, again(db, che), challenge)

    assert [(one.name, one.team, one.what) for one in agreed] == [("Bo Berg", "Straw", "1")]
    assert [(one.name, one.team, one.what) for one in looked] == [
        ("Ada Adler", "", ""),
        ("Bo Berg", "Straw", "press.pdf"),
        ("Bo Berg", "Straw", ""),
    ]
    assert readers_of(db, again(db, bo), challenge) == ([], [])


def test_a_confidential_file_is_not_found_among_the_others(db, che, challenge):
    write_annex(db, again(db, che), challenge, terms=TERMS, text=SECRET)
    row = add_challenge_file(db, again(db, che), challenge, file=make_ready("press.pdf", PDF), confidential=True)

    assert resources_of(db, challenge.id) == []
    with pytest.raises(NotFound):
        get_resource(db, challenge, row.public_id, confidential=False)


def test_other_terms_are_agreed_to_anew_and_other_words_are_opened_anew(db, che, bo, challenge, team):
    write_annex(db, again(db, che), challenge, terms=TERMS, text=SECRET)
    agree_to_terms(db, again(db, bo), annex_of(db, bo, challenge), version=1)
    open_annex(db, again(db, bo), annex_of(db, bo, challenge))

    write_annex(db, again(db, che), challenge, terms=TERMS, text="The press runs at 180 degrees.")
    assert read_annex(db, again(db, bo), annex_of(db, bo, challenge)) is None
    write_annex(db, again(db, che), challenge, terms=TERMS + " And the samples.", text=SECRET)

    with pytest.raises(NotAllowed):
        open_annex(db, again(db, bo), annex_of(db, bo, challenge))
    with pytest.raises(Conflict, match="terms have changed"):
        agree_to_terms(db, again(db, bo), annex_of(db, bo, challenge), version=1)


def test_a_team_that_takes_another_challenge_reads_it_no_more(db, che, bo, challenge, team):
    write_annex(db, again(db, che), challenge, terms=TERMS, text=SECRET)
    agree_to_terms(db, again(db, bo), annex_of(db, bo, challenge), version=1)

    change_team(db, again(db, bo), team, name="Straw", challenge="", idea="", looking_for="")

    with pytest.raises(NotFound):
        annex_of(db, bo, challenge)


def test_an_opened_annex_closes_after_twelve_hours(db, che, bo, challenge, team):
    write_annex(db, again(db, che), challenge, terms=TERMS, text=SECRET)
    agree_to_terms(db, again(db, bo), annex_of(db, bo, challenge), version=1)
    open_annex(db, again(db, bo), annex_of(db, bo, challenge))

    with clock.frozen_at(NOW + timedelta(hours=12)):
        assert read_annex(db, again(db, bo), annex_of(db, bo, challenge)) is None


def test_an_annex_needs_terms(db, che, challenge):
    with pytest.raises(Invalid) as refused:
        write_annex(db, again(db, che), challenge, terms="Keep it secret.", text="x" * 20_001)

    assert set(refused.value.fields) == {"terms", "text"}


# Questions


def test_everybody_reads_question_and_answer_and_only_the_owner_who_asked(db, ada, che, bo, cy, challenge, team):
    row = ask_about_challenge(db, again(db, bo), challenge, body=QUESTION)
    question = get_challenge_question(db, challenge, row.public_id)
    answer_about_challenge(db, again(db, che), question, answer="Yes, if both rot.")

    for reader in (che, ada):
        card = questions_about(db, again(db, reader), challenge)[0]
        assert (card.asker, card.team, card.answer) == ("Bo Berg", "Straw", "Yes, if both rot.")
    for reader in (cy, bo):
        card = questions_about(db, again(db, reader), challenge)[0]
        assert (card.body, card.asker, card.team, card.own) == (QUESTION, "", "", reader is bo)


def test_what_waits_for_an_answer_stands_first(db, che, bo, cy, challenge):
    first = ask_about_challenge(db, again(db, bo), challenge, body="One?")
    ask_about_challenge(db, again(db, cy), challenge, body="Two?")
    answer_about_challenge(db, again(db, che), get_challenge_question(db, challenge, first.public_id), answer="Yes.")

    assert [one.body for one in questions_about(db, again(db, bo), challenge)] == ["Two?", "One?"]


def test_one_takes_back_ones_own_question_until_it_is_answered(db, che, bo, cy, challenge):
    own = ask_about_challenge(db, again(db, bo), challenge, body="One?")
    other = ask_about_challenge(db, again(db, bo), challenge, body="Two?")
    answered = get_challenge_question(db, challenge, other.public_id)
    answer_about_challenge(db, again(db, che), answered, answer="Yes.")
    question = get_challenge_question(db, challenge, own.public_id)

    with pytest.raises(NotAllowed):
        take_question_back(db, again(db, cy), question)
    take_question_back(db, again(db, bo), question)
    with pytest.raises(Conflict, match="answered, so it stays"):
        take_question_back(db, again(db, bo), answered)
    assert [one.body for one in questions_about(db, again(db, bo), challenge)] == ["Two?"]


def test_a_question_that_was_taken_away_is_gone_with_its_answer(db, che, bo, challenge):
    row = ask_about_challenge(db, again(db, bo), challenge, body=QUESTION)
    question = get_challenge_question(db, challenge, row.public_id)

    hide_challenge_question(db, again(db, che), question)

    assert questions_about(db, again(db, che), challenge) == []
    db.refresh(question.question)
    with pytest.raises(Conflict, match="taken away"):
        answer_about_challenge(db, again(db, che), question, answer="Yes.")


def test_questions_end_with_submission(db, ada, bo, challenge):
    over = ChallengeInEvent(challenge.challenge, shut_phase(db, again(db, ada), challenge.event, PhaseKind.SUBMISSION))

    with pytest.raises(Conflict, match="questions are over too"):
        ask_about_challenge(db, again(db, bo), over, body=QUESTION)


def test_ten_questions_of_one_person_wait_at_most(db, bo, challenge):
    for number in range(10):
        ask_about_challenge(db, again(db, bo), challenge, body=f"Number {number}?")

    with pytest.raises(Invalid):
        ask_about_challenge(db, again(db, bo), challenge, body="One more?")


def test_owners_and_strangers_do_not_ask(db, che, eve, challenge):
    for person in (che, eve):
        with pytest.raises(NotAllowed):
            ask_about_challenge(db, again(db, person), challenge, body=QUESTION)


# The board


def test_the_board_of_an_owner_shows_their_challenges_teams_and_nothing_else(
    db, ada, che, dee, bo, cy, tam, challenge, team
):
    event = challenge.event
    appoint(db, again(db, ada), event, person_id=dee.person or 0, role=Role.CHALLENGE_OWNER)
    theirs = publish_challenge(db, again(db, dee), event, title="CANARY challenge", brief=BRIEF)
    canary = make_team(db, cy, event, "CANARY team")
    change_team(
        db, again(db, cy), canary, name="CANARY team", challenge=theirs.public_id, idea="CANARY", looking_for=""
    )
    hand_in(db, again(db, cy), canary, written=Written("CANARY title", "CANARY " * 9), revision=0)
    make_team(db, tam, event, "CANARY without a challenge")
    ask_about_challenge(db, again(db, cy), ChallengeInEvent(theirs, event), body="CANARY question?")
    hand_in(db, again(db, bo), team, written=DONE, revision=0)

    board = board_of(db, again(db, che), challenge)

    assert [(one.name, one.title, [member.name for member in one.members]) for one in board.teams.rows] == [
        ("Straw", DONE.title, ["Bo Berg"])
    ]
    assert "CANARY" not in repr(board)
    assert (board.handed_in, board.open_questions) == (1, 0)


def test_a_board_shows_of_a_draft_only_that_there_is_one(db, che, bo, challenge, team):
    save_draft(db, again(db, bo), team, written=Written("CANARY title", "CANARY"), revision=0)

    board = board_of(db, again(db, che), challenge)

    assert (board.teams.rows[0].writes, board.teams.rows[0].submission) == (True, "")
    assert "CANARY" not in repr(board)


def test_a_board_is_for_its_owner_and_the_organisers(db, ada, che, dee, bo, challenge, team):
    appoint(db, again(db, ada), challenge.event, person_id=dee.person or 0, role=Role.CHALLENGE_OWNER)

    assert board_of(db, again(db, ada), challenge).teams.count == 1
    for person in (dee, bo):
        with pytest.raises(NotAllowed):
            board_of(db, again(db, person), challenge)


def test_in_an_event_that_is_over_nothing_is_added(db, ada, che, challenge):
    close_event(db, again(db, ada), challenge.event)

    for add in (
        lambda: add_link(db, again(db, che), challenge, title="A", url="https://a.example"),
        lambda: write_annex(db, again(db, che), challenge, terms=TERMS, text=SECRET),
    ):
        with pytest.raises(Conflict):
            add()
