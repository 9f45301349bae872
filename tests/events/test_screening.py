"""Screening: two people say whether a submission is eligible; who is not is judged nowhere, and told why."""

import csv
import io
import threading

import pytest
from sqlmodel import select

from events.core import clock
from events.core.database import transaction
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.sheets import write_csv
from events.organisations import Membership
from events.registration import appoint
from events.roles import Role
from events.rounds import setting_up
from events.rounds.assigning import assign_judges
from events.rounds.judges import name_judge
from events.rounds.rounds import submissions_in
from events.rounds.running import open_round
from events.rounds.setting_up import put_back, take_in, take_out, waiting_to_come_in
from events.rounds.standings import works_of
from events.rounds.votes import ChangedElsewhere
from events.screening.assigning import assign_screeners, close_screening, open_screening, screening_assignments
from events.screening.boards import is_newer, lines_for_screener, screening_board, screening_table
from events.screening.decisions import decide_eligibility, release_eligibility, told_of
from events.screening.eligibility import Outcome, eligibility_of
from events.screening.rows import ScreeningVerdict, Verdict
from events.screening.screenings import QuestionPlan, end_screener, name_screener, set_screening_up
from events.screening.verdicts import (
    declare_conflict_as_screener,
    get_work_to_screen,
    give_verdict,
    undo_verdict,
    versions_of_verdicts,
)
from events.submissions import counting_versions, get_submission, hidden_from, submission_of_team
from tests.events.makers_calls import (
    APPLICANTS,
    hand_in_stage_anew,
    make_call,
    name_screeners,
    open_the_screening,
    public_of,
    screen,
    to_decide,
    to_screen,
)
from tests.events.makers_rounds import new_id
from tests.makers import again, make_organisation, make_person, make_registration


@pytest.fixture
def call(db, ada):
    return make_call(db, ada)


@pytest.fixture
def sol(db):
    return make_person(db, "Sol Sand", email="sol@example.org")


@pytest.fixture
def uma(db):
    return make_person(db, "Uma Urban", email="uma@example.org")


@pytest.fixture
def going(db, call, sol, uma):
    """A screening that is open; Sol and Uma look at everything."""
    return open_the_screening(db, call, sol, uma)


def outcome(db, call, name):
    row = submission_of_team(db, call.team(db, name).id)
    return eligibility_of(db, call.screening(db).screening)[row.id].outcome


def is_newer_on_the_board(db, call, name):
    return next(row.newer for row in screening_board(db, call.ada, call.screening(db)).rows if row.team == name)


def judged(db, call, stage=1):
    """The teams whose submissions are in the evaluation of a stage."""
    made = call.round(db, stage)
    return sorted(one.team.name for one in works_of(db, made.id).values())


def test_two_who_agree_decide(db, call, going, sol, uma):
    for name, verdict in (("Straw", "eligible"), ("Husk", "not eligible")):
        for one in (sol, uma):
            screen(db, call, one, name, verdict)
    screen(db, call, sol, "Whey")

    outcomes = {name: outcome(db, call, name) for name in APPLICANTS}

    assert outcomes == {"Straw": Outcome.ELIGIBLE, "Husk": Outcome.NOT_ELIGIBLE, "Whey": Outcome.WAITING}


@pytest.mark.parametrize("other", ["not eligible", "unsure"])
def test_two_who_do_not_agree_leave_it_to_an_organiser_with_a_reason(db, call, going, sol, uma, other):
    screen(db, call, sol, "Straw")
    screen(db, call, uma, "Straw", other)
    before = outcome(db, call, "Straw")

    with pytest.raises(Invalid):
        decide_eligibility(db, call.ada, to_decide(db, call, "Straw"), eligible=True, reason=" ")
    decide_eligibility(db, call.ada, to_decide(db, call, "Straw"), eligible=False, reason="Their seat is elsewhere.")

    assert (before, outcome(db, call, "Straw")) == (Outcome.DISAGREEMENT, Outcome.NOT_ELIGIBLE)


