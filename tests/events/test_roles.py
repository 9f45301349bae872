"""Roles: given once, also by two at the same moment, and taken back."""

import pytest
from sqlmodel import select

from events.appointments import take_role_back
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, NotAllowed, NotFound
from events.events import EventWithPhases, close_event
from events.programmes import Programme
from events.registration import appoint
from events.roles import Role, RoleGrant, RoleGranted, RoleTakenBack, Scope, give_role, organiser_of_event
from events.rounds.judges import end_judging, is_judging
from events.rounds.publishing import publish_result
from events.rounds.running import close_round, reopen_round
from events.rounds.standings import standing_of
from sessions.office_hours import close_office_hours
from tests.events.makers_rounds import fresh, make_contest, make_round, open_a_round, score, teams_for
from tests.makers import again, make_event, make_person, make_programme
from tests.sessions.makers_mentoring import make_clinic
from tests.sessions.racing import ROUNDS, race


@pytest.fixture
def event(db: Database, ada: Actor) -> EventWithPhases:
    programme = make_programme(db, ada)
    return make_event(db, again(db, ada), programme)


def judges(db: Database) -> list[int]:
    """Who judges somewhere."""
    return list(db.exec(select(RoleGrant.person_id).where(RoleGrant.role == Role.JUDGE).order_by(RoleGrant.id)))


def told(db: Database) -> list[int]:
    """Who was made a judge, as the journal tells it."""
    entries = db.exec(select(JournalEntry).where(JournalEntry.kind == RoleGranted.kind).order_by(JournalEntry.id))
    return [one.particulars["person_id"] for one in entries if one.particulars["role"] == Role.JUDGE]


def test_a_role_that_somebody_has_is_not_given_again(db, ada, bo, event):
    for _time in range(2):
        appoint(db, again(db, ada), event, person_id=bo.person, role=Role.JUDGE)

    assert (judges(db), told(db)) == ([bo.person], [bo.person])


def test_a_role_that_two_give_at_the_same_moment_is_given_once(database_url):
    with transaction() as db:
        ada = make_person(db, "Ada Adler")
        programme = make_programme(db, ada)
        ada = again(db, ada)
        event = make_event(db, ada, programme)
        people = [make_person(db, f"J{number} Judge").person for number in range(ROUNDS)]

    def give(person):
        return lambda own: appoint(own, ada, event, person_id=person, role=Role.JUDGE)

    for person in people:
        assert race(give(person), give(person)) == [None, None]

    with reading() as db:
        assert (judges(db), told(db)) == (people, people)


def test_a_role_is_taken_back_also_when_the_event_is_over_and_the_journal_tells_it(db, ada, bo, event):
    appoint(db, again(db, ada), event, person_id=bo.person, role=Role.ORGANISER)
    before = organiser_of_event(again(db, bo), event)
    close_event(db, again(db, ada), event)

    take_role_back(db, again(db, ada), event, person_id=bo.person, role=Role.ORGANISER)

    entries = db.exec(select(JournalEntry).where(JournalEntry.kind == RoleTakenBack.kind)).all()
    assert (before, organiser_of_event(again(db, bo), event)) == (True, False)
    assert [(one.particulars["person_id"], one.person_id) for one in entries] == [(bo.person, ada.person)]
    with pytest.raises(NotFound):
        take_role_back(db, again(db, ada), event, person_id=bo.person, role=Role.ORGANISER)
    with pytest.raises(NotAllowed):
        take_role_back(db, again(db, bo), event, person_id=ada.person, role=Role.ORGANISER)


