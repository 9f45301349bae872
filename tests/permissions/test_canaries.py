"""Words that somebody must not read: looked for on every page, in every file and letter, as a judge meets them.

In a blind round nothing shows a judge who is behind a submission; with a conflict of interest nothing shows a judge the
submission or what it was given. Each has its control: without the rule the same look finds the words.
"""

import re
from html import unescape

import pytest
from sqlmodel import col, select

from events.challenge_annex import AnnexConsent, AnnexLook
from events.core import clock
from events.core.access import SYSTEM
from events.core.database import reading, transaction
from events.core.files import StoredFile
from events.core.journal import record, settle
from events.desks import Desk, add_desk_officer
from events.events import Event
from events.people import Person
from events.programmes import Programme
from events.registration import Registration, appoint
from events.roles import Role, actor_for
from events.rounds.assigning import JudgeAssigned
from events.rounds.conflicts import TeamMentor
from events.rounds.judges import RoundJudge
from events.rounds.publishing import PublishedResult
from events.rounds.rounds import JudgingRound
from events.submissions import Submission, SubmissionFile, SubmissionVersion
from events.teams import Team
from frontend.routes import CALLS, JUDGING
from mailer.letters import Letter, raw_of
from mailer.writing import write_letters
from tests.asking import Asker
from tests.events.makers_desks import make_desk
from tests.makers import again
from tests.permissions.asking_all import ask_route, kept
from tests.permissions.samples import all_routes, is_for_development, method_of, path_of, sample_of
from tests.permissions.test_guests import knows_guests

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
        agreed = {"challenge_id": world.annex.id, "team_id": team.id, "person_id": person.id}
        db.add(AnnexConsent(terms_version=1, terms="Keep it.", agreed_at=clock.now(), **agreed))
        db.add(AnnexLook(revision=1, looked_at=clock.now(), **agreed))
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
    judging = {route.name for route in (*JUDGING, *CALLS)}
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


async def test_nothing_shows_a_judge_who_is_behind_a_submission_of_a_blind_round(marked):
    change_rounds(blind=True)

    found = await seen_by("Dee", marked)

    assert TITLE in found["judge_work"]
    assert set(routes_with(found, TEAM, LEAD, LINK, FILE)) <= SAYS_NOTHING_OF_SUBMISSIONS
    assert [one for one in letters_to("Dee", marked) if re.search("|".join((TEAM, LEAD, LINK, FILE)), one)] == []


async def test_nothing_shows_a_guest_who_is_behind_a_submission_but_what_everybody_reads(marked):
    change_rounds(blind=True)
    words, guests = (TEAM, LEAD, LINK, FILE), {one.name for one in all_routes() if knows_guests(one)}

    found, public = await seen_by("Gus", marked, only=guests), await seen_by("visitor", marked, only=guests)

    assert TITLE in found["judge_work"]
    assert routes_with(found, *words) == routes_with(public, *words)


async def test_where_the_round_is_not_blind_a_guest_reads_it_on_the_pages_of_judging(marked):
    found = await seen_by("Gus", marked, only={"judge_work", "my_judging", "judge_file", "round", "teams"})

    assert routes_with(found, TEAM) == ["judge_work", "my_judging"]


async def test_where_the_round_is_not_blind_the_same_look_finds_it(marked):
    shown = {"judge_work", "my_judging", "submissions", "submission", "teams", "stage", "published_result", "gallery"}
    shown |= {"my_screening", "screen_work", "round_consensus", "consensus_work"}

    found = await seen_by("Dee", marked, only=shown)

    assert set(routes_with(found, TEAM)) == shown
    assert set(routes_with(found, LINK, FILE)) == {"judge_work", "submission", "screen_work", "consensus_work"}
    assert letters_to("Dee", marked) != []


async def test_nothing_shows_a_judge_what_they_have_a_conflict_of_interest_with(marked):
    declare(marked)

    found = await seen_by("Dee", marked)

    assert set(routes_with(found, TITLE, SUMMARY, COMMENT)) <= ON_STAGE
    assert [one for one in letters_to("Dee", marked) if re.search(f"{TITLE}|{SUMMARY}|{COMMENT}", one)] == []
    assert "Place" not in found["published_result"]


