"""Files that are no valid problem or plan are refused with a sentence; valid ones say what they say."""

import json

import pytest

from sessions.scheduling.formats import read_plan, read_problem, write_plan, write_problem
from sessions.scheduling.plan import Certificate, Placed, Plan
from sessions.scheduling.problem import BadProblem, Participant, Problem, Request, Rules

GOOD = {
    "format": "b2b-instance/1",
    "slots": 4,
    "sessions": {"AM": [0, 1]},
    "tables": 2,
    "participants": [{"id": 1}, {"id": 2, "unavailable": [3]}, {"id": 3}],
    "requests": [{"id": 1, "a": 1, "b": 2}, {"id": 2, "a": 2, "b": 3, "after": [1]}],
}


def with_(**changes):
    return json.dumps(GOOD | changes)


def participant(**terms):
    return with_(participants=[{"id": 1, **terms}, {"id": 2}, {"id": 3}])


def request(**terms):
    return with_(requests=[{"id": 1, "a": 1, "b": 2, **terms}])


def locked(*requests, **changes):
    rows = [{"id": number, "locked": True, **row} for number, row in enumerate(requests, 1)]
    return with_(requests=rows, **changes)


REFUSALS = [
    ("{", "This is not valid JSON: a mistake was found in line 1."),
    ("[" * 100_000, "This JSON is nested too deeply to be a problem or a plan."),
    ("[]", "This is not a b2b-instance/1 file: it does not hold an object."),
    (with_(format="b2b-schedule/1"), "This is not a b2b-instance/1 file: its format is given as 'b2b-schedule/1'."),
    (with_(slots=None), 'The problem does not say how many "slots" there are.'),
    (with_(slots="4"), 'The problem has a "slots" that is not a whole number.'),
    (with_(slots=True), 'The problem has a "slots" that is not a whole number.'),
    (with_(slots=0), "The number of slots is 0. It has to be between 1 and 10,000."),
    (with_(slots=10**9), "The number of slots is 1000000000. It has to be between 1 and 10,000."),
    (with_(name=7), 'The problem has a "name" that is not a text.'),
    (with_(sessions=[1]), '"sessions" is not an object. Give each session\'s name with a list of slots.'),
    (with_(sessions={"AM": [4]}), 'Session "AM" names slot 4. Slots go from 0 to 3.'),
    (with_(sessions={"AM": ["0"]}), 'Session "AM" has slots that are not a list of whole numbers.'),
    (with_(blocks=4), '"blocks" is not a list.'),
    (with_(blocks=[[0, 9]]), "A block names slot 9. Slots go from 0 to 3."),
    (with_(blocks=[[0, 1], [1, 2]]), "A slot is in two blocks. Each slot belongs to one day."),
    (
        with_(tables=[1, 2]),
        "There are 4 slots, but tables are given for 2. Give one number, or one number for each slot.",
    ),
    (with_(tables=-1), "A slot has fewer than no tables. Give 0 or more for each slot."),
    (with_(tables="2"), '"tables" is neither null, nor a whole number, nor a list of one whole number for each slot.'),
    (json.dumps({"slots": 4, "requests": []}), '"participants" is missing. Give a list, if need be an empty one.'),
    (with_(participants=[1]), 'Entry 1 of "participants" is not an object.'),
    (with_(participants=[{}]), "A participant has no id that is a whole number or a text."),
    (with_(participants=[{"id": 1}, {"id": 1}]), "Two participants are called 1. Each needs an id of its own."),
    (
        with_(participants=[{"id": 1}, {"id": "1"}]),
        'Two participants are called 1 and "1". Call one of them otherwise.',
    ),
    (participant(unavailable=[4]), "Participant 1 names slot 4. Slots go from 0 to 3."),
    (participant(unavailable=3), "Participant 1 has slots that are not a list of whole numbers."),
    (participant(max_meetings=-1), "Participant 1 has a max_meetings of -1. Give 0 or more, or leave it out."),
    (participant(max_meetings=1.5), 'Participant 1 has a "max_meetings" that is not a whole number.'),
    (
        participant(min_meetings=3, max_meetings=2),
        "Participant 1 is to have at least 3 and at most 2 meetings. Lower the minimum or raise the maximum.",
    ),
    (participant(prefer="PM"), 'Participant 1 prefers session "PM", which the problem does not name.'),
    (participant(table=[1]), "The table of participant 1 has no id that is a whole number or a text."),
    (with_(requests=[{"id": 1, "a": 1}]), '"b" of request 1 has no id that is a whole number or a text.'),
    (request(people=[1]), "Request 1 names fewer than two people. A meeting needs two or more."),
    (request(b=1), "Request 1 has somebody meet themselves. Name different people."),
    (request(b=9), "Request 1 names participant 9, who is not in the list of participants."),
    (request(weight=0), "Request 1 has a weight of 0. Give a number above 0, up to a thousand million."),
    (request(weight="3"), 'Request 1 has a "weight" that is not a number.'),
    (request(weight=float("nan")), "Request 1 has a weight of nan. Give a number above 0, up to a thousand million."),
    (request(session="PM"), 'Request 1 is for session "PM", which the problem does not name.'),
    (request(fixed=4), "Request 1 names slot 4. Slots go from 0 to 3."),
    (request(forbidden_slots=[-1]), "Request 1 names slot -1. Slots go from 0 to 3."),
    (request(prefer_slots=[5]), "Request 1 names slot 5. Slots go from 0 to 3."),
    (request(required=1), 'Request 1 has a "required" that is neither true nor false.'),
    (request(after=[5]), "Request 1 is to come after request 5, which is not there."),
    (request(after=[1]), "Request 1 is to come after itself. Take that `after` out."),
    (request(locked=True), "Request 1 is locked but has no fixed slot. Say where it is locked, or unlock it."),
    (
        locked({"a": 1, "b": 2, "fixed": 3}),
        "Request 1 is locked at slot 3, when participant 2 is not available. Unlock it first.",
    ),
    (
        locked({"a": 1, "b": 2, "fixed": 2, "session": "AM"}),
        "Request 1 is locked at slot 2, which its own session or forbidden slots rule out.",
    ),
    (
        locked({"a": 1, "b": 2, "fixed": 0}, {"a": 1, "b": 3, "fixed": 0}),
        "Requests 1 and 2 are both locked at slot 0, and both need participant 1. Unlock one of them.",
    ),
    (
        locked({"a": 1, "b": 2, "fixed": 0}, tables=0),
        "More requests are locked at slot 0 (1) than it has tables (0). Unlock some.",
    ),
    (
        locked(
            {"a": 1, "b": 2, "fixed": 0},
            {"a": 3, "b": 4, "fixed": 0},
            participants=[{"id": 1, "table": "Oak"}, {"id": 2}, {"id": 3, "table": "Oak"}, {"id": 4}],
        ),
        'Requests 1 and 2 are both locked at slot 0, and both need table "Oak". Unlock one of them.',
    ),
    (
        locked({"a": 1, "b": 2, "fixed": 0}, rules={"vetoes": [[2, 1]]}),
        "Request 1 is locked although two of its people have a veto. Unlock it.",
    ),
    (
        locked({"a": 1, "b": 2, "fixed": 1}, {"a": 2, "b": 3, "fixed": 0, "after": [1]}),
        "Request 2 is locked at slot 0, but has to come after request 1 at slot 1. Unlock it.",
    ),
    (
        locked({"a": 1, "b": 2, "fixed": 1}, participants=[{"id": 1, "max_meetings": 0}, {"id": 2}]),
        "More meetings of participant 1 are locked (1) than they may have (0). Unlock some.",
    ),
    (
        locked({"a": 1, "b": 2, "fixed": 1}, blocks=[[0, 1]], participants=[{"id": 1, "max_per_block": 0}, {"id": 2}]),
        "More meetings of participant 1 are locked in one block (1) than they may have (0). Unlock some.",
    ),
    (
        with_(
            requests=[
                {"id": 1, "a": 1, "b": 2, "after": [2]},
                {"id": 2, "a": 1, "b": 3, "after": [1]},
                {"id": 3, "a": 2, "b": 3, "after": [2]},
            ]
        ),
        "Requests 1 and 2 wait for each other. Take one `after` out of the circle.",
    ),
    (with_(requests=[{"id": 1, "a": 1, "b": 2}] * 2), "Two requests are called 1. Each needs an id of its own."),
    (with_(rules=[]), '"rules" is not an object.'),
    (
        with_(rules={"no_lunch": True}),
        'The rule "no_lunch" is not known. Known rules are max_break_spread, min_meetings, require_all, vetoes.',
    ),
    (with_(rules={"max_break_spread": -1}), "max_break_spread is less than 0. Give 0 or more, or leave it out."),
    (with_(rules={"min_meetings": -1}), "The least number of meetings for everybody is less than 0. Give 0 or more."),
    (with_(rules={"vetoes": [[1, 2, 3]]}), "A veto does not name two people."),
    (with_(rules={"vetoes": [[1, 9]]}), "A veto names participant 9, who is not in the list of participants."),
    (with_(rules={"vetoes": [[1, 1]]}), "A veto keeps participant 1 from meeting themselves. Name two people."),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSALS, ids=[sentence[:60] for _text, sentence in REFUSALS])
