"""Taking another challenge after handing in: what counts, which prizes stay, who is told, and who may when."""

from dataclasses import replace

import pytest
from sqlmodel import select

from events.challenge_board import board_of
from events.challenge_switches import ChallengeSwitch
from events.challenges import ChallengeInEvent
from events.core import clock
from events.core.access import Actor
from events.core.database import Database
from events.core.refusals import Conflict, Invalid
from events.events import event_by_id
from events.handing_in import changed_since, hand_in, handed_in_for
from events.next_steps import NextThing, next_step_in_hackathon
from events.phases import PhaseKind
from events.prizes import Offered, PrizeAward, add_challenge_prize, announce_winners, award_prize, get_prize
from events.submission_fields import Asking, FieldKind, add_field, add_field_for_all
from events.submissions import Submission, counting_versions, get_submission, submission_of_team
from events.team_pages import as_read_by, change_team, switches_of
from events.teams import TeamInEvent
from tests.events.makers_hackathon import DONE
from tests.events.test_submission_fields import taking
from tests.makers import again, shut_phase

WHY = "The brewery has left the hackathon."


@pytest.fixture
def team(db: Database, bo: Actor, trays: ChallengeInEvent) -> TeamInEvent:
    """Bo's team, which has handed in for Che's challenge."""
    team = taking(db, bo, trays.event, trays)
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    return team


def switch(db: Database, who: Actor, team: TeamInEvent, to: ChallengeInEvent, **how: str) -> ChallengeSwitch | None:
    values = {"name": team.team.name, "idea": "", "looking_for": ""} | how
    return change_team(db, again(db, who), team, challenge=to.challenge.public_id, **values)


def row_of(db: Database, team: TeamInEvent) -> Submission:
    row = submission_of_team(db, team.id)
    assert row is not None
    return row


def over(db: Database, ada: Actor, team: TeamInEvent) -> TeamInEvent:
    return TeamInEvent(team.team, shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION))


def with_prize(db: Database, ada: Actor, che: Actor, trays: ChallengeInEvent, team: TeamInEvent) -> None:
    """A prize of the challenge, awarded to the team."""
    prize = add_challenge_prize(db, again(db, che), trays, offered=Offered("Best tray"))
    subject = get_prize(db, again(db, ada), trays.event, prize.public_id)
    award_prize(db, again(db, ada), subject, submission=row_of(db, team).public_id)


def test_what_was_handed_in_stays_and_says_for_what_until_it_is_handed_in_anew(db, bo, dee, team, wax):
    add_field(db, again(db, dee), wax, asking=Asking("How hot?", FieldKind.SHORT, required=False))
    before = counting_versions(db, [row_of(db, team).id or 0])[row_of(db, team).id or 0]
    assert not changed_since(db, row_of(db, team))

    switch(db, bo, team, wax)

    row = row_of(db, team)
    counts = counting_versions(db, [row.id or 0])[row.id or 0]
    step = next_step_in_hackathon(db, again(db, bo), team.event)
    assert (counts.id, counts.sha256, counts.content["challenge"]) == (before.id, before.sha256, "Trays")
    assert (handed_in_for(db, team.team, counts.content), changed_since(db, row)) == ("Trays", True)
    assert step is not None and step.what is NextThing.HAND_IN_CHANGES
    assert board_of(db, again(db, dee), wax).teams.rows[0].meant == "Trays"

    anew = hand_in(db, again(db, bo), team, written=DONE, revision=row.revision)

    assert (anew.number, anew.content["challenge"], changed_since(db, row)) == (2, "Wax", False)
    assert board_of(db, again(db, dee), wax).teams.rows[0].meant is None