def test_a_role_for_the_whole_programme_or_another_event_stays(db, ada, bo, event):
    other = make_event(db, again(db, ada), db.get_one(Programme, event.programme_id), name="Another Hack")
    for role, scope, place in (
        (Role.MENTOR, Scope.PROGRAMME, event.programme_id), (Role.MENTOR, Scope.EVENT, other.id),
        (Role.JUDGE, Scope.EVENT, event.id), (Role.MENTOR, Scope.EVENT, event.id),
    ):  # fmt: skip
        give_role(db, ada, person_id=bo.person, role=role, scope=scope, scope_id=place)

    take_role_back(db, again(db, ada), event, person_id=bo.person, role=Role.MENTOR)

    left = db.exec(select(RoleGrant).where(RoleGrant.person_id == bo.person).order_by(RoleGrant.id)).all()
    assert [(one.role, one.scope, one.scope_id) for one in left] == [
        (Role.MENTOR, Scope.PROGRAMME, event.programme_id), (Role.MENTOR, Scope.EVENT, other.id),
        (Role.JUDGE, Scope.EVENT, event.id),
    ]  # fmt: skip


def test_who_judges_in_a_round_is_a_judge_until_their_judging_is_ended(db, ada):
    contest = make_contest(db, ada)
    made, judge = make_round(db, contest), contest.judges[0].person

    with pytest.raises(Conflict, match="They judge in the round Final"):
        take_role_back(db, contest.ada, contest.event, person_id=judge, role=Role.JUDGE)
    end_judging(db, contest.ada, made, person_id=judge, counts=True)
    take_role_back(db, contest.ada, contest.event, person_id=judge, role=Role.JUDGE)

    assert judge not in judges(db)


@pytest.fixture
def published(db, ada):
    """A contest with a round that two judged, whose result is published."""
    contest = make_contest(db, ada)
    made = open_a_round(db, contest)
    for judge in contest.judges:
        for team in teams_for(db, judge, made):
            score(db, judge, made, team, 4, 3)
    close_round(db, contest.ada, made)
    publish_result(db, contest.ada, fresh(db, made))
    return contest, fresh(db, made)


def test_whose_role_is_taken_back_does_not_judge_again_where_a_round_is_opened_again(db, published):
    contest, made = published
    judge = contest.judges[0]
    result = standing_of(db, made.round)

    take_role_back(db, contest.ada, contest.event, person_id=judge.person, role=Role.JUDGE)
    reopen_round(db, contest.ada, fresh(db, made))

    after = standing_of(db, fresh(db, made).round)
    assert (is_judging(db, made.id, judge.person), is_judging(db, made.id, contest.judges[1].person)) == (False, True)
    assert teams_for(db, judge, made) == []
    assert (after.inputs.judges, after.inputs.votes) == (result.inputs.judges, result.inputs.votes)


def test_who_judges_in_the_whole_programme_goes_on_judging(db, published):
    contest, made = published
    judge = contest.judges[0].person
    give_role(
        db, contest.ada, person_id=judge, role=Role.JUDGE, scope=Scope.PROGRAMME, scope_id=contest.event.programme_id
    )

    take_role_back(db, contest.ada, contest.event, person_id=judge, role=Role.JUDGE)

    assert is_judging(db, made.id, judge)


def test_taking_another_role_back_ends_no_judging(db, published):
    contest, made = published
    judge = contest.judges[0].person
    give_role(db, contest.ada, person_id=judge, role=Role.MENTOR, scope=Scope.EVENT, scope_id=contest.event.id)

    take_role_back(db, contest.ada, contest.event, person_id=judge, role=Role.MENTOR)

    assert is_judging(db, made.id, judge)


def test_who_has_office_hours_to_come_is_a_mentor_until_they_are_closed(db):
    clinic = make_clinic(db)
    mel = {"person_id": clinic.mel.person, "role": Role.MENTOR}

    with pytest.raises(Conflict, match="office hours to come"):
        take_role_back(db, clinic.ada, clinic.event, **mel)
    close_office_hours(db, clinic.ada, clinic.hours)
    take_role_back(db, clinic.ada, clinic.event, **mel)

    assert again(db, clinic.mel).is_(Role.MENTOR, Scope.EVENT, clinic.event.id) is False