def test_nobody_decides_alone_or_about_what_they_screened(db, call, ada, sol):
    name_screeners(db, call, ada, sol)
    assign_screeners(db, call.ada, call.screening(db))
    open_screening(db, call.ada, call.screening(db))
    screen(db, call, sol, "Straw")
    with pytest.raises(Conflict) as too_early:
        decide_eligibility(db, call.ada, to_decide(db, call, "Straw"), eligible=True, reason="I think so.")
    screen(db, call, ada, "Straw", "unsure")

    with pytest.raises(Conflict) as own:
        decide_eligibility(db, again(db, ada), to_decide(db, call, "Straw"), eligible=True, reason="I think so.")

    assert "Two people" in str(too_early.value.message)
    assert "yourself" in str(own.value.message)


def test_each_submission_goes_to_two_different_people(db, call, sol, uma):
    third = make_person(db, "Vic Vale", email="vic@example.org")
    name_screeners(db, call, sol, uma, third)

    found = assign_screeners(db, call.ada, call.screening(db))
    pairs = [(one.submission_id, one.person_id) for one in screening_assignments(db, call.screening(db).id)]

    assert (len(pairs), len(set(pairs)), found.shortages) == (6, 6, ())
    assert found.balance.least == found.balance.most == 2


def test_one_screener_is_not_enough(db, call, sol):
    name_screeners(db, call, sol)

    with pytest.raises(Conflict):
        assign_screeners(db, call.ada, call.screening(db))


@pytest.mark.parametrize("verdict", [Verdict.NOT_ELIGIBLE, Verdict.UNSURE])
def test_a_refusal_and_a_doubt_need_a_reason(db, call, going, sol, verdict):
    work = to_screen(db, call, sol, "Straw")

    with pytest.raises(Invalid) as refused:
        give_verdict(db, again(db, sol), work, verdict=verdict, answers={1: "no"}, seen=0, client_id=new_id())

    assert list(refused.value.fields) == ["reason"]


def test_what_is_eligible_meets_every_condition(db, call, going, sol):
    work = to_screen(db, call, sol, "Straw")
    answers = {1: "yes", 2: "no", 3: "yes"}

    with pytest.raises(Invalid) as refused:
        give_verdict(db, again(db, sol), work, verdict=Verdict.ELIGIBLE, answers=answers, seen=0, client_id=new_id())

    assert sorted(refused.value.fields) == ["answer-2", "answer-4"]


def test_a_verdict_is_never_overwritten_and_can_be_taken_back(db, call, going, sol):
    first = screen(db, call, sol, "Straw")
    screen(db, call, sol, "Straw", "unsure", seen=1)
    again_first = screen(db, call, sol, "Straw", "unsure", seen=2)
    with pytest.raises(ChangedElsewhere):
        screen(db, call, sol, "Straw", "not eligible", seen=1)
    work = to_screen(db, call, sol, "Straw")

    undo_verdict(db, again(db, sol), work, seen=2, client_id=new_id())
    rows = versions_of_verdicts(db, going.id, first.submission_id)

    assert [(one.number, one.verdict) for one in rows] == [(1, "eligible"), (2, "unsure"), (3, "eligible")]
    assert again_first.number == 2


def test_the_same_verdict_sent_twice_is_one(db, call, going, sol):
    work = to_screen(db, call, sol, "Straw")
    for _time in range(2):
        give_verdict(
            db, again(db, sol), work, verdict=Verdict.UNSURE, answers={}, reason="Where are they?", seen=0,
            client_id="the-same-client-id",
        )  # fmt: skip

    assert len(db.exec(select(ScreeningVerdict)).all()) == 1


def test_the_same_verdict_about_another_version_says_that_somebody_looked(db, call, going, sol):
    screen(db, call, sol, "Straw")
    now = hand_in_stage_anew(db, call, "Straw")
    before = is_newer_on_the_board(db, call, "Straw")

    saved = screen(db, call, sol, "Straw", seen=1)
    again_saved = screen(db, call, sol, "Straw", seen=2)

    assert (before, is_newer_on_the_board(db, call, "Straw")) == (True, False)
    assert (saved.number, saved.version, again_saved.number) == (2, now, 2)


