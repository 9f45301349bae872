"""Proposed teams: made from what people bring and wish, adjusted, sent, and formed by those who agree."""

from datetime import timedelta

import pytest
from sqlmodel import select

from events.challenges import publish_challenge
from events.core import clock
from events.core.access import Actor
from events.core.claims import claim_one
from events.core.database import Database, reading, transaction
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.timers import run_due_timers
from events.events import EventClosedAlready, EventWithPhases, close_event
from events.join_requests import JoinRequest
from events.joining import leave_team
from events.proposals.adjustments import lock_proposed_team, look_at, move_in_proposal
from events.proposals.drafts import (
    Asked,
    Failure,
    PlaceState,
    ProposalInEvent,
    ProposalState,
    ProposedState,
    TeamProposal,
    Whom,
    ask_for_teams,
    cancel_teams,
    discard_proposal,
    get_proposal,
    proposals_of,
    teams_in,
)
from events.proposals.places import (
    PlaceAnswered,
    accept_place,
    decline_place,
    get_place,
    open_places_of,
    send_proposal,
)
from events.proposals.reports import own_place, report_on
from events.proposals.runs import LEASE, MOST_BEGUN, make_next_proposal
from events.registration import RegistrationInEvent, appoint, find_registration, withdraw_registration
from events.roles import Role
from events.seekers import look_for_team
from events.team_builder.checks import Broken
from events.teams import Team, TeamInEvent, form_team, members_of, team_of
from tests.events.makers_hackathon import BRIEF, make_hackathon, make_team
from tests.events.makers_proposals import (
    make_proposal,
    make_seekers,
    place_of,
    public_of,
    seated,
    states,
)
from tests.makers import NOW, again, make_registration, person_of
from tests.sessions.racing import kinds, race

UNTIL = NOW + timedelta(days=1)
ASKED, ACCEPTED, JOINED = PlaceState.ASKED, PlaceState.ACCEPTED, PlaceState.JOINED
DECLINED, LAPSED = PlaceState.DECLINED, PlaceState.LAPSED


@pytest.fixture
def event(db: Database, ada: Actor) -> EventWithPhases:
    """A hackathon in which everything is open."""
    return make_hackathon(db, ada)


def sent(db: Database, ada: Actor, event: EventWithPhases, **how) -> ProposalInEvent:
    subject = make_proposal(db, ada, event, **how)
    send_proposal(db, again(db, ada), subject, answer_by=UNTIL)
    return subject


def names(db: Database, team: Team | None) -> list[str]:
    return [one.name.split()[0] for one in members_of(db, team.id or 0)] if team else []


def test_a_proposal_puts_together_who_wishes_for_the_same_and_keeps_apart_who_must(db, ada, event):
    straw = publish_challenge(db, again(db, ada), event, title="Straw", brief=BRIEF)
    wax = publish_challenge(db, again(db, ada), event, title="Wax", brief=BRIEF)
    kim, lou, max_, nia = make_seekers(db, event, "Kim", "Lou", "Max", "Nia")
    for one, challenge in ((kim, straw), (lou, straw), (max_, wax), (nia, wax)):
        look_for_team(db, one, event, skills=["law"], languages=["en"], challenges=[challenge.public_id])

    subject = make_proposal(db, ada, event)

    assert seated(db, subject) == [[kim.person, lou.person], [max_.person, nia.person]]
    assert {one.challenge_id for one in teams_in(db, subject.id)} == {straw.id, wax.id}
    report = report_on(db, again(db, ada), subject)
    assert [(one.aim, one.value, one.now) for one in report.figures][2] == ("wishes", 12, 12)
    assert [one.why.dearest for one in report.teams] == [2, 2]


def test_only_seekers_are_given_teams_unless_everybody_is(db, ada, bo, cy, event):
    make_seekers(db, event, "Kim", "Lou")
    for one in (bo, cy):
        make_registration(db, one, event)

    seekers = make_proposal(db, ada, event, whom=Whom.SEEKERS)
    everybody = make_proposal(db, ada, event, whom=Whom.EVERYBODY)

    assert [sum(map(len, seated(db, one))) for one in (seekers, everybody)] == [2, 4]


