"""Submissions: drafts of several hands, handing in, files, who sees them, and what comes after the end."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event as statements_of
from sqlmodel import select

from events.challenges import publish_challenge
from events.core import clock
from events.core.access import VISITOR, Actor, may
from events.core.database import Database, transaction
from events.core.files import content_of, make_ready
from events.core.journal import JournalEntry
from events.core.refusals import Conflict, Invalid, NotAllowed, NotFound
from events.deadlines import DeadlinePassed
from events.events import EventWithPhases, close_event, event_by_id
from events.handing_in import (
    VersionInEvent,
    admit_late_version,
    canonical,
    get_version,
    hand_in,
    keep_late_version,
    version_that_counts,
    versions_of,
)
from events.next_steps import NextThing, next_step_in_hackathon
from events.phases import PhaseKind, PhaseNotOpen
from events.planning import move_phase
from events.registration import appoint
from events.roles import Role
from events.submission_files import add_file, files_of, get_file, remove_file
from events.submission_texts import Written, as_far_as_possible, cleaned
from events.submissions import (
    SavedMeanwhile,
    Submission,
    SubmissionInEvent,
    SubmissionState,
    get_submission,
    save_draft,
    see_submission,
    submission_of_team,
    submissions_of,
)
from events.teams import TeamInEvent, add_member
from tests.events.makers_hackathon import DONE, make_hackathon, make_team
from tests.makers import NOW, again, open_phase, shut_phase

WHY = "The line to their hall was cut for an hour."
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements that are run inside the block."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    statements_of.listen(db.get_bind(), "before_cursor_execute", note)
    yield statements
    statements_of.remove(db.get_bind(), "before_cursor_execute", note)


def facts(db: Database, kind: str) -> int:
    return len(db.exec(select(JournalEntry).where(JournalEntry.kind == kind)).all())


def make_two(db: Database, ada: Actor, bo: Actor, cy: Actor, *others: Actor) -> TeamInEvent:
    """A team of Bo, who leads, and Cy, in a hackathon in which everything is open."""
    event = make_hackathon(db, ada, bo, cy, *others)
    team = make_team(db, bo, event)
    add_member(db, cy, team, cy.person or 0, leads=False)
    return team


def at(db: Database, ada: Actor, team: TeamInEvent, *, shut: PhaseKind) -> TeamInEvent:
    return TeamInEvent(team.team, shut_phase(db, again(db, ada), team.event, shut))


def submission(db: Database, team: TeamInEvent) -> Submission:
    row = submission_of_team(db, team.id)
    assert row is not None
    return row


def seen_as(db: Database, actor: Actor, team: TeamInEvent, event: EventWithPhases | None = None) -> SubmissionInEvent:
    return get_submission(db, again(db, actor), event or team.event, submission(db, team).public_id)


def test_a_draft_is_kept_with_a_rising_revision(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)

    first = save_draft(db, again(db, bo), team, written=Written(title="Trays"), revision=0).revision
    row = save_draft(db, again(db, cy), team, written=DONE, revision=first)

    assert (first, row.revision, row.state, Written.of(row)) == (1, 2, SubmissionState.DRAFT, DONE)


def test_whoever_saves_over_a_text_they_have_not_seen_is_told_and_nothing_is_overwritten(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    save_draft(db, again(db, bo), team, written=Written(title="Bo's title"), revision=0)

    with pytest.raises(SavedMeanwhile, match="Bo Berg saved another text at 09:00 while you were writing") as refused:
        save_draft(db, again(db, cy), team, written=Written(title="Cy's title"), revision=0)

    assert (refused.value.theirs.title, refused.value.revision) == ("Bo's title", 1)
    assert submission(db, team).title == "Bo's title"


def test_saving_the_same_text_twice_is_no_quarrel(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    save_draft(db, again(db, bo), team, written=DONE, revision=0)

    row = save_draft(db, again(db, bo), team, written=DONE, revision=0)

    assert row.revision == 1


def test_two_who_save_at_once_are_one_winner_and_one_sentence(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    save_draft(db, again(db, bo), team, written=Written(title="Before"), revision=0)
    db.commit()
    answers: list[str] = []
    start = threading.Barrier(2)

    def save(actor: Actor, title: str) -> None:
        start.wait(10)
        try:
            with transaction() as other:
                subject = TeamInEvent(team.team, event_by_id(other, team.event.id))
                save_draft(other, again(other, actor), subject, written=Written(title=title), revision=1)
            answers.append("saved")
        except SavedMeanwhile:
            answers.append("told")

    threads = [threading.Thread(target=save, args=one) for one in ((bo, "Bo's"), (cy, "Cy's"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(answers) == ["saved", "told"]


def test_two_who_write_the_first_words_at_once_share_one_submission(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    db.commit()
    answers: list[str] = []
    start = threading.Barrier(2)

    def save(actor: Actor, title: str) -> None:
        start.wait(10)
        try:
            with transaction() as other:
                subject = TeamInEvent(team.team, event_by_id(other, team.event.id))
                save_draft(other, again(other, actor), subject, written=Written(title=title), revision=0)
            answers.append("saved")
        except SavedMeanwhile:
            answers.append("told")

    threads = [threading.Thread(target=save, args=one) for one in ((bo, "Bo's"), (cy, "Cy's"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(answers) == ["saved", "told"]
    assert len(db.exec(select(Submission)).all()) == 1


def test_others_than_the_team_write_nothing(db, ada, bo, cy, eve):
    team = make_two(db, ada, bo, cy, eve)

    for stranger in (ada, eve, VISITOR):
        actor = again(db, stranger) if stranger.person else stranger
        assert not may(actor, "save_draft", team)
        with pytest.raises(NotAllowed):
            hand_in(db, actor, team, written=DONE, revision=0)


def test_what_is_handed_in_is_a_version_whose_hash_anybody_can_work_out(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    stored = add_file(db, again(db, bo), team, file=make_ready("tray.pdf", PDF))

    version = hand_in(db, again(db, bo), team, written=DONE, revision=0)

    assert (version.number, version.late, submission(db, team).state) == (1, False, SubmissionState.FINAL)
    assert version.sha256 == hashlib.sha256(canonical(version.content)).hexdigest()
    assert version.content["files"] == [
        {"file": stored.public_id, "name": "tray.pdf", "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest()}
    ]
    assert json.loads(canonical(version.content)) == version.content
    assert facts(db, "SubmissionHandedIn") == 1


def test_a_team_hands_in_again_and_the_last_version_counts(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    better = Written(title="Better trays", summary=DONE.summary)

    again_in = hand_in(db, again(db, cy), team, written=better, revision=1)

    seen = seen_as(db, bo, team)
    assert again_in.number == 2
    assert version_that_counts(db, seen).content["title"] == "Better trays"
    assert [(one.number, one.counts, one.by) for one in versions_of(db, again(db, bo), seen)] == [
        (2, True, "Cy Costa"),
        (1, False, "Bo Berg"),
    ]


def test_the_same_handed_in_twice_is_one_version(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    first = hand_in(db, again(db, bo), team, written=DONE, revision=0)

    second = hand_in(db, again(db, bo), team, written=DONE, revision=1)

    assert (second.id, facts(db, "SubmissionHandedIn")) == (first.id, 1)


def test_what_is_unfinished_is_not_handed_in(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)

    with pytest.raises(Invalid) as refused:
        hand_in(db, again(db, bo), team, written=Written(title="T", summary="Short."), revision=0)

    assert set(refused.value.fields) == {"title", "summary"}


def test_a_draft_after_handing_in_changes_nothing_of_what_was_handed_in(db, ada, bo, cy, dee):
    team = make_two(db, ada, bo, cy)
    appoint(db, again(db, ada), team.event, person_id=dee.person, role=Role.JUDGE)
    hand_in(db, again(db, bo), team, written=DONE, revision=0)

    save_draft(db, again(db, bo), team, written=Written(title="Not yet"), revision=1)

    assert version_that_counts(db, seen_as(db, dee, team)).content["title"] == DONE.title
    assert [card.title for card in submissions_of(db, again(db, dee), team.event).rows] == [DONE.title]


def test_before_submission_opens_one_writes_but_does_not_hand_in(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    opens = NOW + timedelta(hours=3)
    event = move_phase(
        db, again(db, ada), team.event, kind=PhaseKind.SUBMISSION, starts_at=opens, ends_at=opens + timedelta(days=1)
    )
    team = TeamInEvent(team.team, event)

    save_draft(db, again(db, bo), team, written=DONE, revision=0)

    with pytest.raises(PhaseNotOpen, match="Submission opens on Tue, 14 Apr 2026, 12:00"):
        hand_in(db, again(db, bo), team, written=DONE, revision=1)


@pytest.mark.parametrize("do", [save_draft, hand_in])
def test_after_the_end_nothing_is_saved_and_the_refusal_says_when_it_was(db, ada, bo, cy, do):
    team = at(db, ada, make_two(db, ada, bo, cy), shut=PhaseKind.SUBMISSION)

    with pytest.raises(DeadlinePassed, match=r"Submission closed on Tue, 14 Apr 2026, 08:00 \(UTC\)"):
        do(db, again(db, bo), team, written=DONE, revision=0)


def test_files_too_are_refused_after_the_end(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    stored = add_file(db, again(db, bo), team, file=make_ready("tray.pdf", PDF))
    team = at(db, ada, team, shut=PhaseKind.SUBMISSION)

    with pytest.raises(DeadlinePassed):
        add_file(db, again(db, bo), team, file=make_ready("more.pdf", PDF))
    with pytest.raises(DeadlinePassed):
        remove_file(db, again(db, bo), team, file=stored.public_id)


def test_what_was_typed_and_uploaded_after_the_end_is_kept_and_does_not_count(db, ada, bo, cy, dee):
    team = make_two(db, ada, bo, cy)
    hand_in(db, again(db, bo), team, written=DONE, revision=0)
    appoint(db, again(db, ada), team.event, person_id=dee.person, role=Role.JUDGE)
    team = at(db, ada, team, shut=PhaseKind.SUBMISSION)

    late = keep_late_version(
        db,
        again(db, bo),
        team,
        written=Written(title="Later"),
        files=[make_ready("new.pdf", PDF), make_ready("bad.exe", b"MZ")],
    )

    assert (late.late, late.number, [one["name"] for one in late.content["files"]]) == (True, 2, ["new.pdf"])
    assert version_that_counts(db, seen_as(db, dee, team)).number == 1
    assert Written.of(submission(db, team)) == DONE
    with pytest.raises(NotFound):
        get_file(db, again(db, dee), seen_as(db, dee, team), late.content["files"][0]["file"])


def test_a_team_that_handed_in_nothing_has_its_late_words_kept_too(db, ada, bo, cy):
    team = at(db, ada, make_two(db, ada, bo, cy), shut=PhaseKind.SUBMISSION)

    late = keep_late_version(db, again(db, bo), team, written=DONE)

    assert (late.number, submission(db, team).state) == (1, SubmissionState.DRAFT)


def test_the_same_late_words_and_files_are_kept_once(db, ada, bo, cy):
    team = at(db, ada, make_two(db, ada, bo, cy), shut=PhaseKind.SUBMISSION)
    first = keep_late_version(db, again(db, bo), team, written=DONE, files=[make_ready("new.pdf", PDF)])

    second = keep_late_version(db, again(db, cy), team, written=DONE, files=[make_ready("new.pdf", PDF)])

    assert (second.id, facts(db, "LateVersionKept")) == (first.id, 1)


def test_what_was_handed_in_in_time_is_not_kept_again_as_late(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    in_time = hand_in(db, again(db, bo), team, written=DONE, revision=0)
    team = at(db, ada, team, shut=PhaseKind.SUBMISSION)

    kept = keep_late_version(db, again(db, bo), team, written=DONE)

    assert (kept.id, kept.late) == (in_time.id, False)


def test_twenty_late_versions_are_kept_and_not_more(db, ada, bo, cy):
    team = at(db, ada, make_two(db, ada, bo, cy), shut=PhaseKind.SUBMISSION)
    for number in range(20):
        keep_late_version(db, again(db, bo), team, written=Written(title=f"Try {number}"))

    with pytest.raises(Conflict, match="Twenty late versions"):
        keep_late_version(db, again(db, bo), team, written=Written(title="One more"))


def test_nothing_is_late_while_there_is_time(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)

    with pytest.raises(Conflict, match="still open"):
        keep_late_version(db, again(db, bo), team, written=DONE)


def test_what_somebody_types_when_the_event_is_closed_is_kept(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    close_event(db, again(db, ada), team.event)

    with pytest.raises(DeadlinePassed, match="This event is over"):
        save_draft(db, again(db, bo), team, written=DONE, revision=0)

    assert keep_late_version(db, again(db, bo), team, written=DONE).late


def test_an_admitted_late_version_counts_from_then_on(db, ada, bo, cy, dee):
    team = make_two(db, ada, bo, cy)
    add_file(db, again(db, bo), team, file=make_ready("old.pdf", PDF + b"old"))
    hand_in(db, again(db, bo), team, written=Written(title="Old", summary=DONE.summary), revision=0)
    appoint(db, again(db, ada), team.event, person_id=dee.person, role=Role.JUDGE)
    team = at(db, ada, team, shut=PhaseKind.SUBMISSION)
    late = keep_late_version(db, again(db, bo), team, written=DONE, files=[make_ready("new.pdf", PDF)])
    version = get_version(db, again(db, ada), seen_as(db, ada, team), late.number)

    with clock.frozen_at(NOW + timedelta(hours=1)):
        admit_late_version(db, again(db, ada), version, why=WHY)

    assert Written.of(submission(db, team)) == DONE
    assert version_that_counts(db, seen_as(db, dee, team)).number == late.number
    assert [one.name for one in files_of(db, submission(db, team).id)] == ["old.pdf", "new.pdf"]
    new = late.content["files"][1]["file"]
    assert content_of(get_file(db, again(db, dee), seen_as(db, dee, team), new)) == PDF
    with pytest.raises(Conflict, match="counts already"):
        admit_late_version(db, again(db, ada), version, why=WHY)


def test_a_team_does_not_admit_its_own_late_version(db, ada, bo, cy):
    team = at(db, ada, make_two(db, ada, bo, cy), shut=PhaseKind.SUBMISSION)
    late = keep_late_version(db, again(db, bo), team, written=DONE)

    with pytest.raises(NotAllowed):
        admit_late_version(
            db, again(db, bo), VersionInEvent(late, submission(db, team), team.team, team.event), why=WHY
        )


def test_a_version_that_came_in_time_needs_no_admission(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    version = hand_in(db, again(db, bo), team, written=DONE, revision=0)

    with pytest.raises(Conflict, match="counts already"):
        admit_late_version(
            db, again(db, ada), VersionInEvent(version, submission(db, team), team.team, team.event), why=WHY
        )


def test_versions_are_for_the_team_and_the_organisers(db, ada, bo, cy, dee):
    team = make_two(db, ada, bo, cy)
    appoint(db, again(db, ada), team.event, person_id=dee.person, role=Role.JUDGE)
    hand_in(db, again(db, bo), team, written=DONE, revision=0)

    assert get_version(db, again(db, cy), seen_as(db, cy, team), 1).version.number == 1
    assert versions_of(db, again(db, dee), seen_as(db, dee, team)) == []
    with pytest.raises(NotFound):
        get_version(db, again(db, dee), seen_as(db, dee, team), 1)
    with pytest.raises(NotFound):
        get_version(db, again(db, cy), seen_as(db, cy, team), 2)


def test_ten_files_and_not_more_the_same_one_once(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    for number in range(10):
        add_file(db, again(db, bo), team, file=make_ready(f"tray-{number}.pdf", PDF))

    with pytest.raises(Invalid, match="takes ten files"):
        add_file(db, again(db, bo), team, file=make_ready("one-more.pdf", PDF))


def test_a_file_that_comes_twice_is_there_once(db, ada, bo, cy):
    team = make_two(db, ada, bo, cy)
    add_file(db, again(db, bo), team, file=make_ready("tray.pdf", PDF))
    add_file(db, again(db, cy), team, file=make_ready("tray.pdf", PDF))

    assert [one.name for one in files_of(db, submission(db, team).id)] == ["tray.pdf"]


def test_a_file_that_was_removed_stays_in_the_version_that_has_it(db, ada, bo, cy, dee):
    team = make_two(db, ada, bo, cy)
    appoint(db, again(db, ada), team.event, person_id=dee.person, role=Role.JUDGE)
    stored = add_file(db, again(db, bo), team, file=make_ready("tray.pdf", PDF))
    hand_in(db, again(db, bo), team, written=DONE, revision=0)

    remove_file(db, again(db, bo), team, file=stored.public_id)

    assert files_of(db, submission(db, team).id) == []
    assert content_of(get_file(db, again(db, dee), seen_as(db, dee, team), stored.public_id)) == PDF
    with pytest.raises(Conflict, match="removed already"):
        remove_file(db, again(db, bo), team, file=stored.public_id)


def test_a_file_is_fetched_through_its_own_submission_only(db, ada, bo, cy, eve):
    team = make_two(db, ada, bo, cy, eve)
    stored = add_file(db, again(db, bo), team, file=make_ready("tray.pdf", PDF))
    other = make_team(db, eve, team.event, "Husk")
    save_draft(db, again(db, eve), other, written=DONE, revision=0)

    with pytest.raises(NotFound):
        get_file(db, again(db, eve), seen_as(db, eve, other), stored.public_id)
    with pytest.raises(NotFound):
        seen_as(db, eve, team)


def test_who_sees_a_submission_is_the_same_for_its_page_and_for_lists(db, ada, bo, cy, dee, che, mel, tam, eve):
    team = make_two(db, ada, bo, cy, tam)
    for person, role in ((dee, Role.JUDGE), (che, Role.CHALLENGE_OWNER), (mel, Role.CHALLENGE_OWNER)):
        appoint(db, again(db, ada), team.event, person_id=person.person, role=role)
    brief = {"title": "Trays", "brief": DONE.summary * 2}
    team.team.challenge_id = publish_challenge(db, again(db, che), team.event, **brief).id
    publish_challenge(db, again(db, mel), team.event, **brief)
    cast = {"ada": ada, "bo": bo, "dee": dee, "che": che, "mel": mel, "tam": tam, "eve": eve, "visitor": VISITOR}

    def who_sees(event: EventWithPhases) -> set[str]:
        found = set()
        for name, person in cast.items():
            actor = again(db, person) if person.person else person
            subject = SubmissionInEvent(submission(db, team), team.team, event, False)
            listed = [card.public_id for card in submissions_of(db, actor, event).rows]
            try:
                get_submission(db, actor, event, subject.submission.public_id)
            except NotFound:
                assert listed == []
                continue
            assert listed == [subject.submission.public_id]
            found.add(name)
        return found

    save_draft(db, again(db, bo), team, written=DONE, revision=0)
    as_draft = who_sees(team.event)
    hand_in(db, again(db, bo), team, written=DONE, revision=1)
    as_final = who_sees(team.event)
    in_gallery = who_sees(open_phase(db, again(db, ada), team.event, PhaseKind.JUDGING))

    assert as_draft == {"ada", "bo"}
    assert as_final == {"ada", "bo", "dee", "che"}
    assert in_gallery == {"ada", "bo", "dee", "che", "tam"}
    assert not see_submission(eve, SubmissionInEvent(submission(db, team), team.team, team.event, True))


def test_a_list_of_submissions_takes_the_same_number_of_queries_however_long_it_is(db, ada, bo, cy, tam):
    hackathon = make_hackathon(db, ada, bo, cy, tam)
    first = make_team(db, bo, hackathon, "A")
    hand_in(db, again(db, bo), first, written=DONE, revision=0)
    organiser = again(db, ada)
    db.flush()
    with counted(db) as one:
        submissions_of(db, organiser, hackathon)
    for person, name in ((cy, "B"), (tam, "C")):
        team = make_team(db, person, hackathon, name)
        hand_in(db, again(db, person), team, written=DONE, revision=0)
    db.flush()

    with counted(db) as three:
        found = submissions_of(db, organiser, hackathon)

    assert (len(found.rows), len(three)) == (3, len(one))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("  example.org/repo ", "https://example.org/repo"),
    ],
)
def test_links_are_kept_as_https(typed, kept):
    assert cleaned(links=[typed, typed]).links == (kept,)


@pytest.mark.parametrize(
    "typed",
    [
        "http://example.org", "javascript:alert(1)", "data:text/html,x", "https://name:word@example.org", "https://nodots",
        "https://exa mple.org", 'https://example.org/"onload=', "ftp://example.org", "https://example.org:99999",
        "https://" + "a" * 300 + ".org", "https:\\\\example.org", "https://example.org/\u202egpj",
    ],
)  # fmt: skip
def test_what_is_no_https_address_is_refused_as_link_and_as_video(typed):
    with pytest.raises(Invalid) as refused:
        cleaned(links=[typed], video=typed)

    assert set(refused.value.fields) == {"links", "video"}


def test_texts_that_are_too_long_and_too_many_links_are_named():
    with pytest.raises(Invalid) as refused:
        cleaned(title="t" * 161, summary="s" * 501, links=[f"https://example.org/{n}" for n in range(11)])

    assert set(refused.value.fields) == {"title", "summary", "links"}


def test_a_repository_and_keywords_are_kept_as_they_can_be_used():
    written = cleaned(repository="code.example/trays", keywords="Wax, straw;  wax ,")

    assert (written.repository, written.keywords) == ("https://code.example/trays", ("wax", "straw"))
    for wrong in ({"repository": "ftp://code.example"}, {"keywords": "a,b,c,d,e,f,g,h,i"}, {"keywords": "x" * 41}):
        with pytest.raises(Invalid) as refused:
            cleaned(**wrong)
        assert set(refused.value.fields) == set(wrong)


def test_what_is_kept_late_loses_no_word():
    written = as_far_as_possible(
        title="T" * 200, summary="s", text="text", links=["https://a.example", "http://b.example"], video="my phone"
    )

    assert (written.title, written.links) == ("T" * 160, ("https://a.example",))
    assert written.text == "text\nhttp://b.example\nmy phone"


def test_the_next_step_leads_from_team_to_submission(db, ada, bo, cy, dee):
    hackathon = make_hackathon(db, ada, bo, cy)
    steps = [next_step_in_hackathon(db, again(db, bo), hackathon).what]
    team = make_team(db, bo, hackathon)
    steps.append(next_step_in_hackathon(db, again(db, bo), hackathon).what)
    team.team.challenge_id = publish_challenge(db, again(db, ada), hackathon, title="Trays", brief=DONE.summary * 2).id
    db.flush()
    steps.append(next_step_in_hackathon(db, again(db, bo), hackathon).what)
    hand_in(db, again(db, bo), team, written=DONE, revision=0)

    assert steps == [NextThing.FORM_TEAM, NextThing.TAKE_CHALLENGE, NextThing.HAND_IN]
    assert next_step_in_hackathon(db, again(db, bo), hackathon) is None
    assert next_step_in_hackathon(db, dee, hackathon) is None
