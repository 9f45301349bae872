"""For which challenge a submission counts: one answer for judges, audience, results and prizes."""

import pytest
from sqlmodel import select

from events.challenge_switches import challenges_that_count
from events.challenges import Challenge, get_challenge
from events.core.refusals import Invalid
from events.phases import PhaseKind
from events.prizes import Offered, add_challenge_prize, award_prize, finals_of, get_prize
from events.rounds.desk import read_works
from events.rounds.rounds import submissions_in
from events.rounds.standings import standing_of
from events.submissions import counting_versions, submission_of_team
from events.team_pages import change_team
from events.teams import Team, TeamInEvent
from tests.events.makers_rounds import hand_in_anew, make_contest, number_of, open_a_round
from tests.makers import again, shut_phase

WHY = "They chose the wrong one in the form."


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada, judges=2, teams=("Straw", "Husk"), challenges=("Trays", "Wax"))


def team_called(db, contest, name):
    return TeamInEvent(db.exec(select(Team).where(Team.name == name)).one(), contest.event)


def take(db, contest, who, title, *, why="", team="Straw"):
    """A team goes to the challenge with this title."""
    chosen = db.exec(select(Challenge).where(Challenge.title == title)).one().public_id
    subject = team_called(db, contest, team)
    change_team(db, again(db, who), subject, name=team, challenge=chosen, idea="", looking_for="", why=why)


def end_submission(db, contest):
    contest.event = shut_phase(db, contest.ada, contest.event, PhaseKind.SUBMISSION)


def said_of(db, contest, made, team="Straw"):
    """For which challenge judges read it, the result ranks it, and prizes are offered to it."""
    number = number_of(db, made, team)
    read = read_works(db, made, submissions_in(db, made.id))[number].challenge
    ranked = next(one.challenge for one in standing_of(db, made.round).inputs.submissions if one.number == number)
    known = {one.public_id: one.title for one in db.exec(select(Challenge))}
    offered = next(known.get(its, "") for _public, name, its in finals_of(db, contest.event.id) if name == team)
    return read, ranked, offered


def award(db, contest, title, team="Straw"):
    chosen = db.exec(select(Challenge).where(Challenge.title == title)).one().public_id
    subject = get_challenge(db, contest.ada, contest.event, chosen)
    prize = add_challenge_prize(db, contest.ada, subject, offered=Offered("First place"))
    found = get_prize(db, contest.ada, contest.event, prize.public_id)
    row = submission_of_team(db, team_called(db, contest, team).id)
    return award_prize(db, contest.ada, found, submission=row.public_id)


def test_what_an_organiser_corrected_counts_for_judges_result_and_prizes(db, contest):
    made = open_a_round(db, contest)
    end_submission(db, contest)
    before = said_of(db, contest, made)

    take(db, contest, contest.ada, "Wax", why=WHY)

    assert (before, said_of(db, contest, made)) == (("Trays",) * 3, ("Wax",) * 3)
    assert award(db, contest, "Wax").id is not None
    with pytest.raises(Invalid):
        award(db, contest, "Trays")


def test_a_team_that_switched_and_did_not_hand_in_anew_stays_where_it_handed_in(db, contest):
    made = open_a_round(db, contest)

    take(db, contest, contest.leads["Straw"], "Wax")

    assert said_of(db, contest, made) == ("Trays",) * 3
    assert award(db, contest, "Trays").id is not None
    with pytest.raises(Invalid):
        award(db, contest, "Wax")


def test_a_team_that_switched_and_handed_in_anew_counts_there(db, contest):
    made = open_a_round(db, contest)
    take(db, contest, contest.leads["Straw"], "Wax")

    hand_in_anew(db, contest, "Straw")

    assert said_of(db, contest, made) == ("Wax",) * 3


def test_the_last_correction_counts(db, contest):
    made = open_a_round(db, contest)
    end_submission(db, contest)

    take(db, contest, contest.ada, "Wax", why=WHY)
    take(db, contest, contest.ada, "Trays", why="It was the right one after all.")

    assert said_of(db, contest, made) == ("Trays",) * 3


def test_a_version_from_before_challenges_were_noted_goes_with_its_team(db, contest):
    row = submission_of_team(db, team_called(db, contest, "Straw").id)
    version = counting_versions(db, [row.id])[row.id]
    version.content = {key: said for key, said in version.content.items() if key != "challenge_id"}
    db.add(version)
    db.flush()

    take(db, contest, contest.leads["Straw"], "Wax")

    assert challenges_that_count(db, {row.id: version})[row.id].title == "Wax"


def test_the_audience_reads_the_same_challenge(db, contest):
    made = open_a_round(db, contest, "audience")

    take(db, contest, contest.leads["Straw"], "Wax")

    read = read_works(db, made, submissions_in(db, made.id))
    assert sorted(one.challenge for one in read.values()) == ["Trays", "Wax"]
