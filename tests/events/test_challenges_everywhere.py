"""For which challenge a submission counts is said alike wherever it stands, and decides which owners read it."""

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlmodel import select

from events.challenge_board import board_of
from events.challenge_switches import challenges_that_count
from events.challenges import ChallengeInEvent, publish_challenge
from events.core import clock
from events.core.access import Actor
from events.core.database import Database, reading, transaction
from events.core.refusals import NotFound, Refusal
from events.events import event_by_id
from events.exports import table_of
from events.gallery import agree_to_gallery, gallery_of, get_gallery_entry, open_gallery
from events.handing_in import VersionInEvent, admit_late_version, hand_in, keep_late_version
from events.late_entries import give_late_entry
from events.phases import PhaseKind
from events.submission_fields import Asking, FieldKind, add_field
from events.submissions import (
    Submission,
    SubmissionState,
    SubmissionVersion,
    counting_versions,
    get_submission,
    save_draft,
    submission_of_team,
    submissions_of,
)
from events.team_pages import as_read_by, change_team
from events.teams import Team, TeamInEvent
from tests.events.makers_hackathon import BRIEF, DONE, make_team
from tests.events.test_submission_fields import taking, with_challenge
from tests.frontend.browser import Browser
from tests.makers import NOW, again, make_person, open_phase, shut_phase
from tests.sessions.racing import race

WHY = "They chose the wrong one in the form."


@pytest.fixture
def team(db: Database, bo: Actor, trays: ChallengeInEvent, wax: ChallengeInEvent) -> TeamInEvent:
    """Bo's team, which has handed in for Che's challenge."""
    team = taking(db, bo, trays.event, trays)
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    return team


def switch(db: Database, who: Actor, team: TeamInEvent, to: ChallengeInEvent | None, why: str = "") -> None:
    chosen = to.challenge.public_id if to else ""
    change_team(
        db, again(db, who), team, name=team.team.name, challenge=chosen, idea="", looking_for="", why=why
    )  # fmt: skip


def row_of(db: Database, team: TeamInEvent) -> Submission:
    row = submission_of_team(db, team.id)
    assert row is not None
    return row


def over(db: Database, ada: Actor, team: TeamInEvent) -> TeamInEvent:
    return TeamInEvent(team.team, shut_phase(db, again(db, ada), team.event, PhaseKind.SUBMISSION))


def said_in(db: Database, ada: Actor, bo: Actor, team: TeamInEvent, challenges: list[ChallengeInEvent]) -> set[str]:
    """What the list of submissions, its filter, the export, the page, the gallery and its filter say."""
    public, event = row_of(db, team).public_id, event_by_id(db, team.event.id)
    found = {card.challenge for card in submissions_of(db, again(db, ada), event).rows}
    table = table_of(db, again(db, ada), event, "submissions")
    found |= {str(row[table.header.index("Challenge")]) for row in table.rows}
    page = Browser(db, ada).get(f"/e/{event.event.slug}/submissions/{public}")
    found |= {one.challenge.title for one in challenges if f"Challenge {one.challenge.title}" in page.text}
    agree_to_gallery(db, again(db, bo), team)
    if event.event.gallery_opened_at is None:
        open_gallery(db, again(db, ada), event)
    event = event_by_id(db, event.id)
    found |= {card.challenge for card in gallery_of(db, event).rows} | {get_gallery_entry(db, event, public).challenge}
    for one in challenges:
        its = one.challenge.public_id
        listed = submissions_of(db, again(db, ada), event, challenge=its).count
        shown = gallery_of(db, event, challenge=its).count
        found |= {one.challenge.title} if listed or shown else set()
        assert listed == shown
    return found


def readers(db: Database, team: TeamInEvent, **people: Actor) -> set[str]:
    """Who of these reads the submission, on its page and in the list alike."""
    found, public, event = set(), row_of(db, team).public_id, event_by_id(db, team.event.id)
    for name, person in people.items():
        actor = again(db, person)
        listed = [card.public_id for card in submissions_of(db, actor, event).rows]
        with suppress(NotFound):
            get_submission(db, actor, event, public)
            found.add(name)
        assert listed == ([public] if name in found else [])
    return found


def test_a_team_that_took_another_challenge_stands_everywhere_where_it_handed_in(db, ada, bo, trays, team, wax):
    switch(db, bo, team, wax)

    assert said_in(db, ada, bo, over(db, ada, team), [trays, wax]) == {"Trays"}


