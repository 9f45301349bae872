"""Words that a judge of a blind round must not read, looked for as everybody of the cast who might judge meets them on
every page, and in every letter and message to sockets of the whole life of a round. Each has its control."""

import json
import re

import pytest
from sqlmodel import select

from events.core import clock
from events.core.database import transaction
from events.core.journal import JournalEntry, fact_of
from events.registration import appoint
from events.roles import Role
from events.rounds.assigning import JudgingAssignment, assign_by_hand, assign_judges, replace_judge
from events.rounds.comments import release_comments
from events.rounds.desk import get_work
from events.rounds.flags import FlagReason, flag_submission, settle_flag
from events.rounds.guests import invite_guest_judge
from events.rounds.judges import name_judge
from events.rounds.publishing import publish_result
from events.rounds.rounds import JudgingRound, RoundInEvent
from events.rounds.running import close_round, open_round, reopen_round
from events.rounds.scoring import SkipReason, declare_conflict, skip_submission
from frontend.app import make_app
from mailer.letters import Letter, raw_of
from realtime.announcing import messages_about
from tests.events.makers_rounds import fresh, make_contest, make_round, new_id, score, teams_for, work_of
from tests.mailer.makers_letters import written
from tests.makers import again
from tests.permissions.samples import all_routes, is_for_development, method_of
from tests.permissions.test_canaries import (
    COMMENT,
    FILE,
    LEAD,
    LINK,
    ON_STAGE,
    SAYS_NOTHING_OF_SUBMISSIONS,
    SUMMARY,
    TEAM,
    TITLE,
    change_rounds,
    marked,
    routes_with,
    seen_by,
)

__all__ = ["marked"]  # the world with its words

GETS = {one.name for one in all_routes() if method_of(one) == "GET" and not is_for_development(one)}


def make_judge(world, name):
    """Somebody of the cast is to judge Tam's submission in the open round, besides all else that they are."""
    with transaction() as db:
        ada, person = again(db, world.actors["Ada"]), world.people[name].id
        appoint(db, ada, world.hackathon, person_id=person, role=Role.JUDGE)
        subject = RoundInEvent(db.get_one(JudgingRound, world.judging.open.id), world.hackathon)
        name_judge(db, again(db, ada), subject, person_id=person, why="There is nobody else.")
        work = world.judging.work.row.submission_id
        row = JudgingAssignment(round_id=subject.id, person_id=person, submission_id=work, assigned_at=clock.now())
        db.add(row)


@pytest.mark.parametrize("name", ["Che", "Ola", "Eve"])
async def test_whoever_else_they_are_nothing_shows_a_judge_who_is_behind_a_submission(marked, name):
    make_judge(marked, name)
    change_rounds(blind=True)

    found = await seen_by(name, marked, only=GETS)

    assert TITLE in found["judge_work"]
    assert set(routes_with(found, TEAM, LEAD, LINK, FILE)) <= SAYS_NOTHING_OF_SUBMISSIONS


# Who mentors a team meets it there, and has a conflict of interest with it as a judge for that.
OF_ONES_OWN_MENTORING = {"booked_mentoring", "choose_other_mentoring", "mentoring", "mentoring_fragment"}


async def test_a_mentor_who_judges_blind_meets_no_team_but_in_their_own_mentoring(marked):
    make_judge(marked, "Mel")
    before = await seen_by("Mel", marked, only={"help_queue", "progress", "team_room", "teams"})
    change_rounds(blind=True)

    found = await seen_by("Mel", marked, only=GETS)

    assert routes_with(before, TEAM) == ["help_queue", "progress", "team_room", "teams"]
    assert set(routes_with(found, TEAM, LEAD, LINK, FILE)) - SAYS_NOTHING_OF_SUBMISSIONS == OF_ONES_OWN_MENTORING
    assert "so this page is closed to you until that is over" in found["help_queue"]
    assert "You judge in this event without knowing whose work it is" in found["teams"]


async def test_an_owner_who_judges_blind_is_told_why_their_board_is_closed(marked):
    make_judge(marked, "Che")
    before = await seen_by("Che", marked, only={"challenge_board"})
    change_rounds(blind=True)

    after = await seen_by("Che", marked, only={"challenge_board"})

    closed = "the board of your challenge is closed to you"
    assert (closed in before["challenge_board"], closed in after["challenge_board"]) == (False, True)


async def test_an_owner_who_judges_blind_writes_their_annex_and_is_not_told_who_read_it(marked):
    make_judge(marked, "Che")
    before = await seen_by("Che", marked, only={"edit_annex"})
    change_rounds(blind=True)

    after = await seen_by("Che", marked, only={"edit_annex"})

    closed = "so who has read the annex is closed to you until that is over"
    words = [[word in one["edit_annex"] for word in (TEAM, LEAD, closed, "173 degrees")] for one in (before, after)]
    assert words == [[True, True, False, True], [False, False, True, True]]


