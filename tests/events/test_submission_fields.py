"""Fields of submissions: who asks what of whom, and what becomes of the answers."""

import pytest

from events.challenges import ChallengeInEvent, publish_challenge
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.events import EventWithPhases
from events.handing_in import changed_since, hand_in, keep_late_version
from events.phases import PhaseKind
from events.registration import appoint
from events.roles import Role
from events.submission_fields import (
    Asking,
    FieldKind,
    SubmissionField,
    add_field,
    add_field_for_all,
    change_field,
    checked_answers,
    fields_for,
    get_field,
    move_field_up,
    name_of,
    remove_field,
    typed_answers,
)
from events.submission_texts import Written
from events.submissions import save_draft, submission_of_team
from events.team_pages import change_team
from events.teams import TeamInEvent
from tests.events.makers_hackathon import BRIEF, DONE, make_hackathon, make_team
from tests.makers import again, shut_phase

COST = Asking("What would one cost?", FieldKind.NUMBER, required=True)
READY = Asking("How far is it?", FieldKind.CHOICE, choices=("an idea", "a prototype"))


def with_challenge(db: Database, ada: Actor, che: Actor, *people: Actor) -> tuple[EventWithPhases, ChallengeInEvent]:
    """A hackathon with a challenge of Che's, in which these people take part."""
    event = make_hackathon(db, ada, *people)
    appoint(db, again(db, ada), event, person_id=che.person or 0, role=Role.CHALLENGE_OWNER)
    return event, ChallengeInEvent(publish_challenge(db, again(db, che), event, title="Trays", brief=BRIEF), event)


def taking(db: Database, person: Actor, event: EventWithPhases, challenge: ChallengeInEvent) -> TeamInEvent:
    """Somebody's team, which has taken the challenge."""
    team = make_team(db, person, event)
    change_team(db, again(db, person), team, name="Straw", challenge=challenge.challenge.public_id, idea="",
                looking_for="")  # fmt: skip
    return team


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("250,000", "250000"), ("250.000", "250000"), ("250 000", "250000"), ("250000", "250000"), ("1.250,5", "1250.5")],
)
def test_funding_is_read_as_people_write_thousands(typed, kept):
    asked = field(FieldKind.FUNDING, public_id="sf_1")

    assert checked_answers([asked], {"sf_1": typed}) == {"sf_1": kept}


@pytest.mark.parametrize("typed", ["25,00,00", "much", "0", "-3", "2.5000"])
def test_funding_that_could_be_another_amount_is_refused(typed):
    asked = field(FieldKind.FUNDING, public_id="sf_1")

    with pytest.raises(Invalid):
        checked_answers([asked], {"sf_1": typed})


def field(kind: FieldKind = FieldKind.SHORT, **values) -> SubmissionField:
    return SubmissionField(event_id=1, label="Q", kind=kind, **values)


def test_teams_are_asked_what_all_are_asked_and_then_what_their_challenge_asks(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)

    add_field(db, again(db, che), challenge, asking=COST)
    add_field_for_all(db, again(db, ada), event, asking=READY)

    assert [one.label for one in fields_for(db, event.id, challenge.id)] == [READY.label, COST.label]
    assert [one.label for one in fields_for(db, event.id, None)] == [READY.label]


def test_what_is_required_is_asked_for_when_a_team_hands_in_and_not_before(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)
    cost = add_field(db, again(db, che), challenge, asking=COST)
    team = taking(db, bo, event, challenge)

    save_draft(db, again(db, bo), team, written=DONE, revision=0)
    with pytest.raises(Invalid) as refused:
        hand_in(db, again(db, bo), team, written=DONE, revision=1)

    assert set(refused.value.fields) == {name_of(cost)}


def test_a_version_keeps_the_answers_with_what_was_asked(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)
    cost = add_field(db, again(db, che), challenge, asking=COST)
    team = taking(db, bo, event, challenge)
    written = Written(DONE.title, DONE.summary, answers={cost.public_id: "1 200,50"})

    version = hand_in(db, again(db, bo), team, written=written, revision=0)
    remove_field(db, again(db, che), get_field(db, again(db, che), event, cost.public_id))

    assert version.content["answers"] == [
        {"field": cost.public_id, "label": COST.label, "kind": "number", "answer": "1200.50"}
    ]
    assert fields_for(db, event.id, challenge.id) == []


def test_an_answer_that_was_saved_counts_when_the_form_says_nothing_of_it(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)
    cost = add_field(db, again(db, che), challenge, asking=COST)
    team = taking(db, bo, event, challenge)
    save_draft(db, again(db, bo), team, written=Written(answers={cost.public_id: "12"}), revision=0)

    version = hand_in(db, again(db, bo), team, written=DONE, revision=1)

    row = submission_of_team(db, team.id)
    assert row is not None
    assert version.content["answers"][0]["answer"] == "12"
    assert not changed_since(db, row)