def test_what_an_organiser_corrected_stands_everywhere(db, ada, bo, trays, team, wax):
    team = over(db, ada, team)
    switch(db, ada, team, wax, WHY)

    assert said_in(db, ada, bo, team, [trays, wax]) == {"Wax"}
    assert gallery_of(db, event_by_id(db, team.event.id), query="wax").count == 1


def test_a_draft_goes_with_its_team(db, ada, bo, che, dee, trays, wax):
    team = make_team(db, bo, trays.event, challenge=trays.challenge.public_id)
    save_draft(db, again(db, bo), team, written=DONE, revision=0)
    switch(db, bo, team, wax)

    listed = submissions_of(db, again(db, ada), team.event, challenge=wax.challenge.public_id).rows
    assert [(card.challenge, card.state) for card in listed] == [("Wax", SubmissionState.DRAFT)]
    assert submissions_of(db, again(db, ada), team.event, challenge=trays.challenge.public_id).rows == []
    assert readers(db, team, che=che, dee=dee) == set()


def test_the_owner_of_the_challenge_for_which_it_counts_goes_on_to_read_it(db, ada, bo, cy, che, dee, team, trays, wax):
    assert readers(db, team, che=che, dee=dee, cy=cy) == {"che"}

    switch(db, bo, team, wax)
    switched = readers(db, team, che=che, dee=dee, cy=cy)
    hand_in(db, again(db, bo), team, written=replace(DONE, text="Of wax."), revision=row_of(db, team).revision)
    anew = readers(db, team, che=che, dee=dee, cy=cy)

    assert (switched, anew) == ({"che", "dee"}, {"dee"})


def test_after_a_correction_it_is_the_other_owner_who_reads_it(db, ada, bo, che, dee, team, wax):
    team = over(db, ada, team)
    switch(db, ada, team, wax, WHY)

    assert readers(db, team, che=che, dee=dee) == {"dee"}


def test_the_owner_whose_challenge_it_answers_reads_the_answers_when_the_team_has_left(
    db, bo, che, dee, team, trays, wax
):
    field = add_field(db, again(db, che), trays, asking=Asking("How thick?", FieldKind.SHORT))
    written = replace(DONE, answers={field.public_id: "Two millimetres"})
    says = hand_in(db, again(db, bo), team, written=written, revision=row_of(db, team).revision).content
    switch(db, bo, team, wax)

    def answers_to(who: Actor) -> list[str]:
        subject = get_submission(db, again(db, who), team.event, row_of(db, team).public_id)
        return [one["answer"] for one in as_read_by(db, again(db, who), subject, says)["answers"]]

    assert (answers_to(che), answers_to(dee)) == (["Two millimetres"], [])


def test_a_team_that_left_stands_on_the_board_of_the_challenge_for_which_it_counts(db, bo, che, dee, team, trays, wax):
    switch(db, bo, team, wax)

    left, taken = (board_of(db, again(db, who), its) for who, its in ((che, trays), (dee, wax)))

    assert [(one.name, one.title, one.left, one.meant) for one in left.teams.rows] == [
        ("Straw", DONE.title, True, None)
    ]
    assert [(one.name, one.left, one.meant) for one in taken.teams.rows] == [("Straw", False, "Trays")]
    assert (left.handed_in, taken.handed_in) == (1, 0)
    page = Browser(db, che).get(f"/e/{team.event.event.slug}/challenges/{trays.challenge.public_id}/board")
    assert "What it handed in counts for this one." in page.text


def test_a_team_that_left_before_handing_in_stands_on_no_board_but_the_new_one(db, bo, che, dee, trays, wax):
    team = make_team(db, bo, trays.event, challenge=trays.challenge.public_id)
    save_draft(db, again(db, bo), team, written=DONE, revision=0)
    switch(db, bo, team, wax)

    left, taken = (board_of(db, again(db, who), its) for who, its in ((che, trays), (dee, wax)))

    assert (left.teams.count, taken.teams.count) == (0, 1)