def test_the_new_owner_does_not_read_what_was_answered_to_the_challenge_before(db, ada, bo, che, dee, trays, team, wax):
    field = add_field(db, again(db, che), trays, asking=Asking("How thick?", FieldKind.SHORT))
    common = add_field_for_all(db, again(db, ada), trays.event, asking=Asking("How green?", FieldKind.SHORT))
    row = row_of(db, team)
    written = replace(DONE, answers={field.public_id: "Two millimetres", common.public_id: "Very"})
    said = hand_in(db, again(db, bo), team, written=written, revision=row.revision).content
    all_answers, of_all = ["Very", "Two millimetres"], ["Very"]

    def read_by(who: Actor) -> list[str]:
        subject = get_submission(db, again(db, who), team.event, row.public_id)
        return [one["answer"] for one in as_read_by(db, again(db, who), subject, said)["answers"]]

    assert read_by(che) == all_answers
    switch(db, bo, team, wax)

    assert (read_by(dee), read_by(bo), read_by(ada)) == (of_all, all_answers, all_answers)


def test_back_to_the_challenge_before_all_is_as_it_was(db, bo, team, trays, wax):
    switch(db, bo, team, wax)
    switch(db, bo, team, trays)

    assert not changed_since(db, row_of(db, team))
    lines = switches_of(db, again(db, bo), team)
    assert [(one.before, one.after, one.by) for one in lines] == [
        ("Wax", "Trays", "Bo Berg"),
        ("Trays", "Wax", "Bo Berg"),
    ]


def test_a_version_from_before_challenges_were_noted_in_it_is_taken_as_it_is(db, bo, team, wax):
    row = row_of(db, team)
    version = counting_versions(db, [row.id or 0])[row.id or 0]
    version.content = {key: value for key, value in version.content.items() if key != "challenge_id"}
    db.add(version)
    db.flush()

    switch(db, bo, team, wax)

    assert not changed_since(db, row)


def test_who_has_handed_in_nothing_changes_without_a_word(db, bo, trays, wax):
    team = taking(db, bo, trays.event, trays)

    assert switch(db, bo, team, wax) is None
    assert switches_of(db, again(db, bo), team) == []


def test_a_prize_of_the_challenge_does_not_go_with_the_team(db, ada, bo, che, team, trays, wax):
    with_prize(db, ada, che, trays, team)

    noted = switch(db, bo, team, wax)

    assert noted is not None and noted.prizes == 1
    assert db.exec(select(PrizeAward)).all() == []


def test_once_the_winners_are_announced_a_winner_keeps_its_challenge(db, ada, bo, che, team, trays, wax):
    with_prize(db, ada, che, trays, team)
    announce_winners(db, again(db, ada), event_by_id(db, trays.event.id))
    late = TeamInEvent(team.team, event_by_id(db, trays.event.id))

    with pytest.raises(Conflict, match="has won a prize of its challenge"):
        switch(db, bo, late, wax)

    assert len(db.exec(select(PrizeAward)).all()) == 1


def test_after_the_end_only_organisers_change_it_and_with_a_reason(db, ada, bo, team, wax):
    team = over(db, ada, team)
    with pytest.raises(Conflict, match="An organiser can"):
        switch(db, bo, team, wax, why=WHY)
    for why in ("", "too short", "x" * 501):
        with pytest.raises(Invalid) as refused:
            switch(db, ada, team, wax, why=why)
        assert list(refused.value.fields) == ["why"]

    switch(db, ada, team, wax, why=f" {WHY} ")

    line = switches_of(db, again(db, bo), team)[0]
    assert (line.after, line.why, line.by, line.at) == ("Wax", WHY, "Ada Adler", clock.now())
    assert switches_of(db, again(db, ada), team) == [line]


def test_a_page_without_another_challenge_needs_no_reason(db, ada, team, trays):
    team = over(db, ada, team)

    assert switch(db, ada, team, trays, idea="Better trays") is None
    assert team.team.idea == "Better trays"


def test_others_do_not_read_why(db, ada, bo, cy, team, wax):
    switch(db, bo, team, wax)

    assert switches_of(db, again(db, cy), team) == []