def test_a_changed_answer_is_a_change_since_handing_in(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)
    cost = add_field(db, again(db, che), challenge, asking=COST)
    team = taking(db, bo, event, challenge)
    hand_in(db, again(db, bo), team, written=Written(DONE.title, DONE.summary, answers={cost.public_id: "12"}),
            revision=0)  # fmt: skip

    row = save_draft(
        db, again(db, bo), team, revision=1,
        written=Written(DONE.title, DONE.summary, answers={cost.public_id: "13"}),
    )  # fmt: skip

    assert changed_since(db, row)


def test_a_late_version_keeps_answers_as_they_were_typed(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)
    cost = add_field(db, again(db, che), challenge, asking=COST)
    team = taking(db, bo, event, challenge)
    late = TeamInEvent(team.team, shut_phase(db, again(db, ada), event, PhaseKind.SUBMISSION))

    version = keep_late_version(db, again(db, bo), late, written=Written(answers={cost.public_id: "about ten"}))

    assert version.content["answers"][0]["answer"] == "about ten"


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (FieldKind.NUMBER, "12", "12"),
        (FieldKind.NUMBER, "-3,5", "-3.5"),
        (FieldKind.NUMBER, "twelve", None),
        (FieldKind.NUMBER, "inf", None),
        (FieldKind.NUMBER, "1e400", None),
        (FieldKind.LINK, "example.org/a", "https://example.org/a"),
        (FieldKind.LINK, "javascript:alert(1)", None),
        (FieldKind.CHOICE, "one", "one"),
        (FieldKind.CHOICE, "three", None),
        (FieldKind.SHORT, " as it is ", "as it is"),
    ],
)
def test_answers_are_what_their_fields_ask_for(kind, typed, kept):
    asked = field(kind, choices=["one", "two"])

    if kept is None:
        with pytest.raises(Invalid) as refused:
            checked_answers([asked], {asked.public_id: typed})
        assert set(refused.value.fields) == {name_of(asked)}
    else:
        assert checked_answers([asked], {asked.public_id: typed}) == {asked.public_id: kept}


def test_what_is_too_long_is_refused_while_it_is_typed():
    short, long = field(), field(FieldKind.LONG)

    with pytest.raises(Invalid) as refused:
        typed_answers([short, long], {name_of(short): "x" * 301, name_of(long): "x" * 10_001})

    assert set(refused.value.fields) == {name_of(short), name_of(long)}


@pytest.mark.parametrize(
    ("asking", "wrong"),
    [
        (Asking(" "), {"label"}),
        (Asking("x" * 201), {"label"}),
        (Asking("Q", help="x" * 301), {"help"}),
        (Asking("Q", FieldKind.CHOICE, choices=("one", "one")), {"choices"}),
    ],
)
def test_what_cannot_be_asked_is_refused(db, ada, bo, asking, wrong):
    event = make_hackathon(db, ada, bo)

    with pytest.raises(Invalid) as refused:
        add_field_for_all(db, again(db, ada), event, asking=asking)

    assert set(refused.value.fields) == wrong


def test_an_owner_asks_for_their_own_challenge_only(db, ada, che, bo, dee):
    event, challenge = with_challenge(db, ada, che, bo)
    appoint(db, again(db, ada), event, person_id=dee.person or 0, role=Role.CHALLENGE_OWNER)
    of_all = add_field_for_all(db, again(db, ada), event, asking=READY)
    own = add_field(db, again(db, che), challenge, asking=COST)

    with pytest.raises(NotAllowed):
        add_field(db, again(db, dee), challenge, asking=COST)
    with pytest.raises(NotAllowed):
        add_field_for_all(db, again(db, che), event, asking=COST)
    for stranger, public in ((che, of_all.public_id), (dee, own.public_id), (bo, own.public_id)):
        with pytest.raises(NotFound):
            get_field(db, again(db, stranger), event, public)


def test_fields_are_changed_moved_and_removed(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)
    owner = again(db, che)
    add_field(db, owner, challenge, asking=COST)
    second = get_field(db, owner, event, add_field(db, owner, challenge, asking=READY).public_id)

    change_field(db, owner, second, asking=Asking("How far are you?", FieldKind.LONG))
    move_field_up(db, owner, second)

    assert [one.label for one in fields_for(db, event.id, challenge.id)] == ["How far are you?", COST.label]
    assert second.field.choices == []
    remove_field(db, owner, second)
    with pytest.raises(Conflict, match="removed already"):
        remove_field(db, owner, second)


def test_nothing_else_is_asked_once_submission_is_over(db, ada, che, bo):
    event, challenge = with_challenge(db, ada, che, bo)
    event = shut_phase(db, again(db, ada), event, PhaseKind.SUBMISSION)

    with pytest.raises(Conflict):
        add_field_for_all(db, again(db, ada), event, asking=COST)
    with pytest.raises(Conflict):
        add_field(db, again(db, che), ChallengeInEvent(challenge.challenge, event), asking=COST)


def test_twenty_fields_are_enough(db, ada, bo):
    event = make_hackathon(db, ada, bo)
    for number in range(20):
        add_field_for_all(db, again(db, ada), event, asking=Asking(f"Question {number}"))

    with pytest.raises(Invalid):
        add_field_for_all(db, again(db, ada), event, asking=COST)
