"""Words that somebody must not read: looked for on every page, in every file and letter, as a judge meets them.

In a blind round nothing shows a judge who is behind a submission; with a conflict of interest nothing shows a judge the
submission or what it was given. Each has its control: without the rule the same look finds the words.
"""

import re
from html import unescape

import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.access import SYSTEM
from events.core.database import reading, transaction
from events.core.files import StoredFile
from events.core.journal import record, settle
from events.events import Event
from events.people import Person
from events.rounds.assigning import JudgeAssigned
from events.rounds.conflicts import TeamMentor
from events.rounds.publishing import PublishedResult
from events.rounds.rounds import JudgingRound
from events.submissions import Submission, SubmissionFile, SubmissionVersion
from events.teams import Team
from frontend.routes import JUDGING
from mailer.letters import Letter, raw_of
from mailer.writing import write_letters
from tests.asking import Asker
from tests.permissions.asking_all import ask_route, kept
from tests.permissions.samples import all_routes, is_for_development, method_of

# Who is behind the submission.
TEAM, LEAD, LINK, FILE = "Quaggateam", "Tapirlead", "quokkalink", "okapifile"
# What the submission is, and what it was given.
TITLE, SUMMARY, COMMENT = "Axolotltitle", "numbatsummary", "pangolincomment"

# A pitch is held before everybody in the room, so its running order names what is pitched; the room is closed to judges
# of a blind round, but not to those with a conflict of interest, who judge the others there.
ON_STAGE = {"stage", "stage_snapshot", "stage_changes", "stage_beamer", "stages", "stage_control"}

# An organisation names its people to everybody, and an invitation is opened with a token from somebody else's letter.
SAYS_NOTHING_OF_SUBMISSIONS = {"organisation", "team_invitation"}


@pytest.fixture
def marked(sqlite_world):
    """The world, with a word in each field that nobody could write by chance."""
    world = sqlite_world
    with transaction() as db:
        team = db.get_one(Team, world.team.id)
        team.name, team.idea = TEAM, f"{TEAM} wants it"
        person = db.get_one(Person, world.people["Tam"].id)
        person.name = f"{LEAD} Tamm"
        row = db.get_one(Submission, world.version.submission.id)
        version = db.get_one(SubmissionVersion, world.version.version.id)
        of_it = select(SubmissionFile.file_id).where(SubmissionFile.submission_id == row.id)
        file = db.exec(select(StoredFile).where(col(StoredFile.id).in_(of_it))).one()
        file.name = f"{FILE}.pdf"
        row.title, row.summary = TITLE, f"{SUMMARY}, by {TEAM} and {LEAD}."
        files = [{**one, "name": file.name} for one in version.content["files"]]
        version.content = {
            **version.content, "team": TEAM, "title": TITLE, "summary": row.summary, "files": files,
            "text": f"Written by {LEAD} Tamm of {TEAM}, see https://{LINK}.example/x.",
            "links": [f"https://{LINK}.example/"], "video": f"https://{LINK}.example/film",
        }  # fmt: skip
        event = db.get_one(Event, world.hackathon.id)
        event.gallery_opened_at = row.gallery_agreed_at = clock.now()
        db.add_all([team, person, row, version, file, event])
        for result in db.exec(select(PublishedResult)):
            works = [{**one, "title": TITLE, "team": TEAM} for one in result.inputs["submissions"]]
            result.inputs = {**result.inputs, "submissions": works}
            db.add(result)
    return world


def change_rounds(**values):
    with transaction() as db:
        for row in db.exec(select(JudgingRound)):
            for name, value in values.items():
                setattr(row, name, value)
            db.add(row)


def declare(world):
    """Dee has mentored Tam's team."""
    with transaction() as db:
        db.add(
            TeamMentor(
                event_id=world.hackathon.id, team_id=world.team.id, person_id=world.people["Dee"].id,
                noted_at=clock.now(),
            )
        )  # fmt: skip


async def seen_by(name, world, *, only=()):
    """Everything that somebody reads on all pages and in all files, and after what can be sent in judging, by route."""
    asker, found = Asker(), {}
    judging = {route.name for route in JUDGING}
    with kept() as before:
        for route in (one for one in all_routes() if not is_for_development(one)):
            sends = method_of(route) == "POST"
            if (only and route.name not in only) or (sends and route.name not in judging):
                continue
            found[route.name] = unescape((await ask_route(asker, route, name, world)).text)
            if sends:
                before.put_back()
    return found


def letters_to(name, world):
    """Everything that is written to somebody about the open round."""
    with transaction() as db:
        fact = JudgeAssigned(
            event_id=world.hackathon.id, round_id=world.judging.open.id, person_id=world.people["Dee"].id, count=1
        )
        record(db, SYSTEM, fact)
    settle()
    write_letters()
    with reading() as db:
        letters = db.exec(select(Letter).where(col(Letter.person_id) == world.people[name].id)).all()
        return [raw_of(one).decode() for one in letters if one.raw is not None]


def routes_with(found, *words):
    pattern = re.compile("|".join(words), re.I)
    return sorted(name for name, text in found.items() if pattern.search(text))


@pytest.mark.timeout(300)
async def test_nothing_shows_a_judge_who_is_behind_a_submission_of_a_blind_round(marked):
    change_rounds(blind=True)

    found = await seen_by("Dee", marked)

    assert TITLE in found["judge_work"]
    assert set(routes_with(found, TEAM, LEAD, LINK, FILE)) <= SAYS_NOTHING_OF_SUBMISSIONS
    assert [one for one in letters_to("Dee", marked) if re.search("|".join((TEAM, LEAD, LINK, FILE)), one)] == []


@pytest.mark.timeout(300)
async def test_where_the_round_is_not_blind_the_same_look_finds_it(marked):
    shown = {"judge_work", "my_judging", "submissions", "submission", "teams", "stage", "published_result", "gallery"}

    found = await seen_by("Dee", marked, only=shown)

    assert set(routes_with(found, TEAM)) == shown
    assert set(routes_with(found, LINK, FILE)) == {"judge_work", "submission"}
    assert letters_to("Dee", marked) != []


@pytest.mark.timeout(300)
async def test_nothing_shows_a_judge_what_they_have_a_conflict_of_interest_with(marked):
    declare(marked)

    found = await seen_by("Dee", marked)

    assert set(routes_with(found, TITLE, SUMMARY, COMMENT)) <= ON_STAGE
    assert [one for one in letters_to("Dee", marked) if re.search(f"{TITLE}|{SUMMARY}|{COMMENT}", one)] == []
    assert "Place" not in found["published_result"]


@pytest.mark.timeout(300)
async def test_without_the_conflict_the_same_look_finds_it(marked):
    shown = {"judge_work", "my_judging", "submissions", "submission", "published_result", "score_submission"}

    found = await seen_by("Dee", marked, only=shown)

    assert set(routes_with(found, TITLE)) == shown - {"score_submission"}  # which leads on to another page