def test_a_team_that_is_too_small_is_filled_by_requests_that_its_leader_answers(db, ada, bo, event):
    make_registration(db, bo, event)
    team = make_team(db, bo, event)
    [kim] = make_seekers(db, event, "Kim")
    subject = sent(db, ada, event)
    place = place_of(db, subject, kim)
    shown = own_place(db, place)

    state = accept_place(db, kim, place)

    assert (shown.team, [one.name for one in shown.companions]) == ("Straw", ["Bo Berg"])
    assert (state, names(db, team.team)) == (ACCEPTED, ["Bo"])
    assert [(one.team_id, one.person_id) for one in db.exec(select(JoinRequest))] == [(team.id, kim.person)]


def test_organisers_move_people_lock_teams_and_are_told_what_is_wrong(db, ada, event):
    kim, lou = make_seekers(db, event, "Kim", "Lou")
    max_, nia = make_seekers(db, event, "Max", "Nia", languages=["fr"])
    look_for_team(db, kim, event, skills=["ai"], languages=["en"], apart=[person_of(db, max_).public_id])
    subject, ada = make_proposal(db, ada, event), again(db, ada)
    first, second = teams_in(db, subject.id)

    move_in_proposal(db, ada, subject, place=public_of(db, subject, max_), team=first.public_id)
    broken = {team: {one.what for one in found} for team, found in look_at(db, subject).faults.items()}
    with pytest.raises(Conflict, match="Some teams break a rule"):
        send_proposal(db, ada, subject, answer_by=UNTIL)
    lock_proposed_team(db, ada, subject, team=first.public_id, locked=True)
    with pytest.raises(Conflict, match="locked"):
        move_in_proposal(db, ada, subject, place=public_of(db, subject, max_), team=second.public_id)
    lock_proposed_team(db, ada, subject, team=first.public_id, locked=False)
    move_in_proposal(db, ada, subject, place=public_of(db, subject, max_), team="new")
    move_in_proposal(db, ada, subject, place=public_of(db, subject, nia), team="")

    assert broken == {first.id: {Broken.NO_LANGUAGE, Broken.KEPT_APART}, second.id: {Broken.TOO_SMALL}}
    assert seated(db, subject) == [[kim.person, lou.person], [max_.person], [nia.person]]


def test_teams_that_are_locked_stay_when_teams_are_made_anew(db, ada, event):
    kim, _lou, max_, nia = make_seekers(db, event, "Kim", "Lou", "Max", "Nia")
    subject, ada = make_proposal(db, ada, event), again(db, ada)
    for one in (kim, max_, nia):
        move_in_proposal(db, ada, subject, place=public_of(db, subject, one), team="")
    move_in_proposal(db, ada, subject, place=public_of(db, subject, kim), team="new")
    pair = teams_in(db, subject.id)[-1].public_id
    move_in_proposal(db, ada, subject, place=public_of(db, subject, nia), team=pair)
    lock_proposed_team(db, ada, subject, team=pair, locked=True)

    made_anew = make_proposal(db, ada, event, based_on=subject.proposal)

    assert seated(db, made_anew)[0] == [kim.person, nia.person]
    assert [one.locked for one in teams_in(db, made_anew.id)] == [True, False]


def test_a_team_exists_when_enough_have_agreed_and_others_come_later(db, ada, event):
    event.event.team_size_max = 3
    kim, lou, max_ = make_seekers(db, event, "Kim", "Lou", "Max")
    subject = sent(db, ada, event, size=3)

    first = accept_place(db, kim, place_of(db, subject, kim))
    before = team_of(db, kim.person, event.id)
    second = accept_place(db, lou, place_of(db, subject, lou))
    team = team_of(db, kim.person, event.id)
    third = accept_place(db, max_, place_of(db, subject, max_))

    assert (first, before, second, third) == (ACCEPTED, None, JOINED, JOINED)
    assert names(db, team) == ["Kim", "Lou", "Max"]
    assert [one.leads for one in members_of(db, team.id)] == [True, False, False]
    assert set(states(db, subject).values()) == {JOINED}
    assert teams_in(db, subject.id)[0].state is ProposedState.FORMED