class History:
    """What may happen to a team's submission, step by step; what is refused changes nothing."""

    def __init__(self, db: Database, ada: Actor, bo: Actor, challenges: list[ChallengeInEvent], seed: int) -> None:
        self.db, self.ada, self.bo, self.any = db, ada, bo, Random(seed)
        self.challenges: list[ChallengeInEvent | None] = [*challenges, None]
        self.event = challenges[0].event
        self.team = make_team(db, bo, self.event)
        self.steps = [
            self.hands_in, self.hands_in, self.switches, self.is_corrected, self.phase_ends, self.phase_opens,
            self.writes_late, self.is_admitted, self.may_be_late,
        ]  # fmt: skip

    def goes_on(self, number: int) -> None:
        self.text = replace(DONE, text=f"Step {number}")
        with suppress(Refusal), self.db.begin_nested():
            self.any.choice(self.steps)()
        self.event = event_by_id(self.db, self.event.id)
        self.db.refresh(self.team.team)
        self.team = TeamInEvent(self.team.team, self.event)

    def hands_in(self) -> None:
        row = submission_of_team(self.db, self.team.id)
        revision = row.revision if row else 0
        hand_in(self.db, again(self.db, self.bo), self.team, written=self.text, revision=revision)

    def switches(self) -> None:
        switch(self.db, self.bo, self.team, self.any.choice(self.challenges))

    def is_corrected(self) -> None:
        switch(self.db, self.ada, self.team, self.any.choice(self.challenges), WHY)

    def phase_ends(self) -> None:
        shut_phase(self.db, again(self.db, self.ada), self.event, PhaseKind.SUBMISSION)

    def phase_opens(self) -> None:
        open_phase(self.db, again(self.db, self.ada), self.event, PhaseKind.SUBMISSION)

    def writes_late(self) -> None:
        keep_late_version(self.db, again(self.db, self.bo), self.team, written=self.text)

    def is_admitted(self) -> None:
        late = self.db.exec(select(SubmissionVersion).where(SubmissionVersion.late)).all()
        if late:
            subject = VersionInEvent(self.any.choice(late), row_of(self.db, self.team), self.team.team, self.event)
            admit_late_version(self.db, again(self.db, self.ada), subject, why=WHY)

    def may_be_late(self) -> None:
        until = clock.now() + timedelta(hours=1)
        give_late_entry(self.db, again(self.db, self.ada), self.team, until=until, why=WHY)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_what_is_kept_is_for_which_challenge_it_counts(db, ada, bo, che, dee, trays, wax, seed):
    history = History(db, ada, bo, [trays, wax], seed)
    owners = {trays.challenge.id: "che", wax.challenge.id: "dee"}
    for number in range(25):
        with clock.frozen_at(NOW + number * timedelta(minutes=1)):
            history.goes_on(number)
            row = submission_of_team(db, history.team.id)
            if row is None:
                continue
            db.refresh(row)
            counts = challenges_that_count(db, counting_versions(db, [row.id or 0])).get(row.id or 0)

            assert row.counts_for_id == (counts.id if counts else None)
            final = row.state is SubmissionState.FINAL
            assert final is (counts is not None)
            allowed = {owners[one] for one in (row.counts_for_id, history.team.team.challenge_id) if one}
            assert readers(db, history.team, che=che, dee=dee) == (allowed if final else set())


def test_who_admits_a_late_version_waits_for_whoever_corrects_the_challenge(database_url):
    with transaction() as db:
        ada, bo, che = (make_person(db, name) for name in ("Ada Adler", "Bo Berg", "Che Cruz"))
        event, trays = with_challenge(db, ada, che, bo)
        wax = ChallengeInEvent(publish_challenge(db, again(db, che), event, title="Wax", brief=BRIEF), event)
        team = taking(db, bo, event, trays)
        hand_in(db, again(db, bo), team, written=DONE, revision=0)
        switch(db, bo, team, wax)
        team = over(db, ada, team)
        late = keep_late_version(db, again(db, bo), team, written=replace(DONE, text="Of wax."))

    def admit(own: Database) -> None:
        version, its = own.get_one(SubmissionVersion, late.id), own.get_one(Team, team.id)
        subject = VersionInEvent(version, row_of(own, team), its, event_by_id(own, event.id))
        admit_late_version(own, again(own, ada), subject, why=WHY)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as own:
            subject = TeamInEvent(own.get_one(Team, team.id), event_by_id(own, event.id))
            switch(own, ada, subject, trays, WHY)
            admitting = pool.submit(race, admit)
            wait([admitting], timeout=0.5)
        refusals = admitting.result()

    with reading() as db:
        row = row_of(db, team)
        counting = counting_versions(db, [row.id or 0])
        its = challenges_that_count(db, counting)[row.id or 0]
        assert (refusals, counting[row.id or 0].id, its.id) == ([None], late.id, trays.challenge.id)
        assert row.counts_for_id == trays.challenge.id
