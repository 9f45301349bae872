"""Challenges in full, as pages: the owner's steps, resources, the annex, questions, prizes and the board."""

import pytest
from sqlmodel import select

from events.challenge_annex import AnnexLook, agree_to_terms, get_annex, write_annex
from events.challenge_questions import ChallengeQuestion, ask_about_challenge
from events.challenge_resources import ChallengeResource, add_challenge_file
from events.challenges import ChallengeInEvent
from events.core.access import Actor
from events.core.database import Database
from events.core.files import make_ready
from events.core.journal import settle
from events.handing_in import hand_in
from events.prizes import Prize
from events.submissions import submission_of_team
from events.teams import TeamInEvent
from mailer.letters import Letter
from mailer.writing import write_letters
from tests.events.makers_hackathon import DONE, make_team
from tests.events.test_challenge_material import PDF, QUESTION, SECRET, TERMS
from tests.events.test_submission_fields import taking, with_challenge
from tests.frontend.browser import Browser
from tests.makers import again


@pytest.fixture
def challenge(db: Database, ada: Actor, che: Actor, bo: Actor, cy: Actor) -> ChallengeInEvent:
    """Che's challenge in a hackathon of Ada's, in which Bo and Cy take part."""
    return with_challenge(db, ada, che, bo, cy)[1]


@pytest.fixture
def team(db: Database, bo: Actor, challenge: ChallengeInEvent) -> TeamInEvent:
    """Bo's team, which has taken it."""
    return taking(db, bo, challenge.event, challenge)


@pytest.fixture
def here(challenge: ChallengeInEvent) -> str:
    """The address of the challenge."""
    return f"/e/food-hack/challenges/{challenge.challenge.public_id}"


def letters(db: Database, kind: str) -> list[str]:
    """Who got a letter of this kind."""
    db.commit()
    settle()
    write_letters()
    db.expire_all()
    return sorted(one.address for one in db.exec(select(Letter).where(Letter.kind == kind)))


def test_each_step_of_an_owner_leads_to_the_next(db, che, bo, here, challenge):
    browser, steps = Browser(db, che), ["edit", "resources", "prizes", "fields", "annex/edit"]

    for step, following in zip(steps, [*steps[1:], ""], strict=True):
        page = browser.get(f"{here}/{step}")
        assert (page.status, f"{here}/{following}".rstrip("/") in page.links) == (200, True)
        assert Browser(db, bo).get(f"{here}/{step}").status == 403


def test_an_owner_adds_links_and_files_and_everybody_fetches_them(db, che, here, challenge):
    browser = Browser(db, che)
    browser.send(f"{here}/resources/link", what="link", title="A film", url="https://example.org/film")
    added(browser, f"{here}/resources/file", {"what": "file"})

    visitor = Browser(db)
    shown = visitor.get(here)
    fetched = next(one for one in shown.links if "/resources/" in one)

    assert "A film" in shown.text and "press.pdf" in shown.text
    assert visitor.get(fetched).content == PDF
    assert visitor.get(fetched).headers["content-security-policy"].startswith("sandbox")


def added(browser: Browser, path: str, fields: dict[str, str]) -> None:
    from events.signin import form_token
    from tests.frontend.browser import ADDRESS

    browser.db.commit()
    browser.client.post(
        path, data={"csrf_token": form_token(browser.cookie), **fields}, files=[("file", ("press.pdf", PDF))],
        headers={"origin": ADDRESS},
    )  # fmt: skip


def test_what_is_wrong_with_a_resource_is_said_on_the_page_of_its_form(db, che, here, challenge):
    browser = Browser(db, che)

    plain = browser.send(f"{here}/resources/link", what="link", title="A film", url="ftp://example.org")
    secret = browser.send(
        f"{here}/resources/link", what="link", title="A film", url="ftp://example.org", confidential="yes"
    )

    assert (plain.status, plain.headline, 'value="A film"' in plain.html) == (422, "Resources", True)
    assert (secret.status, secret.headline, 'value="A film"' in secret.html) == (422, "Confidential annex", True)


def test_a_team_agrees_opens_and_reads_the_annex_and_its_owner_sees_who_did(db, ada, che, bo, cy, here, team):
    page = Browser(db, che).send(f"{here}/annex/edit", what="annex", terms=TERMS, text=SECRET)
    added(Browser(db, che), f"{here}/resources/file", {"what": "file", "confidential": "yes"})
    resource = db.exec(select(ChallengeResource.public_id)).one()
    browser = Browser(db, bo)

    before = browser.get(f"{here}/annex")
    unticked = browser.send(f"{here}/annex/agree", version="1")
    agreed = browser.send(f"{here}/annex/agree", version="1", agree="yes")
    opened = browser.send(f"{here}/annex/open")
    file = browser.send(f"{here}/annex/{resource}")

    assert page.status == 200
    assert TERMS in before.text and SECRET not in before.text
    assert (unticked.status, "Tick the box" in unticked.text) == (422, True)
    assert SECRET not in agreed.text and "Open the annex" in agreed.text
    assert SECRET in opened.text and file.content == PDF
    db.commit()
    assert len(db.exec(select(AnnexLook)).all()) == 2
    record = Browser(db, che).get(f"{here}/annex/edit").text
    assert record.count("Bo Berg") == 3 and "press.pdf" in record
    for stranger in (cy, None):
        assert SECRET not in Browser(db, stranger).get(f"{here}/annex").text
        assert SECRET not in Browser(db, stranger).get(here).text
    assert Browser(db, cy).get(f"{here}/annex").status == 404
    assert Browser(db, cy).send(f"{here}/annex/{resource}").status == 404
    assert Browser(db, cy).get(f"{here}/resources/{resource}").status == 404