def test_a_bad_problem_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(BadProblem) as refused:
        read_problem(text)

    assert str(refused.value) == sentence


def plan(**changes):
    return json.dumps({"format": "b2b-schedule/1", "meetings": []} | changes)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (json.dumps(GOOD), "This is not a b2b-schedule/1 file: its format is given as 'b2b-instance/1'."),
        (json.dumps({}), '"meetings" is missing. Give a list, if need be an empty one.'),
        (plan(meetings=[{"slot": 1}]), "A meeting has no id that is a whole number or a text."),
        (plan(meetings=[{"request": 1}]), "The meeting of request 1 has no slot."),
        (
            plan(meetings=[{"request": 1, "slot": 0, "table": 1.5}]),
            "The meeting of request 1 has a table that is neither a number nor a name.",
        ),
        (plan(certificate=[1]), '"certificate" is not an object.'),
        (plan(certificate={"y": [1]}), "The certificate's prices are not an object."),
        (plan(certificate={"sessions": [1]}), "The certificate's prices are not an object."),
        (plan(certificate={"z": -1}), "The certificate has a price that is not a number of 0 or more."),
    ],
)
def test_a_bad_plan_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(BadProblem) as refused:
        read_plan(text)

    assert str(refused.value) == sentence


def test_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(BadProblem) as refused:
        read_problem(tmp_path / "none.json")

    assert str(refused.value) == "none.json cannot be read: No such file or directory."


