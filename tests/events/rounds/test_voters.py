"""Voters by mail: one ballot for each person, by a link that opens nothing else."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from events.core import clock
from events.core.refusals import Conflict, Invalid, NotAllowed
from events.core.timers import run_due_timers
from events.people import Person, PersonState, find_person
from events.registration import RegistrationInEvent, find_registration, withdraw_registration
from events.roles import actor_for
from events.rounds.audience import cast_ballot, poll_for, turnout_of
from events.rounds.desk import get_work
from events.rounds.guests import invite_guest_judge
from events.rounds.publishing import publish_result, published_lines
from events.rounds.running import close_round
from events.rounds.scoring import declare_conflict
from events.rounds.setting_up import remove_round
from events.rounds.voters import (
    BallotLinkNotValid,
    RoundVoter,
    get_voter,
    invite_voters,
    issue_ballot_token,
    revoke_voter,
    voters_by_mail,
)
from tests.events.makers_rounds import (
    enter_elsewhere,
    fresh,
    make_contest,
    make_round,
    new_id,
    number_of,
    open_a_round,
    work_of,
)
from tests.makers import NOW, again, make_person, make_registration


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada, judges=1, teams=("Straw", "Husk"))


@pytest.fixture
def vote(db, contest):
    return open_a_round(db, contest, "audience")


def invite(db, contest, made, addresses="val@example.org", **how):
    return invite_voters(db, again(db, contest.ada), made, addresses=addresses, **how)


def row_of(db, address="val@example.org"):
    return db.exec(
        select(RoundVoter).join(Person, col(Person.id) == col(RoundVoter.person_id)).where(Person.email == address)
    ).one()


def link_of(db, address="val@example.org"):
    return issue_ballot_token(db, row_of(db, address))


def give(db, token, team, *, seen=0):
    voter, made = get_voter(db, token)
    number = number_of(db, made, team)
    return cast_ballot(db, voter, made, choices=[(number, 1)], seen=seen, client_id=new_id())


def test_a_voter_without_an_account_votes_and_counts_once_however_often_they_change_it(db, contest, vote):
    invite(db, contest, vote)
    token = link_of(db)

    give(db, token, "Straw")
    give(db, token, "Husk", seen=1)
    before = turnout_of(db, vote)
    close_round(db, contest.ada, fresh(db, vote))
    row = publish_result(db, contest.ada, fresh(db, vote))

    assert (before.ballots, before.voters) == (1, 3)
    assert [(one.team, one.value) for one in published_lines(row)] == [("Husk", 1.0), ("Straw", 0.0)]


def test_two_links_of_one_person_are_one_ballot(db, contest, vote):
    invite(db, contest, vote)
    first = link_of(db)
    give(db, first, "Straw")

    second = link_of(db)
    give(db, second, "Husk", seen=1)

    voter, made = get_voter(db, first)
    assert list(poll_for(db, voter, made).choices) == [number_of(db, made, "Husk")]


def test_who_takes_part_votes_there_and_gets_no_letter(db, contest, vote):
    made = invite(db, contest, vote, "straw@example.org; val@example.org\nVAL@example.org")

    assert (made.invited, made.take_part) == (1, 1)
    assert [one.email for one in voters_by_mail(db, contest.ada, vote).rows] == ["val@example.org"]


def test_who_takes_part_later_has_the_same_ballot(db, contest, vote):
    val = make_person(db, "Val Voss", email="val@example.org")
    invite(db, contest, vote)
    give(db, link_of(db), "Straw")

    make_registration(db, val, contest.event)
    cast_ballot(db, again(db, val), vote, choices=[(number_of(db, vote, "Husk"), 1)], seen=1, client_id=new_id())

    assert (turnout_of(db, vote).ballots, turnout_of(db, vote).voters) == (1, 3)


@pytest.mark.parametrize("addresses", ["", " , ", "val@example.org nobody", "val@"])
def test_what_is_no_address_is_refused_and_nobody_is_invited(db, contest, vote, addresses):
    with pytest.raises(Invalid) as refused:
        invite(db, contest, vote, addresses)

    assert list(refused.value.fields) == ["addresses"]
    assert voters_by_mail(db, contest.ada, vote).rows == []


@pytest.mark.parametrize("days", [0, 61])
def test_a_link_is_good_for_some_days(db, contest, vote, days):
    with pytest.raises(Invalid):
        invite(db, contest, vote, days=days)


def test_a_link_ends_in_time_and_when_it_is_ended_or_replaced(db, contest, vote):
    invite(db, contest, vote, "val@example.org vic@example.org", days=2)
    late, ended = link_of(db), link_of(db, "vic@example.org")
    revoke_voter(db, contest.ada, vote, voter=row_of(db, "vic@example.org").public_id)
    with clock.frozen_at(NOW + timedelta(days=2)), pytest.raises(BallotLinkNotValid):
        get_voter(db, late)
    invite(db, contest, vote)

    for token in (late, ended, "", "made-up"):
        with pytest.raises(BallotLinkNotValid):
            get_voter(db, token)
    get_voter(db, link_of(db))


def test_a_link_gives_the_right_to_vote_in_its_round_and_nothing_else(db, contest, vote):
    invite(db, contest, vote)
    voter, made = get_voter(db, link_of(db))
    other = open_a_round(db, contest, "audience")

    for actor, round_ in ((voter, other), (actor_for(db, voter.person), made)):
        with pytest.raises(NotAllowed):
            cast_ballot(db, actor, round_, choices=[(1, 1)], seen=0, client_id=new_id())
    assert [(one.role, one.scope, one.id) for one in voter.ties] == [("voter", "round", made.id)]


def test_before_and_after_the_vote_nothing_is_taken(db, contest):
    made = make_round(db, contest, "audience")
    invite(db, contest, made)
    token = link_of(db)

    with pytest.raises(Conflict):
        give(db, token, "Straw")


def test_rounds_of_judges_have_no_voters(db, contest):
    with pytest.raises(Conflict):
        invite(db, contest, make_round(db, contest, "rubric"))


def test_a_removed_round_leaves_no_voters(db, contest):
    made = make_round(db, contest, "audience")
    invite(db, contest, made)

    remove_round(db, again(db, contest.ada), made)

    assert db.exec(select(RoundVoter)).all() == []


def test_a_week_after_the_link_an_address_is_forgotten_and_the_ballot_still_counts(db, contest, vote):
    make_person(db, "Vic Vale", email="vic@example.org")
    invite(db, contest, vote, "val@example.org vic@example.org", days=3)
    give(db, link_of(db), "Straw")
    db.commit()

    with clock.frozen_at(NOW + timedelta(days=10, minutes=1)):
        run_due_timers()
        db.expire_all()

        assert find_person(db, "val@example.org") is None
        assert find_person(db, "vic@example.org").state is PersonState.ACTIVE
        assert turnout_of(db, vote).ballots == 1


def test_whom_organisers_have_entered_elsewhere_is_not_forgotten_with_their_link(db, contest, vote):
    enter_elsewhere(db, contest, "Val Vale", "val@example.org")
    invite(db, contest, vote, days=3)
    db.commit()

    with clock.frozen_at(NOW + timedelta(days=10, minutes=1)):
        run_due_timers()
        db.expire_all()

        assert find_person(db, "val@example.org").name == "Val Vale"


def test_an_address_with_two_links_is_forgotten_after_the_last_one(db, contest, vote):
    made = make_round(db, contest, name="Jury")
    invite_guest_judge(db, contest.ada, made, name="Val Vale", email="val@example.org", days=1)
    invite(db, contest, vote, days=10)
    db.commit()

    with clock.frozen_at(NOW + timedelta(days=8, minutes=1)):
        run_due_timers()
        db.expire_all()
        between = find_person(db, "val@example.org")
        db.commit()
    with clock.frozen_at(NOW + timedelta(days=17, minutes=1)):
        run_due_timers()
        db.expire_all()

        assert (between is None, find_person(db, "val@example.org")) == (False, None)


def test_nobody_is_invited_to_a_vote_that_is_closed(db, contest, vote):
    close_round(db, contest.ada, vote)

    with pytest.raises(Conflict, match="This vote is closed"):
        invite(db, contest, fresh(db, vote))


def test_who_voted_and_left_is_counted_among_those_who_may(db, contest, vote):
    lead = contest.leads["Straw"]
    number = number_of(db, vote, "Husk")
    cast_ballot(db, again(db, lead), vote, choices=[(number, 1)], seen=0, client_id=new_id())
    invite(db, contest, vote)
    give(db, link_of(db), "Straw")
    before = turnout_of(db, vote)

    place = find_registration(db, contest.event.id, lead.person)
    withdraw_registration(db, again(db, lead), RegistrationInEvent(place, contest.event.event))
    revoke_voter(db, contest.ada, vote, voter=row_of(db).public_id)

    assert turnout_of(db, vote) == before


# What a judge must not read stands on no ballot either


def test_a_judge_of_a_blind_round_who_takes_part_reads_no_ballot(db, contest, vote):
    judge = contest.judges[0]
    make_registration(db, judge, contest.event)
    made = open_a_round(db, contest, blind=True)

    with pytest.raises(Conflict) as refused:
        poll_for(db, again(db, judge), vote)
    with pytest.raises(Conflict):
        cast_ballot(db, again(db, judge), vote, choices=[(1, 1)], seen=0, client_id=new_id())

    assert "You judge in this event" in str(refused.value.message)
    close_round(db, contest.ada, fresh(db, made))
    assert made.round.blind


def test_what_a_judge_has_a_conflict_of_interest_with_is_not_on_their_ballot(db, contest, vote):
    judge = contest.judges[0]
    make_registration(db, judge, contest.event)
    made = open_a_round(db, contest)
    declare_conflict(
        db, again(db, judge), get_work(db, again(db, judge), made, work_of(db, made, "Straw")), reason="My sister."
    )
    invite(db, contest, vote)

    poll = poll_for(db, again(db, judge), vote)
    shown = poll_for(db, get_voter(db, link_of(db))[0], vote, reader=again(db, judge))

    assert [one.team for one in poll.works] == [one.team for one in shown.works] == ["Husk"]
    with pytest.raises(Invalid):
        cast_ballot(db, again(db, judge), vote, choices=[(number_of(db, vote, "Straw"), 1)], seen=0, client_id=new_id())
    assert len(poll_for(db, again(db, contest.leads["Straw"]), vote).works) == 2
