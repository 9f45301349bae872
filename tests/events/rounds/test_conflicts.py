"""Conflicts of interest as data: each kind blocks and hides, and one declared later takes points out of the result."""

import pytest
from sqlmodel import select

from events.clusters import add_to_cluster
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.organisations import OrganisationKind
from events.registration import Registration
from events.rounds.assigning import assign_by_hand, assign_judges, assignments_in, replace_judge, take_from_judge
from events.rounds.conflicts import (
    DeclaredConflict,
    conflicts_of,
    conflicts_shown,
    dismiss_conflict,
    note_mentor,
    team_of_submission,
)
from events.rounds.desk import desk_of, get_work, works_for
from events.rounds.judges import judges_of, name_judge
from events.rounds.publishing import differs_now, publish_result, published_lines, shown_result
from events.rounds.running import close_round
from events.rounds.scoring import declare_conflict, order_submissions
from events.rounds.standings import standing_of, works_of
from events.submissions import get_submission, submissions_of
from tests.events.makers_rounds import (
    fresh,
    make_contest,
    make_round,
    new_id,
    number_of,
    open_a_round,
    score,
    teams_for,
    work_of,
)
from tests.makers import again, make_member, make_organisation, person_of


@pytest.fixture
def contest(db, ada):
    return make_contest(db, ada, judges=3)


def submission_of(db, subject, team):
    return next(one.submission for one in works_of(db, subject.id).values() if one.team.name == team)


def tied(db, contest, kind, subject):
    """Tie the first judge to the team Straw."""
    judge, lead = contest.judges[0], contest.leads["Straw"]
    home = make_organisation(db, "Mill")
    if kind == "same_organisation":
        make_member(db, judge, home)
        place = db.exec(select(Registration).where(Registration.person_id == lead.person)).one()
        place.organisation_id = home.id
    if kind == "same_cluster":
        cluster = make_organisation(db, "Food Cluster", kind=OrganisationKind.CLUSTER_ORGANISATION)
        make_member(db, judge, cluster)
        make_member(db, lead, home)
        add_to_cluster(db, again(db, judge), cluster, organisation=home)
    if kind == "country":
        make_member(db, judge, make_organisation(db, "Forge", country="SE"))
        make_member(db, lead, make_organisation(db, "Bakery", country="SE"))
    if kind == "mentor":
        team = team_of_submission(db, contest.event, submission_of(db, subject, "Straw").id)
        note_mentor(db, contest.ada, team, person_id=judge.person)
    if kind == "declared":
        work = get_work(db, again(db, judge), subject, work_of(db, subject, "Straw"))
        declare_conflict(db, again(db, judge), work, reason="My sister works there.")
    db.flush()