def test_a_file_in_another_encoding_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "old.json").write_bytes('{"name": "Köln"}'.encode("latin-1"))

    with pytest.raises(BadProblem) as refused:
        read_problem(tmp_path / "old.json")

    assert str(refused.value) == "old.json is not a text in UTF-8. Save it as JSON in UTF-8."


def test_one_number_of_tables_is_that_many_in_each_slot():
    assert read_problem(json.dumps(GOOD)).tables == (2, 2, 2, 2)


def test_every_key_is_read_and_written_back():
    problem = Problem(
        slots=4,
        participants=(
            Participant("ada", frozenset({3}), 3, 1, 2, 2, "AM", "Oak"),
            Participant("bo"),
            Participant("cy"),
        ),
        requests=(
            Request(1, ("ada", "bo"), 2.5, required=True, locked=True, fixed=0),
            Request(2, ("ada", "bo", "cy"), session="AM", forbidden_slots=frozenset({0}), prefer_slots=frozenset({1})),
            Request(3, ("bo", "cy"), after=(1,)),
        ),
        tables=(1, 2, 3, 0),
        blocks=((0, 1), (2, 3)),
        sessions={"AM": frozenset({0, 1})},
        rules=Rules(True, 2, 1, (("ada", "cy"),)),
        name="A fair",
    )

    assert read_problem(write_problem(problem)) == problem


def test_every_key_of_a_plan_is_read_and_written_back():
    plan = Plan(
        meetings=(Placed(1, 0, 2, confirmed=True), Placed("x", 1, "Oak", locked=True), Placed(3, 1)),
        certificate=Certificate({"ada": 1.5}, 0.25, {("AM", "bo"): 2.0}, {"Oak": 0.5}),
        instance="A fair",
        infeasible=True,
    )

    assert read_plan(write_plan(plan)) == plan
