"""Letters about judging: to judges, to teams, to organisers; each once, and none that says too much."""

import re

import pytest

from events.rounds.assigning import assign_judges
from events.rounds.comments import release_comments
from events.rounds.desk import get_work
from events.rounds.guest_signin import look_at_guest_link
from events.rounds.guests import invite_guest_judge
from events.rounds.publishing import publish_result
from events.rounds.running import close_round, open_round, reopen_round
from events.rounds.scoring import declare_conflict
from events.rounds.voters import BallotLinkNotValid, get_voter, invite_voters
from tests.events.makers_rounds import fresh, make_contest, make_round, open_a_round, score, work_of
from tests.mailer.makers_letters import new_letters, sent, text_of
from tests.makers import again


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada)


def judged(db, contest, *teams):
    made = open_a_round(db, contest)
    for judge in contest.judges:
        for team in contest.leads:
            comment = f"About {team}." if team in teams else ""
            score(db, judge, made, team, 4, 3, comment=comment)
    close_round(db, contest.ada, made)
    return fresh(db, made)


def test_each_judge_is_told_once_what_waits_until_when(db, contest):
    known = sent(db)

    open_a_round(db, contest)
    letters = new_letters(db, known)

    assert sorted(letters) == ["judge1", "judge2"]
    said = text_of(letters["judge1"])
    assert letters["judge1"].subject == "You judge in Food Hack: Final"
    assert "3 submissions wait for you." in said
    assert "Closes: Tue, 21 Apr 2026, 11:00 (Europe/Brussels)" in said
    assert "/my_judging/food-hack/" in said


def test_a_round_that_was_closed_before_the_letter_was_written_asks_nobody(db, contest):
    known = sent(db)
    made = open_a_round(db, contest)
    close_round(db, contest.ada, made)

    assert new_letters(db, known) == {}


def test_the_teams_are_told_when_a_result_is_out_and_why_there_is_another(db, contest):
    made = judged(db, contest)
    known = sent(db)
    publish_result(db, contest.ada, made)
    first = new_letters(db, known)
    known = sent(db)
    reopen_round(db, contest.ada, fresh(db, made))
    score(db, contest.judges[0], fresh(db, made), next(iter(contest.leads)), 1, 1, seen=1)
    close_round(db, contest.ada, fresh(db, made))
    publish_result(db, contest.ada, fresh(db, made), reason="One video was broken.")
    second = new_letters(db, known)

    assert sorted(first) == sorted(second) == ["husk", "straw", "whey"]
    assert first["husk"].subject == "The result of Final is out"
    assert "> One video was broken." in text_of(second["husk"])


def test_only_teams_to_which_something_was_written_hear_of_comments(db, contest):
    made = judged(db, contest, "Straw")
    known = sent(db)

    release_comments(db, contest.ada, made)
    letters = new_letters(db, known)

    assert sorted(letters) == ["straw"]
    assert "About Straw" not in text_of(letters["straw"])


def test_organisers_hear_of_a_conflict_that_takes_points_out_of_a_result(db, contest):
    made = open_a_round(db, contest)
    judge = contest.judges[0]
    score(db, judge, made, "Straw", 4, 3)
    known = sent(db)

    for team in ("Straw", "Husk"):
        declare_conflict(db, again(db, judge), get_work(db, again(db, judge), made, work_of(db, made, team)))
    letters = new_letters(db, known)

    assert sorted(letters) == ["ada"]
    assert ("Straw" in text_of(letters["ada"]), "Judge 1" in text_of(letters["ada"])) == (True, False)


def test_a_guest_is_written_to_with_a_link_and_never_by_the_others_letter(db, contest):
    made = make_round(db, contest)
    known = sent(db)
    guest = invite_guest_judge(db, contest.ada, made, name="Gus Grau", email="gus@example.org", days=3)
    handed_over = invite_guest_judge(db, contest.ada, made, name="Una")
    invited = new_letters(db, known)
    known = sent(db)
    assign_judges(db, contest.ada, made)
    open_round(db, contest.ada, made)
    told = new_letters(db, known)

    assert sorted(invited) == ["gus"]
    said = text_of(invited["gus"])
    assert invited["gus"].subject == "You are asked to judge in Food Hack"
    assert "Ada Adler asks you to judge in Food Hack. You need no account for it." in said
    assert "Link good until: Fri, 17 Apr 2026, 11:00 (Europe/Brussels)" in said
    assert (sorted(told), told["gus"].kind) == (["gus", "judge1", "judge2"], "guest_judge_assigned")
    links = {find_link(said), find_link(text_of(told["gus"]))}
    assert [look_at_guest_link(db, one).link.id for one in links] == [guest.link.id] * 2
    assert handed_over.plain not in links


def find_link(text):
    return re.search(r"/guest_link/(\S+)", text)[1]


def test_a_voter_by_mail_gets_a_link_that_opens_the_ballot_and_ends_with_the_next(db, contest):
    made = open_a_round(db, contest, "audience")
    known = sent(db)
    invite_voters(db, again(db, contest.ada), made, addresses="val@example.org, straw@example.org", days=7)
    first = new_letters(db, known)
    known = sent(db)
    invite_voters(db, again(db, contest.ada), made, addresses="val@example.org", days=7)
    second = new_letters(db, known)

    old, new = (re.search(r"/ballot_by_link/(\S+)", text_of(one["val"]))[1] for one in (first, second))

    assert (sorted(first), first["val"].subject, first["val"].sealed) == (["val"], "Your vote in Food Hack", True)
    assert "Link good until: Tue, 21 Apr 2026" in text_of(first["val"])
    with pytest.raises(BallotLinkNotValid):
        get_voter(db, old)
    assert get_voter(db, new)[1].id == made.id