KINDS = ["same_organisation", "same_cluster", "country", "mentor", "declared"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_conflict_blocks_and_hides(db, contest, kind):
    made = open_a_round(db, contest, judges_each=3, kinds=(kind,))
    actor, public = again(db, contest.judges[0]), submission_of(db, made, "Straw").public_id
    before = teams_for(db, actor, made), len(submissions_of(db, actor, contest.event).rows)

    tied(db, contest, kind, made)
    actor = again(db, actor)

    assert before == (["Husk", "Straw", "Whey"], 3)
    assert teams_for(db, actor, made) == ["Husk", "Whey"]
    assert sorted(one.team for one in desk_of(db, actor, made).lines) == ["Husk", "Whey"]
    assert [one.team for one in submissions_of(db, actor, contest.event).rows] == ["Husk", "Whey"]
    for look in (
        lambda: get_work(db, actor, made, work_of(db, made, "Straw")),
        lambda: get_submission(db, actor, contest.event, public),
    ):
        with pytest.raises(NotFound):
            look()
    with pytest.raises(Conflict, match="conflict of interest"):
        assign_by_hand(db, contest.ada, made, person_id=actor.person, submission=work_of(db, made, "Straw"))
    assert [one.kind for one in conflicts_shown(db, made, conflicts_of(db, made.round))] == [kind]


@pytest.mark.parametrize("kind", ["same_cluster", "country"])
def test_a_kind_that_was_not_chosen_is_no_conflict(db, contest, kind):
    made = make_round(db, contest, kinds=())

    tied(db, contest, kind, made)

    assert conflicts_of(db, made.round) == frozenset()


def test_the_engine_assigns_evenly_around_conflicts(db, contest):
    made = make_round(db, contest)
    tied(db, contest, "mentor", made)

    found = assign_judges(db, contest.ada, made)

    pairs = {(one.person_id, one.submission_id) for one in assignments_in(db, made.id)}
    assert (found.filled, found.wanted, sorted(found.balance.loads.values())) == (6, 6, [2, 2, 2])
    assert (contest.judges[0].person, submission_of(db, made, "Straw").id) not in pairs


def test_what_cannot_be_met_is_told(db, contest):
    made = make_round(db, contest, judges_each=3)
    tied(db, contest, "mentor", made)

    found = assign_judges(db, contest.ada, made)

    assert [(one.submission, one.has, one.wanted) for one in found.shortages] == [
        (submission_of(db, made, "Straw").id, 2, 3)
    ]


def test_assigning_again_moves_nobody_and_tells_nobody(db, contest):
    made = make_round(db, contest)
    assign_judges(db, contest.ada, made)
    before = [(one.person_id, one.submission_id) for one in assignments_in(db, made.id)]

    assign_judges(db, contest.ada, made)

    assert [(one.person_id, one.submission_id) for one in assignments_in(db, made.id)] == before
    assert len(db.exec(select(JournalEntry).where(JournalEntry.kind == "JudgesAssigned")).all()) == 1


def test_what_was_given_is_kept_when_all_is_assigned_anew(db, contest):
    made = open_a_round(db, contest)
    judge = contest.judges[0]
    team = teams_for(db, judge, made)[0]
    score(db, judge, made, team, 4, 4)
    name_judge(db, contest.ada, made, person_id=contest.judges[1].person, most=1)

    assign_judges(db, contest.ada, made, anew=True)

    assert team in teams_for(db, judge, made)
    assert len(teams_for(db, contest.judges[1], made)) == 1


def test_an_organiser_takes_from_a_judge_and_gives_to_another(db, contest):
    made = open_a_round(db, contest)
    judge = contest.judges[0]
    missing = next(team for team in contest.leads if team not in teams_for(db, judge, made))

    assign_by_hand(db, contest.ada, made, person_id=judge.person, submission=work_of(db, made, missing))
    given = teams_for(db, judge, made)
    take_from_judge(db, contest.ada, made, person_id=judge.person, submission=work_of(db, made, missing))

    assert (missing in given, missing in teams_for(db, judge, made)) == (True, False)
    with pytest.raises(NotFound):
        take_from_judge(db, contest.ada, made, person_id=judge.person, submission=work_of(db, made, missing))
    with pytest.raises(NotAllowed):
        assign_by_hand(db, again(db, judge), made, person_id=judge.person, submission=work_of(db, made, missing))


@pytest.mark.parametrize(("counts", "votes"), [(True, 1), (False, 0)])
def test_who_takes_over_gets_what_is_left_and_points_that_were_given_are_kept(db, contest, counts, votes):
    made = open_a_round(db, contest)
    leaving, coming = contest.judges[0], contest.judges[1]
    done, *left = teams_for(db, leaving, made)
    score(db, leaving, made, done, 4, 4)

    replace_judge(db, contest.ada, made, person_id=leaving.person, by_id=coming.person, counts=counts)

    result = standing_of(db, made.round).outcome.of(number_of(db, made, done))
    assert set(left) <= set(teams_for(db, coming, made))
    assert (result.votes, standing_of(db, made.round).inputs.votes[0].content["points"]) == (
        votes, {"1": 4.0, "2": 4.0},
    )  # fmt: skip
    with pytest.raises(NotFound):
        get_work(db, again(db, leaving), made, work_of(db, made, done))
    assert next((one.judges, one.counts) for one in judges_of(db, made.id)) == (False, counts)


def test_who_takes_over_and_judges_already_keeps_their_limit(db, contest):
    made = open_a_round(db, contest)
    leaving, coming = contest.judges[0], contest.judges[1]
    name_judge(db, contest.ada, made, person_id=coming.person, most=5)

    replace_judge(db, contest.ada, made, person_id=leaving.person, by_id=coming.person, counts=True)

    assert [one.most for one in judges_of(db, made.id) if one.person_id == coming.person] == [5]


def test_who_takes_over_does_not_get_what_stands_on_a_list_that_counts(db, contest):
    made = open_a_round(db, contest, "ranking", judges_each=1)
    leaving = next(one for one in contest.judges if teams_for(db, one, made))
    coming = next(one for one in contest.judges if one is not leaving)
    [listed] = teams_for(db, leaving, made)
    order_submissions(db, again(db, leaving), made, places=[[number_of(db, made, listed)]], seen=0, client_id=new_id())

    replace_judge(db, contest.ada, made, person_id=leaving.person, by_id=coming.person, counts=True)

    assert listed not in teams_for(db, coming, made)


def test_who_takes_over_never_gets_what_they_have_a_conflict_with(db, contest):
    made = open_a_round(db, contest, judges_each=1)
    tied(db, contest, "mentor", made)
    other = next(one for one in contest.judges if "Straw" in teams_for(db, one, made))

    left = replace_judge(db, contest.ada, made, person_id=other.person, by_id=contest.judges[0].person, counts=True)

    assert left == [submission_of(db, made, "Straw").id]


def test_a_conflict_declared_after_scoring_takes_the_points_out_and_says_so(db, contest):
    made = open_a_round(db, contest, judges_each=3)
    judge = contest.judges[0]
    for one in contest.judges:
        for team in contest.leads:
            score(db, one, made, team, 5 if team == "Straw" else 3, 3)
    before = standing_of(db, made.round).outcome.of(number_of(db, made, "Straw")).votes

    tied(db, contest, "declared", made)

    after = standing_of(db, made.round).outcome
    facts = db.exec(select(JournalEntry).where(JournalEntry.kind == "ConflictDeclared")).all()
    assert (before, after.of(number_of(db, made, "Straw")).votes) == (3, 2)
    assert [one.reason for one in after.left_out] == ["conflict"]
    assert [one.particulars["scored"] for one in facts] == [True]
    assert len(works_for(db, again(db, judge), made)) == 2


def test_a_dismissed_conflict_lets_points_count_again_once(db, contest):
    made = open_a_round(db, contest, judges_each=3)
    score(db, contest.judges[0], made, "Straw", 5, 5)
    tied(db, contest, "declared", made)
    public = db.exec(select(DeclaredConflict)).one().public_id

    dismiss_conflict(db, contest.ada, made, conflict=public)

    assert standing_of(db, made.round).outcome.left_out == ()
    assert "Straw" in teams_for(db, contest.judges[0], made)
    with pytest.raises(Conflict, match="dismissed this already"):
        dismiss_conflict(db, contest.ada, made, conflict=public)
    with pytest.raises(NotAllowed):
        dismiss_conflict(db, again(db, contest.judges[0]), made, conflict=public)


def test_a_published_result_stands_whatever_is_declared_later(db, contest):
    made = open_a_round(db, contest, judges_each=3)
    for one in contest.judges:
        for team in contest.leads:
            score(db, one, made, team, 5 if team == "Straw" else 3, 3)
    work = get_work(db, again(db, contest.judges[0]), made, work_of(db, made, "Straw"))
    close_round(db, contest.ada, made)
    publish_result(db, contest.ada, fresh(db, made))
    before = published_lines(shown_result(db, made))

    declare_conflict(db, again(db, contest.judges[0]), work, reason="I forgot.")

    assert published_lines(shown_result(db, fresh(db, made))) == before
    assert differs_now(db, fresh(db, made))


def test_who_has_no_role_of_a_judge_is_not_named(db, contest, eve):
    made = make_round(db, contest)

    with pytest.raises(Invalid, match="no judge of the event"):
        name_judge(db, contest.ada, made, person_id=person_of(db, eve).id)