async def test_without_the_conflict_the_same_look_finds_it(marked):
    shown = {"judge_work", "my_judging", "submissions", "submission", "published_result", "score_submission"}
    shown |= {"my_screening", "screen_work", "round_consensus", "consensus_work"}

    found = await seen_by("Dee", marked, only=shown)

    assert set(routes_with(found, TITLE)) == shown - {"score_submission"}  # which leads on to another page


# Whom another desk looks after: how they are reached, for which only their desk and the organisers have a use.
ADDRESS = "quollmail@example.org"
OF_DESKS = {"own_participants", "desk_participants"}


@pytest.fixture
def two_desks(sqlite_world):
    """Bo belongs to Ola's desk; Eve runs another, to which Cy belongs."""
    world = sqlite_world
    with transaction() as db:
        bo, eve = (db.get_one(Person, world.people[name].id) for name in ("Bo", "Eve"))
        bo.email = ADDRESS
        db.add(bo)
        programme = db.get_one(Programme, world.programme.id)
        ada = actor_for(db, world.people["Ada"].id)
        nordic = make_desk(db, ada, programme, name="Nordic desk", countries=["SE"])
        add_desk_officer(db, ada, nordic, person_id=eve.id or 0)
        for row in db.exec(select(Registration).where(Registration.person_id == world.people["Cy"].id)):
            row.desk_id = nordic.id
            db.add(row)
    return world


async def test_nothing_shows_an_officer_how_those_of_another_desk_are_reached(two_desks):
    with reading() as db:
        own = db.exec(select(Desk).where(Desk.name == "Nordic desk")).one().public_id

    found = await seen_by("Eve", two_desks)
    asker = Asker()
    listed = await asker.get(f"/e/{two_desks.ids['event']}/desks/{own}", cookie=two_desks.cookies["Eve"])

    assert "Cy Costa" in listed.text
    assert "Nordic desk" in found["desk_figures"]
    assert set(routes_with(found, ADDRESS)) == set()
    assert two_desks.desk.name not in found["desk_figures"] + found["programme_figures"]


async def test_their_own_officer_is_shown_it_by_the_same_look(two_desks):
    found = await seen_by("Ola", two_desks, only=OF_DESKS)

    assert set(routes_with(found, ADDRESS)) == OF_DESKS


async def brought_in(world):
    """By which forms Ada brings Pat, who hosts the hackathon, into a round as a judge without saying why."""
    asker, found = Asker(), set()
    pat, dee = world.people["Pat"], world.people["Dee"].public_id
    typed = {
        "name_judge": {"person": pat.public_id},
        "replace_judge": {"person": dee, "by": pat.public_id, "counts": "yes"},
        "invite_guest_judge": {"name": "Pat Petit", "email": pat.email, "days": "3", "devices": "1"},
    }
    with transaction() as db:
        appoint(db, again(db, world.actors["Ada"]), world.hackathon, person_id=pat.id, role=Role.JUDGE)
    with kept() as before:
        for route in (one for one in JUDGING if method_of(one) == "POST"):
            form = typed.get(route.name) or sample_of(route, world).form
            await asker.post(path_of(route, world), form, cookie=world.cookies["Ada"])
            with reading() as db:
                there = select(RoundJudge).where(RoundJudge.person_id == pat.id, RoundJudge.why == "")
                found |= {route.name} if db.exec(there).first() else set()
            before.put_back()
    return found


async def test_nobody_who_runs_the_event_comes_to_judge_blind_without_a_reason(marked):
    change_rounds(blind=True)

    assert await brought_in(marked) == {"add_round"}  # which makes a round that is not blind


async def test_where_rounds_are_not_blind_the_same_forms_bring_them_in(marked):
    assert await brought_in(marked) == {"add_round", "name_judge", "replace_judge", "invite_guest_judge"}
