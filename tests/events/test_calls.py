"""Calls in two stages: concept notes, consensus with dissent, thresholds, the cut, full proposals, funding."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from events import deadlines
from events.core import clock
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.core.sheets import write_csv
from events.core.timers import run_due_timers
from events.deadlines import DeadlinePassed, NotInvited, grace_ends, set_grace
from events.handing_in import (
    admit_late_version,
    changed_since,
    get_version,
    hand_in,
    keep_late_version,
    version_that_counts,
    versions_of,
)
from events.judging.calls import Fate
from events.page_limits import set_page_limits
from events.phases import PhaseKind
from events.planning import move_phase
from events.rounds.call_exports import consensus_table, ranking_table
from events.rounds.calls import fate_told, fates_in, set_budget
from events.rounds.comments import decide_tie
from events.rounds.consensus import (
    WrittenMeanwhile,
    get_panel_work,
    name_rapporteur,
    panels_for,
    record_dissent,
    withdraw_dissent,
    write_consensus,
)
from events.rounds.exports import settings_table, votes_table
from events.rounds.inputs import inputs_from, result_as_json, worked_out
from events.rounds.publishing import differs_now, inputs_of, publish_result, take_result_back
from events.rounds.rounds import Scheme, submissions_in
from events.rounds.running import close_round, reopen_round
from events.rounds.setting_up import plan_of
from events.rounds.standings import works_of
from events.screening.screenings import find_screening, questions_of
from events.submission_fields import FieldKind, fields_for
from events.submission_texts import Written
from events.submissions import counting_versions, get_submission, save_draft, submission_of_team, submissions_of
from tests.events.makers_calls import (
    close_concept_notes,
    consensus,
    evaluate,
    hand_in_stage,
    make_call,
    open_full_proposals,
    panel,
    written,
)
from tests.events.makers_rounds import fresh, number_of, work_of
from tests.makers import again

GOOD = {"Straw": (4.5, 4.0), "Husk": (4.0, 4.0), "Whey": (3.5, 5.0)}


@pytest.fixture
def call(db, ada):
    return make_call(db, ada)


@pytest.fixture
def evaluated(db, call):
    """Concept notes with a consensus; Whey is below a threshold."""
    close_concept_notes(db, call)
    evaluate(db, call, 1, GOOD)
    return call


def publish(db, call, stage, **how):
    return publish_result(db, call.ada, fresh(db, call.round(db, stage)), **how)


def fates(db, call, stage, result):
    by_number = fates_in(result.result)
    teams = {one.number: one.team.name for one in works_of(db, call.round(db, stage).id).values()}
    return {teams[number]: fate for number, fate in by_number.items()}


def test_the_template_has_phases_fields_evaluations_and_conditions(db, call):
    rounds = [plan_of(db, call.round(db, stage).round) for stage in (1, 2)]
    asked = {stage: [one.label for one in fields_for(db, call.event.id, None, stage)] for stage in (1, 2)}

    assert [one.kind for one in call.event.phases][2:] == [
        PhaseKind.CONCEPT_NOTE, PhaseKind.FIRST_EVALUATION, PhaseKind.SUBMISSION, PhaseKind.JUDGING, PhaseKind.RESULTS
    ]  # fmt: skip
    assert [[one.threshold for one in each.criteria] for each in rounds] == [[4, 4], [3, 3, 3]]
    assert [each.rule["sum_threshold"] for each in rounds] == [None, 10]
    assert {each.scheme for each in rounds} == {Scheme.CALL}
    assert (len(asked[1]), len(asked[2]), asked[1][-1]) == (3, 4, asked[2][-1])
    assert len(questions_of(db, find_screening(db, call.event.id).id)) == 4


def test_evaluators_agree_when_their_own_reports_are_locked(db, call):
    close_concept_notes(db, call)
    evaluate(db, call, 1, GOOD, agree=False)
    made = call.round(db, 1)
    reopen_round(db, call.ada, made)
    expert = again(db, call.experts[0])

    with pytest.raises(Conflict):
        consensus(db, call, 1, "Straw", 4.5, 4)
    with pytest.raises(NotFound):
        get_panel_work(db, expert, made, work_of(db, made, "Straw"))
    assert panels_for(db, expert, made) == []


def test_a_rapporteur_writes_the_report_and_the_others_do_not(db, call):
    close_concept_notes(db, call)
    evaluate(db, call, 1, GOOD, agree=False)
    first, second = call.experts
    points = {1: 4.5, 2: 4.0}
    name_rapporteur(db, call.ada, panel(db, call, call.ada, 1, "Straw"), person_id=first.person)
    name_rapporteur(db, call.ada, panel(db, call, call.ada, 1, "Straw"), person_id=second.person)

    with pytest.raises(NotAllowed):
        write_consensus(db, again(db, first), panel(db, call, first, 1, "Straw"), points=points, seen=0)
    report = write_consensus(db, again(db, second), panel(db, call, second, 1, "Straw"), points=points, seen=0)

    assert (report.number, report.points) == (1, {"1": 4.5, "2": 4.0})
    with pytest.raises(NotAllowed):
        write_consensus(db, again(db, second), panel(db, call, second, 1, "Husk"), points=points, seen=0)


@pytest.mark.parametrize("points", [{1: 4.5}, {1: 4.5, 2: None}, {1: 4.5, 2: 5.5}, {1: 4.5, 2: 4.2}])
def test_a_consensus_has_a_step_of_the_scale_on_every_criterion(db, evaluated, points):
    with pytest.raises(Invalid) as refused:
        write_consensus(db, evaluated.ada, panel(db, evaluated, evaluated.ada, 1, "Straw"), points=points, seen=1)

    assert list(refused.value.fields) == ["points-2"]


def test_a_report_that_somebody_else_wrote_meanwhile_is_not_written_over(db, evaluated):
    consensus(db, evaluated, 1, "Straw", 5, 5, seen=1)

    with pytest.raises(WrittenMeanwhile) as refused:
        consensus(db, evaluated, 1, "Straw", 4, 4, seen=1)

    assert refused.value.latest.number == 2


def test_a_dissent_is_on_record_by_name_until_it_is_withdrawn(db, evaluated):
    expert = again(db, evaluated.experts[0])
    work = panel(db, evaluated, expert, 1, "Straw")
    made = evaluated.round(db, 1)
    with pytest.raises(Invalid):
        record_dissent(db, expert, work, person_id=expert.person, text=" ")
    with pytest.raises(Invalid):
        record_dissent(db, expert, work, person_id=evaluated.experts[1].person, text="For somebody else.")

    record_dissent(db, expert, work, person_id=expert.person, text="The market is smaller than that.")
    consensus(db, evaluated, 1, "Straw", 5, 4, seen=1)
    record_dissent(
        db, evaluated.ada, panel(db, evaluated, evaluated.ada, 1, "Straw"), person_id=evaluated.experts[1].person,
        text="Said in the meeting.",
    )  # fmt: skip
    withdraw_dissent(db, expert, panel(db, evaluated, expert, 1, "Straw"), person_id=expert.person)
    result = publish(db, evaluated, 1)

    straw = number_of(db, made, "Straw")
    [kept] = [one.dissent for one in inputs_of(result).consensus if one.submission == straw]
    assert len(kept) == 1
    rows = consensus_table(inputs_of(result), {number: f"Expert {number}" for number in range(1, 9)})[1]
    assert {row[9] for row in rows if row[2] == "Straw"} == {f"Expert {kept[0]}"}


def test_only_who_meets_each_threshold_is_invited(db, evaluated):
    result = publish(db, evaluated, 1)
    stages = {name: evaluated.team(db, name).team.stage for name in GOOD}

    assert fates(db, evaluated, 1, result) == {"Straw": Fate.INVITED, "Husk": Fate.INVITED, "Whey": Fate.BELOW}
    assert stages == {"Straw": 2, "Husk": 2, "Whey": 1}


def test_the_budget_cuts_the_list_near_three_times_what_there_is(db, evaluated):
    made = evaluated.round(db, 1)
    set_budget(db, evaluated.ada, made, available=30_000, aim=3, least_times=2.5)

    result = publish(db, evaluated, 1)

    assert fates(db, evaluated, 1, result) == {"Straw": Fate.INVITED, "Husk": Fate.NOT_INVITED, "Whey": Fate.BELOW}
    assert result.result["call"]["cut"]["cause"] == "nearest"


@pytest.mark.parametrize(
    "values", [{"available": -1}, {"available": 10, "aim": 2, "least_times": 3}, {"available": 10, "aim": 500}]
)
def test_a_budget_that_cannot_be_divided_is_refused(db, evaluated, values):
    with pytest.raises(Invalid):
        set_budget(db, evaluated.ada, evaluated.round(db, 1), **values)


def test_a_result_waits_for_every_consensus(db, call):
    close_concept_notes(db, call)
    evaluate(db, call, 1, GOOD, agree=False)
    consensus(db, call, 1, "Straw", 4, 4)
    consensus(db, call, 1, "Husk", 4, 4)

    with pytest.raises(Conflict) as refused:
        publish(db, call, 1)

    assert "Work of Whey" in str(refused.value.message)


def test_invitations_wait_as_long_as_the_result_is_held_back(db, evaluated):
    publish(db, evaluated, 1, hold_until=clock.now() + timedelta(hours=2))
    held = evaluated.team(db, "Straw").team.stage
    submission = submission_of_team(db, evaluated.team(db, "Straw").id)
    told = fate_told(db, evaluated.round(db, 1).id, submission.id)
    db.commit()

    with clock.frozen_at(clock.now() + timedelta(hours=3)):
        run_due_timers()
    db.expire_all()

    assert (held, told) == (1, None)
    assert evaluated.team(db, "Straw").team.stage == 2
    assert fate_told(db, evaluated.round(db, 1).id, submission.id).fate is Fate.INVITED


def test_a_result_that_is_put_aside_invites_nobody(db, evaluated):
    publish(db, evaluated, 1, hold_until=clock.now() + timedelta(hours=2))

    take_result_back(db, evaluated.ada, fresh(db, evaluated.round(db, 1)))

    assert evaluated.team(db, "Straw").team.stage == 1


def test_who_was_not_invited_cannot_hand_in_a_full_proposal(db, evaluated):
    publish(db, evaluated, 1)
    with pytest.raises(DeadlinePassed):
        hand_in_stage(db, evaluated, "Whey")
    open_full_proposals(db, evaluated)
    team, said = evaluated.team(db, "Whey"), written(db, evaluated, "Whey")
    whey = again(db, evaluated.leads["Whey"])

    for attempt in (
        lambda: hand_in_stage(db, evaluated, "Whey"),
        lambda: save_draft(db, whey, team, written=said, revision=1),
        lambda: keep_late_version(db, whey, team, written=said),
    ):
        with pytest.raises(NotInvited):
            attempt()


def test_a_full_proposal_answers_its_own_fields_and_the_concept_note_stays(db, evaluated):
    publish(db, evaluated, 1)
    open_full_proposals(db, evaluated)
    lead = again(db, evaluated.leads["Straw"])
    before = submission_of_team(db, evaluated.team(db, "Straw").id).revision
    half = written(db, evaluated, "Straw")
    emptied = replace(half, answers=dict.fromkeys(half.answers, ""))
    with pytest.raises(Invalid):
        hand_in(db, lead, evaluated.team(db, "Straw"), written=emptied, revision=before)

    version = hand_in_stage(db, evaluated, "Straw", funding="300000")
    row = submission_of_team(db, evaluated.team(db, "Straw").id)
    kept = versions_of(db, lead, get_submission(db, lead, evaluated.event, row.public_id))

    assert (version.stage, version.number, len(kept)) == (2, 2, 2)
    assert len(version.content["answers"]) == 4
    assert len(kept[1].content["answers"]) == 3


def test_the_grace_of_both_stages_stays_once_the_first_deadline_has_passed(db, call):
    set_grace(db, call.ada, call.event, minutes=5)
    close_concept_notes(db, call)
    until = grace_ends(call.event, PhaseKind.CONCEPT_NOTE)

    with pytest.raises(Conflict, match="both stages have the same grace"):
        set_grace(db, call.ada, call.event, minutes=60)

    assert grace_ends(call.event, PhaseKind.CONCEPT_NOTE) == until
    set_page_limits(db, call.ada, call.event, pages=10)


def late_note(db, call, name):
    """The number of a concept note that came after the end of its phase."""
    lead, team = again(db, call.leads[name]), call.team(db, name)
    late = keep_late_version(db, lead, team, written=replace(written(db, call, name), title="The later note"))
    return late.number


def let_in(db, call, name, number):
    """Ada lets a late version count; the submission as she sees it then."""
    row = submission_of_team(db, call.team(db, name).id)
    seen = get_submission(db, call.ada, call.event, row.public_id)
    admit_late_version(db, call.ada, get_version(db, call.ada, seen, number), why="Their line was cut for an hour.")
    db.refresh(row)
    return seen


def test_a_late_concept_note_that_is_let_in_leaves_the_full_proposal_as_it_is(db, evaluated):
    late = late_note(db, evaluated, "Straw")
    publish(db, evaluated, 1)
    open_full_proposals(db, evaluated)
    proposal = hand_in_stage(db, evaluated, "Straw", funding="300000")
    row = submission_of_team(db, evaluated.team(db, "Straw").id)
    before = (Written.of(row), row.revision, row.handed_in_at)

    seen = let_in(db, evaluated, "Straw", late)

    assert (Written.of(row), row.revision, row.handed_in_at) == before
    assert not changed_since(db, row)
    assert version_that_counts(db, seen).number == proposal.number
    assert [one.title for one in submissions_of(db, evaluated.ada, evaluated.event).rows][1] == "Work of Straw"
    assert counting_versions(db, [row.id], 1)[row.id].content["title"] == "The later note"


def test_a_late_concept_note_that_is_let_in_is_shown_until_there_is_a_proposal(db, evaluated):
    late = late_note(db, evaluated, "Straw")
    publish(db, evaluated, 1)
    open_full_proposals(db, evaluated)
    row = submission_of_team(db, evaluated.team(db, "Straw").id)
    lead, half = again(db, evaluated.leads["Straw"]), replace(written(db, evaluated, "Straw"), title="Half a proposal")
    save_draft(db, lead, evaluated.team(db, "Straw"), written=half, revision=row.revision)

    seen = let_in(db, evaluated, "Straw", late)

    assert (row.title, version_that_counts(db, seen).content["title"]) == ("Half a proposal", "The later note")


def test_an_amount_that_is_none_is_refused(db, call):
    with pytest.raises(Invalid) as refused:
        hand_in_stage(db, call, "Straw", funding="a lot")

    [field] = [one for one in fields_for(db, call.event.id, None, 1) if one.kind is FieldKind.FUNDING]
    assert list(refused.value.fields) == [f"a_{field.public_id}"]


def test_the_first_evaluation_reads_concept_notes_whatever_comes_later(db, evaluated):
    publish(db, evaluated, 1)
    open_full_proposals(db, evaluated)
    hand_in_stage(db, evaluated, "Straw", funding="300000")

    first = works_of(db, evaluated.round(db, 1).id)
    versions = {one.team.name: one.version.stage for one in first.values()}

    assert versions == {"Straw": 1, "Husk": 1, "Whey": 1}
    assert not differs_now(db, fresh(db, evaluated.round(db, 1)))


def second_stage(db, call, *, available, points, funding=None):
    publish(db, call, 1)
    open_full_proposals(db, call)
    for name in points:
        hand_in_stage(db, call, name, funding=(funding or {}).get(name, "300000"))
    now = clock.now()
    call.event = move_phase(
        db, call.ada, call.event, kind=PhaseKind.JUDGING, starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=7),
    )  # fmt: skip
    evaluate(db, call, 2, points)
    set_budget(db, call.ada, fresh(db, call.round(db, 2)), available=available)


def test_funding_goes_down_the_ranking_and_the_rest_waits_in_reserve(db, evaluated):
    second_stage(db, evaluated, available=400_000, points={"Straw": (4, 3.5, 3.5), "Husk": (4, 4, 4)})

    result = publish(db, evaluated, 2)

    assert len(submissions_in(db, evaluated.round(db, 2).id)) == 2
    assert fates(db, evaluated, 2, result) == {"Husk": Fate.FUNDED, "Straw": Fate.RESERVE}
    assert result.result["call"]["funding"]["left"] == 100_000


def test_the_sum_has_a_threshold_of_its_own(db, evaluated):
    second_stage(db, evaluated, available=900_000, points={"Straw": (3, 3, 3.5), "Husk": (3, 3, 4)})

    result = publish(db, evaluated, 2)

    assert fates(db, evaluated, 2, result) == {"Husk": Fate.FUNDED, "Straw": Fate.BELOW}


def test_equals_where_the_budget_ends_wait_for_a_decision(db, evaluated):
    second_stage(db, evaluated, available=400_000, points={"Straw": (4, 4, 4), "Husk": (4, 4, 4)})
    made = fresh(db, evaluated.round(db, 2))
    with pytest.raises(Conflict):
        publish(db, evaluated, 2)

    order = [number_of(db, made, "Straw"), number_of(db, made, "Husk")]
    decide_tie(db, evaluated.ada, made, best_first=order, reason="The only one from its region.")
    result = publish(db, evaluated, 2)

    assert fates(db, evaluated, 2, result) == {"Straw": Fate.FUNDED, "Husk": Fate.RESERVE}


def test_a_stage_that_funds_needs_a_budget(db, evaluated):
    second_stage(db, evaluated, available=None, points={"Straw": (4, 4, 4), "Husk": (4, 4, 3)})

    with pytest.raises(Conflict):
        publish(db, evaluated, 2)


def test_nothing_that_passes_is_a_result_too(db, call):
    close_concept_notes(db, call)
    evaluate(db, call, 1, dict.fromkeys(GOOD, (3.0, 3.0)))

    result = publish(db, call, 1)

    assert set(fates(db, call, 1, result).values()) == {Fate.BELOW}


def test_a_later_version_tells_only_whom_it_changes_and_takes_no_invitation_back(db, evaluated):
    publish(db, evaluated, 1)
    made = fresh(db, evaluated.round(db, 1))
    reopen_round(db, evaluated.ada, made)

    close_round(db, evaluated.ada, fresh(db, made))
    consensus(db, evaluated, 1, "Whey", 4, 5, seen=1)
    consensus(db, evaluated, 1, "Husk", 3, 3, seen=1)

    second = publish(db, evaluated, 1, reason="Two reports had been swapped.")
    told = {name: fate_told(db, made.id, submission_of_team(db, evaluated.team(db, name).id).id) for name in GOOD}

    assert {name: one.fate.value for name, one in told.items()} == {
        "Straw": "invited", "Whey": "invited", "Husk": "below",
    }  # fmt: skip
    assert {name for name, one in told.items() if one.result_id == second.id} == {"Whey", "Husk"}
    assert {name: evaluated.team(db, name).team.stage for name in GOOD} == {"Straw": 2, "Whey": 2, "Husk": 2}


def test_whoever_has_the_inputs_works_the_result_out_again(db, evaluated):
    set_budget(db, evaluated.ada, evaluated.round(db, 1), available=60_000)
    result = publish(db, evaluated, 1)

    again_out = json.loads(json.dumps(result_as_json(worked_out(inputs_from(result.inputs)))))

    assert again_out["call"] == result.result["call"]
    assert again_out["results"] == result.result["results"]


def test_the_tables_hold_thresholds_points_funding_and_fates(db, evaluated):
    set_budget(db, evaluated.ada, evaluated.round(db, 1), available=30_000)
    result = publish(db, evaluated, 1)
    inputs = inputs_of(result)

    def lines(table):
        return list(csv.DictReader(io.StringIO(write_csv(*table).decode("utf-8-sig"))))

    ranking = {one["team"]: one for one in lines(ranking_table(inputs, result.result, {}))}
    settings = {one["setting"]: one["value"] for one in lines(settings_table(inputs))}
    votes = lines(votes_table(inputs, result.result, {}))

    assert (ranking["Straw"]["rank"], ranking["Straw"]["sum"], ranking["Straw"]["fate"]) == ("1", "8.5", "invited")
    assert (ranking["Whey"]["below"], ranking["Whey"]["requested"]) == ("Excellence", "100000.0")
    assert (settings["available"], settings["threshold of criterion 1"]) == ("30000", "4.0")
    assert len(votes) == 3 * 2 * 2


def test_applicants_do_not_see_what_others_hand_in(db, evaluated):
    lead = again(db, evaluated.leads["Straw"])
    husk = submission_of_team(db, evaluated.team(db, "Husk").id)
    open_full_proposals(db, evaluated)

    assert [one.team for one in submissions_of(db, lead, evaluated.event).rows] == ["Straw"]
    with pytest.raises(NotFound):
        get_submission(db, lead, evaluated.event, husk.public_id)


def test_without_the_question_who_was_invited_the_same_team_gets_its_words_kept(db, evaluated, monkeypatch):
    """The control: what refuses a full proposal is this question, and nothing else."""
    publish(db, evaluated, 1)
    open_full_proposals(db, evaluated)
    monkeypatch.setattr(deadlines, "refuse_not_invited", lambda _subject, _now: None)
    whey, team = again(db, evaluated.leads["Whey"]), evaluated.team(db, "Whey")

    kept = keep_late_version(db, whey, team, written=written(db, evaluated, "Whey", funding="1"))

    assert (kept.late, kept.stage) == (True, 1)