def test_before_it_is_opened_no_file_of_the_annex_is_fetched(db, che, bo, here, team, challenge):
    write_annex(db, again(db, che), challenge, terms=TERMS, text=SECRET)
    row = add_challenge_file(db, again(db, che), challenge, file=make_ready("press.pdf", PDF), confidential=True)

    refused = Browser(db, bo).send(f"{here}/annex/{row.public_id}")
    agree_to_terms(db, again(db, bo), get_annex(db, again(db, bo), challenge), version=1)

    assert refused.status == 404
    assert Browser(db, bo).send(f"{here}/annex/{row.public_id}").content == PDF


def test_a_question_is_asked_answered_and_read_by_everybody_and_all_teams_get_the_letter(
    db, che, bo, cy, here, team, challenge
):
    taken = make_team(db, cy, challenge.event, "Husk")
    taken.team.challenge_id = challenge.id
    asked = Browser(db, bo).send(f"{here}/questions", body=QUESTION)
    told = letters(db, "challenge_question_asked")
    public = db.exec(select(ChallengeQuestion.public_id)).one()

    empty = Browser(db, che).send(f"{here}/questions/{public}", answer=" ")
    answered = Browser(db, che).send(f"{here}/questions/{public}", answer="Yes, if both rot.")
    read = Browser(db).get(here).text

    assert QUESTION in asked.text and told == ["che@example.org"]
    assert (empty.status, f'href="#f-answer-{public}"' in empty.html) == (422, True)
    assert "All teams that took the challenge get a letter" in answered.text
    assert QUESTION in read and "Yes, if both rot." in read and "Bo Berg" not in read
    assert letters(db, "challenge_question_answered") == ["bo@example.org", "cy@example.org"]
    assert "Bo Berg, Straw" in Browser(db, che).get(here).text
    assert Browser(db, cy).send(f"{here}/questions/{public}", answer="No.").status == 403


def test_a_question_is_taken_back_or_taken_away(db, che, bo, here, challenge):
    own = ask_about_challenge(db, again(db, bo), challenge, body="One?")
    odd = ask_about_challenge(db, again(db, bo), challenge, body="Two?")

    Browser(db, bo).send(f"{here}/questions/{own.public_id}/take-back")
    page = Browser(db, che).send(f"{here}/questions/{odd.public_id}/hide")

    assert "One?" not in page.text and "Two?" not in page.text


def test_prizes_are_offered_awarded_and_announced_with_a_letter_to_who_has_won(db, ada, che, bo, cy, here, team):
    Browser(db, che).send(
        f"{here}/prizes", name="First place", amount="2,000", currency="EUR", by_whom="Bakery Brno", winners="1"
    )
    prize = db.exec(select(Prize.public_id)).one()
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    row = submission_of_team(db, team.id)
    assert row is not None
    browser, prizes = Browser(db, ada), "/e/food-hack/set-up/prizes"

    unknown = browser.send(f"/e/food-hack/prizes/{prize}/award", submission="s_nothing")
    awarded = browser.send(f"/e/food-hack/prizes/{prize}/award", submission=row.public_id)
    before = Browser(db, cy).get(here).text
    early = letters(db, "prizes_won")
    announced = browser.send(f"{prizes}/announce")
    after = Browser(db, cy).get(here).text

    assert (unknown.status, "was handed in" in unknown.text) == (422, True)
    assert "Only organisers see it until you announce it" in awarded.text
    assert "€2,000 · from Bakery Brno" in before and "Winner" not in before and early == []
    assert "The winning teams get a letter" in announced.text and "Winner Straw" in after
    assert letters(db, "prizes_won") == ["bo@example.org"]
    assert Browser(db, che).get(prizes).status == 403
    assert Browser(db, che).send(f"/e/food-hack/prizes/{prize}/award", submission=row.public_id).status == 403


def test_an_owner_changes_and_removes_a_prize(db, che, bo, here, challenge):
    browser = Browser(db, che)
    browser.send(f"{here}/prizes", name="First place", winners="1")
    prize = f"/e/food-hack/prizes/{db.exec(select(Prize.public_id)).one()}"

    wrong = browser.send(prize, name=" ", winners="1", amount="€1", currency="EUR")
    changed = browser.send(prize, name="Second place", winners="2")

    assert (wrong.status, 'value="€1"' in wrong.html) == (422, True)
    assert "Second place" in changed.text and "2 teams win it" in changed.text
    assert Browser(db, bo).get(prize).status == 403
    assert "Second place" not in browser.send(f"{prize}/remove").text


def test_the_board_of_an_owner_is_not_for_others_and_shows_no_other_team(db, ada, che, bo, cy, here, team, challenge):
    make_team(db, cy, challenge.event, "CANARY")

    page = Browser(db, che).get(f"{here}/board")

    assert "Straw" in page.text and "CANARY" not in page.html
    assert [Browser(db, one).get(f"{here}/board").status for one in (ada, bo, cy)] == [200, 403, 403]
    assert Browser(db).get(f"{here}/board").path == "/sign-in"