def test_a_verdict_is_about_the_version_that_was_on_the_page(db, call, going, sol):
    shown = 1
    hand_in_stage_anew(db, call, "Straw")

    said = screen(db, call, sol, "Straw", read=shown)

    assert (said.version, is_newer_on_the_board(db, call, "Straw")) == (shown, True)


def test_taking_back_is_no_look_at_what_came_since(db, call, going, sol):
    screen(db, call, sol, "Straw")
    screen(db, call, sol, "Straw", "unsure", seen=1)
    hand_in_stage_anew(db, call, "Straw")

    back = undo_verdict(db, again(db, sol), to_screen(db, call, sol, "Straw"), seen=2, client_id=new_id())

    assert (back.verdict, back.version, is_newer_on_the_board(db, call, "Straw")) == (Verdict.ELIGIBLE, 1, True)


def test_who_took_all_back_is_asked_for_no_second_look(db, call, going, sol):
    screen(db, call, sol, "Straw")
    undo_verdict(db, again(db, sol), to_screen(db, call, sol, "Straw"), seen=1, client_id=new_id())
    hand_in_stage_anew(db, call, "Straw")
    row = submission_of_team(db, call.team(db, "Straw").id)
    counts = counting_versions(db, [row.id])[row.id]

    assert is_newer(counts, versions_of_verdicts(db, going.id, row.id)[-1:]) is False


def test_only_what_is_found_eligible_is_judged(db, call, going, sol, uma):
    for one in (sol, uma):
        screen(db, call, one, "Straw")
        screen(db, call, one, "Husk")
        screen(db, call, one, "Whey", "not eligible")
    made = call.round(db, 1)
    for one in call.experts:
        name_judge(db, call.ada, made, person_id=one.person)

    taken_in = take_in(db, call.ada, made)
    assign_judges(db, call.ada, made)
    open_round(db, call.ada, made)

    assert taken_in == 2
    assert judged(db, call) == ["Husk", "Straw"]
    assert waiting_to_come_in(db, made) == []


def test_what_stood_in_a_round_before_goes_out_and_comes_back(db, call, sol, uma):
    take_in(db, call.ada, call.round(db, 1))
    before = judged(db, call)
    open_the_screening(db, call, sol, uma)
    waiting = judged(db, call)
    screen(db, call, sol, "Straw")
    screen(db, call, uma, "Straw")
    agreed = judged(db, call)
    screen(db, call, uma, "Straw", "not eligible", seen=1)
    out = judged(db, call)
    made = call.round(db, 1)
    row = submissions_in(db, made.id, also_taken_out=True)[0]

    with pytest.raises(Conflict):
        put_back(db, call.ada, made, submission=row.public_id)
    decide_eligibility(db, call.ada, to_decide(db, call, "Straw"), eligible=True, reason="Their seat moved in March.")

    assert (before, waiting, agreed, out) == (sorted(APPLICANTS), [], ["Straw"], [])
    assert judged(db, call) == ["Straw"]


def test_what_is_not_eligible_is_not_put_back_though_an_organiser_took_it_out(db, call, sol, uma):
    made = call.round(db, 1)
    take_in(db, call.ada, made)
    public = next(one.row.public_id for one in works_of(db, made.id).values() if one.team.name == "Straw")
    take_out(db, call.ada, made, submission=public)
    open_the_screening(db, call, sol, uma)
    for one in (sol, uma):
        screen(db, call, one, "Straw", "not eligible")

    with pytest.raises(Conflict, match="has not found this submission eligible"):
        put_back(db, call.ada, made, submission=public)

    assert "Straw" not in judged(db, call)


def test_screening_comes_before_judging(db, call, sol, uma):
    made = call.round(db, 1)
    for one in call.experts:
        name_judge(db, call.ada, made, person_id=one.person)
    take_in(db, call.ada, made)
    assign_judges(db, call.ada, made)
    open_round(db, call.ada, made)

    with pytest.raises(Conflict):
        open_the_screening(db, call, sol, uma)