def test_a_team_for_which_too_few_are_left_does_not_come_about(db, ada, event):
    kim, lou = make_seekers(db, event, "Kim", "Lou")
    subject = sent(db, ada, event)
    accept_place(db, kim, place_of(db, subject, kim))

    decline_place(db, lou, place_of(db, subject, lou))

    assert states(db, subject) == {kim.person: LAPSED, lou.person: DECLINED}
    assert teams_in(db, subject.id)[0].state is ProposedState.FAILED
    with pytest.raises(PlaceAnswered, match="You have declined"):
        accept_place(db, lou, place_of(db, subject, lou))


def test_a_place_is_answered_once_in_time_and_by_its_person(db, ada, event):
    kim, lou = make_seekers(db, event, "Kim", "Lou")
    subject = sent(db, ada, event)
    place, public = place_of(db, subject, kim), public_of(db, subject, kim)

    with pytest.raises(NotAllowed):
        accept_place(db, lou, place)
    with pytest.raises(NotFound):
        get_place(db, lou, event, public)
    with clock.frozen_at(UNTIL), pytest.raises(PlaceAnswered, match="could be answered until"):
        accept_place(db, kim, place)
    accept_place(db, kim, place)
    with pytest.raises(PlaceAnswered, match="accepted this place already"):
        accept_place(db, kim, place_of(db, subject, kim))


def test_whoever_joins_another_team_or_withdraws_is_asked_no_longer(db, ada, event):
    event.event.team_size_max = 3
    kim, lou, max_ = make_seekers(db, event, "Kim", "Lou", "Max")
    subject = sent(db, ada, event, size=3)
    accept_place(db, lou, place_of(db, subject, lou))

    form_team(db, kim, event, name="Own")
    withdraw_registration(db, max_, RegistrationInEvent(find_registration(db, event.id, max_.person), event.event))

    assert states(db, subject) == {kim.person: LAPSED, lou.person: LAPSED, max_.person: LAPSED}
    with pytest.raises(PlaceAnswered):
        accept_place(db, kim, place_of(db, subject, kim))


def test_the_time_to_answer_ends_by_itself(db, ada, event):
    kim, lou = make_seekers(db, event, "Kim", "Lou")
    subject = sent(db, ada, event)
    accept_place(db, kim, place_of(db, subject, kim))
    offered = [len(open_places_of(db, one)) for one in (kim, lou)]
    db.commit()

    with clock.frozen_at(UNTIL):
        run_due_timers()

    assert offered == [0, 1]
    assert states(db, subject) == {kim.person: LAPSED, lou.person: LAPSED}
    assert db.exec(select(TeamProposal.state)).one() is ProposalState.CLOSED


def test_a_place_is_not_answered_when_the_event_is_over(db, ada, event):
    kim, _lou = make_seekers(db, event, "Kim", "Lou")
    asked = sent(db, ada, event)
    place = place_of(db, asked, kim)
    close_event(db, again(db, ada), place.event)

    for answer in (accept_place, decline_place):
        with pytest.raises(EventClosedAlready):
            answer(db, kim, place)
    assert open_places_of(db, kim) == []


def test_nobody_is_asked_by_two_proposals_at_once_and_again_after_the_first_has_failed(db, ada, event):
    kim, _lou = make_seekers(db, event, "Kim", "Lou")
    second = make_proposal(db, ada, event)
    first = sent(db, ada, event)

    with pytest.raises(Conflict, match="asked by another proposal"):
        send_proposal(db, again(db, ada), second, answer_by=UNTIL)
    decline_place(db, kim, place_of(db, first, kim))

    assert send_proposal(db, again(db, ada), second, answer_by=UNTIL) == 2


def test_who_is_asked_already_is_in_no_new_proposal(db, ada, event):
    make_seekers(db, event, "Kim", "Lou")
    sent(db, ada, event)
    later = make_seekers(db, event, "Max", "Nia")

    assert seated(db, make_proposal(db, ada, event)) == [sorted(one.person or 0 for one in later)]


