"""Categories: what teams enter when they hand in, and who is best in each, whatever the scheme."""

from dataclasses import replace

import pytest

from events.core.refusals import Invalid
from events.handing_in import hand_in
from events.rounds.exports import result_table
from events.rounds.inputs import Line, best_by_category
from events.rounds.publishing import inputs_of, publish_result, published_lines
from events.rounds.running import close_round
from events.rounds.scoring import compare_submissions
from events.submission_fields import Asking, FieldKind, add_field_for_all, checked_answers, name_of
from events.submission_texts import Written
from events.submissions import submission_of_team
from events.teams import TeamInEvent, team_of
from tests.events.makers_rounds import fresh, make_contest, new_id, number_of, open_a_round, score
from tests.makers import again

PRIZES = Asking("Prize", FieldKind.CHOICES, choices=("Students", "Hardware"), category=True)


def line(number, rank, *said, asked="Prize"):
    entered = tuple((asked, one) for one in said)
    return Line(number, f"Work {number}", "", str(number), rank, None, None, None, 0, categories=entered)


def in_each(found):
    return {one.name: ([(rank, each.number) for rank, each in one.places], one.ranked) for one in found}


def test_a_submission_has_a_place_in_each_category_that_it_enters():
    lines = [line(1, 1, "Hardware"), line(2, 2, "Students", "Hardware"), line(3, 3, "Students"), line(4, 4),
             line(5, None, "Students")]  # fmt: skip

    found = best_by_category(lines)

    assert {asked: in_each(best) for asked, best in found.items()} == {
        "Prize": {"Hardware": ([(1, 1), (2, 2)], 2), "Students": ([(1, 2), (2, 3)], 2)}
    }


def test_equals_share_a_place_in_their_category_too():
    lines = [line(1, 1, "Hardware"), line(2, 2, "Students"), line(3, 2, "Students"), line(4, 4, "Students")]

    assert in_each(best_by_category(lines)["Prize"])["Students"] == ([(1, 2), (1, 3), (3, 4)], 3)


def test_a_category_that_all_enter_has_no_places_of_its_own():
    assert best_by_category([line(1, 1, "Students"), line(2, 2, "Students")]) == {}
    assert best_by_category([line(1, 1), line(2, 2)]) == {}


def enter(db, contest, team, answers):
    """A team hands in again, with these answers."""
    found = team_of(db, contest.leads[team].person, contest.event.id)
    assert found is not None
    row = submission_of_team(db, found.id)
    assert row is not None
    said = replace(Written.of(row), answers=answers)
    hand_in(db, again(db, contest.leads[team]), TeamInEvent(found, contest.event), written=said, revision=row.revision)


@pytest.mark.parametrize("scheme", ["rubric", "pairwise"])
def test_a_result_keeps_the_categories_as_they_were_handed_in(db, ada, scheme):
    contest = make_contest(db, ada, judges=1, teams=("Straw", "Husk", "Whey"))
    asked = add_field_for_all(db, contest.ada, contest.event, asking=PRIZES)
    for name, entered in (("Straw", "Hardware\nStudents"), ("Husk", "Students")):
        enter(db, contest, name, {asked.public_id: entered})
    made = open_a_round(db, contest, scheme)
    number = {team: number_of(db, made, team) for team in ("Straw", "Husk", "Whey")}
    if scheme == "pairwise":
        for better, than in (("Whey", "Husk"), ("Whey", "Straw"), ("Husk", "Straw")):
            compare_submissions(db, again(db, contest.judges[0]), made, first=number[better], second=number[than],
                                better=number[better], client_id=new_id())  # fmt: skip
    else:
        for team, points in (("Whey", 5), ("Husk", 4), ("Straw", 3)):
            score(db, contest.judges[0], made, team, points, points)
    close_round(db, contest.ada, made)
    row = publish_result(db, contest.ada, fresh(db, made))
    enter(db, contest, "Whey", {asked.public_id: "Students"})

    found = best_by_category(published_lines(row))
    names, rows = result_table(inputs_of(row), row.result)

    students = [(1, number["Husk"]), (2, number["Straw"])]
    assert in_each(found["Prize"]) == {"Students": (students, 2), "Hardware": ([(1, number["Straw"])], 1)}
    assert [one[names.index("ranks_in_categories")] for one in rows] == [
        "", "Prize: Students 1", "Prize: Hardware 1; Prize: Students 2"
    ]  # fmt: skip


def test_only_a_choice_makes_categories(db, ada):
    contest = make_contest(db, ada, judges=1)

    with pytest.raises(Invalid) as refused:
        add_field_for_all(db, contest.ada, contest.event, asking=Asking("Prize", FieldKind.SHORT, category=True))

    assert list(refused.value.fields) == ["category"]


def test_several_answers_are_kept_in_the_order_of_the_choices_and_others_are_refused(db, ada):
    contest = make_contest(db, ada, judges=1)
    asked = add_field_for_all(db, contest.ada, contest.event, asking=PRIZES)

    kept = checked_answers([asked], {asked.public_id: "Hardware\n\nStudents\nHardware"})
    with pytest.raises(Invalid) as refused:
        checked_answers([asked], {asked.public_id: "Hardware\nLooks"})

    assert kept == {asked.public_id: "Students\nHardware"}
    assert list(refused.value.fields) == [name_of(asked)]