def test_who_belongs_to_the_same_organisation_screens_something_else(db, call, sol, uma):
    mill = make_organisation(db, "Mill")
    sol_there = make_person(db, "Sal Mill", email="sal@example.org")
    make_registration(db, sol_there, call.event, organisation=mill)

    db.add(Membership(person_id=call.leads["Straw"].person, organisation_id=mill.id, joined_at=clock.now()))
    db.flush()
    name_screeners(db, call, sol_there, sol)

    found = assign_screeners(db, call.ada, call.screening(db))
    pairs = {(one.person_id, one.submission_id) for one in screening_assignments(db, call.screening(db).id)}
    straw = submission_of_team(db, call.team(db, "Straw").id)

    assert (sol_there.person, straw.id) not in pairs
    assert [(one.submission, one.has) for one in found.shortages] == [(straw.id, 1)]


def test_a_declared_conflict_takes_the_verdict_out_and_the_submission_away(db, call, going, sol, uma):
    for one in (sol, uma):
        screen(db, call, one, "Straw")
    before = outcome(db, call, "Straw")

    said = declare_conflict_as_screener(db, again(db, sol), to_screen(db, call, sol, "Straw"), reason="My cousin.")
    row = submission_of_team(db, call.team(db, "Straw").id)

    assert (before, said, outcome(db, call, "Straw")) == (Outcome.ELIGIBLE, True, Outcome.WAITING)
    assert [line.team for line in lines_for_screener(db, again(db, sol), going)] == ["Husk", "Whey"]
    assert row.id in hidden_from(db, again(db, sol), call.event)
    with pytest.raises(NotFound):
        to_screen(db, call, sol, "Straw")
    with pytest.raises(NotFound):
        get_submission(db, again(db, sol), call.event, row.public_id)


def test_what_somebody_said_who_screens_no_more_counts(db, call, going, sol, uma):
    vic = make_person(db, "Vic Vale", email="vic@example.org")
    screen(db, call, sol, "Straw")
    end_screener(db, call.ada, going, person_id=sol.person)
    name_screeners(db, call, vic)

    assign_screeners(db, call.ada, going)
    mine = {name: len(lines_for_screener(db, again(db, one), going)) for name, one in (("uma", uma), ("vic", vic))}
    screen(db, call, uma, "Straw")

    assert mine == {"uma": 3, "vic": 2}
    assert outcome(db, call, "Straw") == Outcome.ELIGIBLE
    with pytest.raises(NotFound):
        get_work_to_screen(db, again(db, sol), going, public_of(db, call, "Husk"))


def test_who_judges_blind_does_not_screen(db, call):
    made = call.round(db, 1)
    made.round.blind = True
    db.add(made.round)
    name_judge(db, call.ada, made, person_id=call.experts[0].person)

    with pytest.raises(Conflict):
        name_screener(db, call.ada, call.screening(db), person_id=call.experts[0].person)


def test_who_becomes_a_blind_judge_later_reads_no_more(db, call, going, sol):
    made = call.round(db, 1)
    made.round.blind = True
    db.add(made.round)

    appoint(db, call.ada, call.event, person_id=sol.person, role=Role.JUDGE)
    name_judge(db, call.ada, made, person_id=sol.person)

    assert lines_for_screener(db, again(db, sol), going) == []
    with pytest.raises(NotFound):
        to_screen(db, call, sol, "Straw")


def test_teams_are_told_when_it_is_released_and_not_before(db, call, going, sol, uma):
    for one in (sol, uma):
        screen(db, call, one, "Straw")
        screen(db, call, one, "Husk", "not eligible", reason="No partner in the union.")
    husk = submission_of_team(db, call.team(db, "Husk").id)
    before = told_of(db, husk.id)

    told = release_eligibility(db, call.ada, going)
    with pytest.raises(Conflict):
        release_eligibility(db, call.ada, going)

    assert (before, told) == (None, 2)
    assert (told_of(db, husk.id).told_eligible, told_of(db, husk.id).told_reason) == (False, "No partner in the union.")