def test_who_has_joined_a_team_since_is_left_out_when_it_is_sent(db, ada, event):
    kim, *_others = make_seekers(db, event, "Kim", "Lou", "Max")
    event.event.team_size_max = 3
    subject = make_proposal(db, ada, event, size=3)
    form_team(db, kim, event, name="Own")

    asked = send_proposal(db, again(db, ada), subject, answer_by=UNTIL)

    assert (asked, states(db, subject)[kim.person]) == (2, LAPSED)


@pytest.mark.parametrize("answer_by", [NOW, NOW + timedelta(days=90)])
def test_an_answer_is_awaited_until_a_moment_to_come_before_teams_are_fixed(db, ada, event, answer_by):
    make_seekers(db, event, "Kim", "Lou")
    subject = make_proposal(db, ada, event)

    with pytest.raises(Invalid):
        send_proposal(db, again(db, ada), subject, answer_by=answer_by)


@pytest.mark.parametrize(
    ("asked", "field"), [(Asked(1), "size_wanted"), (Asked(7), "size_wanted"), (Asked(2, seconds=7), "seconds"),
                         (Asked(2, zone_hours=5), "zone_hours")]
)  # fmt: skip
def test_what_is_not_offered_is_refused(db, ada, event, asked, field):
    with pytest.raises(Invalid) as refused:
        ask_for_teams(db, again(db, ada), event, asked=asked)

    assert list(refused.value.fields) == [field]


def test_proposals_are_for_organisers_and_one_is_made_at_a_time(db, ada, bo, event):
    make_registration(db, bo, event)
    row = ask_for_teams(db, again(db, ada), event, asked=Asked(2))
    subject = ProposalInEvent(row, event)

    with pytest.raises(Conflict, match="being made already"):
        ask_for_teams(db, again(db, ada), event, asked=Asked(2))
    with pytest.raises(NotAllowed):
        cancel_teams(db, again(db, bo), subject)
    for read in (lambda: get_proposal(db, again(db, bo), event, row.public_id),
                 lambda: proposals_of(db, again(db, bo), event)):  # fmt: skip
        with pytest.raises(NotFound):
            read()
    with pytest.raises(Conflict, match="being made"):
        discard_proposal(db, again(db, ada), subject)
    cancel_teams(db, again(db, ada), subject)
    db.refresh(row)
    discard_proposal(db, again(db, ada), subject)
    assert db.exec(select(TeamProposal)).all() == []


def test_what_people_were_asked_about_is_neither_changed_nor_discarded(db, ada, event):
    kim, _lou = make_seekers(db, event, "Kim", "Lou")
    subject = sent(db, ada, event)
    db.expire_all()
    fresh = get_proposal(db, again(db, ada), event, subject.proposal.public_id)

    for attempt in (
        lambda: discard_proposal(db, again(db, ada), fresh),
        lambda: move_in_proposal(db, again(db, ada), fresh, place=public_of(db, fresh, kim), team=""),
        lambda: send_proposal(db, again(db, ada), fresh, answer_by=UNTIL),
    ):
        with pytest.raises(Conflict):
            attempt()


def test_two_who_accept_at_once_make_one_team_with_both(db, ada, event):
    kim, lou = make_seekers(db, event, "Kim", "Lou")
    subject = sent(db, ada, event)
    places = [(one, public_of(db, subject, one)) for one in (kim, lou)]
    db.commit()

    outcomes = race(*[
        lambda other, who=who, public=public: accept_place(
            other, again(other, who), get_place(other, again(other, who), event, public)
        )
        for who, public in places
    ])  # fmt: skip

    assert kinds(outcomes) == ["done", "done"]
    assert [sorted(names(db, team)) for team in db.exec(select(Team))] == [["Kim", "Lou"]]


def test_a_team_that_came_about_and_was_left_again_takes_nobody_more(db, ada, event):
    event.event.team_size_max = 3
    kim, lou, max_ = make_seekers(db, event, "Kim", "Lou", "Max")
    subject = sent(db, ada, event, size=3)
    for one in (kim, lou):
        accept_place(db, one, place_of(db, subject, one))
    team = team_of(db, kim.person, event.id)
    for one in (kim, lou):
        leave_team(db, again(db, one), TeamInEvent(team, event))

    with pytest.raises(Conflict, match="not there any more"):
        accept_place(db, max_, place_of(db, subject, max_))