@pytest.mark.parametrize("name", ["Che", "Ola", "Eve"])
async def test_where_the_round_is_not_blind_the_same_look_finds_it(marked, name):
    make_judge(marked, name)

    found = await seen_by(name, marked, only={"judge_work", "my_judging", "teams"})

    assert routes_with(found, TEAM) == ["judge_work", "my_judging", "teams"]


@pytest.mark.parametrize("name", ["Ada", "Bo", "Cy", "Mel", "Pat", "Tam"])
async def test_pages_of_judging_name_nobody_to_who_runs_the_event_or_is_close_to_the_team(marked, name):
    make_judge(marked, name)
    change_rounds(blind=True)

    others = () if name == "Tam" else (LEAD,)  # who reads their own name at the top of each page

    found = await seen_by(name, marked, only={"my_judging", "judge_work", "judge_file"})

    assert routes_with(found, TEAM, LINK, FILE, *others) == []
    assert (TITLE in found["judge_work"]) == (name in ("Ada", "Pat"))  # the others have a conflict of interest


@pytest.mark.parametrize("name", ["Cy", "Mel"])
async def test_nothing_shows_a_judge_with_a_conflict_what_the_submission_is(marked, name):
    make_judge(marked, name)

    found = await seen_by(name, marked, only=GETS)

    assert set(routes_with(found, TITLE, SUMMARY, COMMENT)) <= ON_STAGE


# The life of a round, in letters and messages.

LEAK = re.compile("Quaggateam|quaggateam@|Quaggateam Lead|Work of", re.I)


def a_round_lives(db, ada, *, blind):
    """Everything that can happen in a round, with two judges, a guest by letter, and a team whose name is a word that
    nobody writes by chance; answers the addresses of those who judge."""
    contest = make_contest(db, ada, judges=3, teams=(TEAM, "Husk", "Whey"))
    made = make_round(db, contest, judges_each=4, blind=blind)
    invite_guest_judge(db, contest.ada, made, name="Gus Guest", email="gus@example.org")
    assign_judges(db, contest.ada, made)
    open_round(db, contest.ada, made)
    letters(db)  # what is written about an open round
    judges = contest.judges
    for judge in judges:
        for team in teams_for(db, judge, made):
            score(db, judge, made, team, 4, 3, comment="Well made.")
    actor = again(db, judges[0])
    work = get_work(db, actor, made, work_of(db, made, TEAM))
    flag = flag_submission(db, actor, work, reason=FlagReason.COPIED, text="Seen before.")
    settle_flag(db, contest.ada, made, flag=flag.public_id)
    skipped = get_work(db, again(db, judges[1]), made, work_of(db, made, TEAM))
    skip_submission(db, again(db, judges[1]), skipped, reason=SkipReason.NO_TIME, seen=1, client_id=new_id())
    declare_conflict(db, actor, work, reason="A friend.")
    replace_judge(db, contest.ada, made, person_id=judges[1].person, by_id=None, counts=True)
    assign_by_hand(
        db, contest.ada, made, person_id=judges[2].person, submission=work_of(db, made, "Husk")
    )  # where it stands already
    letters(db)
    close_round(db, contest.ada, fresh(db, made))
    reopen_round(db, contest.ada, fresh(db, made))
    close_round(db, contest.ada, fresh(db, made))
    addresses = {f"judge{number}@example.org" for number in (1, 2, 3)} | {"gus@example.org"}
    return contest, made, addresses


def letters(db):
    make_app()  # letters link to pages
    written(db)
    return [(one.address, one.kind, raw_of(one).decode()) for one in db.exec(select(Letter)) if one.raw is not None]


@pytest.mark.parametrize("blind", [True, False])
def test_no_letter_of_a_round_names_a_team_to_its_judges(db, ada, blind):
    _contest, _made, judges = a_round_lives(db, ada, blind=blind)

    found = [one for one in letters(db) if one[0] in judges]

    assert {kind for _address, kind, _raw in found} >= {"judge_assigned", "guest_judge_invited"}
    assert [(address, kind) for address, kind, raw in found if LEAK.search(raw)] == []


def test_the_same_look_finds_the_team_in_the_letters_to_others(db, ada):
    contest, made, judges = a_round_lives(db, ada, blind=True)
    publish_result(db, contest.ada, fresh(db, made))
    release_comments(db, contest.ada, fresh(db, made))

    found = [(address, kind) for address, kind, raw in letters(db) if address not in judges and LEAK.search(raw)]

    assert "conflict_declared" in {kind for _address, kind in found}


def test_no_message_to_sockets_and_no_fact_of_a_round_names_a_team(db, ada):
    a_round_lives(db, ada, blind=True)
    db.commit()

    entries = db.exec(select(JournalEntry)).all()
    messages = [json.dumps(messages_about(db, one.id or 0, fact_of(one))) for one in entries]

    kinds = {one.kind for one in entries}
    assert kinds >= {"VoteGiven", "SubmissionFlagged", "FlagSettled", "ConflictDeclared", "JudgeEnded", "RoundClosed"}
    assert [one for one in messages if LEAK.search(one)] == []
    assert [one.kind for one in entries if LEAK.search(json.dumps(one.particulars))] == []
