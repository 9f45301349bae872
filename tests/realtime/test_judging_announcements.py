"""Who hears what of judging: organisers that something was given, judges what waits; nobody else, and no names."""

from events.core.access import Actor
from events.core.database import Database
from events.rounds.assigning import JudgeAssigned
from events.rounds.publishing import ResultPublished
from events.rounds.rounds import RoundClosed
from events.rounds.votes import VoteGiven
from realtime import announcements
from realtime.channels import event_channel, person_channel
from tests.events.makers_rounds import make_contest, open_a_round, score


def test_a_vote_is_announced_to_organisers_without_saying_whose_or_about_what(db: Database, ada: Actor) -> None:
    contest = make_contest(db, ada)
    made = open_a_round(db, contest)
    vote = score(db, contest.judges[0], made, "Straw", 4, 3)

    told = announcements._coverage(db, VoteGiven(contest.event.id, made.id, vote.id or 0))

    assert told == ({person_channel(ada.person or 0)}, {"judging": "food-hack"})


def test_a_judge_hears_what_waits_and_all_who_take_part_that_a_result_is_out(db: Database, ada: Actor) -> None:
    contest = make_contest(db, ada)
    made = open_a_round(db, contest)
    judge, public = contest.judges[0].person or 0, made.round.public_id

    assigned = announcements._assigned(db, JudgeAssigned(contest.event.id, made.id, judge, 3))
    published = announcements._result(db, ResultPublished(contest.event.id, made.id, 1, 1))

    assert assigned == ({person_channel(judge)}, {"round": public})
    assert published == ({event_channel(contest.event.id)}, {"round": public})


def test_who_votes_in_the_audience_hears_that_it_is_closed(db: Database, ada: Actor) -> None:
    contest = make_contest(db, ada)
    made, other = open_a_round(db, contest, "audience"), open_a_round(db, contest)

    audience, _said = announcements._round(db, RoundClosed(contest.event.id, made.id))
    judges, _said = announcements._round(db, RoundClosed(contest.event.id, other.id))

    assert event_channel(contest.event.id) in audience
    assert judges == {person_channel(one.person or 0) for one in (ada, *contest.judges)}
