"""The help queue: one request per team, who waits longest first, and one mentor for each."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import close_event, start_event
from events.help_queue import (
    HelpInEvent,
    HelpRequest,
    HelpState,
    NotAsItWas,
    ask_for_help,
    finish_help,
    get_help_request,
    give_back_help_request,
    help_of_team,
    help_queue,
    take_back_help_request,
    take_help_request,
    teams_waiting,
)
from events.joining import leave_team
from events.judging.votes import Conflict as Interest
from events.judging.votes import Kind
from events.registration import RegistrationInEvent, appoint, withdraw_registration
from events.roles import Role, actor_for
from events.rounds.conflicts import conflicts_among
from events.rounds.setting_up import add_round
from events.submissions import Submission, save_draft
from events.teams import TeamInEvent
from tests.events.makers_hackathon import DONE as WRITTEN
from tests.events.makers_rounds import plan
from tests.makers import again, make_person, make_registration
from tests.sessions.makers_mentoring import Clinic, make_clinic, make_member_of, make_mentor, make_other_team
from tests.sessions.racing import ROUNDS, Step, kinds, race

OPEN, TAKEN, DONE = HelpState.OPEN, HelpState.TAKEN, HelpState.DONE


@pytest.fixture
def clinic(db: Database) -> Clinic:
    return make_clinic(db)


def ask(db: Database, who: Actor, team: TeamInEvent, topic: str = "Is wax allowed?") -> HelpInEvent:
    return HelpInEvent(ask_for_help(db, who, team, topic=topic), team.team, team.event)


def seen(db: Database, actor: Actor, clinic: Clinic, subject: HelpInEvent) -> HelpInEvent:
    """The request as it is now, in an object of its own."""
    found = get_help_request(db, actor, clinic.event, subject.request.public_id)
    db.refresh(found.request)
    return HelpInEvent(HelpRequest.model_validate(found.request.model_dump()), found.team, found.event)


@pytest.mark.parametrize(
    ("topic", "details", "field"), [(" ", "", "topic"), ("x" * 121, "", "topic"), ("x", "y" * 1001, "details")]
)
def test_a_request_says_shortly_what_it_is_about(
    db: Database, clinic: Clinic, topic: str, details: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        ask_for_help(db, clinic.bo, clinic.team, topic=topic, details=details)

    assert list(refused.value.fields) == [field]


def test_a_team_asks_once_at_a_time(db: Database, clinic: Clinic) -> None:
    first = ask(db, clinic.bo, clinic.team)

    with pytest.raises(Conflict, match="already"):
        ask(db, clinic.bo, clinic.team)
    take_back_help_request(db, clinic.bo, first)
    ask(db, clinic.bo, clinic.team)


def test_who_asked_first_is_first(db: Database, clinic: Clinic) -> None:
    dee, wax = make_other_team(db, clinic, "Wax")
    eve, salt = make_other_team(db, clinic, "Salt")
    late = ask(db, clinic.bo, clinic.team)
    with clock.frozen_at(clock.now() - timedelta(minutes=5)):
        early = ask(db, dee, wax)
    last = ask(db, eve, salt)

    lines = help_queue(db, clinic.mel, clinic.event).lines.rows

    assert [(one.request.public_id, one.before) for one in lines] == [
        (early.request.public_id, 0), (late.request.public_id, 1), (last.request.public_id, 2),
    ]  # fmt: skip
    mine = help_of_team(db, clinic.bo, clinic.team)
    assert mine is not None
    assert (mine.before, mine.asked_by) == (1, "Bo Berg")


def test_a_mentor_takes_one_and_finishes_it(db: Database, clinic: Clinic) -> None:
    asked = ask(db, clinic.bo, clinic.team)

    take_help_request(db, clinic.mel, asked)
    db.expire_all()
    taken = help_of_team(db, clinic.bo, clinic.team)
    assert taken is not None
    assert (taken.request.state, taken.taken_by) == (TAKEN, "Mel Meyer")
    finish_help(db, clinic.mel, seen(db, clinic.mel, clinic, asked))

    assert (help_of_team(db, clinic.bo, clinic.team), help_queue(db, clinic.mel, clinic.event).helped) == (None, 1)
    assert help_queue(db, clinic.mel, clinic.event).lines.rows == []


def test_a_request_that_is_given_back_waits_where_it_was(db: Database, clinic: Clinic) -> None:
    dee, wax = make_other_team(db, clinic, "Wax")
    with clock.frozen_at(clock.now() - timedelta(minutes=5)):
        asked = ask(db, clinic.bo, clinic.team)
    ask(db, dee, wax)
    take_help_request(db, clinic.mel, asked)

    give_back_help_request(db, clinic.mel, seen(db, clinic.mel, clinic, asked))
    db.expire_all()

    first = help_queue(db, clinic.mel, clinic.event).lines.rows[0]
    assert (first.request.public_id, first.request.state, first.taken_by) == (asked.request.public_id, OPEN, "")


@pytest.mark.parametrize("who", ["bo", "ada"])
def test_where_nobody_came_the_team_or_an_organiser_puts_it_back(db: Database, clinic: Clinic, who: str) -> None:
    asked = ask(db, clinic.bo, clinic.team)
    take_help_request(db, clinic.mel, asked)
    eve, _salt = make_other_team(db, clinic, "Salt")
    with pytest.raises(NotAllowed):
        give_back_help_request(db, eve, HelpInEvent(asked.request, asked.team, asked.event))

    give_back_help_request(db, getattr(clinic, who), seen(db, clinic.mel, clinic, asked))

    waits = seen(db, clinic.mel, clinic, asked).request
    assert (waits.state, waits.taken_by_id, waits.asked_at) == (OPEN, None, asked.request.asked_at)
    nia = make_mentor(db, clinic.ada, clinic.event, "Nia Novak")
    take_help_request(db, nia, seen(db, nia, clinic, asked))
    with pytest.raises(NotAllowed):
        give_back_help_request(db, clinic.mel, seen(db, clinic.mel, clinic, asked))


def test_what_a_mentor_had_taken_who_leaves_the_event_waits_for_another(db: Database, clinic: Clinic) -> None:
    dee, wax = make_other_team(db, clinic, "Wax")
    place = make_registration(db, clinic.mel, clinic.event)
    mine, others = ask(db, clinic.bo, clinic.team), ask(db, dee, wax)
    take_help_request(db, clinic.mel, mine)
    take_help_request(db, make_mentor(db, clinic.ada, clinic.event, "Nia Novak"), others)

    withdraw_registration(db, again(db, clinic.mel), RegistrationInEvent(place, clinic.event.event))

    states = [seen(db, clinic.ada, clinic, one).request.state for one in (mine, others)]
    given = db.exec(select(JournalEntry).where(JournalEntry.kind == "HelpGivenBack")).all()
    assert (states, [one.particulars["help_id"] for one in given]) == ([OPEN, TAKEN], [mine.id])


def judges_blind(db: Database, clinic: Clinic, who: Actor) -> Actor:
    """Let somebody judge in a blind round; answers them with their ties of now."""
    appoint(db, clinic.ada, clinic.event, person_id=who.person or 0, role=Role.JUDGE)
    add_round(db, clinic.ada, clinic.event, plan=plan(blind=True))
    return again(db, who)


@pytest.mark.parametrize(("end", "state"), [(finish_help, DONE), (give_back_help_request, OPEN)])
def test_who_judges_blind_by_now_ends_what_they_took_and_sees_no_other_team(
    db: Database, clinic: Clinic, end: Callable[..., None], state: HelpState
) -> None:
    dee, wax = make_other_team(db, clinic, "Wax")
    mine, others = ask(db, clinic.bo, clinic.team), ask(db, dee, wax)
    take_help_request(db, clinic.mel, mine)

    mel = judges_blind(db, clinic, clinic.mel)
    db.refresh(mine.request)
    shown = help_queue(db, mel, clinic.event)
    with pytest.raises(NotAllowed):
        get_help_request(db, mel, clinic.event, others.request.public_id)
    end(db, mel, seen(db, mel, clinic, mine))

    assert [one.subject.team.name for one in shown.lines.rows] == [clinic.team.team.name]
    assert (shown.only_own, shown.waiting, shown.helped) == (True, 0, 0)
    assert seen(db, clinic.ada, clinic, mine).request.state is state
    with pytest.raises(NotAllowed):
        help_queue(db, mel, clinic.event)


def test_what_a_blind_judge_took_keeps_them_from_judging_that_team(db: Database, clinic: Clinic) -> None:
    save_draft(db, clinic.bo, clinic.team, written=WRITTEN, revision=0)
    asked = ask(db, clinic.bo, clinic.team)
    take_help_request(db, clinic.mel, asked)
    mel = judges_blind(db, clinic, clinic.mel)
    db.refresh(asked.request)
    work = db.exec(select(Submission.id).where(Submission.team_id == clinic.team.id)).one() or 0

    def conflicts() -> frozenset[Interest]:
        return conflicts_among(db, clinic.event.id, [mel.person or 0], [work], [Kind.MENTOR])

    before = conflicts()
    finish_help(db, mel, seen(db, mel, clinic, asked))

    assert before == conflicts() == frozenset({Interest(mel.person or 0, work, Kind.MENTOR)})


def test_a_team_may_say_that_it_was_helped(db: Database, clinic: Clinic) -> None:
    asked = ask(db, clinic.bo, clinic.team)
    with pytest.raises(NotAsItWas, match="Nobody has taken"):
        finish_help(db, clinic.bo, asked)
    take_help_request(db, clinic.mel, asked)

    finish_help(db, clinic.bo, seen(db, clinic.bo, clinic, asked))

    assert seen(db, clinic.bo, clinic, asked).request.state is DONE


def test_who_is_being_helped_does_not_take_it_back(db: Database, clinic: Clinic) -> None:
    asked = ask(db, clinic.bo, clinic.team)
    take_help_request(db, clinic.mel, asked)

    with pytest.raises(NotAsItWas, match="A mentor has taken this already"):
        take_back_help_request(db, clinic.bo, seen(db, clinic.bo, clinic, asked))


def test_who_was_slower_reads_what_became_of_it(db: Database, clinic: Clinic) -> None:
    nia = make_mentor(db, clinic.ada, clinic.event, "Nia Novak")
    asked = ask(db, clinic.bo, clinic.team)
    stale = seen(db, nia, clinic, asked)
    take_help_request(db, clinic.mel, asked)

    with pytest.raises(NotAsItWas, match="A mentor has taken this already"):
        take_help_request(db, nia, stale)


def test_only_the_team_mentors_and_organisers_see_it(db: Database, clinic: Clinic) -> None:
    other, team = make_other_team(db, clinic, "Wax")
    asked = ask(db, clinic.bo, clinic.team)

    for actor in (clinic.bo, clinic.mel, clinic.ada):
        assert get_help_request(db, actor, clinic.event, asked.request.public_id).id == asked.id
    with pytest.raises(NotFound):
        get_help_request(db, other, clinic.event, asked.request.public_id)
    with pytest.raises(NotFound):
        help_queue(db, clinic.bo, clinic.event)
    with pytest.raises(NotFound):
        help_of_team(db, other, clinic.team)
    with pytest.raises(NotAllowed):
        take_help_request(db, other, asked)
    assert help_of_team(db, other, team) is None


def test_who_helped_a_team_has_a_conflict_of_interest_with_it_and_who_gave_it_back_has_none(
    db: Database, clinic: Clinic
) -> None:
    draft = save_draft(db, clinic.bo, clinic.team, written=WRITTEN, revision=0)
    request = ask(db, clinic.bo, clinic.team)
    mel = clinic.mel.person or 0

    def conflicts() -> frozenset[Interest]:
        return conflicts_among(db, clinic.event.id, [mel], [draft.id or 0], [Kind.MENTOR])

    take_help_request(db, clinic.mel, request)
    while_helping = conflicts()
    give_back_help_request(db, clinic.mel, seen(db, clinic.mel, clinic, request))
    given_back = conflicts()
    take_help_request(db, clinic.mel, seen(db, clinic.mel, clinic, request))
    finish_help(db, clinic.mel, seen(db, clinic.mel, clinic, request))

    interest = Interest(mel, draft.id or 0, Kind.MENTOR)
    assert [while_helping, given_back, conflicts()] == [{interest}, frozenset(), {interest}]


def test_a_team_that_is_gone_waits_no_more(db: Database, clinic: Clinic) -> None:
    cy = make_member_of(db, clinic, "Cy Costa")
    ask(db, clinic.bo, clinic.team)

    leave_team(db, cy, clinic.team)
    assert help_queue(db, clinic.mel, clinic.event).waiting == 1
    leave_team(db, again(db, clinic.bo), clinic.team)

    assert help_queue(db, clinic.mel, clinic.event).lines.rows == []


def test_mentors_are_told_at_home_how_many_wait(db: Database, clinic: Clinic) -> None:
    ask(db, clinic.bo, clinic.team)

    assert teams_waiting(db, clinic.mel) == {clinic.event.id: 1}
    assert teams_waiting(db, clinic.bo) == {}
    assert teams_waiting(db, make_person(db, "Eve Ek")) == {}


def test_nobody_asks_in_an_event_that_is_over(db: Database, clinic: Clinic) -> None:
    start_event(db, clinic.ada, clinic.event)
    close_event(db, clinic.ada, clinic.event)

    with pytest.raises(Conflict):
        ask(db, clinic.bo, clinic.team)


# --- at the same moment ---------------------------------------------------------------------------


def committed() -> tuple[Clinic, list[Actor]]:
    with transaction() as db:
        clinic = make_clinic(db)
        return clinic, [clinic.mel, make_mentor(db, clinic.ada, clinic.event, "Nia Novak"), clinic.ada]


def test_of_three_who_take_one_at_once_one_has_it(database_url: str) -> None:
    clinic, mentors = committed()

    def take(who: Actor, public: str) -> Step:
        def step(db: Database) -> object:
            actor = actor_for(db, who.person)
            return take_help_request(db, actor, get_help_request(db, actor, clinic.event, public))

        return step

    for _round in range(ROUNDS):
        with transaction() as db:
            public = ask(db, clinic.bo, clinic.team).request.public_id

        outcomes = race(*[take(one, public) for one in mentors])

        assert kinds(outcomes) == ["NotAsItWas", "NotAsItWas", "done"]
        with transaction() as db:
            row = db.exec(select(HelpRequest).where(HelpRequest.public_id == public)).one()
            assert row.taken_by_id == mentors[outcomes.index(None)].person
            finish_help(db, clinic.bo, HelpInEvent(row, clinic.team.team, clinic.event))


def test_a_team_that_asks_twice_at_once_asks_once(database_url: str) -> None:
    clinic, _mentors = committed()
    with transaction() as db:
        cy = make_member_of(db, clinic, "Cy Costa")

    outcomes = race(lambda db: ask(db, clinic.bo, clinic.team), lambda db: ask(db, cy, clinic.team))

    assert kinds(outcomes) == ["Conflict", "done"]
    with reading() as db:
        assert len(db.exec(select(HelpRequest)).all()) == 1


def test_taking_and_taking_back_at_once_has_one_winner(database_url: str) -> None:
    clinic, _mentors = committed()
    for _round in range(ROUNDS):
        with transaction() as db:
            asked = ask(db, clinic.bo, clinic.team)
            subjects = [seen(db, one, clinic, asked) for one in (clinic.mel, clinic.bo)]

        outcomes = race(
            lambda db, it=subjects[0]: take_help_request(db, clinic.mel, it),
            lambda db, it=subjects[1]: take_back_help_request(db, clinic.bo, it),
        )

        assert kinds(outcomes) == ["NotAsItWas", "done"]
        with transaction() as db:
            row = db.exec(select(HelpRequest).where(HelpRequest.id == asked.id)).one()
            assert row.state is (TAKEN if outcomes[0] is None else HelpState.TAKEN_BACK)
            if row.state is TAKEN:
                finish_help(db, clinic.bo, HelpInEvent(row, clinic.team.team, clinic.event))