def test_a_decision_against_two_who_agree_is_told_anew(db, call, going, sol, uma):
    for one in (sol, uma):
        screen(db, call, one, "Husk", "not eligible")
    release_eligibility(db, call.ada, going)

    decide_eligibility(db, call.ada, to_decide(db, call, "Husk"), eligible=True, reason="They sent their entry.")
    told = release_eligibility(db, call.ada, going)

    husk = submission_of_team(db, call.team(db, "Husk").id)
    assert (told, told_of(db, husk.id).told_eligible) == (1, True)


def test_a_closed_screening_takes_no_verdicts_until_it_is_opened_again(db, call, going, sol):
    work = to_screen(db, call, sol, "Straw")
    close_screening(db, call.ada, going)

    with pytest.raises(Conflict):
        screen(db, call, sol, "Straw")
    open_screening(db, call.ada, call.screening(db))
    screen(db, call, sol, "Straw")

    assert work.work.public_id == public_of(db, call, "Straw")


def test_what_is_asked_stays_once_it_was_opened(db, call, going):
    with pytest.raises(Conflict):
        set_screening_up(db, call.ada, call.event, questions=[QuestionPlan("Something else?")])


def test_the_table_holds_every_verdict_and_decision(db, call, going, sol, uma):
    screen(db, call, sol, "Straw")
    screen(db, call, uma, "Straw", "unsure", reason="Which country?")
    decide_eligibility(db, call.ada, to_decide(db, call, "Straw"), eligible=True, reason="It is Austria.")

    rows = list(csv.DictReader(io.StringIO(write_csv(*screening_table(db, call.ada, going)).decode("utf-8-sig"))))
    straw = [(one["by"], one["verdict"], one["reason"], one["outcome"]) for one in rows if one["team"] == "Straw"]

    assert straw == [
        ("screener", "eligible", "", "eligible"),
        ("screener", "unsure", "Which country?", "eligible"),
        ("organiser", "eligible", "It is Austria.", "eligible"),
    ]


def test_the_board_is_for_organisers_and_names_what_is_to_be_decided_first(db, call, going, sol, uma):
    screen(db, call, sol, "Whey")
    screen(db, call, uma, "Whey", "not eligible")

    board = screening_board(db, call.ada, going)

    first = board.rows[0]
    assert (first.team, len(first.cells), first.lacks) == ("Whey", 2, 0)
    assert board.counts == {Outcome.DISAGREEMENT: 1, Outcome.WAITING: 2}
    with pytest.raises(NotFound):
        screening_board(db, again(db, sol), going)
    with pytest.raises(NotAllowed):
        release_eligibility(db, again(db, sol), going)


def test_two_verdicts_at_once_decide_as_one_after_the_other(db, call, going, sol, uma):
    take_in(db, call.ada, call.round(db, 1))
    db.commit()
    wrong = []

    def say(who):
        try:
            with transaction() as own:
                screen(own, call, who, "Straw")
        except Exception as error:  # told below
            wrong.append(error)

    threads = [threading.Thread(target=say, args=(one,)) for one in (sol, uma)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    db.expire_all()

    assert wrong == []
    assert outcome(db, call, "Straw") == Outcome.ELIGIBLE
    take_in(db, call.ada, call.round(db, 1))
    assert judged(db, call) == ["Straw"]


def test_without_the_look_at_screening_the_same_round_takes_in_all(db, call, going, sol, uma, monkeypatch):
    """The control: what keeps out who is not found eligible is this look, and nothing else."""
    monkeypatch.setattr(setting_up, "screened_out", lambda _db, _event, _submissions: set())
    monkeypatch.setattr(setting_up, "apply_screening", lambda _db, _event: None)
    for one in (sol, uma):
        screen(db, call, one, "Whey", "not eligible")

    take_in(db, call.ada, call.round(db, 1))

    assert judged(db, call) == sorted(APPLICANTS)