# The worker


def committed(event: EventWithPhases, ada: Actor, **how) -> int:
    with transaction() as db:
        return ask_for_teams(db, again(db, ada), event, asked=Asked(2, seconds=5, **how)).id or 0


def now(proposal: int) -> TeamProposal:
    with reading() as db:
        return db.get_one(TeamProposal, proposal)


def test_a_worker_makes_what_was_asked_for_in_a_child(db, ada, event):
    make_seekers(db, event, "Kim", "Lou")
    db.commit()
    proposal = committed(event, ada)

    assert make_next_proposal()
    assert not make_next_proposal()

    row = now(proposal)
    assert (row.state, row.attempts, [one["aim"] for one in row.figures][:2]) == (
        ProposalState.DONE, 1, ["placed", "short"],
    )  # fmt: skip


def test_nobody_to_give_a_team_and_too_many_tries_are_failures(db, ada, event):
    db.commit()
    nobody = committed(event, ada)
    make_next_proposal()
    with transaction() as other:
        other.add(TeamProposal(**now(nobody).model_dump(exclude={"id", "public_id", "done_at"})
                               | {"state": ProposalState.QUEUED, "attempts": MOST_BEGUN, "number": 2,
                                  "due_at": NOW, "problem": ""}))  # fmt: skip

    make_next_proposal()

    with reading() as other:
        failures = [one.problem for one in other.exec(select(TeamProposal).order_by(TeamProposal.id))]
    assert failures == [Failure.NOBODY, Failure.TOO_OFTEN]


def test_what_a_worker_that_died_had_begun_is_made_by_the_next(db, ada, event):
    make_seekers(db, event, "Kim", "Lou")
    db.commit()
    proposal = committed(event, ada)
    assert claim_one(TeamProposal, lease=LEASE) is not None
    assert not make_next_proposal()

    with clock.frozen_at(clock.now() + LEASE):
        assert make_next_proposal()

    assert (now(proposal).state, now(proposal).attempts) == (ProposalState.DONE, 2)


def test_a_worker_that_is_told_to_end_gives_it_back(db, ada, event):
    make_seekers(db, event, "Kim", "Lou")
    db.commit()
    proposal = committed(event, ada)

    make_next_proposal(lambda: True)

    assert now(proposal).state in {ProposalState.QUEUED, ProposalState.DONE}


def test_who_has_left_the_event_or_judges_by_now_is_not_asked(db, ada, event):
    kim, lou, max_, nia = make_seekers(db, event, "Kim", "Lou", "Max", "Nia")
    subject = make_proposal(db, ada, event, size=4)
    place = RegistrationInEvent(find_registration(db, event.id, kim.person), event.event)
    withdraw_registration(db, again(db, kim), place)
    appoint(db, again(db, ada), event, person_id=lou.person, role=Role.JUDGE)

    asked = send_proposal(db, again(db, ada), subject, answer_by=UNTIL)

    found = {kim.person: LAPSED, lou.person: LAPSED, max_.person: ASKED, nia.person: ASKED}
    assert (asked, states(db, subject)) == (2, found)


def test_who_came_to_judge_since_they_were_asked_is_in_no_team(db, ada, event):
    kim, lou, max_ = make_seekers(db, event, "Kim", "Lou", "Max")
    subject = sent(db, ada, event, size=3)
    accept_place(db, kim, place_of(db, subject, kim))
    for one in (kim, lou):
        appoint(db, again(db, ada), event, person_id=one.person, role=Role.JUDGE)

    with pytest.raises(Conflict, match="Judges do not take part in teams"):
        accept_place(db, again(db, lou), place_of(db, subject, lou))
    accept_place(db, max_, place_of(db, subject, max_))

    assert states(db, subject) == {kim.person: LAPSED, lou.person: ASKED, max_.person: ACCEPTED}
    assert team_of(db, kim.person, event.id) is None
