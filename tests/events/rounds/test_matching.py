"""What judges know and read, and what submissions are about and written in: assignment follows it, and says so."""

import pytest
from sqlmodel import select

from events.challenges import Challenge
from events.core import clock
from events.marketplace import Item, ItemKind
from events.people import Person
from events.rounds.assigning import assign_judges, assignments_in
from events.rounds.matching import language_in, matching_in, topic_of
from events.submission_fields import FieldKind, SubmissionField
from events.submissions import SubmissionVersion
from events.team_pages import change_team
from events.teams import Team, TeamInEvent
from tests.events.makers_rounds import make_contest, make_round
from tests.events.rounds.test_conflicts import submission_of
from tests.frontend.browser import Browser
from tests.makers import again, make_organisation


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada, judges=3)


def asks_for_the_language(db, contest, *choices):
    field = SubmissionField(
        event_id=contest.event.id, label="Written in", kind=FieldKind.CHOICE, choices=list(choices), position=1
    )
    db.add(field)
    db.flush()
    return field


def writes(db, subject, team, *, field=None, answer="", keywords=()):
    """What a team's submission says, as it was handed in."""
    of_it = select(SubmissionVersion).where(SubmissionVersion.submission_id == submission_of(db, subject, team).id)
    version = db.exec(of_it).one()
    answers = [{"field": field.public_id, "label": field.label, "kind": "choice", "answer": answer}] if field else []
    version.content = {**version.content, "answers": answers, "keywords": list(keywords)}
    db.add(version)
    db.flush()


def knows(db, judge, *, languages=(), keywords=()):
    person = db.get_one(Person, judge.person)
    person.languages, person.keywords = list(languages), list(keywords)
    db.add(person)
    db.flush()


def judges_of(db, subject, team):
    mine = submission_of(db, subject, team).id
    return sorted(one.person_id for one in assignments_in(db, subject.id) if one.submission_id == mine)


def test_who_does_not_read_the_language_of_a_submission_does_not_get_it(db, contest):
    made = make_round(db, contest, judges_each=2)
    field = asks_for_the_language(db, contest, "English", "Deutsch", "Français")
    writes(db, made, "Straw", field=field, answer="Deutsch")
    first, second, third = contest.judges
    knows(db, first, languages=["de"])
    knows(db, second, languages=["fr"])

    assign_judges(db, contest.ada, made)

    assert judges_of(db, made, "Straw") == [first.person, third.person]  # the third has not said what they read


def test_where_nobody_reads_it_the_shortage_says_so(db, contest):
    made = make_round(db, contest, judges_each=1)
    field = asks_for_the_language(db, contest, "English", "Latvian")
    writes(db, made, "Straw", field=field, answer="Latvian")
    for judge in contest.judges:
        knows(db, judge, languages=["de"])

    found = assign_judges(db, contest.ada, made)

    assert [(one.submission, one.language, one.strangers) for one in found.shortages] == [
        (submission_of(db, made, "Straw").id, "lv", 3)
    ]


def test_a_choice_of_other_things_is_no_language(db, contest):
    made = make_round(db, contest, judges_each=3)
    field = asks_for_the_language(db, contest, "German", "Python", "Rust")
    writes(db, made, "Straw", field=field, answer="German")
    for judge in contest.judges:
        knows(db, judge, languages=["fr"])

    assert assign_judges(db, contest.ada, made).shortages == ()


@pytest.mark.parametrize("team", ["Straw", "Husk", "Whey"])
def test_who_knows_what_a_team_has_written_about_comes_first(db, contest, team):
    made = make_round(db, contest, judges_each=1)
    writes(db, made, team, keywords=["Computer  Vision", "orchards"])
    expert = contest.judges[2]
    knows(db, expert, keywords=["ai.vision"])

    found = assign_judges(db, contest.ada, made)

    assert judges_of(db, made, team) == [expert.person]
    assert (found.balance.with_topics, found.balance.with_expert) == (1, 1)


def test_words_and_ids_of_one_topic_are_the_same(db):
    assert [topic_of(one) for one in ("ai.vision", "COMPUTER vision", "Own  Words")] == [
        "ai.vision", "ai.vision", "own words",
    ]  # fmt: skip
    assert [language_in(one) for one in ("de", "Deutsch", "german", "allemand", "Rust", "")] == [
        "de", "de", "de", "de", "", "",
    ]  # fmt: skip


def test_the_reasons_are_known_and_stand_on_the_page_of_the_judges(db, contest):
    made = make_round(db, contest, judges_each=1)
    field = asks_for_the_language(db, contest, "English", "Deutsch")
    writes(db, made, "Straw", field=field, answer="Deutsch", keywords=["computer vision"])
    expert = contest.judges[1]
    knows(db, expert, languages=["de"], keywords=["ai.vision"])
    straw = submission_of(db, made, "Straw").id
    assign_judges(db, contest.ada, made)

    fit = matching_in(db, made, [expert.person], [straw]).fit(expert.person, straw)
    page = Browser(db, contest.ada).get(f"/e/food-hack/judging/{made.round.public_id}/judges")

    assert ([str(one) for one in fit.topics], fit.language) == (["Computer vision"], "de")
    assert "Judge 2 knows: Computer vision reads German" in page.text
    assert "Written in: German" in page.text


def need_with(db, title, *keywords):
    home = make_organisation(db, f"Home of {title}")
    need = Item(
        organisation_id=home.id or 0, kind=ItemKind.NEED, summary=title, country="AT", keywords=list(keywords),
        published_at=clock.now(),
    )  # fmt: skip
    db.add(need)
    db.flush()
    return need.id


def test_a_submission_is_about_the_challenge_for_which_it_counts_and_not_about_the_one_taken_since(db, ada):
    contest = make_contest(db, ada, judges=1, challenges=("Trays", "Wax"))
    made = make_round(db, contest, judges_each=1)
    challenges = {one.title: one for one in db.exec(select(Challenge))}
    challenges["Trays"].need_id = need_with(db, "Trays", "food-packaging")
    challenges["Wax"].need_id = need_with(db, "Wax", "orchards")
    db.flush()
    straw = submission_of(db, made, "Straw")
    subject = TeamInEvent(db.get_one(Team, straw.team_id), contest.event)
    wax = challenges["Wax"].public_id
    change_team(
        db, again(db, contest.leads["Straw"]), subject, name="Straw", challenge=wax, idea="", looking_for=""
    )  # fmt: skip

    about = matching_in(db, made, [], [straw.id]).about

    assert about == {straw.id: frozenset({topic_of("food-packaging")})}
